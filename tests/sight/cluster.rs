//! A Redis Cluster.

use futures_util::future::join_all;
use stampede::lab::{Lab, RedisCluster};

use super::{Load, SCRIPT, Saw, each, until};
use crate::actions::harness;

/// Keys of slots 3300, 7365 and 15495: one on each of three primaries.
const TAGS: [&str; 3] = ["{b}", "{c}", "{a}"];

async fn of_three(lab: &Lab, args: &[&str]) -> (RedisCluster, Vec<Load>) {
    let cluster = lab.redis_cluster(3, 0, args).await.unwrap();
    let loads = cluster.primaries.iter().zip(TAGS).map(async |(node, tag)| {
        node.says(&["SET", &format!("{tag}user"), "x"]).await.unwrap();
        let load = Load::of(&node.url(), 2, &["GET", &format!("{tag}user")]);
        load.runs().await;
        load
    });
    let loads = join_all(loads).await;
    (cluster, loads)
}

fn all(cluster: &RedisCluster) -> String {
    cluster.primaries.iter().map(|node| node.url()).collect::<Vec<_>>().join(",").replace(",redis://", ",")
}

async fn saw(cluster: &RedisCluster) -> Saw {
    Saw::at(&[("REDIS_URL", &all(cluster))]).await
}

#[tokio::test]
async fn fine_all_slots_are_served() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    saw(&cluster).await.is_healthy();
}

#[tokio::test]
async fn bad_a_primary_is_dead_and_the_others_go_on() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &["--cluster-require-full-coverage", "no"]).await;
    cluster.primaries[2].kill().await;
    let patience = stampede::clock::instant() + crate::support::PATIENCE;
    while !cluster.primaries[0].says(&["CLUSTER", "INFO"]).await.unwrap().contains("cluster_slots_fail:5460")
    {
        assert!(stampede::clock::instant() < patience, "nobody finds it dead");
        stampede::clock::sleep(std::time::Duration::from_millis(50)).await;
    }
    saw(&cluster).await.tells(&["critical: cache down", "of 16384 slots are served by nobody"]);
}

#[tokio::test]
async fn bad_slots_are_missing_and_then_nothing_is_served() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    each(&cluster.primaries, &["CLUSTER", "DELSLOTS", "1", "2", "3"]).await;
    for node in &cluster.primaries {
        until(node, "errorstat_CLUSTERDOWN").await;
    }
    let saw = saw(&cluster).await;
    saw.tells(&["critical: cache down", "3 of 16384 slots are served by nobody"]);
    assert!(saw.0.stdout.contains("this cluster serves nothing"), "{}", saw.0);
}

/// One of three: the sum over all of them looks well.
#[tokio::test]
async fn bad_scripts_keep_one_of_three_busy() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    let script = SCRIPT.replace("'user:1'", "KEYS[1]");
    let scripts = Load::of(&cluster.primaries[1].url(), 12, &["EVAL", &script, "1", "{c}user"]);
    scripts.runs().await;
    // Where others have the processors the scripts do not keep the node busy: it takes a look in which they do.
    let is_told = |saw: &Saw| saw.first().contains("cache saturated");
    let saw = harness::until("the scripts have a processor", || saw(&cluster), is_told).await;
    saw.tells(&["cache saturated", "scripts take"]);
}

#[tokio::test]
async fn bad_one_of_three_is_full() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &["--maxmemory-policy", "noeviction"]).await;
    let full = &cluster.primaries[1];
    full.says(&["CONFIG", "SET", "maxmemory", "1mb"]).await.unwrap();
    let _writes = Load::of(&full.url(), 2, &["SET", "{c}big:{n}", "x"]);
    until(full, "errorstat_OOM").await;
    saw(&cluster).await.tells(&["cache refuses writes", "OOM"]);
}

#[tokio::test]
async fn bad_one_of_three_has_nearly_all_its_clients() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    let near = &cluster.primaries[1];
    near.says(&["CONFIG", "SET", "maxclients", "60"]).await.unwrap();
    let mut idle = Vec::new();
    for _ in 0..53 {
        idle.push(stampede::lab::connect(&near.url()).await.unwrap());
    }
    let saw = saw(&cluster).await;
    saw.tells(&["cache connections exhausted"]);
    let node = format!(" of 60 on 127.0.0.1:{}", near.port());
    assert!(saw.0.stdout.contains(&node), "no {node:?}: {}", saw.0);
    drop(idle);
}

