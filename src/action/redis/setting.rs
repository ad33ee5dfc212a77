//! A setting of a node: whether it may be changed at all, and what its undo does not reach.

use serde::{Deserialize, Serialize};

use crate::action::{Beyond, Refusal};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Reader, Tell};
use crate::text;

/// A numeric setting of one node: what it was and what it becomes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Number {
    /// Of before.
    pub before: u64,
    /// Ours.
    pub after: u64,
    /// Whether the node was a primary then; none in journals that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}

/// What an undo of `setting` cannot reach where Sentinels are at work (S13): on a fail-over they have every node write
/// its running settings to its configuration file, ours among them, and they bring in nodes that were none
/// then.
pub async fn beyond_undo(setting: &str, images: &[(String, Number)], reader: &mut Reader) -> Vec<Beyond> {
    let Some(first) = images.first().map(|(_, image)| *image).filter(|_| reader.has_sentinels()) else {
        return Vec::new();
    };
    let (mut beyond, mut rewritten) = (Vec::new(), Vec::new());
    let mut failed_over = false;
    for who in reader.there().await {
        match images.iter().find(|(node, _)| *node == who.node) {
            Some((_, image)) => {
                failed_over |= image.primary.is_some_and(|was| was != who.primary);
                if who.info.get("config_file").is_some_and(|file| !file.is_empty()) {
                    rewritten.push(who.node);
                }
            }
            None if reader
                .setting(&who.node, setting)
                .await
                .is_ok_and(|now| now == first.after.to_string()) =>
            {
                beyond.push(Beyond::Elsewhere(format!(
                    "{} shows {setting} {} too, where this step did not set it; by hand, if it is ours: {}",
                    who.node,
                    first.after,
                    Tell::ConfigSet(setting, &first.before.to_string())
                )));
            }
            None => {}
        }
    }
    if failed_over && !rewritten.is_empty() {
        beyond.push(Beyond::Elsewhere(format!(
            "there was a fail-over: Sentinel has {setting} {} written to the configuration files; once put back, \
             make that last by hand, with CONFIG REWRITE on {}",
            first.after,
            rewritten.join(", ")
        )));
    }
    beyond
}

/// What stands in the way of a node whose settings are not for us. Errors: it is something else.
pub fn refused(error: TargetError, setting: &str) -> Result<Refusal, TargetError> {
    match error {
        TargetError { kind: TargetErrorKind::Permission, message, hint: Some(hint) } => {
            Ok(Refusal::for_want(message, hint))
        }
        TargetError { kind: TargetErrorKind::Permission | TargetErrorKind::Unsupported, message, .. } => {
            Ok(Refusal::for_want(message, hosted(setting)))
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
