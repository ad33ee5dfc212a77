//! Counting in the logs of pods: many at once, in bounded memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock;
use crate::config::{Containers, PodLogs};
use crate::error::TargetError;
use crate::probe::NAME;
use crate::system::Dialling;
use crate::system::kubernetes::{Before, Log, Reader, Speaker};
use crate::system::logs::{Count, Patterns, Scanner, State, Tally, Zone};
use crate::text::escape;

/// Streams that are read at the same time.
const STREAMS: usize = 32;
/// Memory of each.
const BLOCK: usize = 64 * 1024;
/// A container says its first line a moment after it began, and times are cut to seconds.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);
/// How far back is looked unless it is said.
const SINCE: Duration = Duration::from_secs(300);

/// Counts in every pod that the selector matches, until `budget` is over. Errors: the cluster cannot be asked.
pub async fn count(
    pods: &PodLogs,
    patterns: &Arc<Patterns>,
    since: Option<Duration>,
    budget: Duration,
    zone: Zone,
) -> Result<Vec<Count>, TargetError> {
    let deadline = clock::instant() + budget;
    let mut reader = Reader::new(&pods.cluster, NAME);
    reader.ready(&Dialling::silent(budget, budget)).await?;
    let speakers = reader.speakers(&pods.selector, &pods.containers).await?;
    if speakers.is_empty() {
        let label = escape(&format!("pods with {}", pods.selector)).into_owned();
        let place = reader.namespace();
        let why = match &pods.containers {
            Containers::Named(container) => format!(
                "no pod in namespace {} matches and has a container {}",
                escape(&place),
                escape(container)
            ),
            Containers::Default | Containers::All => {
                format!("no pod in namespace {} matches", escape(&place))
            }
        };
        let mut none = Count::new(label, patterns.names().len());
        none.state = State::Failed(why);
        return Ok(vec![none]);
    }
    let (door, mut work) = (Arc::new(Semaphore::new(STREAMS)), JoinSet::new());
    for (index, speaker) in speakers.into_iter().enumerate() {
        let (door, reader, patterns) = (door.clone(), reader.clone(), patterns.clone());
        let since = since.unwrap_or(SINCE);
        work.spawn(async move {
            let Ok(_seat) = door.acquire().await else { return (index, None) };
            (index, Some(one(&reader, &speaker, &patterns, since, zone, deadline).await))
        });
    }
    let mut all = Vec::new();
    while let Some(done) = work.join_next().await {
        if let Ok((index, Some(count))) = done {
            all.push((index, count));
        }
    }
    all.sort_by_key(|(index, _)| *index);
    Ok(all.into_iter().map(|(_, count)| count).collect())
}

async fn one(
    reader: &Reader,
    speaker: &Speaker,
    patterns: &Arc<Patterns>,
    since: Duration,
    zone: Zone,
    deadline: Instant,
) -> Count {
    let label = escape(&format!("{}/{}", speaker.pod, speaker.container)).into_owned();
    let mut count = Count::new(label, patterns.names().len());
    count.state = State::Whole;
    if !speaker.has_spoken() {
        return count;
    }
    let from = clock::now().checked_sub(since).unwrap_or(Timestamp::MIN);
    let before = speaker.before(from);
    // The older log first: its lines lend their times to nobody, and the last line read is the youngest.
    if matches!(before, Before::Previous | Before::PreviousAndLost) {
        let read =
            read(reader, (speaker, Log::Previous), (patterns, zone), since, &mut count.tally, deadline);
        match read.await {
            Ok(true) => {}
            Ok(false) => count.state = State::SoFar,
            Err(error) => count.lacks(&format!("what it said before it was started again: {error}")),
        }
    }
    if matches!(before, Before::Lost | Before::PreviousAndLost) {
        count.lacks("it was started again, and what it said before is gone");
    }
    let had = count.tally.bytes;
    let mut own = Tally::new(patterns.names().len());
    let last = read(reader, (speaker, Log::Last), (patterns, zone), since, &mut own, deadline).await;
    let first = own.first.and_then(|first| Timestamp::from_millisecond(first).ok());
    count.tally.merge(&own);
    match last {
        Ok(true) => rotated(reader, speaker, (from, first), &mut count, deadline).await,
        Ok(false) => count.state = State::SoFar,
        // What came before it broke off counts: it is the least that there is.
        Err(error) if count.tally.bytes > had => {
            count.lacks(&error.to_string());
            count.state = State::SoFar;
        }
        Err(error) => count.state = State::Failed(error.message),
    }
    count.at_least |= count.state == State::SoFar;
    count
}

/// Notes where the log of the last life begins later than it was asked for and than that life: a file that was rotated away is not
/// given out. `first`: the first line that was read.
async fn rotated(
    reader: &Reader,
    speaker: &Speaker,
    (from, first): (Timestamp, Option<Timestamp>),
    count: &mut Count,
    deadline: Instant,
) {
    let (Some(first), Some(started)) = (first, speaker.started()) else { return };
    if first <= from.max(started) + MARGIN {
        return;
    }
    match reader.log_begins(speaker, deadline).await {
        // It has said something before, and nothing since then.
        Ok(Some(begins)) if begins < first - MARGIN => {}
        Ok(None) => {
            count.lacks("whether some of it was rotated away is not known: its first line has no time");
        }
        Ok(Some(_)) => count
            .lacks("its log begins later than it: what it said before was rotated away, or it said nothing"),
        Err(error) => count.lacks(&format!("whether some of it was rotated away is not known: {error}")),
    }
}

/// Reads one log of a container into `tally`. Returns whether that was all of it.
async fn read(
    reader: &Reader,
    which: (&Speaker, Log),
    (patterns, zone): (&Arc<Patterns>, Zone),
    since: Duration,
    tally: &mut Tally,
    deadline: Instant,
) -> Result<bool, TargetError> {
    let mut scanner = Scanner::new(patterns.clone(), zone, None, BLOCK);
    reader.read_log(which, since, (&mut scanner, tally), deadline).await
}
