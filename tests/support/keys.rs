//! The keys of a Redis, by a client that is not the program's own.

use std::collections::BTreeMap;

use redis::aio::MultiplexedConnection;
use stampede::lab::{RedisServer, connect};

/// When each key expires, Unix milliseconds; -1: never.
pub type Times = BTreeMap<Vec<u8>, i64>;

pub async fn client(redis: &RedisServer) -> MultiplexedConnection {
    connect(&redis.url()).await.unwrap()
}

/// When each key of a server expires.
pub async fn expiries(redis: &RedisServer) -> Times {
    let mut client = client(redis).await;
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query_async(&mut client).await.unwrap();
    let mut times = Times::new();
    for chunk in keys.chunks(10_000) {
        let mut pipe = redis::pipe();
        chunk.iter().for_each(|key| _ = pipe.cmd("PEXPIRETIME").arg(key));
        let found: Vec<i64> = pipe.query_async(&mut client).await.unwrap();
        times.extend(chunk.iter().cloned().zip(found));
    }
    times
}
