//! MySQL and MariaDB: all that they can be asked, over one kept connection.

mod connect;
mod error;
mod facts;
mod statements;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row, Value};

use crate::clock;
use crate::config::MysqlTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::sql::{self, Dialect, Running};
use crate::target::mysql::error::{NO_PRIVILEGE, NO_TABLE_PRIVILEGE, SYNTAX, code, translate};
use crate::target::{Dialling, Identity};

pub use crate::target::mysql::facts::{Replication, Variables};

/// Accounts of the server itself and of those who run it for others (S16).
const SYSTEM_USERS: [&str; 5] =
    ["system user", "event_scheduler", "rdsadmin", "cloudsqladmin", "azure_superuser"];

/// The status counters of one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// By name as the server spells it.
    pub values: BTreeMap<String, f64>,
    /// When it was read, between question and answer.
    pub at: Instant,
    /// Statements of our own that the counters hold by then.
    pub ours: f64,
    /// Of those, `SELECT`s.
    pub our_selects: f64,
}

/// How running statements may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// Not tried yet.
    Unknown,
    /// `performance_schema`.
    Threads,
    /// `information_schema.PROCESSLIST`, with the PROCESS privilege.
    Processlist,
    /// Only our own statements are shown to us.
    Blind,
}

/// Statement times since start: bucket number → (upper bound in ms, count).
pub type Histogram = BTreeMap<u64, (f64, f64)>;

/// One connection that only reads.
pub struct Reader {
    conn: Conn,
    at: String,
    reply: Duration,
    sight: Sight,
    ours: f64,
    our_selects: f64,
    note: Option<String>,
}

impl Reader {
    /// Connects, by the other ways in when the server is full. Errors: all that a login can say.
    pub async fn connect(target: &MysqlTarget, dialling: &Dialling) -> Result<Self, TargetError> {
        let seat = connect::connect(target, dialling).await?;
        Ok(Self {
            conn: seat.conn,
            at: target.address.to_string(),
            reply: dialling.reply,
            sight: Sight::Unknown,
            ours: 0.0,
            our_selects: 0.0,
            note: seat.note,
        })
    }

    /// How the seat was won when that was not the ordinary way.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The version in the server's greeting: a proxy may tell another one than the server.
    pub fn greeting(&self) -> (u16, u16, u16) {
        self.conn.server_version()
    }

