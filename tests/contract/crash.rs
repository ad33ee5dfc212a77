//! The process dies at every record of the journal, just before it is written and just after it is on disk.

use super::{Stage, on_every_action};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn s26_killed_at_every_record() {
    on_every_action(|scene| async move {
        let stage = Stage::set(scene).await;
        let (mut died, mut at) = (0, 0);
        loop {
            at += 1;
            let mut lived = 0;
            for die in [-at, at] {
                stage.again().await;
                let before = stage.world().await;
                let home = stage.home();
                let ended = stage.act(&home, Some(die)).await;
                match ended.end {
                    End::Signal(_) => died += 1,
                    End::Code(code) => {
                        assert_eq!(code, 0, "not killed at {die}: {}{}", ended.stdout, ended.stderr);
                        lived += 1;
                    }
                }
                stage.ends_well(&home, &before, &format!("killed at {die}")).await;
            }
            if lived == 2 {
                break;
            }
        }
        assert!(died >= 8, "it died only {died} times: the test sees too little");
    })
    .await;
}
