//! MySQL and MariaDB: all that they can be asked, over one kept connection.

mod acting;
mod connect;
mod error;
mod facts;
mod failures;
mod line;
mod locks;
mod query;
mod replicas;
mod rights;
mod routines;
mod select;
mod sessions;
mod write;
mod writer;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mysql_async::{Row, Value};

use crate::clock;
use crate::error::TargetError;
use crate::sql::{self, Dialect, Running};
use crate::system::mysql::error::SYNTAX;
use crate::system::mysql::line::{Line, Sight};
use crate::system::{Identity, shared};
use crate::text;

pub use crate::system::mysql::facts::{Replication, Variables};
pub use crate::system::mysql::failures::Failures;
pub use crate::system::mysql::write::{Account, SETTINGS, TOLD, Write, nameable};
pub use crate::system::mysql::writer::{Waited, Writer};

/// Accounts of the server itself and of those who run it for others (S16).
const SYSTEM_USERS: [&str; 5] =
    ["system user", "event_scheduler", "rdsadmin", "cloudsqladmin", "azure_superuser"];

/// The status counters of one moment.
#[derive(Clone, Debug)]
pub struct Status {
    /// By name as the server spells it.
    pub values: BTreeMap<String, f64>,
    /// What Galera says of this node; plain MariaDB says it too, and means nothing by it.
    pub galera: Galera,
    /// When it was read, between question and answer.
    pub at: Instant,
    /// Statements of our own that the counters hold by then.
    pub ours: f64,
    /// Of those, `SELECT`s.
    pub our_selects: f64,
}

/// Counters of statements that write.
const WRITES: [&str; 9] = [
    "Com_insert",
    "Com_insert_select",
    "Com_update",
    "Com_update_multi",
    "Com_delete",
    "Com_delete_multi",
    "Com_replace",
    "Com_replace_select",
    "Com_load",
];

/// Values that may fall.
const GAUGES: [&str; 3] = ["Threads_connected", "Threads_running", "Prepared_stmt_count"];

/// A node of Galera.
#[derive(Clone, Debug, Default)]
pub struct Galera {
    /// `wsrep_ready`: statements are answered; none when it does not say.
    pub ready: Option<bool>,
    /// `wsrep_cluster_status`: `Primary`, `non-Primary`, `Disconnected`; escaped.
    pub status: String,
}

impl Status {
    /// Whether a counter fell between two readings.
    pub fn fell_since(&self, before: &Self) -> bool {
        before.values.iter().any(|(name, was)| {
            !GAUGES.contains(&&**name) && self.values.get(name).is_some_and(|now| now < was)
        })
    }

    /// Statements that write, since the server's start.
    pub fn written(&self) -> f64 {
        WRITES.iter().filter_map(|name| self.values.get(*name)).sum()
    }
}

/// Statement times since start: bucket number → (upper bound in ms, count).
pub type Histogram = BTreeMap<u64, (f64, f64)>;

/// Asks one server.
pub type Reader = shared::Reader<Line>;

impl Reader {
    /// How the connection was won when that was not the ordinary way.
    pub async fn note(&self) -> Option<String> {
        self.known(|line| line.note.clone()).await
    }

    /// Settings that say what the server is.
    pub async fn variables(&self) -> Result<Variables, TargetError> {
        let rows = self.query(query::VARIABLES).await?;
        Ok(Variables::new(rows.iter().map(|row| (word(row, 0), word(row, 1))).collect()))
    }

    /// The counters.
    pub async fn status(&self) -> Result<Status, TargetError> {
        let asked = clock::instant();
        let rows = self.query(query::STATUS).await?;
        let at = asked + asked.elapsed() / 2;
        let values = rows.iter().filter_map(|row| Some((word(row, 0), word(row, 1).parse().ok()?))).collect();
        let said = |name: &str| rows.iter().find(|row| word(row, 0) == name).map(|row| word(row, 1));
        let galera = Galera {
            ready: said("wsrep_ready").map(|ready| ready == "ON"),
            status: text::escape(&said("wsrep_cluster_status").unwrap_or_default()).into_owned(),
        };
        let (ours, our_selects) = self.known(|line| (line.ours, line.our_selects)).await;
        Ok(Status { values, galera, at, ours, our_selects })
    }

    /// The statements that clients are running, or `None` when we are shown only our own.
    pub async fn running(&self, variables: &Variables) -> Result<Option<Vec<Running>>, TargetError> {
        let mut sight = self.known(|line| line.sight).await;
        if sight == Sight::Unknown {
            if !variables.mariadb() && variables.performance_schema() {
                match self.query(query::RUNNING_MYSQL).await {
                    Ok(rows) => {
                        self.known(|line| line.sight = Sight::Threads).await;
                        return Ok(Some(running(&rows)));
                    }
                    Err(failed) if failed.denied() => {}
                    Err(failed) => return Err(failed.into()),
                }
            }
            sight = match self.query(query::MAY_SEE_OTHERS).await {
                Ok(_) => Sight::Processlist,
                Err(failed) if failed.denied() => Sight::Blind,
                Err(failed) => return Err(failed.into()),
            };
            self.known(|line| line.sight = sight).await;
        }
        let statement = match sight {
            Sight::Blind | Sight::Unknown => return Ok(None),
            Sight::Threads => query::RUNNING_MYSQL,
            Sight::Processlist if variables.mariadb() => query::RUNNING_MARIADB,
            Sight::Processlist => query::RUNNING_ANY,
        };
        let rows = self.query(statement).await?;
        Ok(Some(running(&rows)))
    }

    /// Statement times since start. `Err` is why there is none, in words.
    pub async fn histogram(&self, variables: &Variables) -> Result<Result<Histogram, String>, TargetError> {
        if variables.mariadb() {
            return Ok(Err("MariaDB keeps no histogram of statement times".into()));
        }
        if !variables.performance_schema() {
            return Ok(Err("performance_schema is off".into()));
        }
        match self.query(query::HISTOGRAM).await {
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
            Err(failed) => Err(failed.into()),
        }
    }

    /// What the server says of its replication.
    pub async fn replication(&self) -> Result<Replication, TargetError> {
        let mut answer = self.query(query::REPLICA).await;
        if answer.as_ref().is_err_and(|failed| failed.code == Some(SYNTAX)) {
            answer = self.query(query::SLAVE).await;
        }
        match answer {
            Ok(rows) => Ok(facts::replicas(&rows)),
            Err(failed) if failed.denied() => Ok(Replication::Hidden),
            Err(failed) => Err(failed.into()),
        }
    }

    /// What the server proves it is.
    pub async fn identity(&self, variables: &Variables, replication: &Replication) -> Identity {
        facts::identity(variables, replication, self.greeting().await)
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
