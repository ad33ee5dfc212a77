//! Splits SQL into words, names, literals and signs. What is inside a literal is dropped here.
//!
//! Where a literal ends depends on settings of the other client's session that nobody can read. So splitting stops at
//! the first place on which two settings disagree: what stands before it is the same under all of them.

use crate::sql::Dialect;
use crate::sql::quotes::{Escapes, Span, code_in_comment, string};

/// A piece of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A bare word: a keyword or a name, as it was written.
    Word(Vec<u8>),
    /// A name in quotes, without them.
    Quoted(Vec<u8>),
    /// A string, number, parameter; what it was is gone.
    Literal,
    /// `(`, `)`, `,`, `=`, `::` and the like.
    Sign(Vec<u8>),
}

/// What was read of a statement.
pub(super) struct Lexed {
    /// The tokens, comments left out. A piece that is cut off at the end counts as whole.
    pub(super) tokens: Vec<Token>,
    /// Whether more follows that cannot be told apart into code and literals.
    pub(super) stopped: bool,
}

/// Splits `sql` as far as it reads the same under all settings.
pub(super) fn lex(sql: &[u8], dialect: Dialect) -> Lexed {
    let mut lexer = Lexer::new(sql, 0, dialect);
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    Lexed { tokens, stopped: lexer.stopped }
}

