//! Replicas: whether each has its link, and how far it is behind.

use std::sync::Arc;

use crate::observation::{Metric, Observation};
use crate::probe::cache::counters::Counters;
use crate::probe::cache::readings::{Measured, ONE_LOOK};
use crate::probe::cache::words;

/// Bytes that a replica may have to confirm without being behind: it does so once a second.
const ON_ITS_WAY: f64 = 1_048_576.0;

/// How far a replica is behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Behind {
    /// By the time that it took to write as much.
    pub seconds: f64,
    /// Which.
    pub replica: String,
}

/// Whether a replica takes the first copy of its data: it never had a link that it could have lost.
pub fn copies(node: &Counters) -> bool {
    node.info.flag("master_sync_in_progress")
        && node.number("master_link_down_since_seconds").is_some_and(|seconds| seconds < 0.0)
}

/// Whether a replica has no link to its primary.
pub fn is_unlinked(node: &Counters) -> bool {
    node.info.get("master_link_status") == Some("down") && !copies(node)
}

/// How far the replicas of a node are behind that had their copy all the window: the lesser of both ends, since a single
/// large write is behind for a moment everywhere.
pub fn behind(now: &Counters, before: &Counters) -> Vec<Behind> {
    let seconds = (now.at - before.at).as_secs_f64();
    let head = |at: &Counters| at.number("master_repl_offset");
    let Some((head, was)) = head(now).zip(head(before)).filter(|(head, was)| head >= was) else {
        return Vec::new();
    };
    let followers = before.info.followers();
    let of = |replica: &crate::system::redis::Follower| {
        let old = followers.iter().find(|old| old.name == replica.name && old.online)?;
        let (offset, old) = replica.offset.filter(|_| replica.online).zip(old.offset)?;
        let bytes = (head - offset).min(was - old);
        // Where less is written than it takes in, it is nearer than what is written now would tell.
        let rate = (head - was).max(offset - old) / seconds;
        let behind = match bytes {
            few if few < ON_ITS_WAY => 0.0,
            bytes if rate > 0.0 => bytes / rate,
            _ => return None,
        };
        Some(Behind { seconds: behind, replica: replica.name.clone() })
    };
    now.info.followers().iter().filter_map(of).collect()
}

/// What is seen of replicas, where there are any.
pub fn observations(target: &Arc<str>, nodes: &[Measured]) -> Vec<Observation> {
    let mut found = Vec::new();
    let unlinked = nodes.iter().find(|node| is_unlinked(&node.now));
    let has_replicas = nodes.iter().any(|node| node.now.info.get("master_link_status").is_some());
    found.extend(has_replicas.then(|| match unlinked {
        Some(node) => {
            Observation::known(target, Metric::CacheReplicaLink, 0.0).detail(words::unlinked(&node.now))
        }
        None => Observation::known(target, Metric::CacheReplicaLink, 1.0),
    }));
    if nodes.iter().any(|node| !node.now.info.followers().is_empty()) {
        let all = nodes.iter().filter_map(|node| node.work.as_ref()).flat_map(|work| &work.behind);
        found.push(match all.max_by(|a, b| a.seconds.total_cmp(&b.seconds)) {
            Some(worst) => Observation::known(target, Metric::CacheReplicaLag, worst.seconds)
                .detail(worst.replica.as_str()),
            None if nodes.iter().all(|node| node.delta.is_none()) => {
                Observation::unknown(target, Metric::CacheReplicaLag, ONE_LOOK)
            }
            None => {
                let why = "no replica was in step all the window, or nothing moved in it";
                Observation::unknown(target, Metric::CacheReplicaLag, why)
            }
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock;
    use crate::system::redis::{Info, Own};

    #[test]
    fn a_replica_is_as_far_behind_as_it_took_to_write_what_it_has_not() {
        let start = clock::instant();
        let at = |seconds: u64, head: u64, state: &str, offset: u64| Counters {
            node: "a:1".into(),
            primary: true,
            at: start + Duration::from_secs(seconds),
            own: Own::default(),
            info: Info::parse(&format!(
                "master_repl_offset:{head}\r\nslave0:ip=b,port=1,state={state},offset={offset},lag=1\r\n"
            )),
        };
        let seconds = |now: &Counters, before: &Counters| {
            behind(now, before).into_iter().map(|behind| behind.seconds).collect::<Vec<_>>()
        };
        let none = Vec::<f64>::new();
        let mega = 1_048_576;
        let before = at(0, 100 * mega, "online", 80 * mega);
        assert_eq!(seconds(&at(2, 104 * mega, "online", 80 * mega), &before), [10.0]);
        assert_eq!(seconds(&at(2, 104 * mega, "online", 104 * mega), &before), [0.0], "it has caught up");
        assert_eq!(seconds(&at(2, 100 * mega, "online", 90 * mega), &before), [2.0], "it is about to");
        assert_eq!(seconds(&at(2, 100 * mega, "online", 80 * mega), &before), none, "nothing moves");
        assert_eq!(seconds(&at(2, 104 * mega, "send_bulk", 0), &before), none, "a copy is no lag");
        assert_eq!(
            seconds(&at(2, 104 * mega, "online", 80 * mega), &at(0, 100 * mega, "wait_bgsave", 0)),
            none
        );
    }
}
