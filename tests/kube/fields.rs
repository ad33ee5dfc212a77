//! `kubernetes.annotate`, `kubernetes.patch` and `kubernetes.restart`, by the real binary against the double of an API server.

use serde_json::{Value, json};

use super::{Connection, TYPED, on_each};
use crate::support::binary::{End, Ended, Home};
use crate::support::kube::{Cluster, Double, application, databases, ingress};

const INGRESS: &str = "networking.k8s.io/v1/ingresses/shop";
const WEB: &str = "apps/v1/deployments/web";
const LIMIT: &str = "nginx.ingress.kubernetes.io/limit-rps";

struct Ground {
    double: Double,
    home: Home,
}

impl Ground {
    fn new() -> Self {
        let double = Double::start();
        double.create("networking.k8s.io/v1/ingresses", ingress("shop"));
        double.create("apps/v1/deployments", application("web", 4));
        Self { double, home: Home::new() }
    }

    async fn protect(&self, args: &[&str], more: &[&str]) -> Ended {
        let mut all = vec!["protect"];
        all.extend(args);
        all.push("--no-watch");
        all.extend(more);
        self.says(&all).await
    }

    async fn annotate(&self, what: &[&str], more: &[&str]) -> Ended {
        let mut args = vec!["annotate", "ingress/shop"];
        args.extend(what);
        args.extend(["--settle", "1s"]);
        self.protect(&args, more).await
    }

    async fn patch(&self, object: &str, patch: &Value, more: &[&str]) -> Ended {
        let patch = patch.to_string();
        self.protect(&["patch", object, "--patch", &patch, "--settle", "1s"], more).await
    }

    async fn undo(&self) -> Ended {
        self.says(&["undo", "--yes", "--confirm", "kubernetes"]).await
    }

    async fn says(&self, args: &[&str]) -> Ended {
        let config = self.double.kubeconfig(self.double.port());
        self.home.stampede(args).env("KUBECONFIG", config).spawn().wait().await
    }

    fn annotations(&self) -> Value {
        self.double.get(INGRESS)["metadata"]["annotations"].clone()
    }
}

async fn an_annotation_and_a_field_come_and_go(cluster: &Cluster) {
    let made = cluster.create("networking.k8s.io/v1/ingresses", ingress("shop")).await;
    let connection = Connection::at(cluster);
    // A real server notes who has created it, and what they set: the name is typed.
    let settle = [&["--settle", "1s", "--no-watch"][..], TYPED].concat();
    let done = connection
        .says(&[&["protect", "annotate", "ingress/shop", &format!("{LIMIT}=10")], &settle[..]].concat())
        .await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert_eq!(cluster.get(INGRESS).await["metadata"]["annotations"], json!({ LIMIT: "10" }));
    let patch = json!({ "spec": { "ingressClassName": "slow" } }).to_string();
    let done = connection
        .says(&[&["protect", "patch", "ingress/shop", "--patch", &patch], &settle[..]].concat())
        .await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("/spec/ingressClassName: \"fast\" -> \"slow\""), "{done}");
    let other = json!({ "metadata": { "annotations": { "other": "1" } } });
    cluster.change(INGRESS, &other, "other").await;
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    let now = cluster.get(INGRESS).await;
    assert_eq!((&now["spec"], &now["metadata"]["annotations"]), (&made["spec"], &json!({ "other": "1" })));
}

/// Whoever held what we have changed holds it again after the undo, and nobody else does: a server-side apply meets no conflict.
async fn after_an_undo_the_fields_are_theirs_who_held_them(cluster: &Cluster) {
    cluster.create("networking.k8s.io/v1/ingresses", ingress("shop")).await;
    let theirs = json!({ "metadata": { "annotations": { LIMIT: "100", "other": "1" } } });
    cluster.change(INGRESS, &theirs, "ci").await;
    let holders = async || {
        let mut holders = cluster.get(INGRESS).await["metadata"]["managedFields"].clone();
        for entry in holders.as_array_mut().unwrap() {
            entry.as_object_mut().unwrap().remove("time");
        }
        holders
    };
    let before = holders().await;
    let connection = Connection::at(cluster);
    let settle = [&["--settle", "1s", "--no-watch"][..], TYPED].concat();
    let limit = format!("{LIMIT}=10");
    let done = connection
        .says(&[&["protect", "annotate", "ingress/shop", &limit, "new=1"], &settle[..]].concat())
        .await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert_ne!(holders().await, before, "ours are listed");
    let patch = json!({ "spec": { "ingressClassName": "slow" } }).to_string();
    let done = connection
        .says(&[&["protect", "patch", "ingress/shop", "--patch", &patch], &settle[..]].concat())
        .await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    assert_eq!(holders().await, before, "{undone}");
}

