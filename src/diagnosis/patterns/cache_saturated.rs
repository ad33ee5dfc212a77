//! The cache is full of work: it hits, and answers late. Told apart from a stampede by its hit ratio, and by what keeps its
//! one thread busy.

use crate::diagnosis::case::Case;
use crate::diagnosis::evidence;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::view::View;
use crate::observation::Metric;
use crate::text;

/// Share of the window in which the main thread was busy, that speaks for it.
const BUSY: f64 = 0.9;
/// Share of the window in scripts, or in one command, that makes it the cause.
const MOST: f64 = 0.4;
/// Share of sampled accesses to one key that makes it the cause.
const HOTTEST: f64 = 0.5;
/// Bytes that one command moves on average, from which on values are large.
const LARGE: f64 = 16_384.0;
/// Bytes a second from which on they keep a cache busy, and how many times the usual that is.
const MUCH: f64 = 50e6;
const BEYOND_USUAL: f64 = 2.0;
/// One command this long, in milliseconds, speaks for itself; shorter ones must come more than once.
const LONG: f64 = 200.0;

pub(crate) fn judge(case: &Case<'_>) -> Option<Finding> {
    let cache = case.cache?;
    if case.miss_storm() == Some(true) {
        return None;
    }
    let limit = case.slow_from();
    let slow = case.slow_cache() == Some(true);
    let busy = cache.get(Metric::CacheCpu).is_some_and(|share| share >= BUSY);
    let slowest = cache.get(Metric::CacheSlowest).filter(|millis| *millis >= limit / 2.0);
    let heavy = cache.get(Metric::CacheTopCommandShare).is_some_and(|share| share >= MOST);
    let several = cache.get(Metric::CacheSlowCommands).is_some_and(|entries| entries >= 1.0);
    // Most echoes are quick, some are not: a command that holds everybody up now and then.
    let often = cache.get(Metric::CacheRoundTripQuarter).is_some_and(|quarter| quarter >= limit);
    let stalls = cache.get(Metric::CacheRoundTripWorst).is_some_and(|worst| worst >= limit)
        && (slowest.is_some_and(|millis| millis >= LONG || millis >= limit && several) || often && heavy);
    // Sending an answer is no part of a command's time, and of a large one it is most of the work.
    let usual = cache.usual(Metric::CacheNetOut).map_or(0.0, |usual| usual.value);
    let large = large(cache).is_some_and(|(bytes, _)| bytes >= MUCH && bytes >= BEYOND_USUAL * usual);
    let causes = [busy, slowest.is_some(), heavy, large];
    let signals = 1 + causes.into_iter().filter(|cause| *cause).count();
    if !(slow && signals >= 2 || stalls) {
        return None;
    }
    let (cause, sentence) = cause(cache, slowest);
    let mut words = Vec::new();
    words.extend(cache.get(Metric::CacheRoundTrip).map(|median| {
        let worst = cache.get(Metric::CacheRoundTripWorst).unwrap_or(median);
        format!(
            "a PING takes {}, {} at worst",
            evidence::value(Metric::CacheRoundTrip, median),
            evidence::value(Metric::CacheRoundTripWorst, worst)
        )
    }));
    words.push(sentence);
    words.extend(evidence::cache(case, Metric::CacheCpu, "main thread busy"));
    words.extend(slowest.map(|millis| {
        let command = cache.detail(Metric::CacheSlowest).unwrap_or("?");
        format!("longest in the slow log: {command}, {}", evidence::value(Metric::CacheSlowest, millis))
    }));
    words.extend(evidence::hit_ratio(case));
    words.push("against a stampede: lookups hit, they wait".into());
    words.extend(evidence::database(case));
    let metric = if slow { Metric::CacheRoundTrip } else { Metric::CacheRoundTripWorst };
    let upto = if slow { "" } else { "up to " };
    let ping =
        cache.get(metric).map(|millis| format!("PING takes {upto}{}", evidence::value(metric, millis)));
    let steady = case.miss_storm() == Some(false);
    let missing = if steady { Vec::new() } else { vec!["the hit ratio".into()] };
    let cause = std::iter::once(cause).chain(ping).collect();
    Some(Finding { signals, stampede: steady.then_some(false), cause, evidence: words, missing })
}

/// Bytes a second that go out, and bytes of one command, where values are large.
fn large(cache: &View<'_>) -> Option<(f64, f64)> {
    let (bytes, ops) = cache.get(Metric::CacheNetOut).zip(cache.get(Metric::CacheOps))?;
    (ops > 0.0 && bytes / ops >= LARGE).then(|| (bytes, bytes / ops))
}

/// What keeps it busy: in a few words, and as a sentence.
fn cause(cache: &View<'_>, slowest: Option<f64>) -> (String, String) {
    let command = cache.detail(Metric::CacheTopCommandShare).unwrap_or("?");
    let top = cache.get(Metric::CacheTopCommandShare).filter(|share| *share >= MOST);
    let scripts = cache.get(Metric::CacheScriptShare).filter(|share| *share >= MOST);
    if let Some(share) = scripts {
        let share = text::percent(share.min(1.0));
        return (
            format!("scripts take {share} of its time"),
            format!("{share} of its time goes to scripts ({command})"),
        );
    }
    if let Some(millis) = slowest {
        let command = cache.detail(Metric::CacheSlowest).unwrap_or(command);
        let time = evidence::value(Metric::CacheSlowest, millis);
        return (
            format!("slow commands: {command} {time}"),
            format!("slow commands hold it up: {command} took {time}"),
        );
    }
    if let Some(share) = cache.get(Metric::CacheHotKeyShare).filter(|share| *share >= HOTTEST) {
        let key = cache.detail(Metric::CacheHotKeyShare).unwrap_or("one key");
        let share = text::percent(share);
        return (
            format!("hot living key {key}"),
            format!("{share} of the sampled accesses go to one living key: {key}"),
        );
    }
    if let Some((bytes, each)) = large(cache) {
        let each = text::bytes(each);
        let rate = evidence::value(Metric::CacheNetOut, bytes);
        return (
            format!("large values: {rate} out"),
            format!("large values: {rate} go out, {each} a command"),
        );
    }
    if let Some(share) = top {
        let share = text::percent(share.min(1.0));
        return (
            format!("{command} takes {share} of its time"),
            format!("{share} of its time goes to {command}"),
        );
    }
    ("more work than it can do".into(), "no single command, script or key stands out: it is the sum".into())
}
