//! The client/server protocol of MySQL and MariaDB: packets of a 3-byte length, a number, and what they carry.
//!
//! Followed is what the text protocol needs. Not followed: TLS, compression, prepared statements.

use super::wire::{Answered, Asked, Came, Owes, Part, Wire};

const HEADER: usize = 4;
/// A packet of this length goes on in the next one.
const FULL: usize = 0xff_ff_ff;
/// `CLIENT_SSL` and `CLIENT_COMPRESS` of the client's answer to the greeting.
const SSL: u8 = 0x08;
const COMPRESS: u8 = 0x20;
/// `SERVER_MORE_RESULTS_EXISTS`
const MORE: u8 = 0x08;

/// One direction of a connection.
#[derive(Default)]
pub struct Mysql {
    came: Came,
    /// The login is over, and commands and answers begin.
    inside: bool,
    /// The last packet was full: the next one is the rest of it.
    goes_on: bool,
    /// What of a result set is still to come, within an answer that has one.
    set: Option<Set>,
}

/// Where in a result set we are.
#[derive(Clone, Copy)]
enum Set {
    /// So many descriptions of columns are to come.
    Columns(u64),
    /// The next packet is the end of the descriptions, or the first row, or the end of all, by what was agreed.
    Described,
    /// Rows are to come.
    Rows,
}

impl Mysql {
    /// The next whole packet.
    fn packet(&mut self) -> Option<Vec<u8>> {
        let rest = self.came.rest();
        let length = match rest.get(..3)? {
            [a, b, c] => usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16,
            _ => return None,
        };
        self.came.cut(HEADER + length)
    }

    /// Whether the answer ends with this packet.
    fn ends(&mut self, body: &[u8]) -> bool {
        let first = body.first().copied().unwrap_or(0);
        let last = |flags: Option<&u8>| flags.is_none_or(|flags| flags & MORE == 0);
        match self.set {
            _ if first == 0xff => {
                self.set = None;
                true
            }
            // OK: the flags stand behind two numbers of any length.
            None if first == 0 => last(flags_of(body).as_ref()),
            None => {
                self.set = Some(Set::Columns(number(body).map_or(0, |(columns, _)| columns)));
                false
            }
            Some(Set::Columns(left)) => {
                self.set = Some(if left > 1 { Set::Columns(left - 1) } else { Set::Described });
                false
            }
            // The end of the descriptions has five bytes; the OK that stands at the end of all has at least seven.
            Some(Set::Described) if first == 0xfe && body.len() == 5 => {
                self.set = Some(Set::Rows);
                false
            }
            Some(Set::Described | Set::Rows) if first == 0xfe && body.len() < FULL => {
                self.set = None;
                if body.len() == 5 { last(body.get(3)) } else { last(flags_of(body).as_ref()) }
            }
            Some(_) => {
                self.set = Some(Set::Rows);
                false
            }
        }
    }
}

impl Wire for Mysql {
    fn feed(&mut self, bytes: &[u8]) {
        self.came.feed(bytes);
    }

    fn asked(&mut self) -> Result<Option<Asked>, String> {
        let Some(bytes) = self.packet() else { return Ok(None) };
        let (number, body) = (bytes[3], &bytes[HEADER..]);
        // Only a command begins a new count; what answers the server, or goes on, counts further.
        if number > 0 {
            // Capabilities are the first bytes, and of a request for TLS they are almost all.
            if !self.inside && number == 1 && body.get(1).is_some_and(|flags| flags & SSL != 0) {
                return Err("TLS was asked for".into());
            }
            if !self.inside && number == 1 && body.first().is_some_and(|flags| flags & COMPRESS != 0) {
                return Err("compression was asked for".into());
            }
            return Ok(Some(Asked { bytes, words: None, owes: Owes::Nothing }));
        }
        if body.len() == FULL {
            return Err("a statement of more than 16 MB".into());
        }
        self.inside = true;
        let (words, owes) = match body {
            [0x01] => (vec![b"QUIT".to_vec()], Owes::Nothing),
            [0x02, schema @ ..] => (vec![[b"USE ", schema].concat()], Owes::Answer),
            [0x03, statement @ ..] => (vec![statement.to_vec()], Owes::Answer),
            [0x0e] => (vec![b"PING".to_vec()], Owes::Answer),
            [0x1f] => (vec![b"RESET_CONNECTION".to_vec()], Owes::Answer),
            other => return Err(format!("a command of MySQL that is not known: {:?}", other.first())),
        };
        Ok(Some(Asked { bytes, words: Some(words), owes }))
    }

    fn answered(&mut self) -> Result<Option<Answered>, String> {
        let Some(bytes) = self.packet() else { return Ok(None) };
        let body = &bytes[HEADER..];
        if !self.inside {
            // Greeting, exchange, and at last the OK that lets the client in, or an error that does not.
            self.inside = body.first() == Some(&0);
            return Ok(Some(Answered { bytes, part: Part::More }));
        }
        let continued = self.goes_on;
        self.goes_on = body.len() == FULL;
        let body = body.to_vec();
        let ends = !continued && self.ends(&body);
        Ok(Some(Answered { bytes, part: if ends { Part::End } else { Part::More } }))
    }
}

/// A number of any length, and what comes behind it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let length = match first {
        0xfc => 2,
        0xfd => 3,
        0xfe => 8,
        small => return Some((u64::from(*small), rest)),
    };
    let little = rest.get(..length)?.iter().rev();
    Some((little.fold(0, |sum, byte| sum << 8 | u64::from(*byte)), &rest[length..]))
}

/// The low byte of the status flags of an OK.
fn flags_of(body: &[u8]) -> Option<u8> {
    let (_, rest) = number(body.get(1..)?)?;
    let (_, rest) = number(rest)?;
    rest.first().copied()
}
