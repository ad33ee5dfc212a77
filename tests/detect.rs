//! `stampede detect` from start to end: the real binary on real servers, in every form of output.

use stampede::exit::Exit;
use stampede::lab::Lab;

use crate::support::binary::{End, Home, Ran, Stampede, stampede};

/// Redis, MariaDB and PostgreSQL of one lab, in the environment of the binary.
async fn three_servers(lab: &Lab, args: &[&str]) -> Stampede {
    let redis = lab.redis(&[]).await.unwrap();
    let maria = lab.mariadb(&[]).await.unwrap();
    let pg = lab.postgres(&[]).await.unwrap();
    stampede(args).env("REDIS_URL", redis.url()).env("MYSQL_URL", maria.url()).env("DATABASE_URL", pg.url())
}

async fn run(stampede: Stampede) -> Ran {
    tokio::task::spawn_blocking(|| stampede.run()).await.unwrap()
}

fn fits_the_schema(document: &serde_json::Value) {
    let schema = stampede(["detect", "--schema"]).run().json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?} in {document:#}");
}

#[tokio::test]
async fn idle_servers_are_measured_and_not_called_healthy_without_traffic() {
    let lab = Lab::new().unwrap();
    let ran = run(three_servers(&lab, &["detect", "-o", "json", "--window", "500ms"]).await).await;
    assert_eq!(ran.status, Exit::Unknown as i32, "{ran}");
    let document = ran.json();
    fits_the_schema(&document);
    assert_eq!(document["schema"], "stampede.detect/1");
    assert_eq!(document["level"], "unknown");
    assert_eq!(document["stampede"], serde_json::Value::Null);
    let targets = document["targets"].as_array().unwrap();
    let names: Vec<_> = targets.iter().map(|target| target["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["redis", "mysql", "postgres"]);
    for target in targets {
        assert_eq!(target["error"], serde_json::Value::Null, "{target:#}");
        assert!(target["identity"]["version"].is_string(), "{target:#}");
    }
    assert_eq!(targets[0]["metrics"]["cache.up"]["value"], 1.0);
    assert_eq!(targets[1]["metrics"]["database.up"]["value"], 1.0);
    assert!(targets[2]["metrics"]["database.connections_limit"]["value"].as_f64().unwrap() > 1.0);
    // Nobody else is connected: our own session and statements are not counted as load.
    assert_eq!(targets[2]["metrics"]["database.running"]["value"], 0.0, "{:#}", targets[2]);
    assert!(!ran.stdout.contains("ops-pass"), "a password was shown: {ran}");
}

#[tokio::test]
async fn one_look_judges_gauges_and_never_a_ratio() {
    let lab = Lab::new().unwrap();
    let ran = run(three_servers(&lab, &["detect", "-o", "json", "--window", "0"]).await).await;
    assert_eq!(ran.status, Exit::Unknown as i32, "{ran}");
    let document = ran.json();
    fits_the_schema(&document);
    let cache = &document["targets"][0]["metrics"];
    assert_eq!(cache["cache.hit_ratio"]["value"], serde_json::Value::Null);
    assert!(cache["cache.hit_ratio"]["unknown"].as_str().unwrap().contains("one look"), "{cache:#}");
    assert!(cache["cache.clients"]["value"].as_f64().unwrap() >= 0.0);
}

#[tokio::test]
async fn a_source_that_cannot_be_used_is_told_and_the_rest_is_measured() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let with = |args: &[&str]| {
        stampede(args)
            .env("REDIS_URL", redis.url())
            .env("DATABASE_URL", "mongodb://u:geheim@h/db")
            .env("PGPORT", "geheim")
    };
    let ran = run(with(&["detect", "-o", "json", "--window", "0"])).await;
    assert_eq!(ran.status, Exit::Unknown as i32, "{ran}");
    let document = ran.json();
    fits_the_schema(&document);
    let targets = document["targets"].as_array().unwrap();
    assert_eq!(targets[0]["metrics"]["cache.up"]["value"], 1.0);
    assert_eq!((&targets[1]["name"], &targets[1]["error"]["kind"]), (&"postgres".into(), &"input".into()));
    assert_eq!(targets[1]["metrics"]["database.up"]["unknown"], "PGPORT is not a number from 1 to 65535");
    let notes = document["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].as_str().unwrap().starts_with("cannot use DATABASE_URL"), "{notes:?}");
    assert!(!ran.stdout.contains("geheim"), "{ran}");
    // Nobody asked for it.
    for args in
        [&["detect", "cache", "--window", "0"][..], &["detect", "-v", "--target", "redis", "--window", "0"]]
    {
        let ran = run(with(args)).await;
        assert!(ran.stdout.contains("Redis ") && !ran.stdout.contains("postgres: "), "{ran}");
        assert!(ran.stdout.contains("note: cannot use DATABASE_URL"), "{ran}");
    }
    // What is acted on must be usable.
    let ran =
        run(with(&["protect", "terminate", "--older-than", "30s", "--target", "postgres", "--dry-run"]))
            .await;
    assert_eq!(ran.status, Exit::Config as i32, "{ran}");
    assert!(ran.stderr.contains("PGPORT is not a number"), "{ran}");
}

#[tokio::test]
async fn a_server_that_refuses_is_down_and_the_rest_is_still_measured() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let ran = stampede(["detect", "-o", "json", "--window", "0"])
        .env("REDIS_URL", redis.url())
        // Port 1 is never listened on.
        .env("MYSQL_URL", "mysql://ops:geheim@127.0.0.1:1/");
    let ran = run(ran).await;
    assert_eq!(ran.status, Exit::Critical as i32, "{ran}");
    let document = ran.json();
    fits_the_schema(&document);
    assert_eq!(document["stampede"], serde_json::Value::Null, "nothing is known of the misses: {ran}");
    assert_eq!(document["targets"][0]["error"], serde_json::Value::Null);
    let dead = &document["targets"][1];
    assert_eq!(dead["error"]["kind"], "refused", "{dead:#}");
    assert!(dead["error"]["message"].as_str().unwrap().contains("127.0.0.1:1"), "{dead:#}");
    assert!(!ran.stdout.contains("geheim") && !ran.stderr.contains("geheim"), "{ran}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_unknown_within_the_limits() {
    // Accepts into its backlog, and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let yaml = format!(
        "version: 1\ntargets:\n  live: {{ redis: \"{}\" }}\n  mute: {{ redis: \"redis://127.0.0.1:{port}\" }}\n  \
         mute-db: {{ mysql: \"mysql://ops@127.0.0.1:{port}\" }}\n  mute-pg: {{ postgres: \"postgres://ops@127.0.0.1:{port}/x\" }}\n",
        redis.url()
    );
    let ran =
        stampede(["detect", "-o", "json", "--window", "0", "--timeout", "1s"]).file("stampede.yaml", yaml);
    let ran = run(ran).await;
    assert_eq!(ran.status, Exit::Unknown as i32, "{ran}");
    let document = ran.json();
    fits_the_schema(&document);
    assert_eq!(document["targets"][0]["error"], serde_json::Value::Null);
    for mute in &document["targets"].as_array().unwrap()[1..] {
        assert_eq!(mute["error"]["kind"], "timeout", "{mute:#}");
        for (name, metric) in mute["metrics"].as_object().unwrap() {
            assert_eq!(metric["value"], serde_json::Value::Null, "{name} of a server that said nothing");
        }
    }
}

#[tokio::test]
async fn the_table_answers_first_fits_80_columns_and_is_plain_when_piped() {
    let lab = Lab::new().unwrap();
    let ran = run(three_servers(&lab, &["detect", "--window", "500ms", "-v"]).await).await;
    let first = ran.stdout.lines().next().unwrap();
    assert!(first.starts_with("unknown: "), "{ran}");
    let wide = ran.stdout.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "{ran}");
    assert!(!ran.stdout.contains('\x1b') && !ran.stderr.contains('\x1b'), "{ran}");
    for words in ["Redis", "MariaDB", "PostgreSQL", "database.connections_ratio"] {
        assert!(ran.stdout.contains(words), "no {words} in {ran}");
    }
}

