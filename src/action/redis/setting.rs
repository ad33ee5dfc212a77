//! A setting of a node: whether it may be changed at all, and putting it back by comparison.

use crate::action::{Refusal, Reverted};
use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::target::redis::{Reader, Tell, Writer};
use crate::text;

/// What stands in the way of a node whose settings are not for us. Errors: it is something else.
pub fn refused(error: TargetError, setting: &str) -> Result<Refusal, TargetError> {
    let unknown = error.message.contains("unknown command");
    match error {
        TargetError { kind: TargetErrorKind::Permission, message, hint: Some(hint) } if !unknown => {
            Ok(Refusal::for_want(message, hint))
        }
        error if unknown || error.kind == TargetErrorKind::Permission => {
            Ok(Refusal::for_want(error.message, hosted(setting)))
        }
        error => Err(error),
    }
}

/// Why `node` would refuse to have `setting` changed, as far as it can be told without trying.
pub async fn forbidden(
    reader: &mut Reader,
    node: &str,
    setting: &str,
    value: &str,
) -> Result<Option<Refusal>, TargetError> {
    match reader.forbids(node, &Tell::ConfigSet(setting, value)).await? {
        Some(error) => refused(error, setting).map(Some),
        None => Ok(None),
    }
}

/// Puts `setting` back to `before` on one node, where it is still `ours` or `anyway`. `same` says when two values are
/// one.
pub async fn put_back(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    node: &str,
    (setting, ours, before): (&str, &str, &str),
    same: fn(&str, &str) -> bool,
    anyway: bool,
) -> Result<Reverted, TargetError> {
    let now = writer.reader.setting(node, setting).await?;
    if same(&now, before) {
        return Ok(Reverted { complete: true, notes: Vec::new() });
    }
    if !same(&now, ours) && !anyway {
        let [before, ours, now] = [before, ours, &now].map(shown);
        let note = format!("S27 {node}: {setting} was {before}, ours is {ours}, now it is {now}");
        return Ok(Reverted { complete: false, notes: vec![note] });
    }
    writer.tell_one(permit, node, Tell::ConfigSet(setting, before)).await?;
    Ok(Reverted { complete: true, notes: Vec::new() })
}

/// A value as it is shown.
pub fn shown(value: &str) -> String {
    if value.is_empty() { "empty".into() } else { text::escape(value).into_owned() }
}

fn hosted(setting: &str) -> String {
    format!(
        "hosted services refuse CONFIG: change {setting} in their own way (aws elasticache modify-cache-parameter-group, \
         gcloud redis instances update --update-redis-config, or the provider's console)"
    )
}
