//! Telling a MySQL or MariaDB something: with a permit for each write, never twice.

use std::time::Duration;

use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::mysql::line::Failed;
use crate::system::mysql::{Reader, Write, query, word};
use crate::system::{self, Dialling};

/// Longest wait for the answer to a write that waits for nothing.
const ANSWER: Duration = Duration::from_secs(5);
/// What one of many kills may add to that: those who sleep in a MariaDB share a mutex, which each waits for.
const EACH: Duration = Duration::from_millis(100);
/// How long a second connection is tried for: without one the server's own bound must do.
const SECOND: Duration = Duration::from_secs(1);
/// How often the server is asked whether it is done with a write whose answer was lost, and for how long.
const LOOK: Duration = Duration::from_millis(100);
const LOOK_FOR: Duration = Duration::from_secs(4);
/// A session that is idle so many times in a row has nothing more to do: no statement is on its way to it.
const IDLE: u32 = 3;

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

/// Statements that wait for a lock, and how that ended.
pub enum Waited {
    /// Done.
    Done,
    /// The lock was not to be had in time; the server has given up.
    OutOfTime,
}

impl Writer<'_> {
    /// Sends a write. An `Err` is in doubt, unless the server itself refused. It is never repeated.
    pub async fn write(&mut self, _permit: &Permit<'_>, write: &Write<'_>) -> Result<(), TargetError> {
        let line = &*self.reader;
        let id = line.id().await;
        let Err(failed) = line.write(&write.to_string(), ANSWER).await else { return Ok(()) };
        if let (None, Some(id)) = (failed.code, id) {
            over(line, id).await;
        }
        Err(failed.error)
    }

    /// Ends statements, all of them told in one message. Gives how many the server was told; the others had ended by themselves.
    /// Errors: the server refuses, or cannot be asked.
    pub async fn kill(&mut self, _permit: &Permit<'_>, writes: &[Write<'_>]) -> Result<usize, TargetError> {
        let statements: Vec<String> = writes.iter().map(Write::to_string).collect();
        let (mut rest, mut told) = (statements.as_slice(), 0);
        while !rest.is_empty() {
            let patience = ANSWER + EACH * u32::try_from(rest.len()).unwrap_or(u32::MAX);
            let (done, failed) = self.reader.write_all(rest, patience).await?;
            told += done;
            match failed {
                None => break,
                // No such thread, no such query: the next one is behind it.
                Some(Failed { code: Some(1094 | 1957), .. }) => {
                    rest = rest.get(done + 1..).unwrap_or_default();
                }
                Some(Failed { code: Some(1095), error }) => {
                    let error = TargetError { kind: TargetErrorKind::Permission, ..error };
                    return Err(error.hint(
                        "GRANT CONNECTION_ADMIN (MariaDB: CONNECTION ADMIN) ON *.* TO the account stampede uses; for accounts with SYSTEM_USER also that",
                    ));
                }
                Some(failed) => return Err(failed.into()),
            }
        }
        Ok(told)
    }

    /// Sends a write that waits for others, for `bound` at most: the server gives up by itself then
    /// (`lock_wait_timeout` of our session), and a second connection ends it if it does not (S20). It is never
    /// abandoned by closing the connection: MySQL would go on waiting, and with it every other write. The words are
    /// what an operator should hear.
    pub async fn write_waiting(
        &mut self,
        _permit: &Permit<'_>,
        write: &Write<'_>,
        bound: Duration,
    ) -> Result<(Waited, Option<String>), TargetError> {
        let line = self.reader.clone();
        let mut second = line.another();
        let second = second.ready(&Dialling::silent(SECOND, ANSWER)).await.map(|()| second);
        let id = line.id().await;
        let statement = write.to_string();
        let sent = line.write(&statement, bound * 3);
        let watch = async {
            clock::sleep(bound + bound / 2).await;
            if let (Ok(second), Some(id)) = (&second, id) {
                _ = second.write(&Write::KillQuery(u64::from(id)).to_string(), ANSWER).await;
            }
            std::future::pending().await
        };
        let outcome = tokio::select! {
            outcome = sent => outcome,
            never = watch => never,
        };
        let words = second.is_err().then(|| {
            "no second connection was to be had: the server's own bound (lock_wait_timeout) watched alone"
                .to_owned()
        });
        match outcome {
            Ok(_) => Ok((Waited::Done, words)),
            // Lock wait timeout; ended by the watch; out of our own statement's time.
            Err(Failed { code: Some(1205 | 1317 | 1969), .. }) => Ok((Waited::OutOfTime, words)),
            Err(failed) => {
                if let (None, Some(id)) = (failed.code, id) {
                    over(second.as_ref().unwrap_or(&line), id).await;
                }
                Err(failed.error)
            }
        }
    }
}

/// Waits until the server is done with a write of the lost connection `id`, and ends it where it still waits for others:
/// what the world shows before that does not count, because the write may come after it.
async fn over(queries: &Reader, id: u32) {
    let until = clock::instant() + LOOK_FOR;
    let mut idle = 0;
    while idle < IDLE && clock::instant() < until {
        let Ok(rows) = queries.query(&format!("{}{id}", query::COMMAND_OF)).await else { return };
        match rows.first().map(|row| word(row, 0)).as_deref() {
            None => return,
            Some("Sleep") => idle += 1,
            Some(_) => {
                idle = 0;
                _ = queries.write(&Write::KillQuery(u64::from(id)).to_string(), ANSWER).await;
            }
        }
        clock::sleep(LOOK).await;
    }
}
