//! Where a scene is played: a server of the action's kind, and what is looked at there.

use serde_json::{Value, json};
use stampede::lab::{Lab, MariadbServer, PgbouncerServer, PostgresServer, RedisServer};
use stampede::observation::Kind;

use super::scene::{CLIENT, Scene};
use crate::support::api::Api;
use crate::support::kube::{Double, application, autoscaler, databases, ingress, serves, service};
use crate::support::proxy::Proxy;
use crate::support::snapshot;
use crate::support::snapshot_sql::{Facts, ask_mysql, ask_postgres};

/// A server of its own.
pub enum Place {
    Redis(RedisServer),
    Mysql(MariadbServer),
    Postgres(PostgresServer),
    Pgbouncer(PgbouncerServer),
    Kubernetes(Double),
    Api(Api),
}

/// It at one moment.
pub enum World {
    Redis(snapshot::World),
    Database(Facts),
    Objects(Vec<(String, Value)>),
}

impl World {
    /// One of its documents.
    pub fn document(&self, path: &str) -> Value {
        let Self::Objects(all) = self else { panic!("no documents here") };
        all.iter().find(|(one, _)| one == path).map(|(_, document)| document.clone()).unwrap()
    }

    /// What is different in `after`, a line each.
    pub fn differences(&self, after: &Self) -> Vec<String> {
        match (self, after) {
            (Self::Redis(before), Self::Redis(after)) => before.differences(after),
            (Self::Database(before), Self::Database(after)) => before.differences(after),
            (Self::Objects(before), Self::Objects(after)) => objects(before, after),
            _ => panic!("two different worlds"),
        }
    }
}

impl Place {
    pub async fn new(lab: &Lab, kind: Kind) -> Self {
        match kind {
            Kind::Redis => Self::Redis(lab.redis(&["--maxclients", "500"]).await.unwrap()),
            Kind::Mysql => Self::Mysql(lab.mariadb(&["--max-connections=100"]).await.unwrap()),
            Kind::Postgres => Self::Postgres(lab.postgres(&[("max_connections", "100")]).await.unwrap()),
            Kind::Pgbouncer => {
                let postgres = lab.postgres(&[]).await.unwrap();
                Self::Pgbouncer(lab.pgbouncer(&postgres, &[]).await.unwrap())
            }
            Kind::Kubernetes => Self::Kubernetes(cluster()),
            Kind::Api => Self::Api(Api::start()),
            other => panic!("no server of the lab is a {other:?}: add one here"),
        }
    }

    /// What the configuration calls it, and `--confirm` too.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Redis(_) => "redis",
            Self::Mysql(_) => "mysql",
            Self::Postgres(_) => "postgres",
            Self::Pgbouncer(_) => "pgbouncer",
            Self::Kubernetes(_) => "kubernetes",
            Self::Api(_) => "cdn",
        }
    }

    pub fn port(&self) -> u16 {
        match self {
            Self::Redis(server) => server.port(),
            Self::Mysql(server) => server.port(),
            Self::Postgres(server) => server.port(),
            Self::Pgbouncer(server) => server.port(),
            Self::Kubernetes(double) => double.port(),
            Self::Api(api) => api.port(),
        }
    }

    /// A proxy in front of it.
    pub fn proxy(&self) -> Proxy {
        match self {
            Self::Redis(server) => Proxy::start(server.port()),
            Self::Mysql(server) => Proxy::mysql(server.port()),
            Self::Postgres(server) => Proxy::postgres(server.port()),
            Self::Pgbouncer(server) => Proxy::postgres(server.port()),
            Self::Kubernetes(double) => Proxy::http(double.port()),
            Self::Api(api) => Proxy::http(api.port()),
        }
    }

    /// `stampede.yaml`: the target by way of `port`, with an account that may do everything.
    pub fn configuration(&self, port: u16) -> String {
        let own = format!("127.0.0.1:{}", self.port());
        let through = |url: String| url.replace(&own, &format!("127.0.0.1:{port}"));
        let (kind, url) = match self {
            Self::Redis(server) => return redis(&through(server.url()), server.port()),
            Self::Api(api) => return api.configuration(port),
            Self::Kubernetes(double) => {
                let file = double.kubeconfig(port).display().to_string();
                return format!(
                    "version: 1\ntargets:\n  kubernetes: {{ kubernetes: current, kubeconfig: {file} }}\n"
                );
            }
            Self::Mysql(server) => ("mysql", through(server.url())),
            Self::Postgres(server) => ("postgres", through(server.url())),
            Self::Pgbouncer(server) => ("pgbouncer", through(server.url())),
        };
        format!("version: 1\ntargets:\n  {}: {{ {kind}: \"{url}\" }}\n", self.name())
    }

    /// Says something to it past the proxy, with all rights: a command of Redis by its words, a statement of SQL as one.
    /// Gives what it answers, the rows as text.
    pub async fn says(&self, words: &[&str]) -> String {
        let rows = match self {
            Self::Redis(server) => return server.says(words).await.unwrap(),
            Self::Kubernetes(double) => return said(double, words),
            Self::Api(api) => return api_said(api, words),
            Self::Mysql(server) => ask_mysql(server, &words.concat()).await,
            Self::Postgres(server) => ask_postgres(server, &words.concat()).await,
            Self::Pgbouncer(server) => server.says(&words.concat()).await.unwrap(),
        };
        let text =
            |row: Vec<(String, String)>| row.into_iter().map(|(_, cell)| cell).collect::<Vec<_>>().join(" ");
        rows.into_iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// What is made of a value that is written: an object, a JSON pointer, our value and theirs; by a webhook, or by a controller.
    pub fn clamp(&self, clamp: Option<(&str, &str, &str, &str)>, webhook: bool) {
        let Self::Kubernetes(double) = self else { panic!("nobody turns a value into another one here") };
        let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let clamp = clamp.map(|(path, pointer, ours, theirs)| (path, pointer, json(ours), json(theirs)));
        double.clamp(clamp, webhook);
    }

    pub async fn world(&self) -> World {
        match self {
            Self::Redis(server) => World::Redis(snapshot::World::of(server).await),
            Self::Mysql(server) => World::Database(Facts::mysql(server, CLIENT).await),
            Self::Postgres(server) => World::Database(Facts::postgres(server, CLIENT).await),
            Self::Pgbouncer(server) => World::Database(Facts::pgbouncer(server).await),
            Self::Kubernetes(double) => World::Objects(double.world()),
            Self::Api(api) => World::Objects(api.world()),
        }
    }

    /// How many clients of the scene have been silent, or have run their statement, for as long as it wants.
    pub async fn ripe(&self, scene: &Scene) -> usize {
        let seconds = scene.longer_than;
        let count = match self {
            Self::Redis(server) => {
                let listing = server.says(&["CLIENT", "LIST"]).await.unwrap();
                let idle = |line: &str| {
                    line.split_whitespace().find_map(|field| field.strip_prefix("idle="))?.parse::<u64>().ok()
                };
                return listing.lines().filter(|line| idle(line).is_some_and(|idle| idle > seconds)).count();
            }
            Self::Kubernetes(_) | Self::Api(_) => return 0,
            Self::Mysql(_) => format!(
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{CLIENT}' \
                 AND COMMAND = 'Query' AND TIME_MS > {seconds} * 1000"
            ),
            // What they run is short: they are there once they are connected.
            Self::Pgbouncer(server) => {
                let clients = server.says("SHOW CLIENTS").await.unwrap();
                let is_client = |row: &&Vec<(String, String)>| row.iter().any(|(_, cell)| cell == CLIENT);
                return clients.iter().filter(is_client).count();
            }
            Self::Postgres(_) => format!(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '{CLIENT}' AND state = 'active' \
                 AND clock_timestamp() - query_start > interval '{seconds} s'"
            ),
        };
        self.says(&[&count]).await.parse().unwrap()
    }
}

