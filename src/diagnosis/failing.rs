//! A database that answers us, and fails its clients: what it counts of that itself, so one is enough to name it (S1).

use crate::diagnosis::signals::{Judged, judged};
use crate::diagnosis::view::View;
use crate::diagnosis::{Level, evidence};
use crate::observation::Metric;
use crate::text;

/// Share of statements or commands that fail from which on it is a warning, and critical.
const FAILING: (f64, f64) = (0.1, 0.5);
/// Failures per second below which a share means nothing.
const FAILURES: f64 = 5.0;
/// Share of the statements that are ended at a limit of time from which on it is a warning, and how many a second at least.
const TIMED_OUT: (f64, f64) = (0.1, 1.0);

/// Judges all of it of one database.
pub(crate) fn judge(view: &View<'_>) -> Vec<Judged> {
    let errors = share(view, (Metric::DatabaseErrorShare, Metric::DatabaseErrors), "statements");
    [ready(view), errors, timed_out(view)].into_iter().flatten().collect()
}

fn ready(view: &View<'_>) -> Option<Judged> {
    let ready = view.get(Metric::DatabaseReady)?;
    let level = if ready > 0.0 { Level::Ok } else { Level::Critical };
    let why = view.detail(Metric::DatabaseReady).unwrap_or("it is not ready");
    let words = format!("{} turns its clients away: {why}", view.name);
    Some(
        judged(view, Metric::DatabaseReady, Some(ready), level, "1 when it answers clients".into())
            .because(words),
    )
}

/// What fails of all that is asked, by the share of it and by how many a second; `what` is asked.
pub(crate) fn share(view: &View<'_>, (share, rate): (Metric, Metric), what: &str) -> Option<Judged> {
    let (value, failures) = (view.get(share)?, view.get(rate)?);
    let level = match value {
        _ if failures < FAILURES || value < FAILING.0 => Level::Ok,
        _ if value < FAILING.1 => Level::Warning,
        _ => Level::Critical,
    };
    let basis = format!(
        "warning from {}, critical from {}, and from {FAILURES}/s on",
        text::percent(FAILING.0),
        text::percent(FAILING.1)
    );
    let kinds = view.detail(rate).map(|kinds| format!(": {kinds}")).unwrap_or_default();
    let words = format!("{}: {} of {what} fail{kinds}", view.name, text::percent(value));
    Some(judged(view, share, Some(value), level, basis).within(FAILING.0, Some(FAILING.1)).because(words))
}

fn timed_out(view: &View<'_>) -> Option<Judged> {
    let rate = view.get(Metric::DatabaseTimedOut)?;
    let share = view.get(Metric::DatabaseQueries).filter(|all| *all > 0.0).map(|all| rate / all);
    let many = rate >= TIMED_OUT.1 && share.is_some_and(|share| share >= TIMED_OUT.0);
    let level = if many { Level::Warning } else { Level::Ok };
    let basis = format!(
        "warning from {} of the statements, and from {}/s on",
        text::percent(TIMED_OUT.0),
        TIMED_OUT.1
    );
    let (rate_words, limit) = (
        evidence::value(Metric::DatabaseTimedOut, rate),
        view.detail(Metric::DatabaseTimedOut).unwrap_or("a limit of time"),
    );
    let words = format!("{}: {limit} ends {rate_words} statements", view.name);
    Some(judged(view, Metric::DatabaseTimedOut, Some(rate), level, basis).because(words))
}
