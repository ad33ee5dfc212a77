//! Sentences with numbers.

use std::time::Duration;

use crate::diagnosis::case::Case;
use crate::diagnosis::change::Change;
use crate::diagnosis::view::{Side, View};
use crate::observation::Metric;
use crate::text;

/// How many times the usual, as a person says it.
pub(crate) fn times(change: Change) -> String {
    match change.times() {
        t if t.is_infinite() => "up from 0".into(),
        t if t >= 9.95 => format!("{t:.0} x the usual"),
        t => format!("{t:.1} x the usual"),
    }
}

/// A value in its unit.
pub(crate) fn value(metric: Metric, value: f64) -> String {
    metric.unit().show(value)
}

/// "database queries 340/s, 12 x the usual 28/s".
pub(crate) fn against_usual(view: &View<'_>, metric: Metric, words: &str) -> Option<String> {
    let now = view.get(metric)?;
    let shown = value(metric, now);
    Some(match view.change(metric) {
        Some(change) if change.times().is_infinite() => format!("{words} {shown}, usually none"),
        Some(change) if value(metric, change.usual) == shown => format!("{words} {shown}, as usual"),
        Some(change) => {
            format!("{words} {shown}, {} {}", times(change), value(metric, change.usual))
        }
        None => format!("{words} {shown}"),
    })
}

/// "hit ratio 22.4 % (1204 of 5372 lookups in 2.0 s), usually 98.1 %".
pub(crate) fn hit_ratio(case: &Case<'_>) -> Option<String> {
    let cache = case.cache?;
    let ratio = case.hit_ratio()?;
    let lookups = cache.get(Metric::CacheLookups)?;
    let rate = cache.get(Metric::CacheHits).zip(cache.get(Metric::CacheMisses)).map(|(h, m)| h + m);
    let window = rate.filter(|rate| *rate > 0.0).map(|rate| Duration::try_from_secs_f64(lookups / rate));
    let window = window.and_then(Result::ok).map(|window| format!(" in {}", text::duration(window)));
    let mut line = format!(
        "hit ratio {} ({} of {} lookups{})",
        text::percent(ratio),
        text::count((ratio * lookups).round()),
        text::count(lookups),
        window.unwrap_or_default()
    );
    match cache.usual(Metric::CacheHitRatio) {
        Some(usual) => line.push_str(&format!(", usually {} ({})", text::percent(usual.value), usual.source)),
        None => line.push_str(", no baseline"),
    }
    Some(line)
}

/// What the database carries: queries, running statements, connections; each where it was measured.
pub(crate) fn database(case: &Case<'_>) -> Vec<String> {
    let Some(view) = case.database else { return Vec::new() };
    let mut lines = Vec::new();
    lines.extend(against_usual(view, Metric::DatabaseQueries, "database queries"));
    lines.extend(against_usual(view, Metric::DatabaseRunning, "statements running"));
    lines.extend(connections(view));
    if (case.one_query() == Some(true) || case.stuck_copies().is_some())
        && let Some(share) = view.get(Metric::DatabaseTopQueryShare)
    {
        let digest = view.detail(Metric::DatabaseTopQueryShare).map(|d| format!(": {d}")).unwrap_or_default();
        lines.push(format!("{} of the running statements are the same one{digest}", text::percent(share)));
    }
    lines
}

/// "database connections 49 of 50 (98.0 %), usually 11".
pub(crate) fn connections(view: &View<'_>) -> Option<String> {
    let now = view.get(Metric::DatabaseConnections)?;
    let mut line = format!("database connections {}", text::count(now));
    match (view.get(Metric::DatabaseConnectionsLimit), view.get(Metric::DatabaseConnectionsRatio)) {
        (Some(limit), Some(ratio)) => {
            line.push_str(&format!(" of {} ({})", text::count(limit), text::percent(ratio)));
        }
        _ => line.push_str(" (limit unknown)"),
    }
    if let Some(usual) = view.usual(Metric::DatabaseConnections) {
        line.push_str(&format!(", usually {}", text::count(usual.value)));
    }
    if let Some(detail) = view.detail(Metric::DatabaseConnections) {
        line.push_str(&format!("; {detail}"));
    }
    Some(line)
}

/// "41.0 % of user:* expires together in 6 min": the next cliff, where there is one worth a word.
pub(crate) fn cliff(cache: &View<'_>) -> Option<String> {
    let share = cache.get(Metric::CacheCliffShare).filter(|share| *share >= 0.05)?;
    let prefix = cache.detail(Metric::CacheCliffShare).unwrap_or("the keys");
    let when = value(Metric::CacheCliffIn, cache.get(Metric::CacheCliffIn)?);
    Some(format!("{} of {prefix} expires together in {when}", text::percent(share)))
}

/// What users feel.
pub(crate) fn response(case: &Case<'_>) -> Option<String> {
    against_usual(case.http?, Metric::HttpResponseTime, "response time")
}

/// One of the cache's readings held against what is usual.
pub(crate) fn cache(case: &Case<'_>, metric: Metric, words: &str) -> Option<String> {
    debug_assert_eq!(Side::of(metric), Side::Cache);
    against_usual(case.cache?, metric, words)
}

/// What the metrics are called when they are missing.
pub(crate) fn missing(case: &Case<'_>, wanted: &[(Metric, &str)]) -> Vec<String> {
    let unknown = |metric: Metric| match Side::of(metric) {
        Side::Cache => case.cache.is_none_or(|view| view.get(metric).is_none()),
        Side::Database => case.database.is_none_or(|view| view.get(metric).is_none()),
        Side::Pooler => true,
        Side::Http => case.http.is_none_or(|view| view.get(metric).is_none()),
        Side::Logs => case.logs.is_none_or(|view| view.get(metric).is_none()),
    };
    wanted.iter().filter(|(metric, _)| unknown(*metric)).map(|(_, words)| (*words).to_owned()).collect()
}
