//! What is known of a statement that may have to be ended: never its literals.

use crate::sql::{self, Dialect, Kind};

/// Words behind a `SELECT` that make it more than a read.
const LOCKS: [&str; 4] = [" for update", " for share", " lock in share mode", " for no key update"];
/// What takes a number from a sequence, without brackets.
const SEQUENCES: [&str; 2] = [" next value for ", ".nextval"];
/// Behind it a `SELECT` leaves its rows: in a file, a variable (of a routine: a client has none but those with `@`), or a new table.
const LEAVES: &str = " into ";
/// Functions that hold a lock, move a sequence, or tell a server something: what calls one of them does more than read.
const ACTS: [&str; 12] = [
    "get_lock",
    "release_lock",
    "release_all_locks",
    "service_get_read_locks",
    "service_get_write_locks",
    "service_release_locks",
    "nextval",
    "setval",
    "pg_notify",
    "pg_promote",
    "pg_reload_conf",
    "pg_rotate_logfile",
];
/// The same, as the beginnings of many names.
const ACTING: [&str; 17] = [
    "pg_advisory_",
    "pg_try_advisory_",
    "pg_cancel_",
    "pg_terminate_",
    "pg_create_",
    "pg_drop_",
    "pg_copy_",
    "pg_logical_",
    "pg_replication_",
    "pg_switch_",
    "pg_start_",
    "pg_stop_",
    "pg_backup_",
    "pg_stat_reset",
    "pg_wal_replay_",
    "lo_",
    "dblink",
];
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
    /// Whether it only reads: a `SELECT` that locks nothing, leaves its rows nowhere, and calls nothing that is known to do more. What
    /// a function of the application does cannot be known.
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
            && !LOCKS.iter().chain(&SEQUENCES).any(|word| code.contains(word))
            && !code.contains(LEAVES)
            && !called(&code).any(acts);
        Self {
            copy: sql::copy_of(text, limit, dialect),
            kind,
            reads,
            backup: head.contains(BACKUP[0]) || head.starts_with(BACKUP[1]),
            digest: if digest.is_empty() { "(no text)".into() } else { digest },
        }
    }
}

/// The names of the functions that a digest in lower case calls.
fn called(code: &str) -> impl Iterator<Item = &str> {
    let name = |at: usize| {
        let before = &code[..at];
        let begins = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        before.get(begins..).unwrap_or_default()
    };
    code.match_indices('(').map(move |(at, _)| name(at))
}

fn acts(function: &str) -> bool {
    ACTS.contains(&function) || ACTING.iter().any(|beginning| function.starts_with(beginning))
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
            "SELECT a INTO b FROM t",
            "SELECT a, GET_LOCK('x', 600) FROM t",
            "select release_lock ('x')",
            "SELECT `nextval`('s')",
            "SELECT NEXT VALUE FOR s",
            "SELECT s.nextval FROM dual",
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
        assert!(my("SELECT SLEEP(600), MAX(a), 'get_lock(1)' FROM (SELECT get_locks FROM t) x").reads);
        let pg = |text: &str| Statement::new(text.as_bytes(), 1024, Dialect::Postgres).reads;
        for text in [
            "SELECT * INTO t2 FROM t",
            "SELECT nextval('s')",
            "SELECT pg_catalog.setval('s', 1)",
            "SELECT pg_advisory_xact_lock(1), a FROM t",
            "SELECT pg_try_advisory_lock(1)",
            "SELECT lo_unlink(1)",
        ] {
            assert!(!pg(text), "{text}");
        }
        assert!(pg("SELECT pg_sleep(600), lower(a), currval('s') FROM t"));
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
