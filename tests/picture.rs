//! `detect --watch` at a terminal: one picture that is drawn again in its place.

use std::io::{Read as _, Write as _};

use stampede::lab::Lab;

use crate::support::PATIENCE;
use crate::support::binary::{DEFAULT_SIGNALS, End, Home};
use crate::support::pty::Terminal;

/// What the last line of every picture says.
const END: &str = "-v shows";
const WATCH: [&str; 5] = ["detect", "--window", "200ms", "--watch", "100ms"];
const LONG: [&str; 5] = ["detect", "--window", "200ms", "--watch", "1h"];

fn verdicts(terminal: &Terminal) -> usize {
    terminal.shows().iter().filter(|line| line.starts_with("unknown: ")).count()
}

/// What is drawn of one number: its marks and gaps.
fn marks(terminal: &Terminal, name: &str) -> String {
    let lines = terminal.shows();
    let line = lines.iter().find_map(|line| line.strip_prefix(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in {lines:#?}"));
    // After the label, and before the words.
    let marks = line.trim_start_matches(' ').split("  ").next().unwrap();
    marks.to_owned()
}

fn widest(terminal: &Terminal) -> usize {
    terminal.shows().iter().map(|line| line.chars().count()).max().unwrap()
}

#[tokio::test]
async fn one_picture_stands_in_its_place_and_the_last_one_stays() {
    let lab = Lab::new().unwrap();
    let (redis, database) = tokio::join!(lab.redis(&[]), lab.mariadb(&[]));
    let (redis, database) = (redis.unwrap(), database.unwrap());
    let (redis, database) = (redis.url(), database.url());
    for (rows, columns) in [(24, 80), (20, 60), (50, 160)] {
        let envs = [("REDIS_URL", &*redis), ("MYSQL_URL", &*database), ("LANG", "C.UTF-8")];
        let mut terminal = Home::new().terminal_of_size((rows, columns), WATCH, &envs);
        for _ in 0..3 {
            terminal.expect(END).await;
        }
        terminal.send(b"\x03").await;
        assert_eq!(terminal.wait().await, End::Code(130));
        let shows = terminal.shows();
        // As many as it has drawn, also of what the key has thrown away.
        let rounds = marks(&terminal, "round trip").chars().count();
        assert!(rounds >= 3, "{shows:#?}");
        assert_eq!(verdicts(&terminal), 1, "{shows:#?}");
        for (name, known) in [("running", "▄"), ("hit ratio", "·")] {
            assert_eq!(marks(&terminal, name), known.repeat(rounds), "{rounds} rounds: {shows:#?}");
        }
        for words in ["redis (Redis 7", "mysql (MariaDB 10", "next: ", END] {
            assert!(shows.iter().any(|line| line.contains(words)), "no {words} in {shows:#?}");
        }
        let longest = usize::from(columns).min(120);
        assert!(widest(&terminal) <= longest, "wider than {longest}: {shows:#?}");
        assert!(columns < 120 || widest(&terminal) > 80, "not as wide as it may be: {shows:#?}");
        let (row, column) = terminal.cursor().expect("a cursor that is seen");
        assert_eq!(column, 0);
        let last = terminal.row(row - 1);
        assert!(last.starts_with(END), "the cursor is at {row}, below {last:?}: {shows:#?}");
        assert!((row..rows).all(|row| terminal.row(row).is_empty()), "something is below: {shows:#?}");
    }
}

/// At Ctrl-C the terminal throws away what nobody has read yet: half a picture, and what shows the cursor again.
#[tokio::test]
async fn a_picture_of_which_half_is_lost_is_whole_at_the_end() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let home = Home::new();
    let (terminal, inside) = pty_process::blocking::open().unwrap();
    terminal.resize(pty_process::Size::new(24, 80)).unwrap();
    let [env, option] = DEFAULT_SIGNALS;
    let command =
        pty_process::blocking::Command::new(env).args([option, env!("CARGO_BIN_EXE_stampede")]).args(WATCH);
    let command = command.current_dir(home.path()).env_clear().envs(home.environment());
    let mut child = command.env("TERM", "xterm").env("REDIS_URL", redis.url()).spawn(inside).unwrap();
    // Nobody reads: what the terminal holds ready for a reader is full in the middle of a picture, and the rest waits behind it.
    let patience = stampede::clock::instant() + PATIENCE;
    while rustix::io::ioctl_fionread(&terminal).unwrap() < 4095 {
        assert!(stampede::clock::instant() < patience, "it draws nothing more");
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
    (&terminal).write_all(b"\x03").unwrap();
    let mut said = Vec::new();
    // A terminal whose last user has gone reads as an error.
    _ = (&terminal).read_to_end(&mut said);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut screen = vt100::Parser::new(24, 80, 0);
    screen.process(&said);
    let shows = screen.screen().contents();
    assert!(!screen.screen().hide_cursor(), "the cursor is hidden: {shows}");
    let lines: Vec<&str> = shows.lines().collect();
    assert!(lines[0].starts_with("unknown: ") && lines.last().unwrap().starts_with(END), "{shows}");
}

#[tokio::test]
async fn ctrl_c_before_the_first_picture_leaves_nothing_on_the_screen() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let args = ["detect", "--window", "20s", "--watch", "1s"];
    let mut terminal = Home::new().terminal(args, &[("REDIS_URL", &*redis.url())]);
    terminal.expect("clients").await;
    terminal.send(b"\x03").await;
    assert_eq!(terminal.wait().await, End::Code(130));
    let shows = terminal.shows();
    assert!(shows.is_empty() || shows == ["^C"], "{shows:#?}");
}

#[tokio::test]
async fn a_terminal_that_changes_its_size_has_a_picture_that_fits() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut terminal = Home::new().terminal_of_size((24, 80), LONG, &[("REDIS_URL", &*redis.url())]);
    terminal.expect(END).await;
    for (rows, columns) in [(12, 50), (30, 120), (20, 60)] {
        terminal.resize((rows, columns));
        terminal.expect(END).await;
        terminal.settles(|terminal| terminal.cursor().is_some() && verdicts(terminal) == 1).await;
        let shows = terminal.shows();
        assert!(shows.len() < usize::from(rows), "{shows:#?}");
        assert!(widest(&terminal) <= usize::from(columns), "{shows:#?}");
        assert!(shows[0].starts_with("unknown: ") && shows.last().unwrap().starts_with(END), "{shows:#?}");
        // No locale was named: every terminal shows these.
        assert!(marks(&terminal, "round trip").is_ascii(), "{shows:#?}");
    }
}

#[tokio::test]
async fn what_was_on_the_screen_before_can_be_scrolled_back_to() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let envs = [("REDIS_URL", &*redis.url())];
    let program = env!("CARGO_BIN_EXE_stampede");
    let shell = format!("echo what was before; {program} {}; echo what comes after", LONG.join(" "));
    let mut terminal = Terminal::program(&Home::new(), "/bin/bash", ["--norc", "-ic", &*shell], &envs);
    terminal.expect("what was before").await;
    terminal.expect(END).await;
    terminal.settles(|terminal| terminal.cursor().is_some() && verdicts(terminal) == 1).await;
    assert!(!terminal.shows().iter().any(|line| line.contains("what was before")), "{:#?}", terminal.shows());
    terminal.send(b"\x03").await;
    terminal.expect("what comes after").await;
    terminal.wait().await;
    let shows = terminal.shows();
    assert_eq!(shows.last().unwrap(), "what comes after", "{shows:#?}");
    assert!(shows[shows.len() - 2].starts_with(END), "{shows:#?}");
    assert_eq!(verdicts(&terminal), 1, "{shows:#?}");
    assert!(terminal.above().contains("what was before"), "{}", terminal.above());
}

