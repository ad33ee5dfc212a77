//! `kubernetes.scale`.

use serde_json::json;
use stampede::lab::Lab;

use super::{Connection, TYPED, on_each, words};
use crate::support::binary::{End, Ended, Home, flat};
use crate::support::kube::{Cluster, Double, Trouble, autoscaler, databases, deployment};
use crate::support::night::Night;

struct Ground {
    double: Double,
    home: Home,
}

impl Ground {
    fn new() -> Self {
        let double = Double::start();
        double.deployment("redis-replica", 2);
        Self { double, home: Home::new() }
    }

    async fn says(&self, args: &[&str]) -> Ended {
        let config = self.double.kubeconfig(self.double.port());
        self.home.stampede(args).env("KUBECONFIG", config).spawn().wait().await
    }

    async fn scale(&self, replicas: &str, more: &[&str]) -> Ended {
        let mut args =
            vec!["break", "scale", "deployment/redis-replica", "--replicas", replicas, "--no-watch"];
        args.extend(more);
        self.says(&args).await
    }

    fn replicas(&self) -> u64 {
        self.double.get("apps/v1/deployments/redis-replica")["spec"]["replicas"].as_u64().unwrap()
    }
}

/// Before the prompt no more than five requests, and none that writes.
/// The replicas that a Deployment is to run.
async fn wanted(cluster: &Cluster) -> u64 {
    cluster.get("apps/v1/deployments/redis-replica").await["spec"]["replicas"].as_u64().unwrap()
}

async fn s23_it_scales_up_waits_for_the_pods_and_goes_back_when_the_name_is_typed(cluster: &Cluster) {
    cluster.deployment("redis-replica", 2).await;
    let connection = Connection::at(cluster);
    let done = connection.scale("redis-replica", 4, &["--yes"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("4 of 4 ready after"), "{done}");
    assert_eq!(wanted(cluster).await, 4);
    let untyped = connection.says(&["undo", "--yes"]).await;
    assert_eq!((untyped.end, wanted(cluster).await), (End::Code(6), 4), "{untyped}");
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!((undone.end, wanted(cluster).await), (End::Code(0), 2), "{undone}");
}

async fn a_workload_without_replicas_is_scaled_and_goes_back_to_none(cluster: &Cluster) {
    cluster.create("apps/v1/deployments", deployment("redis-replica", 0)).await;
    let connection = Connection::at(cluster);
    let done = connection.scale("redis-replica", 2, &["--yes"]).await;
    assert_eq!((done.end, wanted(cluster).await), (End::Code(0), 2), "{done}");
    assert!(words(&done).contains("--current-replicas 0 --replicas 2"), "{done}");
    let undone = connection.says(&[&["undo"][..], TYPED].concat()).await;
    assert_eq!((undone.end, wanted(cluster).await), (End::Code(0), 0), "{undone}");
}

async fn s23_an_autoscaler_is_named_first_and_can_do_it_instead(cluster: &Cluster) {
    cluster.deployment("redis-replica", 2).await;
    let connection = Connection::at(cluster);
    let api = cluster.autoscaling().await;
    let hpas = format!("{api}/horizontalpodautoscalers");
    let mut hpa = autoscaler("cache", "redis-replica", 2, 4);
    hpa["apiVersion"] = json!(api);
    cluster.create(&hpas, hpa).await;
    let beyond = connection.scale("redis-replica", 6, TYPED).await;
    assert_eq!((beyond.end, wanted(cluster).await), (End::Code(5), 2), "above its maximum: {beyond}");
    assert!(words(&beyond).contains("S23 HorizontalPodAutoscaler cache takes it back to 4"), "{beyond}");
    let warned = connection.scale("redis-replica", 4, &["--yes"]).await;
    assert_eq!((warned.end, wanted(cluster).await), (End::Code(6), 2), "typed: {warned}");
    assert!(warned.stdout.contains("HorizontalPodAutoscaler cache (2 to 4 replicas)"), "{warned}");
    let through = ["--yes", "--confirm", "kubernetes", "--through", "owner", "--wait", "1s"];
    let done = connection.scale("redis-replica", 6, &through).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let cache = cluster.get(&format!("{hpas}/cache")).await;
    assert_eq!((&cache["spec"]["minReplicas"], &cache["spec"]["maxReplicas"]), (&json!(6), &json!(6)));
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
    let cache = cluster.get(&format!("{hpas}/cache")).await;
    assert_eq!((&cache["spec"]["minReplicas"], &cache["spec"]["maxReplicas"]), (&json!(2), &json!(4)));
}

async fn s23_what_goes_down_or_is_not_there_is_refused(cluster: &Cluster) {
    cluster.deployment("redis-replica", 2).await;
    let connection = Connection::at(cluster);
    let down = connection.scale("redis-replica", 1, &["--yes"]).await;
    assert!(down.stdout.contains("refused: S23") && wanted(cluster).await == 2, "{down}");
    let missing = connection.scale("redis-replicas", 3, &[]).await;
    assert!(missing.stdout.contains("did you mean redis-replica?"), "{missing}");
    let unknown = connection.says(&["break", "scale", "widget.nope.example.com/x", "--replicas", "3"]).await;
    assert!(
        words(&unknown).contains("widget.nope.example.com is no kind that this can be done to"),
        "{unknown}"
    );
}

async fn pods_that_find_no_room_are_said_in_the_words_of_the_cluster(cluster: &Cluster) {
    let nodes = cluster.nodes().await;
    let mut alone = deployment("redis-replica", nodes);
    alone["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"] = json!({
        "requiredDuringSchedulingIgnoredDuringExecution": [{
            "topologyKey": "kubernetes.io/hostname",
            "labelSelector": { "matchLabels": { "app": "redis-replica" } },
        }],
    });
    cluster.runs(alone).await;
    let done = Connection::at(cluster).scale("redis-replica", nodes + 1, &["--yes", "--wait", "2s"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains(&format!("{nodes} of {} ready after", nodes + 1)), "{done}");
    assert!(done.stdout.contains(&format!("not ready, 1: 0/{nodes} nodes are available")), "{done}");
}

async fn a_quota_that_is_used_up_is_named(cluster: &Cluster) {
    cluster.deployment("redis-replica", 2).await;
    let quota = json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "q" }, "spec": { "hard": { "pods": "3" } },
    });
    cluster.create("v1/resourcequotas", quota).await;
    cluster.until("v1/resourcequotas/q", |now| !now["status"]["used"]["pods"].is_null()).await;
    let done = Connection::at(cluster).scale("redis-replica", 5, &["--yes", "--wait", "3s"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert!(done.stdout.contains("its controller says FailedCreate"), "{done}");
    let words = done.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("exceeded quota: q"), "{done}");
}

