//! Ending statements in waves: each is looked at again right before (S17), and the load is looked at afterwards (S18).

use std::time::Duration;

use crate::action::Recorder;
use crate::action::mysql::kill::{Image, of};
use crate::action::sessions::Marked;
use crate::approval::Permit;
use crate::clock;
use crate::error::TargetError;
use crate::target::mysql::{Killed, Variables, Writer};
use crate::text;
use crate::victim::{Session, Whose};

/// Statements that are ended in one wave.
const WAVE: usize = 100;
/// Pause between two waves: the next is measured anew.
const PAUSE: Duration = Duration::from_millis(150);
/// How long the kept statements are waited for, and how often they are looked at.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(500);

/// The waves of one server.
pub(super) struct Waves<'a> {
    image: &'a Image,
    record: &'a dyn Recorder,
    told: usize,
    gone: usize,
    left: usize,
    /// Client statements that ran before the first wave.
    running: Option<usize>,
}

impl<'a> Waves<'a> {
    pub(super) fn new(image: &'a Image, record: &'a dyn Recorder) -> Self {
        Self { image, record, told: 0, gone: 0, left: 0, running: None }
    }

    /// Ends them, wave by wave. Errors: the server refuses, or the connection is lost; what is left is left as it is.
    pub(super) async fn run(
        &mut self,
        writer: &mut Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<(), TargetError> {
        let variables = writer.reader.variables().await?;
        let all = self.image.victims.len();
        for (number, wave) in self.image.victims.chunks(WAVE).enumerate() {
            if self.record.stopping() {
                self.left = all - number * WAVE;
                return Ok(());
            }
            if number > 0 {
                clock::sleep(PAUSE).await;
            }
            let now = writer.reader.sessions(&variables).await?;
            self.running.get_or_insert_with(|| running(&now));
            for victim in wave {
                // A statement that ended by itself, or a connection that runs another one by now, is not meant.
                if !now.iter().any(|session| victim.is(session)) {
                    self.gone += 1;
                    continue;
                }
                match writer.kill(permit, &self.image.tell(victim)).await? {
                    Killed::Told => self.told += 1,
                    Killed::Gone => self.gone += 1,
                }
            }
            self.record.progress((self.told + self.gone) as u64, Some(all as u64));
        }
        Ok(())
    }

    /// What came of it.
    pub(super) fn said(&self) -> Vec<String> {
        let all = self.image.victims.len();
        let mut notes = vec![format!("{} of {all} told to end", self.told)];
        notes.extend(of(self.gone, "had ended by themselves, or ran something else by then"));
        notes.extend(of(self.left, "left as they are: stopped"));
        notes
    }

    /// Whether the kept ones finish and the load falls, for some seconds.
    pub(super) async fn after(&self, writer: &Writer<'_>) -> Vec<String> {
        let (Ok(variables), Some(before)) = (writer.reader.variables().await, self.running) else {
            return Vec::new();
        };
        let until = clock::instant() + PATIENCE;
        loop {
            clock::sleep(LOOK).await;
            let Some((kept, now)) = self.look(writer, &variables).await else {
                return vec!["what came of the load is not known: the server does not answer".into()];
            };
            if kept == 0 || clock::instant() >= until || self.record.stopping() {
                return self.words(kept, before, now);
            }
        }
    }

    async fn look(&self, writer: &Writer<'_>, variables: &Variables) -> Option<(usize, usize)> {
        let now = writer.reader.sessions(variables).await.ok()?;
        let runs = |kept: &&Marked| now.iter().any(|session| kept.is(session));
        Some((self.image.leaders.iter().filter(runs).count(), running(&now)))
    }

    fn words(&self, kept: usize, before: usize, now: usize) -> Vec<String> {
        let leaders = self.image.leaders.len();
        let mut notes = Vec::new();
        if leaders > 0 {
            let patience = text::duration(PATIENCE);
            notes.push(match kept {
                0 => format!("all {leaders} kept statements have finished"),
                kept => format!("{kept} of {leaders} kept statements still run after {patience}"),
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
