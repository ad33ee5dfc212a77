//! docs/playbook-format.md: its examples are good, its tables complete.

use stampede::playbook::{Condition, parse, schema};

const DOCUMENT: &str = include_str!("../../docs/playbook-format.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    DOCUMENT.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_examples_are_good() {
    let blocks = blocks("yaml");
    assert!(blocks.len() >= 2, "{}", blocks.len());
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for block in blocks {
        if let Err(invalid) = parse("docs/playbook-format.md", block.into()) {
            panic!("{}", invalid.report);
        }
        let seen: serde_json::Value = serde_saphyr::from_str(block).unwrap();
        assert!(validator.is_valid(&seen), "{block}");
    }
}

#[test]
fn the_conditions_are_good() {
    let conditions = blocks("cel");
    let lines: Vec<&str> = conditions.iter().flat_map(|block| block.lines()).collect();
    assert!(lines.len() >= 5, "{lines:?}");
    for line in lines {
        let condition: Condition = super::conditions::condition(line.split(" //").next().unwrap().trim());
        assert!(!condition.source().is_empty());
    }
}

#[test]
fn every_key_is_described() {
    fn keys(schema: &serde_json::Value, out: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(map) => {
                if let Some(properties) = map.get("properties").and_then(|value| value.as_object()) {
                    out.extend(properties.keys().cloned());
                }
                map.iter().filter(|(key, _)| *key != "allOf").for_each(|(_, value)| keys(value, out));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| keys(value, out)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    keys(&schema(), &mut names);
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(
            DOCUMENT.contains(&format!("`{name}`")),
            "docs/playbook-format.md does not describe `{name}`"
        );
    }
}
