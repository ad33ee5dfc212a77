//! What has only an HTTP API: a CDN, feature flags. A resource is read with GET and written with the method that its API wants.

mod document;
mod numbers;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::config::{ApiTarget, Secret};
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::{Lasts, Life};
use crate::system::fields::Field;
use crate::system::http::{self, Body, Received, Sent};
use crate::system::{Dialling, Identity};
use crate::text;

pub use crate::system::api::writer::Writer;

/// Bytes of an answer that are read: a larger one is not understood.
const MOST: usize = 1024 * 1024;
/// Longest time for one answer, unless it is said.
const REPLY: Duration = Duration::from_secs(10);
/// Columns of an answer that are shown when it is a refusal.
const SHOWN: usize = 200;

/// Asks one API. It cannot write.
#[derive(Clone)]
pub struct Reader {
    target: Arc<ApiTarget>,
    reply: Duration,
}

/// A resource as the API gave it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The whole answer.
    pub body: Value,
    /// The same as it was sent.
    text: Box<RawValue>,
    /// Its version, when the API tells one.
    pub etag: Option<String>,
}

impl Resource {
    /// The first of some fields below a JSON pointer that holds a number which this program would put back as another, and that
    /// number: its own are 64 bits wide.
    pub fn inexact<'a>(&self, pointer: &str, fields: &'a [Field]) -> Option<(&'a str, String)> {
        document::inexact_field(&self.text, pointer, fields)
    }

    /// What is at a JSON pointer, with some fields as they become and all else letter by letter as it was sent. Errors: it is no
    /// JSON.
    pub fn whole(&self, pointer: &str, fields: &[Field]) -> serde_json::Result<String> {
        document::whole(&self.text, pointer, fields)
    }
}

#[cfg(test)]
impl Resource {
    /// One for tests.
    pub(crate) fn example(json: &str) -> Self {
        let (body, text) = (serde_json::from_str(json), serde_json::from_str(json));
        Self { body: body.expect("JSON"), text: text.expect("JSON"), etag: None }
    }
}

impl Reader {
    /// A reader; nothing is sent yet.
    pub fn new(target: &ApiTarget) -> Self {
        Self { target: Arc::new(target.clone()), reply: REPLY }
    }

    /// Takes the limits over. There is no standing connection.
    pub async fn ready(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        self.reply = dialling.reply.max(REPLY);
        Ok(())
    }

    /// Where the API is: `host:port`.
    pub fn node(&self) -> String {
        http::address(&self.target.url).map_or_else(|_| "?".into(), |address| address.to_string())
    }

    /// What it is: its URL. It proves no more than its certificate does.
    pub async fn who(&self) -> Result<Identity, TargetError> {
        let shown = http::shown(&self.target.url);
        let plain = (self.target.url.scheme() == "http")
            .then(|| "anybody on the way can read and change what is said (http)".to_owned());
        Ok(Identity {
            id: shown.clone(),
            product: "HTTP".into(),
            version: "API".into(),
            role: shown,
            note: plain,
            lasts: Lasts::Always(Life::default()),
        })
    }

    /// Who else is at work there: an API tells nobody.
    pub async fn strangers(&self, _ours: &str) -> Vec<String> {
        Vec::new()
    }

