//! `postgres.read-only` (S20, S21).

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use stampede::change::{Level, Standing};
use stampede::clock;
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, PostgresServer};
use stampede::system::Session;

use super::harness::{Act, until};
use super::pg::{self, column, login, refused, root_in, writes};

const NAME: &str = "postgres.read-only";
const SERVER: &[(&str, &str)] = &[];
const DATABASE: &[(&str, &str)] = &[("database", "true")];
const ROLE: &[(&str, &str)] = &[("role", "app")];

async fn ops(server: &PostgresServer) -> Act {
    pg::act(NAME, server, "ops", "shop").await
}

/// What is set anywhere: in the files, by database and role, and what a new session gets, and from where.
async fn set(server: &PostgresServer) -> Vec<String> {
    let all = "SELECT sourcefile || ': ' || setting FROM pg_file_settings \
               WHERE name = 'default_transaction_read_only' \
               UNION ALL SELECT setdatabase || ' ' || setrole || ' ' || setconfig::text FROM pg_db_role_setting \
               UNION ALL SELECT setting || ' from ' || source FROM pg_settings \
               WHERE name = 'default_transaction_read_only' ORDER BY 1";
    column(server, all).await
}

#[tokio::test]
async fn the_servers_default_stops_writes_from_the_next_transaction_and_comes_back_as_it_was() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    for theirs in ["ALTER SYSTEM RESET ALL", "ALTER SYSTEM SET default_transaction_read_only = 'FALSE'"] {
        server.root(&[theirs, "SELECT pg_reload_conf()"]).await.unwrap();
        let idle = login(&server, "app", "shop").await.unwrap();
        let loaded = async || refused(&idle, "INSERT INTO t VALUES (1)").await;
        until("it is loaded", loaded, Option::is_none).await;
        let before = set(&server).await;
        let open = login(&server, "app", "shop").await.unwrap();
        open.batch_execute("BEGIN; INSERT INTO t VALUES (7)").await.unwrap();
        let pid: i32 = open.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);

        let mut act = ops(&server).await;
        let change = act.change(SERVER).await;
        assert_eq!(change.level, Level::Type);
        assert_eq!(
            change.commands,
            ["ALTER SYSTEM SET default_transaction_read_only = 'on'", "SELECT pg_reload_conf()"]
        );
        let words = format!("{:?} {:?}", change.forecast, change.risk);
        for words_of in [
            "not recommended: too few statements run to say what share of the load writes",
            "2 sessions: read-only from the next transaction on; 1 in an open transaction may go on",
            &format!("pid {pid} app in shop for "),
            "no lock: a session can say SET default_transaction_read_only = off",
            "25006",
            "(tolerates_read_only)",
        ] {
            assert!(words.contains(words_of), "{words_of}: {words}");
        }
        assert!(!words.contains("not loaded yet"), "{words}");
        act.all_stand(&change, Standing::Before).await;
        let set_to = if theirs.contains("FALSE") { "FALSE" } else { "not set" };
        assert!(change.summary.ends_with(&format!(": it is {set_to} there now")), "{}", change.summary);
        act.apply(SERVER, &change).await.unwrap();
        act.all_stand(&change, Standing::After).await;
        let proof = act.prove(&change).await;
        assert_eq!(proof[0], "our own next transaction would be read-only");
        assert!(proof[1].contains(&format!("pid {pid} app in shop")), "{proof:?}");

        // Each session is told to load it by itself: ours may be a moment ahead.
        until("one that was idle is stopped", async || writes(&idle).await, |writes| !writes).await;
        assert!(!writes(&login(&server, "app", "shop").await.unwrap()).await, "a new one");
        assert!(!writes(&login(&server, "postgres", "shop").await.unwrap()).await, "a superuser");
        open.batch_execute("INSERT INTO t VALUES (7); COMMIT").await.unwrap();
        assert!(!writes(&open).await, "what was open has ended");
        idle.batch_execute("SET default_transaction_read_only = off").await.unwrap();
        assert!(writes(&idle).await, "as was told, a session can say otherwise");

        // By another process, which begins while it is on.
        let mut act = ops(&server).await;
        assert!(act.already(SERVER).await.contains("already (on)"));
        assert!(act.undo_all(&change).await);
        act.all_stand(&change, Standing::Before).await;
        until("it is over for others too", async || writes(&open).await, |writes| *writes).await;
        assert_eq!(set(&server).await, before, "{theirs}");
        assert!(act.undo_all(&change).await, "twice is as good as once");
    }
}

