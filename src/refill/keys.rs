//! Which keys are refilled, and in which order.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::error::{TargetError, TargetErrorKind};
use crate::refill::{PAGE, list};
use crate::system::redis::{Query, Reader};
use crate::text;

/// The longest name of a key that is read from a file.
const LONGEST: usize = 16 << 20;
/// `SCAN … COUNT`
const SCANNED: u32 = 500;

/// Where the keys come from.
#[derive(Clone, Debug, PartialEq)]
pub enum KeySource {
    /// These, as they were named.
    Named(Vec<Vec<u8>>),
    /// The hottest that were measured, and how they were.
    Hot(Vec<Vec<u8>>, String),
    /// A file, one key a line.
    File(PathBuf),
    /// As `SCAN` matches them.
    Matching(String),
}

impl KeySource {
    /// How the list is known again when it is gone on with: another list begins at its beginning.
    pub fn name(&self) -> String {
        match self {
            Self::Named(_) | Self::Hot(..) => String::new(),
            Self::File(path) => format!("file {}", path.display()),
            Self::Matching(pattern) => format!("pattern {pattern}"),
        }
    }

    /// Begins to read. Errors: the file cannot be read.
    pub fn open(&self) -> Result<KeyStream, TargetError> {
        Ok(match self {
            Self::Named(keys) | Self::Hot(keys, _) => KeyStream::List(keys.clone().into_iter()),
            Self::File(path) => KeyStream::File(Lines::open(path)?),
            Self::Matching(pattern) => {
                let (pattern, page) = (pattern.clone(), Vec::new().into_iter());
                KeyStream::Scan { pattern, nodes: None, cursor: 0, page }
            }
        })
    }

    /// How many there are, when that is known without reading a cache.
    pub fn count(&self) -> Result<Option<u64>, TargetError> {
        match self {
            Self::Named(keys) | Self::Hot(keys, _) => Ok(Some(keys.len() as u64)),
            Self::File(path) => Lines::open(path)?.count().map(Some),
            Self::Matching(_) => Ok(None),
        }
    }
}

/// Keys, some at a time.
pub enum KeyStream {
    /// From a list.
    List(std::vec::IntoIter<Vec<u8>>),
    /// From a file.
    File(Lines),
    /// From the cache, node by node.
    Scan {
        /// What they match.
        pattern: String,
        /// The nodes that are left, the one in hand last; none: it has not begun.
        nodes: Option<Vec<String>>,
        /// Where the next page begins.
        cursor: u64,
        /// What is left of the last page, which may hold more than was asked for.
        page: std::vec::IntoIter<Vec<u8>>,
    },
}

impl KeyStream {
    /// Passes over so many keys, or all there are.
    pub async fn skip(&mut self, reader: &mut Reader, count: u64) -> Result<u64, TargetError> {
        let mut skipped = 0;
        while skipped < count {
            let most = usize::try_from(count - skipped).unwrap_or(PAGE).min(PAGE);
            let keys = self.next(reader, most).await?;
            if keys.is_empty() {
                break;
            }
            skipped += keys.len() as u64;
        }
        Ok(skipped)
    }

    /// The next keys, at most `most`; none at the end.
    pub async fn next(&mut self, reader: &mut Reader, most: usize) -> Result<Vec<Vec<u8>>, TargetError> {
        match self {
            Self::List(keys) => Ok(keys.by_ref().take(most).collect()),
            Self::File(lines) => lines.next(most),
            Self::Scan { pattern, nodes, cursor, page } => {
                let nodes = match nodes {
                    Some(nodes) => nodes,
                    None => {
                        let (primaries, _) = reader.primaries().await?;
                        nodes.insert(primaries.into_iter().map(|who| who.node).rev().collect())
                    }
                };
                while page.as_slice().is_empty()
                    && let Some(node) = nodes.last()
                {
                    let asked = Query::ScanFor(*cursor, pattern.as_bytes(), SCANNED);
                    let reply = reader.query_one(node, asked).await?;
                    let (next, keys) = reply.page();
                    *cursor = next;
                    if next == 0 {
                        nodes.pop();
                    }
                    *page = keys.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>().into_iter();
                }
                Ok(page.take(most).collect())
            }
        }
    }
}

