//! A night on which something is the matter: of what is looked for in the cache, nothing is there.

use std::time::Duration;

use stampede::clock;
use stampede::lab::RedisServer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Reads that miss, until this goes. A phase that nobody attends does not begin without: on an idle server it cannot be said what is
/// the matter.
pub struct Night(JoinHandle<()>);

impl Night {
    pub async fn over(redis: &RedisServer) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", redis.port())).await.unwrap();
        Self(tokio::spawn(async move {
            let mut replies = [0; 5 * 100];
            while stream.write_all(&b"GET absent\r\n".repeat(100)).await.is_ok() {
                if stream.read_exact(&mut replies).await.is_err() {
                    return;
                }
                clock::sleep(Duration::from_millis(20)).await;
            }
        }))
    }
}

impl Drop for Night {
    fn drop(&mut self) {
        self.0.abort();
    }
}
