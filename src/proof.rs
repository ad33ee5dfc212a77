//! Who a server proved to be when something was changed on it, and whether the one that answers now is the same (S7): what
//! is read of another server says nothing about ours.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::clock;

/// What the uptimes of two looks may differ by without a restart: they are whole seconds.
const ROUNDED: Duration = Duration::from_millis(1_500);
/// How much later than a step a server may have been started and still have been there before: clocks differ.
const SLACK: Duration = Duration::from_secs(5);

/// Who a node proved to be, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Proof {
    /// Where it was reached: `host:port`.
    pub node: String,
    /// Its own proof: `run_id`, server uuid, system identifier.
    pub id: String,
    /// What tells it from a copy of itself, where copies have the same `id`: when it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

impl Proof {
    /// Whether both are of one server, as far as proofs tell: of what copies have too, the run must be the same, or the address.
    pub fn is_also(&self, other: &Self) -> bool {
        self.id == other.id && (self.run == other.run || self.node == other.node)
    }
}

/// Our connection to a node, as the server numbers it: what was sent over it can be ended by that number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Seat {
    /// The node.
    pub node: String,
    /// The server's number of the connection.
    pub id: u64,
    /// Where it came from, as the server saw it: a restarted server gives the number to others.
    pub from: String,
}

/// Connections of ours over which something may still be on its way.
#[derive(Clone, Copy, Debug)]
pub struct Lost<'a> {
    /// What they are called at the servers (S28).
    pub names: &'a [String],
    /// Their numbers, where a server does not show names.
    pub seats: &'a [Seat],
}

/// What tells that a server has restarted which keeps what it is known by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// For how long it has been up.
    pub up: Option<Duration>,
    /// The number of our connection: the server counts them up, and from the beginning after a restart.
    pub seat: Option<u64>,
}

/// How long a proof lasts, and who else may have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// It is this server's alone, for ever.
    Always(Life),
    /// It is this server's alone, until it restarts. Holds for how long it has been up.
    UntilRestart(Option<Duration>),
    /// Copies have it too: a standby, a configuration on two hosts. Holds what tells them apart, where there is something,
    /// and for how long this one has been up.
    InCopies(Option<String>, Option<Duration>),
}

/// A node that answers, and its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Where it is: `host:port`.
    pub node: String,
    /// Its own proof.
    pub id: String,
    /// What that is worth.
    pub lasts: Lasts,
}

/// Who was there, and when that was asked and answered.
#[derive(Clone, Debug)]
pub struct Roll {
    present: Vec<Present>,
    asked: Instant,
    answered: Instant,
}

impl Roll {
    /// Those who have just answered what was `asked` then.
    pub fn of(present: Vec<Present>, asked: Instant) -> Self {
        Self { present, asked, answered: clock::instant() }
    }

    /// Who was at that node.
    pub fn at(&self, node: &str) -> Option<&Present> {
        self.present.iter().find(|present| present.node == node)
    }

    /// All of them.
    pub fn present(&self) -> &[Present] {
        &self.present
    }

    /// Whether who is at `node` by the roll of `now` was so then, and has not restarted in between; one that was not among them
    /// is another.
    pub fn still_holds(&self, node: &str, now: &Self) -> bool {
        // As little as can have passed: the answers themselves may take long.
        let between = now.asked.saturating_duration_since(self.answered);
        self.at(node).zip(now.at(node)).is_some_and(|(then, now)| now.has_run_on(then, between))
    }

    /// Whether another one is at that node by the roll of `now`, or the same after a restart, as far as it is on both.
    pub fn is_contradicted_by(&self, node: &str, now: &Self) -> bool {
        self.at(node).is_some() && now.at(node).is_some() && !self.still_holds(node, now)
    }
}

