//! `redis.flag` (S13, S27, S30).

use stampede::action::Planned;
use stampede::action::field::Arguments;
use stampede::change::{Level, Standing};
use stampede::config::AppFlag;
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, RedisServer};

use super::harness::{Act, said, until};

const NAME: &str = "redis.flag";
const GIVEN: &[(&str, &str)] = &[("name", "circuit_breaker")];

async fn act(port: u16) -> Act {
    configured(Act::on(NAME, port).await)
}

fn configured(mut act: Act) -> Act {
    let flag = |name: &str, key: &str, value: &str| AppFlag {
        name: name.into(),
        key: key.into(),
        value: value.into(),
    };
    act.remedies.flags =
        vec![flag("circuit_breaker", "app:breaker", "open"), flag("throttle", "app:throttle", "50")];
    act
}

/// Milliseconds that the key lives on.
async fn left(server: &RedisServer, key: &str) -> i64 {
    let reply = server.says(&["PTTL", key]).await.unwrap();
    reply.trim_start_matches("int(").trim_end_matches(')').parse().unwrap()
}

async fn value(server: &RedisServer, key: &str) -> String {
    server.says(&["GET", key]).await.unwrap()
}

#[tokio::test]
async fn a_flag_is_set_for_a_time_and_deleted_again() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    let change = act.change(GIVEN).await;
    assert_eq!(change.level, Level::Ask);
    assert_eq!(change.summary, "switch circuit_breaker on for 10 min: app:breaker = open");
    assert_eq!(change.commands, ["SET app:breaker open PX 600000 NX"]);
    assert_eq!(change.forecast[0], "it is not set; it ends by itself after 10 min");
    act.all_stand(&change, Standing::Before).await;
    assert!(act.apply(GIVEN, &change).await.unwrap().in_effect);
    act.all_stand(&change, Standing::After).await;
    assert!(act.prove(&change).await[0].starts_with("it ends by itself at "));
    assert!((590_000..=600_000).contains(&left(&redis, "app:breaker").await));
    let words = act.already(&[("name", "circuit_breaker"), ("ttl", "1m")]).await;
    assert!(words.starts_with("circuit_breaker is on already: open, for another "), "{words}");
    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
    assert_eq!(redis.says(&["EXISTS", "app:breaker"]).await.unwrap(), "0");
    assert!(act.undo_all(&change).await, "twice is as good as once");
}

#[tokio::test]
async fn what_was_there_is_shown_and_comes_back_with_its_expiry() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    redis.says(&["SET", "app:breaker", "half\x1b[2J", "PX", "7200000"]).await.unwrap();
    let change = act.change(GIVEN).await;
    assert!(change.risk[0].starts_with("replaces what somebody else has set: half\\x1b[2J, for another "));
    assert!(change.risk[1].starts_with("after 10 min the key is gone"), "{:?}", change.risk);
    act.apply(GIVEN, &change).await.unwrap();
    assert_eq!(value(&redis, "app:breaker").await, "open");
    assert!(act.undo_all(&change).await);
    assert_eq!(value(&redis, "app:breaker").await, "half\x1b[2J");
    let back = left(&redis, "app:breaker").await;
    assert!((7_190_000..=7_200_500).contains(&back), "{back}");

    redis.says(&["SET", "app:breaker", "closed"]).await.unwrap();
    let change = act.change(GIVEN).await;
    act.apply(GIVEN, &change).await.unwrap();
    assert!(act.undo_all(&change).await);
    assert_eq!(
        (value(&redis, "app:breaker").await.as_str(), left(&redis, "app:breaker").await),
        ("closed", -1)
    );
}

#[tokio::test]
async fn a_flag_that_is_on_for_too_short_is_renewed_and_its_old_expiry_comes_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    redis.says(&["SET", "app:breaker", "open", "EX", "60"]).await.unwrap();
    let change = act.change(GIVEN).await;
    assert!(change.risk.is_empty() && change.back.starts_with("gives it the expiry back"), "{change:?}");
    act.all_stand(&change, Standing::Before).await;
    act.apply(GIVEN, &change).await.unwrap();
    act.all_stand(&change, Standing::After).await;
    assert!(left(&redis, "app:breaker").await > 500_000);
    act.already(&[("name", "circuit_breaker"), ("ttl", "11m")]).await;
    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
    assert!(left(&redis, "app:breaker").await <= 60_500);
    redis.says(&["PERSIST", "app:breaker"]).await.unwrap();
    assert_eq!(act.already(GIVEN).await, "circuit_breaker is on already: open, without an expiry");
}

