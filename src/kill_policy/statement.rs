//! What is known of a statement that may have to be ended: never its literals.

use crate::sql::{self, Dialect, Kind};

/// Words behind a `SELECT` that make it more than a read.
const LOCKS: [&str; 4] = [" for update", " for share", " lock in share mode", " for no key update"];
/// Where a `SELECT` leaves its rows outside of the answer.
const LEAVES: [&str; 3] = [" into outfile ", " into dumpfile ", " into @"];
/// How backup programs read.
const BACKUP: [&str; 2] = ["/*!40001 sql_no_cache */", "copy "];

/// A statement, by what it does and what it has in common with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Safe to show.
    pub digest: String,
    /// The same for copies, literals included; none where that cannot be told.
    pub copy: Option<u64>,
    /// What it does, by its first words.
    pub kind: Kind,
    /// Whether it only reads: a `SELECT` that locks nothing and leaves its rows nowhere.
    pub reads: bool,
    /// Whether a backup program writes like this.
    pub backup: bool,
}

impl Statement {
    /// Reads a statement's text, which the server cuts off at `limit` bytes.
    pub fn new(text: &[u8], limit: usize, dialect: Dialect) -> Self {
        let digest = sql::digest(text, dialect);
        // The digest has no literals and no comments: what it says is code.
        let code = format!(" {} ", digest.to_ascii_lowercase());
        let head = text[..text.len().min(200)].to_ascii_lowercase();
        let head = String::from_utf8_lossy(&head).trim_start().to_owned();
        let whole = text.len() < limit && !digest.ends_with('…');
        let kind = sql::kind(text, dialect);
        let reads = kind == Kind::Read
            // What is behind the cut could be FOR UPDATE.
            && whole
            && (code.starts_with(" select ") || code.starts_with(" with ") || code.starts_with(" (select "))
            && !LOCKS.iter().chain(&LEAVES).any(|word| code.contains(word));
        Self {
            copy: sql::copy_of(text, limit, dialect),
            kind,
            reads,
            backup: head.contains(BACKUP[0]) || head.starts_with(BACKUP[1]),
            digest: if digest.is_empty() { "(no text)".into() } else { digest },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn my(text: &str) -> Statement {
        Statement::new(text.as_bytes(), 1024, Dialect::Mysql)
    }

    #[test]
    fn s19_only_what_only_reads_is_a_read() {
        for text in
            ["SELECT * FROM t WHERE id = 1", "/* app */ select 1", "WITH a AS (SELECT 1) SELECT * FROM a"]
        {
            assert!(my(text).reads, "{text}");
        }
        for text in [
            "SELECT * FROM t WHERE id = 1 FOR UPDATE",
            "SELECT * FROM t LOCK IN SHARE MODE",
            "SELECT * FROM t FOR SHARE",
            "SELECT a INTO OUTFILE '/tmp/x' FROM t",
            "SELECT a INTO @b FROM t",
            "UPDATE t SET a = 1",
            "INSERT INTO t SELECT * FROM u",
            "WITH a AS (SELECT 1) DELETE FROM t",
            "ALTER TABLE t ADD COLUMN a INT",
            "SHOW PROCESSLIST",
            "CALL refresh()",
            "",
        ] {
            assert!(!my(text).reads, "{text}");
        }
        assert!(my("SELECT 'x for update y' FROM t").reads, "a literal is no code");
        let long = format!("SELECT {} FROM t", "a, ".repeat(500));
        assert!(!my(&long).reads, "what is behind the cut is not known");
    }

    #[test]
    fn s16_a_backup_is_known_by_how_it_reads() {
        assert!(my("SELECT /*!40001 SQL_NO_CACHE */ * FROM `orders`").backup);
        assert!(Statement::new(b"COPY public.orders TO stdout", 1024, Dialect::Postgres).backup);
        assert!(!my("SELECT * FROM orders").backup);
    }
}
