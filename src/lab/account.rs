//! Who the servers run as: never root.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// An account without privileges. PostgreSQL refuses to be root, and the others must not be: whoever may log in to a
/// database server that is root can have it write files as root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// `nobody` when we are root; none when we are an ordinary user, as whom the servers run then.
    pub(super) fn for_servers() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let nobody = passwd.lines().find(|line| line.starts_with("nobody:")).and_then(|line| {
            let mut ids = line.split(':').skip(2).map(str::parse);
            Some(Self { uid: ids.next()?.ok()?, gid: ids.next()?.ok()? })
        });
        Some(nobody.unwrap_or(Self { uid: 65_534, gid: 65_534 }))
    }

    /// Gives a file or folder to this account.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        chown(path, Some(self.uid), Some(self.gid))
    }
}

/// Makes `command` run as `account`, with a bare environment.
pub(super) fn run_as(command: &mut Command, account: Option<&Account>) {
    command.env_clear().env("PATH", super::binaries::search_path()).env("LC_ALL", "C");
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
}
