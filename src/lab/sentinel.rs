//! Redis Sentinels.

use anyhow::Context as _;

use crate::error::Failure;
use crate::lab::binaries::{self, find};
use crate::lab::server::{Ready, Server};
use crate::lab::{Lab, RedisServer};

impl Lab {
    /// Starts a Sentinel that watches `primary` under the name `service`, with further lines for its configuration,
    /// and waits until it sees it up. Errors: as for [`Lab::redis`].
    pub async fn sentinel(
        &self,
        primary: &RedisServer,
        service: &str,
        lines: &[&str],
    ) -> Result<RedisServer, Failure> {
        let program = find(&binaries::REDIS)?;
        let folder = self.folder("sentinel")?;
        let socket = folder.join("redis.sock");
        // A Sentinel rewrites its configuration, which therefore is a file that it owns.
        let file = folder.join("sentinel.conf");
        let configuration = format!(
            "bind 127.0.0.1\nunixsocket {}\nsentinel monitor {service} 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds {service} 1000\nsentinel failover-timeout {service} 5000\n{}\n",
            socket.display(),
            primary.port(),
            lines.join("\n")
        );
        self.write_private(&file, &configuration).context("cannot write the configuration of a Sentinel")?;
        let launch = |port: u16| {
            let args =
                vec![file.clone().into(), "--sentinel".into(), "--port".into(), port.to_string().into()];
            self.launch(&program, args, &folder)
        };
        let server = Server::start(self, "Redis Sentinel", Ready::Ping(socket.clone()), launch).await?;
        let sentinel = RedisServer::new(server, socket, false);
        let sees = |info: &str| info.contains("status=ok");
        sentinel.until("Sentinel sees its primary", &["INFO", "sentinel"], sees).await?;
        Ok(sentinel)
    }
}
