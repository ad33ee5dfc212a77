//! The systems of a drill: real servers with accounts, tables and a filled cache.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU16;

use anyhow::Context as _;

use crate::drill::backstage::{Backstage, SERVICE};
use crate::drill::fleet::cache::Home;
use crate::drill::fleet::catalogue::{HOTTEST, in_mysql, key};
use crate::drill::fleet::database::{Backend, Database};
use crate::drill::scenario::spec::{Form, Pages, Scenario, What};
use crate::error::Failure;
use crate::lab::{Lab, PostgresServer, RedisServer};

/// Connections that MariaDB allows beyond those that the application may open: pools that were sized one by one add up to nearly
/// all.
const MYSQL_SPARE: usize = 2;
/// PostgreSQL keeps three for superusers.
const POSTGRES_SPARE: usize = 4;
/// Clients that the cache accepts beside the application where another service takes them: thousands would be more files than a
/// process may open.
const SPARE_CLIENTS: usize = 200;
/// Bytes that the cache keeps of answers that nobody takes; beyond that it ends who does not take them.
const UNTAKEN: &str = "1gb";
/// The setting that says so.
const LIMIT: &str = "maxmemory-clients";
/// What the application does with its cache, with and without forms of protection.
const APP_COMMANDS: [&str; 11] =
    ["+get", "+mget", "+set", "+del", "+pttl", "+pexpire", "+multi", "+exec", "+eval", "+client", "+ping"];

