//! `redis.warm` with `--sql` in trouble (S29): a busy database, a full one, one that takes long, and an operator who stops.

use stampede::error::TargetErrorKind;
use stampede::lab::Lab;

use super::base::{Base, PRODUCTS, act, bases, size};
use super::harness::{still, until};
use super::{pg, shop};
use crate::support::noted;

#[tokio::test]
async fn s29_it_does_not_begin_while_the_database_is_in_trouble() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let [maria, _] = bases(&lab).await;
    let mut act = act(&redis, &lab, &maria).await;
    act.thresholds.running_slow = 2.0;
    act.thresholds.running_stop = 4.0;
    let given = [("sql", PRODUCTS), ("to", "p:{id}"), ("ttl", "1h")];
    let change = act.change(&given).await;
    let Base::Maria(server) = &maria else { unreachable!() };
    server
        .root(&["CREATE USER app@'%' IDENTIFIED BY 'app-pass'", "GRANT SELECT ON shop.* TO app@'%'"])
        .await
        .unwrap();
    let busy = shop::running(server, 4, "SELECT SLEEP(600)").await;
    shop::until(
        server,
        "SELECT COUNT(*) >= 4 FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(600)'",
    )
    .await;
    let refusal = act.blocked(&given).await;
    assert_eq!(refusal.rule, Some("S29"));
    // The server counts a session that is just leaving, too.
    let (running, rest) =
        refusal.why.strip_prefix("mysql runs ").and_then(|why| why.split_once(' ')).unwrap();
    assert!(running.parse::<u32>().unwrap() >= 4, "{}", refusal.why);
    assert_eq!(rest, "statements, and warming stops at 4: the SELECT is one more");
    // What was planned before is not begun with either.
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(error.message.contains("S29 mysql runs "), "{error:?}");
    assert_eq!(size(&redis).await, 0);
    let given = [&given[..], &[("no_brakes", "true")]].concat();
    let (change, applied) = act.act(&given).await;
    noted(&change.forecast, "the database is not heeded");
    noted(&applied.notes, "900 keys filled in");
    for one in busy {
        one.abort();
    }
}

#[tokio::test]
async fn s29_nothing_is_read_until_the_database_has_recovered() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let [maria, _] = bases(&lab).await;
    let mut act = act(&redis, &lab, &maria).await;
    act.thresholds.running_slow = 4.0;
    act.thresholds.running_stop = 8.0;
    let Base::Maria(server) = &maria else { unreachable!() };
    server
        .root(&["CREATE USER app@'%' IDENTIFIED BY 'app-pass'", "GRANT SELECT ON shop.* TO app@'%'"])
        .await
        .unwrap();
    let keeper = shop::app(server).await;
    let mut sessions = Vec::new();
    for _ in 0..8 {
        sessions.push(shop::app(server).await);
    }
    let watched = redis.clone();
    let relapse = tokio::spawn(async move {
        until("it has begun", async || size(&watched).await, |size| *size >= 1_000).await;
        let busy = shop::Busy::on(keeper, sessions).await;
        let rested_at = still(async || size(&watched).await).await;
        busy.end().await;
        rested_at
    });
    let given = [
        ("sql", "SELECT seq AS id FROM shop.seq_1_to_16000"),
        ("to", "p:{id}"),
        ("ttl", "1h"),
        ("rate", "3000"),
    ];
    let (_, applied) = act.act(&given).await;
    let rested_at = relapse.await.unwrap();
    assert!(rested_at < 16_000, "it went on while the database was down");
    noted(&applied.notes, "16000 keys filled in");
    assert!(!applied.notes.iter().any(|note| note.contains(" 0 samples")), "{applied:?}");
}

/// The most memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
#[ignore = "run by another test in a process of its own"]
async fn rows_pass_through_a_few_megabytes() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        let sql = base.many(80_000);
        let given = [("sql", sql.as_str()), ("to", "p:{id}"), ("ttl", "1h"), ("rate", "100000")];
        let change = act.change(&given).await;
        let before = peak();
        let applied = act.apply(&given, &change).await.unwrap();
        noted(&applied.notes, "10 keys filled in, 79990 were there");
        let more = peak() - before;
        assert!(more < 40 << 20, "{}: {} MB", base.name(), more >> 20);
    }
}

/// Rows are taken as they come: 160 MB pass through a few megabytes, with nobody else in the process.
#[tokio::test]
async fn rows_are_not_collected() {
    let part = "actions::warm_sql_trouble::rows_pass_through_a_few_megabytes";
    let played = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", part])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&played.stdout);
    assert!(played.status.success() && said.contains("1 passed"), "{said}");
}

