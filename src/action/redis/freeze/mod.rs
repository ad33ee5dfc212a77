//! `break freeze`: living keys outlive the incident (S14).

mod back;
mod image;
mod source;
mod sweep;

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::expiry::given::{PATTERN, PER_SECOND, UNTHROTTLED, one_rate, rate};
use crate::action::redis::expiry::impact::Impact;
use crate::action::redis::expiry::names::switches;
use crate::action::redis::expiry::{
    backlog, memory, on_replica, refused, takes, too_old, under_pressure, unsaid,
};
use crate::action::redis::freeze::image::Image;
use crate::action::redis::freeze::source::Source;
use crate::action::redis::freeze::sweep::{Count, Sweep};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Needs, Phase, Plan, PlanResult, Refusal, Reverted,
    Spec, Touch, Undo, tally, unless,
};
use crate::change::{Level, Standing};
use crate::clock;
use crate::config::ExpiryLivesIn;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::{Reader, Who, Write};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        by: Duration = flag "by", Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            "how much longer they live [default: 15m]" => Duration::from_secs(15 * 60);
        pattern: Option<String> = shared PATTERN;
        top: Option<u64> = flag "top", Type::Whole(1, 1_000),
            "without a pattern: how many of the hottest keys [default: 200]";
        rate: Option<u64> = shared PER_SECOND;
        no_throttle: bool = shared UNTHROTTLED;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Freeze>(About {
    name: "redis.freeze",
    command: "freeze",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "have living keys outlive the incident",
    help: "Moves the expiry of keys that are there and have one, by a time and up to a fifth of it more, at random, so \
           that they do not expire together. Readers are served old data meanwhile. Without --pattern: the hottest keys \
           that were measured. Never shortens, never touches a key without a TTL, and leaves names alone that have a \
           segment lock, session, token, rate and the like unless the pattern spells it (S14). Refused while the server \
           evicts or is nearly full. Each old expiry is recorded before it is moved; undo puts it back where it is \
           still ours. It brings nothing back that has expired already.",
    example: "stampede break freeze --pattern 'user:profile:*' --by 15m",
    by_hand: ByHand {
        act: &[
            "stampede detect hotkeys  # or the keys you know of",
            "redis-cli PEXPIRETIME KEY  # note OLD of each",
            "redis-cli TTL KEY",
            "redis-cli EXPIRE KEY LONGER GT  # LONGER: its TTL plus {by:s}",
        ],
        back: &["redis-cli PEXPIREAT KEY OLD"],
    },
});

struct Freeze;

/// Milliseconds by which a key lives longer, and those that are added at random: a fifth.
fn by(params: &Params) -> (i64, i64) {
    let by = params.by;
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
    (by, by / 5)
}

impl Action for Freeze {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const RECALLED: bool = false;

    fn check(params: &Params) -> Result<(), FieldError> {
        match () {
            () if params.pattern.is_some() && params.top.is_some() => {
                Err(FieldError::new("top", "hottest keys are taken only without a pattern"))
            }
            () => one_rate(params.rate, params.no_throttle),
        }
    }

