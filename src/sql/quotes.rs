//! Where a piece of SQL ends, as far as all settings agree on it.

use memchr::memchr;

use crate::sql::Dialect;
use crate::sql::lex::Lexer;

/// Whether `\'` inside a string is an escaped quote.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `E'…'` of PostgreSQL.
    Always,
    /// It is up to `NO_BACKSLASH_ESCAPES`, `standard_conforming_strings`, and whether `"…"` is a name.
    Maybe,
}

/// How far something goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// Up to here (one past it), whatever the settings.
    Sure(usize),
    /// That depends.
    Unsure,
}

/// The string whose opening quote is at `at`; a doubled quote is part of it. One that is cut off goes to the end.
pub(super) fn string(sql: &[u8], at: usize, escapes: Escapes) -> Span {
    if escapes == Escapes::Always {
        return Span::Sure(end(sql, at, true));
    }
    let plain = end(sql, at, false);
    match memchr(b'\\', &sql[at..plain]) {
        Some(_) if end(sql, at, true) != plain => Span::Unsure,
        _ => Span::Sure(plain),
    }
}

fn end(sql: &[u8], open: usize, backslash: bool) -> usize {
    let quote = sql[open];
    let mut at = open + 1;
    while at < sql.len() {
        let c = sql[at];
        if (c == b'\\' && backslash) || (c == quote && sql.get(at + 1) == Some(&quote)) {
            at += 2;
        } else if c == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    sql.len()
}

/// The `/*! … */` of MySQL that opens at `at`: its first `*/` ends it where it is a comment, and not where it is code
/// and that `*/` stands in a string or in another comment.
pub(super) fn code_in_comment(sql: &[u8], at: usize) -> Span {
    let body = at + 3;
    let rest = sql.get(body..).unwrap_or_default();
    let comment = memchr::memmem::find(rest, b"*/").map_or(sql.len(), |found| body + found + 2);
    let mut code = Lexer::new(sql, body, Dialect::Mysql);
    while code.at < comment {
        if code.sees(b"*/") {
            return if code.at + 2 == comment { Span::Sure(comment) } else { Span::Unsure };
        }
        if code.sees(b"/*") || code.sees(b"--") || code.sees(b"#") || code.next().is_none() {
            break;
        }
        skip_white(sql, &mut code.at);
    }
    if code.at == sql.len() && comment == sql.len() { Span::Sure(comment) } else { Span::Unsure }
}

fn skip_white(sql: &[u8], at: &mut usize) {
    while sql.get(*at).is_some_and(u8::is_ascii_whitespace) {
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(sql: &str) -> Option<usize> {
        match string(sql.as_bytes(), 0, Escapes::Maybe) {
            Span::Sure(end) => Some(end),
            Span::Unsure => None,
        }
    }

    #[test]
    fn a_string_ends_where_all_settings_say_so() {
        assert_eq!(ends("'a' b"), Some(3));
        assert_eq!(ends("'it''s' b"), Some(7));
        assert_eq!(ends(r"'a\\' b"), Some(5));
        assert_eq!(ends(r#"'say \"\n\" ' b"#), Some(13));
        assert_eq!(ends(r"'a\' b'"), None);
        assert_eq!(ends(r"'a\'' b"), None);
        assert_eq!(ends(r"'a\"), Some(3), "cut off");
        assert_eq!(string(br"'a\' b' c", 0, Escapes::Always), Span::Sure(7));
    }

    #[test]
    fn code_in_a_comment_must_end_with_the_comment() {
        let ends = |sql: &str| code_in_comment(sql.as_bytes(), 0);
        assert_eq!(ends("/*!40001 SQL_NO_CACHE */ x"), Span::Sure(24));
        assert_eq!(ends("/*+ SET_VAR(a='b') */ x"), Span::Sure(21));
        assert_eq!(ends("/*! 'a */ b' */ x"), Span::Unsure);
        assert_eq!(ends("/*! a /* b */ c */ x"), Span::Unsure);
        assert_eq!(ends("/*! a -- */ x"), Span::Unsure);
        assert_eq!(ends("/*! a 'cut"), Span::Sure(10));
        assert_eq!(ends("/*!"), Span::Sure(3));
    }
}
