//! What a server's refusal means: error texts of Redis, Valkey and hosted ones, and the voices of strangers.

use std::error::Error as _;
use std::time::Duration;

use crate::config::Address;
use crate::error::{TargetError, TargetErrorKind};
use crate::text::{duration, escape, escape_bytes, fit};

/// The rights that a read-only account needs, as `ACL SETUSER` takes them.
pub const GRANTS: &str = "+ping +info +client|setname +config|get +cluster|shards +cluster|nodes +cluster|myid +cluster|info +slowlog|get +dbsize +randomkey +scan +time +pexpiretime +pttl +object|freq +object|encoding";

/// What a refusal is, of those that somebody decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The key holds a value of another type.
    WrongType,
    /// It is a replica, and takes no writes.
    ReadOnly,
    /// `maxmemory` is used up.
    OutOfMemory,
    /// The key's slot is served elsewhere, or is on its way there: nothing was done.
    Elsewhere,
    /// It is loading its data set, and serves nobody.
    Loading,
    /// It is a replica without its primary, and serves nobody.
    LostPrimary,
    /// It could not save its data, and takes no writes.
    NotSaved,
    /// This account may not do it.
    NotPermitted,
}

impl Code {
    /// The code of a refusal; none where nobody decides by it.
    pub fn of(text: &str) -> Option<Self> {
        Some(match word(text) {
            "WRONGTYPE" => Self::WrongType,
            "READONLY" => Self::ReadOnly,
            "OOM" => Self::OutOfMemory,
            "MOVED" | "ASK" => Self::Elsewhere,
            "LOADING" => Self::Loading,
            "MASTERDOWN" => Self::LostPrimary,
            "MISCONF" => Self::NotSaved,
            "NOPERM" => Self::NotPermitted,
            _ => return None,
        })
    }
}

/// The word that a refusal begins with. What a command in a script was refused stands behind the script's own words before
/// Redis 7.
fn word(text: &str) -> &str {
    let in_script = text
        .strip_prefix("ERR Error running script")
        .and_then(|rest| rest.split_once("@user_script:"))
        .map(|(_, said)| said.trim_start_matches(|c: char| c.is_ascii_digit() || " :-".contains(c)));
    in_script.unwrap_or(text).split(' ').next().unwrap_or_default()
}

/// A refusal as the server wrote it, unescaped: the cause of what it means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Said(String);

