//! Every question that can follow a progress display: it is the last thing on the screen, and nothing is drawn over it, on a
//! wide and on a narrow terminal.

use std::time::Duration;

use stampede::lab::{Lab, MariadbServer, PASSWORD, USER};
use tokio::task::JoinHandle;

use crate::support::binary::{End, Home};
use crate::support::night::Night;
use crate::support::pty::Terminal;
use crate::support::warmer::{Does, Warmer};

const WIDE: u16 = 80;
const NARROW: u16 = 60;
const DO_IT: &str = "Do it? [y/N/?/u/q]";

/// An operator at a terminal, with a cache and perhaps a database.
struct Desk {
    home: Home,
    urls: Vec<(&'static str, String)>,
}

impl Desk {
    fn new(urls: Vec<(&'static str, String)>) -> Self {
        Self { home: Home::new(), urls }
    }

    fn envs(&self) -> Vec<(&str, &str)> {
        self.urls.iter().map(|(name, url)| (*name, url.as_str())).collect()
    }

    fn at(&self, columns: u16, args: &[&str]) -> Terminal {
        self.home.terminal_of(columns, args, &self.envs())
    }

    async fn does(&self, args: &[&str]) {
        let mut run = self.home.stampede(args);
        for (name, url) in &self.urls {
            run = run.env(name, url);
        }
        let ended = run.spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }
}

/// Answers what is asked with a yes, whatever must be typed for it.
async fn yes(terminal: &mut Terminal, name: &str) {
    let yes = if terminal.shows().last().unwrap().starts_with("Type ") { name } else { "y" };
    terminal.type_line(yes).await;
}

#[tokio::test]
async fn lifting_asks_after_it_has_looked_whether_it_holds() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
        let desk = Desk::new(vec![("REDIS_URL", redis.url())]);
        for to in ["60", "70"] {
            desk.does(&["break", "maxclients", "--to", to, "--yes", "--no-watch"]).await;
        }
        let args = ["recover", "undo", "--windows", "1", "--window", "1s", "--no-watch"];
        let mut terminal = desk.at(columns, &args);
        terminal.asks(DO_IT).await;
        terminal.type_line("y").await;
        terminal.expect("undone").await;
        terminal.expect("1 of 1").await;
        terminal.asks(DO_IT).await;
        terminal.type_line("y").await;
        assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
        assert!(terminal.shows().iter().all(|line| !line.contains("1 of 1")), "{:#?}", terminal.shows());
    }
}

/// Statements that run until the value goes.
fn busy(maria: &MariadbServer, count: usize) -> Vec<JoinHandle<()>> {
    let run = |maria: MariadbServer| async move { _ = maria.root(&["SELECT SLEEP(60)"]).await };
    (0..count).map(|_| tokio::spawn(run(maria.clone()))).collect()
}

#[tokio::test]
async fn a_watch_that_sees_it_become_worse_asks() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
        let maria = lab.mariadb(&[]).await.unwrap();
        let desk = Desk::new(vec![("REDIS_URL", redis.url()), ("MYSQL_URL", maria.url())]);
        let mut terminal = desk.at(columns, &["break", "maxclients", "--to", "60"]);
        terminal.asks(DO_IT).await;
        // The trend needs samples of before. There is no other sign of them than time.
        stampede::clock::sleep(Duration::from_secs(5)).await;
        terminal.type_line("y").await;
        terminal.expect("done").await;
        let running = busy(&maria, 15);
        terminal.expect("worse").await;
        terminal.asks("Undo maxclients? [y/n]").await;
        assert!(
            terminal.transcript().contains("put back: raise maxclients from 50 to 60"),
            "it is shown first"
        );
        terminal.type_line("").await;
        terminal.asks("Undo maxclients? [y/n]").await;
        // One question for one undo.
        terminal.type_line(if columns == WIDE { "n" } else { "y" }).await;
        assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
        assert_eq!(terminal.transcript().contains("undone"), columns != WIDE, "{}", terminal.transcript());
        running.iter().for_each(JoinHandle::abort);
    }
}

#[tokio::test]
async fn enter_ends_a_watch() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let maria = lab.mariadb(&[]).await.unwrap();
    let desk = Desk::new(vec![("REDIS_URL", redis.url()), ("MYSQL_URL", maria.url())]);
    let _night = Night::over(&redis).await;
    let watch = "watch: { metric: database.running, worse_by: 2.0, for: 10m }";
    let step = format!("{{ id: raise, action: redis.maxclients, with: {{ value: 60 }}, {watch} }}");
    desk.home.file(
        "trial.yaml",
        format!(
            "version: 1\nname: trial\nsummary: A trial.\nphases:\n  break:\n    steps:\n      - {step}\n"
        ),
    );
    let mut terminal = desk.at(WIDE, &["break", "--playbook", "./trial.yaml"]);
    terminal.expect(DO_IT).await;
    terminal.type_line("y").await;
    terminal.expect("watching").await;
    terminal.expect("Enter ends it").await;
    terminal.type_line("").await;
    assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
    assert!(!terminal.shows().iter().any(|line| line.contains("Enter ends it")), "{:#?}", terminal.shows());
}

/// On one host there may be three servers.
#[tokio::test]
async fn the_name_that_is_typed_is_the_target_s_own() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let maria = lab.mariadb(&[]).await.unwrap();
    let desk = Desk::new(vec![("REDIS_URL", redis.url()), ("MYSQL_URL", maria.url())]);
    let mut terminal = desk.at(WIDE, &["break", "timeout", "--to", "60s", "--no-watch"]);
    terminal.asks("Type redis to do it").await;
    terminal.type_line("127.0.0.1").await;
    terminal.expect("that is not redis: nothing was done").await;
    terminal.asks("Type redis to do it").await;
    terminal.type_line("redis").await;
    assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
}

