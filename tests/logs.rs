//! Logs and the URL that users see: real files, pipes and sockets.

#![expect(clippy::unwrap_used, reason = "a test ends when its set-up fails")]

mod counting;
mod http;
mod nginx;
mod sources;
