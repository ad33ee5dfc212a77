//! Redis servers.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;

use crate::error::Failure;
use crate::lab::Lab;
use crate::lab::binaries::{self, find};
use crate::lab::server::{PATIENCE, Ready, Server, is_a_server, until};

/// A running Redis or Valkey.
#[derive(Clone)]
pub struct RedisServer {
    server: Server,
    socket: PathBuf,
    tls: bool,
}

is_a_server!(RedisServer);

impl RedisServer {
    pub(super) fn new(server: Server, socket: PathBuf, tls: bool) -> Self {
        Self { server, socket, tls }
    }

    /// Its address for a client, without credentials: `redis://127.0.0.1:PORT` (`rediss:` under TLS).
    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.tls { "rediss" } else { "redis" }, self.port())
    }

    /// Its unix socket, which speaks plain text under TLS too.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Sends one command by the unix socket, for setting things up, and gives the reply as text. Errors: what the
    /// server says.
    pub async fn says(&self, command: &[&str]) -> Result<String, Failure> {
        let cannot = "cannot set up Redis";
        let url = format!("redis+unix://{}", self.socket.display());
        let mut connection = connect(&url).await.context(cannot)?;
        let mut request = redis::Cmd::new();
        command.iter().for_each(|part| _ = request.arg(part));
        let reply: redis::Value = request.query_async(&mut connection).await.context(cannot)?;
        Ok(redis::from_redis_value::<String>(reply.clone()).unwrap_or_else(|_| format!("{reply:?}")))
    }

    /// Asks again and again until the answer is the right one. Errors: it never is.
    pub(super) async fn until(
        &self,
        what: &str,
        command: &[&str],
        right: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        until(what, async || self.says(command).await, right).await
    }

    /// Waits until it has all that its primary has. Errors: it cannot follow.
    pub(super) async fn until_in_step(&self, what: &str) -> Result<(), Failure> {
        self.until(what, &["INFO", "replication"], |info| info.contains("master_link_status:up")).await
    }
}

/// A client of a Redis that waits long enough on a busy machine; the library gives an answer up after half a second.
/// Errors: nobody listens, or refuses.
pub async fn connect(url: &str) -> redis::RedisResult<MultiplexedConnection> {
    let patient = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    redis::Client::open(url)?.get_multiplexed_async_connection_with_config(&patient).await
}

impl Lab {
    /// Starts Redis with further arguments (`&["--maxclients", "20"]`), which win over the lab's own.
    /// Errors: not installed; refuses the arguments.
    pub async fn redis(&self, args: &[&str]) -> Result<RedisServer, Failure> {
        self.start_redis(args, false).await
    }

    /// Starts Redis that speaks TLS only; the arguments bring the certificates (`--tls-cert-file` and so on).
    /// Errors: not installed; built without TLS; refuses the arguments.
    pub async fn redis_tls(&self, args: &[&str]) -> Result<RedisServer, Failure> {
        self.start_redis(args, true).await
    }

    /// Starts Redis with an ACL rule for each user: `&["ops on >ops-pass ~* &* +@all", "default off"]`.
    /// Errors: not installed; refuses the rules or arguments.
    pub async fn redis_with_acl(&self, rules: &[&str], args: &[&str]) -> Result<RedisServer, Failure> {
        let mut all = Vec::new();
        for rule in rules {
            all.push("--user");
            all.extend(rule.split_whitespace());
        }
        all.extend(args);
        self.start_redis(&all, false).await
    }

    /// Starts a replica of `primary` and waits until it has its data. Errors: as for [`Lab::redis`]; it cannot follow.
    pub async fn redis_replica_of(
        &self,
        primary: &RedisServer,
        args: &[&str],
    ) -> Result<RedisServer, Failure> {
        let port = primary.port().to_string();
        let mut all = vec!["--replicaof", "127.0.0.1", &port];
        all.extend(args);
        let replica = self.redis(&all).await?;
        replica.until_in_step("replica follows its primary").await?;
        Ok(replica)
    }

    pub(super) async fn start_redis(&self, args: &[&str], tls: bool) -> Result<RedisServer, Failure> {
        let program = find(&binaries::REDIS)?;
        let folder = self.folder("redis")?;
        let socket = folder.join("redis.sock");
        // Empty, and its own: CONFIG REWRITE works, as it does in production.
        let file = folder.join("redis.conf");
        self.write_private(&file, "").context("cannot write the configuration of a Redis")?;
        let launch = |port: u16| {
            let number = port.to_string();
            let (plain, encrypted) = if tls { ("0", number.as_str()) } else { (number.as_str(), "0") };
            let mut fixed = vec!["--port", plain, "--bind", "127.0.0.1", "--daemonize", "no"];
            // Options of a build with TLS would stop one without.
            if tls {
                fixed.extend(["--tls-port", encrypted]);
            }
            fixed.extend([
                "--save",
                "",
                "--appendonly",
                "no",
                "--repl-diskless-sync-delay",
                "0",
                "--unixsocket",
            ]);
            let mut arguments = vec![file.clone().into()];
            arguments.extend(super::arguments(fixed, &[]));
            arguments.push(socket.clone().into());
            arguments.extend(args.iter().map(Into::into));
            self.launch(&program, arguments, &folder)
        };
        let server = Server::start(self, "Redis", Ready::Ping(socket.clone()), launch).await?;
        Ok(RedisServer::new(server, socket, tls))
    }
}
