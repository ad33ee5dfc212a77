//! What the looks at the running statements add up to.

use std::collections::HashMap;
use std::time::Duration;

use crate::observation::{Metric, Unit};
use crate::probe::database::findings::Findings;
use crate::probe::{Cell, Listing};
use crate::sql::{Kind, Running};
use crate::text;

/// Statements that must run (on average) before one of them can be called the most frequent.
const ENOUGH: f64 = 4.0;
/// Age from which a statement counts as long.
const LONG: Duration = Duration::from_secs(30);
/// Rows of the listing.
const ROWS: usize = 10;

/// Several looks at the running statements.
#[derive(Default)]
pub(super) struct Looks(Vec<Vec<Running>>);

impl Looks {
    pub(super) fn add(&mut self, look: Vec<Running>) {
        self.0.push(look);
    }

    /// Statements running at a time, on average.
    pub(super) fn mean(&self) -> Option<f64> {
        let seen: usize = self.0.iter().map(Vec::len).sum();
        (!self.0.is_empty()).then(|| seen as f64 / self.0.len() as f64)
    }

    /// The share of reading and writing statements that write, when there were enough to say.
    pub(super) fn write_share(&self) -> Option<f64> {
        let of = |kind| self.0.iter().flatten().filter(|running| running.kind == kind).count() as f64;
        let (reads, writes) = (of(Kind::Read), of(Kind::Write));
        (reads + writes >= ENOUGH * self.0.len() as f64).then(|| writes / (reads + writes))
    }

    /// Says it all: running, longest, over 30 s, the top statement, and the listing.
    pub(super) fn report(&self, findings: &mut Findings) {
        let (Some(mean), Some(last)) = (self.mean(), self.0.last()) else { return };
        match self.0.len() {
            1 => findings.known(Metric::DatabaseRunning, mean),
            looks => findings.detailed(Metric::DatabaseRunning, mean, format!("mean of {looks} looks")),
        }
        match last.iter().max_by_key(|running| running.age) {
            Some(longest) => {
                findings.detailed(Metric::DatabaseLongest, longest.age.as_secs_f64(), longest.digest.clone());
            }
            None => findings.detailed(Metric::DatabaseLongest, 0.0, "nothing is running"),
        }
        let long = last.iter().filter(|running| running.age > LONG).count();
        findings.known(Metric::DatabaseOver30s, long as f64);
        let groups = self.groups();
        let seen: usize = groups.iter().map(|group| group.count).sum();
        self.top_copy(mean, seen, findings);
        if seen > 0 {
            findings.report.listings.push(self.listing(&groups, seen));
        }
    }

    /// The share of the most frequent statement, literals included: refills of different keys share a digest and are
    /// no copies (S18).
    fn top_copy(&self, mean: f64, seen: usize, findings: &mut Findings) {
        if mean < ENOUGH {
            let why = format!("only {} running: too few to compare", text::count(mean));
            return findings.unknown(Metric::DatabaseTopQueryShare, why);
        }
        let mut copies: HashMap<u64, (usize, &str)> = HashMap::new();
        for running in self.0.iter().flatten() {
            if let Some(copy) = running.copy {
                copies.entry(copy).or_insert((0, &running.digest)).0 += 1;
            }
        }
        let told: usize = copies.values().map(|(count, _)| count).sum();
        match copies.values().max() {
            Some((count, digest)) if 2 * told >= seen => findings.detailed(
                Metric::DatabaseTopQueryShare,
                *count as f64 / seen as f64,
                format!("{digest} ({count} of {seen} seen running, the same literals)"),
            ),
            _ => findings.unknown(
                Metric::DatabaseTopQueryShare,
                "the parameters of the running statements cannot be seen: copies cannot be told",
            ),
        }
    }

    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: HashMap<&str, Group<'_>> = HashMap::new();
        for running in self.0.iter().flatten() {
            let group = groups.entry(&running.group).or_insert(Group {
                digest: &running.digest,
                count: 0,
                oldest: Duration::ZERO,
            });
            group.count += 1;
            group.oldest = group.oldest.max(running.age);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by(|a, b| (b.count, b.oldest, a.digest).cmp(&(a.count, a.oldest, b.digest)));
        groups
    }