/// A Redis, and an application whose answers are all known.
fn redis(url: &str, direct: u16) -> String {
    format!(
        "version: 1\n\
         targets:\n  redis: {{ redis: \"{url}\" }}\n\
         facts: {{ on_cache_error: stale, lock_dialect: \"lock:{{key}}\", expiry_lives_in: cache }}\n\
         rebuild:\n  command: [redis-cli, -p, \"{direct}\", SET, \"{{key}}\", fresh, EX, \"60\"]\n  timeout: 5s\n\
         flags:\n  breaker: {{ key: \"app:breaker\", value: open }}\n"
    )
}

/// A workload of its own, and one that an autoscaler looks after.
fn cluster() -> Double {
    let double = Double::start();
    double.deployment("cache", 2);
    double.deployment("scaled", 2);
    double.create("autoscaling/v2/horizontalpodautoscalers", autoscaler("scaled", "scaled", 2, 5));
    for (name, role) in [("primary", "primary"), ("replica", "replica")] {
        let labels = json!({ "tier": "db", "role": role });
        double.create("apps/v1/deployments", databases(name, &labels, "db", 2));
    }
    double.create("v1/services", service("db", &json!({ "tier": "db", "role": "primary" })));
    double.create("networking.k8s.io/v1/ingresses", ingress("shop"));
    double.create("apps/v1/deployments", application("web", 2));
    double.create("v1/services", serves("web"));
    double
}

/// `GET PATH POINTER`, or `PUT PATH DOCUMENT`.
fn api_said(api: &Api, words: &[&str]) -> String {
    match words {
        ["GET", path, pointer] => api.get(path).pointer(pointer).map(Value::to_string).unwrap_or_default(),
        ["PUT", path, document] => {
            api.put(path, &serde_json::from_str(document).unwrap());
            String::new()
        }
        other => panic!("{other:?}"),
    }
}

/// `GET PATH POINTER`, or `PATCH PATH MERGE-PATCH`.
fn said(double: &Double, words: &[&str]) -> String {
    match words {
        ["GET", path, pointer] => double.get(path).pointer(pointer).map(Value::to_string).unwrap_or_default(),
        ["PATCH", path, patch] => {
            double.change(path, &serde_json::from_str(patch).unwrap());
            String::new()
        }
        other => panic!("{other:?}"),
    }
}

/// Objects that are different, a line each. What an Event tells of may be over. Pods of a workload come and go with it: their numbers count, not their names.
fn objects(before: &[(String, Value)], after: &[(String, Value)]) -> Vec<String> {
    let still = |all: &[(String, Value)]| -> Vec<(String, Value)> {
        let still = |(path, _): &&(String, Value)| !path.contains("/pods/") && !path.contains("/events/");
        all.iter().filter(still).cloned().collect()
    };
    let pods = |all: &[(String, Value)]| all.iter().filter(|(path, _)| path.contains("/pods/")).count();
    let (was, is) = (still(before), still(after));
    let mut lines: Vec<String> =
        is.iter().filter(|one| !was.contains(one)).map(|(path, now)| format!("{path}: now {now}")).collect();
    lines.extend(
        was.iter()
            .filter(|(path, _)| !is.iter().any(|(other, _)| other == path))
            .map(|(path, _)| format!("{path} is gone")),
    );
    if pods(before) != pods(after) {
        lines.push(format!("{} pods, {} before", pods(after), pods(before)));
    }
    lines
}
