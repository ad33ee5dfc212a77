//! Whether a statement is a client's own, or stands inside a stored procedure or function that the client has called.
//!
//! `KILL QUERY` ends the whole `CALL`, also the writes that would have followed. MariaDB, and a MySQL without
//! `performance_schema`, list only the inner statement of a `CALL`: it is known by its text.

use mysql_async::Row;

use crate::error::TargetError;
use crate::sql::{Code, Dialect};
use crate::system::mysql::{Reader, bytes, query, word};

/// How a variable of a routine is shown in the list of sessions. (Variables of clients begin with `@`.)
const VARIABLE: &[u8] = b"name_const(";
/// What a routine says that runs a text which is not in it.
const DYNAMIC: &[u8] = b"execute";

/// What routines hold, as far as our account may see it.
pub(super) enum Routines {
    /// Nothing was called since the server started.
    NeverCalled,
    /// Their bodies, and whether a text may run that stands elsewhere.
    Bodies { bodies: Vec<Body>, anything: bool },
    /// They are not for us to see.
    Hidden,
}

/// The text of a routine.
pub(super) struct Body {
    /// In lower case.
    text: Vec<u8>,
    code: Code,
}

impl Reader {
    /// What the routines of the server hold. Errors: the connection is lost.
    pub(super) async fn routines(&self) -> Result<Routines, TargetError> {
        let counters = self.query(query::CALLS).await?;
        let ours = self.known(|line| line.our_calls).await;
        // A counter that is not there says nothing.
        let only = |wanted: &str, ours: u64| {
            let mut of = counters.iter().filter(|row| word(row, 0).starts_with(wanted)).peekable();
            of.peek().is_some() && of.all(|row| word(row, 1).parse() == Ok(ours))
        };
        // A block that a client has sent (`BEGIN NOT ATOMIC`, MariaDB) is no routine, and shows only its inner statement.
        let blocks = counters.iter().any(|row| word(row, 0) == "Com_compound_sql" && word(row, 1) != "0");
        if only("Com_call_procedure", ours) {
            return Ok(match blocks {
                true => Routines::Bodies { bodies: Vec::new(), anything: true },
                false => Routines::NeverCalled,
            });
        }
        // An account without rights on them is shown no routines, which looks like none being there.
        let rows = match self.query(query::ROUTINES_OLD).await {
            Ok(rows) => rows,
            Err(_) if self.rights().await?.has(&["SELECT", "SHOW_ROUTINE"]) == Some(true) => {
                self.query(query::ROUTINES).await?
            }
            Err(_) => return Ok(Routines::Hidden),
        };
        let bodies: Vec<Body> = rows.iter().flat_map(|row| row_bodies(row).map(Body::of)).collect();
        let executes = !only("Com_execute_", 0) && bodies.iter().any(|body| holds(&body.text, DYNAMIC));
        Ok(Routines::Bodies { bodies, anything: blocks || executes })
    }
}

impl Routines {
    /// Whether a statement with this text stands inside a routine; none when that cannot be told.
    pub(super) fn hold(&self, text: &[u8]) -> Option<bool> {
        let text = text.trim_ascii().to_ascii_lowercase();
        match self {
            _ if holds(&text, VARIABLE) => Some(true),
            Self::NeverCalled => Some(false),
            Self::Hidden => None,
            Self::Bodies { bodies, anything } => {
                let code = Code::of(&text, Dialect::Mysql);
                let inside = |body: &Body| holds(&body.text, &text) || body.code.holds(&code);
                if bodies.iter().any(inside) { Some(true) } else { (!anything).then_some(false) }
            }
        }
    }
}

impl Body {
    fn of(text: &[u8]) -> Self {
        let text = text.to_ascii_lowercase();
        Self { code: Code::of(&text, Dialect::Mysql), text }
    }
}

/// The texts of a row.
fn row_bodies(row: &Row) -> impl Iterator<Item = &[u8]> {
    (0..row.len()).filter_map(|column| bytes(row, column))
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s16_a_statement_of_a_routine_is_known_by_its_text() {
        let bodies = |anything| Routines::Bodies {
            bodies: vec![Body::of(b"begin select a from t; select a from t limit n; end")],
            anything,
        };
        assert_eq!(bodies(false).hold(b"SELECT a FROM t"), Some(true));
        assert_eq!(bodies(false).hold(b"SELECT a FROM t LIMIT 5"), Some(true), "shown with its number");
        assert_eq!(bodies(false).hold(b"SELECT b FROM t"), Some(false));
        assert_eq!(bodies(true).hold(b"SELECT b FROM t"), None, "it could run any text");
        for routines in [bodies(false), Routines::NeverCalled, Routines::Hidden] {
            assert_eq!(routines.hold(b"SELECT b FROM t WHERE id = NAME_CONST('n',1)"), Some(true));
        }
        assert_eq!(Routines::NeverCalled.hold(b"SELECT a FROM t"), Some(false));
        assert_eq!(Routines::Hidden.hold(b"SELECT a FROM t"), None);
    }
}
