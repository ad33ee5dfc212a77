//! One server: the numbers, our own share of them, restarts, and what goes over the wire.

use std::collections::HashSet;

use stampede::config::Thresholds;
use stampede::diagnosis::{Baseline, Level, Pattern, diagnose};
use stampede::lab::Lab;
use stampede::observation::Metric;
use stampede::probe::{Part, TargetReport};
use stampede::system::redis::ALLOWED;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{client, known, look, measure, noted, probe, send, spec, value, why, with_user};

#[tokio::test]
async fn the_hit_ratio_of_the_window_is_that_of_the_load() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxclients", "50"]).await.expect("redis");
    send::<()>(&redis.url(), &["SET", "present", "1"]).await;
    // An old life with another ratio, which must not show in the window.
    let mut load = client(&redis.url()).await;
    for _ in 0..1000 {
        _ = ::redis::cmd("GET").arg("absent").query_async::<Option<String>>(&mut load).await;
    }
    let mut probe = probe(spec(&[redis.port()]));
    let (look, _) = look(&[Part::Cache], 600);
    let (report, sent) = tokio::join!(probe.measure(&look), async {
        // Three of four reads hit; all of them well inside the window.
        stampede::clock::sleep(std::time::Duration::from_millis(150)).await;
        for n in 0..400 {
            let key = if n % 4 == 0 { "absent" } else { "present" };
            _ = ::redis::cmd("GET").arg(key).query_async::<Option<String>>(&mut load).await;
        }
        400.0
    });
    assert_eq!(known(&report, Metric::CacheLookups), sent);
    assert_eq!(known(&report, Metric::CacheHitRatio), 0.75);
    assert!((known(&report, Metric::CacheHitRatioLifetime) - 300.0 / 1400.0).abs() < 1e-9);
    assert_eq!(known(&report, Metric::CacheRestarted), 0.0);
    assert_eq!(known(&report, Metric::CacheMaxclients), 50.0);
    assert_eq!(known(&report, Metric::CacheUp), 1.0);
    assert!(why(&report, Metric::CacheMemoryRatio).contains("no memory limit"));
    let identity = report.identity.expect("an identity");
    assert_eq!((identity.product.as_str(), identity.role.as_str()), ("Redis", "primary"));
    assert_eq!(identity.id.len(), 40);
}

