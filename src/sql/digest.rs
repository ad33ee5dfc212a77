//! From tokens to a digest and a kind.

use crate::sql::lex::{Lexed, Token, lex};
use crate::sql::{Dialect, Kind};
use crate::text;

/// Longest digest, in characters.
pub const MAX_CHARS: usize = 240;
/// Bytes of a statement that are looked at; the digest says with `…` that there was more.
const MAX_INPUT: usize = 64 * 1024;

/// Words that are shown in lower case and stand apart from a following `(`.
const KEYWORDS: &[&str] = &[
    "all",
    "alter",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "begin",
    "between",
    "by",
    "call",
    "case",
    "commit",
    "create",
    "cross",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "exists",
    "explain",
    "for",
    "from",
    "full",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "insert",
    "into",
    "is",
    "join",
    "key",
    "left",
    "like",
    "limit",
    "lock",
    "merge",
    "not",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "replace",
    "returning",
    "right",
    "select",
    "set",
    "show",
    "table",
    "then",
    "truncate",
    "union",
    "update",
    "using",
    "values",
    "when",
    "where",
    "with",
];

/// The digest of `sql`: safe to show, at most [`MAX_CHARS`] characters. Empty when there is no statement.
pub fn digest(sql: &[u8], dialect: Dialect) -> String {
    let Lexed { tokens, stopped } = lex(&sql[..sql.len().min(MAX_INPUT)], dialect);
    let cut = stopped || sql.len() > MAX_INPUT;
    let mut out = Render { text: String::new(), chars: 0, glue: true };
    let mut at = 0;
    while at < tokens.len() && out.chars <= MAX_CHARS {
        at = out.token(&tokens, at);
    }
    if cut || at < tokens.len() || out.chars > MAX_CHARS {
        let keep = out.text.char_indices().nth(MAX_CHARS - 1).map_or(out.text.len(), |(at, _)| at);
        out.text.truncate(keep);
        out.text.push('…');
    }
    out.text
}

/// What the statement does, by its first words.
pub fn kind(sql: &[u8], dialect: Dialect) -> Kind {
    let Lexed { tokens, stopped } = lex(&sql[..sql.len().min(MAX_INPUT)], dialect);
    let mut words = tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.to_ascii_lowercase()),
        _ => None,
    });
    match words.next().unwrap_or_default().as_slice() {
        b"select" | b"table" | b"values" | b"show" | b"fetch" => Kind::Read,
        b"with" => {
            let writes = |word: Vec<u8>| {
                matches!(word.as_slice(), b"insert" | b"update" | b"delete" | b"merge" | b"replace")
            };
            // `for update` at the end of a reading statement does not make it one that writes.
            let mut before = Vec::new();
            for word in words {
                if before != b"for" && writes(word.clone()) {
                    return Kind::Write;
                }
                before = word;
            }
            if stopped { Kind::Other } else { Kind::Read }
        }
        b"insert" | b"update" | b"delete" | b"replace" | b"merge" | b"load" | b"copy" => Kind::Write,
        b"create" | b"alter" | b"drop" | b"truncate" | b"rename" | b"optimize" | b"repair" | b"analyze"
        | b"vacuum" | b"reindex" | b"cluster" | b"refresh" | b"grant" | b"revoke" | b"comment" => Kind::Ddl,
        _ => Kind::Other,
    }
}

struct Render {
    text: String,
    chars: usize,
    /// The next token follows without a space.
    glue: bool,
}

impl Render {
    fn put(&mut self, piece: &str, glue_before: bool, glue_after: bool) {
        if !self.glue && !glue_before {
            self.text.push(' ');
            self.chars += 1;
        }
        self.text.push_str(piece);
        self.chars += piece.chars().count();
        self.glue = glue_after;
    }

    /// Renders the token at `at` and returns where the next one is.
    fn token(&mut self, tokens: &[Token], at: usize) -> usize {
        match &tokens[at] {
            Token::Literal => self.put("?", false, false),
            Token::Quoted(name) => self.put(&text::escape_bytes(name), false, false),
            Token::Word(word) => return self.word(word, tokens, at),
            Token::Sign(sign) => match sign.as_slice() {
                b"(" => self.put("(", after_function(tokens, at), true),
                b")" => self.put(")", true, false),
                b"," | b";" => self.put(if sign == b"," { "," } else { ";" }, true, false),
                b"." => self.put(".", true, true),
                b"..." => self.put("…", false, false),
                // A sign of a number is part of the literal.
                b"-" | b"+" if tokens.get(at + 1) == Some(&Token::Literal) && !after_value(tokens, at) => {}
                b"::" => self.put("::", true, true),
                other => self.put(&text::escape_bytes(other), false, false),
            },
        }
        at + 1
    }

