//! `redis.warm` with `--sql` (S29): the rows of a SELECT become keys, on a real MariaDB and a real PostgreSQL.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use redis::aio::MultiplexedConnection;
use stampede::action::by_name;
use stampede::action::field::With;
use stampede::clock;
use stampede::config::{Address, PostgresTarget, Secret, Target, TargetSpec};
use stampede::error::TargetErrorKind;
use stampede::lab::{Lab, MariadbServer, PostgresServer, RedisServer};
use stampede::target::Line;

use super::harness::{Act, until};
use super::{pg, shop};

const NAME: &str = "redis.warm";

/// Either database.
enum Base {
    Maria(MariadbServer),
    Postgres(PostgresServer),
}

impl Base {
    fn name(&self) -> &'static str {
        match self {
            Self::Maria(_) => "mysql",
            Self::Postgres(_) => "postgres",
        }
    }

    fn line(&self, user: &str, password: &str) -> Line {
        let target = match self {
            Self::Maria(server) => shop::target(server.port(), user, password),
            Self::Postgres(server) => {
                let spec = PostgresTarget {
                    address: Address::Tcp("127.0.0.1".into(), server.port()),
                    user: user.into(),
                    password: Some(Secret::new(password)),
                    database: "postgres".into(),
                    tls: None,
                    tls_optional: false,
                };
                Target { name: "postgres".into(), spec: TargetSpec::Postgres(spec) }
            }
        };
        Line::of(&target, "stampede:night:ops@test").unwrap()
    }

    async fn root(&self, statements: &[&str]) {
        match self {
            Self::Maria(server) => server.root(statements).await.unwrap(),
            Self::Postgres(server) => server.root(statements).await.unwrap(),
        }
    }

    async fn number(&self, question: &str) -> i64 {
        let rows = match self {
            Self::Maria(server) => server.asks(question).await.unwrap(),
            Self::Postgres(server) => server.asks(question).await.unwrap(),
        };
        rows[0][0].as_deref().unwrap().parse().unwrap()
    }

    /// Sessions beside ours that are at work on rows.
    async fn reading(&self) -> i64 {
        self.number(match self {
            Self::Maria(_) => {
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%repeated%' AND ID <> CONNECTION_ID()"
            }
            Self::Postgres(_) => {
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%stampede_rows%' AND pid <> pg_backend_pid()"
            }
        })
        .await
    }

    /// A SELECT of so many rows with two kilobytes in each, whose keys are ten.
    fn many(&self, rows: usize) -> String {
        match self {
            Self::Maria(_) => {
                format!("SELECT seq % 10 AS id, REPEAT('x', 2000) AS repeated FROM shop.seq_1_to_{rows}")
            }
            Self::Postgres(_) => {
                format!(
                    "SELECT n % 10 AS id, repeat('x', 2000) AS repeated FROM generate_series(1, {rows}) AS n"
                )
            }
        }
    }
}

const PRODUCTS: &str = "SELECT id, name, price FROM shop.products WHERE hot";

async fn bases(lab: &Lab) -> [Base; 2] {
    let maria = Base::Maria(lab.mariadb(&[]).await.unwrap());
    maria
        .root(&[
            "CREATE DATABASE shop",
            "USE shop",
            "CREATE TABLE shop.products (id INT PRIMARY KEY, name VARCHAR(90), price DECIMAL(8,2), raw BLOB, hot BOOL)",
            "INSERT INTO shop.products SELECT seq, CONCAT('\u{e9}\"', seq), seq + 0.5, UNHEX('00FF0A2720'), seq <= 900 \
             FROM seq_1_to_1000",
        ])
        .await;
    let postgres = Base::Postgres(lab.postgres(&[]).await.unwrap());
    postgres
        .root(&[
            "CREATE SCHEMA shop",
            "CREATE TABLE shop.products (id int PRIMARY KEY, name text, price numeric(8,2), raw bytea, hot bool)",
            "INSERT INTO shop.products SELECT n, '\u{e9}\"' || n, n + 0.5, '\\x00FF0A2720', n <= 900 \
             FROM generate_series(1, 1000) AS n",
            "ANALYZE shop.products",
        ])
        .await;
    [maria, postgres]
}

