//! Request coalescing: requests of one process for the same key share one rebuild.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

type UnderWay<T> = Mutex<HashMap<String, watch::Receiver<Option<T>>>>;

/// What is under way in this process, by key.
pub(super) struct Flights<T>(Arc<UnderWay<T>>);

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Takes a flight off the list when it is over, also when its work has panicked.
struct Landing<T>(Arc<UnderWay<T>>, String);

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// The result of `work`, which one of those who ask at the same time has done, and whether it was another one. It goes on
    /// when whoever began it is gone. None: it has panicked.
    pub(super) async fn share(
        &self,
        key: &str,
        work: impl Future<Output = T> + Send + 'static,
    ) -> (Option<T>, bool) {
        let (mut flight, joined) = {
            let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.get(key) {
                Some(flight) => (flight.clone(), true),
                None => {
                    let (lands, flight) = watch::channel(None);
                    under_way.insert(key.to_owned(), flight.clone());
                    let landing = Landing(self.0.clone(), key.to_owned());
                    tokio::spawn(async move {
                        let result = work.await;
                        // Before anybody hears of it: whoever comes then begins a flight of his own.
                        drop(landing);
                        lands.send_replace(Some(result));
                    });
                    (flight, false)
                }
            }
        };
        let result = flight.wait_for(Option::is_some).await.ok().and_then(|landed| landed.clone());
        (result, joined)
    }
}