/// A terminal that cannot move its cursor, a pipe, and what is longer than a screen: one after the other, as ever.
#[tokio::test]
async fn elsewhere_the_rounds_follow_each_other() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let url = redis.url();
    let home = Home::new();
    let detailed: Vec<&str> = WATCH.iter().copied().chain(["-v"]).collect();
    for (args, term) in [(&WATCH[..], "dumb"), (&detailed, "xterm")] {
        let envs = [("REDIS_URL", &*url), ("TERM", term)];
        let mut terminal = home.terminal_of_size((200, 80), args, &envs);
        for _ in 0..2 {
            terminal.expect("unknown: ").await;
        }
        terminal.settles(|terminal| verdicts(terminal) >= 2).await;
        assert!(!terminal.shows().iter().any(|line| line.starts_with("round trip  ")));
    }
    let mut piped = home.stampede(WATCH).env("REDIS_URL", url).env("TERM", "xterm").spawn();
    for _ in 0..2 {
        piped.out("unknown: ").await;
        piped.out(END).await;
    }
    let said = piped.kill().await.stdout;
    assert!(!said.contains('\x1b') && said.lines().all(|line| line.chars().count() <= 80), "{said}");
    assert!(!said.contains("round trip  "), "{said}");
}

/// All of it, in a narrow terminal and in a wide one.
#[tokio::test]
async fn every_signal_is_as_wide_as_the_terminal_and_no_word_is_cut() {
    let lab = Lab::new().unwrap();
    let (redis, database) = tokio::join!(lab.redis(&[]), lab.mariadb(&[]));
    let (redis, database) = (redis.unwrap(), database.unwrap());
    let envs = [("REDIS_URL", &*redis.url()), ("MYSQL_URL", &*database.url())];
    for columns in [60, 160] {
        let args = ["detect", "--window", "200ms", "-v"];
        let mut terminal = Home::new().terminal_of_size((100, columns), args, &envs);
        assert_eq!(terminal.wait().await, End::Code(3), "{}", terminal.transcript());
        let shows = terminal.shows();
        let longest = usize::from(columns).min(120);
        assert!(widest(&terminal) <= longest, "wider than {longest}: {shows:#?}");
        assert!(columns < 120 || widest(&terminal) > 80, "not as wide as it may be: {shows:#?}");
        let words: Vec<&str> = shows.iter().flat_map(|line| line.split_whitespace()).collect();
        let text = words.join(" ");
        for sentence in ["0 lookups in the window, 500 are needed", "no baseline to compare it with"] {
            assert!(text.contains(sentence), "no {sentence:?} in {shows:#?}");
        }
    }
}
