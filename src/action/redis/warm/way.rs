//! How one key is refilled: a request to the application, or a program (S30: no shell comes between).

use std::time::{Duration, Instant};

use url::Url;

use crate::action::field::With;
use crate::action::{Context, Refusal};
use crate::clock;
use crate::config::{RebuildWay, Secret, Tls};
use crate::error::TargetError;
use crate::target::caller::{Caller, reachable};
use crate::target::{command, http};
use crate::text;

/// Longest wait for one call, unless somebody says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the endpoint to take a connection while planning.
const KNOCK: Duration = Duration::from_secs(2);

/// What is called for each key.
pub struct Way {
    call: Call,
    /// Longest wait for one call.
    pub timeout: Duration,
}

enum Call {
    Http { template: String, method: &'static str, headers: Vec<(String, Secret)>, tls: Option<Tls> },
    Command(Vec<String>),
}

/// How one call ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Called {
    /// It was taken.
    Done,
    /// It was not: the endpoint asks for time.
    Wait(Duration),
    /// It failed, and how.
    Failed(String),
}

impl Way {
    /// From what was given, else from the configuration. A refusal when there is none, which names the keys.
    pub fn of(with: &With, context: &Context<'_>) -> Result<Self, Refusal> {
        let rebuild = context.remedies.rebuild.as_ref();
        let timeout = with.duration("timeout");
        if let Some(template) = with.text("http") {
            let method = if with.text("method") == Some("POST") { "POST" } else { "GET" };
            let (headers, tls) = match rebuild.map(|rebuild| &rebuild.way) {
                // A token goes to nobody but the one it was meant for.
                Some(RebuildWay::Http { url, headers, tls, .. }) if origin(url) == origin(template) => {
                    (headers.clone(), tls.clone())
                }
                _ => (Vec::new(), None),
            };
            let call = Call::Http { template: template.to_owned(), method, headers, tls };
            return Ok(Self { call, timeout: timeout.unwrap_or(TIMEOUT) });
        }
        let Some(rebuild) = rebuild else {
            let keys: Vec<String> = context.hot.keys.iter().take(20).map(|key| name(&key.key)).collect();
            let keys = match keys.is_empty() {
                true => String::new(),
                false => format!("; the hottest keys: {}", keys.join(" ")),
            };
            return Err(Refusal::for_want(
                "nobody has said how the application refills a key",
                format!(
                    "--http 'http://api/internal/cache/warm/{{key}}', or rebuild: in stampede.yaml{keys}"
                ),
            ));
        };
        let call = match &rebuild.way {
            RebuildWay::Http { method, url, headers, tls } => Call::Http {
                template: url.clone(),
                method: match with.text("method").unwrap_or(method) {
                    "POST" => "POST",
                    _ => "GET",
                },
                headers: headers.clone(),
                tls: tls.clone(),
            },
            RebuildWay::Command(words) => Call::Command(words.clone()),
        };
        Ok(Self { call, timeout: timeout.unwrap_or(rebuild.timeout) })
    }

    /// As it is shown: no query, which may hold a token.
    pub fn words(&self) -> String {
        match &self.call {
            Call::Http { template, method, .. } => match http::fill(template, b"KEY") {
                Ok(url) => format!("{method} {}", http::shown(&url).replace("KEY", "<key>")),
                Err(_) => format!("{method} …"),
            },
            Call::Command(words) => text::escape(&words.join(" ")).replace("{key}", "<key>"),
        }
    }

    /// Why the endpoint cannot be called; none: it takes connections, or is a program.
    pub async fn trouble(&self) -> Option<TargetError> {
        let Call::Http { template, .. } = &self.call else { return None };
        match http::fill(template, b"KEY") {
            Ok(url) => reachable(&url, KNOCK).await.err(),
            Err(error) => Some(error),
        }
    }

    /// Makes the call for `key`, once, over a connection that was used before if there is one. Returns how it ended, the
    /// time it took, and the connection.
    pub async fn call(&self, key: &[u8], caller: Option<Caller>) -> (Called, Duration, Option<Caller>) {
        let began = clock::instant();
        let (called, caller) = match &self.call {
            Call::Command(words) => (self.run(words, key).await, None),
            Call::Http { template, method, headers, tls } => match http::fill(template, key) {
                Ok(url) => self.request(&url, (method, headers, tls.as_ref()), caller).await,
                Err(error) => (Called::Failed(error.message), caller),
            },
        };
        (called, took(began), caller)
    }

    async fn run(&self, words: &[String], key: &[u8]) -> Called {
        let words = command::fill(words, key);
        let ended = match words {
            Ok(words) => command::run(&words, self.timeout).await,
            Err(error) => Err(error),
        };
        ended.map_or_else(|error| Called::Failed(error.message), |()| Called::Done)
    }

    async fn request(
        &self,
        url: &Url,
        (method, headers, tls): (&'static str, &[(String, Secret)], Option<&Tls>),
        caller: Option<Caller>,
    ) -> (Called, Option<Caller>) {
        let mut caller = match caller.map_or_else(|| Caller::new(url, tls), Ok) {
            Ok(caller) => caller,
            Err(error) => return (Called::Failed(error.message), None),
        };
        let sent = http::Sent { headers: headers.to_vec(), ..http::Sent::plain(method) };
        let called = match caller.call(url, sent, self.timeout).await {
            Err(error) => Called::Failed(error.message),
            Ok(answer) => match (answer.status, answer.wait, answer.location) {
                (200..=299, ..) => Called::Done,
                (429 | 503, Some(wait), _) => Called::Wait(wait),
                (429, None, _) => Called::Wait(Duration::from_secs(1)),
                (status, _, Some(to)) => Called::Failed(format!("answered {status}: it redirects to {to}")),
                (status, ..) => Called::Failed(format!("answered {status}")),
            },
        };
        (called, Some(caller))
    }
}

fn took(began: Instant) -> Duration {
    clock::instant().saturating_duration_since(began)
}

/// Scheme, host and port of a template.
fn origin(template: &str) -> Option<(String, String, u16)> {
    let url = Url::parse(&template.replace("{key}", "k")).ok()?;
    Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()?))
}

/// A key as it is named in a line.
pub fn name(key: &[u8]) -> String {
    text::fit(&text::escape_bytes(&key[..key.len().min(256)]), 60).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_its_own_origin_only() {
        let own = origin("https://api.example/internal/{key}");
        assert_eq!(own, origin("https://api.example:443/other?k={key}"));
        assert_ne!(own, origin("http://api.example/internal/{key}"));
        assert_ne!(own, origin("https://api.example.evil/internal/{key}"));
        assert_ne!(own, origin("https://api.example:8443/internal/{key}"));
    }
}
