//! Letting traffic in step by step, whatever moves it: each step is held and watched, a relapse halves it, and where it
//! relapsed is remembered (S29).

use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::action::field::{Field, Given, Type};
use crate::action::{Context, Plan, Recorder, Refusal};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::load::{Gauge, Load};
use crate::text;

/// Between two samples.
const EVERY: Duration = Duration::from_secs(1);
/// One sample may be chance.
const TWICE: u32 = 2;

/// The steps unless somebody says otherwise, in percent.
const STEPS: &[u32] = &[1, 5, 10, 25, 50, 75, 100];
/// How long each is held.
const HOLD: Duration = Duration::from_secs(30);

/// Which steps.
pub const IN_STEPS: Field =
    Field::new(Given::Flag("steps"), Type::Text, "percentages that rise [default: 1,5,10,25,50,75,100]");
/// How long each of them is held.
pub const HELD_FOR: Field = Field::new(
    Given::Flag("hold"),
    Type::Duration(Duration::from_secs(2), Duration::from_secs(3_600)),
    "how long each step is held [default: 30s]",
);
/// As if it had not relapsed before.
pub const PAST_CEILING: Field =
    Field::new(Given::Flag("past-ceiling"), Type::Switch, "also above where it relapsed before");

/// What comes first when it would relapse at once.
const FIRST: &str = "break the stampede and warm more keys first: `stampede break`, `stampede recover warm`";

/// What can go wrong, whatever moves the traffic.
pub const RISK: &str = "what is let in asks the cache first: what it misses is a refill";

/// What moves the traffic.
pub trait Lever {
    /// Lets so many percent in. Errors: it cannot, or somebody else has moved it.
    fn set(&mut self, percent: u32) -> impl Future<Output = Result<(), TargetError>> + Send;
    /// Remembers that it relapsed at so many percent, for the next run of this incident. Errors: the journal cannot be written.
    fn relapsed(&mut self, percent: u32) -> impl Future<Output = Result<(), TargetError>> + Send;
    /// The hit ratio since the last time, 0-1, where that can be seen.
    fn ratio(&mut self) -> impl Future<Output = Option<f64>> + Send;
}

/// How it goes up.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    /// The steps, rising, all below the ceiling.
    pub steps: Vec<u32>,
    /// The lowest step at which this incident has relapsed, in percent.
    pub ceiling: Option<u32>,
    /// How long each is held.
    pub hold: Duration,
    /// Statements running from which on it is a relapse.
    pub slow: f64,
    /// The hit ratio below which it is one, 0-1.
    pub least: f64,
}

/// How far it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// What is let in now.
    pub percent: u32,
    /// Where it relapsed, and why.
    pub ceiling: Option<(u32, String)>,
    /// Whether the operator stopped it.
    pub stopped: bool,
}

impl Reached {
    /// What an operator should hear.
    pub fn words(&self) -> Vec<String> {
        let mut notes = vec![match self.percent {
            100 => "all traffic is let in".to_owned(),
            percent => format!("{percent} % are let in"),
        }];
        if let Some((ceiling, why)) = &self.ceiling {
            notes.push(format!("it relapsed at {ceiling} %: {why}; the next run stays below it"));
        }
        notes
    }
}

/// What is read of an earlier image: that of every action that ramps has it.
#[derive(Deserialize)]
struct Relapse {
    /// Where it relapsed, in percent; 0: nowhere yet.
    #[serde(default)]
    ceiling: u32,
}

impl Ladder {
    /// The steps from what was given (`1,5,10`). Errors: a lowercase fragment.
    pub fn steps(given: Option<&str>) -> Result<Vec<u32>, String> {
        let Some(given) = given else { return Ok(STEPS.to_vec()) };
        let steps: Result<Vec<u32>, _> = given.split(',').map(|step| step.trim().parse::<u32>()).collect();
        let steps = steps.map_err(|_| "expected percentages: 1,5,10,25,50,75,100".to_owned())?;
        match steps.windows(2).all(|pair| pair[0] < pair[1])
            && steps.iter().all(|step| (1..=100).contains(step))
        {
            true => Ok(steps),
            false => Err("expected percentages from 1 to 100 that rise".into()),
        }
    }

    /// As it is said.
    pub fn words(steps: &[u32]) -> String {
        let steps: Vec<String> = steps.iter().map(u32::to_string).collect();
        format!("{} %", steps.join(", "))
    }

