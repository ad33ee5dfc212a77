//! RESP2 on a wire: whole commands and whole replies out of a stream that comes in any pieces.

use memchr::{memchr, memmem};

use super::wire::{Answered, Asked, Owes, Part, Wire};

/// Commands of a subscriber: they are answered by messages, not one by one.
const SUBSCRIBES: &[&str] =
    &["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"];

/// Cuts one direction of a stream into whole values, as they stood on the wire.
#[derive(Default)]
pub struct Stream {
    bytes: Vec<u8>,
    /// Where the value begins that is being read.
    start: usize,
    /// How far it has been read.
    at: usize,
    /// Its elements that are still to come; 0 between two values.
    open: usize,
}

impl Wire for Stream {
    fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.at -= self.start;
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    fn asked(&mut self) -> Result<Option<Asked>, String> {
        let Some(bytes) = self.command()? else { return Ok(None) };
        let words = words(&bytes);
        let name = words.first().map(|word| String::from_utf8_lossy(word).to_uppercase());
        let owes = match name {
            Some(name) if SUBSCRIBES.contains(&name.as_str()) => Owes::Messages,
            Some(_) => Owes::Answer,
            // An empty line or array is not answered.
            None => Owes::Nothing,
        };
        Ok(Some(Asked { bytes, words: Some(words), owes }))
    }

    fn answered(&mut self) -> Result<Option<Answered>, String> {
        let Some(bytes) = self.reply()? else { return Ok(None) };
        let message =
            kind(&bytes).is_some_and(|kind| kind.ends_with(b"message") || kind.ends_with(b"subscribe"));
        Ok(Some(Answered { bytes, part: if message { Part::Message } else { Part::End } }))
    }
}

impl Stream {
    /// The next whole reply, if it is there. Errors: this is not RESP2.
    fn reply(&mut self) -> Result<Option<Vec<u8>>, String> {
        // A counter of elements is enough to find the end of nested arrays, and it need not start again with each piece.
        while let Some(length) = memmem::find(&self.bytes[self.at..], b"\r\n") {
            let line = &self.bytes[self.at..self.at + length];
            let (elements, body) = match line.first() {
                Some(b'+' | b'-' | b':') => (0, 0),
                Some(b'*') => (number(line)?.unwrap_or(0), 0),
                Some(b'$') => (0, number(line)?.map_or(0, |length| length + 2)),
                _ => return Err(format!("not RESP2: {:?}", String::from_utf8_lossy(line))),
            };
            let after = self.at + length + 2 + body;
            if self.bytes.len() < after {
                return Ok(None);
            }
            self.at = after;
            self.open = self.open.max(1) - 1 + elements;
            if self.open == 0 {
                return Ok(Some(self.cut()));
            }
        }
        Ok(None)
    }

    /// The next whole command, if it is there: an array, or a line as one types it. Errors: this is not RESP2.
    fn command(&mut self) -> Result<Option<Vec<u8>>, String> {
        if self.open > 0 || self.bytes.get(self.at).is_none_or(|first| *first == b'*') {
            return self.reply();
        }
        let Some(length) = memchr(b'\n', &self.bytes[self.at..]) else { return Ok(None) };
        self.at += length + 1;
        Ok(Some(self.cut()))
    }

    fn cut(&mut self) -> Vec<u8> {
        let whole = self.bytes[self.start..self.at].to_vec();
        self.start = self.at;
        whole
    }
}

/// The number after the first byte; none for the null of RESP2, which is -1.
fn number(line: &[u8]) -> Result<Option<usize>, String> {
    let number = std::str::from_utf8(&line[1..]).ok().and_then(|text| text.parse::<i64>().ok());
    match number {
        Some(number) => Ok(usize::try_from(number).ok()),
        None => Err(format!("not a length: {:?}", String::from_utf8_lossy(line))),
    }
}

/// The words of a whole command.
fn words(command: &[u8]) -> Vec<Vec<u8>> {
    if command.first() != Some(&b'*') {
        let words = command.split(u8::is_ascii_whitespace);
        return words.filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect();
    }
    let mut words = Vec::new();
    let mut rest = after_line(command);
    while let Some(line) = memmem::find(rest, b"\r\n") {
        let length = number(&rest[..line]).ok().flatten().unwrap_or(0);
        words.push(rest[line + 2..][..length].to_vec());
        rest = &rest[line + 2 + length + 2..];
    }
    words
}

/// The first word of a reply that is an array: the kind of a message.
fn kind(reply: &[u8]) -> Option<&[u8]> {
    let rest = reply.starts_with(b"*").then(|| after_line(reply))?;
    rest.starts_with(b"$").then(|| after_line(rest).split(|byte| *byte == b'\r').next())?
}

fn after_line(bytes: &[u8]) -> &[u8] {
    memmem::find(bytes, b"\r\n").map_or(&[], |line| &bytes[line + 2..])
}
