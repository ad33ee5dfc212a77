//! Integration tests: `stampede recover` as it is typed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use stampede::lab::{Lab, RedisServer};

use crate::support::binary::{End, Home};
use crate::support::keys::client;
use crate::support::warmer::{Does, Warmer};

/// A cache with LFU counters, of which ten keys are hot.
async fn cache(lab: &Lab) -> RedisServer {
    let redis = lab.redis(&["--maxmemory-policy", "allkeys-lfu", "--maxmemory", "64mb"]).await.unwrap();
    for n in 0..200 {
        redis.says(&["SET", &format!("user:{n}"), "x", "EX", "900"]).await.unwrap();
    }
    for _ in 0..300 {
        for n in 0..10 {
            redis.says(&["GET", &format!("user:{n}")]).await.unwrap();
        }
    }
    redis
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hottest_keys_are_listed_with_sizes_and_ttls_and_in_a_form_that_warm_reads() {
    let lab = Lab::new().unwrap();
    let redis = cache(&lab).await;
    let home = Home::new();
    let keys = |args: &[&str]| {
        let mut all = vec!["recover", "keys"];
        all.extend(args);
        home.stampede(all).env("REDIS_URL", redis.url()).run()
    };
    let table = keys(&["--top", "10"]);
    assert_eq!(table.status, 0, "{}{}", table.stdout, table.stderr);
    assert!(table.stdout.starts_with("10 keys, 0 of them missing\n"), "{}", table.stdout);
    let words = table.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("LFU counters of all 200 keys"), "{words}");
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{}", table.stdout);
    let listed = lines(&keys(&["--top", "10", "-o", "json"]).stdout);
    assert_eq!(listed.len(), 10);
    for key in &listed {
        let name = key["key"].as_str().unwrap();
        assert!(name.strip_prefix("user:").unwrap().parse::<u32>().unwrap() < 10, "{name}");
        assert!(key["bytes"].as_u64().unwrap() > 20 && key["ttl_ms"].as_u64().unwrap() > 800_000, "{key}");
        assert_eq!(key["missing"], false);
    }
    // What is given is listed in its order, and what is not there is said to be missing.
    home.file("hot.txt", "user:3\ngone:1\n");
    let path = home.path().join("hot.txt");
    let given = lines(&keys(&["--keys", path.to_str().unwrap(), "-o", "json"]).stdout);
    assert_eq!((given[0]["key"].as_str(), given[1]["missing"].as_bool()), (Some("user:3"), Some(true)));
    let names = keys(&["--pattern", "user:1?", "--names"]).stdout;
    assert_eq!(names.lines().count(), 10);
    let nul = keys(&["--keys", path.to_str().unwrap(), "--nul"]).stdout;
    assert_eq!(nul, "user:3\0gone:1\0");
}

/// An answer that is an error is no empty page: without the right to SCAN nobody knows whether anything matches.
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_may_not_be_looked_for_are_not_said_to_be_none() {
    let lab = Lab::new().unwrap();
    let rules = ["ops on >pw ~* &* +@all -scan", "default on nopass ~* &* +@all"];
    let redis = lab.redis_with_acl(&rules, &[]).await.unwrap();
    redis.says(&["SET", "x:1", "x"]).await.unwrap();
    let home = Home::new();
    let keys = |url: String| {
        home.stampede(["recover", "keys", "--pattern", "x:*", "--names"]).env("REDIS_URL", url).run()
    };
    let refused = keys(format!("redis://ops:pw@127.0.0.1:{}", redis.port()));
    assert_eq!((refused.status, refused.stdout.as_str()), (3, ""), "{refused}");
    assert!(refused.stderr.contains("does not permit user ops: NOPERM"), "{refused}");
    assert!(refused.stderr.contains("'scan'") && !refused.stderr.contains("match"), "{refused}");
    let allowed = keys(redis.url());
    assert_eq!((allowed.status, allowed.stdout.as_str()), (0, "x:1\n"), "{allowed}");
}

