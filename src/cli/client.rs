//! Next steps that are commands of the servers' own clients: on the server that the verdict speaks of, and with the account that
//! looked.

use crate::config::{Target, TargetSpec};
use crate::diagnosis::{Level, Verdict};
use crate::system::client;

/// Says in each next step that is a command of `redis-cli`, `mysql` or `psql`, which server it is for: of several, the one with the worst signals.
pub(super) fn name_servers(verdict: &mut Verdict, targets: &[Target]) {
    let worst = |target: &&Target| {
        let of_target = verdict.signals.iter().filter(|signal| signal.target == target.name);
        of_target.map(|signal| signal.level).map(Level::weight).max()
    };
    let client = |program: &str| {
        // The first of those that are equally bad, as the verdict has it. A pooler's console is no database.
        let servers = targets.iter().rev().filter(|target| !matches!(target.spec, TargetSpec::Pgbouncer(_)));
        let of_kind = servers.filter(|target| client::program(target) == Some(program));
        of_kind.max_by_key(worst).and_then(client::asking)
    };
    let clients: Vec<(&str, String)> = ["redis-cli", "mysql", "psql"]
        .into_iter()
        .filter_map(|program| Some((program, client(program)?)))
        .collect();
    let has_logs = targets.iter().any(|target| matches!(target.spec, TargetSpec::Logs(_)));
    for next in &mut verdict.next {
        // Of those that are configured nothing more has to be said.
        if has_logs && let Some(bare) = next.command.strip_suffix("detect logs --help") {
            next.command = format!("{bare}detect logs");
        }
        for (program, client) in &clients {
            if let Some(rest) = next.command.strip_prefix(program).filter(|rest| rest.starts_with(' ')) {
                next.command = format!("{client}{rest}");
                break;
            }
        }
    }
}
