//! `break scale`: more replicas of a workload.

use std::time::Duration;

use serde_json::{Value, json};

use crate::action::field::{FieldError, Type};
use crate::action::kubernetes::patching::{Patches, Patching};
use crate::action::kubernetes::sync::{self, Sync};
use crate::action::kubernetes::{missing, pods, risks};
use crate::action::params::params;
use crate::action::patience::repeated;
use crate::action::{About, ByHand, Context, Draft, Phase, Plan, PlanResult, Recorder, Refusal, Spec};
use crate::change::Level;
use crate::clock;
use crate::config::{CacheTopology, Target};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::fields::Field as JsonField;
use crate::system::kubernetes::{self as system, Object, Patch, Reader, Word, owners, scales, words};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        workload: String = positional Type::Text, "deployment/NAME, statefulset/NAME, or KIND.GROUP/NAME";
        replicas: u64 = flag "replicas", Type::Whole(1, 1_000), "replicas to run";
        through: Option<String> = flag "through", Type::Choice(&["workload", "owner"]),
            "owner: raise the autoscaler's minReplicas [default: workload]";
        wait: Option<Duration> =
            flag "wait", Type::Duration(Duration::from_secs(1), Duration::from_secs(600)),
            "longest wait for the replicas to be ready [default: 30s]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Patches<Scale>>(About {
    name: "kubernetes.scale",
    command: "scale",
    phase: Phase::Break,
    kind: Kind::Kubernetes,
    summary: "run more replicas of a workload",
    help: "Sets the replicas of a Deployment, a StatefulSet or anything else that has the scale subresource, and waits \
           until they are ready. Only upwards: a replica that is taken away takes its share of the cache along. Who \
           would put it back (an autoscaler, an operator, Argo CD, Flux, Helm) is looked for first and named; \
           --through owner has the autoscaler do it instead. A new cache pod is empty, and helps when it is in sync.",
    example: "stampede break scale deployment/redis-replica --replicas 3",
    by_hand: ByHand {
        act: &["kubectl get {workload}  # note OLD", "kubectl scale {workload} --replicas={replicas}"],
        back: &["kubectl scale {workload} --replicas=OLD"],
    },
});

const REPLICAS: &str = "/spec/replicas";
/// Longest wait for replicas to be ready, unless told otherwise: a phase has a minute.
const WAIT: Duration = Duration::from_secs(30);
/// Between two looks at them.
const LOOK: Duration = Duration::from_millis(500);

fn word(params: &Params) -> Result<Word, TargetError> {
    Word::parse(&params.workload).map_err(|why| TargetError::new(TargetErrorKind::Input, why))
}

struct Scale;

impl Patching for Scale {
    type Params = Params;

    /// A scale-down takes replicas away, and what they hold.
    const BACK: Level = Level::Type;
    /// Fewer replicas than somebody else has found right are theirs to say.
    const OVER_OTHERS: bool = false;

    fn check(params: &Params) -> Result<(), FieldError> {
        let workload = &params.workload;
        Word::parse(workload).map(drop).map_err(|why| FieldError::new("workload", why))
    }

