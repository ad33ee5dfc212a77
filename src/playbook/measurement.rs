//! What conditions are held against: a verdict, the readings it rests on, and what is known of the application.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Facts;
use crate::diagnosis::{Level, Pattern, Quantity, Verdict};
use crate::observation::{Observation, Reading, Unit};
use crate::playbook::condition::subject::Subject;
use crate::text;

/// One measurement, as conditions see it.
#[derive(Clone, Debug)]
pub struct Measurement {
    level: Level,
    headline: String,
    pattern: Pattern,
    stampede: Option<bool>,
    readings: BTreeMap<Quantity, Vec<(Arc<str>, Reading)>>,
    facts: Facts,
}

impl Measurement {
    /// What was measured, what was made of it, and what is known of the application.
    ///
    /// Where the verdict judged a quantity, its word counts: a hit ratio of too few lookups is unknown (S1).
    pub fn new(verdict: &Verdict, observations: &[Observation], facts: &Facts) -> Self {
        let mut readings: BTreeMap<Quantity, BTreeMap<Arc<str>, Reading>> = BTreeMap::new();
        for observation in observations {
            let reading = match &observation.value {
                Reading::Known(value) if !value.is_finite() => Reading::Unknown("no finite number".into()),
                reading => reading.clone(),
            };
            let of = readings.entry(observation.metric.into()).or_default();
            of.insert(observation.target.clone(), reading);
        }
        for signal in &verdict.signals {
            let Some(quantity) = Quantity::by_name(&signal.name) else { continue };
            let reading = match signal.value {
                Some(value) => Reading::Known(value),
                // Judged and yet without a number: it is beyond all numbers, as its usual value is nothing.
                None if signal.level != Level::Unknown => Reading::Known(f64::INFINITY),
                None => Reading::Unknown(signal.basis.clone()),
            };
            readings.entry(quantity).or_default().insert(signal.target.as_str().into(), reading);
        }
        Self {
            level: verdict.level,
            headline: verdict.headline.clone(),
            pattern: verdict.pattern,
            stampede: verdict.stampede,
            readings: readings
                .into_iter()
                .map(|(quantity, of)| (quantity, of.into_iter().collect()))
                .collect(),
            facts: facts.clone(),
        }
    }

    /// What the application's facts are.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Why this is no incident that a phase is for, in words; none when it may be one.
    pub fn look_alike(&self) -> Option<String> {
        match self.pattern {
            Pattern::Healthy | Pattern::TrafficSurge | Pattern::SlowDatabase | Pattern::CacheDown => {
                Some(format!("the measurement says {}, which is no stampede", self.pattern.words()))
            }
            _ => None,
        }
    }

    /// Why nobody can say whether this is an incident, in words; none when it is known.
    pub fn unsure(&self) -> Option<String> {
        // The headline begins with the level, which the words have said.
        let why = self.headline.split_once(": ").map_or(self.headline.as_str(), |(_, why)| why);
        let words = || format!("the measurement cannot say whether this is a stampede ({why})");
        (self.level == Level::Unknown).then(words)
    }

    /// The level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The pattern.
    pub fn pattern(&self) -> Pattern {
        self.pattern
    }

    /// Of all targets that have this quantity the worst: the lowest hit ratio, the highest of most others. A target
    /// whose reading is unknown may be worse than all that are known.
    pub(super) fn worst(&self, quantity: Quantity) -> Worst {
        let all = self.readings.get(&quantity).map(Vec::as_slice).unwrap_or_default();
        let highest = if matches!(quantity.unit(), Unit::Ratio | Unit::Bool) { 1.0 } else { f64::INFINITY };
        let (mut worst, mut why): (Option<(&Arc<str>, f64)>, Option<String>) = (None, None);
        for (target, reading) in all {
            match reading {
                Reading::Known(value) => {
                    let better = worst.is_some_and(|(_, worst)| {
                        if quantity.is_worse_when_low() { *value >= worst } else { *value <= worst }
                    });
                    if !better {
                        worst = Some((target, *value));
                    }
                }
                Reading::Unknown(reason) => {
                    let on = if all.len() > 1 { format!("on {target} ") } else { String::new() };
                    why.get_or_insert_with(|| format!("unknown {on}({})", text::escape(reason)));
                }
            }
        }
        let why = match (&why, &worst) {
            (None, None) => Some("unknown (not measured)".to_owned()),
            _ => why,
        };
        let (least, most) = match (worst, &why, quantity.is_worse_when_low()) {
            (Some((_, value)), None, _) => (value, value),
            (Some((_, value)), Some(_), true) => (0.0, value),
            (Some((_, value)), Some(_), false) => (value, highest.max(value)),
            (None, ..) => (0.0, highest),
        };
        let target = worst.map(|(target, _)| target.to_string()).filter(|_| all.len() > 1);
        Worst { least, most, value: worst.map(|(_, value)| value), target, why }
    }

    /// What the verdict or a fact says, as a word.
    pub(super) fn said(&self, subject: Subject) -> Known {
        let unless = |word: &str, unknown: bool| {
            if unknown {
                Known::Unknown("not enough could be measured".into())
            } else {
                Known::Is(word.into())
            }
        };
        match subject {
            Subject::Level => unless(self.level.name(), self.level == Level::Unknown),
            Subject::Pattern => unless(self.pattern.name(), self.pattern == Pattern::Unknown),
            Subject::Stampede => match self.stampede {
                Some(stampede) => Known::Is(stampede.to_string()),
                None => Known::Unknown("not enough could be measured".into()),
            },
            Subject::Fact(name) => match self.facts.get(name) {
                Some(word) => Known::Is(word),
                None => Known::Unknown(format!("not configured (--fact {name}=…)")),
            },
            Subject::Quantity(_) => Known::Unknown("it is no word".into()),
        }
    }
}

/// A word, or why there is none.
pub(super) enum Known {
    Is(String),
    Unknown(String),
}

/// The worst of several readings: it lies somewhere between two bounds, which are one when all readings are known.
pub(super) struct Worst {
    pub least: f64,
    pub most: f64,
    value: Option<f64>,
    /// The target, when there are several.
    target: Option<String>,
    why: Option<String>,
}

impl Worst {
    /// As a person reads it: `31 %`, `31 % on sessions`, `unknown (not measured)`. Not rounded up to `border`.
    pub(super) fn words(&self, quantity: Quantity, border: f64) -> String {
        let value = self.value.map(|value| format!("{}{}", shown(quantity, value, border), self.place()));
        [value, self.why.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// ` on sessions`, when there are several targets.
    pub(super) fn place(&self) -> String {
        self.target.as_ref().map(|target| format!(" on {}", text::escape(target))).unwrap_or_default()
    }

    /// Why it is not known, or not wholly.
    pub(super) fn why(&self) -> &str {
        self.why.as_deref().unwrap_or("unknown")
    }
}

/// A number with three decimals at most, and with more where it would look like the number it is compared with.
fn shown(quantity: Quantity, value: f64, border: f64) -> String {
    if value.is_infinite() {
        return "beyond all numbers (usually none)".into();
    }
    let rounded = (value * 1_000.0).round() / 1_000.0;
    quantity.show(if rounded == border && value != border { value } else { rounded })
}
