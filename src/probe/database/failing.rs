//! What a MySQL or MariaDB that answers us does not do for its clients.

use crate::observation::Metric;
use crate::probe::database::findings::Findings;
use crate::probe::database::logins::listed;
use crate::probe::database::rollbacks::{self, Transactions};
use crate::system::mysql::{Failures, Status, Variables};

/// The counters of both flavours, and the settings that they speak of.
const TIMED_OUT: [(&str, &str); 2] = [
    ("Max_statement_time_exceeded", "max_statement_time"),
    ("Max_execution_time_exceeded", "max_execution_time"),
];

/// Whether a node of Galera answers its clients: it goes on telling its status when it does not.
pub(super) fn ready(status: &Status, variables: &Variables, findings: &mut Findings) {
    if variables.cluster() != Some("Galera") {
        return;
    }
    let off = || format!("wsrep_ready is OFF ({})", status.galera.status);
    let turned_away = (status.galera.ready == Some(false)).then(off).or_else(|| variables.rejects());
    match (turned_away, status.galera.ready) {
        (Some(why), _) => findings.detailed(Metric::DatabaseReady, 0.0, why),
        (None, ready) => findings.told(Metric::DatabaseReady, ready.map(f64::from)),
    }
}

/// Statements that failed or were ended between two looks, as far as the server counts them.
pub(super) fn rates(
    first: &Status,
    second: &Status,
    failures: &(Failures, Failures),
    findings: &mut Findings,
) {
    let seconds = second.at.saturating_duration_since(first.at).as_secs_f64().max(0.001);
    let delta = |name: &str| Some(second.values.get(name)? - first.values.get(name)?);
    let statements = delta("Questions").map(|all| all - (second.ours - first.ours));
    if let (Some((failed, kinds)), Some(statements)) = (failures.1.since(&failures.0), statements) {
        let rate = failed / seconds;
        findings.known_as(Metric::DatabaseErrors, rate, (!kinds.is_empty()).then(|| listed(&kinds)));
        if statements > 0.0 {
            // They are not counted at the same moment.
            findings.known(Metric::DatabaseErrorShare, (failed / statements).min(1.0));
        }
    }
    let transactions = |status: &Status| {
        let get = |name: &str| status.values.get(name).copied();
        let rolled_back = get("Handler_rollback");
        let ended =
            get("Handler_commit").zip(rolled_back).map(|(committed, rolled_back)| committed + rolled_back);
        Transactions { rolled_back, ended }
    };
    rollbacks::report(findings, (&transactions(first), &transactions(second)), seconds, None);
    if let Some((ended, setting)) = TIMED_OUT.iter().find_map(|(name, setting)| Some((delta(name)?, setting)))
    {
        findings.detailed(Metric::DatabaseTimedOut, ended.max(0.0) / seconds, *setting);
    }
}

/// Prepared statements of all sessions together, where there may be no more: whoever prepares one is refused.
pub(super) fn prepared(status: &Status, variables: &Variables) -> Option<String> {
    let (now, most) = (*status.values.get("Prepared_stmt_count")?, variables.max_prepared()?);
    (now >= most).then(|| format!("{now} of {most} prepared statements are in use"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock;
    use crate::observation::{Kind, Reading};
    use crate::system::mysql::Galera;

    /// What a node that does not say whether it is ready is taken for: neither ready nor not.
    #[test]
    fn a_node_that_does_not_say_whether_it_is_ready_is_unknown() {
        let of = |ready| {
            let galera = Galera { ready, status: "Primary".into() };
            let status = Status {
                values: Default::default(),
                galera,
                at: clock::instant(),
                ours: 0.0,
                our_selects: 0.0,
            };
            let mut findings = Findings::new(&Arc::from("db"), Kind::Mysql, "");
            super::ready(&status, &Variables::of(&[("wsrep_on", "ON")]), &mut findings);
            let found = findings.report().observations;
            found.into_iter().find(|found| found.metric == Metric::DatabaseReady).map(|found| found.value)
        };
        assert_eq!((of(Some(true)), of(Some(false))), (Some(Reading::Known(1.0)), Some(Reading::Known(0.0))));
        assert!(matches!(of(None), Some(Reading::Unknown(_))));
    }
}
