//! Servers that really follow another one (S22): lag is told, an unknown lag is not zero, a primary has none.

use stampede::clock;
use stampede::lab::Lab;
use stampede::observation::{Metric, Reading};
use stampede::probe::Sighting;
use std::time::Duration;

use super::{mysql, once, open_mysql, open_postgres, postgres, value, why};

fn role(sighting: &Sighting) -> &str {
    &sighting.identity.as_ref().unwrap().role
}

fn has_lag(sighting: &Sighting) -> bool {
    sighting.observations.iter().any(|it| it.metric == Metric::DatabaseReplicationLag)
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
    let patience = clock::instant() + Duration::from_secs(30);
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