    /// What was asked for, below where this incident has relapsed by the same `action`.
    pub fn given(
        action: &str,
        steps: Option<&str>,
        hold: Option<Duration>,
        past_ceiling: bool,
        context: &Context<'_>,
    ) -> Self {
        let earlier = context.earlier::<Relapse>(action).into_iter().map(|(_, relapse)| relapse.ceiling);
        let ceiling = earlier.filter(|ceiling| *ceiling > 0 && !past_ceiling).min();
        let steps = Self::steps(steps).unwrap_or_default().into_iter();
        Self {
            steps: steps.filter(|step| ceiling.is_none_or(|ceiling| *step < ceiling)).collect(),
            ceiling,
            hold: hold.unwrap_or(HOLD),
            slow: context.thresholds.running_slow,
            least: context.thresholds.hit_ratio_critical,
        }
    }

    /// The steps that are left when `from` percent are let in.
    pub fn above(&self, from: u32) -> Vec<u32> {
        self.steps.iter().copied().filter(|step| *step > from).collect()
    }

    /// The plan when none is left: it is as wanted, or would be only past the ceiling (S29).
    pub fn ended<I>(&self, from: u32) -> Plan<I> {
        match self.ceiling {
            Some(ceiling) if from < 100 => Plan::Blocked(Refusal::by(
                "S29",
                format!("{from} % are let in, and at {ceiling} % this incident has relapsed"),
                "warm more keys first; then --past-ceiling",
            )),
            _ => Plan::AlreadySo(format!("{from} % are let in already")),
        }
    }

    /// That it does not go all the way, as it is said.
    pub fn stays_below(&self) -> Option<String> {
        let ceiling = self.ceiling?;
        Some(format!("stays below {ceiling} %, where this incident has relapsed (--past-ceiling)"))
    }

    /// What it is expected to do, as it is said: `from 5 % to 100 %, 30 s at each step`.
    pub fn forecast(&self, from: u32, last: u32) -> String {
        format!("from {from} % to {last} %, {} at each step", text::duration(self.hold))
    }

    /// Why it is not begun: it would relapse at the first step (S29).
    pub fn refused(&self, load: &Load) -> Option<Refusal> {
        let why = self.trouble(load, None)?;
        Some(Refusal::by("S29", format!("{why} before anything is let in"), FIRST))
    }

    /// Why it is, or would be, a relapse.
    fn trouble(&self, load: &Load, ratio: Option<f64>) -> Option<String> {
        if let Some(name) = &load.silent {
            return Some(format!("{} does not answer any more", text::escape(name)));
        }
        match (&load.busiest, ratio) {
            (Some((running, name)), _) if *running >= self.slow => {
                Some(format!("{} runs {} statements", text::escape(name), text::count(*running)))
            }
            (_, Some(ratio)) if ratio < self.least => {
                Some(format!("the hit ratio is {}", text::percent(ratio)))
            }
            _ => None,
        }
    }
}

/// Whether a ramp of these steps can have let so many percent in: a step, or a half of one after a relapse. Of older journals, which
/// do not say their steps, any can be.
pub fn may_reach(steps: &[u32], from: u32, percent: u32) -> bool {
    let halves = |step: u32| {
        std::iter::successors(Some(step), move |last| (*last > from).then(|| (last / 2).max(from)))
    };
    steps.is_empty() || steps.iter().any(|step| halves(*step).any(|reached| reached == percent))
}

/// What was seen while a step was held.
enum Held {
    Well,
    Relapse(String),
    Stopped,
}

/// Climbs from `from` percent. Errors: the lever cannot be moved; it stays where it is.
pub async fn staged_ramp(
    lever: &mut impl Lever,
    from: u32,
    ladder: &Ladder,
    mut gauge: Gauge,
    record: &dyn Recorder,
) -> Result<Reached, TargetError> {
    let mut reached = Reached { percent: from, ceiling: None, stopped: false };
    let steps = ladder.above(from);
    if !steps.is_empty() {
        // A ratio takes two looks. What is so bad already would be a relapse at the first step.
        lever.ratio().await;
        clock::sleep(EVERY).await;
        if let Some(why) = ladder.trouble(&gauge.read().await, lever.ratio().await) {
            let why = format!("S29 {why} before anything is let in: nothing was moved");
            return Err(TargetError::new(TargetErrorKind::Busy, why).hint(FIRST));
        }
    }
    for step in steps {
        if record.stopping() {
            reached.stopped = true;
            return Ok(reached);
        }
        lever.set(step).await?;
        reached.percent = step;
        let mut why = match hold(lever, step, ladder, &mut gauge, record).await {
            Held::Well => continue,
            Held::Stopped => {
                reached.stopped = true;
                return Ok(reached);
            }
            Held::Relapse(why) => why,
        };
        reached.ceiling = Some((step, why.clone()));
        // On disk before anything else can go wrong; a full disk must not keep us from letting less in.
        let remembered = lever.relapsed(step).await;
        // Half as much, until it holds.
        while reached.percent > from {
            let half = (reached.percent / 2).max(from);
            record.say(&format!("{} %: {why}; back to {half} %", reached.percent));
            less(lever, half, record).await?;
            reached.percent = half;
            match hold(lever, half, ladder, &mut gauge, record).await {
                Held::Well => break,
                Held::Stopped => {
                    reached.stopped = true;
                    break;
                }
                Held::Relapse(again) => why = again,
            }
        }
        return remembered.map(|()| reached);
    }
    Ok(reached)
}