/// From one command to the other, and what was hot before the first change is still known when it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_hot_before_the_first_change_is_warmed_after_the_flush() {
    let lab = Lab::new().unwrap();
    let redis = cache(&lab).await;
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let home = Home::new();
    home.file(
        "stampede.yaml",
        format!(
            "targets: {{ cache: {{ redis: \"127.0.0.1:{}\" }} }}\nrebuild: {{ http: \"{}\", headers: {{ x-token: env:WARM_TOKEN }} }}\n",
            redis.port(),
            warmer.template()
        ),
    );
    let run = |args: &[&str], stdin: &str| {
        let running = home.stampede(args).env("WARM_TOKEN", "s3cret-token").stdin(stdin);
        running.run()
    };
    let act = ["--yes", "--no-watch"];
    let raised = run(&[&["break", "freeze", "--pattern", "user:1?", "--by", "10m"][..], &act].concat(), "");
    assert_eq!(raised.status, 0, "{}{}", raised.stdout, raised.stderr);
    redis.says(&["FLUSHALL"]).await.unwrap();

    let kept = run(&["recover", "keys", "--from-evidence", "--names"], "");
    assert!(
        kept.stdout.lines().take(10).all(|name| name.starts_with("user:")),
        "{}{}",
        kept.stdout,
        kept.stderr
    );
    let dry = run(&["recover", "warm", "--keys", "-", "--dry-run"], "user:1\nuser:2\n");
    assert_eq!((dry.status, warmer.asked().len()), (0, 0), "{}{}", dry.stdout, dry.stderr);
    // A list that was cut short the last time is not taken for the whole.
    let begun = home.state().join("stampede/incidents/keys");
    let name = stampede::digest::sha256(kept.stdout.as_bytes())[..16].to_owned();
    std::fs::create_dir_all(&begun).unwrap();
    std::fs::write(begun.join(name), "user:1\n").unwrap();
    let warmed = run(&[&["recover", "warm", "--keys", "-", "-o", "json"][..], &act].concat(), &kept.stdout);
    assert_eq!(warmed.status, 0, "{}{}", warmed.stdout, warmed.stderr);
    let outcome = lines(&warmed.stdout).into_iter().find(|event| event["event"] == "outcome");
    let outcome = outcome.unwrap_or_else(|| panic!("{warmed}"));
    assert_eq!((outcome["outcome"].as_str(), outcome["in_effect"].as_bool()), (Some("done"), Some(false)));
    let all = kept.stdout.lines().count();
    assert!(outcome["notes"][0].as_str().unwrap().starts_with(&format!("{all} keys refilled")), "{outcome}");
    assert_eq!(redis.says(&["GET", "user:3"]).await.unwrap().trim(), "fresh");

    // And without a list: what was hot then.
    redis.says(&["FLUSHALL"]).await.unwrap();
    let hot = run(&[&["recover", "warm", "--top", "5"][..], &act].concat(), "");
    assert_eq!(hot.status, 0, "{}{}", hot.stdout, hot.stderr);
    let hot_words = hot.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(hot_words.contains("have the 5 hottest keys refilled that are missing"), "{}", hot.stdout);
    assert!(hot_words.contains("that were hot before the first change and are gone"), "{}", hot.stdout);
    let journal = run(&["incident", "show", "-o", "json"], "").stdout;
    assert!(!journal.contains("s3cret-token"), "S30");
    assert!(!(warmed.stdout + &hot.stdout + &hot.stderr).contains("s3cret-token"), "S30");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_of_the_command_line_are_told_and_nothing_is_called() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let home = Home::new();
    let code = |args: &[&str]| {
        let ran = home.stampede(args).env("REDIS_URL", redis.url()).run();
        (ran.status, ran.stdout + &ran.stderr)
    };
    for args in [
        &["recover", "warm", "--http", "http://h/warm"][..],
        &["recover", "warm", "user:1", "--keys", "f"],
        &["recover", "warm", "--pattern", "user:*"],
        &["recover", "ttl", "--pattern", "user:*"],
        &["recover", "ttl", "--raise", "--restore"],
        &["recover", "stagger"],
        &["recover", "stagger", "--pattern", "u*", "--over", "10m", "--rate", "500", "--no-throttle"],
        &["recover", "keys", "--keys", "a", "--pattern", "b"],
    ] {
        let (code, said) = code(args);
        assert_eq!(code, 64, "{args:?}: {said}");
    }
    let (blocked, said) = code(&["recover", "warm", "user:1", "--yes"]);
    assert_eq!(blocked, 5, "{said}");
    assert!(said.contains("how the application refills a key is not configured"), "{said}");
    let (missing, said) =
        code(&["recover", "warm", "--keys", "/no/such/file", "--http", "http://127.0.0.1:1/{key}", "--yes"]);
    assert!(missing == 4 || missing == 5, "{missing} {said}");
}

