//! `redis.clients.kill-idle` (S6, S12).

use stampede::change::{Level, Standing};
use stampede::config::OnCacheError;
use stampede::lab::{Lab, RedisServer};

use super::harness::{Act, named, number, until};
use super::people::{Person, closed, spared};

const NAME: &str = "redis.clients.kill-idle";

async fn silent_for_long(server: &RedisServer, name: &str) {
    let ask = async || named(server, name).await;
    until("they were silent for long", ask, |lines| {
        !lines.is_empty() && lines.iter().all(|line| number(line, "idle") >= 30)
    })
    .await;
}

async fn several(server: &RedisServer, name: &str, count: usize) -> Vec<Person> {
    let mut people = Vec::new();
    for _ in 0..count {
        people.push(Person::named(server.port(), name).await);
    }
    people
}

#[tokio::test]
async fn refusals_come_before_anything_is_chosen() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    assert_eq!(act.blocked(&[("idle", "29s")]).await.rule, Some("S12"));
    let words = act.already(&[]).await;
    assert_eq!(words, "none of 1 connections is an ordinary one that was silent for 5 min");
    act.facts.on_cache_error = Some(OnCacheError::Database);
    assert_eq!(act.blocked(&[]).await.rule, Some("S6"));
    assert!(act.spec.irreversible.is_some() && act.spec.amplifier);
}

pub async fn only_ordinary_silent_connections_go_and_who_wakes_up_is_spared() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    lab.redis_replica_of(&redis, &[]).await.unwrap();
    let mut leaked = several(&redis, "leaked", 3).await;
    let mut web = several(&redis, "web", 4).await;
    let mut others = spared(&redis).await;
    let listener = number(&named(&redis, "subscriber").await[0], "id").to_string();
    for (name, words) in [
        ("in-multi", &["MULTI"][..]),
        ("tracking", &["CLIENT", "TRACKING", "ON", "REDIRECT", &listener]),
        ("stampede:other:eve@elsewhere", &["PING"]),
    ] {
        let mut person = Person::named(redis.port(), name).await;
        person.says(words).await;
        others.push((name, person));
    }
    let mut act = Act::on(NAME, redis.port()).await;
    silent_for_long(&redis, "web").await;
    silent_for_long(&redis, "tracking").await;
    silent_for_long(&redis, "stampede:other:eve@elsewhere").await;
    let mut busy = Person::named(redis.port(), "web").await;

    let given = [("idle", "30s")];
    let change = act.change(&given).await;
    assert_eq!(change.level, Level::Type);
    assert_eq!(change.summary, "close at most 1000 connections silent for 30 s or longer");
    let now = change.now.as_ref().unwrap();
    assert_eq!((now.matching, now.commands.len()), (7, 7));
    assert!(now.commands.iter().all(|line| line.starts_with("CLIENT KILL ID ")), "{:?}", now.commands);
    let forecast = now.counts.join("\n");
    for words in [
        "slots (maxclients 10.0k): web 4, leaked 3",
        "4 are of clients that use others too, and reopen as many as they need; 3 are",
        "2 in a transaction, tracking, or by the unix socket",
        "1 blocked client, 1 monitor, 2 of ours, 1 replication link, 2 subscribers",
    ] {
        assert!(forecast.contains(words), "{words:?} is not in {forecast}");
    }

    // One of them is used between the plan and the kill, and another one goes; a third is used after it was found.
    assert_eq!(web[2].says(&["PING"]).await, "+PONG\r\n");
    drop(leaked.pop());
    let gone = async || named(&redis, "leaked").await;
    until("it is gone", gone, |lines| lines.len() == 2).await;
    act.all_stand(&change, Standing::Before).await;
    let late = std::sync::Arc::new(tokio::sync::Mutex::new(web.pop().unwrap()));
    let wakes = late.clone();
    act.meanwhile = Some(Box::new(move |_| {
        let wakes = wakes.clone();
        Box::pin(async move {
            assert_eq!(wakes.lock().await.says(&["PING"]).await, "+PONG\r\n");
            Ok(())
        })
    }));
    let applied = act.apply(&given, &change).await.unwrap();
    assert!(!applied.in_effect);
    assert_eq!(applied.notes, ["4 closed, of at most 1000", "1 were used again meanwhile, and spared"]);
    assert!(!late.lock().await.is_closed().await);
    act.meanwhile = None;
    closed(&mut leaked, 2).await;
    closed(&mut web, 2).await;
    assert!(!web[2].is_closed().await && !busy.is_closed().await);
    for (kind, person) in &mut others {
        assert!(!person.is_closed().await, "{kind}");
    }
    assert!(redis.says(&["INFO", "replication"]).await.unwrap().contains("state=online"));
    assert_eq!(
        act.standing(&act.recorded[0].clone()).await,
        Standing::Partly("4 are gone and 1 still there".into())
    );
    let again = act.apply(&given, &change).await.unwrap();
    assert_eq!(again.notes[0], "0 closed, of at most 1000", "twice is as good as once");
    assert!(act.undo_all(&change).await);
}

