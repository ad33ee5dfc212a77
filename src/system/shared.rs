//! One connection for several users: one at a time, and what was begun is ended even when nobody waits for it any more.
//! Whoever is in a hurry gives up the answer, and not the seat: a full server may have no second one (S3).

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use crate::failpoint;

/// A handle to what is shared.
pub(super) struct Shared<L>(Arc<Mutex<L>>);

impl<L> Clone for Shared<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<L: Send + 'static> Shared<L> {
    /// The first handle.
    pub(super) fn new(line: L) -> Self {
        Self(Arc::new(Mutex::new(line)))
    }

    /// Does something with it when the others are done, and waits for that for `patience` at most; none: it took longer.
    /// It goes on to its end all the same, also when this future is dropped, so it must bound itself.
    pub(super) async fn with<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl for<'a> FnOnce(&'a mut L) -> BoxFuture<'a, T> + Send + 'static,
    ) -> Option<T> {
        let mut line = self.0.clone().lock_owned().await;
        let work = tokio::spawn(async move {
            failpoint::reach("connection");
            work(&mut line).await
        });
        match tokio::time::timeout(patience, work).await {
            Ok(Ok(done)) => Some(done),
            Ok(Err(failed)) => failed.try_into_panic().map_or(None, |panic| resume_unwind(panic)),
            Err(_) => None,
        }
    }

    /// What is known of it; waits for nothing but the others.
    pub(super) async fn known<T>(&self, what: impl FnOnce(&mut L) -> T) -> T {
        what(&mut *self.0.lock().await)
    }
}