#[tokio::test]
async fn a_databases_or_roles_default_is_for_new_sessions_and_undone_by_one_that_has_it_itself() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    server.root(&["ALTER DATABASE shop SET work_mem = '5MB'"]).await.unwrap();
    for (given, whose, theirs) in [
        (DATABASE, "DATABASE \"shop\"", "ALTER DATABASE shop RESET default_transaction_read_only"),
        (DATABASE, "DATABASE \"shop\"", "ALTER DATABASE shop SET default_transaction_read_only = 'no'"),
        (ROLE, "ROLE \"app\"", "ALTER ROLE app RESET ALL"),
        (ROLE, "ROLE \"app\"", "ALTER ROLE app SET default_transaction_read_only = 0"),
    ] {
        server.root(&[theirs]).await.unwrap();
        let before = set(&server).await;
        let connected = login(&server, "app", "shop").await.unwrap();
        let mut act = ops(&server).await;
        let change = act.change(given).await;
        assert_eq!(
            change.commands,
            [format!("BEGIN READ WRITE; ALTER {whose} SET default_transaction_read_only = 'on'; COMMIT")]
        );
        let words = format!("{:?}", change.forecast);
        assert!(words.contains("1 session connected may go on writing (app 1)"), "{words}");
        act.apply(given, &change).await.unwrap();
        act.all_stand(&change, Standing::After).await;
        let proof = act.prove(&change).await;
        if given == DATABASE {
            assert_eq!(proof[0], "a new session is read-only");
        }
        assert!(proof[1].contains("not bound by it until they reconnect: sessions of app 1"), "{proof:?}");
        assert!(writes(&connected).await);
        let meanwhile = login(&server, "app", "shop").await.unwrap();
        assert!(!writes(&meanwhile).await);

        // Our own new session is read-only by default as well.
        let mut act = ops(&server).await;
        let reverted = act.undo(&change, &change.parts[0], false).await;
        assert!(reverted.complete && reverted.notes[0].contains("until they reconnect"), "{reverted:?}");
        act.all_stand(&change, Standing::Before).await;
        assert_eq!(set(&server).await, before, "{theirs}");
        assert!(writes(&login(&server, "app", "shop").await.unwrap()).await);
        assert!(!writes(&meanwhile).await, "as was told");
    }
}

#[tokio::test]
async fn s27_what_somebody_else_has_set_is_left_unless_it_is_said() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    for (given, theirs) in [
        (SERVER, "ALTER SYSTEM SET default_transaction_read_only = off"),
        (DATABASE, "ALTER DATABASE shop SET default_transaction_read_only = off"),
        (ROLE, "ALTER ROLE app SET default_transaction_read_only = off"),
    ] {
        let before = set(&server).await;
        let mut act = ops(&server).await;
        let (change, _) = act.act(given).await;
        act.prove(&change).await;
        server.root(&[theirs]).await.unwrap();
        act.all_stand(&change, Standing::Drifted("off".into())).await;
        let left = act.undo(&change, &change.parts[0], false).await;
        assert!(!left.complete, "{left:?}");
        assert!(left.left[0].why.contains("it was not set, ours is on, now it is off"), "{left:?}");
        act.all_stand(&change, Standing::Drifted("off".into())).await;
        assert!(act.undo(&change, &change.parts[0], true).await.complete);
        act.all_stand(&change, Standing::Before).await;
        assert_eq!(set(&server).await, before);
    }
}

#[tokio::test]
async fn a_server_that_has_not_loaded_what_its_files_say_is_not_taken_for_undone() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let mut act = ops(&server).await;
    let (change, _) = act.act(SERVER).await;
    act.prove(&change).await;
    // An undo that was killed after its first statement.
    server.root(&["ALTER SYSTEM RESET default_transaction_read_only"]).await.unwrap();
    act.all_stand(&change, Standing::After).await;
    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
    assert!(writes(&login(&server, "app", "shop").await.unwrap()).await);

    // The other way round: the file says it, and nobody has loaded it.
    server.root(&["ALTER SYSTEM SET default_transaction_read_only = on"]).await.unwrap();
    let refusal = act.blocked(SERVER).await;
    assert!(refusal.why.contains("nobody has loaded them"), "{refusal:?}");
    // What else would come in with the reload is told.
    server.root(&["ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()"]).await.unwrap();
    // A session loads the files when it is next asked something, and their time is known to the second.
    let plain = async || set(&server).await;
    until("it is loaded", plain, |set| set == &["off from default"]).await;
    clock::sleep(Duration::from_millis(300)).await;
    act.all_stand(&change, Standing::Before).await;
    clock::sleep(Duration::from_millis(1_100)).await;
    server.root(&["ALTER SYSTEM SET work_mem = '5MB'"]).await.unwrap();
    let change = act.change(SERVER).await;
    assert!(change.risk.iter().any(|line| line.contains("postgresql.auto.conf")), "{:?}", change.risk);
}

