//! Killing statements in batches: each is looked at again right before (S17), and the load is looked at afterwards (S18).

use std::time::Duration;

use crate::action::Recorder;
use crate::action::sessions::{Chosen, Marked};
use crate::approval::Permit;
use crate::clock;
use crate::error::TargetError;
use crate::kill_policy::{Session, Whose};
use crate::text;

/// Statements that are ended in the first batch; each one after it is twice as large, up to the most.
const FIRST: usize = 50;
const MOST: usize = 400;
/// Pause between two batches: the next is measured anew.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the kept statements are waited for, and how often they are looked at.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_secs(1);

/// What became of a statement that the server was to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The server was told to.
    Told,
    /// It had ended by itself.
    Gone,
}

/// A server whose statements can be ended.
pub trait Ender {
    /// All its sessions now.
    fn sessions(&mut self) -> impl Future<Output = Result<Vec<Session>, TargetError>> + Send;
    /// Ends what a session runs, if it is still the same: the list may be as old as the batch. Errors: the server refuses, or the connection is lost.
    fn end(
        &mut self,
        permit: &Permit<'_>,
        victim: &Marked,
    ) -> impl Future<Output = Result<Ended, TargetError>> + Send;
}

/// The batches of one server.
pub struct Batches<'a> {
    chosen: &'a Chosen,
    record: &'a dyn Recorder,
    told: usize,
    gone: usize,
    left: usize,
    /// Client statements that ran before the first batch.
    running: Option<usize>,
}

impl<'a> Batches<'a> {
    /// Waves that have not begun.
    pub fn new(chosen: &'a Chosen, record: &'a dyn Recorder) -> Self {
        Self { chosen, record, told: 0, gone: 0, left: 0, running: None }
    }

    /// Ends them, batch by batch, and says what came of it. Errors: the server refuses, or the connection is lost; what is
    /// left is left as it is.
    pub async fn run(
        mut self,
        server: &mut impl Ender,
        permit: &Permit<'_>,
    ) -> Result<Vec<String>, TargetError> {
        let all = self.chosen.victims.len();
        let (mut rest, mut size) = (self.chosen.victims.as_slice(), FIRST);
        while !rest.is_empty() {
            if self.record.stopping() {
                self.left = rest.len();
                break;
            }
            if rest.len() < all {
                clock::sleep(PAUSE).await;
            }
            let (batch, after) = rest.split_at(size.min(rest.len()));
            (rest, size) = (after, (size * 2).min(MOST));
            let now = server.sessions().await?;
            self.running.get_or_insert_with(|| running(&now));
            for victim in batch {
                // A statement that ended by itself, or a connection that runs another one by now, is not meant.
                if !now.iter().any(|session| victim.is(session)) {
                    self.gone += 1;
                    continue;
                }
                match server.end(permit, victim).await? {
                    Ended::Told => self.told += 1,
                    Ended::Gone => self.gone += 1,
                }
            }
            self.record.progress((self.told + self.gone) as u64, Some(all as u64));
        }
        let mut notes = self.said();
        notes.extend(self.after(server).await);
        Ok(notes)
    }

    /// What came of it.
    fn said(&self) -> Vec<String> {
        let all = self.chosen.victims.len();
        let mut notes = vec![format!("{} of {all} killed", self.told)];
        notes.extend(of(self.gone, "had ended by themselves, or ran something else by then"));
        notes.extend(of(self.left, "left as they are: stopped"));
        notes
    }

    /// Whether the kept ones finish and the load falls, for some seconds.
    async fn after(&self, server: &mut impl Ender) -> Vec<String> {
        let Some(before) = self.running else { return Vec::new() };
        let since = clock::instant();
        loop {
            clock::sleep(LOOK).await;
            let Ok(now) = server.sessions().await else {
                return vec!["what came of the load is not known: the server does not answer".into()];
            };
            let runs = |kept: &&Marked| now.iter().any(|session| kept.is(session));
            let kept = self.chosen.leaders.iter().filter(runs).count();
            if kept == 0 || since.elapsed() >= PATIENCE || self.record.stopping() {
                return self.words(kept, since.elapsed(), before, running(&now));
            }
        }
    }

    fn words(&self, kept: usize, waited: Duration, before: usize, now: usize) -> Vec<String> {
        let leaders = self.chosen.leaders.len();
        let mut notes = Vec::new();
        if leaders > 0 {
            let waited = text::duration(waited);
            notes.push(match kept {
                0 => format!("all {leaders} kept statements have finished"),
                kept => format!("{kept} of {leaders} kept statements still run after {waited}"),
            });
        }
        notes.push(format!("running statements: {before} before, {now} now"));
        notes
    }
}

/// Statements that clients run.
fn running(sessions: &[Session]) -> usize {
    sessions.iter().filter(|session| session.whose == Whose::Client && session.statement.is_some()).count()
}

/// A count of sessions, in words.
fn of(count: usize, words: &str) -> Option<String> {
    (count > 0).then(|| format!("{} {words}", text::count(count as f64)))
}
