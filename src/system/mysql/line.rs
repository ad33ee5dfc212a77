//! The one connection to a server: shared by all who read and write there, because a full server has no second connection (S3).

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};

use crate::config::MysqlTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::mysql::Reader;
use crate::system::mysql::connect::{Caller, connect};
use crate::system::mysql::error::{NO_PRIVILEGE, NO_TABLE_PRIVILEGE, code, translate};
use crate::system::shared::{self, Line as _, Opened, REPLY};
use crate::system::{Dialling, lost, no_answer};

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(12);
/// Longest wait for the server itself, which ends our statements after 5 s.
const LONGEST: Duration = Duration::from_secs(6);

/// How running statements may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// Not tried yet.
    Unknown,
    /// `performance_schema`.
    Threads,
    /// `information_schema.PROCESSLIST`, with the PROCESS privilege.
    Processlist,
    /// Only our own statements are shown to us.
    Blind,
}

/// The connection, and what is known of it.
pub struct Line {
    target: Arc<MysqlTarget>,
    name: Arc<str>,
    conn: Option<Conn>,
    opened: Option<Opened>,
    pub(super) sight: Sight,
    /// Statements of our own, on all connections so far.
    pub(super) ours: f64,
    /// Of those, `SELECT`s.
    pub(super) our_selects: f64,
    /// Of those, `CALL`s.
    pub(super) our_calls: u64,
    /// Statements of our own that the server refused, on all connections so far.
    pub(super) our_failures: f64,
    /// How the connection was won when that was not the ordinary way.
    pub(super) note: Option<String>,
    greeting: (u16, u16, u16),
}

/// A statement that failed, with the server's number for it.
pub(super) struct Failed {
    pub(super) code: Option<u16>,
    pub(super) error: TargetError,
}

impl Failed {
    /// What the server said, with what is to be done where a privilege is missing.
    pub(super) fn wants(self, grant: &str) -> TargetError {
        if self.denied() { self.error.hint(grant) } else { self.error }
    }

    /// Whether a privilege is missing.
    pub(super) fn denied(&self) -> bool {
        matches!(self.code, Some(NO_PRIVILEGE | NO_TABLE_PRIVILEGE | 1044 | 1143 | 1370))
    }
}

impl From<Failed> for TargetError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

impl From<TargetError> for Failed {
    fn from(error: TargetError) -> Self {
        Self { code: None, error }
    }
}

impl shared::Line for Line {
    type Target = MysqlTarget;

    fn new(target: Arc<MysqlTarget>, name: Arc<str>) -> Self {
        Self {
            target,
            name,
            conn: None,
            opened: None,
            sight: Sight::Unknown,
            ours: 0.0,
            our_selects: 0.0,
            our_calls: 0,
            our_failures: 0.0,
            note: None,
            greeting: (0, 0, 0),
        }
    }

    fn address(target: &MysqlTarget) -> impl Display {
        &target.address
    }

    async fn stand(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        if self.conn.is_none() {
            let caller = Caller { target: &self.target, name: &self.name, dialling };
            let connection = connect(&caller).await?;
            self.greeting = connection.conn.server_version();
            self.sight = Sight::Unknown;
            self.note = connection.note;
            self.conn = Some(connection.conn);
            self.opened = Some(Opened::now());
        }
        Ok(())
    }

    fn close(&mut self) {
        self.conn = None;
    }

    fn opened(&self) -> Option<Opened> {
        self.conn.as_ref().and(self.opened)
    }
}

impl Reader {
    /// The connection's number at the server; none while it does not stand.
    pub(super) async fn id(&self) -> Option<u32> {
        self.known(|line| line.conn.as_ref().map(Conn::id)).await
    }

    /// The version in the server's greeting: a proxy may tell another one than the server.
    pub(super) async fn greeting(&self) -> (u16, u16, u16) {
        self.known(|line| line.greeting).await
    }