/// A mark that a fence has left in the list of managers is nobody's change: it keeps nobody from acting, and goes with an undo.
async fn a_mark_that_was_left_is_no_obstacle(cluster: &Cluster) {
    let made = cluster.create("networking.k8s.io/v1/ingresses", ingress("shop")).await;
    let mut holders = made["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    holders.push(json!({
        "manager": "stampede:day:bob@web2:fence", "operation": "Update", "apiVersion": "networking.k8s.io/v1",
        "fieldsType": "FieldsV1", "fieldsV1": { "f:metadata": { "f:annotations": { "f:stampede/fence": {} } } },
    }));
    cluster.change(INGRESS, &json!({ "metadata": { "managedFields": holders } }), "other").await;
    let marks = async || {
        let holders = cluster.get(INGRESS).await["metadata"]["managedFields"].clone();
        let all = holders.as_array().cloned().unwrap_or_default();
        all.iter()
            .filter(|entry| entry["manager"].as_str().is_some_and(|name| name.ends_with(":fence")))
            .count()
    };
    assert_eq!(marks().await, 1);
    let connection = Connection::at(cluster);
    let note = ["protect", "annotate", "ingress/shop", "example.com/a=1", "--settle", "1s", "--no-watch"];
    let done = connection.says(&[&note[..], TYPED].concat()).await;
    assert_eq!((done.end, marks().await), (End::Code(0), 1), "{done}");
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!((undone.end, marks().await), (End::Code(0), 0), "{undone}");
}

/// A kind is found by its short name, in whichever version the server has it, and without its group.
async fn a_kind_is_found_wherever_the_server_has_it(cluster: &Cluster) {
    let pod = json!({ "restartPolicy": "Never", "containers": [{ "name": "a", "image": "a" }] });
    let nightly = json!({
        "apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": { "name": "nightly" },
        "spec": { "schedule": "0 3 * * *", "suspend": true, "jobTemplate": { "spec": { "template": { "spec": pod } } } },
    });
    let quota = json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "q" }, "spec": { "hard": { "pods": "3" } },
    });
    cluster.create("batch/v1beta1/cronjobs", nightly).await;
    cluster.create("v1/resourcequotas", quota).await;
    let connection = Connection::at(cluster);
    for (word, path) in [("cj/nightly", "batch/v1beta1/cronjobs/nightly"), ("quota/q", "v1/resourcequotas/q")]
    {
        let note = ["protect", "annotate", word, "example.com/a=1", "--settle", "1s", "--no-watch"];
        let done = connection.says(&[&note[..], TYPED].concat()).await;
        let noted = cluster.get(path).await["metadata"]["annotations"]["example.com/a"].clone();
        assert_eq!((done.end, noted), (End::Code(0), json!("1")), "{word}: {done}");
    }
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
}

/// Who may scale and not patch cannot give the field back: that is said, and the undo is whole.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_may_not_be_given_back_are_said() {
    let ground = Ground::new();
    ground.double.change(WEB, &json!({ "spec": { "replicas": 5 } }));
    let scaled = ground
        .says(&[&["break", "scale", "deployment/web", "--replicas", "6", "--no-watch"], TYPED].concat())
        .await;
    assert_eq!(scaled.end, End::Code(0), "{scaled}");
    ground.double.forbid("patch deployments");
    let undone = ground.undo().await;
    assert_eq!(
        (undone.end, &ground.double.get(WEB)["spec"]["replicas"]),
        (End::Code(0), &json!(5)),
        "{undone}"
    );
    assert!(undone.stdout.contains("still lists these fields as set"), "{undone}");
}

async fn a_restart_replaces_every_pod(cluster: &Cluster) {
    cluster.runs(application("web", 3)).await;
    let uids = async || -> Vec<Value> {
        let pods = cluster.list("v1/pods", "app=web").await;
        pods.iter().map(|pod| pod["metadata"]["uid"].clone()).collect()
    };
    let before = uids().await;
    let restart = ["protect", "restart", "deployment/web", "--no-watch"];
    let done = Connection::at(cluster).says(&[&restart[..], TYPED].concat()).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("3 of 3 pods are new and ready"), "{done}");
    let now = cluster.list("v1/pods", "app=web").await;
    let alive = now.iter().filter(|pod| pod["metadata"]["deletionTimestamp"].is_null());
    assert!(alive.clone().count() == 3 && alive.clone().all(|pod| !before.contains(&pod["metadata"]["uid"])));
}

