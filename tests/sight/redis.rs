//! One Redis.

use stampede::lab::{Lab, RedisServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Load, SCRIPT, Saw, fill, until};
use crate::actions::harness;
use crate::support::binary::{End, Home};

async fn saw(redis: &RedisServer) -> Saw {
    Saw::at(&[("REDIS_URL", &redis.url())]).await
}

#[tokio::test]
async fn bad_scripts_keep_its_one_thread_busy() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let scripts = Load::of(&redis.url(), 12, &["EVAL", SCRIPT, "0"]);
    scripts.runs().await;
    // Where others have the processors the scripts do not keep it busy: it takes a look in which they do.
    let is_told = |saw: &Saw| saw.first().contains("cache saturated");
    let saw = harness::until("the scripts have a processor", || saw(&redis), is_told).await;
    saw.tells(&["cache saturated", "scripts take", "PING takes"]);
}

#[tokio::test]
async fn bad_a_slow_command_again_and_again() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--enable-debug-command", "yes"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let _slow = Load::of(&redis.url(), 2, &["DEBUG", "SLEEP", "0.3"]);
    until(&redis, "cmdstat_debug").await;
    saw(&redis).await.tells(&["cache saturated", "slow commands: DEBUG", "PING takes"]);
}

#[tokio::test]
async fn bad_memory_is_used_up_and_nothing_may_be_evicted() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-policy", "noeviction"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    redis.says(&["CONFIG", "SET", "maxmemory", "1mb"]).await.unwrap();
    let _writes = Load::of(&redis.url(), 2, &["SET", "big:{n}", "x"]);
    until(&redis, "errorstat_OOM").await;
    saw(&redis).await.tells(&["cache refuses writes", "OOM"]);
}

/// Only keys with an expiry may be evicted, and there are none.
#[tokio::test]
async fn bad_memory_is_used_up_and_nothing_expires() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-policy", "volatile-lru"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    redis.says(&["CONFIG", "SET", "maxmemory", "1mb"]).await.unwrap();
    saw(&redis).await.tells(&["cache refuses writes", "OOM", "no key expires"]);
}

/// The folder of its snapshots goes, and it takes one.
async fn fails_to_save(redis: &RedisServer) {
    let folder = tempfile::tempdir().unwrap();
    redis.says(&["CONFIG", "SET", "dir", folder.path().to_str().unwrap()]).await.unwrap();
    drop(folder);
    _ = redis.says(&["BGSAVE"]).await;
    until(redis, "rdb_last_bgsave_status:err").await;
}

#[tokio::test]
async fn bad_a_snapshot_failed_and_writes_are_refused() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--enable-protected-configs", "yes", "--save", "3600 1"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    fails_to_save(&redis).await;
    saw(&redis).await.tells(&["cache refuses writes", "MISCONF"]);
}

#[tokio::test]
async fn bad_too_few_replicas_are_in_step_for_a_write() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    redis.says(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await.unwrap();
    saw(&redis).await.tells(&["cache refuses writes", "0 of 1 replicas in step"]);
}

#[tokio::test]
async fn bad_clients_are_held_by_a_pause() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    redis.says(&["CLIENT", "PAUSE", "600000", "WRITE"]).await.unwrap();
    let _writes = Load::of(&redis.url(), 2, &["SET", "user:{n}", "x"]);
    saw(&redis).await.tells(&["cache refuses writes", "held (CLIENT PAUSE?)"]);
}

#[tokio::test]
async fn bad_most_commands_fail() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let wrong = Load::of(&redis.url(), 8, &["LPUSH", "user:{n}", "x"]);
    wrong.runs().await;
    saw(&redis).await.tells(&["of commands fail", "WRONGTYPE"]);
}

#[tokio::test]
async fn bad_a_replica_lost_its_primary() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    fill(&primary).await;
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let _reads = Load::reads_on(&replica).await;
    primary.stop().await;
    until(&replica, "master_link_status:down").await;
    saw(&replica).await.tells(&["no link to its primary"]);

    replica.says(&["CONFIG", "SET", "replica-serve-stale-data", "no"]).await.unwrap();
    saw(&replica).await.tells(&["cache down", "serves no reads"]);
}

#[tokio::test]
async fn bad_a_cliff_comes() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    for n in 0..200 {
        redis.says(&["EXPIRE", &format!("user:{n}"), "300"]).await.unwrap();
        redis
            .says(&["SET", &format!("user:late:{n}"), "x", "EX", &(900 + 10 * n).to_string()])
            .await
            .unwrap();
    }
    saw(&redis).await.tells(&["expiry cliff ahead", "expires together in 4 min"]);
}