#[tokio::test]
async fn bad_one_of_three_is_cold() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    cluster.primaries[1].says(&["FLUSHALL"]).await.unwrap();
    saw(&cluster).await.tells(&["critical", "hit ratio 6"]);
}

/// A slot on its way: clients are sent on with ASK, and what was moved with MOVED.
#[tokio::test]
async fn fine_slots_are_moving() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    let (from, to) = (&cluster.primaries[2], &cluster.primaries[0]);
    let from_id = from.says(&["CLUSTER", "MYID"]).await.unwrap();
    let to_id = to.says(&["CLUSTER", "MYID"]).await.unwrap();
    to.says(&["CLUSTER", "SETSLOT", "15495", "IMPORTING", &from_id]).await.unwrap();
    from.says(&["CLUSTER", "SETSLOT", "15495", "MIGRATING", &to_id]).await.unwrap();
    let _sent_on = Load::of(&from.url(), 4, &["GET", "{a}new:{n}"]);
    let _went_wrong = Load::of(&to.url(), 4, &["GET", "{c}user"]);
    until(from, "errorstat_ASK").await;
    until(to, "errorstat_MOVED").await;
    saw(&cluster).await.is_healthy();
}

/// It has joined, and holds no slot yet.
#[tokio::test]
async fn fine_a_new_node_has_no_slots() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    let new = lab.redis(&["--cluster-enabled", "yes"]).await.unwrap();
    new.says(&["CLUSTER", "MEET", "127.0.0.1", &cluster.primaries[0].port().to_string()]).await.unwrap();
    for node in cluster.primaries.iter().chain([&new]) {
        let patience = stampede::clock::instant() + crate::support::PATIENCE;
        while !node.says(&["CLUSTER", "INFO"]).await.unwrap().contains("cluster_known_nodes:4") {
            assert!(stampede::clock::instant() < patience, "it is never known");
            stampede::clock::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    saw(&cluster).await.is_healthy();
}

/// The addresses that are configured are those of before: one of them is a replica now.
#[tokio::test]
async fn fine_a_replica_has_taken_over() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let new = &cluster.replicas[0];
    for (node, tag) in cluster.primaries.iter().zip(TAGS) {
        node.says(&["SET", &format!("{tag}user"), "x"]).await.unwrap();
    }
    new.says(&["CLUSTER", "FAILOVER"]).await.unwrap();
    until(new, "role:master").await;
    until(&cluster.primaries[0], "master_link_status:up").await;
    let mut loads = Vec::new();
    for (node, tag) in [new, &cluster.primaries[1], &cluster.primaries[2]].into_iter().zip(TAGS) {
        let load = Load::of(&node.url(), 2, &["GET", &format!("{tag}user")]);
        load.runs().await;
        loads.push(load);
    }
    saw(&cluster).await.is_healthy();
}

#[tokio::test]
async fn unknown_when_a_primary_cannot_be_measured() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    // It lets others in, and not us.
    cluster.primaries[1].says(&["CONFIG", "SET", "maxclients", "1"]).await.unwrap();
    let saw = saw(&cluster).await;
    assert_eq!(saw.0.end, crate::support::binary::End::Code(3), "{}", saw.0);
    assert!(saw.first().contains("of redis was not measured"), "{}", saw.0);
}

/// Waits until a node of a cluster says this of another.
async fn says_of(node: &stampede::lab::RedisServer, other: u16, words: &str) {
    let of = format!(":{other}@");
    let says = async || {
        let nodes = node.says(&["CLUSTER", "NODES"]).await.unwrap();
        nodes.lines().any(|line| line.contains(&of) && line.contains(words))
    };
    super::comes(words, says).await;
}

