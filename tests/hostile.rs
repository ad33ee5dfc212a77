//! Integration tests: names that somebody else has chosen, on real servers. Whatever is in them, a terminal is not moved and a document
//! is one (S30).

use serde_json::Value;
use stampede::lab::{Lab, RedisServer, connect};

use crate::support::binary::{End, Ended, Home};
use crate::support::warmer::{Does, Warmer};

/// Moves a cursor, turns the writing direction, is not seen, ends a line.
const NAMES: [&str; 6] = [
    "\x1b]0;t\x07\x1b[2J\x1b[31mred",
    "\u{202e}txt.exe\u{202d}\u{2066}x",
    "\u{61c}mark\u{2028}line\u{2029}para\u{ad}soft\u{180e}",
    "\u{3164}\u{3164}\u{e0041}\u{e0042}\u{fff9}",
    "tab\tdel\u{7f}c1\u{9b}31m",
    "a\nfake: all is well",
];

/// Characters that must not come out.
fn hostile(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[track_caller]
fn harmless(ended: &Ended) {
    for words in [&ended.stdout, &ended.stderr] {
        let odd: Vec<char> = words.chars().filter(|c| hostile(*c)).collect();
        assert!(odd.is_empty(), "{odd:?} in {ended}");
    }
}

async fn run(home: &Home, redis: &RedisServer, args: &[&str]) -> Ended {
    home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await
}

#[tokio::test]
async fn s30_no_name_of_a_key_reaches_a_terminal_or_breaks_a_document() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lfu"]).await.unwrap();
    let mut connection = connect(&redis.url()).await.unwrap();
    // Those that become switches below are not frozen (S14), others are.
    let others = NAMES.map(|name| format!("{name}~"));
    for name in NAMES.into_iter().chain(others.iter().map(String::as_str)) {
        redis::cmd("SET")
            .arg(name)
            .arg("v")
            .arg("EX")
            .arg(3600)
            .query_async::<()>(&mut connection)
            .await
            .unwrap();
    }
    let home = Home::new();
    for name in NAMES {
        let args =
            ["break", "flag", "--key", name, "--value", name, "--ttl", "10m", "--yes", "--incident", "night"];
        let ended = run(&home, &redis, &args).await;
        harmless(&ended);
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }
    let freeze =
        ["break", "freeze", "--pattern", "*", "--by", "15m", "--yes", "--no-watch", "--incident", "night"];
    let reading: [&[&str]; 7] = [
        &["recover", "keys", "--pattern", "*"],
        &["recover", "keys", "--pattern", "*", "-o", "json"],
        &["recover", "keys", "--pattern", "*", "-o", "yaml"],
        &["incident", "show", "night"],
        &["incident", "show", "night", "-o", "json"],
        &["status", "night", "-o", "yaml"],
        &["undo", "night", "--dry-run"],
    ];
    for args in std::iter::once(&freeze[..]).chain(reading) {
        let ended = run(&home, &redis, args).await;
        harmless(&ended);
        assert_eq!(ended.end, End::Code(0), "{ended}");
        if args.contains(&"json") {
            assert!(ended.stdout.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{ended}");
        }
    }
    // A document says what the name is, and not how it is shown.
    let keys = run(&home, &redis, &["recover", "keys", "--pattern", "*", "-o", "json"]).await;
    let keys: Vec<Value> = keys.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for name in NAMES {
        assert!(keys.iter().any(|key| key["key"] == name), "{name:?} in {keys:?}");
    }
    let keys = run(&home, &redis, &["recover", "keys", "--pattern", "*", "-o", "yaml"]).await;
    let keys: Vec<Value> =
        keys.stdout.split("---\n").skip(1).map(|one| serde_saphyr::from_str(one).unwrap()).collect();
    for name in NAMES {
        assert!(keys.iter().any(|key| key["key"] == name), "{name:?} in {keys:?}");
    }
    // A pipe gets the names as they are, on request.
    let names = run(&home, &redis, &["recover", "keys", "--pattern", "*", "--nul"]).await;
    assert!(names.stdout.split('\0').any(|name| name == NAMES[0]), "{names}");
}

#[tokio::test]
async fn s30_a_plan_is_short_however_long_a_key_is() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let home = Home::new();
    let key = "k".repeat(100_000);
    let plan =
        run(&home, &redis, &["break", "flag", "--key", &key, "--value", "1", "--ttl", "10m", "--dry-run"])
            .await;
    assert_eq!(plan.end, End::Code(0), "{} letters", plan.stdout.len());
    assert!(plan.stdout.len() < 5_000, "{} letters", plan.stdout.len());
    assert!(plan.stdout.contains("…(100000 characters)…"), "{plan}");
}