/// Whether a node is the one of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'a> {
    /// It is this one, by its own proof: perhaps under another address.
    Same(&'a Present),
    /// It is not there, and its neighbours are: its target has failed over.
    Missing,
    /// It has restarted since, or is another one that was started since under its address.
    Restarted,
    /// It is this other one.
    Another(&'a Present),
    /// Nothing answers at all.
    Nobody,
}

impl Present {
    /// As the journal keeps it.
    pub fn proof(&self) -> Proof {
        let run = match &self.lasts {
            // Where nothing else tells, the address must.
            Lasts::InCopies(run, _) => Some(run.clone().unwrap_or_else(|| self.node.clone())),
            Lasts::Always(_) | Lasts::UntilRestart(_) => None,
        };
        Proof { node: self.node.clone(), id: self.id.clone(), run }
    }

    fn up(&self) -> Option<Duration> {
        match &self.lasts {
            Lasts::Always(life) => life.up,
            Lasts::UntilRestart(up) | Lasts::InCopies(_, up) => *up,
        }
    }

    fn seat(&self) -> Option<u64> {
        match &self.lasts {
            Lasts::Always(life) => life.seat,
            Lasts::UntilRestart(_) | Lasts::InCopies(..) => None,
        }
    }

    /// Whether it is the same as `then`, so long ago, without a restart in between, as far as that shows.
    fn has_run_on(&self, then: &Self, ago: Duration) -> bool {
        let began_later = |(then, now): (Duration, Duration)| now + ROUNDED < then + ago;
        // Uptimes of a server that had only just started are too coarse.
        let counts_anew = |(then, now): (u64, u64)| now < then;
        self.proof() == then.proof()
            && !then.up().zip(self.up()).is_some_and(began_later)
            && !then.seat().zip(self.seat()).is_some_and(counts_anew)
    }

    /// Whether it ran already when something was done so long `ago`: then it has not restarted since.
    fn ran_before(&self, ago: Duration) -> bool {
        self.up().is_some_and(|up| up > ago + SLACK)
    }

    /// What this one is to the one that proved to be `was`, by itself; none: nothing connects the two.
    fn is(&self, was: &Proof, ago: Duration) -> Option<Who<'_>> {
        let (here, same) = (self.node == was.node, self.id == was.id);
        match (&self.lasts, here, same) {
            (_, false, false) => None,
            (Lasts::Always(_) | Lasts::UntilRestart(_), _, true) => Some(Who::Same(self)),
            (Lasts::InCopies(..), _, true) if self.proof().run == was.run => Some(Who::Same(self)),
            // A copy of it elsewhere; or one that has taken its place under its address, and ran before that.
            (Lasts::InCopies(..), false, true) => None,
            (Lasts::InCopies(..), true, true) if was.run.is_some() && self.ran_before(ago) => {
                Some(Who::Another(self))
            }
            (Lasts::InCopies(..), true, true) => Some(Who::Same(self)),
            (Lasts::Always(_) | Lasts::InCopies(Some(_), _), true, false) => Some(Who::Another(self)),
            (Lasts::UntilRestart(_) | Lasts::InCopies(None, _), true, false) if self.ran_before(ago) => {
                Some(Who::Another(self))
            }
            (Lasts::UntilRestart(_) | Lasts::InCopies(None, _), true, false) => Some(Who::Restarted),
        }
    }
}