/// Relays to `upstream`; `INFO` shows no `maxclients`, as before 7.0.
async fn without_maxclients(upstream: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", upstream)).await.expect("redis");
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                let mut chunk = vec![0; 64 << 10];
                while let Ok(came @ 1..) = from_server.read(&mut chunk).await {
                    // Of the same length, so that the reply stays whole.
                    let at = chunk[..came].windows(11).position(|bytes| bytes == b"maxclients:");
                    at.into_iter().for_each(|at| chunk[at] = b'_');
                    _ = to_client.write_all(&chunk[..came]).await;
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_managed_server_that_hides_its_limit_is_not_full() {
    let lab = Lab::new().expect("a lab");
    let rules = ["default on nopass ~* &* +@all", "hosted on >pass ~* &* +@all -config"];
    let redis = lab.redis_with_acl(&rules, &[]).await.expect("redis");
    send::<()>(&redis.url(), &["SET", "present", "1"]).await;
    let mut load = client(&redis.url()).await;
    let port = without_maxclients(redis.port()).await;
    let mut probe = probe(with_user(&[port], "hosted", "pass"));
    let (look, _) = look(&[Part::Cache], 600);
    let (report, ()) = tokio::join!(probe.measure(&look), async {
        stampede::clock::sleep(std::time::Duration::from_millis(150)).await;
        for _ in 0..600 {
            _ = ::redis::cmd("GET").arg("present").query_async::<Option<String>>(&mut load).await;
        }
    });
    assert!(why(&report, Metric::CacheClientsRatio).contains("does not report maxclients"));
    let verdict = diagnose(&report.observations, &Thresholds::default(), &Baseline::new());
    assert_eq!((verdict.level, verdict.pattern), (Level::Ok, Pattern::Healthy), "{verdict:#?}");
}

#[tokio::test]
async fn our_own_lookups_do_not_count() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxmemory-policy", "allkeys-lfu"]).await.expect("redis");
    let mut load = client(&redis.url()).await;
    for n in 0..500 {
        _ = ::redis::cmd("SET").arg(n).arg(1).arg("EX").arg(500).query_async::<()>(&mut load).await;
    }
    let before: String = send(&redis.url(), &["INFO", "stats"]).await;
    let report = measure(spec(&[redis.port()]), &[Part::Cache, Part::Ttl, Part::Hotkeys], 500).await;
    let after: String = send(&redis.url(), &["INFO", "stats"]).await;
    let hits = |info: &str| info.lines().find_map(|l| l.strip_prefix("keyspace_hits:")?.trim().parse().ok());
    let grown: i64 = hits(&after).unwrap_or(0) - hits(&before).unwrap_or(0);
    assert!(grown >= 1000, "PTTL and OBJECT FREQ of 500 keys each must have counted: {grown}");
    assert_eq!(known(&report, Metric::CacheLookups), 0.0);
    assert!(why(&report, Metric::CacheHitRatio).contains("no lookups in the window"));
    assert!(known(&report, Metric::CacheOps) < 40.0, "our commands are not the application's");
}

#[tokio::test]
async fn one_look_judges_nothing_that_needs_two() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxmemory", "100mb"]).await.expect("redis");
    let report = measure(spec(&[redis.port()]), &[Part::Cache, Part::Ttl, Part::Hotkeys], 0).await;
    for metric in [Metric::CacheHitRatio, Metric::CacheMisses, Metric::CacheRejected, Metric::CacheRestarted]
    {
        assert!(why(&report, metric).contains("one look"), "{}", metric.name());
    }
    assert!(known(&report, Metric::CacheMemoryRatio) > 0.0);
    assert!(known(&report, Metric::CacheClientsRatio) > 0.0);
    assert_eq!(value(&report, Metric::CacheHitRatioLifetime), None, "no lookups ever");
}

#[tokio::test]
async fn a_restart_within_the_window_is_reported_not_computed_through() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let mut probe = probe(spec(&[redis.port()]));
    let (quick, _) = look(&[Part::Cache], 0);
    assert_eq!(known(&probe.measure(&quick).await, Metric::CacheUp), 1.0);
    let (look, _) = look(&[Part::Cache], 1_500);
    let (report, restarted) = tokio::join!(probe.measure(&look), async {
        stampede::clock::sleep(std::time::Duration::from_millis(200)).await;
        redis.restart().await
    });
    restarted.expect("a restart");
    assert_eq!(known(&report, Metric::CacheRestarted), 1.0);
    assert!(why(&report, Metric::CacheHitRatio).contains("restarted within the window"));
    noted(&report, "was lost and opened again");
}

#[tokio::test]
async fn a_counter_reset_within_the_window_is_reported() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    for _ in 0..10 {
        send::<Option<String>>(&redis.url(), &["GET", "absent"]).await;
    }
    let mut probe = probe(spec(&[redis.port()]));
    let (look, _) = look(&[Part::Cache], 600);
    let (report, ()) = tokio::join!(probe.measure(&look), async {
        stampede::clock::sleep(std::time::Duration::from_millis(200)).await;
        send::<()>(&redis.url(), &["CONFIG", "RESETSTAT"]).await;
    });
    assert_eq!(known(&report, Metric::CacheRestarted), 1.0);
    assert!(why(&report, Metric::CacheMisses).contains("counters of 127.0.0.1"));
}

