//! Zero configuration: the environment and the clients' own files.

use stampede::config::{Address, Secret, Tls, Topology};
use stampede::error::FailureKind;

use super::{Machine, mysql, pgbouncer, postgres, redis};

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp(host.into(), port)
}

#[test]
fn nothing_set_says_what_to_set() {
    let failure = Machine::new().load().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Usage);
    assert_eq!(failure.message, "nothing to look at: no target is configured");
    assert_eq!(
        failure.hint.unwrap(),
        "set REDIS_URL and MYSQL_URL or DATABASE_URL (redis://host:6379, mysql://user@host/), \
         or name targets in a stampede.yaml (docs/configuration.md)"
    );
}

#[test]
fn each_target_is_named_by_its_kind_and_its_source_is_told() {
    let machine = Machine::new()
        .set("REDIS_URL", "redis://cache")
        .set("MYSQL_URL", "mysql://ops@db1/shop")
        .set("DATABASE_URL", "mariadb://ops@db2:3307/")
        .set("PGHOST", "pg1")
        .set("PGDATABASE", "users");
    let settings = machine.settings();
    let names: Vec<_> = settings.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["redis", "mysql", "mysql-2", "postgres"]);
    assert_eq!(
        settings.sources,
        ["redis: REDIS_URL", "mysql: MYSQL_URL", "mysql-2: DATABASE_URL", "postgres: PGHOST, PGDATABASE"]
    );
    assert_eq!(mysql(&settings, "mysql-2").address, tcp("db2", 3307));
}

#[test]
fn the_same_url_in_two_variables_is_one_target() {
    let url = "mysql://ops@db1/shop";
    let settings = Machine::new().set("MYSQL_URL", url).set("DATABASE_URL", url).settings();
    assert_eq!(settings.sources, ["mysql: MYSQL_URL"]);
}

#[test]
fn a_pgbouncer_is_reached_by_its_console_whatever_libpq_is_told() {
    let load = |url: &str| Machine::new().set("PGBOUNCER_URL", url).set("PGPASSWORD", "no").load();
    for (url, address) in [
        ("pgbouncer://ops:p%40ss@pool1", tcp("pool1", 6432)),
        ("postgres://ops:p%40ss@pool1:7000/pgbouncer", tcp("pool1", 7000)),
        ("pgbouncer://ops:p%40ss@/?host=/run/pool", Address::Unix("/run/pool/.s.PGSQL.6432".into())),
    ] {
        let settings = load(url).unwrap();
        assert_eq!(settings.sources, ["pgbouncer: PGBOUNCER_URL"]);
        let console = pgbouncer(&settings, "pgbouncer");
        assert_eq!((console.address, console.user.as_str()), (address, "ops"));
        assert_eq!((console.password, &*console.database), (Some(Secret::new("p@ss")), "pgbouncer"));
    }
    for url in ["pgbouncer://ops:hunter2@pool1/shop", "redis://ops:hunter2@pool1"] {
        let failure = load(url).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Config);
        assert!(!failure.message.contains("hunter2"), "{failure}");
    }
}

#[test]
fn an_empty_variable_is_not_set() {
    let failure = Machine::new().set("REDIS_URL", "").set("PGHOST", "").load().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Usage);
}

#[test]
fn redis_urls_of_every_form() {
    let load = |url: &str| redis(&Machine::new().set("REDIS_URL", url).settings(), "redis");

    let one = load("redis://ops:p%40ss%2Fword@cache:6380/2");
    assert_eq!(one.addresses, [tcp("cache", 6380)]);
    assert_eq!(one.user.as_deref(), Some("ops"));
    assert_eq!(one.password, Some(Secret::new("p@ss/word")));
    assert_eq!((one.database, one.tls, one.topology), (2, None, Topology::Auto));

    let password_only = load("valkey://:secret@cache");
    assert_eq!((password_only.user, password_only.password), (None, Some(Secret::new("secret"))));

    assert_eq!(load("rediss://cache").tls, Some(Tls::default()));
    assert!(load("rediss://cache#insecure").tls.unwrap().insecure);
    assert!(load("rediss://cache?insecure=true").tls.unwrap().insecure);
    assert_eq!(load("rediss://cache?ca=/etc/ca.pem").tls.unwrap().ca, Some("/etc/ca.pem".into()));

    let cluster = load("redis://10.0.0.1:7000,10.0.0.2,[fd00::1]:7002");
    assert_eq!(cluster.addresses, [tcp("10.0.0.1", 7000), tcp("10.0.0.2", 6379), tcp("fd00::1", 7002)]);

    let unix = load("unix:///run/redis.sock?db=3");
    assert_eq!((unix.addresses, unix.database), (vec![Address::Unix("/run/redis.sock".into())], 3));

    let sentinel = load("redis+sentinel://ops:pw@s1,s2:26380/mymaster/1?sentinel_password=other");
    assert_eq!(sentinel.addresses, [tcp("s1", 26379), tcp("s2", 26380)]);
    assert_eq!(sentinel.topology, Topology::Sentinel("mymaster".into()));
    assert_eq!(sentinel.password, Some(Secret::new("pw")));
    assert_eq!(sentinel.sentinel_password, Some(Secret::new("other")));
    assert_eq!(sentinel.database, 1);

    assert_eq!(load("cache:6390").addresses, [tcp("cache", 6390)]);
}