    fn word(&mut self, word: &[u8], tokens: &[Token], at: usize) -> usize {
        let lower = word.to_ascii_lowercase();
        match lower.as_slice() {
            b"null" | b"true" | b"false" if !matches!(before(tokens, at), Some(Token::Sign(s)) if s == b".") =>
            {
                self.put("?", false, false);
            }
            b"in" | b"values" | b"value" if is_sign(tokens.get(at + 1), b"(") => {
                let only_literals = lower == b"in";
                if let Some(end) = list_end(tokens, at + 1, only_literals) {
                    self.put(if only_literals { "in (…)" } else { "values (…)" }, false, false);
                    return if only_literals { end } else { further_rows(tokens, end) };
                }
                self.put(if only_literals { "in" } else { "values" }, false, false);
            }
            _ => match std::str::from_utf8(&lower).ok().filter(|lower| KEYWORDS.contains(lower)) {
                Some(keyword) => self.put(keyword, false, false),
                None => self.put(&text::escape_bytes(word), false, false),
            },
        }
        at + 1
    }
}

fn before(tokens: &[Token], at: usize) -> Option<&Token> {
    at.checked_sub(1).and_then(|at| tokens.get(at))
}

fn is_sign(token: Option<&Token>, sign: &[u8]) -> bool {
    matches!(token, Some(Token::Sign(s)) if s == sign)
}

/// A `(` that belongs to the name before it: `sleep(`.
fn after_function(tokens: &[Token], at: usize) -> bool {
    match before(tokens, at) {
        Some(Token::Word(word)) => {
            let lower = word.to_ascii_lowercase();
            !std::str::from_utf8(&lower).is_ok_and(|lower| KEYWORDS.contains(&lower))
        }
        Some(Token::Quoted(_)) => true,
        _ => false,
    }
}

/// Whether what stands before is a value, so that `-` is a subtraction.
fn after_value(tokens: &[Token], at: usize) -> bool {
    match before(tokens, at) {
        Some(Token::Literal | Token::Quoted(_)) => true,
        Some(Token::Word(_)) => after_function(tokens, at),
        other => is_sign(other, b")"),
    }
}

/// Where the list that opens at `open` ends (one past its bracket, or the end of a text that was cut off). None when
/// it must hold only literals and does not: a sub-select is shown.
fn list_end(tokens: &[Token], open: usize, only_literals: bool) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign(sign) if sign == b"(" => depth += 1,
            Token::Sign(sign) if sign == b")" => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            Token::Word(word) if only_literals => {
                let literal = [&b"null"[..], b"true", b"false"].iter().any(|l| word.eq_ignore_ascii_case(l));
                if !literal {
                    return None;
                }
            }
            Token::Quoted(_) if only_literals => return None,
            _ => {}
        }
    }
    Some(tokens.len())
}

