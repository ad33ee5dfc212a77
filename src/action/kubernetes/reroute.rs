//! `protect reroute`: a Service sends its traffic to other pods.

use std::time::Duration;

use serde_json::Value;

use crate::action::field::{FieldError, Type};
use crate::action::kubernetes::patching::{Patches, Patching};
use crate::action::kubernetes::service::{SELECTOR, said, too_few, unfit, unnamed_port};
use crate::action::kubernetes::{behind, missing, pods, privileges, risks};
use crate::action::params::params;
use crate::action::patience::repeated;
use crate::action::{
    About, ByHand, Context, Draft, Lifting, Phase, Plan, PlanResult, Recorder, Spec, unless,
};
use crate::change::Level;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::fields::Field as JsonField;
use crate::system::kubernetes::{self as system, Object, Patch, Reader, Word, owners, words};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        service: String = positional Type::Text, "service/NAME";
        selector: String = flag "selector", Type::Text,
            "KEY=VALUE[,KEY=VALUE]: only the named keys are changed";
        min_ready: Option<u64> = flag "min-ready", Type::Whole(1, 1_000),
            "ready pods that must match [default: 2]";
        settle: Option<Duration> =
            flag "settle", Type::Duration(Duration::from_secs(1), Duration::from_secs(120)),
            "how long it is looked at afterwards [default: 30s]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Patches<Reroute>>(About {
    name: "kubernetes.service-selector",
    command: "reroute",
    phase: Phase::Protect,
    kind: Kind::Kubernetes,
    summary: "have a Service send its traffic to other pods",
    help: "Changes the named keys of a Service's selector and no others. All of its traffic moves, writes too. Looked at \
           first: that enough ready pods with the same named ports match, that a database behind them takes no writes \
           and how far it is behind (where it is a configured target), and who would put it back. Verified by the \
           EndpointSlices, and once more after half a minute; without a ready endpoint it goes back at once. \
           Connections that are open stay where they are.",
    example: "stampede protect reroute service/mysql-service --selector role=replica",
    by_hand: ByHand {
        act: &[
            "kubectl get {service} -o wide  # note OLD, its SELECTOR",
            "kubectl set selector {service} OLD,{selector}  # of OLD the other keys: it replaces all of them",
        ],
        back: &["kubectl set selector {service} OLD"],
    },
});

/// Ready pods that must match unless told otherwise: one alone is one failure away from none.
const READY: u64 = 2;
/// Longest wait for the first ready endpoint (measured: 0.1 s).
const ARRIVES: Duration = Duration::from_secs(5);
const SETTLE: Duration = Duration::from_secs(30);
/// Between two looks at the endpoints.
const LOOK: Duration = Duration::from_millis(500);

/// The keys that change.
fn wanted(params: &Params) -> Result<Vec<(String, String)>, &'static str> {
    let pairs = params.selector.split(',').map(|pair| {
        let (key, value) = pair.split_once('=').ok_or("expected KEY=VALUE")?;
        let (key, value) = (key.trim(), value.trim());
        match is_label(key, true) && is_label(value, false) {
            true => Ok((key.to_owned(), value.to_owned())),
            false => Err("expected KEY=VALUE, as a label has them"),
        }
    });
    pairs.collect()
}

fn is_label(text: &str, key: bool) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || key && c == '/';
    !text.is_empty() && text.len() <= 253 && text.chars().all(plain)
}

struct Reroute;

impl Patching for Reroute {
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;

    fn patched(params: &Params) -> Option<(&str, &'static str)> {
        Some((&params.service, ""))
    }

