//! One connection to each database, for the watch and for the acts (S3): who gives an answer up does not give the connection up,
//! and each has a patience of its own.

use std::time::Duration;

use stampede::lab::Lab;
use stampede::system::{Dialling, mysql as maria, postgres as pg};

use super::{mysql, postgres};

const HURRY: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(5);

fn dialling(reply: Duration) -> Dialling {
    Dialling::silent(PATIENCE, reply)
}

#[tokio::test]
async fn s3_an_answer_given_up_on_mariadb_keeps_the_seat() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    let mut patient = maria::Reader::new(&mysql(server.port(), "ops", "ops-pass"), "stampede");
    patient.ready(&dialling(PATIENCE)).await.unwrap();
    let mut hurried = patient.clone();
    hurried.ready(&dialling(HURRY)).await.unwrap();
    let connections = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'ops'";
    let before = server.query(connections).await.unwrap();
    assert_eq!(before.len(), 1);

    server.pause();
    // The signal arrives when the server gets to it.
    while hurried.status().await.is_ok() {}
    let mut asked = Box::pin(patient.status());
    let early = tokio::time::timeout(HURRY * 3, &mut asked).await;
    assert!(early.is_err(), "the patient one has as little patience as the other: {early:?}");
    server.resume();
    asked.await.unwrap();
    assert_eq!(server.query(connections).await.unwrap(), before, "another seat");
}

#[tokio::test]
async fn s3_an_answer_given_up_on_postgres_keeps_the_seat() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    let mut patient = pg::Reader::new(&postgres(server.port(), "ops", "ops-pass"), "stampede");
    patient.ready(&dialling(PATIENCE)).await.unwrap();
    let mut hurried = patient.clone();
    hurried.ready(&dialling(HURRY)).await.unwrap();
    let connections = "SELECT pid FROM pg_stat_activity WHERE usename = 'ops'";
    let before = server.query(connections).await.unwrap();
    assert_eq!(before.len(), 1);

    server.pause();
    while hurried.running().await.is_ok() {}
    let mut asked = Box::pin(patient.running());
    let early = tokio::time::timeout(HURRY * 3, &mut asked).await;
    assert!(early.is_err(), "the patient one has as little patience as the other: {early:?}");
    server.resume();
    asked.await.unwrap();
    assert_eq!(server.query(connections).await.unwrap(), before, "another seat");
}
