//! Whether a SELECT locks what it reads.

use crate::sql::Dialect;
use crate::sql::lex::{Token, lex};

/// Whether it has `FOR UPDATE`, `FOR SHARE` or the like: MySQL takes these also in a transaction that only reads.
pub fn locks(sql: &[u8], dialect: Dialect) -> bool {
    let tokens = lex(sql, dialect).tokens;
    let words: Vec<Vec<u8>> = tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) => word.to_ascii_lowercase(),
            _ => Vec::new(),
        })
        .collect();
    words.windows(2).any(|two| {
        matches!(
            (two[0].as_slice(), two[1].as_slice()),
            (b"for", b"update" | b"share" | b"no" | b"key") | (b"in", b"share")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locking_reads_are_told_from_words_in_texts() {
        let mysql = |sql: &str| locks(sql.as_bytes(), Dialect::Mysql);
        assert!(mysql("SELECT 1 FROM t WHERE a = 2 For /* x */ update SKIP LOCKED"));
        assert!(mysql("SELECT 1 FROM t LOCK IN SHARE MODE"));
        assert!(locks(b"SELECT 1 FROM t FOR NO KEY UPDATE", Dialect::Postgres));
        assert!(!mysql("SELECT 'for update' FROM t FORCE INDEX FOR ORDER BY (a) -- for update"));
    }
}
