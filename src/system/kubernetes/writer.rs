//! Telling a cluster something: with a permit for each write, never twice.

use serde_json::Value;

use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::system;
use crate::system::kubernetes::holders::version;
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::{Patch, Reader};

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

/// Tries while others write to the same object, and leave our fields alone.
const TRIES: usize = 10;

impl Writer<'_> {
    /// Sends one patch and returns the object that it made. An `Err` is in doubt unless the server said it. It is
    /// repeated only where the server has said that it was not carried out: it had no time for it (429), or somebody has written
    /// to the object between our look and the patch, which is for that version alone ([`Writer::fence`]).
    pub async fn patch(&mut self, _permit: &Permit<'_>, patch: &Patch) -> Result<Value, TargetError> {
        let path = format!("{}?fieldManager={}", patch.path(), segment(&self.reader.name));
        let mut tries = TRIES;
        loop {
            let found = self.reader.patched(patch).await?.unwrap_or_default();
            let body = patch.operations_at(version(&found)).to_string();
            let sent = self.reader.send("PATCH", &path, "application/json-patch+json", body).await;
            let failed = match sent {
                Ok(object) => return Ok(object),
                Err(failed) if !failed.is_stale() => return Err(failed.error),
                Err(failed) => failed,
            };
            tries -= 1;
            if tries > 0 && patch.holds(&found) {
                continue;
            }
            // It does not say which test it was that failed. Where it names a field it is the value that it does not take.
            if failed.code == Some(422) {
                let message = format!("{} is not as it was any more, so nothing was changed", patch.object);
                return Err(TargetError::new(TargetErrorKind::Input, message)
                    .hint("look again: it is planned anew from what is there"));
            }
            return Err(failed.error);
        }
    }
}
