//! `protect pause`: clients queue in PgBouncer and get no error, and whatever happens it is resumed.

use rustix::process::Signal;
use stampede::action::Planned;
use stampede::change::Standing;
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, PgbouncerServer};

use super::harness::said;
use super::pool::{
    act_at, act_by, act_by_socket, balancer, client, is_paused, paused, pool, pooler, queries,
};
use crate::support::binary::{End, Home, Running};

const SHOP: (&str, &str) = ("database", "shop");
const SHORT: (&str, &str) = ("for", "1s");

fn binary(home: &Home, pooler: &PgbouncerServer) -> Running {
    let args = ["protect", "pause", "--for", "59s", "--confirm", "pgbouncer", "--no-watch"];
    home.stampede(args).env("PGBOUNCER_URL", pooler.url()).spawn()
}

#[tokio::test]
async fn clients_queue_without_an_error_and_ctrl_c_lets_them_on_at_once() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let (open, late) = (client(&pooler).await, client(&pooler).await);
    assert_eq!(queries(&open, "BEGIN; SELECT 1").await, "1");
    let home = Home::new();
    let running = binary(&home, &pooler);
    paused(&pooler).await;
    // What comes now waits, also that of a client who comes now.
    let late = tokio::spawn(async move { queries(&late, "SELECT 3").await });
    let new = client(&pooler).await;
    let new = tokio::spawn(async move { queries(&new, "SELECT 4").await });
    pool(&pooler, "cl_waiting", "2").await;
    // What runs goes on to its end, and no server connection is left then.
    assert_eq!(queries(&open, "SELECT 2").await, "2");
    queries(&open, "COMMIT").await;
    pool(&pooler, "sv_active", "0").await;
    assert!(!late.is_finished() && !new.is_finished());

    running.signal(Signal::INT);
    let ended = running.wait().await;
    assert_eq!(ended.end, End::Code(130), "{ended}");
    assert_eq!((late.await.unwrap(), new.await.unwrap()), ("3".to_owned(), "4".to_owned()));
    assert!(!is_paused(&pooler, "shop").await && !is_paused(&pooler, "news-2").await, "{ended}");
    let words = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "1 server connection was active before the pause; none was at work",
        "2 clients waited at the most",
        "because it was asked to stop",
        "the queue was empty",
    ] {
        assert!(words.contains(part), "{part} is not in {ended}");
    }
    let status = home.stampede(["status"]).spawn().wait().await;
    assert!(status.stdout.starts_with("nothing is in effect"), "{status}");
}

#[tokio::test]
async fn it_resumes_by_itself_also_when_a_transaction_does_not_end() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let open = client(&pooler).await;
    queries(&open, "BEGIN; SELECT 1").await;
    let mut act = act_at(pooler.port()).await;
    let change = act.change(&[SHORT]).await;
    assert_eq!(change.summary, "pause news-2, shop for 1 s");
    let sent = ["PAUSE \"news-2\"", "RESUME \"news-2\"", "PAUSE \"shop\"", "RESUME \"shop\""];
    assert!(sent.iter().all(|sent| change.commands.iter().any(|line| line.ends_with(sent))), "{change:?}");
    let forecast = change.forecast.join("\n");
    assert!(
        forecast.contains("1 server connection is at work now, 1 client is connected and 0"),
        "{forecast}"
    );
    assert!(forecast.contains("through 6 server connections at the most"), "{forecast}");
    assert!(forecast.contains("after 2 min (query_wait_timeout)"), "{forecast}");
    let applied = act.apply(&[SHORT], &change).await.unwrap();
    assert!(!applied.in_effect);
    assert!(applied.notes[0].ends_with("1 of them was still at work when it ended"), "{:?}", applied.notes);
    act.all_stand(&change, Standing::Before).await;
    // The transaction has lost nothing.
    assert_eq!(queries(&open, "SELECT 2; COMMIT").await, "2");
}

#[tokio::test]
async fn it_stops_when_it_is_asked_to_or_when_somebody_else_resumes() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let mut act = act_at(pooler.port()).await;
    act.stop_at = 1;
    let (change, applied) = act.act(&[SHOP, ("for", "59s")]).await;
    assert!(applied.notes.iter().any(|note| note.contains("asked to stop")), "{:?}", applied.notes);
    act.all_stand(&change, Standing::Before).await;

    act.stop_at = u64::MAX;
    let others = async {
        paused(&pooler).await;
        pooler.says("RESUME shop").await.unwrap();
    };
    let given = [SHOP, ("for", "59s")];
    let ((_, applied), ()) = tokio::join!(act.act(&given), others);
    let gone = "shop was resumed before by somebody else, or by a restart of PgBouncer";
    assert!(applied.notes.iter().any(|note| note == gone), "{:?}", applied.notes);
}

