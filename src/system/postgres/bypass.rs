//! The way in when PostgreSQL is truly full: a walsender connection (`replication=database`) is outside
//! `max_connections` and takes plain SQL (docs/systems.md). The client library does not offer that startup
//! parameter, so this stream adds it to the startup message, the first thing the library writes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The parameter, as the startup message holds it.
const PARAMETER: &[u8] = b"replication\0database\0";
/// Longer is no startup message (the server's own limit).
const MAX_STARTUP: usize = 10_000;

/// A stream whose first message gets one more parameter.
pub(super) struct AsWalsender<S> {
    inner: S,
    state: State,
}

enum State {
    /// The startup message is not complete yet.
    Collecting(Vec<u8>),
    /// It is on its way, from this byte on.
    Sending(Vec<u8>, usize),
    /// It is out: bytes pass through.
    Open,
}

impl<S> AsWalsender<S> {
    /// Wraps a stream on which nothing but a TLS negotiation has been said.
    pub(super) fn new(inner: S) -> Self {
        Self { inner, state: State::Collecting(Vec::new()) }
    }
}

/// Adds the parameter when `message` is a whole startup message: length (4), protocol (4), `name\0value\0`…, `\0`.
fn extend(message: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let Some(head) = message.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_be_bytes(*head) as usize;
    if !(9..=MAX_STARTUP).contains(&length) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a startup message"));
    }
    if message.len() < length {
        return Ok(None);
    }
    let (startup, rest) = message.split_at(length);
    let total = u32::try_from(length + PARAMETER.len()).map_err(io::Error::other)?;
    let mut out = Vec::with_capacity(message.len() + PARAMETER.len());
    out.extend_from_slice(&total.to_be_bytes());
    out.extend_from_slice(&startup[4..length - 1]);
    out.extend_from_slice(PARAMETER);
    out.push(0);
    out.extend_from_slice(rest);
    Ok(Some(out))
}

impl<S: AsyncWrite + Unpin> AsWalsender<S> {
    /// Writes out what is ready of the startup message.
    fn poll_startup(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let State::Sending(bytes, from) = &mut self.state {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, &bytes[*from..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *from += written;
            if *from == bytes.len() {
                self.state = State::Open;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for AsWalsender<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_startup(cx))?;
        let State::Collecting(held) = &mut self.state else {
            return Pin::new(&mut self.inner).poll_write(cx, buf);
        };
        held.extend_from_slice(buf);
        if let Some(message) = extend(held)? {
            self.state = State::Sending(message, 0);
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_startup(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_startup(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for AsWalsender<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// Protocol 3.0, `user` = `u`.
    const STARTUP: &[u8] = b"\0\0\0\x10\0\x03\0\0user\0u\0\0";
    const EXTENDED: &[u8] = b"\0\0\0\x25\0\x03\0\0user\0u\0replication\0database\0\0";

    #[tokio::test]
    async fn only_the_first_message_is_changed_however_it_is_cut() {
        assert_eq!(STARTUP.len(), 0x10);
        for cut in [1, 4, 9, STARTUP.len()] {
            // A pipe of 3 bytes forces partial writes.
            let (near, mut far) = duplex(3);
            let writer = tokio::spawn(async move {
                let mut stream = AsWalsender::new(near);
                stream.write_all(&STARTUP[..cut]).await?;
                stream.flush().await?;
                stream.write_all(&STARTUP[cut..]).await?;
                stream.write_all(b"Q\0\0\0\x05\0").await?;
                stream.shutdown().await
            });
            let mut sent = Vec::new();
            far.read_to_end(&mut sent).await.unwrap();
            writer.await.unwrap().unwrap();
            assert_eq!(sent, [EXTENDED, b"Q\0\0\0\x05\0"].concat(), "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn what_is_no_startup_message_is_refused() {
        let (near, _far) = duplex(64);
        assert!(AsWalsender::new(near).write_all(b"GET / HTTP/1.1").await.is_err());
    }
}
