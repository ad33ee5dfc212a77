//! URLs mean what the clients make of them: a wish for TLS is heard in every dialect, what means nothing is passed over.

use stampede::config::{Address, Secret, Tls, Topology};

use super::{Machine, mysql, postgres, redis};

/// How a target uses TLS.
fn used(tls: Option<&Tls>) -> &'static str {
    match tls {
        None => "none",
        Some(Tls { insecure: true, .. }) => "any",
        Some(_) => "verified",
    }
}

#[test]
fn a_wish_for_tls_is_heard_in_every_dialect_of_mysql() {
    for (query, expected) in [
        ("charset=utf8mb4", "none"),
        ("ssl-mode=PREFERRED", "none"),
        ("ssl-mode=REQUIRED", "any"),
        ("ssl_mode=:verify_identity", "verified"),
        ("sslmode=require", "any"),
        ("sslMode=VERIFY_CA", "verified"),
        ("sslMode=trust", "any"),
        ("useSSL=true&requireSSL=true", "any"),
        ("useSSL=true&verifyServerCertificate=true", "verified"),
        ("useSSL=false", "none"),
        ("useSSL=false&allowPublicKeyRetrieval=true", "none"),
        ("sslaccept=strict", "verified"),
        ("sslaccept=accept_invalid_certs", "any"),
        ("sslaccept=strict&sslcert=/ca.pem", "verified"),
        ("require_ssl=true", "verified"),
        ("require_ssl=true&verify_ca=false", "any"),
        ("tls=true", "verified"),
        ("tls=skip-verify", "any"),
        ("tls=preferred", "none"),
        ("tls=custom", "verified"),
        ("tls=false", "none"),
        ("ssl=Amazon%20RDS", "verified"),
        ("ssl={\"rejectUnauthorized\":true}", "verified"),
        ("ssl=%7B%22rejectUnauthorized%22%3Afalse%7D", "any"),
        ("ssl={broken", "verified"),
        ("ssl_ca=/ca.pem&ssl_verify_cert=true", "verified"),
        ("sslca=/ca.pem", "verified"),
        ("sslcapath=/etc/ssl/certs", "verified"),
        ("ssl_disabled=true", "none"),
        ("trustCertificateKeyStoreUrl=file:/x.jks", "verified"),
        ("serverSslCert=/ca.pem", "verified"),
    ] {
        let settings = Machine::new().set("MYSQL_URL", &format!("mysql://u:p@db1/x?{query}")).settings();
        assert_eq!(used(mysql(&settings, "mysql").tls.as_ref()), expected, "{query}");
    }
}

#[test]
fn a_wish_for_tls_is_heard_in_every_dialect_of_postgres() {
    for (query, expected, optional) in [
        ("application_name=x", "verified", true),
        ("sslmode=no-verify", "any", false),
        ("ssl=true", "verified", false),
        ("ssl=false", "none", false),
        ("ssl=require", "any", false),
        ("ssl=no-verify", "any", false),
        ("ssl={\"rejectUnauthorized\":false}", "any", false),
        ("ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory", "any", false),
        ("sslmode=require&sslaccept=strict", "verified", false),
        ("sslmode=disable&ssl=true", "verified", false),
        ("sslmode=verify-full&ssl=true", "verified", false),
        ("requiressl=1", "any", false),
        ("sslmode=require&channel_binding=require", "verified", false),
        ("sslmode=require&sslrootcert=system", "verified", false),
        ("sslrootcert=system", "verified", false),
        ("sslmode=", "verified", true),
    ] {
        let url = format!("postgres://u:p@pg1/x?{query}");
        let settings = Machine::new().set("DATABASE_URL", &url).settings();
        let target = postgres(&settings, "postgres");
        assert_eq!((used(target.tls.as_ref()), target.tls_optional), (expected, optional), "{query}");
    }
    let error = Machine::new().set("DATABASE_URL", "postgres://u@h/x?gssencmode=require").error();
    assert!(error.contains("GSSAPI"), "{error}");
}

#[test]
fn a_wish_for_tls_is_heard_in_every_dialect_of_redis() {
    for (url, expected) in [
        ("redis://h?family=6&health_check_interval=30&decode_responses=True", "none"),
        ("redis://h?read_timeout=6s&dial_timeout=3s&pool_size=4", "none"),
        ("redis://h?ssl=true", "verified"),
        ("redis://h?tls=1", "verified"),
        ("redis://h?use_tls=true", "verified"),
        ("redis://h?ssl=false", "none"),
        ("rediss://h?ssl_cert_reqs=none", "any"),
        ("rediss://h?ssl_cert_reqs=CERT_NONE", "any"),
        ("rediss://h?ssl_cert_reqs=required", "verified"),
        ("rediss://h?skip_verify=true", "any"),
        ("rediss://h?verifyPeer=NONE", "any"),
        ("rediss://h?ssl_ca_certs=/ca.pem", "verified"),
        ("redis+ssl://h", "verified"),
        ("tls://h", "verified"),
    ] {
        let settings = Machine::new().set("REDIS_URL", url).settings();
        assert_eq!(used(redis(&settings, "redis").tls.as_ref()), expected, "{url}");
    }
    for url in ["redis://h?ssl_cert_reqs=required", "redis://h?ssl_ca_certs=/ca.pem"] {
        let error = Machine::new().set("REDIS_URL", url).error();
        assert!(error.contains("it has TLS options without TLS"), "{url}: {error}");
    }
}

