//! The subcommands, as the real binary answers them.

use stampede::exit::Exit;
use stampede::lab::{Lab, connect};
use stampede::playbook::{SHIPPED, skeleton};

use super::with_keys;
use crate::support::binary::{End, Home, Ran, stampede};
use crate::support::night::Night;

fn narrow(ran: &Ran) {
    for line in ran.stdout.lines().filter(|line| !line.contains("$ ") && !line.contains("sha256")) {
        assert!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
}

#[test]
fn validate_says_one_line_for_each_good_file_and_every_problem_of_a_bad_one() {
    let good = skeleton("mine").unwrap();
    let bad = with_keys("with: { value: \"5000\" }\nwhne: cache.up\nwhen: cache.clients_ration > 0.8");
    let ran = stampede(["playbook", "validate", "mine.yaml"]).file("mine.yaml", &good).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert!(ran.stdout.starts_with("mine.yaml: ok (mine, 2 steps, sha256 "), "{ran}");
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (1, ""), "{ran}");

    let both = |extra: &[&str]| {
        stampede(["playbook", "validate", "mine.yaml", "bad.yaml", "gone.yaml"].iter().chain(extra))
            .file("mine.yaml", &good)
            .file("bad.yaml", &bad)
            .run()
    };
    let ran = both(&[]);
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    for words in
        ["bad.yaml:9:24: ", "bad.yaml:10:9: ", "bad.yaml:11:15: ", "cannot read gone.yaml: no such file"]
    {
        assert!(ran.stdout.contains(words), "{words}: {ran}");
    }
    let ran = both(&["-o", "json"]);
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    let files = &ran.json()["files"];
    assert_eq!((&files[0]["ok"], &files[0]["steps"][1]), (&true.into(), &"idle-timeout".into()));
    let places: Vec<_> = files[1]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["line"].as_u64(), p["column"].as_u64()))
        .collect();
    assert_eq!(places, [(Some(9), Some(24)), (Some(10), Some(9)), (Some(11), Some(15))]);
    assert_eq!(files[2]["problems"][0]["line"], serde_json::Value::Null);
}

#[test]
fn list_finds_the_shipped_ones_and_those_in_our_folders() {
    let mine = skeleton("mine").unwrap();
    let machine = || {
        stampede(["playbook", "list"])
            .file("playbooks/mine.yaml", &mine)
            .file("playbooks/broken.yaml", "version: 1\n")
            .file("playbooks/cache-stampede-3am.yaml", skeleton("cache-stampede-3am").unwrap())
            .file("playbooks/other.yaml", &mine)
            .file(".config/stampede/playbooks/mine.yaml", &mine)
            .file(".config/stampede/playbooks/xdg.yaml", skeleton("xdg").unwrap())
    };
    let ran = machine().run();
    assert_eq!(ran.status, 0, "{ran}");
    narrow(&ran);
    let list = machine().arg("-o").arg("json").run().json();
    let of = |name: &str| -> Vec<serde_json::Value> {
        list["playbooks"].as_array().unwrap().iter().filter(|p| p["name"] == name).cloned().collect()
    };
    assert_eq!(of("redis-connections-exhausted")[0]["path"], serde_json::Value::Null);
    let default = of("cache-stampede-3am");
    assert_eq!(
        (&default[0]["hidden"], &default[1]["hidden"]),
        (&serde_json::Value::Null, &"hidden by the shipped one".into())
    );
    assert_eq!(of("mine").len(), 2);
    assert_eq!(
        (&of("mine")[0]["usable"], &of("mine")[0]["path"]),
        (&true.into(), &"./playbooks/mine.yaml".into())
    );
    assert!(of("mine")[1]["hidden"].as_str().unwrap().contains("./playbooks/mine.yaml"));
    assert_eq!((&of("xdg")[0]["usable"], &of("broken")[0]["usable"]), (&true.into(), &false.into()));
    assert_eq!(of("other")[0]["usable"], false, "it says that its name is mine");
}

#[test]
fn a_name_that_leads_nowhere_is_a_typing_mistake_and_a_bad_file_is_78() {
    let ran = stampede(["playbook", "explain", "cache-stampede-4am"]).run();
    assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
    assert!(ran.stderr.contains("did you mean cache-stampede-3am?"), "{ran}");
    let ran = stampede(["playbook", "show", "./p.yaml"]).file("p.yaml", "version: 2\n").run();
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    assert!(ran.stderr.contains("p.yaml:1:10: this program reads version 1"), "{ran}");
    let ran = stampede(["playbook", "new", "My Playbook"]).run();
    assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
}

