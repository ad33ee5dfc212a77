//! Which steps are offered, not applicable or blocked; when a phase asks first; what a target must prove to be.

use stampede::config::Facts;
use stampede::diagnosis::{Level, Pattern, Verdict};
use stampede::observation::{Kind, Metric, Observation};
use stampede::playbook::{Doubt, Measurement, Offer, Truth};
use stampede::system::Identity;

use super::conditions::verdict;
use super::{good, with_keys};

fn clients(value: Option<f64>) -> Vec<Observation> {
    let target = "redis".into();
    vec![match value {
        Some(value) => Observation::known(&target, Metric::CacheClientsRatio, value),
        None => Observation::unknown(&target, Metric::CacheClientsRatio, "timed out"),
    }]
}

fn offer(keys: &str, seen: &[Observation], facts: &Facts, kinds: &[Kind]) -> Offer {
    let bound = good(&with_keys(&format!("with: {{ value: 5000 }}\n{keys}"))).bind(&[]).unwrap();
    bound.stages[0].steps[0].offer(&Measurement::new(&verdict(), seen, facts), kinds)
}

/// `when` keeps back only what is known not to apply; `require` lets pass only what is known to hold.
#[test]
fn when_and_require_differ_in_what_they_make_of_the_unknown() {
    let of = |keys: &str, value: Option<f64>| offer(keys, &clients(value), &Facts::default(), &[Kind::Redis]);
    let (when, require) = ("when: cache.clients_ratio > 0.8", "require: cache.clients_ratio > 0.8");
    assert_eq!(of(when, Some(0.9)), Offer::Offered(None));
    assert_eq!(of(when, Some(0.3)), Offer::NotApplicable("cache.clients_ratio is 30 %, needs > 80 %".into()));
    let note = "not known whether it applies: cache.clients_ratio is unknown (timed out), needs > 80 %";
    assert_eq!(of(when, None), Offer::Offered(Some(note.into())));
    assert_eq!(of(require, Some(0.9)), Offer::Offered(None));
    assert_eq!(of(require, Some(0.3)), Offer::Blocked("cache.clients_ratio is 30 %, needs > 80 %".into()));
    assert_eq!(
        of(require, None),
        Offer::Blocked("cache.clients_ratio is unknown (timed out), needs > 80 %".into())
    );
    assert_eq!(
        of(&format!("{when}\n{require}"), Some(0.3)),
        of(when, Some(0.3)),
        "not applicable comes first"
    );
}

#[test]
fn a_fact_that_is_told_unblocks() {
    let keys = "require: facts.lock_dialect != 'none'";
    let unknown = offer(keys, &[], &Facts::default(), &[Kind::Redis]);
    assert!(
        matches!(&unknown, Offer::Blocked(words) if words.contains("--fact lock_dialect=")),
        "{unknown:?}"
    );
    let mut facts = Facts::default();
    facts.set("lock_dialect", "lock:{key}").unwrap();
    assert_eq!(offer(keys, &[], &facts, &[Kind::Redis]), Offer::Offered(None));
    facts.set("lock_dialect", "none").unwrap();
    assert!(matches!(offer(keys, &[], &facts, &[Kind::Redis]), Offer::Blocked(_)));
}

#[test]
fn no_target_of_the_kind_is_not_applicable() {
    let none = offer("", &[], &Facts::default(), &[Kind::Mysql]);
    assert_eq!(none, Offer::NotApplicable("there is no redis target".into()));
}

