//! What an action is, as data: the same table reads playbooks, makes the subcommands, prints the reference, fills the
//! completions and feeds the contract tests.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::action::field::{Arguments, Field, Given, Type, Value};
use crate::action::params::Params as _;
use crate::action::{Action, ByHand, Erased, Typed};
use crate::config::{Target, TargetSpec};
use crate::observation::Kind;
use crate::text;

/// A phase of the protocol; `stampede PHASE` runs it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Say what is happening: 30 s.
    Detect,
    /// Stop the stampede from feeding itself: 60 s.
    Break,
    /// Keep the database standing: 90 s.
    Protect,
    /// Warm, restore, lift what was put in place.
    Recover,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: &'static [Phase] = &[Phase::Detect, Phase::Break, Phase::Protect, Phase::Recover];

    /// The name used in playbooks and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Break => "break",
            Self::Protect => "protect",
            Self::Recover => "recover",
        }
    }
}

/// What must be known of hot keys before an action can plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing beyond what the plan itself reads.
    Nothing,
    /// The hottest keys that are there.
    LivingKeys,
    /// The hottest keys that are asked for, missing ones included.
    HotKeys,
}

/// When what an action has put in place is lifted again in the orderly way (`recover undo`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifting {
    /// In its turn.
    Freely,
    /// In its turn, and not before the hit ratio has held: it keeps load away (S29).
    Held,
    /// Not at all: what it leaves ends by itself, and putting it back would bring back what it is against.
    ByItself,
    /// Not at all: it is an undo itself, and putting it back would go the other way.
    Never,
}

/// What an author says of an action in words.
#[derive(Clone, Copy)]
pub struct About {
    /// The name in playbooks and in the journal: `redis.maxclients`.
    pub name: &'static str,
    /// The word after the phase on the command line: `maxclients`.
    pub command: &'static str,
    /// The phase whose command has it.
    pub phase: Phase,
    /// The kind of target it acts on.
    pub kind: Kind,
    /// One line: what it does.
    pub summary: &'static str,
    /// A paragraph: what it does, when it helps, what it never does.
    pub help: &'static str,
    /// A command line to try.
    pub example: &'static str,
    /// The same by hand, for the day this program cannot be used.
    pub by_hand: ByHand,
}

/// One kind of step.
pub struct Spec {
    about: About,
    /// Its fields.
    pub fields: &'static [Field],
    /// Whether it can be put back; else why not, as a clause that follows "cannot be undone:".
    pub irreversible: Option<&'static str>,
    /// Whether it takes cache connections away, which feeds a stampede when the application falls back to the database
    /// (S6).
    pub amplifier: bool,
    /// Whether a second process stands by that puts it back when this one dies in the act: for what must not outlive us and
    /// does not expire by itself.
    pub watchdog: bool,
    /// Whether later steps are given what it has recorded. That it was done they know in any case; the keys of a large change would be
    /// copied for each of them, and none asks for them.
    pub recalled: bool,
    /// When it is lifted again.
    pub lifting: Lifting,
    /// What it does.
    pub action: &'static dyn Erased,
}

impl Spec {
    /// Of an action and the words about it: the rest it says itself.
    pub const fn of<A: Action>(about: About) -> Self {
        Self {
            about,
            fields: A::Params::FIELDS,
            irreversible: A::IRREVERSIBLE,
            amplifier: A::AMPLIFIER,
            watchdog: A::WATCHDOG,
            recalled: A::RECALLED,
            lifting: A::LIFTING,
            action: &Typed::<A>::NEW,
        }
    }
}

impl Spec {
    /// The command line that does the same, on one target, in one incident where it must be that: ready to paste. Errors: there
    /// is none, and why, in words.
    pub fn typed(&self, with: &Arguments, at: At<'_>, incident: Option<&str>) -> Result<String, Untyped> {
        let untold = with.iter().find(|(_, value)| !value.is_shown_whole());
        if let Some((field, _)) = untold {
            return Err(Untyped { command: self.words(), field: Some(field) });
        }
        let mut words = vec!["stampede".to_owned(), self.phase.name().into(), self.command.into()];
        let mut places = Vec::new();
        for field in self.fields {
            let values: Vec<String> = match with.get(field.name) {
                None | Some(Value::Switch(false)) => continue,
                Some(Value::List(texts)) => texts.iter().map(|text| text::shell_word(text)).collect(),
                Some(value) => vec![text::shell_word(&format!("{value:#}"))],
            };
            match field.given {
                Given::Positional => places.extend(values),
                Given::Flag(flag) if field.ty == Type::Switch => words.push(format!("--{flag}")),
                Given::Flag(flag) => words.extend(values.iter().map(|value| format!("--{flag} {value}"))),
            }
        }
        words.extend(at.words());
        words.extend(incident.map(|incident| format!("--incident {}", text::shell_word(incident))));
        // A key may begin with a dash.
        words.extend(places.iter().any(|place| place.starts_with('-')).then(|| "--".to_owned()));
        words.extend(places);
        Ok(words.join(" "))
    }