    /// The full address of a path below the API's own. Errors: it leads out of it.
    pub fn url(&self, path: &str) -> Result<Url, TargetError> {
        let base = self.target.url.as_str().trim_end_matches('/');
        let out = || TargetError::new(TargetErrorKind::Input, "the path leads out of the API's own URL");
        let odd = !path.starts_with('/') || path.contains(['?', '#', '\\']) || path.contains("//");
        if odd || path.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(out());
        }
        let url = Url::parse(&format!("{base}{path}")).map_err(|_| out())?;
        match url.as_str().starts_with(base) && url.origin() == self.target.url.origin() {
            true => Ok(url),
            false => Err(out()),
        }
    }

    /// The names of the headers that every request has; what they hold may be secret.
    pub fn headers(&self) -> Vec<String> {
        self.target.headers.iter().map(|(name, _)| name.clone()).collect()
    }

    /// A resource. Errors: there is none, we may not see it, or it is no JSON.
    pub async fn get(&self, path: &str) -> Result<Resource, TargetError> {
        let received = self.send(path, "GET", Vec::new(), Vec::new()).await?;
        let etag = received.etag.clone();
        if received.answer.body != Body::Whole {
            let message = format!("GET {path}: the answer is larger than 1 MiB, or broke off");
            return Err(TargetError::new(TargetErrorKind::Protocol, message));
        }
        let none = |error: serde_json::Error| {
            TargetError::new(TargetErrorKind::Protocol, format!("GET {path}: the answer is no JSON"))
                .caused_by(error)
        };
        let body = serde_json::from_slice(&received.body).map_err(none)?;
        let text = serde_json::from_slice(&received.body).map_err(none)?;
        Ok(Resource { body, text, etag })
    }

    /// One request. Errors: it was not answered, or not with 2xx.
    async fn send(
        &self,
        path: &str,
        method: &'static str,
        more: Vec<(String, Secret)>,
        body: Vec<u8>,
    ) -> Result<Received, TargetError> {
        let url = self.url(path)?;
        let mut headers = self.target.headers.clone();
        headers.splice(0..0, more);
        let sent = Sent { method, headers, body, most: MOST };
        let received = http::send(&url, self.target.tls.as_ref(), sent, self.reply).await?;
        match received.answer.status {
            200..=299 => Ok(received),
            _ => Err(self.refused(&format!("{method} {path}"), &received)),
        }
    }

    /// What an API has answered, without what we have sent it in a header: some give that back.
    fn said(&self, body: &[u8]) -> String {
        let headers = self.target.headers.iter();
        headers.fold(text::escape_bytes(body), |said, (_, secret)| secret.hide_in(&said))
    }

    /// Words for an answer that is a refusal.
    fn refused(&self, what: &str, received: &Received) -> TargetError {
        let status = received.answer.status;
        let said = self.said(&received.body);
        let said = match said.trim() {
            "" => String::new(),
            said => format!(": {}", text::fit(said, SHOWN)),
        };
        let at = text::escape(what);
        let (kind, words, hint) = match status {
            300..=399 => (
                TargetErrorKind::Protocol,
                "it redirects, which is not followed",
                "set the target's URL to where it leads",
            ),
            401 => (
                TargetErrorKind::Authentication,
                "it does not know who we are",
                "see the target's `headers` in stampede.yaml",
            ),
            403 => (TargetErrorKind::Permission, "this account may not", "ask for a token with that right"),
            404 | 410 => (TargetErrorKind::Input, "there is no such thing", ""),
            409 | 412 => (
                TargetErrorKind::Input,
                "somebody else has changed it meanwhile, so nothing was changed",
                "look again: it is planned anew from what is there",
            ),
            429 => (TargetErrorKind::Full, "it has no time for us", "wait, and try again"),
            400..=499 => (TargetErrorKind::Input, "it does not take that", ""),
            _ => (TargetErrorKind::Protocol, "it failed", ""),
        };
        let error = TargetError::new(kind, format!("{at}: {words} ({status}){said}"));
        if hint.is_empty() { error } else { error.hint(hint) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s30_a_path_stays_below_the_api() {
        let url = Url::parse("https://api.example.com/v4/zones/1/").unwrap();
        let reader = Reader::new(&ApiTarget { url, headers: Vec::new(), tls: None });
        assert_eq!(
            reader.url("/settings/ttl").unwrap().as_str(),
            "https://api.example.com/v4/zones/1/settings/ttl"
        );
        for wrong in
            ["settings", "/../2", "/a/../../2", "/a?x=1", "/a#b", "//evil.example.com/", "/a\\b", "/%2e%2e/2"]
        {
            assert!(reader.url(wrong).is_err(), "{wrong}");
        }
        assert_eq!(reader.node(), "api.example.com:443");
    }
}
