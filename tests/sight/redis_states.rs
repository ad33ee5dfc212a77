//! States of one Redis and its replicas that concern its clients, not its data.

use std::net::{IpAddr, UdpSocket};
use std::time::Duration;

use stampede::clock;
use stampede::lab::{Lab, RedisServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Load, Saw, comes, fill, until};
use crate::support::binary::Home;

async fn saw(redis: &RedisServer) -> Saw {
    Saw::at(&[("REDIS_URL", &redis.url())]).await
}

/// Clients that send more than all of them together may hold.
#[tokio::test]
async fn bad_clients_are_thrown_out() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--maxmemory-clients", "8mb"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    saw(&redis).await.is_healthy();

    let port = redis.port();
    let sends = tokio::spawn(async move {
        let big = vec![b'x'; 12 << 20];
        loop {
            let mut client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            _ = client.write_all(b"*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$20000000\r\n").await;
            // It is cut off in between.
            _ = client.write_all(&big).await;
            _ = client.read(&mut [0; 16]).await;
        }
    });
    comes("a client is thrown out", async || {
        !redis.says(&["INFO", "stats"]).await.unwrap().contains("evicted_clients:0\r")
    })
    .await;
    saw(&redis).await.tells(&["warning: redis: ", "clients are thrown out (maxmemory-clients)"]);
    sends.abort();
}

/// How many bytes the replica of a primary has not confirmed yet.
async fn behind(primary: &RedisServer) -> u64 {
    let info = primary.says(&["INFO", "replication"]).await.unwrap();
    let number = |name: &str| {
        let rest = &info[info.find(name).unwrap() + name.len()..];
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap()
    };
    assert!(info.contains("state=online"), "{info}");
    number("master_repl_offset:").saturating_sub(number(",offset="))
}

/// Its link is up all the time.
#[tokio::test]
async fn bad_a_replica_is_far_behind() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&primary).await;
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    let value = "v".repeat(5_000);
    let writes = Load::of(&primary.url(), 2, &["SET", "archive:{n}", &value]);
    writes.runs().await;
    let home = Home::new();
    let looks = async || {
        let threshold = "minimum_lookups: 20, replication_lag_warn: 1";
        Saw::configured(&home, threshold, "", &[("REDIS_URL", &primary.url())], &[]).await
    };
    comes("it is in step", async || behind(&primary).await < 1 << 20).await;
    looks().await.is_healthy();

    replica.pause();
    // The two of them write 5 MB/s at most.
    comes("it is behind", async || behind(&primary).await > 12 << 20).await;
    let node = format!("redis: replica 127.0.0.1:{} is ", replica.port());
    looks().await.tells(&["warning: ", &node, " s behind"]);
    replica.resume();
}

/// It never had a link that it could have lost.
#[tokio::test]
async fn fine_a_new_replica_takes_its_first_copy() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&["--repl-diskless-sync-delay", "0"]).await.unwrap();
    fill(&primary).await;
    // The copy takes half a minute and more.
    primary.says(&["CONFIG", "SET", "rdb-key-save-delay", "100000"]).await.unwrap();
    let replica = lab.redis(&[]).await.unwrap();
    let _reads = Load::reads(&replica).await;
    replica.says(&["REPLICAOF", "127.0.0.1", &primary.port().to_string()]).await.unwrap();
    until(&replica, "master_sync_in_progress:1").await;
    until(&replica, "master_link_down_since_seconds:-1").await;
    let saw = Saw::with(&Home::new(), &[("REDIS_URL", &replica.url())], &["-v"]).await;
    saw.is_healthy();
    assert!(saw.0.stdout.contains("takes its first copy"), "{}", saw.0);
}

/// An address of this machine that is not its own name for itself; none without a network.
fn from_outside() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent: it only asks for the way.
    socket.connect("198.51.100.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback())
}

/// All but those on its own machine are sent away, however few there are.
#[tokio::test]
async fn bad_clients_are_refused_by_protected_mode() {
    let Some(address) = from_outside() else { return };
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&["--bind", "*", "--protected-mode", "yes"]).await.unwrap();
    let _reads = Load::reads(&redis).await;
    let port = redis.port();
    let refused = tokio::spawn(async move {
        loop {
            let mut client = TcpStream::connect((address, port)).await.unwrap();
            _ = client.read(&mut [0; 512]).await;
            clock::sleep(Duration::from_millis(10)).await;
        }
    });
    comes("it refuses them", async || {
        !redis.says(&["INFO", "stats"]).await.unwrap().contains("rejected_connections:0\r")
    })
    .await;
    let saw = saw(&redis).await;
    saw.tells(&["critical: redis refuses ", " connections; not for want of room: protected mode?"]);
    assert!(!saw.0.stdout.contains("exhausted"), "{}", saw.0);
    refused.abort();
}
