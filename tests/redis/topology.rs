//! Replicas, clusters and Sentinels.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use stampede::clock;
use stampede::config::Topology;
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, RedisServer};
use stampede::observation::Metric;
use stampede::probe::Part;

use super::{client, known, look, measure, noted, probe, send, spec, value, why};
use crate::support::PATIENCE;

/// Waits until `INFO` of the server holds `words`; panics when it never does. A lost connection is opened again: a Sentinel
/// has a server whose role it changes close them all.
async fn until(url: &str, command: &[&str], words: &str) {
    let patience = clock::instant() + PATIENCE;
    loop {
        let info = ask(url, command).await;
        if info.as_ref().is_ok_and(|info| info.contains(words)) {
            return;
        }
        assert!(clock::instant() < patience, "{url} never said {words:?}: {info:?}");
        clock::sleep(Duration::from_millis(50)).await;
    }
}

async fn ask(url: &str, words: &[&str]) -> ::redis::RedisResult<String> {
    let mut command = ::redis::Cmd::new();
    words.iter().for_each(|word| _ = command.arg(*word));
    command.query_async(&mut stampede::lab::connect(url).await?).await
}

#[tokio::test]
async fn a_replica_says_what_it_is_and_its_primary_names_it() {
    let lab = Lab::new().expect("a lab");
    let primary = lab.redis(&[]).await.expect("redis");
    let replica = lab.redis(&["--replicaof", &format!("127.0.0.1 {}", primary.port())]).await.expect("redis");
    until(&replica.url(), &["INFO", "replication"], "master_link_status:up").await;
    until(&primary.url(), &["INFO", "replication"], "state=online").await;
    let seen = measure(spec(&[replica.port()]), &[Part::Cache], 0).await;
    assert_eq!(seen.identity.as_ref().expect("an identity").role, "replica");
    noted(&seen, &format!("is a replica of 127.0.0.1:{}", primary.port()));
    let seen = measure(spec(&[primary.port()]), &[Part::Cache], 0).await;
    noted(&seen, &format!("reads served by its replicas are not counted: 127.0.0.1:{}", replica.port()));
    primary.stop().await;
    until(&replica.url(), &["INFO", "replication"], "master_link_status:down").await;
    let seen = measure(spec(&[replica.port()]), &[Part::Cache], 0).await;
    assert_eq!(known(&seen, Metric::CacheUp), 1.0);
    noted(&seen, "has had no link to its primary");
}

/// Three primaries, the last of them with a replica.
async fn cluster(lab: &Lab) -> Vec<RedisServer> {
    let args = [
        "--cluster-enabled",
        "yes",
        "--cluster-node-timeout",
        "1000",
        "--cluster-require-full-coverage",
        "no",
    ];
    let mut nodes = Vec::new();
    for _ in 0..4 {
        nodes.push(lab.redis(&args).await.expect("redis"));
    }
    let ranges = [(0, 5460), (5461, 10922), (10923, 16383)];
    for (node, (from, to)) in nodes.iter().zip(ranges) {
        send::<()>(&node.url(), &["CLUSTER", "ADDSLOTSRANGE", &from.to_string(), &to.to_string()]).await;
    }
    for node in &nodes[1..] {
        send::<()>(&nodes[0].url(), &["CLUSTER", "MEET", "127.0.0.1", &node.port().to_string()]).await;
    }
    for node in &nodes {
        until(&node.url(), &["CLUSTER", "INFO"], "cluster_known_nodes:4").await;
    }
    let id: String = send(&nodes[2].url(), &["CLUSTER", "MYID"]).await;
    until(&nodes[3].url(), &["CLUSTER", "NODES"], &id).await;
    send::<()>(&nodes[3].url(), &["CLUSTER", "REPLICATE", &id]).await;
    for node in &nodes {
        until(&node.url(), &["CLUSTER", "INFO"], "cluster_state:ok").await;
        until(&node.url(), &["CLUSTER", "NODES"], &format!("slave {id}")).await;
    }
    until(&nodes[3].url(), &["INFO", "replication"], "master_link_status:up").await;
    nodes
}

