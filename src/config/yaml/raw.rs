//! `stampede.yaml` as it is written. These structs are read by serde and described to editors by schemars.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::{Facts, Thresholds};
use crate::yaml::mappings;

mappings! {
    /// The whole file.
    #[derive(Default)]
    #[serde(default)]
    #[schemars(title = "stampede.yaml")]
    pub(super) struct File {
        /// Version of this format.
        #[schemars(range(min = 1, max = 1))]
        pub version: Option<u32>,
        /// The systems to look at, by name.
        #[schemars(with = "Option<BTreeMap<String, Target>>")]
        pub targets: Option<IgnoredAny>,
        /// When a signal is a warning or critical.
        pub thresholds: Option<Thresholds>,
        /// Facts about the application; unset is unknown.
        pub facts: Option<Facts>,
        /// How the application rebuilds one cached key.
        pub rebuild: Option<Rebuild>,
        /// Switches that the application reads from the cache, by the name operators call them.
        pub flags: Option<BTreeMap<String, Flag>>,
    }

    /// How one key is rebuilt: by a request or by a program.
    pub(super) struct Rebuild {
        /// A URL with `{key}` behind its host, where the percent-encoded key goes.
        pub http: Option<String>,
        /// The method of that request; `GET` when absent.
        pub method: Option<Method>,
        /// Headers of that request, tokens: `env:NAME`, `file:/path`, `${NAME}`, or the text itself.
        pub headers: Option<BTreeMap<String, String>>,
        /// TLS of that request: `true`, or its options.
        pub tls: Option<TlsChoice>,
        /// A program and its arguments, with `{key}` in an argument. No shell is involved.
        pub command: Option<Vec<String>>,
        /// Longest wait for the key to come back: `30s` when absent.
        pub timeout: Option<String>,
    }

    /// A switch of the application.
    #[derive(Clone)]
    pub(super) struct Flag {
        /// The key that the application reads.
        pub key: String,
        /// The value that switches it on.
        pub value: String,
    }

    /// Redis or Valkey.
    pub(super) struct Redis {
        /// A URL, `host:port`, a list of cluster nodes, or `{ sentinels: […], service: … }`.
        pub redis: Servers,
        /// ACL user.
        pub user: Option<String>,
        /// Password: `env:NAME`, `file:/path`, `${NAME}`, or the text itself.
        pub password: Option<String>,
        /// ACL user on the Sentinels.
        pub sentinel_user: Option<String>,
        /// Password on the Sentinels.
        pub sentinel_password: Option<String>,
        /// Database number.
        pub database: Option<u32>,
        /// TLS: `true`, `false`, or its options.
        pub tls: Option<TlsChoice>,
    }

    /// Sentinels, and what they watch.
    pub(super) struct Sentinels {
        /// `host:port` of each Sentinel; the port is 26379 when absent.
        pub sentinels: Vec<String>,
        /// The name they call the primary by.
        pub service: String,
    }

    /// MySQL or MariaDB.
    pub(super) struct Mysql {
        /// A URL, `host:port`, or the path of a socket.
        pub mysql: String,
        /// Account.
        pub user: Option<String>,
        /// Password: `env:NAME`, `file:/path`, `${NAME}`, or the text itself.
        pub password: Option<String>,
        /// Default schema.
        pub database: Option<String>,
        /// The way in when it is full: MySQL `admin_port`, MariaDB `extra_port`.
        pub admin_port: Option<u16>,
        /// TLS: `true`, `false`, or its options.
        pub tls: Option<TlsChoice>,
    }

    /// PostgreSQL.
    pub(super) struct Postgres {
        /// A URL, `host:port`, or the directory of its socket.
        pub postgres: String,
        /// Role.
        pub user: Option<String>,
        /// Password: `env:NAME`, `file:/path`, `${NAME}`, or the text itself.
        pub password: Option<String>,
        /// Database.
        pub database: Option<String>,
        /// TLS: `true`, `false`, or its options.
        pub tls: Option<TlsChoice>,
    }

    /// PgBouncer, by its admin console.
    pub(super) struct Pgbouncer {
        /// A URL, `host:port`, or the directory of its socket.
        pub pgbouncer: String,
        /// An account of its `admin_users`, or of its `stats_users` to look only.
        pub user: Option<String>,
        /// Password: `env:NAME`, `file:/path`, `${NAME}`, or the text itself.
        pub password: Option<String>,
        /// TLS: `true`, `false`, or its options.
        pub tls: Option<TlsChoice>,
    }

    /// Log files.
    pub(super) struct Logs {
        /// A path or glob, or a list of them; `-` is standard input.
        pub logs: OneOrMore,
        /// Patterns to count beside the built-in ones, by name.
        pub patterns: Option<BTreeMap<String, Pattern>>,
    }

    /// The logs of pods.
    pub(super) struct Pods {
        /// Their labels, as kubectl takes them: `app=backend`.
        pub pods: String,
        /// The container; the default or first one of each pod when absent.
        pub container: Option<String>,
        /// Every container of each pod, also those that run before the others.
        pub all_containers: Option<bool>,
        /// The context: its name, `current` (when absent), or `in-cluster` for the service account of the pod.
        pub context: Option<String>,
        /// The namespace; the context's own when absent.
        pub namespace: Option<String>,
        /// The file that has the context; else what kubectl reads: `KUBECONFIG`, `~/.kube/config`.
        pub kubeconfig: Option<String>,
        /// Longest time for one answer of the API server: `20s`.
        pub request_timeout: Option<String>,
        /// Patterns to count beside the built-in ones, by name.
        pub patterns: Option<BTreeMap<String, Pattern>>,
    }

    /// A log pattern.
    #[derive(Clone)]
    pub(super) struct Pattern {
        /// A line counts when it has one of these texts.
        pub any_of: Vec<String>,
        /// Whether upper and lower case are the same (ASCII).
        pub ignore_case: Option<bool>,
    }

    /// A Kubernetes cluster.
    pub(super) struct Kubernetes {
        /// The context: its name, `current`, or `in-cluster` for the service account of the pod.
        pub kubernetes: String,
        /// The namespace; the context's own when absent.
        pub namespace: Option<String>,
        /// The file that has the context; else what kubectl reads: `KUBECONFIG`, `~/.kube/config`.
        pub kubeconfig: Option<String>,
        /// Longest time for one answer of the API server: `20s`.
        pub request_timeout: Option<String>,
    }

    /// A URL as users see it.
    pub(super) struct Http {
        /// `http://` or `https://`.
        pub http: String,
        /// TLS options.
        pub tls: Option<TlsChoice>,
    }

    /// An nginx in front of the application.
    pub(super) struct Nginx {
        /// The URL of its `stub_status` page.
        pub nginx: String,
        /// TLS options.
        pub tls: Option<TlsChoice>,
    }

    /// What has only an HTTP API: a CDN, feature flags. It is acted on and not measured.
    pub(super) struct Api {
        /// `https://` and where its resources begin.
        pub api: String,
        /// Headers of every request; what they hold may be written as passwords are: `env:NAME`, `file:/path`.
        pub headers: Option<BTreeMap<String, String>>,
        /// TLS options.
        pub tls: Option<TlsChoice>,
    }

    /// TLS options.
    #[derive(Default)]
    #[serde(default)]
    pub(super) struct TlsOptions {
        /// PEM file of the authorities to trust instead of the system's.
        pub ca: Option<String>,
        /// PEM client certificate.
        pub cert: Option<String>,
        /// PEM key of the client certificate.
        pub key: Option<String>,
        /// The name to verify instead of the host.
        pub server_name: Option<String>,
        /// Accept any certificate. Shown in every output.
        pub insecure: Option<bool>,
    }
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Method {
    Get,
    Post,
}

/// One of the kinds. Never read as such: the kind is known by its key, which makes for better errors.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only describes the alternatives to schemars")]
pub(super) enum Target {
    Redis(Redis),
    Mysql(Mysql),
    Postgres(Postgres),
    Pgbouncer(Pgbouncer),
    Logs(Logs),
    Pods(Pods),
    Http(Http),
    Nginx(Nginx),
    Api(Api),
    Kubernetes(Kubernetes),
}

/// Where the cache servers are.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum Servers {
    /// A URL or `host:port`.
    One(String),
    /// Nodes of a cluster.
    Nodes(Vec<String>),
    /// Sentinels.
    Sentinels(Sentinels),
}