#[tokio::test]
async fn s27_what_somebody_else_has_paused_is_left_alone() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    pooler.says("PAUSE shop").await.unwrap();
    let mut act = act_at(pooler.port()).await;
    let words = act.already(&[SHOP]).await;
    assert!(words.starts_with("shop is paused already") && words.contains("RESUME"), "{words}");
    let (change, _) = act.act(&[SHORT]).await;
    assert_eq!(change.parts.len(), 1);
    assert!(change.forecast.iter().any(|line| line.ends_with("somebody has paused it: shop")), "{change:?}");
    assert!(is_paused(&pooler, "shop").await && !is_paused(&pooler, "news-2").await);

    // All of it: the console does not show that, and says so when it is asked for more.
    pooler.says("RESUME shop").await.unwrap();
    let change = act.change(&[SHOP, SHORT]).await;
    pooler.says("PAUSE").await.unwrap();
    let error = act.apply(&[SHOP, SHORT], &change).await.unwrap_err();
    assert_eq!(error.kind, TargetErrorKind::Busy, "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("RESUME")));
    act.all_stand(&change, Standing::Before).await;
}

#[tokio::test]
async fn who_may_not_pause_is_told_what_to_ask_for() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let refusal = act_by(&pooler, "watch").await.blocked(&[SHOP]).await;
    assert!(refusal.why.contains("watch may look"), "{refusal:?}");
    assert!(refusal.unblock.contains("admin_users"), "{refusal:?}");

    let home = Home::new();
    let url = pooler.url().replace("ops:", "app:");
    let args = ["protect", "pause", "--dry-run"];
    let ended = home.stampede(args).env("PGBOUNCER_URL", url).spawn().wait().await;
    assert_eq!(ended.end, End::Code(5), "{ended}");
    assert!(ended.stdout.contains("stats_users"), "{ended}");
}

/// In session mode a client keeps its server connection, and goes on with it through the pause.
#[tokio::test]
async fn session_mode_is_refused_while_clients_hold_a_server_connection() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[("pool_mode", "session")]).await;
    let idle = client(&pooler).await;
    queries(&idle, "SELECT 1").await;
    let mut act = act_at(pooler.port()).await;
    let refusal = act.blocked(&[SHOP]).await;
    assert!(refusal.why.contains("session: 1 client in shop holds"), "{refusal:?}");
    drop(idle);
    for column in ["sv_active", "sv_tested", "sv_login"] {
        pool(&pooler, column, "0").await;
    }
    act.change(&[SHOP]).await;
}

#[tokio::test]
async fn nobody_is_disconnected_by_waiting() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[("query_wait_timeout", "5"), ("client_login_timeout", "20")]).await;
    let mut act = act_at(pooler.port()).await;
    let refusal = act.blocked(&[("for", "5s")]).await;
    assert!(refusal.why.contains("after 5 s (query_wait_timeout)"), "{refusal:?}");
    assert_eq!(refusal.unblock, "pause for less: --for 4s");
    act.change(&[("for", "4s")]).await;

    pooler.says("SET query_wait_timeout = 0").await.unwrap();
    let refusal = act.blocked(&[("for", "20s")]).await;
    assert!(refusal.why.contains("after 20 s (client_login_timeout)"), "{refusal:?}");
    assert_eq!(refusal.unblock, "pause for less: --for 19s");

    // Who waits now has waited already.
    pooler.says("SET query_wait_timeout = 3").await.unwrap();
    pooler.says("PAUSE \"news-2\"").await.unwrap();
    let holders = [client(&pooler).await, client(&pooler).await, client(&pooler).await];
    for holder in &holders {
        queries(holder, "BEGIN; SELECT 1").await;
    }
    let waits = client(&pooler).await;
    let waits = tokio::spawn(async move { waits.simple_query("SELECT 1").await.is_ok() });
    pool(&pooler, "maxwait", "1").await;
    let refusal = act.blocked(&[SHORT]).await;
    assert!(refusal.why.contains("and one has waited for 1."), "{refusal:?}");
    drop(holders);
    assert!(waits.await.unwrap());
}

