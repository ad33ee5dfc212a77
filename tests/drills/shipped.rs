//! The scenarios that come with the program, what a short file means, and that what is read can be written.

use std::fs;
use std::path::Path;
use std::time::Duration;

use stampede::diagnosis::Pattern;
use stampede::drill::scenario::spec::{Arrivals, Form, Happening, Popularity, Scenario, What};
use stampede::drill::scenario::{document, shipped};

use super::{good, happens, with};

fn all() -> Vec<Scenario> {
    shipped().iter().map(|shipped| good(shipped.source)).collect()
}

#[test]
fn every_file_of_the_folder_is_shipped_under_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("drills");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut names: Vec<String> = shipped().iter().map(|shipped| shipped.name.to_owned()).collect();
    names.sort();
    assert_eq!(names, files);
    let said: Vec<String> = all().into_iter().map(|scenario| scenario.name).collect();
    assert_eq!(said, shipped().iter().map(|shipped| shipped.name).collect::<Vec<_>>());
}

/// Each says who tells of it and what is right; the protocol's own incidents say that it is the protocol that tells of them.
#[test]
fn each_says_its_source_and_what_is_right() {
    for scenario in all() {
        assert!(!scenario.source.is_empty() && scenario.response.len() > 40, "{}", scenario.name);
        assert!(!scenario.source.contains("http"), "{}: no link that was not seen", scenario.name);
    }
    for name in ["reddit-hot-post", "instagram-feed", "twitter-timeline"] {
        let scenario = all().into_iter().find(|scenario| scenario.name == name).unwrap();
        assert!(scenario.source.starts_with("as the protocol tells it: "), "{name}");
        assert_eq!(scenario.playbook.as_deref(), Some(name));
    }
    let alone: Vec<String> =
        all().into_iter().filter(|scenario| scenario.leave_alone).map(|scenario| scenario.name).collect();
    assert_eq!(alone, ["cold-deploy", "traffic-surge", "slow-database"]);
}

/// What was read, written with all its defaults, is the same scenario when it is read again.
#[test]
fn what_is_read_can_be_written() {
    let everything = include_str!("everything.yaml");
    let sources = shipped().iter().map(|shipped| shipped.source.to_owned());
    let lists = with("set: { pattern: '*', by: 1h, warm: 5 }");
    let groups = with("users: { rate: 1k/min, arrivals: groups, group: 2.5 }");
    for source in sources.chain([everything.to_owned(), lists, groups, with("")]) {
        let read = good(&source);
        let written = serde_json::to_string_pretty(&document(&read)).unwrap();
        assert_eq!(good(&written), read, "{written}");
        let yaml = serde_saphyr::to_string(&document(&read)).unwrap();
        assert_eq!(good(&yaml), read, "{yaml}");
    }
}

/// All that a short file leaves to the program.
#[test]
fn a_short_file_has_sensible_defaults() {
    let mine = good(&happens(
        "pages: { hot: { share: 50% } }",
        "{ what: expire, share: 0.5 }\n{ at: 10m, what: surge, times: 2 }",
    ));
    let (application, pages) = (&mine.application, &mine.pages);
    assert_eq!((application.servers, application.cache_pool, application.database_pool), (4, 20, 10));
    assert_eq!(
        (application.retries.times, application.breaker, &application.protection[..]),
        (0, true, &[][..])
    );
    assert_eq!((application.memory, application.refresh_ahead, application.ejection), (None, None, None));
    assert_eq!((pages.count, pages.bytes, pages.ttl), (6_000, 200, Duration::from_secs(450)));
    assert_eq!((pages.popularity, pages.hot.unwrap().bytes), (Popularity::Even, 200));
    assert_eq!((mine.users.rate, mine.users.arrivals), (600.0, Arrivals::Steady));
    assert_eq!((mine.compressed, mine.leave_alone, mine.playbook, mine.run), (1.0, false, None, vec![]));
    let half_an_hour = Duration::from_secs(1_200);
    assert_eq!(
        mine.trouble,
        [
            Happening { at: Duration::ZERO, what: What::Expire { share: 0.5, rest: Duration::ZERO } },
            // To the end of the longest drill.
            Happening { at: Duration::from_secs(600), what: What::Surge { times: 2.0, lasts: half_an_hour } },
        ]
    );
}

#[test]
fn each_word_means_what_it_says() {
    let all = good(include_str!("everything.yaml"));
    assert_eq!((all.pattern, all.compressed), (Pattern::HotKey, 2.5));
    assert_eq!(all.response, "look at it by daylight");
    let words =
        ["--set", "over=10m", "--set", "pattern=user:*", "--set", "warm=100", "--set", "warm_keys=keys.txt"];
    assert_eq!(all.run, words);
    let forms = [Form::Lock, Form::Early, Form::Jitter, Form::Coalesce, Form::Stale, Form::Negative];
    assert_eq!(all.application.protection, forms);
    assert_eq!((all.users.rate, all.users.arrivals), (100.0, Arrivals::Groups(4.5)));
    assert_eq!((all.pages.popularity, all.pages.bytes), (Popularity::Zipf(1.1), 1_024));
    assert_eq!(all.trouble.len(), 11);
    assert_eq!(all.trouble[10].what, What::GrowHot { bytes: 2 << 20 });
    let sets = What::Sets { setting: "maxclients".into(), value: "9000".into() };
    assert_eq!((&all.surprises[0].what, &all.surprises[1].what), (&sets, &What::FailOver));
}

/// The share of requests that miss before anything goes wrong: what expires by itself, by each page's own rate.
fn misses(scenario: &Scenario) -> f64 {
    let pages = &scenario.pages;
    let weight = |rank: u32| match pages.popularity {
        Popularity::Even => 1.0,
        Popularity::Zipf(alpha) => f64::from(rank).powf(-alpha),
    };
    let all: f64 = (1..=pages.count).map(weight).sum();
    let hot = pages.hot.map_or(0.0, |hot| hot.share);
    let missing = |share: f64| share / (1.0 + scenario.users.rate * share * pages.ttl.as_secs_f64());
    (1..=pages.count).map(|rank| missing((1.0 - hot) * weight(rank) / all)).sum::<f64>() + missing(hot)
}

/// Before the trouble each is healthy, and its p99 is no matter of chance: rebuilds are clearly among the slowest hundredth, or clearly
/// not. The databases have room for what expires by itself.
#[test]
fn each_is_healthy_by_its_numbers_before_the_trouble() {
    for scenario in all() {
        let share = misses(&scenario);
        assert!((0.02..0.03).contains(&share) || share <= 0.003, "{}: {share}", scenario.name);
        let busy = share * scenario.users.rate * scenario.cost.rebuild.as_secs_f64() / 2.0;
        assert!(busy < scenario.cost.copies, "{}: {busy} rebuilds at a time", scenario.name);
    }
}
