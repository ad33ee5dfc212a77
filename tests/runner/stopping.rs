//! Ctrl-C at the prompt, and answers that are no yes: nothing is written.

use stampede::confirm::Answer;
use stampede::event::Skip;
use stampede::lab::Lab;
use stampede::runner::End;

use super::{Desk, Script, attended, limit, maxclients, with_yes, yes};

#[tokio::test]
async fn s8_no_answer_or_a_no_changes_nothing_and_opens_no_incident() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    for (answer, end) in [
        (Answer::Skip, End::Skipped(Skip::Declined)),
        (Answer::Stop, End::Stopped),
        (Answer::Nobody, End::Skipped(Skip::Unanswered)),
    ] {
        let script = Script::default().then(answer);
        let mut runner = desk.runner("alice", &script, attended()).await;
        assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, end);
        assert!(runner.incident().is_none());
    }
    assert_eq!(limit(&redis).await, "50");
    assert!(desk.store().names().unwrap().is_empty());
}

#[tokio::test]
async fn u_puts_back_the_last_change_and_asks_again() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    // Yes to 500; at the question for 600: undo last, yes to that, and then no.
    let script = Script::default().then(yes()).then(Answer::UndoLast).then(yes()).then(Answer::Skip);
    let mut runner = desk.runner("alice", &script, attended()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Done);
    assert_eq!(runner.run(&maxclients(600)).await.unwrap().end, End::Skipped(Skip::Declined));
    assert_eq!(limit(&redis).await, "50");
    let asked = script.asked();
    assert!(asked[1].contains("from 500 to 600") && asked[3].contains("from 50 to 600"), "{asked:?}");
}

#[tokio::test]
async fn ctrl_c_at_the_prompt_stops_and_later_steps_are_not_even_planned() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let stop = desk.stop.clone();
    let script = Script::default().after(
        async move {
            stop.ask();
            // The prompt goes on waiting; the runner does not.
            std::future::pending::<()>().await;
        },
        yes(),
    );
    let mut runner = desk.runner("alice", &script, attended()).await;
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Stopped);
    assert_eq!(runner.run(&maxclients(500)).await.unwrap().end, End::Stopped);
    assert_eq!(script.asked().len(), 1);
    assert_eq!(limit(&redis).await, "50");
}

#[tokio::test]
async fn s11_a_value_at_or_below_the_current_one_is_already_so() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let mut runner = desk.runner("alice", &Script::default(), with_yes()).await;
    for to in [50, 49, 1] {
        assert_eq!(runner.run(&maxclients(to)).await.unwrap().end, End::Skipped(Skip::AlreadySo));
    }
    assert_eq!(limit(&redis).await, "50");
}

#[tokio::test]
async fn s11_the_operating_system_s_limit_is_told_and_nothing_is_left_changed() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", redis.pid())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let files: u64 = files.split_whitespace().nth(4).unwrap().parse().expect("a limit of open files");
    assert!(
        files < 990_000,
        "this machine lets a server have more files than can be asked for: lower `ulimit -Hn`"
    );
    let desk = Desk::at(&redis);
    let mut runner = desk.runner("alice", &Script::default(), with_yes()).await;
    assert_eq!(runner.run(&maxclients(files + 1_000)).await.unwrap().end, End::Failed);
    let step = runner.incident().unwrap().step("maxclients").unwrap().clone();
    assert!(step.error.as_deref().unwrap().contains("stampede break maxclients --to "), "{step:?}");
    assert_eq!(limit(&redis).await, "50");
}
