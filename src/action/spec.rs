//! What an action is, as data: the same table reads playbooks, makes the subcommands, prints the reference, fills the
//! completions and feeds the contract tests.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::action::field::{Arguments, Field, Given, Type, Value};
use crate::action::params::Params as _;
use crate::action::{Action, ByHand, Erased, Typed};
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
            lifting: A::LIFTING,
            action: &Typed::<A>::NEW,
        }
    }
}

impl Spec {
    /// The command line that does the same, on one target, in one incident where it must be that: ready to paste.
    pub fn typed(&self, with: &Arguments, target: &str, incident: Option<&str>) -> String {
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
        words.push(format!("--target {}", text::shell_word(target)));
        words.extend(incident.map(|incident| format!("--incident {}", text::shell_word(incident))));
        // A key may begin with a dash.
        words.extend(places.iter().any(|place| place.starts_with('-')).then(|| "--".to_owned()));
        words.extend(places);
        words.join(" ")
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

    #[test]
    fn a_command_is_typed_with_its_arguments() {
        let spec = crate::action::by_name("redis.freeze").expect("it is there");
        let mut with = Arguments::default();
        with.set("pattern", Value::Text("user:it's *".into()));
        with.set("by", Value::Duration(std::time::Duration::from_secs(900)));
        assert_eq!(
            spec.typed(&with, "cache", Some("night")),
            r"stampede break freeze --by 15m --pattern 'user:it'\''s *' --target cache --incident night"
        );
    }
}
