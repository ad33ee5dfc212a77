//! Whose default is set: whether it is ours to set, and what to ask for where it is not.

use crate::action::postgres::privileges::{known, shown};
use crate::action::postgres::read_only::Params;
use crate::action::{Refusal, Unplanned, unless};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::postgres::{Crowd, Holder, NewDefault, Open, Override, Reader, Rights, Scope, ident};

const NAME: &str = "default_transaction_read_only";
/// The first version that can grant `ALTER SYSTEM`.
const GRANTABLE: u32 = 15;

/// Whose default is meant.
pub(super) fn wanted(params: &Params, rights: &Rights) -> Scope {
    match params.role.as_deref() {
        Some(role) => Scope::Role(role.to_owned()),
        None if params.database => Scope::Database(rights.database.clone()),
        None => Scope::Server,
    }
}

/// The role or database that is altered; none: the server's configuration.
pub(super) fn holder(scope: &Scope) -> Option<Holder> {
    match scope {
        Scope::Server => None,
        Scope::Database(name) => Some(Holder::Database(name.clone())),
        Scope::Role(name) => Some(Holder::Role(name.clone())),
    }
}

/// In words: `the server`, `database shop`, `role app`.
pub(super) fn words(scope: &Scope) -> String {
    match scope {
        Scope::Server => "the server".into(),
        Scope::Database(name) => format!("database {}", shown(name)),
        Scope::Role(name) => format!("role {}", shown(name)),
    }
}

/// A refusal where it is not ours to set. Errors: the server does not answer.
pub(super) async fn allowed(scope: &Scope, rights: &Rights, reader: &Reader) -> Result<(), Unplanned> {
    let Some(holder) = holder(scope) else { return Ok(unless(server(rights))?) };
    let known = known(&holder, rights, true, reader).await?;
    if !known.open && matches!(holder, Holder::Role(_)) {
        let why = format!("{} cannot log in, and a role's default is taken at login", words(scope));
        return Err(Refusal::for_want(why, "name the role that the application logs in as").into());
    }
    Ok(())
}

/// Why the server's own default is not ours to set. It must be ours to read as well: without the entry that is there
/// now there is no undo to it.
fn server(rights: &Rights) -> Option<Refusal> {
    const NARROWER: &str = "a narrower scope: --database, or --role NAME";
    if rights.alter_system_off {
        return Some(Refusal::for_want("ALTER SYSTEM is switched off here (allow_alter_system)", NARROWER));
    }
    if rights.superuser {
        return None;
    }
    let me = ident(&rights.me);
    let missing = !(rights.alter_system && rights.reload && rights.files && rights.show_files);
    if let (true, Some(hosted)) = (missing, &rights.hosted) {
        let why = format!("a hosted service ({hosted}) keeps ALTER SYSTEM for itself");
        return Some(Refusal::for_want(why, format!("{NARROWER}; or {NAME} in the provider's own way")));
    }
    if rights.version < GRANTABLE {
        let why = format!("before PostgreSQL {GRANTABLE} only a superuser may ALTER SYSTEM");
        return Some(Refusal::for_want(why, NARROWER));
    }
    let grants: Vec<String> = [
        (rights.alter_system, format!("ALTER SYSTEM ON PARAMETER {NAME}")),
        (rights.reload, "EXECUTE ON FUNCTION pg_reload_conf()".into()),
        (rights.files, "SELECT ON pg_file_settings".into()),
        (rights.show_files, "EXECUTE ON FUNCTION pg_show_all_file_settings()".into()),
    ]
    .into_iter()
    .filter(|(has, _)| !has)
    .map(|(_, what)| format!("GRANT {what} TO {me}"))
    .collect();
    (!grants.is_empty()).then(|| {
        let why = format!("{} may not set it for the server", shown(&rights.me));
        let here = shown(&rights.database);
        Refusal::for_want(why, format!("{} (in database {here}); or {NARROWER}", grants.join("; ")))
    })
}

/// What to ask for when a write was refused after all.
pub(super) fn grant_for_server(rights: &Rights) -> String {
    let me = ident(&rights.me);
    format!(
        "GRANT ALTER SYSTEM ON PARAMETER {NAME} TO {me}; GRANT EXECUTE ON FUNCTION pg_reload_conf() TO {me}"
    )
}

/// Whether what the server has loaded can be seen in our own session: nothing narrower speaks there.
pub(super) fn is_the_server_s(here: &NewDefault) -> bool {
    matches!(here.source.as_str(), "default" | "configuration file")
}

/// Whether the default of these sessions is the one of `scope`, or would be without an own one.
pub(super) fn holds(scope: &Scope, role: &str, database: &str) -> bool {
    match scope {
        Scope::Server => true,
        Scope::Database(name) => name == database,
        Scope::Role(name) => name == role,
    }
}

/// The sessions of `scope`.
pub(super) fn of(scope: &Scope, crowds: Vec<Crowd>) -> Vec<Crowd> {
    crowds.into_iter().filter(|crowd| holds(scope, &crowd.role, &crowd.database)).collect()
}

/// The open transactions of `scope`.
pub(super) fn written(scope: &Scope, open: Vec<Open>) -> Vec<Open> {
    open.into_iter().filter(|open| holds(scope, &open.role, &open.database)).collect()
}

/// Those that go on writing by a default of their own that is narrower than `scope`.
pub(super) fn past(scope: &Scope, own: Vec<Override>) -> Vec<Override> {
    own.into_iter()
        .filter(|own| {
            !own.on
                && match (scope, &own.role, &own.database) {
                    (Scope::Server, ..) => true,
                    (Scope::Database(name), Some(_), database) => {
                        database.as_ref().is_none_or(|database| database == name)
                    }
                    (Scope::Role(name), Some(role), Some(_)) => role == name,
                    _ => false,
                }
        })
        .collect()
}

/// A value of the setting that can be put back as it is. Errors: it is none.
pub(super) fn plain(value: Option<String>) -> Result<Option<String>, TargetError> {
    match value {
        Some(value) if value.is_empty() || !value.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Err(TargetError::new(TargetErrorKind::Protocol, format!("{NAME} holds what is no boolean")))
        }
        value => Ok(value),
    }
}
