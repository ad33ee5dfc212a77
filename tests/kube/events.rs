//! Who did what, and why: in the Events of the object, and in the journal.

use serde_json::Value;

use super::{Connection, TYPED, on_each};
use crate::support::binary::{End, Home};
use crate::support::kube::{Cluster, Double};

/// The Events on a Deployment, oldest first: reason, words, who.
async fn told(cluster: &Cluster, name: &str) -> Vec<(String, String, String)> {
    let mut all = cluster.list("v1/events", "").await;
    all.retain(|one| one["involvedObject"]["name"] == name && one["source"]["component"] == "stampede");
    all.sort_by_key(|one| {
        one["metadata"]["resourceVersion"].as_str().and_then(|number| number.parse::<u64>().ok())
    });
    let text = |one: &Value, at: &str| one.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    all.iter().map(|one| (text(one, "/reason"), text(one, "/message"), text(one, "/source/host"))).collect()
}

async fn the_object_tells_who_did_what_and_why(cluster: &Cluster) {
    cluster.deployment("web", 2).await;
    let connection = Connection::at(cluster);
    let more = [&["--wait", "1s", "--reason", "the cache is\tdown"][..], TYPED].concat();
    let done = connection.scale("web", 3, &more).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let uid = cluster.get("apps/v1/deployments/web").await["metadata"]["uid"].clone();
    let events = cluster.list("v1/events", "").await;
    let one = events.iter().find(|one| one["source"]["component"] == "stampede").expect("an Event");
    assert_eq!((&one["involvedObject"]["uid"], &one["involvedObject"]["kind"]), (&uid, &"Deployment".into()));
    let all = told(cluster, "web").await;
    let [(reason, words, who)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(reason, "Stampede");
    assert!(words.contains("from 2 to 3") && words.contains(": the cache is\\tdown"), "{words}");
    assert!(who.contains('@') && words.contains(who), "{who}: {words}");
    // Once an incident: the undo knows it.
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    let all = told(cluster, "web").await;
    let [_, (reason, words, _)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(reason, "StampedeUndone");
    assert!(words.starts_with("put back: ") && words.contains("the cache is"), "{words}");
    let status = connection.says(&["status"]).await;
    assert!(status.stdout.contains("reason: the cache is\\tdown"), "{status}");
    let journal = connection.says(&["incident", "show"]).await;
    assert!(journal.stdout.contains("the cache is"), "{journal}");
}

on_each!(the_object_tells_who_did_what_and_why);

/// Who may not make Events does all the same what was wanted, is told once, and does not try again.
#[tokio::test(flavor = "multi_thread")]
async fn no_right_to_tell_is_no_obstacle() {
    let double = Double::start();
    double.deployment("web", 2);
    double.forbid("create events");
    let home = Home::new();
    let says = async |args: &[&str]| {
        home.stampede(args).env("KUBECONFIG", double.kubeconfig(double.port())).spawn().wait().await
    };
    let scale =
        [&["break", "scale", "deployment/web", "--replicas", "3", "--wait", "1s", "--no-watch"][..], TYPED]
            .concat();
    let done = says(&scale).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stderr.contains("no Event on the object tells of it: "), "{done}");
    let again =
        [&["protect", "annotate", "deployment/web", "a=b", "--settle", "1s", "--no-watch"][..], TYPED]
            .concat();
    assert_eq!(says(&again).await.end, End::Code(0));
    let undone = says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert_eq!(undone.stderr.matches("no Event on the object").count(), 1, "{undone}");
    assert_eq!(
        double.asked().iter().filter(|line| line.starts_with("POST") && line.contains("/events")).count(),
        3
    );
}

/// At a terminal it is asked once an incident, after the first yes; Enter gives none.
#[tokio::test(flavor = "multi_thread")]
async fn the_reason_is_asked_once_an_incident() {
    let double = Double::start();
    double.deployment("web", 2);
    let home = Home::new();
    let config = double.kubeconfig(double.port()).display().to_string();
    let scale = |replicas: &'static str| {
        let args = ["break", "scale", "deployment/web", "--replicas", replicas, "--wait", "1s", "--no-watch"];
        home.terminal(args, &[("KUBECONFIG", &config)])
    };
    let mut terminal = scale("3");
    let yes = terminal.question("double").await.expect("it asks");
    terminal.type_line(yes).await;
    terminal.expect("reason [Enter skips]: ").await;
    assert_eq!(
        double.get("apps/v1/deployments/web")["spec"]["replicas"],
        2,
        "nothing is written before it is answered"
    );
    terminal.type_line("a hot key").await;
    assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
    let mut terminal = scale("4");
    let yes = terminal.question("double").await.expect("it asks");
    terminal.type_line(yes).await;
    assert_eq!(terminal.wait().await, End::Code(0), "{}", terminal.transcript());
    assert!(!terminal.transcript().contains("reason ["), "{}", terminal.transcript());
    let events = double.world().into_iter().filter(|(path, _)| path.contains("/events/"));
    let words: Vec<Value> = events.map(|(_, event)| event["message"].clone()).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(
        words.iter().all(|words| words.as_str().is_some_and(|words| words.ends_with(": a hot key"))),
        "{words:?}"
    );
}
