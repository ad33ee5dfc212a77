//! `kubernetes.service-selector`; on the double with a real MariaDB behind a pod.

use serde_json::json;
use stampede::lab::Lab;

use super::{Connection, TYPED, on_each, words};
use crate::support::binary::{End, Ended, Home};
use crate::support::kube::{Cluster, Double, databases, service};

struct Ground {
    double: Double,
    home: Home,
}

impl Ground {
    /// A Service whose pods are those of the primary, and two of a replica.
    fn new() -> Self {
        let double = Double::start();
        for role in ["primary", "replica"] {
            let labels = json!({ "tier": "db", "role": role });
            double.create("apps/v1/deployments", databases(role, &labels, "db", 2));
        }
        double.create("v1/services", service("mysql-service", &json!({ "tier": "db", "role": "primary" })));
        Self { double, home: Home::new() }
    }

    async fn reroute(&self, selector: &str, more: &[&str]) -> Ended {
        let mut args = vec!["protect", "reroute", "service/mysql-service", "--selector", selector];
        args.extend(["--settle", "1s", "--no-watch"]);
        args.extend(more);
        self.says(&args).await
    }

    async fn says(&self, args: &[&str]) -> Ended {
        let config = self.double.kubeconfig(self.double.port());
        self.home.stampede(args).env("KUBECONFIG", config).spawn().wait().await
    }

    fn selector(&self) -> serde_json::Value {
        self.double.get("v1/services/mysql-service")["spec"]["selector"].clone()
    }
}

/// The same with pods of any server.
async fn shop(cluster: &Cluster) {
    for (role, port, replicas) in
        [("primary", "db", 2), ("replica", "db", 2), ("single", "db", 1), ("other", "sql", 2)]
    {
        let labels = json!({ "tier": "db", "role": role });
        cluster.runs(databases(role, &labels, port, replicas)).await;
    }
    let primary = json!({ "tier": "db", "role": "primary" });
    cluster.create("v1/services", service("mysql-service", &primary)).await;
}

async fn selector(cluster: &Cluster) -> serde_json::Value {
    cluster.get("v1/services/mysql-service").await["spec"]["selector"].clone()
}

async fn s24_only_the_named_key_changes_and_comes_back(cluster: &Cluster) {
    shop(cluster).await;
    let connection = Connection::at(cluster);
    // Nothing is known of the databases behind the pods: the name must be typed.
    let asked = connection.reroute("role=replica", &["--yes"]).await;
    assert_eq!(asked.end, End::Code(6), "{asked}");
    assert!(words(&asked).contains("from 2 ready pods (role=primary,tier=db) to 2 ready of 2"), "{asked}");
    let done = connection.reroute("role=replica", TYPED).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("its endpoints were the new pods after"), "{done}");
    assert_eq!(selector(cluster).await, json!({ "tier": "db", "role": "replica" }));
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert_eq!(selector(cluster).await, json!({ "tier": "db", "role": "primary" }));
}

async fn s24_what_would_lead_nowhere_is_refused(cluster: &Cluster) {
    shop(cluster).await;
    let connection = Connection::at(cluster);
    for (wanted, why) in [
        ("role=reader", "no pod has role=reader,tier=db: the Service would lead nowhere"),
        ("role=single", "1 of 1 pods with role=single,tier=db are ready, and 2 are wanted"),
        ("role=other", "2 of 2 pods have no port called db"),
    ] {
        let ended = connection.reroute(wanted, TYPED).await;
        assert!(ended.end == End::Code(5) && words(&ended).contains(why), "{ended}");
        assert_eq!(selector(cluster).await, json!({ "tier": "db", "role": "primary" }));
    }
}

/// Somebody else with this program has written here a moment ago.
async fn s28_another_responder_is_named(cluster: &Cluster) {
    shop(cluster).await;
    let bob = Home::new();
    let args = ["protect", "reroute", "service/mysql-service", "--selector", "role=replica"];
    let bob = bob.stampede([&args[..], &["--settle", "1s", "--no-watch"], TYPED].concat());
    let first = bob.env("KUBECONFIG", cluster.kubeconfig()).env("USER", "bob").spawn().wait().await;
    assert_eq!(first.end, End::Code(0), "{first}");
    let second = Connection::at(cluster).reroute("role=primary", &["--yes"]).await;
    assert_eq!(second.end, End::Code(6), "{second}");
    assert!(words(&second).contains("S28 another responder has written here:"), "{second}");
    assert!(second.stdout.contains(":bob@"), "{second}");
}

