//! Conditions: three-valued, worded with numbers, and CEL to the letter where everything is known.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use stampede::config::Facts;
use stampede::diagnosis::{Confidence, Level, Pattern, Signal, Verdict};
use stampede::observation::{Metric, Observation};
use stampede::playbook::{Condition, Measurement, Truth};

use super::{good, with_keys};

/// The condition that this text is.
pub fn condition(source: &str) -> Condition {
    let quoted = source.replace('\'', "''");
    let playbook = good(&with_keys(&format!("with: {{ value: 1 }}\nwhen: '{quoted}'")));
    playbook.steps().next().unwrap().when.clone().unwrap()
}

/// A verdict that judged nothing.
pub fn verdict() -> Verdict {
    Verdict {
        level: Level::Critical,
        pattern: Pattern::ClassicExpiry,
        stampede: Some(true),
        confidence: Confidence::High,
        headline: String::new(),
        signals: Vec::new(),
        evidence: Vec::new(),
        next: Vec::new(),
    }
}

/// A reading on a target; none is unknown.
fn reading(target: &str, metric: Metric, value: Option<f64>) -> Observation {
    let target: Arc<str> = target.into();
    match value {
        Some(value) => Observation::known(&target, metric, value),
        None => Observation::unknown(&target, metric, "timed out"),
    }
}

fn judge(source: &str, observations: &[Observation]) -> Truth {
    condition(source).judge(&Measurement::new(&verdict(), observations, &Facts::default()))
}

fn is_false(words: &str) -> Truth {
    Truth::False(words.into())
}

fn unknown(words: &str) -> Truth {
    Truth::Unknown(words.into())
}

#[test]
fn words_carry_the_numbers() {
    let seen = [reading("redis", Metric::CacheClientsRatio, Some(0.31))];
    assert_eq!(judge("cache.clients_ratio > 0.3", &seen), Truth::True);
    assert_eq!(
        judge("cache.clients_ratio > 0.8", &seen),
        is_false("cache.clients_ratio is 31 %, needs > 80 %")
    );
    assert_eq!(
        judge("0.8 < cache.clients_ratio", &seen),
        is_false("cache.clients_ratio is 31 %, needs > 80 %")
    );
    assert_eq!(
        judge("!(cache.clients_ratio <= 0.8)", &seen),
        is_false("cache.clients_ratio is 31 %, needs > 80 %")
    );
    assert_eq!(judge("cache.keys > 1", &seen), unknown("cache.keys is unknown (not measured), needs > 1"));
    let seen = [reading("redis", Metric::CacheClientsRatio, None)];
    assert_eq!(
        judge("cache.clients_ratio > 0.8", &seen),
        unknown("cache.clients_ratio is unknown (timed out), needs > 80 %")
    );
    assert_eq!(judge("pattern == 'hot_key'", &[]), is_false("pattern is classic_expiry, needs hot_key"));
    assert_eq!(judge("level in ['ok', 'warning']", &[]), is_false("level is critical, needs ok or warning"));
    assert_eq!(judge("!stampede", &[]), is_false("stampede is true, needs false"));
    assert_eq!(
        judge("facts.lock_dialect != 'none'", &[]),
        unknown("facts.lock_dialect is unknown: not configured (--fact lock_dialect=…)")
    );
}

/// A number that is not the border is not shown as the border.
#[test]
fn rounding_never_contradicts_the_answer() {
    let seen = [reading("redis", Metric::CacheHitRatio, Some(0.800_000_4))];
    assert_eq!(
        judge("cache.hit_ratio < 0.8", &seen),
        is_false("cache.hit_ratio is 80.00004 %, needs < 80 %")
    );
    let seen = [reading("redis", Metric::CacheHitRatio, Some(0.912_345_6))];
    assert_eq!(judge("cache.hit_ratio < 0.8", &seen), is_false("cache.hit_ratio is 91.2 %, needs < 80 %"));
}

