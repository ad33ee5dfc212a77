//! Weights that say how much of the traffic goes where: of the backends of a route (Gateway API, Istio), and of the canary of an
//! ingress.

mod find;
mod rule;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::staged_ramp::may_reach;
use crate::system::fields::step;
use crate::system::kubernetes::Patch;

pub use crate::action::kubernetes::weights::find::{receivers, weights};
pub use crate::action::kubernetes::weights::rule::{Rule, Shape};

/// The annotations of ingress-nginx.
const CANARY: &str = "nginx.ingress.kubernetes.io/canary";
const WEIGHT: &str = "nginx.ingress.kubernetes.io/canary-weight";
const TOTAL: &str = "nginx.ingress.kubernetes.io/canary-weight-total";
const ANNOTATIONS: &str = "/metadata/annotations";
/// What weights are parts of, unless an object says otherwise.
const HUNDRED: u32 = 100;

fn hundred() -> u32 {
    HUNDRED
}

/// An object whose weights are moved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Image {
    /// The first step: its fields as they were, and as they become.
    pub patch: Patch,
    /// For each field whether it is of the backend that is to get the traffic.
    pub wanted: Vec<bool>,
    /// Whether the weights are text.
    pub text: bool,
    /// What was let in when it began, in percent: the least of its rules.
    pub from: u32,
    /// For each field what its rule let in then: a rule that lets in more already is not moved below that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub froms: Vec<u32>,
    /// For each field what its weight is multiplied by, so that the shares come out where a Service stands there by several ports;
    /// none: by 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<u32>,
    /// What the weight is a part of, where it is text.
    #[serde(default = "hundred")]
    pub total: u32,
    /// The rules that are moved; none in journals that do not say, and where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// The Services of its namespace that get the traffic.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<String>,
    /// The steps that were planned, in percent; none in journals that do not say.
    #[serde(default)]
    pub steps: Vec<u32>,
    /// Where it relapsed, in percent; 0: nowhere yet.
    #[serde(default)]
    pub ceiling: u32,
}

impl Image {
    fn value(&self, at: usize, percent: u32) -> Value {
        let percent = percent.max(self.froms.get(at).copied().unwrap_or(0));
        if self.text {
            return json!(((self.total * percent + 50) / 100).to_string());
        }
        let part = if self.wanted.get(at) == Some(&true) { percent } else { 100 - percent };
        json!(part * self.factors.get(at).copied().unwrap_or(1))
    }

    /// The same with each rule where it stands now. Errors: one is not there, or cannot be told from another; what its weights
    /// are parts of has been changed.
    pub fn located(&self, now: &Value) -> Result<Self, String> {
        let mut image = self.clone();
        if self.text && total(now) != Ok(self.total) {
            return Err(format!("{TOTAL} is not {} any more", self.total));
        }
        image.patch.tests.clear();
        for rule in &self.rules {
            let twins = self.rules.iter().filter(|other| other.rest == rule.rest).count();
            let place = rule.place(rule.shape.rules(now), twins)?;
            image.patch.tests.extend(rule.tests(place));
            let list = rule.shape.list();
            let (old, new) = (format!("{list}/{}/", rule.at), format!("{list}/{place}/"));
            for (field, was) in image.patch.fields.iter_mut().zip(&self.patch.fields) {
                if let Some(rest) = was.at.strip_prefix(&old) {
                    field.at = new.clone() + rest;
                }
            }
        }
        Ok(image)
    }

    /// The same object with so many percent, from what it shows now.
    pub fn to(&self, percent: u32, now: &Value) -> Patch {
        let mut patch = self.patch.clone().from(now);
        for (at, field) in patch.fields.iter_mut().enumerate() {
            field.after = Some(self.value(at, percent));
        }
        patch
    }

    /// What is sent for each of the steps, one after the other.
    pub fn ladder(&self, steps: &[u32], now: &Value) -> Vec<Patch> {
        let mut last: Option<u32> = None;
        let mut patches = Vec::new();
        for step in steps {
            let mut patch = self.to(*step, now);
            if let Some(last) = last.replace(*step) {
                patch.maps.clear();
                for (at, field) in patch.fields.iter_mut().enumerate() {
                    field.before = Some(self.value(at, last));
                }
            }
            patches.push(patch);
        }
        patches
    }

    /// Whether this run can have put there what the object shows.
    pub fn is_ours(&self, now: &Value) -> bool {
        (0..=100).any(|percent| self.lets_in(percent, now) && may_reach(&self.steps, self.from, percent))
    }

    /// Whether the object shows what we write to let so many percent in.
    pub fn lets_in(&self, percent: u32, now: &Value) -> bool {
        let fields = self.patch.fields.iter().enumerate();
        fields.into_iter().all(|(at, field)| now.pointer(&field.at) == Some(&self.value(at, percent)))
    }

