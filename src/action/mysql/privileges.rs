//! Rights that an action needs, and what to ask for where they are missing.

use crate::action::Refusal;
use crate::error::TargetError;
use crate::system::mysql::{Reader, Variables};

/// A right by its names on MySQL and on MariaDB: any of them will do, the first is what to ask for.
pub struct Right {
    /// On MySQL.
    pub mysql: &'static [&'static str],
    /// On MariaDB.
    pub mariadb: &'static [&'static str],
}

/// Setting `read_only`.
pub const READ_ONLY: Right =
    Right { mysql: &["SYSTEM_VARIABLES_ADMIN", "SUPER"], mariadb: &["READ_ONLY ADMIN"] };
/// Setting other settings.
pub const SETTINGS: Right =
    Right { mysql: &["SYSTEM_VARIABLES_ADMIN", "SUPER"], mariadb: &["CONNECTION ADMIN", "SUPER"] };
/// Changing accounts.
pub const ACCOUNTS: Right = Right { mysql: &["CREATE USER"], mariadb: &["CREATE USER"] };
/// Ending statements of others.
pub const KILL: Right =
    Right { mysql: &["CONNECTION_ADMIN", "SUPER"], mariadb: &["CONNECTION ADMIN", "SUPER"] };

/// Why the account cannot do `what`; none when it can, or when a role may let it.
pub async fn refusal(
    reader: &Reader,
    variables: &Variables,
    right: &Right,
    what: &str,
) -> Result<Option<Refusal>, TargetError> {
    let names = if variables.mariadb() { right.mariadb } else { right.mysql };
    let rights = reader.rights().await?;
    Ok((rights.has(names) == Some(false)).then(|| {
        let name = names.first().copied().unwrap_or_default();
        Refusal::for_want(
            format!("the account may not {what}"),
            format!("GRANT {name} ON *.* TO the account stampede uses"),
        )
    }))
}
