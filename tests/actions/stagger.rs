//! `redis.stagger` and `redis.ttl` (S14, S29): how expiries are spread, what is left alone, and how they come back.

use stampede::action::Earlier;
use stampede::change::{Change, Level, Standing};
use stampede::config::AppFlag;
use stampede::lab::{Lab, RedisServer};

use super::harness::{Act, until};
use crate::support::keys::{Times, client, expiries};
use crate::support::noted;

const NAME: &str = "redis.stagger";
const HOUR: &[(&str, &str)] = &[("pattern", "*"), ("over", "60m"), ("no_throttle", "true")];
const TEN_MINUTES: &[(&str, &str)] = &[("pattern", "user:*"), ("over", "10m"), ("no_throttle", "true")];

/// When the key of that number expires, in milliseconds from now.
type Left = fn(usize) -> i64;

async fn clock(redis: &RedisServer) -> i64 {
    let (seconds, micros): (i64, i64) =
        redis::cmd("TIME").query_async(&mut client(redis).await).await.unwrap();
    seconds * 1_000 + micros / 1_000
}

/// `count` keys `user:N` that expire when `left` says, in milliseconds from now.
async fn fill(redis: &RedisServer, count: usize, left: impl Fn(usize) -> i64) {
    let mut client = client(redis).await;
    for chunk in (0..count).collect::<Vec<_>>().chunks(10_000) {
        let mut pipe = redis::pipe();
        for n in chunk {
            pipe.cmd("SET").arg(format!("user:{n}")).arg("x").arg("PX").arg(left(*n)).ignore();
        }
        pipe.query_async::<()>(&mut client).await.unwrap();
    }
}

/// The step as the incident has it, for those that come after it.
fn earlier(action: &str, change: &Change) -> Earlier {
    let images = change.parts.iter().map(|part| part.image.clone()).collect();
    Earlier { incident: None, step: "stagger".into(), action: action.into(), in_effect: true, images }
}

/// All of it lies so much later, in milliseconds, that no key's own time is over before the undo, however busy the machine:
/// one whose time is over keeps ours, and rightly so.
const LATER: i64 = 7_200_000;

/// The property: however the expiries lay before, no second of the next hour holds more than three times the mean.
async fn no_second_of_the_next_hour_holds_more_than_three_times_the_mean(left: Left) {
    const KEYS: usize = 120_000;
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, KEYS, left).await;
    redis.says(&["SET", "for:ever", "x"]).await.unwrap();
    let (before, now) = (expiries(&redis).await, clock(&redis).await);
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, applied) = act.act(HOUR).await;
    noted(&applied.notes, &format!("{KEYS} keys have another expiry now"));
    noted(&applied.notes, "1 have no TTL, and were not touched");
    act.all_stand(&change, Standing::After).await;

    let after = expiries(&redis).await;
    assert!(after.keys().eq(before.keys()), "a key was lost");
    assert_eq!(after[&b"for:ever"[..]], -1);
    let mut seconds = vec![0_u32; 3_600];
    for (key, time) in after.iter().filter(|(_, time)| **time > 0) {
        assert!(*time > before[key], "one was shortened");
        let second = usize::try_from((time - now - LATER) / 1_000).unwrap();
        if let Some(count) = seconds.get_mut(second) {
            *count += 1;
        }
    }
    let mean = f64::from(seconds.iter().sum::<u32>()) / 3_600.0;
    let most = seconds.iter().max().copied().unwrap();
    assert!(f64::from(most) <= 3.0 * mean, "{most} in one second, {mean} on average");

    assert!(act.undo_all(&change).await);
    for (key, time) in expiries(&redis).await {
        assert!((time - before[&key]).abs() <= 1_000, "{time} is not {}", before[&key]);
    }
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn s29_a_cliff_is_spread_evenly() {
    no_second_of_the_next_hour_holds_more_than_three_times_the_mean(|_| LATER + 600_000).await;
}

#[tokio::test]
async fn s29_three_cliffs_are_spread_evenly() {
    no_second_of_the_next_hour_holds_more_than_three_times_the_mean(|n| {
        LATER + 60_000 + (n as i64 % 3) * 700_000
    })
    .await;
}

#[tokio::test]
async fn s29_an_even_quarter_of_an_hour_is_spread_evenly() {
    no_second_of_the_next_hour_holds_more_than_three_times_the_mean(|n| {
        LATER + 120_000 + (n as i64 * 7_919) % 900_000
    })
    .await;
}

