//! `recover warm`: missing keys are refilled before users ask for them, as fast as the database takes it (S29).

mod brakes;
mod crew;
mod drive;
mod fields;
mod image;
mod load;
mod order;
mod resp;
mod row;
mod select;
mod source;
mod way;
mod words;

use std::sync::Arc;
use std::time::Duration;

use crate::action::field::{Field, FieldError, With};
use crate::action::load::{Gauge, Load};
use crate::action::redis::expiry::pace::Signs;
use crate::action::redis::expiry::refused;
use crate::action::redis::pulse::Sampler;
use crate::action::redis::warm::brakes::{Brakes, Limits};
use crate::action::redis::warm::drive::Drive;
use crate::action::redis::warm::fields::{FIELDS, check};
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::load::Stock;
use crate::action::redis::warm::order::{Order, Verify};
use crate::action::redis::warm::source::{HOT, Source};
use crate::action::redis::warm::way::{Way, no_call};
use crate::action::redis::warm::words::said;
use crate::action::{
    About, Action, Applied, ByHand, Context, Draft, Force, Needs, Phase, Plan, Recorder, Refusal, Reverted,
    Spec, Unplanned,
};
use crate::approval::Permit;
use crate::change::{Level, Standing};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::redis::{Ask, Reader, Reply};
use crate::system::{Redis, System};
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
/// Keys of the list that are looked at for the plan.
const LOOKED_AT: usize = 1_000;
/// Between two readings of what the server evicts.
const APART: Duration = Duration::from_millis(300);

struct Warm;

fn limits(with: &With, context: &Context<'_>) -> Limits {
    Limits {
        most: usize::try_from(with.whole("max_concurrency").unwrap_or(MOST)).unwrap_or(1),
        slow: context.thresholds.running_slow,
        stop: context.thresholds.running_stop,
        off: with.on("no_brakes"),
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
        "break the stampede and protect the database first: stampede break, stampede protect",
    ))
}

/// Keys of the list that are taken at most.
fn top(with: &With) -> u64 {
    with.whole("top").unwrap_or(u64::MAX)
}

fn below(with: &With) -> i64 {
    with.duration("if_ttl_below").map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}

/// Where the last warming of this list stopped; none: there was none, or lists like it are made anew.
fn resumed(with: &With, context: &Context<'_>, source: &Source) -> Option<u64> {
    let list = source.name();
    let last = context.earlier::<Checkpoint>(NAME).into_iter().map(|(_, image)| image);
    last.rev()
        .find(|image| with.on("resume") && !list.is_empty() && image.list == list)
        .map(|image| image.done)
}

/// How many of the first keys would be refilled, of how many.
async fn missing(
    source: &Source,
    (from, top): (u64, u64),
    below: i64,
    reader: &mut Reader,
) -> Result<(usize, usize), TargetError> {
    let enough = LOOKED_AT.min(usize::try_from(top.saturating_sub(from)).unwrap_or(LOOKED_AT));
    let mut feed = source.open()?;
    let mut skipped = 0;
    let (mut wanted, mut looked_at) = (0, 0);
    while looked_at < enough {
        let most = if skipped < from {
            usize::try_from(from - skipped).unwrap_or(enough).min(enough)
        } else {
            enough - looked_at
        };
        let keys = feed.next(reader, most).await?;
        if keys.is_empty() {
            break;
        }
        if skipped < from {
            skipped += keys.len() as u64;
            continue;
        }
        let asks: Vec<Ask<'_>> = keys.iter().map(|key| Ask::Pttl(key)).collect();
        looked_at += keys.len();
        let replies = reader.ask_keys(&asks).await?;
        wanted += replies
            .iter()
            .filter(|reply| matches!(reply, Reply::Int(left) if *left == -2 || (0..below).contains(left)))
            .count();
    }
    Ok((wanted, looked_at))
}

impl Action for Warm {
    type System = Redis;
    type Image = Checkpoint;
    type Params = With;

    const IRREVERSIBLE: Option<&'static str> =
        Some("a key that was refilled holds what the application put there");
    const FIELDS: &'static [Field] = FIELDS;
    const NOTHING: &'static str = "what was refilled stays: it is the application's own";

    fn check(with: &With) -> Result<(), FieldError> {
        check(with)
    }

    fn needs(with: &With) -> Needs {
        let named = |field: &&str| with.has(field) && with.text(field) != Some(HOT);
        let named = ["key", "keys", "pattern", "resp", "sql"].iter().any(named);
        if named { Needs::Nothing } else { Needs::HotKeys }
    }

