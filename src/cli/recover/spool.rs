//! A list of keys from standard input: read once, and kept, because a plan is made more than once and `--resume` wants to go
//! on from it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::action::field::Value;
use crate::cli::act::Acting;
use crate::cli::acting::store;
use crate::digest::sha256;
use crate::error::{Failure, FailureKind};

/// The longest list that is taken from standard input.
const MOST: u64 = 1 << 30;

/// What goes again when the command is over.
pub(super) struct Kept(Option<PathBuf>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            _ = fs::remove_file(path);
        }
    }
}

/// The same command with the list of `--keys -` in a file: of the state folder, or, for a dry run, one that goes again.
pub(super) fn spooled(acting: &Acting<3>) -> Result<(Acting<3>, Kept), Failure> {
    if acting.text("keys") != Some("-") {
        return Ok((acting.clone(), Kept(None)));
    }
    let mut list = Vec::new();
    io::stdin().lock().take(MOST + 1).read_to_end(&mut list).context("cannot read the keys")?;
    if list.len() as u64 > MOST {
        return Err(Failure::new(FailureKind::Usage, "more than 1 GB of keys came from standard input")
            .hint("put them into a file: --keys FILE"));
    }
    let folder = match acting.is_dry_run() {
        true => std::env::temp_dir(),
        false => store()?.folder().join("keys"),
    };
    let name = &sha256(&list)[..16];
    let name = match acting.is_dry_run() {
        true => format!("stampede-keys-{name}-{}", std::process::id()),
        false => name.to_owned(),
    };
    let path = folder.join(name);
    save(&folder, &path, &list).context("cannot keep the keys of standard input")?;
    let text = path.to_str().ok_or_else(|| {
        Failure::new(FailureKind::Failed, "the state folder has a name that is no text: use --keys FILE")
    })?;
    let with = acting.given("keys", Value::Text(text.to_owned()));
    Ok((with, Kept(acting.is_dry_run().then_some(path))))
}

/// Appears as a whole or not at all: one that was cut short would be taken for the whole list the next time.
fn save(folder: &Path, path: &Path, list: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let begun = path.with_extension(format!("{}.begun", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&begun)?;
    let written = file.write_all(list).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&begun, path));
    if written.is_err() {
        _ = fs::remove_file(&begun);
    }
    written
}
