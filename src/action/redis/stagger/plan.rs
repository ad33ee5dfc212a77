//! What is there before expiries are moved, and the change that comes of it.

use std::time::Duration;

use crate::action::redis::expiry::impact::Impact;
use crate::action::redis::expiry::names::{Names, switches};
use crate::action::redis::expiry::{at, backlog, memory, on_replica, takes, too_old, under_pressure, unsaid};
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::jitter::Jitter;
use crate::action::redis::stagger::sample::Sample;
use crate::action::{Context, Draft, Plan, Planned, Refusal, Unplanned, unless};
use crate::change::Level;
use crate::clock;
use crate::config::ExpiryLivesIn;
use crate::system::redis::{Reader, Who, Write};
use crate::text;

/// From this share on all of them count as moved.
const ALL: f64 = 0.98;

/// What was found.
pub struct Ground {
    pattern: String,
    primaries: Vec<Who>,
    notes: Vec<String>,
    /// How many keys, and what they weigh.
    pub impact: Impact,
    sample: Sample,
}

/// What is said about the change.
pub struct Words {
    /// One line.
    pub does: String,
    /// By how much a key may live longer.
    pub longer: String,
    /// What was checked beforehand.
    pub checked: Vec<String>,
    /// Undo.
    pub back: &'static str,
}

impl Ground {
    /// Looks at the keys of `pattern`, which are to live up to `longer` longer; or the plan when nothing can be done. Reads
    /// only.
    pub async fn survey(
        reader: &mut Reader,
        context: &Context<'_>,
        pattern: &str,
        longer: Duration,
    ) -> Result<Self, Unplanned> {
        if context.facts.expiry_lives_in == Some(ExpiryLivesIn::Value) {
            return Err(Refusal::by(
                "S14",
                "the application goes by a time inside the value: another TTL does nothing",
                "correct it if that is not so: --fact expiry_lives_in=cache",
            )
            .into());
        }
        let asked = clock::instant();
        let (primaries, notes) = reader.primaries().await?;
        unless(on_replica(&primaries))?;
        let names = Names::spelled_by(pattern.as_bytes()).without(&switches(context));
        let by = i64::try_from(longer.as_millis()).unwrap_or(i64::MAX / 4);
        let impact = match Impact::of_pattern(reader, &primaries, pattern.as_bytes(), &names, by).await {
            Ok(impact) => impact,
            Err(error) => {
                unless(too_old(&primaries, &error))?;
                return Err(error.into());
            }
        };
        let sample = Sample::take(reader, &primaries, pattern, &names).await?;
        unless(under_pressure(reader, &primaries, asked).await?)?;
        let Some(first) = &impact.first else {
            return Err(Unplanned::Instead(Planned::NotApplicable(impact.nothing(pattern))));
        };
        if let Some(home) = reader.home(first) {
            for write in
                [Write::Spread(vec![(first, 1_001, false)]), Write::Gather(0, vec![(first, 1_001, 0)])]
            {
                if let Some(error) = reader.forbids(&home, &write).await? {
                    return Err(Refusal::from(error).into());
                }
            }
        }
        let pattern = pattern.to_owned();
        Ok(Self { pattern, primaries, notes, impact, sample })
    }

    /// The change that moves them by `jitter`, or why it cannot be.
    pub fn plan(
        mut self,
        context: &Context<'_>,
        jitter: Jitter,
        words: Words,
        rate: Option<f64>,
    ) -> Plan<Image> {
        let began = self.sample.now - self.sample.now.rem_euclid(1_000);
        let switches = switches(context);
        let mut image = Image { pattern: self.pattern.clone(), jitter, began, had: 0.0, switches };
        if let Some(refusal) = clash(context, &image) {
            return Plan::Blocked(refusal);
        }
        image.had = self.sample.ours(&image).share();
        if image.had >= ALL && self.sample.ended(&image) {
            return Plan::AlreadySo(format!("an earlier run has moved {}", self.keys()));
        }
        let mut forecast = Vec::new();
        let moved = |key: &[u8], time: i64| time - time.rem_euclid(1_000) + jitter.of(key);
        if let (Some((now, when)), Some((then, _))) =
            (self.sample.together(|_, time| time), self.sample.together(moved))
        {
            forecast.push(format!(
                "now {} of them expire within the same 10 s ({}); then at most {}",
                text::percent(now),
                at(when),
                text::percent(then)
            ));
        }
        if image.had > 0.0 {
            forecast.push(format!(
                "{} of them were moved by an earlier run, and are left alone",
                text::percent(image.had)
            ));
        }
        forecast.extend(words.checked);
        if let Some(refusal) = memory(&self.primaries, &self.impact, &mut forecast) {
            return Plan::Blocked(refusal);
        }
        forecast.extend(takes(&self.impact, rate));
        forecast.extend(self.impact.left_alone());
        forecast.extend(unsaid(context.facts));
        forecast.append(&mut self.notes);
        let mut risk =
            vec![format!("users are served data up to {} older than its TTL allows", words.longer)];
        risk.extend(self.impact.frozen(context));
        risk.extend(backlog(&self.primaries, rate));
        let Some(first) = self.primaries.first() else {
            return Plan::NotApplicable("there is no primary".into());
        };
        Plan::Change(Draft {
            summary: words.does,
            parts: vec![(first.node.clone(), first.id.clone(), image)],
            commands: Vec::new(),
            forecast,
            risk,
            back: words.back.into(),
            level: Level::Ask,
        })
    }

    /// The keys that would be moved: `about 1.2k keys of user:*`.
    pub fn keys(&self) -> String {
        self.impact.keys_of(&self.pattern)
    }
}

/// Why these keys are not moved while another step, of this or another incident, has moved some of them by something else:
/// taken off again in any order, nobody would find the old times.
fn clash(context: &Context<'_>, image: &Image) -> Option<Refusal> {
    let mut earlier =
        ["redis.stagger", "redis.ttl"].into_iter().flat_map(|action| context.everybody_s::<Image>(action));
    let (step, other) = earlier
        .find(|(step, other)| step.in_effect && other.meets(&image.pattern) && !other.is_like(image))?;
    let (who, incident) = match &step.incident {
        None => (step.step.clone(), String::new()),
        Some(incident) => (format!("{} of incident {incident}", step.step), format!(" {incident}")),
    };
    Some(Refusal::for_want(
        format!(
            "{who} has moved keys of {} by something else, and is in effect",
            text::escape(&other.pattern)
        ),
        format!(
            "put it back first: stampede undo{incident} --step {}; or take the same window again",
            step.step
        ),
    ))
}
