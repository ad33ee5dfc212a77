//! The systems of a drill: real servers with accounts, tables and a filled cache.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Context as _;
use redis::aio::MultiplexedConnection;

use crate::config::{
    Address, MysqlTarget, PostgresTarget, RedisTarget, Secret, Settings, Target, TargetSpec,
};
use crate::drill::page::Shell;
use crate::drill::pool::{Backend, Pool, STATEMENT_TIMEOUT_MS};
use crate::drill::shop::{BREAKER, PAGES, in_mysql, key};
use crate::error::Failure;
use crate::lab::{Lab, MariadbServer, PostgresServer, RedisServer, connect};

/// Connections that each database allows.
const MAX_CONNECTIONS: u32 = 40;
/// Connections that the application may open to each: nearly all, as pools that were sized one by one add up to.
const POOL: usize = 38;
/// PostgreSQL keeps three for superusers.
const POSTGRES_POOL: usize = 36;
/// The application's connections to the cache.
const CACHE_CONNECTIONS: usize = 20;
const PAGE_BYTES: u32 = 200;

/// The servers, and how to get in.
pub(super) struct World {
    lab: Lab,
    redis: RedisServer,
    mariadb: MariadbServer,
    postgres: PostgresServer,
    app_password: String,
    /// Whether the application has one, for whoever acts on it.
    breaker: bool,
}

