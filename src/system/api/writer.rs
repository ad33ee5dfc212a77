//! Telling an API something: with a permit for each write, never twice.

use serde_json::Value;

use crate::approval::{Approval, Permit};
use crate::config::Secret;
use crate::error::TargetError;
use crate::system::api::Reader;

/// Writes to an API. Exists only in exchange for an approval.
pub struct Writer<'a> {
    /// Asks meanwhile.
    pub reader: &'a mut Reader,
}

impl<'a> Writer<'a> {
    /// A writer for an approved change.
    pub fn new(reader: &'a mut Reader, _approval: &Approval) -> Self {
        Self { reader }
    }

    /// Sends `body`, which the API takes only when the resource is still of version `etag`, as far as it looks at it. An
    /// `Err` is in doubt unless the API said it.
    pub async fn send(
        &mut self,
        _permit: &Permit<'_>,
        (method, path): (&'static str, &str),
        body: &Value,
        etag: Option<&str>,
    ) -> Result<(), TargetError> {
        let mut headers = vec![("content-type".to_owned(), Secret::new("application/json"))];
        // A weak version says that two are alike, not that they are the same.
        if let Some(etag) = etag.filter(|etag| !etag.starts_with("W/")) {
            headers.push(("if-match".to_owned(), Secret::new(etag)));
        }
        self.reader.send(path, method, headers, body.to_string().into_bytes()).await.map(drop)
    }
}