#[tokio::test]
async fn ours_that_has_ended_by_itself_is_as_before_or_brings_back_what_it_took_along() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    redis.says(&["SET", "app:throttle", "0"]).await.unwrap();
    let short = |name| [("name", name), ("ttl", "1s")];
    let (breaker, throttle) =
        (act.change(&short("circuit_breaker")).await, act.change(&short("throttle")).await);
    act.apply(&short("circuit_breaker"), &breaker).await.unwrap();
    act.apply(&short("throttle"), &throttle).await.unwrap();
    let both = async || redis.says(&["EXISTS", "app:breaker", "app:throttle"]).await.unwrap();
    until("both have expired", both, |count| count == "0").await;
    act.all_stand(&breaker, Standing::Before).await;
    act.all_stand(&throttle, Standing::After).await;
    assert!(act.undo_all(&throttle).await);
    assert_eq!((value(&redis, "app:throttle").await.as_str(), left(&redis, "app:throttle").await), ("0", -1));
    act.all_stand(&throttle, Standing::Before).await;
}

#[tokio::test]
async fn s27_what_somebody_else_has_set_since_is_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    // Between the plan and the write.
    let change = act.change(GIVEN).await;
    redis.says(&["SET", "app:breaker", "theirs"]).await.unwrap();
    let error = act.apply(GIVEN, &change).await.unwrap_err();
    assert!(error.message.ends_with("app:breaker: it is theirs, without an expiry"), "{error}");
    let over = act.change(GIVEN).await;
    redis.says(&["SET", "app:breaker", "another"]).await.unwrap();
    act.apply(GIVEN, &over).await.unwrap_err();
    assert_eq!(value(&redis, "app:breaker").await, "another");
    // The same value by somebody else is not ours to delete.
    redis.says(&["SET", "app:breaker", "open"]).await.unwrap();
    let applied = act.apply(GIVEN, &change).await.unwrap();
    assert!(!applied.in_effect && applied.notes[0].starts_with("somebody else has just"), "{applied:?}");

    // After the write.
    redis.says(&["DEL", "app:breaker"]).await.unwrap();
    let change = act.change(GIVEN).await;
    act.apply(GIVEN, &change).await.unwrap();
    redis.says(&["SET", "app:breaker", "theirs"]).await.unwrap();
    let drifted = Standing::Drifted("app:breaker is theirs, without an expiry".into());
    act.all_stand(&change, drifted).await;
    let left = act.undo(&change, &change.parts[0], false).await;
    assert!(!left.complete && left.left[0].why.starts_with("app:breaker is theirs"), "{left:?}");
    assert_eq!(left.left[0].rule.as_deref(), Some("S27"), "{left:?}");
    assert_eq!(value(&redis, "app:breaker").await, "theirs");
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    assert_eq!(redis.says(&["EXISTS", "app:breaker"]).await.unwrap(), "0");
    redis.says(&["LPUSH", "app:breaker", "x"]).await.unwrap();
    act.all_stand(&change, Standing::Drifted("app:breaker holds no string".into())).await;
    assert!(act.blocked(GIVEN).await.why.ends_with("holds no string"));
}

#[tokio::test]
async fn s13_in_a_cluster_the_node_that_has_the_key_is_told_also_after_a_failover() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    let mut act = act(cluster.replicas[0].port()).await;
    // The slots of `c`, `foo` and `{a}x` are on three primaries.
    for (at, key) in ["b", "c", "{a}x"].into_iter().enumerate() {
        let given = [("key", key), ("value", "on")];
        let change = act.change(&given).await;
        let home = &cluster.primaries[at];
        assert!(change.parts[0].node.ends_with(&format!(":{}", home.port())), "{:?}", change.parts);
        act.apply(&given, &change).await.unwrap();
        act.all_stand(&change, Standing::After).await;
        assert_eq!(value(home, key).await, "on");
        if at < 2 {
            assert!(act.undo_all(&change).await);
            assert_eq!(home.says(&["EXISTS", key]).await.unwrap(), "0");
            continue;
        }
        let heir = &cluster.replicas[at];
        until("the replica has it", async || heir.says(&["DBSIZE"]).await.unwrap(), |size| size == "1").await;
        heir.says(&["CLUSTER", "FAILOVER"]).await.unwrap();
        let role = async || heir.says(&["INFO", "replication"]).await.unwrap();
        until("it has taken over", role, |info| info.contains("role:master")).await;
        let moved = async || home.says(&["INFO", "replication"]).await.unwrap();
        until("the old one follows", moved, |info| info.contains("role:slave")).await;
        act.all_stand(&change, Standing::After).await;
        assert!(act.undo_all(&change).await);
        assert_eq!(heir.says(&["EXISTS", key]).await.unwrap(), "0");
    }
}

