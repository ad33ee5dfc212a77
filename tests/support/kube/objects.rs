//! The objects, and what becomes of them when somebody writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::address::Address;
use super::rights::{Account, Rule};
use super::{selector, strategic};

/// Why something is refused: the code, the reason, the words and the details of the Status; no details: null.
#[derive(Debug)]
pub struct Refused(pub u16, pub &'static str, pub String, pub Value);

impl Refused {
    pub fn not_found(at: &Address) -> Self {
        let words = format!("{} {:?} not found", at.qualified(&at.whole()), at.name());
        Self(404, "NotFound", words, at.details(&at.whole()))
    }

    /// The server has nothing of that name at all.
    pub fn no_resource() -> Self {
        Self(404, "NotFound", "the server could not find the requested resource".into(), json!({}))
    }

    pub fn forbidden(user: &str, verb: &str, at: &Address) -> Self {
        let name = at.name.as_ref().map_or_else(String::new, |name| format!(" {name:?}"));
        let place = at.namespace.as_ref().map_or_else(
            || " at the cluster scope".to_owned(),
            |namespace| format!(" in the namespace {namespace:?}"),
        );
        let words = format!(
            "{}{name} is forbidden: User {user:?} cannot {verb} resource {:?} in API group {:?}{place}",
            at.qualified(&at.resource),
            at.whole(),
            at.group
        );
        Self(403, "Forbidden", words, at.details(&at.resource))
    }

    fn invalid(kind: &str, at: &Address, field: &str, why: &str) -> Self {
        let words = format!("{} {:?} is invalid: {field}: {why}", at.qualified(kind), at.name());
        let mut details = at.details(kind);
        details["causes"] = json!([{ "reason": "FieldValueInvalid", "message": why, "field": field }]);
        Self(422, "Invalid", words, details)
    }
}

/// Everything that the cluster holds, by path.
pub struct Store {
    inner: Mutex<Inner>,
}

#[derive(Default)]
pub(super) struct Inner {
    pub(super) objects: BTreeMap<String, Value>,
    version: u64,
    logs: BTreeMap<String, String>,
    previous_logs: BTreeMap<String, String>,
    pub(super) no_endpoints: bool,
    forbidden: BTreeSet<String>,
    clamps: Vec<Clamp>,
    accounts: BTreeMap<String, Account>,
    /// No two clusters have it.
    cluster: u32,
}

/// A value that never comes to be: whoever writes it finds another one in its place.
#[derive(Clone)]
pub struct Clamp {
    /// The object's path.
    pub path: String,
    /// Where in the object: a JSON pointer.
    pub pointer: String,
    pub wanted: Value,
    pub instead: Value,
    /// Whether it is a webhook, which is asked in a dry run, too; otherwise a controller, which comes at once after the write.
    pub admission: bool,
}

impl Clamp {
    fn turns(&self, object: &mut Value) {
        if let Some(value) = object.pointer_mut(&self.pointer).filter(|value| **value == self.wanted) {
            *value = self.instead.clone();
        }
    }
}

/// How many clusters this process has made.
static CLUSTERS: AtomicU32 = AtomicU32::new(0);

/// What moves by itself.
const MOVES: [&str; 4] = ["resourceVersion", "generation", "managedFields", "creationTimestamp"];

impl Store {
    pub fn new() -> Self {
        let cluster = CLUSTERS.fetch_add(1, Ordering::Relaxed);
        let store = Self { inner: Mutex::new(Inner { cluster, ..Inner::default() }) };
        store.account("ops-token", "ops", None);
        for name in ["kube-system", super::NAMESPACE] {
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
            assert!(store.create("/api/v1/namespaces", namespace).is_ok());
        }
        store
    }

    /// From now on a token is this account's.
    pub fn account(&self, token: &str, user: &str, rules: Option<Vec<Rule>>) {
        let account = Account { user: user.to_owned(), rules };
        self.inner.lock().unwrap().accounts.insert(token.to_owned(), account);
    }

    /// Whose token it is.
    pub fn who(&self, token: &str) -> Option<Account> {
        self.inner.lock().unwrap().accounts.get(token).cloned()
    }

    /// From now on nobody has this token.
    pub fn revoke(&self, token: &str) {
        self.inner.lock().unwrap().accounts.remove(token);
    }

    pub fn version(&self) -> u64 {
        self.inner.lock().unwrap().version
    }

    pub fn get(&self, path: &str) -> Option<Value> {
        self.inner.lock().unwrap().objects.get(path).cloned()
    }

    /// Whether there is something to scale.
    pub fn scales(&self, at: &Address) -> bool {
        ["deployments", "statefulsets", "replicasets", "redises"].contains(&at.resource.as_str())
    }

    /// The members of a collection that a selector matches, in the order of their names. Errors: it is none.
    pub fn list(&self, collection: &str, wanted: &str) -> Result<Vec<Value>, String> {
        selector::parses(wanted)?;
        let inner = self.inner.lock().unwrap();
        let below = format!("{collection}/");
        let members = inner
            .objects
            .iter()
            .filter(|(path, _)| path.strip_prefix(&below).is_some_and(|name| !name.contains('/')));
        let all = members.map(|(_, object)| object.clone());
        Ok(all.filter(|object| selector::matches(object, wanted)).collect())
    }

    pub fn create(&self, collection: &str, mut object: Value) -> Result<Value, Refused> {
        let mut inner = self.inner.lock().unwrap();
        let name = match &object["metadata"]["generateName"] {
            Value::String(begins) => format!("{begins}{:05}", inner.version),
            _ => object["metadata"]["name"].as_str().unwrap().to_owned(),
        };
        object["metadata"]["name"] = name.as_str().into();
        let path = format!("{collection}/{name}");
        let at = Address::of(&path).ok_or_else(Refused::no_resource)?;
        if let Some(namespace) = at.namespace.as_ref().filter(|_| at.resource != "namespaces") {
            inner.takes(namespace, &at)?;
            object["metadata"]["namespace"] = namespace.as_str().into();
        }
        if inner.objects.contains_key(&path) {
            let words = format!("{} {name:?} already exists", at.qualified(&at.resource));
            return Err(Refused(409, "AlreadyExists", words, at.details(&at.resource)));
        }
        let number = inner.next();
        object["metadata"]["uid"] = format!("{:08}-0000-4000-8000-{number:012}", inner.cluster).into();
        object["metadata"]["resourceVersion"] = number.to_string().into();
        object["metadata"]["generation"] = 1.into();
        object["metadata"]["creationTimestamp"] = now().into();
        match at.resource.as_str() {
            "namespaces" => object["status"]["phase"] = "Active".into(),
            "services" => defaults_of_a_service(&mut object, number),
            "resourcequotas" => {
                object["status"] = json!({ "hard": object["spec"]["hard"], "used": { "pods": "0" } });
            }
            _ => {}
        }
        valid(&object, &at)?;
        inner.objects.insert(path.clone(), object);
        inner.control(&path);
        inner.route();
        Ok(inner.objects[&path].clone())
    }

    /// Takes an object away: at once, or as soon as nobody holds it (a finalizer). A namespace takes all that is in it along.
    pub fn delete(&self, path: &str) -> Result<Value, Refused> {
        let at = Address::of(path).ok_or_else(Refused::no_resource)?;
        let mut inner = self.inner.lock().unwrap();
        let Some(object) = inner.objects.get(path).cloned() else { return Err(Refused::not_found(&at)) };
        if at.resource == "namespaces" {
            let mut going = object;
            going["metadata"]["deletionTimestamp"] = now().into();
            going["status"]["phase"] = "Terminating".into();
            inner.objects.insert(path.to_owned(), going.clone());
            for (inside, _) in inner.inside(at.name()) {
                inner.remove(&inside);
            }
            inner.sweep();
            return Ok(going);
        }
        inner.remove(path);
        inner.sweep();
        inner.route();
        let mut details = at.details(&at.resource);
        details["uid"] = object["metadata"]["uid"].clone();
        Ok(
            json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details }),
        )
    }

    /// A JSON patch (RFC 6902).
    pub fn patch(&self, path: &str, operations: &Value, manager: &str, dry: bool) -> Result<Value, Refused> {
        let patch: json_patch::Patch = serde_json::from_value(operations.clone())
            .map_err(|error| Refused(400, "BadRequest", error.to_string(), Value::Null))?;
        self.write(path, manager, dry, |object| {
            patch.0.iter().try_for_each(|operation| one(object, operation)).map_err(|()| {
                let words = "the server rejected our request due to an error in our request";
                Refused(422, "Invalid", words.into(), json!({}))
            })
        })
    }

    /// A merge patch (RFC 7396). One that names a resourceVersion is refused when that is not the present one.
    pub fn merge(&self, path: &str, patch: &Value, manager: &str, dry: bool) -> Result<Value, Refused> {
        self.merged(path, patch, (manager, dry), json_patch::merge)
    }

    /// The same, with lists that are merged by the names in them.
    pub fn strategic(&self, path: &str, patch: &Value, manager: &str, dry: bool) -> Result<Value, Refused> {
        self.merged(path, patch, (manager, dry), strategic::merge)
    }

    fn merged(
        &self,
        path: &str,
        patch: &Value,
        (manager, dry): (&str, bool),
        merge: fn(&mut Value, &Value),
    ) -> Result<Value, Refused> {
        let at = Address::of(path).ok_or_else(Refused::no_resource)?;
        self.write(path, manager, dry, |object| {
            let wanted = patch.pointer("/metadata/resourceVersion");
            if wanted.is_some_and(|wanted| Some(wanted) != object.pointer("/metadata/resourceVersion")) {
                let words = format!(
                    "Operation cannot be fulfilled on {} {:?}: the object has been modified; please apply your \
                     changes to the latest version and try again",
                    at.qualified(&at.resource),
                    at.name()
                );
                return Err(Refused(409, "Conflict", words, at.details(&at.resource)));
            }
            merge(object, patch);
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
        let at = Address::of(path).ok_or_else(Refused::no_resource)?;
        let scaled = path.strip_suffix("/scale").map(str::to_owned);
        let owner = scaled.as_deref().unwrap_or(path).to_owned();
        let Some(before) = inner.objects.get(&owner).cloned() else { return Err(Refused::not_found(&at)) };
        let mut after = before.clone();
        if scaled.is_some() {
            let mut scale = scale_of(&before);
            change(&mut scale)?;
            valid(&scale, &Address { group: "autoscaling".into(), resource: "scales".into(), ..at })?;
            after["spec"]["replicas"] = scale["spec"].get("replicas").cloned().unwrap_or_else(|| json!(0));
        } else {
            change(&mut after)?;
            without_empty_maps(&mut after);
            valid(&after, &at)?;
        }
        for clamp in inner.clamps.iter().filter(|clamp| clamp.path == owner && (clamp.admission || !dry)) {
            clamp.turns(&mut after);
        }
        if dry {
            return Ok(if scaled.is_some() { scale_of(&after) } else { after });
        }
        let part = if scaled.is_some() { "scale" } else { "" };
        let holders = managers(&before, &after, manager, part);
        if after["metadata"]["managedFields"].is_array() || holders != json!([]) {
            after["metadata"]["managedFields"] = holders;
        }
        if after != before {
            let number = inner.next();
            after["metadata"]["resourceVersion"] = number.to_string().into();
            let noted = |object: &Value| object.pointer("/metadata/annotations").cloned();
            let notes = owner.contains("/deployments/") && noted(&after) != noted(&before);
            if after["spec"] != before["spec"] || notes {
                let generation = before["metadata"]["generation"].as_u64().unwrap_or(1) + 1;
                after["metadata"]["generation"] = generation.into();
            }
            let answer = if scaled.is_some() { scale_of(&after) } else { after.clone() };
            inner.objects.insert(owner.clone(), after);
            inner.sweep();
            if inner.objects.contains_key(&owner) {
                inner.control(&owner);
            }
            inner.route();
            return Ok(inner.objects.get(&owner).filter(|_| scaled.is_none()).cloned().unwrap_or(answer));
        }
        let object = &inner.objects[&owner];
        Ok(if scaled.is_some() { scale_of(object) } else { object.clone() })
    }

    /// What a pod has said in its last life or in the one before, by its path. As the kubelet has it: the log of a container that
    /// waits is that of the life that has ended, and so is the previous one; without such a life there is none.
    pub fn life(&self, pod: &str, container: &str, previous: bool) -> Option<String> {
        let inner = self.inner.lock().unwrap();
        let statuses = inner.objects.get(pod)?["status"]["containerStatuses"].as_array().cloned();
        let status = statuses.into_iter().flatten().find(|one| one["name"] == container);
        let status = status.unwrap_or(Value::Null);
        let ended = status["lastState"]["terminated"].is_object();
        let waits = status["state"]["waiting"].is_object();
        let log = match (previous, ended) {
            (true, false) => return None,
            (true, true) => &inner.previous_logs,
            (false, true) if waits => &inner.previous_logs,
            (false, _) => &inner.logs,
        };
        Some(log.get(pod).cloned().unwrap_or_default())
    }

    pub fn said(&self, pod: &str, log: &str) {
        self.inner.lock().unwrap().previous_logs.insert(pod.to_owned(), log.to_owned());
    }

    pub fn says(&self, pod: &str, log: &str) {
        self.inner.lock().unwrap().logs.insert(pod.to_owned(), log.to_owned());
    }

    pub fn shows(&self, path: &str, status: &Value) {
        let mut inner = self.inner.lock().unwrap();
        let object = inner.objects.get_mut(path).unwrap();
        json_patch::merge(&mut object["status"], status);
    }

    pub fn no_endpoints(&self) {
        self.inner.lock().unwrap().no_endpoints = true;
    }

    pub fn clamp(&self, clamp: Option<Clamp>) {
        self.inner.lock().unwrap().clamps = clamp.into_iter().collect();
    }

    pub fn forbid(&self, right: &str) {
        self.inner.lock().unwrap().forbidden.insert(right.to_owned());
    }

    /// Whether a verb on a resource is allowed to anybody.
    pub fn may(&self, verb: &str, resource: &str) -> bool {
        !self.inner.lock().unwrap().forbidden.contains(&format!("{verb} {resource}"))
    }

    pub fn world(&self) -> Vec<(String, Value)> {
        let inner = self.inner.lock().unwrap();
        let still = |(path, object): (&String, &Value)| {
            let mut object = object.clone();
            let mut holders = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
            for moves in MOVES {
                object["metadata"].as_object_mut().unwrap().remove(moves);
            }
            holders.iter_mut().for_each(|entry| _ = entry.as_object_mut().unwrap().remove("time"));
            if !holders.is_empty() {
                object["metadata"]["managedFields"] = holders.into();
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
    pub(super) fn next(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// What is in a namespace.
    pub(super) fn inside(&self, namespace: &str) -> Vec<(String, Value)> {
        let part = format!("/namespaces/{namespace}/");
        self.objects
            .iter()
            .filter(|(path, _)| path.contains(&part))
            .map(|(path, object)| (path.clone(), object.clone()))
            .collect()
    }

    /// Errors: the namespace is not there, or going.
    fn takes(&self, namespace: &str, at: &Address) -> Result<(), Refused> {
        let path = format!("/api/v1/namespaces/{namespace}");
        let Some(object) = self.objects.get(&path) else {
            return Err(Refused::not_found(&Address::of(&path).unwrap()));
        };
        if object.pointer("/metadata/deletionTimestamp").is_none() {
            return Ok(());
        }
        let words = format!(
            "{} {:?} is forbidden: unable to create new content in namespace {namespace} because it is being terminated",
            at.qualified(&at.resource),
            at.name()
        );
        let mut details = at.details(&at.resource);
        details["causes"] = json!([{
            "reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"),
            "field": "metadata.namespace",
        }]);
        Err(Refused(403, "Forbidden", words, details))
    }
}

/// Who holds what after a write by `manager`: what it has changed is its own and nobody else's, and what is gone is nobody's. A list
/// of holders that the write brings along is the one that this is done to.
fn managers(before: &Value, after: &Value, manager: &str, part: &str) -> Value {
    let bare = |object: &Value| {
        let mut object = object.clone();
        for moves in MOVES {
            object["metadata"].as_object_mut().unwrap().remove(moves);
        }
        object.as_object_mut().unwrap().remove("status");
        object
    };
    let (before, bare_after) = (bare(before), bare(after));
    let changed = set_of(&before, &bare_after);
    let mut all = after["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    for entry in &mut all {
        let left = kept(&entry["fieldsV1"], (&before, &bare_after), &changed);
        entry["fieldsV1"] = left.unwrap_or_else(|| json!({}));
    }
    if changed != json!({}) {
        let same = |one: &Value| {
            one["manager"] == manager && one["subresource"].as_str().unwrap_or_default() == part
        };
        let at = all.iter().position(|one| same(one) && one["operation"] == "Update").unwrap_or_else(|| {
            let mut entry = json!({ "manager": manager, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {} });
            if !part.is_empty() {
                entry["subresource"] = part.into();
            }
            all.push(entry);
            all.len() - 1
        });
        all[at]["time"] = now().into();
        json_patch::merge(&mut all[at]["fieldsV1"], &changed);
    }
    all.retain(|entry| entry["fieldsV1"] != json!({}));
    // An entry that is there twice is there once.
    let mut seen = Vec::new();
    all.retain(|entry| {
        let who = ["manager", "operation", "subresource"].map(|part| entry[part].clone());
        let is_new = !seen.contains(&who);
        seen.push(who);
        is_new
    });
    all.into()
}

/// What is left of a set of fields where those that a write has changed are somebody else's, and those that it has taken away are
/// nobody's; none: nothing. Of what was never there the server says nothing, and keeps it (seen on 1.20).
fn kept(set: &Value, (before, after): (&Value, &Value), changed: &Value) -> Option<Value> {
    let fields = set.as_object()?;
    let mut left = json!({});
    for (key, below) in fields {
        let Some(name) = key.strip_prefix("f:") else { continue };
        if before.get(name).is_some() && after.get(name).is_none() {
            continue;
        }
        let changed = &changed[key.as_str()];
        let stays = match *below == json!({}) {
            true => changed.is_null().then(|| json!({})),
            false => kept(below, (&before[name], &after[name]), changed),
        };
        if let Some(stays) = stays {
            left[key.as_str()] = stays;
        }
    }
    (left != json!({})).then_some(left)
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

/// What the server refuses to hold.
fn valid(object: &Value, at: &Address) -> Result<(), Refused> {
    let replicas = object.pointer("/spec/replicas").and_then(Value::as_i64);
    match replicas.filter(|replicas| *replicas < 0) {
        Some(replicas) => {
            let why = format!("Invalid value: {replicas}: must be greater than or equal to 0");
            let kind = object["kind"].as_str().unwrap_or_default();
            Err(Refused::invalid(kind, at, "spec.replicas", &why))
        }
        None => Ok(()),
    }
}

/// A map without anything in it is none.
fn without_empty_maps(object: &mut Value) {
    for (place, map) in [("metadata", "annotations"), ("metadata", "labels"), ("spec", "selector")] {
        let there = object.get_mut(place).and_then(Value::as_object_mut);
        if let Some(there) = there.filter(|there| there.get(map).is_some_and(|map| *map == json!({}))) {
            there.remove(map);
        }
    }
}

fn defaults_of_a_service(service: &mut Value, number: u64) {
    let spec = service["spec"].as_object_mut().unwrap();
    spec.entry("type").or_insert_with(|| "ClusterIP".into());
    spec.entry("sessionAffinity").or_insert_with(|| "None".into());
    if spec["type"] != "ExternalName" {
        spec.entry("clusterIP").or_insert_with(|| format!("10.96.0.{number}").into());
    }
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        port.as_object_mut().unwrap().entry("protocol").or_insert_with(|| "TCP".into());
    }
}

/// Now, as the server writes times: whole seconds.
pub(super) fn now() -> String {
    jiff::Timestamp::from_second(stampede::clock::now().as_second()).unwrap().to_string()
}

/// The scale subresource of a workload.
pub fn scale_of(object: &Value) -> Value {
    let meta = &object["metadata"];
    let labels = object.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let labels =
        labels.into_iter().flatten().map(|(key, value)| format!("{key}={}", value.as_str().unwrap()));
    // Where there are none the real server leaves them out.
    let replicas = object["spec"]["replicas"].clone();
    let spec = if replicas == 0 { json!({}) } else { json!({ "replicas": replicas }) };
    json!({
        "apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {
            "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"], "creationTimestamp": meta["creationTimestamp"],
        },
        "spec": spec,
        "status": { "replicas": object["status"]["replicas"], "selector": labels.collect::<Vec<_>>().join(",") },
    })
}
