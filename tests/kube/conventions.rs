//! The same requests to the double and to a real server get the same answers, as far as this program looks at them.

use serde_json::{Value, json};

use super::on_each;
use crate::support::kube::{Answer, Cluster, databases, deployment, service};

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// A cluster with one Deployment of three pods.
struct Web<'a> {
    cluster: &'a Cluster,
    at: String,
}

impl<'a> Web<'a> {
    async fn of(cluster: &'a Cluster) -> Self {
        cluster.deployment("web", 3).await;
        Self { cluster, at: cluster.path("apps/v1/deployments/web") }
    }

    async fn get(&self, path: &str) -> Answer {
        self.cluster.ask("GET", path, "", String::new()).await
    }

    async fn patch(&self, path: &str, content: &str, body: &Value) -> Answer {
        self.cluster.ask("PATCH", path, content, body.to_string()).await
    }
}

/// That it is a failure of this kind, in these words.
fn fails(said: &Answer, code: u16, reason: &str, message: &str) {
    let status = &said.body;
    assert_eq!((said.code, &status["code"]), (code, &json!(code)), "{said:?}");
    assert_eq!((&status["kind"], &status["status"]), (&json!("Status"), &json!("Failure")), "{said:?}");
    assert_eq!(status["reason"], reason, "{said:?}");
    assert_eq!(status["message"].as_str().unwrap(), message, "{said:?}");
}

async fn what_is_not_there(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let nope = cluster.path("apps/v1/deployments/nope");
    let words = "deployments.apps \"nope\" not found";
    let said = web.get(&nope).await;
    fails(&said, 404, "NotFound", words);
    assert_eq!(said.body["details"], json!({ "name": "nope", "group": "apps", "kind": "deployments" }));
    fails(&web.patch(&nope, JSON, &json!([])).await, 404, "NotFound", words);
    fails(&cluster.ask("DELETE", &nope, "", String::new()).await, 404, "NotFound", words);
    let scale = web.get(&format!("{nope}/scale")).await;
    fails(&scale, 404, "NotFound", "deployments/scale.apps \"nope\" not found");
    let none = "the server could not find the requested resource";
    fails(&web.get(&format!("{}/scale", cluster.path("v1/services/x"))).await, 404, "NotFound", none);
    fails(&web.get(&cluster.path("apps/v1/nothings")).await, 404, "NotFound", none);
    // A group that nobody serves is not even a Status.
    for path in ["/apis/nope.example.com", "/apis/nope.example.com/v1"] {
        let said = web.get(path).await;
        assert_eq!((said.code, said.body), (404, json!("404 page not found\n")));
    }
    let elsewhere = json!({ "metadata": { "name": "a" } }).to_string();
    let said =
        cluster.ask("POST", "/api/v1/namespaces/nowhere/configmaps", "application/json", elsewhere).await;
    fails(&said, 404, "NotFound", "namespaces \"nowhere\" not found");
    // To list what is nowhere is no error.
    let said = web.get("/api/v1/namespaces/nowhere/pods").await;
    assert_eq!((said.code, &said.body["items"]), (200, &json!([])));
}

async fn what_is_refused_of_a_write(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let path = cluster.path("apps/v1/deployments");
    let again = cluster.ask("POST", &path, "application/json", deployment("web", 3).to_string()).await;
    fails(&again, 409, "AlreadyExists", "deployments.apps \"web\" already exists");
    let stale = json!({ "metadata": { "resourceVersion": "1" }, "spec": { "replicas": 4 } });
    let words = "Operation cannot be fulfilled on deployments.apps \"web\": the object has been modified; please apply \
                 your changes to the latest version and try again";
    fails(&web.patch(&web.at, MERGE, &stale).await, 409, "Conflict", words);
    fails(&web.patch(&web.at, STRATEGIC, &stale).await, 409, "Conflict", words);
    let words = "the server rejected our request due to an error in our request";
    let other = json!([
        { "op": "test", "path": "/metadata/uid", "value": "x" },
        { "op": "add", "path": "/spec/replicas", "value": 4 },
    ]);
    let scale = format!("{}/scale", web.at);
    for (path, operations) in [
        (&web.at, &other),
        (&scale, &other),
        (&web.at, &json!([{ "op": "remove", "path": "/spec/nothing" }])),
        (&web.at, &json!([{ "op": "add", "path": "/spec/nothing/in/it", "value": 1 }])),
    ] {
        let said = web.patch(path, JSON, operations).await;
        fails(&said, 422, "Invalid", words);
        assert_eq!(said.body["details"], json!({}), "{said:?}");
    }
    let below = json!([{ "op": "add", "path": "/spec/replicas", "value": -1 }]);
    let why = "is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0";
    let said = web.patch(&web.at, JSON, &below).await;
    fails(&said, 422, "Invalid", &format!("Deployment.apps \"web\" {why}"));
    assert_eq!(said.body["details"]["causes"][0]["field"], "spec.replicas");
    let said = web.patch(&scale, JSON, &below).await;
    fails(&said, 422, "Invalid", &format!("Scale.autoscaling \"web\" {why}"));
    let said = web.patch(&web.at, "application/json", &json!({})).await;
    fails(&said, 415, "UnsupportedMediaType", "415: Unsupported Media Type");
    let said = cluster.ask("PATCH", &web.at, JSON, "nonsense".into()).await;
    assert_eq!((said.code, &said.body["reason"]), (400, &json!("BadRequest")), "{said:?}");
    assert_eq!(cluster.get("apps/v1/deployments/web").await["spec"]["replicas"], 3);
}

