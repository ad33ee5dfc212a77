//! `mysql.read-only` (S20, S21) on a real MariaDB.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use stampede::change::{Level, Standing};
use stampede::clock;
use stampede::error::TargetErrorKind;
use stampede::lab::Lab;

use super::harness::Act;
use super::shop::{self, app, code, target, until};

const NAME: &str = "mysql.read-only";

#[tokio::test]
async fn s20_ordinary_accounts_write_no_more_and_undo_opens_again() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let mut client = app(&server).await;
    for _ in 0..500 {
        client.query_drop("SELECT v FROM p WHERE id = 1").await.unwrap();
    }
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let (change, applied) = act.act(&[]).await;
    assert_eq!((change.level, applied.in_effect), (Level::Type, true));
    assert_eq!(change.commands, ["SET GLOBAL read_only = ON"]);
    assert!(change.forecast.iter().any(|line| line.contains("not recommended")), "{:?}", change.forecast);
    assert!(
        change.forecast.iter().any(|line| line == "can write all the same: ops"),
        "{:?}",
        change.forecast
    );
    act.all_stand(&change, Standing::After).await;
    assert!(act.prove(&change).await[0].contains("read back: read_only is ON"));
    assert_eq!(code(client.query_drop("INSERT INTO q VALUES (1)").await), 1290);
    assert!(act.already(&[]).await.contains("ON already"));

    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
    client.query_drop("INSERT INTO q VALUES (1)").await.unwrap();
}

#[tokio::test]
async fn s20_an_open_transaction_with_changed_rows_is_named_and_may_be_given_up() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let mut client = app(&server).await;
    client.query_drop("BEGIN").await.unwrap();
    client.query_drop("UPDATE p SET v = 1 WHERE id <= 7").await.unwrap();
    until(&server, "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified = 7").await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let refusal = act.blocked(&[]).await;
    assert_eq!(refusal.rule, Some("S20"));
    let who = format!("connection {} (app) has 7 rows modified and is idle", client.id());
    assert!(refusal.why.contains(&who), "{}", refusal.why);
    assert!(refusal.unblock.contains("--allow-lost-commits 1"), "{}", refusal.unblock);

    let accepted = &[("allow_lost_commits", "1")];
    let (change, _) = act.act(accepted).await;
    assert!(change.risk.iter().any(|line| line.contains(&who)), "{:?}", change.risk);
    assert_eq!(code(client.query_drop("COMMIT").await), 1290);
    assert!(act.undo_all(&change).await);
}

/// One that happens to read at this moment loses its COMMIT all the same.
#[tokio::test(flavor = "multi_thread")]
async fn s20_a_transaction_with_changed_rows_that_reads_at_this_moment_is_named_too() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let mut client = app(&server).await;
    let id = client.id();
    client.query_drop("BEGIN").await.unwrap();
    client.query_drop("UPDATE p SET v = 1 WHERE id <= 7").await.unwrap();
    let reading = tokio::spawn(async move { client.query_drop("SELECT SLEEP(600)").await });
    until(&server, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'").await;
    until(&server, "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified = 7").await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let refusal = act.blocked(&[]).await;
    let who = format!("connection {id} (app) has 7 rows modified and runs something that does not write");
    assert!(refusal.rule == Some("S20") && refusal.why.contains(&who), "{}", refusal.why);
    reading.abort();
}

#[tokio::test]
async fn s20_a_running_write_is_named_before_anything_is_sent() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let writing = shop::running(&server, 1, "UPDATE p SET v = v + SLEEP(600) WHERE id <= 1").await;
    until(
        &server,
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'UPDATE p%' AND TIME_MS > 2100",
    )
    .await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let refusal = act.blocked(&[]).await;
    assert_eq!(refusal.rule, Some("S20"));
    for word in ["(app): update p set v = v + sleep(?)", "rows modified"] {
        assert!(refusal.why.to_lowercase().contains(word), "{word} is not in {}", refusal.why);
    }
    writing.iter().for_each(tokio::task::JoinHandle::abort);
}

