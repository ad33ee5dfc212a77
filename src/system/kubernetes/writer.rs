//! Telling a cluster something: with a permit for each write, never twice.

use serde_json::{Value, json};

use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::system;
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::{Patch, Reader, words};

/// Tries to give fields back, while others write to the same object.
const TRIES: usize = 3;

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

    /// Makes the fields of a patch that was put back theirs again who held them before it (`managedFields`): a server-side apply
    /// of theirs meets no conflict with us then. Only the list of holders is written, and only over what it was when it was
    /// looked at. Errors: it cannot be asked; it may not be written.
    pub async fn give_back(&mut self, _permit: &Permit<'_>, patch: &Patch) -> Result<(), TargetError> {
        let (at, reader) = (patch.object.path(), &*self.reader);
        let path = format!("{at}?fieldManager={}", segment(&reader.name));
        let mut last = Ok(());
        for _ in 0..TRIES {
            let found = match reader.object(&patch.object).await {
                Ok(found) => found.unwrap_or_default(),
                Err(error) => {
                    last = Err(error);
                    continue;
                }
            };
            if words(&found, "/metadata/uid") != patch.uid {
                return Ok(());
            }
            let Some(entries) = patch.given_back(&found, &reader.name) else { return Ok(()) };
            let body = json!([
                { "op": "test", "path": "/metadata/uid", "value": patch.uid },
                { "op": "test", "path": "/metadata/resourceVersion", "value": found["metadata"]["resourceVersion"] },
                { "op": "replace", "path": "/metadata/managedFields", "value": entries },
            ]);
            match reader.send("PATCH", &path, "application/json-patch+json", body.to_string()).await {
                Ok(_) => return Ok(()),
                Err(failed) => last = Err(failed.error),
            }
        }
        last
    }
}
