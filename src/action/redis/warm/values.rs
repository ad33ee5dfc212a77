//! Filling in values that are at hand, of a file or of a SELECT.

use std::path::Path;

use crate::action::redis::expiry::{RATE, on_replica};
use crate::action::redis::warm::fields::Params;
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::words::{filled, loaded};
use crate::action::redis::warm::{LOOKED_AT, may_write, resumed, select, too_much};
use crate::action::{Applied, Context, Draft, Plan, PlanResult, Recorder, unless};
use crate::change::{Level, Part};
use crate::error::{TargetError, TargetErrorKind};
use crate::refill::PAGE;
use crate::refill::fill::{Loader, Values, missing};
use crate::refill::resp::RespFile;
use crate::system::redis::{Reader, Writer};
use crate::text;

fn open(params: &Params, path: &str) -> Result<RespFile, TargetError> {
    RespFile::open(Path::new(path), params.ttl)
}

/// What it would do. The whole file is read first: one that is wrong in the middle is not begun with.
pub async fn plan(params: &Params, path: &str, reader: &mut Reader) -> PlanResult<Checkpoint> {
    let (primaries, notes) = reader.primaries().await?;
    unless(on_replica(&primaries))?;
    let mut file = open(params, path)?;
    let (mut all, mut bytes, mut wanted, mut looked_at) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut first = None;
    loop {
        let page = file.next(PAGE)?;
        if page.is_empty() {
            break;
        }
        if looked_at < LOOKED_AT as u64 || wanted == 0 {
            looked_at += page.len() as u64;
            wanted += missing(reader, &page).await?.into_iter().filter(|missing| *missing).count() as u64;
        }
        all += page.len() as u64;
        bytes += page.iter().map(|entry| (entry.key.len() + entry.value.len()) as u64).sum::<u64>();
        first = first.or_else(|| page.first().map(|entry| entry.key.clone()));
    }
    let shown = text::escape(path);
    let Some(first) = first else {
        return Ok(Plan::NotApplicable(format!("{shown} has no commands in it")));
    };
    if wanted == 0 && looked_at >= all {
        return Ok(Plan::AlreadySo(format!("the keys of {shown} are there")));
    }
    let share = wanted as f64 / looked_at.max(1) as f64;
    may_write(reader, &first).await?;
    unless(too_much(&primaries, Some(bytes as f64 * share), "take a shorter file"))?;
    let mut forecast = vec![
        format!(
            "{} keys, {}; about {} of them are missing",
            text::count(all as f64),
            text::bytes(bytes as f64),
            text::percent(share)
        ),
        "asks nothing of the database; what is there is left alone".into(),
    ];
    forecast.extend(notes);
    Ok(Plan::Change(Draft {
        summary: format!("fill in the keys of {shown} that are missing"),
        parts: Vec::new(),
        commands: vec![
            "SET <key> <value> PX <lifetime> NX  # each that is missing, as the file has it".into(),
        ],
        forecast,
        risk: vec!["what is in the file is as old as the file".into()],
        back: "none is needed: what is filled in ends with its lifetime".into(),
        level: Level::Ask,
    }))
}

/// Fills in what is missing. Errors: the cache is under pressure, throws keys away or refuses, or there are no more values to be
/// had; what was filled in stays.
pub async fn apply(
    params: &Params,
    context: &Context<'_>,
    writer: &mut Writer<'_>,
    record: &dyn Recorder,
) -> Result<Applied, TargetError> {
    let (values, list) = match params.resp.as_deref() {
        Some(path) => (Values::File(open(params, path)?), format!("file {path}")),
        // A SELECT has no place to go on from.
        None => (Values::Rows(Box::new(select::begin(params, context).await?)), String::new()),
    };
    let (primaries, mut notes) = writer.reader.primaries().await?;
    let Some(who) = primaries.into_iter().next() else {
        return Err(TargetError::new(TargetErrorKind::Unreachable, "there is no primary"));
    };
    let from = resumed(params, context, &list).unwrap_or(0);
    let rate = params.rate.map_or(RATE, |rate| rate as f64);
    let mut loader = Loader::new(values, from, rate, &who.node, writer.reader).await?;
    let ended = run(&mut loader, writer, record, (&who.node, &who.id, &list)).await;
    let came = loaded(&loader);
    let stopped = loader.stopped;
    loader.end().await;
    match ended {
        Ok(()) => {
            notes.extend(came);
            Ok(Applied::over(notes).cut_short(stopped))
        }
        Err(error) => {
            let message = format!("{} ({})", error.message, came.join("; "));
            Err(TargetError { message, ..error })
        }
    }
}

async fn run(
    loader: &mut Loader,
    writer: &mut Writer<'_>,
    record: &dyn Recorder,
    (node, id, list): (&str, &str, &str),
) -> Result<(), TargetError> {
    loop {
        let checkpoint =
            Checkpoint { list: list.to_owned(), done: loader.done, rebuilt: loader.filled, refill_ms: 0.0 };
        // One record for a second's worth of keys: each is only ever written where nothing is.
        let permit = record.batch(Part::of(node, id, &checkpoint)?).await?;
        let over = loader.advance(writer, &permit, &|| record.stopping()).await?;
        record.say(&filled(loader));
        loader.check(writer.reader).await?;
        if over {
            return Ok(());
        }
    }
}
