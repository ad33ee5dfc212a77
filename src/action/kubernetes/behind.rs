//! The databases behind pods: those that are configured targets are asked whether they take writes, and how far they are
//! behind (S22, S24).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use crate::action::{Context, Refusal};
use crate::config::{Address, Target, TargetSpec};
use crate::error::{TargetError, TargetErrorKind};
use crate::sql;
use crate::system::kubernetes::words;
use crate::system::mysql::Replication;
use crate::system::{Dialling, Line};
use crate::text;

/// What servers call our connections that only look.
const NAME: &str = "stampede";
/// Longest time to get in, and for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Statements that must run before their share says something.
const ENOUGH: usize = 4;

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
pub async fn of(context: &Context<'_>, pods: &[&Value]) -> Behind {
    let targets = context.targets;
    let at = |pod: &&Value| {
        let ip = words(pod, "/status/podIP");
        targets.iter().find(|target| !ip.is_empty() && host(target) == Some(ip))
    };
    let looks = pods.iter().filter_map(at).map(async |target| (target, look(target, context).await));
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

/// What share of the statements writes where the traffic goes today: that would arrive at servers that take no writes. Asked
/// are the configured databases that are not among the `new` pods: those at the addresses of the `old` ones, else all.
pub async fn writes(context: &Context<'_>, old: &[Value], new: &[&Value]) -> Vec<String> {
    let targets = context.targets;
    let among = |host: &str, pod: &Value| words(pod, "/status/podIP") == host;
    let others = || {
        let databases = targets.iter().filter_map(|target| host(target).map(|host| (target, host)));
        databases.filter(|(_, host)| !new.iter().any(|pod| among(host, pod)))
    };
    let behind = || others().filter(|(_, host)| old.iter().any(|pod| among(host, pod)));
    let asked: Vec<&Target> = match behind().next() {
        Some(_) => behind().map(|(target, _)| target).collect(),
        None => others().map(|(target, _)| target).collect(),
    };
    if asked.is_empty() {
        return vec![
            "what share of the load writes is not known: the database is no configured target".into(),
        ];
    }
    let lines = asked.into_iter().map(async |target| {
        let name = text::escape(&target.name);
        match share(target, context).await {
            Ok(Some((share, of))) => {
                format!("{name}: {} of {of} write, and would be refused", text::percent(share))
            }
            Ok(None) => format!("{name}: what share of the load writes is not known: too little is running"),
            Err(error) => format!("{name}: what share of the load writes is not known: {error}"),
        }
    });
    join_all(lines).await
}

/// The share of writes, and of what it is one; none where nothing can be said.
async fn share(target: &Target, context: &Context<'_>) -> Result<Option<(f64, &'static str)>, TargetError> {
    let dialling = Dialling::silent(PATIENCE, PATIENCE);
    match line(target, context) {
        Some(Line::Mysql(mut reader)) => {
            reader.ready(&dialling).await?;
            let status = reader.status().await?;
            let written = status.written();
            let all = written + status.values.get("Com_select").copied().unwrap_or(0.0);
            Ok((all > 0.0).then_some((written / all, "all statements since the start")))
        }
        Some(Line::Postgres(mut reader)) => {
            reader.ready(&dialling).await?;
            let running = reader.running().await?;
            let of = |kind| running.iter().filter(|running| running.kind == kind).count();
            let (reads, writes) = (of(sql::Kind::Read), of(sql::Kind::Write));
            let all = reads + writes;
            Ok((all >= ENOUGH).then_some((writes as f64 / all as f64, "the statements that are running")))
        }
        _ => Ok(None),
    }
}

/// The connection that the runner holds, else one of our own (S3).
fn line(target: &Target, context: &Context<'_>) -> Option<Line> {
    context.lines.get(&target.name).cloned().or_else(|| Line::of(target, NAME))
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
async fn look(
    target: &Target,
    context: &Context<'_>,
) -> Result<(bool, Option<Result<f64, String>>), TargetError> {
    let dialling = Dialling::silent(PATIENCE, PATIENCE);
    match line(target, context) {
        Some(Line::Mysql(mut reader)) => {
            reader.ready(&dialling).await?;
            let (variables, replication) = (reader.variables().await?, reader.replication().await?);
            let lag = match replication {
                Replication::Replica { lag, .. } => Some(lag),
                Replication::None => None,
                Replication::Hidden => Some(Err("this account may not ask".into())),
            };
            Ok((variables.read_only() != Some(true), lag))
        }
        Some(Line::Postgres(mut reader)) => {
            reader.ready(&dialling).await?;
            let facts = reader.snapshot().await?.facts;
            Ok((!facts.standby, facts.lag))
        }
        _ => Err(TargetError::new(TargetErrorKind::Input, "it is no database")),
    }
}