/// Signals the postmaster alone: its sessions go on.
fn postmaster(server: &PostgresServer, signal: Signal) {
    kill_process(Pid::from_raw(server.pid().cast_signed()).unwrap(), signal).unwrap();
}

/// What the postmaster was told it does when it comes to it; nothing is said to be done before.
#[tokio::test]
async fn a_reload_that_takes_its_time_is_waited_for_and_one_that_never_comes_is_an_error() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let mut act = ops(&server).await;
    let later = async |server: &PostgresServer| {
        clock::sleep(Duration::from_millis(400)).await;
        postmaster(server, Signal::CONT);
    };
    postmaster(&server, Signal::STOP);
    let (change, _) = act.act(SERVER).await;
    let (proof, ()) = tokio::join!(act.prove(&change), later(&server));
    assert_eq!(proof[0], "our own next transaction would be read-only");
    let Session::Postgres(reader) = &act.session else { unreachable!() };
    assert!(reader.read_only_here().await.unwrap().unwrap().on);
    postmaster(&server, Signal::STOP);
    let undo = async {
        assert!(act.undo_all(&change).await);
        act.all_stand(&change, Standing::Before).await;
    };
    tokio::join!(undo, later(&server));

    postmaster(&server, Signal::STOP);
    let (change, _) = act.act(SERVER).await;
    let error = act.spec.action.prove(&change.parts, &mut act.session).await.unwrap_err();
    assert!(error.message.contains("has not loaded it"), "{error:?}");
    postmaster(&server, Signal::CONT);
    assert!(act.undo_all(&change).await);
}

#[tokio::test]
async fn those_who_go_on_by_a_default_of_their_own_are_named() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    server
        .root(&[
            "CREATE ROLE \"night batch\" LOGIN",
            "ALTER ROLE \"night batch\" SET default_transaction_read_only = off",
            "ALTER ROLE app IN DATABASE shop SET default_transaction_read_only = f",
            "ALTER DATABASE template1 SET default_transaction_read_only = true",
        ])
        .await
        .unwrap();
    let batch = login(&server, "night batch", "shop").await.unwrap();
    let app = login(&server, "app", "postgres").await.unwrap();
    let (of_batch, of_app) = (
        "role \"night batch\" has a default of its own and goes on writing: 1 session",
        "role app in database shop has a default of its own and goes on writing: 0 sessions",
    );
    let mut act = ops(&server).await;
    for (given, told) in
        [(SERVER, vec![of_app, of_batch]), (DATABASE, vec![of_app, of_batch]), (ROLE, vec![of_app])]
    {
        let (change, _) = act.act(given).await;
        let own = |lines: &[String]| -> Vec<String> {
            lines.iter().filter(|line| line.contains("of its own")).cloned().collect()
        };
        assert_eq!(own(&change.forecast), told, "{given:?}");
        assert_eq!(own(&act.prove(&change).await), told, "{given:?}");
        if given == SERVER {
            until("the others are stopped", async || writes(&app).await, |writes| !writes).await;
            assert!(writes(&batch).await);
        }
        assert!(act.undo_all(&change).await);
    }
}

#[tokio::test]
async fn where_our_own_role_has_another_default_it_is_said_that_it_was_not_tried() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    server.root(&["ALTER ROLE ops SET default_transaction_read_only = off"]).await.unwrap();
    let before = set(&server).await;
    for given in [SERVER, DATABASE] {
        let mut act = ops(&server).await;
        let (change, _) = act.act(given).await;
        let proof = act.prove(&change).await;
        assert!(proof[0].contains("our own role has another default (user)"), "{proof:?}");
        let stopped = async || writes(&login(&server, "app", "shop").await.unwrap()).await;
        until("others are stopped", stopped, |writes| !writes).await;
        assert!(act.undo_all(&change).await);
        until("it is over", async || set(&server).await, |now| *now == before).await;
    }
}

