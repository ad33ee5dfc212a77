//! Integration tests: the Redis reader and the cache, TTL and hot key probes, on real servers.

mod bad;
mod connection;
mod door;
mod keys;
mod login;
mod single;
mod tls;
mod topology;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stampede::config::{Address, RedisTarget, Secret, Target, TargetSpec};
use stampede::observation::{Metric, Observation, Reading};
use stampede::probe::{Look, Part, Probe, TargetReport, open};

/// A connection of the application's kind, for seeding and for load.
async fn client(url: &str) -> ::redis::aio::MultiplexedConnection {
    stampede::lab::connect(url).await.expect("a connection")
}

async fn send<T: ::redis::FromRedisValue>(url: &str, words: &[&str]) -> T {
    let mut command = ::redis::Cmd::new();
    words.iter().for_each(|word| _ = command.arg(*word));
    command.query_async(&mut client(url).await).await.expect("an answer")
}

fn spec(ports: &[u16]) -> RedisTarget {
    let addresses = ports.iter().map(|port| Address::Tcp("127.0.0.1".into(), *port)).collect();
    RedisTarget { addresses, ..RedisTarget::default() }
}

fn with_user(ports: &[u16], user: &str, password: &str) -> RedisTarget {
    RedisTarget { user: Some(user.into()), password: Some(Secret::new(password)), ..spec(ports) }
}

fn probe(spec: RedisTarget) -> Box<dyn Probe> {
    open(&Target { name: "redis".into(), spec: TargetSpec::Redis(spec) }, None).unwrap()
}

/// A look and what it says while it takes long.
fn look(parts: &[Part], window: u64) -> (Look, Arc<Mutex<Vec<String>>>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = said.clone();
    let look = Look {
        parts: parts.to_vec(),
        window: Duration::from_millis(window),
        timeout: Duration::from_secs(5),
        samples: 2_000,
        since: None,
        say: Arc::new(move |text: &str| heard.lock().expect("no panic").push(text.to_owned())),
        seen: None,
    };
    (look, said)
}

async fn measure(spec: RedisTarget, parts: &[Part], window: u64) -> TargetReport {
    probe(spec).measure(&look(parts, window).0).await
}

fn reading(report: &TargetReport, metric: Metric) -> &Observation {
    report
        .observations
        .iter()
        .find(|observation| observation.metric == metric)
        .unwrap_or_else(|| panic!("{} is missing: {report:#?}", metric.name()))
}

fn value(report: &TargetReport, metric: Metric) -> Option<f64> {
    reading(report, metric).value()
}

fn known(report: &TargetReport, metric: Metric) -> f64 {
    value(report, metric).unwrap_or_else(|| panic!("{} is unknown: {report:#?}", metric.name()))
}

fn why(report: &TargetReport, metric: Metric) -> &str {
    match &reading(report, metric).value {
        Reading::Unknown(why) => why,
        Reading::Known(value) => panic!("{} is known: {value}", metric.name()),
    }
}

#[track_caller]
fn noted(report: &TargetReport, words: &str) {
    assert!(
        report.notes.iter().any(|note| note.contains(words)),
        "no note says {words:?}: {:#?}",
        report.notes
    );
}
