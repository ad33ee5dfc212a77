//! Whether the traffic of a Service can be moved by its selector (S24).

use serde_json::{Map, Value};

use crate::action::Refusal;
use crate::action::kubernetes::pods;
use crate::system::kubernetes::{Object, words};
use crate::text;

/// Where a Service says which pods are its own.
pub const SELECTOR: &str = "/spec/selector";

/// A selector as kubectl writes it.
pub fn said(selector: &Map<String, Value>) -> String {
    let pairs = selector.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    text::escape(&pairs.collect::<Vec<_>>().join(",")).into_owned()
}

/// Why the traffic of this Service cannot be moved by its selector.
pub fn unfit(which: &Object, service: &Value) -> Option<Refusal> {
    let (why, unblock) = match () {
        () if service.pointer("/metadata/deletionTimestamp").is_some() => {
            ("is being deleted", "name another one")
        }
        () if words(service, "/spec/type") == "ExternalName" => {
            ("is only a name for something outside (ExternalName)", "change that name, or the application's")
        }
        () if words(service, "/spec/clusterIP") == "None" => (
            "is headless: its clients ask for the pods themselves, and keep their addresses",
            "reroute in the application",
        ),
        () if service.pointer(SELECTOR).and_then(Value::as_object).is_none_or(Map::is_empty) => {
            ("has no selector: somebody else writes its endpoints", "change those, where they come from")
        }
        () => return None,
    };
    Some(Refusal::by("S24", format!("{which} {why}"), unblock))
}

/// Too few pods would answer.
pub fn too_few(
    service: &Object,
    after: &Map<String, Value>,
    ready: u64,
    all: &[Value],
    least: u64,
) -> Option<Refusal> {
    if ready >= least {
        return None;
    }
    let unblock = match all.len() {
        0 => format!(
            "what is not named stays, so all of {} must match: {} get pods --show-labels",
            said(after),
            service.kubectl()
        ),
        _ if ready == 0 => format!("wait until they are ready: {} get pods", service.kubectl()),
        _ => format!("wait until they are ready, or accept it: --min-ready {ready}"),
    };
    let why = match all.len() {
        0 => format!("no pod has {}: the Service would lead nowhere", said(after)),
        all => format!("{ready} of {all} pods with {} are ready, and {least} are wanted", said(after)),
    };
    Some(Refusal::by("S24", why, unblock))
}

/// A port that the Service finds by its name, and the new pods do not have.
pub fn unnamed_port(service: &Value, ready: &[&Value]) -> Option<Refusal> {
    let ports = service.pointer("/spec/ports").and_then(Value::as_array)?;
    let named = ports.iter().filter_map(|port| port["targetPort"].as_str());
    for name in named {
        let lacks = ready.iter().filter(|pod| !pods::has_port(pod, name)).count();
        if lacks > 0 {
            return Some(Refusal::by(
                "S24",
                format!(
                    "{lacks} of {} pods have no port called {}, which the Service sends to",
                    ready.len(),
                    text::escape(name)
                ),
                "name the port in their containers, or have the Service send to a number",
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_no_selector_of_its_own_is_refused() {
        let which = Object::example("v1", "services", "Service", "db");
        for (spec, why) in [
            (json!({ "type": "ExternalName" }), "ExternalName"),
            (json!({ "clusterIP": "None", "selector": { "a": "b" } }), "headless"),
            (json!({ "clusterIP": "10.0.0.1" }), "no selector"),
        ] {
            let refusal = unfit(&which, &json!({ "spec": spec })).unwrap();
            assert!(refusal.rule == Some("S24") && refusal.why.contains(why), "{refusal:?}");
        }
        assert_eq!(unfit(&which, &json!({ "spec": { "selector": { "a": "b" } } })), None);
    }
}