async fn what_was_deleted_or_made_anew_has_nothing_of_ours(cluster: &Cluster) {
    cluster.deployment("redis-replica", 2).await;
    let connection = Connection::at(cluster);
    assert_eq!(connection.scale("redis-replica", 4, &["--yes"]).await.end, End::Code(0));
    cluster.delete("apps/v1/deployments/redis-replica").await;
    cluster.until("apps/v1/deployments/redis-replica", serde_json::Value::is_null).await;
    cluster.deployment("redis-replica", 4).await;
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!((undone.end, wanted(cluster).await), (End::Code(0), 4), "{undone}");
}

/// Somebody else has found another number right since: taking those replicas away is theirs to say, whoever confirms it here.
async fn s23_what_others_have_scaled_since_is_never_taken_away(cluster: &Cluster) {
    cluster.deployment("redis-replica", 2).await;
    let connection = Connection::at(cluster);
    assert_eq!(connection.scale("redis-replica", 3, &["--yes"]).await.end, End::Code(0));
    cluster.change("apps/v1/deployments/redis-replica", &json!({ "spec": { "replicas": 5 } }), "other").await;
    let undone = connection.says(&["undo", "--yes", "--confirm", "kubernetes"]).await;
    assert_eq!((undone.end, wanted(cluster).await), (End::Code(7), 5), "{undone}");
    assert!(
        words(&undone).contains("S27 deployment/redis-replica: not ours any more; /spec/replicas 5 now"),
        "{undone}"
    );
}

on_each!(
    s23_what_others_have_scaled_since_is_never_taken_away,
    s23_it_scales_up_waits_for_the_pods_and_goes_back_when_the_name_is_typed,
    s23_an_autoscaler_is_named_first_and_can_do_it_instead,
    a_workload_without_replicas_is_scaled_and_goes_back_to_none,
    s23_what_goes_down_or_is_not_there_is_refused,
    a_quota_that_is_used_up_is_named,
    pods_that_find_no_room_are_said_in_the_words_of_the_cluster,
    what_was_deleted_or_made_anew_has_nothing_of_ours,
);