#[tokio::test]
async fn fine_a_plain_cache_and_all_that_is_odd_about_its_clients() {
    let lab = Lab::new().unwrap();
    // Every command is in the slow log, and memory is bounded.
    let args = ["--slowlog-log-slower-than", "0", "--maxmemory", "100mb", "--maxmemory-policy", "noeviction"];
    let redis = lab.redis(&args).await.unwrap();
    let _reads = Load::reads(&redis).await;
    saw(&redis).await.is_healthy();

    // Workers that wait for jobs.
    let _workers = Load::of(&redis.url(), 50, &["BLPOP", "jobs", "0"]);
    until(&redis, "blocked_clients:50").await;
    let saw_workers = saw(&redis).await;
    saw_workers.is_healthy();
    assert!(saw_workers.0.stdout.contains("50 clients of"), "{}", saw_workers.0);

    // Scripts that are not known yet, and a refusal now and then.
    let _scripts = Load::of(&redis.url(), 4, &["EVALSHA", "0000000000000000000000000000000000000000", "0"]);
    until(&redis, "errorstat_NOSCRIPT").await;
    saw(&redis).await.is_healthy();
}

#[tokio::test]
async fn fine_clients_that_come_and_go_and_ask_for_what_it_does_not_know() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let url = redis.url();
    let comes_and_goes = tokio::spawn(async move {
        loop {
            let mut connection = stampede::lab::connect(&url).await.unwrap();
            for what in ["LIB-NAME", "LIB-VERSION-OF-TOMORROW"] {
                _ = ::redis::cmd("CLIENT")
                    .arg("SETINFO")
                    .arg(what)
                    .arg("x")
                    .query_async::<()>(&mut connection)
                    .await;
            }
        }
    });
    until(&redis, "errorstat_ERR").await;
    saw(&redis).await.is_healthy();
    comes_and_goes.abort();
}

#[tokio::test]
async fn fine_a_full_cache_that_evicts_what_nobody_wants() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-policy", "allkeys-lfu"]).await.unwrap();
    let reads = Load::reads(&redis).await;
    // Each key has been used ten times.
    reads.comes_to(5_000).await;
    redis.says(&["CONFIG", "SET", "maxmemory", "8mb"]).await.unwrap();
    let value = "v".repeat(20_000);
    let _writes = Load::of(&redis.url(), 1, &["SET", "archive:{n}", &value]);
    until(&redis, "evicted_keys:1").await;
    saw(&redis).await.is_healthy();
}

#[tokio::test]
async fn fine_a_replica_in_step() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    fill(&primary).await;
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let _reads = Load::reads_on(&replica).await;
    saw(&replica).await.is_healthy();
}

#[tokio::test]
async fn fine_others_look_at_the_same_time_and_are_left_out() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for n in 0..400 {
        redis.says(&["SET", &format!("user:{n}"), "x", "EX", &(4_000 + 10 * n).to_string()]).await.unwrap();
    }
    // Nobody uses it but those who look: there is no hit ratio, and nothing to record.
    let (one, other, third) = tokio::join!(saw(&redis), saw(&redis), saw(&redis));
    for saw in [one, other, third] {
        assert_eq!(saw.0.end, End::Code(3), "{}", saw.0);
        assert!(saw.first().contains("no hit ratio"), "{}", saw.0);
    }
}

/// An account that may not ask for times of expiry is refused a batch of them: that is ours, and nobody's trouble.
#[tokio::test]
async fn fine_what_we_ourselves_are_refused() {
    let lab = Lab::new().unwrap();
    let rights = "+ping +info +client|setname +config|get +dbsize +randomkey +scan +pttl";
    let rules = ["ops on >ops-pass ~* &* +@all", &format!("plain on >plain-pass ~* &* {rights}")];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    fill(&redis).await;
    let load = Load::of(&redis.url(), 1, &["GET", "user:{n}"]);
    load.runs().await;
    let saw = Saw::at(&[("REDIS_URL", &redis.url().replace("//", "//plain:plain-pass@"))]).await;
    until(&redis, "errorstat_NOPERM").await;
    saw.is_healthy();
}

