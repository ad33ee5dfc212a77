//! `stampede.yaml`: where it is found, what it may say, and what becomes of it.

use std::time::Duration;

use stampede::config::{
    Address, AppFlag, CacheTopology, ExpiryLivesIn, LogPattern, OnCacheError, Rebuild, RebuildWay, Secret,
    Tls, Topology,
};

use super::{Machine, logs, mysql, pgbouncer, postgres, redis};

const ONE: &str = "targets: { found: { redis: h } }\n";

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp(host.into(), port)
}

#[test]
fn targets_of_every_kind() {
    let machine = Machine::new()
        .set("CACHE_PASSWORD", "one")
        .set("PGPW", "three")
        .set("SHOP", "shop.example")
        .file("work/db-password", "two\n")
        .yaml(
            "\
version: 1
targets:
  pages-cache: { redis: \"rediss://cache.internal:6380\", user: ops, password: \"env:CACHE_PASSWORD\", tls: { ca: ca.pem } }
  sessions: { redis: [\"10.0.0.1:6379\", \"10.0.0.2\"] }
  ha-cache: { redis: { sentinels: [\"s1:26380\", s2], service: mymaster }, sentinel_password: four }
  orders: { mysql: \"mysql://ops@db1:3306\", password: \"file:db-password\", admin_port: 33062 }
  users: { postgres: \"postgres://ops@pg1/users\", password: \"${PGPW}\" }
  pool: { pgbouncer: pool1, user: ops, password: five }
  app-logs: { logs: [\"/var/log/app/*.log\", today.log, \"-\"], patterns: { cache_miss: { any_of: [\"cache miss\"], ignore_case: true } } }
  shop: { http: \"https://${SHOP}/health\" }
",
        );
    let settings = machine.settings();
    let names: Vec<_> = settings.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["pages-cache", "sessions", "ha-cache", "orders", "users", "pool", "app-logs", "shop"]);

    let cache = redis(&settings, "pages-cache");
    assert_eq!(cache.addresses, [tcp("cache.internal", 6380)]);
    assert_eq!((cache.user.as_deref(), cache.password), (Some("ops"), Some(Secret::new("one"))));
    assert_eq!(cache.tls, Some(Tls { ca: Some(machine.path().join("work/ca.pem")), ..Tls::default() }));

    let cluster = redis(&settings, "sessions");
    assert_eq!(cluster.addresses, [tcp("10.0.0.1", 6379), tcp("10.0.0.2", 6379)]);
    assert_eq!(cluster.topology, Topology::Auto);

    let sentinel = redis(&settings, "ha-cache");
    assert_eq!(sentinel.addresses, [tcp("s1", 26380), tcp("s2", 26379)]);
    assert_eq!(sentinel.topology, Topology::Sentinel("mymaster".into()));
    assert_eq!((sentinel.password, sentinel.sentinel_password), (None, Some(Secret::new("four"))));

    let orders = mysql(&settings, "orders");
    assert_eq!((orders.address, orders.admin_port), (tcp("db1", 3306), Some(33062)));
    assert_eq!(
        orders.password,
        Some(Secret::new("two")),
        "the newline at the end of the file is no part of it"
    );

    let users = postgres(&settings, "users");
    assert_eq!((users.address, users.database.as_str()), (tcp("pg1", 5432), "users"));
    assert_eq!(users.password, Some(Secret::new("three")));
    let pool = pgbouncer(&settings, "pool");
    assert_eq!((pool.address, pool.database.as_str()), (tcp("pool1", 6432), "pgbouncer"));
    assert_eq!((pool.user.as_str(), pool.password), ("ops", Some(Secret::new("five"))));

    let work = machine.path().join("work");
    let app = logs(&settings, "app-logs");
    assert_eq!(app.paths, ["/var/log/app/*.log", &*work.join("today.log").to_string_lossy(), "-"]);
    assert_eq!(
        app.patterns,
        [LogPattern { name: "cache_miss".into(), any_of: vec!["cache miss".into()], ignore_case: true }]
    );
    let shop = stampede::config::as_json(&settings)["targets"]["shop"]["url"].clone();
    assert_eq!(shop, "https://shop.example/health");
}

#[test]
fn the_first_file_of_the_search_order_wins() {
    let all = || {
        Machine::new()
            .file("work/given.yaml", ONE)
            .file("work/variable.yaml", ONE)
            .file("work/stampede.yaml", ONE)
            .file("home/xdg/stampede/stampede.yaml", ONE)
            .file("home/.config/stampede/stampede.yaml", ONE)
    };
    let given = all().set("STAMPEDE_CONFIG", "variable.yaml").config("given.yaml");
    assert_eq!(given.sources(), ["T/work/given.yaml"]);
    assert_eq!(all().set("STAMPEDE_CONFIG", "variable.yaml").sources(), ["T/work/variable.yaml"]);
    assert_eq!(all().sources(), ["T/work/stampede.yaml"]);

    let xdg = Machine::new().file("home/xdg/stampede/stampede.yaml", ONE);
    let folder = xdg.path().join("home/xdg").display().to_string();
    let xdg = xdg.set("XDG_CONFIG_HOME", &folder).file("home/.config/stampede/stampede.yaml", ONE);
    assert_eq!(xdg.sources(), ["T/home/xdg/stampede/stampede.yaml"]);
    let default = Machine::new().file("home/.config/stampede/stampede.yaml", ONE);
    assert_eq!(default.sources(), ["T/home/.config/stampede/stampede.yaml"]);
}

#[test]
fn a_file_with_targets_stands_alone_and_one_without_leaves_them_to_the_environment() {
    let machine = || Machine::new().set("REDIS_URL", "redis://elsewhere").set("PGHOST", "pg1");
    let settings = machine().yaml(ONE).settings();
    assert_eq!(settings.targets.len(), 1);
    assert_eq!(settings.sources[1], "not used, as the file names the targets: REDIS_URL, PGHOST");

    let machine = machine().yaml("thresholds: { hit_ratio_warn: 0.9 }\n");
    let settings = machine.settings();
    assert_eq!(settings.thresholds.hit_ratio_warn, 0.9);
    assert_eq!(machine.sources(), ["T/work/stampede.yaml", "redis: REDIS_URL", "postgres: PGHOST"]);
}

#[test]
fn an_empty_file_says_nothing() {
    for yaml in ["", "# only a comment\n", "---\n", "targets:\n", "targets: {}\nfacts: {}\n"] {
        let failure = Machine::new().yaml(yaml).load().unwrap_err();
        assert_eq!(failure.kind, stampede::error::FailureKind::Usage, "{yaml:?}: {failure}");
        assert!(failure.message.contains("stampede.yaml"), "names the file that it did read: {failure}");
    }
}

#[test]
fn thresholds_and_facts() {
    let settings = Machine::new()
        .set("FLOOR", "50")
        .yaml(
            "\
targets: { c: { redis: h } }
thresholds: { hit_ratio_warn: 0.99, minimum_lookups: \"${FLOOR}\", queries_vs_baseline: 5 }
facts:
  on_cache_error: database
  lock_dialect: \"lock:{key}\"
  expiry_lives_in: value
  cache_topology: replica_reads
  tolerates_read_only: false
",
        )
        .settings();
    assert_eq!((settings.thresholds.hit_ratio_warn, settings.thresholds.hit_ratio_critical), (0.99, 0.80));
    assert_eq!((settings.thresholds.minimum_lookups, settings.thresholds.queries_vs_baseline), (50.0, 5.0));
    assert_eq!(settings.facts.on_cache_error, Some(OnCacheError::Database));
    assert_eq!(settings.facts.lock_dialect.as_deref(), Some("lock:{key}"));
    assert_eq!(settings.facts.expiry_lives_in, Some(ExpiryLivesIn::Value));
    assert_eq!(settings.facts.cache_topology, Some(CacheTopology::ReplicaReads));
    assert_eq!(settings.facts.tolerates_read_only, Some(false));
    let unknown = Machine::new().yaml(ONE).settings().facts;
    assert_eq!(unknown, stampede::config::Facts::default());
}

#[test]
fn remedies_of_the_application() {
    let remedies = |yaml: &str| Machine::new().yaml(format!("{ONE}{yaml}")).settings().remedies;
    let all = remedies(
        "\
rebuild: { http: \"http://api/internal/cache/warm/{key}\" }
flags: { throttle: { key: \"app:throttle\", value: 10 }, breaker: { key: \"app:breaker\", value: open } }
",
    );
    let url = "http://api/internal/cache/warm/{key}".into();
    assert_eq!(
        all.rebuild,
        Some(Rebuild {
            way: RebuildWay::Http { method: "GET".into(), url, headers: Vec::new(), tls: None },
            timeout: Duration::from_secs(30)
        })
    );
    let flag = |name: &str, key: &str, value: &str| AppFlag {
        name: name.into(),
        key: key.into(),
        value: value.into(),
    };
    assert_eq!(
        all.flags,
        [flag("throttle", "app:throttle", "10"), flag("breaker", "app:breaker", "open")],
        "in the order of the file, and digits are text"
    );
    let command = remedies("rebuild: { command: [/opt/warm, --, \"{key}\"], timeout: 2m }\n");
    let words = ["/opt/warm", "--", "{key}"].map(String::from).to_vec();
    assert_eq!(
        command.rebuild,
        Some(Rebuild { way: RebuildWay::Command(words), timeout: Duration::from_secs(120) })
    );
    assert_eq!(remedies(""), stampede::config::Remedies::default());
}

#[test]
fn a_variable_never_becomes_structure() {
    let hostile = "x\", tls: { insecure: true }, user: \"root\n  evil: { redis: h }";
    let settings = Machine::new()
        .set("PW", hostile)
        .yaml("targets: { c: { redis: h, password: ${PW} } }\n".replace("${PW}", "\"${PW}\""))
        .settings();
    let target = redis(&settings, "c");
    assert_eq!(target.password, Some(Secret::new(hostile)));
    assert_eq!((settings.targets.len(), target.tls, target.user), (1, None, None));
}

#[test]
fn dollars_are_escaped_by_doubling() {
    let password = |yaml: &str| {
        let yaml = format!("targets:\n  c:\n    redis: h\n    password: {yaml}\n");
        redis(&Machine::new().set("A", "1").set("B", "$A${A}").yaml(yaml).settings(), "c").password
    };
    assert_eq!(password("'a$$b$$${A}'"), Some(Secret::new("a$b$1")));
    assert_eq!(password("'$${A}'"), Some(Secret::new("${A}")));
    assert_eq!(password("'5$ and $A'"), Some(Secret::new("5$ and $A")));
    assert_eq!(password("${B}"), Some(Secret::new("$A${A}")), "what a variable holds is not read again");
    assert_eq!(password("0755"), Some(Secret::new("0755")), "digits keep their spelling");
}

#[test]
fn keys_of_the_target_win_over_its_url() {
    let settings = Machine::new()
        .yaml(
            "\
targets:
  a: { redis: \"redis://x:y@h/1\", user: ops, password: pw, database: 2, tls: true }
  b: { redis: \"rediss://h\", tls: false }
  c: { postgres: \"postgres://x@pg1/one\", user: ops, database: two, tls: true }
  d: { mysql: /run/my.sock, user: ops, database: shop }
  e: { postgres: /run/pg, user: ops }
  f: { postgres: \"pg1:5433\", user: ops }
",
        )
        .settings();
    let a = redis(&settings, "a");
    assert_eq!((a.user.as_deref(), a.password, a.database), (Some("ops"), Some(Secret::new("pw")), 2));
    assert_eq!(a.tls, Some(Tls::default()));
    assert_eq!(redis(&settings, "b").tls, None);
    let c = postgres(&settings, "c");
    assert_eq!((c.user.as_str(), c.database.as_str()), ("ops", "two"));
    assert_eq!((c.tls, c.tls_optional), (Some(Tls::default()), false));
    assert_eq!(mysql(&settings, "d").address, Address::Unix("/run/my.sock".into()));
    assert_eq!(postgres(&settings, "e").address, Address::Unix("/run/pg/.s.PGSQL.5432".into()));
    assert_eq!(postgres(&settings, "f").address, tcp("pg1", 5433));
}

#[test]
fn a_secret_file_that_others_can_read_is_told() {
    let machine = Machine::new()
        .file_with_mode("work/pw", "secret\r\n", 0o644)
        .yaml("targets: { c: { redis: h, password: 'file:pw' } }\n");
    assert_eq!(redis(&machine.settings(), "c").password, Some(Secret::new("secret")));
    assert_eq!(machine.notes(), ["T/work/pw can be read by others (chmod 600)"]);
}

#[test]
fn pgpass_serves_the_targets_of_the_file_too() {
    let machine = Machine::new()
        .file("home/.pgpass", "pg1:*:*:ops:secret\n")
        .yaml("targets: { users: { postgres: 'postgres://ops@pg1/users' } }\n");
    assert_eq!(postgres(&machine.settings(), "users").password, Some(Secret::new("secret")));
    assert_eq!(machine.sources()[1], "postgres password: T/home/.pgpass");
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_mistake() {
    let machine = Machine::new().yaml("\u{feff}targets:\r\n  c: { redis: h, password: 'pw' }\r\n");
    assert_eq!(redis(&machine.settings(), "c").password, Some(Secret::new("pw")));
    let error = Machine::new().yaml("\u{feff}target: {}\r\n").error();
    assert!(
        error
            .ends_with("1:1: unknown key `target`; did you mean `targets`?\n  |\n1 | target: {}\n  | ^^^^^^"),
        "{error}"
    );
}