    fn check(params: &Params) -> Result<(), FieldError> {
        let word = Word::parse(&params.service);
        match word {
            Ok(word) if matches!(word.kind.as_str(), "service" | "services" | "svc") => {}
            _ => return Err(FieldError::new("service", "expected service/NAME")),
        }
        wanted(params).map(drop).map_err(|why| FieldError::new("selector", why))
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Patch> {
        let input = |why: &str| TargetError::new(TargetErrorKind::Input, why);
        let named = &params.service;
        let word = Word::parse(named).map_err(|why| input(&why))?;
        let wanted = wanted(params).map_err(input)?;
        let which = reader.resolve(&word).await?;
        // What it is verified by afterwards must be allowed before (S25).
        let endpoints = Object {
            api: system::DISCOVERY.into(),
            plural: "endpointslices".into(),
            kind: "EndpointSlice".into(),
            name: String::new(),
            ..which.clone()
        };
        let (service, unseen) =
            tokio::join!(reader.object(&which), privileges::refusal(reader, "list", &endpoints, ""));
        let Some(service) = service? else {
            let words = missing(named, &which.name, "v1", "services", reader).await?;
            return Ok(Plan::NotApplicable(words));
        };
        unless(unfit(&which, &service).or(unseen?))?;
        let before = service.pointer(SELECTOR).and_then(Value::as_object).cloned().unwrap_or_default();
        let mut after = before.clone();
        after.extend(wanted.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
        if after == before {
            return Ok(Plan::AlreadySo(format!("{which} selects {} already", said(&after))));
        }
        let (was, becomes) = (said(&before), said(&after));
        let (old, new) = tokio::join!(reader.list("v1", "pods", &was), reader.list("v1", "pods", &becomes));
        let (old, new) = (old?, new?);
        let least = params.min_ready.unwrap_or(READY);
        let ready: Vec<&Value> = new.iter().filter(|pod| pods::is_ready(pod)).collect();
        unless(too_few(&which, &after, ready.len() as u64, &new, least))?;
        unless(unnamed_port(&service, &ready))?;
        let (behind, writes) =
            tokio::join!(behind::of(context, &ready), behind::writes(context, &old, &ready));
        unless(behind.refusal())?;
        let owners = owners(&which, &service, &[]);
        let mut forecast = vec![format!(
            "from {} ready pods ({}) to {} ready of {} ({})",
            old.iter().filter(|pod| pods::is_ready(pod)).count(),
            said(&before),
            ready.len(),
            new.len(),
            said(&after)
        )];
        forecast.extend(behind.words.iter().cloned());
        forecast.extend(writes);
        let mut risk = vec![
            "all traffic of the Service moves, writes too; open connections stay where they are".to_owned(),
        ];
        risk.extend(behind.unknown(ready.len()));
        let contested = risks(&owners, &service, reader);
        let known = contested.is_empty() && behind.unknown(ready.len()).is_none();
        risk.extend(contested);
        let selector = JsonField {
            at: SELECTOR.into(),
            before: Some(before.clone().into()),
            after: Some(after.clone().into()),
        };
        let patch = Patch::of(&which, &service, vec![selector]);
        Ok(Plan::Change(Draft {
            summary: format!("have {which} in namespace {} select {}", which.namespace, said(&after)),
            commands: Vec::new(),
            forecast,
            risk,
            back: format!("selects {} again", said(&before)),
            level: if known { Level::Ask } else { Level::Type },
            parts: vec![(reader.node(), reader.cluster().await?, patch)],
        }))
    }

    async fn settle(
        params: &Params,
        _: &Context<'_>,
        patch: &Patch,
        reader: &Reader,
        record: &dyn Recorder,
    ) -> Result<Vec<String>, TargetError> {
        let settle = params.settle.unwrap_or(SETTLE);
        settles(patch, settle, reader, record).await
    }
}

/// Waits until the endpoints are the new pods', and looks again for a while. Errors: none of those is ready; the runner puts
/// it back then.
async fn settles(
    patch: &Patch,
    settle: Duration,
    reader: &Reader,
    record: &dyn Recorder,
) -> Result<Vec<String>, TargetError> {
    let after = patch.fields.first().and_then(|field| field.after.as_ref()).and_then(Value::as_object);
    let selector = after.map(said).unwrap_or_default();
    let since = clock::instant();
    let passed = || clock::instant().saturating_duration_since(since);
    let first = loop {
        let (ready, old, _) = repeated(|| endpoints(patch, &selector, reader)).await?;
        if ready > 0 && old == 0 {
            break passed();
        }
        if passed() >= ARRIVES {
            return Err(none_ready(patch, passed()));
        }
        clock::sleep(LOOK.min(ARRIVES.saturating_sub(passed()))).await;
    };
    while passed() < settle && !record.stopping() {
        record.progress(passed().as_secs(), Some(settle.as_secs()));
        clock::sleep(LOOK.min(settle.saturating_sub(passed()))).await;
    }
    let now = repeated(|| reader.patched(patch)).await?.unwrap_or_default();
    if !patch.shows(&now).1 {
        return Ok(vec![format!("somebody has changed it again meanwhile: {}", patch.now(&now))]);
    }
    let (ready, _, api) = repeated(|| endpoints(patch, &selector, reader)).await?;
    if ready == 0 {
        return Err(none_ready(patch, passed()));
    }
    let older = (api != system::DISCOVERY)
        .then(|| format!("the endpoints were read as {api}: this server has no {}", system::DISCOVERY));
    let words = format!(
        "its endpoints were the new pods after {}; {ready} are ready after {}",
        text::duration(first),
        text::duration(passed())
    );
    Ok([words].into_iter().chain(older).collect())
}

/// How many ready endpoints are pods that the selector matches, how many are others (the controller takes its time), and the
/// version in which they were read.
async fn endpoints(
    patch: &Patch,
    selector: &str,
    reader: &Reader,
) -> Result<(usize, usize, &'static str), TargetError> {
    let (ready, pods) =
        tokio::join!(reader.ready_endpoints(&patch.object.name), reader.list("v1", "pods", selector));
    let ((api, ready), pods) = (ready?, pods?);
    let is_new = |name: &String| pods.iter().any(|pod| words(pod, "/metadata/name") == name);
    let (new, old): (Vec<String>, Vec<String>) = ready.into_iter().partition(is_new);
    Ok((new.len(), old.len(), api))
}

fn none_ready(patch: &Patch, waited: Duration) -> TargetError {
    let message = format!("no new endpoint of {} is ready after {}", patch.object, text::duration(waited));
    // It was written, and looked at: nothing of that is in doubt.
    TargetError::new(TargetErrorKind::Input, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_labels_become_a_selector() {
        let of = |text: &str| {
            wanted(&Params {
                service: "service/shop".into(),
                selector: text.into(),
                min_ready: None,
                settle: None,
            })
        };
        assert_eq!(of("role=replica, tier=db").unwrap().len(), 2);
        assert_eq!(of("app.kubernetes.io/name=mysql").unwrap()[0].0, "app.kubernetes.io/name");
        for wrong in ["role", "role=", "=replica", "role=a b", "role=a;b", "role in (a)"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