#[tokio::test]
async fn s29_what_expires_in_the_order_of_its_age_is_spread_evenly() {
    no_second_of_the_next_hour_holds_more_than_three_times_the_mean(|n| {
        LATER + 90_000 + ((n as f64 + 1.0).ln() * 100_000.0) as i64
    })
    .await;
}

#[tokio::test]
async fn what_is_planned_is_said_with_numbers_and_writes_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 1_200, |n| if n < 900 { 300_000 } else { 400_000 + n as i64 * 100 }).await;
    redis.says(&["SET", "user:1:session", "x", "EX", "300"]).await.unwrap();
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let change = act.change(&[("pattern", "user:*"), ("over", "10m")]).await;
    assert_eq!((change.level, change.parts.len()), (Level::Ask, 1));
    assert_eq!(change.summary, "spread the expiries of 1200 keys of user:* over 10 min");
    noted(&change.forecast, "now 75.0 % of them expire within the same 10 s");
    noted(&change.forecast, "1 left alone: a segment of their names");
    noted(
        &change.forecast,
        "whether 10 min is long enough was not checked: what a refill costs is not known",
    );
    noted(&change.risk, "up to 10 min older");
    assert_eq!(expiries(&redis).await, before);

    // S29: nothing is guessed.
    let refusal = act.blocked(&[("pattern", "user:*")]).await;
    assert!(refusal.unblock.contains("--cost"), "{refusal:?}");
}

/// A switch that is to end by itself is not made to last, whatever the pattern.
#[tokio::test]
async fn s14_the_switches_of_the_application_are_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 200, |_| 600_000).await;
    redis.says(&["SET", "app:breaker", "open", "PX", "60000"]).await.unwrap();
    let before = expiries(&redis).await;
    for name in [NAME, "redis.ttl", "redis.freeze"] {
        let mut act = Act::on(name, redis.port()).await;
        act.remedies.flags =
            vec![AppFlag { name: "circuit_breaker".into(), key: "app:breaker".into(), value: "open".into() }];
        let by = if name == NAME { ("over", "10m") } else { ("by", "10m") };
        let raise = [("raise", "true")];
        let raise = if name == "redis.ttl" { &raise[..] } else { &[] };
        let (change, _) = act.act(&[&[("pattern", "*"), by][..], raise].concat()).await;
        let after = expiries(&redis).await;
        let breaker = &b"app:breaker"[..];
        assert_eq!(after[breaker], before[breaker], "{name}");
        assert!(after.iter().filter(|(key, time)| before[*key] < **time).count() >= 195, "{name}");
        assert!(if name == "redis.freeze" {
            act.undo_batches(&change).await.iter().all(|said| said.complete)
        } else {
            act.undo_all(&change).await
        });
    }
}

#[tokio::test]
async fn where_nothing_matches_or_expires_there_is_nothing_to_do() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let said = async || super::harness::said(&Act::on(NAME, redis.port()).await.plan(TEN_MINUTES).await);
    assert!(said().await.contains("no key matches user:*"), "{}", said().await);
    redis.says(&["SET", "user:1", "for ever"]).await.unwrap();
    assert!(said().await.contains("no key of user:* has a TTL"), "{}", said().await);
}

/// Reruns agree: what one has moved the next leaves alone, also when the first was stopped on the way.
#[tokio::test]
async fn a_second_run_goes_on_where_the_first_was_stopped_and_one_undo_is_enough() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 30_000, |_| 900_000).await;
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.stop_at = 8_000;
    let (first, applied) = act.act(TEN_MINUTES).await;
    assert!(applied.stopped, "{applied:?}");
    let halfway = expiries(&redis).await;
    let moved = halfway.iter().filter(|(key, time)| before[*key] != **time).count();
    assert!((8_000..29_000).contains(&moved), "{moved}");

    act.stop_at = u64::MAX;
    act.earlier = vec![earlier(NAME, &first)];
    let (second, applied) = act.act(TEN_MINUTES).await;
    noted(&second.forecast, "were moved by an earlier run, and are left alone");
    noted(&applied.notes, "had it from an earlier run");
    let whole = expiries(&redis).await;
    for (key, time) in &halfway {
        match *time == before[key] {
            // Some look as if they had been moved, by chance: their neighbours do not.
            true => assert!(whole[key] > *time, "it was left behind"),
            false => assert_eq!(whole[key], *time, "moved twice"),
        }
    }
    let words = act.already(TEN_MINUTES).await;
    assert_eq!(words, "an earlier run has moved about 30.0k keys of user:*");

    assert!(act.undo_all(&second).await);
    assert!(act.undo_all(&first).await);
    for (key, time) in expiries(&redis).await {
        assert!((time - before[&key]).abs() <= 1_000);
    }
    act.all_stand(&first, Standing::Before).await;
}