/// Whether the node that proved to be `was` is among those that are `there`, so long `ago`; `neighbours`: all nodes of its
/// target at that time. A target of which one node is known again is known: of the others some may have gone.
pub fn recognise<'a>(was: &Proof, neighbours: &[Proof], there: &'a [Present], ago: Duration) -> Who<'a> {
    let Some(first) = there.first() else { return Who::Nobody };
    // By its proof rather than by its address.
    let own = there.iter().filter_map(|one| one.is(was, ago));
    let rank = |who: &Who<'_>| match who {
        Who::Same(_) => 0,
        Who::Restarted => 1,
        Who::Another(_) | Who::Missing | Who::Nobody => 2,
    };
    if let Some(who) = own.min_by_key(rank) {
        return who;
    }
    let known = |was: &Proof| there.iter().any(|one| matches!(one.is(was, ago), Some(Who::Same(_))));
    if neighbours.iter().any(known) { Who::Missing } else { Who::Another(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(node: &str, id: &str, run: Option<&str>) -> Proof {
        Proof { node: node.into(), id: id.into(), run: run.map(str::to_owned) }
    }

    fn present(node: &str, id: &str, lasts: Lasts) -> Present {
        Present { node: node.into(), id: id.into(), lasts }
    }

    const HOUR: Duration = Duration::from_secs(3_600);
    const AGO: Duration = Duration::from_secs(60);

    fn of_one(was: &Proof, there: &Present) -> &'static str {
        match recognise(was, std::slice::from_ref(was), std::slice::from_ref(there), AGO) {
            Who::Same(_) => "same",
            Who::Missing => "missing",
            Who::Restarted => "restarted",
            Who::Another(_) => "another",
            Who::Nobody => "nobody",
        }
    }

    #[test]
    fn a_proof_that_lasts_decides_wherever_it_is() {
        let was = proof("a:3306", "uuid-1", None);
        assert_eq!(of_one(&was, &present("a:3306", "uuid-1", Lasts::Always(Life::default()))), "same");
        assert_eq!(
            of_one(&was, &present("10.0.0.1:3306", "uuid-1", Lasts::Always(Life::default()))),
            "same",
            "another spelling"
        );
        assert_eq!(of_one(&was, &present("a:3306", "uuid-2", Lasts::Always(Life::default()))), "another");
        assert_eq!(of_one(&was, &present("b:3306", "uuid-2", Lasts::Always(Life::default()))), "another");
    }

    #[test]
    fn a_server_that_ran_already_has_not_restarted_since() {
        let was = proof("a:6379", "run-1", None);
        let now = |node, id, up| present(node, id, Lasts::UntilRestart(up));
        assert_eq!(of_one(&was, &now("a:6379", "run-2", Some(Duration::from_secs(9)))), "restarted");
        assert_eq!(of_one(&was, &now("a:6379", "run-2", None)), "restarted", "who knows");
        assert_eq!(of_one(&was, &now("a:6379", "run-2", Some(HOUR))), "another");
        assert_eq!(of_one(&was, &now("b:6379", "run-2", Some(Duration::ZERO))), "another");
        assert_eq!(of_one(&was, &now("b:6379", "run-1", Some(HOUR))), "same");
    }

    #[test]
    fn a_copy_is_told_by_its_start() {
        let was = proof("a:5432", "7", Some("100"));
        let now = |node, run: &str, up| present(node, "7", Lasts::InCopies(Some(run.into()), Some(up)));
        assert_eq!(of_one(&was, &now("a:5432", "100", HOUR)), "same");
        assert_eq!(of_one(&was, &now("127.0.0.1:5432", "100", HOUR)), "same");
        assert_eq!(of_one(&was, &now("a:5432", "200", Duration::ZERO)), "same", "restarted with its data");
        assert_eq!(of_one(&was, &now("a:5432", "90", HOUR)), "another", "a standby that was promoted");
        assert_eq!(of_one(&was, &now("b:5432", "90", HOUR)), "another");
        let old = proof("a:5432", "7", None);
        assert_eq!(of_one(&old, &now("a:5432", "90", HOUR)), "same", "an older journal does not know");
        assert_eq!(of_one(&old, &now("b:5432", "90", HOUR)), "another");
        let pooler = proof("a:6432", "/etc/pgbouncer.ini", None);
        let same = present("b:6432", "/etc/pgbouncer.ini", Lasts::InCopies(None, None));
        assert_eq!(of_one(&pooler, &same), "another", "the same file on another host");
        let here = present("a:6432", "/etc/pgbouncer.ini", Lasts::InCopies(None, None));
        assert_eq!(of_one(&pooler, &here), "same");
        assert!(here.proof().is_also(&here.proof()) && !here.proof().is_also(&same.proof()));
    }

    #[test]
    fn s10_what_passes_after_a_roll_was_called_is_no_restart() {
        let began = clock::instant();
        let after = |seconds| began + Duration::from_secs(seconds);
        let roll = |up, asked, answered| {
            let up = Lasts::Always(Life { up: Some(Duration::from_secs(up)), seat: None });
            Roll {
                present: vec![present("a:3306", "uuid-1", up)],
                asked: after(asked),
                answered: after(answered),
            }
        };
        let then = roll(100, 0, 1);
        assert!(then.still_holds("a:3306", &roll(110, 10, 10)));
        assert!(then.still_holds("a:3306", &roll(110, 10, 60)), "its answer took long");
        assert!(roll(100, 0, 60).still_holds("a:3306", &roll(160, 61, 61)), "the first answer took long");
        assert!(then.is_contradicted_by("a:3306", &roll(5, 10, 10)));
        assert!(!then.still_holds("b:3306", &roll(110, 10, 10)) && !then.is_contradicted_by("b:3306", &then));
    }

    #[test]
    fn s10_a_restart_shows_in_the_time_it_is_up_where_the_proof_stays() {
        let life = |millis, seat| {
            let life = Life { up: Some(Duration::from_millis(millis)), seat };
            present("a:3306", "uuid-1", Lasts::Always(life))
        };
        let up = |millis| life(millis, None);
        let ago = Duration::from_millis(4_300);
        assert!(up(9_000).has_run_on(&up(5_000), ago), "whole seconds");
        assert!(up(10_000).has_run_on(&up(5_000), ago));
        assert!(!up(3_000).has_run_on(&up(5_000), ago));
        assert!(!up(7_000).has_run_on(&up(5_000), ago), "it has been up for longer, and not for long enough");
        let just = Duration::from_millis(1_400);
        assert!(life(1_000, Some(11)).has_run_on(&life(1_000, Some(11)), just), "the same connection");
        assert!(life(1_000, Some(19)).has_run_on(&life(1_000, Some(11)), just), "a new one");
        assert!(
            !life(1_000, Some(8)).has_run_on(&life(1_000, Some(11)), just),
            "it counts from the beginning"
        );
        assert!(life(1_000, None).has_run_on(&life(1_000, Some(11)), just), "who knows");
        assert!(
            present("a:3306", "uuid-1", Lasts::Always(Life::default())).has_run_on(&up(5_000), ago),
            "who knows"
        );
        assert!(!present("a:3306", "uuid-2", Lasts::Always(Life::default())).has_run_on(&up(5_000), ago));
    }

    #[test]
    fn a_target_of_which_a_neighbour_is_there_has_failed_over() {
        let (a, b) = (proof("a:1", "run-a", None), proof("b:1", "run-b", None));
        let there = [present("b:1", "run-b", Lasts::UntilRestart(Some(HOUR)))];
        assert_eq!(recognise(&a, &[a.clone(), b], &there, AGO), Who::Missing);
        assert_eq!(recognise(&a, std::slice::from_ref(&a), &there, AGO), Who::Another(&there[0]));
        assert_eq!(recognise(&a, &[], &[], AGO), Who::Nobody);
    }
}

/// Who the primary of a target is, where others make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// Nobody makes another server the primary.
    Fixed,
    /// They agree that it is this node.
    Agreed(String),
    /// They disagree, or are at it: in words.
    Unsettled(String),
    /// Too few of them can be asked: in words.
    Few(String),
}

impl Lead {
    /// Why it is not sure.
    pub fn doubt(&self) -> Option<&str> {
        match self {
            Self::Fixed | Self::Agreed(_) => None,
            Self::Unsettled(words) | Self::Few(words) => Some(words),
        }
    }

    /// What has come of it since it was `self`; none when it is the same.
    pub fn moved(&self, now: &Self) -> Option<String> {
        match (self, now) {
            (Self::Agreed(was), Self::Agreed(is)) if was == is => None,
            (Self::Agreed(was), Self::Agreed(is)) => {
                Some(format!("S13 the primary is {is} now, and was {was}"))
            }
            (Self::Unsettled(_) | Self::Few(_), Self::Agreed(is)) => {
                Some(format!("S13 the Sentinels agree by now: the primary is {is}"))
            }
            (Self::Agreed(_), now) => now.doubt().map(|why| format!("S13 {why}")),
            _ => None,
        }
    }
}