#[test]
fn what_is_not_known_is_named_and_what_means_nothing_is_not() {
    let notes = |name: &str, url: &str| Machine::new().set(name, url).notes();
    assert_eq!(
        notes("REDIS_URL", "rediss://h?insceure=true&read_timeout=1s"),
        ["REDIS_URL: the option `insceure` is not known here and was passed over"]
    );
    assert_eq!(notes("MYSQL_URL", "mysql://u@h/db?reconnect=true&pool=5&encoding=utf8mb4"), [""; 0]);
    assert_eq!(notes("DATABASE_URL", "postgres://u@h/db?pgbouncer=true&connect_timeout=5"), [""; 0]);
    assert_eq!(
        notes("MYSQL_URL", "mysql://u@h/db?ssl-mode=PREFERRED"),
        ["MYSQL_URL: TLS only where the server has it is no TLS here: REQUIRED asks for it"]
    );
}

#[test]
fn redis_urls_of_other_clients() {
    let load = |url: &str| redis(&Machine::new().set("REDIS_URL", url).settings(), "redis");
    let hosts = |url: &str| load(url).addresses.iter().map(ToString::to_string).collect::<Vec<_>>();
    let lone = load("redis://s3cret@h");
    assert_eq!((lone.user, lone.password), (None, Some(Secret::new("s3cret"))), "as redis-cli has it");
    let beside = load("redis://ops@h?password=pw");
    assert_eq!((beside.user.as_deref(), beside.password), (Some("ops"), Some(Secret::new("pw"))));
    assert_eq!(hosts("redis://:p@h1:7000,:p@h2:7001"), ["h1:7000", "h2:7001"]);
    assert_eq!(hosts("redis://:p@h1:7000,redis://:p@h2:7001"), ["h1:7000", "h2:7001"]);
    assert_eq!(hosts("redis://h1:7000?addr=h2:7001&addr=h3"), ["h1:7000", "h2:7001", "h3:6379"]);
    assert_eq!(load("redis://:a,b@h").password, Some(Secret::new("a,b")));
    assert_eq!(load("redis-sentinel://s1,s2/1#mymaster").topology, Topology::Sentinel("mymaster".into()));
    assert_eq!(load("redis-sentinel://s1,s2/1#mymaster").database, 1);
    assert_eq!(load("redis-socket:///run/r.sock").addresses, [Address::Unix("/run/r.sock".into())]);
    // Where a password stands beside the URL, the word is a user.
    let yaml = Machine::new().yaml("targets: { c: { redis: 'redis://ops@h', password: pw } }\n").settings();
    let target = redis(&yaml, "c");
    assert_eq!((target.user.as_deref(), target.password), (Some("ops"), Some(Secret::new("pw"))));
}

#[test]
fn postgres_urls_of_other_clients() {
    let load = |url: &str| postgres(&Machine::new().set("DATABASE_URL", url).settings(), "postgres");
    let at = load("postgres://10.0.0.1/users?user=ad@srv&password=x");
    assert_eq!((at.user.as_str(), at.password), ("ad@srv", Some(Secret::new("x"))));
    for scheme in ["postgis", "pgsql", "psql", "postgresql+asyncpg", "jdbc:postgresql"] {
        let url = format!("{scheme}://pg1:5433/users?user=ops&password=x");
        assert_eq!(load(&url).address, Address::Tcp("pg1".into(), 5433), "{scheme}");
    }
    let named = load("postgres://ops@pg1/users?hostaddr=10.0.0.1&sslmode=verify-full");
    assert_eq!(named.address, Address::Tcp("10.0.0.1".into(), 5432));
    assert_eq!(named.tls.unwrap().server_name.as_deref(), Some("pg1"));
    let machine = Machine::new()
        .set("PGHOST", "pg1")
        .set("PGHOSTADDR", "10.0.0.1")
        .set("PGUSER", "ops")
        .set("PGSSLMODE", "disable")
        .file("home/.pgpass", "10.0.0.1:*:*:*:no\npg1:*:*:*:yes\n");
    let target = postgres(&machine.settings(), "postgres");
    assert_eq!((target.password, target.tls), (Some(Secret::new("yes")), None));
}
