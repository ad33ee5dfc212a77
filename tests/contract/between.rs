//! What somebody else changes between the question and the answer is not overwritten (S10, S27).

use super::{Stage, on_every_action};
use crate::support::binary::{End, Home};
use crate::support::pty::Terminal;

/// Somebody else has changed it while it asks; then it is answered.
async fn answered_too_late(stage: &Stage, home: &Home, args: &[&str]) -> Terminal {
    let mut terminal = stage.terminal(home, args);
    let yes = terminal.question(stage.place.name()).await.expect("it asks");
    stage.place.says(stage.scene.drift).await;
    terminal.type_line(yes).await;
    terminal
}

async fn theirs_stands(stage: &Stage, what: &str) {
    let (question, answer) = stage.scene.theirs;
    assert!(stage.place.says(question).await.contains(answer), "it was overwritten: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s27_what_drifts_while_undo_asks_is_left_alone() {
    on_every_action(|scene| async move {
        if scene.drift.is_empty() {
            return;
        }
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let acted = stage.act(&home, None).await;
        assert_eq!(acted.end, End::Code(0), "{acted}");
        let mut terminal = answered_too_late(&stage, &home, &["undo"]).await;
        let end = terminal.wait().await;
        let words = terminal.transcript();
        theirs_stands(&stage, &words).await;
        assert!(matches!(end, End::Code(0 | 7)), "{end:?} {words}");
        if scene.alone {
            assert!(end == End::Code(7) && !words.contains("as it was before"), "{end:?} {words}");
        }
    })
    .await;
}

/// It may ask anew, from what is there by then, or do what takes nothing away; undo ends with theirs.
#[tokio::test(flavor = "multi_thread")]
async fn s10_what_drifts_while_a_step_asks_is_not_lost() {
    on_every_action(|scene| async move {
        if scene.drift.is_empty() {
            return;
        }
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let mut args = stage.words();
        args.push("--no-watch");
        let mut terminal = answered_too_late(&stage, &home, &args).await;
        if terminal.question("").await.is_some() {
            theirs_stands(&stage, &terminal.transcript()).await;
            terminal.type_line("n").await;
        } else {
            let undone = stage.undo(&home).await;
            assert!(matches!(undone.end, End::Code(0 | 7)), "{undone}");
        }
        terminal.wait().await;
        theirs_stands(&stage, &terminal.transcript()).await;
    })
    .await;
}
