//! What we write is not what comes to be: a webhook turns it into another value, or a controller does at once. Whose the value is
//! nobody knows, so that it is in doubt and no success, and undo puts back what was there.

use super::{Stage, on_every_action};
use crate::support::binary::End;

async fn turned_into_another_value(webhook: bool) {
    on_every_action(|scene| async move {
        let Some((path, pointer, wanted, instead)) = scene.clamped else { return };
        let stage = Stage::set(scene).await;
        let (before, home) = (stage.world().await, stage.home());
        stage.place.clamp(Some((path, pointer, wanted, instead)), webhook);
        let ended = stage.act(&home, None).await;
        let words = format!("{wanted} turned into {instead}: {ended}");
        let stands = stage.place.says(&["GET", path, pointer]).await == instead;
        // What a dry run has shown was refused, or agreed to as what comes to be.
        if !stands {
            assert!(webhook && ended.end == End::Code(5), "nobody can have known it: {words}");
            assert!(ended.stdout.contains("the server would make something else "), "{words}");
            assert_eq!(stage.differences(&before).await, [""; 0], "{words}");
            return;
        }
        let (plan, outcome) = ended.stdout.split_once("\nunknown ").unwrap_or((&ended.stdout, ""));
        let value = instead.trim_matches('"');
        let was_shown = plan.contains(&format!("\"value\":{instead}"));
        assert!(was_shown || outcome.contains(value), "{words}");
        assert!(!was_shown || webhook, "nobody can have known it: {words}");
        assert_eq!(ended.end, if was_shown { End::Code(0) } else { End::Code(4) }, "{words}");
        assert_eq!(stage.in_effect(&home).await, 1, "{words}");
        stage.place.clamp(None, webhook);
        stage.ends_well(&home, &before, &words).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s26_what_a_webhook_turns_into_another_value_is_in_doubt_and_can_be_put_back() {
    turned_into_another_value(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s26_what_a_controller_turns_into_another_value_is_in_doubt_and_can_be_put_back() {
    turned_into_another_value(false).await;
}