/// A phase asks first after a look-alike, and where every signal of the playbook is known to be false.
#[test]
fn the_gate() {
    let gate = |signals: &str, pattern: Pattern, value: Option<f64>| {
        let source =
            format!("version: 1\nname: p\nsummary: s\nphases: {{ detect: {{ signals: {signals} }} }}\n");
        let bound = good(&source).bind(&[]).unwrap();
        let verdict = Verdict { pattern, ..verdict() };
        bound.gate(&Measurement::new(&verdict, &clients(value), &Facts::default()))
    };
    for pattern in [Pattern::Healthy, Pattern::TrafficSurge, Pattern::SlowDatabase, Pattern::CacheDown] {
        let Some(Doubt::Needless(words)) = gate("[]", pattern, None) else { panic!("{pattern:?}") };
        assert!(words.contains(pattern.words()), "{words}");
    }
    for pattern in Pattern::ALL.iter().filter(|pattern| {
        !matches!(
            pattern,
            Pattern::Healthy | Pattern::TrafficSurge | Pattern::SlowDatabase | Pattern::CacheDown
        )
    }) {
        assert_eq!(gate("[]", *pattern, None), None, "{pattern:?}");
    }
    // Unknown is not healthy, and no incident either, whatever a signal of the playbook says.
    let bound = good("version: 1\nname: p\nsummary: s\nphases: {}\n").bind(&[]).unwrap();
    let headline = "unknown: no lookups".to_owned();
    let unknown = Verdict { level: Level::Unknown, pattern: Pattern::Unknown, headline, ..verdict() };
    assert_eq!(
        bound.gate(&Measurement::new(&unknown, &clients(Some(0.99)), &Facts::default())),
        Some(Doubt::Unsure("the measurement cannot say whether this is a stampede (no lookups)".into()))
    );
    let signals = "[cache.clients_ratio > 0.95, cache.clients_ratio > 0.8]";
    assert_eq!(gate(signals, Pattern::HotKey, Some(0.9)), None);
    assert_eq!(gate(signals, Pattern::HotKey, None), None, "it may hold");
    let Some(Doubt::Needless(words)) = gate(signals, Pattern::HotKey, Some(0.5)) else { panic!("no doubt") };
    assert!(words.contains("cache.clients_ratio is 50 %, needs > 80 %"), "{words}");
}

/// S7: a playbook may state who its targets are.
#[test]
fn an_identity_is_held_against_what_is_expected() {
    let expected = |keys: &str| {
        let source = format!(
            "version: 1\nname: p\nsummary: s\nexpect: {{ targets: {{ redis: {{ {keys} }} }} }}\nphases: {{}}\n"
        );
        good(&source).expect.remove(0)
    };
    let identity = Identity {
        id: "abc".into(),
        product: "Redis".into(),
        version: "7.0.15".into(),
        role: "primary (by Sentinel), 2 replicas".into(),
        note: None,
        lasts: stampede::proof::Lasts::Always(stampede::proof::Life::default()),
    };
    for fits in
        ["product: Redis", "version: '7'", "version: 7.0", "version: 7.0.15", "role: primary", "id: abc"]
    {
        assert_eq!(expected(fits).judge(&identity), Truth::True, "{fits}");
    }
    for (other, words) in [
        ("product: Valkey", "its product is Redis, expected Valkey"),
        ("version: '7.1'", "its version is 7.0.15, expected 7.1"),
        ("version: '7.0.1'", "its version is 7.0.15, expected 7.0.1"),
        ("version: '70'", "expected 70"),
        ("role: prim", "expected prim"),
        ("id: abcd", "its id is abc, expected abcd"),
    ] {
        match expected(other).judge(&identity) {
            Truth::False(found) => assert!(found.starts_with("redis: ") && found.contains(words), "{found}"),
            truth => panic!("{other}: {truth:?}"),
        }
    }
}

#[test]
fn a_fact_the_playbook_was_not_written_for() {
    let source = "version: 1\nname: p\nsummary: s\nfacts: { on_cache_error: { why: w, expect: [stale, error] } }\nphases: {}\n";
    let asked = good(source).facts.remove(0);
    let mut facts = Facts::default();
    assert!(matches!(asked.judge(&facts), Truth::Unknown(_)));
    facts.set("on_cache_error", "error").unwrap();
    assert_eq!(asked.judge(&facts), Truth::True);
    facts.set("on_cache_error", "database").unwrap();
    let words = "on_cache_error is database, and the playbook was written for stale or error";
    assert_eq!(asked.judge(&facts), Truth::False(words.into()));
}
