//! Integration tests: the protect phase in a real stampede. The database is full, hundreds of clients run the same query, and
//! ask again when it is ended; the one that is kept refills the cache.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mysql_async::Conn;
use mysql_async::prelude::Queryable;
use serde_json::Value;
use stampede::clock;
use stampede::lab::{Lab, MariadbServer, PostgresServer, RedisServer, connect};
use tokio::task::JoinHandle;

use crate::actions::harness::{ended, until};
use crate::actions::shop;
use crate::support::binary::{End, Home};
use crate::support::proxy::{Fault, Proxy, What};

/// Clients, which is what the database takes. All sleepers of a MariaDB share a mutex that a KILL waits for: more of them, and a busy
/// machine keeps the answer for longer than anybody waits.
const CLIENTS: usize = 30;

/// Whether four statements have run for longer than a second.
const OLD: &str =
    "SELECT COUNT(*) >= 4 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100";

/// What the clients know of each other. All of them have their connections before the key goes, and no refill comes to its
/// end before the test lets it: it waits for a lock that the writer has.
#[derive(Default)]
struct Crowd {
    /// Whether the key is in the cache.
    cached: AtomicBool,
    over: AtomicBool,
    /// Clients whose statement was ended under their hands, however often.
    ended: AtomicUsize,
    /// Statements that came to their end.
    finished: AtomicUsize,
}

