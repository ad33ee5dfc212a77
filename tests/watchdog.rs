//! The watchdog: it acts when the first process is killed, and only then.
//!
//! The first and the second process are this test program, run for one test that plays a part; it is told which address
//! to report to.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use stampede::watchdog::{Fate, Watchdog, stand_by};

use crate::support::PATIENCE;
use crate::support::binary::DEFAULT_SIGNALS;

/// Where the parts report to.
const REPORT: &str = "STAMPEDE_TEST_REPORT";

/// The arguments that have this program play one part.
fn part(name: &str) -> Vec<OsString> {
    ["--exact", name, "--ignored", "--nocapture"].map(Into::into).into()
}

fn report(words: &str) {
    let mut stream = TcpStream::connect(std::env::var(REPORT).unwrap()).unwrap();
    stream.write_all(words.as_bytes()).unwrap();
}

/// The next report: who says what.
fn heard(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut words = String::new();
    stream.read_to_string(&mut words).unwrap();
    words
}

#[test]
#[ignore = "the second process of the tests here"]
fn second() {
    match stand_by().unwrap() {
        Fate::Alone => report("alone"),
        Fate::Disarmed => report("disarmed"),
    }
}

#[test]
#[ignore = "the first process of the tests here"]
fn first() {
    let watchdog = Watchdog::arm(&part("watchdog::second")).unwrap();
    report("armed");
    let mut order = String::new();
    _ = std::io::stdin().read_line(&mut order);
    match order.trim() {
        "disarm" => watchdog.disarm().unwrap(),
        _ => drop(watchdog),
    }
    report("over");
}

/// A first process in a group of its own that has armed its second one.
fn armed(listener: &TcpListener) -> Child {
    let [env, option] = DEFAULT_SIGNALS;
    let child = Command::new(env)
        .arg(option)
        .arg(std::env::current_exe().unwrap())
        .args(part("watchdog::first"))
        .env(REPORT, listener.local_addr().unwrap().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    assert_eq!(heard(listener), "armed");
    child
}

#[test]
fn killed_with_9_it_is_followed_by_the_second() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = armed(&listener);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(heard(&listener), "alone");
}

/// Ctrl-C at a terminal reaches the whole group of the first process.
#[test]
fn a_signal_to_the_group_of_the_first_leaves_the_second() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = armed(&listener);
    let group = rustix::process::Pid::from_child(&first);
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    first.wait().unwrap();
    assert_eq!(heard(&listener), "alone");
}

#[test]
fn disarmed_it_leaves_before_the_first_goes_on() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = armed(&listener);
    first.stdin.take().unwrap().write_all(b"disarm\n").unwrap();
    assert_eq!([heard(&listener), heard(&listener)], ["disarmed", "over"]);
    assert!(first.wait().unwrap().success());
}

#[test]
fn dropped_it_acts_as_if_the_first_had_died() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut first = armed(&listener);
    first.stdin.take().unwrap().write_all(b"drop\n").unwrap();
    let mut said = [heard(&listener), heard(&listener)];
    said.sort();
    assert_eq!(said, ["alone", "over"]);
    assert!(first.wait().unwrap().success());
}

#[test]
fn without_a_second_process_that_stands_by_there_is_no_dead_man() {
    for (program, args) in [("/nonexistent", &[][..]), ("/bin/true", &[]), ("/bin/echo", &["ready"])] {
        let args: Vec<OsString> = args.iter().map(Into::into).collect();
        assert!(Watchdog::with(program.into(), &args).is_err(), "{program}");
    }
    // One that says something else.
    let args = ["-c", "printf 'hello\\n' >&0; read -r _"].map(OsString::from);
    let error = Watchdog::with("/bin/sh".into(), &args).unwrap_err();
    assert!(error.to_string().contains("says something else"), "{error}");
}