    fn listing(&self, groups: &[Group<'_>], seen: usize) -> Listing {
        let looks = self.0.len() as f64;
        let rows = groups.iter().take(ROWS).map(|group| {
            vec![
                Cell::from(group.digest),
                Cell::count(group.count as f64 / looks),
                Cell::Number(group.count as f64 / seen as f64, Unit::Ratio),
                Cell::Number(group.oldest.as_secs_f64(), Unit::Seconds),
            ]
        });
        Listing {
            title: "running statements".into(),
            columns: ["statement", "running", "share", "oldest"].map(String::from).to_vec(),
            rows: rows.collect(),
        }
    }
}

struct Group<'a> {
    digest: &'a str,
    count: usize,
    oldest: Duration,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::observation::{Kind as TargetKind, Observation};

    fn running(digest: &str, kind: Kind, seconds: u64) -> Running {
        let copy = digest.bytes().map(u64::from).next();
        Running { group: digest.into(), digest: digest.into(), copy, kind, age: Duration::from_secs(seconds) }
    }

    fn find(observations: &[Observation], metric: Metric) -> Observation {
        observations.iter().find(|o| o.metric == metric).cloned().expect("observed")
    }

    #[test]
    fn looks_add_up_to_a_mean_a_share_and_the_ages_of_the_last() {
        let mut looks = Looks::default();
        looks.add(vec![running("a", Kind::Read, 99); 6]);
        looks.add([vec![running("a", Kind::Read, 1); 3], vec![running("b", Kind::Write, 31); 3]].concat());
        assert_eq!(looks.mean(), Some(6.0));
        assert_eq!(looks.write_share(), Some(0.25));
        let mut findings = Findings::new(&Arc::from("db"), TargetKind::Mysql, "");
        looks.report(&mut findings);
        let report = findings.report();
        let of = |metric| find(&report.observations, metric);
        assert_eq!(of(Metric::DatabaseOver30s).value(), Some(3.0));
        assert_eq!(of(Metric::DatabaseLongest).value(), Some(31.0));
        assert_eq!(of(Metric::DatabaseTopQueryShare).value(), Some(0.75));
        assert_eq!(report.listings[0].rows[0], ["a", "4.5", "75.0 %", "1 min 39 s"]);
    }

    #[test]
    fn refills_of_different_keys_share_a_digest_and_are_no_copies() {
        let share = |copies: &dyn Fn(u64) -> Option<u64>| {
            let mut looks = Looks::default();
            looks.add((0..10).map(|n| Running { copy: copies(n), ..running("a", Kind::Read, 1) }).collect());
            let mut findings = Findings::new(&Arc::from("db"), TargetKind::Mysql, "");
            looks.report(&mut findings);
            let report = findings.report();
            assert_eq!(report.listings[0].rows[0][2], "100.0 %", "the listing goes by digest");
            find(&report.observations, Metric::DatabaseTopQueryShare).value()
        };
        assert_eq!(share(&|n| Some(n)), Some(0.1));
        assert_eq!(share(&|n| Some(n / 9)), Some(0.9));
        assert_eq!(share(&|_| None), None);
    }

    #[test]
    fn few_statements_have_no_top_one() {
        let mut looks = Looks::default();
        looks.add(vec![running("a", Kind::Read, 1); 3]);
        assert_eq!(looks.write_share(), None);
        let mut findings = Findings::new(&Arc::from("db"), TargetKind::Mysql, "");
        looks.report(&mut findings);
        let report = findings.report();
        assert_eq!(find(&report.observations, Metric::DatabaseTopQueryShare).value(), None);
        assert_eq!(find(&report.observations, Metric::DatabaseRunning).value(), Some(3.0));
    }
}
