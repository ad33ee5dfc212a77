//! Applied twice, and put back once.

use super::{Stage, on_every_action};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn applied_twice_and_put_back() {
    on_every_action(|scene| async move {
        let stage = Stage::set(scene).await;
        let before = stage.world().await;
        let home = stage.home();
        let first = stage.act(&home, None).await;
        assert_eq!(first.end, End::Code(0), "{}{}", first.stdout, first.stderr);
        let after = stage.world().await;
        if scene.stays {
            assert!(
                !stage.differences(&before).await.is_empty(),
                "nothing has changed: the test sees too little"
            );
            assert_eq!(stage.in_effect(&home).await, 1);
        } else {
            assert_eq!(stage.in_effect(&home).await, 0);
        }
        drop(after);
        let second = stage.act(&home, None).await;
        assert!(
            matches!(second.end, End::Code(0 | 5)),
            "{:?} {}{}",
            second.end,
            second.stdout,
            second.stderr
        );
        stage.ends_well(&home, &before, "twice").await;
        // Once more: there is nothing left to put back.
        let again = stage.undo(&home).await;
        assert_eq!(again.end, End::Code(0), "{}{}", again.stdout, again.stderr);
        assert!(again.stdout.starts_with("nothing to put back"), "{}{}", again.stdout, again.stderr);
    })
    .await;
}
