//! `mysql.kill` (S16-S19) on a real MariaDB: who ends, who goes on, and who is never touched.

use mysql_async::prelude::Queryable;
use stampede::change::Level;
use stampede::lab::Lab;

use super::harness::{Act, ended, said};
use super::shop::{self, app, code, target, until};

const NAME: &str = "mysql.kill";
const OLD: &[(&str, &str)] = &[("older_than", "1s")];
const HOT: &str = "SELECT id, SLEEP(600) FROM p WHERE id = 1";

#[tokio::test(flavor = "multi_thread")]
async fn s18_copies_end_and_the_oldest_of_each_query_goes_on() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let hot = shop::running(&server, 8, HOT).await;
    let other = shop::running(&server, 1, "SELECT id, SLEEP(600) FROM p WHERE id = 2").await;
    let write = shop::running(&server, 1, "UPDATE p SET v = SLEEP(600) WHERE id = 3").await;
    let locks = shop::running(&server, 2, "SELECT id, SLEEP(600) FROM p WHERE id = 4 FOR UPDATE").await;
    let mut dirty = app(&server).await;
    dirty.query_drop("BEGIN").await.unwrap();
    dirty.query_drop("UPDATE p SET v = 1 WHERE id = 9").await.unwrap();
    let dirty = tokio::spawn(async move { dirty.query_drop(HOT).await });
    until(
        &server,
        "SELECT COUNT(*) >= 12 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100",
    )
    .await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    assert_eq!(
        (change.level, change.summary.as_str()),
        (Level::Type, "end 7 running statements and keep the oldest")
    );
    assert!(change.commands[0].starts_with("KILL QUERY ID "), "{:?}", change.commands);
    let spared = change.forecast.join("\n");
    for words in ["1 with modified rows", "that write or lock", "the oldest of their query"] {
        assert!(spared.contains(words), "{words} is not in {spared}");
    }
    let applied = act.apply(OLD, &change).await.unwrap();
    assert!(!applied.in_effect);
    assert_eq!(applied.notes[0], "7 of 7 killed");
    ended(&hot, 7).await;
    for task in hot {
        if task.is_finished() {
            assert_eq!(code(task.await.unwrap()), 1317);
        } else {
            task.abort();
        }
    }
    for task in other.into_iter().chain(write).chain(locks).chain([dirty]) {
        assert!(!task.is_finished(), "one was ended that was none of the copies");
        task.abort();
    }
    assert!(act.already(OLD).await.contains("none of"));
    // A name that is nobody's is no success.
    let typo = act.plan(&[("older_than", "1s"), ("user", "ap")]).await;
    assert!(said(&typo).contains("no session has the account ap; there are: app"), "{}", said(&typo));
}

/// S17: between the list and the kill a victim finishes, and its connection runs something else.
#[tokio::test(flavor = "multi_thread")]
async fn s17_a_connection_that_runs_something_else_by_then_is_left_alone() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let kept = shop::running(&server, 1, HOT).await;
    // The oldest of the two goes on.
    until(
        &server,
        "SELECT COUNT(*) = 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 50",
    )
    .await;
    let mut session = app(&server).await;
    let id = session.id();
    let task = tokio::spawn(async move {
        // It is killed by somebody else, and goes on with the same statement.
        let first = session.query_drop(HOT).await;
        (first, session.query_drop(HOT).await)
    });
    let old = "SELECT COUNT(*) >= 2 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100";
    until(&server, old).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    assert_eq!(change.parts.len(), 1);
    server.root(&[&format!("KILL QUERY {id}")]).await.unwrap();
    until(&server, &format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = {id} AND STATE = 'User sleep' AND TIME_MS < 60000")).await;
    until(&server, old).await;
    let applied = act.apply(OLD, &change).await.unwrap();
    assert_eq!(applied.notes[0], "0 of 1 killed", "{:?}", applied.notes);
    assert!(!task.is_finished());
    task.abort();
    kept.iter().for_each(tokio::task::JoinHandle::abort);
}

