//! Integration tests: lab.

use std::path::Path;

use mysql_async::prelude::Queryable;
use stampede::lab::Lab;

fn is_there(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

async fn redis_says(url: &str, command: &str) -> String {
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd(command).query_async(&mut connection).await.unwrap()
}

async fn postgres_says(url: &str, query: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query_one(query, &[]).await.unwrap().get(0)
}

async fn mariadb_says(url: &str, query: &str) -> String {
    let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
    let answer: Option<String> = connection.query_first(query).await.unwrap();
    connection.disconnect().await.unwrap();
    answer.unwrap()
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