    fn patched(params: &Params) -> Option<(&str, &'static str)> {
        (params.through.as_deref() != Some("owner")).then_some((&params.workload, "scale"))
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Patch> {
        let word = word(params)?;
        let after = params.replicas;
        let which = reader.resolve(&word).await?;
        let (object, autoscalers) = tokio::join!(reader.object(&which), reader.autoscalers());
        let Some(object) = object? else {
            let named = &params.workload;
            let words = missing(named, &which.name, &which.api, &which.plural, reader).await?;
            return Ok(Plan::NotApplicable(words));
        };
        if object.pointer("/metadata/deletionTimestamp").is_some() {
            return Ok(Plan::NotApplicable(format!("{which} is being deleted")));
        }
        // Autoscalers that may not be seen are no reason against it; the prompt says so.
        let ((api, autoscalers), unseen) = match autoscalers {
            Ok(all) => (all, None),
            Err(error) => {
                (("none", Vec::new()), Some(format!("whether an autoscaler is there is not known: {error}")))
            }
        };
        let owners = owners(&which, &object, &autoscalers);
        let mine = autoscalers.iter().find(|one| scales(one, &which));
        let through = params.through.as_deref() == Some("owner");
        let patch = match (through, mine) {
            (true, Some(one)) => through_owner(api, one, &which, after),
            (true, None) => {
                let why = format!("no autoscaler scales {which}");
                return Ok(Plan::Blocked(Refusal::for_want(why, "leave --through owner out")));
            }
            (false, _) => direct(&which, &object, after, reader).await?,
        };
        let Some(patch) = patch else {
            let why = format!("{which} cannot be scaled: it has no scale subresource");
            return Ok(Plan::Blocked(Refusal::for_want(why, "name the workload that runs the pods")));
        };
        let before = number(patch.fields.first().and_then(|field| field.before.as_ref()));
        if before == after {
            return Ok(Plan::AlreadySo(format!("{which} is to run {after} replicas already")));
        }
        if before > after {
            return Ok(Plan::Blocked(Refusal::by(
                "S23",
                format!(
                    "{which} has {before} replicas: taking some away in an incident takes their load and their keys along"
                ),
                format!("--replicas {} or more", before + 1),
            )));
        }
        if let Some(autoscaler) = mine.filter(|_| !through) {
            let most = number(autoscaler.pointer("/spec/maxReplicas"));
            if after > most && most > 0 {
                let name = text::escape(words(autoscaler, "/metadata/name"));
                return Ok(Plan::Blocked(Refusal::by(
                    "S23",
                    format!(
                        "HorizontalPodAutoscaler {name} takes it back to {most}, its maximum, within 15 s"
                    ),
                    format!(
                        "--through owner, which raises the maximum as well, or --replicas {most} at most"
                    ),
                )));
            }
        }
        let mut forecast =
            vec![format!("{} of {} replicas are ready now", ready_replicas(&object), running(&object))];
        forecast.push(helps(context.facts.cache_topology).into());
        if mine.is_some() && api != system::AUTOSCALING {
            forecast.push(format!(
                "its autoscaler was read as {api}: this server has no {}",
                system::AUTOSCALING
            ));
        }
        // Through the owner it is the owner's object that is written, and the owner who keeps it.
        let mut risk = match mine.filter(|_| through) {
            Some(autoscaler) => risks(&system::owners(&patch.object, autoscaler, &[]), autoscaler, reader),
            None => risks(&owners, &object, reader),
        };
        risk.extend(unseen);
        risk.extend(pods::failures(&which, &object));
        if ready_replicas(&object) == 0 && before > 0 {
            risk.push("none of its replicas is ready now: more of the same may not come up either".into());
        }
        let contested = !risk.is_empty();
        let level = if contested { Level::Type } else { Level::Ask };
        let summary = match through {
            true => {
                let most = match patch.fields.get(1).and_then(|field| field.before.as_ref()) {
                    Some(most) => format!(" (and {after} at most, instead of {most})"),
                    None => String::new(),
                };
                format!(
                    "have {} keep at least {after} replicas of {which} instead of {before}{most}",
                    patch.object
                )
            }
            false => {
                format!("scale {which} in namespace {} from {before} to {after} replicas", which.namespace)
            }
        };
        Ok(Plan::Change(Draft {
            summary,
            commands: Vec::new(),
            forecast,
            risk,
            back: format!(
                "back to {before}, typed, when the incident is over: what the new replicas hold goes with them"
            ),
            level,
            parts: vec![(reader.node(), reader.cluster().await?, patch)],
        }))
    }

    async fn settle(
        params: &Params,
        context: &Context<'_>,
        _: &Patch,
        reader: &Reader,
        record: &dyn Recorder,
    ) -> Result<Vec<String>, TargetError> {
        let which = reader.resolve(&word(params)?).await?;
        let owned = params.through.as_deref() == Some("owner");
        let wanted = params.replicas;
        let patience = params.wait.unwrap_or(WAIT);
        Ok(arrive(&which, wanted, patience, (reader, context.targets, owned), record).await)
    }
}

/// The patch of the workload itself; none where it cannot be scaled.
async fn direct(
    which: &Object,
    object: &Value,
    after: u64,
    reader: &Reader,
) -> Result<Option<Patch>, TargetError> {
    // A Scale leaves replicas out where there are none.
    let replicas = match object.pointer(REPLICAS) {
        Some(replicas) if which.group() == "apps" => {
            Some(Some(replicas.clone()).filter(|replicas| *replicas != json!(0)))
        }
        _ => reader.scale(which).await?.map(|scale| scale.pointer(REPLICAS).cloned()),
    };
    Ok(replicas.map(|before| {
        let field = JsonField { at: REPLICAS.into(), before, after: Some(json!(after)) };
        Patch { subresource: "scale".into(), ..Patch::of(which, object, vec![field]) }
    }))
}

/// The patch of its autoscaler, which then keeps so many at least.
fn through_owner(api: &str, autoscaler: &Value, which: &Object, after: u64) -> Option<Patch> {
    let (least, most) = ("/spec/minReplicas", "/spec/maxReplicas");
    let field = |at: &str| JsonField {
        at: at.into(),
        before: autoscaler.pointer(at).cloned(),
        after: Some(json!(after)),
    };
    let mut fields = vec![field(least)];
    if number(autoscaler.pointer(most)) < after {
        fields.push(field(most));
    }
    let object = Object {
        api: api.into(),
        plural: "horizontalpodautoscalers".into(),
        kind: "HorizontalPodAutoscaler".into(),
        namespace: which.namespace.clone(),
        name: words(autoscaler, "/metadata/name").into(),
        context: which.context.clone(),
    };
    Some(Patch::of(&object, autoscaler, fields))
}

/// What more replicas do for a cache of this shape.
fn helps(topology: Option<CacheTopology>) -> &'static str {
    match topology {
        Some(CacheTopology::ReplicaReads) => {
            "a new cache replica is empty: it takes its share of the reads when it is in sync"
        }
        Some(CacheTopology::Cluster) => {
            "a Redis Cluster gives a new pod neither slots nor reads by itself: it helps once it is joined and slots are moved"
        }
        Some(CacheTopology::Ring) => {
            "clients that hash keys over servers move their share to the new one at once, which is empty: more misses first"
        }
        None => {
            "whether more replicas help a cache depends on its shape, which is not known (cache_topology)"
        }
    }
}

