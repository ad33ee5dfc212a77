//! The faults of the proxy, each in the middle of a pipeline that came in one piece.

use stampede::lab::{Lab, RedisServer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{Raw, packed, until};
use crate::support::proxy::{Fault, Proxy, Seen, What};

/// The second write is the third command.
const PIPELINE: [&[&str]; 5] =
    [&["SET", "a", "1"], &["GET", "a"], &["SET", "b", "2"], &["GET", "b"], &["SET", "c", "3"]];
const BEFORE: &str = "+OK\r\n$1\r\n1\r\n";

async fn keys(redis: &RedisServer) -> String {
    let mut found = String::new();
    for name in ["a", "b", "c"] {
        if redis.says(&["EXISTS", name]).await.unwrap() == "1" {
            found.push_str(name);
        }
    }
    found
}

fn crossed(proxy: &Proxy) -> Vec<String> {
    proxy.seen().iter().map(Seen::to_string).collect()
}

/// A lab, a server, a proxy whose second write fails, and a client that sends the pipeline.
async fn fails(what: What) -> (Lab, RedisServer, Proxy, Raw) {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut raw = Raw::to(proxy.port()).await;
    raw.asks(&[&["SET", "x", "not counted: nothing is armed yet"]], "+OK\r\n").await;
    proxy.forget();
    proxy.arm(Fault::at(2, what));
    raw.send(&packed(&PIPELINE)).await;
    assert_eq!(proxy.fired().await.to_string(), "SET b 2");
    (lab, redis, proxy, raw)
}

async fn later_connections_work(proxy: &Proxy) {
    Raw::to(proxy.port()).await.asks(&[&["SET", "z", "z"], &["GET", "z"]], "+OK\r\n$1\r\nz\r\n").await;
}

#[tokio::test]
async fn cut_before_a_write_it_never_happens() {
    let (_lab, redis, proxy, mut raw) = fails(What::CutBefore).await;
    assert_eq!(keys(&redis).await, "a");
    assert_eq!(raw.rest().await, BEFORE);
    assert_eq!(crossed(&proxy), ["SET a 1", "GET a"]);
    later_connections_work(&proxy).await;
}

#[tokio::test]
async fn cut_after_a_write_it_has_happened_and_nobody_was_told() {
    let (_lab, redis, proxy, mut raw) = fails(What::CutAfter).await;
    assert_eq!(keys(&redis).await, "ab");
    assert_eq!(raw.rest().await, BEFORE);
    assert_eq!(crossed(&proxy), ["SET a 1", "GET a", "SET b 2"]);
    later_connections_work(&proxy).await;
}

#[tokio::test]
async fn swallowed_answers_leave_the_client_waiting() {
    let (_lab, redis, proxy, mut raw) = fails(What::Swallow).await;
    raw.hears(BEFORE).await;
    // The server has seen all of it, and another question too.
    raw.send(&packed(&[&["SET", "d", "4"]])).await;
    until(async || redis.says(&["EXISTS", "d"]).await.unwrap() == "1").await;
    assert_eq!(keys(&redis).await, "abc");
    later_connections_work(&proxy).await;
    let nothing = raw.0.try_read(&mut [0; 1]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    // The server answers before it hangs up: still nothing of it comes.
    raw.0.shutdown().await.unwrap();
    assert_eq!(raw.rest().await, "");
}

#[tokio::test]
async fn a_delayed_write_lets_the_world_change_under_it() {
    let (_lab, redis, proxy, mut raw) = fails(What::Delay).await;
    raw.hears(BEFORE).await;
    assert_eq!(keys(&redis).await, "a");
    assert_eq!(crossed(&proxy), ["SET a 1", "GET a"]);
    later_connections_work(&proxy).await;
    redis.says(&["SET", "b", "of somebody else"]).await.unwrap();
    proxy.forget();
    proxy.release();
    raw.hears("+OK\r\n$1\r\n2\r\n+OK\r\n").await;
    assert_eq!(keys(&redis).await, "abc");
    assert_eq!(crossed(&proxy), ["SET b 2", "GET b", "SET c 3"]);
    raw.asks(&[&["PING"]], "+PONG\r\n").await;
}

#[tokio::test]
async fn a_delayed_write_arrives_although_its_client_has_gone() {
    let (_lab, redis, proxy, raw) = fails(What::Delay).await;
    drop(raw);
    assert_eq!(keys(&redis).await, "a");
    proxy.release();
    until(async || keys(&redis).await == "abc").await;
}

#[tokio::test]
async fn writes_are_counted_over_all_connections_while_a_subscriber_listens() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--notify-keyspace-events", "E$"]).await.unwrap();
    let (proxy, other) = (Proxy::start(redis.port()), Proxy::start(redis.port()));
    let mut listener = Raw::to(proxy.port()).await;
    let pattern = "__keyevent@0__:set";
    let confirmed = format!("*3\r\n$10\r\npsubscribe\r\n$18\r\n{pattern}\r\n:1\r\n");
    listener.asks(&[&["PSUBSCRIBE", pattern]], &confirmed).await;
    proxy.arm(Fault::at(3, What::CutBefore));
    let (mut one, mut two) = (Raw::to(proxy.port()).await, Raw::to(proxy.port()).await);
    // Writes that take another way are not counted.
    Raw::to(other.port()).await.asks(&[&["SET", "a", "0"]], "+OK\r\n").await;
    one.asks(&[&["SET", "a", "1"]], "+OK\r\n").await;
    two.asks(&[&["GET", "a"], &["SET", "b", "1"]], "$1\r\n1\r\n+OK\r\n").await;
    one.send(&packed(&[&["SET", "c", "1"]])).await;
    assert_eq!(proxy.fired().await.connection, 2);
    assert_eq!(one.rest().await, "");
    two.asks(&[&["SET", "a", "2"]], "+OK\r\n").await;
    for key in ["a", "a", "b", "a"] {
        let message = format!(
            "*4\r\n$8\r\npmessage\r\n$18\r\n{pattern}\r\n$18\r\n{pattern}\r\n${}\r\n{key}\r\n",
            key.len()
        );
        listener.hears(&message).await;
    }
    assert_eq!((proxy.writes(), other.writes()), (3, 1));
}

#[tokio::test]
async fn messages_are_not_taken_for_answers() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    proxy.arm(Fault::at(1, What::CutAfter));
    let mut raw = Raw::to(proxy.port()).await;
    let (in_, out) = (["SUBSCRIBE", "x", "y"], ["UNSUBSCRIBE", "x", "y"]);
    raw.send(&packed(&[&in_, &out, &["GET", "a"], &["SET", "a", "1"]])).await;
    let confirmation =
        |kind: &str, name, n| format!("*3\r\n${}\r\n{kind}\r\n$1\r\n{name}\r\n:{n}\r\n", kind.len());
    let confirmed =
        [("subscribe", "x", 1), ("subscribe", "y", 2), ("unsubscribe", "x", 1), ("unsubscribe", "y", 0)]
            .map(|(kind, name, n)| confirmation(kind, name, n))
            .concat();
    assert_eq!(raw.rest().await, format!("{confirmed}$-1\r\n"));
    assert_eq!(keys(&redis).await, "a");
}