    async fn ask(&mut self, statement: &'static str) -> Result<Vec<Row>, Failed> {
        self.ours += 1.0;
        if statement.starts_with("SELECT") {
            self.our_selects += 1.0;
        }
        match tokio::time::timeout(self.reply, self.conn.query::<Row, _>(statement)).await {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) => Err(Failed { code: code(&error), error: translate(&error, &self.at) }),
            Err(_) => {
                let waited = self.reply.as_secs_f64();
                let message = format!("{} did not answer within {waited:.1} s", self.at);
                Err(Failed { code: None, error: TargetError::new(TargetErrorKind::Timeout, message) })
            }
        }
    }

    /// Settings that say what the server is.
    pub async fn variables(&mut self) -> Result<Variables, TargetError> {
        let rows = self.ask(statements::VARIABLES).await.map_err(|failed| failed.error)?;
        Ok(Variables::new(rows.iter().map(|row| (word(row, 0), word(row, 1))).collect()))
    }

    /// The counters.
    pub async fn status(&mut self) -> Result<Status, TargetError> {
        let asked = clock::instant();
        let rows = self.ask(statements::STATUS).await.map_err(|failed| failed.error)?;
        let at = asked + asked.elapsed() / 2;
        let values = rows.iter().filter_map(|row| Some((word(row, 0), word(row, 1).parse().ok()?))).collect();
        Ok(Status { values, at, ours: self.ours, our_selects: self.our_selects })
    }

    /// The statements that clients are running, or `None` when we are shown only our own.
    pub async fn running(&mut self, variables: &Variables) -> Result<Option<Vec<Running>>, TargetError> {
        if self.sight == Sight::Unknown {
            if !variables.mariadb() && variables.performance_schema() {
                match self.ask(statements::RUNNING_MYSQL).await {
                    Ok(rows) => {
                        self.sight = Sight::Threads;
                        return Ok(Some(running(&rows)));
                    }
                    Err(failed) if failed.denied() => {}
                    Err(failed) => return Err(failed.error),
                }
            }
            self.sight = match self.ask(statements::MAY_SEE_OTHERS).await {
                Ok(_) => Sight::Processlist,
                Err(failed) if failed.denied() => Sight::Blind,
                Err(failed) => return Err(failed.error),
            };
        }
        let statement = match self.sight {
            Sight::Blind | Sight::Unknown => return Ok(None),
            Sight::Threads => statements::RUNNING_MYSQL,
            Sight::Processlist if variables.mariadb() => statements::RUNNING_MARIADB,
            Sight::Processlist => statements::RUNNING_ANY,
        };
        let rows = self.ask(statement).await.map_err(|failed| failed.error)?;
        Ok(Some(running(&rows)))
    }

    /// Statement times since start. `Err` is why there is none, in words.
    pub async fn histogram(
        &mut self,
        variables: &Variables,
    ) -> Result<Result<Histogram, String>, TargetError> {
        if variables.mariadb() {
            return Ok(Err("MariaDB keeps no histogram of statement times".into()));
        }
        if !variables.performance_schema() {
            return Ok(Err("performance_schema is off".into()));
        }
        match self.ask(statements::HISTOGRAM).await {
            Ok(rows) => Ok(Ok(rows
                .iter()
                .filter_map(|row| {
                    let number = word(row, 0).parse().ok()?;
                    Some((number, (word(row, 1).parse().ok()?, word(row, 2).parse().ok()?)))
                })
                .collect())),
            Err(failed) if failed.denied() => {
                Ok(Err("needs GRANT SELECT ON performance_schema.* TO this account".into()))
            }
            // A server before MySQL 8 has no such table.
            Err(failed) if failed.code == Some(1146) => Ok(Err("this server keeps no histogram".into())),
            Err(failed) => Err(failed.error),
        }
    }

    /// What the server says of its replication.
    pub async fn replication(&mut self) -> Result<Replication, TargetError> {
        let mut answer = self.ask(statements::REPLICA).await;
        if answer.as_ref().is_err_and(|failed| failed.code == Some(SYNTAX)) {
            answer = self.ask(statements::SLAVE).await;
        }
        match answer {
            Ok(rows) => Ok(rows.first().map_or(Replication::None, facts::replica)),
            Err(failed) if failed.denied() => Ok(Replication::Hidden),
            Err(failed) => Err(failed.error),
        }
    }

    /// What the server proves it is.
    pub fn identity(&self, variables: &Variables, replication: &Replication) -> Identity {
        facts::identity(variables, replication, self.greeting())
    }
}

/// A statement that failed, with the server's number for it.
struct Failed {
    code: Option<u16>,
    error: TargetError,
}

impl Failed {
    fn denied(&self) -> bool {
        matches!(self.code, Some(NO_PRIVILEGE | NO_TABLE_PRIVILEGE | 1044 | 1143 | 1370))
    }
}

fn running(rows: &[Row]) -> Vec<Running> {
    rows.iter().filter(|row| !SYSTEM_USERS.contains(&word(row, 0).as_str())).map(statement).collect()
}

/// A row of user, exact ms, whole-second ms, text, the server's digest id.
/// performance_schema keeps this much of a statement; a text of that length was cut off.
const TEXT_LIMIT: usize = 1024;

fn statement(row: &Row) -> Running {
    let text = bytes(row, 3).unwrap_or_default();
    let digest = sql::digest(text, Dialect::Mysql);
    let ms = word(row, 1).parse::<f64>().or_else(|_| word(row, 2).parse()).unwrap_or(0.0);
    let group = word(row, 4);
    Running {
        group: if group.is_empty() { digest.clone() } else { group },
        // The server's own digest has no literals: the text stands beside it then.
        copy: sql::copy_of(bytes(row, 5).unwrap_or(text), TEXT_LIMIT, Dialect::Mysql),
        kind: sql::kind(text, Dialect::Mysql),
        digest: if digest.is_empty() { "(no text)".into() } else { digest },
        age: Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default(),
    }
}

fn bytes(row: &Row, column: usize) -> Option<&[u8]> {
    match row.as_ref(column) {
        Some(Value::Bytes(bytes)) => Some(bytes),
        _ => None,
    }
}

/// A cell of the text protocol; empty when NULL.
fn word(row: &Row, column: usize) -> String {
    bytes(row, column).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}
