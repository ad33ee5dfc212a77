//! The doors by which what goes wrong gets at the drill's servers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use redis::aio::MultiplexedConnection;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::lab::{MariadbServer, RedisServer, connect};

/// The name of the cache where a Sentinel says who it is.
pub(super) const SERVICE: &str = "drill";
/// Longest wait for a fail-over.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// How what goes wrong gets at the servers.
#[derive(Clone)]
pub(super) struct Backstage {
    pub(super) mariadb: MariadbServer,
    pub(super) redis: RedisServer,
    /// The replica that the cache fails over to, and the Sentinel that says who is the primary.
    pub(super) standby: Option<(RedisServer, RedisServer)>,
    /// Where the primary is.
    pub(super) port: Arc<AtomicU16>,
    pub(super) ops_password: String,
    pub(super) service_password: String,
}

impl Backstage {
    /// Where the cache's primary is.
    pub(super) fn redis_port(&self) -> u16 {
        self.port.load(Ordering::Relaxed)
    }

    async fn cache(&self, user: &str, password: &str) -> Result<MultiplexedConnection, Failure> {
        let url = format!("redis://{user}:{password}@127.0.0.1:{}", self.redis_port());
        Ok(connect(&url).await.context("cannot reach the drill's cache")?)
    }

    /// A connection to the cache that may do everything.
    pub(super) async fn admin_cache(&self) -> Result<MultiplexedConnection, Failure> {
        self.cache("ops", &self.ops_password).await
    }

    /// What another service says to the cache when it logs in.
    pub(super) fn service_login(&self) -> String {
        format!("AUTH reports {}\r\nCLIENT SETNAME reports\r\n", self.service_password)
    }

    /// Has the Sentinel make the replica the primary, and gives its port. Errors: there is none, or it does not.
    pub(super) async fn fail_over(&self) -> Result<u16, Failure> {
        let (_, sentinel) = self.standby.as_ref().context("the drill's cache has no replica")?;
        let before = self.redis_port();
        sentinel.says(&["SENTINEL", "FAILOVER", SERVICE]).await?;
        let deadline = clock::instant() + PATIENCE;
        loop {
            let now = primary(sentinel).await?;
            if now != before {
                self.port.store(now, Ordering::Relaxed);
                return Ok(now);
            }
            if clock::instant() > deadline {
                return Err(Failure::new(FailureKind::Failed, "the drill's cache does not fail over"));
            }
            clock::sleep(POLL).await;
        }
    }
}

/// The port of the primary, by the Sentinel.
async fn primary(sentinel: &RedisServer) -> Result<u16, Failure> {
    let info = sentinel.says(&["INFO", "sentinel"]).await?;
    let port =
        info.split_once("address=127.0.0.1:").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
    Ok(port.context("the Sentinel of the drill does not say where its primary is")?)
}
