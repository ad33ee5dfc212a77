//! A sample of TTLs for a question about them alone.

use std::time::Duration;

use futures_util::future::join_all;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::probe::ttl::forecast::Timed;
use crate::probe::ttl::prefix;
use crate::probe::ttl::sample::{self, Order};
use crate::probe::ttl::spread::{Spread, Worst, spreads, worst};
use crate::system::Dialling;
use crate::system::redis::Reader;
use crate::text;

/// How the expiries of a cache are spread.
#[derive(Clone, Debug, Default)]
pub struct Spreading {
    /// Group by group, the largest first.
    pub groups: Vec<Spread>,
    /// The second of the next day in which most keys expire; none: no key expires then.
    pub worst: Option<Worst>,
    /// Keys that were looked at.
    pub seen: usize,
    /// Keys that there are.
    pub keys: f64,
    /// Whether that is all of them.
    pub whole: bool,
    /// What an operator must hear: a node that was not sampled.
    pub notes: Vec<String>,
}

/// Samples the keys of all primaries, for `patience` at most. Errors: the target is not reached, or shows nothing of its keys.
pub async fn spreading(
    reader: &mut Reader,
    dialling: &Dialling,
    samples: usize,
    patience: Duration,
) -> Result<Spreading, TargetError> {
    let mut notes = Vec::new();
    reader.ready(dialling, &mut notes).await.map_err(|refused| refused.error)?;
    let (primaries, missing) = reader.primaries().await?;
    notes.extend(missing);
    let database = reader.database();
    let hidden = || TargetError::new(TargetErrorKind::Permission, super::UNTOLD);
    let counts: Option<Vec<f64>> = primaries.iter().map(|who| who.info.keys_in(database)).collect();
    let counts = counts.ok_or_else(hidden)?;
    let keys: f64 = counts.iter().sum();
    let from = clock::instant();
    let orders = primaries.iter().zip(counts).filter(|(_, keys)| *keys > 0.0).map(|(who, count)| {
        let order = Order {
            samples: (samples as f64 * count / keys.max(1.0)).ceil() as usize,
            keys: count,
            frequency: false,
            expire_times: who.info.has_expire_times(),
            replica: false,
            until: from + patience,
            from,
        };
        let node = reader.nodes.iter().find(|node| node.name() == who.node);
        let connection = node.and_then(|node| node.connection.as_ref());
        async move {
            match connection {
                Some(connection) => sample::take(connection, order).await,
                None => Err(TargetError::new(TargetErrorKind::Unreachable, format!("{} has gone", who.node))),
            }
        }
    });
    let (mut timed, mut whole) = (Vec::new(), true);
    for taken in join_all(orders).await {
        match taken {
            Ok(taken) => {
                whole &= taken.whole;
                notes.extend(taken.denied.map(|why| {
                    format!("keys could not be sampled: {}", text::fit(&text::escape(&why), 120))
                }));
                timed.extend(taken.keys);
            }
            Err(error) => {
                whole = false;
                notes.push(format!("not sampled: {error}"));
            }
        }
    }
    if timed.is_empty() && keys > 0.0 {
        let why = notes.pop().unwrap_or_else(|| "no key could be sampled".into());
        return Err(TargetError::new(TargetErrorKind::Permission, why));
    }
    let labels = prefix::group(&timed.iter().map(|key| key.key.as_slice()).collect::<Vec<_>>());
    let seen = timed.len();
    let sample: Vec<Timed> =
        labels.into_iter().zip(timed).map(|(label, key)| Timed { label, left: key.left }).collect();
    Ok(Spreading {
        groups: spreads(&sample, keys, whole),
        worst: worst(&sample, keys, whole),
        seen,
        keys,
        whole,
        notes,
    })
}
