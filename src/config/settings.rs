//! The validated settings: raw YAML and environment variables stop at this border.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Facts, Remedies, Secret, Thresholds};
use crate::error::{Failure, FailureKind};
use crate::observation::Kind;
use crate::text;

/// Everything the program was told, from whichever source.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The targets, in the order in which they were declared.
    pub targets: Vec<Target>,
    /// When a signal is a warning or critical.
    pub thresholds: Thresholds,
    /// What is known about the application.
    pub facts: Facts,
    /// How the application rebuilds a key, and its own switches.
    pub remedies: Remedies,
    /// Where each part came from, one sentence each: `redis: REDIS_URL`, `/etc/stampede/stampede.yaml`.
    pub sources: Vec<String>,
    /// What was found and not used, or is used otherwise than its author may think: one sentence each, for every output.
    pub notes: Vec<String>,
}

/// A declared system.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name it was given, or its kind (`redis`, then `redis-2`).
    pub name: String,
    /// How to reach it.
    pub spec: TargetSpec,
}

/// How to reach a target of each kind.
#[derive(Clone, Debug)]
pub enum TargetSpec {
    /// Redis or Valkey.
    Redis(RedisTarget),
    /// MySQL or MariaDB.
    Mysql(MysqlTarget),
    /// PostgreSQL.
    Postgres(PostgresTarget),
    /// The admin console of a PgBouncer, which speaks as a PostgreSQL does.
    Pgbouncer(PostgresTarget),
    /// Log files.
    Logs(LogTarget),
    /// A URL as users see it.
    Http(HttpTarget),
    /// An nginx, by its `stub_status` page.
    Nginx(HttpTarget),
    /// What has only an HTTP API, which is acted on and not measured.
    Api(ApiTarget),
    /// A Kubernetes cluster, which is acted on and not measured.
    Kubernetes(KubernetesTarget),
    /// One of which we were not told all: it keeps its place, as unknown.
    Unusable(UnusableTarget),
}

/// A system that was named, by something that cannot be used as it is: an address with a mistake, a secret that is not there.
#[derive(Clone, Debug)]
pub struct UnusableTarget {
    /// The kind of system that it would be.
    pub kind: Kind,
    /// What named it: a variable, or the file.
    pub source: String,
    /// A lowercase fragment: `cannot use REDIS_URL: it has no host`. Holds nothing of a value.
    pub why: String,
}

impl Target {
    /// Why it can be neither measured nor acted on, where that is so.
    pub fn unusable(&self) -> Option<&UnusableTarget> {
        match &self.spec {
            TargetSpec::Unusable(target) => Some(target),
            _ => None,
        }
    }

    /// The refusal to do anything with one that cannot be used; none for any other.
    pub fn refusal(&self) -> Option<Failure> {
        let UnusableTarget { why, .. } = self.unusable()?;
        let message = format!("nothing can be done on {}: {}", self.name, text::escape(why));
        Some(Failure::new(FailureKind::Config, message))
    }

    /// The kind of system.
    pub fn kind(&self) -> Kind {
        match &self.spec {
            TargetSpec::Unusable(target) => target.kind,
            TargetSpec::Redis(_) => Kind::Redis,
            TargetSpec::Mysql(_) => Kind::Mysql,
            TargetSpec::Postgres(_) => Kind::Postgres,
            TargetSpec::Pgbouncer(_) => Kind::Pgbouncer,
            TargetSpec::Logs(_) => Kind::Logs,
            TargetSpec::Http(_) => Kind::Http,
            TargetSpec::Nginx(_) => Kind::Nginx,
            TargetSpec::Api(_) => Kind::Api,
            TargetSpec::Kubernetes(_) => Kind::Kubernetes,
        }
    }
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Host (name, IPv4, or IPv6 without brackets) and port.
    Tcp(String, u16),
    /// A unix socket.
    Unix(PathBuf),
}

impl Address {
    /// The address that a node's name is: `host:port`, `[::1]:port` or a path. None: it is none.
    pub fn of_node(node: &str) -> Option<Self> {
        if node.starts_with('/') {
            return Some(Self::Unix(node.into()));
        }
        let (host, port) = node.rsplit_once(':')?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        Some(Self::Tcp(bare.unwrap_or(host).to_owned(), port.parse().ok()?))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp(host, port) => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// TLS for one target (S31: verification is on unless turned off here, which is shown).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// A PEM file of certificate authorities to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// A PEM client certificate (chain).
    pub cert: Option<PathBuf>,
    /// The PEM key that belongs to it.
    pub key: Option<PathBuf>,
    /// The name to verify instead of the host.
    pub server_name: Option<String>,
    /// Accept any certificate. Never the default.
    pub insecure: bool,
}

/// How the cache servers belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Topology {
    /// Ask the server: cluster mode is recognised, anything else is a single server (with its replicas named).
    #[default]
    Auto,
    /// The addresses are Sentinels; the primary of this service is measured.
    Sentinel(String),
}

