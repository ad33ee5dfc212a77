//! Opens the byte stream to a node, and finds out what a port speaks when it is not what we expected.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use crate::config::{Address, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::net::{self, BoxedStream};
use crate::system::redis::way::{Proof, Refused, Way};
use crate::system::tls;
use crate::text;

/// A TLS handshake that takes this long may be one with a server that speaks plain text.
const SUSPICION: Duration = Duration::from_millis(400);
/// How long a port is given to show whether it speaks TLS or plain text.
const KNOCK: Duration = Duration::from_millis(500);

/// Opens the stream to a node. Errors: those of the network; TLS and plain text on the wrong port, told apart.
pub async fn dial(way: &Way) -> Result<BoxedStream, Refused> {
    let stream = net::connect(&way.address).await?;
    let Some((config, name)) = &way.tls else { return Ok(stream) };
    let handshake = TlsConnector::from(config.clone()).connect(name.clone(), stream);
    let handshake = tokio::time::timeout(net::CONNECT_TIMEOUT, handshake);
    tokio::pin!(handshake);
    // A plain text server waits for the end of what it takes for a command: ask it meanwhile.
    let outcome = match tokio::time::timeout(SUSPICION, &mut handshake).await {
        Ok(outcome) => outcome,
        Err(_) if speaks_plainly(&way.address).await => return Err(plain_text(&way.address)),
        Err(_) => handshake.await,
    };
    let error = match outcome {
        Ok(Ok(stream)) => return Ok(Box::new(stream)),
        Ok(Err(error)) => Some(error),
        Err(_) => None,
    };
    let address = &way.address;
    let hung_up = error.as_ref().is_some_and(|error| {
        use std::io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
        matches!(error.kind(), UnexpectedEof | ConnectionReset | BrokenPipe)
    });
    if speaks_plainly(address).await {
        return Err(plain_text(address));
    }
    if hung_up {
        let full = TargetError::new(TargetErrorKind::Full, format!("{address} hung up in the TLS handshake"))
            .hint("probably full: over TLS a full server has no other way to say so");
        let error = TargetError { cause: error.map(|error| Arc::new(error) as _), ..full };
        return Err(Refused { error, full: Some(Proof::Probably) });
    }
    Err(match error {
        Some(error) => TargetError::new(
            TargetErrorKind::Tls,
            format!("TLS with {address} failed: {}", text::escape(&error.to_string())),
        )
        .hint("set the target's tls.ca (or tls.server_name); tls.insecure turns verification off")
        .caused_by(error),
        None => {
            TargetError::new(TargetErrorKind::Timeout, format!("{address} did not answer the TLS handshake"))
                .hint("a stopped or overloaded server, or a port that speaks something else")
        }
    }
    .into())
}

fn plain_text(address: &Address) -> Refused {
    TargetError::new(TargetErrorKind::Tls, format!("{address} speaks plain text, not TLS"))
        .hint("use redis:// or remove tls: from the target")
        .into()
}

/// Whether a port that hung up on plain text answers a TLS handshake, with whatever certificate.
pub async fn speaks_tls(address: &Address) -> bool {
    let knock = async {
        let config = tls::client_config(&Tls { insecure: true, ..Tls::default() }).ok()?;
        let name = tls::server_name(address, &Tls::default()).ok()?;
        let stream = net::connect(address).await.ok()?;
        match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
            Ok(_) => Some(true),
            Err(error) => Some(error.to_string().contains("fatal alert")),
        }
    };
    matches!(tokio::time::timeout(KNOCK, knock).await, Ok(Some(true)))
}

/// Whether a Redis answers plain text on a port on which TLS failed.
async fn speaks_plainly(address: &Address) -> bool {
    let knock = async {
        let mut stream = net::connect(address).await.ok()?;
        stream.write_all(b"PING\r\n").await.ok()?;
        let mut first = [0; 1];
        stream.read_exact(&mut first).await.ok()?;
        Some(matches!(first[0], b'+' | b'-'))
    };
    matches!(tokio::time::timeout(KNOCK, knock).await, Ok(Some(true)))
}
