//! Sampling keys: the expiry forecast, LFU counters, key-miss events, hostile names.

use stampede::lab::Lab;
use stampede::observation::Metric;
use stampede::probe::Part;

use super::{client, known, look, measure, noted, probe, reading, spec, value, why};

/// Sets `count` keys; the TTL in milliseconds is a function of the number.
async fn seed(url: &str, prefix: &str, count: u64, ttl: impl Fn(u64) -> Option<u64>) {
    let mut load = client(url).await;
    for chunk in (0..count).collect::<Vec<_>>().chunks(1000) {
        let mut pipe = ::redis::pipe();
        for n in chunk {
            let set = pipe.cmd("SET").arg(format!("{prefix}{n}")).arg("v");
            if let Some(ttl) = ttl(*n) {
                set.arg("PX").arg(ttl);
            }
        }
        pipe.query_async::<()>(&mut load).await.expect("seeded");
    }
}

#[tokio::test]
async fn a_cliff_of_known_share_is_found_in_a_seeded_keyspace() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    // 40 % of the profiles expire together in six minutes, the others over the next two hours.
    seed(&redis.url(), "user:profile:", 20_000, |n| {
        Some(if n % 5 < 2 { 372_000 + n % 25_000 } else { 600_000 + n * 330 })
    })
    .await;
    seed(&redis.url(), "page:", 10_000, |n| Some(60_000 + n * 360)).await;
    seed(&redis.url(), "config:", 5_000, |_| None).await;
    let report = measure(spec(&[redis.port()]), &[Part::Cache, Part::Ttl], 1_500).await;
    let share = known(&report, Metric::CacheCliffShare);
    // 2,000 samples, 1,140 of them profiles: four standard errors are 5.8 points.
    assert!((share - 0.4).abs() < 0.058, "{share}");
    assert_eq!(reading(&report, Metric::CacheCliffShare).detail.as_deref(), Some("user:profile:*"));
    let begins = known(&report, Metric::CacheCliffIn);
    assert!((360.0..373.0).contains(&begins), "{begins}");
    noted(&report, "of user:profile:* expires within");
    let listing =
        report.listings.iter().find(|l| l.title.starts_with("expiry forecast")).expect("a forecast");
    let config = listing.rows.iter().find(|row| row[0] == "config:*").expect("the group without TTL");
    assert_eq!(config[2], "100.0 %");
}

#[tokio::test]
async fn evenly_spread_keys_raise_no_alarm() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    seed(&redis.url(), "user:profile:", 10_000, |n| Some(1_000 + n * 300)).await;
    let report = measure(spec(&[redis.port()]), &[Part::Ttl], 600).await;
    assert_eq!(known(&report, Metric::CacheCliffShare), 0.0);
    assert!(why(&report, Metric::CacheCliffIn).contains("no cliff in sight"));
}

#[tokio::test]
async fn sampling_takes_a_tenth_of_the_servers_time_at_most() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    seed(&redis.url(), "k:", 50_000, |n| Some(1_000_000 + n * 10)).await;
    let mut load = client(&redis.url()).await;
    // A window of nothing: the look ends when the sample is taken.
    let (mut look, _) = look(&[Part::Ttl], 1);
    look.samples = 10_000;
    let started = stampede::clock::instant();
    let report = probe(spec(&[redis.port()])).measure(&look).await;
    let took = started.elapsed();
    assert!(report.listings[0].title.contains("of 50000 keys"), "{}", report.listings[0].title);
    let stats: String = ::redis::cmd("INFO").arg("commandstats").query_async(&mut load).await.expect("stats");
    let spent: f64 = stats
        .lines()
        .filter(|line| line.starts_with("cmdstat_pttl") || line.starts_with("cmdstat_randomkey"))
        .filter_map(|line| line.split("usec=").nth(1)?.split(',').next()?.parse::<f64>().ok())
        .sum();
    assert!(spent > 0.0 && spent / 1e6 < took.as_secs_f64() / 10.0, "{spent} µs of {took:?}");
}

#[tokio::test]
async fn the_hottest_living_key_is_found_under_lfu() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxmemory-policy", "allkeys-lfu"]).await.expect("redis");
    seed(&redis.url(), "cold:", 200, |_| None).await;
    seed(&redis.url(), "hot:", 1, |_| None).await;
    let mut load = client(&redis.url()).await;
    let mut pipe = ::redis::pipe();
    (0..3_000).for_each(|_| _ = pipe.cmd("GET").arg("hot:0"));
    pipe.query_async::<Vec<String>>(&mut load).await.expect("read");
    let report = measure(spec(&[redis.port()]), &[Part::Hotkeys], 300).await;
    assert_eq!(reading(&report, Metric::CacheHotKeyShare).detail.as_deref(), Some("hot:0"));
    assert!(known(&report, Metric::CacheHotKeyShare) > 0.5);
}