#[tokio::test]
async fn a_cluster_is_measured_whole_and_goes_on_without_a_node() {
    let lab = Lab::new().expect("a lab");
    let nodes = cluster(&lab).await;
    let tags = ["{b}", "{c}", "{a}"]; // slots 3300, 7365, 15495: one on each primary
    for (node, tag) in nodes.iter().zip(tags) {
        let mut load = client(&node.url()).await;
        for n in 0..100 {
            let key = format!("{tag}user:{n}");
            _ = ::redis::cmd("SET").arg(key).arg(1).arg("EX").arg(900).query_async::<()>(&mut load).await;
        }
    }
    // One address is enough, and it may be the replica's.
    let mut probe = probe(spec(&[nodes[3].port()]));
    // Long enough for a busy machine to send all of it within.
    let (long, _) = look(&[Part::Cache, Part::Ttl], 3_000);
    let (seen, ()) = tokio::join!(probe.measure(&long), async {
        clock::sleep(Duration::from_millis(250)).await;
        for (node, tag) in nodes.iter().zip(tags) {
            for n in 0..150 {
                send_one(node, &format!("{tag}user:{n}")).await;
            }
        }
    });
    assert_eq!(seen.identity.as_ref().expect("an identity").role, "cluster (3 primaries, 1 replicas)");
    assert_eq!(known(&seen, Metric::CacheKeys), 300.0, "a replica's copies do not count");
    assert_eq!(known(&seen, Metric::CacheLookups), 450.0, "{seen:#?}");
    assert!((known(&seen, Metric::CacheHitRatio) - 2.0 / 3.0).abs() < 1e-9);
    let forecast = seen.listings.iter().find(|l| l.title.starts_with("expiry forecast")).expect("a forecast");
    assert!(forecast.title.contains("all 300 keys"), "{}", forecast.title);
    assert_eq!(seen.listings[0].rows.len(), 4, "a row for each node");

    nodes[1].kill().await;
    let (short, _) = look(&[Part::Cache], 300);
    let seen = probe.measure(&short).await;
    noted(&seen, &format!("primary 127.0.0.1:{} is not measured: nothing listens", nodes[1].port()));
    assert_eq!(known(&seen, Metric::CacheKeys), 200.0);
    assert!(seen.error.is_none(), "{:?}", seen.error);
    // A newcomer finds the rest as well.
    let seen = measure(spec(&[nodes[1].port(), nodes[0].port()]), &[Part::Cache], 0).await;
    assert_eq!(known(&seen, Metric::CacheKeys), 200.0);
    noted(&seen, "is not measured: nothing listens");
}

async fn send_one(node: &RedisServer, key: &str) {
    send::<Option<String>>(&node.url(), &["GET", key]).await;
}

/// A Sentinel, ended by its own process id when dropped.
struct Sentinel {
    process: tokio::process::Child,
    port: u16,
}

impl Sentinel {
    async fn start(folder: &Path, primary: u16) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        let config = folder.join(format!("sentinel-{port}.conf"));
        let text = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\nsentinel monitor main 127.0.0.1 {primary} 1\n\
             sentinel down-after-milliseconds main 500\n",
            folder.display()
        );
        std::fs::write(&config, text).expect("written");
        let process = tokio::process::Command::new("redis-server")
            .arg(&config)
            .arg("--sentinel")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server");
        let patience = clock::instant() + PATIENCE;
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(clock::instant() < patience, "the Sentinel never listened");
            clock::sleep(Duration::from_millis(20)).await;
        }
        Self { process, port }
    }
}

#[tokio::test]
async fn the_primary_is_found_through_the_sentinels() {
    let lab = Lab::new().expect("a lab");
    let folder = tempfile::tempdir().expect("a folder");
    let primary = lab.redis(&[]).await.expect("redis");
    let other = lab.redis(&["--replicaof", &format!("127.0.0.1 {}", primary.port())]).await.expect("redis");
    send::<()>(&primary.url(), &["SET", "k", "v"]).await;
    let mut one = Sentinel::start(folder.path(), primary.port()).await;
    let by_sentinel = |ports: &[u16], service: &str| {
        let mut spec = spec(ports);
        spec.topology = Topology::Sentinel(service.into());
        spec
    };
    // The first Sentinel is not there: nothing listens on port 1.
    let seen = measure(by_sentinel(&[1, one.port], "main"), &[Part::Cache], 0).await;
    assert!(seen.identity.as_ref().expect("an identity").role.starts_with("primary (by Sentinel)"));
    assert_eq!(known(&seen, Metric::CacheKeys), 1.0);
    noted(&seen, "Sentinel: nothing listens on 127.0.0.1:1");

    let seen = measure(by_sentinel(&[one.port], "mian"), &[Part::Cache], 0).await;
    let error = seen.error.as_ref().expect("an error");
    assert!(error.message.contains("no service `mian`; they watch: main"), "{error}");
    assert_eq!(error.hint.as_deref(), Some("did you mean `main`?"));

    let seen = measure(by_sentinel(&[primary.port()], "main"), &[Part::Cache], 0).await;
    assert!(seen.error.as_ref().expect("an error").message.contains("is a Redis, not a Sentinel"));

    // The other way round: what is taken for a Redis is a Sentinel, and says which service it watches.
    let seen = measure(spec(&[one.port]), &[Part::Cache], 0).await;
    let error = seen.error.as_ref().expect("an error");
    assert!(error.message.contains("is a Sentinel") && error.message.contains("it watches main"), "{error}");
    assert!(error.hint.as_ref().expect("a hint").contains("/main"), "{error:?}");
    assert_eq!(value(&seen, Metric::CacheUp), None, "a Sentinel says nothing about its Redis");

    // One that still believes in the replica: the server that calls itself the primary is right.
    let stale = Sentinel::start(folder.path(), other.port()).await;
    let seen = measure(by_sentinel(&[stale.port, one.port], "main"), &[Part::Cache], 0).await;
    noted(&seen, "the Sentinels disagree about the primary");
    let role = seen.identity.as_ref().expect("an identity").role.clone();
    assert!(role.starts_with("primary (by Sentinel)"), "{role}");
    one.process.kill().await.expect("ended");
    let seen = measure(by_sentinel(&[one.port], "main"), &[Part::Cache], 0).await;
    assert_eq!(seen.error.expect("an error").kind, TargetErrorKind::Unreachable);
    assert!(seen.observations.iter().all(|o| o.value().is_none()), "a dead Sentinel is no dead cache");
}

