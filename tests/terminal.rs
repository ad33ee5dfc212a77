//! `stampede break` at a terminal, as a person has it in front of them.

use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Home};
use crate::support::proxy::{Fault, Proxy, What};
use crate::support::pty::Terminal;

async fn setting(redis: &RedisServer, name: &str) -> String {
    let reply = redis.says(&["CONFIG", "GET", name]).await.unwrap();
    reply.replace(name, "").chars().filter(char::is_ascii_digit).collect()
}

fn at(home: &Home, url: &str, args: &[&str]) -> Terminal {
    home.terminal(args, &[("REDIS_URL", url), ("USER", "alice")])
}

const MAXCLIENTS: &[&str] = &["break", "maxclients", "--to", "500", "--no-watch"];
const TIMEOUT: &[&str] = &["break", "timeout", "--to", "60s", "--no-watch"];

#[tokio::test]
async fn s8_the_prompt_explains_takes_enter_for_no_and_y_for_yes() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let mut terminal = at(&home, &redis.url(), MAXCLIENTS);
    for words in [
        "raise maxclients from 50 to 500",
        "Redis 7",
        "looked at",
        "CONFIG SET maxclients 500",
        "in effect",
        "nothing",
    ] {
        terminal.expect(words).await;
    }
    terminal.expect("Do it? [y/N/?/u/q]").await;
    terminal.type_line("?").await;
    terminal.expect("Nobody is disconnected by it").await;
    terminal.expect("Do it? [y/N/?/u/q]").await;
    terminal.type_line("maybe").await;
    terminal.expect("y, n, ?, u or q").await;
    terminal.expect("Do it? [y/N/?/u/q]").await;
    terminal.type_line("").await;
    terminal.expect("declined").await;
    assert_eq!(terminal.wait().await, End::Code(6));
    assert_eq!(setting(&redis, "maxclients").await, "50");

    let mut terminal = at(&home, &redis.url(), MAXCLIENTS);
    terminal.expect("Do it? [y/N/?/u/q]").await;
    terminal.type_line("y").await;
    terminal.expect("done").await;
    terminal.expect("a new connection was let in").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    assert_eq!(setting(&redis, "maxclients").await, "500");
    for line in terminal.transcript().lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[tokio::test]
async fn s8_the_name_must_be_typed_and_u_puts_back_the_last_change_first() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let mut terminal = at(&home, &redis.url(), MAXCLIENTS);
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    assert_eq!(terminal.wait().await, End::Code(0));

    // Nobody has said what the application does without its cache: the name must be typed (S6).
    let mut terminal = at(&home, &redis.url(), TIMEOUT);
    terminal.expect("maxclients").await;
    terminal.expect("Type 127.0.0.1 to do it [N/?/u/q]").await;
    terminal.type_line("u").await;
    terminal.expect("put back: raise maxclients from 50 to 500").await;
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    terminal.expect("undone").await;
    terminal.expect("Type 127.0.0.1 to do it [N/?/u/q]").await;
    assert_eq!(setting(&redis, "maxclients").await, "50");
    for wrong in ["y", "yes", "redis-2"] {
        terminal.type_line(wrong).await;
        terminal.expect("that is not 127.0.0.1: nothing was done").await;
        terminal.expect("Type 127.0.0.1 to do it").await;
    }
    assert_eq!(setting(&redis, "timeout").await, "0");
    terminal.type_line("127.0.0.1").await;
    terminal.expect("done").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    assert_eq!(setting(&redis, "timeout").await, "60");

    let mut terminal = at(&home, &redis.url(), &["undo"]);
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    terminal.expect("as it was before").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    assert_eq!(setting(&redis, "timeout").await, "0");
}

#[tokio::test]
async fn what_was_typed_before_the_question_is_no_answer_to_it() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let home = Home::new();
    let mut terminal = at(&home, &proxy.url(), MAXCLIENTS);
    terminal.type_line("y").await;
    terminal.expect("Do it?").await;
    terminal.type_line("n").await;
    assert_eq!(terminal.wait().await, End::Code(6));
    assert_eq!(setting(&redis, "maxclients").await, "50");
}

#[tokio::test]
async fn ctrl_c_or_a_closed_terminal_at_the_prompt_changes_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let mut terminal = at(&home, &redis.url(), MAXCLIENTS);
    terminal.expect("Do it?").await;
    terminal.send(b"\x03").await;
    terminal.expect("stopped here").await;
    assert_eq!(terminal.wait().await, End::Code(130));

    let mut terminal = at(&home, &redis.url(), MAXCLIENTS);
    terminal.expect("Do it?").await;
    terminal.send(b"\x04").await;
    assert_eq!(terminal.wait().await, End::Code(6), "the end of the input is a refusal");

    let mut terminal = at(&home, &redis.url(), MAXCLIENTS);
    terminal.expect("Do it?").await;
    terminal.close().await;
    assert_ne!(terminal.wait().await, End::Code(0));

    assert_eq!(setting(&redis, "maxclients").await, "50");
    assert!(!home.state().join("stampede/incidents").exists(), "an incident was opened for nothing");
}