#[test]
fn a_bad_url_is_refused_without_being_repeated() {
    let pw = "hunter2";
    for (name, url, why) in [
        ("REDIS_URL", "redis://u:hunter2@h:99999", "it has a port that is not a number from 1 to 65535"),
        ("REDIS_URL", "redis://:hun/ter2@h", "it has an `@` behind the host"),
        ("REDIS_URL", "redis://u:hunter2#x@h", "it has an `@` behind the host"),
        ("REDIS_URL", "redis://:hunter2@", "it has no host"),
        ("REDIS_URL", "redis://:hunter2@h/first", "it has a database that is not a number"),
        ("REDIS_URL", "redis://:hunter2@h?insecure=true", "it has TLS options without TLS: use rediss://"),
        ("REDIS_URL", "redis://:hunter2@h1,:other@h2", "it has several hosts with logins of their own"),
        ("REDIS_URL", "redis://h:hunter2?a=b@c", "it has an `@` behind the host"),
        ("REDIS_URL", "redis+sentinel://:hunter2@s1", "it names no service"),
        ("REDIS_URL", "memcached://:hunter2@h", "it has an unknown scheme; known: redis, rediss"),
        ("REDIS_URL", ":hunter2@h:6379", "it has a host with characters that no host has"),
        ("MYSQL_URL", "mysql://u:hunter2%zz@h", "it has a `%` in its password that is no percent-code"),
        ("MYSQL_URL", "mysql://u:hunter2@a,b/x", "it has several hosts"),
        ("MYSQL_URL", "mysql://u:hunter2@h?ssl-mode=hunter2", "it has an unknown ssl-mode; known: DISABLED"),
        ("DATABASE_URL", "oracle://u:hunter2@h", "it names no database that is known here"),
        (
            "DATABASE_URL",
            "postgres://u:hunter2@h?sslmode=hunter2",
            "it has an unknown sslmode; known: disable",
        ),
        (
            "DATABASE_URL",
            "postgres://u:hunter2@h?service=hunter2",
            "it names a service, which is not supported",
        ),
        ("PGSERVICE", "hunter2", "it is not supported: set PGHOST"),
    ] {
        let error = Machine::new().set(name, url).error();
        assert!(error.starts_with(&format!("cannot use {name}: {why}")), "{url} gives: {error}");
        assert!(!error.contains(pw), "{error}");
    }
    let error = Machine::new().set("PGHOST", "h").set("PGPORT", "hunter2").error();
    assert_eq!(error, "PGPORT is not a number from 1 to 65535");
}

#[test]
fn mysql_urls_and_their_tls() {
    let load = |url: &str| mysql(&Machine::new().set("MYSQL_URL", url).settings(), "mysql");
    let plain = load("mysql://ops:pw@db1:3307/shop?admin_port=33062&charset=utf8mb4");
    assert_eq!((plain.address, plain.admin_port), (tcp("db1", 3307), Some(33062)));
    assert_eq!((plain.user.as_str(), plain.database.as_deref()), ("ops", Some("shop")));
    assert_eq!((plain.password, plain.tls), (Some(Secret::new("pw")), None));
    assert_eq!(load("mysql://db1").user, "oncall", "as in the client: the login name");
    assert_eq!(load("mysql+pymysql://ops@db1").address, tcp("db1", 3306));
    let socket = load("mysql://ops@localhost/?socket=/run/my.sock");
    assert_eq!(socket.address, Address::Unix("/run/my.sock".into()));

    let tls = |query: &str| load(&format!("mysql://ops@db1/?{query}")).tls;
    assert_eq!(tls("ssl-mode=DISABLED"), None);
    assert_eq!(tls("ssl-mode=PREFERRED"), None);
    assert_eq!(tls("ssl-mode=REQUIRED"), Some(Tls { insecure: true, ..Tls::default() }));
    let ca = Tls { ca: Some("/ca.pem".into()), ..Tls::default() };
    assert_eq!(tls("ssl-mode=REQUIRED&ssl-ca=/ca.pem"), Some(ca.clone()));
    assert_eq!(tls("ssl-ca=/ca.pem"), Some(ca));
    assert_eq!(tls("ssl-mode=VERIFY_IDENTITY"), Some(Tls::default()));
    assert_eq!(tls("ssl-mode=verify-ca"), Some(Tls::default()));
}