#[tokio::test]
async fn a_server_that_takes_no_writes_says_why() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-policy", "noeviction"]).await.unwrap();
    let mut on_primary = act(redis.port()).await;
    redis.says(&["SET", "app:throttle", "0"]).await.unwrap();
    let throttle = [("name", "throttle")];
    let (new, over) = (on_primary.change(GIVEN).await, on_primary.change(&throttle).await);
    redis.says(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    for (given, change) in [(GIVEN, &new), (&throttle, &over)] {
        let error = on_primary.apply(given, change).await.unwrap_err();
        assert!(error.message.ends_with("takes no more data: maxmemory is used up"), "{error}");
        on_primary.all_stand(change, Standing::Before).await;
    }
    redis.says(&["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    redis.says(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await.unwrap();
    let error = on_primary.apply(GIVEN, &new).await.unwrap_err();
    assert!(error.message.contains("fewer replicas are in step"), "{error}");
    redis.says(&["CONFIG", "SET", "min-replicas-to-write", "0"]).await.unwrap();

    let replica = lab.redis_replica_of(&redis, &[]).await.unwrap();
    let mut on_replica = act(replica.port()).await;
    let error = on_replica.try_plan(GIVEN).await.err().unwrap();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (TargetErrorKind::Permission, "it is a replica and takes no writes")
    );
}

#[tokio::test]
async fn who_may_not_write_is_told_before_anything_is_asked() {
    let lab = Lab::new().unwrap();
    let rules =
        ["reader on >pw ~app:* &* +@read +@connection +info +time +acl", "default on nopass ~* +@all"];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    let mut act = configured(Act::by(NAME, redis.port(), "reader", "pw").await);
    assert_eq!(act.blocked(GIVEN).await.unblock, "ACL SETUSER reader +set");
    redis.says(&["ACL", "SETUSER", "reader", "+set"]).await.unwrap();
    act.change(GIVEN).await;
    let foreign = [("key", "other:key"), ("value", "1")];
    let error = act.try_plan(&foreign).await.err().unwrap();
    assert_eq!(error.kind, TargetErrorKind::Permission);
    assert_eq!(error.hint.as_deref(), Some("ACL GETUSER reader on the server tells which keys it may touch"));
}

#[tokio::test]
async fn a_flag_is_named_or_given_and_never_without_an_end() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    assert_eq!(act.blocked(&[("name", "circuit-breaker")]).await.unblock, "did you mean circuit_breaker?");
    assert_eq!(act.blocked(&[("name", "x")]).await.unblock, "there are: circuit_breaker, throttle");
    act.remedies.flags.clear();
    let words = said(&act.plan(GIVEN).await);
    assert!(words.starts_with("not applicable: no flag of the application is configured"), "{words}");
    let planned = act.plan(&[("key", "a b"), ("value", "\x1b[2J"), ("ttl", "24h")]).await;
    let Planned::Change(change) = planned else { panic!("{}", said(&planned)) };
    assert_eq!(change.commands, ["SET \"a b\" \"\\x1b[2J\" PX 86400000 NX"], "S30");
    redis.says(&["SET", "page", &"x".repeat(5_000)]).await.unwrap();
    assert!(
        act.blocked(&[("key", "page"), ("value", "1")]).await.why.ends_with("5000 bytes: that is no flag")
    );

    let field = |name| act.spec.fields.iter().find(|field| field.name == name).unwrap();
    assert!(field("ttl").ty.parse("25h").is_err() && field("ttl").ty.parse("0s").is_err());
    for wrong in [&[][..], &["key"], &["value"], &["name", "key"], &["name", "key", "value"]] {
        let mut with = Arguments::default();
        for name in wrong {
            with.set(field(name).name, field(name).ty.parse("x").unwrap());
        }
        assert!(act.spec.action.check(&with).is_err(), "{wrong:?}");
    }
}
