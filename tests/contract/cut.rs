//! The connection breaks at the n-th write: before it, after it, or in silence.

use super::scene::Scene;
use super::{Stage, on_every_action};
use crate::support::binary::End;
use crate::support::proxy::{Fault, What};

async fn at_every_write(scene: Scene, what: What) {
    let stage = Stage::set(scene).await;
    let before = stage.world().await;
    let home = stage.home();
    let ended = stage.act(&home, None).await;
    assert_eq!(ended.end, End::Code(0), "undisturbed: {}{}", ended.stdout, ended.stderr);
    let writes = stage.proxy.writes();
    assert_eq!(writes == 0, scene.through_others, "it writes nothing: the test sees too little");
    stage.ends_well(&home, &before, "undisturbed").await;

    for n in 1..=writes {
        stage.again().await;
        let before = stage.world().await;
        let home = stage.home();
        stage.proxy.arm(Fault::at(n, what));
        let ended = stage.act(&home, None).await;
        let words = format!("{what:?} at write {n}: {:?} {}{}", ended.end, ended.stdout, ended.stderr);
        assert!(matches!(ended.end, End::Code(0 | 4)), "{words}");
        let put_back = ended.stdout.contains("what had been done was put back");
        assert!(!put_back || scene.spec().irreversible.is_none(), "nothing can put that back: {words}");
        // A fault that came in the end does not come once more in what follows.
        stage.proxy.arm(Fault::at(usize::MAX, what));
        stage.ends_well(&home, &before, &words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_before_every_write() {
    on_every_action(|scene| at_every_write(scene, What::CutBefore)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_during_every_write() {
    on_every_action(|scene| at_every_write(scene, What::CutDuring)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cut_after_every_write() {
    on_every_action(|scene| at_every_write(scene, What::CutAfter)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_after_every_write() {
    on_every_action(|scene| at_every_write(scene, What::Swallow)).await;
}

/// The target cannot be reached after the write: nobody knows, and that is what is said. The next day it is put back.
#[tokio::test(flavor = "multi_thread")]
async fn cut_for_good_after_every_write() {
    on_every_action(|scene| async move {
        if scene.through_others {
            return;
        }
        let stage = Stage::set(scene).await;
        let (home, before, acted) = stage.acted_in_vain().await;
        assert_eq!(stage.in_effect(&home).await, 1, "it is said to be over: {acted}");
        let undone = stage.undo(&home).await;
        assert_eq!(undone.end, End::Code(7), "{}{}", undone.stdout, undone.stderr);
        let (_, by_hand) = undone.stderr.split_once("By hand").expect("it says what to do by hand");
        assert!(by_hand.contains("127.0.0.1"), "{}{}", undone.stdout, undone.stderr);
        stage.reached_again();
        stage.ends_well(&home, &before, &acted.to_string()).await;
    })
    .await;
}
