//! Splits SQL into words, names, literals and signs. What is inside a literal is dropped here.

use crate::sql::Dialect;

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

/// The tokens of `sql`, comments left out. A piece that is cut off at the end counts as whole.
pub(super) fn lex(sql: &[u8], dialect: Dialect) -> Vec<Token> {
    let mut lexer = Lexer { sql, at: 0, dialect };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    sql: &'a [u8],
    at: usize,
    dialect: Dialect,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.sql.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn mysql(&self) -> bool {
        self.dialect == Dialect::Mysql
    }

    fn next(&mut self) -> Option<Token> {
        self.skip_blank();
        let first = *self.sql.get(self.at)?;
        Some(match first {
            b'\'' => self.string(b'\'', self.mysql()),
            b'"' if self.mysql() => self.string(b'"', true),
            b'"' => self.quoted(b'"'),
            b'`' => self.quoted(b'`'),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() && !self.after_name() => self.number(),
            b'?' => self.literal(1),
            b'$' if !self.mysql() => self.dollar(),
            b':' if self.peek(1) == b':' => self.sign(2),
            b':' if is_word(self.peek(1)) && !self.peek(1).is_ascii_digit() => {
                self.at += 1;
                self.take_word();
                Token::Literal
            }
            c if is_word(c) => self.word(),
            b'@' => self.word(),
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

    fn skip_blank(&mut self) {
        loop {
            let c = self.peek(0);
            if self.at >= self.sql.len() {
                return;
            } else if c.is_ascii_whitespace() || c == 0 || c == 0x0b {
                self.at += 1;
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
        while self.at < self.sql.len() && self.peek(0) != b'\n' {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
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

    /// A string from its opening quote on; a doubled quote is part of it.
    fn string(&mut self, quote: u8, backslash: bool) -> Token {
        self.at += 1;
        while self.at < self.sql.len() {
            let c = self.peek(0);
            if (c == b'\\' && backslash) || (c == quote && self.peek(1) == quote) {
                self.at += 2;
            } else if c == quote {
                self.at += 1;
                break;
            } else {
                self.at += 1;
            }
        }
        self.at = self.at.min(self.sql.len());
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
            if is_word(c) || c == b'.' || exponent {
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
        let mut end = from + 1;
        while end < self.sql.len() && is_word(self.sql[end]) && self.sql[end] != b'$' {
            end += 1;
        }
        if self.sql.get(from + 1).is_some_and(u8::is_ascii_digit) {
            self.at = end;
            return Token::Literal;
        }
        if self.sql.get(end) != Some(&b'$') {
            // Cut off inside the tag, or a stray sign: nothing after it can be trusted to be code.
            self.at = if end == self.sql.len() { end } else { from + 1 };
            return Token::Literal;
        }
        let tag = &self.sql[from..=end];
        let body = end + 1;
        self.at = memchr::memmem::find(&self.sql[body..], tag)
            .map_or(self.sql.len(), |found| body + found + tag.len());
        Token::Literal
    }

    fn take_word(&mut self) -> Vec<u8> {
        let from = self.at;
        while self.at < self.sql.len() && (is_word(self.peek(0)) || self.peek(0) == b'@') {
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
                return self.string(quote, self.mysql() || word.eq_ignore_ascii_case(b"e"));
            }
        }
        Token::Word(word)
    }
}

/// Bytes of words; beyond ASCII all count, whatever their encoding.
fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c == b'$' || c >= 0x80
}
