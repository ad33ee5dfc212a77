//! A sampled TTL histogram that forecasts the next expiry cliff.

mod forecast;
mod prefix;
pub mod sample;
mod spread;
mod take;

pub use spread::{Jitter, Spread, Worst};
pub use take::{Spreading, spreading};

use std::sync::Arc;
use std::time::Duration;

use crate::observation::{Metric, Observation, Unit};
use crate::probe::ttl::forecast::{Cliff, Group, Timed, forecast};
use crate::probe::ttl::sample::Sample;
use crate::probe::{Cell, Listing};
use crate::text;

/// Share of the keys of a cliff that hold a number, from which on they may be counters.
const NUMBERS: f64 = 0.9;
/// Groups that are listed.
const LISTED: usize = 10;

/// Why nothing is sampled.
pub const UNTOLD: &str = "how many keys there are is not told";

/// What the forecast is made of, besides the sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Keys there are; none: the server does not say.
    pub keys: Option<f64>,
    /// Keys that expire per second, when known.
    pub expiring: Option<f64>,
    /// Misses per second, when known.
    pub misses: Option<f64>,
    /// Whether anything was counted up in the window.
    pub counts: bool,
}

/// What the sample says about the time to come.
#[derive(Default)]
pub struct Outlook {
    /// The cliff metrics.
    pub observations: Vec<Observation>,
    /// The sentence about the next cliff.
    pub notes: Vec<String>,
    /// The groups.
    pub listing: Option<Listing>,
}

/// Both cliff metrics, unknown.
pub fn unknown(target: &Arc<str>, why: &str) -> Vec<Observation> {
    [Metric::CacheCliffShare, Metric::CacheCliffIn].map(|m| Observation::unknown(target, m, why)).to_vec()
}

/// The sampled keys of groups in which many expire together, by sample and place: what they hold says whether that matters.
pub fn in_cliffs(samples: &[Sample], keys_there: f64) -> Vec<Vec<usize>> {
    let keys: Vec<_> = samples.iter().flat_map(|sample| &sample.keys).collect();
    let labels = prefix::group(&keys.iter().map(|key| key.key.as_slice()).collect::<Vec<_>>());
    let timed: Vec<Timed> =
        labels.into_iter().zip(&keys).map(|(label, key)| Timed { label, left: key.left }).collect();
    // Nothing expires now: then no cliff is taken for today's rate, and none is left out.
    let groups = forecast(&timed, keys_there, samples.iter().all(|sample| sample.whole), Some(0.0));
    let in_one = |label: &str| groups.iter().any(|group| group.label == label && group.cliff.is_some());
    let mut timed = timed.iter();
    let of = |sample: &Sample| {
        let places = sample.keys.iter().enumerate().zip(&mut timed);
        places.filter(|(_, timed)| in_one(&timed.label)).map(|((at, _), _)| at).collect()
    };
    samples.iter().map(of).collect()
}

/// Forecasts from the samples of all nodes.
pub fn outlook(target: &Arc<str>, samples: &[Sample], now: Now) -> Outlook {
    let keys: Vec<_> = samples.iter().flat_map(|sample| &sample.keys).collect();
    if keys.is_empty() {
        let denied = samples.iter().find_map(|sample| sample.denied.as_deref());
        let why = match denied {
            Some(text) => format!("keys could not be sampled: {}", text::fit(&text::escape(text), 120)),
            None if now.keys.is_none() => UNTOLD.into(),
            None if now.keys == Some(0.0) => "there are no keys".into(),
            None => "no key could be sampled".into(),
        };
        return Outlook { observations: unknown(target, &why), ..Outlook::default() };
    }
    let keys_there = now.keys.unwrap_or(keys.len() as f64);
    let whole = samples.iter().all(|sample| sample.whole);
    let labels = prefix::group(&keys.iter().map(|key| key.key.as_slice()).collect::<Vec<_>>());
    let timed: Vec<Timed> =
        labels.into_iter().zip(&keys).map(|(label, key)| Timed { label, left: key.left }).collect();
    let groups = forecast(&timed, keys_there, whole, now.expiring);
    let cliffs = || groups.iter().filter_map(|group| Some((group, group.cliff.as_ref()?)));
    // Counters are counted anew: nobody asks a database for them. A number alone may be a value like others.
    let numbers = |label: &str| {
        let of = timed.iter().zip(&keys).filter(|(timed, _)| timed.label == label);
        let told: Vec<bool> = of.filter_map(|(_, key)| key.number).collect();
        !told.is_empty()
            && told.iter().filter(|number| **number).count() as f64 >= NUMBERS * told.len() as f64
    };
    let counters = |label: &str| now.counts && numbers(label);
    let next = cliffs()
        .filter(|(group, _)| !counters(&group.label))
        .min_by(|a, b| a.1.begins_in.total_cmp(&b.1.begins_in));
    let seen = match whole {
        true => format!("all {} keys", keys.len()),
        false => format!("{} of {keys_there:.0} keys", keys.len()),
    };
    let mut outlook = Outlook {
        listing: Some(Listing {
            title: format!("expiry forecast ({seen} sampled)"),
            columns: ["keys", "count", "no TTL", "next cliff", "within", "in", "misses then"]
                .map(Into::into)
                .into(),
            rows: groups.iter().take(LISTED).map(row).collect(),
        }),
        ..Outlook::default()
    };
    outlook.notes.extend(cliffs().filter(|(group, _)| counters(&group.label)).map(|(group, cliff)| {
        format!(
            "{} of {} expires together in {}: counters, which nobody refills",
            text::percent(cliff.share),
            group.label,
            seconds(cliff.begins_in)
        )
    }));
    outlook.observations = match next {
        Some((group, cliff)) => {
            outlook.notes.push(sentence(group, now.misses));
            vec![
                Observation::known(target, Metric::CacheCliffShare, cliff.share).detail(&group.label),
                Observation::known(target, Metric::CacheCliffIn, cliff.begins_in).detail(&group.label),
            ]
        }
        None if keys.iter().all(|key| key.left.is_none()) => {
            unknown(target, &format!("none of the sampled keys expires ({seen})"))
        }
        None => vec![
            Observation::known(target, Metric::CacheCliffShare, 0.0),
            Observation::unknown(target, Metric::CacheCliffIn, format!("no cliff in sight ({seen} sampled)")),
        ],
    };
    outlook
}

