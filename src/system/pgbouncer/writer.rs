//! Telling a PgBouncer something: with a permit for each write.

use std::time::Duration;

use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::pgbouncer::error::is_not_paused;
use crate::system::pgbouncer::{Reader, Write};
use crate::system::{self, no_answer};

/// Longest wait until a pause shows, or for the answer to a resume.
const ANSWER: Duration = Duration::from_secs(5);
/// How long a pause whose connection was lost may still come to show.
const LATE: Duration = Duration::from_millis(500);
/// Between two looks.
const LOOKS: Duration = Duration::from_millis(20);

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

impl Writer<'_> {
    /// Pauses a database, and returns as soon as that shows: running transactions may go on. The console answers only once
    /// they have ended, and mixes up its answers meanwhile, so this is said on a connection of its own, which is given up
    /// then: the pause stays (docs/systems.md). An `Err` is in doubt unless the console itself said it.
    pub async fn pause(&mut self, _permit: &Permit<'_>, database: &str) -> Result<(), TargetError> {
        let mut own = self.reader.another_console().await?;
        let command = Write::Pause(database).to_string();
        let mut answer = Box::pin(own.say(&command, ANSWER));
        let mut until = clock::instant() + ANSWER;
        let mut lost = None;
        loop {
            tokio::select! {
                said = &mut answer, if lost.is_none() => match said {
                    Ok(_) => return Ok(()),
                    Err(error) if error.kind == TargetErrorKind::Unreachable => {
                        until = clock::instant() + LATE;
                        lost = Some(error);
                    }
                    Err(error) if error.kind != TargetErrorKind::Timeout => return Err(error),
                    Err(error) => lost = Some(error),
                },
                () = clock::sleep(LOOKS) => {}
            }
            // Whoever cannot look now can look again.
            if self.reader.shows_paused(database).await.unwrap_or(false) {
                return Ok(());
            }
            if clock::instant() >= until {
                return Err(lost.unwrap_or_else(|| no_answer(&self.reader.node(), ANSWER)));
            }
        }
    }

    /// Resumes a database that is paused. Returns whether it was. Lifting it once more does no harm, so a connection that
    /// is lost is no end. Errors: it cannot be known.
    pub async fn resume(&mut self, _permit: &Permit<'_>, database: &str) -> Result<bool, TargetError> {
        let mut was = false;
        for last in [false, true] {
            if !self.reader.is_paused(database).await? {
                return Ok(was);
            }
            was = true;
            match self.reader.said(Write::Resume(database).to_string(), ANSWER).await {
                Ok(_) => return Ok(true),
                Err(error) if is_not_paused(&error) => return Ok(true),
                Err(error) if last => return Err(error),
                Err(error) if error.kind == TargetErrorKind::Permission => return Err(error),
                Err(_) => {}
            }
        }
        Ok(was)
    }
}
