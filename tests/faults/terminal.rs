//! The terminal, and what of it a program can tell from a real one.

use rustix::process::Signal;
use stampede::lab::Lab;

use crate::support::binary::{End, Home};
use crate::support::pty::Terminal;

fn shell(script: &str) -> Terminal {
    Terminal::program(&Home::new(), "/bin/sh", ["-c", script], &[("GREETING", "hello")])
}

#[tokio::test]
async fn a_program_is_asked_and_answers_line_by_line() {
    let script = r#"
        stty size
        printf '\033[1mSure?\033[0m \033[32myes\033[39m/no: '
        read answer
        printf "it is <$answer>, $GREETING\n"
        # Only the controlling terminal of a session has this name.
        echo "through the door" > /dev/tty
        printf 'and é? '
        read answer
        exit 7
    "#;
    let mut terminal = shell(script);
    terminal.expect("24 80").await;
    terminal.expect("Sure? yes/no: ").await;
    terminal.type_line("yes").await;
    terminal.expect("it is <yes>, hello").await;
    terminal.expect("through the door").await;
    terminal.expect("é? ").await;
    terminal.type_line("no").await;
    assert_eq!(terminal.wait().await, End::Code(7));
    let expected = "24 80\nSure? yes/no: yes\nit is <yes>, hello\nthrough the door\nand é? no\n";
    assert_eq!(terminal.transcript(), expected);
}

#[tokio::test]
async fn its_environment_is_its_own() {
    let mut terminal = shell("env; echo \"$PWD\" ends");
    terminal.expect(" ends").await;
    terminal.wait().await;
    let shown = terminal.transcript();
    let folder = shown.lines().last().unwrap().strip_suffix(" ends").unwrap();
    let mut names: Vec<_> = shown.lines().filter_map(|line| line.split_once('=')).collect();
    names.retain(|(name, _)| !["PWD", "PATH", "_", "SHLVL", "OLDPWD"].contains(name));
    names.sort_unstable();
    let state = format!("{folder}/.local/state");
    let expected = [("GREETING", "hello"), ("HOME", folder), ("TERM", "xterm"), ("XDG_STATE_HOME", &state)];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn control_c_and_a_lost_line_are_signals() {
    let mut terminal = shell("echo ready; read line");
    terminal.expect("ready").await;
    terminal.send(b"\x03").await;
    assert_eq!(terminal.wait().await, End::Signal(Signal::INT));

    let home = Home::new();
    // The line is gone before the signal is there: reading fails until then.
    let script =
        "trap 'echo hung up > note; exit 9' HUP; echo ready; while :; do read line || sleep 0.01; done";
    let mut terminal = Terminal::program(&home, "/bin/sh", ["-c", script], &[]);
    terminal.expect("ready").await;
    terminal.close().await;
    assert_eq!(terminal.wait().await, End::Code(9));
    assert_eq!(std::fs::read_to_string(home.path().join("note")).unwrap(), "hung up\n");
    assert_eq!(terminal.transcript(), "ready\n");
}

#[tokio::test]
#[should_panic(expected = "it ended without \"two\"\n--- matched before\none")]
async fn a_text_that_was_matched_is_not_matched_again_and_the_transcript_is_shown() {
    let mut terminal = shell("echo one two; echo three");
    terminal.expect("one two").await;
    terminal.expect("two").await;
}

#[tokio::test]
async fn the_real_binary_is_watched_and_stopped() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let args = ["detect", "--window", "100ms", "--watch=100ms"];
    let mut terminal = Terminal::start(args, &[("REDIS_URL", &redis.url())]);
    terminal.expect("redis").await;
    terminal.send(b"\x03").await;
    let end = terminal.wait().await;
    assert!(matches!(end, End::Signal(Signal::INT) | End::Code(_)), "{end:?}\n{}", terminal.transcript());
    assert!(!terminal.transcript().contains('\u{1b}'));

    let mut terminal = Terminal::start(args, &[("REDIS_URL", &redis.url())]);
    terminal.expect("redis").await;
    terminal.close().await;
    let end = terminal.wait().await;
    assert!(matches!(end, End::Signal(Signal::HUP) | End::Code(_)), "{end:?}");
}