/// TLS on, off, or with options.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum TlsChoice {
    /// On with verification, or off.
    Plain(bool),
    /// On, with options.
    Options(TlsOptions),
}

/// One text or several.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// Reads an untagged value, whose mapping form is read as `M`, with an error that says what was expected.
struct Choice<T, M> {
    expecting: &'static str,
    text: Option<fn(String) -> T>,
    list: Option<fn(Vec<String>) -> T>,
    flag: Option<fn(bool) -> T>,
    map: fn(M) -> T,
}

impl<T, M> Choice<T, M> {
    fn wrong<E: Error>(&self) -> E {
        E::custom(format!("expected {}", self.expecting))
    }
}

fn list<'de, A: SeqAccess<'de>>(mut items: A) -> Result<Vec<String>, A::Error> {
    let mut out = Vec::new();
    while let Some(item) = items.next_element()? {
        out.push(item);
    }
    Ok(out)
}

impl<'de, T, M: Deserialize<'de>> Visitor<'de> for Choice<T, M> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        self.text.map(|make| make(value.into())).ok_or_else(|| self.wrong())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        self.flag.map(|make| make(value)).ok_or_else(|| self.wrong())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        self.list.map_or_else(|| Err(self.wrong()), |make| list(items).map(make))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        M::deserialize(MapAccessDeserializer::new(map)).map(self.map)
    }
}

impl<'de> Deserialize<'de> for Servers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Choice {
            expecting: "a URL, host:port, a list of nodes, or `sentinels:` with `service:`",
            text: Some(Self::One),
            list: Some(Self::Nodes),
            flag: None,
            map: Self::Sentinels,
        })
    }
}

impl<'de> Deserialize<'de> for TlsChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Choice {
            expecting: "true, false, or options (`ca`, `cert`, `key`, `server_name`, `insecure`)",
            text: None,
            list: None,
            flag: Some(Self::Plain),
            map: Self::Options,
        })
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Paths;
        impl<'de> Visitor<'de> for Paths {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, or a list of paths")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore::One(value.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<OneOrMore, A::Error> {
                list(items).map(OneOrMore::More)
            }
        }
        deserializer.deserialize_any(Paths)
    }
}
