//! Other state folders of this machine: what is in effect by them is not seen from here, and is named.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::state_folder;
use crate::journal::Store;

/// Incidents with something in effect whose journals are in another state folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The folder, as `XDG_STATE_HOME` names it.
    pub state_home: PathBuf,
    /// Their names.
    pub incidents: Vec<String>,
}

impl Store {
    /// What is in effect by the other folders that are easily known: the one that is used when `XDG_STATE_HOME` is not set, and
    /// that of who called `sudo`. A folder that we may not look into has nothing to tell.
    pub fn elsewhere(&self, env: impl Fn(&str) -> Option<String>) -> Vec<Elsewhere> {
        let sudo = env("SUDO_USER").and_then(|user| home_of(&user, Path::new("/etc/passwd")));
        let homes = [env("HOME").map(PathBuf::from), sudo].into_iter().flatten();
        let mut found: Vec<Elsewhere> = Vec::new();
        for home in homes {
            let home = home.display().to_string();
            let Some(folder) = state_folder(|name| (name == "HOME").then(|| home.clone())) else { continue };
            let other = Self { folder: folder.join("incidents") };
            let Some(state_home) = folder.parent().map(Path::to_owned) else { continue };
            let is_known = found.iter().any(|known| known.state_home == state_home);
            if is_known || same(other.folder(), self.folder()) {
                continue;
            }
            let incidents = other.others("").map(|others| others.in_effect).unwrap_or_default();
            if !incidents.is_empty() {
                found.push(Elsewhere { state_home, incidents });
            }
        }
        found
    }
}

/// Whether it is one folder, by whatever way.
fn same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}

/// The home folder of a user, as the file of accounts has it.
fn home_of(user: &str, accounts: &Path) -> Option<PathBuf> {
    let accounts = fs::read_to_string(accounts).ok()?;
    let account = accounts.lines().find_map(|line| line.strip_prefix(user)?.strip_prefix(':'))?;
    account.split(':').nth(4).filter(|home| !home.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_of_a_user_is_in_the_file_of_accounts() {
        let folder = tempfile::tempdir().unwrap();
        let accounts = folder.path().join("passwd");
        fs::write(&accounts, "root:x:0:0:root:/root:/bin/sh\nal:x:1:1::/home/al:\nali:x:2:2::/x:\n").unwrap();
        assert_eq!(home_of("al", &accounts), Some("/home/al".into()));
        assert_eq!(home_of("nobody", &accounts), None);
    }
}
