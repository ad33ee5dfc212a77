//! `mysql.kill` (S16-S19) on a real MariaDB: who ends, who goes on, and who is never touched.

use mysql_async::prelude::Queryable;
use stampede::approval::{Approval, Consent};
use stampede::change::Level;
use stampede::lab::Lab;
use stampede::system::Session;
use stampede::system::mysql::{Write, Writer};

use super::harness::{Act, ended, said, until as until_ok};
use super::shop::{self, app, code, target, until};

const NAME: &str = "mysql.kill";
const OLD: &[(&str, &str)] = &[("older_than", "1s")];
const HOT: &str = "SELECT id, SLEEP(600) FROM p WHERE id = 1";

/// Whether so many sleep for longer than a second.
fn old(count: usize) -> String {
    format!(
        "SELECT COUNT(*) >= {count} FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100"
    )
}

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
    until(&server, &old(12)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    assert_eq!(
        (change.level, change.summary.as_str()),
        (Level::Type, "end at most 50 running statements that match, and keep the oldest of each query")
    );
    let rule = change.forecast.join("\n");
    for words in
        ["it has run one of these for more than 1 s:", "`select id, SLEEP(?) from p where id = ?` of app"]
    {
        assert!(rule.contains(words), "{words} is not in {rule}");
    }
    let now = change.now.as_ref().unwrap();
    assert_eq!((now.matching, now.commands.len()), (7, 7));
    assert!(now.commands[0].starts_with("KILL QUERY ID "), "{:?}", now.commands);
    let spared = now.counts.join("\n");
    for words in ["1 with modified rows", "that write or lock", "the oldest of their query"] {
        assert!(spared.contains(words), "{words} is not in {spared}");
    }
    let applied = act.apply(OLD, &change).await.unwrap();
    assert!(!applied.in_effect);
    assert_eq!(applied.notes[0], "7 killed, of at most 50");
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

/// What was listed has ended when it is to be killed, and its connection runs the same once more: that is another statement.
#[tokio::test(flavor = "multi_thread")]
async fn s17_what_a_connection_runs_by_then_is_not_what_was_listed() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let kept = shop::running(&server, 1, HOT).await;
    until(&server, &old(1)).await;
    let mut session = app(&server).await;
    let id = session.id();
    // It is killed by somebody else, and goes on.
    let other = "SELECT id, SLEEP(600) FROM p WHERE id = 1 AND v = 0";
    let task = tokio::spawn(async move { (session.query_drop(HOT).await, session.query_drop(other).await) });
    until(&server, &old(2)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    assert_eq!((change.parts.len(), change.now.as_ref().unwrap().matching), (1, 1));
    let (another, kills) = (server.clone(), format!("KILL QUERY {id}"));
    let goes_on =
        format!("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = {id} AND INFO LIKE '%v = 0'");
    act.meanwhile = Some(Box::new(move |_| {
        let (server, kills, goes_on) = (another.clone(), kills.clone(), goes_on.clone());
        Box::pin(async move {
            server.root(&[&kills]).await.unwrap();
            until(&server, &goes_on).await;
            Ok(())
        })
    }));
    let applied = act.apply(OLD, &change).await.unwrap();
    assert_eq!(
        applied.notes,
        ["0 killed, of at most 50", "1 had ended by themselves, or ran something else by then"]
    );
    assert_eq!(act.recorded[0].image["victims"][0]["id"], id);
    assert!(!task.is_finished());
    task.abort();
    kept.iter().for_each(tokio::task::JoinHandle::abort);
}

/// What is approved is a rule: who matches it when a batch is sent is killed, up to its bound, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn s16_others_that_match_by_then_are_killed_up_to_the_bound() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let first = shop::running(&server, 3, HOT).await;
    until(&server, &old(3)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let bound = [("older_than", "1s"), ("limit", "4")];
    let change = act.change(&bound).await;
    assert!(change.summary.starts_with("end at most 4 running statements"), "{}", change.summary);
    first.iter().for_each(tokio::task::JoinHandle::abort);
    let ids = "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'app'";
    for row in server.query(ids).await.unwrap() {
        _ = server.root(&[row[0].as_deref().unwrap()]).await;
    }
    let others = shop::running(&server, 7, HOT).await;
    let strange = shop::running(&server, 3, "SELECT id, SLEEP(600) FROM p WHERE id = 1 AND v = 0").await;
    until(&server, &old(10)).await;
    let applied = act.apply(&bound, &change).await.unwrap();
    assert_eq!(applied.notes[..2], ["4 killed, of at most 4", "whoever matches beyond that goes on"]);
    ended(&others, 4).await;
    for task in others.into_iter().chain(strange) {
        task.abort();
    }
}

/// What is read and what is told goes over one connection: the next one to the same address may lead to another server.
#[tokio::test(flavor = "multi_thread")]
async fn s17_a_lost_connection_is_not_opened_again_in_the_middle_of_it() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let Session::Mysql(reader) = &act.session else { panic!("no MySQL") };
    let staying = reader.staying().await.unwrap();
    assert!(staying.variables().await.is_ok());
    let ours = "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'ops'";
    let kill = server.query(ours).await.unwrap()[0][0].clone().unwrap();
    server.root(&[&kill]).await.unwrap();
    until_ok("it is opened again for others", async || reader.variables().await.is_ok(), |ok| *ok).await;
    let error = staying.variables().await.map(drop).expect_err("another connection was taken");
    assert!(error.message.contains("was lost"), "{error}");
}

