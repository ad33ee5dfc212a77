//! What a practice came to: from what was seen and is on record, and "not known" where it is not (docs/practice.md).

use serde::{Deserialize, Serialize};

use crate::felt::outcome::FELT;
use crate::felt::{
    Act, Before, Came, Feel, Happened, Met, Moment, Offer, Second, Surprise, Switch, Switched, Told, failed,
};

/// An act has helped when it got better within so many seconds after it was made.
const WITHIN: f64 = 10.0;
/// Better is half as bad.
const HALF: f64 = 0.5;
/// This share of failed requests is what is looked at; where fewer fail, users feel how slow it is.
const FAILS: f64 = 0.02;
/// Relief must hold for so many seconds.
const HELD: usize = 10;
/// So many more statements than before must have been running, for their fall to be a relief.
const MORE: f64 = 5.0;

/// What was seen of a practice.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What users had before.
    pub before: Before,
    /// What they felt from onset on; times count from there.
    pub trouble: Vec<Second>,
    /// How long it went on after onset, in seconds.
    pub lasted: f64,
    /// The first look that somebody took.
    pub looked: Moment,
    /// What the operator did.
    pub acts: Told<Vec<Act>>,
    /// What of it is in effect in the end, by the journal.
    pub in_effect: Told<Vec<String>>,
    /// What is switched in the end, by the servers, and of what that is not known.
    pub switched: Vec<Switched>,
    /// What others did meanwhile.
    pub surprises: Vec<Surprise>,
}

/// What it came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The first look.
    pub looked: Moment,
    /// The first act that was applied.
    pub acted: Moment,
    /// The first act after which it got better.
    pub helped: Moment,
    /// Acts that it cannot be told apart from: made before it had got better, too.
    pub helped_or: Vec<String>,
    /// When it was half as bad as it had been.
    pub relief: Moment,
    /// When users had back for good what they had before.
    pub recovered: Moment,
    /// Requests that ended badly.
    pub failed_requests: u64,
    /// Whether it got better and bad again.
    pub second_stampede: bool,
    /// Acts for which a name must be typed, and which were not needed.
    pub needless: Told<Vec<Needless>>,
    /// What was left in effect, by the journal.
    pub in_effect: Told<Vec<String>>,
    /// What was left switched, by the servers.
    pub switched: Vec<String>,
    /// Of what that is not known.
    #[serde(default)]
    pub not_known: Vec<String>,
    /// What others did meanwhile, and how it was met.
    pub surprises: Vec<Met>,
}

/// An act that was not needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Needless {
    /// When it was made, in seconds after onset.
    pub at_s: f64,
    /// Its name in the incident.
    pub step: String,
    /// Why not, in words.
    pub why: String,
}

impl Score {
    /// The score of what was seen.
    pub fn of(seen: &Seen) -> Self {
        let (before, trouble) = (&seen.before, &seen.trouble[..]);
        let not_within = || Moment::Not(format!("not within {:.0} s", seen.lasted));
        let relief = relief(before, trouble).unwrap_or_else(not_within);
        let recovered = before.recovered(trouble).map_or_else(not_within, |s| {
            let what = "p99 and failures as before".into();
            Moment::At { s, what }
        });
        let ((acted, (helped, helped_or)), needless) = match &seen.acts {
            Told::Known(acts) => {
                let needless = needless(acts, relief.seconds());
                ((first(acts), first_useful(before, trouble, acts)), Told::Known(needless))
            }
            Told::Unknown(why) => {
                let unknown = || Moment::Unknown(why.clone());
                ((unknown(), (unknown(), Vec::new())), Told::Unknown(why.clone()))
            }
        };
        let switched = seen.switched.iter().filter(|switched| switched.is_known());
        let hidden = seen.switched.iter().filter(|switched| !switched.is_known());
        let surprises = seen.surprises.iter().map(|surprise| Met::of(surprise.clone(), &seen.acts));
        Self {
            looked: seen.looked.clone(),
            acted,
            helped,
            helped_or,
            relief,
            recovered,
            failed_requests: failed(trouble),
            second_stampede: before.relapsed(trouble),
            needless,
            in_effect: seen.in_effect.clone(),
            switched: switched.map(|switched| whose(switched, &seen.surprises)).collect(),
            not_known: hidden.map(ToString::to_string).collect(),
            surprises: surprises.collect(),
        }
    }
}

/// What is switched, with a word where a colleague has switched it so.
fn whose(switched: &Switched, surprises: &[Surprise]) -> String {
    let is_it = |surprise: &Surprise| {
        let Happened::Set { setting, set: Told::Known(set), .. } = &surprise.what else { return false };
        matches!((&switched.what, &switched.now), (Switch::Setting(name), Told::Known(now)) if name == setting && now == set)
    };
    match surprises.iter().any(is_it) {
        true => format!("{switched} (as a colleague set it)"),
        false => switched.to_string(),
    }
}

fn applied(acts: &[Act]) -> impl Iterator<Item = &Act> {
    acts.iter().filter(|act| act.came == Came::Applied)
}

