//! Integration tests: lab.

use std::path::Path;

use mysql_async::prelude::Queryable;
use stampede::lab::Lab;

fn is_there(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

async fn redis_says(url: &str, command: &str) -> String {
    let client = redis::Client::open(url).expect("a valid URL");
    let mut connection = client.get_multiplexed_async_connection().await.expect("an answer");
    redis::cmd(command).query_async(&mut connection).await.expect("an answer")
}

async fn postgres_says(url: &str, query: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("an answer");
    tokio::spawn(connection);
    client.query_one(query, &[]).await.expect("an answer").get(0)
}

async fn mariadb_says(url: &str, query: &str) -> String {
    let mut connection = mysql_async::Conn::from_url(url).await.expect("an answer");
    let answer: Option<String> = connection.query_first(query).await.expect("an answer");
    connection.disconnect().await.expect("an answer");
    answer.expect("a row")
}

#[tokio::test]
async fn servers_answer_with_the_given_arguments_and_are_gone_with_the_lab() {
    let lab = Lab::new().unwrap();
    let (redis, maria, postgres) = tokio::join!(
        lab.redis(&["--maxclients", "20"]),
        lab.mariadb(&["--max-connections=11"]),
        lab.postgres(&[("max_connections", "12")])
    );
    let (redis, maria, postgres) = (redis.unwrap(), maria.unwrap(), postgres.unwrap());
    assert_eq!(redis_says(&redis.url(), "PING").await, "PONG");
    assert_eq!(
        mariadb_says(&maria.url(), "SELECT CONCAT(@@max_connections, CURRENT_USER())").await,
        "11ops@%"
    );
    assert_eq!(postgres_says(&postgres.url(), "SHOW max_connections").await, "12");
    let pids = [redis.pid(), maria.pid(), postgres.pid()];
    let folder = maria.socket().parent().unwrap().parent().unwrap().to_owned();
    assert!(pids.into_iter().all(is_there));
    drop(lab);
    assert!(!pids.into_iter().any(is_there));
    assert!(!folder.exists());
}

#[tokio::test]
async fn a_cluster_covers_all_slots_and_its_replicas_follow() {
    let lab = Lab::new().unwrap();
    let cluster = lab.redis_cluster(3, 1, &[]).await.unwrap();
    assert_eq!((cluster.primaries.len(), cluster.replicas.len()), (3, 3));
    for node in cluster.nodes() {
        let info = node.says(&["CLUSTER", "INFO"]).await.unwrap();
        assert!(info.contains("cluster_slots_ok:16384") && info.contains("cluster_size:3"), "{info}");
    }
}

#[tokio::test]
async fn a_sentinel_knows_the_primary_and_its_replica_has_the_data() {
    let lab = Lab::new().unwrap();
    let primary = lab.redis(&[]).await.unwrap();
    primary.says(&["SET", "key", "value"]).await.unwrap();
    let replica = lab.redis_replica_of(&primary, &[]).await.unwrap();
    assert_eq!(replica.says(&["GET", "key"]).await.unwrap(), "value");
    let sentinel = lab.sentinel(&primary, "cache", &[]).await.unwrap();
    let address = sentinel.says(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "cache"]).await.unwrap();
    assert!(address.contains(&primary.port().to_string()), "{address}");
}