/// `41.0 % (±1.0) of user:profile:* expires within 30 s, in 6 min 12 s; refill needs ~1.4k misses/s, 12× today's`
fn sentence(group: &Group, misses: Option<f64>) -> String {
    let Some(cliff) = &group.cliff else { return String::new() };
    let error = match cliff.error {
        e if e > 0.0 => format!(" (±{:.1})", e * 100.0),
        _ => String::new(),
    };
    let times = match misses {
        Some(misses) if misses >= 1.0 => {
            format!(", {}× today's", text::count(cliff.per_second / misses))
        }
        _ => String::new(),
    };
    format!(
        "{}{error} of {} expires within {}, in {}; refill needs ~{} misses/s{times}",
        text::percent(cliff.share),
        group.label,
        seconds(cliff.span.max(1.0)),
        seconds(cliff.begins_in),
        text::count(cliff.per_second),
    )
}

fn row(group: &Group) -> Vec<Cell> {
    let of = |value: fn(&Cliff) -> f64, unit| match &group.cliff {
        Some(cliff) => Cell::Number(value(cliff), unit),
        None => Cell::None,
    };
    vec![
        Cell::from(group.label.as_str()),
        Cell::count(group.keys.round()),
        Cell::Number(group.forever, Unit::Ratio),
        of(|cliff| cliff.share, Unit::Ratio),
        of(|cliff| cliff.span.max(1.0), Unit::Seconds),
        of(|cliff| cliff.begins_in, Unit::Seconds),
        of(|cliff| cliff.per_second, Unit::PerSecond),
    ]
}

fn seconds(value: f64) -> String {
    text::duration(Duration::from_secs_f64(value.clamp(0.0, 1e9)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::ttl::sample::Sampled;

    #[test]
    fn the_sentence_says_share_prefix_time_and_cost() {
        let mut keys: Vec<Sampled> = Vec::new();
        for n in 0..1000u32 {
            let left = if n < 410 { 372.5 + f64::from(n) * 0.07 } else { 1000.0 + f64::from(n) * 17.0 };
            keys.push(Sampled {
                key: format!("user:profile:{n}").into_bytes(),
                left: Some(left),
                frequency: None,
                number: None,
            });
        }
        let sample = Sample { keys, whole: true, ..Sample::default() };
        let now = Now { keys: Some(1000.0), misses: Some(2.0), ..Now::default() };
        let outlook = outlook(&"redis".into(), &[sample], now);
        assert_eq!(
            outlook.notes,
            vec![
                "41.0 % of user:profile:* expires within 28 s, in 6 min 12 s; refill needs ~14 misses/s, 7.2× today's"
            ]
        );
        assert_eq!(outlook.observations[0].value(), Some(0.41));
        assert_eq!(outlook.observations[0].detail.as_deref(), Some("user:profile:*"));
    }

    #[test]
    fn nothing_that_expires_is_unknown_not_zero() {
        let keys = vec![Sampled { key: b"a".to_vec(), left: None, frequency: None, number: None }];
        let sample = Sample { keys, whole: true, ..Sample::default() };
        let outlook = outlook(&"redis".into(), &[sample], Now { keys: Some(1.0), ..Now::default() });
        assert!(outlook.observations.iter().all(|observation| observation.value().is_none()));
    }
}