fn first(acts: &[Act]) -> Moment {
    match applied(acts).next() {
        Some(act) => Moment::At { s: act.at_s, what: act.step.clone() },
        None => Moment::Not(nothing(acts)),
    }
}

/// Why there is no act that was applied.
fn nothing(acts: &[Act]) -> String {
    if acts.is_empty() { "no act is on record".into() } else { "no act on record was applied".into() }
}

/// Whether it is half as bad now: of what fails, where enough does; else of how long it takes.
fn is_better(before: &Before, then: &Feel, now: &Feel) -> bool {
    if then.failing >= f64::max(FAILS, before.feel().failing * 2.0) {
        return now.failing <= then.failing * HALF;
    }
    now.p99 <= then.p99.mul_f64(HALF) && now.failing <= then.failing.max(before.feel().failing)
}

/// The first act after which it got better, and those that may have done it as well.
fn first_useful(before: &Before, trouble: &[Second], acts: &[Act]) -> (Moment, Vec<String>) {
    let mut unfelt = None;
    for act in applied(acts) {
        let made = act.done_s.unwrap_or(act.at_s);
        let ended = trouble.partition_point(|second| second.at + 1.0 <= act.at_s);
        let then = Feel::over(&trouble[ended.saturating_sub(FELT)..ended]);
        let Some(then) = then.filter(|then| !before.is_back(then)) else {
            unfelt = unfelt.or(Some(act));
            continue;
        };
        let mut after =
            trouble.windows(FELT).filter(|window| (act.at_s..=made + WITHIN).contains(&window[0].at));
        let better =
            after.find(|window| Feel::over(window).is_some_and(|now| is_better(before, &then, &now)));
        let Some(window) = better else { continue };
        // What came later had less than half of what is felt together to show in.
        let until = window[FELT / 2].at;
        let also = applied(acts).filter(|other| other.step != act.step);
        let also =
            also.filter(|other| (act.at_s..until).contains(&other.at_s)).map(|other| other.step.clone());
        return (Moment::At { s: act.at_s, what: act.step.clone() }, also.collect());
    }
    let moment = match (unfelt, applied(acts).next()) {
        (Some(act), _) => Moment::Unknown(format!(
            "users felt nothing yet, or no more, when {} was made: whether it helped cannot be told",
            act.step
        )),
        (None, Some(_)) => Moment::Not(format!("no act was followed by relief within {WITHIN:.0} s")),
        (None, None) => Moment::Not(nothing(acts)),
    };
    (moment, Vec::new())
}

/// When failures (where fewer than one in fifty failed: running statements) were under half of their peak until then, for ten
/// seconds; none: not yet.
fn relief(before: &Before, trouble: &[Second]) -> Option<Moment> {
    let windows = || (0..trouble.len()).map(|end| &trouble[(end + 1).saturating_sub(FELT)..=end]);
    let failing = |window: &[Second]| Feel::over(window).map_or(0.0, |feel| feel.failing);
    let running = |window: &[Second]| {
        window.iter().map(|second| second.running as f64).sum::<f64>() / window.len() as f64
    };
    let failing: Vec<f64> = windows().map(failing).collect();
    let running: Vec<f64> = windows().map(running).collect();
    let most = |of: &[f64]| of.iter().copied().fold(0.0, f64::max);
    let least_failing = f64::max(FAILS, before.feel().failing * 2.0);
    let least_running = f64::max(before.running() * 2.0, before.running() + MORE);
    let (of, least, name) = match (most(&failing) >= least_failing, most(&running) >= least_running) {
        (true, _) => (failing, least_failing, "failures under half of their peak"),
        (false, true) => (running, least_running, "running statements under half of their peak"),
        (false, false) => return Some(Moment::Not("it did not become bad enough to be relieved".into())),
    };
    let mut peak = 0.0;
    for (at, value) in of.iter().enumerate() {
        peak = f64::max(peak, *value);
        let held = of.get(at..at + HELD)?;
        if peak >= least && held.iter().all(|value| *value <= peak * HALF) {
            // The middle of what is felt together: there half of it is better.
            let s = trouble[at.saturating_sub(FELT / 2)].at.max(0.0);
            return Some(Moment::At { s, what: name.into() });
        }
    }
    None
}

/// The acts for which a name must be typed that the playbook has not, had called not applicable, or that came when there was
/// relief already.
fn needless(acts: &[Act], relief: Option<f64>) -> Vec<Needless> {
    let why = |act: &Act| {
        let offer = match &act.offer {
            Offer::Offered => None,
            Offer::NoSuchStep => Some("the playbook has no such step".to_owned()),
            Offer::NotApplicable { at_s, why } => {
                Some(format!("the playbook had called it not applicable at {at_s:.0} s: {why}"))
            }
        };
        let late = relief.filter(|relief| !act.recovers && act.at_s > *relief);
        offer.or_else(|| late.map(|relief| format!("there was relief already, at {relief:.0} s")))
    };
    applied(acts)
        .filter(|act| act.typed)
        .filter_map(|act| Some(Needless { at_s: act.at_s, step: act.step.clone(), why: why(act)? }))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
