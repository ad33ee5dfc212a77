//! The one connection to a server: shared by all who ask and tell there, because a full server has no second seat (S3).

use std::sync::Arc;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};
use tokio::sync::Mutex;

use crate::clock;
use crate::config::MysqlTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::target::Dialling;
use crate::target::mysql::connect;
use crate::target::mysql::error::{NO_PRIVILEGE, NO_TABLE_PRIVILEGE, code, translate};

/// Longest wait for a connection that was lost on the way.
const AGAIN: Duration = Duration::from_secs(12);
/// Longest wait for one answer, unless a measurement says less.
const REPLY: Duration = Duration::from_secs(5);

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

/// What is known of the connection that stands.
pub(super) struct Line {
    conn: Option<Conn>,
    reply: Duration,
    pub(super) sight: Sight,
    /// Statements of our own, on all connections so far.
    pub(super) ours: f64,
    /// Of those, `SELECT`s.
    pub(super) our_selects: f64,
    /// How the seat was won when that was not the ordinary way.
    pub(super) note: Option<String>,
    greeting: (u16, u16, u16),
}

/// A handle to it.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) target: Arc<MysqlTarget>,
    name: Arc<str>,
    line: Arc<Mutex<Line>>,
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

impl Shared {
    /// A line to `target` that does not stand yet; the server will call it `name` (S28).
    pub(super) fn new(target: &MysqlTarget, name: &str) -> Self {
        let line = Line {
            conn: None,
            reply: REPLY,
            sight: Sight::Unknown,
            ours: 0.0,
            our_selects: 0.0,
            note: None,
            greeting: (0, 0, 0),
        };
        Self { target: Arc::new(target.clone()), name: name.into(), line: Arc::new(Mutex::new(line)) }
    }

    /// Where it goes.
    pub(super) fn at(&self) -> String {
        self.target.address.to_string()
    }

    /// Connects unless it stands. Errors: all that a login can say.
    pub(super) async fn ready(&self, dialling: &Dialling) -> Result<(), TargetError> {
        let mut line = self.line.lock().await;
        line.reply = dialling.reply;
        self.stand(&mut line, dialling).await
    }

    async fn stand(&self, line: &mut Line, dialling: &Dialling) -> Result<(), TargetError> {
        if line.conn.is_none() {
            let seat = connect::connect(&self.target, &self.name, dialling).await?;
            line.greeting = seat.conn.server_version();
            line.sight = Sight::Unknown;
            line.note = seat.note;
            line.conn = Some(seat.conn);
        }
        Ok(())
    }

    /// A second connection beside this one, for what the first must be watched over by. Errors: as for a login.
    pub(super) async fn another(&self, dialling: &Dialling) -> Result<Self, TargetError> {
        let other = Self::new(&self.target, &self.name);
        other.ready(dialling).await?;
        Ok(other)
    }

    /// Gives the connection up.
    pub(super) async fn close(&self) {
        self.line.lock().await.conn = None;
    }

    /// The connection's number at the server; none while it does not stand.
    pub(super) async fn id(&self) -> Option<u32> {
        self.line.lock().await.conn.as_ref().map(Conn::id)
    }

    /// The version in the server's greeting: a proxy may tell another one than the server.
    pub(super) async fn greeting(&self) -> (u16, u16, u16) {
        self.line.lock().await.greeting
    }

    /// What is known of the line.
    pub(super) async fn known<T>(&self, what: impl FnOnce(&mut Line) -> T) -> T {
        what(&mut *self.line.lock().await)
    }

    /// Asks; a connection that was lost before is opened again first.
    pub(super) async fn ask(&self, statement: &str) -> Result<Vec<Row>, Failed> {
        let mut line = self.line.lock().await;
        self.stand(&mut line, &silently()).await?;
        let reply = line.reply;
        self.send(&mut line, statement, reply).await
    }

    /// Tells, over the connection that stands and no other: what was lost with it is in doubt, and never repeated.
    pub(super) async fn tell(&self, statement: &str, patience: Duration) -> Result<Vec<Row>, Failed> {
        let mut line = self.line.lock().await;
        self.send(&mut line, statement, patience).await
    }

    async fn send(&self, line: &mut Line, statement: &str, patience: Duration) -> Result<Vec<Row>, Failed> {
        // Taken out until the answer is there: whoever gives up in between leaves no half-read answer behind.
        let Some(mut conn) = line.conn.take() else {
            let message = format!("the connection to {} was lost", self.at());
            return Err(TargetError::new(TargetErrorKind::Unreachable, message).into());
        };
        line.ours += 1.0;
        if statement.starts_with("SELECT") {
            line.our_selects += 1.0;
        }
        match tokio::time::timeout(patience, conn.query::<Row, _>(statement)).await {
            Ok(Ok(rows)) => {
                line.conn = Some(conn);
                Ok(rows)
            }
            Ok(Err(error)) => {
                let code = code(&error);
                if code.is_some() {
                    line.conn = Some(conn);
                }
                Err(Failed { code, error: translate(&error, &self.at()) })
            }
            Err(_) => {
                let waited = patience.as_secs_f64();
                let message = format!("{} did not answer within {waited:.1} s", self.at());
                Err(TargetError::new(TargetErrorKind::Timeout, message).into())
            }
        }
    }
}

/// Limits of a connection that is opened again without a word.
pub(super) fn silently() -> Dialling {
    Dialling { connect_by: clock::instant() + AGAIN, reply: REPLY, say: Arc::new(|_| {}) }
}
