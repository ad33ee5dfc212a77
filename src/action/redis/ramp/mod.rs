//! `recover ramp`: traffic is let in step by step, through a key that the application reads, or by a person.

mod image;

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::flag::image::{Held, look, shown, write};
use crate::action::redis::ramp::image::{Flag, Image};
use crate::action::staged_ramp::{HELD_FOR, IN_STEPS, Ladder, Lever, PAST_CEILING, RISK, staged_ramp};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Lifting, Phase, Plan, PlanResult, Recorder,
    Refusal, Reverted, Spec, Touch, Undo, unless,
};
use crate::approval::Permit;
use crate::change::{Left, Level, Part, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::refill::health::CacheHealth;
use crate::system::Redis;
use crate::system::load::Gauge;
use crate::system::redis::Key;
use crate::system::redis::{Reader, Writer};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        key: Option<String> = flag "key", Type::Text, "the key with the percentage";
        format: Option<String> = flag "format", Type::Text, "how it is written there [default: {percent}]";
        manual: bool = flag "manual", Type::Switch, "a person moves the traffic, and is asked at each step";
        steps: Option<String> = shared IN_STEPS;
        hold: Option<Duration> = shared HELD_FOR;
        if_set: bool = flag "if-set", Type::Switch, "only when the key is there";
        unset: Option<u64> = flag "unset", Type::Whole(0, 100),
            "how many percent the application lets in while the key is not set";
        past_ceiling: bool = shared PAST_CEILING;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Ramp>(About {
    name: NAME,
    command: "ramp",
    phase: Phase::Recover,
    kind: Kind::Redis,
    summary: "let traffic in step by step, each step held and watched",
    help: "Raises the percentage in a key that the application reads: 1, 5, 10, 25, 50, 75, 100. Each step is held, and the \
           databases and the hit ratio are looked at every second. Two bad samples (`running_slow` statements, or a hit \
           ratio below `hit_ratio_critical`) are a relapse: half as much, until it holds, and there it stays; the incident \
           remembers the ceiling, and a second run stays below it unless --past-ceiling. With --manual a person moves the \
           traffic and says so. Begins at what the key says. Undo puts back what was there before.",
    example: "stampede recover ramp --key app:traffic --hold 1m",
    by_hand: ByHand {
        act: &[
            "redis-cli GET {key}  # note OLD",
            "redis-cli SET {key} 1 KEEPTTL  # then 5, 10, 25, 50, 75, 100: half a minute each, watching the database",
        ],
        back: &["redis-cli SET {key} OLD KEEPTTL"],
    },
});

const NAME: &str = "redis.ramp";

struct Ramp;

/// Moves the traffic.
enum Hand<'a> {
    Key { flag: &'a Flag, permit: Permit<'a> },
    Person,
}

/// Moves it, and keeps what the next run must know.
struct Guide<'a, 'w> {
    hand: Hand<'a>,
    image: &'a Image,
    /// What it has let in last, in percent; none: nothing yet, what was there before stands.
    last: Option<u32>,
    record: &'a dyn Recorder,
    writer: &'a mut Writer<'w>,
    cache: CacheHealth,
}

impl Lever for Guide<'_, '_> {
    async fn set(&mut self, percent: u32) -> Result<(), TargetError> {
        match &self.hand {
            Hand::Person => match self.record.ask(&format!("Let {percent} % in now. Done?")).await {
                Some(true) => Ok(()),
                Some(false) => Err(TargetError::new(TargetErrorKind::Input, "the operator said no")),
                None => {
                    Err(TargetError::new(TargetErrorKind::Input, "nobody is there who could let traffic in")
                        .hint("--manual needs a terminal; without one: --key KEY"))
                }
            },
            Hand::Key { flag, permit } => {
                // Only over what stands there by us, or was there when it began (S27): a percentage of somebody else's is none
                // of ours, and ends it.
                let stands = match self.last {
                    Some(last) => Some(flag.value(last)),
                    None => flag.before.as_ref().map(|before| before.value.0.clone()),
                };
                let value = flag.value(percent);
                let move_it = match &stands {
                    // As it was, and not only worth as much: a key that was not there goes.
                    Some(stands) if percent == self.image.from => flag.back(stands),
                    _ => flag.set(stands.as_deref(), &value),
                };
                if !write(self.writer, permit, move_it).await? {
                    let now = look(self.writer.reader, &flag.key.0).await?.held;
                    return Err(changed(flag, now.as_ref()));
                }
                self.last = Some(percent);
                Ok(())
            }
        }
    }

