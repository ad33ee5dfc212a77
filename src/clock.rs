//! The only place that reads a clock or sleeps, so that tests and replays can do without either.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The wall clock, UTC.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The monotonic clock: for windows, deadlines and ages.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the monotonic clock")]
pub fn instant() -> Instant {
    Instant::now()
}

/// Waits for `duration` without blocking the thread.
#[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// Waits until `deadline` without blocking the thread; returns at once when it has passed.
pub async fn sleep_until(deadline: Instant) {
    sleep(deadline.saturating_duration_since(instant())).await;
}
