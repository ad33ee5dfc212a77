//! A file of `SET`s as the source of values: of a dump, of a replica, of whoever has them.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::{TargetError, TargetErrorKind};
use crate::text;

/// The largest key or value that is taken: what a server takes, too.
const LONGEST: u64 = 512 << 20;
/// Words of a command, at most.
const WORDS: u64 = 8;

/// A key to write: its value, and its lifetime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
    /// Milliseconds until it expires.
    pub ttl_ms: u64,
}

/// The commands of a file, one after the other.
pub struct RespFile {
    path: PathBuf,
    reader: BufReader<File>,
    /// The lifetime of what the file gives none.
    ttl: Option<Duration>,
    number: u64,
}

impl RespFile {
    /// Opens the file. Errors: it cannot be read.
    pub fn open(path: &Path, ttl: Option<Duration>) -> Result<Self, TargetError> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|error| {
            TargetError::new(TargetErrorKind::Input, format!("cannot read {}: {error}", text::escape(&shown)))
                .caused_by(error)
        })?;
        Ok(Self { path: path.to_owned(), reader: BufReader::with_capacity(256 << 10, file), ttl, number: 0 })
    }

    /// The next commands, about `most` and no more than a few megabytes; none at the end. Errors: a command that is no `SET`,
    /// `SETEX` or `PSETEX`, or has no time.
    pub fn next(&mut self, most: usize) -> Result<Vec<Entry>, TargetError> {
        let (mut entries, mut bytes) = (Vec::new(), 0);
        while entries.len() < most && bytes < 8 << 20 {
            let Some(words) = self.command()? else { break };
            let entry = self.entry(words)?;
            bytes += entry.key.len() + entry.value.len();
            entries.push(entry);
        }
        Ok(entries)
    }

    fn command(&mut self) -> Result<Option<Vec<Vec<u8>>>, TargetError> {
        let Some(head) = self.line()? else { return Ok(None) };
        self.number += 1;
        let count = head.strip_prefix(b"*").and_then(number).filter(|count| (1..=WORDS).contains(count));
        let Some(count) = count else {
            return Err(self.wrong("is not written as RESP: it begins with none of *3, *4, …"));
        };
        let mut words = Vec::new();
        for _ in 0..count {
            let length = self.line()?.and_then(|line| line.strip_prefix(b"$").and_then(number));
            let Some(length) = length.filter(|length| *length <= LONGEST) else {
                return Err(self.wrong("has a word without its length"));
            };
            let mut word = Vec::new();
            let read = self.reader.by_ref().take(length + 2).read_to_end(&mut word);
            match read {
                Ok(read) if read as u64 == length + 2 && word.ends_with(b"\r\n") => {
                    word.truncate(word.len() - 2);
                }
                _ => return Err(self.wrong("ends too soon")),
            }
            words.push(word);
        }
        Ok(Some(words))
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, TargetError> {
        let mut line = Vec::new();
        match self.reader.by_ref().take(64).read_until(b'\n', &mut line) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(line.strip_suffix(b"\r\n").unwrap_or(&line).to_vec())),
            Err(error) => Err(self.wrong(&format!("cannot be read: {error}")).caused_by(error)),
        }
    }

    fn entry(&self, words: Vec<Vec<u8>>) -> Result<Entry, TargetError> {
        let name = words.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
        let mut words = words.into_iter().skip(1);
        let mut next = || words.next();
        let default = self.ttl.map(|ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
        let (key, value, ttl_ms) = match name.as_slice() {
            b"SETEX" | b"PSETEX" => {
                let (key, time, value) = (next(), next(), next());
                let unit = if name == b"SETEX" { 1_000 } else { 1 };
                (key, value, time.as_deref().and_then(number).map(|time| time * unit))
            }
            b"SET" => {
                let (key, value, option, time) = (next(), next(), next(), next());
                let time = time.as_deref().and_then(number);
                let ttl_ms = match option.map(|option| option.to_ascii_uppercase()).as_deref() {
                    None => default,
                    Some(b"EX") => time.map(|time| time * 1_000),
                    Some(b"PX") => time,
                    Some(_) => return Err(self.wrong("has an option that is neither EX nor PX")),
                };
                (key, value, ttl_ms)
            }
            other => {
                let name = text::escape_bytes(&other[..other.len().min(32)]);
                return Err(self.wrong(&format!("is {name}: only SET, SETEX and PSETEX are taken")));
            }
        };
        match (key, value, ttl_ms) {
            (Some(key), Some(value), Some(ttl_ms)) if ttl_ms > 0 => Ok(Entry { key, value, ttl_ms }),
            (Some(_), Some(_), _) => Err(self.wrong("has no lifetime: say one, --ttl 15m")),
            _ => Err(self.wrong("lacks a key or a value")),
        }
    }

    fn wrong(&self, why: &str) -> TargetError {
        let path = self.path.display().to_string();
        TargetError::new(
            TargetErrorKind::Input,
            format!("{}: command {} {why}", text::escape(&path), self.number),
        )
    }
}

