//! S27: what somebody else has changed since is not overwritten.

use super::{Stage, on_every_action};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn s27_what_is_not_ours_any_more_is_left_alone() {
    on_every_action(|scene| async move {
        assert_ne!(
            scene.drift.is_empty(),
            scene.no_drift.is_empty(),
            "say what can drift, or why nothing can"
        );
        if scene.drift.is_empty() {
            return;
        }
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let ended = stage.act(&home, None).await;
        assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
        stage.place.says(scene.drift).await;
        let (question, answer) = scene.theirs;
        assert!(stage.place.says(question).await.contains(answer), "the drift does not show");
        let undone = stage.run(&home, &["undo", "--yes"], None).await;
        let words = format!("{:?} {}{}", undone.end, undone.stdout, undone.stderr);
        assert!(stage.place.says(question).await.contains(answer), "it was overwritten: {words}");
        assert!(matches!(undone.end, End::Code(0 | 6 | 7)), "{words}");
    })
    .await;
}