async fn act(redis: &RedisServer, lab: &Lab, base: &Base) -> Act {
    redis.says(&["FLUSHALL"]).await.unwrap();
    let mut act = Act::on(NAME, redis.port()).await;
    act.lines.insert(base.name().into(), base.line("ops", lab.password()));
    act
}

async fn client(redis: &RedisServer) -> MultiplexedConnection {
    redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

async fn get(redis: &RedisServer, key: &[u8]) -> Option<Vec<u8>> {
    redis::cmd("GET").arg(key).query_async(&mut client(redis).await).await.unwrap()
}

async fn size(redis: &RedisServer) -> u64 {
    redis.says(&["DBSIZE"]).await.unwrap().trim().parse().unwrap()
}

#[track_caller]
fn noted(notes: &[String], words: &str) {
    assert!(notes.iter().any(|note| note.contains(words)), "{words:?} is not in {notes:?}");
}

#[tokio::test]
async fn rows_become_keys_that_do_not_expire_together() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        redis.says(&["SET", "product:7", "the application's", "EX", "9000"]).await.unwrap();
        let given = [("sql", PRODUCTS), ("to", "product:{id}"), ("ttl", "10m")];
        let change = act.change(&given).await;
        assert_eq!(
            change.summary,
            format!("fill in product:{{id}} from {}, where it is missing", base.name())
        );
        assert_eq!(change.commands, [PRODUCTS, "SET product:{id} <the row as JSON> PX <lifetime> NX"]);
        noted(&change.forecast, "each key lives 9 min to 11 min, by its name");
        noted(&change.forecast, if base.name() == "mysql" { "about 1000 rows" } else { "about 900 rows, " });
        assert_eq!(size(&redis).await, 1, "planning writes nothing");
        let applied = act.apply(&given, &change).await.unwrap();
        assert!(!applied.in_effect);
        noted(&applied.notes, "899 keys filled in, 1 were there");
        assert_eq!(get(&redis, b"product:7").await.unwrap(), b"the application's");
        let value = String::from_utf8(get(&redis, b"product:12").await.unwrap()).unwrap();
        assert_eq!(value, r#"{"id":12,"name":"é\"12","price":12.50}"#);
        assert_eq!(get(&redis, b"product:901").await, None);

        let mut lives = Vec::new();
        for id in (1..=900).filter(|id| *id != 7) {
            let key = format!("product:{id}");
            let left: i64 =
                redis::cmd("PTTL").arg(&key).query_async(&mut client(&redis).await).await.unwrap();
            assert!((500_000..=660_000).contains(&left), "{key} lives {left} ms");
            lives.push(left);
        }
        lives.sort_unstable();
        assert!(lives[0] < 550_000 && lives[898] > 650_000, "{} to {}", lives[0], lives[898]);
        assert!(lives.windows(2).all(|two| two[1] - two[0] < 10_000), "they are spread evenly");

        // Again: what is there is left alone, and a value may be a column.
        redis.says(&["DEL", "product:12"]).await.unwrap();
        let (change, applied) = act.act(&[&given[..], &[("value", "name")]].concat()).await;
        assert!(change.commands[1].starts_with("SET product:{id} <name> PX"), "{change:?}");
        noted(&applied.notes, "1 keys filled in, 899 were there");
        assert_eq!(get(&redis, b"product:12").await.unwrap(), "é\"12".as_bytes());
    }
}

