//! The replicas of a database, found by asking it.

use futures_util::future::join_all;

use crate::config::{Address, Target, TargetSpec};
use crate::error::{TargetError, TargetErrorKind};
use crate::probe::{NAME, address};
use crate::system::{Dialling, Followers, Line, Session};

/// Replicas of a database.
#[derive(Clone, Debug)]
pub struct Replicas {
    /// Those that can be measured, with the primary's account: `NAME-replica-1` and so on.
    pub targets: Vec<Target>,
    /// What is known of the others.
    pub notes: Vec<String>,
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
    let mut found = Replicas { targets: Vec::new(), notes: Vec::new() };
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
    if followers.addresses.is_empty() && hidden == 0 {
        found.notes.push(format!("{} shows no replica that is connected", primary.name));
    }
    Ok(found)
}

async fn followers(primary: &Target, dialling: &Dialling) -> Result<Followers, TargetError> {
    match Line::of(primary, NAME) {
        Some(Line::Mysql(mut reader)) => {
            reader.ready(dialling).await?;
            reader.followers().await
        }
        Some(Line::Postgres(mut reader)) => {
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
    Ok(session.identity(dialling).await?.role)
}
