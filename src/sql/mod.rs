//! SQL text as a digest: literals never leave this module (S30).
//!
//! A digest is what statements have in common: comments stripped, keywords in lower case, every literal a `?`, lists
//! a `(…)`. It tolerates text that was cut off anywhere, is not UTF-8, or is megabytes long.

mod code;
mod copy;
mod digest;
mod lex;
mod locks;
mod quotes;
#[cfg(test)]
mod secrets;

use std::time::Duration;

pub use code::Code;
pub use copy::copy_of;
pub use digest::{MAX_CHARS, digest, kind};
pub use locks::locks;

/// Whose rules of quoting apply. No setting is assumed (`NO_BACKSLASH_ESCAPES`, `ANSI_QUOTES`,
/// `standard_conforming_strings`, …): a digest ends with `…` where two of them would read on differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// MySQL and MariaDB: `"x"` may be a string and is never shown, `#` starts a comment.
    Mysql,
    /// PostgreSQL: `"x"` is a name, `$$x$$` is a string, comments nest.
    Postgres,
}

/// What a statement does, as far as its first words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `select`, `with … select`, `table`, `values`, `show`.
    Read,
    /// `insert`, `update`, `delete`, `replace`, `merge`, `load`, `copy`; also a `with` that writes.
    Write,
    /// Changes the schema or maintains it: `create`, `alter`, `drop`, `optimize`, `vacuum`, …
    Ddl,
    /// All else, and text that is not there.
    Other,
}

/// One statement that a client is running.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// What makes it the same as another: the server's own query id, else the digest.
    pub group: String,
    /// The digest, safe to show.
    pub digest: String,
    /// What it has in common with its copies; none where they cannot be told.
    pub copy: Option<u64>,
    /// What it does.
    pub kind: Kind,
    /// How long it has run.
    pub age: Duration,
}
