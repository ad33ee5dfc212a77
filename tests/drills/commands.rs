//! The subcommands, as the real binary answers them.

use stampede::drill::scenario::shipped;
use stampede::exit::Exit;

use super::with;
use crate::support::binary::{End, Home, Ran, flat, stampede};

fn narrow(ran: &Ran) {
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

fn called(name: &str) -> String {
    with("").replace("name: mine", &format!("name: {name}"))
}

#[test]
fn list_finds_the_shipped_ones_and_those_in_our_folders() {
    let home = Home::new();
    home.file("drills/mine.yaml", with(""));
    home.file("drills/broken.yaml", "version: 1\n");
    home.file("drills/hot-key.yaml", called("hot-key"));
    home.file("drills/other.yaml", with(""));
    home.file(".config/stampede/drills/mine.yaml", with(""));
    home.file(".config/stampede/drills/xdg.yaml", called("xdg"));
    let ran = home.stampede(["drill", "list"]).run();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran}");
    narrow(&ran);
    let words = flat(&ran.stdout);
    assert!(words.contains("(traffic surge: act on nothing)"), "{ran}");
    assert!(words.contains("(cold cache; 20 times faster than it was)"), "{ran}");
    assert!(words.contains("broken (./drills/broken.yaml) cannot be used, "), "{ran}");
    // Without an argument it lists, too.
    assert_eq!(home.stampede(["drill"]).run().stdout, ran.stdout);
    assert_eq!(home.stampede(["drill", "-q", "list"]).run().stdout, ran.stdout);

    let list = home.stampede(["drill", "list", "-o", "json"]).run().json();
    let of = |name: &str| -> Vec<serde_json::Value> {
        list["drills"].as_array().unwrap().iter().filter(|one| one["name"] == name).cloned().collect()
    };
    assert_eq!(of("classic-expiry")[0]["path"], serde_json::Value::Null);
    assert_eq!(of("classic-expiry")[0]["pattern"], "classic_expiry");
    assert_eq!(of("slow-database")[0]["leave_alone"], true);
    assert_eq!(of("hot-key").len(), 2);
    assert_eq!(
        (&of("hot-key")[0]["hidden"], &of("hot-key")[1]["hidden"]),
        (&serde_json::Value::Null, &"hidden by the shipped one".into())
    );
    assert_eq!(
        (&of("mine")[0]["usable"], &of("mine")[0]["path"]),
        (&true.into(), &"./drills/mine.yaml".into())
    );
    assert!(of("mine")[1]["hidden"].as_str().unwrap().contains("./drills/mine.yaml"));
    assert_eq!((&of("xdg")[0]["usable"], &of("broken")[0]["usable"]), (&true.into(), &false.into()));
    assert_eq!(of("other")[0]["usable"], false, "it says that its name is mine");
    let brief = home.stampede(["drill", "list", "-o", "brief"]).run().stdout;
    assert!(brief.lines().any(|name| name == "retry-storm"), "{brief}");
}

#[test]
fn validate_says_one_line_for_each_good_file_and_every_problem_of_a_bad_one() {
    let bad = with("users: { rate: 600 }\npages: { count: 7 }");
    let home = Home::new();
    home.file("mine.yaml", with(""));
    home.file("bad.yaml", &bad);
    let ran = home.stampede(["drill", "validate", "mine.yaml"]).run();
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran}");
    assert!(ran.stdout.starts_with("mine.yaml: ok (mine, classic expiry, sha256 "), "{ran}");
    let files = ["drill", "validate", "mine.yaml", "bad.yaml", "gone.yaml"];
    let ran = home.stampede(files).run();
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    for words in ["bad.yaml:6:16: ", "bad.yaml:7:17: ", "cannot read gone.yaml: no such file"] {
        assert!(ran.stdout.contains(words), "{words}: {ran}");
    }
    let ran = home.stampede(files.iter().chain(&["-o", "json"])).run();
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    let files = &ran.json()["files"];
    assert_eq!((&files[0]["ok"], &files[0]["pattern"]), (&true.into(), &"classic_expiry".into()));
    let lines: Vec<_> = files[1]["problems"].as_array().unwrap().iter().map(|p| p["line"].as_u64()).collect();
    assert_eq!(lines, [Some(6), Some(7)]);
    assert_eq!(files[2]["problems"][0]["line"], serde_json::Value::Null);
}

