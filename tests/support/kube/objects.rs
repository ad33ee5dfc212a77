//! The objects, and what becomes of them when somebody writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::selector;

/// Why a write is refused: the code and the words of the Status.
#[derive(Debug)]
pub struct Refused(pub u16, pub &'static str, pub String);

/// Everything that the cluster holds, by path.
pub struct Store {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<String, Value>,
    version: u64,
    no_room: Option<String>,
    logs: BTreeMap<String, String>,
    no_endpoints: bool,
    forbidden: BTreeSet<String>,
}

/// What moves by itself, or says who was there.
const MOVES: [&str; 4] = ["resourceVersion", "generation", "managedFields", "creationTimestamp"];

impl Store {
    pub fn new() -> Self {
        let store = Self { inner: Mutex::default() };
        for name in ["kube-system", super::NAMESPACE] {
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
            assert!(store.create("/api/v1/namespaces", namespace).is_ok());
        }
        store
    }

    pub fn get(&self, path: &str) -> Option<Value> {
        self.inner.lock().unwrap().objects.get(path).cloned()
    }

    /// The members of a collection that a selector matches, in the order of their names.
    pub fn list(&self, collection: &str, wanted: &str) -> Vec<Value> {
        let inner = self.inner.lock().unwrap();
        let below = format!("{collection}/");
        let members = inner
            .objects
            .iter()
            .filter(|(path, _)| path.strip_prefix(&below).is_some_and(|name| !name.contains('/')));
        members.map(|(_, object)| object.clone()).filter(|object| selector::matches(object, wanted)).collect()
    }

    pub fn create(&self, collection: &str, mut object: Value) -> Result<Value, Refused> {
        let mut inner = self.inner.lock().unwrap();
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        let path = format!("{collection}/{name}");
        if inner.objects.contains_key(&path) {
            return Err(Refused(409, "AlreadyExists", format!("{name:?} already exists")));
        }
        let number = inner.next();
        if let Some(namespace) = namespace(collection) {
            object["metadata"]["namespace"] = namespace.into();
        }
        object["metadata"]["uid"] = format!("00000000-0000-4000-8000-{number:012}").into();
        object["metadata"]["resourceVersion"] = number.to_string().into();
        object["metadata"]["generation"] = 1.into();
        inner.objects.insert(path.clone(), object);
        inner.control(&path);
        inner.route();
        Ok(inner.objects[&path].clone())
    }

    pub fn delete(&self, path: &str) -> bool {
        self.inner.lock().unwrap().objects.remove(path).is_some()
    }

    /// A JSON patch (RFC 6902).
    pub fn patch(&self, path: &str, operations: &Value, manager: &str, dry: bool) -> Result<Value, Refused> {
        let patch: json_patch::Patch = serde_json::from_value(operations.clone())
            .map_err(|error| Refused(400, "BadRequest", error.to_string()))?;
        self.write(path, manager, dry, |object| {
            patch.0.iter().try_for_each(|operation| one(object, operation)).map_err(|()| {
                let words = "the server rejected our request due to an error in our request";
                Refused(422, "Invalid", words.into())
            })
        })
    }

    /// A merge patch (RFC 7396). One that names a resourceVersion is refused when that is not the present one.
    pub fn merge(&self, path: &str, patch: &Value, manager: &str, dry: bool) -> Result<Value, Refused> {
        self.write(path, manager, dry, |object| {
            let wanted = patch.pointer("/metadata/resourceVersion");
            if wanted.is_some_and(|wanted| Some(wanted) != object.pointer("/metadata/resourceVersion")) {
                let words = "the object has been modified; please apply your changes to the latest version and try again";
                return Err(Refused(409, "Conflict", words.into()));
            }
            json_patch::merge(object, patch);
            Ok(())
        })
    }

    fn write(
        &self,
        path: &str,
        manager: &str,
        dry: bool,
        change: impl FnOnce(&mut Value) -> Result<(), Refused>,
    ) -> Result<Value, Refused> {
        let mut inner = self.inner.lock().unwrap();
        let scaled = path.strip_suffix("/scale").map(str::to_owned);
        let owner = scaled.as_deref().unwrap_or(path).to_owned();
        let Some(before) = inner.objects.get(&owner).cloned() else {
            return Err(Refused(404, "NotFound", format!("{owner} not found")));
        };
        let mut after = before.clone();
        if scaled.is_some() {
            let mut scale = scale_of(&before);
            change(&mut scale)?;
            after["spec"]["replicas"] = scale["spec"]["replicas"].clone();
        } else {
            change(&mut after)?;
            for map in ["annotations", "labels"] {
                // What is empty is not kept.
                if after["metadata"][map].as_object().is_some_and(serde_json::Map::is_empty) {
                    after["metadata"].as_object_mut().unwrap().remove(map);
                }
            }
        }
        if dry {
            return Ok(after);
        }
        if after != before {
            let number = inner.next();
            after["metadata"]["resourceVersion"] = number.to_string().into();
            if after["spec"] != before["spec"] {
                let generation = before["metadata"]["generation"].as_u64().unwrap_or(1) + 1;
                after["metadata"]["generation"] = generation.into();
            }
            let entry = json!({ "manager": manager, "time": stampede::clock::now().to_string(), "operation": "Update", "subresource": if scaled.is_some() { "scale" } else { "" }, "fieldsType": "FieldsV1", "fieldsV1": set_of(&before, &after) });
            let mut managers = after["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
            managers.retain(|one| one["manager"] != manager);
            managers.push(entry);
            after["metadata"]["managedFields"] = managers.into();
            inner.objects.insert(owner.clone(), after);
            inner.control(&owner);
            inner.route();
        }
        let object = &inner.objects[&owner];
        Ok(if scaled.is_some() { scale_of(object) } else { object.clone() })
    }

    pub fn no_room(&self, why: Option<&str>) {
        self.inner.lock().unwrap().no_room = why.map(str::to_owned);
    }

    /// What a pod has said, by its path.
    pub fn log(&self, pod: &str) -> Option<String> {
        let inner = self.inner.lock().unwrap();
        inner.objects.contains_key(pod).then(|| inner.logs.get(pod).cloned().unwrap_or_default())
    }

    pub fn says(&self, pod: &str, log: &str) {
        self.inner.lock().unwrap().logs.insert(pod.to_owned(), log.to_owned());
    }

    pub fn no_endpoints(&self) {
        self.inner.lock().unwrap().no_endpoints = true;
    }

    pub fn forbid(&self, right: &str) {
        self.inner.lock().unwrap().forbidden.insert(right.to_owned());
    }

    /// Whether a verb on a resource is allowed.
    pub fn may(&self, verb: &str, resource: &str) -> bool {
        !self.inner.lock().unwrap().forbidden.contains(&format!("{verb} {resource}"))
    }

    pub fn world(&self) -> Vec<(String, Value)> {
        let inner = self.inner.lock().unwrap();
        let still = |(path, object): (&String, &Value)| {
            let mut object = object.clone();
            for moves in MOVES {
                object["metadata"].as_object_mut().unwrap().remove(moves);
            }
            if let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) {
                status.remove("observedGeneration");
            }
            (path.clone(), object)
        };
        inner.objects.iter().map(still).collect()
    }
}

impl Inner {
    fn next(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// What the controllers make of a workload: its pods, and its status.
    fn control(&mut self, path: &str) {
        let Some((place, name)) =
            path.split_once("/deployments/").or_else(|| path.split_once("/statefulsets/"))
        else {
            return;
        };
        let object = self.objects[path].clone();
        let wanted = object["spec"]["replicas"].as_u64().unwrap_or(1);
        let pods = format!("{}/pods/{name}-", place.replace("/apis/apps/v1/", "/api/v1/"));
        let surplus: Vec<String> =
            self.objects.keys().filter(|path| path.starts_with(&pods)).cloned().collect();
        for path in surplus.iter().skip(usize::try_from(wanted).unwrap()) {
            self.objects.remove(path);
        }
        for n in 0..wanted {
            let path = format!("{pods}{n}");
            // Of another template are the pods of before: they are replaced.
            let is_old = |pod: &Value| {
                pod["metadata"]["annotations"] != object["spec"]["template"]["metadata"]["annotations"]
            };
            if self.objects.get(&path).is_none_or(is_old) {
                let number = self.next();
                let pod = self.pod(&object, &format!("{name}-{n}"), number);
                self.objects.insert(path, pod);
            }
        }
        let ready = self.objects.iter().filter(|(path, pod)| {
            path.starts_with(&pods) && pod["status"]["conditions"][0]["status"] == "True"
        });
        let ready = ready.count();
        let generation = object["metadata"]["generation"].clone();
        self.objects.get_mut(path).unwrap()["status"] = json!({ "observedGeneration": generation, "replicas": wanted, "readyReplicas": ready, "updatedReplicas": wanted });
    }

    /// What the controller of EndpointSlices makes of every Service that has a selector.
    fn route(&mut self) {
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
                "metadata": { "name": format!("{name}-1"), "labels": { "kubernetes.io/service-name": name } },
                "endpoints": endpoints,
            });
            self.objects.insert(format!("{slices}/endpointslices/{name}-1"), slice);
        }
    }

    fn pod(&self, owner: &Value, name: &str, number: u64) -> Value {
        let template = &owner["spec"]["template"];
        let mut pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": name, "namespace": owner["metadata"]["namespace"], "labels": template["metadata"]["labels"],
                "annotations": template["metadata"]["annotations"],
                "uid": format!("00000000-0000-4000-9000-{number:012}"), "resourceVersion": number.to_string(),
            },
            "spec": template["spec"],
        });
        pod["status"] = match &self.no_room {
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

/// The fields that somebody has set, as `managedFields` has them: a list is one field.
fn set_of(before: &Value, after: &Value) -> Value {
    let mut set = json!({});
    for (key, value) in after.as_object().into_iter().flatten() {
        if before.get(key) != Some(value) {
            set[format!("f:{key}")] = set_of(&before[key], value);
        }
    }
    set
}

/// One operation, as the API server takes it: a test for `null` passes where there is nothing.
fn one(object: &mut Value, operation: &json_patch::PatchOperation) -> Result<(), ()> {
    if let json_patch::PatchOperation::Test(test) = operation
        && test.value.is_null()
    {
        let path = test.path.to_string();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let nothing = object.pointer(&path).is_none_or(Value::is_null);
        return if nothing && object.pointer(parent).is_some() { Ok(()) } else { Err(()) };
    }
    json_patch::patch(object, std::slice::from_ref(operation)).map_err(|_| ())
}

/// The namespace in a collection's path.
fn namespace(collection: &str) -> Option<&str> {
    collection.split_once("/namespaces/")?.1.split('/').next()
}

/// The scale subresource of a workload.
pub fn scale_of(object: &Value) -> Value {
    let meta = &object["metadata"];
    json!({
        "apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {
            "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
        },
        "spec": { "replicas": object["spec"]["replicas"] },
        "status": { "replicas": object["status"]["replicas"] },
    })
}
