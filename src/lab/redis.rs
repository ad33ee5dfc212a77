//! Redis servers.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::error::Failure;
use crate::lab::binaries::{self, find};
use crate::lab::process::Launch;
use crate::lab::server::{Ready, Server};
use crate::lab::{Lab, arguments};

/// A running Redis or Valkey.
#[derive(Clone)]
pub struct RedisServer {
    server: Server,
    socket: PathBuf,
    tls: bool,
}

impl Deref for RedisServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl RedisServer {
    /// Its address for a client, without credentials: `redis://127.0.0.1:PORT` (`rediss:` under TLS).
    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", if self.tls { "rediss" } else { "redis" }, self.port())
    }

    /// Its unix socket, which speaks plain text under TLS too.
    pub fn socket(&self) -> &Path {
        &self.socket
    }
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

    async fn start_redis(&self, args: &[&str], tls: bool) -> Result<RedisServer, Failure> {
        let program = find(&binaries::REDIS)?;
        let folder = self.folder("redis")?;
        let socket = folder.join("redis.sock");
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
            let mut arguments = arguments(fixed, &[]);
            arguments.push(socket.clone().into());
            arguments.extend(args.iter().map(Into::into));
            Launch {
                program: program.clone(),
                args: arguments,
                folder: folder.clone(),
                account: self.account,
                shutdown: Signal::TERM,
                abort: Signal::KILL,
            }
        };
        let server = Server::start(self, "Redis", Ready::Ping(socket.clone()), launch).await?;
        Ok(RedisServer { server, socket, tls })
    }
}
