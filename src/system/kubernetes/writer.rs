//! Telling a cluster something: with a permit for each write, never twice.

use serde_json::Value;

use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::system;
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::{Patch, Reader};

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

impl Writer<'_> {
    /// Sends one patch and returns the object that it made. An `Err` is in doubt unless the server said it. It is
    /// repeated only where the server had no time for it (429): that was not carried out.
    pub async fn patch(&mut self, _permit: &Permit<'_>, patch: &Patch) -> Result<Value, TargetError> {
        let path = format!("{}?fieldManager={}", patch.path(), segment(&self.reader.name));
        let body = patch.operations().to_string();
        let sent = self.reader.send("PATCH", &path, "application/json-patch+json", body).await;
        sent.map_err(|failed| match failed.code {
            // It does not say which test it was that failed. Where it names a field it is the value that it does not take.
            Some(422) if !failed.names_a_cause => {
                let message = format!("{} is not as it was any more, so nothing was changed", patch.object);
                TargetError::new(TargetErrorKind::Input, message)
                    .hint("look again: it is planned anew from what is there")
            }
            _ => failed.error,
        })
    }
}
