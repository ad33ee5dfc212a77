//! What is in `deploy/`: the roles allow what the program asks of an API server, and nothing that it never asks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::binary::{End, Home};
use crate::support::kube::{Double, autoscaler, databases, service};

const RBAC: &str = include_str!("../deploy/rbac.yaml");

/// `VERB RESOURCE`, of all roles together.
fn allowed() -> BTreeSet<String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(RBAC).unwrap();
    let rules = documents.iter().filter_map(|one| one["rules"].as_array()).flatten();
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let pairs = rules.flat_map(|rule| {
        let verbs = texts(&rule["verbs"]);
        texts(&rule["resources"])
            .into_iter()
            .flat_map(move |resource| verbs.clone().into_iter().map(move |verb| format!("{verb} {resource}")))
    });
    pairs.collect()
}

/// The same of a request: `GET /apis/apps/v1/namespaces/shop/deployments/web?…` is `get deployments`.
fn right(request: &str) -> Option<String> {
    let (method, path) = request.split_once(' ')?;
    let path = path.split('?').next()?;
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let rest = parts.get(if parts[0] == "api" { 2 } else { 3 }..)?;
    let rest = if rest.len() > 2 && rest[0] == "namespaces" { &rest[2..] } else { rest };
    let verb = match (method, rest.len()) {
        ("PATCH", _) => "patch",
        ("GET", 1) => "list",
        ("GET", _) => "get",
        // A review of our own rights is allowed to everybody.
        _ => return None,
    };
    let resource = match rest {
        [resource, _, part] => format!("{resource}/{part}"),
        [resource, ..] => (*resource).to_owned(),
        [] => return None,
    };
    Some(format!("{verb} {resource}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roles_allow_what_is_asked_and_nothing_else_that_writes() {
    let double = Double::start();
    double.deployment("cache", 2);
    double.deployment("scaled", 2);
    double.create("autoscaling/v2/horizontalpodautoscalers", autoscaler("scaled", "scaled", 2, 5));
    for role in ["primary", "replica"] {
        let labels = json!({ "tier": "db", "role": role });
        double.create("apps/v1/deployments", databases(role, &labels, "db", 2));
    }
    double.create("v1/services", service("db", &json!({ "tier": "db", "role": "primary" })));
    let now = stampede::clock::now();
    let earlier = now - jiff::SignedDuration::from_secs(9);
    double.says("cache-0", &format!("{earlier} request done\n{now} request done\n"));
    let home = Home::new();
    let config = double.kubeconfig(double.port());
    let said = ["--yes", "--confirm", "kubernetes", "--no-watch"];
    for args in [
        &["break", "scale", "deployment/cache", "--replicas", "3"][..],
        &["break", "scale", "deployment/scaled", "--replicas", "4", "--through", "owner", "--wait", "1s"],
        &["protect", "reroute", "service/db", "--selector", "role=replica", "--settle", "1s"],
    ] {
        let ended = home.stampede([args, &said].concat()).env("KUBECONFIG", &config).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }
    for args in [
        &["detect", "logs", "-l", "app=cache", "--no-record"][..],
        &["undo", "--yes", "--confirm", "kubernetes"],
    ] {
        let ended = home.stampede(args).env("KUBECONFIG", &config).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }
    let asked: BTreeSet<String> = double.asked().iter().filter_map(|one| right(one)).collect();
    let allowed = allowed();
    let missing: Vec<&String> = asked.difference(&allowed).collect();
    assert!(missing.is_empty(), "not in deploy/rbac.yaml: {missing:?}");
    // Writing to a StatefulSet is the same as writing to a Deployment.
    let writes = |one: &&String| one.starts_with("patch") && !one.contains("statefulsets");
    let idle: Vec<&String> = allowed.difference(&asked).filter(writes).collect();
    assert!(idle.is_empty(), "nobody needs {idle:?}");
}

/// kubectl runs what is called `kubectl-NAME` as `kubectl NAME`.
#[tokio::test]
async fn it_works_under_the_name_that_kubectl_looks_for() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kubectl-stampede");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stampede"), &link).unwrap();
    let ended = tokio::process::Command::new(&link).arg("--version").output().await.unwrap();
    assert!(ended.status.success() && String::from_utf8_lossy(&ended.stdout).starts_with("stampede "));
}
