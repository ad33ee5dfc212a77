//! Every write that is ever sent to a PgBouncer, typed: what is shown is what is sent (S9).

use std::fmt;

/// A write. Always of one database: whether all of it is paused by a bare `PAUSE`, the console of 1.18 does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write<'a> {
    /// No transaction of a database begins at a server any more; those that run go on to their end.
    Pause(&'a str),
    /// They begin again.
    Resume(&'a str),
}

/// The writes that can leave this program towards a PgBouncer, as their first words.
pub const TOLD: &[&str] = &["PAUSE \"", "RESUME \""];

/// This is the only place where a write is made.
impl fmt::Display for Write<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, database) = match self {
            Self::Pause(database) => ("PAUSE", database),
            Self::Resume(database) => ("RESUME", database),
        };
        write!(f, "{word} \"{}\"", database.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_write_is_on_the_list_and_shown_as_it_is_typed() {
        let sent = [Write::Pause("shop"), Write::Resume("a\"b-c")].map(|write| write.to_string());
        assert_eq!(sent, ["PAUSE \"shop\"", "RESUME \"a\"\"b-c\""]);
        for (sent, entry) in sent.iter().zip(TOLD) {
            assert!(sent.starts_with(entry), "{sent} is not on the list");
        }
    }
}