/// What a write needs is hidden from us: nothing is said of writes, in place of that they are taken.
#[tokio::test]
async fn unknown_whether_a_write_is_taken_when_its_condition_is_hidden() {
    let lab = Lab::new().unwrap();
    let rules = ["ops on >ops-pass ~* &* +@all", "plain on >plain-pass ~* &* +@all -config"];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    redis.says(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await.unwrap();
    let url = redis.url().replace("//", "//plain:plain-pass@");
    let saw = Saw::with(&Home::new(), &[("REDIS_URL", &url)], &["-o", "json"]).await;
    let report: serde_json::Value = serde_json::from_str(&saw.0.stdout).unwrap();
    let writable = &report["targets"][0]["metrics"]["cache.writable"];
    assert!(writable["unknown"].as_str().is_some_and(|why| why.contains("+config|get")), "{writable}");
}

/// A client that has written and waits for a replica to have it.
async fn waits_for_a_replica(redis: &RedisServer) -> tokio::task::JoinHandle<()> {
    let mut connection = stampede::lab::connect(&redis.url()).await.unwrap();
    tokio::spawn(async move {
        for n in 0.. {
            let set = ::redis::cmd("SET").arg("order").arg(n).query_async::<()>(&mut connection).await;
            set.unwrap();
            _ = ::redis::cmd("WAIT").arg(1).arg(0).query_async::<()>(&mut connection).await;
        }
    })
}

#[tokio::test]
async fn bad_clients_wait_for_a_replica_that_does_not_answer() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let _reads = Load::reads(&primary).await;
    let one = waits_for_a_replica(&primary).await;
    let other = waits_for_a_replica(&primary).await;
    saw(&primary).await.is_healthy();

    replica.pause();
    until(&primary, "blocked_clients:2").await;
    saw(&primary).await.tells(&["redis: 2 clients wait for a replica", "WAIT"]);
    replica.resume();
    one.abort();
    other.abort();
}

/// Nobody is refused anything: what is written is just not kept.
#[tokio::test]
async fn bad_a_snapshot_failed_and_writes_go_on() {
    let lab = Lab::new().unwrap();
    let args =
        ["--enable-protected-configs", "yes", "--stop-writes-on-bgsave-error", "no", "--save", "3600 1"];
    let redis = lab.redis(&args).await.unwrap();
    let _reads = Load::reads(&redis).await;
    fails_to_save(&redis).await;
    saw(&redis).await.tells(&["redis: ", "last snapshot failed"]);

    // Told to save nothing, it has lost nothing: somebody tried by hand.
    redis.says(&["CONFIG", "SET", "save", ""]).await.unwrap();
    saw(&redis).await.is_healthy();
}

#[tokio::test]
async fn bad_memory_is_nearly_used_up_and_nothing_may_be_evicted() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-policy", "noeviction"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    redis.says(&["SETRANGE", "big", "100000000", "x"]).await.unwrap();
    let info = redis.says(&["INFO", "memory"]).await.unwrap();
    let used = info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    let limit = used.trim().parse::<f64>().unwrap() / 0.97;
    redis.says(&["CONFIG", "SET", "maxmemory", &format!("{limit:.0}")]).await.unwrap();
    saw(&redis).await.tells(&["redis: memory at 9", "writes will be refused"]);

    redis.says(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]).await.unwrap();
    saw(&redis).await.is_healthy();
}

/// A listener, and what is told to it: 40 MB.
async fn told(redis: &RedisServer, reads: bool) -> tokio::task::JoinHandle<()> {
    let mut listener = tokio::net::TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap();
    listener.write_all(b"SUBSCRIBE news\r\n").await.unwrap();
    let listens = tokio::spawn(async move {
        let mut heard = vec![0; 1 << 20];
        while !reads || listener.read(&mut heard).await.is_ok_and(|bytes| bytes > 0) {
            if !reads {
                std::future::pending::<()>().await;
            }
        }
    });
    until(redis, "pubsub_channels:1").await;
    let news = "n".repeat(1 << 20);
    for _ in 0..40 {
        redis.says(&["PUBLISH", "news", &news]).await.unwrap();
    }
    listens
}

#[tokio::test]
async fn bad_a_listener_does_not_read_what_it_is_told() {
    let lab = Lab::new().unwrap();
    let args = ["--client-output-buffer-limit", "pubsub 0 0 0", "--maxmemory", "100mb"];
    let redis = lab.redis(&[&args[..], &["--maxmemory-policy", "allkeys-lru"]].concat()).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let reads = told(&redis, true).await;
    saw(&redis).await.is_healthy();
    reads.abort();
    until(&redis, "pubsub_channels:0").await;

    let hangs = told(&redis, false).await;
    saw(&redis).await.tells(&["redis: ", "of maxmemory is in buffers of clients"]);
    hangs.abort();
}

/// What is healthy because a change of ours holds it up is not what is usual.
#[tokio::test]
async fn a_healthy_look_while_something_is_in_effect_is_not_usual() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "100"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let home = Home::new();
    let run = async |args: &[&str]| {
        let ended = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{args:?}: {ended}");
        ended.to_string()
    };
    let records = || {
        std::fs::read_dir(home.state().join("stampede")).map_or(0, |entries| {
            entries
                .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("history"))
                .count()
        })
    };
    run(&["break", "maxclients", "--yes", "--no-watch", "--incident", "night"]).await;
    let words = run(&["detect", "-v"]).await;
    assert!(words.contains("incident night has changes in effect"), "{words}");
    assert_eq!(records(), 0);
    run(&["undo", "--yes"]).await;
    let words = run(&["detect", "-v"]).await;
    assert!(!words.contains("not recorded"), "{words}");
    assert_eq!(records(), 1);
}
