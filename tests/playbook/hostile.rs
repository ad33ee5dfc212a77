//! Hostile files: answered with words, never with a panic, and never with a control character.

use proptest::prelude::*;
use stampede::playbook::{Fixture, parse};

use super::{bad, with_keys, with_steps};

const EVERYTHING: &str = include_str!("everything.yaml");

#[test]
fn a_large_file_is_refused_before_it_is_parsed() {
    let invalid = bad(&"#".repeat(1_000_001));
    assert_eq!(
        (invalid.report.as_str(), invalid.mistakes.len()),
        ("cannot read p.yaml: it is larger than 1 MB", 0)
    );
}

#[test]
fn what_is_not_utf_8_is_refused_with_its_line() {
    let bytes = [b"version: 1\n# caf".as_slice(), &[0xe9, b'\n']].concat();
    let invalid = parse("p.yaml", bytes).unwrap_err();
    assert_eq!(invalid.report, "cannot read p.yaml: it is not UTF-8 text (line 2)");
}

#[test]
fn bombs_end_early() {
    let aliases = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
    assert!(bad(aliases).report.contains("anchors and aliases"), "{}", bad(aliases).report);
    for (depth, words) in [(40, "nested too deeply"), (5_000, "recursion limit exceeded")] {
        let deep = format!("version: 1\nphases: {}{}\n", "[".repeat(depth), "]".repeat(depth));
        assert!(bad(&deep).report.contains(words), "{}", bad(&deep).report);
    }
    let deep =
        with_keys(&format!("with: {{ value: 1 }}\nwhen: '{}cache.up{}'", "(".repeat(300), ")".repeat(300)));
    assert_eq!(bad(&deep).mistakes.len(), 1);
    let not = with_keys(&format!("with: {{ value: 1 }}\nwhen: '{}cache.up'", "!(".repeat(300)));
    assert_eq!(bad(&not).mistakes.len(), 1);
    let long = with_keys(&format!("with: {{ value: 1 }}\nwhen: cache.up{}", " && cache.up".repeat(2_000)));
    assert!(bad(&long).mistakes[0].message.contains("longer than 1000"), "{:?}", bad(&long).mistakes);
}

/// A file under 1 MB can still hold more than anybody reads: reading ends early, and says so.
#[test]
fn a_file_with_more_than_anybody_reads_ends_early() {
    let step =
        |n: usize| format!("- {{ id: a{n}, action: redis.maxclients, with: {{ value: {} }} }}\n", n + 1);
    let steps = |count: usize| with_steps(&(0..count).map(step).collect::<String>());
    assert!(parse("p.yaml", steps(200).into_bytes()).is_ok());
    for (source, words) in [
        (steps(201), "more than 200 steps"),
        (steps(5_000), "more than 20000 values"),
        ("a: 1\n".repeat(1_000), "too many mistakes"),
        (format!("inputs:\n{}", "  ? a\n".repeat(1_000)), "too many mistakes"),
    ] {
        let invalid = bad(&source);
        assert!(invalid.mistakes.len() <= 201, "{}", invalid.mistakes.len());
        let told = invalid.mistakes.iter().any(|mistake| mistake.message.contains(words));
        assert!(told, "{words}: {:?}", invalid.mistakes.last());
    }
    let keys: String = (0..5_000).map(|n| format!("key{n}: 1\n")).collect();
    assert!((200..=201).contains(&bad(&keys).mistakes.len()));
}

/// S30: names and values of the file are data.
#[test]
fn control_characters_are_shown_for_what_they_are() {
    for source in [
        "\"a\\e[31mb\": 1\n".to_owned(),
        "version: 1\nname: \"p\\e[2J\"\nsummary: s\nphases: {}\n".into(),
        with_steps("- id: a\n  action: \"redis.\\e[31m\""),
        with_keys("with: { value: 5 }\nwatch: { metric: \"\\e[31m\", worse_by: 2, for: 5s }"),
        with_keys("with: { value: 5 }\nconfirm: \"\\e[31m\"\ntarget: \"\\e[31m\""),
        format!(
            "{}test: [{{ name: c, observations: o, expect: {{ steps: [\"\\e[31m\"] }} }}]\n",
            with_keys("with: { value: 5 }")
        ),
        with_keys("with: { \"val\\e[31mue\": 5 }"),
        with_keys("with: { value: 5 }\n\"x\\u202ey\": 1"),
        with_keys("with: { value: 5 }\nwhen: \"facts.a\u{202e}b == '\\e[31m'\""),
        with_keys("with: { value: \"${a\\e[31m}\" }"),
        "version: 1\nname: p\nsummary: s\nphases: {}\nfacts: { \"\\e[31m\": { why: x } }\n".into(),
    ] {
        let invalid = bad(&source);
        let mut shown = invalid.report.clone();
        shown.extend(invalid.mistakes.iter().map(|mistake| mistake.message.as_str()));
        let control = shown.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(control, None, "{source:?}\n{shown:?}");
    }
}

#[test]
fn many_mistakes_are_all_told() {
    let keys: String = (0..50).map(|n| format!("key{n}: 1\n")).collect();
    let invalid = bad(&format!("version: 1\nname: p\nsummary: s\nphases: {{}}\n{keys}"));
    assert_eq!(invalid.mistakes.len(), 50);
    assert_eq!(invalid.report.matches("p.yaml:").count(), 50);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any bytes at all are answered, not panicked at.
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        _ = parse("p.yaml", bytes);
    }

    /// A good playbook damaged at random is answered too, with a place inside the file for everything that is wrong.
    #[test]
    fn any_damage_is_answered(
        at in 0..EVERYTHING.len(), cut in 0usize..40, put in "[-{}\\[\\]:,#&*!|>'\"%@`$\\n\t a-z0-9é&=<>.()]{0,6}",
    ) {
        let (mut at, mut end) = (at, (at + cut).min(EVERYTHING.len()));
        while !EVERYTHING.is_char_boundary(at) { at -= 1 }
        while !EVERYTHING.is_char_boundary(end) { end -= 1 }
        let source = format!("{}{put}{}", &EVERYTHING[..at], &EVERYTHING[end.max(at)..]);
        if let Err(invalid) = parse("p.yaml", source.clone().into_bytes()) {
            prop_assert!(!invalid.report.is_empty());
            for mistake in &invalid.mistakes {
                let line = source.split('\n').nth(mistake.line - 1);
                prop_assert!(line.is_some_and(|line| mistake.column <= line.chars().count() + 1), "{mistake:?}\n{source}");
            }
        }
    }

    /// The same for conditions alone.
    #[test]
    fn any_condition_is_answered(
        text in "(cache\\.up|cache\\.keys|pattern|'hot_key'|facts\\.lock_dialect|[0-9.eux]{1,4}|&&|\\|\\||!|==|in|<|[()\\[\\].,? é%$\"'`-]){0,24}",
    ) {
        let quoted = text.replace('\'', "''");
        _ = parse("p.yaml", with_keys(&format!("with: {{ value: 1 }}\nwhen: '{quoted}'")).into_bytes());
    }

    /// And for observations.
    #[test]
    fn any_fixture_is_answered(text in "([{}\\[\\]:,]|\"targets\"|\"name\"|\"metrics\"|\"cache\\.keys\"|null|1e999|-1|\"x\"){0,40}") {
        _ = Fixture::parse(&text);
    }
}
