//! Reading small text files with words for what goes wrong.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Largest file that is read.
pub(super) const LARGEST: u64 = 1_000_000;

/// The text of a file. The error fits "cannot read FILE: …".
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let result = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    if let Err(error) = result {
        return Err(reason(&error));
    }
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 1 MB".into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("it is not UTF-8 text (line {line})")
    })
}

/// Why a file could not be opened.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a directory".into(),
        _ => error.to_string(),
    }
}

/// Whether group or world can read the file.
pub(super) fn others_may_read(path: &Path) -> bool {
    mode(path) & 0o044 != 0
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
