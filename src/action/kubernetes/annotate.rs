//! `protect annotate`: annotations of an object, which is how much of a cluster is told what to do.

use std::time::Duration;

use serde_json::Value;

use crate::action::field::{FieldError, Type};
use crate::action::kubernetes::common::{OBJECT_FIELD, SETTLE, SETTLE_FIELD, contested, find};
use crate::action::kubernetes::patching::{Patches, Patching};
use crate::action::params::params;
use crate::action::{About, ByHand, Context, Draft, Phase, Plan, PlanResult, Spec};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::fields::{Field as JsonField, step};
use crate::system::kubernetes::{Patch, Reader, Word};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        object: String = shared OBJECT_FIELD;
        annotations: Vec<String> = positional Type::List, "KEY=VALUE to set one, KEY- to take it away";
        settle: Option<Duration> = shared SETTLE_FIELD;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Patches<Annotate>>(About {
    name: "kubernetes.annotate",
    command: "annotate",
    phase: Phase::Protect,
    kind: Kind::Kubernetes,
    summary: "set annotations of an object: an ingress's rate limit",
    help: "Sets the named annotations of one object, or takes them away (KEY-), and no others: the rate limit of an ingress, \
           a pause of an autoscaler, a switch of an operator. What they do is up to whoever reads them. One that another \
           manager has set is changed only when the name is typed. Looked at for some seconds afterwards: who reconciles \
           the object mostly puts it back at once. Undo restores exactly these annotations.",
    example: "stampede protect annotate ingress/shop example.com/limit-rps=10",
    by_hand: ByHand {
        act: &[
            "kubectl get {object} -o yaml  # note OLD",
            "kubectl annotate --overwrite {object} {annotations}",
        ],
        back: &["kubectl annotate --overwrite {object} KEY=OLD  # KEY- where there was none"],
    },
});

const ALL: &str = "/metadata/annotations";

/// The keys and what they become.
fn wanted(params: &Params) -> Result<Vec<(&str, Option<&str>)>, String> {
    let mut all: Vec<(&str, Option<&str>)> = Vec::new();
    for given in &params.annotations {
        let (key, value) = match (given.split_once('='), given.strip_suffix('-')) {
            (Some((key, value)), _) => (key, Some(value)),
            (None, Some(key)) => (key, None),
            (None, None) => return Err(format!("expected KEY=VALUE or KEY-, not {}", text::escape(given))),
        };
        if !is_key(key) {
            return Err(format!("{} is no key of an annotation", text::escape(key)));
        }
        if all.iter().any(|(known, _)| *known == key) {
            return Err(format!("{key} is given twice"));
        }
        all.push((key, value));
    }
    Ok(all)
}

/// Whether a text is a qualified name: `limit-rps`, `nginx.ingress.kubernetes.io/limit-rps`.
fn is_key(text: &str) -> bool {
    let plain = |text: &str, most: usize| {
        let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let (first, last) = (text.chars().next(), text.chars().last());
        text.len() <= most && text.chars().all(inner) && ends(first) && ends(last)
    };
    match text.split_once('/') {
        Some((prefix, name)) => plain(prefix, 253) && plain(name, 63),
        None => plain(text, 63),
    }
}

/// As kubectl takes it.
fn in_words(key: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{key}={}", text::escape(value)),
        None => format!("{key}-"),
    }
}

struct Annotate;

impl Patching for Annotate {
    type Params = Params;

    fn patched(params: &Params) -> Option<(&str, &'static str)> {
        Some((&params.object, ""))
    }

    fn check(params: &Params) -> Result<(), FieldError> {
        let object = &params.object;
        Word::parse(object).map_err(|why| FieldError::new("object", why))?;
        wanted(params).map(drop).map_err(|why| FieldError::new("annotations", why))
    }

    fn looks_for(params: &Params) -> Duration {
        params.settle.unwrap_or(SETTLE)
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Patch> {
        let wanted = wanted(params).map_err(|why| TargetError::new(TargetErrorKind::Input, why))?;
        let (which, found) = find(&params.object, reader).await?;
        let there = found.pointer(ALL);
        let fields = wanted.iter().map(|(key, value)| JsonField {
            at: format!("{ALL}/{}", step(key)),
            before: there.and_then(|all| all.get(*key)).cloned(),
            after: value.map(Value::from),
        });
        let fields: Vec<JsonField> = fields.filter(|field| field.before != field.after).collect();
        if fields.is_empty() {
            return Ok(Plan::AlreadySo(format!("{which} has them so already")));
        }
        let (risk, level) = contested(&which, &found, &fields, reader);
        let was = |field: &JsonField| match &field.before {
            Some(before) => format!("{} again", text::fit(&text::escape(&before.to_string()), 60)),
            None => "not there again".into(),
        };
        let back: Vec<String> = fields.iter().map(was).collect();
        let mut patch = Patch::of(&which, &found, fields);
        if there.is_none() {
            patch.maps.push(ALL.into());
        }
        let said: Vec<String> = wanted.iter().map(|(key, value)| in_words(key, *value)).collect();
        Ok(Plan::Change(Draft {
            summary: format!(
                "annotate {which} in namespace {} with {}",
                which.namespace,
                text::fit(&said.join(" "), 120)
            ),
            commands: Vec::new(),
            forecast: vec!["what comes of it is up to whoever reads the annotation: watch it".into()],
            risk,
            back: back.join(", "),
            level,
            parts: vec![(reader.node(), reader.cluster().await?, patch)],
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotation_is_set_or_taken_away_and_never_both() {
        let with = |all: &[&str]| Params {
            object: "ingress/shop".into(),
            annotations: all.iter().map(|one| (*one).to_owned()).collect(),
            settle: None,
        };
        let given = with(&["a.io/b=1=2", "c-", "d="]);
        assert_eq!(wanted(&given).unwrap(), [("a.io/b", Some("1=2")), ("c", None), ("d", Some(""))]);
        for wrong in [&["a"][..], &["=1"], &["a b=1"], &["a/b/c=1"], &["-a=1"], &["a=1", "a-"]] {
            assert!(wanted(&with(wrong)).is_err(), "{wrong:?}");
        }
    }
}
