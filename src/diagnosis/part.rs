//! The answer when one part was asked for by name: when the next cliff comes, which key is hot, what the logs say.
//! One part is one signal: it names no pattern.

use std::time::Duration;

use crate::diagnosis::verdict::{Confidence, Level, Next, Pattern, Signal, Verdict};
use crate::observation::{Metric, Observation, Reading};
use crate::text;

/// A cliff from this share of a prefix's volatile keys on is worth a warning.
const CLIFF: f64 = 0.05;
/// A key with this share of the sampled accesses or misses is hot.
const HOT: f64 = 0.3;

/// When keys expire together.
pub fn expiry(observations: &[Observation]) -> Verdict {
    let share = readings(observations, Metric::CacheCliffShare);
    let worst = share.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    let headline = match worst.map(|worst| (worst, worst.value())) {
        Some((worst, Some(part))) if part >= CLIFF => {
            let when = observations
                .iter()
                .find(|o| o.metric == Metric::CacheCliffIn && o.target == worst.target)
                .and_then(Observation::value)
                .map_or_else(|| "soon".into(), |seconds| format!("in {}", seconds_text(seconds)));
            let keys = worst.detail.as_deref().unwrap_or("the keys");
            (Level::Warning, format!("{} of {keys} expires together {when}", text::percent(part)))
        }
        Some((_, Some(_))) => (Level::Ok, "no expiry cliff in the sampled keys".into()),
        Some((worst, None)) => (Level::Unknown, why(worst)),
        None => (Level::Unknown, "no cache was measured".into()),
    };
    let basis = format!("a warning from {} of a prefix on", text::percent(CLIFF));
    verdict(headline, &share, &basis, |part| part >= CLIFF)
}

/// Which key has most of the accesses.
pub fn hot_keys(observations: &[Observation]) -> Verdict {
    let share = readings(observations, Metric::CacheHotKeyShare);
    let hottest = share.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    let headline = match hottest.map(|hottest| (hottest, hottest.value())) {
        Some((hottest, Some(part))) => {
            let key = hottest.detail.as_deref().unwrap_or("one key");
            let words = format!("{} of the sampled accesses go to {key}", text::percent(part));
            (if part >= HOT { Level::Warning } else { Level::Ok }, words)
        }
        Some((hottest, None)) => (Level::Unknown, why(hottest)),
        None => (Level::Unknown, "no cache was measured".into()),
    };
    let basis = format!("a warning from {} on", text::percent(HOT));
    verdict(headline, &share, &basis, |part| part >= HOT)
}

/// What the logs say.
pub fn logs(observations: &[Observation]) -> Verdict {
    let of = |metric| readings(observations, metric);
    let lines: f64 = of(Metric::LogsLines).iter().filter_map(|o| o.value()).sum();
    let bad = [
        (Metric::LogsDatabaseFull, "database connection errors"),
        (Metric::LogsCacheFull, "cache connection errors"),
        (Metric::LogsMissStorm, "miss-storm warnings"),
    ];
    let seen: Vec<&str> = bad
        .iter()
        .filter(|(metric, _)| of(*metric).iter().any(|o| value(o) > 0.0))
        .map(|(_, words)| *words)
        .collect();
    let misses = of(Metric::LogsCacheMiss);
    let rate: f64 = misses.iter().filter_map(|o| o.value()).sum();
    let read = format!("{} lines read", text::count(lines));
    // An error that may be there is not none, also when the misses could be counted.
    let hidden = bad.iter().flat_map(|(metric, _)| of(*metric)).find(|o| o.value().is_none());
    let told = misses.iter().any(|o| o.value().is_some());
    let headline = match (seen.is_empty(), told, hidden) {
        (false, ..) => (Level::Warning, format!("{} in the logs; {read}", seen.join(", "))),
        (true, true, Some(hidden)) => (Level::Unknown, why(hidden)),
        (true, true, None) if rate > 0.0 => {
            (Level::Ok, format!("{} cache misses/s, no connection errors; {read}", text::count(rate)))
        }
        (true, true, None) => (Level::Ok, format!("no misses and no connection errors; {read}")),
        (true, false, _) => (Level::Unknown, misses.first().map_or("no logs were read".into(), |o| why(o))),
    };
    let all: Vec<&Observation> =
        bad.iter().flat_map(|(metric, _)| of(*metric)).chain(misses.iter().copied()).collect();
    let mut verdict =
        verdict(headline, &all, "any connection error or storm warning is a warning", |rate| rate > 0.0);
    for signal in &mut verdict.signals {
        if signal.name == Metric::LogsCacheMiss.name() && signal.level == Level::Warning {
            signal.level = Level::Ok;
            signal.basis = "shown, not judged: misses are normal".into();
        }
    }
    verdict
}

