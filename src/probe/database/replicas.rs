//! The replicas of a database, found by asking it.

use std::sync::Arc;

use futures_util::future::{BoxFuture, join_all};

use crate::clock;
use crate::config::{Address, Target, TargetSpec};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Metric, Observation};
use crate::probe::{Look, NAME, Probe, TargetReport, address};
use crate::system::{Dialling, Followers, Line, Session};
use crate::text;

/// What only the primary tells of its replicas: that none is connected, or how late those are whose address is not known.
pub(in crate::probe) struct Followed {
    primary: Target,
    name: Arc<str>,
    line: Option<Line>,
}

impl Followed {
    /// A probe called `name`, with a connection of its own, which is kept.
    pub(in crate::probe) fn new(primary: &Target, name: &str) -> Self {
        Self { primary: primary.clone(), name: name.into(), line: Line::of(primary, NAME) }
    }

    async fn ask(&mut self, dialling: &Dialling) -> Result<Vec<Observation>, TargetError> {
        let followers = asked(self.line.as_mut(), &self.primary, dialling).await?;
        let (running, lag) = (Metric::DatabaseReplicationRunning, Metric::DatabaseReplicationLag);
        if followers.addresses.is_empty() && followers.hidden == 0 {
            let words = format!("no replica of {} is connected", text::escape(&self.primary.name));
            return Ok(vec![Observation::known(&self.name, running, 0.0).detail(words)]);
        }
        Ok(vec![
            Observation::known(&self.name, running, 1.0),
            match followers.lag {
                Some(seconds) => Observation::known(&self.name, lag, seconds),
                None => Observation::unknown(&self.name, lag, "their primary does not know it"),
            },
        ])
    }
}

impl Probe for Followed {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut report = TargetReport::blank(&self.name, self.primary.kind(), &address(&self.primary));
            // At the end of the window, as what else is said of this moment.
            clock::sleep_until(clock::instant() + look.window).await;
            let dialling = look.dialling(clock::instant());
            let asked = tokio::time::timeout(look.timeout, self.ask(&dialling)).await;
            let why = match asked {
                Ok(Ok(observations)) => {
                    report.observations = observations;
                    return report;
                }
                Ok(Err(error)) => error,
                Err(_) => TargetError::new(TargetErrorKind::Timeout, "no answer in time"),
            };
            let metric = Metric::DatabaseReplicationRunning;
            report.observations = vec![Observation::unknown(&self.name, metric, why.message.clone())];
            report.error = Some(why);
            report
        })
    }
}

/// Replicas of a database.
#[derive(Clone, Debug)]
pub struct Replicas {
    /// Those that can be measured, with the primary's account: `NAME-replica-1` and so on.
    pub targets: Vec<Target>,
    /// What is known of the others.
    pub notes: Vec<String>,
    /// The name under which the primary is asked about those that cannot be asked themselves; none when all can.
    pub told: Option<String>,
}

/// Asks `primary` who follows it, and each of those that is not among the `configured` targets whether it does (S22).
/// Errors: it cannot be asked, or is no database.
pub async fn replicas(
    primary: &Target,
    configured: &[Target],
    dialling: &Dialling,
) -> Result<Replicas, TargetError> {
    let followers = followers(primary, dialling).await?;
    // Where a port is only taken to be the same, it may be the primary's own.
    let own = |target: &Target| address(target) == address(primary);
    let there = |target: &Target| configured.iter().any(|other| address(other) == address(target));
    let (itself, others): (Vec<Target>, Vec<Target>) =
        followers.addresses.iter().filter_map(|address| at(primary, address)).partition(own);
    let hidden = followers.hidden + itself.len();
    let looks = others.into_iter().filter(|target| !there(target)).map(async |target| {
        let looked = look(&target, dialling).await;
        (target, looked)
    });
    let taken = |name: &String| configured.iter().any(|target| target.name == *name);
    let mut names = (1..).map(|n| format!("{}-replica-{n}", primary.name)).filter(|name| !taken(name));
    let mut found = Replicas { targets: Vec::new(), notes: Vec::new(), told: None };
    for (mut target, looked) in join_all(looks).await {
        let at = address(&target);
        match looked {
            Ok(role) if matches!(role.as_str(), "replica" | "standby") => {
                target.name = names.next().unwrap_or(target.name);
                found.targets.push(target);
            }
            Ok(role) => found.notes.push(format!("{at} is no replica of {}: it is a {role}", primary.name)),
            Err(error) => {
                found.notes.push(format!("{at} follows {}, and is not measured: {error}", primary.name));
            }
        }
    }
    if hidden > 0 {
        found.notes.push(format!(
            "replicas of {} whose address is not known: {hidden}; name them in stampede.yaml",
            primary.name
        ));
    }
    let none = followers.addresses.is_empty() && hidden == 0;
    if none {
        found.notes.push(format!("{} shows no replica that is connected", primary.name));
    }
    found.told = (none || hidden > 0).then(|| format!("{}-replicas", primary.name));
    Ok(found)
}

async fn followers(primary: &Target, dialling: &Dialling) -> Result<Followers, TargetError> {
    asked(Line::of(primary, NAME).as_mut(), primary, dialling).await
}

async fn asked(
    line: Option<&mut Line>,
    primary: &Target,
    dialling: &Dialling,
) -> Result<Followers, TargetError> {
    match line {
        Some(Line::Mysql(reader)) => {
            reader.ready(dialling).await?;
            reader.followers().await
        }
        Some(Line::Postgres(reader)) => {
            reader.ready(dialling).await?;
            reader.followers().await
        }
        Some(Line::Pgbouncer(_)) | None => {
            Err(TargetError::new(TargetErrorKind::Input, format!("{} is no database", primary.name)))
        }
    }
}

/// The same target elsewhere.
fn at(primary: &Target, address: &Address) -> Option<Target> {
    let mut target = primary.clone();
    match &mut target.spec {
        TargetSpec::Mysql(mysql) => mysql.address = address.clone(),
        TargetSpec::Postgres(postgres) => postgres.address = address.clone(),
        _ => return None,
    }
    Some(target)
}

/// The role that a server says it has.
async fn look(target: &Target, dialling: &Dialling) -> Result<String, TargetError> {
    let Some(mut session) = Session::new(target, NAME, None) else {
        return Err(TargetError::new(TargetErrorKind::Input, "this target is not a database"));
    };
    session.ready(dialling, &mut Vec::new()).await?;
    Ok(session.identity(dialling).await?.0.role)
}
