//! What the looks at those who wait for a lock add up to.

use std::time::{Duration, Instant};

use crate::observation::Metric;
use crate::probe::database::findings::Findings;
use crate::system::{Holder, Locks};
use crate::text;

/// Several looks at who waits, each with its time.
#[derive(Default)]
pub(super) struct Waits(Vec<(Instant, Result<Locks, String>)>);

impl Waits {
    pub(super) fn add(&mut self, at: Instant, locks: Result<Locks, String>) {
        self.0.push((at, locks));
    }

    /// Whether somebody waited before, and nobody does at the last look. Clients that give up together and come again are between
    /// two tries for a moment.
    pub(super) fn may_come_again(&self) -> bool {
        let waits =
            |look: &(Instant, Result<Locks, String>)| look.1.as_ref().is_ok_and(|locks| locks.waiting > 0);
        self.0.split_last().is_some_and(|(last, before)| !waits(last) && before.iter().any(waits))
    }

    /// One more look a moment later, which counts in place of the last one when they have come again.
    pub(super) fn again(&mut self, at: Instant, locks: Result<Locks, String>) {
        if locks.as_ref().is_ok_and(|locks| locks.waiting > 0) {
            self.0.pop();
            self.add(at, locks);
        }
    }

    /// Says how many wait, for whom, and for how long.
    pub(super) fn report(&self, findings: &mut Findings) {
        match self.0.last() {
            Some((_, Ok(locks))) if locks.waiting == 0 => {
                findings.known(Metric::DatabaseLockWaiters, 0.0);
                findings.known(Metric::DatabaseLockWait, 0.0);
            }
            Some((_, Ok(locks))) => {
                findings.detailed(Metric::DatabaseLockWaiters, locks.waiting as f64, whom(locks));
                let wait = locks.longest.max(self.stood(locks));
                findings.detailed(Metric::DatabaseLockWait, wait.as_secs_f64(), what(locks));
            }
            Some((_, Err(why))) => {
                findings.all_unknown(&[Metric::DatabaseLockWaiters, Metric::DatabaseLockWait], why);
            }
            None => {}
        }
    }

    /// For how long it was seen that somebody stands behind the same transaction. Statements that give up after a while and
    /// come again wait anew each time, and are not served all the same.
    fn stood(&self, now: &Locks) -> Duration {
        let same = |locks: &Locks| match (&locks.holder, &now.holder) {
            (Ok(one), Ok(other)) => (one.session, &one.mark) == (other.session, &other.mark),
            (Err(_), Err(_)) => locks.waiting > 0,
            _ => false,
        };
        let stands =
            |look: &Result<Locks, String>| look.as_ref().is_ok_and(|locks| locks.waiting > 0 && same(locks));
        let seen = self.0.iter().rev().take_while(|(_, look)| stands(look)).map(|(at, _)| *at);
        let (last, first) = (seen.clone().next(), seen.last());
        last.zip(first).map_or(Duration::ZERO, |(last, first)| last.saturating_duration_since(first))
    }
}

/// "session 42 (app, 25 s idle in transaction)", or what is waited for.
fn whom(locks: &Locks) -> String {
    match &locks.holder {
        Ok(Holder { session: None, .. }) => "a transaction that was prepared and left".into(),
        Ok(holder) => {
            let id = holder.session.unwrap_or(0);
            // What may be cut off at the end of a line comes last.
            let does = match (holder.age.map(text::duration), &holder.runs, holder.in_transaction) {
                (None, ..) => String::new(),
                (Some(age), Some(_), _) => format!(", running for {age}"),
                (Some(age), None, true) => format!(", {age} idle in transaction"),
                (Some(age), None, false) => format!(", {age} idle"),
            };
            let likely = if holder.certain { "" } else { ", likely" };
            format!("session {id}{likely} ({}{does})", holder.who)
        }
        Err(why) => format!("a {}; {why}", locks.what),
    }
}

fn what(locks: &Locks) -> String {
    match &locks.holder {
        Ok(Holder { runs: Some(runs), .. }) => format!("{}; its holder runs {runs}", locks.what),
        _ => locks.what.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn held(mark: &str, longest: u64) -> Result<Locks, String> {
        let holder = Holder {
            session: Some(7),
            who: "app".into(),
            runs: None,
            in_transaction: true,
            age: Some(Duration::from_secs(25)),
            certain: true,
            mark: mark.into(),
        };
        let longest = Duration::from_secs(longest);
        Ok(Locks { waiting: 3, longest, what: "row lock".into(), holder: Ok(holder) })
    }

    fn wait(looks: Vec<Result<Locks, String>>) -> Option<f64> {
        let (mut waits, mut at) = (Waits::default(), clock::instant());
        for look in looks {
            waits.add(at, look);
            at += Duration::from_secs(2);
        }
        let mut findings = Findings::new(&"db".into(), crate::observation::Kind::Mysql, "");
        waits.report(&mut findings);
        let report = findings.report();
        report.observations.iter().find(|o| o.metric == Metric::DatabaseLockWait).and_then(|o| o.value())
    }

    #[test]
    fn who_gives_up_and_comes_again_stands_behind_the_same_transaction() {
        assert_eq!(wait(vec![held("a", 0), held("a", 0), held("a", 1)]), Some(4.0));
        assert_eq!(wait(vec![held("a", 0), held("b", 0), held("b", 0)]), Some(2.0));
        assert_eq!(wait(vec![held("a", 0), Ok(Locks::none()), held("a", 0)]), Some(0.0));
        assert_eq!(wait(vec![held("a", 0), held("a", 0), Ok(Locks::none())]), Some(0.0));
        let mut waits = Waits::default();
        let at = clock::instant();
        [held("a", 0), Ok(Locks::none())].into_iter().for_each(|look| waits.add(at, look));
        assert!(waits.may_come_again());
        waits.again(at + Duration::from_secs(2), held("a", 0));
        assert!(!waits.may_come_again() && waits.0.len() == 2);
        waits.again(at, Ok(Locks::none()));
        assert!(!waits.may_come_again());
        assert_eq!(wait(vec![held("a", 30)]), Some(30.0));
        assert_eq!(wait(vec![held("a", 30), Err("hidden".into())]), None);
    }
}
