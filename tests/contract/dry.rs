//! S9: a dry run cannot write, and neither does a question that nobody answers.

use serde_json::Value;

use super::{Stage, on_every_action};
use crate::support::binary::End;

#[tokio::test(flavor = "multi_thread")]
async fn s9_no_mutating_command_crosses_the_wire_in_a_dry_run() {
    on_every_action(|scene| async move {
        let stage = Stage::set(scene).await;
        let before = stage.world().await;
        let all_yes = ["--dry-run", "--yes", "--confirm", stage.place.name()];
        for (more, code) in [(&["--dry-run"][..], 0), (&all_yes, 0), (&[], 6)] {
            let mut args = stage.words();
            args.extend(more);
            let home = stage.home();
            let ended = stage.run(&home, &args, None).await;
            let words = format!("{args:?}: {}{}", ended.stdout, ended.stderr);
            assert_eq!(ended.end, End::Code(code), "{words}");
            assert!(ended.stdout.contains("plan: "), "no plan was shown: {words}");
            let seen: Vec<String> = stage.proxy.seen().iter().map(ToString::to_string).collect();
            assert!(!seen.is_empty(), "nothing crossed: the test sees too little");
            assert_eq!(stage.proxy.writes(), 0, "{words}\n{}", seen.join("\n"));
            assert!(!home.state().join("stampede/incidents").exists(), "a journal was opened: {words}");
        }
        assert!(stage.differences(&before).await.is_empty());
    })
    .await;
}

/// What is shown is what is sent: every write that crosses the wire was in the plan, word for word. What is approved as a rule is sent to
/// whoever matches by then: of that the plan shows the form.
#[tokio::test(flavor = "multi_thread")]
async fn s9_what_was_shown_is_what_is_sent() {
    on_every_action(|scene| async move {
        let stage = Stage::set(scene).await;
        let home = stage.home();
        let world = stage.world().await;
        let ended = stage.act(&home, None).await;
        assert_eq!(ended.end, End::Code(0), "{}{}", ended.stdout, ended.stderr);
        // Lines are wrapped where they are shown, and quotes differ.
        let plain = |text: &str| text.replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = plain(&ended.stdout);
        for seen in stage.proxy.seen().iter().filter(|seen| seen.mutating) {
            if let [body, method, path] = &seen.words()[..]
                && method == "PUT"
            {
                whole(&ended.stdout, body, world.document(path.trim_start_matches("/v1")));
                continue;
            }
            let first = plain(&seen.words().iter().take(2).cloned().collect::<Vec<_>>().join(" "));
            // A statement, or a patch, is its first word. A patch tests beside what is shown the version of that moment.
            let mut verb = plain(&without_version(&seen.words()[0]));
            if scene.kills() {
                verb.truncate(verb.find(|c: char| c.is_ascii_digit()).unwrap_or(verb.len()));
                assert!(!verb.is_empty(), "{seen} has no form");
            }
            assert!(
                shown.contains(&first) || shown.contains(&verb),
                "{seen} was not shown in {}",
                ended.stdout
            );
        }
    })
    .await;
}

/// A resource that is sent as a whole may hold what is nobody's business: what is shown is the filter that changes it, and the
/// rest is as it was.
fn whole(shown: &str, sent: &str, mut before: Value) {
    let (_, rest) = shown.split_once(" | jq '").expect("the filter is shown");
    let (filter, _) = rest.split_once("' | curl -X PUT ").expect("what is done with it is shown");
    for step in filter.split(" | ") {
        let (verb, given) = step.strip_suffix(')').and_then(|step| step.split_once('(')).expect("a step");
        match verb {
            "delpaths" => {
                let paths: Vec<[String; 1]> = serde_json::from_str(given).unwrap();
                let fields = before.as_object_mut().unwrap();
                paths.iter().for_each(|[name]| assert!(fields.remove(name).is_some(), "{name}"));
            }
            "setpath" => {
                let (path, value) = given.split_once("; ").expect("a field and its value");
                let [name] = serde_json::from_str::<[String; 1]>(path).unwrap();
                before[name] = serde_json::from_str(value).unwrap();
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(serde_json::from_str::<Value>(sent).unwrap(), before, "{shown}");
}

fn without_version(patch: &str) -> String {
    let Ok(serde_json::Value::Array(mut operations)) = serde_json::from_str(patch) else {
        return patch.to_owned();
    };
    operations.retain(|one| one["op"] != "test" || one["path"] != "/metadata/resourceVersion");
    serde_json::Value::Array(operations).to_string()
}
