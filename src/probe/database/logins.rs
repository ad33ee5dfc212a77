//! Logins that a MySQL or MariaDB denies. A connection that says nothing and goes (the health check of a balancer) is counted
//! by the server beside them, and is none: a second counter must tell them apart, or an account that is locked.

use crate::error::TargetError;
use crate::observation::Metric;
use crate::probe::database::failing;
use crate::probe::database::findings::Findings;
use crate::system::mysql::{Failures, Reader, Status, Variables};

/// Accounts that are named.
const NAMED: usize = 3;

/// What is known at both ends of the window.
pub(super) struct Window<'a> {
    pub(super) first: &'a Status,
    pub(super) second: &'a Status,
    /// What failed, at both ends; logins are told by themselves where the server does so.
    pub(super) failures: &'a (Failures, Failures),
}

/// Says how many logins were denied, and looks for locked accounts when there were any or nobody is there.
pub(super) async fn report(
    reader: &Reader,
    variables: &Variables,
    window: &Window<'_>,
    findings: &mut Findings,
) -> Result<(), TargetError> {
    let Window { first, second, failures } = window;
    let seconds = second.at.saturating_duration_since(first.at).as_secs_f64().max(0.001);
    let delta = |name: &str| Some(second.values.get(name)? - first.values.get(name)?);
    let thrown_out = thrown_out(window, variables);
    let aborted = delta("Aborted_connects");
    let denied =
        failures.0.denied().zip(failures.1.denied()).map(|(before, after)| after - before).or_else(|| {
            // A MariaDB counts those by themselves that went before they said who they are. Who finds no seat is among the others.
            let full = delta("Connection_errors_max_connections").unwrap_or(0.0);
            Some(aborted? - delta("Aborted_connects_preauth")? - full)
        });
    let alone = second.values.get("Threads_connected").is_some_and(|connections| *connections <= 1.0);
    let grew = aborted.is_some_and(|aborted| aborted > 0.0);
    let locked = if grew || alone { Some(reader.locked_accounts(variables).await?) } else { None };
    let some_locked = matches!(&locked, Some(Ok(names)) if !names.is_empty());
    match (aborted, denied) {
        _ if thrown_out > 0.0 => {
            let words = "init_connect fails";
            findings.detailed(Metric::DatabaseFailedLogins, thrown_out / seconds, words);
        }
        (Some(aborted), Some(denied)) => {
            findings.known(Metric::DatabaseFailedLogins, aborted.min(denied).max(0.0) / seconds);
        }
        (Some(aborted), None) if aborted <= 0.0 => findings.known(Metric::DatabaseFailedLogins, 0.0),
        // The second sign is an account that cannot log in.
        (Some(aborted), None) if some_locked => {
            findings.known(Metric::DatabaseFailedLogins, aborted / seconds);
        }
        (Some(_), None) => findings.unknown(
            Metric::DatabaseFailedLogins,
            "connections were aborted; whether those were logins or a balancer's checks is not told",
        ),
        (None, _) => findings.told(Metric::DatabaseFailedLogins, None),
    }
    // Who is refused may have all that it may have.
    let full = if grew { Some(reader.at_limit().await?) } else { None };
    let full = match (failing::prepared(second, variables), full) {
        (Some(prepared), Some(Ok(names))) => Some(Ok([vec![prepared], names].concat())),
        (Some(prepared), _) => Some(Ok(vec![prepared])),
        (None, full) => full,
    };
    if let Some(full) = full {
        findings.list(Metric::DatabaseLimitsReached, full);
    }
    if let Some(locked) = locked {
        findings.list(Metric::DatabaseLockedAccounts, locked);
    }
    Ok(())
}

/// Clients that were let in and thrown out at once, because what is done for each of them when it connects (`init_connect`) failed:
/// nearly all new ones go without a word, and ask nothing before. Who goes without a word after work is no such client.
fn thrown_out(window: &Window<'_>, variables: &Variables) -> f64 {
    let Window { first, second, .. } = window;
    let delta = |name: &str| Some(second.values.get(name)? - first.values.get(name)?);
    let gone = || {
        let (came, gone) = (delta("Connections")?, delta("Aborted_clients")?);
        let asked = delta("Questions")? - (second.ours - first.ours);
        (gone >= 0.8 * came && asked < 1.5 * gone).then_some(gone)
    };
    if variables.greets() { gone().unwrap_or(0.0) } else { 0.0 }
}

/// "app@%, report@%, batch@% and 2 more".
pub(super) fn listed(names: &[String]) -> String {
    let mut words = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        words.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    words
}