fn readings(observations: &[Observation], metric: Metric) -> Vec<&Observation> {
    observations.iter().filter(|o| o.metric == metric).collect()
}

fn value(observation: &Observation) -> f64 {
    observation.value().filter(|value| value.is_finite()).unwrap_or(-1.0)
}

fn why(observation: &Observation) -> String {
    match &observation.value {
        Reading::Unknown(why) => why.clone(),
        Reading::Known(_) => "no value".into(),
    }
}

fn seconds_text(seconds: f64) -> String {
    text::duration(Duration::try_from_secs_f64(seconds.round()).unwrap_or_default())
}

fn verdict(
    (level, words): (Level, String),
    judged: &[&Observation],
    basis: &str,
    bad: impl Fn(f64) -> bool,
) -> Verdict {
    let signals = judged
        .iter()
        .map(|o| {
            let value = o.value().filter(|value| value.is_finite());
            let level = match value {
                Some(value) if bad(value) => Level::Warning,
                Some(_) => Level::Ok,
                None => Level::Unknown,
            };
            let basis = if value.is_some() { basis.to_owned() } else { why(o) };
            let (name, target) = (o.metric.name().into(), o.target.to_string());
            Signal { name, target, value, level, warning: None, critical: None, basis }
        })
        .collect();
    Verdict {
        level,
        pattern: Pattern::Unknown,
        stampede: None,
        confidence: Confidence::Low,
        headline: text::fit(&format!("{}: {words}", level.name()), 80).into_owned(),
        signals,
        evidence: vec!["one part was asked for: whether this is a stampede takes the whole picture".into()],
        next: vec![Next { command: "stampede detect".into(), why: "everything at once".into() }],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn target() -> Arc<str> {
        "redis".into()
    }

    #[test]
    fn the_cliff_is_the_answer_to_ttl() {
        let cliff = [
            Observation::known(&target(), Metric::CacheCliffShare, 0.41).detail("user:profile:*"),
            Observation::known(&target(), Metric::CacheCliffIn, 372.4).detail("user:profile:*"),
        ];
        let verdict = expiry(&cliff);
        assert_eq!(verdict.headline, "warning: 41.0 % of user:profile:* expires together in 6 min 12 s");
        assert_eq!(expiry(&[Observation::known(&target(), Metric::CacheCliffShare, 0.0)]).level, Level::Ok);
        let empty = expiry(&[Observation::unknown(&target(), Metric::CacheCliffShare, "there are no keys")]);
        assert_eq!((empty.level, &*empty.headline), (Level::Unknown, "unknown: there are no keys"));
        assert_eq!(expiry(&[]).level, Level::Unknown);
    }

    #[test]
    fn the_hottest_key_is_the_answer_to_hotkeys() {
        let hot = [Observation::known(&target(), Metric::CacheHotKeyShare, 0.62).detail("page:1")];
        assert_eq!(hot_keys(&hot).headline, "warning: 62.0 % of the sampled accesses go to page:1");
        let calm = [Observation::known(&target(), Metric::CacheHotKeyShare, 0.02).detail("page:1")];
        assert_eq!(hot_keys(&calm).level, Level::Ok);
    }

    #[test]
    fn connection_errors_in_the_logs_are_a_warning_and_misses_are_not() {
        let with = |metric, value| {
            vec![
                Observation::known(&target(), Metric::LogsLines, 4.0),
                Observation::known(&target(), Metric::LogsCacheMiss, 0.2),
                Observation::known(&target(), metric, value),
            ]
        };
        let full = logs(&with(Metric::LogsDatabaseFull, 0.1));
        assert_eq!(full.headline, "warning: database connection errors in the logs; 4 lines read");
        let calm = logs(&with(Metric::LogsDatabaseFull, 0.0));
        assert_eq!((calm.level, calm.signals[1].level), (Level::Ok, Level::Ok), "{calm:?}");
        let unread = [Observation::unknown(&target(), Metric::LogsCacheMiss, "no such file")];
        assert_eq!(logs(&unread).level, Level::Unknown);
    }
}