/// The names of the keys in the order and by the pages in which a sweep comes to them in an undo.
async fn pages(redis: &RedisServer) -> Vec<Vec<Vec<u8>>> {
    let (mut client, mut pages, mut cursor) = (client(redis).await, Vec::new(), 0_u64);
    loop {
        let mut scan = redis::cmd("SCAN");
        let scan = scan.arg(cursor).arg("COUNT").arg(100);
        let (next, page): (u64, Vec<Vec<u8>>) = scan.query_async(&mut client).await.unwrap();
        pages.push(page);
        cursor = next;
        if cursor == 0 {
            return pages;
        }
    }
}

/// Has each key expire when it says, in Unix milliseconds.
async fn expire(redis: &RedisServer, times: &Times) {
    let mut client = client(redis).await;
    for chunk in times.iter().collect::<Vec<_>>().chunks(10_000) {
        let mut pipe = redis::pipe();
        chunk
            .iter()
            .for_each(|(key, time)| _ = pipe.cmd("PEXPIREAT").arg(key.as_slice()).arg(**time).ignore());
        pipe.query_async::<()>(&mut client).await.unwrap();
    }
}

/// `count` keys that expire at a whole second, and by how much the sweep would move each.
async fn moves(redis: &RedisServer, count: usize) -> (Times, Times) {
    fill(redis, count, |_| 900_000).await;
    let whole: Times = expiries(redis).await.into_keys().map(|key| (key, 4_102_444_800_000)).collect();
    expire(redis, &whole).await;
    Act::on(NAME, redis.port()).await.act(TEN_MINUTES).await;
    let moves =
        expiries(redis).await.into_iter().map(|(key, time)| (key, time - 4_102_444_800_000)).collect();
    expire(redis, &whole).await;
    (whole, moves)
}

/// A sweep that was stopped early: what it did not come to is not taken for ours, also where the milliseconds say so.
#[tokio::test]
async fn what_a_stopped_run_did_not_come_to_is_not_put_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let (mut before, moves) = moves(&redis, 30_000).await;
    // As one in a thousand has them by chance; never two of them in one page.
    let by_chance: Vec<Vec<u8>> =
        pages(&redis).await.into_iter().step_by(10).map(|page| page[0].clone()).collect();
    by_chance.iter().for_each(|key| *before.get_mut(key).unwrap() += moves[key]);
    expire(&redis, &before).await;
    let mut act = Act::on(NAME, redis.port()).await;
    act.stop_at = 1;
    let (change, applied) = act.act(TEN_MINUTES).await;
    assert!(applied.stopped, "{applied:?}");
    let stopped = expiries(&redis).await;
    let left = by_chance.iter().filter(|key| stopped[*key] == before[*key]).count();
    assert!(left > 10, "the test proves nothing: {left} of {}", by_chance.len());
    assert!(act.undo_all(&change).await);
    let now = expiries(&redis).await;
    let wrong = now.iter().filter(|(key, time)| (**time - before[*key]).abs() > 1_000).count();
    // The page on which the sweep has stopped votes as a whole (docs/recover.md).
    assert!(wrong <= 1, "{wrong} of {}", now.len());
}

/// It has stopped right after the beginning of a page: too few keys for that page to say so by itself.
#[tokio::test]
async fn the_first_keys_of_the_page_on_which_a_run_has_stopped_are_known_again() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let (before, moves) = moves(&redis, 1_000).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let change = act.change(TEN_MINUTES).await;
    let pages = pages(&redis).await;
    let swept: Vec<_> = pages[0].iter().chain(&pages[1][..2]).cloned().collect();
    let halfway: Times = swept.iter().map(|key| (key.clone(), before[key] + moves[key])).collect();
    expire(&redis, &halfway).await;
    assert!(act.undo_all(&change).await);
    assert_eq!(expiries(&redis).await, before);

    expire(&redis, &halfway).await;
    act.earlier = vec![earlier(NAME, &change)];
    act.act(TEN_MINUTES).await;
    let whole: Times = before.iter().map(|(key, time)| (key.clone(), time + moves[key])).collect();
    assert_eq!(expiries(&redis).await, whole, "moved twice");
}