async fn what_a_write_leaves(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let scale = format!("{}/scale", web.at);
    let before = web.get(&scale).await.body;
    assert_eq!((&before["kind"], &before["apiVersion"]), (&json!("Scale"), &json!("autoscaling/v1")));
    assert_eq!(before["spec"], json!({ "replicas": 3 }));
    assert_eq!(before["status"], json!({ "replicas": 3, "selector": "app=web" }));
    let uid = before["metadata"]["uid"].clone();
    let up = json!([
        { "op": "test", "path": "/metadata/uid", "value": uid },
        { "op": "test", "path": "/spec/replicas", "value": 3 },
        { "op": "add", "path": "/spec/replicas", "value": 4 },
    ]);
    let said = web.patch(&format!("{scale}?fieldManager=stampede%3Aone"), JSON, &up).await;
    assert_eq!((said.code, &said.body["spec"]["replicas"]), (200, &json!(4)), "{said:?}");
    assert_ne!(said.body["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
    let object = cluster.get("apps/v1/deployments/web").await;
    let managers = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    let ours = managers.clone().find(|one| one["manager"] == "stampede:one");
    // Older servers do not note who has written through the scale subresource (S28 is blind there).
    assert_eq!(ours.is_some(), cluster.notes_scaling().await, "{object:#}");
    assert_eq!(object["metadata"]["generation"], 2);
    // The controller follows.
    let now = cluster.until("apps/v1/deployments/web", |it| it["status"]["readyReplicas"] == 4).await;
    assert_eq!(now["status"]["observedGeneration"], now["metadata"]["generation"]);
    assert_eq!(cluster.pods("app=web").await.len(), 4);
    // An annotation of a Deployment is a new generation, a label is none, and a map that is empty is not there.
    let note = json!({ "metadata": { "annotations": { "a/b": "c" } } });
    let said = web.patch(&format!("{}?fieldManager=stampede%3Atwo", web.at), MERGE, &note).await;
    assert_eq!(said.body["metadata"]["annotations"]["a/b"], "c");
    let managers = said.body["metadata"]["managedFields"].as_array().unwrap();
    let ours = managers.iter().find(|one| one["manager"] == "stampede:two").unwrap();
    assert_eq!(ours["operation"], "Update");
    assert!(ours["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{ours}");
    let empty = json!([{ "op": "add", "path": "/metadata/annotations", "value": {} }]);
    let said = web.patch(&web.at, JSON, &empty).await;
    assert_eq!(said.code, 200);
    assert!(said.body["metadata"].pointer("/annotations/a~1b").is_none(), "{said:?}");
    assert_eq!(said.body["metadata"]["generation"], 4, "{said:?}");
    let said = web.patch(&web.at, JSON, &json!([{ "op": "remove", "path": "/metadata/labels/app" }])).await;
    assert_eq!(said.body["metadata"].get("labels"), None, "{said:?}");
    assert_eq!(said.body["metadata"]["generation"], 4, "{said:?}");
    // A write that changes nothing makes no new version.
    let version = |said: &Answer| said.body["metadata"]["resourceVersion"].clone();
    let pods = cluster.list("v1/pods", "app=web").await;
    let pod = cluster.path(&format!("v1/pods/{}", pods[0]["metadata"]["name"].as_str().unwrap()));
    let first = web.patch(&pod, MERGE, &json!({ "metadata": { "labels": { "app": "web" } } })).await;
    assert_eq!(version(&first), version(&web.get(&pod).await));
}

/// What would come of a write is said without it, and who has set a field is written down.
async fn rehearsals_and_managers(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let up = json!({ "spec": { "replicas": 5 } });
    for path in [format!("{}?dryRun=All", web.at), format!("{}/scale?dryRun=All", web.at)] {
        let said = web.patch(&path, MERGE, &up).await;
        assert_eq!((said.code, &said.body["spec"]["replicas"]), (200, &json!(5)), "{said:?}");
        assert_eq!(cluster.get("apps/v1/deployments/web").await["spec"]["replicas"], 3);
    }
    // A test for null passes where there is nothing, if there is a place for it.
    let nothing = |path: &str| json!([{ "op": "test", "path": path, "value": null }]);
    assert_eq!(web.patch(&web.at, JSON, &nothing("/spec/nothing")).await.code, 200);
    assert_eq!(web.patch(&web.at, JSON, &nothing("/spec/replicas")).await.code, 422);
    assert_eq!(web.patch(&web.at, JSON, &nothing("/spec/nothing/in")).await.code, 422);
    let note = json!({ "metadata": { "annotations": { "a.example.com/b": "c" } } });
    let said = web.patch(&format!("{}?fieldManager=one", web.at), MERGE, &note).await;
    let managers = said.body["metadata"]["managedFields"].as_array().unwrap();
    let one = managers.iter().find(|entry| entry["manager"] == "one").unwrap();
    assert_eq!(one["fieldsType"], "FieldsV1");
    let fields = &one["fieldsV1"]["f:metadata"]["f:annotations"];
    assert_eq!(fields["f:a.example.com/b"], json!({}), "{one}");
}

/// Lists are merged by the names in them, and replaced by the plain merge.
async fn two_ways_to_merge(cluster: &Cluster) {
    let mut two = databases("db", &json!({}), "db", 1);
    let side = json!({ "name": "side", "image": "exporter:1" });
    two["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().push(side);
    cluster.create("apps/v1/deployments", two).await;
    let at = cluster.path("apps/v1/deployments/db");
    let images = |said: &Answer| -> Vec<String> {
        let all = said.body.pointer("/spec/template/spec/containers").unwrap().as_array().unwrap();
        all.iter().map(|one| format!("{}={}", one["name"], one["image"]).replace('"', "")).collect()
    };
    let newer = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "side", "image": "exporter:2" }] } } } });
    let said = cluster.ask("PATCH", &at, STRATEGIC, newer.to_string()).await;
    assert_eq!(images(&said), ["main=redis:7", "side=exporter:2"], "{said:?}");
    let ports = &said.body["spec"]["template"]["spec"]["containers"][0]["ports"];
    assert_eq!(ports[0]["name"], "db");
    let said = cluster.ask("PATCH", &at, MERGE, newer.to_string()).await;
    assert_eq!(images(&said), ["side=exporter:2"], "{said:?}");
}

