//! Opens byte streams to a target: several staggered attempts, because a full accept queue drops the first SYN and
//! the kernel sends the next one a second later (docs/systems.md).

use std::io;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream, lookup_host};

use crate::clock;
use crate::config::Address;
use crate::error::{TargetError, TargetErrorKind};

/// Longest wait for one connection: the kernel's second SYN is at 1 s, its third at 3 s.
pub const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_500);
/// Pause before another attempt is started beside one that hangs.
const STAGGER: Duration = Duration::from_millis(400);
/// Attempts at the same time, at most.
const ATTEMPTS: usize = 3;

/// A plain or encrypted byte stream.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A stream whose kind no longer matters.
pub type BoxedStream = Box<dyn Stream>;

/// Opens a stream to `address`. Errors: `Refused`, `Unreachable` (no such host, no route), `Timeout`.
pub async fn connect(address: &Address) -> Result<BoxedStream, TargetError> {
    match address {
        Address::Unix(path) => match tokio::time::timeout(CONNECT_TIMEOUT, UnixStream::connect(path)).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) => Err(unreachable(address, error)),
            Err(_) => Err(silent(address)),
        },
        Address::Tcp(host, port) => {
            let stream = connect_tcp(address, host, *port).await?;
            Ok(Box::new(stream))
        }
    }
}

async fn connect_tcp(address: &Address, host: &str, port: u16) -> Result<TcpStream, TargetError> {
    let race = async {
        let addresses: Vec<_> =
            lookup_host((host, port)).await.map_err(|error| unreachable(address, error))?.collect();
        if addresses.is_empty() {
            return Err(TargetError::new(TargetErrorKind::Unreachable, format!("{host} has no address")));
        }
        let mut running = FuturesUnordered::new();
        let mut started = 0;
        loop {
            if started < ATTEMPTS.max(addresses.len()) {
                running.push(TcpStream::connect(addresses[started % addresses.len()]));
                started += 1;
            }
            tokio::select! {
                Some(result) = running.next() => match result {
                    Ok(stream) => {
                        _ = stream.set_nodelay(true);
                        return Ok(stream);
                    }
                    Err(error) => {
                        // Each address has refused: a further try would be refused as well.
                        if started >= addresses.len() && running.is_empty() {
                            return Err(unreachable(address, error));
                        }
                    }
                },
                () = clock::sleep(STAGGER) => {}
            }
        }
    };
    tokio::time::timeout(CONNECT_TIMEOUT, race).await.unwrap_or_else(|_| Err(silent(address)))
}

fn unreachable(address: &Address, error: io::Error) -> TargetError {
    use TargetErrorKind::{Refused, Unreachable};
    let (kind, what) = match (error.kind(), address) {
        (io::ErrorKind::ConnectionRefused, _) => {
            (Refused, format!("nothing listens on {address} (connection refused)"))
        }
        (io::ErrorKind::NotFound, Address::Unix(_)) => (Refused, format!("no socket at {address}")),
        (io::ErrorKind::PermissionDenied, _) => (Unreachable, format!("no permission to open {address}")),
        _ => (Unreachable, format!("cannot connect to {address}: {error}")),
    };
    TargetError::new(kind, what).hint("is the server up, and is this its address?").caused_by(error)
}

fn silent(address: &Address) -> TargetError {
    TargetError::new(
        TargetErrorKind::Timeout,
        format!("{address} did not accept a connection within {:.1} s", CONNECT_TIMEOUT.as_secs_f64()),
    )
    .hint("a firewall in between, or a server too busy to accept (full backlog)")
}
