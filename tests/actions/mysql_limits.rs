//! `mysql.max-connections` and `mysql.user-limit` on a real MariaDB.

use stampede::change::{Level, Standing};
use stampede::clock;
use stampede::lab::Lab;

use super::harness::Act;
use super::shop::{self, app, code, target, user};

#[tokio::test]
async fn the_database_lets_in_more_or_fewer_within_bounds() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &["--max-connections=30"]).await;
    let mut act = Act::at("mysql.max-connections", target(server.port(), "ops", "ops-pass")).await;
    let mut clients = Vec::new();
    for _ in 0..12 {
        clients.push(app(&server).await);
    }
    assert!(act.already(&[("value", "30")]).await.contains("30 already"));
    assert!(act.blocked(&[("value", "61")]).await.why.contains("more than twice"));
    // What the server would silently make 10 of is not sent (measured: max_connections is 10 after SET … = 9).
    assert!(act.blocked(&[("value", "9")]).await.why.contains("no fewer than 10"));
    let lower = act.change(&[("value", "11")]).await;
    assert_eq!(
        (lower.level, lower.commands.as_slice()),
        (Level::Type, &["SET GLOBAL max_connections = 11".to_owned()][..])
    );
    let (change, _) = act.act(&[("value", "40")]).await;
    assert_eq!(change.level, Level::Ask);
    assert!(change.forecast.iter().any(|line| line.contains("each may take up to")), "{:?}", change.forecast);
    act.all_stand(&change, Standing::After).await;
    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;

    for _ in 0..13 {
        clients.push(app(&server).await);
    }
    assert!(act.blocked(&[("value", "12")]).await.why.contains("less than half"));
    clients.truncate(12);
    // Undo does not lock out those who came in meanwhile.
    let (change, _) = act.act(&[("value", "60")]).await;
    for _ in 0..20 {
        clients.push(app(&server).await);
    }
    let said = act.undo(&change, &change.parts[0], false).await;
    assert!(!said.complete && said.left[0].why.contains("would shut the door"), "{said:?}");
    assert!(act.undo(&change, &change.parts[0], true).await.complete);
    drop(clients);
    let patience = clock::instant() + crate::support::PATIENCE;
    // Full until the last of them is gone.
    while server.root(&["SET GLOBAL max_connections = 33"]).await.is_err() {
        assert!(clock::instant() < patience, "it is still full");
    }
    act.all_stand(&change, Standing::Drifted("max_connections 33".into())).await;
}

#[tokio::test]
async fn an_account_is_limited_and_an_administrator_never() {
    let lab = Lab::new().unwrap();
    let server = shop::open(&lab, &[]).await;
    server
        .root(&[
            "CREATE USER app@'10.0.0.%' IDENTIFIED BY 'x' WITH MAX_USER_CONNECTIONS 7",
            "CREATE USER 'o''app'@'%' IDENTIFIED BY 'app-pass'",
            "CREATE USER boss@'%' IDENTIFIED BY 'x'",
            "GRANT SUPER, READ_ONLY ADMIN ON *.* TO boss@'%'",
        ])
        .await
        .unwrap();
    let mut act = Act::at("mysql.user-limit", target(server.port(), "ops", "ops-pass")).await;
    assert!(act.blocked(&[("account", "ops"), ("to", "5")]).await.why.contains("our own"));
    assert!(act.blocked(&[("account", "boss"), ("to", "5")]).await.why.contains("administrator"));
    assert_eq!(act.blocked(&[("account", "apq"), ("to", "5")]).await.unblock, "did you mean app?");
    let first = app(&server).await;
    let limit = &[("account", "app"), ("to", "1")];
    let (change, _) = act.act(limit).await;
    assert_eq!((change.level, change.parts.len()), (Level::Type, 2), "both hosts of it");
    assert!(
        change.forecast[1].contains("1 new ones get in") && change.forecast[1].contains("2 in all"),
        "{change:?}"
    );
    let second = app(&server).await;
    assert_eq!(
        code(user(&server, "app", "app-pass").await),
        1226,
        "who came before the limit does not count"
    );
    act.all_stand(&change, Standing::After).await;
    assert!(act.already(limit).await.contains("already"));
    assert!(act.undo_all(&change).await);
    act.all_stand(&change, Standing::Before).await;
    drop(user(&server, "app", "app-pass").await.unwrap());
    drop((first, second));

    let (change, _) = act.act(&[("account", "o'app"), ("to", "5")]).await;
    assert_eq!(change.commands, ["ALTER USER 'o''app'@'%' WITH MAX_USER_CONNECTIONS 5"]);
    server.root(&["ALTER USER 'o''app'@'%' WITH MAX_USER_CONNECTIONS 9"]).await.unwrap();
    act.all_stand(&change, Standing::Drifted("MAX_USER_CONNECTIONS 9".into())).await;
}