    /// Asks; a connection that was lost before is opened again first. The server itself ends our statements: whoever has
    /// less patience than that goes without the answer, and the connection stays.
    pub(super) async fn query(&self, statement: &str) -> Result<Vec<Row>, Failed> {
        let statement = statement.to_owned();
        let answer = self.with(self.reply, Duration::ZERO, move |line| {
            Box::pin(async move {
                line.stand(&Dialling::silent(AGAIN, REPLY)).await?;
                match line.send(&statement, LONGEST).await {
                    // A question that was lost is asked once more: asking changes nothing.
                    Err(failed) if failed.error.kind == TargetErrorKind::Unreachable => {
                        line.stand(&Dialling::silent(AGAIN, REPLY)).await?;
                        line.send(&statement, LONGEST).await
                    }
                    answer => answer,
                }
            })
        });
        answer.await
    }

    /// Tells, over the connection that stands and no other: what was lost with it is in doubt, and never repeated.
    pub(super) async fn write(&self, statement: &str, patience: Duration) -> Result<Vec<Row>, Failed> {
        let statement = statement.to_owned();
        let told = self.with(patience, REPLY, move |line| {
            Box::pin(async move { line.send(&statement, patience).await })
        });
        told.await
    }
}

impl Reader {
    /// Tells several things in one message, in the same way. Gives how many the server has done, in their order, and how the one
    /// behind those failed: those behind that one were not begun.
    pub(super) async fn write_all(
        &self,
        statements: &[String],
        patience: Duration,
    ) -> Result<(usize, Option<Failed>), Failed> {
        let (message, count) = (statements.join(";"), statements.len());
        let told = self.with(patience, REPLY, move |line| {
            Box::pin(async move { line.send_all(&message, count, patience).await })
        });
        told.await
    }
}

impl Line {
    async fn send_all(
        &mut self,
        message: &str,
        count: usize,
        patience: Duration,
    ) -> Result<(usize, Option<Failed>), Failed> {
        let at = self.target.address.to_string();
        let Some(mut conn) = self.conn.take() else { return Err(lost(&at).into()) };
        self.ours += count as f64;
        self.our_calls += message.split(';').filter(|one| one.starts_with("CALL ")).count() as u64;
        let (done, ended) = tokio::time::timeout(patience, answers(&mut conn, message))
            .await
            .map_err(|_| no_answer(&at, patience))?;
        let Err(error) = ended else {
            self.conn = Some(conn);
            return Ok((done, None));
        };
        let failed = Failed { code: code(&error), error: translate(error, &at) };
        if failed.code.is_none() {
            return Err(failed);
        }
        self.our_failures += 1.0;
        self.conn = Some(conn);
        Ok((done, Some(failed)))
    }

    async fn send(&mut self, statement: &str, patience: Duration) -> Result<Vec<Row>, Failed> {
        let at = self.target.address.to_string();
        // Taken out until the answer is there: what did not answer in time is not asked again.
        let Some(mut conn) = self.conn.take() else { return Err(lost(&at).into()) };
        self.ours += 1.0;
        if statement.starts_with("SELECT") {
            self.our_selects += 1.0;
        }
        match tokio::time::timeout(patience, conn.query::<Row, _>(statement)).await {
            Ok(Ok(rows)) => {
                self.conn = Some(conn);
                Ok(rows)
            }
            Ok(Err(error)) => {
                let code = code(&error);
                if code.is_some() {
                    self.our_failures += 1.0;
                    self.conn = Some(conn);
                }
                Err(Failed { code, error: translate(error, &at) })
            }
            Err(_) => Err(no_answer(&at, patience).into()),
        }
    }
}

/// Sends statements that have no rows, and counts how many of them are done before one fails.
async fn answers(conn: &mut Conn, message: &str) -> (usize, Result<(), mysql_async::Error>) {
    let mut answers = match conn.query_iter(message).await {
        Ok(answers) => answers,
        Err(error) => return (0, Err(error)),
    };
    let mut answered = 1;
    while !answers.is_empty() {
        match answers.next().await {
            // On to the next answer.
            Ok(_) => answered += 1,
            Err(error) => return (answered - 1, Err(error)),
        }
    }
    // The refusal of one behind the first is counted as its answer, and told only now.
    match answers.drop_result().await {
        Ok(()) => (answered, Ok(())),
        Err(error) => (answered - 1, Err(error)),
    }
}