#[test]
fn sslmode_is_libpqs_and_verifies_where_it_may() {
    let load = |mode: &str| {
        postgres(&Machine::new().set("PGHOST", "pg1").set("PGSSLMODE", mode).settings(), "postgres")
    };
    let of = |mode: &str| {
        let target = load(mode);
        (target.tls.map(|tls| tls.insecure), target.tls_optional)
    };
    assert_eq!(of("disable"), (None, false));
    assert_eq!(of("allow"), (Some(false), true));
    assert_eq!(of("prefer"), (Some(false), true));
    assert_eq!(of(""), (Some(false), true));
    assert_eq!(of("require"), (Some(true), false));
    assert_eq!(of("verify-ca"), (Some(false), false));
    assert_eq!(of("verify-full"), (Some(false), false));
    let with_ca =
        Machine::new().set("PGHOST", "pg1").set("PGSSLMODE", "require").set("PGSSLROOTCERT", "/ca.pem");
    let tls = postgres(&with_ca.settings(), "postgres").tls.unwrap();
    assert_eq!((tls.insecure, tls.ca), (false, Some("/ca.pem".into())));
    // On this machine TLS protects nothing unless it is asked for.
    let local = postgres(&Machine::new().set("PGHOST", "127.0.0.1").settings(), "postgres");
    assert_eq!((local.tls, local.tls_optional), (None, false));
}

#[test]
fn turned_off_verification_is_told() {
    let machine = Machine::new()
        .set("REDIS_URL", "rediss://h#insecure")
        .set("PGHOST", "pg1")
        .set("PGSSLMODE", "require");
    assert_eq!(
        machine.sources(),
        ["redis: REDIS_URL (TLS without verification)", "postgres: PGHOST (TLS without verification)"]
    );
}

#[test]
fn libpq_variables_fill_what_a_url_leaves_open() {
    let machine = Machine::new()
        .set("DATABASE_URL", "postgresql://pg1/users")
        .set("PGHOST", "elsewhere")
        .set("PGUSER", "ops")
        .set("PGPASSWORD", "secret")
        .set("PGPORT", "5433");
    let settings = machine.settings();
    assert_eq!(settings.sources, ["postgres: DATABASE_URL"]);
    let target = postgres(&settings, "postgres");
    assert_eq!(target.address, tcp("pg1", 5433));
    assert_eq!((target.user.as_str(), target.database.as_str()), ("ops", "users"));
    assert_eq!(target.password, Some(Secret::new("secret")));
}

#[test]
fn a_socket_directory_becomes_the_socket_file() {
    let target =
        postgres(&Machine::new().set("PGHOST", "/run/pg").set("PGPORT", "5433").settings(), "postgres");
    assert_eq!(target.address, Address::Unix("/run/pg/.s.PGSQL.5433".into()));
    assert_eq!((target.user.as_str(), target.database.as_str()), ("oncall", "oncall"));
    assert_eq!(target.tls, None);
    let url = Machine::new().set("DATABASE_URL", "postgres://%2Frun%2Fpg/users").settings();
    assert_eq!(postgres(&url, "postgres").address, Address::Unix("/run/pg/.s.PGSQL.5432".into()));
    let query = Machine::new().set("DATABASE_URL", "postgres:///users?host=/run/pg").settings();
    assert_eq!(postgres(&query, "postgres").address, Address::Unix("/run/pg/.s.PGSQL.5432".into()));
}

