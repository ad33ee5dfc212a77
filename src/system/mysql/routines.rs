//! Whether a statement is a client's own, or stands inside a stored procedure or function that the client has called.
//!
//! `KILL QUERY` ends the whole `CALL`, also the writes that would have followed. MariaDB, and a MySQL without
//! `performance_schema`, list only the inner statement of a `CALL`: it is known by its text.

use mysql_async::Row;

use crate::error::TargetError;
use crate::system::mysql::{Reader, bytes, query, word};

/// How a variable of a routine is shown in the list of sessions. (Variables of clients begin with `@`.)
const VARIABLE: &[u8] = b"name_const(";
/// What a routine says that runs a text which is not in it.
const DYNAMIC: &[u8] = b"execute";

/// What routines hold, as far as our account may see it.
pub(super) enum Routines {
    /// Nothing was called since the server started.
    NeverCalled,
    /// Their bodies, and whether one of them has run a text that stands elsewhere.
    Bodies { bodies: Vec<Vec<u8>>, dynamic: bool },
    /// They are not for us to see.
    Hidden,
}

impl Reader {
    /// What the routines of the server hold. Errors: the connection is lost.
    pub(super) async fn routines(&self) -> Result<Routines, TargetError> {
        let counters = self.query(query::CALLS).await?;
        // A counter that is not there says nothing.
        let never = |wanted: &str| {
            let mut of = counters.iter().filter(|row| word(row, 0).starts_with(wanted)).peekable();
            of.peek().is_some() && of.all(|row| word(row, 1) == "0")
        };
        if never("Com_call_procedure") {
            return Ok(Routines::NeverCalled);
        }
        // An account without rights on them is shown no routines, which looks like none being there.
        let rows = match self.query(query::ROUTINES_OLD).await {
            Ok(rows) => rows,
            Err(_) if self.rights().await?.has(&["SELECT", "SHOW_ROUTINE"]) == Some(true) => {
                self.query(query::ROUTINES).await?
            }
            Err(_) => return Ok(Routines::Hidden),
        };
        let bodies: Vec<Vec<u8>> = rows.iter().map(lower).collect();
        let dynamic = !never("Com_execute_") && bodies.iter().any(|body| holds(body, DYNAMIC));
        Ok(Routines::Bodies { bodies, dynamic })
    }
}

impl Routines {
    /// Whether a statement with this text stands inside a routine; none when that cannot be told.
    pub(super) fn hold(&self, text: &[u8]) -> Option<bool> {
        let text = text.to_ascii_lowercase();
        match self {
            _ if holds(&text, VARIABLE) => Some(true),
            Self::NeverCalled => Some(false),
            Self::Hidden => None,
            Self::Bodies { bodies, .. } if bodies.iter().any(|body| holds(body, text.trim_ascii())) => {
                Some(true)
            }
            Self::Bodies { dynamic, .. } => (!dynamic).then_some(false),
        }
    }
}

fn lower(row: &Row) -> Vec<u8> {
    bytes(row, 0).unwrap_or_default().to_ascii_lowercase()
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s16_a_statement_of_a_routine_is_known_by_its_text() {
        let bodies =
            |dynamic| Routines::Bodies { bodies: vec![b"begin select a from t; end".to_vec()], dynamic };
        assert_eq!(bodies(false).hold(b"SELECT a FROM t"), Some(true));
        assert_eq!(bodies(false).hold(b"SELECT b FROM t"), Some(false));
        assert_eq!(bodies(true).hold(b"SELECT b FROM t"), None, "it could run any text");
        for routines in [bodies(false), Routines::NeverCalled, Routines::Hidden] {
            assert_eq!(routines.hold(b"SELECT b FROM t WHERE id = NAME_CONST('n',1)"), Some(true));
        }
        assert_eq!(Routines::NeverCalled.hold(b"SELECT a FROM t"), Some(false));
        assert_eq!(Routines::Hidden.hold(b"SELECT a FROM t"), None);
    }
}
