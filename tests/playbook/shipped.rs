//! The playbooks that come with the program: each is good, has cases, and passes them.

use std::fs;
use std::path::Path;

use stampede::action::Phase;
use stampede::config::Thresholds;
use stampede::playbook::{DEFAULT, SHIPPED, load_file, try_case};

use super::good;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("playbooks")
}

#[test]
fn every_file_of_the_folder_is_shipped_and_every_case_passes() {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            names.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    names.sort();
    let shipped: Vec<_> = SHIPPED.iter().map(|shipped| shipped.name).collect();
    assert_eq!(names, shipped);
    for shipped in SHIPPED {
        let playbook = good(shipped.source);
        assert_eq!(playbook.name, shipped.name);
        assert!(playbook.cases.len() >= 4, "{}", shipped.name);
        for case in &playbook.cases {
            let trial = try_case(&playbook, case, &Thresholds::default());
            assert!(trial.wrong.is_empty(), "{}: {}: {:?}", shipped.name, case.name, trial.wrong);
        }
        // The same from the file: its fixtures are those in the folder.
        let file = load_file(&folder().join(format!("{}.yaml", shipped.name))).unwrap();
        let trials = file.cases.iter().map(|case| try_case(&file, case, &Thresholds::default()));
        assert!(trials.into_iter().all(|trial| trial.wrong.is_empty()));
        let bound = playbook.bind(&[]).unwrap();
        assert_eq!(bound.hash, file.hash);
    }
}

/// A healthy night, a look-alike and what is unknown are among the cases of each.
#[test]
fn the_cases_cover_quiet_nights_look_alikes_and_the_unknown() {
    for shipped in SHIPPED {
        let playbook = good(shipped.source);
        for fixture in ["quiet", "traffic-surge", "clients-unknown"] {
            let has =
                playbook.cases.iter().any(|case| case.observations == format!("fixtures/{fixture}.json"));
            assert!(has, "{} has no case with {fixture}", shipped.name);
        }
    }
}

/// The order of the protocol document's commands; a step that is not in it says where it departs, and why.
#[test]
fn the_default_follows_the_protocol_or_says_where_it_departs() {
    const PROTOCOL: [&str; 4] = ["redis.maxclients", "redis.timeout", "redis.lock", "kubernetes.scale"];
    let playbook = good(SHIPPED.iter().find(|shipped| shipped.name == DEFAULT).unwrap().source);
    let steps: Vec<_> =
        playbook.stages.iter().filter(|stage| stage.phase == Phase::Break).flat_map(|s| &s.steps).collect();
    let mut last = 0;
    for step in &steps {
        match PROTOCOL.iter().position(|name| *name == step.act.name) {
            Some(at) => {
                assert!(at >= last || step.differs.is_some(), "{} is out of order", step.id);
                last = at.max(last);
            }
            None => {
                assert!(step.differs.is_some(), "{} is not in the protocol, and does not say why", step.id);
            }
        }
    }
    let budgets: Vec<_> = playbook.stages.iter().map(|stage| stage.limit.unwrap().as_secs()).collect();
    assert_eq!((playbook.detect.budget.as_secs(), &budgets[..]), (30, &[60, 90, 120, 600, 1_800][..]));
}

/// Breaking a case makes it fail: the test that runs cases can be red.
#[test]
fn a_case_that_expects_something_else_fails_with_words() {
    let source = SHIPPED.iter().find(|shipped| shipped.name == DEFAULT).unwrap().source;
    let wrong = source.replace(
        "expect: { level: ok, pattern: healthy, steps: [] }",
        "expect: { level: critical, pattern: hot_key, steps: [idle-timeout], blocked: [idle-timeout] }",
    );
    let playbook = good(&wrong);
    let trial = try_case(&playbook, &playbook.cases[0], &Thresholds::default());
    assert_eq!(
        trial.wrong,
        [
            "level: expected critical, found ok",
            "pattern: expected hot_key, found healthy",
            "steps: expected idle-timeout, found none",
            "blocked: expected idle-timeout, found none",
        ]
    );
}