    fn needs(params: &Params) -> Needs {
        if params.pattern.is_some() { Needs::Nothing } else { Needs::LivingKeys }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        if context.facts.expiry_lives_in == Some(ExpiryLivesIn::Value) {
            return Ok(Plan::Blocked(Refusal::by(
                "S14",
                "the application goes by a time inside the value: a longer TTL does nothing",
                "correct it if that is not so: --fact expiry_lives_in=cache",
            )));
        }
        let source = Source::of(params, context)?;
        let asked = clock::instant();
        let (primaries, mut notes) = reader.primaries().await?;
        unless(on_replica(&primaries))?;
        let (by, spread) = by(params);
        let names = source.names().without(&switches(context));
        let impact = match &source {
            Source::Matching(pattern) => {
                Impact::of_pattern(reader, &primaries, pattern.as_bytes(), &names, by).await
            }
            Source::Named { keys, .. } => Impact::of_keys(reader, keys, &names, by).await,
        };
        let impact = match impact {
            Ok(impact) => impact,
            Err(error) => {
                return too_old(&primaries, &error).map(Plan::Blocked).ok_or(error.into());
            }
        };
        unless(under_pressure(reader, &primaries, asked).await?)?;
        let Some(first) = &impact.first else { return Ok(source.nothing(&impact)) };
        if let Some(home) = reader.home(first) {
            for write in [Write::ExpiryOn(vec![(first, 1, 2)]), Write::ExpiryBack(first, 2, 1)] {
                if let Some(error) = reader.forbids(&home, &write).await? {
                    return Ok(Plan::Blocked(error.into()));
                }
            }
        }
        let mut forecast = expect(&source, &impact, params, context);
        unless(memory(&primaries, &impact, &mut forecast))?;
        forecast.append(&mut notes);
        let (time, more) = (words(by), words(by + spread));
        Ok(Plan::Change(Draft {
            summary: format!("have {} live {time} longer", source.words(&impact)),
            parts: Vec::new(),
            commands: source.commands(by, spread),
            forecast,
            risk: risks(&primaries, &impact, params, context, &more),
            back: "puts back each expiry that is still ours; a key whose old time is over by then keeps ours and \
                   ends by itself"
                .into(),
            level: Level::Ask,
        }))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::expiries(image.iter().map(|moved| moved.key))]
    }

    fn commands(image: &Image) -> Vec<String> {
        image.commands()
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        image.undo_commands()
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        back::standing(image, reader).await
    }

    async fn apply(
        Apply { params, context, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let source = Source::of(params, context).map_err(refused)?;
        let (primaries, mut notes) = writer.reader.primaries().await?;
        if let Some(refusal) = on_replica(&primaries) {
            return Err(refused(refusal));
        }
        let names = source.names().without(&switches(context));
        let nodes: Vec<String> = primaries.iter().map(|who| who.node.clone()).collect();
        notes.extend(writer.reader.take_turn(&nodes).await?);
        let mut sweep = Sweep::new(writer, record, names, by(params), rate(params.rate, params.no_throttle));
        let swept = over(&primaries, &source, &mut sweep).await;
        sweep.writer.reader.give_turn_back(&nodes).await;
        swept?;
        let count = sweep.count;
        notes.extend(said(&count));
        Ok(Applied::left(count.extended > 0, notes).cut_short(count.stopped))
    }

    // A key that the application has written since is as the application wants it: nobody wants the old time for it.
    async fn undo(Undo { image, writer, permit, .. }: Undo<'_, '_, Self>) -> Result<Reverted, TargetError> {
        back::undo(image, writer, permit).await
    }
}

async fn over(primaries: &[Who], source: &Source, sweep: &mut Sweep<'_, '_>) -> Result<(), TargetError> {
    for who in primaries {
        match source {
            Source::Matching(pattern) => sweep.matching(who, pattern.as_bytes()).await?,
            Source::Named { keys, .. } => {
                let reader = &sweep.writer.reader;
                let here = keys.iter().filter(|key| reader.home(key).as_ref() == Some(&who.node));
                let here: Vec<&[u8]> = here.map(Vec::as_slice).collect();
                if !here.is_empty() {
                    sweep.named(who, &here, keys.len() as u64).await?;
                }
            }
        }
    }
    Ok(())
}

fn words(ms: i64) -> String {
    text::duration(Duration::from_millis(ms.unsigned_abs()))
}

fn expect(source: &Source, impact: &Impact, params: &Params, context: &Context<'_>) -> Vec<String> {
    let (by, _) = by(params);
    let soon = impact.soon();
    let mut lines = vec![format!(
        "{} would expire within {}: {} refills that the database is spared ({})",
        text::count(soon),
        words(by),
        if impact.whole { "as many" } else { "about as many" },
        source.basis(impact),
    )];
    lines.push("sheds nothing of the load of keys that are gone already".into());
    lines.extend(impact.left_alone());
    lines.extend(unsaid(context.facts));
    lines.extend(takes(impact, rate(params.rate, params.no_throttle)));
    lines
}

fn risks(
    primaries: &[Who],
    impact: &Impact,
    params: &Params,
    context: &Context<'_>,
    more: &str,
) -> Vec<String> {
    let mut risk = vec![format!("users are served data up to {more} older than its TTL allows")];
    risk.extend(impact.frozen(context));
    risk.extend(backlog(primaries, rate(params.rate, params.no_throttle)));
    risk
}

/// What came of it, in words.
fn said(count: &Count) -> Vec<String> {
    tally(
        format!("{} keys live longer, each was read back", count.extended),
        &[
            (count.gone, "had gone before"),
            (count.changed, "were given another expiry by somebody else meanwhile"),
            (count.forever, "have no TTL, and were not touched"),
            (count.spared, "left alone because of a segment of their names, or as switches (S14)"),
            (count.elsewhere, "are on the move between nodes: run it again for them"),
        ],
    )
}