/// A Redis or Valkey target.
#[derive(Clone, Debug, Default)]
pub struct RedisTarget {
    /// One server, any nodes of a cluster, or the Sentinels.
    pub addresses: Vec<Address>,
    /// How they belong together.
    pub topology: Topology,
    /// ACL user; the default user when absent.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// ACL user on the Sentinels, when they have their own.
    pub sentinel_user: Option<String>,
    /// Password on the Sentinels, when they have their own.
    pub sentinel_password: Option<Secret>,
    /// Database number.
    pub database: u32,
    /// The name of our connections, one word; `stampede` when absent.
    pub client_name: Option<String>,
    /// TLS, when used.
    pub tls: Option<Tls>,
}

/// A MySQL or MariaDB target.
#[derive(Clone, Debug)]
pub struct MysqlTarget {
    /// Where it listens.
    pub address: Address,
    /// The way in when it is full: MySQL `admin_port`, MariaDB `extra_port`.
    pub admin_port: Option<u16>,
    /// Account.
    pub user: String,
    /// Its password.
    pub password: Option<Secret>,
    /// Default schema; none is needed.
    pub database: Option<String>,
    /// TLS, when used.
    pub tls: Option<Tls>,
}

impl MysqlTarget {
    /// One of which nothing is known but where it listens.
    pub fn at(address: Address) -> Self {
        let (user, password, database) = (String::new(), None, None);
        Self { address, admin_port: None, user, password, database, tls: None }
    }
}

/// A PostgreSQL target, or the admin console of a PgBouncer.
#[derive(Clone, Debug)]
pub struct PostgresTarget {
    /// Where it listens (a unix socket is given by its directory and port, as `Address::Unix` of the socket file).
    pub address: Address,
    /// Role.
    pub user: String,
    /// Its password.
    pub password: Option<Secret>,
    /// Database to connect to.
    pub database: String,
    /// TLS, when used.
    pub tls: Option<Tls>,
    /// Go on without TLS when the server has none (libpq's `prefer`).
    pub tls_optional: bool,
}

/// Log files to count patterns in.
#[derive(Clone, Debug, Default)]
pub struct LogTarget {
    /// Paths and globs; `-` is standard input.
    pub paths: Vec<String>,
    /// Patterns beside the built-in ones (or replacing one of the same name).
    pub patterns: Vec<LogPattern>,
    /// Pods whose logs are counted as well.
    pub pods: Option<PodLogs>,
}

/// Pods whose logs are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodLogs {
    /// Where they are.
    pub cluster: KubernetesTarget,
    /// Their labels, as kubectl takes them: `app=backend`.
    pub selector: String,
    /// Whose words count.
    pub containers: Containers,
}

/// Which containers of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Containers {
    /// The default or first one.
    #[default]
    Default,
    /// The one of this name, also one that runs before the others.
    Named(String),
    /// All of them, also those that run before the others.
    All,
}

/// A named log pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPattern {
    /// `cache_miss`, `cache_full`, `database_full`, `miss_storm`, or a name of the operator's.
    pub name: String,
    /// The literal texts that count, case-sensitive unless `ignore_case`.
    pub any_of: Vec<String>,
    /// Whether ASCII case matters not.
    pub ignore_case: bool,
}

/// A URL whose response time is what users feel, or whose page is read.
#[derive(Clone, Debug)]
pub struct HttpTarget {
    /// `http://` or `https://`.
    pub url: url::Url,
    /// TLS options for `https`.
    pub tls: Option<Tls>,
}

/// What has only an HTTP API.
#[derive(Clone, Debug)]
pub struct ApiTarget {
    /// Where its resources begin.
    pub url: url::Url,
    /// Headers of every request; they may hold tokens.
    pub headers: Vec<(String, Secret)>,
    /// TLS options for `https`.
    pub tls: Option<Tls>,
}

/// A Kubernetes cluster, found as kubectl finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KubernetesTarget {
    /// Configuration files, merged, the first one first; none: the pod's own service account.
    pub kubeconfig: Vec<PathBuf>,
    /// The context; none: the current one.
    pub context: Option<String>,
    /// The namespace; none: the context's.
    pub namespace: Option<String>,
    /// Longest time for one answer; none: the program's own.
    pub request_timeout: Option<Duration>,
    /// Nobody has named it: it is what kubectl would talk to.
    pub found: bool,
}