#[test]
fn new_writes_what_validates_and_show_what_can_be_written_again() {
    let ran = stampede(["playbook", "new", "mine"]).run();
    let mine = stampede(["playbook", "validate", "mine.yaml"]).file("mine.yaml", &ran.stdout).run();
    assert_eq!(mine.status, 0, "{mine}");
    let shown = stampede(["playbook", "show", "redis-connections-exhausted"]).run();
    let again = stampede(["playbook", "validate", "x.yaml"]).file("x.yaml", &shown.stdout).run();
    assert_eq!(again.status, 0, "{again}");
    let document = stampede(["playbook", "show", "-o", "json"]).run().json();
    assert_eq!(document["name"], "cache-stampede-3am");
    assert_eq!(document["hash"].as_str().unwrap().len(), 64);
    assert_eq!(document["stages"][0]["steps"][0]["action"], "redis.maxclients");
}

/// S30: a file that plays tricks on the terminal is shown for what it is. A pipe gets it as it is: it will be a file again.
#[tokio::test]
async fn show_and_explain_escape() {
    let source = skeleton("p").unwrap().replace("One sentence", "One \u{202e}sentence");
    let ran = stampede(["playbook", "explain", "./p.yaml"]).file("p.yaml", &source).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert!(ran.stdout.contains("One \\u{202e}sentence"), "{ran}");
    let home = Home::new();
    home.file("p.yaml", &source);
    assert_eq!(home.stampede(["playbook", "show", "./p.yaml"]).run().stdout, source);
    let mut terminal = home.terminal(["playbook", "show", "./p.yaml"], &[]);
    terminal.expect("One \\u{202e}sentence").await;
    assert_eq!(terminal.wait().await, End::Code(0));
}

/// A copy of a shipped playbook is one of its own, called like its file: it validates, its cases pass, and it runs.
#[tokio::test]
async fn a_copy_of_a_shipped_playbook_is_called_like_its_file() {
    let lab = Lab::new().unwrap();
    for shipped in SHIPPED {
        let home = Home::new();
        let shown = home.stampede(["playbook", "show", shipped.name]).run();
        home.file("playbooks/mine.yaml", &shown.stdout);
        let validated = home.stampede(["playbook", "validate", "playbooks/mine.yaml"]).run();
        assert!(validated.stdout.contains("ok (mine, "), "{validated}");
        let tested = home.stampede(["playbook", "test", "mine"]).run();
        assert_eq!(tested.status, 0, "{tested}");
        assert!(tested.stdout.contains("mine"), "{tested}");
        let listed = home.stampede(["playbook", "list", "-o", "brief"]).run();
        assert!(listed.stdout.lines().any(|name| name == "mine"), "{listed}");
    }
    let home = Home::new();
    home.file("playbooks/mine.yaml", stampede(["playbook", "show"]).run().stdout);
    let redis = lab.redis(&["--maxclients", "50"]).await.unwrap();
    let _night = Night::over(&redis).await;
    let args = ["break", "--playbook", "mine", "--set", "clients=60", "--yes", "--no-watch", "-o", "json"];
    let ran = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
    assert!(ran.stdout.contains(r#""event":"playbook","name":"mine""#), "{ran}");
    assert!(matches!(ran.end, End::Code(0 | 5)), "{ran}");
}

/// Without an argument an action does what the step of the default playbook would.
#[tokio::test]
async fn an_action_has_the_defaults_of_the_default_playbook() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "50", "--maxmemory-policy", "allkeys-lfu"]).await.unwrap();
    let mut cache = connect(&redis.url()).await.unwrap();
    for n in 0..250 {
        let key = format!("user:{n}");
        let mut pipe = redis::pipe();
        pipe.cmd("SET").arg(&key).arg("x").arg("EX").arg(600);
        for _ in 0..50 {
            pipe.cmd("GET").arg(&key);
        }
        pipe.query_async::<()>(&mut cache).await.unwrap();
    }
    let home = Home::new();
    let plan = async |args: &[&str]| {
        let args = [args, &["--dry-run", "-o", "json"]].concat();
        let ended = home.stampede(args).env("REDIS_URL", redis.url()).spawn().wait().await;
        let events =
            ended.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let planned = events.into_iter().find(|event| event["event"] == "planned");
        planned.unwrap_or_else(|| panic!("{ended}"))["change"]["summary"].clone()
    };
    for (action, step) in
        [("maxclients", "raise-maxclients"), ("timeout", "idle-timeout"), ("freeze", "freeze-hot-keys")]
    {
        // Whether the step applies at this load is another question.
        let source = stampede(["playbook", "show"]).run().stdout;
        let when = "when: cache.clients_ratio > 0.8 || cache.rejected > 0";
        let kept: Vec<&str> = source.lines().filter(|line| line.trim() != when).collect();
        home.file("all.yaml", kept.join("\n"));
        let whole = plan(&["break", "--playbook", "./all.yaml", "--only", step]).await;
        assert_eq!(plan(&["break", action]).await, whole, "{action}");
    }
}

