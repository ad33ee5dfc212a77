//! `recover warm`: missing keys are refilled before users ask for them, as fast as the database takes it (S29). The refill itself is
//! done in `refill/`.

mod calls;
mod fields;
mod image;
mod select;
mod values;
mod words;

use crate::action::field::FieldError;
use crate::action::redis::expiry::memory_left;
use crate::action::redis::warm::fields::{Params, check};
use crate::action::redis::warm::image::Checkpoint;
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Needs, Phase, PlanResult, Refusal, Spec, Unplanned,
    unless,
};
use crate::change::Standing;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::refill::throttle::Limits;
use crate::system::Redis;
use crate::system::load::Load;
use crate::system::redis::{Reader, Who, Write};
use crate::text;

/// The registry line.
pub static SPEC: Spec = Spec::of::<Warm>(About {
    name: NAME,
    command: "warm",
    phase: Phase::Recover,
    kind: Kind::Redis,
    summary: "have missing keys refilled, as fast as the database takes it",
    help: "Calls the application for each key that is missing: the URL of --http or of rebuild: in stampede.yaml, with \
           the percent-encoded key in the place of {key}, or its program. Begins with two at a time and takes a few more \
           each second; goes slower from `running_slow` statements on the busiest database on, stops at `running_stop` \
           until it is below the first, and halves when calls fail or the endpoint asks for time (S29). A key that is there \
           is left alone. Ends when the cache throws away what it is given. Ctrl-C leaves a checkpoint, and --resume goes \
           on from it. Instead of calls, --resp takes the values of a file, and --sql the rows of a SELECT. Keys are data: they \
           come from a file, standard input or the measurement, and no shell reads them.",
    example: "stampede recover warm --keys hot.txt --http 'http://api/internal/cache/warm/{key}'",
    by_hand: ByHand {
        act: &[
            "stampede detect hotkeys  # or the keys you know of, the hottest first, a line each in KEYS",
            "while IFS= read -r key; do curl -sfG URL --data-urlencode \"key=$key\"; sleep 0.1; done < KEYS  # watch the database",
        ],
        back: &[],
    },
});

const NAME: &str = "redis.warm";
/// Refills at a time.
const MOST: u64 = 50;
/// Keys that are looked at for the plan.
const LOOKED_AT: usize = 1_000;

struct Warm;

fn limits(params: &Params, context: &Context<'_>) -> Limits {
    Limits {
        most: usize::try_from(params.max_concurrency.unwrap_or(MOST)).unwrap_or(1),
        slow: context.thresholds.running_slow,
        stop: context.thresholds.running_stop,
        off: params.no_brakes,
    }
}

/// Why it is not begun with: a database runs too much already (S29).
fn busy(load: &Load, limits: &Limits, more: &str) -> Option<Refusal> {
    let (running, name) =
        load.busiest.as_ref().filter(|(running, _)| *running >= limits.stop && !limits.off)?;
    Some(Refusal::by(
        "S29",
        format!(
            "{} runs {} statements, and warming stops at {}: {more}",
            text::escape(name),
            text::count(*running),
            text::count(limits.stop)
        ),
        "break the stampede and protect the database first: `stampede break`, `stampede protect`",
    ))
}

/// Whether a key like this one may be written. A refusal when it may not.
async fn may_write(reader: &mut Reader, key: &[u8]) -> Result<(), Unplanned> {
    let Some(home) = reader.home(key) else { return Ok(()) };
    let forbidden = reader.forbids(&home, &Write::SetNew(key, b"", Some(1))).await?;
    Ok(unless(forbidden.map(Refusal::from))?)
}

/// Why so many bytes are not filled in; none: they fit, or nobody knows.
fn too_much(primaries: &[Who], bytes: Option<f64>, less: &str) -> Option<Refusal> {
    let (bytes, left) = bytes.zip(memory_left(primaries)).filter(|(bytes, left)| bytes > left)?;
    let why = format!(
        "about {} are to be filled in, and {} are left of maxmemory",
        text::bytes(bytes),
        text::bytes(left)
    );
    Some(Refusal::by("S29", why, format!("raise maxmemory, or {less}")))
}

/// Where the last warming of this list stopped; none: there was none, or lists like it are made anew.
fn resumed(params: &Params, context: &Context<'_>, list: &str) -> Option<u64> {
    let last = context.earlier::<Checkpoint>(NAME).into_iter().map(|(_, image)| image);
    last.rev().find(|image| params.resume && !list.is_empty() && image.list == list).map(|image| image.done)
}

impl Action for Warm {
    type System = Redis;
    type Image = Checkpoint;
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> =
        Some("a key that was refilled holds what the application put there");
    const NOTHING: &'static str = "what was refilled stays: it is the application's own";

    fn check(params: &Params) -> Result<(), FieldError> {
        check(params)
    }

    fn needs(params: &Params) -> Needs {
        if params.names_keys() { Needs::Nothing } else { Needs::HotKeys }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Checkpoint> {
        match &params.resp {
            Some(path) => values::plan(params, path, reader).await,
            None if params.sql.is_some() => select::plan(params, context, reader).await,
            None => calls::plan(params, context, reader).await,
        }
    }

    fn commands(_: &Checkpoint) -> Vec<String> {
        Vec::new()
    }

    async fn standing(_: &str, _: &Checkpoint, _: &mut Reader) -> Result<Standing, TargetError> {
        // Nothing of it is ours to put back.
        Ok(Standing::Before)
    }

    async fn apply(
        Apply { params, context, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        if params.resp.is_some() || params.sql.is_some() {
            return values::apply(params, context, writer, record).await;
        }
        calls::apply(params, context, writer.reader, record).await
    }
}
