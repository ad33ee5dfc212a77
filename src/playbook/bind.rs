//! A playbook whose inputs are set, ready to be run.

use std::collections::BTreeMap;

use crate::action::Phase;
use crate::action::field::Arguments;
use crate::error::{Failure, FailureKind};
use crate::playbook::input::{Values, resolve};
use crate::playbook::{
    Asked, Detect, Expected, Input, InputType, Measurement, Playbook, Stage, Step, Template, Truth, Words,
};
use crate::text;

/// A playbook, ready to be run.
#[derive(Clone, Debug)]
pub struct Bound {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub summary: String,
    /// The SHA-256 of its file.
    pub hash: String,
    /// The value of each input, as it was written.
    pub inputs: BTreeMap<String, Words>,
    /// What its targets must prove to be.
    pub expect: Vec<Expected>,
    /// Facts that its steps hang on.
    pub facts: Vec<Asked>,
    /// The phase that looks.
    pub detect: Detect,
    /// The phases that act, in order; recovery stage by stage.
    pub stages: Vec<Stage>,
}

impl Playbook {
    /// Sets inputs, `--set NAME=VALUE`; of a list, the same name again adds to it. Errors (exit 64): all that is wrong
    /// with them, one line each.
    pub fn bind(&self, set: &[(String, String)]) -> Result<Bound, Failure> {
        let mut wrong = Vec::new();
        let mut given = Values::new();
        for (name, value) in set {
            let Some(input) = self.inputs.iter().find(|input| input.name == *name) else {
                wrong.push(self.no_input(name));
                continue;
            };
            if let Err(why) = input.ty.field().parse(value) {
                wrong.push(format!("{name}: {}", text::escape(&why)));
            }
            match (input.ty, given.get_mut(name)) {
                (InputType::List, Some(Words::Many(texts))) => texts.push(value.clone()),
                (InputType::List, _) => _ = given.insert(name.clone(), Words::Many(vec![value.clone()])),
                (_, Some(_)) => wrong.push(format!("{name} is set twice")),
                (_, None) => _ = given.insert(name.clone(), Words::One(value.clone())),
            }
        }
        self.bound(given, wrong)
    }

    /// What the inputs are when nothing is set; those that must be set are not among them.
    pub fn defaults(&self) -> BTreeMap<String, Words> {
        resolve(&self.inputs, Values::new())
    }

    /// The same with values of a case, which were checked when it was loaded.
    pub(super) fn bind_words(&self, set: &[(String, Words)]) -> Result<Bound, Failure> {
        self.bound(set.iter().cloned().collect(), Vec::new())
    }

    fn bound(&self, given: Values, mut wrong: Vec<String>) -> Result<Bound, Failure> {
        let values = resolve(&self.inputs, given);
        let missing = |input: &&Input| input.default.is_none() && !values.contains_key(&input.name);
        for input in self.inputs.iter().filter(missing) {
            let help = text::escape(&input.help);
            wrong.push(format!("{} must be set: --set {}=… ({help})", input.name, input.name));
        }
        let inputs_are_wrong = !wrong.is_empty();
        let mut stages = Vec::new();
        for stage in &self.stages {
            let mut steps = Vec::new();
            for step in &stage.steps {
                match filled(step, &values) {
                    Ok(with) => steps.push(step.bound(with)),
                    // What is wrong with an input is wrong with what it ends up in, too.
                    Err(_) if inputs_are_wrong => {}
                    Err(why) => wrong.push(format!("step {}: {}", step.id, text::escape(&why))),
                }
            }
            stages.push(Stage {
                phase: stage.phase,
                id: stage.id.clone(),
                limit: stage.limit,
                steps,
                lift: stage.lift,
                verify: stage.verify,
            });
        }
        if !wrong.is_empty() {
            let hint = format!("`stampede playbook explain {}` lists its inputs", self.name);
            return Err(Failure::new(FailureKind::Usage, wrong.join("\n")).hint(hint));
        }
        Ok(Bound {
            name: self.name.clone(),
            summary: self.summary.clone(),
            hash: self.hash.clone(),
            inputs: values,
            expect: self.expect.clone(),
            facts: self.facts.clone(),
            detect: self.detect.clone(),
            stages,
        })
    }

    fn no_input(&self, name: &str) -> String {
        let names = self.inputs.iter().map(|input| input.name.as_str());
        let hint = match text::nearest(name, names.clone()) {
            Some(near) => format!("did you mean {near}?"),
            None if self.inputs.is_empty() => format!("{} has none", self.name),
            None => format!("there are: {}", names.collect::<Vec<_>>().join(", ")),
        };
        format!("there is no input {}; {hint}", text::escape(name))
    }
}

fn filled(step: &Step<Template>, values: &Values) -> Result<Arguments, String> {
    let with = step.with.resolve(values).map_err(|error| error.to_string())?;
    step.act.action.check(&with).map_err(|error| error.to_string())?;
    Ok(with)
}

impl<W> Step<W> {
    /// The same step with other fields.
    fn bound<V>(&self, with: V) -> Step<V> {
        Step {
            id: self.id.clone(),
            why: self.why.clone(),
            act: self.act,
            with,
            when: self.when.clone(),
            require: self.require.clone(),
            typed: self.typed,
            verify: self.verify.clone(),
            watch: self.watch.clone(),
            irreversible_because: self.irreversible_because.clone(),
            on_failure: self.on_failure,
            timeout: self.timeout,
            target: self.target.clone(),
            differs: self.differs.clone(),
        }
    }
}

/// Why a phase asks before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// What was measured is no stampede.
    Needless(String),
    /// What was measured does not say whether it is one: unknown is not healthy, and not an incident either.
    Unsure(String),
}

impl Doubt {
    /// The same in words.
    pub fn words(&self) -> &str {
        match self {
            Self::Needless(words) | Self::Unsure(words) => words,
        }
    }
}

impl Bound {
    /// The stages of a phase, in order.
    pub fn phase(&self, phase: Phase) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| stage.phase == phase)
    }

    /// Why a phase should ask before it begins: the measurement cannot say what is the matter, says healthy or a look-alike, or none of
    /// the playbook's own signals can hold. None: go on.
    pub fn gate(&self, measurement: &Measurement) -> Option<Doubt> {
        if let Some(words) = measurement.unsure() {
            return Some(Doubt::Unsure(words));
        }
        if let Some(words) = measurement.look_alike() {
            return Some(Doubt::Needless(words));
        }
        let mut against = Vec::new();
        for signal in &self.detect.signals {
            match signal.judge(measurement) {
                Truth::False(words) => against.push(words),
                Truth::True | Truth::Unknown(_) => return None,
            }
        }
        let words = || format!("no signal of this playbook holds: {}", against.join("; "));
        (!against.is_empty()).then(|| Doubt::Needless(words()))
    }
}
