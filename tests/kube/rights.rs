//! The roles of deploy/rbac.yaml are enough, and less is said before it is tried (S25).

use serde_json::json;
use stampede::lab::Lab;

use super::{Connection, TYPED, on_each, words};
use crate::support::binary::{End, Home};
use crate::support::kube::{Cluster, Double, application, databases, ingress, service};
use crate::support::night::Night;

const RBAC: &str = include_str!("../../deploy/rbac.yaml");

async fn s25_the_roles_for_looking_and_acting_are_enough(cluster: &Cluster) {
    cluster.deployment("cache", 2).await;
    for role in ["primary", "replica"] {
        cluster.runs(databases(role, &json!({ "tier": "db", "role": role }), "db", 2)).await;
    }
    let primary = json!({ "tier": "db", "role": "primary" });
    cluster.create("v1/services", service("mysql-service", &primary)).await;
    cluster.create("networking.k8s.io/v1/ingresses", ingress("shop")).await;
    cluster.runs(application("web", 2)).await;
    let connection = Connection { home: Home::new(), config: cluster.account(RBAC).await };
    let logs = connection.says(&["detect", "logs", "-l", "app=cache", "--no-record"]).await;
    assert!(!words(&logs).contains("403") && !words(&logs).contains("UNKNOWN"), "{logs}");
    let scaled = connection.scale("cache", 3, &["--yes"]).await;
    assert_eq!(scaled.end, End::Code(0), "{scaled}");
    assert!(scaled.stdout.contains("3 of 3 ready after"), "{scaled}");
    assert!(!scaled.stdout.contains("uid hidden"), "{scaled}");
    let rerouted = connection.reroute("role=replica", TYPED).await;
    assert_eq!(rerouted.end, End::Code(0), "{rerouted}");
    for change in [
        &["protect", "annotate", "ingress/shop", "example.com/limit=1", "--settle", "1s", "--no-watch"][..],
        &["protect", "restart", "deployment/web", "--no-watch"],
    ] {
        let changed = connection.says(&[change, TYPED].concat()).await;
        assert_eq!(changed.end, End::Code(0), "{changed}");
    }
    let missing = connection.scale("cachet", 3, &[]).await;
    assert!(words(&missing).contains("did you mean cache?"), "{missing}");
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
}

async fn s25_without_the_role_for_acting_nothing_is_tried(cluster: &Cluster) {
    cluster.deployment("cache", 2).await;
    let looking: Vec<&str> = RBAC
        .split("\n---\n")
        .filter(|one| !one.contains("name: stampede-act") && !one.contains("name: stampede-change"))
        .collect();
    let more = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: see, namespace: shop }\nrules:\n  \
                - { apiGroups: [apps], resources: [deployments], verbs: [get] }\n---\n\
                apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: see, namespace: shop }\n\
                roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: see }\n\
                subjects: [{ kind: ServiceAccount, name: stampede, namespace: shop }]\n";
    let roles = format!("{}\n---\n{more}", looking.join("\n---\n"));
    let connection = Connection { home: Home::new(), config: cluster.account(&roles).await };
    let denied = connection.scale("cache", 3, &["--yes"]).await;
    assert_eq!(denied.end, End::Code(5), "{denied}");
    let why = format!(
        "refused: S25 this account may not patch deployments/scale in namespace {}",
        cluster.namespace()
    );
    assert!(words(&denied).contains(&why), "{denied}");
    assert_eq!(cluster.get("apps/v1/deployments/cache").await["spec"]["replicas"], 2);
    // What may not even be looked at is said in the words of the server.
    let service = connection.reroute("role=replica", TYPED).await;
    assert!(
        service.end == End::Code(5) && words(&service).contains("refuses it (403): services"),
        "{service}"
    );
}

on_each!(s25_the_roles_for_looking_and_acting_are_enough, s25_without_the_role_for_acting_nothing_is_tried);

/// What the last step of a phase will be refused is said before the first one writes.
#[tokio::test(flavor = "multi_thread")]
async fn s25_a_right_that_is_missing_is_said_before_the_first_step() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _night = Night::over(&redis).await;
    let double = Double::start();
    double.create("networking.k8s.io/v1/ingresses", ingress("shop"));
    double.create("apps/v1/deployments", application("web", 2));
    double.forbid("patch deployments");
    let home = Home::new();
    home.file(
        "night.yaml",
        "version: 1\nname: night\nsummary: s\nphases:\n  protect:\n    budget: 60s\n    steps:\n      \
         - { id: slow, action: kubernetes.annotate, with: { object: ingress/shop, annotations: [a.io/limit=1], settle: 1s } }\n      \
         - id: fresh\n        action: kubernetes.restart\n        with: { workload: deployment/web }\n        undo: none\n        \
         irreversible_because: pods do not come back\n",
    );
    let args = ["run", "night.yaml", "--yes", "--confirm", "kubernetes", "--no-watch"];
    let run = home.stampede(args).env("KUBECONFIG", double.kubeconfig(double.port()));
    let run = run.env("REDIS_URL", redis.url());
    let ended = run.spawn().wait().await;
    assert!(ended.stderr.contains("fresh: refused: S25 this account may not patch deployments"), "{ended}");
    assert!(ended.stdout.contains("done            slow"), "{ended}");
    assert!(ended.stdout.contains("blocked         fresh"), "{ended}");
    let asked = double.asked();
    let reviews = asked.iter().filter(|one| one.contains("selfsubjectaccessreviews"));
    let first_write = asked.iter().position(|one| one.starts_with("PATCH")).unwrap();
    let before = asked[..first_write].iter().filter(|one| one.contains("selfsubjectaccessreviews")).count();
    assert!(reviews.count() > before && before >= 3, "two of the phase, one of the step: {asked:#?}");
}