/// A container's setting by the container's name, as a strategic patch has it: its pods are replaced, and so they are at the
/// undo.
async fn a_template_is_patched_and_put_back(cluster: &Cluster) {
    cluster.runs(application("web", 2)).await;
    let patch = json!({ "spec": { "template": { "spec": { "containers": [
        { "name": "main", "env": [{ "name": "POOL", "value": "5" }] },
    ] } } } });
    let patch = patch.to_string();
    let args =
        ["protect", "patch", "deployment/web", "--type", "strategic", "--patch", &patch, "--settle", "1s"];
    let connection = Connection::at(cluster);
    let done = connection.says(&[&args[..], TYPED, &["--no-watch"]].concat()).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let container = async || {
        let web = cluster.get(WEB).await;
        web.pointer("/spec/template/spec/containers/0").cloned().unwrap()
    };
    let now = container().await;
    assert_eq!((&now["name"], &now["env"][0]["value"]), (&json!("main"), &json!("5")), "{done}");
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!((undone.end, &container().await["env"]), (End::Code(0), &Value::Null), "{undone}");
}

on_each!(
    an_annotation_and_a_field_come_and_go,
    a_mark_that_was_left_is_no_obstacle,
    a_kind_is_found_wherever_the_server_has_it,
    after_an_undo_the_fields_are_theirs_who_held_them,
    a_restart_replaces_every_pod,
    a_template_is_patched_and_put_back,
);

/// What already hangs is not rolled once more, and what it hangs on is said.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_that_hangs_says_why() {
    let ground = Ground::new();
    let waiting =
        json!({ "waiting": { "reason": "ImagePullBackOff", "message": "Back-off pulling image \"web:2\"" } });
    let status = json!({
        "conditions": [{ "type": "Ready", "status": "False" }],
        "containerStatuses": [{ "name": "main", "state": waiting }],
    });
    ground.double.shows("v1/pods/web-3", &status);
    ground.double.shows(WEB, &json!({ "updatedReplicas": 1 }));
    let refused = ground.protect(&["restart", "deployment/web"], TYPED).await;
    assert_eq!(refused.end, End::Code(5), "{refused}");
    let words = refused.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("a rollout of deployment/web is under way: 1 of 4 pods are new; not ready, 1: ImagePullBackOff Back-off"), "{refused}");
}

/// What the server warns of is a risk of the plan, from the rehearsal, and a note of what was done.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_warns_of_is_said() {
    let ground = Ground::new();
    ground.double.warns("would violate the policy \\\"limits\\\"");
    let dry = ground.annotate(&["a=b"], &["--dry-run"]).await;
    let words = dry.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the API server warns: would violate the policy \"limits\""), "{dry}");
    let done = ground.annotate(&["a=b"], TYPED).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let (_, outcome) = done.stdout.split_once("\ndone ").unwrap();
    assert!(outcome.contains("the API server warns: "), "{done}");
}

