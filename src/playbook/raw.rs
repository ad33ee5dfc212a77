//! A playbook as it is written. These structs are read by serde and described to editors by schemars; what hangs on
//! the action or on an input is read from the tree.

#![expect(
    dead_code,
    reason = "many keys are read from the tree; here serde checks them and schemars describes them"
)]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::config::Facts;
use crate::playbook::{InputType, OnFailure, OnWorse};
use crate::yaml::mappings;

mappings! {
    /// The whole file.
    #[schemars(title = "stampede playbook")]
    pub(super) struct File {
        /// Version of this format.
        #[schemars(range(min = 1, max = 1))]
        pub version: u32,
        /// What it is called; its file is NAME.yaml.
        #[schemars(regex(pattern = NAME))]
        pub name: String,
        /// One sentence: what it is for.
        pub summary: String,
        /// What may be set when it is run (`--set NAME=VALUE`), by name.
        #[schemars(with = "Option<BTreeMap<String, Input>>")]
        pub inputs: Option<IgnoredAny>,
        /// What it expects of its surroundings; a mismatch refuses.
        #[schemars(with = "Option<Expect>")]
        pub expect: Option<IgnoredAny>,
        /// Facts about the application that its steps hang on, by name.
        #[schemars(with = "Option<BTreeMap<String, Fact>>")]
        pub facts: Option<IgnoredAny>,
        /// What is done, in order.
        #[schemars(with = "Phases")]
        pub phases: IgnoredAny,
        /// Cases that `stampede playbook test` runs.
        #[schemars(with = "Option<Vec<Case>>")]
        pub test: Option<IgnoredAny>,
    }

    /// Something that may be set.
    pub(super) struct Input {
        /// What it holds.
        #[serde(rename = "type")]
        pub ty: InputType,
        /// Its value when it is not set; without one it must be. May refer to other inputs: `${NAME}`.
        #[schemars(with = "Option<Loose>")]
        pub default: Option<IgnoredAny>,
        /// One line: what it is.
        pub help: String,
    }

    /// What a playbook expects of its surroundings.
    pub(super) struct Expect {
        /// What each target must prove to be (S7), by its name.
        #[schemars(with = "BTreeMap<String, Target>")]
        pub targets: IgnoredAny,
    }

    /// What a target must prove to be. At least one of these.
    #[schemars(extend("minProperties" = 1))]
    pub(super) struct Target {
        /// `Redis`, `Valkey`, `MySQL`, `MariaDB` or `PostgreSQL`.
        #[schemars(extend("enum" = crate::playbook::expect::PRODUCTS))]
        pub product: Option<String>,
        /// The version, or its first numbers: `7` is any 7.
        pub version: Option<String>,
        /// `primary`, `replica`, `cluster`, …
        pub role: Option<String>,
        /// Its own proof: redis `run_id`, MySQL `server_uuid`, PostgreSQL system identifier.
        pub id: Option<String>,
    }

    /// A fact that steps hang on.
    pub(super) struct Fact {
        /// Why it matters here.
        pub why: String,
        /// The values it was written for; a known other one refuses.
        #[schemars(with = "Option<Loose>")]
        pub expect: Option<IgnoredAny>,
    }

    /// What is done, in order.
    pub(super) struct Phases {
        /// Say what is happening.
        #[schemars(with = "Option<Detect>")]
        pub detect: Option<IgnoredAny>,
        /// Stop the stampede from feeding itself.
        #[serde(rename = "break")]
        #[schemars(with = "Option<Acts>")]
        pub stop: Option<IgnoredAny>,
        /// Keep the database standing.
        #[schemars(with = "Option<Acts>")]
        pub protect: Option<IgnoredAny>,
        /// Warm, restore, lift what was put in place.
        #[schemars(with = "Option<Recover>")]
        pub recover: Option<IgnoredAny>,
    }

    /// The phase that looks.
    pub(super) struct Detect {
        /// Time for it [default: 30s].
        pub budget: Option<String>,
        /// Conditions that speak for this playbook; when none can hold, it asks before it begins.
        #[schemars(with = "Option<Vec<String>>")]
        pub signals: Option<IgnoredAny>,
    }

    /// A phase that acts.
    pub(super) struct Acts {
        /// Time for it [default: break 60s, protect 90s].
        pub budget: Option<String>,
        /// Its steps, in order.
        #[schemars(with = "Option<Vec<Step>>")]
        pub steps: Option<IgnoredAny>,
    }

    /// The phase that puts back.
    pub(super) struct Recover {
        /// Its stages, in order.
        #[schemars(with = "Option<Vec<Stage>>")]
        pub stages: Option<IgnoredAny>,
    }

    /// A stage of recovery.
    pub(super) struct Stage {
        /// What it is called.
        #[schemars(regex(pattern = NAME))]
        pub id: String,
        /// When it should be over, counted from the start of recovery.
        pub until: Option<String>,
        /// Its steps, in order.
        #[schemars(with = "Option<Vec<Step>>")]
        pub steps: Option<IgnoredAny>,
        /// Whether what was put in place is lifted after its steps, newest first, each watched (S29).
        pub lift: Option<bool>,
        /// Whether the last checklist is gone through in the end.
        pub verify: Option<bool>,
    }

    /// One step.
    pub(super) struct Step {
        /// What it is called: `--from`, `--only`, `--skip` and the journal use it.
        #[schemars(regex(pattern = NAME))]
        pub id: String,
        /// Why, for the person who is asked.
        pub why: Option<String>,
        /// What it does.
        pub action: String,
        /// The action's fields.
        #[schemars(with = "Option<BTreeMap<String, Loose>>")]
        pub with: Option<IgnoredAny>,
        /// A condition: where it is known to be false, the step is not applicable.
        pub when: Option<String>,
        /// A condition: unless it is known to be true, the step is blocked.
        pub require: Option<String>,
        /// `type`: the target's name must be typed, also where the action alone would only ask (S8).
        #[schemars(extend("enum" = ["type"]))]
        pub confirm: Option<String>,
        /// A condition on the measurement after the act, beside the action's own proof.
        pub verify: Option<String>,
        /// What to watch after the act.
        pub watch: Option<Watch>,
        /// Whether it can be put back.
        pub undo: Option<Undo>,
        /// Why it cannot.
        pub irreversible_because: Option<String>,
        /// What follows when it fails [default: stop].
        pub on_failure: Option<OnFailure>,
        /// Longest time for it; it is never cut off in the act.
        pub timeout: Option<String>,
        /// The target's name [default: every target of the action's kind].
        #[schemars(regex(pattern = NAME))]
        pub target: Option<String>,
        /// Where it departs from the protocol document, and why; `explain` shows it.
        pub differs: Option<String>,
    }

    /// What to watch after the act.
    pub(super) struct Watch {
        /// The metric.
        pub metric: String,
        /// The multiple of its trend that is worse: 1.2 is a fifth worse.
        #[schemars(extend("exclusiveMinimum" = 1))]
        pub worse_by: f64,
        /// How long.
        #[serde(rename = "for")]
        pub length: String,
        /// What to do then [default: report].
        pub on_worse: Option<OnWorse>,
    }

    /// A case: for these observations, that must come of it.
    pub(super) struct Case {
        /// What it shows.
        pub name: String,
        /// A file of observations, as `stampede detect -o json` writes it, below the playbook's folder.
        pub observations: String,
        /// Inputs, by name.
        #[schemars(with = "Option<BTreeMap<String, Loose>>")]
        pub set: Option<IgnoredAny>,
        /// What is known of the application.
        pub facts: Option<Facts>,
        /// What must come of it.
        pub expect: CaseExpect,
    }

    /// What must come of a case.
    pub(super) struct CaseExpect {
        /// The level.
        #[schemars(extend("enum" = ["ok", "warning", "critical", "unknown"]))]
        pub level: Option<String>,
        /// The pattern.
        #[schemars(with = "Option<crate::diagnosis::Pattern>")]
        pub pattern: Option<String>,
        /// Ids of the steps that are offered, in order; none where the playbook asks before it begins.
        pub steps: Vec<String>,
        /// Ids of the steps that are blocked.
        pub blocked: Option<Vec<String>>,
        /// Ids of the steps that are not applicable.
        pub not_applicable: Option<Vec<String>>,
    }
}

/// What a name looks like.
const NAME: &str = "^[a-z0-9_][a-z0-9_.-]{0,63}$";

/// Any scalar, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Loose {
    Number(f64),
    Switch(bool),
    One(String),
    Many(Vec<String>),
}

/// Whether a step can be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Undo {
    /// It is recorded and put back.
    Auto,
    /// It cannot be put back.
    None,
}
