//! The shipped playbooks against the protocol document: `stampede run … --dry-run` accounts for each of its commands, on real
//! servers that are as full as the document has them, and on the double of an API server.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use serde_json::json;
use stampede::clock;
use stampede::lab::{Lab, MariadbServer, RedisServer};
use tokio::task::JoinSet;

use crate::support::PATIENCE;
use crate::support::binary::{End, Home};
use crate::support::kube::{Double, application, databases, service};
use crate::support::warmer::{Does, Warmer};

const DEFAULT: &str = "cache-stampede-3am";

/// Every command of the document's sections "3 AM Emergency Response Commands", "Error Message Patterns" and "Cache Warming
/// Strategies": the playbook and the phase that has it, and what a dry run says in its place.
const COMMANDS: &[(&str, &str, &str, &str)] = &[
    (
        "redis-cli info stats | grep -E \"(keyspace_hits|keyspace_misses)\"",
        DEFAULT,
        "detect",
        "cache: hit ratio ",
    ),
    ("mysql -e \"SHOW PROCESSLIST;\" | wc -l", DEFAULT, "detect", "running 25, connections 2"),
    (
        "psql -c \"SELECT count(*) FROM pg_stat_activity WHERE state = 'active';\"",
        DEFAULT,
        "detect",
        "queries, running 0, connections ",
    ),
    (
        "kubectl logs -l app=backend --since=2m | grep -c \"cache miss\"",
        DEFAULT,
        "detect",
        "backend: cache misses in the log ",
    ),
    ("redis-cli CONFIG SET maxclients 5000", DEFAULT, "break", "sends CONFIG SET maxclients 5000"),
    ("redis-cli CONFIG SET timeout 30", DEFAULT, "break", "sends CONFIG SET timeout 30"),
    (
        "redis-cli SET \"lock:expensive_query\" \"locked\" EX 30 NX",
        DEFAULT,
        "break",
        "SET lock:expensive_query",
    ),
    (
        "kubectl scale deployment redis-replica --replicas=3",
        DEFAULT,
        "break",
        "kubectl --context double -n shop scale deployment/redis-replica --current-replicas 2 --replicas 3",
    ),
    // Not offered by itself where hardly anything writes, as here.
    (
        "mysql -e \"SET GLOBAL read_only = ON;\"",
        DEFAULT,
        "protect",
        "to do it all the same: stampede protect read-only --target orders",
    ),
    (
        "mysql -e \"SELECT id, time, info FROM information_schema.processlist WHERE time > 30;\"",
        DEFAULT,
        "protect",
        "that run `select SLEEP(?)`",
    ),
    ("mysql -e \"KILL [query_id];\"", DEFAULT, "protect", "KILL QUERY "),
    (
        "kubectl patch service mysql-service -p '{\"spec\":{\"selector\":{\"role\":\"replica\"}}}'",
        DEFAULT,
        "protect",
        "\"path\":\"/spec/selector\",\"value\":{\"role\":\"replica\",\"tier\":\"db\"}",
    ),
    (
        "redis-cli --scan --pattern \"user:profile:*\" | head -1000 | while read key; do",
        DEFAULT,
        "recover: warm",
        "hottest keys refilled that are missing",
    ),
    (
        "curl -s \"http://api/internal/cache/warm/$key\"",
        DEFAULT,
        "recover: warm",
        "sends GET http://127.0.0.1:",
    ),
    (
        "redis-cli CONFIG SET maxclients 10000",
        "redis-connections-exhausted",
        "break",
        "sends CONFIG SET maxclients 10000",
    ),
    (
        "mysql -e \"SET GLOBAL max_connections = 200;\"",
        "mysql-too-many-connections",
        "protect",
        "SET GLOBAL max_connections = 200",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_document_is_accounted_for() {
    let lab = Lab::new().unwrap();
    let redis = Arc::new(lab.redis(&["--maxclients", "50", "--notify-keyspace-events", "Em"]).await.unwrap());
    let database = lab.mariadb(&["--max-connections=100"]).await.unwrap();
    let postgres = lab.postgres(&[]).await.unwrap();
    let _idle: Vec<TcpStream> =
        (0..42).map(|_| TcpStream::connect(("127.0.0.1", redis.port())).unwrap()).collect();
    let mut load = copies(&database, 25).await;
    load.spawn(misses(redis.clone()));
    let double = cluster();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    let home = Home::new();
    let file = double.kubeconfig(double.port()).display().to_string();
    home.file(
        "stampede.yaml",
        json!({
            "version": 1,
            "targets": {
                "cache": { "redis": redis.url() },
                // By another name than the pods' address: it is not behind one of them.
                "orders": { "mysql": database.url().replace("127.0.0.1", "localhost") },
                "users": { "postgres": postgres.url().replace("127.0.0.1", "localhost") },
                "backend": { "pods": "app=backend", "kubeconfig": file },
                "kubernetes": { "kubernetes": "current", "kubeconfig": file },
            },
            "facts": { "lock_dialect": "lock:{key}" },
            "rebuild": { "http": warmer.template() },
        })
        .to_string(),
    );
    for playbook in [DEFAULT, "redis-connections-exhausted", "mysql-too-many-connections"] {
        let mut args = vec!["run", playbook, "--dry-run"];
        let more: &[&str] = match playbook {
            DEFAULT => &["--set", "older_than=1s"],
            "mysql-too-many-connections" => &["--set", "connections=200", "--set", "older_than=1s"],
            _ => &[],
        };
        args.extend(more);
        let ended = home.stampede(args).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
        for (command, of, phase, words) in COMMANDS.iter().filter(|(_, of, ..)| *of == playbook) {
            let said = section(&ended.stdout, phase);
            assert!(said.contains(words), "{of}: `{command}` is not in {phase}, as {words:?}: {ended}");
        }
    }
    let writes: Vec<String> = double
        .asked()
        .into_iter()
        .filter(|one| one.starts_with("PATCH") && !one.contains("dryRun"))
        .collect();
    assert_eq!(writes, Vec::<String>::new());
    assert_eq!(warmer.asked(), Vec::<Vec<u8>>::new());
}

/// The boxes of the document's recovery checklist: the stage that has each, and the step, or what comes after its steps.
const BOXES: &[(&str, &str, &str)] = &[
    ("Enable distributed locking for hot keys", "immediate", "rebuild-missing"),
    ("Increase Redis connection limits", "immediate", "room-for-clients"),
    ("Route reads to cache replicas", "immediate", "reads-to-replicas"),
    ("Enable database read-only mode if necessary", "immediate", "writes-wait"),
    // The step plans from the hottest keys that are measured, and warms them.
    ("Identify most frequently accessed keys", "warm", "warm-hot-keys"),
    ("Pre-populate cache with fresh data", "warm", "warm-hot-keys"),
    ("Implement staggered cache expiration", "warm", "spread-expiries"),
    // It says the hit ratio each second, and in the end.
    ("Monitor hit ratios during warming", "warm", "warm-hot-keys"),
    ("Gradually increase cache TTL values", "restore", "raise-ttls"),
    ("Remove read-only database restrictions", "restore", "lift"),
    ("Monitor for stampede recurrence", "restore", "verify"),
    ("Validate response times return to baseline", "restore", "verify"),
];

#[test]
fn every_box_of_the_recovery_checklist_has_a_step_or_a_check() {
    let document = include_str!("scenarios/cache-stampede.md");
    let (_, recovery) = document.split_once("## Recovery Procedures").unwrap();
    let recovery = recovery.split("\n## ").next().unwrap();
    let boxes: Vec<&str> = recovery.lines().filter_map(|line| line.strip_prefix("- [ ] ")).collect();
    assert_eq!(boxes, BOXES.iter().map(|(words, ..)| *words).collect::<Vec<_>>());
    let playbook = stampede::playbook::load(
        DEFAULT,
        &stampede::config::LoadOptions { config: None, env: &|_| None, home: None, cwd: "/nowhere".into() },
    );
    let playbook = playbook.unwrap();
    for (words, id, step) in BOXES {
        let stage = playbook.stages.iter().find(|stage| stage.id.as_deref() == Some(*id)).unwrap();
        let has = match *step {
            "lift" => stage.lift,
            "verify" => stage.verify,
            step => stage.steps.iter().any(|one| one.id == step),
        };
        assert!(has, "{words}: {id} has no {step}");
    }
}

/// What a run says of one phase, without its line breaks.
fn section(said: &str, phase: &str) -> String {
    let head = format!("{phase} (");
    let from = said.lines().skip_while(|line| !line.starts_with(&head));
    let is_next = |line: &&str| !line.starts_with(' ') && line.ends_with(" s)");
    let of = from.skip(1).take_while(|line| !is_next(line));
    of.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// Clients that all run the same statement; ready when all of them have for longer than a second.
async fn copies(database: &MariadbServer, count: usize) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for _ in 0..count {
        let url = database.url();
        all.spawn(async move {
            let mut client = mysql_async::Conn::from_url(url).await.unwrap();
            // It is ended with the server.
            _ = client.query_drop("SELECT SLEEP(300)").await;
        });
    }
    let old =
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep' AND TIME_MS > 1100";
    let mut eye = mysql_async::Conn::from_url(database.url()).await.unwrap();
    let until = clock::instant() + PATIENCE;
    while eye.query_first::<usize, _>(old).await.unwrap() != Some(count) {
        assert!(clock::instant() < until, "the clients never were at it all at once");
        clock::sleep(Duration::from_millis(50)).await;
    }
    all
}

/// Somebody asks for a key that is not there, over and over.
async fn misses(redis: Arc<RedisServer>) {
    loop {
        if redis.says(&["GET", "expensive_query"]).await.is_err() {
            return;
        }
        clock::sleep(Duration::from_millis(5)).await;
    }
}

fn cluster() -> Double {
    let double = Double::start();
    double.create("apps/v1/deployments", databases("redis-replica", &json!({}), "redis", 2));
    double.create("apps/v1/deployments", application("backend", 2));
    for role in ["primary", "replica"] {
        let labels = json!({ "tier": "db", "role": role });
        double.create("apps/v1/deployments", databases(role, &labels, "db", 2));
    }
    double.create("v1/services", service("mysql-service", &json!({ "tier": "db", "role": "primary" })));
    double
}
