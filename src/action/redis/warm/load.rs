//! Filling in values that are at hand, of a file or of a SELECT: the pace is the cache's.

use std::path::Path;
use std::time::Duration;

use crate::action::field::With;
use crate::action::redis::expiry::pace::Pace;
use crate::action::redis::expiry::{RATE, memory_left, unexpected};
use crate::action::redis::pulse::Cache;
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::resp::{Put, Puts};
use crate::action::redis::warm::select::Crop;
use crate::action::{Applied, Context, Draft, Plan, Recorder, Refusal};
use crate::approval::Permit;
use crate::change::{Level, Part};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Ask, Reader, Reply, Tell, Writer};
use crate::text;

/// Keys that are looked at and written together.
const PAGE: usize = 256;
/// Keys of the file that are looked at for the plan.
const LOOKED_AT: u64 = 1_000;
/// Between two looks at what the cache throws away, and two checkpoints.
const EVERY: Duration = Duration::from_secs(1);
/// How often we look whether the database has recovered.
const LOOK: Duration = Duration::from_millis(100);

/// Where the values come from.
pub enum Stock {
    /// A file, by its path.
    File(String, Puts),
    /// A SELECT.
    Rows(Box<Crop>),
}

impl Stock {
    /// What was said with `--resp` or `--sql`. Errors: the file cannot be read, the database does not give the rows.
    pub async fn of(with: &With, context: &Context<'_>) -> Result<Self, TargetError> {
        Ok(match with.text("resp") {
            Some(path) => Self::File(path.to_owned(), open(with, path)?),
            None => Self::Rows(Box::new(Crop::begin(with, context).await?)),
        })
    }

    /// The next of them, or none yet; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<Put>>, TargetError> {
        match self {
            Self::File(_, puts) => Ok(Some(puts.next(PAGE)?).filter(|page| !page.is_empty())),
            Self::Rows(crop) => crop.next().await,
        }
    }

    /// Whether the database is to be left alone now.
    fn held(&mut self) -> Result<bool, TargetError> {
        match self {
            Self::File(..) => Ok(false),
            Self::Rows(crop) => crop.held(),
        }
    }

    /// Whose checkpoints are written; a SELECT has no place to go on from.
    fn list(&self) -> String {
        match self {
            Self::File(path, _) => format!("file {path}"),
            Self::Rows(_) => String::new(),
        }
    }

    /// How what was stopped is gone on with.
    fn again(&self) -> &'static str {
        match self {
            Self::File(..) => "--resume goes on",
            Self::Rows(_) => "run it again, what is there is left alone",
        }
    }

    fn words(&self) -> String {
        match self {
            Self::File(..) => String::new(),
            Self::Rows(crop) => crop.words(),
        }
    }

    async fn end(self) -> Vec<String> {
        match self {
            Self::File(..) => Vec::new(),
            Self::Rows(crop) => crop.end().await,
        }
    }
}

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

/// How far it is.
#[derive(Default)]
struct Filled {
    /// Keys that were looked at, or passed over because an earlier run has done them.
    done: u64,
    filled: u64,
    present: u64,
    stopped: bool,
}

/// Fills in what is missing. Errors: the cache suffers, throws keys away or refuses, or there are no more values to be had;
/// what was filled in stays.
pub async fn apply(
    with: &With,
    mut stock: Stock,
    from: u64,
    writer: &mut Writer<'_>,
    record: &dyn Recorder,
) -> Result<Applied, TargetError> {
    let mut far = Filled::default();
    let ended = fill(with, &mut stock, from, writer, record, &mut far).await;
    let mut notes = vec![format!("{} keys filled in, {} were there", far.filled, far.present)];
    if far.stopped {
        notes.push(format!("stopped after {} keys: {}", far.done, stock.again()));
    }
    notes.extend(stock.end().await);
    match ended {
        Ok(before) => Ok(Applied { in_effect: false, notes: [before, notes].concat() }),
        Err(error) => {
            let message = format!("{} ({})", error.message, notes.join("; "));
            Err(TargetError { message, ..error })
        }
    }
}

async fn fill(
    with: &With,
    stock: &mut Stock,
    from: u64,
    writer: &mut Writer<'_>,
    record: &dyn Recorder,
    far: &mut Filled,
) -> Result<Vec<String>, TargetError> {
    let (primaries, notes) = writer.reader.primaries().await?;
    let Some(who) = primaries.into_iter().next() else {
        return Err(TargetError::new(TargetErrorKind::Unreachable, "there is no primary"));
    };
    let rate = with.whole("rate").map_or(RATE, |rate| rate as f64);
    let mut pace = Pace::set(&mut writer.reader.hold(&who.node).await?, Some(rate)).await?;
    let mut cache = Cache::default();
    let mut looked = clock::instant();
    cache.look(writer.reader).await;
    loop {
        let checkpoint =
            Checkpoint { list: stock.list(), done: far.done, rebuilt: far.filled, refill_ms: 0.0 };
        // One record for a second's worth of keys: each is only ever written where nothing is.
        let permit = record.batch(Part::of(&who.node, &who.id, &checkpoint)?).await?;
        let until = clock::instant() + EVERY;
        let mut over = false;
        while !over && clock::instant() < until {
            far.stopped = record.stopping();
            if !far.stopped && stock.held()? {
                clock::sleep(LOOK).await;
                continue;
            }
            match if far.stopped { None } else { stock.next().await? } {
                None => over = true,
                Some(page) if page.is_empty() => {}
                Some(page) => {
                    far.done += page.len() as u64;
                    if far.done > from {
                        let written = put(writer, &permit, &page, far).await?;
                        let mut node = writer.reader.hold(&who.node).await?;
                        pace.rest(&mut node, written, page.len()).await?;
                    }
                }
            }
        }
        let (done, filled) = (text::count(far.done as f64), text::count(far.filled as f64));
        record.say(&format!("{done} keys, {filled} filled in{}", stock.words()));
        if clock::instant() >= looked + EVERY {
            cache.look(writer.reader).await;
            looked = clock::instant();
            if let Some(why) = cache.full(0) {
                return Err(TargetError::new(TargetErrorKind::Busy, why)
                    .hint(format!("raise maxmemory, or take fewer keys; {}", stock.again())));
            }
        }
        if over {
            return Ok(notes);
        }
    }
}

/// Writes those of a page that are not there, and returns how many.
async fn put(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    page: &[Put],
    far: &mut Filled,
) -> Result<usize, TargetError> {
    let gone = gone(writer.reader, page).await?;
    let wanted: Vec<&Put> = page.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(put, _)| put).collect();
    let tells: Vec<Tell<'_>> =
        wanted.iter().map(|put| Tell::SetNew(&put.key, &put.value, Some(put.lives))).collect();
    for (put, reply) in wanted.iter().zip(writer.tell_keys(permit, &tells).await?) {
        match reply {
            Reply::Error(_) => return Err(unexpected(writer.reader, &put.key, &reply).await),
            // Somebody else was faster.
            Reply::Nil => far.present += 1,
            _ => far.filled += 1,
        }
    }
    far.present += (page.len() - wanted.len()) as u64;
    Ok(wanted.len())
}
