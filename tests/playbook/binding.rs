//! `--set`: inputs are typed, checked against what they end up in, and everything that is wrong is told at once.

use std::time::Duration;

use stampede::action::field::Value;
use stampede::error::FailureKind;
use stampede::playbook::{Bound, Playbook, Words};

use super::good;

fn everything() -> Playbook {
    good(include_str!("everything.yaml"))
}

fn bind(set: &[(&str, &str)]) -> Result<Bound, String> {
    let set: Vec<_> = set.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    everything().bind(&set).map_err(|failure| {
        assert_eq!(failure.kind, FailureKind::Usage);
        failure.message
    })
}

fn step<'b>(bound: &'b Bound, id: &str) -> &'b stampede::playbook::Step {
    bound.stages.iter().flat_map(|stage| &stage.steps).find(|step| step.id == id).unwrap()
}

#[test]
fn references_take_the_type_of_their_input() {
    let bound = bind(&[("who", "shop"), ("clients", "6000"), ("idle", "2m")]).unwrap();
    assert_eq!(step(&bound, "raise").with.get("value"), Some(&Value::Whole(6_000)));
    assert_eq!(step(&bound, "idle").with.get("value"), Some(&Value::Duration(Duration::from_secs(120))));
    assert_eq!(
        step(&bound, "close").with.text("of"),
        Some("app-shop"),
        "a default that refers to another input"
    );
    assert_eq!(bound.inputs["base"], Words::One("4000".into()));
    let defaults = bind(&[("who", "shop")]).unwrap();
    assert_eq!(
        step(&defaults, "raise").with.get("value"),
        Some(&Value::Whole(4_000)),
        "a default of a default"
    );
    let both = bind(&[("who", "shop"), ("base", "7000")]).unwrap();
    assert_eq!(step(&both, "raise").with.get("value"), Some(&Value::Whole(7_000)));
}

#[test]
fn what_is_wrong_with_inputs_is_told_at_once() {
    let error = bind(&[("cleints", "1"), ("idle", "30"), ("base", "many"), ("base", "2")]).unwrap_err();
    insta::assert_snapshot!(error, @r##"
    there is no input cleints; did you mean clients?
    idle: a time needs its unit: 30s or 30m
    base: expected a whole number, 0 or more
    base is set twice
    who must be set: --set who=… (whose connections are closed)
    "##);
    let error = bind(&[("who", "x"), ("clients", "0")]).unwrap_err();
    assert_eq!(error, "step raise: value: expected a number from 1 to 1000000");
    let error = bind(&[("who", "x"), ("idle", "1500ms")]).unwrap_err();
    assert_eq!(error, "step idle: value: expected whole seconds: the server counts in them");
}

/// S30: what is set is data.
#[test]
fn a_hostile_value_is_escaped_in_errors_and_never_structure() {
    let error = bind(&[("who", "x"), ("\x1b[2J", "1")]).unwrap_err();
    assert!(!error.contains('\x1b'), "{error:?}");
    let bound = bind(&[("who", "${clients} }\n evil: 1")]).unwrap();
    assert_eq!(
        step(&bound, "close").with.text("of"),
        Some("app-${clients} }\n evil: 1"),
        "it is not read again"
    );
}

/// The journal and the report quote the hash.
#[test]
fn the_hash_is_that_of_the_bytes() {
    let source = include_str!("everything.yaml");
    let (one, other) = (good(source), good(&format!("{source}# a comment\n")));
    assert_eq!(one.hash, stampede::digest::sha256(source.as_bytes()));
    assert_ne!(one.hash, other.hash);
}