/// `KILL QUERY` ends a whole `CALL`, also the writes that would have followed; MariaDB shows only the inner statement.
#[tokio::test(flavor = "multi_thread")]
async fn s16_what_runs_inside_a_stored_procedure_goes_on() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let two = "CREATE PROCEDURE shop.two() BEGIN UPDATE p SET v = 1 WHERE id = 5; COMMIT; SELECT id, SLEEP(600) FROM p WHERE id = 5; UPDATE p SET v = 2 WHERE id = 5; END";
    let any =
        "CREATE PROCEDURE other.any_text() BEGIN EXECUTE IMMEDIATE CONCAT('SEL', 'ECT SLEEP(600)'); END";
    let low =
        ["CREATE USER low@'%' IDENTIFIED BY 'low-pass'", "GRANT PROCESS, CONNECTION ADMIN ON *.* TO low@'%'"];
    server.root(&[two, low[0], low[1], "GRANT EXECUTE ON *.* TO app@'%'"]).await.unwrap();
    let calls = shop::running(&server, 3, "CALL two()").await;
    let hot = shop::running(&server, 3, HOT).await;
    let old = |count: u64| {
        format!(
            "SELECT COUNT(*) >= {count} FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100"
        )
    };
    until(&server, &old(6)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    assert_eq!(change.summary, "end 2 running statements and keep the oldest");
    let forecast = change.forecast.join("\n");
    assert!(forecast.contains("3 inside a stored procedure"), "{forecast}");

    // Procedures that are hidden from us could hold anything.
    let mut hidden = Act::at(NAME, target(server.port(), "low", "low-pass")).await;
    let none = hidden.already(OLD).await;
    assert!(none.contains("6 that could be inside a stored procedure"), "{none}");
    assert!(none.contains("GRANT SELECT ON mysql.proc"), "{none}");

    // So could one that runs any text, once a text was run.
    server.root(&["CREATE DATABASE other", any]).await.unwrap();
    assert_eq!(act.change(OLD).await.parts.len(), 1, "no text was run yet");
    let texts = shop::running(&server, 1, "CALL other.any_text()").await;
    until(&server, &old(7)).await;
    assert!(act.already(OLD).await.contains("4 that could be inside a stored procedure"));
    for task in calls.into_iter().chain(hot).chain(texts) {
        assert!(!task.is_finished());
        task.abort();
    }
}

#[tokio::test]
async fn without_the_right_the_grant_is_named_and_rds_has_a_way_of_its_own() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    server
        .root(&[
            "CREATE USER low@'%' IDENTIFIED BY 'low-pass'",
            "CREATE USER rds@'%' IDENTIFIED BY 'rds-pass'",
            "GRANT PROCESS ON *.* TO rds@'%'",
        ])
        .await
        .unwrap();
    let tasks = shop::running(&server, 3, HOT).await;
    let old = "SELECT COUNT(*) >= 3 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100";
    until(&server, old).await;
    let mut act = Act::at(NAME, target(server.port(), "low", "low-pass")).await;
    assert!(act.blocked(OLD).await.unblock.starts_with("GRANT PROCESS ON *.*"), "it sees nobody");
    let mut act = Act::at(NAME, target(server.port(), "rds", "rds-pass")).await;
    assert!(act.blocked(OLD).await.unblock.starts_with("GRANT CONNECTION ADMIN ON *.*"));
    server
        .root(&[
            "CREATE DEFINER=root@localhost PROCEDURE mysql.rds_kill_query(IN id BIGINT) SQL SECURITY DEFINER KILL QUERY id",
            "GRANT EXECUTE ON PROCEDURE mysql.rds_kill_query TO rds@'%'",
        ])
        .await
        .unwrap();
    let (change, applied) = act.act(OLD).await;
    assert!(change.commands[0].starts_with("CALL mysql.rds_kill_query("), "{:?}", change.commands);
    assert_eq!(applied.notes[0], "2 of 2 killed", "{:?}", applied.notes);
    ended(&tasks, 2).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

/// S17 within a batch: ending the first takes a while, and the second connection runs something else by then.
#[tokio::test(flavor = "multi_thread")]
async fn s17_what_was_listed_with_the_wave_is_looked_at_once_more() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let kept = shop::running(&server, 1, HOT).await;
    let old = |count: usize| {
        format!(
            "SELECT COUNT(*) >= {count} FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100"
        )
    };
    until(&server, &old(1)).await;
    let first = shop::running(&server, 1, HOT).await;
    until(&server, &old(2)).await;
    let mut second = app(&server).await;
    let id = second.id();
    let second = tokio::spawn(async move { (second.query_drop(HOT).await, second.query_drop(HOT).await) });
    until(&server, &old(3)).await;
    // Whoever is ended by it, the second connection's statement ends as well, and it goes on with its next one.
    server
        .root(&[
            "CREATE USER rds@'%' IDENTIFIED BY 'rds-pass'",
            "GRANT PROCESS ON *.* TO rds@'%'",
            &format!(
                "CREATE DEFINER=root@localhost PROCEDURE mysql.rds_kill_query(IN victim BIGINT) SQL SECURITY DEFINER \
                 BEGIN KILL QUERY victim; KILL QUERY {id}; DO SLEEP(0.5); END"
            ),
            "GRANT EXECUTE ON PROCEDURE mysql.rds_kill_query TO rds@'%'",
        ])
        .await
        .unwrap();
    let mut act = Act::at(NAME, target(server.port(), "rds", "rds-pass")).await;
    let (change, applied) = act.act(OLD).await;
    assert_eq!(change.summary, "end 2 running statements and keep the oldest");
    assert_eq!(applied.notes[0], "1 of 2 killed", "{:?}", applied.notes);
    assert!(!second.is_finished(), "its next statement was ended");
    second.abort();
    kept.iter().chain(&first).for_each(tokio::task::JoinHandle::abort);
}
