//! Bad input and broken servers: each its own clear line, in time, and nothing unknown is called 0.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::time::Duration;

use stampede::config::{Address, Tls};
use stampede::error::{TargetError, TargetErrorKind as Kind};
use stampede::lab::Lab;
use stampede::observation::Metric;
use stampede::probe::Probe;
use tokio::net::TcpListener;

use super::{Certificate, look, mysql, once, open_mysql, open_postgres, postgres, value};

async fn error_of(probe: Box<dyn Probe>) -> TargetError {
    let seen = once(probe).await;
    for metric in [Metric::DatabaseRunning, Metric::DatabaseQueries, Metric::DatabaseConnections] {
        assert_eq!(value(&seen, metric), None, "{seen:?}");
    }
    let error = seen.error.unwrap();
    assert!(!error.message.contains("hunter2"), "{error}");
    error
}

#[tokio::test]
async fn logins_that_mariadb_refuses() {
    let lab = Lab::new().unwrap();
    let server = lab.mariadb(&[]).await.unwrap();
    let port = server.port();
    server
        .root(&[
            "CREATE USER locked@'%' IDENTIFIED BY 'ops-pass' ACCOUNT LOCK",
            "CREATE USER one@'%' IDENTIFIED BY 'ops-pass' WITH MAX_QUERIES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 1",
        ])
        .await
        .unwrap();
    let wrong = error_of(open_mysql(mysql(port, "ops", "hunter2"))).await;
    assert_eq!((wrong.kind, wrong.message.contains("1045")), (Kind::Authentication, true), "{wrong:?}");
    let locked = error_of(open_mysql(mysql(port, "locked", "ops-pass"))).await;
    assert_eq!((locked.kind, locked.message.contains("4151")), (Kind::Authentication, true), "{locked:?}");
    let mut spec = mysql(port, "ops", "ops-pass");
    spec.database = Some("no_such".into());
    let missing = error_of(open_mysql(spec)).await;
    assert_eq!((missing.kind, missing.message.contains("1049")), (Kind::Input, true), "{missing:?}");
    assert!(once(open_mysql(mysql(port, "one", "ops-pass"))).await.error.is_none());
    let limited = error_of(open_mysql(mysql(port, "one", "ops-pass"))).await;
    assert!(limited.message.contains("1226") && limited.hint.unwrap().contains("our own account"));
    let mut spec = mysql(port, "ops", "ops-pass");
    spec.tls = Some(Tls { insecure: true, ..Tls::default() });
    let plain = error_of(open_mysql(spec)).await;
    assert_eq!((plain.kind, plain.message.contains("offers no TLS")), (Kind::Tls, true), "{plain:?}");
    let mut spec = mysql(port, "root", "");
    spec.address = Address::Unix(server.socket().to_owned());
    spec.password = None;
    assert!(once(open_mysql(spec)).await.error.is_none(), "the socket works");
}

#[tokio::test]
async fn logins_that_postgres_refuses() {
    let lab = Lab::new().unwrap();
    let server = lab.postgres(&[]).await.unwrap();
    let port = server.port();
    let wrong = error_of(open_postgres(postgres(port, "ops", "hunter2"))).await;
    assert_eq!((wrong.kind, wrong.message.contains("28P01")), (Kind::Authentication, true), "{wrong:?}");
    let mut spec = postgres(port, "ops", "");
    spec.password = None;
    let none = error_of(open_postgres(spec)).await;
    assert_eq!(
        (none.kind, none.message.contains("wants a password")),
        (Kind::Authentication, true),
        "{none:?}"
    );
    let mut spec = postgres(port, "ops", "ops-pass");
    spec.database = "no_such".into();
    let missing = error_of(open_postgres(spec)).await;
    assert_eq!((missing.kind, missing.message.contains("3D000")), (Kind::Input, true), "{missing:?}");
    let mut spec = postgres(port, "ops", "ops-pass");
    spec.tls = Some(Tls { insecure: true, ..Tls::default() });
    let plain = error_of(open_postgres(spec.clone())).await;
    assert_eq!((plain.kind, plain.message.contains("offers no TLS")), (Kind::Tls, true), "{plain:?}");
    spec.tls_optional = true;
    assert!(once(open_postgres(spec)).await.error.is_none(), "prefer goes on without");
    let mut spec = postgres(port, "postgres", "");
    spec.password = None;
    spec.address = Address::Unix(server.socket_dir().join(format!(".s.PGSQL.{port}")));
    assert!(once(open_postgres(spec)).await.error.is_none(), "the socket works");
}

