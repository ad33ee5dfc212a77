//! What the proxy knows of the commands that cross it.

use stampede::lab::{Lab, connect};

use super::{Raw, packed};
use crate::support::binary::Home;
use crate::support::proxy::{Proxy, Seen};

fn is_a_write(words: &[&str]) -> bool {
    let proxy_table = crate::support::mutating::mutates;
    proxy_table(&words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>())
}

#[tokio::test]
async fn what_the_server_calls_a_write_is_one_and_questions_are_none() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let mut connection = connect(&redis.url()).await.unwrap();
    let mut writes = redis::cmd("ACL");
    let writes: Vec<String> = writes.arg("CAT").arg("write").query_async(&mut connection).await.unwrap();
    assert!(writes.len() > 80, "{writes:?}");
    let missing: Vec<_> =
        writes.iter().filter(|name| !is_a_write(&name.split('|').collect::<Vec<_>>())).collect();
    assert!(missing.is_empty(), "writes that are not counted: {missing:?}");
    let mut reads = redis::cmd("ACL");
    let reads: Vec<String> = reads.arg("CAT").arg("read").query_async(&mut connection).await.unwrap();
    let both = |name: &String| !writes.contains(name) && is_a_write(&name.split('|').collect::<Vec<_>>());
    let wrong: Vec<_> = reads.iter().filter(|name| both(name)).collect();
    assert!(wrong.is_empty(), "reads that are counted: {wrong:?}");
    for write in
        ["config set a b", "CLIENT KILL ID 3", "EVAL x 0", "client pause 10", "ACL SETUSER x", "GETDEL k"]
    {
        assert!(is_a_write(&write.split(' ').collect::<Vec<_>>()), "{write}");
    }
    for read in [
        "CONFIG GET *",
        "CLIENT LIST",
        "CLIENT SETNAME x",
        "client no-touch on",
        "CLIENT NO-EVICT ON",
        "ACL LIST",
        "EVAL_RO x 0",
        "MULTI",
        "PSUBSCRIBE *",
        "AUTH a b",
        "",
    ] {
        assert!(!is_a_write(&read.split(' ').collect::<Vec<_>>()), "{read}");
    }
}

#[tokio::test]
async fn a_client_library_works_through_it_and_every_command_is_seen() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut connection = connect(&proxy.url()).await.unwrap();
    proxy.forget();
    let large = "x\r\n*1\r\n".repeat(200_000);
    let mut pipeline = redis::pipe();
    for n in 0..3_000 {
        pipeline.cmd("SET").arg(n).arg(n).cmd("GET").arg(n);
    }
    pipeline.cmd("SET").arg("large").arg(&large).cmd("GET").arg("large").cmd("NO SUCH").cmd("LRANGE");
    pipeline.ignore_errors();
    let answers: Vec<redis::Value> = pipeline.query_async(&mut connection).await.unwrap();
    assert_eq!(answers.len(), 6_004);
    assert_eq!(answers[5_999], redis::Value::BulkString(b"2999".to_vec()));
    assert_eq!(answers[6_001], redis::Value::BulkString(large.into_bytes()));
    let seen = proxy.seen();
    assert_eq!((seen.len(), proxy.writes()), (6_004, 3_001));
    assert_eq!(seen[5_998].to_string(), "SET 2999 2999");
    assert_eq!(seen[6_002].words(), ["NO SUCH"]);
}

#[tokio::test]
async fn the_caller_can_say_what_a_write_is() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::with_table(redis.port(), |words| words[0] == b"GET");
    Raw::to(proxy.port()).await.asks(&[&["SET", "k", "v"], &["GET", "k"]], "+OK\r\n$1\r\nv\r\n").await;
    assert_eq!(proxy.writes(), 1);
}

#[tokio::test]
async fn pieces_of_any_size_make_whole_commands() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut raw = Raw::to(proxy.port()).await;
    let mut bytes = packed(&[&["SET", "k", "*1\r\n$4\r\nPING\r\n"], &["SET", "", ""]]);
    bytes.extend(b"ping\r\n*0\r\n\r\n");
    bytes.extend(packed(&[&["GET", "k"]]));
    for byte in &bytes {
        raw.send(&[*byte]).await;
    }
    raw.hears("+OK\r\n+OK\r\n+PONG\r\n$14\r\n*1\r\n$4\r\nPING\r\n\r\n").await;
    let seen: Vec<_> = proxy.seen().iter().map(Seen::words).collect();
    let set = ["SET", "k", "*1\r\n$4\r\nPING\r\n"].map(str::to_owned).to_vec();
    let expected: [&[&str]; 5] = [&["SET", "", ""], &["ping"], &[], &[], &["GET", "k"]];
    assert_eq!(seen[0], set);
    assert_eq!(seen[1..], expected);
}

#[tokio::test]
async fn a_subscriber_and_others_go_through_at_once() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut listener = Raw::to(proxy.port()).await;
    let confirmed =
        "*3\r\n$10\r\npsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$10\r\npsubscribe\r\n$1\r\nb\r\n:2\r\n";
    listener.asks(&[&["PSUBSCRIBE", "a", "b"]], confirmed).await;
    let mut speaker = Raw::to(proxy.port()).await;
    for _ in 0..3 {
        speaker.asks(&[&["PUBLISH", "b", "hi"]], ":1\r\n").await;
        listener.hears("*4\r\n$8\r\npmessage\r\n$1\r\nb\r\n$1\r\nb\r\n$2\r\nhi\r\n").await;
    }
    listener.asks(&[&["PING"]], "*2\r\n$4\r\npong\r\n$0\r\n\r\n").await;
    let seen: Vec<_> = proxy.seen().iter().map(|seen| (seen.connection, seen.to_string())).collect();
    assert_eq!(seen.first(), Some(&(1, "PSUBSCRIBE a b".to_owned())));
    assert_eq!(seen.iter().filter(|(connection, _)| *connection == 2).count(), 3);
}

#[tokio::test]
#[should_panic(expected = "the proxy did not understand: not RESP2")]
async fn what_is_not_resp2_is_not_passed_over() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let mut raw = Raw::to(proxy.port()).await;
    raw.send(&packed(&[&["HELLO", "3"]])).await;
    assert_eq!(raw.rest().await, "");
    proxy.seen();
}

/// The test blocks its only thread here, as tests of the binary do.
#[tokio::test]
async fn detect_works_through_it_and_writes_nothing() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    redis.says(&["SET", "k", "v", "EX", "1000"]).await.unwrap();
    let proxy = Proxy::start(redis.port());
    let ran = Home::new().stampede(["detect", "--window", "300ms"]).env("REDIS_URL", proxy.url()).run();
    assert!([0, 1, 2, 3].contains(&ran.status), "{ran}");
    let seen = proxy.seen();
    assert!(seen.iter().any(|seen| seen.to_string().starts_with("CLIENT SETNAME")), "{seen:?}");
    assert!(seen.iter().any(|seen| seen.words[0] == b"INFO"), "{seen:?}");
    assert_eq!(proxy.writes(), 0, "{seen:?}");
}
