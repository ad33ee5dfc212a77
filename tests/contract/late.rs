//! The network holds a write, and delivers it after its connection was given up: what was said of it must hold then too.

use std::time::Duration;

use stampede::observation::Kind;

use super::place::World;
use super::scene::Scene;
use super::{Stage, on_every_action};
use crate::support::binary::{End, Home};
use crate::support::proxy::{Fault, What};

/// A write that is delivered is done by then, or never: nothing tells when a server has done nothing.
const LATER: Duration = Duration::from_millis(500);

/// An HTTP API has no connection that it could be told to end, and no versions (docs/safety.md, S26); a pooler's own pause is in
/// `pgbouncer`.
fn can_be_ended(scene: &Scene) -> bool {
    matches!(scene.spec().kind, Kind::Redis | Kind::Mysql | Kind::Postgres | Kind::Kubernetes)
        && !scene.through_others
}

/// The held write is delivered; then the world is as it was, or that it is not is in the journal.
async fn delivered(stage: &Stage, before: &World, what: &str) {
    stage.proxy.release();
    stampede::clock::sleep(LATER).await;
    let differences = stage.differences(before).await;
    assert!(differences.is_empty(), "{what}: it arrived all the same: {differences:?}");
}

/// How many writes it takes, undisturbed.
async fn writes(stage: &Stage) -> usize {
    let (home, before) = stage.acted().await;
    let writes = stage.proxy.writes();
    stage.ends_well(&home, &before, "undisturbed").await;
    writes
}

/// The world as it begins with, and a home, where the `n`-th write will be held.
async fn will_be_held(stage: &Stage, n: usize) -> (World, Home) {
    stage.again().await;
    stage.proxy.arm(Fault::at(n, What::Delay));
    (stage.world().await, stage.home())
}

#[tokio::test(flavor = "multi_thread")]
async fn s26_a_write_that_is_held_back_never_comes_once_it_is_said_to_have_failed() {
    on_every_action(|scene| async move {
        if !can_be_ended(&scene) {
            return;
        }
        let stage = Stage::set(scene).await;
        for n in 1..=writes(&stage).await {
            let (before, home) = will_be_held(&stage, n).await;
            let ended = stage.act(&home, None).await;
            let words = format!("held at write {n}: {ended}");
            assert!(matches!(ended.end, End::Code(0 | 4)), "{words}");
            if stage.in_effect(&home).await == 0 {
                delivered(&stage, &before, &words).await;
            }
            stage.proxy.release();
            stage.proxy.arm(Fault::at(usize::MAX, What::Delay));
            stage.ends_well(&home, &before, &words).await;
        }
    })
    .await;
}

/// Whoever sent it has died, and somebody else undoes it before it arrives.
#[tokio::test(flavor = "multi_thread")]
async fn s26_what_a_dead_responder_has_sent_never_comes_after_an_undo() {
    on_every_action(|scene| async move {
        if !can_be_ended(&scene) || scene.watchdog {
            return;
        }
        let stage = Stage::set(scene).await;
        for n in 1..=writes(&stage).await {
            let (before, home) = will_be_held(&stage, n).await;
            let mut args = stage.words();
            args.extend(["--yes", "--confirm", stage.place.name(), "--no-watch"]);
            let mut running = home.stampede(&args).spawn();
            let over = async {
                while !running.is_over() {
                    stampede::clock::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::select! {
                _ = stage.proxy.fired() => {}
                // In how many rounds sessions are ended depends on the load: the first one is always there.
                () = over, if n > 1 && stage.scene.kills() => break,
            }
            let died = running.kill().await;
            let words = format!("held at write {n}, and killed: {died}");
            stage.ends_well(&home, &before, &words).await;
            delivered(&stage, &before, &words).await;
            stage.proxy.arm(Fault::at(usize::MAX, What::Delay));
        }
    })
    .await;
}