/// Frees a slot of a full database once the program says that it waits for one.
async fn a_seat_falls_free<T>(terminal: &mut Terminal, mut connections: Vec<T>) {
    terminal.expect("trying for").await;
    drop(connections.pop());
    terminal.asks("/?/u/q]").await;
    terminal.type_line("n").await;
    assert_eq!(terminal.wait().await, End::Code(6), "{}", terminal.transcript());
}

#[tokio::test]
async fn a_full_mariadb_is_entered_and_then_it_asks() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        let maria = lab.mariadb(&["--max-connections=10"]).await.unwrap();
        maria.root(&["CREATE USER app@'%' IDENTIFIED BY 'ops-pass'"]).await.unwrap();
        let mut connections = Vec::new();
        // The last one is by rank, above the limit.
        for user in ["app"; 10].into_iter().chain([USER]) {
            let options =
                mysql_async::OptsBuilder::default().ip_or_hostname("127.0.0.1").tcp_port(maria.port());
            let options = options.user(Some(user)).pass(Some(PASSWORD)).prefer_socket(Some(false));
            // A connection of before may not be gone yet.
            let connection = loop {
                match mysql_async::Conn::new(options.clone()).await {
                    Err(mysql_async::Error::Server(error)) if error.code == 1040 => {}
                    other => break other.unwrap(),
                }
            };
            connections.push(connection);
        }
        let desk = Desk::new(vec![("MYSQL_URL", maria.url())]);
        let args = ["protect", "max-connections", "--to", "12", "--no-watch"];
        a_seat_falls_free(&mut desk.at(columns, &args), connections).await;
    }
}

#[tokio::test]
async fn a_full_postgres_is_entered_and_then_it_asks() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        // Without a walsender's connection beside the limit.
        let postgres = lab.postgres(&[("max_connections", "8"), ("max_wal_senders", "0")]).await.unwrap();
        postgres.root(&["CREATE ROLE app LOGIN PASSWORD 'ops-pass'"]).await.unwrap();
        let mut connections = Vec::new();
        for user in ["app"; 5].into_iter().chain([USER; 3]) {
            let mut config = tokio_postgres::Config::new();
            config.host("127.0.0.1").port(postgres.port()).dbname("postgres").user(user).password(PASSWORD);
            let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            connections.push(client);
        }
        let desk = Desk::new(vec![("DATABASE_URL", postgres.url())]);
        let args = ["protect", "limit", "app", "--to", "3", "--no-watch"];
        a_seat_falls_free(&mut desk.at(columns, &args), connections).await;
    }
}

#[tokio::test]
async fn a_ramp_by_hand_asks_for_each_step_after_it_has_watched_the_one_before() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&[]).await.unwrap();
        let desk = Desk::new(vec![("REDIS_URL", redis.url())]);
        let args = ["recover", "ramp", "--manual", "--steps", "50,100", "--hold", "2s", "--no-watch"];
        let mut terminal = desk.at(columns, &args);
        terminal.asks("/?/u/q]").await;
        yes(&mut terminal, "127.0.0.1").await;
        terminal.asks("Let 50 % in now. Done? [y/n]").await;
        terminal.type_line("y").await;
        terminal.asks("Let 100 % in now. Done? [y/n]").await;
        terminal.type_line("y").await;
        assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
    }
}

#[tokio::test]
async fn warming_asks_and_ctrl_c_in_it_ends_it_without_anything_left_on_the_screen() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&[]).await.unwrap();
        let slow = Duration::from_millis(200);
        let warmer = Warmer::start(&redis, None, move |_, _| Does::RefillAfter(slow)).await;
        let desk = Desk::new(vec![("REDIS_URL", redis.url())]);
        let list: String = (0..400).map(|n| format!("user:{n}\n")).collect();
        desk.home.file("keys.txt", list);
        let template = warmer.template();
        let args = ["recover", "warm", "--keys", "keys.txt", "--http", &template, "--no-watch"];
        let mut terminal = desk.at(columns, &args);
        terminal.asks("/?/u/q]").await;
        yes(&mut terminal, "127.0.0.1").await;
        terminal.expect("warm: ").await;
        terminal.send(b"\x03").await;
        terminal.wait().await;
        let shown = terminal.shows();
        assert!(shown.iter().all(|line| !line.starts_with(['|', '/', '-', '\\'])), "{shown:#?}");
    }
}

#[tokio::test]
async fn a_sweep_and_its_undo_ask() {
    for columns in [WIDE, NARROW] {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&[]).await.unwrap();
        for n in 0..300 {
            redis.says(&["SET", &format!("user:{n}"), "x", "EX", "3600"]).await.unwrap();
        }
        let desk = Desk::new(vec![("REDIS_URL", redis.url())]);
        let stagger = ["recover", "stagger", "--pattern", "user:*", "--over", "10m", "--no-watch"];
        for args in [
            &stagger[..],
            &["break", "freeze", "--pattern", "user:*", "--by", "15m", "--no-watch"],
            &["undo"],
        ] {
            let mut terminal = desk.at(columns, args);
            while terminal.question("").await.is_some() {
                let question = terminal.shows().last().unwrap().clone();
                terminal.stays(&question).await;
                yes(&mut terminal, "127.0.0.1").await;
            }
            assert_eq!(terminal.wait().await, End::Code(0), "{args:?} {}", terminal.transcript());
        }
    }
}
