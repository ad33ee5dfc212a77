//! A namespace that is being deleted, or was never there.

use serde_json::json;

use super::{Connection, TYPED, on_each, words};
use crate::support::binary::End;
use crate::support::kube::{Cluster, databases, deployment, service};

/// What holds an object, and with it its namespace, until somebody takes it off.
fn held(mut object: serde_json::Value) -> serde_json::Value {
    object["metadata"]["finalizers"] = json!(["stampede.example/held"]);
    object
}

async fn a_namespace_that_is_being_deleted_is_said_plainly(cluster: &Cluster) {
    cluster.runs(held(deployment("redis-replica", 1))).await;
    for role in ["primary", "replica"] {
        cluster.runs(databases(role, &json!({ "tier": "db", "role": role }), "db", 2)).await;
    }
    let primary = json!({ "tier": "db", "role": "primary" });
    cluster.create("v1/services", held(service("mysql-service", &primary))).await;
    cluster.end().await;
    let going = |object: &serde_json::Value| object["metadata"]["deletionTimestamp"].is_string();
    cluster.until("apps/v1/deployments/redis-replica", going).await;
    cluster.until("v1/services/mysql-service", going).await;
    for role in ["primary", "replica"] {
        cluster.until(&format!("apps/v1/deployments/{role}"), serde_json::Value::is_null).await;
    }
    let end = stampede::clock::instant() + crate::support::PATIENCE;
    while !cluster.pods("tier=db").await.is_empty() {
        assert!(stampede::clock::instant() < end, "the pods stay");
        stampede::clock::sleep(std::time::Duration::from_millis(100)).await;
    }
    let connection = Connection::at(cluster);
    let held = connection.scale("redis-replica", 3, TYPED).await;
    assert!(words(&held).contains("deployment/redis-replica is being deleted"), "{held}");
    let plain = format!("namespace {} is being deleted", cluster.namespace());
    let none = json!({ "metadata": { "finalizers": null } });
    cluster.change("apps/v1/deployments/redis-replica", &none, "test").await;
    cluster.until("apps/v1/deployments/redis-replica", serde_json::Value::is_null).await;
    let gone = connection.scale("primary", 3, TYPED).await;
    assert!(gone.end == End::Code(4) && words(&gone).contains(&plain), "{gone}");
    let rerouted = connection.reroute("role=replica", TYPED).await;
    assert!(
        rerouted.end == End::Code(5) && words(&rerouted).contains("service/mysql-service is being deleted"),
        "{rerouted}"
    );
    let logs = connection.says(&["detect", "logs", "-l", "tier=db", "--no-record"]).await;
    assert!(words(&logs).contains(&plain), "{logs}");
    // Let go of it, else it never ends.
    cluster.change("v1/services/mysql-service", &none, "test").await;
    cluster.until("v1/services/mysql-service", serde_json::Value::is_null).await;
}

async fn a_namespace_that_is_not_there_is_said_plainly(cluster: &Cluster) {
    let args = ["break", "scale", "deployment/x", "--replicas", "3", "--namespace", "nowhere"];
    let ended = Connection::at(cluster).says(&args).await;
    assert!(ended.end == End::Code(4) && words(&ended).contains("namespace nowhere is not there"), "{ended}");
}

on_each!(a_namespace_that_is_being_deleted_is_said_plainly, a_namespace_that_is_not_there_is_said_plainly);