#[tokio::test]
async fn a_sticky_fault_meets_every_later_write_and_no_read() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    proxy.arm(Fault::at(1, What::CutBefore).sticky());
    for name in ["a", "b"] {
        let mut raw = Raw::to(proxy.port()).await;
        raw.send(&packed(&[&["EXISTS", name], &["SET", name, "1"]])).await;
        assert_eq!(raw.rest().await, ":0\r\n");
    }
    assert_eq!(keys(&redis).await, "");
    proxy.arm(Fault::at(1, What::Delay).sticky());
    let (mut one, mut two) = (Raw::to(proxy.port()).await, Raw::to(proxy.port()).await);
    one.send(&packed(&[&["SET", "a", "1"]])).await;
    proxy.fired().await;
    two.send(&packed(&[&["EXISTS", "b"], &["SET", "b", "1"]])).await;
    two.hears(":0\r\n").await;
    assert_eq!(keys(&redis).await, "");
    proxy.release();
    one.hears("+OK\r\n").await;
    two.hears("+OK\r\n").await;
}

#[tokio::test]
async fn the_door_closes_when_it_is_told_to_and_with_a_fault() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut inside = Raw::to(proxy.port()).await;
    inside.asks(&[&["PING"]], "+PONG\r\n").await;
    proxy.refuse_new(true);
    assert_eq!(Raw::to(proxy.port()).await.rest().await, "");
    inside.asks(&[&["PING"]], "+PONG\r\n").await;
    proxy.refuse_new(false);
    later_connections_work(&proxy).await;
    proxy.arm(Fault::at(1, What::CutAfter).then_refuse());
    inside.send(&packed(&[&["SET", "a", "1"]])).await;
    assert_eq!(inside.rest().await, "");
    assert_eq!(Raw::to(proxy.port()).await.rest().await, "");
    assert_eq!(keys(&redis).await, "a");
    proxy.refuse_new(false);
    let mut inside = Raw::to(proxy.port()).await;
    inside.asks(&[&["PING"]], "+PONG\r\n").await;
    proxy.hang_up();
    assert_eq!(inside.rest().await, "");
}

#[tokio::test]
async fn a_server_that_hangs_up_or_is_full_looks_so_through_the_proxy() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxclients", "1"]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut inside = Raw::to(proxy.port()).await;
    inside.asks(&[&["PING"]], "+PONG\r\n").await;
    let mut second = Raw::to(proxy.port()).await;
    assert_eq!(second.rest().await, "-ERR max number of clients reached\r\n");
    proxy.arm(Fault::at(1, What::CutAfter));
    inside.send(&packed(&[&["SHUTDOWN", "NOSAVE"]])).await;
    // It answers by hanging up: that is all there is to wait for.
    proxy.fired().await;
    assert_eq!(inside.rest().await, "");
    assert!(TcpStream::connect(("127.0.0.1", redis.port())).await.is_err());
    assert_eq!(Raw::to(proxy.port()).await.rest().await, "");
}
