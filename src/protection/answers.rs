//! What users got, told by status, time and body.

use std::time::Duration;

use crate::protection::{Reference, Seen};

/// How long they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The median.
    pub p50: Duration,
    /// The 99th percentile.
    pub p99: Duration,
    /// The slowest one, failed ones included.
    pub slowest: Duration,
}

/// What users got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// As fast as a hit: what was at hand.
    pub at_once: usize,
    /// As late as a rebuild: it was waited for, or made.
    pub waited: usize,
    /// One of the two: a rebuild is as fast as a hit.
    pub untold: usize,
    /// Another page than before and after: a substitute.
    pub other: usize,
    /// Another status than that of the page, or none.
    pub failed: usize,
    /// The first failure, in words.
    pub failure: Option<String>,
    /// How long they took.
    pub times: Times,
}

impl Answers {
    /// All requests.
    pub fn requests(&self) -> usize {
        self.at_once + self.waited + self.untold + self.other + self.failed
    }
}

/// Tells the answers apart.
pub fn told(seen: &Seen, reference: &Reference) -> Answers {
    let mut answers = Answers::default();
    let mut times = Vec::with_capacity(seen.ended.len());
    let edge = reference.edge();
    // A page that differs from the one before says by itself which one it is.
    let changed = seen.after.as_ref().is_some_and(|after| *after != reference.body);
    for ended in &seen.ended {
        let failure = match ended {
            Ok(reply) if (200..300).contains(&reply.status) || reply.status == reference.status => {
                times.push(reply.took);
                let (before, after) =
                    (reply.body == reference.body, Some(&reply.body) == seen.after.as_ref());
                match (before, after, edge) {
                    (true, _, _) if changed => answers.at_once += 1,
                    (false, true, _) => answers.waited += 1,
                    (false, false, _) => answers.other += 1,
                    (true, _, Some(edge)) if reply.took < edge => answers.at_once += 1,
                    (true, _, Some(_)) => answers.waited += 1,
                    (true, _, None) => answers.untold += 1,
                }
                continue;
            }
            Ok(reply) => {
                times.push(reply.took);
                match &reply.location {
                    Some(to) => format!("answered {}: it redirects to {to}", reply.status),
                    None => format!("answered {}", reply.status),
                }
            }
            Err((error, took)) => {
                times.push(*took);
                error.message.clone()
            }
        };
        answers.failed += 1;
        answers.failure.get_or_insert(failure);
    }
    answers.times = self::times(times);
    answers
}

/// The percentiles of these times.
pub fn times(mut all: Vec<Duration>) -> Times {
    all.sort_unstable();
    let at = |share: f64| {
        let rank = (all.len() as f64 * share).ceil() as usize;
        all.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    };
    Times { p50: at(0.5), p99: at(0.99), slowest: at(1.0) }
}