async fn lists_and_their_pages(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let pods = cluster.path("v1/pods");
    let first = web.get(&format!("{pods}?limit=2")).await.body;
    assert_eq!((&first["kind"], &first["apiVersion"]), (&json!("PodList"), &json!("v1")));
    let items = |page: &Value| page["items"].as_array().unwrap().len();
    assert_eq!((items(&first), &first["metadata"]["remainingItemCount"]), (2, &json!(1)));
    // The list says what they are.
    assert_eq!((first["items"][0].get("kind"), first["items"][0].get("apiVersion")), (None, None));
    let token = first["metadata"]["continue"].as_str().unwrap();
    let second = web.get(&format!("{pods}?limit=2&continue={token}")).await.body;
    assert_eq!((items(&second), second["metadata"].get("continue")), (1, None));
    assert_ne!(first["items"][0]["metadata"]["name"], second["items"][0]["metadata"]["name"]);
    let picked = web.get(&format!("{pods}?limit=2&labelSelector=app%3Dweb")).await.body;
    assert_eq!((items(&picked), picked["metadata"].get("remainingItemCount")), (2, None));
    let said = web.get(&format!("{pods}?continue=rubbish")).await;
    assert_eq!((said.code, &said.body["reason"]), (400, &json!("BadRequest")), "{said:?}");
    for (selector, count) in [
        ("app=web", 3),
        ("app==web", 3),
        ("app!=web", 0),
        ("app!=other", 3),
        ("app", 3),
        ("!app", 0),
        ("app in (web, api)", 3),
        ("app notin (web,api)", 0),
        ("tier notin (x)", 3),
        ("app=web,tier", 0),
        ("app=web,!tier", 3),
    ] {
        assert_eq!(cluster.list("v1/pods", selector).await.len(), count, "{selector}");
    }
    for wrong in ["a%20in%20b", "a%3D%3D%3Db", "a%20b"] {
        let said = web.get(&format!("{pods}?labelSelector={wrong}")).await;
        assert_eq!((said.code, &said.body["reason"]), (400, &json!("BadRequest")), "{wrong}: {said:?}");
    }
}

