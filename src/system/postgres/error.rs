//! What the server and the client library say, in words for the operator.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use crate::error::{TargetError, TargetErrorKind};
use crate::text;

/// Which limit a 53300 speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// The server's slots for ordinary roles, or all of them.
    Server,
    /// The role's own `CONNECTION LIMIT`.
    Role,
    /// The database's own `CONNECTION LIMIT`.
    Database,
    /// `max_wal_senders`: the way round is taken as well.
    Walsenders,
}

/// The limit that refused us, if one did.
pub(super) fn limit(error: &Error) -> Option<Limit> {
    let error = error.as_db_error()?;
    (*error.code() == SqlState::TOO_MANY_CONNECTIONS).then(|| limit_of(error.message()))
}

fn limit_of(message: &str) -> Limit {
    match message {
        m if m.contains("connections for role") => Limit::Role,
        m if m.contains("connections for database") => Limit::Database,
        m if m.contains("max_wal_senders") => Limit::Walsenders,
        _ => Limit::Server,
    }
}

/// Whether something between us and the server does not let session options through (pgbouncer).
pub(super) fn options_refused(error: &Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        error.message().contains("unsupported startup parameter") && error.message().contains("options")
    })
}

/// The error as the operator sees it, caused by itself; `at` says where.
pub(in crate::system) fn translate(error: Error, at: &str) -> TargetError {
    meaning(&error, at).caused_by(error)
}

fn meaning(error: &Error, at: &str) -> TargetError {
    use TargetErrorKind as Kind;
    if let Some(error) = error.as_db_error() {
        return said(error, at);
    }
    if let Some(io) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        return match io.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => lost(at),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => foreign(at),
            _ => TargetError::new(Kind::Unreachable, format!("lost {at}: {}", text::escape(&io.to_string()))),
        };
    }
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let message = format!("{error}: {cause}");
    if error.is_closed() {
        lost(at)
    } else if message.contains("password missing") {
        TargetError::new(Kind::Authentication, format!("{at} wants a password and none is known"))
            .hint("PGPASSWORD, ~/.pgpass, or the target's password")
    } else if message.contains("authentication") {
        TargetError::new(Kind::Authentication, format!("login at {at} failed: {}", text::escape(&message)))
    } else {
        foreign(at)
    }
}

fn said(error: &DbError, at: &str) -> TargetError {
    use TargetErrorKind as Kind;
    let code = error.code();
    let message = format!("{at} said {}: {}", code.code(), text::fit(&text::escape(error.message()), 200));
    let (kind, hint) = match code.code() {
        // Full is said of the server only.
        "53300" => match limit_of(error.message()) {
            Limit::Role => (
                Kind::Permission,
                "this is the limit of our own role, not of the server: ALTER ROLE … CONNECTION LIMIT",
            ),
            Limit::Database => (
                Kind::Permission,
                "this is the limit of the database, not of the server: connect to another one (postgres)",
            ),
            Limit::Walsenders => (Kind::Full, "max_wal_senders are all in use"),
            Limit::Server => (
                Kind::Full,
                "a role with SUPERUSER or pg_use_reserved_connections has reserved seats; one with REPLICATION gets in beside them",
            ),
        },
        "28P01" => (Kind::Authentication, "check user and password"),
        "28000" => {
            (Kind::Authentication, "pg_hba.conf has no line for this host, role, database and encryption")
        }
        "3D000" => (Kind::Input, "name a database that exists; postgres nearly always does"),
        "42501" => (Kind::Permission, "ask for GRANT pg_monitor TO the role stampede uses"),
        "57P03" => (Kind::Loading, "it is starting up, shutting down or recovering: try again in a moment"),
        "57P01" | "57P02" => {
            (Kind::Loading, "the server is shutting down, or an administrator ended our session")
        }
        "57014" => (Kind::Timeout, "our own statement was stopped at its limit: the server is very slow"),
        code if code.starts_with("08") => (Kind::Protocol, "is a proxy (pgbouncer) in between?"),
        _ => (Kind::Protocol, ""),
    };
    let error = TargetError::new(kind, message);
    if hint.is_empty() { error } else { error.hint(hint) }
}

fn lost(at: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Unreachable, format!("{at} closed the connection"))
        .hint("a restart, a shutdown, a proxy without a backend, or the port of another service")
}

pub(super) fn foreign(at: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Protocol, format!("{at} does not speak the PostgreSQL protocol"))
        .hint("is this the port of another service?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_apart_by_their_texts() {
        for (text, limit) in [
            ("sorry, too many clients already", Limit::Server),
            (
                "remaining connection slots are reserved for non-replication superuser connections",
                Limit::Server,
            ),
            ("remaining connection slots are reserved for roles with the SUPERUSER attribute", Limit::Server),
            ("too many connections for role \"app\"", Limit::Role),
            ("too many connections for database \"shop\"", Limit::Database),
            (
                "number of requested standby connections exceeds \"max_wal_senders\" (currently 10)",
                Limit::Walsenders,
            ),
        ] {
            assert_eq!(limit_of(text), limit, "{text}");
        }
    }
}
