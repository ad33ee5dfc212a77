//! The database probe: connections, running statements and rates of a MySQL, MariaDB or PostgreSQL server.
//!
//! Two samples of the counters, one at each end of the window; three looks at the running statements (both ends and
//! the middle), because one look at a bursty server is chance: `database.running` is their mean, shares are of all
//! that was seen, ages are those of the last look.

mod findings;
mod mysql;
mod postgres;
mod replicas;
mod running;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::{MysqlTarget, PostgresTarget};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::probe::database::findings::Findings;
use crate::probe::{Look, Probe, TargetReport};
use crate::system::{self, Dialling, Line};

pub use replicas::{Replicas, replicas};

/// What servers call our connections while nobody acts.
const NAME: &str = "stampede";
/// Why there is no rate when there is no window.
const ONE_LOOK: &str = "one look: a rate needs a window";
/// Longest wait for one reply; our own statements are limited to the same on the server.
const REPLY: Duration = Duration::from_secs(5);

/// The probe of a MySQL or MariaDB; it connects with the first measurement and keeps its connection (S3), or uses `line` with others.
pub fn mysql(name: &str, spec: &MysqlTarget, line: Option<Line>) -> Box<dyn Probe> {
    let reader = match line {
        Some(Line::Mysql(reader)) => reader,
        _ => system::mysql::Reader::new(spec, NAME),
    };
    let engine = Engine::Mysql(Box::new(mysql::Connection::new(reader)));
    Box::new(DatabaseProbe {
        name: name.into(),
        kind: Kind::Mysql,
        address: spec.address.to_string(),
        engine,
    })
}

/// The same of a PostgreSQL.
pub fn postgres(name: &str, spec: &PostgresTarget, line: Option<Line>) -> Box<dyn Probe> {
    let reader = match line {
        Some(Line::Postgres(reader)) => reader,
        _ => system::postgres::Reader::new(spec, NAME),
    };
    let engine = Engine::Postgres(Box::new(postgres::Connection::new(reader)));
    Box::new(DatabaseProbe {
        name: name.into(),
        kind: Kind::Postgres,
        address: spec.address.to_string(),
        engine,
    })
}

enum Engine {
    Mysql(Box<mysql::Connection>),
    Postgres(Box<postgres::Connection>),
}

struct DatabaseProbe {
    name: Arc<str>,
    kind: Kind,
    address: String,
    engine: Engine,
}

impl Probe for DatabaseProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut findings = Findings::new(&self.name);
            let started = clock::instant();
            let work = async {
                match &mut self.engine {
                    Engine::Mysql(connection) => connection.measure(look, started, &mut findings).await,
                    Engine::Postgres(connection) => connection.measure(look, started, &mut findings).await,
                }
            };
            let result = tokio::time::timeout(look.timeout + look.window, work).await.unwrap_or_else(|_| {
                Err(TargetError::new(
                    TargetErrorKind::Timeout,
                    format!(
                        "{} did not answer everything within {:.1} s",
                        self.address,
                        look.timeout.as_secs_f64()
                    ),
                )
                .hint("a hung or overloaded server; a longer --timeout may help"))
            });
            if let Err(error) = result {
                findings.fail(error);
            }
            findings.report(self.kind, self.address.clone())
        })
    }
}

/// The limits of one measurement, in the words of the targets. A fifth of the time is left for the questions, and for
/// the words why nobody let us in.
fn dialling(look: &Look, started: Instant) -> Dialling {
    Dialling {
        connect_by: started + look.timeout * 4 / 5,
        reply: REPLY.min(look.timeout),
        say: look.say.clone(),
    }
}

/// Whether a kept connection can simply have gone stale since the last measurement.
fn stale(error: &TargetError) -> bool {
    matches!(error.kind, TargetErrorKind::Unreachable | TargetErrorKind::Protocol | TargetErrorKind::Loading)
}