/// Users who look something up, a hit or a miss as is said.
struct Users {
    hits: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

impl Users {
    async fn come(redis: &RedisServer) -> Self {
        redis.says(&["SET", "there", "x"]).await.unwrap();
        let mut cache = client(redis).await;
        let hits = Arc::new(AtomicBool::new(false));
        let says = hits.clone();
        let task = tokio::spawn(async move {
            loop {
                let key = if says.load(Ordering::Relaxed) { "there" } else { "gone" };
                let mut pipe = redis::pipe();
                (0..100).for_each(|_| _ = pipe.cmd("GET").arg(key).ignore());
                pipe.query_async::<()>(&mut cache).await.unwrap();
                stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        Self { hits, task }
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A home whose application has a breaker.
fn with_a_breaker(redis: &RedisServer) -> Home {
    let home = Home::new();
    home.file(
        "stampede.yaml",
        format!(
            "targets: {{ cache: {{ redis: \"127.0.0.1:{}\" }} }}\nthresholds: {{ minimum_lookups: 100 }}\n\
             flags: {{ breaker: {{ key: \"app:breaker\", value: open }} }}\n",
            redis.port()
        ),
    );
    home
}

/// S29: what keeps load away is lifted only when the hit ratio has held; then newest first, and `verify` says when it is over.
#[tokio::test(flavor = "multi_thread")]
async fn s29_what_keeps_load_away_is_lifted_when_the_hit_ratio_has_held() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["CONFIG", "SET", "maxclients", "500"]).await.unwrap();
    let users = Users::come(&redis).await;
    let home = with_a_breaker(&redis);
    let run = |args: &[&str]| home.stampede(args).run();
    for act in [&["break", "maxclients", "--to", "600"][..], &["break", "flag", "breaker", "--ttl", "10m"]] {
        let ran = run(&[act, &["--yes", "--no-watch"]].concat());
        assert_eq!(ran.status, 0, "{ran}");
    }
    let undo = ["recover", "undo", "--yes", "--windows", "2", "--window", "500ms"];
    let refused = run(&undo);
    assert_eq!(refused.status, 5, "{refused}");
    assert!(
        refused
            .stderr
            .contains("refused: S29 flag keeps load away, and the hit ratio of cache has not held: 0.0 %"),
        "{refused}"
    );
    assert!(refused.stderr.contains("still in effect: flag, maxclients"), "{refused}");
    let shown = run(&["incident", "show", "-o", "json"]);
    let record = shown.stdout.lines().find(|line| line.contains(r#""event":"refused""#)).unwrap();
    let record: serde_json::Value = serde_json::from_str(record).unwrap();
    assert_eq!((&record["rule"], &record["phase"]), (&"S29".into(), &"recover: lift".into()), "{record}");
    assert!(record["why"].as_str().unwrap().starts_with("flag keeps load away, and "), "{record}");
    let verify = ["recover", "verify", "--windows", "2", "--window", "500ms"];
    let not_yet = run(&verify);
    assert_eq!(not_yet.status, 1, "{not_yet}");
    assert!(not_yet.stdout.starts_with("NOT YET: it is not over\n"), "{not_yet}");
    assert!(not_yet.stdout.contains("not yet  hit ratio of cache: 0.0 % (at least 95.0 %)"), "{not_yet}");

    users.hits.store(true, Ordering::Relaxed);
    let lifted = run(&undo);
    assert_eq!(lifted.status, 0, "{lifted}");
    let (flag, maxclients) = (lifted.stdout.find("put back: "), lifted.stdout.rfind("put back: "));
    assert!(flag < maxclients, "newest first: {lifted}");
    assert_eq!(redis.says(&["EXISTS", "app:breaker"]).await.unwrap().trim(), "0");
    assert!(redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap().contains("500"));

    let drift = ["--drift-check", "--after", "0s"];
    let over = run(&[&verify[..], &drift].concat());
    assert_eq!(over.status, 0, "{over}");
    assert!(over.stdout.starts_with("OK: it is over\n"), "{over}");
    assert!(over.stdout.contains("ok       maxclients: put back in 1 place, as the journal says"), "{over}");
    assert!(over.stdout.lines().all(|line| line.chars().count() <= 80), "{over}");

    // Somebody's configuration management sets ours again.
    redis.says(&["CONFIG", "SET", "maxclients", "600"]).await.unwrap();
    let again = ["--drift-check", "--after", "1s", "--close", "-o", "json"];
    let drifted = run(&[&verify[..], &again].concat());
    assert_eq!(drifted.status, 1, "{drifted}");
    let document = drifted.json();
    assert_eq!(
        (document["over"].as_bool(), document["drift"].as_array().map(Vec::len)),
        (Some(false), Some(2))
    );
    let one = &document["drift"][0][0];
    assert!(one["step"] == "maxclients" && one["agrees"] == false, "{document}");
    assert!(!drifted.stderr.contains("closed"), "{drifted}");

    redis.says(&["CONFIG", "SET", "maxclients", "500"]).await.unwrap();
    let closed = run(&[&verify[..], &drift, &["--close"]].concat());
    assert_eq!(closed.status, 0, "{closed}");
    assert!(closed.stderr.contains(" closed"), "{closed}");
    let shown = run(&["incident", "show"]);
    assert!(shown.stdout.contains("verify"), "{shown}");
}

/// S29: the lift of a playbook waits for the hit ratio, and does not end with everything in effect after its first bad look.
#[tokio::test(flavor = "multi_thread")]
async fn s29_a_lift_waits_until_the_hit_ratio_has_held() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let users = Users::come(&redis).await;
    let home = with_a_breaker(&redis);
    home.file(
        "back.yaml",
        "version: 1\nname: back\nsummary: s\nphases:\n  recover:\n    stages:\n      \
         - { id: restore, until: 10m, steps: [], lift: true }\n",
    );
    let flag = home.stampede(["break", "flag", "breaker", "--ttl", "20m", "--yes", "--no-watch"]).run();
    assert_eq!(flag.status, 0, "{flag}");
    let mut run = home.stampede(["run", "back.yaml", "--yes"]).spawn();
    let said = run.err("waits for this to hold, for at most").await;
    assert_eq!(redis.says(&["EXISTS", "app:breaker"]).await.unwrap().trim(), "1", "{said}");
    users.hits.store(true, Ordering::Relaxed);
    let ended = run.wait().await;
    assert_eq!(ended.end, End::Code(0), "{ended}");
    assert_eq!(redis.says(&["EXISTS", "app:breaker"]).await.unwrap().trim(), "0", "{ended}");
}

/// S28: what a freeze leaves is a risk for who did not do it, and none for the incident that did.
#[tokio::test(flavor = "multi_thread")]
async fn s28_what_this_incident_has_frozen_is_no_colleague_s() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut keys = redis::pipe();
    (0..200).for_each(|n| {
        _ = keys.cmd("SET").arg(format!("user:{n}")).arg("x").arg("PX").arg(600_123 + n).ignore();
    });
    keys.query_async::<()>(&mut client(&redis).await).await.unwrap();
    let (home, colleague) = (Home::new(), Home::new());
    let run = |home: &Home, args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).run();
    let frozen = run(&home, &["break", "freeze", "--pattern", "user:*", "--yes", "--no-watch"]);
    assert!(frozen.stdout.contains("200 keys live longer"), "{frozen}");
    let plan = ["recover", "stagger", "--pattern", "user:*", "--over", "10m", "--dry-run"];
    let theirs = run(&colleague, &plan);
    assert!(theirs.stdout.contains("S28 100.0 % of the keys looked at"), "{theirs}");
    let ours = run(&home, &plan);
    assert!(ours.stdout.contains("would spread") && !ours.stdout.contains("S28"), "{ours}");
}

/// S14: a switch that this incident has set ends when it ends, also where nobody has configured it.
#[tokio::test(flavor = "multi_thread")]
async fn s14_a_switch_that_this_incident_has_set_is_not_frozen() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "app:page", "x", "EX", "600"]).await.unwrap();
    let home = Home::new();
    let run = |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).run();
    let set = run(&[
        "break",
        "flag",
        "--key",
        "app:traffic",
        "--value",
        "10",
        "--ttl",
        "10m",
        "--yes",
        "--no-watch",
    ]);
    assert_eq!(set.status, 0, "{set}");
    let frozen = run(&["break", "freeze", "--pattern", "app:*", "--by", "15m", "--yes", "--no-watch"]);
    assert!(frozen.stdout.contains("1 keys live longer"), "{frozen}");
    let left: i64 = redis.says(&["TTL", "app:traffic"]).await.unwrap().trim().parse().unwrap();
    assert!((1..=600).contains(&left), "it ends in {left} s");
}

