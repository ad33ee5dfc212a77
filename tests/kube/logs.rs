//! `detect logs -l`.

use serde_json::{Value, json};
use stampede::clock;

use super::{Connection, on_each};
use crate::support::binary::{End, Ended, Home};
use crate::support::kube::{Cluster, Double, Trouble, deployment};

/// A log of so many lines over the last minute, every fourth of which is a miss.
fn log(lines: i64) -> String {
    let now = clock::now().as_second();
    let line = |n: i64| {
        let at = jiff::Timestamp::from_second(now - 60 + n * 60 / lines).unwrap();
        let what = if n % 4 == 0 { "cache miss key=page:1" } else { "request done" };
        format!("{at} {what}\n")
    };
    (0..lines).map(line).collect()
}

async fn counted(cluster: &Cluster, selector: &str) -> Ended {
    let args = ["detect", "logs", "-l", selector, "--since", "2m", "-o", "json", "--no-record"];
    Connection::at(cluster).says(&args).await
}

/// Also what a pod of another label has said is not in it, and nothing that is older than asked for.
async fn the_pods_of_a_selector_are_counted_and_no_others(cluster: &Cluster) {
    cluster.deployment("backend", 3).await;
    cluster.deployment("frontend", 1).await;
    for pod in cluster.pods("app=backend").await {
        let old = clock::now() - jiff::SignedDuration::from_secs(600);
        if !cluster.says(&pod, &format!("{old} cache miss key=old\n{}", log(40))) {
            return;
        }
    }
    assert!(cluster.says(&cluster.pods("app=frontend").await[0], &log(400)));
    let ended = counted(cluster, "app in (backend)").await;
    let said = of(&ended);
    assert_eq!(said["metrics"]["logs.lines"]["value"], 120.0, "{ended}");
    let misses = said["metrics"]["logs.cache_miss"]["detail"].as_str().unwrap();
    assert!(misses.starts_with("30 lines"), "{misses}");
}

/// A selector that matches nothing, one that is none.
async fn selectors_that_lead_nowhere_are_said(cluster: &Cluster) {
    cluster.deployment("backend", 1).await;
    let none = counted(cluster, "app=other").await;
    let words = format!("no pod in namespace {} matches", cluster.namespace());
    assert!(of(&none).to_string().contains(&words), "{none}");
    let wrong = counted(cluster, "app in backend").await;
    assert!(wrong.to_string().contains("unable to parse requirement"), "{wrong}");
}

on_each!(the_pods_of_a_selector_are_counted_and_no_others, selectors_that_lead_nowhere_are_said);

struct Ground {
    double: Double,
    home: Home,
}

impl Ground {
    fn new(pods: u64, lines: i64) -> Self {
        let double = Double::start();
        double.deployment("backend", pods);
        for n in 0..pods {
            double.says(&format!("backend-{n}"), &log(lines));
        }
        Self { double, home: Home::new() }
    }

    async fn logs(&self, selector: &str) -> Ended {
        let config = self.double.kubeconfig(self.double.port());
        let args = ["detect", "logs", "-l", selector, "--since", "2m", "-o", "json", "--no-record"];
        self.home.stampede(args).env("KUBECONFIG", config).spawn().wait().await
    }
}