/// What is not seen before is met: the server gives up within the bound, no other writer waits longer, nothing is changed.
#[tokio::test(flavor = "multi_thread")]
async fn s20_a_table_that_somebody_holds_bounds_the_wait_of_all() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &["--plugin-load-add=metadata_lock_info"]).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let change = act.change(&[]).await;
    let mut holder = app(&server).await;
    holder.query_drop("LOCK TABLES p WRITE").await.unwrap();
    // Another table, another session: it stands behind the waiting read_only.
    let writer = shop::running(&server, 1, "INSERT INTO q SELECT 1 FROM (SELECT SLEEP(0.3)) x").await;
    let began = clock::instant();
    let error = act.apply(&[], &change).await.unwrap_err();
    let waited = began.elapsed();
    assert_eq!(error.kind, TargetErrorKind::Timeout, "{error}");
    let hint = error.hint.unwrap();
    let who = format!("connection {} (app) holds shop.p for itself", holder.id());
    assert!(hint.contains(&who), "{hint}");
    assert!(waited >= Duration::from_millis(1_900), "it was not in front of it: {waited:?}");
    for task in writer {
        task.await.unwrap().unwrap();
    }
    act.all_stand(&change, Standing::Before).await;
    // Now it is seen before.
    let refusal = act.blocked(&[]).await;
    assert!(refusal.why.contains(&who), "{}", refusal.why);
}

/// MariaDB shows who holds a table only where a plugin is loaded; else it must not be said that nobody does.
#[tokio::test(flavor = "multi_thread")]
async fn s20_a_holder_that_the_server_does_not_show_is_one_of_those_who_are_there() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let mut holder = app(&server).await;
    holder.query_drop("LOCK TABLES p WRITE").await.unwrap();
    let (change, error) = {
        let change = act.change(&[]).await;
        let error = act.apply(&[], &change).await.unwrap_err();
        (change, error)
    };
    let suspect = format!("one of {} (app)?", holder.id());
    for words in [change.risk.join("\n"), error.hint.unwrap()] {
        assert!(words.contains("tables in use: shop.p") && words.contains(&suspect), "{words}");
    }
}

#[tokio::test]
async fn without_the_right_the_grant_is_named() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    server
        .root(&["CREATE USER low@'%' IDENTIFIED BY 'low-pass'", "GRANT PROCESS, SUPER ON *.* TO low@'%'"])
        .await
        .unwrap();
    let mut act = Act::at(NAME, target(server.port(), "low", "low-pass")).await;
    let refusal = act.blocked(&[]).await;
    assert!(
        refusal.unblock.starts_with("GRANT READ_ONLY ADMIN ON *.* TO"),
        "SUPER is not enough here: {refusal:?}"
    );
    // It may, and is shown nobody's rights but its own.
    server.root(&["GRANT READ_ONLY ADMIN ON *.* TO low@'%'"]).await.unwrap();
    let mut act = Act::at(NAME, target(server.port(), "low", "low-pass")).await;
    let change = act.change(&[]).await;
    let partly = "can write all the same: low; the rights of others are not shown to this account";
    assert!(change.forecast.iter().any(|line| line == partly), "{:?}", change.forecast);
}

/// The roles have turned round since: opening the old primary would make two servers that take writes.
#[tokio::test]
async fn s21_a_demoted_primary_is_never_opened_again() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &["--log-bin=binlog"]).await;
    let replica = lab.mariadb_replica_of(&server, &[]).await.unwrap();
    let mut act = Act::at(NAME, target(server.port(), "ops", "ops-pass")).await;
    let (change, _) = act.act(&[]).await;
    replica.root(&["STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF"]).await.unwrap();
    let follow = format!(
        "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={}, MASTER_USER='replicator', MASTER_PASSWORD='x'",
        replica.port()
    );
    server.root(&[&follow]).await.unwrap();
    for anyway in [false, true] {
        let said = act.undo(&change, &change.parts[0], anyway).await;
        assert!(!said.complete && said.left[0].rule.as_deref() == Some("S21"), "{said:?}");
        act.all_stand(&change, Standing::After).await;
    }
    // It is nobody's replica any more: then it may be opened.
    server.root(&["RESET SLAVE ALL"]).await.unwrap();
    assert!(act.undo_all(&change).await);
}
