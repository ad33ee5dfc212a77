//! The JSON Schema that editors get agrees with what the program reads.

use stampede::drill::scenario::{schema, shipped};

use super::{HEAD, TROUBLE, good, happens, read, with};

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// A YAML document as an editor sees it.
fn seen(yaml: &str) -> serde_json::Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{yaml}\n{error}"))
}

#[test]
fn good_scenarios_validate() {
    let validator = validator();
    let mut good_ones: Vec<String> = shipped().iter().map(|shipped| shipped.source.to_owned()).collect();
    good_ones.push(include_str!("everything.yaml").into());
    good_ones.push(with(""));
    for yaml in &good_ones {
        let errors: Vec<_> = validator.iter_errors(&seen(yaml)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{yaml}: {errors:?}");
        good(yaml);
    }
}

#[test]
fn mistakes_are_found_by_the_schema_too() {
    let mut bad: Vec<String> = [
        "troubel: []",
        "compressed: 0.5",
        "leave_alone: perhaps",
        "application: { servers: 64 }",
        "application: { servers: '4' }",
        "application: { server: 4 }",
        "application: { timeout: 10 }",
        "application: { retries: { pause: 1s } }",
        "application: { on_cache_error: databse }",
        "application: { protection: [locks] }",
        "pages: { count: 1000000 }",
        "pages: { alpha: 1.2 }",
        "pages: { hot: { cost: 1s } }",
        "pages: { hot: { share: 70 } }",
        "pages: { hot: { share: half } }",
        "cost: { copies: 0.5 }",
        "users: { rate: 600 }",
        "users: { rate: often }",
        "users: { group: 5 }",
        "users: { arrivals: crowds }",
    ]
    .map(with)
    .into();
    bad.extend(
        [
            "{ what: explode }",
            "{ at: 5s }",
            "expire",
            "{ what: expire, shre: 50% }",
            "{ what: expire, at: 5 }",
            "{ what: surge }",
            "{ what: surge, times: 1 }",
            "{ what: shorten_ttl, to: 5 }",
            "{ what: absent }",
            "{ what: deploy, share: 5% }",
        ]
        .map(|item| happens("application: { memory: 5s }", item)),
    );
    bad.push(format!("{HEAD}trouble: []\n"));
    bad.push(HEAD.to_owned());
    bad.push(format!("{}{TROUBLE}", HEAD.replace("classic_expiry", "classic")));
    bad.push(format!("{}{TROUBLE}", HEAD.replace("version: 1", "version: 2")));
    bad.push(format!("{HEAD}{TROUBLE}surprises: [{{ what: set, setting: dir, value: /etc }}]\n"));
    let validator = validator();
    for yaml in &bad {
        assert!(!validator.is_valid(&seen(yaml)), "the schema lets pass:\n{yaml}");
        assert!(read(yaml).is_err(), "the program lets pass:\n{yaml}");
    }
}

#[test]
fn the_schema_describes_every_key_and_names_its_draft() {
    fn bare(schema: &serde_json::Value, path: &str, out: &mut Vec<String>) {
        if let Some(properties) = schema.get("properties").and_then(|properties| properties.as_object())
            && !path.contains("dependentSchemas")
        {
            let missing = properties.iter().filter(|(_, property)| property.get("description").is_none());
            out.extend(missing.map(|(name, _)| format!("{path}/{name}")));
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