#[tokio::test]
async fn s5_a_load_that_reads_is_told_with_its_number() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let mut connections = Vec::new();
    for n in 0..9 {
        let connection = login(&server, "app", "shop").await.unwrap();
        connections.push(tokio::spawn(async move {
            let statement = match n {
                0 => "INSERT INTO t SELECT 1 FROM pg_sleep(600)",
                _ => "SELECT pg_sleep(600)",
            };
            connection.batch_execute(statement).await
        }));
    }
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    until("they run", async || column(&server, sleeping).await, |count| count == &["9"]).await;
    let mut act = ops(&server).await;
    let change = act.change(SERVER).await;
    assert_eq!(change.forecast[0], "not recommended: only 11.1 % of the load writes");
    // Who may not see the others says so instead.
    server.root(&["CREATE ROLE owner LOGIN PASSWORD 'ops-pass'", "GRANT app TO owner"]).await.unwrap();
    let change = pg::act(NAME, &server, "owner", "shop").await.change(DATABASE).await;
    assert!(change.forecast[0].ends_with("is not known: GRANT pg_monitor TO \"owner\""), "{change:?}");
}

#[tokio::test]
async fn what_we_may_not_do_is_said_with_the_grant_that_is_enough() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    server.root(&["CREATE ROLE \"on \"\"call\" LOGIN PASSWORD 'ops-pass'"]).await.unwrap();
    let ours = "\"on \"\"call\"";
    for (given, narrower) in [(SERVER, true), (DATABASE, false), (ROLE, false)] {
        let mut act = pg::act(NAME, &server, "on \"call", "shop").await;
        let refusal = act.blocked(given).await;
        assert_eq!(refusal.rule, None, "{refusal:?}");
        assert_eq!(refusal.unblock.contains("--database, or --role NAME"), narrower, "{refusal:?}");
        assert!(refusal.unblock.contains(ours), "{refusal:?}");
        let grants = refusal.unblock.split(" (").next().unwrap();
        root_in(&server, "shop", &grants.split("; ").collect::<Vec<_>>()).await;
        let before = set(&server).await;
        let (change, _) = act.act(given).await;
        act.all_stand(&change, Standing::After).await;
        act.prove(&change).await;
        assert!(!writes(&login(&server, "app", "shop").await.unwrap()).await, "{given:?}");
        assert!(act.undo_all(&change).await);
        assert_eq!(set(&server).await, before);
    }

    // A right that is lost between the plan and the act.
    let mut act = pg::act(NAME, &server, "on \"call", "shop").await;
    for (given, revoke, hint) in [
        (DATABASE, format!("REVOKE app FROM {ours}"), format!("GRANT \"app\" TO {ours} (its owner)")),
        (ROLE, format!("ALTER ROLE {ours} NOCREATEROLE"), format!("ALTER ROLE {ours} CREATEROLE")),
        (
            SERVER,
            format!("REVOKE ALTER SYSTEM ON PARAMETER default_transaction_read_only FROM {ours}"),
            format!("GRANT ALTER SYSTEM ON PARAMETER default_transaction_read_only TO {ours}"),
        ),
    ] {
        let change = act.change(given).await;
        root_in(&server, "shop", &[&revoke]).await;
        let error = act.apply(given, &change).await.unwrap_err();
        assert_eq!(error.kind, TargetErrorKind::Permission, "{error:?}");
        assert!(error.hint.as_deref().unwrap().starts_with(&hint), "{error:?}");
        // The transaction that was begun is over: the line serves the next question.
        act.all_stand(&change, Standing::Before).await;
    }

    // A role may do it to itself.
    server.root(&["CREATE ROLE alone LOGIN PASSWORD 'ops-pass'"]).await.unwrap();
    let mut alone = pg::act(NAME, &server, "alone", "shop").await;
    let given = [("role", "alone")];
    let (change, _) = alone.act(&given).await;
    assert_eq!(alone.prove(&change).await[0], "a new session is read-only");
    assert!(pg::act(NAME, &server, "alone", "shop").await.undo_all(&change).await);

    server.root(&["CREATE ROLE rds_superuser"]).await.unwrap();
    let refusal = act.blocked(SERVER).await;
    assert!(refusal.why.contains("rds_superuser") && !refusal.unblock.contains("GRANT"), "{refusal:?}");
}