    /// Whether the object shows what was there before.
    pub fn is_before(&self, now: &Value) -> bool {
        self.patch.fields.iter().all(|field| now.pointer(&field.at) == field.before.as_ref())
    }
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64().and_then(|number| u32::try_from(number).ok()),
    }
}

/// Where an annotation stands.
fn pointer(key: &str) -> String {
    format!("{ANNOTATIONS}/{}", step(key))
}

fn annotation<'a>(found: &'a Value, key: &str) -> Option<&'a Value> {
    found.pointer(&pointer(key))
}

/// What the canary weight of an ingress is a part of. Errors: the annotation is no number; a weight has no room in it.
fn total(found: &Value) -> Result<u32, String> {
    match annotation(found, TOTAL) {
        None => Ok(HUNDRED),
        Some(value) => number(value)
            .filter(|total| (HUNDRED..=1_000_000).contains(total))
            .ok_or_else(|| format!("{TOTAL} is {value}: a number from 100 on was expected")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::kubernetes::Object;

    fn object(plural: &str, kind: &str) -> Object {
        Object::example("v1", plural, kind, "shop")
    }

    #[test]
    fn the_subsets_of_a_virtual_service_are_moved() {
        let service = json!({
            "metadata": { "uid": "u" },
            "spec": { "http": [
                { "match": [{ "uri": { "prefix": "/static" } }], "route": [{ "destination": { "host": "static" } }] },
                { "route": [
                    { "destination": { "host": "shop", "subset": "old" }, "weight": 95 },
                    { "destination": { "host": "shop", "subset": "new" }, "weight": 5 },
                ] },
            ] },
        });
        let which = object("virtualservices", "VirtualService");
        let image = weights(&which, &service, Some("shop:new")).unwrap();
        assert_eq!(image.from, 5);
        let patch = image.to(25, &service);
        let written: Vec<_> =
            patch.fields.iter().map(|field| (field.at.as_str(), field.after.clone())).collect();
        assert_eq!(
            written,
            [
                ("/spec/http/1/route/0/weight", Some(json!(75))),
                ("/spec/http/1/route/1/weight", Some(json!(25)))
            ]
        );
        let tests = image.patch.tests.iter().map(|(at, _)| at.as_str()).collect::<Vec<_>>();
        assert_eq!(
            tests,
            ["/spec/http/1/match", "/spec/http/1/route/0/destination", "/spec/http/1/route/1/destination"]
        );
        assert_eq!(
            receivers(&which, &service, Some("shop:new")),
            (vec!["shop".to_owned()], true),
            "a part of it"
        );
        let refused = weights(&which, &service, Some("shop")).unwrap_err();
        assert!(refused.unblock.contains("shop:new, shop:old, static"), "{refused:?}");

        let mut elsewhere = service;
        elsewhere["spec"]["http"][1]["route"][1]["destination"] =
            json!({ "host": "shop.other.svc.cluster.local" });
        let outside = receivers(&which, &elsewhere, Some("shop.other.svc.cluster.local"));
        assert_eq!(outside, (Vec::new(), true));
    }

    #[test]
    fn weights_of_a_route_are_found_and_add_up_to_a_hundred() {
        let route = json!({
            "metadata": { "uid": "u" },
            "spec": { "rules": [
                { "backendRefs": [{ "name": "waiting-room", "weight": 9 }, { "name": "shop", "weight": 1 }] },
                { "backendRefs": [{ "name": "static" }] },
            ] },
        });
        let which = object("httproutes", "HTTPRoute");
        let image = weights(&which, &route, Some("shop")).expect("weights");
        assert_eq!((image.from, image.wanted.clone()), (10, vec![false, true]));
        let patch = image.to(25, &route);
        let after: Vec<_> =
            patch.fields.iter().map(|field| (field.at.as_str(), field.after.clone())).collect();
        assert_eq!(
            after,
            [
                ("/spec/rules/0/backendRefs/0/weight", Some(json!(75))),
                ("/spec/rules/0/backendRefs/1/weight", Some(json!(25))),
            ]
        );
        assert!(image.is_before(&route) && !image.is_ours(&route));
        let mut moved = route.clone();
        moved["spec"]["rules"][0]["backendRefs"] =
            json!([{ "name": "waiting-room", "weight": 75 }, { "name": "shop", "weight": 25 }]);
        assert_eq!((image.lets_in(25, &moved), image.is_before(&moved)), (true, false));
        moved["spec"]["rules"][0]["backendRefs"][1]["weight"] = json!(26);
        assert!(!image.is_ours(&moved), "theirs");
        let refusal = weights(&which, &route, Some("other")).expect_err("no such backend");
        assert_eq!(refusal.unblock, "--backend: there are shop, static, waiting-room");
        let refusal = weights(&which, &route, Some("static")).expect_err("alone");
        assert!(refusal.why.contains("has 1 backends"), "{refusal:?}");
    }

    #[test]
    fn the_canary_weight_of_an_ingress_is_text_and_only_a_canary_has_one() {
        let which = object("ingresses", "Ingress");
        let ingress = |annotations: Value| json!({ "metadata": { "uid": "u", "annotations": annotations } });
        let canary = ingress(json!({ CANARY: "true", WEIGHT: "5" }));
        let image = weights(&which, &canary, None).expect("weights");
        assert_eq!((image.from, image.value(0, 50)), (5, json!("50")));
        let of_1000 = ingress(json!({ CANARY: "true", WEIGHT: "50", TOTAL: "1000" }));
        let image = weights(&which, &of_1000, None).expect("weights");
        assert_eq!((image.from, image.value(0, 100)), (5, json!("1000")));
        assert!(image.located(&of_1000).is_ok() && image.located(&canary).is_err(), "the total was changed");
        assert!(weights(&which, &ingress(json!({ CANARY: "true", TOTAL: "x" })), None).is_err());
        assert!(weights(&which, &ingress(json!({})), None).is_err());
        assert!(weights(&object("services", "Service"), &canary, None).is_err());
    }

    fn two() -> Value {
        let rule = |path: &str, shop: u32| {
            json!({
                "matches": [{ "path": { "value": path } }],
                "backendRefs": [{ "name": "waiting-room", "weight": 100 - shop }, { "name": "shop", "weight": shop }],
            })
        };
        json!({ "metadata": { "uid": "u" }, "spec": { "rules": [rule("/", 5), rule("/api", 50)] } })
    }

    #[test]
    fn two_rules_are_moved_each_from_where_it_is() {
        let image = weights(&object("httproutes", "HTTPRoute"), &two(), Some("shop")).expect("weights");
        assert_eq!(image.from, 5);
        let after = |percent| -> Vec<Value> {
            image.to(percent, &two()).fields.into_iter().filter_map(|field| field.after).collect()
        };
        assert_eq!(after(25), [json!(75), json!(25), json!(50), json!(50)], "/api is not moved down");
        assert_eq!(after(75), [json!(25), json!(75), json!(25), json!(75)]);
    }

    #[test]
    fn a_rule_is_known_by_what_it_is_and_not_by_its_place() {
        let image = weights(&object("httproutes", "HTTPRoute"), &two(), Some("shop")).expect("weights");
        let mut now = two();
        let mut first = now["spec"]["rules"][0].clone();
        first["matches"][0]["path"]["value"] = json!("/new");
        now["spec"]["rules"].as_array_mut().expect("rules").insert(0, first);
        let located = image.located(&now).expect("all are there");
        let places: Vec<&str> = located.patch.fields.iter().map(|field| field.at.as_str()).collect();
        assert_eq!(places[0], "/spec/rules/1/backendRefs/0/weight");
        assert_eq!(places[3], "/spec/rules/2/backendRefs/1/weight");
        assert!(located.is_before(&now) && !image.is_before(&now));
        assert!(located.patch.tests.contains(&("/spec/rules/1/backendRefs/1/name".into(), json!("shop"))));

        assert_eq!(located.patch.tests.len(), image.patch.tests.len(), "each once");

        let mut copied = two();
        let copy = copied["spec"]["rules"][0].clone();
        copied["spec"]["rules"].as_array_mut().expect("rules").insert(0, copy);
        assert!(
            image.located(&copied).is_err_and(|why| why.contains("rule 1 cannot be told")),
            "a copy of it"
        );

        now["spec"]["rules"][1]["backendRefs"][1]["name"] = json!("other");
        assert!(image.located(&now).is_err_and(|why| why.contains("rule 1 is not there")), "another backend");
    }

    #[test]
    fn a_service_by_two_ports_is_one_backend() {
        let route = json!({ "metadata": { "uid": "u" }, "spec": { "rules": [{ "backendRefs": [
            { "name": "shop", "port": 80, "weight": 1 }, { "name": "shop", "port": 81, "weight": 1 },
            { "name": "waiting-room", "weight": 18 },
        ] }] } });
        let image = weights(&object("grpcroutes", "GRPCRoute"), &route, Some("shop")).expect("weights");
        assert_eq!(image.from, 10);
        let after: Vec<Value> =
            image.to(50, &route).fields.into_iter().filter_map(|field| field.after).collect();
        assert_eq!(after, [json!(50), json!(50), json!(100)], "half of it, in two parts");
    }
}
