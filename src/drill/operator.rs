//! What a drill leaves for whoever acts on it: an account, a configuration, a shell; and what he has left switched.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use redis::RedisError;

use crate::config::{
    Address, MysqlTarget, PostgresTarget, RedisTarget, Secret, Settings, Target, TargetSpec, Topology,
};
use crate::drill::backstage::SERVICE;
use crate::drill::fleet::app::{BREAKER, TRAFFIC};
use crate::drill::fleet::catalogue::key;
use crate::drill::page::Shell;
use crate::drill::scenario::spec::{OnCacheError, What};
use crate::drill::world::World;
use crate::error::Failure;
use crate::felt::{Switch, Switched, Told};

impl World {
    fn sentinel_port(&self) -> Option<u16> {
        self.backstage.standby.as_ref().map(|(_, sentinel)| sentinel.port())
    }

    /// The settings with which `detect` measures these servers, as `ops`.
    pub(super) fn settings(&self) -> Settings {
        let secret = || Some(Secret::new(self.lab.password()));
        let address = |port| Address::Tcp("127.0.0.1".into(), port);
        let sentinel = self.sentinel_port();
        let redis = RedisTarget {
            addresses: vec![address(sentinel.unwrap_or(self.backstage.redis_port()))],
            topology: sentinel.map_or(Topology::Auto, |_| Topology::Sentinel(SERVICE.into())),
            user: Some("ops".into()),
            password: secret(),
            ..RedisTarget::default()
        };
        let mysql = MysqlTarget {
            user: "ops".into(),
            password: secret(),
            ..MysqlTarget::at(address(self.backstage.mariadb.port()))
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
    pub(super) fn leave_configuration(&self, template: &str, lock_dialect: &str) -> Result<PathBuf, Failure> {
        let password = self.lab.password();
        let (key_of, value) = BREAKER;
        let scenario = &self.scenario;
        let breaker = match scenario.application.breaker {
            true => format!("flags: {{ circuit_breaker: {{ key: \"{key_of}\", value: \"{value}\" }} }}\n"),
            false => String::new(),
        };
        let cache = match self.sentinel_port() {
            Some(port) => format!("{{ sentinels: [\"127.0.0.1:{port}\"], service: {SERVICE} }}"),
            None => format!("\"127.0.0.1:{}\"", self.backstage.redis_port()),
        };
        // Of all that the application may run at a time.
        let most = scenario.application.servers * scenario.application.database_pool;
        let (slow, stop) = (most * 3 / 8, most * 3 / 4);
        let on_cache_error = match scenario.application.on_cache_error {
            OnCacheError::Error => "error",
            OnCacheError::Database => "database",
        };
        let text = format!(
            "# The servers of a drill: gone when it ends.\n\
             version: 1\n\
             targets:\n  \
               redis: {{ redis: {cache}, user: ops, password: \"{password}\" }}\n  \
               mysql: {{ mysql: \"127.0.0.1:{}\", user: ops, password: \"{password}\" }}\n  \
               postgres: {{ postgres: \"127.0.0.1:{}\", user: ops, password: \"{password}\", database: postgres }}\n\
             thresholds: {{ running_slow: {slow}, running_stop: {stop} }}\n\
             facts: {{ on_cache_error: {on_cache_error}, lock_dialect: \"{lock_dialect}\", expiry_lives_in: cache, tolerates_read_only: true }}\n\
             rebuild: {{ http: \"{template}\" }}\n\
             {breaker}",
            self.backstage.mariadb.port(),
            self.postgres.port(),
        );
        let keys: String = (1..=scenario.pages.count).map(|page| key(page) + "\n").collect();
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
                    self.backstage.redis_port()
                ),
            ),
            ("mysql", format!("mysql -h 127.0.0.1 -P {} -u ops -p{password}", self.backstage.mariadb.port())),
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
    pub(super) async fn left_switched(&self) -> Vec<Switched> {
        let mut left = Vec::new();
        let mut tell = |what, now: Result<Option<String>, String>| {
            let now = now.map_or_else(|why| Some(Told::Unknown(why)), |now| now.map(Told::Known));
            left.extend(now.map(|now| Switched { what, now }));
        };
        let cache = self.backstage.admin_cache().await.map_err(|failure| format!("{failure:#}"));
        let said = |error: RedisError| error.to_string();
        for (name, began) in &self.began {
            let now = match &cache {
                // It changes that, and not the operator alone.
                Ok(_) if *name == "maxmemory" && self.happens(|what| matches!(what, What::Evict { .. })) => {
                    Err("the trouble changes it, too".to_owned())
                }
                Ok(cache) => {
                    let mut asked = redis::cmd("CONFIG");
                    let asked = asked.arg("GET").arg(*name).query_async(&mut cache.clone()).await;
                    asked.map(|(_, now): (String, String)| (now != *began).then_some(now)).map_err(said)
                }
                Err(why) => Err(why.clone()),
            };
            tell(Switch::Setting((*name).to_owned()), now);
        }
        for name in [BREAKER.0, TRAFFIC] {
            let now = match &cache {
                Ok(cache) => redis::cmd("GET").arg(name).query_async(&mut cache.clone()).await.map_err(said),
                Err(why) => Err(why.clone()),
            };
            tell(Switch::Other(name.to_owned()), now);
        }
        let mysql = self.backstage.mariadb.query("SELECT @@read_only").await;
        tell(Switch::Other("mysql read_only".into()), switched("1", mysql));
        let postgres = self.postgres.query("SHOW default_transaction_read_only").await;
        tell(Switch::Other("postgres default_transaction_read_only".into()), switched("on", postgres));
        left
    }
}

/// Whether what a database shows is `on`, which needs no word of its own. Errors: it shows nothing.
fn switched(on: &str, shown: Result<Vec<Vec<Option<String>>>, Failure>) -> Result<Option<String>, String> {
    let rows = shown.map_err(|failure| format!("{failure:#}"))?;
    let cell = rows.into_iter().next().and_then(|row| row.into_iter().next()?);
    let cell = cell.ok_or("it shows nothing")?;
    Ok((cell == on).then(String::new))
}
