//! Reading small text files with words for what goes wrong.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Largest file that is read.
const LARGEST: usize = 1_000_000;

/// The text of a file. The error fits "cannot read FILE: …".
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    read_bytes(path).and_then(text_of)
}

/// The same of a file that may be in any encoding.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let result = File::open(path).and_then(|file| file.take(LARGEST as u64 + 1).read_to_end(&mut bytes));
    match result {
        Ok(_) if bytes.len() > LARGEST => Err("it is larger than 1 MB".into()),
        Ok(_) => Ok(bytes),
        Err(error) => Err(reason(&error)),
    }
}

/// The same for bytes that were read already.
pub(crate) fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > LARGEST {
        return Err("it is larger than 1 MB".into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("it is not UTF-8 text (line {line})")
    })
}

/// Why a file could not be opened.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a directory".into(),
        _ => error.to_string(),
    }
}

/// The name of a file without its ending.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether a word that may be a name is a path: it has a `/` in it, or ends in `.yaml`.
pub(crate) fn is_path(word: &str) -> bool {
    word.contains('/') || word.ends_with(".yaml") || word.ends_with(".yml")
}