/// A Service has an address, and slices of what is behind it, by the name of its port.
async fn services_and_their_slices(cluster: &Cluster) {
    cluster.runs(databases("db", &json!({ "tier": "db" }), "db", 2)).await;
    let made = cluster.create("v1/services", service("db", &json!({ "tier": "db" }))).await;
    assert_eq!(
        (&made["spec"]["type"], &made["spec"]["sessionAffinity"]),
        (&json!("ClusterIP"), &json!("None"))
    );
    assert!(made["spec"]["clusterIP"].as_str().unwrap().parse::<std::net::Ipv4Addr>().is_ok(), "{made}");
    assert_eq!(made["spec"]["ports"][0]["protocol"], "TCP");
    let path = cluster.path("discovery.k8s.io/v1/endpointslices");
    let known = cluster.ask("GET", &path, "", String::new()).await;
    let api = if known.code == 200 { "discovery.k8s.io/v1" } else { "discovery.k8s.io/v1beta1" };
    let end = stampede::clock::instant() + crate::support::PATIENCE;
    let mut wanted = cluster.pods("tier=db").await;
    wanted.sort();
    loop {
        let slices = cluster.list(&format!("{api}/endpointslices"), "kubernetes.io/service-name=db").await;
        let endpoints = slices.iter().filter_map(|slice| slice["endpoints"].as_array()).flatten();
        let ready = endpoints.filter(|one| one["conditions"]["ready"] == true);
        let mut names: Vec<&str> = ready.map(|one| one["targetRef"]["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        if names == wanted {
            return;
        }
        assert!(stampede::clock::instant() < end, "{slices:#?}");
        stampede::clock::sleep(std::time::Duration::from_millis(100)).await;
    }
}

async fn who_may_do_what(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let review = |verb: &str, group: &str, resource: &str, part: &str, name: &str| {
        json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "namespace": cluster.namespace(), "verb": verb, "group": group, "resource": resource,
                "subresource": part, "name": name,
            } },
        })
    };
    let said = cluster.ask(
        "POST",
        REVIEWS,
        "application/json",
        review("patch", "apps", "deployments", "scale", "web").to_string(),
    );
    let said = said.await;
    assert_eq!((said.code, &said.body["status"]["allowed"]), (201, &json!(true)), "{said:?}");
    let roles = "
kind: ServiceAccount
metadata: { name: limited, namespace: shop }
---
kind: Role
metadata: { name: limited, namespace: shop }
rules:
  - { apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [get] }
  - { apiGroups: [''], resources: [pods/log], verbs: [get] }
---
kind: RoleBinding
metadata: { name: limited, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: limited }
subjects: [{ kind: ServiceAccount, name: limited, namespace: shop }]
";
    let limited = Cluster::client(&cluster.account(roles).await).await;
    for (verb, group, resource, part, name, allowed) in [
        ("get", "apps", "deployments", "", "web", true),
        ("get", "apps", "deployments", "", "api", false),
        // A rule that names objects never allows a list.
        ("list", "apps", "deployments", "", "", false),
        ("patch", "apps", "deployments", "", "web", false),
        ("get", "apps", "deployments", "scale", "web", false),
        ("get", "", "deployments", "", "web", false),
        ("get", "", "pods", "log", "any", true),
        ("get", "", "pods", "", "any", false),
    ] {
        let body = review(verb, group, resource, part, name).to_string();
        let said = limited.ask("POST", REVIEWS, "application/json", body).await;
        let status = &said.body["status"];
        assert_eq!((said.code, &status["allowed"]), (201, &json!(allowed)), "{verb} {resource}: {said:?}");
        // Why it may is said, why it may not never is.
        let reason = status["reason"].as_str().unwrap_or_default();
        assert_eq!(reason.starts_with("RBAC: allowed by RoleBinding"), allowed, "{said:?}");
        assert_eq!(status.get("denied"), None);
    }
    let user = format!("system:serviceaccount:{}:limited", cluster.namespace());
    let place = format!("in API group \"apps\" in the namespace {:?}", cluster.namespace());
    let said = limited.ask("PATCH", &format!("{}/scale", web.at), JSON, "[]".into()).await;
    let words = format!(
        "deployments.apps \"web\" is forbidden: User {user:?} cannot patch resource \"deployments/scale\" {place}"
    );
    fails(&said, 403, "Forbidden", &words);
    assert_eq!(said.body["details"], json!({ "name": "web", "group": "apps", "kind": "deployments" }));
    let said = limited.ask("GET", &cluster.path("apps/v1/deployments"), "", String::new()).await;
    let words =
        format!("deployments.apps is forbidden: User {user:?} cannot list resource \"deployments\" {place}");
    fails(&said, 403, "Forbidden", &words);
    let nobody = cluster.nobody().await;
    let said = nobody.ask("GET", &web.at, "", String::new()).await;
    fails(&said, 401, "Unauthorized", "Unauthorized");
}

