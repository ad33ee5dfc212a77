//! The protocol of PostgreSQL, version 3: a startup message, then messages of a letter and a 4-byte length.
//!
//! Followed is the simple protocol, which is all that the program speaks. Not followed: TLS, and messages of the extended
//! protocol but those that end one.

use super::wire::{Answered, Asked, Came, Owes, Part, Wire};

/// What a client may ask for in place of a startup.
const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS: u32 = 80_877_104;

/// One direction of a connection.
#[derive(Default)]
pub struct Postgres {
    came: Came,
    /// The startup is over (client), or the first byte has come (server).
    begun: bool,
    /// `ReadyForQuery` has come once: answers begin.
    inside: bool,
}

impl Postgres {
    /// A number of four bytes, so far into what came.
    fn number(&self, at: usize) -> Option<u32> {
        let bytes = self.came.rest().get(at..at + 4)?;
        Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// The next whole message with a letter.
    fn message(&mut self) -> Option<Vec<u8>> {
        let length = self.number(1)?;
        self.came.cut(1 + length as usize)
    }
}

impl Wire for Postgres {
    fn feed(&mut self, bytes: &[u8]) {
        self.came.feed(bytes);
    }

    fn asked(&mut self) -> Result<Option<Asked>, String> {
        if !self.begun {
            let (Some(length), Some(code)) = (self.number(0), self.number(4)) else { return Ok(None) };
            let Some(bytes) = self.came.cut(length as usize) else { return Ok(None) };
            self.begun = code != SSL && code != GSS;
            // It ends what another connection runs, and has no answer.
            let words = (code == CANCEL).then(|| vec![b"CANCEL".to_vec()]);
            return Ok(Some(Asked { bytes, words, owes: Owes::Nothing }));
        }
        let Some(bytes) = self.message() else { return Ok(None) };
        let (words, owes) = match bytes[0] {
            b'Q' => {
                let text = bytes[5..].strip_suffix(b"\0").unwrap_or(&bytes[5..]).to_vec();
                (Some(vec![text]), Owes::Answer)
            }
            b'X' => (Some(vec![b"TERMINATE".to_vec()]), Owes::Nothing),
            // Passwords, and data of a COPY.
            b'p' | b'd' | b'c' | b'f' => (None, Owes::Nothing),
            other => {
                return Err(format!("a message of PostgreSQL that is not known: {:?}", char::from(other)));
            }
        };
        Ok(Some(Asked { bytes, words, owes }))
    }

    fn answered(&mut self) -> Result<Option<Answered>, String> {
        // Only the answer to the question for TLS is a single letter, and no message begins a connection with these.
        if !self.begun
            && let Some(first @ (b'N' | b'S' | b'G')) = self.came.rest().first()
        {
            if *first != b'N' {
                return Err("TLS was agreed to".into());
            }
            let bytes = self.came.cut(1).unwrap_or_default();
            return Ok(Some(Answered { bytes, part: Part::More }));
        }
        let Some(bytes) = self.message() else { return Ok(None) };
        self.begun = true;
        let ready = bytes[0] == b'Z';
        let part = if ready && self.inside { Part::End } else { Part::More };
        self.inside |= ready;
        Ok(Some(Answered { bytes, part }))
    }
}