#[tokio::test]
async fn without_lfu_and_events_it_says_why_and_what_would_help() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    let report = measure(spec(&[redis.port()]), &[Part::Hotkeys], 200).await;
    let why = why(&report, Metric::CacheHotKeyShare);
    assert!(
        why.contains("not switched on") && why.contains("maxmemory-policy is noeviction, not LFU"),
        "{why}"
    );
    noted(&report, "stampede break keymiss-events");
    let all = measure(spec(&[redis.port()]), &[Part::Cache, Part::Ttl, Part::Hotkeys], 200).await;
    assert_eq!(super::why(&all, Metric::CacheHotKeyShare), why);
    assert!(!all.notes.iter().any(|note| note.contains("keys")), "noise at 3 AM: {:#?}", all.notes);
}

#[tokio::test]
async fn the_key_that_is_gone_and_asked_for_is_found_and_ours_are_not() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--notify-keyspace-events", "Em"]).await.expect("redis");
    // Keys that expire while we sample: our own PTTL finds some of them gone.
    seed(&redis.url(), "ours:", 3_000, |n| Some(300 + n % 400)).await;
    let mut load = client(&redis.url()).await;
    let mut probe = probe(spec(&[redis.port()]));
    let (look, _) = look(&[Part::Cache, Part::Ttl, Part::Hotkeys], 1_200);
    let (report, ()) = tokio::join!(probe.measure(&look), async {
        stampede::clock::sleep(std::time::Duration::from_millis(250)).await;
        for n in 0..300 {
            let key = if n % 3 == 0 { format!("other:{n}") } else { "user:profile:popular\x1b[31m".into() };
            _ = ::redis::cmd("GET").arg(key).query_async::<Option<String>>(&mut load).await;
        }
    });
    let hot = reading(&report, Metric::CacheHotKeyShare);
    assert_eq!(hot.detail.as_deref(), Some("user:profile:popular\\x1b[31m"));
    let share = hot.value().expect("a share");
    assert!((share - 2.0 / 3.0).abs() < 0.02, "{share}: our own misses must not dilute it");
    let listing = report.listings.iter().find(|l| l.title.starts_with("missing keys")).expect("a list");
    assert!(listing.rows.iter().all(|row| !row[0].to_string().starts_with("ours:")), "{:?}", listing.rows);
    assert_eq!(known(&report, Metric::CacheLookups), 300.0);
    assert_eq!(value(&report, Metric::CacheHitRatio), Some(0.0));
}

#[tokio::test]
async fn hostile_keys_never_reach_the_terminal() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&["--maxmemory-policy", "allkeys-lfu"]).await.expect("redis");
    let mut load = client(&redis.url()).await;
    for key in [b"\x1b]0;owned\x07:x".to_vec(), b"a\r\nb\xff\xfe".to_vec(), vec![b'x'; 100_000], Vec::new()] {
        for _ in 0..200 {
            _ = ::redis::cmd("SET").arg(&key).arg(1).arg("EX").arg(1000).query_async::<()>(&mut load).await;
        }
    }
    let report = measure(spec(&[redis.port()]), &[Part::Cache, Part::Ttl, Part::Hotkeys], 300).await;
    let cells = report.listings.iter().flat_map(|l| &l.rows).flatten().map(ToString::to_string);
    let shown: Vec<String> = cells.chain(report.notes.clone()).collect();
    assert!(shown.iter().any(|text| text.contains("\\x1b]0;owned\\x07")), "{shown:?}");
    for text in shown {
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(text.chars().count() < 200, "{text:?}");
    }
}

/// Each sample adds lookups for whoever looks at the same time: a probe that is held samples once a minute, and again when keys
/// have gone.
#[tokio::test]
async fn a_held_probe_samples_again_only_when_the_number_of_keys_has_changed() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    for n in 0..200 {
        redis.says(&["SET", &format!("user:{n}"), "x", "EX", &(1_000 + n).to_string()]).await.expect("set");
    }
    let asked = async || {
        let stats = redis.says(&["INFO", "commandstats"]).await.expect("stats");
        let line = stats.lines().find_map(|line| line.strip_prefix("cmdstat_pexpiretime:calls="));
        line.and_then(|rest| rest.split(',').next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    let mut probe = probe(spec(&[redis.port()]));
    let (look, _) = look(&[Part::Ttl], 200);
    let first = probe.measure(&look).await;
    assert_eq!(asked().await, 200);
    assert!(!first.notes.iter().any(|note| note.contains("were sampled")), "{first:#?}");
    let second = probe.measure(&look).await;
    assert_eq!(asked().await, 200);
    noted(&second, "the keys were sampled");
    assert!(second.listings[0].title.contains("all 200 keys"), "{second:#?}");
    for n in 0..100 {
        redis.says(&["DEL", &format!("user:{n}")]).await.expect("del");
    }
    let third = probe.measure(&look).await;
    assert_eq!(asked().await, 300);
    assert!(third.listings[0].title.contains("all 100 keys"), "{third:#?}");
}