#[tokio::test]
async fn certificates_are_verified_unless_turned_off() {
    let lab = Lab::new().unwrap();
    let certificate = Certificate::new();
    let (cert, key) = (certificate.cert.display(), certificate.key.display());
    let (maria, pg) = tokio::join!(
        async {
            lab.mariadb(&[
                &format!("--ssl-cert={cert}"),
                &format!("--ssl-key={key}"),
                "--require-secure-transport",
            ])
            .await
            .unwrap()
        },
        async { lab.postgres(&[]).await.unwrap() },
    );
    // PostgreSQL wants its key to be its own.
    let own = pg.socket_dir().join("key.pem");
    std::fs::copy(&certificate.key, &own).unwrap();
    std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o600)).unwrap();
    let owner = std::fs::metadata(pg.socket_dir()).unwrap();
    chown(&own, Some(owner.uid()), Some(owner.gid())).unwrap();
    let cert = format!("ALTER SYSTEM SET ssl_cert_file = '{cert}'");
    let key = format!("ALTER SYSTEM SET ssl_key_file = '{}'", own.display());
    pg.root(&[&cert, &key, "ALTER SYSTEM SET ssl = on"]).await.unwrap();
    pg.restart().await.unwrap();

    let insecure = Some(Tls { insecure: true, ..Tls::default() });
    let other = Certificate::new();
    for (tls, works) in [(certificate.trusted(), true), (insecure, true), (other.trusted(), false)] {
        let mut spec = mysql(maria.port(), "ops", "ops-pass");
        spec.tls = tls.clone();
        let seen = once(open_mysql(spec)).await;
        assert_eq!(seen.error.as_ref().map(|error| error.kind), (!works).then_some(Kind::Tls), "{seen:?}");
        let mut spec = postgres(pg.port(), "ops", "ops-pass");
        spec.tls = tls;
        let seen = once(open_postgres(spec)).await;
        assert_eq!(seen.error.as_ref().map(|error| error.kind), (!works).then_some(Kind::Tls), "{seen:?}");
    }
    let plain = error_of(open_mysql(mysql(maria.port(), "ops", "ops-pass"))).await;
    // MariaDB does not say why; MySQL would (3159).
    assert!(plain.message.contains("1045") && plain.hint.clone().unwrap().contains("TLS"), "{plain:?}");
}

#[tokio::test]
async fn what_is_not_there_not_the_right_service_or_does_not_answer() {
    let lab = Lab::new().unwrap();
    let (redis, maria, pg) = tokio::join!(
        async { lab.redis(&[]).await.unwrap() },
        async { lab.mariadb(&[]).await.unwrap() },
        async { lab.postgres(&[]).await.unwrap() }
    );
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute_port = mute.local_addr().unwrap().port();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (look, _said) = look(Duration::ZERO, Duration::from_millis(700));
    for (port, kinds) in [
        (free, &[Kind::Refused][..]),
        (mute_port, &[Kind::Timeout]),
        (redis.port(), &[Kind::Timeout, Kind::Protocol, Kind::Unreachable]),
    ] {
        for mut probe in
            [open_mysql(mysql(port, "ops", "hunter2")), open_postgres(postgres(port, "ops", "hunter2"))]
        {
            let error = probe.measure(&look).await.error.unwrap();
            assert!(kinds.contains(&error.kind), "{port}: {error:?}");
            assert!(error.hint.is_some(), "{error:?}");
        }
    }
    let error = open_postgres(postgres(maria.port(), "ops", "x")).measure(&look).await.error.unwrap();
    assert_eq!(error.kind, Kind::Protocol, "{error:?}");
    let error = open_mysql(mysql(pg.port(), "ops", "x")).measure(&look).await.error.unwrap();
    assert_eq!(error.kind, Kind::Timeout, "{error:?}");
}

#[tokio::test]
async fn servers_that_stop_answering_and_come_back() {
    let lab = Lab::new().unwrap();
    let (maria, pg) =
        tokio::join!(async { lab.mariadb(&[]).await.unwrap() }, async { lab.postgres(&[]).await.unwrap() });
    let (look, _said) = look(Duration::ZERO, Duration::from_secs(2));
    let mut probe = open_mysql(mysql(maria.port(), "ops", "ops-pass"));
    assert!(probe.measure(&look).await.error.is_none());
    maria.pause();
    // The signal arrives when the server gets to it: until then it answers, or part of it.
    while probe.measure(&look).await.error.is_none() {}
    let seen = probe.measure(&look).await;
    assert_eq!(seen.error.as_ref().unwrap().kind, Kind::Timeout, "{seen:?}");
    assert_eq!(value(&seen, Metric::DatabaseUp), None, "silence may be slowness");
    assert_eq!(value(&seen, Metric::DatabaseRunning), None);
    maria.resume();
    assert!(probe.measure(&look).await.error.is_none());

    // Shutting down, and kept from it by a session (57P03).
    let mut held = open_postgres(postgres(pg.port(), "ops", "ops-pass"));
    assert!(held.measure(&look).await.error.is_none());
    let term = std::process::Command::new("kill").args(["-TERM", &pg.pid().to_string()]).status().unwrap();
    assert!(term.success());
    loop {
        let error = match once(open_postgres(postgres(pg.port(), "ops", "ops-pass"))).await.error {
            // The signal has not arrived yet.
            None => continue,
            Some(error) => error,
        };
        assert_eq!(error.kind, Kind::Loading, "{error:?}");
        assert!(error.message.contains("57P03") && error.message.contains("shutting down"), "{error}");
        break;
    }
}
