//! `protect restart`: the pods of a workload are replaced, a few at a time.

use std::time::Duration;

use serde_json::Value;

use crate::action::field::{FieldError, Type};
use crate::action::kubernetes::common::{contested, find};
use crate::action::kubernetes::patching::{Patches, Patching};
use crate::action::kubernetes::{pods, rollout};
use crate::action::params::params;
use crate::action::patience::repeated;
use crate::action::{About, ByHand, Context, Draft, Phase, Plan, PlanResult, Recorder, Spec};
use crate::change::Level;
use crate::clock;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::fields::Field as JsonField;
use crate::system::kubernetes::{Object, Patch, Reader, Word};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        workload: String = positional Type::Text, "deployment/NAME, statefulset/NAME or daemonset/NAME";
        wait: Option<Duration> =
            flag "wait", Type::Duration(Duration::from_secs(1), Duration::from_secs(1800)),
            "longest wait for the new pods to be ready [default: 30s]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Patches<Restart>>(About {
    name: "kubernetes.restart",
    command: "restart",
    phase: Phase::Protect,
    kind: Kind::Kubernetes,
    summary: "replace the pods of a workload, a few at a time",
    help: "A rolling restart, as kubectl rollout restart does it: for pods that have leaked their connections and give them \
           back only when they end. Says first how many pods are away at a time and how many more run. Never a cache or \
           a database: restarting one would be the next incident. A new pod starts with an empty cache of its own and \
           opens its connections anew. The pods that ended do not come back.",
    example: "stampede protect restart deployment/backend",
    by_hand: ByHand {
        act: &["kubectl rollout restart {workload}", "kubectl rollout status {workload}"],
        back: &[],
    },
});

/// Where kubectl writes when a rollout was asked for: the template differs then, and the controller does the rest.
const ALL: &str = "/spec/template/metadata/annotations";
const AT: &str = "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt";
const WAIT: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(500);

struct Restart;

impl Patching for Restart {
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> = Some("pods that were replaced do not come back");
    const STAYS: bool = false;

    fn check(params: &Params) -> Result<(), FieldError> {
        let workload = &params.workload;
        Word::parse(workload).map(drop).map_err(|why| FieldError::new("workload", why))
    }

    fn patched(params: &Params) -> Option<(&str, &'static str)> {
        Some((&params.workload, ""))
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Patch> {
        let (which, found) = find(&params.workload, reader).await?;
        if found.pointer("/spec/replicas") == Some(&Value::from(0)) {
            return Ok(Plan::NotApplicable(format!("{which} has no pods: it is scaled to 0")));
        }
        let rollout = rollout::looked_at(&which, &found, reader).await?;
        let mut forecast = rollout.forecast;
        forecast.push(
            "each new pod starts with an empty cache of its own, and opens its connections anew".into(),
        );
        let (mut risk, _) = contested(&which, &found, &[], reader);
        risk.extend(rollout.risk);
        let time = clock::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let field =
            JsonField { at: AT.into(), before: found.pointer(AT).cloned(), after: Some(Value::from(time)) };
        let mut patch = Patch::of(&which, &found, vec![field]);
        if found.pointer(ALL).is_none() {
            patch.maps.push(ALL.into());
        }
        Ok(Plan::Change(Draft {
            summary: format!("replace the pods of {which} in namespace {}", which.namespace),
            commands: Vec::new(),
            forecast,
            risk,
            back: "none: pods that were replaced do not come back".into(),
            level: Level::Type,
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
        let patience = params.wait.unwrap_or(WAIT);
        Ok(arrive(&patch.object, patience, reader, record).await)
    }
}

/// How far a rollout is: the new pods that are ready, and how many there are to be; none before its controller has seen it.
fn progress(object: &Value) -> Option<(u64, u64)> {
    let number = |at: &str| object.pointer(at).and_then(Value::as_u64);
    if object.pointer("/status/observedGeneration") != object.pointer("/metadata/generation") {
        return None;
    }
    let daemons = number("/status/desiredNumberScheduled");
    let wanted = daemons.or_else(|| number("/spec/replicas")).unwrap_or(1);
    let new =
        number("/status/updatedReplicas").or_else(|| number("/status/updatedNumberScheduled")).unwrap_or(0);
    let ready = number("/status/readyReplicas").or_else(|| number("/status/numberReady")).unwrap_or(0);
    let all = number("/status/replicas").unwrap_or(wanted);
    // Of more pods than are wanted some are old ones.
    Some((new.min(ready.saturating_sub(all.saturating_sub(wanted))), wanted))
}

async fn arrive(which: &Object, patience: Duration, reader: &Reader, record: &dyn Recorder) -> Vec<String> {
    let since = clock::instant();
    loop {
        let object = match repeated(|| reader.object(which)).await {
            Ok(Some(object)) => object,
            Ok(None) => return vec![format!("{which} is gone")],
            Err(error) => return vec![format!("how far it is is not known: {error}")],
        };
        let waited = clock::instant().saturating_duration_since(since);
        let (new, wanted) = progress(&object).unwrap_or_default();
        record.progress(new, (wanted > 0).then_some(wanted));
        if progress(&object).is_some_and(|(new, wanted)| new >= wanted) {
            return vec![format!(
                "{new} of {wanted} pods are new and ready after {}",
                text::duration(waited)
            )];
        }
        if waited >= patience || record.stopping() {
            let mut notes = vec![format!(
                "{new} of {wanted} pods are new and ready after {}; it goes on: {} rollout status {which}",
                text::duration(waited),
                which.kubectl()
            )];
            notes.extend(pods::kept(which, &object, reader).await);
            return notes;
        }
        clock::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rollout_counts_new_pods_that_are_ready() {
        let mut web = json!({
            "metadata": { "generation": 2 }, "spec": { "replicas": 3 },
            "status": { "observedGeneration": 1, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3 },
        });
        assert_eq!(progress(&web), None, "its controller has not seen it");
        web["status"] =
            json!({ "observedGeneration": 2, "replicas": 4, "updatedReplicas": 1, "readyReplicas": 3 });
        assert_eq!(progress(&web), Some((1, 3)));
        web["status"] =
            json!({ "observedGeneration": 2, "replicas": 4, "updatedReplicas": 3, "readyReplicas": 3 });
        assert_eq!(progress(&web), Some((2, 3)), "the fourth is an old one");
        web["status"] =
            json!({ "observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3 });
        assert_eq!(progress(&web), Some((3, 3)));
        let daemons = json!({ "status": { "desiredNumberScheduled": 5, "updatedNumberScheduled": 2, "numberReady": 5 } });
        assert_eq!(progress(&daemons), Some((2, 5)));
    }
}
