//! `protect patch`: fields of any object, for what has no action of its own.

use std::time::Duration;

use serde_json::Value;

use crate::action::field::{FieldError, Type};
use crate::action::kubernetes::common::{OBJECT_FIELD, SETTLE, SETTLE_FIELD, contested, find};
use crate::action::kubernetes::patching::{Patches, Patching};
use crate::action::kubernetes::rollout;
use crate::action::params::params;
use crate::action::{About, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec, unless};
use crate::change::Level;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::fields::{self, Field as JsonField, named};
use crate::system::kubernetes::{Object, Patch, Reader, Word, differences};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        object: String = shared OBJECT_FIELD;
        patch: String = flag "patch", Type::Text, "the fields to change, as JSON; null takes one away";
        r#type: Option<String> = flag "type", Type::Choice(&["merge", "strategic"]),
            "strategic: lists are merged by their keys [default: merge]";
        settle: Option<Duration> = shared SETTLE_FIELD;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Patches<Fields>>(About {
    name: "kubernetes.patch",
    command: "patch",
    phase: Phase::Protect,
    kind: Kind::Kubernetes,
    summary: "change some fields of an object",
    help: "For what has no action of its own. The API server is asked first what would come of the patch, and writes \
           nothing: with its checks, its defaults, and whoever else has a say. Sent are then the fields that differ, each \
           with a test that it is still what it was; undo restores exactly those. A field that another manager has set is \
           changed only when the name is typed. Not for secrets (they would be in the journal), replicas (break scale) or \
           the selector of a Service (protect reroute); of the metadata only labels and annotations.",
    example: "stampede protect patch cm/flags --patch '{\"data\":{\"slow\":\"1\"}}'",
    by_hand: ByHand {
        act: &[
            "kubectl get {object} -o yaml > before.yaml",
            "kubectl patch {object} --type merge --dry-run=server -o yaml -p {patch}  # is it what you want?",
            "kubectl patch {object} --type merge -p {patch}",
        ],
        back: &["kubectl patch {object} --type merge -p OLD  # the same fields from before.yaml"],
    },
});

fn wanted(params: &Params) -> Result<Value, String> {
    let given = &params.patch;
    match serde_json::from_str::<Value>(given) {
        Ok(patch @ Value::Object(_)) if patch != serde_json::json!({}) => match fields::secret(&patch) {
            Some(why) => Err(why),
            None => Ok(patch),
        },
        Ok(_) => Err("expected an object with the fields to change: {\"spec\":{…}}".into()),
        Err(error) => Err(format!("expected JSON: {error}")),
    }
}

struct Fields;

impl Patching for Fields {
    type Params = Params;

    const REHEARSED: bool = false;

    fn patched(params: &Params) -> Option<(&str, &'static str)> {
        Some((&params.object, ""))
    }

    fn check(params: &Params) -> Result<(), FieldError> {
        let object = &params.object;
        Word::parse(object).map_err(|why| FieldError::new("object", why))?;
        wanted(params).map(drop).map_err(|why| FieldError::new("patch", why))
    }

