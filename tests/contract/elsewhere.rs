//! The target's name leads to another server by now: nothing of ours is there, whatever it looks like (S7).

use stampede::lab::{Lab, PostgresServer};
use stampede::observation::Kind;

use super::place::Place;
use super::{Stage, on_every_action};
use crate::support::binary::{End, Home};

#[tokio::test(flavor = "multi_thread")]
async fn s7_another_server_is_not_put_back() {
    on_every_action(|scene| async move {
        // Where nothing is left to put back, no server is asked.
        if !scene.stays {
            return;
        }
        let stage = Stage::set(scene).await;
        let (home, before) = stage.acted().await;

        let lab = Lab::new().unwrap();
        let other = Place::new(&lab, scene.spec().kind).await;
        for command in scene.setup {
            other.says(command).await;
        }
        let theirs = other.world().await;
        home.file("stampede.yaml", other.configuration(other.port()));
        let undone = stage.undo(&home).await;
        assert_eq!(undone.end, End::Code(7), "{undone}");
        for port in [stage.proxy.port(), other.port()] {
            let named = undone.stderr.contains(&format!("127.0.0.1:{port}"));
            assert!(named, "both servers are named: {port} {undone}");
        }
        let mut differences = theirs.differences(&other.world().await);
        differences.retain(|line| !scene.ignored.iter().any(|word| line.contains(word)));
        assert!(differences.is_empty(), "{differences:?} {undone}");
        assert_eq!(stage.in_effect(&home).await, 1, "{undone}");

        home.file("stampede.yaml", stage.place.configuration(stage.proxy.port()));
        stage.ends_well(&home, &before, "on the right server again").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_the_same_server_under_another_address_is_put_back() {
    on_every_action(|scene| async move {
        // The address is all that an API proves; a pooler has the same configuration on every host.
        if !scene.stays || matches!(scene.spec().kind, Kind::Api | Kind::Pgbouncer) {
            return;
        }
        let stage = Stage::set(scene).await;
        let (home, before) = stage.acted().await;
        // Past the proxy: another port.
        home.file("stampede.yaml", stage.place.configuration(stage.place.port()));
        stage.ends_well(&home, &before, "under another address").await;
    })
    .await;
}

/// A standby has the system identifier of its primary, and what is read there looks as if it had been put back.
#[tokio::test(flavor = "multi_thread")]
async fn s7_a_standby_is_not_its_primary() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    let standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    let home = Home::new();
    let run = async |server: &PostgresServer, args: &[&str]| {
        home.stampede(args).env("DATABASE_URL", server.url()).spawn().wait().await
    };
    let done = run(&primary, &["protect", "read-only", "--yes", "--confirm", "postgres", "--no-watch"]).await;
    assert_eq!(done.end, End::Code(0), "{done}");
    let elsewhere = run(&standby, &["undo", "--yes", "--confirm", "postgres"]).await;
    assert_eq!(elsewhere.end, End::Code(7), "{elsewhere}");
    assert!(elsewhere.stderr.contains("a copy of it"), "{elsewhere}");
    let undone = run(&primary, &["undo", "--yes", "--confirm", "postgres"]).await;
    assert_eq!(undone.end, End::Code(0), "{undone}");
}
