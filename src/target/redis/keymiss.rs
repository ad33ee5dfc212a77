//! Listens to the key-miss events that a server already publishes, over a connection of its own.

use crate::clock;
use crate::error::TargetError;
use crate::target::Dialling;
use crate::target::redis::ask::Ask;
use crate::target::redis::resp::Reply;
use crate::target::redis::wire::{Way, Wire};

/// A subscription to the misses of one node.
pub struct Keymiss {
    wire: Wire,
}

impl Keymiss {
    /// Opens a second connection and subscribes. There is no race for a slot: this one is not worth it.
    pub async fn subscribe(way: &Way, dialling: &Dialling) -> Result<Self, TargetError> {
        let by = dialling.connect_by.min(clock::instant() + dialling.reply);
        let mut wire = Wire::open(way, by).await.map_err(|refused| refused.error)?;
        let replies = wire.ask(&[Ask::PsubscribeKeymiss], by).await?;
        match replies.first() {
            Some(Reply::Error(text)) => Err(wire.meaning(text)),
            _ => Ok(Self { wire }),
        }
    }

    /// The next key that was asked for and not there.
    pub async fn next(&mut self) -> Result<Vec<u8>, TargetError> {
        loop {
            if let Reply::Array(mut parts) = self.wire.next().await?
                && parts.len() == 4
                && let Some(Reply::Bulk(key)) = parts.pop()
            {
                return Ok(key);
            }
        }
    }
}