pub async fn the_longest_go_first_up_to_the_limit_and_stop_ends_after_the_batch_in_hand() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut old = several(&redis, "old", 12).await;
    // A second older as the server counts.
    let age = async || named(&redis, "old").await;
    until("a second has passed", age, |lines| lines.iter().all(|line| number(line, "idle") >= 2)).await;
    let mut young = several(&redis, "young", 13).await;
    silent_for_long(&redis, "young").await;
    let mut act = Act::on(NAME, redis.port()).await;

    let only = [("idle", "30s"), ("of", "young"), ("limit", "2")];
    let change = act.change(&only).await;
    assert!(
        change.now.as_ref().unwrap().counts.join("\n").contains("spared: 11 beyond the limit, 12 of others")
    );
    act.apply(&only, &change).await.unwrap();
    closed(&mut young, 2).await;
    closed(&mut old, 0).await;
    let nobody = [("idle", "30s"), ("of", "nobody")];
    act.already(&nobody).await;
    assert_eq!(act.change(&[("idle", "30s"), ("of", "127.0.0.1")]).await.now.unwrap().matching, 23);

    let given = [("idle", "30s"), ("limit", "15")];
    let change = act.change(&given).await;
    assert_eq!(change.now.as_ref().unwrap().matching, 15);
    act.stop_at = 10;
    let stopped = act.apply(&given, &change).await.unwrap();
    assert_eq!(stopped.notes, ["10 closed, of at most 15", "the others are left as they are: stopped"]);
    closed(&mut old, 10).await;
    closed(&mut young, 2).await;
    act.stop_at = u64::MAX;
    act.act(&[("idle", "30s"), ("limit", "5")]).await;
    closed(&mut old, 12).await;
    closed(&mut young, 5).await;
}

/// After a restart the server gives the same ids to others: S17's spirit, for connections.
pub async fn after_a_restart_the_new_holders_of_the_ids_are_spared_on_every_node() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 0, &[]).await.unwrap();
    let mut people = Vec::new();
    for node in &cluster.primaries {
        people.push(several(node, "pool", 2).await);
    }
    for node in &cluster.primaries {
        silent_for_long(node, "pool").await;
    }
    let mut act = Act::on(NAME, cluster.primaries[0].port()).await;
    let given = [("idle", "30s")];
    let change = act.change(&given).await;
    let now = change.now.as_ref().unwrap();
    assert_eq!((change.parts.len(), now.matching), (3, 6));
    let restarted = &cluster.primaries[1];
    restarted.restart().await.unwrap();
    let id = |line: &String| line.split(' ').nth(3).unwrap().parse::<u64>().unwrap();
    let planned: Vec<u64> = now.commands.iter().map(id).collect();
    // Ids are given in order: so many come that those of the plan are given again, however many the lab has used up.
    let highest = *planned.iter().max().unwrap();
    let mut heirs = several(restarted, "heir", usize::try_from(highest).unwrap()).await;
    let ids: Vec<u64> = named(restarted, "heir").await.iter().map(|line| number(line, "id")).collect();
    let inherited = planned.iter().any(|id| ids.contains(id));
    assert!(inherited, "the test proves nothing: {ids:?} {planned:?}");
    let applied = act.apply(&given, &change).await.unwrap();
    assert_eq!(
        applied.notes,
        ["4 closed, of at most 1000", "1 of the nodes have restarted, or are other servers now: left alone"]
    );
    closed(&mut people[0], 2).await;
    closed(&mut people[2], 2).await;
    closed(&mut heirs, 0).await;
}

pub async fn who_may_not_list_or_kill_is_told_so_before_anything_is_asked() {
    let lab = Lab::new().unwrap();
    let rules = [
        "reader on >pw ~* &* +@read +@connection -client|list -client|kill +info",
        "default on nopass ~* +@all",
    ];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    let refusal = Act::by(NAME, redis.port(), "reader", "pw").await.blocked(&[]).await;
    assert_eq!(refusal.unblock, "ACL SETUSER reader +client|list");

    redis.says(&["ACL", "SETUSER", "reader", "+client|list", "+acl"]).await.unwrap();
    let _leaked = several(&redis, "leaked", 1).await;
    silent_for_long(&redis, "leaked").await;
    let mut act = Act::by(NAME, redis.port(), "reader", "pw").await;
    let refusal = act.blocked(&[("idle", "30s")]).await;
    assert_eq!(refusal.unblock, "ACL SETUSER reader +client|kill");
}
