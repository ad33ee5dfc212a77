//! 500 runaway queries among 1,000 connections: how soon the plan is there, how soon the last copy has ended, beside
//! `pt-kill` with the same filters.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder};
use stampede::clock;
use stampede::error::Failure;
use stampede::lab::{Lab, MariadbServer};
use tokio::task::JoinHandle;

use crate::stopwatch::{BINARY, median, ms, ours, row, say, time};

const RUNNING: usize = 500;
const IDLE: usize = 500;
/// Queries: each keeps its oldest.
const QUERIES: usize = 5;
const RUNS: usize = 3;

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let server = lab.mariadb(&["--max-connections=1100"]).await?;
    server
        .root(&[
            "CREATE DATABASE shop",
            "CREATE TABLE shop.p (id INT PRIMARY KEY)",
            "INSERT INTO shop.p VALUES (0),(1),(2),(3),(4)",
            "CREATE USER app@'%' IDENTIFIED BY 'app-pass'",
            "GRANT SELECT, LOCK TABLES ON shop.* TO app@'%'",
        ])
        .await?;
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        idle.push(connect(&server).await);
    }
    // The statements wait for this table. (With SLEEP each KILL would wait 50 ms for a mutex that all sleepers of MariaDB share.)
    idle[0].query_drop("LOCK TABLES p WRITE").await.expect("the lock");
    let url = server.url();
    let has_pt_kill = Command::new("pt-kill").arg("--version").output().is_ok();
    let (mut plans, mut kills, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let crowd = Crowd::gather(&server).await;
        let dry = ["protect", "kill", "--older-than", "1s", "--dry-run"];
        for _ in 0..5 {
            plans.push(time(&mut ours(&dry, &[("MYSQL_URL", &url), ("HOME", "/nonexistent")])).0);
        }
        let home = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(BINARY);
        command.args(["protect", "kill", "--older-than", "1s", "--yes", "--confirm", "mysql", "--no-watch"]);
        command.env_clear().env("MYSQL_URL", &url).env("HOME", home.path());
        kills.push(crowd.ended_by(command).await);

        if has_pt_kill {
            let mut command = Command::new("pt-kill");
            command.args(["--host=127.0.0.1", "--user=ops", "--password=ops-pass", "--no-version-check"]);
            command.arg(format!("--port={}", server.port()));
            command.args([
                "--busy-time=1",
                "--match-command=Query",
                "--match-info=^SELECT",
                "--match-user=app",
            ]);
            command.args(["--group-by=info", "--victims=all-but-oldest", "--kill-query"]);
            command.args(["--interval=1", "--run-time=2"]);
            theirs.push(Crowd::gather(&server).await.ended_by(command).await);
        }
    }
    let plan = median(plans);
    row(
        &format!("`protect kill --dry-run`: {RUNNING} runaway queries among {} connections", RUNNING + IDLE),
        &ms(plan),
        "<= 150 ms",
        plan <= Duration::from_millis(150),
    );
    let kill = median(kills);
    row(
        &format!("`protect kill` from its start to the end of the last of {} copies", RUNNING - QUERIES),
        &ms(kill),
        "<= 1.5 s",
        kill <= Duration::from_millis(1_500),
    );
    if theirs.is_empty() {
        say("| `pt-kill` | not run: it is not installed | | |");
    } else {
        let theirs = median(theirs);
        let ratio = kill.as_secs_f64() / theirs.as_secs_f64();
        row(
            "the same against `pt-kill` with the same filters, one cycle",
            &format!("{} against {}: {ratio:.2} x", ms(kill), ms(theirs)),
            "<= 0.5 x",
            ratio <= 0.5,
        );
    }
    lab.stop().await;
    Ok(())
}

async fn connect(server: &MariadbServer) -> Conn {
    let options = OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(server.port())
        .user(Some("app"))
        .pass(Some("app-pass"))
        .db_name(Some("shop"))
        .prefer_socket(false)
        .max_allowed_packet(Some(1 << 20))
        .wait_timeout(Some(1000));
    Conn::new(options).await.expect("a connection")
}

/// Clients that run a few queries for a long time.
struct Crowd {
    tasks: Vec<JoinHandle<()>>,
    /// When each that was ended was.
    ended: Arc<Mutex<Vec<Instant>>>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Crowd {
    /// Connects them, and waits until all have run for more than a second.
    async fn gather(server: &MariadbServer) -> Self {
        let ended: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let mut tasks = Vec::new();
        for n in 0..RUNNING {
            let mut conn = connect(server).await;
            let ended = ended.clone();
            tasks.push(tokio::spawn(async move {
                let query = format!("SELECT id FROM p WHERE id = {}", n % QUERIES);
                // It is over when it was ended, with an error or without: nobody lets go of the lock.
                _ = conn.query_drop(query).await;
                ended.lock().expect("no panic").push(clock::instant());
            }));
        }
        let running = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock' AND TIME_MS > 1100";
        loop {
            let rows = server.query(running).await.expect("root gets in");
            if rows[0][0].as_deref().and_then(|n| n.parse().ok()) == Some(RUNNING) {
                return Self { tasks, ended };
            }
            clock::sleep(Duration::from_millis(50)).await;
        }
    }

    /// From the start of a command to the end of the last copy.
    async fn ended_by(self, mut command: Command) -> Duration {
        let began = clock::instant();
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = command.spawn().expect("it starts");
        let patience = began + Duration::from_secs(60);
        let last = loop {
            let ended = self.ended.lock().map(|ended| ended.clone()).unwrap_or_default();
            if ended.len() >= RUNNING - QUERIES {
                break ended.into_iter().max().unwrap_or(began);
            }
            assert!(clock::instant() < patience, "the copies never ended");
            clock::sleep(Duration::from_millis(2)).await;
        };
        _ = child.kill();
        _ = child.wait();
        last - began
    }
}
