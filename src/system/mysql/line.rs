//! The one connection to a server: shared by all who ask and tell there, because a full server has no second seat (S3).

use std::sync::Arc;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};

use crate::clock;
use crate::config::MysqlTarget;
use crate::error::TargetError;
use crate::system::mysql::connect;
use crate::system::mysql::error::{NO_PRIVILEGE, NO_TABLE_PRIVILEGE, code, translate};
use crate::system::shared::Shared;
use crate::system::{Dialling, lost, no_answer};

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(12);
/// Longest wait for one answer, unless a measurement says less.
const REPLY: Duration = Duration::from_secs(5);
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
pub(super) struct Line {
    target: Arc<MysqlTarget>,
    name: Arc<str>,
    conn: Option<Conn>,
    pub(super) sight: Sight,
    /// Statements of our own, on all connections so far.
    pub(super) ours: f64,
    /// Of those, `SELECT`s.
    pub(super) our_selects: f64,
    /// How the seat was won when that was not the ordinary way.
    pub(super) note: Option<String>,
    greeting: (u16, u16, u16),
}

/// A handle to it, with a patience of its own.
#[derive(Clone)]
pub(super) struct Handle {
    pub(super) target: Arc<MysqlTarget>,
    name: Arc<str>,
    reply: Duration,
    line: Shared<Line>,
}

/// A statement that failed, with the server's number for it.
pub(super) struct Failed {
    pub(super) code: Option<u16>,
    pub(super) error: TargetError,
}

impl Failed {
    /// Whether a privilege is missing.
    pub(super) fn denied(&self) -> bool {
        matches!(self.code, Some(NO_PRIVILEGE | NO_TABLE_PRIVILEGE | 1044 | 1143 | 1370))
    }
}

impl From<TargetError> for Failed {
    fn from(error: TargetError) -> Self {
        Self { code: None, error }
    }
}

impl Handle {
    /// A line to `target` that does not stand yet; the server will call it `name` (S28).
    pub(super) fn new(target: &MysqlTarget, name: &str) -> Self {
        let (target, name) = (Arc::new(target.clone()), Arc::<str>::from(name));
        let line = Line {
            target: target.clone(),
            name: name.clone(),
            conn: None,
            sight: Sight::Unknown,
            ours: 0.0,
            our_selects: 0.0,
            note: None,
            greeting: (0, 0, 0),
        };
        Self { target, name, reply: REPLY, line: Shared::new(line) }
    }

    /// Where it goes.
    pub(super) fn at(&self) -> String {
        self.target.address.to_string()
    }

    /// Connects unless it stands. Errors: all that a login can say.
    pub(super) async fn ready(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        self.reply = dialling.reply;
        let dialling = dialling.clone();
        let patience = dialling.connect_by.saturating_duration_since(clock::instant()) + REPLY;
        let ready =
            self.line.with(patience, move |line| Box::pin(async move { line.stand(&dialling).await }));
        ready.await.unwrap_or_else(|| Err(no_answer(&self.at(), patience)))
    }

    /// A second connection beside this one, for what the first must be watched over by. Errors: as for a login.
    pub(super) async fn another(&self, dialling: &Dialling) -> Result<Self, TargetError> {
        let mut other = Self::new(&self.target, &self.name);
        other.ready(dialling).await?;
        Ok(other)
    }

    /// Where it goes, and what the server calls it: for another one beside it.
    pub(super) fn called(&self) -> (&MysqlTarget, &str) {
        (&self.target, &self.name)
    }

    /// Gives the connection up.
    pub(super) async fn close(&self) {
        self.known(|line| line.conn = None).await;
    }

    /// The connection's number at the server; none while it does not stand.
    pub(super) async fn id(&self) -> Option<u32> {
        self.known(|line| line.conn.as_ref().map(Conn::id)).await
    }

    /// The version in the server's greeting: a proxy may tell another one than the server.
    pub(super) async fn greeting(&self) -> (u16, u16, u16) {
        self.known(|line| line.greeting).await
    }

    /// What is known of the line.
    pub(super) async fn known<T>(&self, what: impl FnOnce(&mut Line) -> T) -> T {
        self.line.known(what).await
    }

    /// Asks; a connection that was lost before is opened again first. The server itself ends our statements: whoever has
    /// less patience than that goes without the answer, and the connection stays.
    pub(super) async fn query(&self, statement: &str) -> Result<Vec<Row>, Failed> {
        let statement = statement.to_owned();
        let answer = self.line.with(self.reply, move |line| {
            Box::pin(async move {
                line.stand(&silently()).await?;
                line.send(&statement, LONGEST).await
            })
        });
        answer.await.unwrap_or_else(|| Err(no_answer(&self.at(), self.reply).into()))
    }

    /// Tells, over the connection that stands and no other: what was lost with it is in doubt, and never repeated.
    pub(super) async fn write(&self, statement: &str, patience: Duration) -> Result<Vec<Row>, Failed> {
        let statement = statement.to_owned();
        let answer = self.line.with(patience + REPLY, move |line| {
            Box::pin(async move { line.send(&statement, patience).await })
        });
        answer.await.unwrap_or_else(|| Err(no_answer(&self.at(), patience).into()))
    }
}

impl Line {
    async fn stand(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        if self.conn.is_none() {
            let connection = connect::connect(&self.target, &self.name, dialling).await?;
            self.greeting = connection.conn.server_version();
            self.sight = Sight::Unknown;
            self.note = connection.note;
            self.conn = Some(connection.conn);
        }
        Ok(())
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
                    self.conn = Some(conn);
                }
                Err(Failed { code, error: translate(error, &at) })
            }
            Err(_) => Err(no_answer(&at, patience).into()),
        }
    }
}

/// Limits of a connection that is opened again without a word.
pub(super) fn silently() -> Dialling {
    Dialling::silent(AGAIN, REPLY)
}
