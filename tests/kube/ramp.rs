//! `kubernetes.ramp`, by the real binary against the double of an API server.

use serde_json::{Value, json};

use super::{TYPED, words};
use crate::support::binary::{End, Ended, Home};
use crate::support::kube::{Double, application, ingress, route, serves};

const ROUTE: &str = "gateway.networking.k8s.io/v1/httproutes/shop";

struct Ground {
    double: Double,
    home: Home,
}

impl Ground {
    fn new() -> Self {
        let double = Double::start();
        double.create("gateway.networking.k8s.io/v1/httproutes", route("shop", 5));
        double.create("networking.k8s.io/v1/ingresses", ingress("shop"));
        for name in ["shop", "web"] {
            double.create("apps/v1/deployments", application(name, 1));
            double.create("v1/services", serves(name));
        }
        Self { double, home: Home::new() }
    }

    async fn ramp(&self, args: &[&str]) -> Ended {
        self.says(&[&["recover", "ramp"][..], args, &["--hold", "2s", "--no-watch"], TYPED].concat()).await
    }

    async fn says(&self, args: &[&str]) -> Ended {
        let config = self.double.kubeconfig(self.double.port());
        self.home.stampede(args).env("KUBECONFIG", config).spawn().wait().await
    }

    /// Waits until the weights are these.
    async fn shows(&self, weights: &Value) {
        let end = stampede::clock::instant() + crate::support::PATIENCE;
        while self.weights() != *weights {
            assert!(stampede::clock::instant() < end, "the step never came: {}", self.weights());
            stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    fn weights(&self) -> Value {
        let refs = self.double.get(ROUTE)["spec"]["rules"][0]["backendRefs"].clone();
        json!([refs[0]["weight"], refs[1]["weight"]])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weights_of_a_route_are_moved_step_by_step_and_come_back() {
    let ground = Ground::new();
    let dry = ground.ramp(&["httproute/shop", "--backend", "shop", "--dry-run"]).await;
    assert_eq!((dry.end, ground.weights()), (End::Code(0), json!([95, 5])), "{dry}");
    assert!(words(&dry).contains("from 5 % to 100 %, 2 s at each step"), "{dry}");
    assert!(words(&dry).contains(r#""path":"/spec/rules/0/backendRefs/1/weight","value":100"#), "{dry}");

    let half = ground.ramp(&["httproute/shop", "--backend", "shop", "--steps", "10,50"]).await;
    assert_eq!((half.end, ground.weights()), (End::Code(0), json!([50, 50])), "{half}");
    assert!(words(&half).contains("50 % are let in"), "{half}");
    let patches = ground.double.asked().into_iter().filter(|one| one.starts_with("PATCH ")).count();
    assert_eq!(patches, 2, "one for each step");
    // S9: it is shown from where the last step has left it. At a terminal the middle of a long command is left out.
    let plan = ground.says(&["undo", "--dry-run", "-o", "json"]).await;
    let shown = r#"{"op":"test","path":"/spec/rules/0/backendRefs/1/weight","value":50}"#;
    assert!(plan.stdout.replace(r#"\""#, r#"""#).contains(shown), "{plan}");
    let undone = ground.says(&[&["undo"][..], TYPED].concat()).await;
    assert_eq!((undone.end, ground.weights()), (End::Code(0), json!([95, 5])), "{undone}");

    let all = ground.ramp(&["httproute/shop", "--backend", "shop", "--steps", "100"]).await;
    assert_eq!((all.end, ground.weights()), (End::Code(0), json!([0, 100])), "{all}");
    let again = ground.ramp(&["httproute/shop", "--backend", "shop"]).await;
    assert!(again.end == End::Code(0) && words(&again).contains("100 % are let in already"), "{again}");
}

/// Weights that a colleague sets between two steps are none of ours: they end the ramp, and undo asks before it goes over them.
#[tokio::test(flavor = "multi_thread")]
async fn s27_weights_of_somebody_else_end_it_and_are_left_alone() {
    let ground = Ground::new();
    let colleague = async {
        ground.shows(&json!([90, 10])).await;
        let refs = [("waiting-room", 40), ("shop", 60)]
            .map(|(name, weight)| json!({ "name": name, "weight": weight }));
        ground.double.change(ROUTE, &json!({ "spec": { "rules": [{ "backendRefs": refs }] } }));
    };
    let args = ["httproute/shop", "--backend", "shop", "--steps", "10,100"];
    let (ramp, ()) = tokio::join!(ground.ramp(&args), colleague);
    assert_eq!((ramp.end, ground.weights()), (End::Code(4), json!([40, 60])), "{ramp}");
    assert!(words(&ramp).contains("somebody else has just changed httproute/shop"), "{ramp}");
    let undone = ground.says(&["undo", "--yes"]).await;
    assert_eq!(ground.weights(), json!([40, 60]), "{undone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_weights_or_is_not_there_is_said_so() {
    let ground = Ground::new();
    let other = ground.ramp(&["httproute/shop", "--backend", "shpo"]).await;
    assert_eq!(other.end, End::Code(5), "{other}");
    assert!(words(&other).contains("there are shop, waiting-room"), "{other}");
    let plain = ground.ramp(&["ingress/shop"]).await;
    assert_eq!(plain.end, End::Code(5), "{plain}");
    assert!(words(&plain).contains("is no canary"), "{plain}");
    let gone = ground.ramp(&["httproute/shp", "--backend", "shop"]).await;
    assert_eq!(gone.end, End::Code(5), "{gone}");
    assert_eq!(ground.weights(), json!([95, 5]));
}

/// All the traffic would go to nobody.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_to_a_service_without_a_ready_pod() {
    let ground = Ground::new();
    ground.double.change("apps/v1/deployments/shop", &json!({ "spec": { "replicas": 0 } }));
    let refused = ground.ramp(&["httproute/shop", "--backend", "shop"]).await;
    assert_eq!((refused.end, ground.weights()), (End::Code(5), json!([95, 5])), "{refused}");
    assert!(words(&refused).contains("no pod behind the Service shop is ready"), "{refused}");
}

/// What this account may not see is not known, and no reason to stop half-way: the name is typed for it.
#[tokio::test(flavor = "multi_thread")]
async fn s23_pods_that_may_not_be_seen_are_unknown_and_have_the_name_typed() {
    let ground = Ground::new();
    ground.double.forbid("list endpointslices");
    let args =
        ["recover", "ramp", "httproute/shop", "--backend", "shop", "--steps", "50", "--hold", "2s", "--yes"];
    let untyped = ground.says(&args).await;
    assert_eq!((untyped.end, ground.weights()), (End::Code(6), json!([95, 5])), "{untyped}");
    assert!(
        words(&untyped).contains("whether a pod behind the Service shop is ready is not known"),
        "{untyped}"
    );
    let typed = ground.ramp(&["httproute/shop", "--backend", "shop", "--steps", "50"]).await;
    assert_eq!((typed.end, ground.weights()), (End::Code(0), json!([50, 50])), "{typed}");
}

/// A rule that somebody puts in front while a step is held does not get what is meant for the one that was planned.
#[tokio::test(flavor = "multi_thread")]
async fn s27_a_rule_is_moved_where_it_stands_by_then_and_comes_back() {
    let ground = Ground::new();
    let colleague = async {
        ground.shows(&json!([90, 10])).await;
        let rule = ground.double.get(ROUTE)["spec"]["rules"][0].clone();
        let mut first = rule.clone();
        first["matches"] = json!([{ "path": { "value": "/api" } }]);
        ground.double.change(ROUTE, &json!({ "spec": { "rules": [first, rule] } }));
    };
    let args = ["httproute/shop", "--backend", "shop", "--steps", "10,50"];
    let (ramp, ()) = tokio::join!(ground.ramp(&args), colleague);
    let second = || ground.double.get(ROUTE)["spec"]["rules"][1]["backendRefs"][1]["weight"].clone();
    assert_eq!((ramp.end, ground.weights(), second()), (End::Code(0), json!([90, 10]), json!(50)), "{ramp}");
    let undone = ground.says(&[&["undo"][..], TYPED].concat()).await;
    assert_eq!(
        (undone.end, ground.weights(), second()),
        (End::Code(0), json!([90, 10]), json!(5)),
        "{undone}"
    );
}
