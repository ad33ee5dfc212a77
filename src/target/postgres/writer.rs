//! Telling a PostgreSQL something: with a permit for each write, never twice.

use crate::approval::Approval;
use crate::target::postgres::Reader;

/// Writes to a server. Exists only in exchange for an approval.
pub struct Writer<'a> {
    /// Asks meanwhile.
    pub reader: &'a mut Reader,
}

impl<'a> Writer<'a> {
    /// A writer for an approved change.
    pub fn new(reader: &'a mut Reader, _approval: &Approval) -> Self {
        Self { reader }
    }
}