/// S30: what is in a row is data, whatever its bytes.
#[tokio::test]
async fn s30_keys_and_values_hold_any_bytes() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        let sql = "SELECT raw, name FROM shop.products WHERE id < 4 AND name <> ''";
        base.root(&["UPDATE shop.products SET name = 'a b$(reboot)\n{x}' WHERE id = 1"]).await;
        let given = [("sql", sql), ("to", "{{p}} {name}:{raw}"), ("value", "raw"), ("ttl", "5s")];
        let (_, applied) = act.act(&given).await;
        noted(&applied.notes, "3 keys filled in, 0 were there");
        let raw = b"\x00\xff\n' ";
        let key = [&b"{p} a b$(reboot)\n{x}:"[..], raw].concat();
        assert_eq!(get(&redis, &key).await.unwrap(), raw);
        let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut client(&redis).await).await.unwrap();
        assert!((1..=5_500).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn a_row_without_a_key_is_passed_over_and_counted() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        base.root(&[
            "UPDATE shop.products SET name = NULL WHERE id IN (1, 2, 3)",
            "UPDATE shop.products SET price = NULL WHERE id = 4",
        ])
        .await;
        let given = [("sql", PRODUCTS), ("to", "p:{name}"), ("value", "price"), ("ttl", "1m")];
        let (_, applied) = act.act(&given).await;
        noted(&applied.notes, "896 keys filled in");
        noted(&applied.notes, "4 rows had NULL in their key or value and were passed over");
        assert_eq!(size(&redis).await, 896);
        // In an object NULL is a value like any other.
        let (_, applied) = act.act(&[("sql", PRODUCTS), ("to", "o:{id}"), ("ttl", "1m")]).await;
        noted(&applied.notes, "900 keys filled in");
        let value = String::from_utf8(get(&redis, b"o:4").await.unwrap()).unwrap();
        assert_eq!(value, r#"{"id":4,"name":"é\"4","price":null}"#);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_told_before_anything_is_read() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        let cases = [
            (
                "SELECT id, name FROM shop.products",
                "p:{ids}",
                "the SELECT gives no column ids",
                "its columns are id, name",
            ),
            ("SELECT id, id FROM shop.products", "p:{id}", "more than one column id", "a name of its own"),
            ("SELECT id, raw FROM shop.products", "p:{id}", "column raw holds bytes", "--value raw"),
            ("SELECT id FROM shop.nothing", "p:{id}", "shop.nothing", ""),
            ("SELECT idd FROM shop.products", "p:{idd}", "idd", "the database's own client"),
            ("SELECT id FROM FROM shop.products", "p:{id}", " said ", "one SELECT and nothing else"),
            (
                "SELECT id FROM shop.products; DELETE FROM shop.products",
                "p:{id}",
                " said ",
                "one SELECT and nothing else",
            ),
            ("SELECT id FROM shop.products FOR UPDATE", "p:{id}", "locks what it reads", "FOR UPDATE"),
        ];
        for (sql, to, why, unblock) in cases {
            let refusal = act.blocked(&[("sql", sql), ("to", to), ("ttl", "1m")]).await;
            assert!(refusal.why.contains(why), "{sql}: {refusal:?}");
            assert!(refusal.unblock.contains(unblock), "{sql}: {refusal:?}");
        }
        assert_eq!((size(&redis).await, base.number("SELECT COUNT(*) FROM shop.products").await), (0, 1000));

        match &base {
            Base::Maria(_) => base.root(&["CREATE USER poor@'%' IDENTIFIED BY 'poor-pass'"]).await,
            Base::Postgres(_) => base.root(&["CREATE ROLE poor LOGIN PASSWORD 'poor-pass'"]).await,
        }
        act.lines.insert(base.name().into(), base.line("poor", "poor-pass"));
        let given = [("sql", PRODUCTS), ("to", "p:{id}"), ("ttl", "1m")];
        let refusal = act.blocked(&given).await;
        assert!(refusal.why.contains("denied"), "{refusal:?}");
        assert!(refusal.unblock.contains("GRANT"), "{refusal:?}");

        act.lines.insert("other".into(), base.line("ops", lab.password()));
        let refusal = act.blocked(&given).await;
        assert!(refusal.why.contains("more than one database is configured: "), "{refusal:?}");
        assert!(refusal.unblock.contains("--database "), "{refusal:?}");
        let refusal = act.blocked(&[&given[..], &[("database", "nowhere")]].concat()).await;
        assert!(refusal.why.contains("no database is called nowhere"), "{refusal:?}");
        act.change(&[&given[..], &[("database", "other")]].concat()).await;
        act.lines.clear();
        assert!(act.blocked(&given).await.why.contains("no database is configured"));
    }
}