#[tokio::test]
async fn reads_on_the_replicas_of_a_sentinel_service_count() {
    let lab = Lab::new().expect("a lab");
    let folder = tempfile::tempdir().expect("a folder");
    let primary = lab.redis(&[]).await.expect("redis");
    let replica = lab.redis(&["--replicaof", &format!("127.0.0.1 {}", primary.port())]).await.expect("redis");
    until(&replica.url(), &["INFO", "replication"], "master_link_status:up").await;
    send::<()>(&primary.url(), &["SET", "k", "v", "EX", "900"]).await;
    // A primary may hold writes back until the first word of a new replica, up to a second.
    until(&replica.url(), &["INFO", "keyspace"], "keys=1").await;
    let sentinel = Sentinel::start(folder.path(), primary.port()).await;
    let url = format!("redis://127.0.0.1:{}", sentinel.port);
    let patience = clock::instant() + PATIENCE;
    loop {
        let known: Vec<std::collections::HashMap<String, String>> =
            send(&url, &["SENTINEL", "REPLICAS", "main"]).await;
        if known.first().is_some_and(|replica| replica["flags"] == "slave") {
            break;
        }
        assert!(clock::instant() < patience, "the Sentinel never reached the replica: {known:?}");
        clock::sleep(Duration::from_millis(50)).await;
    }
    let mut spec = spec(&[sentinel.port]);
    spec.topology = Topology::Sentinel("main".into());
    let mut probe = probe(spec);
    let (look, _) = look(&[Part::Cache, Part::Ttl], 600);
    let (seen, ()) = tokio::join!(probe.measure(&look), async {
        clock::sleep(Duration::from_millis(250)).await;
        for _ in 0..30 {
            send_one(&replica, "k").await;
            send_one(&primary, "absent").await;
        }
    });
    assert_eq!(seen.identity.as_ref().expect("an identity").role, "primary (by Sentinel), 1 replicas");
    assert_eq!(known(&seen, Metric::CacheLookups), 60.0);
    assert_eq!(known(&seen, Metric::CacheHitRatio), 0.5);
    assert_eq!(known(&seen, Metric::CacheKeys), 1.0, "the copy does not count");
    // The forecast asked the replica, and nobody the primary.
    let asked = |info: String| info.contains("cmdstat_pexpiretime:");
    assert!(asked(send(&replica.url(), &["INFO", "commandstats"]).await));
    assert!(!asked(send(&primary.url(), &["INFO", "commandstats"]).await));

    // A failover: the old primary is told to follow the new one, and the Sentinel learns of it.
    send::<()>(&url, &["SENTINEL", "FAILOVER", "main"]).await;
    until(&replica.url(), &["INFO", "replication"], "role:master").await;
    until(&primary.url(), &["INFO", "replication"], "role:slave").await;
    let seen = probe.measure(&look).await;
    noted(&seen, "the primary has changed: asked the Sentinels again");
    // The new primary is measured.
    until(&replica.url(), &["INFO", "server"], &seen.identity.expect("an identity").id).await;
}

#[tokio::test]
async fn a_server_that_is_no_cluster_uses_one_address() {
    let lab = Lab::new().expect("a lab");
    let (one, two) = (lab.redis(&[]).await.expect("redis"), lab.redis(&[]).await.expect("redis"));
    let seen = measure(spec(&[one.port(), two.port()]), &[Part::Cache], 0).await;
    noted(&seen, "is no cluster: the other addresses were not used");
    assert!(why(&seen, Metric::CacheHitRatio).contains("one look"));
}
