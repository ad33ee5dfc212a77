//! Another service that opens connections to the cache and keeps them.

use std::time::Duration;

use anyhow::Context as _;
use redis::aio::MultiplexedConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::clock;
use crate::drill::backstage::Backstage;
use crate::error::Failure;

/// Between two looks at how many are left.
const LOOK: Duration = Duration::from_millis(200);

const UNCOUNTED: &str = "cannot count the clients of the drill's cache";

/// The service; dropping it closes its connections.
pub(super) struct Crowd(JoinHandle<()>);

impl Drop for Crowd {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Crowd {
    /// Opens connections until only `left` more would be accepted, and takes what becomes free, up to as many as the cache takes in all
    /// when it begins: no service has endless ones. Errors: the cache does not answer, or does not let it in.
    pub(super) async fn gather(
        backstage: &Backstage,
        mut admin: MultiplexedConnection,
        left: u32,
    ) -> Result<Self, Failure> {
        let (port, login) = (backstage.redis_port(), backstage.service_login());
        let mut held = Vec::new();
        let (_, most) = free(&mut admin).await.context(UNCOUNTED)?;
        take(&mut held, &mut admin, (left, most), port, &login).await?;
        Ok(Self(tokio::spawn(async move {
            loop {
                clock::sleep(LOOK).await;
                // One that somebody has closed is opened again.
                held.retain(is_open);
                // Nothing to hold on to for a moment: the next look tries again.
                _ = take(&mut held, &mut admin, (left, most), port, &login).await;
            }
        })))
    }
}

async fn take(
    held: &mut Vec<TcpStream>,
    admin: &mut MultiplexedConnection,
    (left, most): (u32, u32),
    port: u16,
    login: &str,
) -> Result<(), Failure> {
    let (free, _) = free(admin).await.context(UNCOUNTED)?;
    let may = (most as usize).saturating_sub(held.len());
    for _ in (left..free).take(may) {
        let stream = open(port, login).await.context("cannot take a connection of the drill's cache")?;
        held.push(stream);
    }
    Ok(())
}

/// How many more clients the cache would accept, and how many it takes in all.
async fn free(admin: &mut MultiplexedConnection) -> redis::RedisResult<(u32, u32)> {
    let most: (String, String) = redis::cmd("CONFIG").arg("GET").arg("maxclients").query_async(admin).await?;
    let clients: String = redis::cmd("INFO").arg("clients").query_async(admin).await?;
    let now = clients.lines().find_map(|line| line.strip_prefix("connected_clients:"));
    let number = |text: &str| text.trim().parse::<u32>().unwrap_or(0);
    let most = number(&most.1);
    Ok((most.saturating_sub(now.map_or(0, number)), most))
}

/// A connection of the service, logged in.
async fn open(port: u16, login: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(login.as_bytes()).await?;
    let mut answer = [0; 64];
    _ = stream.read(&mut answer).await?;
    Ok(stream)
}

fn is_open(stream: &TcpStream) -> bool {
    let mut nothing = [0; 64];
    match stream.try_read(&mut nothing) {
        Ok(length) => length > 0,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}
