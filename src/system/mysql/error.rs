//! What the server and the client library say, in words for the operator.

use std::io;

use mysql_async::{DriverError, Error, IoError};

use crate::error::{TargetError, TargetErrorKind};
use crate::text;

/// Too many connections.
pub(super) const FULL: u16 = 1040;
/// Access to an operation denied (a privilege is missing).
pub(super) const NO_PRIVILEGE: u16 = 1227;
/// Command denied on a table.
pub(super) const NO_TABLE_PRIVILEGE: u16 = 1142;
/// A syntax error: the server does not know the statement.
pub(super) const SYNTAX: u16 = 1064;

/// The server's error number, when it is the server that speaks.
pub(super) fn code(error: &Error) -> Option<u16> {
    match error {
        Error::Server(server) => Some(server.code),
        _ => None,
    }
}

/// The error as the operator sees it, caused by itself; `at` says where.
pub(super) fn translate(error: Error, at: &str) -> TargetError {
    meaning(&error, at).caused_by(error)
}

fn meaning(error: &Error, at: &str) -> TargetError {
    use TargetErrorKind as Kind;
    match error {
        Error::Server(server) => {
            let said =
                format!("{at} said {}: {}", server.code, text::fit(&text::escape(&server.message), 200));
            let (kind, hint) = match server.code {
                FULL => (
                    Kind::Full,
                    "the one reserved seat needs CONNECTION_ADMIN (MySQL) or CONNECTION ADMIN (MariaDB); set the target's admin_port, or free seats by scaling one client down",
                ),
                // Not Full, which is said of the server.
                1203 | 1226 => (
                    Kind::Permission,
                    "this is the limit of our own account, not of the server: raise its MAX_USER_CONNECTIONS",
                ),
                1044 | 1049 => (Kind::Input, "no default schema is needed: leave the database out"),
                1045 | 1698 => (
                    Kind::Authentication,
                    "check user and password; accounts differ by the host they come from, and MariaDB says the same where it requires TLS",
                ),
                1130 | 1129 => (
                    Kind::Authentication,
                    "the server does not accept this host: an account for it, or FLUSH HOSTS after too many broken handshakes",
                ),
                3118 | 4151 => (Kind::Authentication, "the account is locked: ALTER USER … ACCOUNT UNLOCK"),
                1820 | 1862 => (Kind::Authentication, "the password has expired"),
                3032 => (Kind::Loading, "offline_mode is on: only accounts with CONNECTION_ADMIN get in"),
                3159 => (Kind::Tls, "the server takes only TLS: set the target's tls"),
                1053 => (Kind::Loading, "the server is shutting down"),
                NO_PRIVILEGE | NO_TABLE_PRIVILEGE | 1143 | 1370 => {
                    (Kind::Permission, "ask for the privilege named in the message")
                }
                1317 | 1969 | 3024 => {
                    (Kind::Timeout, "our own statement was stopped at its limit: the server is very slow")
                }
                _ => (Kind::Protocol, ""),
            };
            let error = TargetError::new(kind, said);
            if hint.is_empty() { error } else { error.hint(hint) }
        }
        Error::Io(IoError::Tls(tls)) => tls_error(at, &tls.to_string()),
        Error::Io(IoError::Io(io)) => io_error(at, io),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => {
            TargetError::new(Kind::Tls, format!("{at} offers no TLS"))
                .hint("turn the target's tls off, or turn TLS on there")
        }
        Error::Driver(DriverError::UnknownAuthPlugin { name }) => TargetError::new(
            Kind::Authentication,
            format!("{at} wants the login method {}", text::escape(name)),
        )
        .hint("an account with caching_sha2_password, mysql_native_password or ed25519"),
        Error::Driver(DriverError::CleartextPluginDisabled) => TargetError::new(
            Kind::Authentication,
            format!("{at} wants the password in clear text, which is not sent"),
        )
        .hint("an account with caching_sha2_password"),
        Error::Driver(DriverError::ConnectionClosed) => lost(at),
        Error::Driver(_) | Error::Other(_) | Error::Url(_) => {
            TargetError::new(Kind::Protocol, format!("{at} does not speak the MySQL protocol"))
                .hint("is this the port of another service?")
        }
    }
}

fn io_error(at: &str, error: &io::Error) -> TargetError {
    use TargetErrorKind as Kind;
    let said = error.to_string();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            TargetError::new(Kind::Refused, format!("nothing listens on {at} (connection refused)"))
                .hint("is the server up, and is this its address?")
        }
        io::ErrorKind::NotFound => TargetError::new(Kind::Refused, format!("no socket at {at}")),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => lost(at),
        io::ErrorKind::InvalidData if said.contains("certificate") || said.contains("TLS") => {
            tls_error(at, &said)
        }
        io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            TargetError::new(Kind::Protocol, format!("{at} does not speak the MySQL protocol"))
                .hint("is this the port of another service?")
        }
        _ => TargetError::new(Kind::Unreachable, format!("cannot connect to {at}: {}", text::escape(&said)))
            .hint("is the server up, and is this its address?"),
    }
}

fn tls_error(at: &str, said: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Tls, format!("TLS with {at} failed: {}", text::escape(said)))
        .hint("set the target's tls.ca (or tls.server_name); tls.insecure turns verification off")
}

fn lost(at: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Unreachable, format!("{at} closed the connection"))
        .hint("a restart, a shutdown, or a proxy without a backend")
}