/// Ctrl-C: the statement ends with it, and what was filled in stays.
#[tokio::test]
async fn a_stopped_one_leaves_no_statement_behind() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        let sql = base.many(3_000_000);
        let given = [("sql", sql.as_str()), ("to", "p:{id}"), ("ttl", "1h"), ("rate", "2000")];
        // After the first second.
        act.stop_at = 1;
        let (_, applied) = act.act(&given).await;
        noted(&applied.notes, "10 keys filled in");
        noted(&applied.notes, "run it again, what is there is left alone");
        until("no statement is left", async || base.reading().await, |left| *left == 0).await;
        assert_eq!(size(&redis).await, 10);
    }
}

/// A statement that gives no rows for long is not waited for, and does not go on when nobody waits.
#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let sql = match &base {
            Base::Maria(_) => "SELECT SLEEP(600) AS repeated",
            Base::Postgres(_) => "SELECT pg_sleep(600)::text AS repeated",
        };
        let given = [("sql", sql), ("to", "p:{repeated}"), ("ttl", "1h")];
        let mut act = act(&redis, &lab, &base).await;
        let change = act.change(&given).await;
        let error = act.apply(&[&given[..], &[("timeout", "1s")]].concat(), &change).await.unwrap_err();
        assert_eq!(error.kind, TargetErrorKind::Timeout);
        assert!(error.hint.unwrap().contains("--timeout gives it more time"));
        until("it is over", async || base.reading().await, |left| *left == 0).await;

        // Ctrl-C after a second, long before its time is over.
        act.stop_at = 1;
        let applied = act.apply(&[&given[..], &[("timeout", "300s")]].concat(), &change).await.unwrap();
        noted(&applied.notes, "stopped after 0 keys");
        until("it is over", async || base.reading().await, |left| *left == 0).await;
    }
}

/// What is kept for emergencies is not for a statement that takes long.
#[tokio::test]
async fn a_full_database_is_told_and_its_reserved_seats_are_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let maria = Base::Maria(shop::open(&lab, &["--max-connections=10"]).await);
    let postgres = Base::Postgres(pg::server(&lab, &[("max_connections", "10")]).await);
    for base in [maria, postgres] {
        let mut act = act(&redis, &lab, &base).await;
        let given = [("sql", "SELECT 1 AS id"), ("to", "p:{id}"), ("ttl", "1h")];
        // The kept connection is inside from now on.
        act.change(&given).await;
        let mut maria = Vec::new();
        let mut postgres = Vec::new();
        match &base {
            Base::Maria(server) => {
                while let Ok(session) = shop::user(server, "app", "app-pass").await {
                    maria.push(session);
                }
            }
            Base::Postgres(server) => {
                while let Ok(session) = pg::login(server, "app", "shop").await {
                    postgres.push(session);
                }
            }
        }
        let refusal = act.blocked(&given).await;
        assert!(refusal.why.contains("no connection left but those that are kept"), "{refusal:?}");
        assert!(refusal.unblock.contains("one connection more"), "{refusal:?}");
        // As one who has no right to the others.
        act.lines.insert(
            base.name().into(),
            base.line("app", if postgres.is_empty() { "app-pass" } else { pg::PASSWORD }),
        );
        let refusal = act.blocked(&given).await;
        assert!(refusal.why.to_lowercase().contains("connection"), "{refusal:?}");
    }
}

/// PostgreSQL says beforehand how many bytes it expects; what would not fit is not begun with.
#[tokio::test]
async fn s29_what_would_not_fit_into_the_cache_is_not_begun_with() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let [_, postgres] = bases(&lab).await;
    let mut act = act(&redis, &lab, &postgres).await;
    let memory = redis.says(&["INFO", "memory"]).await.unwrap();
    let used = memory.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
    let most = used.trim().parse::<u64>().unwrap() + 1_000_000;
    redis.says(&["CONFIG", "SET", "maxmemory", &most.to_string()]).await.unwrap();
    let sql = postgres.many(80_000);
    let refusal = act.blocked(&[("sql", &sql), ("to", "p:{id}"), ("ttl", "1h")]).await;
    assert_eq!(refusal.rule, Some("S29"));
    assert!(
        refusal.why.contains("are to be filled in") && refusal.why.contains("left of maxmemory"),
        "{refusal:?}"
    );
    act.change(&[("sql", PRODUCTS), ("to", "p:{id}"), ("ttl", "1h")]).await;
}
