//! All that a MySQL or MariaDB can be told by us (S2): a write that is no variant here cannot be sent.

use std::borrow::Cow;
use std::fmt;

/// A write. Its `Display` is what is shown and what is sent (S9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write<'a> {
    /// `SET GLOBAL name = value`: never persisted, a restart undoes it.
    SetGlobal(&'static str, Cow<'a, str>),
    /// `KILL QUERY id`: the statement that the connection runs, and not the connection.
    KillQuery(u64),
    /// `KILL QUERY ID number` (MariaDB): that statement and no other, whatever the connection runs by then.
    KillQueryId(u64),
    /// `KILL CONNECTION id`: one of our own, which is lost.
    KillConnection(u64),
    /// The same by the procedure of Amazon RDS, where `KILL` is not for us.
    RdsKillQuery(u64),
    /// `ALTER USER account WITH MAX_USER_CONNECTIONS n`: new logins only; 0 is no limit.
    UserLimit(&'a Account, u64),
}

/// An account: a user and the hosts it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// The user.
    pub user: String,
    /// The host or pattern.
    pub host: String,
}

/// The settings that may be set.
pub const SETTINGS: &[&str] = &["read_only", "super_read_only", "max_connections"];

/// The writes that can leave this program towards a MySQL, as their first words.
pub const TOLD: &[&str] =
    &["SET GLOBAL", "KILL QUERY", "KILL CONNECTION", "CALL mysql.rds_kill_query", "ALTER USER"];

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", quoted(&self.user), quoted(&self.host))
    }
}

impl fmt::Display for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetGlobal(name, value) => write!(f, "SET GLOBAL {name} = {}", word(value)),
            Self::KillQuery(id) => write!(f, "KILL QUERY {id}"),
            Self::KillQueryId(number) => write!(f, "KILL QUERY ID {number}"),
            Self::KillConnection(id) => write!(f, "KILL CONNECTION {id}"),
            Self::RdsKillQuery(id) => write!(f, "CALL mysql.rds_kill_query({id})"),
            Self::UserLimit(account, limit) => {
                write!(f, "ALTER USER {account} WITH MAX_USER_CONNECTIONS {limit}")
            }
        }
    }
}

/// A value of a setting: a number or a word, and nothing that could be more.
fn word(value: &str) -> &str {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { value } else { "DEFAULT" }
}

/// A string in quotes. Both ways of escaping mean the same under every SQL mode: quotes are doubled, and a backslash,
/// which one mode takes for itself, stands nowhere else.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a name can be put in quotes at all: what holds a backslash means different things under different modes.
pub fn nameable(name: &str) -> bool {
    !name.contains('\\') && !name.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_what_is_sent_and_every_write_is_on_the_list() {
        let account = Account { user: "o'app".into(), host: "10.%".into() };
        let each = [
            (Write::SetGlobal("read_only", "ON".into()), "SET GLOBAL read_only = ON"),
            (Write::SetGlobal("max_connections", "1; DROP".into()), "SET GLOBAL max_connections = DEFAULT"),
            (Write::KillQuery(7), "KILL QUERY 7"),
            (Write::KillQueryId(9), "KILL QUERY ID 9"),
            (Write::KillConnection(7), "KILL CONNECTION 7"),
            (Write::RdsKillQuery(7), "CALL mysql.rds_kill_query(7)"),
            (Write::UserLimit(&account, 5), "ALTER USER 'o''app'@'10.%' WITH MAX_USER_CONNECTIONS 5"),
        ];
        for (write, sent) in each {
            assert_eq!(write.to_string(), sent);
            assert!(TOLD.iter().any(|told| sent.starts_with(told)), "{sent}");
        }
        for never in ["SET PERSIST", "FLUSH", "DROP", "SHUTDOWN", "RESET", "offline_mode"] {
            assert!(!TOLD.iter().chain(SETTINGS).any(|told| told.contains(never)), "{never}");
        }
        assert!(!nameable(r"a\") && nameable("o'app"));
    }
}
