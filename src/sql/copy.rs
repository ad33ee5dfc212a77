//! Which running statements are copies of each other: the same text with the same literals. A digest is shared by all
//! refills of a mass expiry; only a hot key makes everybody run the same statement (S18).

use std::hash::{DefaultHasher, Hasher};

use crate::sql::Dialect;
use crate::sql::lex::Lexer;

/// What a statement has in common with its copies, comments left out; the text itself is not kept.
///
/// None where copies cannot be told: there is no text, it was cut off at `limit` bytes, or its parameters travelled
/// apart from it (`?`, `$1`).
pub fn copy_of(sql: &[u8], limit: usize, dialect: Dialect) -> Option<u64> {
    if sql.len() >= limit {
        return None;
    }
    let mut lexer = Lexer::new(sql, 0, dialect);
    let mut hasher = DefaultHasher::new();
    let mut pieces = 0;
    loop {
        lexer.skip_blank();
        let from = lexer.at;
        if lexer.next().is_none() {
            break;
        }
        let piece = &sql[from..lexer.at];
        let numbered = piece.strip_prefix(b"$").is_some_and(|rest| rest.iter().all(u8::is_ascii_digit));
        if piece == b"?" || numbered {
            return None;
        }
        hasher.write(piece);
        hasher.write_u8(0);
        pieces += 1;
    }
    // What could not be split into code and literals counts as it stands.
    hasher.write(sql.get(lexer.at..).unwrap_or_default());
    (pieces > 0).then(|| hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn my(sql: &str) -> Option<u64> {
        copy_of(sql.as_bytes(), 1024, Dialect::Mysql)
    }

    #[test]
    fn literals_tell_statements_apart_and_comments_and_blanks_do_not() {
        let one = my("SELECT a FROM t WHERE id = 1");
        assert!(one.is_some());
        assert_eq!(one, my("SELECT  a FROM t /* trace=77 */ WHERE id = 1 -- by app-3"));
        assert_ne!(one, my("SELECT a FROM t WHERE id = 2"));
        assert_ne!(my("SELECT a FROM t WHERE n = 'x'"), my("SELECT a FROM t WHERE n = 'y'"));
        assert_ne!(my(r"SELECT 'a\' OR b = 1"), my(r"SELECT 'a\' OR b = 2"));
    }

    #[test]
    fn copies_are_not_told_without_parameters_or_whole_text() {
        assert_eq!(my("SELECT a FROM t WHERE id = ?"), None);
        assert_eq!(copy_of(b"SELECT a FROM t WHERE id = $1", 1024, Dialect::Postgres), None);
        assert_eq!(my(&format!("SELECT '{}'", "x".repeat(2000))), None);
        assert_eq!(my(""), None);
        assert!(copy_of(b"SELECT a FROM t WHERE id = 1", 1024, Dialect::Postgres).is_some());
    }
}
