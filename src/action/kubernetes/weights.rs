//! Weights that say how much of the traffic goes where: of the backends of an HTTPRoute, and of the canary of an ingress.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::Refusal;
use crate::action::staged_ramp::may_reach;
use crate::system::fields::{Field as JsonField, step};
use crate::system::kubernetes::{Object, Patch, words};
use crate::text;

/// The annotations of ingress-nginx.
const CANARY: &str = "nginx.ingress.kubernetes.io/canary";
const WEIGHT: &str = "nginx.ingress.kubernetes.io/canary-weight";
const ANNOTATIONS: &str = "/metadata/annotations";

/// An object whose weights are moved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Image {
    /// The first step: its fields as they were, and as they become.
    pub patch: Patch,
    /// For each field whether it is of the backend that is to get the traffic.
    pub wanted: Vec<bool>,
    /// Whether the weights are text.
    pub text: bool,
    /// What was let in when it began, in percent.
    pub from: u32,
    /// The steps that were planned, in percent; none in journals that do not say.
    #[serde(default)]
    pub steps: Vec<u32>,
    /// Where it relapsed, in percent; 0: nowhere yet.
    #[serde(default)]
    pub ceiling: u32,
}

impl Image {
    fn value(&self, at: usize, percent: u32) -> Value {
        let weight = if self.wanted.get(at) == Some(&true) { percent } else { 100 - percent };
        if self.text { json!(weight.to_string()) } else { json!(weight) }
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
        self.percent(now).is_some_and(|percent| may_reach(&self.steps, self.from, percent))
    }

    /// How many percent the object lets in, if its weights add up to a hundred.
    pub fn percent(&self, now: &Value) -> Option<u32> {
        let at = self.wanted.iter().position(|wanted| *wanted)?;
        let value = now.pointer(&self.patch.fields.get(at)?.at)?;
        let percent = number(value).filter(|percent| *percent <= 100)?;
        let same =
            |(at, field): (usize, &JsonField)| now.pointer(&field.at) == Some(&self.value(at, percent));
        self.patch.fields.iter().enumerate().all(same).then_some(percent)
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

/// What is moved of an object, and how much of the traffic it lets in now; else why that is not known.
pub fn weights(which: &Object, found: &Value, backend: Option<&str>) -> Result<Image, Refusal> {
    let image = |fields: Vec<JsonField>, wanted, text, from| {
        let mut patch = Patch::of(which, found, fields);
        if text && found.pointer(ANNOTATIONS).is_none() {
            patch.maps.push(ANNOTATIONS.into());
        }
        Image { patch, wanted, text, from, steps: Vec::new(), ceiling: 0 }
    };
    if which.plural == "ingresses" {
        let annotation = |key: &str| found.pointer(&format!("{ANNOTATIONS}/{}", step(key)));
        if annotation(CANARY) != Some(&json!("true")) {
            return Err(Refusal::for_want(
                format!("{which} is no canary ({CANARY}: \"true\")"),
                "name the ingress of the canary, or an HTTPRoute",
            ));
        }
        let before = annotation(WEIGHT).cloned();
        let from = before.as_ref().and_then(number).unwrap_or(0).min(100);
        let at = format!("{ANNOTATIONS}/{}", step(WEIGHT));
        return Ok(image(vec![JsonField { at, before, after: None }], vec![true], true, from));
    }
    if which.plural != "httproutes" {
        return Err(Refusal::for_want(
            format!("{which} has no weights that are known here"),
            "name an HTTPRoute or the ingress of a canary; recover ramp --manual for anything else",
        ));
    }
    let rules = found.pointer("/spec/rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (mut fields, mut wanted, mut from) = (Vec::new(), Vec::new(), None);
    let mut names: Vec<&str> = Vec::new();
    for (rule, refs) in
        rules.iter().enumerate().filter_map(|(at, rule)| Some((at, rule["backendRefs"].as_array()?)))
    {
        names.extend(refs.iter().map(|one| words(one, "/name")));
        if !refs.iter().any(|one| Some(words(one, "/name")) == backend) {
            continue;
        }
        if refs.len() != 2 {
            return Err(Refusal::for_want(
                format!(
                    "rule {} of {which} has {} backends: what the others get would be a guess",
                    rule + 1,
                    refs.len()
                ),
                "give it two: the one that is to get the traffic, and the one that has it until then",
            ));
        }
        // Without a weight each has 1.
        let weight = |one: &Value| one.get("weight").and_then(number).unwrap_or(1);
        let all: u32 = refs.iter().map(weight).sum();
        for (at, one) in refs.iter().enumerate() {
            let is_wanted = Some(words(one, "/name")) == backend;
            if is_wanted {
                from = from.max(Some((weight(one) * 100).checked_div(all).unwrap_or(0)));
            }
            let path = format!("/spec/rules/{rule}/backendRefs/{at}/weight");
            fields.push(JsonField { at: path, before: one.get("weight").cloned(), after: None });
            wanted.push(is_wanted);
        }
    }
    match from {
        Some(from) => Ok(image(fields, wanted, false, from)),
        None => {
            names.sort_unstable();
            names.dedup();
            let known = text::escape(&names.join(", ")).into_owned();
            Err(Refusal::for_want(
                format!("no rule of {which} has the backend {}", text::escape(backend.unwrap_or("?"))),
                format!("--backend: there are {known}"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(plural: &str, kind: &str) -> Object {
        Object {
            api: "v1".into(),
            plural: plural.into(),
            kind: kind.into(),
            namespace: "shop".into(),
            name: "shop".into(),
            context: None,
        }
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
        assert!(image.is_before(&route) && image.percent(&route).is_none());
        let mut moved = route.clone();
        moved["spec"]["rules"][0]["backendRefs"] =
            json!([{ "name": "waiting-room", "weight": 75 }, { "name": "shop", "weight": 25 }]);
        assert_eq!((image.percent(&moved), image.is_before(&moved)), (Some(25), false));
        moved["spec"]["rules"][0]["backendRefs"][1]["weight"] = json!(26);
        assert_eq!(image.percent(&moved), None, "theirs");
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
        assert!(weights(&which, &ingress(json!({})), None).is_err());
        assert!(weights(&object("services", "Service"), &canary, None).is_err());
    }
}