#[test]
fn what_is_unknown_is_unknown_unless_the_rest_decides() {
    let (yes, no, what) = ("cache.up", "!cache.up", "cache.keys > 1");
    let seen = [reading("redis", Metric::CacheUp, Some(1.0)), reading("redis", Metric::CacheKeys, None)];
    let of = |source: String| match judge(&source, &seen) {
        Truth::True => 't',
        Truth::False(_) => 'f',
        Truth::Unknown(_) => 'u',
    };
    for (left, right, and, or) in [
        (yes, what, 'u', 't'),
        (no, what, 'f', 'u'),
        (what, yes, 'u', 't'),
        (what, no, 'f', 'u'),
        (what, "cache.memory > 1", 'u', 'u'),
        (yes, "database.up || cache.up", 't', 't'),
        (no, "!cache.up || false", 'f', 'f'),
    ] {
        assert_eq!(of(format!("{left} && ({right})")), and, "{left} && {right}");
        assert_eq!(of(format!("{left} || ({right})")), or, "{left} || {right}");
    }
    assert_eq!(of(format!("!({what})")), 'u');
}

/// Of several targets the worst decides, and is named; one that is unknown may be worse than all that are known.
#[test]
fn of_several_targets_the_worst_decides() {
    let ratio = |name, value| reading(name, Metric::CacheHitRatio, value);
    let clients = |name, value| reading(name, Metric::CacheClientsRatio, value);
    let both =
        [ratio("a", Some(0.9)), ratio("b", Some(0.5)), clients("a", Some(0.9)), clients("b", Some(0.5))];
    assert_eq!(judge("cache.hit_ratio < 0.8", &both), Truth::True);
    assert_eq!(judge("cache.hit_ratio > 0.8", &both), is_false("cache.hit_ratio is 50 % on b, needs > 80 %"));
    assert_eq!(judge("cache.clients_ratio > 0.8", &both), Truth::True);
    assert_eq!(
        judge("cache.clients_ratio < 0.8", &both),
        is_false("cache.clients_ratio is 90 % on a, needs < 80 %")
    );
    let one = [clients("a", Some(0.9)), clients("b", None)];
    assert_eq!(judge("cache.clients_ratio > 0.8", &one), Truth::True, "b cannot make it better");
    assert_eq!(
        judge("cache.clients_ratio > 0.95", &one),
        unknown("cache.clients_ratio is 90 % on a, unknown on b (timed out), needs > 95 %")
    );
    let up = [reading("a", Metric::CacheUp, Some(1.0)), reading("b", Metric::CacheUp, Some(0.0))];
    assert_eq!(judge("cache.up", &up), is_false("cache.up is false on b, needs true"));
}

/// S1: what the verdict would not judge, a condition does not either.
#[test]
fn the_word_of_the_verdict_counts() {
    let mut verdict = verdict();
    let signal = |name: &str, value, level, basis: &str| Signal {
        name: name.into(),
        target: "redis".into(),
        value,
        level,
        warning: None,
        critical: None,
        basis: basis.into(),
    };
    verdict.signals = vec![
        signal("cache.hit_ratio", None, Level::Unknown, "12 lookups in the window, 500 are needed"),
        signal("database.queries_vs_baseline", None, Level::Critical, "120/s, usually 0/s"),
        signal("database.running_vs_baseline", Some(4.0), Level::Warning, ""),
    ];
    let seen = [reading("redis", Metric::CacheHitRatio, Some(0.1))];
    let measurement = Measurement::new(&verdict, &seen, &Facts::default());
    let judge = |source: &str| condition(source).judge(&measurement);
    assert_eq!(
        judge("cache.hit_ratio < 0.8"),
        unknown("cache.hit_ratio is unknown (12 lookups in the window, 500 are needed), needs < 80 %")
    );
    assert_eq!(judge("database.queries_vs_baseline >= 10"), Truth::True, "infinitely many times nothing");
    assert_eq!(
        judge("database.running_vs_baseline >= 10"),
        is_false("database.running_vs_baseline is 4 times the usual, needs >= 10 times the usual")
    );
}