impl Crowd {
    /// Who comes back and comes of age again is ended again: each client counts once.
    fn was_ended(&self, before: &mut bool) {
        if !std::mem::replace(before, true) {
            self.ended.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A client: asks the cache, and where nothing is there the database, over the one connection that it has.
async fn client(mut database: Conn, cache: RedisServer, crowd: Arc<Crowd>) {
    let mut cache = connect(&cache.url()).await.unwrap();
    let mut was_ended = false;
    while !crowd.over.load(Ordering::Relaxed) {
        let found: Option<String> = redis::cmd("GET").arg("page:1").query_async(&mut cache).await.unwrap();
        if found.is_none() && !crowd.cached.load(Ordering::Relaxed) {
            // Ended before, it has no answer, or says that it was. (What takes a lock is no reading statement.)
            let refill = "SELECT id, SLEEP(30) FROM p WHERE id = 1";
            match database.query_first::<(i32, i64), _>(refill).await {
                Ok(Some((_, 0))) => {
                    crowd.finished.fetch_add(1, Ordering::Relaxed);
                    crowd.cached.store(true, Ordering::Relaxed);
                    let set = redis::cmd("SET").arg("page:1").arg("x").arg("EX").arg(600).to_owned();
                    set.query_async::<()>(&mut cache).await.unwrap();
                }
                _ => crowd.was_ended(&mut was_ended),
            }
        }
        clock::sleep(Duration::from_millis(100)).await;
    }
}

/// Misses of other keys, so that the cache's own numbers show what is going on.
async fn misses(cache: RedisServer, crowd: Arc<Crowd>) {
    let mut cache = connect(&cache.url()).await.unwrap();
    let mut n = 0_u64;
    while !crowd.over.load(Ordering::Relaxed) {
        n += 1;
        _ = redis::cmd("GET").arg(format!("page:{n}")).query_async::<Option<String>>(&mut cache).await;
        clock::sleep(Duration::from_millis(1)).await;
    }
}

async fn running(server: &MariadbServer) -> usize {
    let rows =
        server.query("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'").await;
    // Root may be refused for a moment: it is full.
    rows.ok().and_then(|rows| rows[0][0].as_deref()?.parse().ok()).unwrap_or(usize::MAX)
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_full_of_copies_is_relieved_and_made_read_only_and_all_of_it_is_put_back() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[&format!("--max-connections={CLIENTS}")]).await;
    let cache = lab.redis(&[]).await.unwrap();
    let crowd = Arc::<Crowd>::default();
    let mut writer = shop::app(&server).await;
    let mut connections = Vec::new();
    for _ in 1..CLIENTS {
        connections.push(shop::last(&server).await);
    }
    let mut clients = vec![tokio::spawn(misses(cache.clone(), crowd.clone()))];
    for connection in connections {
        clients.push(tokio::spawn(client(connection, cache.clone(), crowd.clone())));
    }
    until("all are at it", async || running(&server).await, |now| (CLIENTS - 1..=CLIENTS).contains(now))
        .await;
    assert_eq!(shop::code(shop::user(&server, "app", "app-pass").await), 1040, "it is full");

    let home = Home::new();
    let stampede = |args: &[&str]| {
        let url = format!("mysql://ops:ops-pass@127.0.0.1:{}", server.port());
        home.stampede(args).env("MYSQL_URL", url).env("REDIS_URL", cache.url()).spawn().wait()
    };
    let before = running(&server).await;
    let ended = stampede(&[
        "protect",
        "--yes",
        "--confirm",
        "mysql",
        "--set",
        "older_than=1s",
        "--no-watch",
        "-o",
        "json",
    ])
    .await;
    let words = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(0), "{words}");
    let events: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let outcome = |step: &str| {
        let of = |event: &&Value| event["event"] == "outcome" && event["step"] == step;
        events.iter().find(of).unwrap_or_else(|| panic!("{step} has no outcome in {words}"))
    };
    assert_eq!(outcome("kill-copies")["outcome"], "done", "{words}");
    // What would help little is not offered: it is one line that says how. Who wants it all the same gets it.
    let skipped = |event: &&Value| event["event"] == "skipped" && event["step"] == "stop-writes";
    let skipped = events.iter().find(skipped).unwrap_or_else(|| panic!("{words}"));
    assert_eq!(skipped["why"], "not recommended: 0.0 % of the load writes, the rest goes on");
    assert_eq!(skipped["unblock"], "to do it all the same:\n  stampede protect read-only --target mysql");
    let said = stampede(&["protect", "read-only", "--target", "mysql", "--confirm", "mysql", "--no-watch"])
        .await
        .stdout;
    assert!(
        said.contains("read back: read_only is ON") && said.contains("can write all the same: ops"),
        "{said}"
    );
    assert!(crowd.ended.load(Ordering::Relaxed) >= CLIENTS * 4 / 5, "{words}");
    assert!(crowd.ended.load(Ordering::Relaxed) <= CLIENTS - 2, "S18: one of them was to go on: {words}");
    assert_eq!(shop::code(writer.query_drop("INSERT INTO q VALUES (1)").await), 1290);

    // The kept one finishes; the load goes on, and finds its key.
    let finished = async || crowd.finished.load(Ordering::Relaxed);
    until("the kept statement has finished", finished, |count| *count > 0).await;
    until("the load has fallen", async || running(&server).await, |now| *now <= before / 5).await;
    let undone = stampede(&["undo", "--yes", "--confirm", "mysql"]).await;
    assert_eq!(undone.end, End::Code(0), "{}{}", undone.stdout, undone.stderr);
    writer.query_drop("INSERT INTO q VALUES (1)").await.unwrap();
    crowd.over.store(true, Ordering::Relaxed);
    for task in clients {
        task.await.unwrap();
    }
}

/// A role of the application, which says with SQLSTATE why it is refused.
async fn session(server: &PostgresServer) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(server.port()).user("app").password("app-pass").dbname("postgres");
    let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn state<T: std::fmt::Debug>(result: Result<T, tokio_postgres::Error>) -> String {
    result.unwrap_err().code().unwrap().code().to_owned()
}

async fn waiting(server: &PostgresServer) -> usize {
    let rows =
        server.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'").await.unwrap();
    rows[0][0].as_deref().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_full_of_copies_is_relieved_and_made_read_only_and_all_of_it_is_put_back() {
    let lab = Lab::new().unwrap();
    // Three are kept for superusers.
    let most = (CLIENTS + 3).to_string();
    let server = lab.postgres(&[("max_connections", &most)]).await.unwrap();
    server
        .root(&[
            "CREATE TABLE p (id INT PRIMARY KEY)",
            "INSERT INTO p VALUES (1)",
            "CREATE TABLE q (id INT)",
            "CREATE ROLE app LOGIN PASSWORD 'app-pass'",
            "GRANT SELECT, INSERT ON p, q TO app",
        ])
        .await
        .unwrap();
    let cache = lab.redis(&[]).await.unwrap();
    let crowd = Arc::<Crowd>::default();
    let writer = session(&server).await.unwrap();
    let mut connections = Vec::new();
    for _ in 1..CLIENTS {
        connections.push(session(&server).await.unwrap());
    }
    let mut clients = vec![tokio::spawn(misses(cache.clone(), crowd.clone()))];
    for database in connections {
        let crowd = crowd.clone();
        clients.push(tokio::spawn(async move {
            let mut was_ended = false;
            while !crowd.over.load(Ordering::Relaxed) {
                if !crowd.cached.load(Ordering::Relaxed) {
                    let refill = "SELECT id, pg_sleep(30) FROM p WHERE id = 1";
                    match database.batch_execute(refill).await {
                        Ok(()) => {
                            crowd.finished.fetch_add(1, Ordering::Relaxed);
                            crowd.cached.store(true, Ordering::Relaxed);
                        }
                        Err(_) => crowd.was_ended(&mut was_ended),
                    }
                }
                clock::sleep(Duration::from_millis(100)).await;
            }
        }));
    }
    until("all are at it", async || waiting(&server).await, |now| *now == CLIENTS - 1).await;
    assert_eq!(state(session(&server).await.map(|_| ())), "53300", "it is full");

    let home = Home::new();
    let stampede = |args: &[&str]| {
        home.stampede(args).env("DATABASE_URL", server.url()).env("REDIS_URL", cache.url()).spawn().wait()
    };
    let before = waiting(&server).await;
    let ended =
        stampede(&["protect", "--yes", "--confirm", "postgres", "--set", "older_than=1s", "--no-watch"])
            .await;
    let words = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.end, End::Code(0), "{words}");
    assert!((CLIENTS * 4 / 5..=CLIENTS - 2).contains(&crowd.ended.load(Ordering::Relaxed)), "S18: {words}");
    assert!(words.contains("not applicable  stop-writes-postgres: not recommended: only 0.0 %"), "{words}");
    let stopped = stampede(&["protect", "read-only", "--confirm", "postgres", "--no-watch"]).await;
    assert_eq!(stopped.end, End::Code(0), "{stopped}");
    assert_eq!(state(writer.batch_execute("INSERT INTO q VALUES (1)").await), "25006");
    let finished = async || crowd.finished.load(Ordering::Relaxed);
    until("the kept statement has finished", finished, |count| *count > 0).await;
    until("the load has fallen", async || waiting(&server).await, |now| *now <= before / 5).await;
    let undone = stampede(&["undo", "--yes", "--confirm", "postgres"]).await;
    assert_eq!(undone.end, End::Code(0), "{}{}", undone.stdout, undone.stderr);
    writer.batch_execute("INSERT INTO q VALUES (1)").await.unwrap();
    crowd.over.store(true, Ordering::Relaxed);
    for task in clients {
        task.await.unwrap();
    }
}

/// The connection is lost at the first KILL, and the server cannot be asked: what cannot be put back is not offered to be.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_of_unknown_end_is_called_that_and_never_offered_to_be_put_back() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let copies = shop::running(&server, 4, "SELECT id, SLEEP(600) FROM p WHERE id = 1").await;
    shop::until(&server, OLD).await;
    let proxy = Proxy::mysql(server.port());
    proxy.arm(Fault::at(1, What::CutAfter).then_refuse());
    let home = Home::new();
    let url = format!("mysql://ops:ops-pass@127.0.0.1:{}", proxy.port());
    let args = ["protect", "kill", "--older-than", "1s", "--no-watch", "--yes", "--confirm", "mysql"];
    let ended = home.stampede(args).env("MYSQL_URL", url).spawn().wait().await;
    assert!(ended.stderr.contains("not known how it ended: kill; `stampede undo "), "{ended}");
    assert!(!ended.to_string().contains("put back"), "{ended}");
    copies.iter().for_each(JoinHandle::abort);
}

