//! The endpoint that refills one key: a request to the application, or a program (S30: no shell comes between).

use std::time::Duration;

use crate::clock;
use crate::config::{Secret, Tls};
use crate::error::TargetError;
use crate::system::caller::{Caller, Head, reachable};
use crate::system::command;
use crate::system::http::Sent;
use crate::system::template::Template;
use crate::text;

/// Longest wait for the endpoint to take a connection while planning.
const KNOCK: Duration = Duration::from_secs(2);

/// What is called for each key.
pub struct Endpoint {
    call: Call,
    timeout: Duration,
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

impl Endpoint {
    /// An HTTP endpoint: a URL with `{key}` in it, asked with this method and these headers. Errors: no request can be made of it.
    pub fn http(
        url: &str,
        method: &'static str,
        headers: Vec<(String, Secret)>,
        tls: Option<&Tls>,
        timeout: Duration,
    ) -> Result<Self, TargetError> {
        let template = Template::new(url)?;
        let head = Head::new(template.plain(), tls, Sent { headers, ..Sent::plain(method) })?;
        Ok(Self { call: Call::Http(template, Box::new(head), method), timeout })
    }

    /// A program: its name and its arguments, with `{key}` in some of them.
    pub fn command(words: Vec<String>, timeout: Duration) -> Self {
        Self { call: Call::Command(words), timeout }
    }

    /// As it is shown: no query, which may hold a token.
    pub fn words(&self) -> String {
        match &self.call {
            Call::Http(template, _, method) => format!("{method} {}", template.shown("<key>")),
            Call::Command(words) => text::escape(&words.join(" ")).replace("{key}", "<key>"),
        }
    }

    /// Whether it takes connections; a program is not tried. Errors: it takes none.
    pub async fn reachable(&self) -> Result<(), TargetError> {
        match &self.call {
            Call::Http(template, ..) => reachable(template.plain(), KNOCK).await,
            Call::Command(_) => Ok(()),
        }
    }

    /// Makes the call for `key`, once, over the connection that the caller has open if it has one. Returns how it ended and the
    /// time it took.
    pub async fn call(&self, key: &[u8], caller: &mut Caller) -> (Called, Duration) {
        let began = clock::instant();
        let called = match &self.call {
            Call::Command(words) => self.run(words, key).await,
            Call::Http(template, head, _) => match template.target(key) {
                Ok(target) => self.request(head, target, caller).await,
                Err(error) => Called::Failed(error.message),
            },
        };
        (called, clock::instant().saturating_duration_since(began))
    }

    async fn run(&self, words: &[String], key: &[u8]) -> Called {
        let words = command::fill(words, key);
        let ended = match words {
            Ok(words) => command::run(&words, self.timeout).await,
            Err(error) => Err(error),
        };
        ended.map_or_else(|error| Called::Failed(error.message), |()| Called::Done)
    }

    async fn request(&self, head: &Head, target: String, caller: &mut Caller) -> Called {
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
