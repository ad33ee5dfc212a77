//! Listens to the key-miss events that a server already publishes, over a connection of its own.

use futures_util::future::try_join_all;
use futures_util::stream::StreamExt;
use redis::aio::{PubSub, PubSubStream};

use crate::clock;
use crate::config::Address;
use crate::error::TargetError;
use crate::system::Dialling;
use crate::system::redis::acting::silently;
use crate::system::redis::login::log_in;
use crate::system::redis::query::KEYMISS;
use crate::system::redis::wire::logged_in;
use crate::system::redis::{Reader, Way, error};

/// A subscription to the misses of one node.
pub struct Keymiss {
    address: Address,
    events: PubSubStream,
}

impl Keymiss {
    /// Opens a second connection and subscribes. There is no race for a slot: this one is not worth it.
    pub async fn subscribe(way: &Way, dialling: &Dialling) -> Result<Self, TargetError> {
        let by = dialling.connect_by.min(clock::instant() + dialling.reply);
        let entry = log_in(way, by).await.map_err(|refused| refused.error)?;
        let left = by.saturating_duration_since(clock::instant());
        let subscribed = tokio::time::timeout(left, async {
            let mut subscription = PubSub::new(&logged_in(), entry.stream).await?;
            subscription.psubscribe(KEYMISS).await?;
            Ok(subscription.into_on_message())
        });
        match subscribed.await {
            Ok(Ok(events)) => Ok(Self { address: way.address.clone(), events }),
            Ok(Err(error)) => Err(Self::refused(way, error)),
            Err(_) => Err(error::silent(&way.address, left)),
        }
    }

    fn refused(way: &Way, error: redis::RedisError) -> TargetError {
        match error.code() {
            Some(code) => {
                let text = format!("{code} {}", error.detail().unwrap_or_default());
                error::meaning(&way.address, way.user.as_deref(), text.trim_end())
            }
            None => error::gone(&way.address).caused_by(error),
        }
    }

    /// The next key that was asked for and not there.
    pub async fn next(&mut self) -> Result<Vec<u8>, TargetError> {
        match self.events.next().await {
            Some(event) => Ok(event.get_payload_bytes().to_vec()),
            None => Err(error::gone(&self.address)),
        }
    }
}

impl Reader {
    /// Subscribes to the misses of every node, each over a second connection. Errors: one of them has no slot left for
    /// it, or does not let us listen.
    pub async fn listen(&self) -> Result<Vec<Keymiss>, TargetError> {
        let dialling = silently();
        try_join_all(self.nodes.iter().map(|node| Keymiss::subscribe(&node.way, &dialling))).await
    }
}
