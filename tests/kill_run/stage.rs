//! Three servers, an application that works on all of them, and what is looked at there.

use std::fmt;

use stampede::lab::{Lab, MariadbServer, PostgresServer, RedisServer};

use super::PLAYBOOK;
use super::load::Load;
use crate::support::binary::Home;
use crate::support::keys::client;
use crate::support::snapshot;
use crate::support::snapshot_sql::Facts;

/// Answers all questions that ask for a name.
pub const CONFIRMED: [&str; 6] = ["--confirm", "cache", "--confirm", "maria", "--confirm", "pg"];
/// Keys of each kind.
const KEYS: usize = 1_500;

pub struct Stage {
    redis: RedisServer,
    maria: MariadbServer,
    postgres: PostgresServer,
    load: Load,
    before: (snapshot::World, Facts, Facts),
    _lab: Lab,
}

/// What was different before and after `status` was asked.
pub struct World {
    pub was: Vec<String>,
    pub is: Vec<String>,
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  before it was asked:\n    {}", self.was.join("\n    "))?;
        writeln!(f, "  after:\n    {}", self.is.join("\n    "))
    }
}

impl Stage {
    pub async fn set() -> Self {
        let lab = Lab::new().unwrap();
        let redis = lab.redis(&["--maxclients", "500", "--maxmemory", "200mb"]).await.unwrap();
        let maria = lab.mariadb(&["--max-connections=100"]).await.unwrap();
        let postgres = lab.postgres(&[("max_connections", "100")]).await.unwrap();
        maria
            .root(&[
                "CREATE DATABASE app",
                "CREATE TABLE app.hits (page INT)",
                "CREATE USER app@'%' IDENTIFIED BY 'app-pass' WITH MAX_USER_CONNECTIONS 40",
                "GRANT ALL ON app.* TO app@'%'",
            ])
            .await
            .unwrap();
        postgres
            .root(&[
                "CREATE ROLE app LOGIN PASSWORD 'app-pass' CONNECTION LIMIT 40",
                "CREATE TABLE hits (page int)",
                "GRANT ALL ON hits TO app",
                "CREATE ROLE job LOGIN PASSWORD 'job-pass'",
                "GRANT ALL ON hits TO job",
            ])
            .await
            .unwrap();
        let mut keys = redis::pipe();
        for n in 0..KEYS {
            // Whole seconds: what is taken off again is exact.
            for name in ["page", "user", "item"] {
                keys.cmd("SET")
                    .arg(format!("{name}:{n}"))
                    .arg("x")
                    .arg("EXAT")
                    .arg(4_102_444_800_u64 + 7 * n as u64);
            }
        }
        keys.cmd("SET").arg("app:breaker").arg("closed").arg("EX").arg(90_000);
        keys.cmd("SET").arg("app:traffic").arg(0);
        keys.query_async::<()>(&mut client(&redis).await).await.unwrap();
        let load = Load::start(&redis, &maria, &postgres, KEYS).await;
        let before = world(&redis, &maria, &postgres).await;
        Self { redis, maria, postgres, load, before, _lab: lab }
    }

    /// A home of its own for each run: an incident of its own.
    pub fn home(&self) -> Home {
        let home = Home::new();
        home.file("whole.yaml", PLAYBOOK);
        home.file(
            "stampede.yaml",
            format!(
                "version: 1\ntargets:\n  cache: {{ redis: \"{}\" }}\n  maria: {{ mysql: \"{}\" }}\n  pg: {{ postgres: \"{}\" }}\n\
                 facts: {{ on_cache_error: stale, lock_dialect: \"lock:{{key}}\", expiry_lives_in: cache, tolerates_read_only: true }}\n\
                 flags:\n  breaker: {{ key: \"app:breaker\", value: open }}\n",
                self.redis.url(),
                self.maria.url(),
                self.postgres.url()
            ),
        );
        home
    }

    /// What is different from the beginning, by the servers' own administrators; what the application fills is its own.
    pub async fn differences(&self) -> Vec<String> {
        let now = world(&self.redis, &self.maria, &self.postgres).await;
        let of = |name: &str, lines: Vec<String>| {
            lines.into_iter().map(|line| format!("{name} {line}")).collect::<Vec<_>>()
        };
        let mut all = of("redis", self.before.0.differences(&now.0));
        all.retain(|line| !line.starts_with("redis key \"miss:"));
        all.extend(of("maria", self.before.1.differences(&now.1)));
        all.extend(of("pg", self.before.2.differences(&now.2)));
        all
    }

    /// Ends the load; it was connected all the time.
    pub async fn end(self) {
        self.load.end().await;
    }
}

async fn world(
    redis: &RedisServer,
    maria: &MariadbServer,
    postgres: &PostgresServer,
) -> (snapshot::World, Facts, Facts) {
    tokio::join!(snapshot::World::of(redis), Facts::mysql(maria, "app"), Facts::postgres(postgres, "app"))
}
