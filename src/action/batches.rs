//! Killing by a rule, in batches: who matches is found right before each (S17), and the load is looked at afterwards (S18).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::action::Recorder;
use crate::action::sessions::Marked;
use crate::approval::Permit;
use crate::change::Part;
use crate::clock;
use crate::error::TargetError;
use crate::kill_policy::{Rule, Session, Whose};
use crate::text;

/// Statements that are ended in the first batch; each one after it is twice as large, up to the most.
const FIRST: usize = 50;
const MOST: usize = 400;
/// Pause between two batches: the next is measured anew.
const PAUSE: Duration = Duration::from_millis(50);
/// How long sessions are ended that come to match, from the first look on; and how long the kept ones are waited for after that.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How often the kept ones are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// A server whose statements can be ended. All of it goes over one connection: what is read is true of the server that is told.
pub trait Ender {
    /// All its sessions now.
    fn sessions(&mut self) -> impl Future<Output = Result<Vec<Session>, TargetError>> + Send;
    /// The record of those that are to be ended next.
    fn part(&self, wave: Vec<Marked>) -> Result<Part, TargetError>;
    /// Ends what they run, all together, each if it is still the same. Gives how many were told to end; the others had ended by
    /// themselves. Errors: the server refuses, or the connection is lost.
    fn end(
        &mut self,
        permit: &Permit<'_>,
        wave: &[Marked],
    ) -> impl Future<Output = Result<usize, TargetError>> + Send;
}

/// The batches of one server.
pub struct Batches<'a> {
    rule: &'a Rule,
    record: &'a dyn Recorder,
    /// What was told to end, by the number of its session: it may be in the list for a while.
    told: HashMap<u64, Marked>,
    /// The kept ones, in the same way.
    kept: HashMap<u64, Marked>,
    killed: usize,
    gone: usize,
    /// Why it ended before nobody matched.
    ended: Option<&'static str>,
    /// Client statements that ran before the first batch.
    running: Option<usize>,
    until: Instant,
}

impl<'a> Batches<'a> {
    /// Batches that have not begun.
    pub fn new(rule: &'a Rule, record: &'a dyn Recorder) -> Self {
        Self {
            rule,
            record,
            told: HashMap::new(),
            kept: HashMap::new(),
            killed: 0,
            gone: 0,
            ended: None,
            running: None,
            until: clock::instant() + PATIENCE,
        }
    }

    /// Ends who matches, batch by batch, and says what came of it. Errors: the server refuses, or the connection is lost; what is
    /// left is left as it is.
    pub async fn run(mut self, server: &mut impl Ender) -> Result<Vec<String>, TargetError> {
        let mut size = FIRST;
        loop {
            if self.record.stopping() {
                self.ended = Some("the others are left as they are: stopped");
                break;
            }
            let now = server.sessions().await?;
            self.running.get_or_insert_with(|| running(&now));
            let wave = self.wave(&now, size);
            if !wave.is_empty() {
                let permit = self.record.batch(server.part(wave.clone())?).await?;
                let killed = server.end(&permit, &wave).await?;
                self.killed += killed;
                self.gone += wave.len() - killed;
                self.told.extend(wave.into_iter().map(|one| (one.id, one)));
                self.record.progress(self.killed as u64, None);
                size = (size * 2).min(MOST);
                clock::sleep(PAUSE).await;
                continue;
            }
            if self.killed >= self.rule.at_most {
                self.ended = Some("whoever matches beyond that goes on");
                break;
            }
            // Who comes of age while it is looked at is ended too.
            match self.rule.next_in(&self.others(&now)).map(|wait| wait.max(PAUSE)) {
                Some(wait) if clock::instant() + wait < self.until => clock::sleep(wait).await,
                _ => break,
            }
        }
        let mut notes = self.said();
        notes.extend(self.after(server).await);
        Ok(notes)
    }

    /// Those that are ended next, by the rule and within its bound.
    fn wave(&mut self, now: &[Session], size: usize) -> Vec<Marked> {
        let now = self.others(now);
        let choice = self.rule.choose(&now);
        let leads = |id: u64| choice.groups.iter().any(|group| group.chosen > 0 && group.leader == Some(id));
        let kept = now.iter().filter(|session| leads(session.id)).map(Marked::session);
        self.kept.extend(kept.map(|one| (one.id, one)));
        let size = size.min(self.rule.at_most - self.killed.min(self.rule.at_most));
        choice.victims.iter().take(size).map(Marked::of).collect()
    }

    /// Without those that were told to end.
    fn others(&self, now: &[Session]) -> Vec<Session> {
        let told = |session: &&Session| self.told.get(&session.id).is_some_and(|one| one.is(session));
        now.iter().filter(|session| !told(session)).cloned().collect()
    }

    /// What came of it.
    fn said(&self) -> Vec<String> {
        let mut notes = vec![format!("{} killed, of at most {}", self.killed, self.rule.at_most)];
        if self.gone > 0 {
            let gone = text::count(self.gone as f64);
            notes.push(format!("{gone} had ended by themselves, or ran something else by then"));
        }
        if self.killed + self.gone == 0 && self.ended.is_none() {
            notes.push("no session matched any more".into());
        }
        notes.extend(self.ended.map(str::to_owned));
        notes
    }

    /// Whether the kept ones finish and the load falls, for some seconds.
    async fn after(&self, server: &mut impl Ender) -> Vec<String> {
        let Some(before) = self.running.filter(|_| self.killed > 0) else { return Vec::new() };
        let since = clock::instant();
        loop {
            clock::sleep(LOOK).await;
            let Ok(now) = server.sessions().await else {
                return vec!["what came of the load is not known: the server does not answer".into()];
            };
            let runs = |kept: &&Marked| now.iter().any(|session| kept.is(session));
            let kept = self.kept.values().filter(runs).count();
            if kept == 0 || since.elapsed() >= PATIENCE || self.record.stopping() {
                return self.words(kept, since.elapsed(), before, running(&now));
            }
        }
    }

    fn words(&self, kept: usize, waited: Duration, before: usize, now: usize) -> Vec<String> {
        let leaders = self.kept.len();
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
