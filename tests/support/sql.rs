//! Which statements change a database server: its settings, accounts, sessions and data. What is not known to read does.

use memchr::memmem;

/// First words of statements that read, or that end with their connection.
const MYSQL: &[&str] =
    &["SELECT", "SHOW", "SET", "EXPLAIN", "DESCRIBE", "DESC", "USE", "PING", "QUIT", "RESET_CONNECTION"];
const POSTGRES: &[&str] = &[
    "SELECT",
    "SHOW",
    "SET",
    "RESET",
    "EXPLAIN",
    "BEGIN",
    "START",
    "COMMIT",
    "ROLLBACK",
    "END",
    "TERMINATE",
];

/// What makes more of them than that.
const MYSQL_BEYOND: &[&str] =
    &["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "OUTFILE", "DUMPFILE", "INSERT", "UPDATE", "DELETE"];
const POSTGRES_BEYOND: &[&str] = &[
    "INTO",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "ANALYZE",
    "PREPARED",
    "PG_TERMINATE_BACKEND",
    "PG_CANCEL_BACKEND",
    "PG_RELOAD_CONF",
    "PG_PROMOTE",
    "PG_ROTATE_LOGFILE",
    "PG_SWITCH_WAL",
    "PG_WAL_REPLAY_PAUSE",
    "PG_WAL_REPLAY_RESUME",
    "PG_STAT_RESET",
    "PG_STAT_STATEMENTS_RESET",
    "PG_DROP_REPLICATION_SLOT",
    "NEXTVAL",
    "SETVAL",
];

/// Whether a statement of MySQL or MariaDB changes anything that outlives its connection.
pub fn mysql_mutates(words: &[Vec<u8>]) -> bool {
    // `SHOW GLOBAL VARIABLES` only reads.
    any_part(words, |first, part| {
        !MYSQL.contains(&first) || (first != "SHOW" && part.iter().any(|word| MYSQL_BEYOND.contains(word)))
    })
}

/// Whether a message to PostgreSQL does.
pub fn postgres_mutates(words: &[Vec<u8>]) -> bool {
    any_part(words, |first, part| {
        !POSTGRES.contains(&first) || part.iter().any(|word| POSTGRES_BEYOND.contains(word))
    })
}

/// Whether it is so for any of the statements in one message: for its first word, and for all of them, in capitals.
fn any_part(words: &[Vec<u8>], changes: impl Fn(&str, &[&str]) -> bool) -> bool {
    let whole = words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" ");
    let code = without_comments_and_texts(&whole.to_uppercase());
    code.split(';').any(|part| {
        let words: Vec<&str> =
            part.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
        words.first().is_some_and(|first| changes(first, &words))
    })
}

/// Texts in quotes and comments are no code; the comments that MySQL and MariaDB carry out are.
fn without_comments_and_texts(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skip = match first {
            '\'' | '"' | '`' => rest[1..].find(first).map(|end| end + 2),
            '/' if rest.starts_with("/*") && !rest.starts_with("/*!") && !rest.starts_with("/*M!") => {
                memmem::find(rest.as_bytes(), b"*/").map(|end| end + 2)
            }
            '-' if rest.starts_with("-- ") => rest.find('\n').or(Some(rest.len())),
            _ => None,
        };
        match skip {
            Some(skip) => {
                code.push(' ');
                rest = &rest[skip..];
            }
            None => {
                code.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    code
}
