//! `kubernetes.service-selector`, by the real binary against the double of an API server, with a real MariaDB behind a pod.

use serde_json::json;
use stampede::lab::Lab;

use crate::support::binary::{End, Ended, Home};
use crate::support::kube::{Double, databases, service};

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

const TYPED: &[&str] = &["--yes", "--confirm", "kubernetes"];

#[tokio::test(flavor = "multi_thread")]
async fn s24_only_the_named_key_changes_and_comes_back() {
    let ground = Ground::new();
    // Nothing is known of the databases behind the pods: the name must be typed.
    let asked = ground.reroute("role=replica", &["--yes"]).await;
    assert_eq!(asked.end, End::Code(6), "{asked}");
    assert!(asked.stdout.contains("from 2 ready pods (role=primary,tier=db) to 2 ready of 2"), "{asked}");
    let done = ground.reroute("role=replica", TYPED).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("its endpoints were the new pods after"), "{done}");
    assert_eq!(ground.selector(), json!({ "tier": "db", "role": "replica" }));
    let undone = ground.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert_eq!(ground.selector(), json!({ "tier": "db", "role": "primary" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn s24_what_would_lead_nowhere_is_refused() {
    let ground = Ground::new();
    let refused = async |selector: &str, why: &str| {
        let ended = ground.reroute(selector, TYPED).await;
        let words = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(ended.end == End::Code(5) && words.contains(why), "{ended}");
        assert_eq!(ground.selector(), json!({ "tier": "db", "role": "primary" }));
    };
    refused("role=reader", "no pod has role=reader,tier=db: the Service would lead nowhere").await;
    ground.double.create(
        "apps/v1/deployments",
        databases("single", &json!({ "tier": "db", "role": "single" }), "db", 1),
    );
    refused("role=single", "1 of 1 pods with role=single,tier=db are ready, and 2 are wanted").await;
    ground.double.create(
        "apps/v1/deployments",
        databases("other", &json!({ "tier": "db", "role": "other" }), "sql", 2),
    );
    refused("role=other", "2 of 2 pods have no port called db").await;
    ground.double.forbid("patch services");
    refused("role=replica", "refused: S25 this account may not patch services").await;
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
            "version: 1\ntargets:\n  replica: {{ mysql: \"mysql://ops:ops-pass@127.0.0.1:{}\" }}\n  \
             kubernetes: {{ kubernetes: current, kubeconfig: {} }}\n",
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
    // Everything is known: a yes is enough.
    let done = ground.reroute("role=replica", &["--yes"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("replica: read-only, follows nobody"), "{done}");
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
