//! A Redis Cluster.

use futures_util::future::join_all;
use stampede::lab::{Lab, RedisCluster};

use super::{Load, Saw, each, until};

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
