//! `--textfile`: metrics for the textfile collector of Prometheus' node exporter.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Replaces the file as a whole: who reads it at the same moment reads the old or the new one. It is readable by all, as the
/// exporter runs as somebody else.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The exporter reads `*.prom` only, so the half-written one has another ending.
    let mut file = tempfile::Builder::new().prefix(".stampede-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