#[tokio::test(flavor = "multi_thread")]
async fn s25_what_this_account_may_not_do_is_said_before_anything_is_done() {
    let ground = Ground::new();
    ground.double.forbid("patch deployments/scale");
    let denied = ground.scale("3", &["--yes"]).await;
    assert_eq!((denied.end, ground.replicas()), (End::Code(5), 2), "{denied}");
    assert!(denied.stdout.contains("refused: S25 this account may not patch deployments/scale"), "{denied}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_requests_are_enough_before_the_prompt() {
    let ground = Ground::new();
    let dry = ground.scale("3", &["--dry-run"]).await;
    assert_eq!(dry.end, End::Code(0), "{dry}");
    let asked = ground.double.asked();
    assert!(asked.len() <= 5, "{asked:#?}");
    let writes = |one: &&String| one.starts_with("PATCH") && !one.contains("dryRun=All");
    assert_eq!(asked.iter().find(writes), None, "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_has_expired_and_a_server_that_is_busy() {
    let ground = Ground::new();
    ground.double.trouble(Trouble::Expired);
    let expired = ground.scale("3", &["--yes"]).await;
    assert_eq!(expired.end, End::Code(4), "{expired}");
    assert!(expired.stdout.contains("does not know who we are (401)"), "{expired}");
    ground.double.trouble(Trouble::Busy);
    let done = ground.scale("3", &["--yes"]).await;
    assert_eq!((done.end, ground.replicas()), (End::Code(0), 3), "{done}");
}

/// Undo works on the cluster that was written to: the same name elsewhere is somebody else's.
#[tokio::test(flavor = "multi_thread")]
async fn s7_another_cluster_is_never_put_back() {
    let (ground, other) = (Ground::new(), Ground::new());
    let done = ground.scale("4", &["--yes"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    assert_eq!(other.scale("4", &["--yes"]).await.end, End::Code(0));
    let config = other.double.kubeconfig(other.double.port());
    let undo = ground.home.stampede(["undo", "--yes", "--confirm", "kubernetes"]);
    let ended = undo.env("KUBECONFIG", config).spawn().wait().await;
    assert_eq!((ended.end, other.replicas()), (End::Code(7), 4), "{ended}");
    let words = flat(&ended.stderr);
    assert!(words.contains("leads to another server now"), "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_given_up() {
    let ground = Ground::new();
    ground.double.trouble(Trouble::Hangs);
    let ended = ground.scale("3", &["--yes"]).await;
    assert_eq!(ended.end, End::Code(4), "{ended}");
    assert!(ended.stdout.contains("did not answer within 5.0 s"), "{ended}");
}

/// What redoes a step leads to where it was made, whatever whoever undoes it has on the command line.
#[tokio::test(flavor = "multi_thread")]
async fn what_redoes_a_step_names_its_context_and_namespace() {
    let ground = Ground::new();
    let file = ground.double.kubeconfig(ground.double.port());
    let elsewhere = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\"namespace\":\"shop\"", "\"namespace\":\"default\"");
    std::fs::write(&file, elsewhere).unwrap();
    let says = async |args: &[&str]| ground.home.stampede(args).env("KUBECONFIG", &file).spawn().wait().await;
    let scale =
        ["break", "scale", "deployment/redis-replica", "--replicas", "3", "--wait", "1s", "-n", "shop"];
    let done = says(&[&scale[..], &["--yes", "--no-watch"]].concat()).await;
    assert_eq!((done.end, ground.replicas()), (End::Code(0), 3), "{done}");
    let back = says(&["undo", "--dry-run"]).await;
    let line = back.stdout.lines().find(|line| line.contains("stampede break scale")).unwrap();
    assert!(line.contains(" --context double ") && line.contains(" -n shop "), "{back}");
}

/// A pod that is ready may still be empty: the Redis in it is asked, with the account of the one that is configured.
#[tokio::test(flavor = "multi_thread")]
async fn s23_a_cache_replica_counts_when_it_is_in_sync() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    let port = primary.port().to_string();
    let replica = lab.redis(&["--replicaof", "127.0.0.1", &port]).await.unwrap();
    let link = async || replica.says(&["INFO", "replication"]).await.unwrap();
    while !link().await.contains("master_link_status:up") {
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
    let double = Double::start();
    let mut cache = databases("redis-replica", &json!({}), "redis", 2);
    cache["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = json!(replica.port());
    double.create("apps/v1/deployments", cache);
    let ground = Ground { double, home: Home::new() };
    let file = ground.double.kubeconfig(ground.double.port());
    ground.home.file(
        "stampede.yaml",
        format!(
            "version: 1\ntargets:\n  cache: {{ redis: \"{}\" }}\n  kubernetes: {{ kubernetes: current, kubeconfig: {} }}\n",
            primary.url(),
            file.display()
        ),
    );
    let done = ground.scale("3", &["--yes"]).await;
    assert!(done.end == End::Code(0) && done.stdout.contains("3 in sync, 0 not yet"), "{done}");
    // Its primary is gone: what it has is old, and new pods would have nothing.
    primary.kill().await;
    while link().await.contains("master_link_status:up") {
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
    let done = ground.scale("4", &["--yes", "--wait", "1s"]).await;
    assert!(done.stdout.contains("0 in sync, 4 not yet"), "{done}");
}

/// S8: what is typed says which of two targets is meant, also where both are in one context.
#[tokio::test(flavor = "multi_thread")]
async fn s8_two_targets_of_one_context_are_told_apart() {
    let ground = Ground::new();
    ground
        .double
        .create("autoscaling/v2/horizontalpodautoscalers", autoscaler("cache", "redis-replica", 2, 4));
    let file = ground.double.kubeconfig(ground.double.port());
    let target = |namespace: &str| {
        format!("{{ kubernetes: double, namespace: {namespace}, kubeconfig: {} }}", file.display())
    };
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let _night = Night::over(&redis).await;
    let both = format!(
        "targets:\n  cache: {{ redis: \"{}\" }}\n  kubernetes: {}\n  kubernetes-2: {}\n",
        redis.url(),
        target("shop"),
        target("other")
    );
    ground.home.file("stampede.yaml", both);
    let step = "{ id: more, action: kubernetes.scale, target: kubernetes, with: { workload: deployment/redis-replica, replicas: 3 } }";
    let playbook =
        format!("version: 1\nname: both\nsummary: s\nphases:\n  break:\n    steps:\n      - {step}\n");
    ground.home.file("both.yaml", playbook);
    let run = ["break", "--playbook", "both.yaml", "--yes", "--no-watch"];
    let asked = ground.home.stampede(run).spawn().wait().await;
    assert_eq!(asked.end, End::Code(6), "{asked}");
    assert!(asked.stdout.contains("answer with --confirm kubernetes"), "{asked}");
}

/// A cluster that nobody has named, and that is not there any more, is no failure of a phase; asked for by name it is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_stale_kubeconfig_does_not_fail_a_phase() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let double = Double::start();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = double.kubeconfig(nobody);
    let home = Home::new();
    let says = async |args: &[&str]| {
        home.stampede(args).env("KUBECONFIG", &config).env("REDIS_URL", redis.url()).spawn().wait().await
    };
    let _night = Night::over(&redis).await;
    let phase = says(&["break", "--yes", "--no-watch"]).await;
    assert_ne!(phase.end, End::Code(4), "{phase}");
    assert!(phase.stdout.contains("not applicable  scale-replicas: cannot reach"), "{phase}");
    let action = says(&["break", "scale", "deployment/x", "--replicas", "3", "--yes"]).await;
    assert_eq!(action.end, End::Code(4), "{action}");
}

/// Somebody else with this program has written here a moment ago: a yes is not enough. A server before 1.22 does not note who
/// has scaled: what it does note is in `reroute`, on each server.
#[tokio::test(flavor = "multi_thread")]
async fn s28_another_responder_is_named_and_raises_the_level() {
    let ground = Ground::new();
    let config = ground.double.kubeconfig(ground.double.port());
    let bob = Home::new();
    let args = ["break", "scale", "deployment/redis-replica", "--replicas", "3", "--yes", "--no-watch"];
    let first = bob.stampede(args).env("KUBECONFIG", &config).env("USER", "bob").spawn().wait().await;
    assert_eq!(first.end, End::Code(0), "{first}");
    let second = ground.scale("4", &["--yes"]).await;
    assert_eq!((second.end, ground.replicas()), (End::Code(6), 3), "{second}");
    assert!(second.stdout.contains("S28 another responder has written here:"), "{second}");
    assert!(second.stdout.contains(":bob@"), "{second}");
}