#[tokio::test]
async fn the_time_and_the_database_have_bounds() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let mut act = act_at(pooler.port()).await;
    for (field, text) in [("for", "999ms"), ("for", "61s"), ("for", "10")] {
        let field = act.spec.fields.iter().find(|known| known.name == field).unwrap();
        assert!(field.ty.parse(text).is_err(), "{text}");
    }
    for name in ["pgbouncer", "a\nb"] {
        let mut with = stampede::action::field::Arguments::default();
        with.set("database", stampede::action::field::Value::Text(name.into()));
        assert!(act.spec.action.check(&with).is_err(), "{name:?}");
    }
    let refusal = act.blocked(&[("database", "shoop")]).await;
    assert!(refusal.unblock.contains("news-2, shop"), "{refusal:?}");
}

/// A pause does not outlive the process. One that is there after a restart is not ours.
#[tokio::test]
async fn s27_a_restart_has_resumed_it_and_a_pause_after_that_is_somebody_elses() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    for _ in 0..3 {
        queries(&client(&pooler).await, "SELECT 1").await;
    }
    let mut act = act_at(pooler.port()).await;
    let change = act.change(&[SHOP]).await;
    pooler.says("PAUSE shop").await.unwrap();
    act.all_stand(&change, Standing::After).await;

    pooler.restart().await.unwrap();
    // The first question finds the old connection gone.
    _ = act.session.ids().await;
    act.all_stand(&change, Standing::Before).await;
    pooler.says("PAUSE shop").await.unwrap();
    let part = change.parts[0].clone();
    let standing = act.standing(&part).await;
    assert!(
        matches!(&standing, Standing::Drifted(now) if now.words().contains("somebody else")),
        "{standing:?}"
    );
    let left = act.undo(&change, &part, false).await;
    assert!(left.left[0].why.ends_with("left alone"), "{left:?}");
    assert!(is_paused(&pooler, "shop").await);
    act.undo(&change, &part, true).await;
    assert!(!is_paused(&pooler, "shop").await);
}

#[tokio::test]
async fn a_restart_while_it_holds_ends_it() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let home = Home::new();
    let running = binary(&home, &pooler);
    paused(&pooler).await;
    pooler.restart().await.unwrap();
    let ended = running.wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    assert!(ended.stdout.contains("restart of PgBouncer"), "{ended}");
}

/// The process is killed, and the one that stands by for it too: the journal is enough.
#[tokio::test]
async fn s26_undo_resumes_what_nobody_else_is_left_to_resume() {
    let lab = Lab::new().unwrap();
    let pooler = pooler(&lab, &[]).await;
    let home = Home::new();
    let running = binary(&home, &pooler);
    paused(&pooler).await;
    let children = running.children();
    assert_eq!(children.len(), 1, "the one that stands by");
    // It dies first: it must not live to hear of the other death.
    let stands_by = rustix::process::Pid::from_raw(children[0]).unwrap();
    rustix::process::kill_process(stands_by, Signal::KILL).unwrap();
    let ended = running.kill().await;
    assert!(matches!(ended.end, End::Signal(_)), "{ended}");
    assert!(is_paused(&pooler, "shop").await);

    let undone = home.stampede(["undo", "--yes"]).env("PGBOUNCER_URL", pooler.url()).spawn().wait().await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert!(undone.stdout.contains("shop resumed") && undone.stdout.contains("RESUME \"shop\""), "{undone}");
    assert!(!is_paused(&pooler, "shop").await && !is_paused(&pooler, "news-2").await);
}

/// One connection would pause one process, and the next look at another.
#[tokio::test]
async fn s7_several_processes_behind_one_address_are_refused() {
    let lab = Lab::new().unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    let one = lab.pgbouncer(&postgres, &[("so_reuseport", "1")]).await.unwrap();
    let refusal = act_at(one.port()).await.blocked(&[SHOP]).await;
    assert_eq!(refusal.rule, Some("S7"), "{refusal:?}");
    act_by_socket(&one).await.change(&[SHOP]).await;

    let (two, three) =
        (lab.pgbouncer(&postgres, &[]).await.unwrap(), lab.pgbouncer(&postgres, &[]).await.unwrap());
    let balanced = balancer(vec![two.port(), three.port()]).await;
    let refusal = act_at(balanced).await.blocked(&[SHOP]).await;
    assert!(refusal.why.contains("different processes"), "{refusal:?}");
    let alone = balancer(vec![two.port()]).await;
    let planned = act_at(alone).await.plan(&[SHOP]).await;
    assert!(matches!(planned, Planned::Change(_)), "{}", said(&planned));
}
