//! A login at a server from before there were users: real servers behind a relay that takes the user away, as those would.

use stampede::error::TargetErrorKind;
use stampede::lab::Lab;
use stampede::observation::Metric;
use stampede::probe::{Part, TargetReport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{known, measure, send, with_user};

/// Takes an `AUTH` of two words as a server before Redis 6 does: the server behind it says so itself, to an `AUTH` of none.
async fn before_users(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let own = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the server");
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 << 10];
                while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
                    // The login goes out in one write.
                    _ = to_server.write_all(&without_users(&bytes[..length])).await;
                }
            });
        }
    });
    own
}

fn without_users(bytes: &[u8]) -> Vec<u8> {
    let Some(rest) = bytes.strip_prefix(b"*3\r\n$4\r\nAUTH\r\n") else { return bytes.to_vec() };
    let ends: Vec<usize> =
        rest.windows(2).enumerate().filter(|(_, two)| *two == b"\r\n").map(|(at, _)| at).collect();
    [b"*1\r\n$4\r\nAUTH\r\n".as_slice(), &rest[ends[3] + 2..]].concat()
}

fn failure(report: &TargetReport) -> &stampede::error::TargetError {
    report.error.as_ref().unwrap_or_else(|| panic!("no error: {report:#?}"))
}

#[tokio::test]
async fn a_user_that_the_server_cannot_know_is_left_out() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    send::<()>(&redis.url(), &["SET", "k", "v"]).await;
    send::<()>(&redis.url(), &["CONFIG", "SET", "requirepass", "pw"]).await;
    let old = before_users(redis.port()).await;
    let seen = measure(with_user(&[old], "h", "pw"), &[Part::Cache], 0).await;
    assert!(seen.error.is_none(), "{:?}", seen.error);
    assert_eq!(known(&seen, Metric::CacheKeys), 1.0);
    let notes: Vec<_> = seen.notes.iter().filter(|note| note.contains("knows no users")).collect();
    assert_eq!(notes.len(), 1, "{:?}", seen.notes);
    // A wrong password stays one, in the words of that server.
    let seen = measure(with_user(&[old], "h", "other"), &[Part::Cache], 0).await;
    assert_eq!(failure(&seen).kind, TargetErrorKind::Authentication);
    assert!(!format!("{seen:?}").contains("other"), "a password was shown");
}
