//! The list of who has set what of an object (`metadata.managedFields`), as something to write to: fields are given back to who
//! held them, and what is still on its way is made void.

use std::time::Duration;

use serde_json::{Value, json};

use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::error::Failed;
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::owned::{self, is_mark};
use crate::system::kubernetes::{Patch, Reader, Writer, words};

/// Tries while others write to the same object, as controllers do in a rollout, and the time between them.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(100);

impl Reader {
    /// Whether what a patch has changed is still listed as ours, may be given back, and was not ours before. Asked is with
    /// `dryRun=All`: who may not write, or is denied it by a policy, owes nothing. `found`: what was patched, as it is now.
    /// Errors: it does not answer.
    pub async fn owes(&self, patch: &Patch, found: &Value) -> Result<bool, TargetError> {
        let whole;
        let found = if patch.subresource.is_empty() {
            found
        } else {
            // A subresource does not say who holds what.
            whole = match self.object(&patch.object).await {
                Ok(whole) => whole.unwrap_or_default(),
                Err(error) if error.kind == TargetErrorKind::Permission => return Ok(false),
                Err(error) => return Err(error),
            };
            &whole
        };
        let Some(holders) = self.given_back(patch, found, false) else { return Ok(false) };
        match self.list_holders(patch, found, holders, true).await {
            Ok(_) => Ok(true),
            // Somebody has written in between: ours is listed all the same.
            Err(failed) if failed.is_stale() => Ok(true),
            // Who we are, or when it has time for us, says nothing of that.
            Err(failed) if matches!(failed.code, Some(401 | 429)) => Err(failed.error),
            Err(failed) if failed.code.is_some_and(|code| (400..500).contains(&code)) => Ok(false),
            Err(failed) => Err(failed.error),
        }
    }

    /// Who holds what of `found` when ours is given back; none where nothing is ours.
    fn given_back(&self, patch: &Patch, found: &Value, marks: bool) -> Option<Vec<Value>> {
        if words(found, "/metadata/uid") != patch.uid {
            return None;
        }
        patch.given_back(found, &self.name, marks)
    }

    /// Writes the list of an object, over what the object was in `found`; `dry`: only asks whether that may be done.
    async fn list_holders(
        &self,
        patch: &Patch,
        found: &Value,
        holders: Vec<Value>,
        dry: bool,
    ) -> Result<Value, Failed> {
        let dry = if dry { "&dryRun=All" } else { "" };
        let path = format!("{}?fieldManager={}{dry}", patch.object.path(), segment(&self.name));
        let body = json!([
            { "op": "test", "path": "/metadata/uid", "value": patch.uid },
            { "op": "test", "path": "/metadata/resourceVersion", "value": version(found) },
            { "op": "replace", "path": "/metadata/managedFields", "value": holders },
        ]);
        self.send("PATCH", &path, "application/json-patch+json", body.to_string()).await
    }
}

impl Writer<'_> {
    /// Gives back what is still listed as ours. Errors: it cannot be asked; it may not be written.
    pub async fn give_back(&mut self, _permit: &Permit<'_>, patch: &Patch) -> Result<(), TargetError> {
        let mut last = Ok(());
        for _ in 0..TRIES {
            let found = self.reader.object(&patch.object).await?.unwrap_or_default();
            let Some(holders) = self.reader.given_back(patch, &found, true) else { return Ok(()) };
            match self.reader.list_holders(patch, &found, holders, false).await {
                Ok(_) => return Ok(()),
                Err(failed) if failed.is_stale() => last = Err(failed.error),
                Err(failed) => return Err(failed.error),
            }
            clock::sleep(PAUSE).await;
        }
        last
    }

    /// Makes void what was sent to the object of `patch` and has not arrived, as when a proxy holds it back: each of our writes is
    /// for one version of the object (`resourceVersion`), and this gives it another one. An entry is put into the list for an
    /// annotation that nobody has, and taken away again; nothing else of it changes. Errors: what was sent may still arrive.
    pub async fn fence(&mut self, _permit: &Permit<'_>, patch: &Patch) -> Result<(), TargetError> {
        let found = self.reader.object(&patch.object).await?.unwrap_or_default();
        // Each of our writes tests the uid, too.
        if words(&found, "/metadata/uid") != patch.uid {
            return Ok(());
        }
        let holders = owned::otherwise(&found, &self.reader.name, &patch.object.api);
        let mut now = match self.reader.list_holders(patch, &found, holders, false).await {
            Ok(now) => now,
            // Somebody else has given it another version; or something in between says so of its own.
            Err(failed) if failed.is_stale() => {
                let now = self.reader.object(&patch.object).await?.unwrap_or_default();
                return if version(&now) == version(&found) { Err(failed.error) } else { Ok(()) };
            }
            Err(failed) => return Err(failed.error),
        };
        if version(&now) == version(&found) {
            let message = format!("{} takes nothing into its list of managers", patch.object);
            return Err(TargetError::new(TargetErrorKind::Unsupported, message));
        }
        if !owned::entries(&now).iter().any(is_mark) {
            return Ok(());
        }
        // A mark that stays keeps nobody from anything, and goes with the undo.
        for _ in 0..TRIES {
            let left = owned::entries(&now).into_iter().filter(|entry| !is_mark(entry)).collect();
            match self.reader.list_holders(patch, &now, left, false).await {
                Err(failed) if failed.is_stale() => {
                    now = self.reader.object(&patch.object).await?.unwrap_or_default();
                }
                _ => break,
            }
        }
        Ok(())
    }
}

/// The version of an object: every change of it makes another one.
pub(super) fn version(object: &Value) -> &Value {
    &object["metadata"]["resourceVersion"]
}
