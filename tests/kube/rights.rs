//! The roles of deploy/rbac.yaml are enough, and less is said before it is tried (S25).

use serde_json::json;

use super::{Seat, TYPED, on_each, words};
use crate::support::binary::{End, Home};
use crate::support::kube::{Cluster, databases, service};

const RBAC: &str = include_str!("../../deploy/rbac.yaml");

async fn s25_the_roles_for_looking_and_acting_are_enough(cluster: &Cluster) {
    cluster.deployment("cache", 2).await;
    for role in ["primary", "replica"] {
        cluster.runs(databases(role, &json!({ "tier": "db", "role": role }), "db", 2)).await;
    }
    let primary = json!({ "tier": "db", "role": "primary" });
    cluster.create("v1/services", service("mysql-service", &primary)).await;
    let seat = Seat { home: Home::new(), config: cluster.account(RBAC).await };
    let logs = seat.says(&["detect", "logs", "-l", "app=cache", "--no-record"]).await;
    assert!(!words(&logs).contains("403") && !words(&logs).contains("UNKNOWN"), "{logs}");
    let scaled = seat.scale("cache", 3, &["--yes"]).await;
    assert_eq!(scaled.end, End::Code(0), "{scaled}");
    assert!(scaled.stdout.contains("3 of 3 ready after"), "{scaled}");
    assert!(!scaled.stdout.contains("uid hidden"), "{scaled}");
    let rerouted = seat.reroute("role=replica", TYPED).await;
    assert_eq!(rerouted.end, End::Code(0), "{rerouted}");
    let missing = seat.scale("cachet", 3, &[]).await;
    assert!(words(&missing).contains("did you mean cache?"), "{missing}");
    let undone = seat.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
}

async fn s25_without_the_role_for_acting_nothing_is_tried(cluster: &Cluster) {
    cluster.deployment("cache", 2).await;
    let looking: Vec<&str> = RBAC.split("\n---\n").filter(|one| !one.contains("stampede-act")).collect();
    let more = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: see, namespace: shop }\nrules:\n  \
                - { apiGroups: [apps], resources: [deployments], verbs: [get] }\n---\n\
                apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: see, namespace: shop }\n\
                roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: see }\n\
                subjects: [{ kind: ServiceAccount, name: stampede, namespace: shop }]\n";
    let roles = format!("{}\n---\n{more}", looking.join("\n---\n"));
    let seat = Seat { home: Home::new(), config: cluster.account(&roles).await };
    let denied = seat.scale("cache", 3, &["--yes"]).await;
    assert_eq!(denied.end, End::Code(5), "{denied}");
    let why = format!(
        "refused: S25 this account may not patch deployments/scale in namespace {}",
        cluster.namespace()
    );
    assert!(words(&denied).contains(&why), "{denied}");
    assert_eq!(cluster.get("apps/v1/deployments/cache").await["spec"]["replicas"], 2);
    // What may not even be looked at is said in the words of the server.
    let service = seat.reroute("role=replica", TYPED).await;
    assert!(
        service.end == End::Code(5) && words(&service).contains("refuses it (403): services"),
        "{service}"
    );
}

on_each!(s25_the_roles_for_looking_and_acting_are_enough, s25_without_the_role_for_acting_nothing_is_tried);
