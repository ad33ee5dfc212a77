//! Refilling from a file: the database has no part in it, so the pace is the cache's.

use std::path::Path;
use std::time::Duration;

use crate::action::field::With;
use crate::action::redis::expiry::pace::Pace;
use crate::action::redis::expiry::{RATE, memory_left, unexpected};
use crate::action::redis::pulse::Cache;
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::resp::{Put, Puts};
use crate::action::{Applied, Draft, Plan, Recorder, Refusal};
use crate::change::{Level, Part};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::target::redis::{Ask, Reader, Reply, Tell, Writer};
use crate::text;

/// Keys that are looked at and written together.
const PAGE: usize = 256;
/// Keys of the file that are looked at for the plan.
const LOOKED_AT: u64 = 1_000;
/// Between two looks at what the cache throws away, and two checkpoints.
const EVERY: Duration = Duration::from_secs(1);

fn open(with: &With, path: &str) -> Result<Puts, TargetError> {
    Puts::open(Path::new(path), with.duration("ttl"))
}

/// What it would do. The whole file is read first: one that is wrong in the middle is not begun with.
pub async fn plan(with: &With, path: &str, reader: &mut Reader) -> Result<Plan<Checkpoint>, TargetError> {
    let (primaries, notes) = reader.primaries().await?;
    if let Some(refusal) = crate::action::redis::expiry::on_replica(&primaries) {
        return Ok(Plan::Blocked(refusal));
    }
    let mut puts = open(with, path)?;
    let (mut all, mut bytes, mut missing, mut looked_at) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut first = None;
    loop {
        let page = puts.next(PAGE)?;
        if page.is_empty() {
            break;
        }
        if looked_at < LOOKED_AT || missing == 0 {
            looked_at += page.len() as u64;
            missing += gone(reader, &page).await?.iter().filter(|gone| **gone).count() as u64;
        }
        all += page.len() as u64;
        bytes += page.iter().map(|put| (put.key.len() + put.value.len()) as u64).sum::<u64>();
        first = first.or_else(|| page.first().map(|put| put.key.clone()));
    }
    let shown = text::escape(path);
    let Some(first) = first else {
        return Ok(Plan::NotApplicable(format!("{shown} has no commands in it")));
    };
    if missing == 0 && looked_at >= all {
        return Ok(Plan::AlreadySo(format!("already so: the keys of {shown} are there")));
    }
    if let Some(home) = reader.home(&first)
        && let Some(error) = reader.forbids(&home, &Tell::SetNew(&first, b"", Some(1))).await?
    {
        return Ok(Plan::Blocked(error.into()));
    }
    let wanted = bytes as f64 * missing as f64 / looked_at.max(1) as f64;
    if let Some(left) = memory_left(&primaries).filter(|left| wanted > *left) {
        return Ok(Plan::Blocked(Refusal::by(
            "S29",
            format!(
                "{} are to be filled in, and {} are left of maxmemory",
                text::bytes(wanted),
                text::bytes(left)
            ),
            "raise maxmemory, or take a shorter file",
        )));
    }
    let share = missing as f64 / looked_at.max(1) as f64;
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

/// Which of them are not there.
async fn gone(reader: &mut Reader, page: &[Put]) -> Result<Vec<bool>, TargetError> {
    let asks: Vec<Ask<'_>> = page.iter().map(|put| Ask::Pttl(&put.key)).collect();
    let mut gone = Vec::with_capacity(page.len());
    for (put, reply) in page.iter().zip(reader.ask_keys(&asks).await?) {
        match reply {
            Reply::Int(left) => gone.push(left == -2),
            other => return Err(unexpected(reader, &put.key, &other).await),
        }
    }
    Ok(gone)
}

/// Fills in what is missing. Errors: the cache suffers, throws keys away or refuses; what was filled in stays.
pub async fn apply(
    with: &With,
    path: &str,
    from: u64,
    writer: &mut Writer<'_>,
    record: &dyn Recorder,
) -> Result<Applied, TargetError> {
    let (primaries, mut notes) = writer.reader.primaries().await?;
    let Some(who) = primaries.into_iter().next() else {
        return Err(TargetError::new(TargetErrorKind::Unreachable, "there is no primary"));
    };
    let rate = with.whole("rate").map_or(RATE, |rate| rate as f64);
    let mut pace = Pace::set(&mut writer.reader.hold(&who.node).await?, Some(rate)).await?;
    let (mut puts, mut cache) = (open(with, path)?, Cache::default());
    let (mut done, mut filled, mut present) = (0_u64, 0_u64, 0_u64);
    let mut looked = clock::instant();
    let mut stopped = false;
    cache.look(writer.reader).await;
    loop {
        let checkpoint = Checkpoint { list: format!("file {path}"), done, rebuilt: filled, refill_ms: 0.0 };
        let image = serde_json::to_value(&checkpoint).unwrap_or_default();
        // One record for a second's worth of keys: each is only ever written where nothing is.
        let permit = record.batch(Part { node: who.node.clone(), id: who.id.clone(), image }).await?;
        let until = clock::instant() + EVERY;
        let mut over = false;
        while clock::instant() < until {
            stopped = record.stopping();
            let page = if stopped { Vec::new() } else { puts.next(PAGE)? };
            if page.is_empty() {
                over = true;
                break;
            }
            done += page.len() as u64;
            if done <= from {
                continue;
            }
            let gone = gone(writer.reader, &page).await?;
            let wanted: Vec<&Put> =
                page.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(put, _)| put).collect();
            let tells: Vec<Tell<'_>> =
                wanted.iter().map(|put| Tell::SetNew(&put.key, &put.value, Some(put.lives))).collect();
            for (put, reply) in wanted.iter().zip(writer.tell_keys(&permit, &tells).await?) {
                match reply {
                    Reply::Error(_) => return Err(unexpected(writer.reader, &put.key, &reply).await),
                    // Somebody else was faster.
                    Reply::Nil => present += 1,
                    _ => filled += 1,
                }
            }
            present += (page.len() - wanted.len()) as u64;
            pace.rest(&mut writer.reader.hold(&who.node).await?, wanted.len(), page.len()).await?;
        }
        record.say(&format!("{} keys, {} filled in", text::count(done as f64), text::count(filled as f64)));
        if clock::instant() >= looked + EVERY {
            cache.look(writer.reader).await;
            looked = clock::instant();
            if let Some(why) = cache.full(0) {
                let message = format!("{why} ({filled} keys filled in)");
                return Err(TargetError::new(TargetErrorKind::Busy, message)
                    .hint("raise maxmemory, or take a shorter file; --resume goes on"));
            }
        }
        if over {
            break;
        }
    }
    notes.push(format!("{filled} keys filled in, {present} were there"));
    if stopped {
        notes.push(format!("stopped after {done} keys of the file: --resume goes on"));
    }
    Ok(Applied { in_effect: false, notes })
}