async fn logs_of_pods(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let pod = cluster.pods("app=web").await.remove(0);
    let at = cluster.path(&format!("v1/pods/{pod}/log"));
    let said = web.get(&format!("{at}?container=nope")).await;
    fails(&said, 400, "BadRequest", &format!("container nope is not valid for pod {pod}"));
    let said = web.get(&cluster.path("v1/pods/nope/log")).await;
    fails(&said, 404, "NotFound", "pods \"nope\" not found");
    let now = stampede::clock::now();
    let ago = |seconds: i64| now - jiff::SignedDuration::from_secs(seconds);
    if !cluster.says(&pod, &format!("{} one\n{} two\n{} three\n", ago(900), ago(30), ago(0))) {
        return;
    }
    let said = web.get(&format!("{at}?container=main")).await;
    assert_eq!((said.code, said.body), (200, json!("one\ntwo\nthree\n")));
    let said = web.get(&format!("{at}?sinceSeconds=600")).await;
    assert_eq!(said.body, json!("two\nthree\n"));
    let said = web.get(&format!("{at}?sinceSeconds=600&timestamps=true")).await;
    assert_eq!(said.body, json!(format!("{} two\n{} three\n", ago(30), ago(0))));
}

/// A namespace that goes takes nothing new.
async fn a_namespace_that_goes(cluster: &Cluster) {
    let held = json!({ "metadata": { "name": "held", "finalizers": ["stampede.example/held"] } });
    cluster.create("v1/configmaps", held).await;
    cluster.end().await;
    let name = cluster.namespace();
    let said = cluster.ask("GET", &format!("/api/v1/namespaces/{name}"), "", String::new()).await;
    assert_eq!(said.body["status"]["phase"], "Terminating");
    assert!(said.body["metadata"]["deletionTimestamp"].is_string());
    let new = json!({ "metadata": { "name": "new" } }).to_string();
    let said = cluster.ask("POST", &cluster.path("v1/configmaps"), "application/json", new).await;
    let words = format!(
        "configmaps \"new\" is forbidden: unable to create new content in namespace {name} because it is being terminated"
    );
    fails(&said, 403, "Forbidden", &words);
    assert_eq!(said.body["details"]["causes"][0]["reason"], "NamespaceTerminating");
    cluster.until("v1/configmaps/held", |it| it["metadata"]["deletionTimestamp"].is_string()).await;
    cluster.change("v1/configmaps/held", &json!({ "metadata": { "finalizers": null } }), "test").await;
    let end = stampede::clock::instant() + crate::support::PATIENCE;
    while cluster.ask("GET", &format!("/api/v1/namespaces/{name}"), "", String::new()).await.code != 404 {
        assert!(stampede::clock::instant() < end, "the namespace stays");
        stampede::clock::sleep(std::time::Duration::from_millis(100)).await;
    }
}

/// What a workload has made goes with it.
async fn a_workload_that_goes(cluster: &Cluster) {
    let web = Web::of(cluster).await;
    let said = cluster.ask("DELETE", &web.at, "", String::new()).await;
    assert_eq!((said.code, &said.body["status"]), (200, &json!("Success")), "{said:?}");
    assert_eq!(said.body["details"]["kind"], "deployments");
    let end = stampede::clock::instant() + crate::support::PATIENCE;
    while !cluster.pods("app=web").await.is_empty() {
        assert!(stampede::clock::instant() < end, "its pods stay");
        stampede::clock::sleep(std::time::Duration::from_millis(100)).await;
    }
}

on_each!(
    what_is_not_there,
    what_is_refused_of_a_write,
    what_a_write_leaves,
    rehearsals_and_managers,
    two_ways_to_merge,
    lists_and_their_pages,
    services_and_their_slices,
    who_may_do_what,
    logs_of_pods,
    a_namespace_that_goes,
    a_workload_that_goes,
);