#[test]
fn a_verdict_that_cannot_say_is_unknown_unless_that_is_asked() {
    let verdict = Verdict { pattern: Pattern::Unknown, level: Level::Unknown, stampede: None, ..verdict() };
    let measurement = Measurement::new(&verdict, &[], &Facts::default());
    let judge = |source: &str| condition(source).judge(&measurement);
    assert!(matches!(judge("pattern == 'hot_key'"), Truth::Unknown(_)));
    assert!(matches!(judge("pattern != 'healthy'"), Truth::Unknown(_)));
    assert!(matches!(judge("stampede"), Truth::Unknown(_)));
    assert_eq!(judge("pattern == 'unknown'"), Truth::True);
    assert_eq!(judge("level in ['unknown', 'critical']"), Truth::True);
    assert_eq!(judge("level != 'unknown'"), is_false("level is unknown, needs anything but unknown"));
}

#[test]
fn two_metrics_of_one_unit_can_be_compared() {
    let seen = |running: f64, connections: f64| {
        [
            reading("mysql", Metric::DatabaseRunning, Some(running)),
            reading("mysql", Metric::DatabaseConnections, Some(connections)),
        ]
    };
    let source = "database.running >= database.connections";
    assert_eq!(judge(source, &seen(5.0, 5.0)), Truth::True);
    assert_eq!(
        judge(source, &seen(4.0, 5.0)),
        is_false("database.running is 4, needs >= database.connections which is 5")
    );
}

const METRICS: [Metric; 4] =
    [Metric::CacheClients, Metric::CacheHitRatio, Metric::DatabaseRunning, Metric::CacheUp];

/// A condition over these metrics, the pattern and a fact.
fn conditions() -> impl Strategy<Value = String> {
    let comparison = |name: &'static str, most: u32, unit: f64| {
        ("(<|<=|>|>=|==|!=)", 0..=most)
            .prop_map(move |(sign, number)| format!("{name} {sign} {}", f64::from(number) * unit))
    };
    let leaf = prop_oneof![
        comparison("cache.clients", 4, 1.0),
        comparison("cache.hit_ratio", 4, 0.25),
        comparison("database.running", 4, 1.0),
        Just("cache.up".to_owned()),
        "cache\\.clients (<|==|!=|>=) database\\.running",
        "pattern (==|!=) '(hot_key|cold_cache)'",
        Just("pattern in ['hot_key', 'healthy']".to_owned()),
        "facts\\.on_cache_error (==|!=) '(stale|error)'",
        "(true|false)",
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), "(&&|\\|\\|)", inner)
                .prop_map(|(left, op, right)| format!("({left}) {op} ({right})")),
        ]
    })
}

/// What a world is like: values of the metrics, a pattern, a fact.
#[derive(Clone, Debug)]
struct World {
    numbers: [f64; 4],
    pattern: Pattern,
    fact: &'static str,
}

fn worlds() -> impl Strategy<Value = World> {
    let pattern = prop_oneof![Just(Pattern::HotKey), Just(Pattern::ColdCache), Just(Pattern::Healthy)];
    let fact = prop_oneof![Just("stale"), Just("error"), Just("database")];
    (0..5_u32, 0..5_u32, 0..5_u32, 0..2_u32, pattern, fact).prop_map(
        |(clients, ratio, running, up, pattern, fact)| World {
            numbers: [clients.into(), f64::from(ratio) * 0.25, running.into(), up.into()],
            pattern,
            fact,
        },
    )
}