/// Skips `, (…), (…)` after the first row of a `values`; MySQL's own digests write `/* , ... */` there, which is gone.
fn further_rows(tokens: &[Token], mut at: usize) -> usize {
    while is_sign(tokens.get(at), b",") && is_sign(tokens.get(at + 1), b"(") {
        match list_end(tokens, at + 1, false) {
            Some(end) => at = end,
            None => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn my(sql: &str) -> String {
        digest(sql.as_bytes(), Dialect::Mysql)
    }

    fn pg(sql: &str) -> String {
        digest(sql.as_bytes(), Dialect::Postgres)
    }

    #[test]
    fn what_differs_only_in_literals_is_the_same() {
        let same = "select * from users where id = ? and name = ?";
        assert_eq!(my("SELECT * FROM users WHERE id = 42 AND name = 'it''s \\\\ me'"), same);
        assert_eq!(my("select  *\nfrom users -- hi\nwhere id=0xFF and name=\"x\" "), same);
        assert_eq!(my("SELECT * FROM `users` WHERE `id` = ? AND NAME = ?").to_lowercase(), same);
        assert_eq!(my("/* app */ select * from users where id=-1.5e-3 and name=_utf8mb4'x' # end"), same);
        assert_eq!(pg("select * from users where id = $1 and name = $t$it's$t$"), same);
        assert_eq!(pg("select * from users where id = NULL and name = E'\\' or 1=1'"), same);
    }

    #[test]
    fn lists_collapse_and_subselects_stay() {
        assert_eq!(my("select a from t where id in (1,2, 3)"), "select a from t where id in (…)");
        assert_eq!(my("SELECT `a` FROM `t` WHERE `id` IN (...)"), "select a from t where id in (…)");
        assert_eq!(
            my("select a from t where (a,b) in ((1,2),(3,'x'))"),
            "select a from t where (a, b) in (…)"
        );
        assert_eq!(my("insert into t(a,b) values (1,now()),(2,now())"), "insert into t(a, b) values (…)");
        assert_eq!(
            pg("select a from t where id in (select b from u)"),
            "select a from t where id in (select b from u)"
        );
        assert_eq!(my("select sleep (5), a - 3 , -4"), "select sleep(?), a - ?, ?");
    }

    #[test]
    fn dialects_quote_differently() {
        assert_eq!(pg("select \"Name\"::text from t"), "select Name::text from t");
        assert_eq!(my("select \"secret\" from t"), "select ? from t");
        assert_eq!(pg("select 'a\\n' , b"), "select ?, b");
        // Where this string ends depends on a setting: what comes after it is not shown.
        for sql in ["select 'a\\' , b", "select 'a\\', 'b' from t", "select 'a\\' or 1' from t"] {
            assert_eq!((pg(sql), my(sql)), ("select ?…".into(), "select ?…".into()));
        }
        assert_eq!(pg("select /* a /* b */ c */ 1"), "select ?");
    }

    #[test]
    fn cut_off_foreign_and_huge_text_is_tolerated() {
        assert_eq!(my("select * from t where name = 'secr"), "select * from t where name = ?");
        assert_eq!(my("select * from t where id in (1, 2, 'se"), "select * from t where id in (…)");
        assert_eq!(pg("do $body$ secret"), "do ?");
        assert_eq!(
            digest(b"select \xff\xfe, '\xff' from t\x1b[31m", Dialect::Mysql),
            "select \\xff\\xfe, ? from t \\x1b [ ?"
        );
        let huge = format!("select {} from t", "a_long_name, ".repeat(200_000));
        let out = my(&huge);
        assert_eq!(out.chars().count(), MAX_CHARS);
        assert!(out.ends_with('…'));
    }

    #[test]
    fn statements_are_told_apart_by_what_they_do() {
        let of = |sql: &str| kind(sql.as_bytes(), Dialect::Mysql);
        assert_eq!(of("/* x */ (SELECT 1)"), Kind::Read);
        assert_eq!(of("with a as (select 1) select * from a for update"), Kind::Read);
        assert_eq!(of("with a as (select 1) delete from b"), Kind::Write);
        assert_eq!(of("REPLACE into t values (1)"), Kind::Write);
        assert_eq!(of("alter table t add c int"), Kind::Ddl);
        assert_eq!(of("commit"), Kind::Other);
        assert_eq!(of(""), Kind::Other);
    }

    fn around() -> impl Strategy<Value = String> {
        prop::collection::vec(
            prop::sample::select(vec![
                "select ",
                "a.b ",
                "f( ",
                ") ",
                ", ",
                "= ",
                "in ( ",
                "values ( ",
                "/* c */ ",
                "-- c\n",
                "`q` ",
                "42 ",
                "'x' ",
                "''",
                "null ",
                "x ",
                " and ",
                "- ",
                ":: ",
                "$1 ",
                "e",
                "_utf8",
                ". ",
                "\u{202e} ",
                "ä ",
                "u&",
                "\t",
            ]),
            0..20,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_secret_literal_is_never_shown(before in around(), after in around(), form in 0..6_usize, cut in 0..400_usize) {
            let (dialect, literal) = match form {
                0 => (Dialect::Mysql, "'sekret \\' hunter'"),
                1 => (Dialect::Mysql, "\"sekret '' hunter\""),
                2 => (Dialect::Mysql, " 987654 "),
                3 => (Dialect::Postgres, "'sekret '' hunter'"),
                4 => (Dialect::Postgres, " $x$sekret ' hunter$x$"),
                _ => (Dialect::Postgres, "-987654.25e3 "),
            };
            // A quote that `before` leaves open would turn the literal inside out: that is other SQL.
            prop_assume!(before.matches('\'').count() % 2 == 0 && !before.ends_with('\''));
            let mut sql = format!("{before}{literal}{after}").into_bytes();
            sql.truncate(cut.max(1));
            let out = digest(&sql, dialect);
            prop_assert!(!out.contains("sekret") && !out.contains("hunter") && !out.contains("98765"), "{out}");
        }

        #[test]
        fn any_bytes_give_a_bounded_printable_digest(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            for dialect in [Dialect::Mysql, Dialect::Postgres] {
                let out = digest(&bytes, dialect);
                prop_assert!(out.chars().count() <= MAX_CHARS);
                prop_assert!(!out.chars().any(char::is_control));
            }
        }
    }
}
