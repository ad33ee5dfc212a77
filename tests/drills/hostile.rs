//! Hostile files: answered with words, never with a panic, and never with a control character.

use proptest::prelude::*;

use super::{HEAD, TROUBLE, bad, happens, read, with};

const EVERYTHING: &str = include_str!("everything.yaml");

#[test]
fn a_file_that_is_none_is_refused() {
    assert_eq!(bad(&"#".repeat(1_000_001)).report, "cannot read d.yaml: it is larger than 1 MB");
    assert!(bad("").report.contains("this file is empty"));
    assert!(bad("a: &a [x]\nb: *a\n").report.contains("anchors and aliases"));
    assert!(
        bad(&format!("trouble: {}{}\n", "[".repeat(40), "]".repeat(40))).report.contains("nested too deeply")
    );
    let many = "{ what: expire }\n".repeat(51);
    assert!(bad(&happens("", &many)).report.contains("more than 50 happen"));
}

/// S30: names and values of the file are data.
#[test]
fn control_characters_are_shown_for_what_they_are() {
    let evil = "\"x\\e[31m\\u202ey\"";
    for source in [
        with(&format!("{evil}: 1")),
        format!("{HEAD}{TROUBLE}").replace("name: mine", &format!("name: {evil}")),
        format!("{HEAD}{TROUBLE}").replace("classic_expiry", evil),
        with(&format!("playbook: {evil}")),
        with(&format!("playbook: ./{}", evil.trim_matches('"'))),
        with(&format!("set: {{ {evil}: 1 }}")),
        with(&format!("set: {{ warm: {evil} }}")),
        with(&format!("users: {{ rate: {evil} }}")),
        with(&format!("application: {{ timeout: {evil}, on_cache_error: {evil} }}")),
        happens("", &format!("{{ what: {evil} }}")),
        happens("", &format!("{{ what: expire, {evil}: 1, share: {evil} }}")),
        format!("{HEAD}{TROUBLE}surprises: [{{ what: set, setting: {evil}, value: 1 }}]\n"),
        format!("{HEAD}{TROUBLE}surprises: [{{ what: set, setting: timeout, value: {evil} }}]\n"),
    ] {
        let invalid = bad(&source);
        let mut shown = invalid.report.clone();
        shown.extend(invalid.mistakes.iter().map(|mistake| mistake.message.as_str()));
        let control = shown.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(control, None, "{source:?}\n{shown:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// A good scenario damaged at random is answered, with a place inside the file for everything that is wrong; what is still good is
    /// bounded.
    #[test]
    fn any_damage_is_answered(
        at in 0..EVERYTHING.len(), cut in 0usize..40, put in "[-{}\\[\\]:,#&*!|>'\"%@`$\\n\t a-z0-9é&=<>.()]{0,6}",
    ) {
        let (mut at, mut end) = (at, (at + cut).min(EVERYTHING.len()));
        while !EVERYTHING.is_char_boundary(at) { at -= 1 }
        while !EVERYTHING.is_char_boundary(end) { end -= 1 }
        let source = format!("{}{put}{}", &EVERYTHING[..at], &EVERYTHING[end.max(at)..]);
        match read(&source) {
            Ok(scenario) => {
                let application = &scenario.application;
                prop_assert!(scenario.users.rate <= 20_000.0 && scenario.pages.count <= 100_000);
                prop_assert!(application.servers * application.database_pool <= 200);
                prop_assert!(!scenario.trouble.is_empty());
            }
            Err(invalid) => {
                prop_assert!(!invalid.report.is_empty());
                for mistake in &invalid.mistakes {
                    let line = source.split('\n').nth(mistake.line - 1);
                    prop_assert!(line.is_some_and(|line| mistake.column <= line.chars().count() + 1), "{mistake:?}\n{source}");
                }
            }
        }
    }
}
