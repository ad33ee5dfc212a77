//! What `CONFIG SET` sets on each node: whether it may be changed at all, and what its undo does not reach.

use serde::{Deserialize, Serialize};

pub use crate::action::setting::Image;
use crate::action::{Beyond, Planned, Refusal, Unplanned, unless};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Reader, Who, Write};
use crate::text;

/// A node whose setting it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Whether it was a primary then; none in journals that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}

/// A numeric setting of one node.
pub type Number = Image<Node, u64>;

/// How a number that `CONFIG` knows is read, written and shown, for the `Setting` of its author.
macro_rules! config_number {
    () => {
        type System = $crate::system::Redis;
        type Of = $crate::action::redis::setting::Node;
        type Value = u64;

        async fn read(node: &str, _: &Node, reader: &mut Reader) -> Result<Option<u64>, TargetError> {
            $crate::action::redis::setting::number(node, Self::NAME, reader).await.map(Some)
        }

        fn writes<'a>(_: &'a Node, value: &'a u64) -> Vec<$crate::system::redis::Write<'a>> {
            $crate::action::redis::setting::writes(Self::NAME, *value)
        }

        fn shown(value: &u64) -> String {
            value.to_string()
        }

        async fn beyond_undo(
            images: &[(String, Number)],
            reader: &mut Reader,
        ) -> Vec<$crate::action::Beyond> {
            $crate::action::redis::setting::beyond_undo(Self::NAME, images, reader).await
        }
    };
}

pub(super) use config_number;

/// What sets `name`.
pub fn writes<'a>(name: &'a str, value: u64) -> Vec<Write<'a>> {
    vec![Write::ConfigSet(name, value.to_string().into())]
}

/// What the setting `name` of one node holds. Errors: no number.
pub async fn number(node: &str, name: &str, reader: &mut Reader) -> Result<u64, TargetError> {
    let text = reader.setting(node, name).await?;
    text.parse().map_err(|_| {
        let message = format!("{node} says {name} is {}", text::escape(&text));
        TargetError::new(TargetErrorKind::Protocol, message)
    })
}

/// The nodes whose setting is to become another one.
pub struct Changed {
    /// Each with what it holds now.
    pub nodes: Vec<(Who, u64)>,
    /// Each with its own before-image (S13).
    pub parts: Vec<(String, String, Number)>,
}

/// The nodes where `name` holds what is `wanted` to become `after`; else what to say in place of a plan: it is so
/// `already` on all of them, or one would refuse it (S13: all or nothing).
pub async fn changed(
    name: &str,
    after: u64,
    reader: &mut Reader,
    wanted: impl Fn(u64) -> bool,
    already: impl FnOnce(&[(Who, u64)]) -> String,
) -> Result<Changed, Unplanned> {
    let mut nodes = Vec::new();
    for who in reader.all().await? {
        match number(&who.node, name, reader).await {
            Ok(number) => nodes.push((who, number)),
            Err(error) => return Err(refused(error, name)?.into()),
        }
    }
    if !nodes.iter().any(|(_, before)| wanted(*before)) {
        return Err(Unplanned::Instead(Planned::AlreadySo(already(&nodes))));
    }
    nodes.retain(|(_, before)| wanted(*before));
    let mut parts = Vec::new();
    for (who, before) in &nodes {
        unless(forbidden(reader, &who.node, name, &after.to_string()).await?)?;
        let of = Node { primary: Some(who.primary) };
        parts.push((who.node.clone(), who.id.clone(), Image { of, before: *before, after }));
    }
    Ok(Changed { nodes, parts })
}

/// What an undo of `setting` cannot reach where Sentinels are at work (S13): on a fail-over they have every node write
/// its running settings to its configuration file, ours among them, and they bring in nodes that were none
/// then.
pub async fn beyond_undo(setting: &str, images: &[(String, Number)], reader: &mut Reader) -> Vec<Beyond> {
    let Some((_, first)) = images.first().filter(|_| reader.has_sentinels()) else {
        return Vec::new();
    };
    let (mut beyond, mut rewritten) = (Vec::new(), Vec::new());
    let mut failed_over = false;
    for who in reader.there().await {
        match images.iter().find(|(node, _)| *node == who.node) {
            Some((_, image)) => {
                failed_over |= image.of.primary.is_some_and(|was| was != who.primary);
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
                    Write::ConfigSet(setting, first.before.to_string().into())
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
        TargetError { kind: TargetErrorKind::Permission, message, hint: Some(hint), .. } => {
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
    match reader.forbids(node, &Write::ConfigSet(setting, value.into())).await? {
        Some(error) => refused(error, setting).map(Some),
        None => Ok(None),
    }
}

/// The least and the most of what the nodes hold, in words.
pub fn range(nodes: &[(Who, u64)], to: &str, words: impl Fn(u64) -> String) -> String {
    let values = || nodes.iter().map(|(_, value)| *value);
    match (values().min(), values().max()) {
        (Some(least), Some(most)) if least != most => format!("{}{to}{}", words(least), words(most)),
        (Some(one), _) => words(one),
        _ => "?".into(),
    }
}

fn hosted(setting: &str) -> String {
    format!(
        "hosted services refuse CONFIG: change {setting} in their own way (aws elasticache modify-cache-parameter-group, \
         gcloud redis instances update --update-redis-config, or the provider's console)"
    )
}