    /// Whether its target has a place where those who look at the changed thing are told ([`crate::action::Action::announce`]).
    pub fn is_announced(&self) -> bool {
        self.kind == Kind::Kubernetes
    }

    /// The same from what a journal has kept.
    pub fn typed_again(&self, with: &serde_json::Value, at: At<'_>) -> Result<String, Untyped> {
        let with = Arguments::recorded(self.fields, with);
        let with = with.ok_or_else(|| Untyped { command: self.words(), field: None })?;
        self.typed(&with, at, None)
    }

    fn words(&self) -> String {
        format!("{} {}", self.phase.name(), self.command)
    }
}

/// The target that a command line is for: by its name, and by what it was told beside the configuration.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The target's name.
    pub name: &'a str,
    /// It as it is configured, where it is.
    pub target: Option<&'a Target>,
    /// Where the thing was that was changed; none: where the target is.
    pub place: Option<&'a Place>,
}

/// Where something is in a cluster: a target may be another one for whoever comes later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The context of the kubeconfig; none in a pod.
    pub context: Option<String>,
    /// The namespace.
    pub namespace: String,
}

impl At<'_> {
    fn words(self) -> Vec<String> {
        let mut words = vec![format!("--target {}", text::shell_word(self.name))];
        let cluster = match self.target.map(|target| &target.spec) {
            Some(TargetSpec::Kubernetes(cluster)) => Some(cluster),
            _ => None,
        };
        // Another shell may be in another context and namespace.
        let (context, namespace) = match (self.place, cluster) {
            (Some(place), _) => (place.context.as_ref(), Some(&place.namespace)),
            (None, Some(cluster)) => (cluster.context.as_ref(), cluster.namespace.as_ref()),
            (None, None) => (None, None),
        };
        words.extend(context.map(|name| format!("--context {}", text::shell_word(name))));
        words.extend(namespace.map(|name| format!("-n {}", text::shell_word(name))));
        let patience = cluster.and_then(|cluster| cluster.request_timeout);
        words.extend(patience.map(|time| format!("--request-timeout {}s", time.as_secs_f64())));
        words
    }
}

/// Why there is no command line that could be pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// `break lock`
    command: String,
    /// What was given there is not shown, being a secret or not for a terminal; none where it is not known what was given.
    field: Option<&'static str>,
}

impl fmt::Display for Untyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, field } = self;
        match field {
            Some(field) => write!(f, "{command}, with what was typed: its {field} is not shown"),
            None => write!(f, "{command}, with what was typed: that is not recorded"),
        }
    }
}

impl Deref for Spec {
    type Target = About;

    fn deref(&self) -> &About {
        &self.about
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KubernetesTarget;

    const CACHE: At<'_> = At { name: "cache", target: None, place: None };

    #[test]
    fn a_command_is_typed_with_its_arguments() {
        let spec = crate::action::by_name("redis.freeze").expect("it is there");
        let mut with = Arguments::default();
        with.set("pattern", Value::Text("user:it's *".into()));
        with.set("by", Value::Duration(std::time::Duration::from_secs(900)));
        assert_eq!(
            spec.typed(&with, CACHE, Some("night")).expect("all of it is shown"),
            r"stampede break freeze --by 15m --pattern 'user:it'\''s *' --target cache --incident night"
        );
        // A journal tells the same.
        let again = spec.typed_again(&serde_json::json!(with), CACHE).expect("all of it is kept");
        assert_eq!(again, r"stampede break freeze --by 15m --pattern 'user:it'\''s *' --target cache");
        with.set("pattern", Value::Text("user:\u{202e}".into()));
        assert!(spec.typed(&with, CACHE, None).is_err(), "what is shown is another pattern");
        assert!(spec.typed_again(&serde_json::Value::Null, CACHE).is_err());
    }

    #[test]
    fn s30_what_holds_a_secret_is_no_command() {
        let spec = crate::action::by_name("redis.warm").expect("it is there");
        let of = |url: &str| serde_json::json!({ "http": url });
        let field =
            spec.fields.iter().find(|field| field.ty == Type::Url).expect("one that may hold a secret");
        assert_eq!(field.name, "http");
        assert!(spec.typed_again(&of("http://api/{key}?token=***"), CACHE).is_err());
        let typed = spec.typed_again(&of("http://api/{key}"), CACHE).expect("it holds none");
        assert_eq!(typed, "stampede recover warm --http 'http://api/{key}' --target cache");
    }

    #[test]
    fn a_cluster_is_named_with_its_context_and_namespace() {
        let spec = crate::action::by_name("kubernetes.restart").expect("it is there");
        let cluster = KubernetesTarget {
            context: Some("prod eu".into()),
            namespace: Some("shop".into()),
            request_timeout: Some(std::time::Duration::from_secs(20)),
            ..KubernetesTarget::default()
        };
        let target = Target { name: "k".into(), spec: TargetSpec::Kubernetes(cluster) };
        let with = serde_json::json!({ "workload": "deployment/web" });
        assert_eq!(
            spec.typed_again(&with, At { name: "k", target: Some(&target), place: None }).expect("a command"),
            "stampede protect restart --target k --context 'prod eu' -n shop --request-timeout 20s deployment/web"
        );
    }
}
