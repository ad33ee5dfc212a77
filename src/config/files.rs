//! Small files: their text, who may read them, and where a path leads.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::error::{Failure, FailureKind};
use crate::text;
pub(super) use crate::yaml::{read_bytes, read_text, reason};

/// Whether group or world can read the file.
pub(super) fn others_may_read(path: &Path) -> bool {
    mode(path) & 0o044 != 0
}

/// Whether anybody but the owner can do anything with the file.
pub(super) fn others_may_use(path: &Path) -> bool {
    mode(path) & 0o077 != 0
}

/// Whether everybody can write the file.
pub(super) fn anybody_may_write(path: &Path) -> bool {
    mode(path) & 0o002 != 0
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).map(|meta| meta.permissions().mode()).unwrap_or(0)
}

/// A path as written in a file in `base`: `~/` is the home folder, a relative path begins at `base`.
pub(super) fn resolve(text: &str, base: &Path, home: Option<&Path>) -> PathBuf {
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => base.join(text),
    }
}

/// The failure of a file that cannot be read.
pub(super) fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::new(FailureKind::Config, format!("cannot read {}: {why}", text::path(path)))
}
