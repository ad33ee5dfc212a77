//! `postgres.connection-limit`.

use stampede::change::{Level, Standing};
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, PostgresServer};

use super::harness::Act;
use super::pg::{self, column, login, root_in, writes};

const NAME: &str = "postgres.connection-limit";

async fn ops(server: &PostgresServer) -> Act {
    pg::act(NAME, server, "ops", "postgres").await
}

async fn full(server: &PostgresServer, role: &str, database: &str) -> bool {
    match login(server, role, database).await {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.code().map(|code| code.code()), Some("53300"), "{error:?}");
            true
        }
    }
}

async fn limits(server: &PostgresServer) -> Vec<String> {
    let all = "SELECT rolname || ' ' || rolconnlimit FROM pg_roles UNION ALL \
               SELECT datname || ' ' || datconnlimit FROM pg_database ORDER BY 1";
    column(server, all).await
}

#[tokio::test]
async fn a_role_keeps_its_sessions_and_gets_no_new_ones_until_undo() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    for theirs in ["ALTER ROLE app CONNECTION LIMIT -1", "ALTER ROLE app CONNECTION LIMIT 50"] {
        server.root(&[theirs]).await.unwrap();
        let before = limits(&server).await;
        let mut app = Vec::new();
        for _ in 0..3 {
            app.push(login(&server, "app", "shop").await.unwrap());
        }
        let mut act = ops(&server).await;
        for (to, level, told) in [
            ("2", Level::Type, "new ones are refused with 53300 until 2 have gone"),
            ("3", Level::Ask, "new ones are refused with 53300 until 1 has gone"),
            ("5", Level::Ask, "3 sessions now: 2 more may begin"),
            ("0", Level::Type, "until 4 have gone"),
        ] {
            let change = act.change(&[("account", "app"), ("to", to)]).await;
            assert_eq!(change.level, level, "{to}");
            assert!(change.forecast[0].contains(told), "{:?}", change.forecast);
        }
        let given = [("account", "app"), ("to", "3")];
        let change = act.change(&given).await;
        assert_eq!(change.commands, ["BEGIN READ WRITE; ALTER ROLE \"app\" CONNECTION LIMIT 3; COMMIT"]);
        act.all_stand(&change, Standing::Before).await;
        act.apply(&given, &change).await.unwrap();
        act.all_stand(&change, Standing::After).await;
        assert_eq!(act.prove(&change).await, ["role app: 3 of 3 taken"]);
        assert!(full(&server, "app", "shop").await);
        for app in &app {
            assert!(writes(app).await, "nobody is disconnected");
        }
        assert!(act.already(&given).await.contains("limited to 3 sessions already"));

        let mut act = ops(&server).await;
        assert!(act.undo_all(&change).await);
        act.all_stand(&change, Standing::Before).await;
        assert_eq!(limits(&server).await, before);
        assert!(!full(&server, "app", "shop").await);
        assert!(act.undo_all(&change).await, "twice is as good as once");
    }
}

#[tokio::test]
async fn a_database_is_limited_for_all_but_superusers() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let before = limits(&server).await;
    let _app = login(&server, "app", "shop").await.unwrap();
    let _root = login(&server, "postgres", "shop").await.unwrap();
    let mut act = ops(&server).await;
    let given = [("database", "shop"), ("to", "2")];
    let (change, _) = act.act(&given).await;
    assert_eq!(change.commands, ["BEGIN READ WRITE; ALTER DATABASE \"shop\" CONNECTION LIMIT 2; COMMIT"]);
    assert!(change.forecast[1].contains("1 of them here now"), "{:?}", change.forecast);
    act.all_stand(&change, Standing::After).await;
    assert!(full(&server, "app", "shop").await);
    assert!(!full(&server, "app", "postgres").await);
    assert!(!full(&server, "postgres", "shop").await);
    assert!(act.undo_all(&change).await);
    assert_eq!(limits(&server).await, before);
    assert!(!full(&server, "app", "shop").await);
}

#[tokio::test]
async fn s27_a_limit_that_somebody_else_has_set_is_left_unless_it_is_said() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let mut act = ops(&server).await;
    for (given, theirs) in [
        ([("account", "app"), ("to", "9")], "ALTER ROLE app CONNECTION LIMIT 8"),
        ([("database", "shop"), ("to", "9")], "ALTER DATABASE shop CONNECTION LIMIT 8"),
    ] {
        let (change, _) = act.act(&given).await;
        server.root(&[theirs]).await.unwrap();
        act.all_stand(&change, Standing::Drifted("8".into())).await;
        let left = act.undo(&change, &change.parts[0], false).await;
        assert!(!left.complete, "{left:?}");
        assert!(left.left[0].why.contains("the limit was unlimited, ours is 9, now it is 8"), "{left:?}");
        act.all_stand(&change, Standing::Drifted("8".into())).await;
        assert!(act.undo(&change, &change.parts[0], true).await.complete);
        act.all_stand(&change, Standing::Before).await;
    }
    let (change, _) = act.act(&[("account", "app"), ("to", "9")]).await;
    server.root(&["ALTER ROLE app RENAME TO gone"]).await.unwrap();
    act.all_stand(&change, Standing::Before).await;
    assert!(act.undo_all(&change).await, "there is nothing of ours under that name");
}