/// A SELECT may call what writes: the transaction does not let it.
#[tokio::test]
async fn a_statement_that_writes_is_refused_by_the_transaction() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        match &base {
            Base::Maria(_) => {
                base.root(&["CREATE FUNCTION shop.sold(n INT) RETURNS INT MODIFIES SQL DATA BEGIN \
                     DELETE FROM shop.products WHERE id = n; RETURN n; END"])
                    .await;
            }
            Base::Postgres(_) => {
                base.root(&["CREATE FUNCTION shop.sold(n int) RETURNS int LANGUAGE sql AS \
                     'DELETE FROM shop.products WHERE id = n RETURNING id'"])
                    .await;
            }
        }
        let given =
            [("sql", "SELECT shop.sold(id) AS id FROM shop.products"), ("to", "p:{id}"), ("ttl", "1m")];
        let (why, hint) = match &base {
            // It looks at what is called already when it takes the statement apart.
            Base::Maria(_) => {
                let refusal = act.blocked(&given).await;
                (refusal.why, refusal.unblock)
            }
            Base::Postgres(_) => {
                let change = act.change(&given).await;
                let error = act.apply(&given, &change).await.unwrap_err();
                assert_eq!(error.kind, TargetErrorKind::Input);
                assert!(error.message.ends_with("(0 keys filled in, 0 were there)"), "{error:?}");
                (error.message, error.hint.unwrap())
            }
        };
        assert!(why.to_lowercase().replace('-', " ").contains("in a read only transaction"), "{why}");
        assert!(hint.contains("it would write") && hint.contains("nothing was changed"), "{hint}");
        assert_eq!((size(&redis).await, base.number("SELECT COUNT(*) FROM shop.products").await), (0, 1000));
    }
}

#[test]
fn what_is_given_is_looked_at_before_anything_is_asked() {
    let spec = by_name(NAME).unwrap();
    let check = |given: &[(&str, &str)]| {
        let mut with = With::default();
        for (name, text) in given {
            let field = spec.fields.iter().find(|field| field.name == *name).unwrap();
            with.set(field.name, field.ty.parse(text).unwrap());
        }
        (spec.check)(&with).map_err(|error| error.to_string())
    };
    let (sql, to, ttl) = (("sql", "SELECT 1 AS id"), ("to", "p:{id}"), ("ttl", "1m"));
    assert_eq!(check(&[sql, to, ttl]), Ok(()));
    assert_eq!(check(&[("sql", "WITH a AS (SELECT 1 AS id) SELECT * FROM a"), to, ttl]), Ok(()));
    let no_lifetime = check(&[sql, to]).unwrap_err();
    assert_eq!(no_lifetime, "ttl: is needed with --sql: no key is written without a lifetime");
    assert!(check(&[sql, ttl]).is_err_and(|why| why.starts_with("to: is needed")));
    assert!(check(&[sql, ("to", "product"), ttl]).is_err_and(|why| why.contains("all rows are one key")));
    assert!(
        check(&[sql, to, ttl, ("resume", "true")]).is_err_and(|why| why.contains("run the SELECT again"))
    );
    assert!(
        check(&[sql, to, ttl, ("http", "http://h/{key}")]).is_err_and(|why| why.contains("is not for --sql"))
    );
    assert!(check(&[to]).is_err_and(|why| why == "to: is for --sql"));
    for writes in [
        "DELETE FROM p",
        "INSERT INTO p VALUES (1) RETURNING id",
        "WITH d AS (DELETE FROM p RETURNING id) SELECT * FROM d",
        "CALL p()",
        "SHOW TABLES",
        "SET GLOBAL read_only = 0",
        "",
    ] {
        let given = if writes.is_empty() { " " } else { writes };
        let why = check(&[("sql", given), to, ttl]).unwrap_err();
        assert_eq!(why, "sql: expected one SELECT: nothing else is sent", "{writes}");
    }
}

