//! From which age on a statement counts as too old, where nobody says it: by what is usual here, and what runs now.

use std::time::Duration;

use crate::action::field::Age;
use crate::kill_policy::{Session, Whose};
use crate::text;

/// So many times the usual time of a statement is too long in any case.
const MOST: u32 = 10;
/// Nothing younger is ended, however fast statements usually are: a person would not call it slow.
const LEAST: Duration = Duration::from_secs(1);
/// Where nothing is known of better times: what the protocol says, at most.
const PROTOCOL: Duration = Duration::from_secs(30);

/// How long a statement takes here when all is well.
#[derive(Clone, Debug, PartialEq)]
pub struct Usual {
    /// On average.
    pub time: Duration,
    /// How that is known: `12 healthy measurements`.
    pub source: String,
}

/// The age, and how it came about; nothing to say where it was given.
pub fn age(asked: Age, usual: Option<&Usual>, sessions: &[Session]) -> (Duration, Option<String>) {
    if let Age::Than(age) = asked {
        return (age, None);
    }
    let mut ages: Vec<Duration> = sessions.iter().filter_map(reading).collect();
    ages.sort_unstable();
    let median = ages.get(ages.len() / 2).copied();
    // Where clients give up after some seconds nothing gets ten times as old as usual: half of what runs is enough to go by then.
    let (least, most) = match usual {
        Some(usual) => (usual.time.max(LEAST), (usual.time * MOST).max(LEAST)),
        None => (LEAST, PROTOCOL),
    };
    let age = median.unwrap_or(most).clamp(least, most);
    let now = median.map(|median| {
        format!("the median of the {} reads that run is {}", ages.len(), text::duration(median))
    });
    let known = match usual {
        Some(Usual { time, source }) => {
            let time = text::millis(time.as_secs_f64() * 1e3);
            format!(
                "a statement usually takes {time} here ({source}), and {MOST} times that is too long in any case"
            )
        }
        None => "how long a statement usually takes here is not recorded (`stampede detect` on a quiet day)"
            .to_owned(),
    };
    let why: Vec<String> = std::iter::once(known).chain(now).collect();
    (age, Some(format!("older than {}: {}", text::duration(age), why.join("; "))))
}

/// For how long a client's read has run; none: it is none.
fn reading(session: &Session) -> Option<Duration> {
    let reads = session.statement.as_ref().is_some_and(|statement| statement.reads);
    session.age.filter(|_| session.whose == Whose::Client && reads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kill_policy::Statement;
    use crate::sql::Dialect;

    fn running(seconds: &[f64]) -> Vec<Session> {
        let session = |seconds: &f64| Session {
            id: 1,
            user: "app".into(),
            host: String::new(),
            database: "shop".into(),
            whose: Whose::Client,
            statement: Some(Statement::new(b"SELECT 1", 100, Dialect::Mysql)),
            age: Some(Duration::from_secs_f64(*seconds)),
            modified: Some(0),
            inside: Some(false),
            mark: String::new(),
        };
        seconds.iter().map(session).collect()
    }

    #[test]
    fn what_is_too_old_follows_what_is_usual_and_what_runs() {
        let usual =
            |ms: u64| Usual { time: Duration::from_millis(ms), source: "3 healthy measurements".into() };
        let of = |usual: Option<Usual>, ages: &[f64]| {
            age(Age::Usual, usual.as_ref(), &running(ages)).0.as_secs_f64()
        };
        assert_eq!(of(Some(usual(20)), &[3.0, 4.0, 5.0]), 1.0, "never less than a second");
        assert_eq!(of(Some(usual(500)), &[8.0, 9.0, 9.0]), 5.0, "ten times is slow, whatever else runs");
        assert_eq!(of(Some(usual(1_300)), &[3.0, 4.0, 5.0]), 4.0, "nothing here gets to 13 s");
        assert_eq!(of(Some(usual(2_000)), &[0.1, 0.2, 0.3]), 2.0, "as usual is not slow");
        assert_eq!(of(None, &[0.5, 2.5, 3.0]), 2.5);
        assert_eq!(of(None, &[40.0]), 30.0);
        assert_eq!(of(None, &[]), 30.0);
        let given = age(Age::Than(Duration::from_secs(7)), Some(&usual(20)), &running(&[3.0]));
        assert_eq!(given, (Duration::from_secs(7), None));
        let (_, words) = age(Age::Usual, Some(&usual(20)), &running(&[3.0]));
        assert_eq!(
            words.unwrap(),
            "older than 1 s: a statement usually takes 20 ms here (3 healthy measurements), and 10 times that is too long in any case; \
             the median of the 1 reads that run is 3 s"
        );
    }
}
