//! Integration tests: the database probe against real MariaDB and PostgreSQL servers.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod causes;
mod connection;
mod mysql;
mod pooler;
mod postgres;
mod replicas;
mod standstill;
mod standstill_postgres;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use stampede::config::{Address, MysqlTarget, PostgresTarget, Secret, Target, TargetSpec, Tls};
use stampede::observation::{Metric, Reading};
use stampede::probe::{self, Look, Part, Probe, TargetReport};
use tokio::sync::mpsc;

/// A look over `window` that gives the server `timeout` to answer, and what it says on the way.
fn look(window: Duration, timeout: Duration) -> (Look, mpsc::UnboundedReceiver<String>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let look = Look {
        parts: vec![Part::Database],
        window,
        timeout,
        samples: 0,
        since: None,
        say: Arc::new(move |words| _ = sender.send(words.to_owned())),
        seen: None,
    };
    (look, receiver)
}

fn mysql(port: u16, user: &str, password: &str) -> MysqlTarget {
    MysqlTarget {
        address: Address::Tcp("127.0.0.1".into(), port),
        admin_port: None,
        user: user.into(),
        password: Some(Secret::new(password)),
        database: None,
        tls: None,
    }
}

fn postgres(port: u16, user: &str, password: &str) -> PostgresTarget {
    PostgresTarget {
        address: Address::Tcp("127.0.0.1".into(), port),
        user: user.into(),
        password: Some(Secret::new(password)),
        database: "postgres".into(),
        tls: None,
        tls_optional: false,
    }
}

fn open_mysql(spec: MysqlTarget) -> Box<dyn Probe> {
    probe::open(&Target { name: "mysql".into(), spec: TargetSpec::Mysql(spec) }, None).unwrap()
}

fn open_postgres(spec: PostgresTarget) -> Box<dyn Probe> {
    probe::open(&Target { name: "postgres".into(), spec: TargetSpec::Postgres(spec) }, None).unwrap()
}

/// One measurement with a new probe: one look, 5 s.
async fn once(mut probe: Box<dyn Probe>) -> TargetReport {
    probe.measure(&look(Duration::ZERO, Duration::from_secs(5)).0).await
}

fn value(report: &TargetReport, metric: Metric) -> Option<f64> {
    reading(report, metric).0.ok()
}

fn detail(report: &TargetReport, metric: Metric) -> String {
    reading(report, metric).1
}

fn why(report: &TargetReport, metric: Metric) -> String {
    reading(report, metric).0.expect_err("the metric was expected to be unknown")
}

fn reading(report: &TargetReport, metric: Metric) -> (Result<f64, String>, String) {
    let mut found = report.observations.iter().filter(|o| o.metric == metric);
    let observation = found.next().unwrap_or_else(|| panic!("{} is missing: {report:?}", metric.name()));
    assert!(found.next().is_none(), "{} was said twice", metric.name());
    let value = match &observation.value {
        Reading::Known(value) => Ok(*value),
        Reading::Unknown(why) => Err(why.clone()),
    };
    (value, observation.detail.clone().unwrap_or_default())
}

/// A certificate for 127.0.0.1, its key, and options that trust it, in files that the server's account can read.
struct Certificate {
    _folder: tempfile::TempDir,
    cert: std::path::PathBuf,
    key: std::path::PathBuf,
}

impl Certificate {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self { _folder: folder, cert, key }
    }

    fn trusted(&self) -> Option<Tls> {
        Some(Tls { ca: Some(self.cert.clone()), ..Tls::default() })
    }
}
