//! Servers that really follow another one (S22): lag is told, an unknown lag is not zero, a primary has none.

use stampede::clock;
use stampede::config::{Target, TargetSpec};
use stampede::lab::Lab;
use stampede::observation::{Metric, Reading};
use stampede::probe::TargetReport;
use stampede::probe::database::replicas;
use stampede::system::Dialling;
use std::time::Duration;

use crate::support::PATIENCE;
use crate::support::binary::{End, Home};

use super::{mysql, once, open_mysql, open_postgres, postgres, value, why};

fn role(report: &TargetReport) -> &str {
    &report.identity.as_ref().unwrap().role
}

fn has_lag(report: &TargetReport) -> bool {
    report.observations.iter().any(|it| it.metric == Metric::DatabaseReplicationLag)
}

#[tokio::test]
async fn s22_a_mariadb_replica_tells_its_lag_until_it_is_stopped() {
    let lab = Lab::new().unwrap();
    let primary = lab.mariadb_primary(&[]).await.unwrap();
    let replica = lab.mariadb_replica_of(&primary, &[]).await.unwrap();
    let look = async |port| once(open_mysql(mysql(port, "ops", "ops-pass"))).await;
    let seen = look(primary.port()).await;
    assert!(role(&seen) == "primary" && !has_lag(&seen), "{seen:?}");
    let seen = look(replica.port()).await;
    assert_eq!((role(&seen), value(&seen, Metric::DatabaseReplicationLag)), ("replica", Some(0.0)));
    assert_eq!(value(&seen, Metric::DatabaseReadOnly), Some(1.0));
    // The receiver runs on: Seconds_Behind_Master is NULL, which is not zero.
    replica.root(&["STOP SLAVE SQL_THREAD"]).await.unwrap();
    let seen = look(replica.port()).await;
    assert!(why(&seen, Metric::DatabaseReplicationLag).contains("receiver Yes, applier No"), "{seen:?}");
}

/// Asked of the primary: where its replicas are, each of them asked whether it follows.
#[tokio::test]
async fn replicas_are_found_by_asking_the_primary() {
    let lab = Lab::new().unwrap();
    let primary = lab.mariadb_primary(&[]).await.unwrap();
    let home = Home::new();
    let detect = async |name: &str| {
        let args = ["detect", "database", "--window", "0", "--no-record", "--replica-of", name, "-o", "json"];
        let url = format!("mysql://ops:ops-pass@127.0.0.1:{}", primary.port());
        home.stampede(args).env("MYSQL_URL", url).spawn().wait().await
    };
    let alone = detect("mysql").await;
    assert!(alone.stderr.contains("note: mysql shows no replica that is connected"), "{alone}");
    let replica = lab.mariadb_replica_of(&primary, &[]).await.unwrap();
    let found = detect("mysql").await;
    let said: serde_json::Value = serde_json::from_str(&found.stdout).unwrap();
    let of = |at: usize, what: &str| {
        said["targets"][at].pointer(what).and_then(|it| it.as_str()).unwrap_or_default()
    };
    assert_eq!((of(0, "/name"), of(0, "/identity/role")), ("mysql", "primary"), "{found}");
    assert_eq!((of(1, "/name"), of(1, "/identity/role")), ("mysql-replica-1", "replica"), "{found}");
    assert_eq!(of(1, "/address"), format!("127.0.0.1:{}", replica.port()), "{found}");
    let wrong = detect("mysq").await;
    assert_eq!(wrong.end, End::Code(64), "{wrong}");
    assert!(wrong.stderr.contains("there is no database called mysq") && wrong.stderr.contains("mysql"));

    // Without the right to ask, the refusal names it.
    primary.root(&["CREATE USER plain@'%' IDENTIFIED BY 'plain-pass'"]).await.unwrap();
    let url = format!("mysql://plain:plain-pass@127.0.0.1:{}", primary.port());
    let args = ["detect", "--no-record", "--replica-of", "mysql"];
    let denied = home.stampede(args).env("MYSQL_URL", url).spawn().wait().await;
    assert_eq!(denied.end, End::Code(3), "{denied}");
    assert!(denied.stderr.contains("GRANT REPLICATION MASTER ADMIN"), "{denied}");
}

/// PostgreSQL knows from where a standby streams, and not where it listens.
#[tokio::test]
async fn a_standby_behind_an_unknown_port_is_told_and_not_guessed() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    let _standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    let target =
        |port| Target { name: "pages".into(), spec: TargetSpec::Postgres(postgres(port, "ops", "ops-pass")) };
    let dialling = Dialling::silent(Duration::from_secs(5), Duration::from_secs(5));
    let of = target(primary.port());
    let found = replicas(&of, std::slice::from_ref(&of), &dialling).await.unwrap();
    assert!(found.targets.is_empty(), "{found:?}");
    assert_eq!(found.notes, ["replicas of pages whose address is not known: 1; name them in stampede.yaml"]);
}

#[tokio::test]
async fn s22_a_postgres_standby_tells_its_lag() {
    let lab = Lab::new().unwrap();
    let primary = lab.postgres(&[]).await.unwrap();
    let standby = lab.postgres_standby_of(&primary, &[]).await.unwrap();
    let look = async |port| once(open_postgres(postgres(port, "ops", "ops-pass"))).await;
    let seen = look(primary.port()).await;
    assert!(role(&seen) == "primary" && !has_lag(&seen), "{seen:?}");
    let seen = look(standby.port()).await;
    assert_eq!((role(&seen), value(&seen, Metric::DatabaseReadOnly)), ("standby", Some(1.0)));
    // What arrives is not replayed any more: it falls behind.
    standby.root(&["SELECT pg_wal_replay_pause()"]).await.unwrap();
    primary.root(&["CREATE TABLE t (id INT)"]).await.unwrap();
    let patience = clock::instant() + PATIENCE;
    loop {
        let seen = look(standby.port()).await;
        let lag = seen.observations.iter().find(|it| it.metric == Metric::DatabaseReplicationLag).unwrap();
        match &lag.value {
            Reading::Known(lag) if *lag > 0.0 => break,
            Reading::Unknown(why) if why.contains("nothing was replayed yet") => break,
            other => assert!(clock::instant() < patience, "it never falls behind: {other:?}"),
        }
        clock::sleep(Duration::from_millis(50)).await;
    }
}
