//! The one target that a command can mean.

use crate::error::{Failure, FailureKind};
use crate::observation::Kind;

/// The one of `all`, which are the targets of these kinds with their names. `what` is to be done with it: `look at`. Errors:
/// there is none, or more than one.
pub(super) fn only<T>(mut all: Vec<(String, T)>, kinds: &[Kind], what: &str) -> Result<(String, T), Failure> {
    let named = |names: Vec<&str>| names.join(" or ");
    let of_kind = named(kinds.iter().map(|kind| kind.name()).collect());
    match all.len() {
        1 => Ok(all.remove(0)),
        0 => {
            let variables = named(kinds.iter().filter_map(|kind| variable(*kind)).collect());
            let hint = match variables.as_str() {
                "" => "name one in a stampede.yaml".to_owned(),
                variables => format!("set {variables}, or name targets in a stampede.yaml"),
            };
            Err(Failure::new(FailureKind::Usage, format!("there is no {of_kind} target to {what}"))
                .hint(hint))
        }
        several => {
            let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
            let message = format!("there are {several} {of_kind} targets: {}", names.join(", "));
            Err(Failure::new(FailureKind::Usage, message).hint("say which one: --target NAME"))
        }
    }
}

/// The variable that names a target of a kind.
fn variable(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Redis => Some("REDIS_URL"),
        Kind::Mysql => Some("MYSQL_URL"),
        Kind::Postgres => Some("DATABASE_URL"),
        Kind::Pgbouncer => Some("PGBOUNCER_URL"),
        Kind::Kubernetes => Some("KUBECONFIG"),
        _ => None,
    }
}