fn number(value: Option<&Value>) -> u64 {
    value.and_then(Value::as_u64).unwrap_or(0)
}

fn ready_replicas(object: &Value) -> u64 {
    number(object.pointer("/status/readyReplicas"))
}

fn running(object: &Value) -> u64 {
    number(object.pointer("/status/replicas"))
}

/// Waits for the replicas, and says how far they came.
async fn arrive(
    which: &Object,
    wanted: u64,
    patience: Duration,
    (reader, targets, owned): (&Reader, &[Target], bool),
    record: &dyn Recorder,
) -> Vec<String> {
    let since = clock::instant();
    loop {
        let object = match repeated(|| reader.object(which)).await {
            Ok(Some(object)) => object,
            Ok(None) => return vec![format!("{which} is gone")],
            Err(error) => return vec![format!("how many are ready is not known: {error}")],
        };
        let (ready, asked) = (ready_replicas(&object), number(object.pointer(REPLICAS)));
        // The workload's controller may not have seen the new number yet; not every custom resource says whether it has.
        let observed = object.pointer("/status/observedGeneration");
        let seen = observed.is_none() || observed == object.pointer("/metadata/generation");
        let there = ready >= wanted && seen;
        let all = if there { pods::of(&object, reader).await } else { Ok(Vec::new()) };
        let alive: Vec<&Value> = all.iter().flatten().filter(|pod| pods::is_ready(pod)).collect();
        let sync = if there { sync::of(targets, &alive).await } else { None };
        let waited = clock::instant().saturating_duration_since(since);
        let words = format!("{ready} of {wanted} ready after {}; {}", text::duration(waited), in_words(sync));
        record.progress(ready, Some(wanted));
        if there && sync.is_none_or(|sync| sync.no == 0) {
            return vec![words];
        }
        if waited >= patience || record.stopping() {
            let mut notes = vec![words];
            if asked != 0 && asked < wanted {
                notes.push(match owned {
                    true => format!("the autoscaler has not raised it yet: {asked} are to run"),
                    false => format!("somebody has put it back to {asked} meanwhile"),
                });
            }
            notes.extend(pods::kept(which, &object, reader).await);
            return notes;
        }
        clock::sleep(LOOK).await;
    }
}

/// What is known of their replication.
fn in_words(sync: Option<Sync>) -> String {
    match sync {
        Some(Sync { yes, no, unknown: 0 }) => format!("{yes} in sync, {no} not yet"),
        Some(Sync { yes, no, unknown }) if yes + no > 0 => {
            format!("{yes} in sync, {no} not yet, of {unknown} it is not known")
        }
        _ => "sync unknown".into(),
    }
}