/// Lets less in. A silence is no reason to leave it at more: it is tried until it is done, or the operator stops. Errors: it is
/// refused, or somebody else has moved it.
async fn less(lever: &mut impl Lever, percent: u32, record: &dyn Recorder) -> Result<(), TargetError> {
    loop {
        match lever.set(percent).await {
            Err(error) if error.is_doubtful() || error.is_silence() => {
                record.say(&format!("{percent} %: {error}; it is tried again"));
                if record.stopping() {
                    return Err(error);
                }
                clock::sleep(EVERY / 2).await;
            }
            done => return done,
        }
    }
}

async fn hold(
    lever: &mut impl Lever,
    percent: u32,
    ladder: &Ladder,
    gauge: &mut Gauge,
    record: &dyn Recorder,
) -> Held {
    let until = clock::instant() + ladder.hold;
    let mut bad = 0;
    loop {
        let began = clock::instant();
        let load = gauge.read().await;
        let ratio = lever.ratio().await;
        let trouble = ladder.trouble(&load, ratio);
        bad = if trouble.is_some() { bad + 1 } else { 0 };
        if let Some(why) = trouble.filter(|_| bad >= TWICE) {
            return Held::Relapse(why);
        }
        record.say(&words(percent, &load, ratio, until));
        if record.stopping() {
            return Held::Stopped;
        }
        if clock::instant() >= until && bad == 0 {
            return Held::Well;
        }
        clock::sleep_until(began + EVERY).await;
    }
}

fn words(percent: u32, load: &Load, ratio: Option<f64>, until: Instant) -> String {
    let left = until.saturating_duration_since(clock::instant());
    let mut words = format!("{percent} %, held for another {} s", left.as_secs());
    if let Some(ratio) = ratio {
        words += &format!("; hit ratio {}", text::percent(ratio));
    }
    if let Some((running, name)) = &load.busiest {
        words += &format!("; {} runs {}", text::escape(name), text::count(*running));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_rise_and_are_percentages() {
        assert_eq!(Ladder::steps(None), Ok(vec![1, 5, 10, 25, 50, 75, 100]));
        assert_eq!(Ladder::steps(Some("10, 50,100")), Ok(vec![10, 50, 100]));
        for wrong in ["", "0,5", "5,5", "50,10", "101", "ten"] {
            assert!(Ladder::steps(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn s27_a_ramp_can_have_reached_its_steps_and_their_halves_and_nothing_else() {
        let reached: Vec<u32> = (0..=100).filter(|percent| may_reach(&[25, 100], 5, *percent)).collect();
        assert_eq!(reached, [5, 6, 12, 25, 50, 100]);
        assert!(may_reach(&[], 0, 33), "an older journal");
    }

    #[test]
    fn s29_trouble_is_a_busy_or_silent_database_or_a_hit_ratio_that_fell() {
        let ladder = Ladder { steps: vec![1], ceiling: None, hold: HOLD, slow: 20.0, least: 0.8 };
        let load = |running| Load { busiest: Some((running, "db".into())), ..Load::default() };
        assert_eq!(ladder.trouble(&load(19.0), Some(0.8)), None);
        assert_eq!(ladder.trouble(&load(20.0), None), Some("db runs 20 statements".into()));
        assert_eq!(ladder.trouble(&load(1.0), Some(0.79)), Some("the hit ratio is 79.0 %".into()));
        let silent = Load { silent: Some("orders".into()), ..load(1.0) };
        assert_eq!(ladder.trouble(&silent, None), Some("orders does not answer any more".into()));
        assert_eq!(ladder.trouble(&Load::default(), None), None, "what nobody can see is no relapse");
    }
}
