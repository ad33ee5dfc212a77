//! The state folder is removed while a process works: nothing more is changed, and what is in effect can be put back by who did it.

use stampede::error::FailureKind;
use stampede::lab::Lab;

use super::{Desk, Script, limit, maxclients, with_yes};

#[tokio::test]
async fn s26_a_state_folder_that_is_removed_stops_the_next_change_and_no_undo() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let desk = Desk::at(&redis);
    let nobody = Script::default();
    let mut runner = desk.runner("alice", &nobody, with_yes()).await;
    runner.run(&maxclients(500)).await.unwrap();
    std::fs::remove_dir_all(desk.home.path().join("stampede")).unwrap();
    let failure = runner.run(&maxclients(600)).await.unwrap_err();
    assert_eq!((failure.kind, failure.rule), (FailureKind::Refused, Some("S26")), "{failure:#}");
    assert!(failure.message.contains("was removed while it was in use"), "{failure:#}");
    let hint = failure.hint.unwrap();
    assert!(hint.contains("maxclients (raise maxclients from 50 to 500; undo: sets it back to 50"), "{hint}");
    assert_eq!(limit(&redis).await, "500");
    assert_eq!(runner.undo(None, false).await.unwrap().complete, ["maxclients"]);
    assert_eq!(limit(&redis).await, "50");
    let why = runner.unrecorded().unwrap();
    assert!(why.contains("was removed while it was in use"), "{why}");
    assert!(desk.heard.notes().contains(&why), "{}", desk.heard.notes());
}
