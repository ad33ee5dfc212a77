//! `stampede config show`: everything that matters, and no secret.

use super::Machine;

fn machine() -> Machine {
    Machine::new().set("PW", "hunter2").file("work/secret", "hunter2\n").yaml(
        "\
targets:
  cache: { redis: \"rediss://ops:hunter2@cache:6380\", tls: { insecure: true } }
  ha: { redis: { sentinels: [s1], service: mymaster }, password: hunter2, sentinel_password: hunter2 }
  db: { mysql: \"mysql://ops:hunter2@db1/shop\", admin_port: 33062 }
  users: { postgres: \"postgres://ops:hunter2@pg1/users\" }
  pool: { pgbouncer: \"pgbouncer://ops:hunter2@pool1\", tls: false }
  app: { logs: app.log, patterns: { cache_miss: { any_of: [\"miss: \"] } } }
  shop: { http: \"https://shop.example/health?token=hunter2\" }
facts: { on_cache_error: stale }
rebuild: { http: \"https://shop.example/warm/{key}?token=hunter2\", timeout: 20s }
flags: { breaker: { key: \"app:breaker\", value: open } }
",
    )
}

#[test]
fn as_text() {
    let machine = machine();
    let text = stampede::config::as_text(&machine.settings());
    let text = text.replace(&*machine.path().to_string_lossy(), "/T");
    insta::assert_snapshot!(text, @r#"
    # /T/work/stampede.yaml
    # cache: TLS without verification
    targets:
      cache:
        kind: redis
        addresses: ["cache:6380"]
        user: ops
        password: "***"
        database: 0
        tls:
          optional: false
          verified: false
      ha:
        kind: redis
        sentinels: ["s1:26379"]
        service: mymaster
        password: "***"
        sentinel_password: "***"
        database: 0
        tls: off
      db:
        kind: mysql
        address: "db1:3306"
        admin_port: 33062
        user: ops
        password: "***"
        database: shop
        tls: off
      users:
        kind: postgres
        address: "pg1:5432"
        user: ops
        password: "***"
        database: users
        tls:
          optional: true
          verified: true
      pool:
        kind: pgbouncer
        address: "pool1:6432"
        user: ops
        password: "***"
        tls: off
      app:
        kind: logs
        paths: [/T/work/app.log]
        patterns:
          cache_miss:
            any_of: ["miss: "]
            ignore_case: false
      shop:
        kind: http
        url: "https://shop.example/health?***"
        tls:
          optional: false
          verified: true
    thresholds:
      cache_slow: 50.0
      connections_critical: 0.95
      connections_warn: 0.8
      failed_logins_warn: 0.5
      hit_ratio_critical: 0.8
      hit_ratio_warn: 0.95
      lock_wait_critical: 10.0
      lock_wait_warn: 1.0
      minimum_lookups: 500.0
      pooler_wait_critical: 5.0
      pooler_wait_warn: 1.0
      queries_vs_baseline: 10.0
      replication_lag_critical: 300.0
      replication_lag_warn: 10.0
      response_slow: 2000.0
      running_slow: 20.0
      running_stop: 40.0
      xid_age_critical: 0.93
      xid_age_warn: 0.75
    facts:
      cache_topology: ?
      expiry_lives_in: ?
      lock_dialect: ?
      on_cache_error: stale
      tolerates_read_only: ?
    rebuild:
      http: "https://shop.example/warm/{key}?***"
      method: GET
      timeout: "20 s"
    flags:
      breaker:
        key: "app:breaker"
        value: open
    "#);
}

#[test]
fn as_json() {
    let machine = machine();
    let settings = machine.settings();
    let text = format!("{:#}\n", stampede::config::as_json(&settings));
    assert!(!text.contains("hunter2"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema"], "stampede.config/1");
    assert_eq!(json["sources"].as_array().unwrap().len(), 2);
    assert_eq!(json["targets"]["cache"]["password"], "***");
    assert_eq!(json["targets"]["cache"]["tls"]["verified"], false);
    assert_eq!(json["targets"]["ha"]["tls"], serde_json::Value::Null);
    assert_eq!(json["targets"]["ha"]["service"], "mymaster");
    assert_eq!(json["targets"]["users"]["tls"]["verified"], true);
    assert_eq!(json["targets"]["shop"]["url"], "https://shop.example/health?***");
    assert_eq!(json["thresholds"]["hit_ratio_warn"], 0.95);
    assert_eq!(json["facts"]["on_cache_error"], "stale");
    assert_eq!(json["facts"]["lock_dialect"], serde_json::Value::Null);
    assert_eq!(json["rebuild"]["http"], "https://shop.example/warm/{key}?***");
    assert_eq!(json["flags"]["breaker"]["key"], "app:breaker");
    let names: Vec<_> = json["targets"].as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 7);
}

#[test]
fn settings_do_not_show_secrets_in_debug_output() {
    let settings = Machine::new()
        .yaml("targets: { c: { redis: \"redis://:hunter2@h\" }, d: { mysql: \"mysql://a:hunter2@h\" } }\n")
        .settings();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn remedies_that_nobody_has_named_are_unknown() {
    let settings = Machine::new().yaml("targets: { c: { redis: h } }\n").settings();
    assert!(stampede::config::as_text(&settings).ends_with("rebuild: ?\nflags: ?\n"));
    assert_eq!(stampede::config::as_json(&settings)["rebuild"], serde_json::Value::Null);
}