/// The most clients that the operating system lets the server have, where it was that which it refused.
pub fn most_clients(error: &TargetError) -> Option<u64> {
    let Said(text) = error.source()?.downcast_ref()?;
    let (_, rest) = text.split_once("not able to handle the specified number of clients, try with ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether this refusal says that all connections are taken, so that one may come free.
pub fn is_full(text: &str) -> bool {
    text.starts_with("ERR max number of clients")
        || text.starts_with("ERR max concurrent connections exceeded")
}

/// Whether the server does not know the command, or hides it.
pub fn is_unknown_command(text: &str) -> bool {
    let text = text.strip_prefix("ERR ").unwrap_or_default();
    ["unknown command", "unknown subcommand", "Unknown subcommand"]
        .iter()
        .any(|words| text.starts_with(words))
}

/// Whether the server takes another number of arguments: an `AUTH` with a user, before there were users.
pub fn is_wrong_arity(text: &str) -> bool {
    text.starts_with("ERR wrong number of arguments")
}

/// A login that takes neither a user with the password nor the password alone.
pub fn knows_no_users(address: &Address) -> TargetError {
    TargetError::new(
        TargetErrorKind::Authentication,
        format!("{address} refuses the form of the login, with the user name and without"),
    )
    .hint("user names need Redis 6: is this an older server, or a proxy with a login of its own?")
}

/// Turns an error text into what it means to an operator.
pub fn meaning(address: &Address, user: Option<&str>, text: &str) -> TargetError {
    told(address, user, text).caused_by(Said(text.to_owned()))
}

fn told(address: &Address, user: Option<&str>, text: &str) -> TargetError {
    use TargetErrorKind::{Authentication, Busy, Full, Loading, Permission, Protocol, Unsupported};
    let shown = fit(&escape(text), 200).into_owned();
    let user = escape(user.unwrap_or("default")).into_owned();
    match word(text) {
        _ if is_full(text) => TargetError::new(Full, format!("{address} is full: {shown}")),
        "ERR" if text.starts_with("ERR max requests limit exceeded") => {
            TargetError::new(Full, format!("{address} refuses requests: the plan's request limit is used up"))
                .hint("raise the limit in the provider's console; retrying is billed and does not help")
        }
        "NOAUTH" => TargetError::new(Authentication, format!("{address} wants a password"))
            .hint("put it in the URL (redis://user:password@host) or in stampede.yaml"),
        "WRONGPASS" => {
            TargetError::new(Authentication, format!("{address} refuses the password of user {user}"))
                .hint("wrong password, unknown user, or a disabled one: ACL GETUSER on the server tells")
        }
        "ERR" if text.contains("invalid password") => {
            TargetError::new(Authentication, format!("{address} refuses the password"))
                .hint("compare with requirepass on the server")
        }
        "DENIED" => TargetError::new(Authentication, format!("{address} runs in protected mode"))
            .hint("it answers only on its own host: connect from there, or give it a password"),
        "NOPERM" => TargetError::new(Permission, format!("{address} does not permit user {user}: {shown}"))
            .hint(remedy(&user, &shown)),
        "READONLY" => TargetError::new(Permission, format!("{address} is a replica and takes no writes"))
            .hint("name its primary: the Sentinels or any node of the cluster find it by themselves"),
        "NOREPLICAS" => TargetError::new(
            Busy,
            format!("{address} takes no writes: fewer replicas are in step than min-replicas-to-write"),
        )
        .hint("look at its replicas: INFO replication"),
        "MISCONF" => TargetError::new(Busy, format!("{address} takes no writes: its last snapshot failed"))
            .hint("look at its disk: INFO persistence"),
        "MOVED" | "ASK" => {
            TargetError::new(Busy, format!("{address} has given the key's slot away: {shown}"))
                .hint("the cluster is moving slots: try again")
        }
        "OOM" => TargetError::new(Busy, format!("{address} takes no more data: maxmemory is used up")).hint(
            "free memory, or `stampede break maxmemory`; what only shrinks or expires keys still works",
        ),
        "LOADING" => TargetError::new(Loading, format!("{address} is loading its data set"))
            .hint("it serves nobody until then; INFO persistence on the server shows how far it is"),
        "BUSY" => TargetError::new(Busy, format!("{address} is held up by a running script"))
            .hint("SCRIPT KILL (or FUNCTION KILL) ends it unless it has written"),
        "MASTERDOWN" => TargetError::new(
            Loading,
            format!("{address} is a replica that lost its primary and serves no reads"),
        )
        .hint("look at the primary, or at replica-serve-stale-data"),
        "CLUSTERDOWN" => TargetError::new(Busy, format!("{address} says the cluster is down: {shown}"))
            .hint("slots without a primary: see the nodes that do not answer"),
        _ if is_unknown_command(text) => TargetError::new(Unsupported, format!("{address} answers: {shown}")),
        _ => TargetError::new(Protocol, format!("{address} answers: {shown}")),
    }
}

/// What would permit what was refused: reading needs one list of rights, and each write its own.
fn remedy(user: &str, refusal: &str) -> String {
    let command = refusal.split_once('\'').and_then(|(_, rest)| rest.split_once('\''));
    match command.map(|(command, _)| command) {
        Some(command) if !GRANTS.split(' ').any(|grant| grant[1..] == *command) => {
            format!("ACL SETUSER {user} +{command}")
        }
        None if refusal.contains("key") => {
            format!("ACL GETUSER {user} on the server tells which keys it may touch")
        }
        _ => format!("ACL SETUSER {user} {GRANTS}"),
    }
}

/// A server that took our question and did not answer it in `waited`.
pub fn silent(address: &Address, waited: Duration) -> TargetError {
    TargetError::new(
        TargetErrorKind::Timeout,
        format!("{address} accepted the connection and did not answer within {}", duration(waited)),
    )
    .hint("a stopped process, or a slow command or script holding the event loop")
}

/// A connection that ended and said no reason.
pub fn gone(address: &Address) -> TargetError {
    TargetError::new(TargetErrorKind::Unreachable, format!("{address} closed the connection without a word"))
        .hint("a restart, a failover, CLIENT KILL, a port that speaks TLS, or a proxy in between")
}

/// Names who is speaking when the first bytes are not RESP.
pub fn stranger(address: &Address, bytes: &[u8]) -> TargetError {
    let who = match bytes {
        [0x15 | 0x16, 0x03, ..] => {
            return TargetError::new(
                TargetErrorKind::Tls,
                format!("{address} speaks TLS, we spoke plain text"),
            )
            .hint("use rediss:// or set tls: on the target");
        }
        _ if bytes.starts_with(b"HTTP/") => "an HTTP server",
        _ if bytes.starts_with(b"SSH-") => "an SSH server",
        _ if bytes.starts_with(b"ERROR\r\n") => "a memcached",
        // Length (3), sequence 0, then the protocol version 10 or an error packet.
        [_, _, 0, 0, 0x0a | 0xff, ..] => "a MySQL or MariaDB",
        [b'E' | b'R', 0, 0, _, ..] => "a PostgreSQL",
        _ => "something that is not a Redis",
    };
    TargetError::new(
        TargetErrorKind::Protocol,
        format!("{who} answers on {address}: {}", fit(&escape_bytes(&bytes[..bytes.len().min(60)]), 40)),
    )
    .hint("check the host and port of this target")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> TargetErrorKind {
        meaning(&Address::Tcp("cache".into(), 6379), Some("ops"), text).kind
    }

    #[test]
    fn refusals_of_real_servers_are_told_apart() {
        assert_eq!(kind("ERR max number of clients reached"), TargetErrorKind::Full);
        assert_eq!(kind("ERR max number of clients + cluster connections reached"), TargetErrorKind::Full);
        assert_eq!(kind("ERR max concurrent connections exceeded"), TargetErrorKind::Full);
        assert!(!is_full("ERR max requests limit exceeded. Limit: 10000"), "a quota is no door to race for");
        assert_eq!(kind("NOAUTH Authentication required."), TargetErrorKind::Authentication);
        assert_eq!(kind("LOADING Redis is loading the dataset in memory"), TargetErrorKind::Loading);
        assert_eq!(kind("BUSY Redis is busy running a script."), TargetErrorKind::Busy);
        assert_eq!(kind("ERR unknown command 'config'"), TargetErrorKind::Unsupported);
    }

    #[test]
    fn a_code_is_read_at_the_front_of_a_refusal_and_behind_an_old_script_s_own_words() {
        const WHAT: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
        for text in [
            WHAT.to_owned(),
            format!("{WHAT} script: f_1, on @user_script:1."),
            format!("ERR Error running script (call to f_1): @user_script:1: {WHAT}"),
            format!("ERR Error running script (call to f_1): @user_script: 12: -{WHAT}"),
        ] {
            assert_eq!(Code::of(&text), Some(Code::WrongType), "{text}");
        }
        assert_eq!(Code::of("READONLY You can't write against a read only replica."), Some(Code::ReadOnly));
        assert_eq!(Code::of("MOVED 3999 127.0.0.1:6381"), Some(Code::Elsewhere));
        assert_eq!(Code::of("ERR the value is WRONGTYPE"), None, "only where a code stands");
    }

    #[test]
    fn the_hint_of_a_missing_right_names_that_right() {
        let hint = |text: &str| meaning(&Address::Tcp("cache".into(), 6379), Some("ops"), text).hint;
        let refused =
            |what: &str| hint(&format!("NOPERM this user has no permissions to run the '{what}' command"));
        assert_eq!(refused("config|set").as_deref(), Some("ACL SETUSER ops +config|set"));
        assert!(refused("config|get").is_some_and(|hint| hint.contains("+ping +info")));
        let key = hint("NOPERM this user has no permissions to access one of the keys used as arguments");
        assert_eq!(key.as_deref(), Some("ACL GETUSER ops on the server tells which keys it may touch"));
    }

    #[test]
    fn the_server_s_own_limit_is_read_from_its_refusal() {
        let most = |text: &str| most_clients(&meaning(&Address::Tcp("cache".into(), 6379), None, text));
        let refusal = "ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating system is not able \
                       to handle the specified number of clients, try with 19968";
        assert_eq!(most(refusal), Some(19_968));
        assert_eq!(most("ERR something else"), None);
    }

    #[test]
    fn a_write_that_cannot_be_is_no_lock_that_is_held() {
        assert_eq!(kind("OOM command not allowed when used memory > 'maxmemory'."), TargetErrorKind::Busy);
        let script =
            "ERR Error running script (call to f_1): @user_script:3: -OOM command not allowed when …";
        assert_eq!(kind(script), TargetErrorKind::Busy);
        assert_eq!(Code::of(script), Some(Code::OutOfMemory));
        assert_eq!(kind("NOREPLICAS Not enough good replicas to write."), TargetErrorKind::Busy);
        assert_eq!(
            kind("READONLY You can't write against a read only replica."),
            TargetErrorKind::Permission
        );
    }

    #[test]
    fn a_stranger_on_the_port_is_named_and_its_bytes_are_escaped() {
        let address = Address::Tcp("cache".into(), 6379);
        assert!(
            stranger(&address, b"HTTP/1.1 400\r\n")
                .message
                .starts_with("an HTTP server answers on cache:6379")
        );
        let mysql = stranger(&address, b"\x4a\x00\x00\x00\x0a10.11.19-MariaDB\x00\x1b[31m").message;
        assert!(mysql.starts_with("a MySQL or MariaDB"), "{mysql}");
        assert!(!mysql.contains('\x1b'), "{mysql}");
        assert_eq!(stranger(&address, b"\x15\x03\x03\x00\x02").kind, TargetErrorKind::Tls);
    }
}