/// S27: what the application has written since is the application's.
#[tokio::test]
async fn s27_a_key_that_is_rewritten_or_made_eternal_since_is_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 100, |_| 900_000).await;
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, _) = act.act(TEN_MINUTES).await;
    // Whole seconds: never the milliseconds of a jitter.
    redis.says(&["SET", "user:1", "new", "EXAT", "4102444800"]).await.unwrap();
    redis.says(&["PERSIST", "user:2"]).await.unwrap();
    redis.says(&["DEL", "user:3"]).await.unwrap();
    let part = change.parts[0].clone();
    assert_eq!(act.standing(&part).await, Standing::After, "nearly all");
    let said = act.undo(&change, &part, false).await;
    assert!(said.complete);
    noted(&said.notes, "97 expiries put back");
    noted(&said.notes, "2 are not ours");
    let now = expiries(&redis).await;
    assert_eq!((now[&b"user:1"[..]], now[&b"user:2"[..]]), (4_102_444_800_000, -1));
    assert!(!now.contains_key(&b"user:3"[..]));
    assert!((now[&b"user:4"[..]] - before[&b"user:4"[..]]).abs() <= 1_000);
}

/// Bad input: keys that expire and are rewritten while the sweep passes over them.
#[tokio::test]
async fn keys_that_come_and_go_under_the_sweep_are_never_lost_and_never_shortened() {
    const KEYS: usize = 20_000;
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    // A tenth of them expire while we are at it.
    fill(&redis, KEYS, |n| if n % 10 == 0 { 50 + (n as i64 % 400) } else { 600_000 }).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let change = act.change(TEN_MINUTES).await;
    let writer = redis.clone();
    let rewrites = tokio::spawn(async move {
        let mut client = client(&writer).await;
        loop {
            let key = format!("user:{}", fastrand::usize(0..KEYS) / 10 * 10 + 1);
            redis::cmd("SETEX").arg(key).arg(1_200).arg("new").query_async::<()>(&mut client).await.unwrap();
        }
    });
    let began = clock(&redis).await;
    let applied = act.apply(TEN_MINUTES, &change).await.unwrap();
    rewrites.abort();
    assert!(applied.in_effect);
    let now = expiries(&redis).await;
    for n in (0..KEYS).filter(|n| n % 10 > 1) {
        let time = now[format!("user:{n}").as_bytes()];
        assert!(time > began + 590_000, "user:{n}: {time}");
    }
    for n in (0..KEYS).filter(|n| n % 10 == 1) {
        assert!(now[format!("user:{n}").as_bytes()] > began + 590_000, "user:{n}");
    }
}

/// S30: keys are bytes.
#[tokio::test]
async fn keys_of_any_bytes_are_spread_and_put_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut client = client(&redis).await;
    let long = vec![b'k'; 1_000_000];
    let hostile: [&[u8]; 6] =
        [b"user:\xff\xfe", b"user:\r\n\x1b[31m", b"user:'\"\\", b"user:$(reboot)", b"user: ", &long];
    for key in hostile {
        redis::cmd("SET").arg(key).arg(1).arg("EX").arg(100).query_async::<()>(&mut client).await.unwrap();
    }
    let before = expiries(&redis).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, applied) = act.act(HOUR).await;
    noted(&applied.notes, "6 keys have another expiry now");
    let shown = format!("{change:?}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
    assert!(act.undo_all(&change).await);
    for (key, time) in expiries(&redis).await {
        assert!((time - before[&key]).abs() <= 1_000);
    }
}

/// Two steps that move the same keys by different times could not be told apart afterwards.
#[tokio::test]
async fn another_window_over_the_same_keys_waits_for_the_first_to_be_put_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 50, |_| 900_000).await;
    redis.says(&["SET", "page:1", "x", "EX", "900"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, _) = act.act(TEN_MINUTES).await;
    act.earlier = vec![earlier(NAME, &change)];
    let refusal = act.blocked(&[("pattern", "*"), ("over", "20m")]).await;
    assert!(refusal.why.contains("has moved keys of user:*"), "{refusal:?}");
    assert!(refusal.unblock.contains("stampede undo --step stagger"), "{refusal:?}");
    // Others can be moved, and the same ones once the first is undone.
    act.change(&[("pattern", "page:*"), ("over", "20m")]).await;
    act.earlier[0].in_effect = false;
    act.change(&[("pattern", "*"), ("over", "20m")]).await;
}

