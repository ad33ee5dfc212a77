//! The tools that later tests break things with: each is tried on a real server or program, so that those tests can
//! believe it.

mod binary;
mod counting;
mod databases;
mod proxy;
mod snapshot;
mod statements;
mod terminal;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::PATIENCE;

/// Commands as a client library packs them, all in one piece.
fn packed(commands: &[&[&str]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for words in commands {
        let mut command = redis::Cmd::new();
        words.iter().for_each(|word| _ = command.arg(*word));
        bytes.extend(command.get_packed_command());
    }
    bytes
}

/// A connection that shows each byte that comes, unlike that of a client library.
struct Raw(TcpStream);

impl Raw {
    async fn to(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// Says commands in one piece and reads exactly this answer.
    async fn asks(&mut self, commands: &[&[&str]], answer: &str) {
        self.send(&packed(commands)).await;
        self.hears(answer).await;
    }

    async fn hears(&mut self, answer: &str) {
        let mut came = vec![0; answer.len()];
        let heard = timeout(PATIENCE, self.0.read_exact(&mut came)).await;
        heard.unwrap_or_else(|_| panic!("never heard {answer:?}")).unwrap();
        assert_eq!(String::from_utf8_lossy(&came), answer);
    }

    /// What still comes until the other side has closed.
    async fn rest(&mut self) -> String {
        let mut came = Vec::new();
        // A reset says the same as an end of the stream.
        _ = timeout(PATIENCE, self.0.read_to_end(&mut came)).await.expect("it never hangs up");
        String::from_utf8(came).unwrap()
    }
}

/// Asks until it is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    let asking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asking).await.expect("it never was so");
}
