//! The command: what it prints, what it refuses, and what it measures.

use std::fs;

use stampede::exit::Exit;
use stampede::lab::Lab;

use crate::support::binary::{Home, flat, stampede};

const SMALL: [&str; 12] = [
    "simulate",
    "--rate",
    "500/s",
    "--keys",
    "5k",
    "--ttl",
    "2m",
    "--rebuild",
    "100ms",
    "--database",
    "20",
    "--for=2m",
];

fn with(more: &[&str]) -> crate::support::binary::Stampede {
    stampede(SMALL.iter().chain(more))
}

#[test]
fn it_prints_the_protocol_s_own_table_in_80_columns() {
    let ran = with(&["--protect", "none", "--protect", "lock,early,jitter,stale"]).run();
    assert_eq!((ran.status, &*ran.stderr), (0, ""), "{ran}");
    let heads = "Time Cache_Hits Cache_Misses DB_Connections Response_Time";
    assert_eq!(ran.stdout.lines().filter(|line| flat(line) == heads).count(), 2, "{ran}");
    assert!(ran.stdout.contains("# STAMPEDE"), "{ran}");
    let wide = ran.stdout.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
    let again = with(&["--protect", "none", "--protect", "lock,early,jitter,stale"]).run();
    assert_eq!(ran.stdout, again.stdout, "the same seed");
    let other = with(&["--protect", "none", "--protect", "lock,early,jitter,stale", "--seed", "2"]).run();
    assert_ne!(ran.stdout, other.stdout);
}

#[test]
fn its_document_says_what_was_simulated_and_what_came_of_it() {
    let json = with(&["--protect", "lock", "-o", "json"]).run().json();
    assert_eq!(json["schema"], "stampede.simulate/1");
    assert_eq!((&json["model"]["rate"], &json["model"]["keys"]), (&500.0.into(), &5_000.into()));
    let arm = &json["arms"][0];
    assert_eq!(arm["name"], "lock");
    assert_eq!(arm["whole"]["peaks"]["of_one_key"], 1);
    let counts = &arm["whole"]["counts"];
    let count = |name: &str| counts[name].as_u64().unwrap();
    let ended: u64 = ["hits", "stale", "rebuilt", "joined", "errors"].into_iter().map(count).sum();
    assert_eq!(count("requests"), ended);
    let rows = arm["rows"].as_array().unwrap();
    let summed: u64 = rows.iter().map(|row| row["counts"]["misses"].as_u64().unwrap()).sum();
    assert_eq!(summed, count("misses"), "the rows are the run");
}

#[test]
fn it_draws_a_chart_and_finds_a_limit() {
    let home = Home::new();
    let args = SMALL.iter().chain(&["--protect", "none", "--protect", "jitter", "--chart", "it.svg"]);
    let ran = home.stampede(args).run();
    assert_eq!(ran.status, 0, "{ran}");
    let svg = fs::read_to_string(home.path().join("it.svg")).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("<polyline ").count(), 6, "two runs in three panels");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");

    let found = with(&["--find", "limit", "-o", "json"]).run().json();
    let limit = &found["arms"][0]["limit"];
    let (bears, tips) = (limit["bears"].as_f64().unwrap(), limit["tips"].as_f64().unwrap());
    assert!(bears < tips && tips <= bears * (1.0 + found["tolerance"].as_f64().unwrap()), "{found}");

    let nowhere = with(&["--chart", "no/such/folder/it.svg"]).run();
    assert_eq!(nowhere.status, Exit::Failed as i32, "{nowhere}");
}

#[test]
fn what_is_not_given_or_cannot_be_is_named() {
    for (args, words) in [
        (&["simulate"][..], "--rate is not given"),
        (&["simulate", "--rate", "5/s", "--keys", "5", "--ttl", "5s"], "--rebuild is not given"),
    ] {
        let ran = stampede(args).run();
        assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
        assert!(flat(&ran.stderr).contains(words), "{ran}");
    }
    for (more, words) in [
        (&["--protect", "lcok"][..], "did you mean `lock`?"),
        (&["--trigger", "drop:200%"], "between 0 and 1"),
        (&["--zipf", "9"], "--zipf has to be between 0 and 4"),
        (&["--trigger-at", "5m"], "--trigger-at has to be within the run"),
        (&["--protect", "jitter", "--jitter", "95%"], "--jitter has to be at most 90 %"),
        (&["--rate", "often"], "write it like 1200/s"),
    ] {
        // Of an option that is given twice clap says so; these take the place of the usual ones.
        let args = SMALL.iter().filter(|arg| more[0] != "--rate" || !["--rate", "500/s"].contains(arg));
        let ran = stampede(args.chain(more)).run();
        assert_eq!(ran.status, Exit::Usage as i32, "{more:?}: {ran}");
        assert!(flat(&ran.stderr).contains(words), "{more:?}: {ran}");
    }
}

/// What is measured is taken; what cannot be is asked for by the name of its flag, and is never 0.
#[tokio::test]
async fn from_live_takes_what_is_measured_and_asks_for_the_rest() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--enable-debug-command", "local"]).await.unwrap();
    let fill = "for i=1,300 do redis.call('SET','page:'..i,'x','PX',i*1000) end";
    redis.says(&["EVAL", fill, "0"]).await.unwrap();
    let url = redis.url();
    let live = |more: &[&str]| {
        let args = ["simulate", "--from-live", "--window", "200ms", "--for", "1m", "-o", "json"];
        let ran = stampede(args.iter().chain(more)).env("REDIS_URL", &url);
        tokio::task::spawn_blocking(move || ran.run())
    };
    let ran = live(&["--rebuild", "50ms", "--database", "20"]).await.unwrap();
    assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
    let words = "--rate is not given, and not measured: nobody asked in the window";
    assert!(flat(&ran.stderr).contains(words), "{ran}");
    let ran = live(&["--rate", "100/s", "--database", "20"]).await.unwrap();
    assert!(flat(&ran.stderr).contains("--rebuild is not given, and not measured"), "{ran}");
    let ran = live(&["--rate", "100/s", "--rebuild", "50ms", "--database", "20"]).await.unwrap();
    assert_eq!(ran.status, 0, "{ran}");
    let model = &ran.json()["model"];
    assert_eq!(model["keys"], 300, "{model}");
    let ttl = model["ttl"].as_f64().unwrap();
    assert!((280.0..=300.0).contains(&ttl), "{ttl}");
}
