//! What the controllers make of what is written. They work at once.

use serde_json::{Value, json};

use super::address::Address;
use super::objects::{Inner, now};
use super::selector;

/// Pods that keep away from each other find a node each, and there are so many.
const NODES: usize = 2;

impl Inner {
    /// Removes an object, or has it wait for whoever holds it.
    pub(super) fn remove(&mut self, path: &str) {
        let Some(object) = self.objects.get_mut(path) else { return };
        let held = object["metadata"]["finalizers"].as_array().is_some_and(|all| !all.is_empty());
        match held {
            true => object["metadata"]["deletionTimestamp"] = now().into(),
            false => {
                let gone = self.objects.remove(path).unwrap();
                self.orphans(path, &gone);
            }
        }
    }

    /// What an object had made goes with it.
    fn orphans(&mut self, path: &str, gone: &Value) {
        let Some(namespace) = gone["metadata"]["namespace"].as_str() else { return };
        let Some(kept) = Address::of(path).map(|at| at.resource) else { return };
        let uid = &gone["metadata"]["uid"];
        let name = &gone["metadata"]["name"];
        for (path, object) in self.inside(namespace) {
            let owned = object["metadata"]["ownerReferences"]
                .as_array()
                .is_some_and(|all| all.iter().any(|owner| owner["uid"] == *uid));
            let slice =
                kept == "services" && object["metadata"]["labels"]["kubernetes.io/service-name"] == *name;
            if owned || slice {
                self.objects.remove(&path);
            }
        }
    }

    /// What was only held, and is not any more, goes; and a namespace with nothing in it.
    pub(super) fn sweep(&mut self) {
        let going = |object: &Value| object.pointer("/metadata/deletionTimestamp").is_some();
        let all: Vec<String> =
            self.objects.iter().filter(|(_, object)| going(object)).map(|(path, _)| path.clone()).collect();
        let (namespaces, others): (Vec<String>, Vec<String>) =
            all.into_iter().partition(|path| path.matches('/').count() == 4 && path.contains("/namespaces/"));
        for path in others {
            self.remove(&path);
        }
        for path in namespaces {
            let name = path.rsplit('/').next().unwrap().to_owned();
            if self.inside(&name).is_empty() {
                self.objects.remove(&path);
            }
        }
    }