fn number(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], ttl: Option<u64>) -> Result<Vec<Entry>, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        let mut commands = RespFile::open(file.path(), ttl.map(Duration::from_secs)).expect("opened");
        let mut all = Vec::new();
        loop {
            let some = commands.next(2).map_err(|error| error.message)?;
            if some.is_empty() {
                return Ok(all);
            }
            all.extend(some);
        }
    }

    fn resp(words: &[&[u8]]) -> Vec<u8> {
        let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            bytes.extend(format!("${}\r\n", word.len()).bytes());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes
    }

    #[test]
    fn each_set_is_read_whatever_its_bytes() {
        let file = [
            resp(&[b"SET", b"a\r\n\xff", b"one", b"EX", b"60"]),
            resp(&[b"set", b"b", b"", b"px", b"1500"]),
            resp(&[b"SETEX", b"c", b"7", b"three\r\n*3"]),
            resp(&[b"PSETEX", b"d", b"9", b"4"]),
            resp(&[b"SET", b"e", b"5"]),
        ]
        .concat();
        let entry = |key: &[u8], value: &[u8], ttl_ms| Entry { key: key.into(), value: value.into(), ttl_ms };
        assert_eq!(
            read(&file, Some(30)),
            Ok(vec![
                entry(b"a\r\n\xff", b"one", 60_000),
                entry(b"b", b"", 1_500),
                entry(b"c", b"three\r\n*3", 7_000),
                entry(b"d", b"4", 9),
                entry(b"e", b"5", 30_000),
            ])
        );
        assert!(
            read(&file, None)
                .is_err_and(|why| why.ends_with("command 5 has no lifetime: say one, --ttl 15m"))
        );
    }

    #[test]
    fn what_is_no_set_is_refused_with_its_number() {
        let wrong = |bytes: &[u8]| {
            let file = [resp(&[b"SETEX", b"c", b"7", b"x"]), bytes.to_vec()].concat();
            read(&file, Some(1))
                .expect_err("refused")
                .split_once("command ")
                .expect("its number")
                .1
                .to_owned()
        };
        assert_eq!(wrong(&resp(&[b"FLUSHALL"])), "2 is FLUSHALL: only SET, SETEX and PSETEX are taken");
        assert_eq!(
            wrong(&resp(&[b"SET", b"a", b"b", b"KEEPTTL"])),
            "2 has an option that is neither EX nor PX"
        );
        assert_eq!(wrong(&resp(&[b"SET", b"a"])), "2 lacks a key or a value");
        assert_eq!(wrong(&resp(&[b"SET", b"a", b"b", b"EX", b"0"])), "2 has no lifetime: say one, --ttl 15m");
        assert_eq!(wrong(b"SET a b EX 5\r\n"), "2 is not written as RESP: it begins with none of *3, *4, …");
        assert_eq!(wrong(b"*2\r\n$3\r\nSET\r\n$9\r\nshort"), "2 ends too soon");
        assert_eq!(wrong(b"*2\r\n$3\r\nSET\r\nno"), "2 has a word without its length");
        assert_eq!(wrong(b"*999999999\r\n"), "2 is not written as RESP: it begins with none of *3, *4, …");
    }
}
