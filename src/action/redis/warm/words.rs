//! How it goes, and what came of it.

use std::time::Duration;

use crate::action::redis::warm::drive::Drive;
use crate::clock;
use crate::text;

/// How far it is: `43 % of 1.0k, 85/s, 7 s left; hit ratio 83 %, mysql runs 12, 6 at a time`.
pub fn far(drive: &Drive<'_>) -> String {
    let now = clock::instant();
    let seconds = now.saturating_duration_since(drive.began).as_secs_f64().max(0.001);
    let (done, rate) = (drive.done(), drive.count.rebuilt as f64 / seconds);
    let looked_at = done.saturating_sub(drive.order.from) as f64 / seconds;
    let far = match drive.order.of {
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
    if let Some(ratio) = drive.cache.ratio {
        words += &format!("; hit ratio {}", text::percent(ratio));
    }
    if let Some((running, database)) = &drive.load.busiest {
        words += &format!("; {} runs {}", text::escape(database), text::count(*running));
    }
    words
        + &match drive.brakes.resting(now) {
            Some(why) => format!("; {why}"),
            None => format!("; {} at a time", drive.brakes.limit(now)),
        }
}

/// What came of it, in words.
pub fn said(drive: &Drive<'_>, seconds: f64) -> Vec<String> {
    let count = &drive.count;
    let mut notes = vec![format!(
        "{} keys refilled ({}/s, {} each), {} were there",
        count.rebuilt,
        text::count((count.rebuilt as f64 / seconds).round()),
        text::duration(Duration::from_secs_f64(drive.refill_ms() / 1e3)),
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
    if let (Some(before), Some(now)) = (drive.cache.ratio_before, drive.cache.ratio) {
        notes.push(format!(
            "hit ratio {} in the beginning, {} now",
            text::percent(before),
            text::percent(now)
        ));
    }
    if let Some(worst) = drive.brakes.worst {
        notes.push(format!(
            "the busiest database ran {} at most, {} samples at the stop threshold or above",
            text::count(worst),
            drive.brakes.above
        ));
    }
    if count.stopped {
        notes.push(format!("stopped after {} keys of the list: --resume goes on", drive.done()));
    }
    notes
}
