//! The comparison of a Redis before and after.

use stampede::lab::{Lab, RedisServer};

use super::until;
use crate::support::keys::client;
use crate::support::snapshot::World;

/// When the pages expire, in milliseconds: in the year 2100.
const EXPIRES: u64 = 4_102_444_800_000;
const NONE: &[String] = &[];

/// Some of everything.
async fn filled(lab: &Lab) -> RedisServer {
    let redis = lab.redis(&["--maxmemory", "50mb"]).await.unwrap();
    let mut seed = redis::pipe();
    for n in 0..3_000 {
        seed.cmd("SET").arg(format!("page:{n}")).arg(format!("text-{n}")).arg("PXAT").arg(EXPIRES);
        seed.cmd("SADD").arg("set").arg(n).cmd("HSET").arg("hash").arg(n).arg(n);
        seed.cmd("RPUSH").arg("list").arg(n).cmd("ZADD").arg("zset").arg(n).arg(format!("m{n}"));
    }
    seed.cmd("SET").arg("for ever").arg(b"\x00\xff");
    seed.cmd("XADD").arg("stream").arg("1-1").arg("field").arg("value");
    seed.cmd("SELECT").arg(3).cmd("SET").arg("elsewhere").arg("x");
    seed.query_async::<()>(&mut client(&redis).await).await.unwrap();
    redis
}

async fn say(redis: &RedisServer, command: &str) {
    redis.says(&command.split(' ').collect::<Vec<_>>()).await.unwrap();
}

#[tokio::test]
async fn every_change_is_a_difference_and_its_undoing_ends_it() {
    let lab = Lab::new().unwrap();
    let redis = filled(&lab).await;
    let before = World::of(&redis).await;
    assert_eq!(before.differences(&World::of(&redis).await), NONE);
    for (change, undo, expected) in [
        (
            "CONFIG SET maxmemory 60mb",
            "CONFIG SET maxmemory 50mb",
            "setting maxmemory: \"52428800\" -> \"62914560\"",
        ),
        ("ACL SETUSER app on", "ACL DELUSER app", "user app: nothing -> \"user app on "),
        ("SET new 1", "DEL new", "key \"new\" of database 0 is new: string [1]"),
        ("LSET list 7 x", "LSET list 7 7", "key \"list\" of database 0: list [0, 1, 2, 3, 4, 5, 6, 7,"),
        ("HSET hash 7 x", "HSET hash 7 7", "key \"hash\" of database 0: hash [0, 0, 1, 1, 10, 10, "),
        ("SREM set 7", "SADD set 7", "key \"set\" of database 0: set [0, 1, 10, 100, 1000, "),
        ("ZADD zset 8 m7", "ZADD zset 7 m7", "key \"zset\" of database 0: zset [m0, 0, m1, 1, "),
        (
            "SET page:9 text KEEPTTL",
            "SET page:9 text-9 KEEPTTL",
            "key \"page:9\" of database 0: string [text-9] -> string [text]",
        ),
        (
            "PERSIST page:5",
            "PEXPIREAT page:5 4102444800000",
            "key \"page:5\" of database 0: never expires, did at 4102444800000",
        ),
        (
            "PEXPIREAT page:5 4102444798999",
            "PEXPIREAT page:5 4102444799000",
            "key \"page:5\" of database 0: expires -1001 ms from when it did",
        ),
        (
            "PEXPIREAT list 4102444800000",
            "PERSIST list",
            "key \"list\" of database 0: expires at 4102444800000, did never",
        ),
        (
            "DEL page:1",
            "SET page:1 text-1 PXAT 4102444801000",
            "key \"page:1\" of database 0 is gone: string [text-1]",
        ),
    ] {
        say(&redis, change).await;
        let changed = before.differences(&World::of(&redis).await);
        assert!(changed.len() == 1 && changed[0].starts_with(expected), "{change}: {changed:#?}");
        say(&redis, undo).await;
        assert_eq!(before.differences(&World::of(&redis).await), NONE, "{undo}");
    }
    say(&redis, "RENAME hash other").await;
    say(&redis, "XADD stream 2-1 field value").await;
    say(&redis, "REPLICAOF 127.0.0.1 1").await;
    let changed = before.differences(&World::of(&redis).await);
    let starts: Vec<_> = changed.iter().map(|line| line.split([':', '[']).next().unwrap()).collect();
    assert_eq!(
        starts,
        [
            "role",
            "setting replicaof",
            "setting slaveof",
            "key \"hash\" of database 0 is gone",
            "key \"stream\" of database 0",
            "key \"other\" of database 0 is new"
        ]
    );
}

#[tokio::test]
async fn other_databases_functions_and_stored_forms_are_looked_at() {
    let lab = Lab::new().unwrap();
    let redis = filled(&lab).await;
    let before = World::of(&redis).await;
    say(&redis, "SWAPDB 3 4").await;
    let swapped = before.differences(&World::of(&redis).await);
    assert_eq!(
        swapped,
        [
            "key \"elsewhere\" of database 3 is gone: string [x]",
            "key \"elsewhere\" of database 4 is new: string [x]"
        ]
    );
    say(&redis, "SWAPDB 3 4").await;
    let code = "#!lua name=l\nredis.register_function('f', function() return 1 end)";
    redis.says(&["FUNCTION", "LOAD", code]).await.unwrap();
    let loaded = before.differences(&World::of(&redis).await);
    assert!(loaded.len() == 1 && loaded[0].starts_with("functions: \"\" -> "), "{loaded:#?}");
    say(&redis, "FUNCTION FLUSH").await;

    // The same set filled in another order is the same set.
    let mut refill = redis::pipe();
    refill.cmd("DEL").arg("set").arg("hash");
    for n in (0..3_000).rev() {
        refill.cmd("SADD").arg("set").arg(n).cmd("HSET").arg("hash").arg(n).arg(n);
    }
    refill.query_async::<()>(&mut client(&redis).await).await.unwrap();
    assert_eq!(before.differences(&World::of(&redis).await), NONE);
}

#[tokio::test]
async fn what_moves_by_itself_is_no_difference() {
    let lab = Lab::new().unwrap();
    let redis = filled(&lab).await;
    redis.says(&["SET", "short", "x", "PX", "200000"]).await.unwrap();
    let before = World::of(&redis).await;
    let mut connection = client(&redis).await;
    for n in 0..50 {
        let text: String =
            redis::cmd("GET").arg(format!("page:{n}")).query_async(&mut connection).await.unwrap();
        assert_eq!(text, format!("text-{n}"));
    }
    assert_eq!(before.differences(&World::of(&redis).await), NONE);

    // Somebody ended it before its time.
    let short = World::of(&redis).await;
    redis.says(&["PEXPIREAT", "short", "1"]).await.unwrap();
    let gone = short.differences(&World::of(&redis).await);
    assert_eq!(gone, ["key \"short\" of database 0 is gone: string [x]"]);
    // Its time came in between.
    redis.says(&["SET", "short", "x", "PX", "1000"]).await.unwrap();
    let short = World::of(&redis).await;
    until(async || redis.says(&["EXISTS", "short"]).await.unwrap() == "0").await;
    let gone = short.differences(&World::of(&redis).await);
    assert_eq!(gone, NONE);
}
