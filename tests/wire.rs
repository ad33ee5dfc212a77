//! What really reaches the servers (S2): the commands that a whole `detect` sends, as the servers themselves saw them.

use std::collections::BTreeSet;
use std::fs;

use stampede::lab::Lab;

use crate::support::binary::stampede;

/// Every command that Redis may see from us, as `INFO commandstats` names it.
const REDIS: &[&str] = &[
    "auth",
    "client|list",
    "client|no-evict",
    "client|no-touch",
    "client|setname",
    "cluster|info",
    "cluster|myid",
    "cluster|nodes",
    "cluster|shards",
    "command|info",
    "config|get",
    "dbsize",
    "hotkeys|get",
    "info",
    "object|encoding",
    "object|freq",
    "pexpiretime",
    "ping",
    "psubscribe",
    "pttl",
    "randomkey",
    "readonly",
    "scan",
    "select",
    "slowlog|get",
    "time",
];

async fn detect(env: Vec<(&'static str, String)>, parts: &'static [&'static str]) {
    let run = move || {
        let mut binary = stampede(["detect", "--window", "300ms"]);
        for part in parts {
            binary = binary.arg(part);
        }
        for (name, value) in env {
            binary = binary.env(name, value);
        }
        let ran = binary.run();
        assert!([0, 1, 2, 3].contains(&ran.status), "{ran}");
    };
    tokio::task::spawn_blocking(run).await.unwrap();
}

/// The commands of `INFO commandstats` with how often each was called.
async fn seen(server: &stampede::lab::RedisServer) -> BTreeSet<(String, u64)> {
    let stats = server.says(&["INFO", "commandstats"]).await.unwrap();
    let calls = |line: &str| {
        let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(':')?;
        let calls = rest.strip_prefix("calls=")?.split(',').next()?.parse().ok()?;
        Some((name.to_owned(), calls))
    };
    stats.lines().filter_map(calls).collect()
}

#[tokio::test]
async fn redis_sees_only_what_is_on_the_list() {
    let lab = Lab::new().unwrap();
    let single = lab.redis(&[
        "--maxmemory",
        "50mb",
        "--maxmemory-policy",
        "allkeys-lfu",
        "--notify-keyspace-events",
        "Em",
    ]);
    let single = single.await.unwrap();
    let cluster = lab.redis_cluster(3, 0, &[]).await.unwrap();
    for n in 0..300 {
        single.says(&["SET", &format!("user:{n}"), "x", "EX", "600"]).await.unwrap();
    }
    let nodes: Vec<_> = std::iter::once(single.clone()).chain(cluster.nodes().cloned()).collect();
    let mut before = Vec::new();
    for node in &nodes {
        before.push(seen(node).await);
    }
    for url in [single.url(), cluster.primaries[0].url()] {
        detect(vec![("REDIS_URL", url.clone())], &[]).await;
        detect(vec![("REDIS_URL", url.clone())], &["ttl"]).await;
        detect(vec![("REDIS_URL", url)], &["hotkeys"]).await;
    }
    let sampled = seen(&single).await;
    for command in ["pexpiretime", "object|freq", "psubscribe"] {
        assert!(
            sampled.iter().any(|(name, _)| name == command),
            "{command} was never sent: the test sees too little"
        );
    }
    for (node, before) in nodes.iter().zip(&before) {
        let after = seen(node).await;
        let new: Vec<_> = after.difference(before).map(|(name, _)| name.as_str()).collect();
        assert!(new.contains(&"ping") && new.contains(&"info"), "nothing was asked: {new:?}");
        let strange: Vec<_> = new.iter().filter(|name| !REDIS.contains(name)).collect();
        assert!(strange.is_empty(), "not on the list: {strange:?}");
    }
}

/// Words with which a statement of ours may begin, and words that none may hold.
fn only_reads(statements: &[String]) {
    assert!(statements.len() >= 4, "nothing was asked: {statements:?}");
    for statement in statements {
        // Names of counters stand in quotes: `Com_insert` inserts nothing.
        let upper: String = statement.to_uppercase().split('\'').step_by(2).collect();
        let reads = ["SELECT ", "SHOW ", "SET SESSION ", "SET STATEMENT "];
        assert!(reads.iter().any(|word| upper.starts_with(word)), "begins with something else: {statement}");
        // It has the server publish what our own session has done.
        let upper = if upper == "SELECT PG_STAT_FORCE_NEXT_FLUSH()" { String::new() } else { upper };
        for never in [
            "INSERT",
            "UPDATE ",
            "DELETE",
            "ALTER",
            "DROP",
            "CREATE",
            "GRANT",
            "KILL",
            "FLUSH",
            "GLOBAL READ_ONLY",
            "PG_CANCEL",
            "PG_TERMINATE",
            "INTO OUTFILE",
            "FOR UPDATE",
        ] {
            assert!(!upper.contains(never), "{never} in {statement}");
        }
    }
}

#[tokio::test]
async fn mariadb_sees_only_reads() {
    let lab = Lab::new().unwrap();
    let maria = lab.mariadb(&["--general-log=1", "--general-log-file=wire.log"]).await.unwrap();
    detect(vec![("MYSQL_URL", maria.url())], &["database"]).await;
    let log = fs::read(maria.log().with_file_name("data").join("wire.log")).unwrap();
    let log = String::from_utf8_lossy(&log).into_owned();
    assert!(log.contains("Connect\tops@"), "{log}");
    let statements: Vec<String> =
        log.lines().filter_map(|line| Some(line.split_once(" Query\t")?.1.to_owned())).collect();
    only_reads(&statements);
}

#[tokio::test]
async fn postgres_sees_only_reads() {
    let lab = Lab::new().unwrap();
    let pg = lab.postgres(&[("log_statement", "all"), ("log_line_prefix", "'%u %a '")]).await.unwrap();
    detect(vec![("DATABASE_URL", pg.url())], &["database"]).await;
    let log = fs::read_to_string(pg.log()).unwrap();
    let ours = log.lines().filter(|line| line.contains("stampede"));
    let statements: Vec<String> = ours
        .filter_map(|line| Some(line.split_once("statement: ")?.1))
        .flat_map(|message| message.split("; ").flat_map(|part| part.split(';')))
        .map(|statement| statement.trim().to_owned())
        .filter(|statement| !statement.is_empty())
        .collect();
    only_reads(&statements);
}