/// A person sees the whole answer without scrolling: the prompt of the shell takes a row too.
#[tokio::test]
async fn the_answer_fits_a_small_screen() {
    let lab = Lab::new().unwrap();
    let (redis, database) = tokio::join!(lab.redis(&[]), lab.mariadb(&[]));
    let (redis, database) = (redis.unwrap(), database.unwrap());
    let envs = [("REDIS_URL", &*redis.url()), ("MYSQL_URL", &*database.url())];
    for (rows, columns) in [(24, 80), (20, 60)] {
        let mut terminal =
            Home::new().terminal_of_size((rows, columns), ["detect", "--window", "500ms"], &envs);
        assert_eq!(terminal.wait().await, End::Code(3), "{}", terminal.transcript());
        let answer = terminal.transcript();
        let answer = &answer[answer.rfind("unknown: ").unwrap()..];
        let lines: Vec<&str> = answer.lines().collect();
        assert!(lines.len() < usize::from(rows), "{} rows of {rows}: {answer}", lines.len());
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= usize::from(columns), "{widest} columns of {columns}: {answer}");
        for words in ["redis (Redis 7", "mysql (MariaDB 10", "next: ", "-v shows"] {
            assert!(answer.contains(words), "no {words:?} in {answer}");
        }
    }
}