/// With reads on each of its primaries.
async fn reads(cluster: &RedisCluster) -> Vec<Load> {
    let loads = cluster.primaries.iter().zip(TAGS).map(async |(node, tag)| {
        node.says(&["SET", &format!("{tag}user"), "x"]).await.unwrap();
        let load = Load::of(&node.url(), 2, &["GET", &format!("{tag}user")]);
        load.runs().await;
        load
    });
    join_all(loads).await
}

#[tokio::test]
async fn bad_a_replica_is_dead() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let _loads = reads(&cluster).await;
    saw(&cluster).await.is_healthy();
    let dead = &cluster.replicas[1];
    dead.kill().await;
    says_of(&cluster.primaries[0], dead.port(), "slave,fail ").await;
    let node = format!("127.0.0.1:{}", dead.port());
    saw(&cluster).await.tells(&["redis: replica ", &node, "no other could take over"]);
}

#[tokio::test]
async fn bad_a_replica_is_frozen_that_is_configured() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let _loads = reads(&cluster).await;
    let frozen = &cluster.replicas[1];
    frozen.pause();
    says_of(&cluster.primaries[0], frozen.port(), "slave,fail ").await;
    let node = format!("127.0.0.1:{}", frozen.port());
    let urls = format!("{},{node}", all(&cluster));
    Saw::at(&[("REDIS_URL", &urls)]).await.tells(&["redis: replica ", &node, "no other could take over"]);
    frozen.resume();
}

/// The only one of its shard has taken over: the next failure is an outage.
#[tokio::test]
async fn bad_a_replica_has_taken_over_from_a_dead_primary() {
    let lab = Lab::new().unwrap();
    let mut cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let dead = cluster.primaries[0].clone();
    dead.kill().await;
    until(&cluster.replicas[0], "role:master").await;
    says_of(&cluster.primaries[1], dead.port(), "master,fail ").await;
    cluster.primaries[0] = cluster.replicas[0].clone();
    for node in &cluster.primaries {
        super::comes("all is served", async || {
            node.says(&["CLUSTER", "INFO"]).await.unwrap().contains("cluster_state:ok")
        })
        .await;
    }
    let _loads = reads(&cluster).await;
    let node = format!("127.0.0.1:{}", dead.port());
    saw(&cluster).await.tells(&["redis: ", &node, "no other could take over"]);
}

#[tokio::test]
async fn fine_one_of_two_replicas_is_dead() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(1, 2, &[]).await.unwrap();
    let _loads = reads(&cluster).await;
    let dead = &cluster.replicas[1];
    dead.kill().await;
    says_of(&cluster.primaries[0], dead.port(), "slave,fail ").await;
    saw(&cluster).await.is_healthy();
}

/// A move that ended half: each of two says that a slot is the other's, and all of them that all is well.
#[tokio::test]
async fn bad_two_nodes_send_clients_to_each_other() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    let (from, to) = (&cluster.primaries[2], &cluster.primaries[0]);
    let to_id = to.says(&["CLUSTER", "MYID"]).await.unwrap();
    from.says(&["CLUSTER", "SETSLOT", "16000", "NODE", &to_id]).await.unwrap();
    for node in &cluster.primaries {
        let info = node.says(&["CLUSTER", "INFO"]).await.unwrap();
        assert!(info.contains("cluster_slots_ok:16384"), "{info}");
    }
    saw(&cluster).await.tells(&["critical: cache down", "1 of 16384 slots", "served by nobody"]);
}

/// An aborted move: one node sends clients on, and the other sends them back.
#[tokio::test]
async fn bad_a_slot_is_sent_to_a_node_that_does_not_take_it() {
    let lab = Lab::new().unwrap();
    let (cluster, _loads) = of_three(&lab, &[]).await;
    let (from, to) = (&cluster.primaries[2], &cluster.primaries[0]);
    let to_id = to.says(&["CLUSTER", "MYID"]).await.unwrap();
    from.says(&["CLUSTER", "SETSLOT", "15495", "MIGRATING", &to_id]).await.unwrap();
    let node = format!("127.0.0.1:{}", to.port());
    let words = format!("slot 15495 goes to {node}, which does not take it");
    saw(&cluster).await.tells(&["warning", &words]);

    from.says(&["CLUSTER", "SETSLOT", "15495", "STABLE"]).await.unwrap();
    saw(&cluster).await.is_healthy();
}
