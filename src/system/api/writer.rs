//! Telling an API something: with a permit for each write, never twice.

use crate::approval::Permit;
use crate::config::Secret;
use crate::error::TargetError;
use crate::system;
use crate::system::api::Reader;

/// Writes in exchange for an approval.
pub type Writer<'a> = system::Writer<'a, Reader>;

impl Writer<'_> {
    /// Sends `body`, which the API takes only when the resource is still of version `etag`, as far as it looks at it. An
    /// `Err` is in doubt unless the API said it.
    pub async fn send(
        &mut self,
        _permit: &Permit<'_>,
        (method, path): (&'static str, &str),
        body: String,
        etag: Option<&str>,
    ) -> Result<(), TargetError> {
        let mut headers = vec![("content-type".to_owned(), Secret::new("application/json"))];
        // A weak version says that two are alike, not that they are the same.
        if let Some(etag) = etag.filter(|etag| !etag.starts_with("W/")) {
            headers.push(("if-match".to_owned(), Secret::new(etag)));
        }
        self.reader.send(path, method, headers, body.into_bytes()).await.map(drop)
    }
}
