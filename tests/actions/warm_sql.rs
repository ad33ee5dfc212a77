//! `redis.warm` with `--sql`: the rows of a SELECT become keys, on a real MariaDB and a real PostgreSQL.

use stampede::action::by_name;
use stampede::action::field::Arguments;
use stampede::error::TargetErrorKind;
use stampede::lab::Lab;

use super::base::{Base, PRODUCTS, act, bases, get, size};
use crate::support::keys::client;
use crate::support::noted;

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
        noted(
            &change.forecast,
            if base.name() == "mysql" { "expects to look at about " } else { "about 900 rows, " },
        );
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
        let given = [("sql", PRODUCTS), ("to", "p:{name}"), ("value", "price"), ("ttl", "1h")];
        let (_, applied) = act.act(&given).await;
        noted(&applied.notes, "896 keys filled in");
        noted(&applied.notes, "4 rows had NULL in their key or value and were passed over");
        assert_eq!(size(&redis).await, 896);
        // In an object NULL is a value like any other.
        let (_, applied) = act.act(&[("sql", PRODUCTS), ("to", "o:{id}"), ("ttl", "1h")]).await;
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
            let refusal = act.blocked(&[("sql", sql), ("to", to), ("ttl", "1h")]).await;
            assert!(refusal.why.contains(why), "{sql}: {refusal:?}");
            assert!(refusal.unblock.contains(unblock), "{sql}: {refusal:?}");
        }
        assert_eq!((size(&redis).await, base.number("SELECT COUNT(*) FROM shop.products").await), (0, 1000));

        match &base {
            Base::Maria(_) => base.root(&["CREATE USER poor@'%' IDENTIFIED BY 'poor-pass'"]).await,
            Base::Postgres(_) => base.root(&["CREATE ROLE poor LOGIN PASSWORD 'poor-pass'"]).await,
        }
        act.lines.insert(base.name().into(), base.line("poor", "poor-pass"));
        let given = [("sql", PRODUCTS), ("to", "p:{id}"), ("ttl", "1h")];
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
            [("sql", "SELECT shop.sold(id) AS id FROM shop.products"), ("to", "p:{id}"), ("ttl", "1h")];
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
    let spec = by_name("redis.warm").unwrap();
    let check = |given: &[(&str, &str)]| {
        let mut with = Arguments::default();
        for (name, text) in given {
            let field = spec.fields.iter().find(|field| field.name == *name).unwrap();
            with.set(field.name, field.ty.parse(text).unwrap());
        }
        spec.action.check(&with).map_err(|error| error.to_string())
    };
    let (sql, to, ttl) = (("sql", "SELECT 1 AS id"), ("to", "p:{id}"), ("ttl", "1h"));
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