on_each!(
    s24_only_the_named_key_changes_and_comes_back,
    s24_what_would_lead_nowhere_is_refused,
    s28_another_responder_is_named,
);

#[tokio::test(flavor = "multi_thread")]
async fn s25_no_right_to_change_the_service_is_said_first() {
    let ground = Ground::new();
    ground.double.forbid("patch services");
    let refused = ground.reroute("role=replica", TYPED).await;
    assert!(refused.stdout.contains("refused: S25 this account may not patch services"), "{refused}");
}

/// A replica that answers that it takes writes is none.
#[tokio::test(flavor = "multi_thread")]
async fn s24_the_database_behind_a_pod_is_asked() {
    let ground = Ground::new();
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    let file = ground.double.kubeconfig(ground.double.port());
    ground.home.file(
        "stampede.yaml",
        format!(
            "version: 1\ntargets:\n  replica: {{ mysql: \"mysql://ops:ops-pass@127.0.0.1:{0}\" }}\n  \
             orders: {{ mysql: \"mysql://ops:ops-pass@localhost:{0}\" }}\n  \
             kubernetes: {{ kubernetes: current, kubeconfig: {1} }}\n",
            server.port(),
            file.display()
        ),
    );
    let refused = ground.reroute("role=replica", TYPED).await;
    assert!(
        refused.end == End::Code(5) && refused.stdout.contains("refused: S24 replica takes writes"),
        "{refused}"
    );
    server.root(&["SET GLOBAL read_only = ON"]).await.unwrap();
    // S3: who measures, who acts and who asks what is behind a Service are one connection to each of the two.
    let connections = async || -> u64 {
        let rows = server.query("SHOW GLOBAL STATUS LIKE 'Connections'").await.unwrap();
        rows[0][1].as_ref().unwrap().parse().unwrap()
    };
    let before = connections().await;
    let phase = ["protect", "--dry-run", "--only", "reroute-reads"];
    let dry = ground.says(&phase).await;
    assert!(dry.stdout.contains("plan: reroute-reads"), "{dry}");
    assert_eq!(connections().await - before, 3, "two, and the one that counts: {dry}");
    // Everything is known: a yes is enough.
    let done = ground.reroute("role=replica", &["--yes"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("replica: read-only, follows nobody"), "{done}");
    // The other one is where the traffic goes today, and what it writes would be refused.
    let share = "of all statements since the start write, and would be refused";
    assert!(words(&done).contains(&format!("orders: 0.0 % {share}")), "{done}");
    assert_eq!(ground.selector(), json!({ "tier": "db", "role": "replica" }));
}

/// The new pods are ready when it is planned, and none is when it is done: it goes back at once.
#[tokio::test(flavor = "multi_thread")]
async fn s24_without_a_ready_endpoint_it_goes_back_by_itself() {
    let ground = Ground::new();
    ground.double.no_endpoints();
    let failed = ground.reroute("role=replica", TYPED).await;
    assert_eq!(failed.end, End::Code(4), "{failed}");
    assert!(failed.stdout.contains("what had been done was put back"), "{failed}");
    assert_eq!(ground.selector(), json!({ "tier": "db", "role": "primary" }));
}

/// What the change is verified by must be allowed before it is made.
#[tokio::test(flavor = "multi_thread")]
async fn s25_endpoints_that_may_not_be_seen_are_said_before_anything_is_written() {
    let ground = Ground::new();
    ground.double.forbid("list endpointslices");
    let denied = ground.reroute("role=replica", TYPED).await;
    assert_eq!(denied.end, End::Code(5), "{denied}");
    assert!(words(&denied).contains("S25 this account may not list endpointslices"), "{denied}");
    assert!(!ground.double.asked().iter().any(|one| one.starts_with("PATCH ")), "{denied}");
}