/// The keys of a file: one a line, or with a zero byte after each when there is one in the beginning, or as a JSON object
/// with `key` (text) or `hex` (bytes) a line, as `recover keys -o json` prints them. Empty lines are none.
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    end: u8,
}

impl Lines {
    /// Opens the file. Errors: it cannot be read.
    pub fn open(path: &Path) -> Result<Self, TargetError> {
        let mut reader =
            BufReader::with_capacity(64 << 10, File::open(path).map_err(|error| wrong(path, error))?);
        let beginning = reader.fill_buf().map_err(|error| wrong(path, error))?;
        let end = if beginning.contains(&0) { 0 } else { b'\n' };
        Ok(Self { path: path.to_owned(), reader, end })
    }

    fn next(&mut self, most: usize) -> Result<Vec<Vec<u8>>, TargetError> {
        let mut keys = Vec::new();
        while keys.len() < most {
            match self.line()? {
                Some(key) if key.is_empty() => {}
                Some(key) => keys.push(key),
                None => break,
            }
        }
        Ok(keys)
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, TargetError> {
        let mut line = Vec::new();
        let most = LONGEST as u64 + 1;
        let read = self.reader.by_ref().take(most).read_until(self.end, &mut line);
        if read.map_err(|error| wrong(&self.path, error))? == 0 {
            return Ok(None);
        }
        if line.len() > LONGEST {
            let why =
                format!("{} has a line of more than 16 MB: it is no list of keys", text::path(&self.path));
            return Err(TargetError::new(TargetErrorKind::Input, why));
        }
        if line.last() == Some(&self.end) {
            line.pop();
        }
        if self.end == b'\n' && line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(if line.first() == Some(&b'{') { list::of_line(&line).key } else { line }))
    }

    fn count(mut self) -> Result<u64, TargetError> {
        let mut count = 0;
        while let Some(key) = self.line()? {
            count += u64::from(!key.is_empty());
        }
        Ok(count)
    }
}

fn wrong(path: &Path, error: std::io::Error) -> TargetError {
    let path = path.display().to_string();
    TargetError::new(TargetErrorKind::Input, format!("cannot read {}: {error}", text::escape(&path)))
        .caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Vec<u8>> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        let mut lines = Lines::open(file.path()).expect("opened");
        let mut all = Vec::new();
        loop {
            let some = lines.next(2).expect("read");
            if some.is_empty() {
                break;
            }
            all.extend(some);
        }
        assert_eq!(Lines::open(file.path()).expect("opened").count().expect("counted"), all.len() as u64);
        all
    }

    #[test]
    fn a_line_is_a_key_and_so_is_what_comes_before_a_zero_byte() {
        assert_eq!(read(b"user:1\nuser:2\r\n\nuser:3"), [&b"user:1"[..], b"user:2", b"user:3"]);
        assert_eq!(read(b"a\nb\0c d\0"), [&b"a\nb"[..], b"c d"]);
        assert_eq!(read(b"'q' \"q\" $(x)\n\xff\xfe\n"), [&b"'q' \"q\" $(x)"[..], b"\xff\xfe"]);
        assert_eq!(read(b""), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn json_lines_are_keys_and_a_brace_alone_is_none() {
        let written =
            b"{\"key\":\"a\\nb\",\"share\":0.5}\n{\"key\":{\"hex\":\"ff0a\"}}\n{tag}:1\n{\"other\":1}\n";
        assert_eq!(read(written), [&b"a\nb"[..], b"\xff\n", b"{tag}:1", b"{\"other\":1}"]);
    }
}