#[tokio::test]
async fn s29_it_does_not_begin_while_the_database_is_in_trouble() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let [maria, _] = bases(&lab).await;
    let mut act = act(&redis, &lab, &maria).await;
    act.thresholds.running_slow = 2.0;
    act.thresholds.running_stop = 4.0;
    let given = [("sql", PRODUCTS), ("to", "p:{id}"), ("ttl", "1m")];
    let change = act.change(&given).await;
    let Base::Maria(server) = &maria else { unreachable!() };
    server
        .root(&["CREATE USER app@'%' IDENTIFIED BY 'app-pass'", "GRANT SELECT ON shop.* TO app@'%'"])
        .await
        .unwrap();
    let busy = shop::running(server, 4, "SELECT SLEEP(8)").await;
    shop::until(
        server,
        "SELECT COUNT(*) >= 4 FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(8)'",
    )
    .await;
    let refusal = act.blocked(&given).await;
    assert_eq!(refusal.rule, Some("S29"));
    assert_eq!(refusal.why, "mysql runs 4 statements, and warming stops at 4: the SELECT is one more");
    // What was planned before is not begun with either.
    let error = act.apply(&given, &change).await.unwrap_err();
    assert!(error.message.contains("S29 mysql runs 4 statements"), "{error:?}");
    assert_eq!(size(&redis).await, 0);
    let given = [&given[..], &[("no_brakes", "true")]].concat();
    let (change, applied) = act.act(&given).await;
    noted(&change.forecast, "the database is not heeded");
    noted(&applied.notes, "900 keys filled in");
    for one in busy {
        one.abort();
    }
}

#[tokio::test]
async fn s29_nothing_is_read_until_the_database_has_recovered() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let [maria, _] = bases(&lab).await;
    let mut act = act(&redis, &lab, &maria).await;
    act.thresholds.running_slow = 4.0;
    act.thresholds.running_stop = 8.0;
    let Base::Maria(server) = &maria else { unreachable!() };
    server
        .root(&["CREATE USER app@'%' IDENTIFIED BY 'app-pass'", "GRANT SELECT ON shop.* TO app@'%'"])
        .await
        .unwrap();
    let mut sessions = Vec::new();
    for _ in 0..8 {
        sessions.push(shop::app(server).await);
    }
    let watched = redis.clone();
    let relapse = tokio::spawn(async move {
        while size(&watched).await < 1_000 {
            clock::sleep(Duration::from_millis(20)).await;
        }
        for mut session in sessions {
            tokio::spawn(async move { session.query_drop("SELECT SLEEP(4)").await });
        }
        clock::sleep(Duration::from_millis(2_200)).await;
        let held = size(&watched).await;
        clock::sleep(Duration::from_millis(1_000)).await;
        (held, size(&watched).await)
    });
    let given = [
        ("sql", "SELECT seq AS id FROM shop.seq_1_to_16000"),
        ("to", "p:{id}"),
        ("ttl", "1m"),
        ("rate", "3000"),
    ];
    let (_, applied) = act.act(&given).await;
    let (held, still) = relapse.await.unwrap();
    assert!(held == still && held < 16_000, "it went on while the database was down: {held}, {still}");
    noted(&applied.notes, "16000 keys filled in");
    assert!(!applied.notes.iter().any(|note| note.contains(" 0 samples")), "{applied:?}");
}

/// The most memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Rows are taken as they come: 160 MB pass through a few megabytes.
#[tokio::test]
async fn rows_are_not_collected() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        let sql = base.many(80_000);
        let given = [("sql", sql.as_str()), ("to", "p:{id}"), ("ttl", "1m"), ("rate", "100000")];
        let change = act.change(&given).await;
        let before = peak();
        let applied = act.apply(&given, &change).await.unwrap();
        noted(&applied.notes, "10 keys filled in, 79990 were there");
        let more = peak() - before;
        assert!(more < 40 << 20, "{}: {} MB", base.name(), more >> 20);
    }
}