/// What ends by itself is neither lifted nor in the way of closing; `stampede undo` still puts it back.
#[tokio::test(flavor = "multi_thread")]
async fn spread_expiries_are_left_to_end_by_themselves() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "user:1", "x", "EXAT", "4102444800"]).await.unwrap();
    let home = Home::new();
    let run = |args: &[&str]| home.stampede(args).env("REDIS_URL", redis.url()).run();
    let staggered =
        run(&["recover", "stagger", "--pattern", "user:*", "--over", "10m", "--yes", "--no-watch"]);
    assert_eq!(staggered.status, 0, "{staggered}");
    let lifted = run(&["recover", "undo", "--yes", "--windows", "1", "--window", "300ms"]);
    assert_eq!(lifted.status, 0, "{lifted}");
    assert!(lifted.stderr.contains("left to end by themselves: stagger"), "{lifted}");
    assert_ne!(redis.says(&["PEXPIRETIME", "user:1"]).await.unwrap().trim(), "4102444800000");
    let closed = run(&["incident", "close"]);
    assert_eq!(closed.status, 0, "{closed}");
    let name = closed.stdout.split_whitespace().nth(1).unwrap();
    let undone = run(&["undo", name, "--yes"]);
    assert_eq!(undone.status, 0, "{undone}");
    assert_eq!(redis.says(&["PEXPIRETIME", "user:1"]).await.unwrap().trim(), "4102444800000");
}
