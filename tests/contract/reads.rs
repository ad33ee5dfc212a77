//! A read that is lost is no failure of what was written before it.

use super::{Stage, on_every_action};
use crate::support::binary::End;
use crate::support::proxy::{Fault, What};

#[tokio::test(flavor = "multi_thread")]
async fn one_lost_read_after_the_last_write_is_no_failure() {
    on_every_action(|scene| async move {
        // A kill keeps to the connection that it began on (S17): what is lost with it ends it.
        if scene.through_others || scene.spec().irreversible.is_some() {
            return;
        }
        let stage = Stage::set(scene).await;
        let (home, before) = stage.acted().await;
        let writes = stage.proxy.writes();
        stage.ends_well(&home, &before, "undisturbed").await;
        stage.again().await;
        let before = stage.world().await;
        let home = stage.home();
        stage.proxy.arm(Fault::at(writes, What::CutNext));
        let ended = stage.act(&home, None).await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
        stage.proxy.arm(Fault::at(usize::MAX, What::CutNext));
        stage.ends_well(&home, &before, "a lost read").await;
    })
    .await;
}