/// A password that other users of this machine cannot guess: they can reach the loopback interface too.
fn password() -> io::Result<String> {
    let mut bytes = [0; 12];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl World {
    /// Starts and fills everything. Errors: a server is not installed or does not start.
    pub(super) async fn start(ttl: u32, seed: u64, breaker: bool) -> Result<Self, Failure> {
        let new = || password().context("cannot make a password");
        let lab = Lab::with_password(&new()?)?;
        let app_password = new()?;
        let connections = format!("--max-connections={MAX_CONNECTIONS}");
        let limit = MAX_CONNECTIONS.to_string();
        // A slow machine breaks off logins; the drill is not about a host that is locked out for that.
        let maria_args = [connections.as_str(), "--performance-schema=ON", "--max-connect-errors=1000000"];
        let settings = [("max_connections", limit.as_str())];
        let (redis, mariadb, postgres) =
            tokio::try_join!(lab.redis(&[]), lab.mariadb(&maria_args), lab.postgres(&settings))?;
        let world = Self { lab, redis, mariadb, postgres, app_password, breaker };
        tokio::try_join!(world.fill_mariadb(), world.fill_postgres(), world.fill_redis(ttl, seed))?;
        Ok(world)
    }

    async fn fill_mariadb(&self) -> Result<(), Failure> {
        let user = format!("CREATE USER app@'%' IDENTIFIED BY '{}'", self.app_password);
        let rows = format!(
            "INSERT INTO shop.profiles SELECT seq * 2, REPEAT('m', {PAGE_BYTES}) FROM seq_1_to_{}",
            PAGES / 2
        );
        let table = "CREATE TABLE shop.profiles (id INT PRIMARY KEY, body TEXT NOT NULL)";
        let grant = "GRANT SELECT ON shop.* TO app@'%'";
        self.mariadb.root(&["CREATE DATABASE shop", "USE shop", table, &rows, &user, grant]).await
    }

    async fn fill_postgres(&self) -> Result<(), Failure> {
        let user = format!("CREATE ROLE app LOGIN PASSWORD '{}'", self.app_password);
        let rows = format!(
            "INSERT INTO products SELECT n * 2 - 1, repeat('p', {PAGE_BYTES}) FROM generate_series(1, {}) n",
            PAGES / 2
        );
        let table = "CREATE TABLE products (id int PRIMARY KEY, body text NOT NULL)";
        self.postgres.root(&[table, &rows, &user, "GRANT SELECT ON products TO app"]).await
    }

    async fn fill_redis(&self, ttl: u32, seed: u64) -> Result<(), Failure> {
        let ops = format!(">{}", self.lab.password());
        let app = format!(">{}", self.app_password);
        // By the socket, which only we can open; nobody else can get in once the default user is off.
        self.redis.says(&["ACL", "SETUSER", "ops", "on", &ops, "~*", "&*", "+@all"]).await?;
        self.redis
            .says(&["ACL", "SETUSER", "app", "on", &app, "~*", "+get", "+mget", "+setex", "+client"])
            .await?;
        let mut admin = self.cache("ops", self.lab.password()).await?;
        self.redis.says(&["ACL", "SETUSER", "default", "off"]).await?;
        let mut random = fastrand::Rng::with_seed(seed);
        for chunk in (1..=PAGES).collect::<Vec<_>>().chunks(1_000) {
            let mut pipe = redis::pipe();
            for page in chunk {
                let letter = if in_mysql(*page) { "m" } else { "p" };
                let body = letter.repeat(PAGE_BYTES as usize);
                // As after hours of traffic: the pages were cached at different times.
                let left = random.u32(1..=ttl);
                pipe.cmd("SETEX").arg(key(*page)).arg(left).arg(body).ignore();
            }
            pipe.query_async::<()>(&mut admin).await.context("cannot fill the cache")?;
        }
        Ok(())
    }

    async fn cache(&self, user: &str, password: &str) -> Result<MultiplexedConnection, Failure> {
        let url = format!("redis://{user}:{password}@127.0.0.1:{}", self.redis.port());
        Ok(connect(&url).await.context("cannot reach the drill's cache")?)
    }

    /// The application's connections to the cache.
    pub(super) async fn app_cache(&self) -> Result<Vec<MultiplexedConnection>, Failure> {
        let mut connections = Vec::new();
        for _ in 0..CACHE_CONNECTIONS {
            connections.push(self.cache("app", &self.app_password).await?);
        }
        Ok(connections)
    }

    /// A connection to the cache that may do everything, for setting a scenario off.
    pub(super) async fn admin_cache(&self) -> Result<MultiplexedConnection, Failure> {
        self.cache("ops", self.lab.password()).await
    }

    /// The application's pool for MariaDB.
    pub(super) fn mysql_pool(&self) -> Pool {
        let seconds = f64::from(STATEMENT_TIMEOUT_MS) / 1_000.0;
        let options = mysql_async::OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.mariadb.port())
            .prefer_socket(Some(false))
            .user(Some("app"))
            .pass(Some(self.app_password.clone()))
            .db_name(Some("shop"))
            .init(vec![format!("SET SESSION max_statement_time = {seconds}")]);
        Pool::new(Backend::Mysql(options.into()), POOL)
    }

    /// The application's pool for PostgreSQL.
    pub(super) fn postgres_pool(&self) -> Pool {
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(self.postgres.port()).user("app").password(&self.app_password);
        config.dbname("postgres").application_name("shop");
        config.options(format!("-c statement_timeout={STATEMENT_TIMEOUT_MS}"));
        Pool::new(Backend::Postgres(Box::new(config)), POSTGRES_POOL)
    }

    /// The settings with which `detect` measures these servers, as `ops`.
    pub(super) fn settings(&self) -> Settings {
        let secret = || Some(Secret::new(self.lab.password()));
        let address = |port| Address::Tcp("127.0.0.1".into(), port);
        let redis = RedisTarget {
            addresses: vec![address(self.redis.port())],
            user: Some("ops".into()),
            password: secret(),
            ..RedisTarget::default()
        };
        let mysql = MysqlTarget {
            user: "ops".into(),
            password: secret(),
            ..MysqlTarget::at(address(self.mariadb.port()))
        };
        let postgres = PostgresTarget {
            address: address(self.postgres.port()),
            user: "ops".into(),
            password: secret(),
            database: "postgres".into(),
            tls: None,
            tls_optional: false,
        };
        let target = |name: &str, spec| Target { name: name.into(), spec };
        Settings {
            targets: vec![
                target("redis", TargetSpec::Redis(redis)),
                target("mysql", TargetSpec::Mysql(mysql)),
                target("postgres", TargetSpec::Postgres(postgres)),
            ],
            sources: vec!["redis, mysql, postgres: the drill's own servers".into()],
            ..Settings::default()
        }
    }

    /// Writes a `stampede.yaml` for these servers and an application that refills a key when `template` is called, and a list
    /// of all pages beside it; gives their folder. It has the passwords in it and is ours alone.
    pub(super) fn leave_configuration(&self, template: &str) -> Result<PathBuf, Failure> {
        let password = self.lab.password();
        let (key_of, value) = BREAKER;
        let breaker = match self.breaker {
            true => format!("flags: {{ circuit_breaker: {{ key: \"{key_of}\", value: \"{value}\" }} }}\n"),
            false => String::new(),
        };
        let text = format!(
            "# The servers of a drill: gone when it ends.\n\
             version: 1\n\
             targets:\n  \
               redis: {{ redis: \"127.0.0.1:{}\", user: ops, password: \"{password}\" }}\n  \
               mysql: {{ mysql: \"127.0.0.1:{}\", user: ops, password: \"{password}\" }}\n  \
               postgres: {{ postgres: \"127.0.0.1:{}\", user: ops, password: \"{password}\", database: postgres }}\n\
             thresholds: {{ running_slow: 15, running_stop: 30 }}\n\
             facts: {{ on_cache_error: error, lock_dialect: none, expiry_lives_in: cache, tolerates_read_only: true }}\n\
             rebuild: {{ http: \"{template}\" }}\n\
             {breaker}",
            self.redis.port(),
            self.mariadb.port(),
            self.postgres.port(),
        );
        let keys: String = (1..=PAGES).map(|page| key(page) + "\n").collect();
        let written = self.lab.private_folder("operator").and_then(|folder| {
            fs::write(folder.join("stampede.yaml"), text)?;
            fs::write(folder.join("keys.txt"), keys)?;
            Ok(folder)
        });
        Ok(written.context("cannot write the drill's stampede.yaml")?)
    }

    /// A shell in which the names of the page's clients lead to these servers, as `ops`. Errors: it cannot be written.
    pub(super) fn shell(&self, api: &str) -> Result<Shell, Failure> {
        let password = self.lab.password();
        let clients = [
            (
                "redis-cli",
                format!(
                    "redis-cli -h 127.0.0.1 -p {} --user ops --pass {password} --no-auth-warning",
                    self.redis.port()
                ),
            ),
            ("mysql", format!("mysql -h 127.0.0.1 -P {} -u ops -p{password}", self.mariadb.port())),
            (
                "psql",
                format!(
                    "env PGPASSWORD={password} psql -h 127.0.0.1 -p {} -U ops -d postgres",
                    self.postgres.port()
                ),
            ),
        ];
        let shell = self.lab.private_folder("page").and_then(|folder| Shell::new(folder, &clients, api));
        Ok(shell.context("cannot prepare a shell")?)
    }

    /// What is not as the drill began with it, of what the page and the playbooks switch; and what of it cannot be read.
    pub(super) async fn left_switched(&self) -> Vec<String> {
        let mut left = Vec::new();
        match self.admin_cache().await {
            Ok(mut cache) => {
                for (name, began) in [("maxclients", "10000"), ("timeout", "0")] {
                    let asked = redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut cache).await;
                    match asked {
                        Ok((_, now)) if now == began => {}
                        Ok((name, now)) => left.push(format!("redis {name} {now}")),
                        Err::<(String, String), _>(_) => left.push(format!("redis {name}: not known")),
                    }
                }
                let set = redis::cmd("GET").arg(BREAKER.0).query_async::<Option<String>>(&mut cache).await;
                match set {
                    Ok(set) => left.extend(set.map(|value| format!("{} {value}", BREAKER.0))),
                    Err(_) => left.push(format!("{}: not known", BREAKER.0)),
                }
            }
            Err(_) => left.push("redis: not known".into()),
        }
        let mysql = self.mariadb.query("SELECT @@read_only").await;
        left.extend(switched("mysql read_only", "1", mysql));
        let postgres = self.postgres.query("SHOW default_transaction_read_only").await;
        left.extend(switched("postgres default_transaction_read_only", "on", postgres));
        left
    }

    /// Stops all servers and removes their data.
    pub(super) async fn stop(self) {
        self.lab.stop().await;
    }
}

/// The name of a switch that shows `on`, or that what it shows is not known.
fn switched(name: &str, on: &str, shown: Result<Vec<Vec<Option<String>>>, Failure>) -> Option<String> {
    let cell = shown.ok().and_then(|rows| rows.into_iter().next()?.into_iter().next()?);
    match cell {
        Some(cell) => (cell == on).then(|| name.to_owned()),
        None => Some(format!("{name}: not known")),
    }
}
