//! What a console says, in words for the operator. All its errors have one code: their texts tell them apart.

use crate::error::{TargetError, TargetErrorKind};
use crate::system::postgres::translate;
use crate::text;

/// What an error means, caused by itself; `at` says where.
pub(super) fn meaning(error: tokio_postgres::Error, at: &str) -> TargetError {
    match error.as_db_error().filter(|error| error.code().code() == "08P01") {
        Some(said) => means(said.message(), at).caused_by(error),
        None => translate(error, at),
    }
}

fn means(said: &str, at: &str) -> TargetError {
    use TargetErrorKind as Kind;
    let (kind, hint) = match said {
        "admin access needed" => (Kind::Permission, ADMIN),
        "not allowed" => (
            Kind::Permission,
            "this account is in neither admin_users nor stats_users: add it in pgbouncer.ini, then RELOAD",
        ),
        "already suspended/paused" => {
            (Kind::Busy, "somebody has paused all of it: type RESUME at its console, if nobody needs that")
        }
        said if said.contains("is not paused") => (Kind::Input, ""),
        said if said.starts_with("no such database") => (Kind::Input, "SHOW DATABASES names those there are"),
        said if said.contains("authentication failed") => {
            (Kind::Authentication, "check user and password: its own list (auth_file) has them")
        }
        _ => (Kind::Protocol, ""),
    };
    let error = TargetError::new(kind, format!("{at} said: {}", text::fit(&text::escape(said), 200)));
    if hint.is_empty() { error } else { error.hint(hint) }
}

/// What makes an account one that may pause.
pub const ADMIN: &str = "add the account to admin_users in pgbouncer.ini, then RELOAD";

/// Whether the console says that there is nothing to resume.
pub(super) fn is_not_paused(error: &TargetError) -> bool {
    error.kind == TargetErrorKind::Input && error.message.contains("is not paused")
}

/// That something else than a console answers.
pub(super) fn not_a_console(at: &str) -> TargetError {
    let message = format!("{at} is no admin console of a PgBouncer");
    TargetError::new(TargetErrorKind::Protocol, message)
        .hint("is this the port of a PostgreSQL? PgBouncer's own is 6432 unless it was changed")
}

/// That two connections have met different processes.
pub(super) fn two_processes(at: &str) -> TargetError {
    let message =
        format!("two connections to {at} lead to different processes: a balancer stands in between");
    TargetError::new(TargetErrorKind::Permission, message)
        .hint("make each PgBouncer a target of its own, by its own address or socket (S7)")
}
