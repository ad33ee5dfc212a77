//! The temporary folder of a lab.

use std::env;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use crate::lab::account::Account;
use crate::lab::guard::Guard;

/// A unix socket's path holds 107 bytes; this leaves room for the longest name below the folder.
const LONGEST: usize = 60;

/// The folder, and who cleans it up. The order matters: the guard is let go when the folder is removed.
pub(super) struct Home {
    folder: TempDir,
    _guard: Guard,
    count: AtomicUsize,
}

impl Home {
    pub(super) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("stampede-lab-").tempdir_in(parent())?;
        let guard = Guard::over(folder.path())?;
        // Passable, because the servers may run as somebody else; not listable. What is in it is closed to others.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
        Ok(Self { folder, _guard: guard, count: AtomicUsize::new(0) })
    }

    /// A new folder in it that only `account` (or we) can open.
    pub(super) fn folder(&self, name: &str, account: Option<&Account>) -> io::Result<PathBuf> {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let path = self.folder.path().join(format!("{name}-{number}"));
        private_folder(&path, account).map(|()| path)
    }
}

/// Where it is made.
pub(super) fn parent() -> PathBuf {
    let parent = env::temp_dir();
    if parent.as_os_str().len() > LONGEST { PathBuf::from("/tmp") } else { parent }
}

/// Makes a folder that only `account` (or we) can open.
pub(super) fn private_folder(path: &Path, account: Option<&Account>) -> io::Result<()> {
    fs::create_dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))?;
    account.map_or(Ok(()), |account| account.own(path))
}