#[tokio::test]
async fn any_name_is_meant_as_it_is_written() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    for (name, quoted) in [
        ("a\"b'c; DROP TABLE t", "\"a\"\"b'c; DROP TABLE t\""),
        ("sh\\op \u{202e}x", "U&\"sh\\\\op \\+00202ex\""),
    ] {
        let plain = format!("\"{}\"", name.replace('"', "\"\""));
        let make = [format!("CREATE ROLE {plain} LOGIN"), format!("CREATE DATABASE {plain}")];
        server.root(&[&make[0], &make[1]]).await.unwrap();
        root_in(&server, name, &["CREATE TABLE t (n int)", "GRANT ALL ON t TO PUBLIC"]).await;
        let before = set(&server).await;
        let mut act = pg::act(NAME, &server, "ops", name).await;
        for given in [DATABASE, &[("role", name)]] {
            let (change, _) = act.act(given).await;
            assert!(change.commands[0].contains(quoted), "{:?}", change.commands);
            act.all_stand(&change, Standing::After).await;
            assert!(!writes(&login(&server, name, name).await.unwrap()).await);
            assert!(writes(&login(&server, "app", "shop").await.unwrap()).await);
            assert!(act.undo_all(&change).await);
            assert!(writes(&login(&server, name, name).await.unwrap()).await);
            assert_eq!(set(&server).await, before);
        }
    }
}

#[tokio::test]
async fn what_has_no_effect_is_not_offered_and_what_did_not_work_is_an_error() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[("default_transaction_read_only", "off")]).await;
    let mut act = ops(&server).await;
    let (change, _) = act.act(SERVER).await;
    let error = act.spec.action.prove(&change.parts, &mut act.session).await.unwrap_err();
    assert!(error.message.contains("started with another value"), "{error:?}");
    assert!(act.undo_all(&change).await);

    server.root(&["CREATE ROLE readers"]).await.unwrap();
    let refusal = act.blocked(&[("role", "ap")]).await;
    assert_eq!((&*refusal.why, &*refusal.unblock), ("there is no role ap", "did you mean app?"));
    assert!(act.blocked(&[("role", "readers")]).await.why.contains("cannot log in"));
    act.facts.tolerates_read_only = Some(false);
    assert!(act.blocked(SERVER).await.why.contains("tolerates_read_only"));
    act.facts.tolerates_read_only = Some(true);
    assert!(!format!("{:?}", act.change(SERVER).await.risk).contains("tolerates_read_only"));
    let mut both = stampede::action::field::Arguments::default();
    for (field, given) in act.spec.fields.iter().zip(["app", "true"]) {
        both.set(field.name, field.ty.parse(given).unwrap());
    }
    assert!(act.spec.action.check(&both).is_err());
}

#[tokio::test]
async fn it_works_through_a_walsenders_seat() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[("max_connections", "9")]).await;
    let mut connections = Vec::new();
    while let Ok(connection) =
        login(&server, if connections.len() < 6 { "app" } else { "postgres" }, "shop").await
    {
        connections.push(connection);
    }
    let mut act = ops(&server).await;
    for given in [SERVER, DATABASE] {
        let (change, _) = act.act(given).await;
        act.all_stand(&change, Standing::After).await;
        let proof = act.prove(&change).await;
        assert!(proof[0].contains("read-only"), "{proof:?}");
        assert!(act.undo_all(&change).await);
        act.all_stand(&change, Standing::Before).await;
    }
    until("it is over for others too", async || writes(&connections[0]).await, |writes| *writes).await;
}

#[tokio::test]
async fn s21_a_server_that_became_a_standby_is_not_opened_again() {
    let lab = Lab::new().unwrap();
    let server = pg::server(&lab, &[]).await;
    let mut act = ops(&server).await;
    let mut changes = Vec::new();
    for given in [SERVER, DATABASE, ROLE] {
        changes.push(act.act(given).await.0);
    }
    let limit = pg::act("postgres.connection-limit", &server, "ops", "shop").await.act(LIMIT).await.0;
    fs::write(server.socket_dir().join("data/standby.signal"), "").unwrap();
    server.restart().await.unwrap();
    let mut act = ops(&server).await;
    for change in &changes {
        for anyway in [false, true] {
            let left = act.undo(change, &change.parts[0], anyway).await;
            assert!(!left.complete && left.left[0].rule.as_deref() == Some("S21"), "{left:?}");
            act.all_stand(change, Standing::After).await;
        }
    }
    assert!(act.already(SERVER).await.contains("is a standby"));
    let mut act = pg::act("postgres.connection-limit", &server, "ops", "shop").await;
    assert!(!act.undo(&limit, &limit.parts[0], true).await.complete);
    assert!(act.blocked(&[("account", "app"), ("to", "7")]).await.why.contains("is a standby"));
}

const LIMIT: &[(&str, &str)] = &[("account", "app"), ("to", "3")];