/// A person at a terminal: the name must be typed, and a wrong one ends nothing.
#[tokio::test(flavor = "multi_thread")]
async fn s8_copies_end_only_when_the_name_is_typed() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let copies = shop::running(&server, 4, "SELECT id, SLEEP(600) FROM p WHERE id = 1").await;
    shop::until(&server, OLD).await;
    let home = Home::new();
    let url = format!("mysql://ops:ops-pass@127.0.0.1:{}", server.port());
    let args = ["protect", "kill", "--older-than", "1s", "--no-watch"];
    let mut terminal = home.terminal(args, &[("MYSQL_URL", &url), ("USER", "alice")]);
    terminal.expect("end at most 50 running statements").await;
    terminal.expect("KILL QUERY ID").await;
    terminal.expect("keeps").await;
    terminal.expect("of this program").await;
    terminal.expect("Type 127.0.0.1 to do it [N/?/u/q]").await;
    terminal.type_line("?").await;
    terminal.expect("it will refill the cache").await;
    terminal.expect("the name says that you mean it").await;
    for wrong in ["y", "yes", "mysql-2"] {
        terminal.expect("Type 127.0.0.1 to do it").await;
        terminal.type_line(wrong).await;
        terminal.expect("that is not 127.0.0.1: nothing was done").await;
    }
    assert!(!copies.iter().any(JoinHandle::is_finished));
    terminal.expect("Type 127.0.0.1 to do it").await;
    terminal.type_line("127.0.0.1").await;
    terminal.expect("3 killed, of at most 50").await;
    terminal.expect("running statements: 4 before").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    ended(&copies, 3).await;
    copies.iter().for_each(JoinHandle::abort);
}

/// The server restarts while the plan is read: numbers of connections begin anew there, and what they mean now was never
/// in the plan.
#[tokio::test(flavor = "multi_thread")]
async fn s17_a_restart_between_plan_and_kill_ends_nothing() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    let copy = "SELECT id, SLEEP(600) FROM p WHERE id = 1";
    let first = shop::running(&server, 4, copy).await;
    shop::until(&server, OLD).await;
    let home = Home::new();
    let url = format!("mysql://ops:ops-pass@127.0.0.1:{}", server.port());
    let args = ["protect", "kill", "--older-than", "1s", "--no-watch"];
    let mut terminal = home.terminal(args, &[("MYSQL_URL", &url), ("USER", "alice")]);
    terminal.expect("Type 127.0.0.1 to do it [N/?/u/q]").await;
    server.restart().await.unwrap();
    first.iter().for_each(JoinHandle::abort);
    let second = shop::running(&server, 4, copy).await;
    shop::until(&server, OLD).await;
    terminal.type_line("127.0.0.1").await;
    // Either its connection is gone, or it is another life of the server: which shows first is chance.
    terminal.expect("anew").await;
    terminal.expect("Type 127.0.0.1 to do it [N/?/u/q]").await;
    terminal.type_line("").await;
    terminal.wait().await;
    assert!(!second.iter().any(JoinHandle::is_finished));
    second.iter().for_each(JoinHandle::abort);
}
