//! Finds the server programs, or says which Debian package has them.

use std::cmp::Reverse;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::lab::failure;

/// Folders that hold servers on Debian but are not on everybody's PATH.
const USUAL: [&str; 5] = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin"];

/// A program of the lab: under which names it may be found, and the package that brings it.
pub(super) struct Program {
    pub(super) names: &'static [&'static str],
    pub(super) package: &'static str,
    pub(super) what: &'static str,
}

pub(super) const REDIS: Program =
    Program { names: &["redis-server", "valkey-server"], package: "redis-server", what: "Redis" };
pub(super) const MARIADB: Program =
    Program { names: &["mariadbd"], package: "mariadb-server", what: "MariaDB" };
pub(super) const MARIADB_INSTALL: Program =
    Program { names: &["mariadb-install-db"], package: "mariadb-server", what: "MariaDB" };
pub(super) const POSTGRES: Program =
    Program { names: &["postgres"], package: "postgresql", what: "PostgreSQL" };
pub(super) const PGBOUNCER: Program =
    Program { names: &["pgbouncer"], package: "pgbouncer", what: "PgBouncer" };
pub(super) const PG_BASEBACKUP: Program =
    Program { names: &["pg_basebackup"], package: "postgresql", what: "PostgreSQL's base backup" };

/// The PATH that is searched, and that the servers get.
pub(super) fn search_path() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(USUAL.iter().map(PathBuf::from));
    env::join_paths(folders).unwrap_or(path)
}

/// The program's file. Errors: not installed, with what to type.
pub(super) fn find(program: &Program) -> Result<PathBuf, Failure> {
    find_in(program, &env::split_paths(&search_path()).collect::<Vec<_>>())
}

/// PostgreSQL's `postgres`: the newest under `/usr/lib/postgresql`, where Debian keeps them side by side, else on PATH.
pub(super) fn find_postgres() -> Result<PathBuf, Failure> {
    let mut folders = versioned(Path::new("/usr/lib/postgresql"));
    folders.extend(env::split_paths(&search_path()));
    let found = find_in(&POSTGRES, &folders)?;
    // initdb is looked for beside it: a link in /usr/bin would lead astray.
    Ok(found.canonicalize().unwrap_or(found))
}

/// The program in the folder of another one, which has the version that fits. Errors: not there.
pub(super) fn find_beside(other: &Path, program: &Program) -> Result<PathBuf, Failure> {
    find_in(program, other.parent().map(Path::to_owned).as_slice())
}

fn find_in(program: &Program, folders: &[PathBuf]) -> Result<PathBuf, Failure> {
    program
        .names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            failure(format!("{} is not installed: no {}", program.what, program.names.join(" or ")))
                .hint(format!("install it: sudo apt-get install {}", program.package))
        })
}

fn versioned(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| Reverse(*version));
    versions.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_names_its_package() {
        let none = find_in(&REDIS, &[PathBuf::from("/nonexistent")]).expect_err("nothing is there");
        assert_eq!(none.message, "Redis is not installed: no redis-server or valkey-server");
        assert_eq!(none.hint.as_deref(), Some("install it: sudo apt-get install redis-server"));
    }

    #[test]
    fn the_newest_version_is_taken_by_number() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for version in ["9", "15", "common"] {
            fs::create_dir_all(folder.path().join(version).join("bin")).expect("made");
        }
        let found = versioned(folder.path());
        assert_eq!(found, [folder.path().join("15/bin"), folder.path().join("9/bin")]);
    }
}
