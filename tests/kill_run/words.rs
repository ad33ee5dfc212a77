//! What `status` says of each step, against what is different in the world.

use serde_json::Value;

/// The one difference that each action of the playbook makes, by the beginning of its lines.
const OURS: [(&str, &[&str]); 14] = [
    ("redis.maxclients", &["redis setting maxclients:"]),
    ("redis.maxmemory", &["redis setting maxmemory:"]),
    ("redis.freeze", &["redis key \"page:"]),
    ("redis.timeout", &["redis setting timeout:"]),
    ("redis.flag", &["redis key \"app:breaker\""]),
    ("redis.lock", &["redis key \"lock:page:"]),
    ("mysql.max-connections", &["maria setting max_connections:"]),
    ("mysql.user-limit", &["maria account app@"]),
    ("mysql.read-only", &["maria setting read_only:"]),
    ("postgres.connection-limit", &["pg role app rolconnlimit:"]),
    (
        "postgres.read-only",
        &["pg setting default_transaction_read_only ", "pg setting transaction_read_only ", "pg file "],
    ),
    ("redis.stagger", &["redis key \"user:"]),
    ("redis.ttl", &["redis key \"item:"]),
    ("redis.ramp", &["redis key \"app:traffic\""]),
];

/// What came of comparing.
#[derive(Default)]
pub struct Judged {
    /// How many steps something was said about.
    pub words: usize,
    /// How many it says are in effect; none: it does not say.
    pub in_effect: Option<usize>,
    /// Whether the end of one is not known.
    pub in_doubt: bool,
    pub untrue: Vec<String>,
}

/// `was`, `is`: what is different in the world, before and after it was asked. A word is untrue when it was so at neither.
pub fn judge(status: &str, was: &[String], is: &[String]) -> Judged {
    let Ok(status) = serde_json::from_str::<Value>(status) else {
        return Judged { untrue: vec!["status is no document".into()], ..Judged::default() };
    };
    let steps = status["steps"].as_array().cloned().unwrap_or_default();
    let number = status["in_effect"].as_u64().and_then(|number| usize::try_from(number).ok());
    let mut judged = Judged { words: steps.len(), in_effect: number, ..Judged::default() };
    let in_effect: Vec<&Value> = steps.iter().filter(|step| step["in_effect"] == true).collect();
    if judged.in_effect != Some(in_effect.len()) {
        judged.untrue.push(format!("{} are in effect, it counts {:?}", in_effect.len(), judged.in_effect));
    }
    // Nothing of ours is there that it does not name.
    for line in was.iter().filter(|line| is.contains(line)) {
        let whose = OURS.iter().find(|(_, lines)| lines.iter().any(|begin| line.starts_with(begin)));
        let named = whose.is_some_and(|(action, _)| in_effect.iter().any(|step| step["action"] == *action));
        if !named {
            judged.untrue.push(format!("not named: {line}"));
        }
    }
    for step in &in_effect {
        let action = step["action"].as_str().unwrap_or_default();
        let lines = OURS.iter().find(|(name, _)| *name == action).map_or(&[][..], |(_, lines)| lines);
        let there =
            |world: &[String]| world.iter().any(|line| lines.iter().any(|begin| line.starts_with(begin)));
        // Of a second run: what was there before it is what the first one has set.
        let on_another = in_effect.iter().filter(|other| other["action"] == *action).count() > 1;
        let (ours, none) = (there(was) || there(is), on_another || !there(was) || !there(is));
        let say = |untrue: &str| format!("{}: {untrue}: {step}", step["step"]);
        match (step["state"].as_str().unwrap_or_default(), step["now"].as_str()) {
            ("in_effect", None) if ours => {}
            ("acting" | "in_doubt" | "undoing", Some(now)) => {
                judged.in_doubt = true;
                let shows = |words| now.contains(words);
                // Nobody but us writes here, and all three servers answer.
                // Batches may differ: one is put back, of the next some keys are.
                let some = shows("shows what we had set") || shows(" have our expiry");
                let all_before = shows("shows what was there before") && !some;
                let nothing = now.starts_with("nothing was written");
                let right = match now.split("; what was sent").next().unwrap_or_default() {
                    it if it.contains("cannot be asked") || it.is_empty() => false,
                    _ if all_before || nothing => none,
                    _ if shows("shows what we had set") => ours,
                    // So many of its keys.
                    it => it.contains(" keys") && ours,
                };
                if !right {
                    judged.untrue.push(say("not what is there now"));
                }
            }
            _ => judged.untrue.push(say("not so")),
        }
    }
    judged
}

#[test]
fn a_batch_that_is_put_back_beside_one_that_is_in_part_is_no_word_that_all_is_as_before() {
    let now = "r shows 285 of 712 keys have our expiry, 427 the one of before, 0 another one; r shows what was there \
               before; what was sent may still arrive";
    let step = serde_json::json!({"step": "f", "action": "redis.freeze", "state": "undoing", "in_effect": true, "now": now});
    let status = serde_json::json!({"steps": [step], "in_effect": 1}).to_string();
    let there = ["redis key \"page:1\": later".to_owned()];
    assert!(judge(&status, &there, &there).untrue.is_empty(), "it says so");
    assert_eq!(judge(&status, &[], &[]).untrue.len(), 1, "nothing of ours is there");
}