    fn looks_for(params: &Params) -> Duration {
        params.settle.unwrap_or(SETTLE)
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Patch> {
        let wanted = wanted(params).map_err(|why| TargetError::new(TargetErrorKind::Input, why))?;
        let (which, found) = find(&params.object, reader).await?;
        if which.kind == "Secret" {
            return Ok(Plan::Blocked(Refusal::by(
                "S30",
                format!("{which} is a secret: what it holds would be in the journal"),
                "kubectl edit, and whoever reads it restarts",
            )));
        }
        let strategic = params.r#type.as_deref() == Some("strategic");
        let after = match reader.rehearse(&which, strategic, &wanted).await? {
            Ok(after) => after,
            Err(error) => return Ok(Plan::Blocked(error.into())),
        };
        if let Some(at) = dropped(&wanted, &after) {
            let why = format!(
                "the server keeps no field {} of {which}: there is none of that name",
                text::escape(&at)
            );
            return Ok(Plan::Blocked(Refusal::for_want(
                why,
                "kubectl explain KIND.FIELD shows what there is",
            )));
        }
        let (maps, fields) = differences(&found, &after);
        if fields.is_empty() {
            return Ok(Plan::AlreadySo(format!("{which} has these fields so already")));
        }
        unless(fields.iter().find_map(|field| elsewhere(&which, &field.at)))?;
        let mut forecast: Vec<String> = fields.iter().map(JsonField::line).collect();
        let (mut risk, mut level) = contested(&which, &found, &fields, reader);
        if which.group() == "apps" && fields.iter().any(|field| field.at.starts_with("/spec/template")) {
            let rollout = rollout::looked_at(&which, &found, reader).await?;
            forecast.push("its pods are replaced by new ones, and at the undo once more".into());
            forecast.extend(rollout.forecast);
            risk.extend(rollout.risk);
            level = Level::Type;
        }
        let count = fields.len();
        let many = if count == 1 { "" } else { "s" };
        let patch = Patch { maps, ..Patch::of(&which, &found, fields) };
        Ok(Plan::Change(Draft {
            summary: format!("change {count} field{many} of {which} in namespace {}", which.namespace),
            commands: Vec::new(),
            forecast,
            risk,
            back: format!("exactly {} as before", if count == 1 { "this field" } else { "these fields" }),
            level,
            parts: vec![(reader.node(), reader.cluster().await?, patch)],
        }))
    }
}

/// A field that the patch names and the server does not keep. What is empty may be left out; lists are compared by nobody.
fn dropped(wanted: &Value, after: &Value) -> Option<String> {
    let is_empty = |value: &Value| match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(on) => !on,
        Value::Null => true,
    };
    let named = named(wanted).into_iter().filter(|(_, value)| value.as_ref().is_some_and(|it| !is_empty(it)));
    // What begins with a dollar is an instruction of a strategic patch.
    let mut named = named.filter(|(at, _)| !at.contains("/$"));
    named.find(|(at, _)| after.pointer(at).is_none()).map(|(at, _)| at)
}

/// A field that has an action of its own, with guards that a patch has not; or that is nobody's to change.
fn elsewhere(which: &Object, at: &str) -> Option<Refusal> {
    let below = |of: &str| at == of || at.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'));
    if at == "/spec/replicas" {
        let why =
            format!("how many replicas {which} has is changed upwards only, and with its owners in view");
        return Some(Refusal::by("S23", why, format!("stampede break scale {which} --replicas N")));
    }
    if which.kind == "Service" && below("/spec/selector") {
        let why = format!("where {which} sends its traffic is changed with a look at who would answer");
        return Some(Refusal::by(
            "S24",
            why,
            format!("stampede protect reroute {which} --selector KEY=VALUE"),
        ));
    }
    if below("/metadata") && !below("/metadata/labels") && !below("/metadata/annotations") {
        let why = format!("{} of {which} is not to be patched", text::escape(at));
        return Some(Refusal::for_want(why, "of the metadata only labels and annotations"));
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_an_action_of_its_own_is_sent_there() {
        let object = |kind: &str| Object::example("v1", "", kind, "a");
        let rule = |kind: &str, at: &str| elsewhere(&object(kind), at).map(|refusal| refusal.rule);
        assert_eq!(rule("Deployment", "/spec/replicas"), Some(Some("S23")));
        assert_eq!(rule("Service", "/spec/selector/role"), Some(Some("S24")));
        assert_eq!(rule("Deployment", "/spec/selector/role"), None);
        assert_eq!(rule("Ingress", "/metadata/finalizers"), Some(None));
        assert_eq!(rule("Ingress", "/metadata/labels/a"), None);
        assert_eq!(rule("Ingress", "/spec/rules"), None);
    }

    #[test]
    fn what_the_server_drops_is_no_success() {
        let wanted = json!({ "spec": { "clas": "slow", "off": false, "gone": null } });
        assert_eq!(dropped(&wanted, &json!({ "spec": {} })), Some("/spec/clas".into()));
        assert_eq!(dropped(&wanted, &json!({ "spec": { "clas": "other form" } })), None);
    }
}
