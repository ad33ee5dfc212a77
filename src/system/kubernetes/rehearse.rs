//! What would come of a write, as the server says when it is told to write nothing (`dryRun=All`): with its checks, its defaults and
//! whoever has a say in it.

use serde_json::Value;

use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::object::segment;
use crate::system::kubernetes::{Object, Patch, Reader};

/// What came of it.
pub enum Rehearsed {
    /// What the object would be.
    Made(Value),
    /// Why it would not be written.
    Refused(TargetError),
    /// Why nobody can tell: a webhook that takes no dry run, an object that moves.
    Unknown(TargetError),
}

impl Reader {
    /// What a patch would make of the part of the object that it is of. Errors: the server does not answer.
    pub async fn rehearsed(&self, patch: &Patch) -> Result<Rehearsed, TargetError> {
        let path = format!("{}?dryRun=All&fieldManager={}", patch.path(), segment(&self.name));
        let body = patch.operations().to_string();
        match self.ask("PATCH", &path, "application/json-patch+json", body).await {
            Ok(object) => Ok(Rehearsed::Made(object)),
            Err(failed) if failed.is_stale() || failed.code == Some(400) => {
                Ok(Rehearsed::Unknown(failed.error))
            }
            Err(failed) if matches!(failed.code, Some(403 | 422)) => Ok(Rehearsed::Refused(failed.error)),
            Err(failed) => Err(failed.error),
        }
    }

    /// What a merge patch would make of an object. `strategic`: lists are merged by their keys. The inner error is why
    /// it does not take the patch. Errors: it does not answer.
    pub async fn rehearse(
        &self,
        object: &Object,
        strategic: bool,
        patch: &Value,
    ) -> Result<Result<Value, TargetError>, TargetError> {
        let path = format!("{}?dryRun=All&fieldManager={}", object.path(), segment(&self.name));
        let form = if strategic { "strategic-merge-patch" } else { "merge-patch" };
        let sent = self.ask("PATCH", &path, &format!("application/{form}+json"), patch.to_string()).await;
        Ok(match sent {
            Ok(object) => Ok(object),
            Err(failed) if failed.code == Some(415) && strategic => {
                let message = format!("{object} is of a kind that takes no strategic patch");
                Err(TargetError::new(TargetErrorKind::Input, message).hint("--type merge"))
            }
            Err(failed) if failed.code.is_some_and(|code| (400..500).contains(&code) && code != 401) => {
                Err(failed.error)
            }
            Err(failed) => return Err(failed.error),
        })
    }
}
