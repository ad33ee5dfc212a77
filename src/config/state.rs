//! Where this program keeps what it must remember.

use std::path::{Path, PathBuf};

/// `stampede` in the XDG state folder; none when neither `XDG_STATE_HOME` nor `HOME` is set.
pub fn state_folder(env: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let state = env("XDG_STATE_HOME").filter(|dir| Path::new(dir).is_absolute()).map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(env("HOME")?).join(".local/state")))?;
    Some(state.join("stampede"))
}
