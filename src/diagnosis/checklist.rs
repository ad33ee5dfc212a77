//! The boxes of the protocol's last checklist: whether it is over.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Thresholds;
use crate::diagnosis::{Baseline, Level, Verdict};
use crate::observation::{Metric, Observation, Reading};
use crate::text;

/// How many times the usual is still as before.
const USUAL: f64 = 2.0;
/// Small numbers jump: this much more is no sign.
const NOISE: f64 = 3.0;

/// A box of the checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Check {
    /// What is looked at: `hit ratio of redis`.
    pub what: String,
    /// The metric that is looked at, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// What it was in the last window, or why it is not known.
    pub now: String,
    /// What it should be.
    pub wanted: String,
    /// Whether it was so in all windows; none when that is not known.
    pub holds: Option<bool>,
}

impl Check {
    /// Whether it held, in a word.
    pub fn state(&self) -> &'static str {
        match self.holds {
            Some(true) => "ok",
            Some(false) => "not yet",
            None => "?",
        }
    }

    /// As it is said: `hit ratio of redis: 98.2 % (at least 95.0 %)`.
    pub fn words(&self) -> String {
        format!("{}: {} ({})", self.what, self.now, self.wanted)
    }
}

/// Whether all of them hold; none: nothing speaks against it, and not everything is known.
pub fn all_hold(checks: &[Check]) -> Option<bool> {
    match () {
        () if checks.iter().any(|check| check.holds == Some(false)) => Some(false),
        () if checks.iter().any(|check| check.holds.is_none()) => None,
        () => Some(true),
    }
}

/// A box that did not hold before does not hold; what was not known before is not known to have held.
pub fn with_before(check: Check, before: &[Check]) -> Check {
    let held = before.iter().find(|known| known.what == check.what).map(|known| known.holds);
    let holds = match (check.holds, held) {
        (Some(false), _) | (_, Some(Some(false))) => Some(false),
        (None, _) | (_, Some(None)) => None,
        (Some(true), _) => Some(true),
    };
    Check { holds, ..check }
}

/// The boxes of one measurement.
pub fn boxes(
    observations: &[Observation],
    verdict: &Verdict,
    thresholds: &Thresholds,
    usual: &Baseline,
) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for reading in observations {
        checks.push(match reading.metric {
            Metric::CacheHitRatio => {
                let least = thresholds.hit_ratio_warn;
                let holds = reading.value().map(|value| value >= least);
                let wanted = format!("at least {}", text::percent(least));
                check("hit ratio", reading, text::percent, wanted, holds)
            }
            Metric::CacheClientsRatio => {
                below("clients of the limit", reading, thresholds.connections_warn, text::percent)
            }
            Metric::DatabaseConnectionsRatio => {
                below("connections of the limit", reading, thresholds.connections_warn, text::percent)
            }
            Metric::DatabaseRunning => {
                let usual = usual.get(&reading.target, reading.metric).map(|usual| usual.value);
                let most = usual.map_or(thresholds.running_slow, |usual| {
                    (usual * USUAL).max(usual + NOISE).min(thresholds.running_slow.max(usual * USUAL))
                });
                below("running statements", reading, most, text::count)
            }
            Metric::HttpResponseTime => match usual.get(&reading.target, reading.metric) {
                Some(usual) => below("response time", reading, usual.value * USUAL, milliseconds),
                None => {
                    let wanted = "nobody has recorded what is usual: stampede detect, on a quiet day";
                    check("response time", reading, milliseconds, wanted.into(), None)
                }
            },
            _ => continue,
        });
    }
    checks.push(Check {
        what: "the diagnosis".into(),
        metric: None,
        now: verdict.headline.clone(),
        wanted: "no stampede".into(),
        holds: match verdict.level {
            Level::Critical => Some(false),
            Level::Unknown => None,
            _ => Some(verdict.stampede != Some(true)),
        },
    });
    checks
}

fn milliseconds(value: f64) -> String {
    text::duration(Duration::from_secs_f64((value / 1e3).clamp(0.0, 1e6)))
}

fn below(what: &str, reading: &Observation, most: f64, show: fn(f64) -> String) -> Check {
    let holds = reading.value().map(|value| value <= most);
    check(what, reading, show, format!("at most {}", show(most)), holds)
}

fn check(
    what: &str,
    reading: &Observation,
    show: fn(f64) -> String,
    wanted: String,
    holds: Option<bool>,
) -> Check {
    let what = format!("{what} of {}", text::escape(&reading.target));
    let now = match &reading.value {
        Reading::Known(value) => show(*value),
        Reading::Unknown(why) => format!("? ({why})"),
    };
    Check { what, metric: Some(reading.metric), now, wanted, holds }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(what: &str, holds: Option<bool>) -> Check {
        Check { what: what.into(), metric: None, now: "1".into(), wanted: "2".into(), holds }
    }

    #[test]
    fn a_box_holds_when_it_held_in_every_window() {
        let before = [check("a", Some(true)), check("b", Some(false)), check("c", None)];
        let now = |what| with_before(check(what, Some(true)), &before).holds;
        assert_eq!([now("a"), now("b"), now("c"), now("new")], [Some(true), Some(false), None, Some(true)]);
        assert_eq!(with_before(check("a", None), &before).holds, None);
        assert_eq!(with_before(check("c", Some(false)), &before).holds, Some(false));
    }

    #[test]
    fn all_hold_unless_one_does_not_and_unknown_is_not_yes() {
        assert_eq!(all_hold(&[check("a", Some(true))]), Some(true));
        assert_eq!(all_hold(&[check("a", Some(true)), check("b", None)]), None);
        assert_eq!(all_hold(&[check("a", None), check("b", Some(false))]), Some(false));
    }
}