/// The servers, and how to get in.
pub(super) struct World {
    pub(super) lab: Lab,
    pub(super) backstage: Backstage,
    pub(super) postgres: PostgresServer,
    pub(super) app_password: String,
    pub(super) scenario: Arc<Scenario>,
    /// Settings that the page and the playbooks switch, as they were.
    pub(super) began: Vec<(&'static str, String)>,
}

/// A password that other users of this machine cannot guess: they can reach the loopback interface too.
fn password() -> io::Result<String> {
    let mut bytes = [0; 12];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn happens(scenario: &Scenario, what: fn(&What) -> bool) -> bool {
    scenario.trouble.iter().chain(&scenario.surprises).any(|happening| what(&happening.what))
}

impl World {
    /// Starts and fills everything. Errors: a server is not installed or does not start.
    pub(super) async fn start(scenario: Arc<Scenario>, seed: u64) -> Result<Self, Failure> {
        let new = || password().context("cannot make a password");
        let lab = Lab::with_password(&new()?)?;
        let pools = scenario.application.servers * scenario.application.database_pool;
        let connections = format!("--max-connections={}", pools + MYSQL_SPARE);
        let limit = (pools + POSTGRES_SPARE).to_string();
        // A slow machine breaks off logins; the drill is not about a host that is locked out for that.
        let maria_args = [connections.as_str(), "--performance-schema=ON", "--max-connect-errors=1000000"];
        let settings =
            [("max_connections", limit.as_str()), ("shared_preload_libraries", "pg_stat_statements")];
        let happens = |what| happens(&scenario, what);
        let application = &scenario.application;
        let clients = (application.servers * application.cache_pool + SPARE_CLIENTS).to_string();
        let mut redis_args = Vec::new();
        if happens(|what| matches!(what, What::TakeConnections { .. })) {
            redis_args.extend(["--maxclients", clients.as_str()]);
        }
        if happens(|what| matches!(what, What::Evict { .. })) {
            redis_args.extend(["--maxmemory-policy", "allkeys-lru"]);
        }
        let (redis, mariadb, postgres) =
            tokio::try_join!(lab.redis(&redis_args), lab.mariadb(&maria_args), lab.postgres(&settings))?;
        let standby = match happens(|what| matches!(what, What::FailOver)) {
            true => Some(lab.redis_replica_of(&redis, &redis_args).await?),
            false => None,
        };
        let port = Arc::new(AtomicU16::new(redis.port()));
        let (ops_password, service_password) = (lab.password().to_owned(), new()?);
        let backstage = Backstage { mariadb, redis, standby: None, port, ops_password, service_password };
        let mut world = Self { lab, backstage, postgres, app_password: new()?, scenario, began: Vec::new() };
        world.let_in(&world.backstage.redis).await?;
        if let Some(replica) = standby {
            world.let_in(&replica).await?;
            let user = format!("sentinel auth-user {SERVICE} ops");
            let login = format!("sentinel auth-pass {SERVICE} {}", world.lab.password());
            // Nobody fails over because the machine is busy.
            let patient = format!("sentinel down-after-milliseconds {SERVICE} 60000");
            let lines = [user.as_str(), &login, &patient];
            let sentinel = world.lab.sentinel(&world.backstage.redis, SERVICE, &lines).await?;
            world.backstage.standby = Some((replica, sentinel));
        }
        tokio::try_join!(world.fill_mariadb(), world.fill_postgres(), world.fill_redis(seed))?;
        let mut admin = world.backstage.admin_cache().await?;
        for name in ["maxclients", "timeout", "maxmemory", "notify-keyspace-events"] {
            let asked = redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut admin).await;
            let (_, began): (String, String) = asked.context("cannot read the drill's cache")?;
            world.began.push((name, began));
        }
        Ok(world)
    }

    /// Whether this is a part of the trouble, or of the surprises.
    pub(super) fn happens(&self, what: fn(&What) -> bool) -> bool {
        happens(&self.scenario, what)
    }

    /// The accounts of a cache, and a bound on what it keeps for them.
    async fn let_in(&self, redis: &RedisServer) -> Result<(), Failure> {
        let ops = format!(">{}", self.lab.password());
        let app = format!(">{}", self.app_password);
        let service = format!(">{}", self.backstage.service_password);
        // By the socket, which only we can open; nobody else can get in once the default user is off.
        redis.says(&["ACL", "SETUSER", "ops", "on", &ops, "~*", "&*", "+@all"]).await?;
        let mut rules = vec!["ACL", "SETUSER", "app", "on", &app, "~*"];
        rules.extend(APP_COMMANDS);
        redis.says(&rules).await?;
        redis.says(&["ACL", "SETUSER", "reports", "on", &service, "+client"]).await?;
        // Which of two caches follows the other may change.
        redis.says(&["CONFIG", "SET", "masteruser", "ops"]).await?;
        redis.says(&["CONFIG", "SET", "masterauth", self.lab.password()]).await?;
        // A Redis before 7 has no such limit.
        if redis.says(&["CONFIG", "GET", LIMIT]).await?.contains(LIMIT) {
            redis.says(&["CONFIG", "SET", LIMIT, UNTAKEN]).await?;
        }
        redis.says(&["ACL", "SETUSER", "default", "off"]).await?;
        Ok(())
    }

    async fn fill_mariadb(&self) -> Result<(), Failure> {
        let Pages { count, bytes, hot, .. } = self.scenario.pages;
        let user = format!("CREATE USER app@'%' IDENTIFIED BY '{}'", self.app_password);
        let rows = format!(
            "INSERT INTO shop.profiles SELECT seq * 2, REPEAT('m', {bytes}) FROM seq_1_to_{}",
            (count / 2).max(1)
        );
        let table = "CREATE TABLE shop.profiles (id INT PRIMARY KEY, body MEDIUMTEXT NOT NULL)";
        let grant = "GRANT SELECT ON shop.* TO app@'%'";
        let hot = hot.map_or(bytes, |hot| hot.bytes);
        let popular = format!("UPDATE shop.profiles SET body = REPEAT('m', {hot}) WHERE id = {HOTTEST}");
        let all = ["CREATE DATABASE shop", "USE shop", table, &rows, &popular, &user, grant];
        self.backstage.mariadb.root(&all).await
    }

    async fn fill_postgres(&self) -> Result<(), Failure> {
        let Pages { count, bytes, .. } = self.scenario.pages;
        let user = format!("CREATE ROLE app LOGIN PASSWORD '{}'", self.app_password);
        let rows = format!(
            "INSERT INTO products SELECT n * 2 - 1, repeat('p', {bytes}) FROM generate_series(1, {}) n",
            count.div_ceil(2)
        );
        let table = "CREATE TABLE products (id int PRIMARY KEY, body text NOT NULL)";
        let grant = "GRANT SELECT ON products TO app";
        self.postgres.root(&[table, &rows, &user, grant, "CREATE EXTENSION pg_stat_statements"]).await
    }

    async fn fill_redis(&self, seed: u64) -> Result<(), Failure> {
        let Pages { count, bytes, ttl, hot, .. } = self.scenario.pages;
        let ttl = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        // A page that is kept beyond its lifetime was cached for longer.
        let kept = if self.scenario.application.protection.contains(&Form::Stale) { ttl } else { 0 };
        let mut admin = self.backstage.admin_cache().await?;
        let mut random = fastrand::Rng::with_seed(seed);
        for chunk in (1..=count).collect::<Vec<_>>().chunks(1_000) {
            let mut pipe = redis::pipe();
            for page in chunk {
                let letter = if in_mysql(*page) { "m" } else { "p" };
                let bytes = hot.filter(|_| *page == HOTTEST).map_or(bytes, |hot| hot.bytes);
                let body = letter.repeat(bytes as usize);
                // As after hours of traffic: the pages were cached at different times.
                let left = kept + random.u64(1..=ttl);
                pipe.cmd("SET").arg(key(*page)).arg(body).arg("PX").arg(left).ignore();
            }
            pipe.query_async::<()>(&mut admin).await.context("cannot fill the cache")?;
        }
        Ok(())
    }

    /// Where the application's cache is.
    pub(super) fn home(&self) -> Arc<Home> {
        Home::new("app", &self.app_password, self.backstage.redis_port())
    }

    /// How what goes wrong gets at the servers.
    pub(super) fn backstage(&self) -> &Backstage {
        &self.backstage
    }

    /// MariaDB, as the application uses it.
    pub(super) fn mysql(&self) -> Arc<Database> {
        let seconds = self.scenario.cost.timeout.as_secs_f64();
        let options = mysql_async::OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(self.backstage.mariadb.port())
            .prefer_socket(Some(false))
            .user(Some("app"))
            .pass(Some(self.app_password.clone()))
            .db_name(Some("shop"))
            .init(vec![format!("SET SESSION max_statement_time = {seconds}")]);
        Database::new(Backend::Mysql(options.into()))
    }

    /// PostgreSQL, as the application uses it.
    pub(super) fn postgres(&self) -> Arc<Database> {
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(self.postgres.port()).user("app").password(&self.app_password);
        config.dbname("postgres").application_name("shop");
        config.options(format!("-c statement_timeout={}", self.scenario.cost.timeout.as_millis()));
        Database::new(Backend::Postgres(Box::new(config)))
    }

    /// Stops all servers and removes their data.
    pub(super) async fn stop(self) {
        self.lab.stop().await;
    }
}
