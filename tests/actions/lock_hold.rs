//! `redis.lock --hold` and `redis.lock.release` (S15): what is held, by whom, and who may let go.

use stampede::action::Planned;
use stampede::change::{Level, Standing};
use stampede::lab::Lab;

use super::harness::{Act, said};
use super::lock::act;
use crate::support::noted;
use crate::support::proxy::{Fault, Proxy, What};

const HOLD: &[(&str, &str)] = &[("keys", "user:1"), ("hold", "true")];
const LOCK: &str = "lock:user:1";

#[tokio::test]
async fn s15_a_lock_is_held_with_a_ttl_and_undo_releases_only_our_token() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    let change = act.change(HOLD).await;
    assert_eq!(change.level, Level::Type);
    assert_eq!(change.summary, "hold the lock of user:1 for 30 s");
    noted(&change.forecast, "sheds 0 % of the load");
    assert_eq!(change.commands.len(), 1, "nothing is released by itself: {:?}", change.commands);
    let part = change.parts[0].clone();
    assert_eq!(act.standing(&part).await, Standing::Before);
    let applied = act.apply(HOLD, &change).await.unwrap();
    assert!(applied.in_effect);
    assert_eq!(act.standing(&part).await, Standing::After);
    let left: i64 = redis.says(&["PTTL", LOCK]).await.unwrap().parse().unwrap();
    assert!((1..=30_000).contains(&left), "{left}");
    assert!(act.already(HOLD).await.starts_with("lock:user:1 is held by us, in this incident for another"));

    let undone = act.undo(&change, &part, false).await;
    assert!(undone.complete);
    noted(&undone.notes, "lock:user:1 released");
    assert_eq!(redis.says(&["EXISTS", LOCK]).await.unwrap(), "0");

    // Ours has ended and the application holds it: undo leaves it, whatever is said.
    redis.says(&["SET", LOCK, "application", "PX", "60000"]).await.unwrap();
    assert_eq!(act.standing(&part).await, Standing::Before, "nothing of ours is there");
    for anyway in [false, true] {
        let undone = act.undo(&change, &part, anyway).await;
        assert!(undone.complete);
        noted(&undone.notes, "was not ours any more");
    }
    assert_eq!(redis.says(&["GET", LOCK]).await.unwrap(), "application");
}

#[tokio::test]
async fn s15_a_lock_that_is_held_is_never_taken_over() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = act(redis.port()).await;
    let change = act.change(HOLD).await;
    // Between the plan and the write the application takes it.
    redis.says(&["SET", LOCK, "application", "PX", "60000"]).await.unwrap();
    let error = act.apply(HOLD, &change).await.unwrap_err();
    assert!(error.message.starts_with("lock:user:1 is held by the application for another"), "{error:?}");
    let refusal = act.blocked(HOLD).await;
    assert!(refusal.rule == Some("S15") && refusal.why.contains("held by the application"), "{refusal:?}");
    redis.says(&["SET", LOCK, "op:ben@bastion:night:ff00"]).await.unwrap();
    let refusal = act.blocked(HOLD).await;
    assert!(
        refusal.why.contains("operator ben@bastion") && refusal.unblock.contains("unlock"),
        "{refusal:?}"
    );
    redis.says(&["DEL", LOCK]).await.unwrap();
    redis.says(&["RPUSH", LOCK, "x"]).await.unwrap();
    assert_eq!(act.blocked(HOLD).await.rule, Some("S15"));
    assert_eq!(redis.says(&["LLEN", LOCK]).await.unwrap(), "1");
}

#[tokio::test]
async fn a_replica_takes_no_lock() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let mut act = act(replica.port()).await;
    assert!(act.blocked(HOLD).await.why.contains("is a replica"));
}

/// A lock whose answer was lost is ours if our token is in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_does_not_lose_the_lock() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for what in [What::CutBefore, What::CutAfter] {
        let proxy = Proxy::start(redis.port());
        let mut act = act(proxy.port()).await;
        let change = act.change(HOLD).await;
        proxy.arm(Fault::at(1, what));
        let applied = act.apply(HOLD, &change).await.unwrap();
        assert!(applied.in_effect);
        assert_eq!(act.standing(&change.parts[0]).await, Standing::After);
        proxy.arm(Fault::at(1, what));
        assert!(act.undo(&change, &change.parts[0], false).await.complete);
        assert_eq!(redis.says(&["EXISTS", LOCK]).await.unwrap(), "0", "{what:?}");
    }
}

#[tokio::test]
async fn s15_unlock_releases_what_an_operator_took_and_never_an_applications() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let given = [("keys", "user:1")];
    let mut unlock = Act::on("redis.lock.release", redis.port()).await;
    assert!(matches!(unlock.plan(&given).await, Planned::Ask(_)));
    unlock.facts.lock_dialect = Some("lock:{key}".into());
    assert_eq!(unlock.already(&given).await, "lock:user:1 is free");
    redis.says(&["SET", LOCK, "application", "PX", "60000"]).await.unwrap();
    assert_eq!(unlock.blocked(&given).await.rule, Some("S15"));
    redis.says(&["SET", LOCK, "op:ben@bastion:night:ff00"]).await.unwrap();
    let change = unlock.change(&given).await;
    assert_eq!(change.level, Level::Type, "somebody else's");
    // The lock passes to the application before the answer: nothing is released.
    redis.says(&["SET", LOCK, "application", "PX", "60000"]).await.unwrap();
    let applied = unlock.apply(&given, &change).await.unwrap();
    noted(&applied.notes, "is somebody else's by now");
    assert_eq!(redis.says(&["GET", LOCK]).await.unwrap(), "application");

    redis.says(&["DEL", LOCK]).await.unwrap();
    let mut hold = act(redis.port()).await;
    hold.act(HOLD).await;
    let (change, applied) = unlock.act(&given).await;
    assert_eq!(change.level, Level::Ask, "{}", said(&unlock.plan(&given).await));
    noted(&applied.notes, "lock:user:1 released");
    assert_eq!(redis.says(&["EXISTS", LOCK]).await.unwrap(), "0");
    assert!(unlock.spec.irreversible.is_some());
}