#[test]
fn without_a_user_and_a_login_name_there_is_no_guess() {
    let error = Machine::new().unset("USER").set("PGHOST", "pg1").error();
    assert_eq!(error, "cannot use PGHOST: it names no user");
    let error = Machine::new().unset("USER").set("MYSQL_URL", "mysql://db1").error();
    assert_eq!(error, "cannot use MYSQL_URL: it names no user");
}

#[test]
fn pgpass_gives_the_password_only_when_nobody_else_can_read_it() {
    let pgpass = "pg2:*:*:*:wrong\npg1:5432:users:ops:se\\:cret\n";
    let machine = || Machine::new().set("DATABASE_URL", "postgres://ops@pg1/users");
    let private = machine().file("home/.pgpass", pgpass);
    assert_eq!(postgres(&private.settings(), "postgres").password, Some(Secret::new("se:cret")));
    assert_eq!(private.sources(), ["postgres: DATABASE_URL", "postgres password: T/home/.pgpass"]);

    let shared = machine().file_with_mode("home/.pgpass", pgpass, 0o640);
    assert_eq!(postgres(&shared.settings(), "postgres").password, None);
    assert_eq!(
        shared.notes(),
        ["T/home/.pgpass was passed over: others can read or write it (chmod 600 T/home/.pgpass)"]
    );

    let elsewhere = machine().file("work/passwords", "*:*:*:*:other\n");
    let path = elsewhere.path().join("work/passwords").display().to_string();
    let elsewhere = elsewhere.file("home/.pgpass", pgpass).set("PGPASSFILE", &path);
    assert_eq!(postgres(&elsewhere.settings(), "postgres").password, Some(Secret::new("other")));

    let given = machine().file("home/.pgpass", pgpass).set("PGPASSWORD", "given");
    assert_eq!(postgres(&given.settings(), "postgres").password, Some(Secret::new("given")));
}

#[test]
fn my_cnf_names_the_server_and_the_account() {
    let file = "\
# comment
[mysqld]
port = 9999
[client]
host = db1
port = 3310
user = 'ops'
password = \"se # cret\"   # why
ssl-ca = /etc/ca.pem
!includedir /etc/mysql/conf.d/
";
    let machine = Machine::new().file("home/.my.cnf", file);
    let settings = machine.settings();
    let target = mysql(&settings, "mysql");
    assert_eq!(target.address, tcp("db1", 3310));
    assert_eq!((target.user.as_str(), target.password), ("ops", Some(Secret::new("se # cret"))));
    assert_eq!(target.tls.unwrap().ca, Some("/etc/ca.pem".into()));
    assert_eq!(machine.sources(), ["mysql: T/home/.my.cnf"]);
    assert_eq!(machine.notes(), ["T/home/.my.cnf, line 10: !include is not followed"]);
}

#[test]
fn my_cnf_prefers_the_socket_and_stands_back_for_a_url() {
    let file = "[client]\nsocket=/run/my.sock\nuser=ops\nssl\n";
    let target = mysql(&Machine::new().file("home/.my.cnf", file).settings(), "mysql");
    assert_eq!((target.address, target.tls), (Address::Unix("/run/my.sock".into()), None));
    let remote = "[client]\nhost=db1\nuser=ops\nssl=1\nssl-verify-server-cert=0\n";
    let target = mysql(&Machine::new().file("home/.my.cnf", remote).settings(), "mysql");
    assert!(target.tls.unwrap().insecure);
    let url = Machine::new().file("home/.my.cnf", file).set("MYSQL_URL", "mysql://ops@db1");
    assert_eq!(url.sources(), ["mysql: MYSQL_URL"]);
}

#[test]
fn a_my_cnf_that_cannot_be_used_says_why() {
    let open = Machine::new().file_with_mode("home/.my.cnf", "[client]\nhost=db1\n", 0o666);
    let failure = open.load().unwrap_err();
    assert!(failure.message.contains(".my.cnf was passed over: anybody can write it"), "{failure}");
    // Nobody asked for this file by name: the rest goes on.
    let bad = Machine::new().set("REDIS_URL", "redis://h").file("home/.my.cnf", "[client]\nport=hunter2\n");
    let why = "line 2: port is not a number from 1 to 65535";
    assert_eq!(bad.sources(), ["redis: REDIS_URL"]);
    assert_eq!(bad.notes(), [format!("T/home/.my.cnf was passed over: {why}")]);
    let no_target = Machine::new().file("home/.my.cnf", "[mysql]\nprompt=x\n").load().unwrap_err();
    assert_eq!(no_target.kind, FailureKind::Usage);
}
