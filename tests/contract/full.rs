//! The disk is full when it is to be put back, or becomes full on the way: it is put back all the same.

use super::{Stage, on_every_action, undone};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn s26_undo_needs_no_journal() {
    on_every_action(|scene| async move {
        let stage = Stage::set(scene).await;
        // Joined, undoing, undone: from each of them on.
        for from in 1..=3 {
            stage.again().await;
            let before = stage.world().await;
            let home = stage.home();
            let ended = stage.act(&home, None).await;
            assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
            let in_effect = stage.in_effect(&home).await;
            let undo = undone(|| stage.undo_on_a_full_disk(&home, from)).await;
            let words = format!("full from {from}: {:?} {}{}", undo.end, undo.stdout, undo.stderr);
            assert_eq!(undo.end, End::Code(0), "{words}");
            let differences = stage.differences(&before).await;
            assert!(differences.is_empty(), "{differences:?} {words}");
            if in_effect > 0 {
                assert!(words.contains("is not recorded"), "{words}");
                assert_eq!(stage.in_effect(&home).await, in_effect, "it was recorded: {words}");
            }
            stage.ends_well(&home, &before, &words).await;
        }
    })
    .await;
}