#[tokio::test]
async fn nagios_and_prometheus_output_are_read_by_their_parsers() {
    let lab = Lab::new().unwrap();
    let mut binary = three_servers(&lab, &["detect", "--window", "500ms", "-o", "nagios"]).await;
    let (ran, binary) = tokio::task::spawn_blocking(move || (binary.once(), binary)).await.unwrap();
    assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
    assert!(ran.stdout.starts_with("STAMPEDE UNKNOWN - "), "{ran}");
    let (_, perfdata) = ran.stdout.trim_end().split_once(" | ").unwrap();
    let set = perfdata::PerfdataSet::try_from(perfdata).unwrap();
    let labels: Vec<_> = set.data().map(|data| data.label().trim_matches('\'').to_owned()).collect();
    assert!(labels.contains(&"mysql.database.connections_ratio".to_owned()), "{labels:?}");
    assert!(set.data().all(|data| data.value().is_some()), "{ran}");
    // Values in base units, with the ranges that are fine.
    let graphed = |label: &str| {
        let found = perfdata.split(" '").find_map(|part| part.trim_start_matches('\'').strip_prefix(label));
        found.unwrap_or_else(|| panic!("no {label} in {perfdata}")).trim_start_matches("'=").to_owned()
    };
    assert!(graphed("mysql.database.connections_ratio").ends_with("%;80;95;0;100"), "{perfdata}");
    assert!(graphed("redis.cache.round_trip").ends_with("s;0.05;0.5;0;"), "{perfdata}");
    drop(binary);

    let ran = run(three_servers(&lab, &["detect", "--window", "500ms", "-o", "prometheus"]).await).await;
    let lines = ran.stdout.lines().map(|line| Ok(line.to_owned()));
    let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
    let value = |name: &str, target: Option<&str>| {
        let sample = scrape.samples.iter().find(|sample| {
            sample.metric == name && target.is_none_or(|target| sample.labels.get("target") == Some(target))
        });
        match sample.unwrap_or_else(|| panic!("no {name} in {ran}")).value {
            prometheus_parse::Value::Gauge(value) | prometheus_parse::Value::Counter(value) => value,
            ref other => panic!("{name} is {other:?}"),
        }
    };
    assert_eq!(value("stampede_level", None), 3.0);
    assert_eq!(value("stampede_target_up", Some("postgres")), 1.0);
    assert_eq!(value("stampede_cache_up", Some("redis")), 1.0);
    assert!(value("stampede_database_uptime_seconds", Some("mysql")) >= 0.0);
    assert_eq!(value("stampede_cache_expired_total", Some("redis")), 0.0);
    for sample in &scrape.samples {
        let counts = matches!(sample.value, prometheus_parse::Value::Counter(_));
        assert_eq!(counts, sample.metric.ends_with("_total"), "{sample:?}");
    }
    let unhelped = scrape.samples.iter().find(|sample| !scrape.docs.contains_key(&sample.metric));
    assert!(unhelped.is_none(), "{unhelped:?} has no HELP");
}

