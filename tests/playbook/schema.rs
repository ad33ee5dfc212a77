//! The JSON Schema that editors get agrees with what the program reads.

use stampede::playbook::{SHIPPED, parse, schema, skeleton};

use super::{with_keys, with_steps};

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// A YAML document as an editor sees it.
fn seen(yaml: &str) -> serde_json::Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"))
}

#[test]
fn good_playbooks_validate() {
    let validator = validator();
    let mut good: Vec<String> = SHIPPED.iter().map(|shipped| shipped.source.to_owned()).collect();
    good.push(include_str!("everything.yaml").into());
    good.push(skeleton("mine").unwrap());
    good.push(with_keys("with: { value: 5000 }"));
    for yaml in &good {
        let errors: Vec<_> = validator.iter_errors(&seen(yaml)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{yaml}: {errors:?}");
        assert!(parse("p.yaml", yaml.clone().into_bytes()).is_ok(), "{yaml}");
    }
}

#[test]
fn mistakes_are_found_by_the_schema_too() {
    let validator = validator();
    let value = "with: { value: 5000 }\n";
    let mut bad: Vec<String> = [
        "whne: cache.up",
        "confirm: ask",
        "undo: never",
        "on_failure: retry",
        "timeout: 20",
        "timeout: '20'",
        "target: A B",
        "irreversible_because: so",
        "watch: { metric: database.running, worse_by: 0.8, for: 15s }",
        "watch: { metric: database.running, worse_by: 20%, for: 15s }",
        "watch: { metric: database.running, worse_by: 1.2, for: 15 }",
        "watch: { metric: database.running, worse_by: 1.2 }",
        "watch: { metric: cache.hit_ratio, worse_by: 1.2, for: 15s }",
        "when:",
    ]
    .map(|line| with_keys(&format!("{value}{line}")))
    .into();
    bad.extend(
        ["with: { value: '5000' }", "with: { value: 0 }", "with: { value: 5000, vlaue: 5000 }", "with: 5"]
            .map(with_keys),
    );
    bad.extend(
        [
            "- id: a\n  action: redis.maxclient\n  with: { value: 5 }",
            "- id: a\n  action: mysql.user-limit\n  with: { account: shop }",
            "- id: a\n  action: mysql.user-limit\n  why: x",
            "- id: a\n  action: redis.timeout\n  with: { value: 30 }",
            "- id: A\n  action: redis.maxclients\n  with: { value: 5 }",
            "- action: redis.maxclients\n  with: { value: 5 }",
            "- id: a\n  action: kubernetes.scale\n  with: { workload: deployment/x }",
        ]
        .map(with_steps),
    );
    let head = "version: 1\nname: p\nsummary: s\n";
    bad.extend(
        [
            "phases: []\n",
            "phases: {}\nphase: {}\n",
            "phases: { brake: {} }\n",
            "phases: { detect: { budget: 30 } }\n",
            "phases: { recover: { stages: [{ id: a, until: 2 }] } }\n",
            "phases: {}\ninputs: { n: { type: integer, help: h } }\n",
            "phases: {}\ninputs: { n: { type: int } }\n",
            "phases: {}\nfacts: { lock_dialekt: { why: w } }\n",
            "phases: {}\nexpect: { targets: { redis: {} } }\n",
            "phases: {}\nexpect: { targets: { redis: { product: Reddis } } }\n",
            "phases: {}\ntest: [{ name: c, observations: o.json, expect: { level: okay, steps: [] } }]\n",
            "phases: {}\ntest: [{ name: c, observations: o.json, expect: { pattern: hotkey, steps: [] } }]\n",
            "phases: {}\ntest: [{ name: c, observations: o.json, expect: { level: ok } }]\n",
        ]
        .map(|rest| format!("{head}{rest}")),
    );
    bad.push("version: 2\nname: p\nsummary: s\nphases: {}\n".into());
    bad.push("version: 1\nsummary: s\nphases: {}\n".into());
    for yaml in &bad {
        assert!(!validator.is_valid(&seen(yaml)), "the schema lets pass:\n{yaml}");
        assert!(parse("p.yaml", yaml.clone().into_bytes()).is_err(), "the program lets pass:\n{yaml}");
    }
}

#[test]
fn the_schema_describes_every_key_and_names_its_draft() {
    fn bare(schema: &serde_json::Value, path: &str, out: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(|properties| properties.as_object()) {
            for (name, property) in properties {
                let in_if = path.contains("/if");
                if !in_if && property.get("description").is_none() && name != "with" && name != "action" {
                    out.push(format!("{path}/{name}"));
                }
            }
        }
        match schema {
            serde_json::Value::Object(map) => {
                map.iter().for_each(|(key, value)| bare(value, &format!("{path}/{key}"), out));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| bare(value, path, out)),
            _ => {}
        }
    }
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let mut missing = Vec::new();
    bare(&schema, "", &mut missing);
    assert!(missing.is_empty(), "{missing:?}");
}
