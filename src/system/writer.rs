//! The right to tell a system something.

use crate::approval::Approval;

/// Writes to a system. Exists only in exchange for an approval.
pub struct Writer<'a, R> {
    /// Asks meanwhile.
    pub reader: &'a mut R,
}

impl<'a, R> Writer<'a, R> {
    /// A writer for an approved change.
    pub fn new(reader: &'a mut R, _approval: &Approval) -> Self {
        Self { reader }
    }

    /// The same right with another reader of the same system.
    pub fn with<'b>(&self, reader: &'b mut R) -> Writer<'b, R> {
        Writer { reader }
    }
}
