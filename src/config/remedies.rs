//! What the application offers for an incident: how one key is rebuilt, and its own switches.

use std::time::Duration;

use crate::config::{Secret, Tls};

/// How the application rebuilds a key, and the switches it reads from the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remedies {
    /// How one key is rebuilt; none when it is not configured.
    pub rebuild: Option<Rebuild>,
    /// What a `rebuild` that is configured lacks, so that it is none: a token that is not set.
    pub rebuild_lacks: Option<String>,
    /// The application's switches, by the name operators call them: `circuit_breaker`, `throttle`.
    pub flags: Vec<AppFlag>,
}

/// How one key is rebuilt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// What is called.
    pub way: RebuildWay,
    /// Longest wait for the key to come back.
    pub timeout: Duration,
}

/// What is called to rebuild a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RebuildWay {
    /// A request: method and URL, in which `{key}` stands for the percent-encoded key.
    Http {
        /// `GET` or `POST`.
        method: String,
        /// The URL with `{key}` in it.
        url: String,
        /// Headers beside those of every request: tokens.
        headers: Vec<(String, Secret)>,
        /// Options for https; the usual ones when nothing else is said.
        tls: Option<Tls>,
    },
    /// A program and its arguments, in which `{key}` stands for the key. No shell is involved (S30).
    Command(Vec<String>),
}

/// A switch that the application reads from the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppFlag {
    /// What operators call it.
    pub name: String,
    /// The key.
    pub key: String,
    /// The value that switches it on.
    pub value: String,
}