/// What `show` writes is a file of one's own, called like it; what it tells programs is one, too.
#[test]
fn show_gives_a_file_that_validates() {
    for shipped in shipped() {
        let home = Home::new();
        let shown = home.stampede(["drill", "show", shipped.name]).run();
        assert_eq!(shown.stdout, shipped.source);
        home.file("drills/mine.yaml", &shown.stdout);
        let read = home.stampede(["drill", "show", shipped.name, "-o", "json"]).run().json();
        home.file("said.yaml", read["scenario"].to_string());
        let ran = home.stampede(["drill", "validate", "drills/mine.yaml", "said.yaml"]).run();
        assert_eq!(ran.status, 0, "{ran}");
        assert!(ran.stdout.starts_with("drills/mine.yaml: ok (mine, "), "{ran}");
        let mine = home.stampede(["drill", "show", "mine", "-o", "json"]).run().json();
        assert_eq!((&mine["scenario"]["name"], &mine["hash"]), (&"mine".into(), &read["hash"]));
    }
    let brief = stampede(["drill", "show", "hot-key", "-o", "brief"]).run();
    assert!(brief.stdout.starts_with("hot-key: the key with most of the traffic"), "{brief}");
}

#[test]
fn a_name_that_leads_nowhere_is_a_typing_mistake_and_a_bad_file_is_78() {
    let hint = |args: &[&str]| {
        let ran = stampede(args).run();
        assert_eq!((ran.status, ran.stdout.as_str()), (Exit::Usage as i32, ""), "{ran}");
        ran.stderr
    };
    assert!(hint(&["drill", "classic-expry"]).contains("did you mean classic-expiry?"));
    assert!(hint(&["drill", "classic-expry", "--compare"]).contains("did you mean classic-expiry?"));
    assert!(hint(&["drill", "reddit"]).contains("did you mean reddit-hot-post?"));
    assert!(hint(&["drill", "hot-key", "list"]).contains("stands alone, without hot-key"));
    assert!(hint(&["drill", "show", "no-such-thing"]).contains("stampede drill list"));
    for args in [&["drill", "./bad.yaml"][..], &["drill", "show", "./bad.yaml"], &["drill", "bad", "--auto"]]
    {
        let ran =
            stampede(args).file("bad.yaml", "version: 2\n").file("drills/bad.yaml", "version: 2\n").run();
        assert_eq!(ran.status, Exit::Config as i32, "{ran}");
        assert!(ran.stderr.contains("bad.yaml:1:10: this program reads version 1"), "{ran}");
    }
    let ran = stampede(["drill", "./gone.yaml"]).run();
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    assert!(ran.stderr.contains("gone.yaml: no such file"), "{ran}");
}

/// A playbook of one's own is found from the folder of the scenario, and is checked with it.
#[test]
fn a_playbook_of_one_s_own_is_looked_for_beside_the_scenario() {
    let home = Home::new();
    let playbook = "version: 1\nname: ours\nsummary: s\ninputs: { n: { type: int, default: 5, help: h } }\nphases: { break: { steps: [{ id: a, action: redis.maxclients, with: { value: \"${n}\" } }] } }\n";
    home.file("drills/ours.yaml", playbook);
    home.file("drills/mine.yaml", with("playbook: ./ours.yaml\nset: { n: 7000 }"));
    let read = home.stampede(["drill", "show", "mine", "-o", "json"]).run().json();
    let path = std::fs::canonicalize(home.path()).unwrap().join("drills/ours.yaml");
    let said = read["scenario"]["playbook"].as_str().unwrap();
    assert_eq!(std::fs::canonicalize(said).unwrap(), path);
    assert!(std::path::Path::new(said).is_absolute(), "{said}: `run` is started elsewhere");
    home.file("drills/ours.yaml", playbook.replace("redis.maxclients", "redis.maxclient"));
    let ran = home.stampede(["drill", "validate", "drills/mine.yaml"]).run();
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    assert!(ran.stdout.contains("wrong in it: `stampede playbook validate "), "{ran}");
}

/// S30: a file that plays tricks on the terminal is shown for what it is. A pipe gets it as it is: it will be one again.
#[tokio::test]
async fn show_and_list_escape() {
    let source = called("p").replace("summary: s", "summary: a \u{202e}sentence");
    let home = Home::new();
    home.file("drills/p.yaml", &source);
    let listed = home.stampede(["drill", "list"]).run();
    assert!(flat(&listed.stdout).contains("a \\u{202e}sentence"), "{listed}");
    assert_eq!(home.stampede(["drill", "show", "p"]).run().stdout, source);
    let mut terminal = home.terminal(["drill", "show", "p"], &[]);
    terminal.expect("a \\u{202e}sentence").await;
    assert_eq!(terminal.wait().await, End::Code(0));
}

#[test]
fn schema_is_json() {
    assert!(stampede(["drill", "schema"]).run().json()["$defs"]["Application"].is_object());
}