    /// What the controllers make of a workload: its pods, and its status.
    pub(super) fn control(&mut self, path: &str) {
        let Some((place, name)) =
            path.split_once("/deployments/").or_else(|| path.split_once("/statefulsets/"))
        else {
            return;
        };
        let object = self.objects[path].clone();
        // The controllers bring nothing new into what is going.
        if object.pointer("/metadata/deletionTimestamp").is_some() {
            return;
        }
        let wanted = object["spec"]["replicas"].as_u64().unwrap_or(1);
        let pods = format!("{}/pods/{name}-", place.replace("/apis/apps/v1/", "/api/v1/"));
        let surplus: Vec<String> =
            self.objects.keys().filter(|path| path.starts_with(&pods)).cloned().collect();
        for path in surplus.iter().skip(usize::try_from(wanted).unwrap()) {
            self.objects.remove(path);
        }
        let mut failure = None;
        for n in 0..wanted {
            let path = format!("{pods}{n}");
            // Of another template are the pods of before: they are replaced.
            let is_old = |pod: &Value| {
                pod["metadata"]["annotations"] != object["spec"]["template"]["metadata"]["annotations"]
            };
            if self.objects.get(&path).is_none_or(is_old) {
                let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
                if let Some(used_up) = self.used_up(namespace).filter(|_| !self.objects.contains_key(&path)) {
                    failure = Some(format!("pods \"{name}-{n}\" is forbidden: {used_up}"));
                    break;
                }
                let number = self.next();
                let pod = self.pod(&object, &format!("{name}-{n}"), number, n as usize);
                self.objects.insert(path, pod);
            }
        }
        let ready = self.objects.iter().filter(|(path, pod)| {
            path.starts_with(&pods) && pod["status"]["conditions"][0]["status"] == "True"
        });
        let ready = ready.count();
        let generation = object["metadata"]["generation"].clone();
        self.objects.get_mut(path).unwrap()["status"] = json!({ "observedGeneration": generation, "replicas": wanted, "readyReplicas": ready, "updatedReplicas": wanted });
        if let Some(message) = failure {
            self.objects.get_mut(path).unwrap()["status"]["conditions"] = json!([
                { "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message },
            ]);
        }
    }

    /// What a quota says to one pod more.
    fn used_up(&self, namespace: &str) -> Option<String> {
        let all = self.inside(namespace);
        let used = all.iter().filter(|(path, _)| path.contains("/pods/")).count();
        let (_, quota) = all.iter().find(|(path, _)| path.contains("/resourcequotas/"))?;
        let most: usize = quota.pointer("/spec/hard/pods")?.as_str()?.parse().ok()?;
        let name = quota["metadata"]["name"].as_str()?;
        let words =
            format!("exceeded quota: {name}, requested: pods=1, used: pods={used}, limited: pods={most}");
        (used >= most).then_some(words)
    }

    /// What the controller of EndpointSlices makes of every Service that has a selector.
    pub(super) fn route(&mut self) {
        let services: Vec<(String, Value)> = self
            .objects
            .iter()
            .filter(|(path, _)| path.contains("/services/"))
            .map(|(path, one)| (path.clone(), one.clone()))
            .collect();
        for (path, service) in services {
            let Some(selector) = service["spec"]["selector"].as_object() else { continue };
            let wanted: Vec<String> =
                selector.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap())).collect();
            let (place, name) = path.split_once("/services/").unwrap();
            let pods = self.objects.iter().filter(|(path, pod)| {
                path.starts_with(&format!("{place}/pods/")) && selector::matches(pod, &wanted.join(","))
            });
            let endpoints: Vec<Value> = pods
                .map(|(_, pod)| json!({
                    "addresses": [pod["status"]["podIP"]], "targetRef": { "name": pod["metadata"]["name"] },
                    "conditions": { "ready": !self.no_endpoints && pod["status"]["conditions"][0]["status"] == "True" && pod["status"]["conditions"][0]["type"] == "Ready" },
                }))
                .collect();
            let slices = place.replace("/api/v1/", "/apis/discovery.k8s.io/v1/");
            let slice = json!({
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": { "name": format!("{name}-1"), "namespace": service["metadata"]["namespace"], "labels": { "kubernetes.io/service-name": name } },
                "endpoints": endpoints,
            });
            self.objects.insert(format!("{slices}/endpointslices/{name}-1"), slice);
        }
    }

    fn pod(&self, owner: &Value, name: &str, number: u64, place: usize) -> Value {
        let template = &owner["spec"]["template"];
        let alone = template.pointer("/spec/affinity/podAntiAffinity").is_some();
        let no_node = (alone && place >= NODES).then(|| {
            format!("0/{NODES} nodes are available: {NODES} node(s) didn't match pod affinity/anti-affinity.")
        });
        let mut pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": name, "namespace": owner["metadata"]["namespace"], "labels": template["metadata"]["labels"],
                "uid": format!("00000000-0000-4000-9000-{number:012}"), "resourceVersion": number.to_string(),
                "creationTimestamp": now(), "annotations": template["metadata"]["annotations"],
                "ownerReferences": [{
                    "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
                    "uid": owner["metadata"]["uid"], "controller": true,
                }],
            },
            "spec": template["spec"],
        });
        pod["status"] = match no_node {
            None => {
                json!({ "phase": "Running", "podIP": "127.0.0.1", "conditions": [{ "type": "Ready", "status": "True" }] })
            }
            Some(why) => json!({ "phase": "Pending", "conditions": [
                { "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why },
            ] }),
        };
        pod
    }
}
