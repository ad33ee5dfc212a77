//! The JSON Schema that editors get agrees with what the program reads.

use super::Machine;

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&stampede::config::schema()).unwrap()
}

/// A YAML document as an editor sees it.
fn parse(yaml: &str) -> serde_json::Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"))
}

#[test]
fn good_and_bad_documents_are_told_apart_as_the_program_does() {
    let validator = validator();
    let machine = || Machine::new().set("PORT", "33062").set("PW", "pw").set("REDIS_URL", "redis://h");
    for good in [
        "version: 1\n",
        "targets: { c: { redis: h } }\n",
        "targets: { c: { redis: [a, b], password: 12345, database: 3, tls: true } }\n",
        "targets: { c: { redis: { sentinels: [a], service: m }, sentinel_user: x } }\n",
        "targets: { d: { mysql: h, user: u, admin_port: \"${PORT}\", tls: { insecure: true } } }\n",
        "targets: { p: { postgres: \"postgres://u@h/d\", tls: { server_name: x } } }\n",
        "targets: { l: { logs: \"-\" }, m: { logs: [a], patterns: { p: { any_of: [x], ignore_case: false } } } }\n",
        "targets: { s: { http: \"https://h\" } }\n",
        "thresholds: { hit_ratio_warn: 0.9 }\nfacts: { on_cache_error: stale, tolerates_read_only: true }\n",
        "facts: { expiry_lives_in: value, cache_topology: ring, lock_dialect: none }\n",
        "rebuild: { http: \"http://h/{key}\", method: POST, timeout: 1m }\n",
        "rebuild: { command: [warm, \"--\", \"{key}\"] }\nflags: { breaker: { key: k, value: 1 } }\n",
    ] {
        let errors: Vec<_> = validator.iter_errors(&parse(good)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{good}: {errors:?}");
        machine().yaml(good).settings();
    }
    for bad in [
        "version: 2\n",
        "target: {}\n",
        "targets: { Cache: { redis: h } }\n",
        "targets: { c: {} }\n",
        "targets: { c: { redis: h, pasword: x } }\n",
        "targets: { c: { redis: h, admin_port: 1 } }\n",
        "targets: { c: { redis: h, mysql: h } }\n",
        "targets: { c: { redis: { sentinels: [a] } } }\n",
        "targets: { d: { mysql: h, admin_port: 70000 } }\n",
        "targets: { d: { mysql: h, admin_port: \"3306\" } }\n",
        "targets: { d: { mysql: h, tls: \"on\" } }\n",
        "targets: { l: { logs: { a: b } } }\n",
        "targets: { l: { logs: a, patterns: { p: { ignore_case: true } } } }\n",
        "thresholds: { hit_ratio_wran: 0.9 }\n",
        "thresholds: { hit_ratio_warn: 95% }\n",
        "thresholds: { hit_ratio_warn: 95 }\n",
        "facts: { on_cache_error: maybe }\n",
        "facts: { tolerates_read_only: \"yes\" }\n",
        "rebuild: {}\n",
        "rebuild: { http: \"http://h/{key}\", command: [warm, \"{key}\"] }\n",
        "rebuild: { http: \"http://h/{key}\", method: PUT }\n",
        "rebuild: { command: \"warm {key}\" }\n",
        "flags: { Breaker: { key: k, value: v } }\n",
        "flags: { breaker: { key: k } }\n",
        "[1]\n",
    ] {
        assert!(!validator.is_valid(&parse(bad)), "the schema lets pass: {bad}");
        machine().yaml(bad).error();
    }
}

#[test]
fn the_printed_schema_is_json_and_names_its_draft() {
    let text = format!("{:#}\n", stampede::config::schema());
    let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["targets"]["description"].is_string());
}

const DOCUMENT: &str = include_str!("../../docs/configuration.md");

#[test]
fn the_example_in_the_documentation_loads_and_validates() {
    let (_, rest) = DOCUMENT.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    assert!(validator().is_valid(&parse(example)));
    let settings = Machine::new()
        .set("CACHE_PASSWORD", "a")
        .set("PGPW", "b")
        .set("CDN_AUTHORIZATION", "Bearer d")
        .file("work/secrets/db", "c")
        .yaml(example)
        .settings();
    assert_eq!(settings.targets.len(), 12);
    assert_eq!(settings.sources.len(), 1, "the example gives cause for no remark: {:?}", settings.sources);
}

#[test]
fn the_documentation_names_every_key() {
    fn keys(schema: &serde_json::Value, out: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(map) => {
                if let Some(properties) = map.get("properties").and_then(|value| value.as_object()) {
                    out.extend(properties.keys().cloned());
                }
                map.values().for_each(|value| keys(value, out));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| keys(value, out)),
            _ => {}
        }
    }
    let mut names = Vec::new();
    keys(&stampede::config::schema(), &mut names);
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let named = DOCUMENT.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
        assert!(named, "docs/configuration.md does not name `{name}`");
    }
}