#[tokio::test]
async fn a_textfile_is_replaced_as_a_whole_beside_the_answer() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stampede.prom");
    let look = |file: &std::path::Path| {
        stampede(["detect", "--window", "0", "-o", "brief", "--textfile", file.to_str().unwrap()])
            .env("REDIS_URL", redis.url())
    };
    std::fs::write(&file, "old").unwrap();
    let ran = run(look(&file)).await;
    assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
    let metrics = std::fs::read_to_string(&file).unwrap();
    assert!(metrics.starts_with("# HELP stampede_level") && metrics.ends_with('\n'), "{metrics}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o644);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half-written is left");
    let ran = run(look(std::path::Path::new("/nowhere/at/all.prom"))).await;
    assert!(ran.stderr.contains("cannot write /nowhere/at/all.prom"), "{ran}");
    assert_ne!(ran.status, 0, "{ran}");
}

#[tokio::test]
async fn numbers_of_a_listing_are_exact_for_programs_and_short_for_people() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut client = stampede::lab::connect(&redis.url()).await.unwrap();
    let mut pipe = ::redis::pipe();
    for n in 0..12_345 {
        pipe.cmd("SET").arg(format!("user:{n}")).arg("x").arg("EX").arg(300 + n).ignore();
    }
    pipe.query_async::<()>(&mut client).await.unwrap();
    let look = |form: &str| {
        stampede(["detect", "ttl", "--samples", "20000", "-o", form]).env("REDIS_URL", redis.url())
    };
    let ran = run(look("json")).await;
    let document = ran.json();
    fits_the_schema(&document);
    let listing = &document["targets"][0]["listings"][0];
    assert_eq!(listing["rows"][0][1], 12_345.0, "{listing:#}");
    assert_eq!(listing["units"][1], "count");
    assert!(!listing.to_string().contains("12.3k"), "{listing:#}");
    let shown = run(look("table")).await;
    assert!(shown.stdout.contains(" 12.3k "), "{shown}");
    let yaml = run(look("yaml")).await;
    let read: serde_json::Value = serde_saphyr::from_str(&yaml.stdout).unwrap();
    assert_eq!(read["schema"], "stampede.detect/1", "{yaml}");
    assert_eq!(read["targets"][0]["listings"][0]["rows"][0][0], listing["rows"][0][0]);
}

#[tokio::test]
async fn parts_by_name_ask_only_their_targets() {
    let lab = Lab::new().unwrap();
    for (part, kinds) in [
        ("cache", vec!["redis"]),
        ("database", vec!["mysql", "postgres"]),
        ("hotkeys", vec!["redis"]),
        ("ttl", vec!["redis"]),
    ] {
        let ran = run(three_servers(&lab, &["detect", part, "--window", "0", "-o", "json"]).await).await;
        let document = ran.json();
        fits_the_schema(&document);
        let asked: Vec<_> =
            document["targets"].as_array().unwrap().iter().map(|t| t["kind"].as_str().unwrap()).collect();
        assert_eq!(asked, kinds, "{ran}");
    }
    let ran = run(stampede(["detect", "database"]).env("REDIS_URL", "redis://127.0.0.1:1")).await;
    assert_eq!(ran.status, Exit::Usage as i32, "{ran}");
    assert!(ran.stderr.contains("no database target"), "{ran}");
}