/// An ingress without any annotation gets one, and has none again; what others set meanwhile stays.
#[tokio::test(flavor = "multi_thread")]
async fn s27_only_our_annotation_goes_and_what_others_have_set_stays() {
    let ground = Ground::new();
    let done = ground.annotate(&[&format!("{LIMIT}=10")], &["--yes"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert_eq!(ground.annotations(), json!({ LIMIT: "10" }));
    ground.double.change(INGRESS, &json!({ "metadata": { "annotations": { "other": "1" } } }));
    let undone = ground.undo().await;
    assert_eq!((undone.end, ground.annotations()), (End::Code(0), json!({ "other": "1" })), "{undone}");
    let again = ground.annotate(&["other=1"], &["--yes"]).await;
    assert!(again.stdout.contains("has them so already"), "{again}");
}

/// What another manager has set is changed only when the name is typed.
#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_another_manager_is_typed() {
    let ground = Ground::new();
    ground.double.change(INGRESS, &json!({ "metadata": { "annotations": { LIMIT: "100" } } }));
    let asked = ground.annotate(&[&format!("{LIMIT}=10")], &["--yes"]).await;
    assert_eq!((asked.end, &ground.annotations()[LIMIT]), (End::Code(6), &json!("100")), "{asked}");
    assert!(asked.stdout.contains("set by other (since"), "{asked}");
    let done = ground.annotate(&[&format!("{LIMIT}=10")], TYPED).await;
    assert_eq!((done.end, &ground.annotations()[LIMIT]), (End::Code(0), &json!("10")), "{done}");
    assert_eq!((ground.undo().await.end, &ground.annotations()[LIMIT]), (End::Code(0), &json!("100")));
}

/// The server says what would come of a patch; exactly what differs is sent, and comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_patch_is_rehearsed_and_put_back_field_by_field() {
    let ground = Ground::new();
    let before = ground.double.get(INGRESS)["spec"].clone();
    let patch = json!({
        "metadata": { "labels": { "slow": "yes" } },
        "spec": { "ingressClassName": "slow", "defaultBackend": { "service": { "port": { "number": 80 } } } },
    });
    let dry = ground.patch("ingress/shop", &patch, &["--dry-run"]).await;
    assert_eq!(
        (dry.end, ground.double.get(INGRESS)["spec"].clone()),
        (End::Code(0), before.clone()),
        "{dry}"
    );
    assert!(dry.stdout.contains("/spec/ingressClassName: \"fast\" -> \"slow\""), "{dry}");
    assert!(!dry.stdout.contains("/spec/defaultBackend:"), "what stays as it is is no field: {dry}");
    let done = ground.patch("ingress/shop", &patch, &["--yes"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert_eq!(ground.double.get(INGRESS)["spec"]["ingressClassName"], "slow");
    assert_eq!(ground.undo().await.end, End::Code(0));
    let now = ground.double.get(INGRESS);
    assert_eq!((&now["spec"], &now["metadata"]["labels"]), (&before, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_an_action_of_its_own_or_would_be_in_the_journal_is_refused() {
    let ground = Ground::new();
    let replicas = ground.patch("deployment/web", &json!({ "spec": { "replicas": 0 } }), TYPED).await;
    assert!(replicas.stdout.contains("refused: S23"), "{replicas}");
    ground.double.create(
        "v1/secrets",
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "db" }, "data": { "p": "c2VjcmV0" } }),
    );
    let secret = ground.patch("secret/db", &json!({ "data": { "p": "b3RoZXI=" } }), TYPED).await;
    assert!(secret.stdout.contains("refused: S30") && !secret.to_string().contains("c2VjcmV0"), "{secret}");
    for (ended, words) in [(replicas, "S23"), (secret, "S30")] {
        assert_eq!(ended.end, End::Code(5), "{words}: {ended}");
    }
    assert_eq!(ground.double.get(WEB)["spec"]["replicas"], 4);
    ground.double.forbid("patch ingresses");
    let denied = ground.annotate(&["a=1"], &["--yes"]).await;
    assert!(denied.stdout.contains("refused: S25 this account may not patch ingresses"), "{denied}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_says_how_many_pods_are_away_and_is_typed() {
    let ground = Ground::new();
    let uid = |n: u32| ground.double.get(&format!("v1/pods/web-{n}"))["metadata"]["uid"].clone();
    let before = uid(0);
    let asked = ground.protect(&["restart", "deployment/web"], &["--yes"]).await;
    assert_eq!((asked.end, uid(0) == before), (End::Code(6), true), "{asked}");
    assert!(asked.stdout.contains("at most 1 of 4 pods away at a time, up to 1 more"), "{asked}");
    let done = ground.protect(&["restart", "deployment/web"], TYPED).await;
    assert_eq!((done.end, uid(0) != before), (End::Code(0), true), "{done}");
    assert!(done.stdout.contains("4 of 4 pods are new and ready"), "{done}");
    let undone = ground.undo().await;
    assert!(undone.stdout.contains("nothing to put back"), "{undone}");
}

/// A cache or a database is never restarted in the middle of an incident, nor by way of a patch of its template.
#[tokio::test(flavor = "multi_thread")]
async fn a_cache_is_not_restarted() {
    let ground = Ground::new();
    ground.double.create("apps/v1/deployments", databases("cache", &json!({}), "redis", 1));
    let restart = ground.protect(&["restart", "deployment/cache"], TYPED).await;
    assert!(restart.stdout.contains("is a cache or a database"), "{restart}");
    let template = json!({ "spec": { "template": { "metadata": { "annotations": { "a": "1" } } } } });
    let patch = ground.patch("deployment/cache", &template, TYPED).await;
    assert!(patch.stdout.contains("is a cache or a database"), "{patch}");
    let web = ground.patch("deployment/web", &template, &["--yes"]).await;
    assert_eq!(web.end, End::Code(6), "its pods are replaced, so the name is typed: {web}");
    assert!(web.stdout.contains("its pods are replaced by new ones"), "{web}");
}
