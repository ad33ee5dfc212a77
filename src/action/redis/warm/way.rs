//! How one key is refilled: a request to the application, or a program (S30: no shell comes between).

use std::time::{Duration, Instant};

use url::Url;

use crate::action::field::With;
use crate::action::{Context, Refusal};
use crate::clock;
use crate::config::{RebuildWay, Secret, Tls};
use crate::error::TargetError;
use crate::system::caller::{Caller, Head, reachable};
use crate::system::command;
use crate::system::http::Sent;
use crate::system::template::Template;
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
    Http(Template, Box<Head>, &'static str),
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
            let call = http(template, (method, &headers, tls.as_ref()))?;
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
            RebuildWay::Http { method, url, headers, tls } => {
                let method = match with.text("method").unwrap_or(method) {
                    "POST" => "POST",
                    _ => "GET",
                };
                http(url, (method, headers, tls.as_ref()))?
            }
            RebuildWay::Command(words) => Call::Command(words.clone()),
        };
        Ok(Self { call, timeout: timeout.unwrap_or(rebuild.timeout) })
    }

    /// As it is shown: no query, which may hold a token.
    pub fn words(&self) -> String {
        match &self.call {
            Call::Http(template, _, method) => format!("{method} {}", template.shown("<key>")),
            Call::Command(words) => text::escape(&words.join(" ")).replace("{key}", "<key>"),
        }
    }

    /// Why the endpoint cannot be called; none: it takes connections, or is a program.
    pub async fn trouble(&self) -> Option<TargetError> {
        match &self.call {
            Call::Http(template, ..) => reachable(template.plain(), KNOCK).await.err(),
            Call::Command(_) => None,
        }
    }

    /// Makes the call for `key`, once, over the connection that the caller has open if it has one. Returns how it ended and the
    /// time it took.
    pub async fn call(&self, key: &[u8], caller: &mut Caller) -> (Called, Duration) {
        let began = clock::instant();
        let called = match &self.call {
            Call::Command(words) => self.run(words, key).await,
            Call::Http(template, head, _) => match template.target(key) {
                Ok(target) => self.request(head, &target, caller).await,
                Err(error) => Called::Failed(error.message),
            },
        };
        (called, took(began))
    }

    async fn run(&self, words: &[String], key: &[u8]) -> Called {
        let words = command::fill(words, key);
        let ended = match words {
            Ok(words) => command::run(&words, self.timeout).await,
            Err(error) => Err(error),
        };
        ended.map_or_else(|error| Called::Failed(error.message), |()| Called::Done)
    }

    async fn request(&self, head: &Head, target: &str, caller: &mut Caller) -> Called {
        match caller.call(head, target, self.timeout).await {
            Err(error) => Called::Failed(error.message),
            Ok(answer) => match (answer.status, answer.wait, answer.location) {
                (200..=299, ..) => Called::Done,
                (429 | 503, Some(wait), _) => Called::Wait(wait),
                (429, None, _) => Called::Wait(Duration::from_secs(1)),
                (status, _, Some(to)) => Called::Failed(format!("answered {status}: it redirects to {to}")),
                (status, ..) => Called::Failed(format!("answered {status}")),
            },
        }
    }
}

/// A call of this URL. A refusal when none can be made.
fn http(
    text: &str,
    (method, headers, tls): (&'static str, &[(String, Secret)], Option<&Tls>),
) -> Result<Call, Refusal> {
    let sent = Sent { headers: headers.to_vec(), ..Sent::plain(method) };
    let made = Template::new(text).and_then(|template| {
        let head = Head::new(template.plain(), tls, sent)?;
        Ok(Call::Http(template, Box::new(head), method))
    });
    made.map_err(|error| no_call(&error))
}

/// Why the endpoint cannot be called.
pub fn no_call(error: &TargetError) -> Refusal {
    let why = format!("the endpoint cannot be called: {}", error.message);
    Refusal::for_want(why, "see --http, or rebuild: in stampede.yaml")
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