#[tokio::test]
async fn the_seat_is_kept_between_looks() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let mut probe = probe(spec(&[redis.port()]));
    let (look, _) = look(&[Part::Cache], 0);
    let id = |list: &str| -> Option<String> {
        let line = list.lines().find(|line| line.contains("name=stampede"))?;
        line.split(' ').find(|field| field.starts_with("id=")).map(str::to_owned)
    };
    probe.measure(&look).await;
    let first: String = send(&redis.url(), &["CLIENT", "LIST"]).await;
    probe.measure(&look).await;
    let second: String = send(&redis.url(), &["CLIENT", "LIST"]).await;
    assert_eq!(first.matches("name=stampede").count(), 1);
    assert!(id(&first).is_some() && id(&first) == id(&second), "{first}\n{second}");
    send::<()>(&redis.url(), &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]).await;
    let report: TargetReport = probe.measure(&look).await;
    assert_eq!(known(&report, Metric::CacheUp), 1.0);
    noted(&report, "was lost and opened again");
}

#[tokio::test]
async fn the_seat_is_kept_alive_between_looks() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let mut probe = probe(spec(&[redis.port()]));
    let (look, _) = look(&[Part::Cache], 0);
    probe.measure(&look).await;
    let mut watcher = client(&redis.url()).await;
    let patience = stampede::clock::instant() + crate::support::PATIENCE;
    loop {
        let list: String =
            ::redis::cmd("CLIENT").arg("LIST").query_async(&mut watcher).await.expect("a list");
        let connection = list.lines().find(|line| line.contains("name=stampede")).expect("the seat is there");
        if connection.contains("cmd=ping") {
            break;
        }
        assert!(stampede::clock::instant() < patience, "never a PING: {connection}");
        stampede::clock::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn only_commands_of_the_allow_list_reach_the_server() {
    let lab = Lab::new().expect("a lab");
    let redis = lab
        .redis(&["--maxmemory-policy", "allkeys-lfu", "--notify-keyspace-events", "Em"])
        .await
        .expect("redis");
    let mut load = client(&redis.url()).await;
    for n in 0..3_000 {
        _ = ::redis::cmd("SET").arg(n).arg(1).arg("EX").arg(500).query_async::<()>(&mut load).await;
    }
    let calls = |info: String| -> HashSet<(String, String)> {
        info.lines()
            .filter_map(|line| {
                let (name, fields) = line.strip_prefix("cmdstat_")?.split_once(':')?;
                Some((name.to_owned(), fields.split(',').next()?.to_owned()))
            })
            .collect()
    };
    let before = calls(::redis::cmd("INFO").arg("commandstats").query_async(&mut load).await.expect("stats"));
    let (look, _) = look(&[Part::Cache, Part::Ttl, Part::Hotkeys], 700);
    probe(spec(&[redis.port()])).measure(&look).await;
    let after = calls(::redis::cmd("INFO").arg("commandstats").query_async(&mut load).await.expect("stats"));
    let changed: HashSet<String> = after.difference(&before).map(|(name, _)| name.clone()).collect();
    assert!(changed.contains("pexpiretime") && changed.contains("psubscribe"), "{changed:?}");
    for name in changed {
        let name = name.replace('|', " ").to_uppercase();
        assert!(ALLOWED.contains(&name.as_str()), "{name} reached the server");
    }
}

/// What the keys of a cliff hold is asked, and that is a lookup of ours.
#[tokio::test]
async fn asking_what_the_keys_of_a_cliff_hold_does_not_count() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let mut load = client(&redis.url()).await;
    for n in 0..200 {
        _ = ::redis::cmd("SET")
            .arg(format!("rate:{n}"))
            .arg(1)
            .arg("EX")
            .arg(300)
            .query_async::<()>(&mut load)
            .await;
    }
    let report = measure(spec(&[redis.port()]), &[Part::Cache, Part::Ttl], 500).await;
    assert!(known(&report, Metric::CacheCliffShare) > 0.9);
    let calls: String = send(&redis.url(), &["INFO", "commandstats"]).await;
    assert!(calls.contains("cmdstat_object|encoding:calls=50,"), "{calls}");
    assert_eq!(known(&report, Metric::CacheLookups), 0.0);
}
