//! A bug in the program, by the real binary: one plain sentence, how to report it, code 70, and a terminal as it was.

use serde_json::Value;
use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Ended, Home};
use crate::support::pty::Terminal;

/// Where the program is to panic.
const AT: &str = "STAMPEDE_PANIC_AT";
const ACT: &[&str] = &["break", "maxclients", "--to", "500", "--yes", "--no-watch"];
/// Just before the outcome of the first change is written: it has been made.
const MADE: &str = "record 5";

/// Looks whether these are the words of a bug at `place`, said once, and nothing else.
fn is_told(words: &str, place: &str) {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let begin = format!("error: this is a bug in stampede: on purpose, at {place} (src/");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(words.matches(&begin).count(), 1, "{words}");
    assert!(words.contains("hint: please report it to ") && words.contains(version), "{words}");
    assert!(words.ends_with("What was changed is in the journal: stampede status"), "{words}");
    // The words that a program in Rust has for its author.
    assert!(!words.contains("thread '") && !words.contains("note: run with"), "{words}");
}

async fn panics(home: &Home, url: &str, place: &str, args: &[&str]) -> Ended {
    home.stampede(args).env("REDIS_URL", url).env(AT, place).spawn().wait().await
}

async fn maxclients(redis: &RedisServer) -> String {
    redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().replace("maxclients", "").trim().to_owned()
}

#[tokio::test]
async fn a_bug_while_acting_is_told_and_what_was_changed_is_put_back_by_the_next_process() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let before = maxclients(&redis).await;
    let ended = panics(&home, &redis.url(), MADE, ACT).await;
    assert_eq!(ended.end, End::Code(70), "{ended}");
    is_told(&ended.stderr, MADE);
    assert_ne!(maxclients(&redis).await, before, "it is to panic after the write: {ended}");
    let status = home.stampede(["status"]).spawn().wait().await;
    assert!(status.stdout.contains("maxclients: cut off in the act"), "{status}");
    let undone = home.stampede(["undo", "--yes"]).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!((undone.end, maxclients(&redis).await), (End::Code(0), before), "{undone}");
}

#[tokio::test]
async fn a_bug_leaves_no_half_line_of_json() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let args: Vec<&str> = [ACT, &["-o", "json"]].concat();
    let ended = panics(&Home::new(), &redis.url(), MADE, &args).await;
    assert_eq!(ended.end, End::Code(70), "{ended}");
    is_told(&ended.stderr, MADE);
    let events: Vec<Value> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert_eq!(events.iter().filter(|event| event["event"] == "intent").count(), 1, "{ended}");
    assert!(ended.stdout.ends_with('\n'), "{ended}");
}

/// The connection to a database is driven by a task of its own; its bug is the command's.
#[tokio::test]
async fn a_bug_in_a_task_that_the_command_waits_for_ends_it_and_is_told_once() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    let url = format!("mysql://ops:ops-pass@127.0.0.1:{}/", server.port());
    let home = Home::new();
    home.file("stampede.yaml", format!("version: 1\ntargets:\n  db: {{ mysql: \"{url}\" }}\n"));
    let args = ["detect", "database", "--replica-of", "db", "--window", "0s", "--no-record"];
    let ended = home.stampede(args).env(AT, "connection").spawn().wait().await;
    assert_eq!(ended.end, End::Code(70), "{ended}");
    is_told(&ended.stderr, "connection");
}

/// A bug in one probe is told, and the verdict comes all the same: of that target nothing is known.
#[tokio::test]
async fn a_bug_in_a_probe_is_no_end_of_the_verdict() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let args = ["detect", "--window", "0s", "-o", "json", "--no-record"];
    let ended = panics(&Home::new(), &redis.url(), "probe", &args).await;
    assert_eq!(ended.end, End::Code(3), "{ended}");
    is_told(&ended.stderr, "probe");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["targets"][0]["error"]["kind"], "protocol", "{ended}");
}

/// The terminal has the modes that it had, and the sentence is the last on it: nothing moves, and no line is left half.
#[tokio::test]
async fn a_bug_leaves_the_terminal_as_it_was() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let script =
        r#"was=$(stty -g); "$@"; code=$?; [ "$was" = "$(stty -g)" ] && echo "code $code, modes as before""#;
    let mut args = vec!["-c", script, "sh", env!("CARGO_BIN_EXE_stampede")];
    args.extend(ACT);
    let envs = [("REDIS_URL", &*redis.url()), (AT, MADE)];
    let mut terminal = Terminal::program(&home, "/bin/sh", args, &envs);
    assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
    let mut lines = terminal.shows();
    assert_eq!(lines.pop().as_deref(), Some("code 70, modes as before"), "{lines:#?}");
    let begin = lines.iter().position(|line| line.starts_with("error: this is a bug")).unwrap();
    is_told(&lines[begin..].join("\n"), MADE);
    let moves = |line: &String| line.starts_with(['|', '/', '-', '\\']);
    assert!(!lines.iter().any(moves), "{lines:#?}");
}

/// A question that was given up is still being read from the terminal: nobody has to press Enter for the program to end.
#[tokio::test]
async fn a_bug_after_a_question_that_was_given_up_ends_the_program() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let done = home.stampede(ACT).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(done.end, End::Code(0), "{done}");
    // Joined; the second record is that it lets go of the incident.
    let envs = [("REDIS_URL", &*redis.url()), (AT, "record 2")];
    let mut terminal = home.terminal(["undo"], &envs);
    terminal.expect("Do it?").await;
    terminal.send(b"\x03").await;
    assert_eq!(terminal.wait().await, End::Code(70), "{}", terminal.transcript());
}

/// What moves is taken away before it is told: the sentence has lines of its own.
#[tokio::test]
async fn a_bug_is_told_in_place_of_what_moves() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let envs = [("REDIS_URL", &*redis.url()), (AT, "probe")];
    let mut terminal =
        Home::new().terminal(["detect", "--window", "0s", "--no-record", "-o", "nagios"], &envs);
    assert_eq!(terminal.wait().await, End::Code(3), "{}", terminal.transcript());
    assert!(terminal.transcript().contains("measuring redis"), "{}", terminal.transcript());
    let lines = terminal.shows();
    assert!(lines[0].starts_with("error: this is a bug in stampede: "), "{lines:#?}");
}