#[test]
fn a_step_or_playbook_that_is_nearly_there_is_named() {
    let hint = |args: &[&str]| {
        let ran = stampede(args).env("REDIS_URL", "redis://127.0.0.1:1").run();
        assert_eq!(ran.status, 64, "{ran}");
        ran.stderr
    };
    assert!(hint(&["run", "--playbook", "defalt"]).contains("did you mean default?"));
    assert!(hint(&["run", "cold-cach"]).contains("did you mean cold-cache?"));
    assert!(hint(&["break", "--playbook", "stampede"]).contains("did you mean cache-stampede-3am?"));
    for option in ["--only", "--from", "--skip"] {
        assert!(hint(&["break", option, "maxclinets"]).contains("did you mean raise-maxclients?"));
    }
    let same = |name: &str| stampede(["playbook", "show", name, "-o", "json"]).run().json();
    assert_eq!(same("default"), same("cache-stampede-3am"));
}

#[test]
fn explain_is_a_page_with_everything_on_it() {
    let everything = include_str!("everything.yaml");
    let ran =
        stampede(["playbook", "explain", "./everything.yaml"]).file("everything.yaml", everything).run();
    assert_eq!(ran.status, 0, "{ran}");
    narrow(&ran);
    insta::assert_snapshot!(ran.stdout, @r##"
    everything
      Uses every key.
      sha256 30410440098a07329000446bc6ed0865949a3c0914b76ea0418381cf88cf3289

    What may be set
      --set base=… clients (int; 4000 when it is not set)
      --set clients=… clients (int; ${base} when it is not set)
      --set idle=… idle time (duration; 5m when it is not set)
      --set who=… whose connections are closed (text; must be set)
      --set app=… a name (text; app-${who} when it is not set)

    What the targets must be (S7), or nothing is done
      redis: Redis, 7, primary, 0123abcd

    What to find out about the application by daylight
      on_cache_error: it decides on the timeout (written for stale or error)
      tolerates_read_only: it decides on read-only (written for true)

    DETECT                                                                      20 s
    --------------------------------------------------------------------------------
           $ stampede detect
      It asks before it begins, unless one of these holds or may hold:
      - cache.hit_ratio is below 90 %
      - stampede is true and database.read_only is false
      It also asks where the measurement says healthy, traffic surge, slow database
      or cache down.

    BREAK                                                                 1 min 30 s
    --------------------------------------------------------------------------------

      1. raise
         More may connect.
         Does   redis.maxclients: value 4000 (as ${clients})
         On     the target redis
         When   cache.clients_ratio is above 80 % or cache.rejected is above 0/s;
                not applicable where that is known to be false
         Needs  facts.on_cache_error is stale or error and cache.hit_ratio is below
                50 %; blocked unless that is known to be true
         Asks   for the target's name
         Proof  beside the action's own: cache.clients_ratio is below 100 %
         Watch  database.running for 15 s; 1.2 times worse than its trend: it is
                undone by itself
         Limit  30 s; an act in flight is never cut off
         Back   stampede undo --step raise
         Fails  what this phase did is put back, newest first
         By hand
           $ redis-cli CONFIG GET maxclients  # note OLD; only ever raise it
           $ redis-cli CONFIG SET maxclients 4000
         Back by hand
           $ redis-cli CONFIG SET maxclients OLD

      2. idle
         Does   redis.timeout: value 5m (as ${idle})
         On     every redis target
         When   cache.clients is above 10 and level is critical; not applicable
                where that is known to be false
         Asks   for the target's name while on_cache_error is unknown; refused where
                it is database (S6)
         Back   stampede undo --step idle
         Fails  nothing more is done
         By hand
           $ redis-cli CONFIG GET timeout  # note OLD
           $ redis-cli CONFIG SET timeout 300
         Back by hand
           $ redis-cli CONFIG SET timeout OLD

    PROTECT                                                               1 min 30 s
    --------------------------------------------------------------------------------

      3. close
         Does   redis.clients.kill-idle: idle 10m, limit 5, of ${app}
         On     every redis target
         Asks   for the target's name; refused where on_cache_error is database (S6)
         Back   not undone: they are gone
         Fails  goes on with the next step
         By hand
           $ redis-cli CLIENT LIST TYPE normal  # id=, addr= and idle= of each
           $ redis-cli CLIENT KILL ID ID ADDR ADDR  # each idle for more than 600 s

      4. scale
         Does   kubernetes.scale: workload deployment/redis, replicas 3
         On     every kubernetes target
         Asks   y or n; for the target's name where its plan says so
         Back   stampede undo --step scale
         Fails  nothing more is done
         By hand
           $ kubectl get deployment/redis  # note OLD
           $ kubectl scale deployment/redis --replicas=3
         Back by hand
           $ kubectl scale deployment/redis --replicas=OLD

    RECOVER: immediate, until 2 min after it began
    --------------------------------------------------------------------------------
      no steps

    RECOVER: warm, until 10 min after it began
    --------------------------------------------------------------------------------
      no steps

    WHAT THE NAMES MEAN
    --------------------------------------------------------------------------------
      cache.hit_ratio: Hits / (hits + misses) in the window, our own lookups
          subtracted
      cache.clients: Connected clients now
      cache.clients_ratio: Connected clients / maxclients, the worst node
      cache.rejected: Connections refused (at maxclients, or by protected mode), per
          second in the window
      database.running: Statements running now, our own excluded
      database.read_only: Whether ordinary clients can not write
      Of several targets the worst decides: the lowest hit ratio, the highest of
      most others.

    WHERE THIS DEPARTS FROM THE PROTOCOL DOCUMENT
    --------------------------------------------------------------------------------
      raise: it is the same

    AFTERWARDS
    --------------------------------------------------------------------------------
           $ stampede status
           $ stampede undo
    "##);
}

#[test]
fn schema_is_json_and_lists_metrics_on_request() {
    assert!(stampede(["playbook", "schema"]).run().json()["$defs"]["Step"].is_object());
    let ran = stampede(["playbook", "schema", "--metrics"]).run();
    narrow(&ran);
    for name in [
        "cache.hit_ratio (a share, 0-1)",
        "database.queries_vs_baseline (a multiple)",
        "pattern",
        "facts.NAME",
    ] {
        assert!(ran.stdout.contains(name), "{name}: {ran}");
    }
}

#[test]
fn test_runs_cases_and_says_what_is_wrong() {
    let ran = stampede(["playbook", "test"]).run();
    assert_eq!(ran.status, 0, "{ran}");
    narrow(&ran);
    let case = "test:\n  - name: a night\n    observations: night.json\n    expect: { level: ok, steps: [raise-maxclients] }\n";
    let source = skeleton("mine").unwrap().replace("# test:\n", &format!("{case}# test:\n"));
    let night = include_str!("../../playbooks/fixtures/stampede-with-room.json");
    let run = |night: &str| {
        let ran = stampede(["playbook", "test", "./mine.yaml"])
            .file("mine.yaml", &source)
            .file("night.json", night)
            .run();
        assert_eq!(ran.status, Exit::Failed as i32, "{ran}");
        narrow(&ran);
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let found = run(night);
    for words in [
        "mine: 1 of 1 cases fail",
        "level: expected ok, found critical",
        "it asks first: no signal of this playbook",
        "steps: expected raise-maxclients, found none",
    ] {
        assert!(found.contains(words), "{words}: {found}");
    }
    assert!(
        run("{\"targets\":[{\"name\":\"r\",\"kind\":\"redis\",\"metrics\":{\"cache.hit_raito\":1}}]}")
            .contains("did you mean cache.hit_ratio?")
    );
    assert!(run("{\"targets\":[],\"usuel\":{}}").contains("unknown field `usuel`"));
    assert!(run("no json").contains("cannot use night.json"));
    let missing = stampede(["playbook", "test", "./mine.yaml"]).file("mine.yaml", &source).run();
    assert!(missing.stdout.contains("cannot use night.json: no such file"), "{missing}");
}

#[test]
fn a_document_that_detect_wrote_is_a_fixture() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/classic_expiry-1.csv");
    let document = stampede(["detect", "-o", "json", "--replay"]).arg(&file).run();
    assert!(stampede::playbook::Fixture::parse(&document.stdout).is_ok());
}

#[test]
fn an_old_name_of_an_action_is_understood_and_today_s_is_told() {
    let text = include_str!("../../playbooks/hot-key-expiry.yaml");
    let old = text.replace("action: redis.freeze", "action: redis.ttl.extend");
    assert_ne!(old, text);
    let line = 1 + old.lines().position(|line| line.contains("redis.ttl.extend")).unwrap();
    let told = format!("line {line}: redis.ttl.extend is called redis.freeze now");
    let ran = stampede(["playbook", "validate", "old.yaml"]).file("old.yaml", &old).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert_eq!(ran.stdout.lines().nth(1), Some(format!("  {told}").as_str()), "{ran}");
    let ran = stampede(["playbook", "validate", "old.yaml", "-o", "json"]).file("old.yaml", &old).run();
    assert_eq!(ran.json()["files"][0]["notes"], serde_json::json!([told]));
}
