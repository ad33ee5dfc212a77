//! Which files a path, a glob or `-` means.

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use crate::text::escape;

/// Where log lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A named pipe, or `<(command)` of a shell: read once, like standard input.
    Pipe(PathBuf),
    /// A regular file, read from its end backwards in parts.
    File(PathBuf),
    /// A path that cannot be read, and why.
    Unusable(String, String),
}

impl Source {
    /// The name for people.
    pub fn label(&self) -> String {
        match self {
            Self::Stdin => "standard input".into(),
            Self::Pipe(path) | Self::File(path) => escape(&path.to_string_lossy()).into_owned(),
            Self::Unusable(path, _) => escape(path).into_owned(),
        }
    }
}

/// Expands paths and globs, each file once, in the order given.
pub fn expand(paths: &[String]) -> Vec<Source> {
    let mut sources = Vec::new();
    for path in paths {
        for source in one(path) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }
    sources
}

fn one(path: &str) -> Vec<Source> {
    if path == "-" {
        return vec![Source::Stdin];
    }
    let is_glob = path.contains(['*', '?', '[']);
    // A file whose name happens to look like a glob is taken at its word.
    if !is_glob || fs::symlink_metadata(path).is_ok() {
        return vec![kind(Path::new(path))];
    }
    match glob::glob(path) {
        Err(error) => vec![Source::Unusable(path.into(), format!("not a valid glob: {}", error.msg))],
        Ok(found) => {
            let mut found: Vec<_> = found
                .map(|entry| match entry {
                    Ok(path) => kind(&path),
                    Err(error) => {
                        let path = error.path().to_string_lossy().into_owned();
                        Source::Unusable(path, in_words(error.error()))
                    }
                })
                .collect();
            // `/var/log/app/*` may well hold a directory: that is no reason to complain when it holds files too.
            if found.iter().any(|source| matches!(source, Source::File(_) | Source::Pipe(_))) {
                found.retain(
                    |source| !matches!(source, Source::Unusable(path, _) if Path::new(path).is_dir()),
                );
            }
            if found.is_empty() {
                found.push(Source::Unusable(path.into(), "no file matches".into()));
            }
            found
        }
    }
}

/// Why a file cannot be opened.
pub(super) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".into(),
        kind => kind.to_string(),
    }
}

fn kind(path: &Path) -> Source {
    let unusable = |why: &str| Source::Unusable(path.to_string_lossy().into_owned(), why.into());
    match fs::metadata(path) {
        Err(error) => unusable(&in_words(&error)),
        Ok(found) if found.is_dir() => {
            unusable("is a directory: name its files, or use a glob such as DIR/*.log")
        }
        Ok(found) if found.file_type().is_fifo() => Source::Pipe(path.into()),
        Ok(found) if found.is_file() => Source::File(path.into()),
        Ok(_) => unusable("is a device or a socket, not a log"),
    }
}

/// The default logs to look in, from what the servers say of themselves (`@@log_error`, `CONFIG GET logfile`): only
/// those that are files on this machine and can be read.
pub fn readable_defaults(mysql_log_error: Option<&str>, redis_logfile: Option<&str>) -> Vec<PathBuf> {
    let absolute = |path: &&str| Path::new(path).is_absolute();
    let mut found: Vec<PathBuf> = [mysql_log_error, redis_logfile]
        .into_iter()
        .flatten()
        .filter(absolute)
        .map(PathBuf::from)
        .filter(|path| path.is_file() && fs::File::open(path).is_ok())
        .collect();
    found.dedup();
    found
}
