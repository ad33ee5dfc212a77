//! A connection whose query was given up: never asked again, never answered late, and gone from the server.

use std::sync::Arc;
use std::time::Duration;

use stampede::clock;
use stampede::error::TargetErrorKind;
use stampede::lab::Lab;
use stampede::system::Dialling;
use stampede::system::redis::{Connection, Query, Reader, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{send, spec};

const PATIENCE: Duration = Duration::from_secs(5);

async fn connection(port: u16) -> Connection {
    let mut reader = Reader::new(&spec(&[port]));
    let connect_by = clock::instant() + PATIENCE;
    let dialling = Dialling { connect_by, reply: PATIENCE, say: Arc::new(|_| {}) };
    reader.ready(&dialling, &mut Vec::new()).await.expect("let in");
    reader.nodes.remove(0).connection.expect("a seat")
}

#[tokio::test]
async fn a_question_given_up_is_never_answered_to_the_next_one() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    send::<()>(&redis.url(), &["SET", "k", "v", "PX", "1000000"]).await;
    let connection = connection(redis.port()).await;
    let by = clock::instant() + PATIENCE;
    assert_eq!(connection.query_one(Query::Dbsize, by).await.expect("an answer"), Reply::Int(1));
    let before = connection.own().await;
    redis.pause();
    let late = clock::instant() + Duration::from_millis(100);
    let given_up = connection.query(&[Query::Dbsize, Query::Pttl(b"k")], late).await.expect_err("no answer");
    assert_eq!(given_up.kind, TargetErrorKind::Timeout);
    redis.resume();
    let next =
        connection.query_one(Query::Ping, clock::instant() + PATIENCE).await.expect_err("never used again");
    assert_eq!(next.kind, TargetErrorKind::Unreachable);
    assert_eq!(connection.own().await, before);
}

#[tokio::test]
async fn one_error_reply_leaves_the_others_and_our_own_share_is_exact() {
    let lab = Lab::new().expect("a lab");
    let redis = lab.redis(&[]).await.expect("redis");
    send::<()>(&redis.url(), &["SET", "k", "v", "PX", "1000000"]).await;
    let connection = connection(redis.port()).await;
    let before = connection.own().await;
    let queries = [
        Query::Pttl(b"k"),
        Query::ObjectFreq(b"k"),
        Query::Pttl(b"no such key"),
        Query::ConfigGet("maxclients"),
    ];
    let replies = connection.query(&queries, clock::instant() + PATIENCE).await.expect("answers");
    assert!(matches!(replies[0], Reply::Int(left) if left > 0), "{replies:?}");
    let why = replies[1].error().expect("no LFU policy is set");
    assert!(why.starts_with("ERR An LFU maxmemory policy is not selected"), "{why}");
    assert_eq!(replies[2], Reply::Int(-2));
    assert_eq!(replies[3].field("maxclients").and_then(Reply::text).as_deref(), Some("10000"));
    let own = connection.own().await;
    assert_eq!((own.commands - before.commands, own.hits, own.misses), (4, 2, 1));
    let stats: String = send(&redis.url(), &["INFO", "stats"]).await;
    assert!(stats.contains("keyspace_hits:2\r\n") && stats.contains("keyspace_misses:1\r\n"), "{stats}");
}

#[tokio::test]
async fn a_seat_that_is_given_up_hangs_up_on_a_server_that_still_owes_an_answer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        let mut heard = [0; 4096];
        _ = stream.read(&mut heard).await;
        _ = stream.write_all(b"+OK\r\n+OK\r\n+OK\r\n+PONG\r\n").await;
        // What a server that is no cluster says when it is asked for its shards; then never a word more.
        _ = stream.read(&mut heard).await;
        _ = stream.write_all(b"$0\r\n\r\n-ERR no cluster\r\n-ERR no cluster\r\n").await;
        while stream.read(&mut heard).await.is_ok_and(|n| n > 0) {}
    });
    let connection = connection(port).await;
    let late = clock::instant() + Duration::from_millis(100);
    assert!(connection.query_one(Query::Dbsize, late).await.is_err());
    drop(connection);
    tokio::time::timeout(PATIENCE, server).await.expect("the connection was closed").expect("no panic");
}
