//! The databases behind pods: those that are configured targets are asked whether they take writes, and how far they are
//! behind (S22, S24).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use crate::action::Refusal;
use crate::config::{Address, Target, TargetSpec};
use crate::error::TargetError;
use crate::target::kubernetes::words;
use crate::target::mysql::Replication;
use crate::target::{Dialling, mysql, postgres};
use crate::text;

/// What servers call our connections that only look.
const NAME: &str = "stampede";
/// Longest time to get in, and for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found behind some pods.
#[derive(Debug, Default)]
pub struct Behind {
    /// A line for each that was asked.
    pub words: Vec<String>,
    /// Those that take writes.
    writable: Vec<String>,
    /// How many were asked.
    asked: usize,
}

impl Behind {
    /// A replica that takes writes is none: two servers would take them then.
    pub fn refusal(&self) -> Option<Refusal> {
        let first = self.writable.first()?;
        Some(Refusal::by(
            "S24",
            format!("{first} takes writes (read_only is OFF): both servers would take some"),
            "make it read-only first: stampede protect read-only --target NAME",
        ))
    }

    /// That some of `all` pods were not asked.
    pub fn unknown(&self, all: usize) -> Option<String> {
        let left = all.saturating_sub(self.asked);
        (left > 0).then(|| {
            format!("whether {left} of {all} pods take writes, and how far they are behind, is not known: they are no configured targets")
        })
    }
}

/// Asks the configured databases that are at the addresses of these pods.
pub async fn of(targets: &[Target], pods: &[&Value]) -> Behind {
    let at = |pod: &&Value| {
        let ip = words(pod, "/status/podIP");
        targets.iter().find(|target| !ip.is_empty() && host(target) == Some(ip))
    };
    let looks = pods.iter().filter_map(at).map(async |target| (target, look(target).await));
    let mut behind = Behind::default();
    for (target, looked) in join_all(looks).await {
        let name = text::escape(&target.name);
        match looked {
            Ok((writable, lag)) => {
                behind.asked += 1;
                let lag = match lag {
                    Some(Ok(seconds)) => format!("{seconds:.0} s behind"),
                    Some(Err(why)) => format!("lag not known: {why}"),
                    None => "follows nobody".into(),
                };
                let takes = if writable { "takes writes" } else { "read-only" };
                behind.words.push(format!("{name}: {takes}, {lag}"));
                if writable {
                    behind.writable.push(name.into_owned());
                }
            }
            Err(error) => behind.words.push(format!("{name}: cannot be asked: {error}")),
        }
    }
    behind
}

fn host(target: &Target) -> Option<&str> {
    let address = match &target.spec {
        TargetSpec::Mysql(mysql) => &mysql.address,
        TargetSpec::Postgres(postgres) => &postgres.address,
        _ => return None,
    };
    match address {
        Address::Tcp(host, _) => Some(host),
        Address::Unix(_) => None,
    }
}

/// Whether it takes writes, and its lag; none where it follows nobody.
async fn look(target: &Target) -> Result<(bool, Option<Result<f64, String>>), TargetError> {
    let dialling = Dialling::silent(PATIENCE, PATIENCE);
    match &target.spec {
        TargetSpec::Mysql(spec) => {
            let mut reader = mysql::Reader::new(spec, NAME);
            reader.ready(&dialling).await?;
            let (variables, replication) = (reader.variables().await?, reader.replication().await?);
            let lag = match replication {
                Replication::Replica { lag } => Some(lag),
                Replication::None => None,
                Replication::Hidden => Some(Err("this account may not ask".into())),
            };
            Ok((variables.read_only() != Some(true), lag))
        }
        TargetSpec::Postgres(spec) => {
            let mut reader = postgres::Reader::new(spec, NAME);
            reader.ready(&dialling).await?;
            let facts = reader.snapshot().await?.facts;
            Ok((!facts.standby, facts.lag))
        }
        _ => Err(TargetError::new(crate::error::TargetErrorKind::Input, "it is no database")),
    }
}
