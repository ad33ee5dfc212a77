//! `stampede drill SCENARIO --stay`: a person practises, and gets a score.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use stampede::clock;
use stampede::drill::scenario::spec::{Happening, Scenario, What};
use stampede::drill::{Drill, Options, Practice, by_name};
use stampede::felt::{Happened, Moment, Score, Seen, Told};
use stampede::playbook::{DEFAULT, SHIPPED, parse};

use crate::drill::stage::primary;
use crate::support::PATIENCE;
use crate::support::binary::{End, Ended, Home, flat};

/// A folder for temporary files that the accounts of servers may pass through.
struct Temporary(tempfile::TempDir);

impl Temporary {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// The processes that work in it, and the files there are.
    fn left(&self) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let works_here = |process: &PathBuf| {
            fs::read_link(process.join("cwd")).is_ok_and(|folder| folder.starts_with(self.path()))
        };
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()).filter(works_here);
        let files = fs::read_dir(self.path()).unwrap().flatten().map(|entry| entry.path());
        (processes.collect(), files.collect())
    }

    /// Waits until nothing is left: the guard of a lab outlives it by a moment.
    async fn is_empty(&self) {
        let patience = clock::instant() + PATIENCE;
        while self.left() != (Vec::new(), Vec::new()) {
            assert!(clock::instant() < patience, "{:?}", self.left());
            clock::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// What is on record of a practice in the end, and its score. The servers must be there still.
async fn ends(practice: Practice<'_>) -> (Seen, Score) {
    let playbook = SHIPPED.iter().find(|shipped| shipped.name == DEFAULT).unwrap();
    let over = practice.over(&parse(playbook.name, playbook.source.into()).unwrap()).await;
    let score = Score::of(&over.seen);
    (over.seen, score)
}

/// An operator in a second terminal, on the stage in this folder.
async fn operator(folder: &Path, args: &[&str]) -> Ended {
    let stampede = Home::new().stampede(args).env("STAMPEDE_CONFIG", folder.join("stampede.yaml"));
    stampede.env("XDG_STATE_HOME", folder.join("state")).spawn().wait().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_acts_gets_a_score_and_ctrl_c_leaves_nothing_behind() {
    let (home, temporary) = (Home::new(), Temporary::new());
    let args = ["drill", "classic-expiry", "--stay", "--ttl", "450s", "--record", "run.json"];
    let mut drill = home.stampede(args).env("TMPDIR", temporary.path()).spawn();
    let line = drill.out("export STAMPEDE_CONFIG=").await;
    let folder = PathBuf::from(line.trim().trim_start_matches("export STAMPEDE_CONFIG="));
    let folder = folder.parent().unwrap().to_owned();
    drill.out("the trouble begins now").await;

    let looked = operator(&folder, &["detect", "--window", "1s"]).await;
    assert!(matches!(looked.end, End::Code(0..=3)), "{looked}");
    let args = ["run", "--yes", "--confirm", "redis", "--only", "open-breaker", "--no-watch"];
    // Right after onset it may not be known yet what this is.
    let patience = clock::instant() + PATIENCE;
    let ended = loop {
        let ended = operator(&folder, &args).await;
        if ended.end == End::Code(0) || clock::instant() > patience {
            break ended;
        }
    };
    assert_eq!(ended.end, End::Code(0), "{ended}");
    drill.err("users have it back since").await;
    drill.signal(Signal::INT);
    let ended = drill.wait().await;
    assert_eq!(ended.end, End::Code(130), "{ended}");
    temporary.is_empty().await;

    let words = flat(&ended.stdout);
    for expected in [
        "how it went",
        "looked at after",
        "first change: ",
        "open-breaker",
        "left switched: app:breaker open",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in {ended}");
    }
    let run: Value = serde_json::from_slice(&fs::read(home.path().join("run.json")).unwrap()).unwrap();
    let score = &run["score"];
    let at = |what: &str| score[what]["at"]["s"].as_f64().unwrap_or_else(|| panic!("{what} in {score:#}"));
    assert!(at("looked") <= at("acted"), "{score:#}");
    assert!(at("acted") <= run["lasted_s"].as_f64().unwrap() && at("recovered") > 0.0, "{score:#}");
    assert_eq!(score["acted"]["at"]["what"], "open-breaker", "{score:#}");
    assert_eq!(score["needless"], json!({ "known": [] }), "{score:#}");
    let left = score["in_effect"]["known"].as_array().unwrap();
    assert!(left.len() == 1 && left[0].as_str().unwrap().starts_with("open-breaker"), "{score:#}");
    let failed: u64 =
        run["seconds"].as_array().unwrap().iter().map(|row| row["failed"].as_u64().unwrap()).sum();
    assert_eq!(score["failed_requests"], failed);
    assert!(failed > 0, "nobody felt anything");

    let again = home.stampede(["drill", "--score", "run.json", "run.json"]).run();
    assert!(again.status == 0 && again.stdout.contains("users have it back after"), "{again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_before_the_trouble_leaves_nothing_behind() {
    let (home, temporary) = (Home::new(), Temporary::new());
    let args = ["drill", "hot-key", "--stay", "--record", "run.json"];
    let mut drill = home.stampede(args).env("TMPDIR", temporary.path()).spawn();
    drill.err("the application warms up").await;
    assert!(!temporary.left().0.is_empty(), "no server works there");
    drill.signal(Signal::INT);
    let ended = drill.wait().await;
    assert_eq!(ended.end, End::Code(130), "{ended}");
    temporary.is_empty().await;
    assert!(!home.path().join("run.json").exists(), "there is nothing to keep");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_terminal_enter_begins_and_ends_it() {
    let (home, temporary) = (Home::new(), Temporary::new());
    let tmp = temporary.path().display().to_string();
    let args = ["drill", "hot-key", "--stay", "--record", "gauges.csv"];
    let mut terminal = home.terminal(args, &[("TMPDIR", &tmp)]);
    terminal.expect("Enter here lets the trouble begin").await;
    terminal.type_line("").await;
    terminal.expect("end well").await;
    terminal.type_line("").await;
    terminal.expect("users do not have it back yet").await;
    terminal.type_line("").await;
    terminal.expect("how it went").await;
    terminal.expect("looked at: unknown: no look is on record").await;
    terminal.expect("first change: never: no act is on record").await;
    assert_eq!(terminal.wait().await, End::Code(4));
    temporary.is_empty().await;
    let gauges = fs::read_to_string(home.path().join("gauges.csv")).unwrap();
    assert!(gauges.starts_with("seconds,requests,hit_ratio,") && gauges.lines().count() > 2, "{gauges}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_s_change_is_told_in_the_end_only_and_an_undo_that_respects_it_counts() {
    let scenario = by_name("hot-key").expect("a scenario");
    let drill = Drill::start(scenario, &Options::default(), Arc::new(|_| {})).await.expect("a start");
    drill.healthy().await.expect("a healthy phase");
    let folder = drill.leave_configuration().expect("a folder");
    let sets = |setting: &str, value: &str| Happening {
        at: Duration::ZERO,
        what: What::Sets { setting: setting.into(), value: value.into() },
    };
    let surprises = [sets("maxclients", "9000"), sets("maxmemory", "100mb"), sets("no-such-setting", "1")];
    let practice = Practice::begin(&drill, &folder.join("state"), &surprises).await.expect("a begin");
    let raises = ["break", "maxclients", "--to", "12000", "--no-watch"];
    let operates = async {
        let patience = clock::instant() + PATIENCE;
        loop {
            let plan = operator(&folder, &[&raises[..], &["--dry-run"]].concat()).await;
            assert!(!flat(&plan.stdout).contains("colleague"), "{plan}");
            if flat(&plan.stdout).contains("from 9000 to 12000") {
                break;
            }
            assert!(clock::instant() < patience, "{plan}");
        }
        for args in [&[&raises[..], &["--yes"]].concat()[..], &["undo", "--yes"]] {
            let ended = operator(&folder, args).await;
            assert_eq!(ended.end, End::Code(0), "{ended}");
        }
    };
    practice.until(operates, |_| {}).await;
    let (seen, score) = ends(practice).await;
    drill.stop().await;

    let told: Vec<_> = score.surprises.iter().map(|met| (met.respected, met.words.as_str())).collect();
    assert_eq!(told[0], (Some(true), "it is still so after your undo of maxclients"));
    // As the server writes it.
    let Happened::Set { set, .. } = &score.surprises[1].surprise.what else {
        panic!("{:?}", score.surprises)
    };
    assert_eq!(set, &Told::Known("104857600".into()));
    assert_eq!(told[1], (Some(true), "it is still so; you did not touch it"));
    assert!(told[2].0.is_none() && told[2].1.contains("could not be done"), "{told:?}");
    let colleagues = ["redis maxclients 9000", "redis maxmemory 104857600"]
        .map(|set| format!("{set} (as a colleague set it)"));
    assert_eq!(score.switched, colleagues);
    assert_eq!(score.not_known, [""; 0]);
    assert_eq!(score.in_effect, Told::Known(Vec::new()));
    assert!(matches!(score.looked, Moment::At { .. }), "{score:?}");
    let Told::Known(acts) = &seen.acts else { panic!("{:?}", seen.acts) };
    assert_eq!(acts.len(), 1, "{acts:?}");
    assert!(acts[0].undo.as_ref().is_some_and(|undo| undo.complete == Some(true)), "{acts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fail_over_in_the_middle_is_played_and_scored() {
    let mut scenario = Scenario::clone(&by_name("hot-key").expect("a scenario"));
    let surprises = vec![Happening { at: Duration::from_secs(10), what: What::FailOver }];
    scenario.surprises.clone_from(&surprises);
    let drill =
        Drill::start(Arc::new(scenario), &Options::default(), Arc::new(|_| {})).await.expect("a start");
    drill.healthy().await.expect("a healthy phase");
    let folder = drill.leave_configuration().expect("a folder");
    let old = primary(&drill).await;
    let practice = Practice::begin(&drill, &folder.join("state"), &surprises).await.expect("a begin");
    let operates = async {
        let raises = ["break", "maxclients", "--to", "12000", "--no-watch", "--yes"];
        let ended = operator(&folder, &raises).await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
        let patience = clock::instant() + PATIENCE;
        while primary(&drill).await == old {
            clock::sleep(Duration::from_millis(200)).await;
            assert!(clock::instant() < patience, "it does not fail over");
        }
        let ended = operator(&folder, &["break", "flag", "circuit_breaker", "--no-watch", "--yes"]).await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    };
    practice.until(operates, |_| {}).await;
    let (seen, score) = ends(practice).await;
    drill.stop().await;

    let [met] = &score.surprises[..] else { panic!("{:?}", score.surprises) };
    let Happened::FailOver { before, now: Told::Known(now) } = &met.surprise.what else { panic!("{met:?}") };
    assert_eq!(before, &old);
    let Told::Known(acts) = &seen.acts else { panic!("{:?}", seen.acts) };
    let raised = acts.iter().find(|act| act.action == "redis.maxclients").expect("it was raised");
    // On a busy machine it may come after the fail-over.
    let left = if raised.nodes.contains(&old) {
        "; made there before, and not undone whole: maxclients"
    } else {
        ""
    };
    let words = format!("you changed nothing at the old one after that{left}");
    assert_eq!((met.respected, &met.words), (Some(true), &words));
    let flag = acts.iter().find(|act| act.action == "redis.flag").expect("the flag");
    assert_eq!(flag.nodes.iter().collect::<Vec<_>>(), [now], "it was set at the new one");
    assert!(matches!(score.looked, Moment::At { .. }), "{score:?}");
}

#[test]
fn what_the_stage_cannot_play_is_refused_before_it_is_built() {
    let surprise = Happening { at: Duration::from_secs(20), what: What::Deploy };
    let failure = Practice::can(&[surprise]).expect_err("cannot be played");
    assert!(failure.to_string().contains("the surprise at 20 s cannot be played"), "{failure}");
}

#[test]
fn what_cannot_be_kept_or_has_no_room_is_said_before_anything_starts() {
    let home = Home::new();
    fs::create_dir(home.path().join("folder")).unwrap();
    for record in ["no-such-folder/run.json", "folder", "no-such-folder/gauges.csv", "/proc/run.json"] {
        let ran = home.stampede(["drill", "hot-key", "--stay", "--record", record]).run();
        assert_eq!(ran.status, 4, "{record}: {ran}");
        assert!(ran.stderr.contains(&format!("cannot write {record}")), "{ran}");
        assert!(!ran.stderr.contains("starting"), "{ran}");
    }
    let full = home.stampede(["drill", "hot-key", "--stay"]).env("TMPDIR", "/proc").run();
    assert_eq!(full.status, 4, "{full}");
    assert!(full.stderr.contains("no space in the temporary folder /proc: 0 B are free"), "{full}");
    let files: Vec<_> = fs::read_dir(home.path()).unwrap().flatten().map(|file| file.file_name()).collect();
    assert_eq!(files, ["folder"]);
}

#[test]
fn what_is_no_practice_is_said_and_what_is_hostile_is_escaped() {
    let home = Home::new();
    home.file("compare.json", r#"{"schema":"stampede.compare/1"}"#);
    home.file("half.json", r#"{"schema":"stampede.practice/1","scen"#);
    for (file, words) in [
        ("nowhere.json", "cannot read nowhere.json"),
        ("compare.json", "compare.json is no record of a practice"),
        ("half.json", "half.json is no record of a practice"),
    ] {
        let ran = home.stampede(["drill", "--score", file]).run();
        assert_eq!(ran.status, 64, "{ran}");
        assert!(flat(&ran.stderr).contains(words) && ran.stdout.is_empty(), "{ran}");
    }
    let moment = json!({ "at": { "s": 3.5, "what": "\u{1b}[2Jopen\u{202e}" } });
    let run = json!({
        "schema": "stampede.practice/1", "scenario": "\u{1b}[31mred", "seed": 1, "ttl_s": 1e300, "breaker": true,
        "onset": "2026-11-30T03:00:00Z", "lasted_s": 60.0, "acts": { "known": [] }, "seconds": [],
        "before": { "at": 0.0, "hits": 0, "made": 0, "at_hand": 0, "failed": 0, "statements": 0, "running": 0, "p50_s": null, "p99_s": -1.0 },
        "score": {
            "looked": moment, "acted": moment, "helped": moment, "helped_or": ["\u{7}bell"], "relief": moment,
            "recovered": { "not": "not within 60 s" }, "failed_requests": 7, "second_stampede": false,
            "needless": { "known": [{ "at_s": 1.0, "step": "\u{1b}]0;t", "why": "\u{9b}x" }] },
            "in_effect": { "unknown": "\u{1b}c" }, "switched": ["\u{1b}[5m"], "surprises": [],
        },
    });
    home.file("hostile.json", run.to_string());
    for args in
        [&["drill", "--score", "hostile.json"][..], &["drill", "--score", "hostile.json", "hostile.json"]]
    {
        let ran = home.stampede(args).run();
        assert_eq!(ran.status, 0, "{ran}");
        let bad = ran.stdout.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(bad, None, "{ran}");
    }
}
