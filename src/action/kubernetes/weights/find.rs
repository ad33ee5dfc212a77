//! Finding the weights of an object.

use serde_json::{Value, json};

use crate::action::Refusal;
use crate::action::kubernetes::weights::{
    CANARY, HUNDRED, Image, Rule, Shape, WEIGHT, annotation, number, pointer, total,
};
use crate::system::fields::Field as JsonField;
use crate::system::kubernetes::{Object, Patch, words};
use crate::text;

/// What is moved of an object, and how much of the traffic it lets in now; else why that is not known.
pub fn weights(which: &Object, found: &Value, backend: Option<&str>) -> Result<Image, Refusal> {
    match Shape::of_kind(&which.plural) {
        Some(shape) => route(which, found, shape, backend),
        None if which.plural == "ingresses" => canary(which, found),
        None => Err(Refusal::for_want(
            format!("{which} has no weights that are known here"),
            "name an HTTPRoute, a GRPCRoute, a VirtualService or the ingress of a canary; recover ramp --manual for anything else",
        )),
    }
}

fn canary(which: &Object, found: &Value) -> Result<Image, Refusal> {
    if annotation(found, CANARY) != Some(&json!("true")) {
        return Err(Refusal::for_want(
            format!("{which} is no canary ({CANARY}: \"true\")"),
            "name the ingress of the canary, or an HTTPRoute",
        ));
    }
    let total = total(found).map_err(|why| Refusal::for_want(why, "correct it first"))?;
    let before = annotation(found, WEIGHT).cloned();
    let weight = before.as_ref().and_then(number).unwrap_or(0).min(total);
    let from = u32::try_from(u64::from(weight) * 100 / u64::from(total)).unwrap_or(100);
    let at = pointer(WEIGHT);
    let patch = Patch::of(which, found, vec![JsonField { at, before, after: None }]);
    Ok(Image {
        patch,
        wanted: vec![true],
        text: true,
        from,
        froms: Vec::new(),
        factors: Vec::new(),
        total,
        rules: Vec::new(),
        receivers: Vec::new(),
        steps: Vec::new(),
        ceiling: 0,
    })
}

fn route(which: &Object, found: &Value, shape: Shape, backend: Option<&str>) -> Result<Image, Refusal> {
    let rules = shape.rules(found);
    let (mut fields, mut wanted, mut froms, mut factors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut moved, mut names) = (Vec::new(), Vec::new());
    for (at, rule) in rules.iter().enumerate() {
        let refs = shape.of(rule);
        let of_it: Vec<String> = refs.iter().map(|one| shape.name(one)).collect();
        names.extend(of_it.iter().cloned());
        let is_wanted = |name: &&String| Some(name.as_str()) == backend;
        if !of_it.iter().any(|name| is_wanted(&name)) {
            continue;
        }
        let mut others: Vec<&String> = of_it.iter().filter(|name| !is_wanted(name)).collect();
        let (ours, theirs) = (refs.len() - others.len(), others.len());
        others.dedup();
        if others.len() != 1 {
            return Err(Refusal::for_want(
                format!(
                    "rule {} of {which} has {} backends: what the others get would be a guess",
                    at + 1,
                    others.len() + 1
                ),
                "give it two: the one that is to get the traffic, and the one that has it until then",
            ));
        }
        let weight =
            |one: &Value| u64::from(one.get("weight").and_then(number).unwrap_or(shape.unsaid(refs.len())));
        let all: u64 = refs.iter().map(weight).sum();
        let let_in: u64 =
            refs.iter().zip(&of_it).filter(|(_, name)| is_wanted(name)).map(|(one, _)| weight(one)).sum();
        let from = u32::try_from((let_in * 100).checked_div(all).unwrap_or(0)).unwrap_or(100);
        for (one, (backend, name)) in refs.iter().zip(&of_it).enumerate() {
            let path = format!("{}/{at}/{}/{one}/weight", shape.list(), shape.backends());
            fields.push(JsonField { at: path, before: backend.get("weight").cloned(), after: None });
            wanted.push(is_wanted(&name));
            froms.push(from);
            let times = if is_wanted(&name) { theirs } else { ours };
            factors.push(u32::try_from(times).unwrap_or(1));
        }
        moved.push(Rule::of(shape, at, rule));
    }
    let Some(from) = froms.iter().min().copied() else {
        names.sort_unstable();
        names.dedup();
        let known = text::escape(&names.join(", ")).into_owned();
        return Err(Refusal::for_want(
            format!("no rule of {which} has the backend {}", text::escape(backend.unwrap_or("?"))),
            format!("--backend: there are {known}"),
        ));
    };
    let mut patch = Patch::of(which, found, fields);
    patch.tests = moved.iter().flat_map(|rule| rule.tests(rule.at)).collect();
    Ok(Image {
        patch,
        wanted,
        text: false,
        from,
        froms,
        factors,
        total: HUNDRED,
        rules: moved,
        receivers: Vec::new(),
        steps: Vec::new(),
        ceiling: 0,
    })
}

/// The Services of this namespace that are to get the traffic, and whether there are others, which cannot be looked at here.
pub fn receivers(which: &Object, found: &Value, backend: Option<&str>) -> (Vec<String>, bool) {
    let (mut names, mut others) = (Vec::new(), false);
    if let Some(shape) = Shape::of_kind(&which.plural) {
        let refs = shape.rules(found).iter().flat_map(|rule| shape.of(rule));
        for one in refs.filter(|one| Some(shape.name(one).as_str()) == backend) {
            let (service, whole) = shape.service(one, &which.namespace);
            names.extend(service);
            others |= !whole;
        }
    } else {
        let paths = found.pointer("/spec/rules").and_then(Value::as_array).into_iter().flatten();
        let paths = paths.filter_map(|rule| rule.pointer("/http/paths")?.as_array()).flatten();
        let backends = paths.map(|path| &path["backend"]).chain(found.pointer("/spec/defaultBackend"));
        for one in backends {
            match words(one, "/service/name") {
                "" => others = true,
                name => names.push(name.to_owned()),
            }
        }
    }
    names.sort();
    names.dedup();
    (names, others)
}