/// Reads one token after the other.
pub(super) struct Lexer<'a> {
    sql: &'a [u8],
    pub(super) at: usize,
    dialect: Dialect,
    /// Two settings disagree on what comes next.
    pub(super) stopped: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a [u8], at: usize, dialect: Dialect) -> Self {
        Self { sql, at, dialect, stopped: false }
    }

    /// Whether the text goes on with `words`.
    pub(super) fn sees(&self, words: &[u8]) -> bool {
        self.sql.get(self.at..).is_some_and(|rest| rest.starts_with(words))
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.sql.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn mysql(&self) -> bool {
        self.dialect == Dialect::Mysql
    }

    /// The next token; none at the end, or where settings disagree.
    pub(super) fn next(&mut self) -> Option<Token> {
        self.skip_blank();
        if self.stopped {
            return None;
        }
        let first = *self.sql.get(self.at)?;
        Some(match first {
            b'\'' => self.string(Escapes::Maybe),
            // A name under `ANSI_QUOTES`, a string else.
            b'"' if self.mysql() => self.string(Escapes::Maybe),
            b'"' => self.quoted(b'"'),
            b'`' if self.mysql() => self.quoted(b'`'),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() && !self.after_name() => self.number(),
            b'?' => self.literal(1),
            b'$' if !self.mysql() => self.dollar(),
            // A string since MySQL 9, a name before.
            b'$' if self.tag().is_some() => return self.stop(),
            // A name under `sql_mode=MSSQL`.
            b'[' if self.mysql() && self.quote_in_brackets() => return self.stop(),
            b':' if self.peek(1) == b':' => self.sign(2),
            b':' if self.peek(1).is_ascii_alphabetic() || self.peek(1) == b'_' => {
                self.at += 1;
                self.take_word();
                Token::Literal
            }
            c if is_word(c) => self.word(),
            b'@' if self.mysql() => self.word(),
            b'.' if self.sql[self.at..].starts_with(b"...") => self.sign(3),
            b'<' | b'>' | b'!' | b'=' | b'|' | b'&' => {
                let two = matches!(self.peek(1), b'=' | b'>' | b'<' | b'|' | b'&');
                self.sign(if two { 2 } else { 1 })
            }
            _ => self.sign(1),
        })
    }

    /// Whether the byte before is part of a name, as in `t.1x`.
    fn after_name(&self) -> bool {
        self.at > 0 && (is_word(self.sql[self.at - 1]) || matches!(self.sql[self.at - 1], b'`' | b'"'))
    }

    fn stop(&mut self) -> Option<Token> {
        self.stopped = true;
        None
    }

    fn quote_in_brackets(&self) -> bool {
        self.sql[self.at..]
            .iter()
            .take_while(|c| **c != b']')
            .any(|c| matches!(c, b'\'' | b'"' | b'`' | b'#' | b'-' | b'/' | b'\\'))
    }

    /// Skips blanks and comments.
    pub(super) fn skip_blank(&mut self) {
        while !self.stopped {
            let c = self.peek(0);
            if self.at >= self.sql.len() {
                return;
            } else if c.is_ascii_whitespace() || c == 0 || c == 0x0b {
                self.at += 1;
            } else if self.mysql() && self.sees(b"--") && self.peek(2) >= 0x7f {
                // Whether this byte is a blank, which makes it a comment, is up to the character set.
                self.stopped = true;
            } else if self.at_line_comment() {
                self.skip_line();
            } else if c == b'/' && self.peek(1) == b'*' {
                self.skip_comment();
            } else {
                return;
            }
        }
    }

    fn at_line_comment(&self) -> bool {
        match (self.peek(0), self.peek(1)) {
            (b'#', _) => self.mysql(),
            (b'-', b'-') => !self.mysql() || self.peek(2) <= b' ',
            _ => false,
        }
    }

    fn skip_line(&mut self) {
        // The second byte that ends it differs.
        let other = if self.mysql() { 0 } else { b'\r' };
        while self.at < self.sql.len() && self.peek(0) != b'\n' && self.peek(0) != other {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        if self.mysql() && [&b"/*!"[..], b"/*M!", b"/*+"].iter().any(|start| self.sees(start)) {
            // Code on one version, a comment on another.
            match code_in_comment(self.sql, self.at) {
                Span::Sure(end) => self.at = end,
                Span::Unsure => self.stopped = true,
            }
            return;
        }
        let mut depth = 0;
        while self.at < self.sql.len() {
            match (self.peek(0), self.peek(1)) {
                (b'*', b'/') => {
                    self.at += 2;
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                (b'/', b'*') if depth == 0 || !self.mysql() => {
                    self.at += 2;
                    depth += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn sign(&mut self, len: usize) -> Token {
        let from = self.at;
        self.at = (from + len).min(self.sql.len());
        Token::Sign(self.sql[from..self.at].to_vec())
    }

    fn literal(&mut self, len: usize) -> Token {
        self.at += len;
        Token::Literal
    }

    /// A string from its opening quote on. Where its end is in doubt, it is the last token.
    fn string(&mut self, escapes: Escapes) -> Token {
        match string(self.sql, self.at, escapes) {
            Span::Sure(end) => self.at = end,
            Span::Unsure => self.stopped = true,
        }
        Token::Literal
    }

    fn quoted(&mut self, quote: u8) -> Token {
        self.at += 1;
        let mut name = Vec::new();
        while self.at < self.sql.len() {
            let c = self.peek(0);
            if c == quote && self.peek(1) == quote {
                self.at += 1;
            } else if c == quote {
                self.at += 1;
                break;
            }
            name.push(c);
            self.at += 1;
        }
        Token::Quoted(name)
    }

    /// `12`, `1.5e-3`, `0xff`, `1_000`; also what clings to it (`12abc`), which could be the rest of a cut-off literal.
    fn number(&mut self) -> Token {
        let hex = self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'X');
        while self.at < self.sql.len() {
            let c = self.peek(0);
            let exponent = !hex
                && matches!(c, b'+' | b'-')
                && matches!(self.sql[self.at - 1], b'e' | b'E')
                && self.peek(1).is_ascii_digit();
            // Before PostgreSQL 15 a string may follow at once: `1$x$text$x$`.
            let dollar = c == b'$' && !self.mysql();
            if (is_word(c) && !dollar) || c == b'.' || exponent {
                self.at += 1;
            } else {
                break;
            }
        }
        Token::Literal
    }

    /// `$1` (a parameter) or `$tag$text$tag$` (a string).
    fn dollar(&mut self) -> Token {
        let from = self.at;
        if self.sql.get(from + 1).is_some_and(u8::is_ascii_digit) {
            self.at = self.tag_end();
            return Token::Literal;
        }
        let Some(body) = self.tag() else {
            // Cut off inside the tag, or a stray sign: nothing after it can be trusted to be code.
            let end = self.tag_end();
            self.at = if end == self.sql.len() { end } else { from + 1 };
            return Token::Literal;
        };
        let tag = &self.sql[from..body];
        self.at = memchr::memmem::find(&self.sql[body..], tag)
            .map_or(self.sql.len(), |found| body + found + tag.len());
        Token::Literal
    }

    /// Where the tag that opens here with `$` ends, its closing `$` not counted.
    fn tag_end(&self) -> usize {
        let from = self.at + 1;
        let rest = self.sql.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|c| is_word(**c) && **c != b'$').count()
    }

    /// Where the text behind `$tag$` begins, when there is a tag.
    fn tag(&self) -> Option<usize> {
        let end = self.tag_end();
        (self.sql.get(end) == Some(&b'$')).then_some(end + 1)
    }

    fn take_word(&mut self) -> Vec<u8> {
        let from = self.at;
        while self.at < self.sql.len() && (is_word(self.peek(0)) || (self.peek(0) == b'@' && self.mysql())) {
            self.at += 1;
        }
        self.sql[from..self.at].to_vec()
    }

    /// A word, or the prefix of a string: `x'ff'`, `e'\n'`, `u&'…'`, `_utf8mb4'…'`.
    fn word(&mut self) -> Token {
        let word = self.take_word();
        let unicode = word.eq_ignore_ascii_case(b"u") && self.peek(0) == b'&';
        let quote = self.peek(usize::from(unicode));
        if quote == b'\'' || (quote == b'"' && self.mysql()) {
            let known = unicode
                || word.starts_with(b"_")
                || [&b"x"[..], b"b", b"n", b"e"].iter().any(|prefix| word.eq_ignore_ascii_case(prefix));
            if known {
                self.at += usize::from(unicode);
                let always = !self.mysql() && word.eq_ignore_ascii_case(b"e");
                return self.string(if always { Escapes::Always } else { Escapes::Maybe });
            }
        }
        Token::Word(word)
    }
}

/// Bytes of words; beyond ASCII all count, whatever their encoding.
fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c == b'$' || c >= 0x80
}
