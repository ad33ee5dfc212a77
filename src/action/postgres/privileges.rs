//! Whether a role or a database is ours to alter, and the `GRANT` to ask for where it is not.

use crate::action::{Refusal, Unplanned, unless};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::postgres::{Holder, Limited, Reader, Rights, ident};
use crate::text;

/// The first version in which `CREATEROLE` is not enough: `ADMIN OPTION` on the role is needed too.
const ADMIN_OPTION: u32 = 16;

/// What is known of `holder`. A refusal when it is not there, or not ours to alter. `itself`: whether a role may do it to
/// itself. Errors: the server does not answer.
pub(super) async fn known(
    holder: &Holder,
    rights: &Rights,
    itself: bool,
    reader: &Reader,
) -> Result<Limited, Unplanned> {
    let Some(known) = reader.limited(holder).await? else {
        let names = reader.names_like(holder).await?;
        return Err(unknown(holder, &names).into());
    };
    unless(forbidden(holder, &known, rights, itself))?;
    Ok(known)
}

fn unknown(holder: &Holder, names: &[String]) -> Refusal {
    let (kind, name) = match holder {
        Holder::Role(name) => ("role", name),
        Holder::Database(name) => ("database", name),
    };
    let unblock = match text::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", shown(near)),
        None => {
            let some: Vec<String> = names
                .iter()
                .filter(|name| !name.starts_with("pg_"))
                .take(8)
                .map(|name| shown(name))
                .collect();
            format!("there are {}", some.join(", "))
        }
    };
    Refusal::for_want(format!("there is no {kind} {}", shown(name)), unblock)
}

fn forbidden(holder: &Holder, known: &Limited, rights: &Rights, itself: bool) -> Option<Refusal> {
    let may = rights.superuser
        || match holder {
            Holder::Database(_) => known.admin,
            Holder::Role(_) => {
                let old = rights.version < ADMIN_OPTION;
                let above_us = known.superuser || old && known.replication && !itself;
                itself && known.ours || rights.createrole && !above_us && (old || known.admin)
            }
        };
    (!may).then(|| {
        let why = format!("{} may not alter {}", shown(&rights.me), holder_words(holder));
        Refusal::for_want(why, grant(holder, known.owner.as_deref(), rights, known.superuser))
    })
}

/// What to ask for, so that `holder` becomes ours to alter.
fn grant(holder: &Holder, owner: Option<&str>, rights: &Rights, superuser: bool) -> String {
    let me = ident(&rights.me);
    match holder {
        Holder::Role(_) if superuser => "only a superuser may alter a superuser: log in as one".into(),
        Holder::Role(name) if rights.version >= ADMIN_OPTION => {
            format!("ALTER ROLE {me} CREATEROLE; GRANT {} TO {me} WITH ADMIN OPTION", ident(name))
        }
        Holder::Role(_) => format!("ALTER ROLE {me} CREATEROLE"),
        Holder::Database(_) => match owner {
            Some(owner) => format!("GRANT {} TO {me} (its owner)", ident(owner)),
            None => "log in as its owner".into(),
        },
    }
}

/// An error of a write, with the right that it lacks in place of one to look.
pub(super) fn lacking(error: TargetError, hint: impl FnOnce() -> String) -> TargetError {
    match error.kind {
        TargetErrorKind::Permission => TargetError { hint: Some(hint()), ..error },
        _ => error,
    }
}

/// The same for a write to `holder`.
pub(super) async fn lacking_for(error: TargetError, holder: &Holder, reader: &Reader) -> TargetError {
    if error.kind != TargetErrorKind::Permission {
        return error;
    }
    match (reader.rights().await, reader.limited(holder).await) {
        (Ok(rights), Ok(Some(known))) => {
            let hint = grant(holder, known.owner.as_deref(), &rights, known.superuser);
            lacking(error, || hint)
        }
        _ => error,
    }
}

/// In words: `role app`.
pub(super) fn holder_words(holder: &Holder) -> String {
    match holder {
        Holder::Role(name) => format!("role {}", shown(name)),
        Holder::Database(name) => format!("database {}", shown(name)),
    }
}

/// A name as it is shown; quoted where it would not be read as one word.
pub(super) fn shown(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-.$".contains(c);
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { ident(name) }
}

/// So many sessions: `1 session`, `12 sessions`.
pub(super) fn sessions(count: u64) -> String {
    format!("{count} session{}", if count == 1 { "" } else { "s" })
}

/// Whether a server can have such a name. Errors: why it cannot.
pub(super) fn possible(name: &str) -> Result<(), String> {
    if name.contains('\0') { Err("a name cannot hold a zero byte".into()) } else { Ok(()) }
}
