//! Ctrl-C: the first one finishes the write in flight and stops; the second one leaves at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// Whether the operator wants to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<(AtomicU8, Notify)>);

impl Stop {
    /// One more Ctrl-C (or hang-up, or SIGTERM). Returns how many there were.
    pub fn ask(&self) -> u8 {
        let asked = self.0.0.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        self.0.1.notify_waiters();
        asked
    }

    /// Whether it was asked for.
    pub fn asked(&self) -> bool {
        self.0.0.load(Ordering::Relaxed) > 0
    }

    /// Begins to count anew: what comes now is asked and done in peace.
    pub fn forget(&self) {
        self.0.0.store(0, Ordering::Relaxed);
    }

    /// Waits until it is asked for.
    pub async fn wait(&self) {
        loop {
            let notified = self.0.1.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            if self.asked() {
                return;
            }
            notified.await;
        }
    }
}
