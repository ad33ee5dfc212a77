//! The database probe: connections, running statements and rates of a MySQL, MariaDB or PostgreSQL server.
//!
//! Two samples of the counters, one at each end of the window; three looks at the running statements (both ends and
//! the middle), because one look at a bursty server is chance: `database.running` is their mean, shares are of all
//! that was seen, ages are those of the last look.

mod failing;
mod findings;
mod locks;
mod logins;
mod mysql;
mod postgres;
mod replicas;
mod rollbacks;
mod running;
mod standing;

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::{Address, MysqlTarget, PostgresTarget};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::probe::database::findings::Findings;
use crate::probe::{Look, NAME, Probe, TargetReport};
use crate::system::{self, Line};

pub(in crate::probe) use replicas::Followed;
pub use replicas::{Replicas, replicas};

/// Why there is no rate when there is no window.
const ONE_LOOK: &str = "one look: a rate needs a window";
/// Why a PostgreSQL does not tell of others' sessions.
const NO_MONITOR: &str =
    "other roles' sessions are hidden: ask for GRANT pg_monitor TO the role stampede uses";

/// The probe of a MySQL or MariaDB; it connects with the first measurement and keeps its connection (S3), or uses `line` with others.
pub fn mysql(name: &str, spec: &MysqlTarget, line: Option<Line>) -> Box<dyn Probe> {
    let reader = match line {
        Some(Line::Mysql(reader)) => reader,
        _ => system::mysql::Reader::new(spec, NAME),
    };
    open(name, Kind::Mysql, &spec.address, mysql::Connection::new(reader))
}

/// The same of a PostgreSQL.
pub fn postgres(name: &str, spec: &PostgresTarget, line: Option<Line>) -> Box<dyn Probe> {
    let reader = match line {
        Some(Line::Postgres(reader)) => reader,
        _ => system::postgres::Reader::new(spec, NAME),
    };
    open(name, Kind::Postgres, &spec.address, postgres::Connection::new(reader))
}

fn open<E: Engine + 'static>(name: &str, kind: Kind, address: &Address, engine: E) -> Box<dyn Probe> {
    Box::new(DatabaseProbe { name: name.into(), kind, address: address.to_string(), engine })
}

/// What is asked of a server of one kind, and what the answers mean.
trait Engine: Send {
    /// Measures once; what was found stays found when it fails.
    fn measure(
        &mut self,
        look: &Look,
        started: Instant,
        findings: &mut Findings,
    ) -> impl Future<Output = Result<(), TargetError>> + Send;
}

struct DatabaseProbe<E> {
    name: Arc<str>,
    kind: Kind,
    address: String,
    engine: E,
}

impl<E: Engine> Probe for DatabaseProbe<E> {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut findings = Findings::new(&self.name, self.kind, &self.address);
            let work = self.engine.measure(look, clock::instant(), &mut findings);
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
            findings.report()
        })
    }
}
