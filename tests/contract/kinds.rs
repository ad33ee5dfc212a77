//! Every kind of server that an action may have a scene on: its clients, its comparison and its way through the proxy work.

use stampede::lab::Lab;
use stampede::observation::Kind;

use super::clients::Client;
use super::place::Place;
use super::scene::{NOTHING, Scene};
use crate::support::binary::Home;

const SQL: Scene = Scene { clients: 2, longer_than: 2, ..NOTHING };

async fn ripe(place: &Place, scene: &Scene) {
    while place.ripe(scene).await < scene.clients {
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// `statements`: what makes the clients' account, tells the statements that they run from any other, ends what they run,
/// ends them, and changes a setting.
async fn holds(kind: Kind, scene: Scene, statements: [&str; 5]) {
    let lab = Lab::new().unwrap();
    let place = Place::new(&lab, kind).await;
    let [account, runs, ends, closes, changes] = statements;
    place.says(&[account]).await;
    let mut clients = Vec::new();
    for _ in 0..scene.clients {
        clients.push(Client::of(&place, &scene).await);
    }
    ripe(&place, &scene).await;
    let before = place.world().await;
    let say = async |statement: &str| {
        // A statement that makes others, one for each client.
        let made = place.says(&[statement]).await;
        for statement in made.lines().filter(|line| line.starts_with("KILL")) {
            place.says(&[statement]).await;
        }
    };
    let old = place.says(&[runs]).await;
    say(ends).await;
    // They begin anew once they hear of it.
    while place.says(&[runs]).await.lines().any(|one| old.lines().any(|ended| ended == one)) {
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }
    ripe(&place, &scene).await;
    assert_eq!(before.differences(&place.world().await), Vec::<String>::new());
    say(changes).await;
    assert!(!before.differences(&place.world().await).is_empty(), "{changes}");
    let before = place.world().await;
    say(closes).await;
    while before.differences(&place.world().await).len() < scene.clients {
        stampede::clock::sleep(std::time::Duration::from_millis(20)).await;
    }

    let proxy = place.proxy();
    let home = Home::new();
    home.file("stampede.yaml", place.configuration(proxy.port()));
    let ended = home.stampede(["detect", "--window", "300ms"]).spawn().wait().await;
    assert!(proxy.seen().len() > 2, "nothing crossed: {ended}");
    assert_eq!(proxy.writes(), 0, "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mysql_is_a_place_to_play() {
    let scene = Scene { runs: "SELECT SLEEP(600)", ..SQL };
    let statements = [
        "CREATE USER app@'%' IDENTIFIED BY 'app-pass'",
        "SELECT QUERY_ID FROM information_schema.PROCESSLIST WHERE USER = 'app' AND COMMAND = 'Query'",
        "SELECT CONCAT('KILL QUERY ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'app'",
        "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST WHERE USER = 'app'",
        "SET GLOBAL max_connections = 90",
    ];
    holds(Kind::Mysql, scene, statements).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_is_a_place_to_play() {
    let scene = Scene { runs: "SELECT pg_sleep(600)", ..SQL };
    let statements = [
        "CREATE ROLE app LOGIN PASSWORD 'app-pass'",
        "SELECT pid, query_start FROM pg_stat_activity WHERE usename = 'app' AND state = 'active'",
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'app'",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'",
        "ALTER ROLE app CONNECTION LIMIT 9",
    ];
    holds(Kind::Postgres, scene, statements).await;
}
