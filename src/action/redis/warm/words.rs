//! How it goes, and what came of it.

use std::time::Duration;

use crate::clock;
use crate::refill::executor::Executor;
use crate::refill::fill::{Loader, Values};
use crate::refill::keys::KeySource;
use crate::refill::throttle::Throttle;
use crate::text;

/// Where the keys come from: `the 20 hottest keys`.
pub fn source(source: &KeySource) -> String {
    match source {
        KeySource::Named(keys) if keys.len() == 1 => text::fit_bytes(&keys[0], 40),
        KeySource::Named(keys) => format!("{} keys", keys.len()),
        KeySource::Hot(keys, _) => format!("the {} hottest keys", keys.len()),
        KeySource::File(path) => format!("the keys of {}", text::escape(&path.display().to_string())),
        KeySource::Matching(pattern) => format!("the keys of {}", text::escape(pattern)),
    }
}

/// How far it is: `43 % of 1.0k, 85/s, 7 s left; hit ratio 83 %, mysql runs 12, 6 at a time`.
pub fn far(executor: &Executor) -> String {
    let now = clock::instant();
    let seconds = now.saturating_duration_since(executor.began).as_secs_f64().max(0.001);
    let (done, rate) = (executor.done(), executor.outcome.rebuilt as f64 / seconds);
    let looked_at = done.saturating_sub(executor.request.from) as f64 / seconds;
    let far = match executor.request.of {
        Some(of) if of > 0 => {
            let share = (done as f64 / of as f64).min(1.0);
            let mut far = format!("{:.0} % of {}", share * 100.0, text::count(of as f64));
            // Before the first is done nothing is known of the others.
            if looked_at > 0.0 {
                let left = of.saturating_sub(done) as f64 / looked_at;
                let left = text::duration(Duration::from_secs_f64(left.clamp(0.0, 1e7).round()));
                far += &format!(", {left} left");
            }
            far
        }
        _ => format!("{} keys", text::count(done as f64)),
    };
    let mut words = format!("{far}, {} refills/s", text::count(rate.round()));
    if let Some(ratio) = executor.cache.ratio {
        words += &format!("; hit ratio {}", text::percent(ratio));
    }
    if let Some((running, database)) = &executor.load.busiest {
        words += &format!("; {} runs {}", text::escape(database), text::count(*running));
    }
    words
        + &match executor.throttle.resting(now) {
            Some(why) => format!("; {why}"),
            None => format!("; {} at a time", executor.throttle.limit(now)),
        }
}

/// What came of it, in words.
pub fn said(executor: &Executor) -> Vec<String> {
    let count = &executor.outcome;
    let seconds = clock::instant().saturating_duration_since(executor.began).as_secs_f64().max(0.001);
    let mut notes = vec![format!(
        "{} keys refilled ({}/s, {} each), {} were there",
        count.rebuilt,
        text::count((count.rebuilt as f64 / seconds).round()),
        text::duration(Duration::from_secs_f64(count.refill_ms() / 1e3)),
        count.present
    )];
    match &count.first {
        Some(first) if count.failed > 0 => {
            notes.push(format!("{} failed: {first} ({})", count.failed, count.named.join(", ")));
        }
        Some(first) => notes.push(format!("calls failed on the way: {first}")),
        None => {}
    }
    if count.absent > 0 {
        notes.push(format!(
            "{} are not there although their call was taken: {}",
            count.absent,
            count.named.join(", ")
        ));
    }
    if let (Some(before), Some(now)) = (executor.cache.ratio_before, executor.cache.ratio) {
        notes.push(format!(
            "hit ratio {} in the beginning, {} now",
            text::percent(before),
            text::percent(now)
        ));
    }
    notes.extend(worst(&executor.throttle));
    if count.stopped {
        let of = executor.request.of.map(|of| format!(" of {}", text::count(of as f64))).unwrap_or_default();
        notes.push(format!("stopped after {}{of} keys of the list", text::count(executor.done() as f64)));
    }
    notes
}

fn worst(throttle: &Throttle) -> Option<String> {
    throttle.worst.map(|worst| {
        format!(
            "the busiest database ran {} at most, {} samples at the stop threshold or above",
            text::count(worst),
            throttle.above
        )
    })
}

/// How far values are filled in.
pub fn filled(loader: &Loader) -> String {
    let mut words =
        format!("{} keys, {} filled in", text::count(loader.done as f64), text::count(loader.filled as f64));
    if let Values::Rows(rows) = &loader.values {
        if let Some((running, name)) = &rows.load.busiest {
            words += &format!("; {} runs {}", text::escape(name), text::count(*running));
        }
        if let Some(why) = rows.throttle.resting(clock::instant()) {
            words += &format!("; {why}");
        }
    }
    words
}

/// What came of filling them in.
pub fn loaded(loader: &Loader) -> Vec<String> {
    let mut notes = vec![format!("{} keys filled in, {} were there", loader.filled, loader.present)];
    if loader.stopped {
        notes.push(format!(
            "stopped after {} keys: {}",
            text::count(loader.done as f64),
            loader.values.again()
        ));
    }
    if let Values::Rows(rows) = &loader.values {
        if rows.without > 0 {
            notes.push(format!("{} rows had NULL in their key or value and were passed over", rows.without));
        }
        notes.extend(worst(&rows.throttle));
    }
    notes
}