/// Over a slow line all of a batch go in one message: what has ended by itself must not keep those behind it alive.
#[tokio::test(flavor = "multi_thread")]
async fn s17_of_kills_in_one_message_those_that_find_nobody_hold_up_none() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let hot = shop::running(&server, 4, HOT).await;
    until(&server, &old(4)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(OLD).await;
    let Session::Mysql(reader) = &mut act.session else { panic!("no MySQL") };
    let approval = Approval::of(&change, Consent::Flag);
    let permit = approval.permit(reader.node());
    let numbers =
        "SELECT QUERY_ID FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' ORDER BY 1 LIMIT 3";
    let rows = server.query(numbers).await.unwrap();
    let number = |row: usize| Write::KillQueryId(rows[row][0].as_deref().unwrap().parse().unwrap());
    let gone = |n: u64| Write::KillQueryId(1_000_000 + n);
    let kills = [gone(1), number(0), gone(2), gone(3), number(1), number(2), gone(4)];
    let mut writer = Writer::new(reader, &approval);
    assert_eq!(writer.kill(&permit, &kills).await.unwrap(), 3);
    // A statement that was told to end is there for a moment more.
    ended(&hot, 3).await;
    assert_eq!(writer.kill(&permit, &kills).await.unwrap(), 0, "the connection is still good");
    hot.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Who comes of age within some seconds is killed too: a stampede does not begin at one instant.
#[tokio::test(flavor = "multi_thread")]
async fn s18_young_copies_are_killed_when_they_come_of_age() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let old_ones = shop::running(&server, 2, HOT).await;
    until(&server, &old(2)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let young = shop::running(&server, 4, HOT).await;
    let change = act.change(OLD).await;
    let applied = act.apply(OLD, &change).await.unwrap();
    assert_eq!(applied.notes[0], "5 killed, of at most 50");
    ended(&young, 4).await;
    old_ones.iter().for_each(tokio::task::JoinHandle::abort);
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
    until(&server, &old(6)).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let now = act.change(OLD).await.now.unwrap();
    let counts = now.counts.join("\n");
    assert_eq!(now.matching, 2, "{counts}");
    assert!(counts.contains("3 inside a stored procedure"), "{counts}");

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

/// What a server shows of these is a `SELECT`, and what would be ended is more than that.
#[tokio::test(flavor = "multi_thread")]
async fn s16_a_select_that_is_no_read_of_a_client_goes_on() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let within = |name: &str, select: &str| {
        format!(
            "CREATE PROCEDURE shop.{name}(n INT) BEGIN UPDATE p SET v = 1 WHERE id = 5; {select}; UPDATE p SET v = 2 WHERE id = 5; END"
        )
    };
    let routines = [
        // The number stands there in place of the variable.
        within("some", "SELECT id, SLEEP(600) FROM p LIMIT n"),
        // What is kept to be shown says 'hot' alone.
        within("other", "SELECT _latin1'hot', SLEEP(600)"),
        within("outer_one", "CALL other(n)"),
        "CREATE TRIGGER shop.before_q BEFORE INSERT ON q FOR EACH ROW BEGIN DECLARE x INT; SELECT SLEEP(600) INTO x; END".into(),
        "CREATE SEQUENCE shop.s".into(),
        "GRANT EXECUTE, INSERT ON *.* TO app@'%'".into(),
    ];
    server.root(&routines.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let mut tasks = Vec::new();
    let inside = "inside a stored procedure";
    for (statement, why) in [
        ("INSERT INTO q VALUES (CONNECTION_ID())", "3 that write or lock"),
        ("SELECT id, SLEEP(600), GET_LOCK(CONCAT('a', CONNECTION_ID()), 1) FROM p", "6 that write or lock"),
        ("SELECT id, SLEEP(600), NEXT VALUE FOR s FROM p", "9 that write or lock"),
        ("CALL some(7)", inside),
        ("CALL other(7)", inside),
        ("CALL outer_one(7)", inside),
        (
            "BEGIN NOT ATOMIC SELECT id, SLEEP(600), 'block' FROM p; INSERT INTO q VALUES (1); END",
            "3 that could be",
        ),
    ] {
        tasks.extend(shop::running(&server, 3, statement).await);
        until(&server, &old(tasks.len())).await;
        let none = act.already(OLD).await;
        assert!(none.contains(why), "{statement}: {none}");
    }
    for task in tasks {
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
    until(&server, &old(3)).await;
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
    let commands = change.now.unwrap().commands;
    assert!(commands[0].starts_with("CALL mysql.rds_kill_query("), "{commands:?}");
    assert_eq!(applied.notes[0], "2 killed, of at most 50", "{:?}", applied.notes);
    ended(&tasks, 2).await;
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}

/// S17 within a batch: ending the first takes a while, and the second connection runs something else by then.
#[tokio::test(flavor = "multi_thread")]
async fn s17_what_was_listed_with_the_wave_is_looked_at_once_more() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let kept = shop::running(&server, 1, HOT).await;
    until(&server, &old(1)).await;
    let first = shop::running(&server, 1, HOT).await;
    until(&server, &old(2)).await;
    let mut second = app(&server).await;
    let id = second.id();
    let other = "SELECT id, SLEEP(600) FROM p WHERE id = 1 AND v = 0";
    let second = tokio::spawn(async move { (second.query_drop(HOT).await, second.query_drop(other).await) });
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
    assert_eq!(change.now.unwrap().matching, 2);
    assert_eq!(applied.notes[0], "1 killed, of at most 50", "{:?}", applied.notes);
    assert!(!second.is_finished(), "its next statement was ended");
    second.abort();
    kept.iter().chain(&first).for_each(tokio::task::JoinHandle::abort);
}