    async fn plan(
        with: &With,
        context: &Context<'_>,
        reader: &mut Reader,
    ) -> Result<Plan<Checkpoint>, Unplanned> {
        if let Some(path) = with.text("resp") {
            return Ok(load::plan(with, path, reader).await?);
        }
        if with.has("sql") {
            return Ok(select::plan(with, context, reader).await?);
        }
        let (source, way) = match (Source::of(with, context), Way::of(with, context)) {
            (Ok(source), Ok(way)) => (source, way),
            (Err(refusal), _) | (_, Err(refusal)) => return Ok(Plan::Blocked(refusal)),
        };
        if let Some(error) = way.trouble().await {
            return Ok(Plan::Blocked(no_call(&error)));
        }
        let limits = limits(with, context);
        let load = Gauge::over(context).read().await;
        if let Some(refusal) = busy(&load, &limits, "each refill is one more") {
            return Ok(Plan::Blocked(refusal));
        }
        let asked = clock::instant();
        let (primaries, notes) = reader.primaries().await?;
        let from = resumed(with, context, &source).unwrap_or(0);
        let below = below(with);
        let of = source.count()?.map(|of| of.min(top(with)));
        if of == Some(0) {
            return Ok(Plan::NotApplicable(format!("there are none of {}", source.words())));
        }
        let (wanted, looked_at) = missing(&source, (from, top(with)), below, reader).await?;
        clock::sleep_until(asked + APART).await;
        for who in &primaries {
            let signs = Signs::ask(&mut reader.hold(&who.node).await?).await?;
            let before = Signs::of(&who.info);
            if signs.evicted > before.evicted {
                let why = format!("{} evicts: what is warmed pushes out others", who.node);
                return Ok(Plan::Blocked(Refusal::by("S29", why, "raise maxmemory, or free memory, first")));
            }
        }
        if wanted == 0 && of.is_some_and(|of| looked_at as u64 + from >= of) {
            return Ok(Plan::AlreadySo(format!("already so: {} are there", source.words())));
        }
        let left = of.map(|of| of.saturating_sub(from));
        let share = wanted as f64 / looked_at.max(1) as f64;
        let mut forecast = vec![match left {
            Some(left) if left as usize <= looked_at => {
                format!("{wanted} of {left} keys are refilled, the others are there")
            }
            Some(left) => format!(
                "about {} of {} keys are refilled, the others are there ({looked_at} looked at)",
                text::count(share * left as f64),
                text::count(left as f64)
            ),
            None => format!("{} of {looked_at} keys looked at are refilled", text::percent(share)),
        }];
        if let Source::Hot(_, basis) = &source {
            forecast.push(format!("which are the hottest: {basis}"));
        }
        if from > 0 {
            forecast.push(format!(
                "{from} keys of the list were done by the warming before, and are passed over"
            ));
        }
        forecast.push(match (&load.busiest, limits.off) {
            (_, true) => format!("{} at a time from the beginning: the database is not heeded", limits.most),
            (Some((running, name)), false) => format!(
                "2 at a time, then more, at most {}; slower from {} statements on, none from {} on ({} runs {})",
                limits.most,
                text::count(limits.slow),
                text::count(limits.stop),
                text::escape(name),
                text::count(*running)
            ),
            (None, false) => format!(
                "2 at a time, then more, at most {}; the load of the database is not seen ({}): only failing calls are heeded",
                limits.most,
                load.missing.first().map_or("none is configured", String::as_str)
            ),
        });
        forecast.extend(notes);
        Ok(Plan::Change(Draft {
            summary: format!("have {} refilled that are missing", source.words()),
            parts: Vec::new(),
            commands: vec![format!("{}  # for each key that is missing", way.words())],
            forecast,
            risk: vec!["each call is one refill for the database".into()],
            back: "none is needed: Ctrl-C stops it, and what was refilled is the application's own".into(),
            level: Level::Ask,
        }))
    }

    fn commands(_: &Checkpoint) -> Vec<String> {
        Vec::new()
    }

    fn way_back(_: &Checkpoint) -> Vec<String> {
        Vec::new()
    }

    async fn standing(_: &str, _: &Checkpoint, _: &mut Reader) -> Result<Standing, TargetError> {
        // Nothing of it is ours to put back.
        Ok(Standing::Before)
    }

    async fn apply(
        with: &With,
        context: &Context<'_>,
        _: &[(String, Checkpoint)],
        writer: &mut <Redis as System>::Writer<'_>,
        record: &dyn Recorder,
    ) -> Result<Applied, TargetError> {
        if with.has("resp") || with.has("sql") {
            let file = with.text("resp").map(|path| Source::File(path.into()));
            let from = file.and_then(|file| resumed(with, context, &file)).unwrap_or(0);
            return load::apply(with, Stock::of(with, context).await?, from, writer, record).await;
        }
        let source = Source::of(with, context).map_err(refused)?;
        let way = Arc::new(Way::of(with, context).map_err(refused)?);
        let from = resumed(with, context, &source).unwrap_or(0);
        let (primaries, mut notes) = writer.reader.primaries().await?;
        let node = primaries.into_iter().next().map(|who| (who.node, who.id)).unwrap_or_default();
        let order = Order {
            way,
            rate: with.whole("rate").map(|rate| rate as f64),
            verify: match with.text("verify") {
                Some("none") => Verify::Never,
                Some("sample") => Verify::Sample,
                _ => Verify::All,
            },
            below: below(with),
            of: source.count()?.map(|of| of.min(top(with))),
            top: top(with),
            list: source.name(),
            from,
        };
        let sampler = Sampler::start(Gauge::over(context));
        let brakes = Brakes::new(limits(with, context));
        let began = clock::instant();
        let mut drive = Drive::new(writer.reader, record, order, source.open()?, brakes, node)?;
        let ended = drive.run(sampler).await;
        let seconds = clock::instant().saturating_duration_since(began).as_secs_f64().max(0.001);
        notes.extend(said(&drive, seconds));
        match ended {
            Ok(()) if drive.count.mostly_failed() => {
                let message = format!("most keys are not refilled ({})", notes.join("; "));
                Err(TargetError::new(TargetErrorKind::Protocol, message)
                    .hint("see what the endpoint says in its log; --resume goes on"))
            }
            Ok(()) => Ok(Applied { in_effect: false, notes }),
            Err(error) => {
                let message = format!("{} ({})", error.message, notes.join("; "));
                Err(TargetError { message, ..error })
            }
        }
    }

    async fn undo(
        _: &str,
        _: &Checkpoint,
        _: Force,
        _: &mut <Redis as System>::Writer<'_>,
        _: &Permit<'_>,
    ) -> Result<Reverted, TargetError> {
        Ok(Reverted { complete: true, notes: Vec::new() })
    }
}