impl World {
    /// As it is measured where only what `known` says is known.
    fn measured(&self, known: [bool; 6]) -> Measurement {
        let seen: Vec<Observation> = METRICS
            .iter()
            .zip(self.numbers)
            .zip(known)
            .map(|((metric, value), known)| reading("t", *metric, known.then_some(value)))
            .collect();
        let pattern = if known[4] { self.pattern } else { Pattern::Unknown };
        let mut facts = Facts::default();
        if known[5] {
            facts.set("on_cache_error", self.fact).unwrap();
        }
        Measurement::new(&Verdict { pattern, ..verdict() }, &seen, &facts)
    }

    /// What the CEL library makes of a condition here.
    fn by_cel(&self, source: &str) -> bool {
        let map = |pairs: &[(&str, cel::Value)]| -> HashMap<String, cel::Value> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        let [clients, ratio, running, up] = self.numbers;
        let mut context = cel::Context::default();
        let cache =
            [("clients", clients.into()), ("hit_ratio", ratio.into()), ("up", cel::Value::Bool(up > 0.0))];
        context.add_variable_from_value("cache", map(&cache));
        context.add_variable_from_value("database", map(&[("running", running.into())]));
        context.add_variable_from_value("facts", map(&[("on_cache_error", self.fact.into())]));
        context.add_variable_from_value("pattern", self.pattern.name());
        let value = cel::Program::compile(source).unwrap().execute(&context).unwrap();
        value == cel::Value::Bool(true)
    }
}

/// The condition, unless the loader refuses it because it has only one answer.
fn if_it_can_differ(source: &str) -> Option<Condition> {
    let quoted = source.replace('\'', "''");
    let source = with_keys(&format!("with: {{ value: 1 }}\nwhen: '{quoted}'"));
    match stampede::playbook::parse("p.yaml", source.into_bytes()) {
        Ok(playbook) => playbook.steps().next().unwrap().when.clone(),
        Err(invalid) => {
            let constant = |m: &stampede::playbook::Mistake| {
                m.message.contains("can never be true") || m.message.contains("always true")
            };
            assert!(invalid.mistakes.iter().all(constant), "{}", invalid.report);
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    /// Where everything is known, the answer is CEL's.
    #[test]
    fn what_is_known_is_judged_as_cel_does(source in conditions(), world in worlds()) {
        if let Some(condition) = if_it_can_differ(&source) {
            let truth = condition.judge(&world.measured([true; 6]));
            prop_assert!(!matches!(truth, Truth::Unknown(_)), "{source}: {truth:?}");
            prop_assert_eq!(truth == Truth::True, world.by_cel(&source), "{}: {:?}", source, world);
        }
    }

    /// An answer that is given while something is unknown holds whatever the unknown turns out to be.
    #[test]
    fn what_is_said_while_something_is_unknown_holds(
        source in conditions(), world in worlds(), known in any::<[bool; 6]>(), other in worlds(),
    ) {
        if let Some(condition) = if_it_can_differ(&source) {
            let early = condition.judge(&world.measured(known));
            // The same world, but for what was not known.
            let mut late = other;
            for (index, number) in late.numbers.iter_mut().enumerate() {
                if known[index] { *number = world.numbers[index] }
            }
            if known[4] { late.pattern = world.pattern }
            if known[5] { late.fact = world.fact }
            let late = condition.judge(&late.measured([true; 6]));
            match early {
                Truth::True => prop_assert_eq!(late, Truth::True, "{}", source),
                Truth::False(_) => prop_assert!(matches!(late, Truth::False(_)), "{source}: {late:?}"),
                Truth::Unknown(_) => {}
            }
        }
    }

    /// A condition that is refused because it has one answer has that answer everywhere.
    #[test]
    fn what_is_refused_as_constant_is_constant(source in conditions(), worlds in proptest::collection::vec(worlds(), 2..12)) {
        if if_it_can_differ(&source).is_none() {
            let answers: Vec<bool> = worlds.iter().map(|world| world.by_cel(&source)).collect();
            prop_assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{source}");
        }
    }
}