/// Freezing in the night and spreading in the morning: both come back, the newest first.
#[tokio::test]
async fn what_was_frozen_before_is_found_again_by_its_own_undo() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 200, |n| 300_000 + n as i64 * 137).await;
    let before = expiries(&redis).await;
    let mut freeze = Act::on("redis.freeze", redis.port()).await;
    let (frozen, _) = freeze.act(&[("by", "15m"), ("pattern", "user:*")]).await;
    let mut act = Act::on(NAME, redis.port()).await;
    let (change, _) = act.act(TEN_MINUTES).await;
    assert!(act.undo_all(&change).await);
    let said = freeze.undo_batches(&frozen).await;
    noted(&said[0].notes, "200 of 200 expiries put back");
    assert_eq!(expiries(&redis).await, before, "to the millisecond");
}

#[tokio::test]
async fn the_rights_and_the_role_are_asked_for_before_anything_is_shown() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 10, |_| 900_000).await;
    redis
        .says(&[
            "ACL",
            "SETUSER",
            "ro",
            "on",
            ">pw",
            "~*",
            "+@read",
            "+@connection",
            "+info",
            "+acl|whoami",
            "+acl|dryrun",
            "+time",
        ])
        .await
        .unwrap();
    let mut act = Act::by(NAME, redis.port(), "ro", "pw").await;
    let refusal = act.blocked(TEN_MINUTES).await;
    assert!(refusal.why.contains("eval"), "{refusal:?}");
    let replica = lab.redis_replica_of(&redis, &[]).await.unwrap();
    let mut act = Act::on(NAME, replica.port()).await;
    assert!(act.blocked(TEN_MINUTES).await.why.contains("is a replica of"));
}

#[tokio::test]
async fn on_a_cluster_all_primaries_are_gone_over() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 0, &[]).await.unwrap();
    let mut keys = 0;
    for (node, tag) in cluster.primaries.iter().zip(["{b}", "{c}", "{a}"]) {
        let mut client = client(node).await;
        for n in 0..500 {
            let set = redis::cmd("SET")
                .arg(format!("user:{tag}{n}"))
                .arg("x")
                .arg("EXAT")
                .arg(4_102_444_800_u64)
                .to_owned();
            if set.query_async::<()>(&mut client).await.is_ok() {
                keys += 1;
            }
        }
    }
    assert_eq!(keys, 1_500, "each node has some");
    let mut act = Act::on(NAME, cluster.primaries[0].port()).await;
    let (change, applied) = act.act(TEN_MINUTES).await;
    noted(&applied.notes, "1500 keys have another expiry now");
    act.all_stand(&change, Standing::After).await;
    assert!(act.undo_all(&change).await);
    for node in &cluster.primaries {
        assert!(expiries(node).await.values().all(|time| *time == 4_102_444_800_000));
    }
}

#[tokio::test]
async fn raised_ttls_come_back_gradually() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    fill(&redis, 1_000, |n| if n < 500 { 2_000 } else { 600_000 }).await;
    let before = expiries(&redis).await;
    let mut act = Act::on("redis.ttl", redis.port()).await;
    let raise = [("raise", "true"), ("pattern", "user:*"), ("by", "10m"), ("no_throttle", "true")];
    let (change, applied) = act.act(&raise).await;
    assert_eq!(change.summary, "have 1000 keys of user:* live 10 min longer");
    noted(&applied.notes, "1000 keys have another expiry now");
    for (key, time) in expiries(&redis).await {
        let moved = time - before[&key];
        assert!((600_000..=723_000).contains(&moved), "{moved}");
    }
    until(
        "the old time of some is over",
        async || clock(&redis).await,
        |now| *now > before[&b"user:1"[..]] + 1_000,
    )
    .await;
    let nothing = Act::on("redis.ttl", redis.port()).await.plan(&[("restore", "true")]).await;
    assert!(super::harness::said(&nothing).contains("has raised no TTLs here"));

    act.earlier = vec![earlier("redis.ttl", &change)];
    let (_, restored) = act.act(&[("restore", "true"), ("over", "5m")]).await;
    assert!(!restored.in_effect, "{restored:?}");
    let (now, times) = (clock(&redis).await, expiries(&redis).await);
    assert_eq!(times.len(), 1_000, "nothing is gone at once");
    let mut overdue = Vec::new();
    for (key, time) in times {
        match before[&key] < now {
            true => overdue.push(time - now),
            false => assert!((time - before[&key]).abs() <= 1_000, "{time}"),
        }
    }
    overdue.sort_unstable();
    assert_eq!(overdue.len(), 500);
    assert!(overdue[0] > 0 && overdue[499] <= 303_000, "{overdue:?}");
    assert!((100_000..200_000).contains(&overdue[250]), "one after the other: {}", overdue[250]);
    act.all_stand(&change, Standing::Before).await;
}