#[test]
fn logs_are_counted_from_standard_input_without_any_configuration() {
    let ago = |seconds| stampede::clock::now() - jiff::SignedDuration::from_secs(seconds);
    let log = format!(
        "{} WARN cache miss key=a\n{} ERROR 1040 (HY000): Too many connections\n{} WARN Cache MISS key=b\n{} INFO served\n",
        ago(20),
        ago(19),
        ago(18),
        ago(10)
    );
    let ran = stampede(["detect", "logs", "-", "-o", "json"]).stdin(log).run();
    let document = ran.json();
    fits_the_schema(&document);
    let text = document["targets"][0]["listings"].to_string();
    assert!(
        document["targets"][0]["metrics"]["logs.cache_miss"]["value"].as_f64().unwrap() > 0.0,
        "{document:#}"
    );
    assert!(text.contains("standard input"), "{text}");
    let ran = stampede(["detect", "logs", "no-such.log"]).run();
    assert!(ran.stdout.contains("no-such.log"), "{ran}");
}

#[tokio::test]
async fn a_locked_state_folder_is_no_obstacle() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    // A file where the folder should be cannot be written into, not even by root.
    let ran =
        stampede(["detect", "--window", "0"]).file(".local", "not a folder").env("REDIS_URL", redis.url());
    let ran = run(ran).await;
    assert_eq!(ran.status, Exit::Unknown as i32, "{ran}");
    assert!(ran.stderr.contains("history"), "{ran}");
    assert!(ran.stdout.contains("Redis"), "{ran}");
}

/// While the window passes, a person sees what is known at once; a log has no use for it.
#[tokio::test]
async fn the_first_gauges_are_shown_before_the_window_ends() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "321"]).await.unwrap();
    let url = redis.url();
    let home = crate::support::binary::Home::new();
    let args = ["detect", "--window", "20s", "--no-record"];
    let mut terminal = home.terminal(args, &[("REDIS_URL", url.as_str())]);
    // The window is longer than a test waits for its end.
    terminal.expect("redis: clients 1/321").await;
    terminal.send(b"\x03").await;
    terminal.wait().await;
    assert!(!terminal.transcript().contains("hit ratio"), "{}", terminal.transcript());
    let piped = run(stampede(["detect", "--window", "100ms"]).env("REDIS_URL", url)).await;
    assert_eq!(piped.stderr, "", "{piped}");
}

/// `--no-record` writes nothing, and is judged by what was recorded before all the same.
#[tokio::test]
async fn without_a_record_the_earlier_ones_still_count() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "k", "v"]).await.unwrap();
    let url = redis.url();
    let asks = tokio::spawn({
        let url = url.clone();
        async move {
            let mut client = stampede::lab::connect(&url).await.unwrap();
            loop {
                _ = ::redis::cmd("GET").arg("k").query_async::<()>(&mut client).await;
            }
        }
    });
    let home = crate::support::binary::Home::new();
    home.file("stampede.yaml", "thresholds: { minimum_lookups: 20 }\n");
    let look = async |more: &'static [&'static str]| {
        let args = ["detect", "-v", "--window", "500ms"].iter().chain(more);
        let ran = home.stampede(args).env("REDIS_URL", &url).spawn().wait().await;
        ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let first = look(&["--no-record"]).await;
    assert!(first.contains("no baseline"), "{first}");
    let recorded = look(&[]).await;
    assert!(recorded.contains("no baseline"), "it was recorded before: {recorded}");
    for _ in 0..2 {
        let later = look(&["--no-record"]).await;
        assert!(later.contains("median of 1 healthy measurement"), "{later}");
    }
    asks.abort();
}