#[tokio::test]
async fn what_a_limit_cannot_do_or_must_not_is_refused() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    server
        .root(&[
            "CREATE ROLE oncall LOGIN CREATEROLE PASSWORD 'ops-pass'",
            "CREATE ROLE readers",
            "GRANT app TO oncall",
            "CREATE ROLE copier LOGIN REPLICATION",
        ])
        .await
        .unwrap();
    let mut act = pg::act(NAME, &server, "oncall", "shop").await;
    for (given, rule, why, unblock) in [
        (("account", "ap"), None, "there is no role ap", "did you mean app?"),
        (("account", "nothing like it"), None, "there is no role \"nothing like it\"", "there are app, "),
        (("database", "shopp"), None, "there is no database shopp", "did you mean shop?"),
        (("account", "oncall"), Some("S3"), "role oncall is our own", "a role of its own"),
        (("account", "readers"), None, "role readers cannot log in", "logs in as"),
        (("account", "postgres"), None, "oncall may not alter role postgres", "only a superuser"),
        (("account", "copier"), None, "oncall may not alter role copier", "CREATEROLE"),
        (("database", "shop"), Some("S3"), "we are in database shop ourselves", "another database"),
        (("database", "postgres"), None, "oncall may not alter", "GRANT \"postgres\" TO \"oncall\""),
    ] {
        let refusal = act.blocked(&[given, ("to", "5")]).await;
        assert_eq!(refusal.rule, rule, "{refusal:?}");
        assert!(refusal.why.contains(why) && refusal.unblock.contains(unblock), "{refusal:?}");
    }
    let refusal = ops(&server).await.blocked(&[("account", "postgres"), ("to", "5")]).await;
    assert!(refusal.why.contains("superusers are not limited"), "{refusal:?}");
    let refusal = ops(&server).await.blocked(&[("account", "ops"), ("to", "5")]).await;
    assert!(refusal.why.contains("superusers are not limited"), "{refusal:?}");

    // It may what it may, and what it lost meanwhile is said with the grant.
    let mut act = pg::act(NAME, &server, "oncall", "postgres").await;
    for given in [[("account", "app"), ("to", "5")], [("database", "shop"), ("to", "5")]] {
        let (change, _) = act.act(&given).await;
        assert!(act.undo_all(&change).await);
    }
    let change = act.change(&[("account", "app"), ("to", "5")]).await;
    server.root(&["ALTER ROLE oncall NOCREATEROLE"]).await.unwrap();
    let error = act.apply(&[("account", "app"), ("to", "5")], &change).await.unwrap_err();
    assert_eq!(error.kind, TargetErrorKind::Permission);
    assert_eq!(error.hint.as_deref(), Some("ALTER ROLE \"oncall\" CREATEROLE"));
    act.all_stand(&change, Standing::Before).await;

    for (given, fails) in [
        (vec![], true),
        (vec![("account", "app"), ("database", "shop")], true),
        (vec![("account", "a\0b")], true),
        (vec![("account", "app")], false),
    ] {
        let mut with = stampede::action::field::Arguments::default();
        for (name, text) in given.iter().chain(&[("to", "9")]) {
            let field = act.spec.fields.iter().find(|field| field.name == *name).unwrap();
            with.set(field.name, field.ty.parse(text).unwrap());
        }
        assert_eq!(act.spec.action.check(&with).is_err(), fails, "{given:?}");
    }
}

#[tokio::test]
async fn any_name_is_meant_as_it_is_written_also_while_all_is_read_only() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let name = "a\"b'c; \\ DROP";
    let quoted = "\"a\"\"b'c; \\ DROP\"";
    let make = [format!("CREATE ROLE {quoted} LOGIN"), format!("CREATE DATABASE {quoted}")];
    server.root(&[&make[0], &make[1]]).await.unwrap();
    let before = limits(&server).await;
    root_in(
        &server,
        "shop",
        &["ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"],
    )
    .await;
    let mut act = ops(&server).await;
    for given in [[("account", name), ("to", "0")], [("database", name), ("to", "0")]] {
        let (change, _) = act.act(&given).await;
        assert!(change.commands[0].contains(&format!("{quoted} CONNECTION LIMIT 0")), "{change:?}");
        assert!(full(&server, name, name).await);
        assert!(!full(&server, "app", "shop").await);
        assert!(act.undo_all(&change).await);
        assert!(!full(&server, name, name).await);
        assert_eq!(limits(&server).await, before);
    }
}