    async fn relapsed(&mut self, percent: u32) -> Result<(), TargetError> {
        let primaries = self.writer.reader.primaries().await?.0;
        let (node, id) = primaries.into_iter().next().map(|who| (who.node, who.id)).unwrap_or_default();
        let image = Image { ceiling: percent, ..self.image.clone() };
        self.record.batch(Part::of(node, id, &image)?).await.map(drop)
    }

    async fn ratio(&mut self) -> Option<f64> {
        self.cache.look(self.writer.reader).await;
        self.cache.ratio
    }
}

fn changed(flag: &Flag, now: Option<&Held>) -> TargetError {
    let is = now.map_or_else(|| "not set".into(), |now| shown(&now.value.0));
    TargetError::new(
        TargetErrorKind::Input,
        format!("somebody else has just changed {}: it is {is}", shown(&flag.key.0)),
    )
}

fn ladder(params: &Params, context: &Context<'_>) -> Ladder {
    Ladder::given(NAME, params.steps.as_deref(), params.hold, params.past_ceiling, context)
}

impl Action for Ramp {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Never;

    fn check(params: &Params) -> Result<(), FieldError> {
        match Ladder::steps(params.steps.as_deref()) {
            Err(why) => Err(FieldError::new("steps", why)),
            Ok(_) if params.manual == params.key.is_some() => {
                Err(FieldError::new("key", "say what moves the traffic: --key KEY, or --manual"))
            }
            Ok(_)
                if params
                    .format
                    .as_deref()
                    .is_some_and(|format| format.matches("{percent}").count() != 1) =>
            {
                Err(FieldError::new("format", "expected {percent} in it once"))
            }
            Ok(_) => Ok(()),
        }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let ladder = ladder(params, context);
        let (primaries, notes) = reader.primaries().await?;
        let mut part = primaries.first().map(|who| (who.node.clone(), who.id.clone())).unwrap_or_default();
        let mut image = Image { lever: None, from: 0, steps: Vec::new(), ceiling: 0 };
        let mut forecast = Vec::new();
        let mut summary = "let traffic in step by step".to_owned();
        if let Some(key) = params.key.as_deref() {
            let now = look(reader, key.as_bytes()).await?;
            if let Some(who) = primaries.iter().find(|who| who.node == now.node) {
                part = (who.node.clone(), who.id.clone());
            }
            let format = params.format.as_deref().unwrap_or("{percent}").to_owned();
            let flag = Flag { key: Key(key.as_bytes().to_vec()), format, before: now.held.clone() };
            match &now.held {
                Some(held) => match flag.percent(&held.value.0) {
                    Some(percent) => image.from = percent,
                    None => {
                        let is = shown(&held.value.0);
                        return Ok(Plan::Blocked(Refusal::for_want(
                            format!("{} holds no percentage: {is}", shown(&flag.key.0)),
                            "say how it is written: --format '{\"allow\":{percent}}'",
                        )));
                    }
                },
                None if params.if_set => {
                    let words = format!("{} is not set: traffic is not moved by it", shown(&flag.key.0));
                    return Ok(Plan::NotApplicable(words));
                }
                None => match params.unset {
                    Some(percent) => {
                        image.from = u32::try_from(percent).unwrap_or(100);
                        forecast.push(format!("{} is not set: {percent} % are let in", shown(&flag.key.0)));
                    }
                    None => {
                        return Ok(Plan::Blocked(Refusal::for_want(
                            format!(
                                "{} is not set, and only the application knows whether that lets everybody in or nobody",
                                shown(&flag.key.0)
                            ),
                            "say how many percent it lets in then: --unset 0, or --unset 100",
                        )));
                    }
                },
            }
            if let Some(error) = reader.forbids(&now.node, &flag.set(None, b"1")).await? {
                return Ok(Plan::Blocked(error.into()));
            }
            summary = format!("let traffic in step by step: {}", shown(&flag.key.0));
            image.lever = Some(flag);
        }
        let steps = ladder.above(image.from);
        let Some(last) = steps.last().copied() else {
            return Ok(ladder.ended(image.from));
        };
        image.steps.clone_from(&steps);
        let gauge = Gauge::over(context.lines).read().await;
        unless(ladder.refused(&gauge))?;
        forecast.push(ladder.forecast(image.from, last));
        forecast.push(match &gauge.busiest {
            Some((running, name)) => format!(
                "a relapse is {} statements ({} runs {}) or a hit ratio below {}: half as much then",
                text::count(ladder.slow),
                text::escape(name),
                text::count(*running),
                text::percent(ladder.least)
            ),
            None => format!(
                "a relapse is a hit ratio below {}: half as much then; the database is not seen",
                text::percent(ladder.least)
            ),
        });
        forecast.extend(ladder.stays_below());
        forecast.extend(notes);
        let commands = match &image.lever {
            Some(flag) => steps
                .iter()
                .map(|step| format!("SET {} {}", shown(&flag.key.0), shown(&flag.value(*step))))
                .chain(["# in an EVAL that compares: only over the value of before".to_owned()])
                .collect(),
            None => vec![format!("# a person lets in {}", Ladder::words(&steps))],
        };
        Ok(Plan::Change(Draft {
            summary,
            parts: vec![(part.0, part.1, image)],
            commands,
            forecast,
            risk: vec![RISK.into()],
            back: "puts back what was let in before; at a relapse that is half of it, by itself".into(),
            level: Level::Ask,
        }))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        image.lever.iter().map(|flag| Touch::Key(flag.key.0.clone())).collect()
    }

