//! Whether a statement stands in the text of a stored routine, as a server that runs the routine shows it.

use crate::sql::Dialect;
use crate::sql::lex::Lexer;

/// A text by its pieces, in lower case, comments and blanks left out.
pub struct Code(Vec<Vec<u8>>);

impl Code {
    /// Splits a text, as far as it reads the same under all settings.
    pub fn of(sql: &[u8], dialect: Dialect) -> Self {
        let mut lexer = Lexer::new(sql, 0, dialect);
        let mut pieces = Vec::new();
        loop {
            lexer.skip_blank();
            let from = lexer.at;
            if lexer.next().is_none() {
                return Self(pieces);
            }
            pieces.push(sql[from..lexer.at].to_ascii_lowercase());
        }
    }

    /// Whether `statement` stands in it. A variable behind `LIMIT` is shown as its number, and no more tells that it was one.
    pub fn holds(&self, statement: &Self) -> bool {
        let wanted = &statement.0;
        let same = |at: &[Vec<u8>]| {
            at.iter().zip(wanted).enumerate().all(|(index, (here, piece))| {
                here == piece || (is_word(here) && is_number(piece) && behind_limit(wanted, index))
            })
        };
        !wanted.is_empty() && self.0.windows(wanted.len()).any(same)
    }
}

fn is_word(piece: &[u8]) -> bool {
    piece.first().is_some_and(|first| first.is_ascii_alphabetic() || b"_`".contains(first))
}

fn is_number(piece: &[u8]) -> bool {
    piece.iter().all(u8::is_ascii_digit)
}

/// Whether a piece is one of the numbers of a `LIMIT`.
fn behind_limit(pieces: &[Vec<u8>], index: usize) -> bool {
    let back = |by: usize| index.checked_sub(by).map_or(&[][..], |at| pieces[at].as_slice());
    match back(1) {
        b"limit" | b"offset" => true,
        b"," => back(3) == b"limit",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(body: &str, statement: &str) -> bool {
        let code = |text: &str| Code::of(text.as_bytes(), Dialect::Mysql);
        code(body).holds(&code(statement))
    }

    #[test]
    fn a_statement_is_found_whatever_its_blanks_and_its_limit() {
        let body = "BEGIN SELECT a, SLEEP(8) FROM t WHERE b = 'x' /* why */ LIMIT n; SELECT a FROM t LIMIT 5, m; END";
        assert!(holds(body, "select a, sleep(8)\n from t where b = 'x' limit 10"));
        assert!(holds(body, "SELECT a FROM t LIMIT 5, 10"));
        assert!(!holds(body, "SELECT a FROM t LIMIT 6, 10"), "a number is no variable");
        assert!(!holds(body, "SELECT a, SLEEP(8) FROM t WHERE b = 'y' LIMIT 10"));
        assert!(!holds(body, "SELECT a, SLEEP(9) FROM t WHERE b = 'x' LIMIT 10"));
        assert!(!holds(body, ""));
    }
}
