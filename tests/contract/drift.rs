//! S27: what somebody else has changed since is not overwritten.

use super::{Stage, on_every_action};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn s27_what_is_not_ours_any_more_is_left_alone() {
    on_every_action(|scene| async move {
        if scene.drift.is_empty() {
            return;
        }
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let ended = stage.act(&home, None).await;
        assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
        stage.redis.says(scene.drift).await.unwrap();
        let (question, answer) = scene.theirs;
        assert!(stage.redis.says(question).await.unwrap().contains(answer), "the drift does not show");
        let undone = stage.run(&home, &["undo", "--yes"], None).await;
        let words = format!("{:?} {}{}", undone.end, undone.stdout, undone.stderr);
        assert!(stage.redis.says(question).await.unwrap().contains(answer), "it was overwritten: {words}");
        assert!(matches!(undone.end, End::Code(0 | 6 | 7)), "{words}");
    })
    .await;
}