    fn commands(_: &Image) -> Vec<String> {
        Vec::new()
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        match &image.lever {
            // What remembers a relapse puts nothing back: the part of the plan does.
            _ if image.ceiling > 0 => Vec::new(),
            // Which step was reached last nobody knows here, and it is compared: no command to paste.
            Some(flag) => vec![format!("# with the value that is there: {}", flag.back(b"<its value>"))],
            None => vec![format!("# a person lets in {} % again", image.from)],
        }
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let Some(flag) = &image.lever else { return Ok(Standing::Before) };
        let now = look(reader, &flag.key.0).await?;
        Ok(image.standing(flag, now.held.as_ref(), |held| held.words(now.at)))
    }

    async fn apply(
        Apply { params, context, images, writer, record }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let Some((_, image)) = images.first() else {
            return Ok(Applied::over(Vec::new()));
        };
        let (ladder, gauge) = (ladder(params, context), Gauge::over(context.lines));
        let hand = match &image.lever {
            Some(flag) => Hand::Key { flag, permit: record.planned(0)? },
            None => Hand::Person,
        };
        let mut guide = Guide { hand, image, last: None, record, writer, cache: CacheHealth::default() };
        let reached = staged_ramp(&mut guide, image.from, &ladder, gauge, record).await?;
        let in_effect = image.lever.is_some() && reached.percent != image.from && reached.percent < 100;
        Ok(Applied::left(in_effect, reached.words()).cut_short(reached.stopped))
    }

    async fn undo(
        Undo { image, force, writer, permit, .. }: Undo<'_, '_, Self>,
    ) -> Result<Reverted, TargetError> {
        let nothing = Reverted::whole([]);
        let Some(flag) = &image.lever else { return Ok(nothing) };
        let why = format!("{} was changed at this moment: left alone", shown(&flag.key.0));
        let left = Reverted::left(Left::by("S27", why));
        let now = look(writer.reader, &flag.key.0).await?;
        let back = match &now.held {
            // Each step of ours has a value of its own.
            Some(held) if force.drift.is_some() || image.is_ours(flag, &held.value.0) => {
                flag.back(&held.value.0)
            }
            Some(_) => return Ok(left),
            None => match flag.back_from_nothing(now.at) {
                Some(back) => back,
                None => return Ok(nothing),
            },
        };
        Ok(if write(writer, permit, back).await? { nothing } else { left })
    }
}
