//! After an undo the fields are theirs again who held them before (`metadata.managedFields`): a server-side apply of theirs meets
//! no conflict with us then.

use serde_json::{Value, json};

use crate::approval::Permit;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::error::Failed;
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::{Patch, Reader, Writer, words};

/// Tries while others write to the same object.
const TRIES: usize = 3;

impl Reader {
    /// Whether what a patch has changed is still listed as ours, may be given back, and was not ours before. Asked is with
    /// `dryRun=All`: who may not write, or is denied it by a policy, owes nothing. `found`: what was patched, as it is now.
    /// Errors: it does not answer.
    pub async fn owes(&self, patch: &Patch, found: &Value) -> Result<bool, TargetError> {
        let body = if patch.subresource.is_empty() {
            self.giving_back(patch, found)
        } else {
            // A subresource does not say who holds what.
            match self.object(&patch.object).await {
                Ok(whole) => self.giving_back(patch, &whole.unwrap_or_default()),
                Err(error) if error.kind == TargetErrorKind::Permission => None,
                Err(error) => return Err(error),
            }
        };
        let Some(body) = body else { return Ok(false) };
        match self.holders(patch, &body, true).await {
            Ok(()) => Ok(true),
            // Somebody has written in between: ours is listed all the same.
            Err(failed) if is_stale(&failed) => Ok(true),
            Err(failed) if failed.code.is_some_and(|code| (400..500).contains(&code)) => Ok(false),
            Err(failed) => Err(failed.error),
        }
    }

    /// What is sent; none where nothing is ours.
    fn giving_back(&self, patch: &Patch, found: &Value) -> Option<Value> {
        if words(found, "/metadata/uid") != patch.uid {
            return None;
        }
        let holders = patch.given_back(found, &self.name)?;
        let version = &found["metadata"]["resourceVersion"];
        Some(json!([
            { "op": "test", "path": "/metadata/uid", "value": patch.uid },
            { "op": "test", "path": "/metadata/resourceVersion", "value": version },
            { "op": "replace", "path": "/metadata/managedFields", "value": holders },
        ]))
    }

    async fn holders(&self, patch: &Patch, body: &Value, dry: bool) -> Result<(), Failed> {
        let dry = if dry { "&dryRun=All" } else { "" };
        let path = format!("{}?fieldManager={}{dry}", patch.object.path(), segment(&self.name));
        self.send("PATCH", &path, "application/json-patch+json", body.to_string()).await.map(drop)
    }
}

impl Writer<'_> {
    /// Gives back what is still listed as ours. Only the list of holders is written, and only over what it was when it was
    /// looked at. Errors: it cannot be asked; it may not be written.
    pub async fn give_back(&mut self, _permit: &Permit<'_>, patch: &Patch) -> Result<(), TargetError> {
        let mut last = Ok(());
        for _ in 0..TRIES {
            let found = self.reader.object(&patch.object).await?.unwrap_or_default();
            let Some(body) = self.reader.giving_back(patch, &found) else { return Ok(()) };
            match self.reader.holders(patch, &body, false).await {
                Ok(()) => return Ok(()),
                Err(failed) if is_stale(&failed) => last = Err(failed.error),
                Err(failed) => return Err(failed.error),
            }
        }
        last
    }
}

/// Whether the object is another one than the one that was looked at.
fn is_stale(failed: &Failed) -> bool {
    failed.code == Some(409) || failed.code == Some(422) && !failed.names_a_cause
}
