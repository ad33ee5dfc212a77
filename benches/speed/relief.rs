//! Time to relief: 120 copies of one query, which begin within a second. How soon do at most three of them run, after `protect kill` was
//! started, and after `pt-kill`, at the same instant in the life of such copies?

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use stampede::clock;
use stampede::error::Failure;
use stampede::lab::{Lab, MariadbServer, RedisServer};

use crate::stopwatch::{BINARY, median, ms, row, say};

const COPIES: usize = 120;
/// So many may run when it is over: one is kept.
const LEFT: usize = 3;
const PAIRS: u32 = 10;
/// From the first copy to the last.
const WITHIN: Duration = Duration::from_secs(1);
/// From the first copy to the start of the program, in the first pair, and how much later in each pair after that: `pt-kill` looks
/// every second, and must not be lucky or unlucky in all of them.
const FIRST: Duration = Duration::from_millis(1_200);
const LATER: Duration = Duration::from_millis(130);

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let server = lab.mariadb(&["--max-connections=300"]).await?;
    server
        .root(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.p (id INT PRIMARY KEY)",
            "INSERT INTO shop.p VALUES (1)",
            "CREATE USER app@'%' IDENTIFIED BY 'app-pass'",
            "GRANT SELECT ON shop.* TO app@'%'",
        ])
        .await?;
    // A stampede has a cache, and what is hot there is saved before the first change (S4).
    let redis = lab.redis(&[]).await?;
    let keys = "for i=1,200000 do redis.call('SET','user:'..i,'x','EX',3600+i%600) end";
    redis.says(&["EVAL", keys, "0"]).await?;
    if Command::new("pt-kill").arg("--version").output().is_err() {
        say("| time to relief | not run: pt-kill is not installed | | |");
        return Ok(());
    }
    for copies in [Copies::Wait, Copies::Sleep] {
        pairs(&server, &redis, copies).await;
    }
    lab.stop().await;
    Ok(())
}

/// What keeps the copies running.
#[derive(Clone, Copy, PartialEq)]
enum Copies {
    /// They wait for a table, and use no processor.
    Wait,
    /// They `SLEEP`: a MariaDB wakes all of them under one mutex, which some of the kills wait for.
    Sleep,
}

async fn pairs(server: &MariadbServer, redis: &RedisServer, copies: Copies) {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let after = FIRST + LATER * pair;
        for ours in [pair % 2 == 0, pair % 2 == 1] {
            let home = tempfile::tempdir().expect("a folder");
            let program = if ours { stampede(server, redis, home.path()) } else { pt_kill(server) };
            let time = relief(server, copies, program, after).await;
            if ours { our_times.push(time) } else { their_times.push(time) }
        }
    }
    let spread = |times: &[Duration]| {
        let (least, most) = (times.iter().min().expect("some"), times.iter().max().expect("some"));
        format!("{} - {}", ms(*least), ms(*most))
    };
    say(&format!("  ours {}, theirs {}", spread(&our_times), spread(&their_times)));
    let (ours, theirs) = (median(our_times), median(their_times));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    row(
        &format!(
            "time to relief: `protect kill` from its start until at most {LEFT} of {COPIES} copies {} run, against `pt-kill --busy-time 1 --interval 1` ({PAIRS} pairs)",
            match copies {
                Copies::Wait => "that wait for a table",
                Copies::Sleep => "that SLEEP",
            }
        ),
        &format!("{} against {}: {ratio:.2} x", ms(ours), ms(theirs)),
        "<= 1.2 x",
        ratio <= 1.2,
    );
}

fn stampede(server: &MariadbServer, redis: &RedisServer, home: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["protect", "kill", "--older-than", "1s", "--yes", "--confirm", "mysql", "--no-watch"]);
    command.env_clear().env("MYSQL_URL", server.url()).env("REDIS_URL", redis.url()).env("HOME", home);
    command
}

fn pt_kill(server: &MariadbServer) -> Command {
    let mut command = Command::new("pt-kill");
    command.args(["--host=127.0.0.1", "--user=ops", "--password=ops-pass", "--no-version-check"]);
    command.arg(format!("--port={}", server.port()));
    command.args(["--match-command=Query", "--match-info=^SELECT", "--match-user=app", "--group-by=info"]);
    command.args(["--busy-time=1", "--interval=1", "--victims=all-but-oldest", "--kill-query"]);
    command
}

async fn connect(server: &MariadbServer, user: &str) -> Conn {
    let options = OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(server.port())
        .user(Some(user))
        .pass(Some(format!("{user}-pass")))
        .db_name(Some("shop"))
        .prefer_socket(false)
        .max_allowed_packet(Some(1 << 20))
        .wait_timeout(Some(1000));
    Conn::new(options).await.expect("a connection")
}

/// From the start of a program, so long after the first copy, until at most [`LEFT`] of them run. Whoever is ended has its answer from
/// the cache by then, and does not come back.
async fn relief(server: &MariadbServer, how: Copies, mut program: Command, after: Duration) -> Duration {
    let mut holder = connect(server, "ops").await;
    let statement = match how {
        Copies::Wait => {
            holder.query_drop("LOCK TABLES p WRITE").await.expect("the lock");
            "SELECT id FROM p WHERE id = 1"
        }
        Copies::Sleep => "SELECT id, SLEEP(60) FROM p WHERE id = 1",
    };
    let mut copies = Vec::new();
    for _ in 0..COPIES {
        copies.push(connect(server, "app").await);
    }
    let running = Arc::new(AtomicUsize::new(COPIES));
    let began = clock::instant();
    let mut tasks = Vec::new();
    for (n, mut copy) in copies.into_iter().enumerate() {
        let running = running.clone();
        let begins = began + WITHIN.mul_f64(n as f64 / COPIES as f64);
        tasks.push(tokio::spawn(async move {
            clock::sleep_until(begins).await;
            _ = copy.query_drop(statement).await;
            running.fetch_sub(1, Ordering::Relaxed);
        }));
    }
    clock::sleep_until(began + after).await;
    let started = clock::instant();
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = program.spawn().expect("it starts");
    while running.load(Ordering::Relaxed) > LEFT {
        assert!(started.elapsed() < Duration::from_secs(60), "there was no relief");
        clock::sleep(Duration::from_millis(1)).await;
    }
    let time = started.elapsed();
    _ = child.kill();
    _ = child.wait();
    holder.query_drop("UNLOCK TABLES").await.expect("no lock any more");
    let left = "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'app' AND COMMAND = 'Query'";
    for row in server.query(left).await.expect("root gets in") {
        // It may have ended by itself.
        _ = server.root(&[row[0].as_deref().unwrap_or_default()]).await;
    }
    for task in tasks {
        _ = task.await;
    }
    time
}