/// Ctrl-C: the statement ends with it, and what was filled in stays.
#[tokio::test]
async fn a_stopped_one_leaves_no_statement_behind() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let mut act = act(&redis, &lab, &base).await;
        let sql = base.many(3_000_000);
        let given = [("sql", sql.as_str()), ("to", "p:{id}"), ("ttl", "1m"), ("rate", "2000")];
        // After the first second.
        act.stop_at = 1;
        let (_, applied) = act.act(&given).await;
        noted(&applied.notes, "10 keys filled in");
        noted(&applied.notes, "run it again, what is there is left alone");
        until("no statement is left", async || base.reading().await, |left| *left == 0).await;
        assert_eq!(size(&redis).await, 10);
    }
}

/// A statement that gives no rows for long is not waited for, and does not go on when nobody waits.
#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    for base in bases(&lab).await {
        let sql = match &base {
            Base::Maria(_) => "SELECT SLEEP(40) AS repeated",
            Base::Postgres(_) => "SELECT pg_sleep(40)::text AS repeated",
        };
        let given = [("sql", sql), ("to", "p:{repeated}"), ("ttl", "1m")];
        let mut act = act(&redis, &lab, &base).await;
        let change = act.change(&given).await;
        let began = clock::instant();
        let error = act.apply(&[&given[..], &[("timeout", "1s")]].concat(), &change).await.unwrap_err();
        assert_eq!(error.kind, TargetErrorKind::Timeout);
        assert!(error.hint.unwrap().contains("--timeout gives it more time"));
        until("it is over", async || base.reading().await, |left| *left == 0).await;
        assert!(began.elapsed() < Duration::from_secs(5), "{}: {:?}", base.name(), began.elapsed());

        // Ctrl-C after a second, long before its time is over.
        act.stop_at = 1;
        let began = clock::instant();
        let applied = act.apply(&[&given[..], &[("timeout", "30s")]].concat(), &change).await.unwrap();
        noted(&applied.notes, "stopped after 0 keys");
        assert!(began.elapsed() < Duration::from_secs(3), "{}: {:?}", base.name(), began.elapsed());
        until("it is over", async || base.reading().await, |left| *left == 0).await;
        assert!(began.elapsed() < Duration::from_secs(6), "{}: {:?}", base.name(), began.elapsed());
    }
}

/// What is kept for emergencies is not for a statement that takes long.
#[tokio::test]
async fn a_full_database_is_told_and_its_reserved_seats_are_left_alone() {
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let maria = Base::Maria(shop::open(&lab, &["--max-connections=10"]).await);
    let postgres = Base::Postgres(pg::server(&lab, &[("max_connections", "10")]).await);
    for base in [maria, postgres] {
        let mut act = act(&redis, &lab, &base).await;
        let given = [("sql", "SELECT 1 AS id"), ("to", "p:{id}"), ("ttl", "1m")];
        // The kept connection is inside from now on.
        act.change(&given).await;
        let mut maria = Vec::new();
        let mut postgres = Vec::new();
        match &base {
            Base::Maria(server) => {
                while let Ok(session) = shop::user(server, "app", "app-pass").await {
                    maria.push(session);
                }
            }
            Base::Postgres(server) => {
                while let Ok(session) = pg::login(server, "app", "shop").await {
                    postgres.push(session);
                }
            }
        }
        let refusal = act.blocked(&given).await;
        assert!(refusal.why.contains("no connection left but those that are kept"), "{refusal:?}");
        assert!(refusal.unblock.contains("one connection more"), "{refusal:?}");
        // As one who has no right to the others.
        act.lines.insert(
            base.name().into(),
            base.line("app", if postgres.is_empty() { "app-pass" } else { pg::PASSWORD }),
        );
        let refusal = act.blocked(&given).await;
        assert!(refusal.why.to_lowercase().contains("connection"), "{refusal:?}");
    }
}