fn of(ended: &Ended) -> Value {
    let said: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended}"));
    said["targets"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pod_of_a_selector_is_counted_by_itself_and_in_all() {
    let ground = Ground::new(40, 400);
    let ended = ground.logs("app=backend").await;
    let said = of(&ended);
    assert_eq!(said["metrics"]["logs.lines"]["value"], 16_000.0, "{ended}");
    let misses = said["metrics"]["logs.cache_miss"]["detail"].as_str().unwrap();
    assert!(misses.starts_with("4000 lines"), "{misses}");
    let asked = ground.double.asked();
    let reads = asked.iter().filter(|one| one.contains("/log?")).count();
    assert_eq!(reads, 40);
    assert!(asked.iter().any(|one| one.contains("sinceSeconds=120") && one.contains("timestamps=true")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_off_counts_at_least_what_came() {
    let ground = Ground::new(1, 400);
    ground.double.trouble(Trouble::BreaksOff);
    let ended = ground.logs("app=backend").await;
    let said = of(&ended);
    let lines = said["metrics"]["logs.lines"]["value"].as_f64().unwrap();
    assert!((1.0..400.0).contains(&lines), "{ended}");
    assert!(said["notes"].to_string().contains("at least"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_right_to_list_the_pods_is_said() {
    let ground = Ground::new(1, 4);
    ground.double.forbid("list pods");
    let denied = ground.logs("app=backend").await;
    assert!(of(&denied)["error"].to_string().contains("403"), "{denied}");
}

/// The status of a container that was started again, of which the life before lasted from and to so many seconds ago.
fn restarted(ground: &Ground, pod: &str, times: u64, state: &Value, (from, to): (i64, i64)) {
    let ago = |seconds: i64| (clock::now() - jiff::SignedDuration::from_secs(seconds)).to_string();
    let last = json!({ "terminated": { "reason": "OOMKilled", "exitCode": 137, "startedAt": ago(from), "finishedAt": ago(to) } });
    let status = json!([{ "name": "main", "restartCount": times, "state": state, "lastState": last }]);
    ground.double.change(&format!("v1/pods/{pod}"), &json!({ "status": { "containerStatuses": status } }));
}

fn running(seconds: i64) -> Value {
    json!({ "running": { "startedAt": (clock::now() - jiff::SignedDuration::from_secs(seconds)).to_string() } })
}

fn errors(lines: usize) -> String {
    format!(
        "{} ERROR 1040 (HY000): Too many connections\n",
        clock::now() - jiff::SignedDuration::from_secs(40)
    )
    .repeat(lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_pods_said_before_they_were_started_again_counts() {
    let ground = Ground::new(20, 4);
    for n in 0..20 {
        let pod = format!("backend-{n}");
        ground.double.said(&pod, &errors(50));
        restarted(&ground, &pod, 1, &running(20), (600, 25));
    }
    let ended = ground.logs("app=backend").await;
    let full = &of(&ended)["metrics"]["logs.database_full"];
    assert!(full["detail"].as_str().unwrap().starts_with("1000 lines"), "{ended}");
    assert_eq!(ended.end, End::Code(1), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_with_an_older_life_is_not_nothing() {
    let ground = Ground::new(2, 4);
    for n in 0..2 {
        ground.double.said(&format!("backend-{n}"), "");
        restarted(&ground, &format!("backend-{n}"), 7, &running(5), (15, 6));
    }
    let ended = ground.logs("app=backend").await;
    let said = of(&ended);
    assert!(said["metrics"]["logs.database_full"]["value"].is_null(), "{ended}");
    assert!(said["notes"].to_string().contains("what it said before is gone"), "{ended}");
    assert_eq!(ended.end, End::Code(3), "{ended}");
}

/// The kubelet gives out the file that is being written: what was rotated away is not nothing. Of many it is one line.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_rotated_away_is_not_nothing() {
    let ground = Ground::new(3, 4);
    let ago = |seconds: i64| clock::now() - jiff::SignedDuration::from_secs(seconds);
    for n in 0..3 {
        let pod = format!("backend-{n}");
        let status = json!([{ "name": "main", "restartCount": 0, "state": running(3600) }]);
        ground
            .double
            .change(&format!("v1/pods/{pod}"), &json!({ "status": { "containerStatuses": status } }));
    }
    let said = of(&ground.logs("app=backend").await);
    let notes = said["notes"].as_array().unwrap();
    let rotated: Vec<&Value> =
        notes.iter().filter(|note| note.to_string().contains("was rotated away")).collect();
    assert_eq!(rotated.len(), 1, "{notes:?}");
    assert!(rotated[0].to_string().contains("backend-0/main and 2 more is counted at least"), "{notes:?}");
    assert!(said["metrics"]["logs.database_full"]["value"].is_null(), "none found is not none: {said}");
    // A quiet one that has said something before that is read whole.
    for n in 0..3 {
        ground.double.says(&format!("backend-{n}"), &format!("{} started\n{}", ago(1800), log(4)));
    }
    let said = of(&ground.logs("app=backend").await);
    assert!(!said["notes"].to_string().contains("rotated"), "{said}");
    assert_eq!(said["metrics"]["logs.database_full"]["value"], 0.0, "{said}");
}

/// Its log and the previous one are the same one.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_waits_to_be_started_is_counted_once() {
    let ground = Ground::new(1, 4);
    let began = clock::now() - jiff::SignedDuration::from_secs(599);
    ground.double.said("backend-0", &format!("{began} started\n{}", errors(50)));
    let waiting = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
    restarted(&ground, "backend-0", 7, &waiting, (600, 25));
    let ended = ground.logs("app=backend").await;
    let full = of(&ended)["metrics"]["logs.database_full"]["detail"].as_str().unwrap().to_owned();
    assert!(full.starts_with("50 lines"), "{full}");
}

/// Also what runs beside or before the first container is read when it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn every_container_of_a_pod_is_read_when_that_is_asked_for() {
    let double = Double::start();
    let mut backend = deployment("backend", 2);
    backend["spec"]["template"]["spec"]["containers"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "side", "image": "a" }));
    backend["spec"]["template"]["spec"]["initContainers"] = json!([{ "name": "wait", "image": "a" }]);
    double.create("apps/v1/deployments", backend);
    for n in 0..2 {
        double.says(&format!("backend-{n}"), &log(40));
    }
    let home = Home::new();
    let config = double.kubeconfig(double.port());
    let lines = async |more: &[&str]| {
        let mut args =
            vec!["detect", "logs", "-l", "app=backend", "--since", "2m", "-o", "json", "--no-record"];
        args.extend(more);
        let ended = home.stampede(&args).env("KUBECONFIG", &config).spawn().wait().await;
        of(&ended)["metrics"]["logs.lines"]["value"].clone()
    };
    assert_eq!(lines(&[]).await, 80.0);
    assert_eq!(lines(&["--all-containers"]).await, 240.0);
    assert_eq!(lines(&["-c", "wait"]).await, 80.0);
}
