//! Counting in the logs of pods: many at once, in bounded memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock;
use crate::config::PodLogs;
use crate::error::TargetError;
use crate::probe::NAME;
use crate::system::Dialling;
use crate::system::kubernetes::{Reader, Speaker};
use crate::system::logs::{Count, Patterns, Scanner, State, Tally, Zone};
use crate::text::escape;

/// Streams that are read at the same time.
const STREAMS: usize = 32;
/// Memory of each.
const BLOCK: usize = 64 * 1024;
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
    let speakers = reader.speakers(&pods.selector, pods.container.as_deref()).await?;
    if speakers.is_empty() {
        let label = escape(&format!("pods with {}", pods.selector)).into_owned();
        let place = reader.namespace();
        let why = match &pods.container {
            Some(container) => format!(
                "no pod in namespace {} matches and has a container {}",
                escape(&place),
                escape(container)
            ),
            None => format!("no pod in namespace {} matches", escape(&place)),
        };
        return Ok(vec![Count {
            label,
            tally: empty(patterns),
            state: State::Failed(why),
            notes: Vec::new(),
        }]);
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
    let mut tally = empty(patterns);
    let mut scanner = Scanner::new(patterns.clone(), zone, None, BLOCK);
    let mut notes = Vec::new();
    let read = reader.read_log(speaker, since, (&mut scanner, &mut tally), deadline).await;
    let label = escape(&format!("{}/{}", speaker.pod, speaker.container)).into_owned();
    let state = match read {
        Ok(true) => State::Whole,
        Ok(false) => State::SoFar,
        // What came before it broke off counts: it is the least that there is.
        Err(error) if tally.bytes > 0 => {
            notes.push(format!("{label}: at least: {error}"));
            State::SoFar
        }
        Err(error) => State::Failed(error.message),
    };
    if speaker.restarts > 0 {
        notes.push(format!(
            "{label}: at least: it was started again {} times, and what it said before is not in it",
            speaker.restarts
        ));
    }
    Count { label, tally, state, notes }
}

fn empty(patterns: &Patterns) -> Tally {
    Tally::new(patterns.names().len())
}