#[tokio::test]
async fn s30_no_name_of_an_account_or_a_file_reaches_a_terminal() {
    let lab = Lab::new().unwrap();
    let mariadb = lab.mariadb(&[]).await.unwrap();
    for name in ["ev\x1b[31mil", "n\nl", "b\u{202e}d"] {
        mariadb.root(&[&format!("CREATE USER '{name}'@'%'")]).await.unwrap();
    }
    mariadb
        .root(&[
            "CREATE USER 'ad\x1b[31min'@'%'",
            "GRANT SUPER, READ ONLY ADMIN, CONNECTION ADMIN ON *.* TO 'ad\x1b[31min'@'%'",
        ])
        .await
        .unwrap();
    let home = Home::new();
    let run = async |args: &[&str]| {
        let ended = home.stampede(args).env("MYSQL_URL", mariadb.url()).spawn().wait().await;
        harmless(&ended);
        ended
    };
    for (name, code) in [("ev\x1b[31mil", 0), ("n\nl", 0), ("b\u{202e}d", 0), ("ad\x1b[31min", 5)] {
        let args = [
            "protect",
            "limit",
            name,
            "--to",
            "5",
            "--yes",
            "--confirm",
            "mysql",
            "--no-watch",
            "--incident",
            "night",
        ];
        let ended = run(&args).await;
        assert_eq!(ended.end, End::Code(code), "{ended}");
    }
    let limits = mariadb.query("SELECT User FROM mysql.user WHERE max_user_connections = 5").await.unwrap();
    assert_eq!(limits.len(), 3, "{limits:?}");
    for args in [&["incident", "show", "night"][..], &["status", "night"], &["undo", "night", "--dry-run"]] {
        assert_eq!(run(args).await.end, End::Code(0));
    }
    for args in [
        &["detect", "--config", "/nowhere/\x1b[31mx.yaml"][..],
        &["detect", "--target", "\x1b[31m\nx"],
        &["detect", "logs", "/nowhere/\x1b[31mx\u{202e}.log"],
        &["run", "/nowhere/\x1b[31mx.yaml"],
        &["break", "\x1b[31mx\u{202e}"],
        &["run", "--set", "\x1b[31mx=1"],
        &["run", "--set", "\x1b[31mx"],
        &["run", "--fact", "\x1b[31mx"],
        &["status", "\x1b[31mx\u{202e}"],
    ] {
        assert_ne!(run(args).await.end, End::Code(0));
    }
}

/// What was typed is kept in the journal, and what an action was given: neither with a password or token (S30).
#[tokio::test]
async fn s30_a_url_that_was_typed_is_kept_without_its_secrets() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let home = Home::new();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Answer(204, "")).await;
    let server = format!("127.0.0.1:{}", warmer.port);
    for url in
        [format!("http://u:pa/s3cr3t@{server}/{{key}}"), format!("http://{server}/{{key}}?token=s3cr3t")]
    {
        let warm = ["recover", "warm", "x", "--http", &url, "--yes", "--no-watch", "--incident", "night"];
        harmless(&run(&home, &redis, &warm).await);
    }
    let journals = std::fs::read_dir(home.state().join("stampede/incidents")).unwrap();
    for journal in
        journals.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "jsonl"))
    {
        let kept = std::fs::read_to_string(journal.path()).unwrap();
        assert!(!kept.contains("s3cr3t"), "{kept}");
        assert!(kept.contains("token=***"), "{kept}");
    }
}