#[tokio::test]
async fn ctrl_c_in_the_middle_of_a_write_lets_it_end_and_offers_to_put_it_back() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    proxy.arm(Fault::at(1, What::Delay));
    let home = Home::new();
    let mut terminal = at(&home, &proxy.url(), MAXCLIENTS);
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    proxy.fired().await;
    terminal.send(b"\x03").await;
    terminal.expect("what is being written is finished first").await;
    proxy.release();
    terminal.expect("done").await;
    terminal.expect("Put back all that is in effect, newest first? [y/n]").await;
    terminal.type_line("").await;
    terminal.expect("y or n").await;
    terminal.expect("Put back all that is in effect, newest first? [y/n]").await;
    terminal.type_line("y").await;
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    terminal.expect("undone").await;
    assert_eq!(terminal.wait().await, End::Code(130));
    assert_eq!(setting(&redis, "maxclients").await, "50");
}

#[tokio::test]
async fn ctrl_c_twice_leaves_at_once_and_the_journal_knows() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    proxy.arm(Fault::at(1, What::Delay));
    let home = Home::new();
    let mut terminal = at(&home, &proxy.url(), MAXCLIENTS);
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    proxy.fired().await;
    terminal.send(b"\x03").await;
    terminal.expect("Ctrl-C again leaves at once").await;
    terminal.send(b"\x03").await;
    assert_eq!(terminal.wait().await, End::Code(130));
    let mut terminal = at(&home, &redis.url(), &["status"]);
    terminal.expect("1 step is in doubt").await;
    terminal.expect("cut off in the act").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    // What was on its way arrives.
    proxy.release();
    while setting(&redis, "maxclients").await != "500" {}
    let mut terminal = at(&home, &proxy.url(), &["undo"]);
    terminal.expect("found").await;
    terminal.expect("Do it?").await;
    terminal.type_line("y").await;
    terminal.expect("undone").await;
    assert_eq!(terminal.wait().await, End::Code(0));
    assert_eq!(setting(&redis, "maxclients").await, "50");
}

/// `yes | stampede break …` is a pipe and no person.
#[tokio::test]
async fn s8_a_pipe_of_yes_answers_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let piped = home.stampede(MAXCLIENTS).env("REDIS_URL", redis.url()).stdin("y\n".repeat(1_000));
    let ended = piped.spawn().wait().await;
    assert_eq!(ended.end, End::Code(6), "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.starts_with("plan: maxclients (needs a yes)"), "{}", ended.stdout);
    assert!(ended.stdout.contains("answer with --yes"), "{}", ended.stdout);
    assert_eq!(setting(&redis, "maxclients").await, "50");
}

/// Two at once: the second is told who holds the incident, and may take it over by typing its name.
#[tokio::test]
async fn s28_the_second_responder_types_the_incident_s_name_to_take_it_over() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let home = Home::new();
    let mut first =
        at(&home, &redis.url(), &["break", "maxclients", "--to", "60", "--no-watch", "--incident", "night"]);
    first.expect("Do it?").await;
    first.type_line("y").await;
    assert_eq!(first.wait().await, End::Code(0));
    // Alice sits at a question, and holds the incident.
    let mut alice = at(&home, &redis.url(), MAXCLIENTS);
    alice.expect("Do it?").await;

    let pipe = home.stampede(["undo", "--yes"]).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert_eq!(pipe.end, End::Code(8), "{}{}", pipe.stdout, pipe.stderr);
    assert!(pipe.stderr.contains("alice@"), "{}", pipe.stderr);

    let mut bob = home.terminal(["undo"], &[("REDIS_URL", redis.url().as_str()), ("USER", "bob")]);
    bob.expect("holds night").await;
    bob.expect("Type night to go on [N]").await;
    bob.type_line("night").await;
    bob.expect("another responder is at work there: stampede:night:alice@").await;
    bob.expect("Do it?").await;
    bob.type_line("y").await;
    bob.expect("undone").await;
    assert_eq!(bob.wait().await, End::Code(0));
    // What Alice approves now is not done any more.
    alice.type_line("y").await;
    alice.expect("bob@").await;
    alice.expect("took night over from us").await;
    assert_eq!(alice.wait().await, End::Code(8));
    assert_eq!(setting(&redis, "maxclients").await, "50");
}
