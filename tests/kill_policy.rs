//! Integration tests: the choice of victims on generated process lists (S16-S19), against a judge of its own that knows only
//! the rules.

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;
use stampede::kill_policy::{Filter, Keep, Session, Statement, Whose, choose};
use stampede::sql::Dialect;

/// A statement, and whether the rules let it be ended.
const STATEMENTS: &[(&str, bool)] = &[
    ("SELECT * FROM products WHERE id = 1", true),
    ("SELECT * FROM products WHERE id = 2", true),
    ("select  *  from products where id = 1", true),
    ("/* trace 77 */ SELECT * FROM products WHERE id = 1", true),
    ("SELECT a, COUNT(*) FROM orders WHERE day = '2026-11-24' GROUP BY a", true),
    ("WITH x AS (SELECT 1) SELECT * FROM x", true),
    ("SELECT * FROM products WHERE id = 1 FOR UPDATE", false),
    ("SELECT * FROM products WHERE id = 1 LOCK IN SHARE MODE", false),
    ("SELECT a INTO OUTFILE '/tmp/a' FROM products", false),
    ("SELECT /*!40001 SQL_NO_CACHE */ * FROM `products`", false),
    ("UPDATE products SET a = 1 WHERE id = 1", false),
    ("DELETE FROM products WHERE id = 1", false),
    ("INSERT INTO products SELECT * FROM products_old", false),
    ("ALTER TABLE products ADD COLUMN b INT", false),
    ("OPTIMIZE TABLE products", false),
    ("FLUSH TABLES WITH READ LOCK", false),
    ("LOCK TABLES products WRITE", false),
    ("CALL refresh_products()", false),
    ("SHOW ENGINE INNODB STATUS", false),
    ("COMMIT", false),
    ("BEGIN", false),
    ("EXPLAIN SELECT 1", false),
];
const WHOSE: &[Whose] = &[
    Whose::Ours,
    Whose::Replication,
    Whose::System,
    Whose::Admin,
    Whose::Backup,
    Whose::SchemaChange,
    Whose::Unknown,
];

/// A session, and whether it may be ended at all: by the generator's own knowledge.
fn session(random: &mut Rng, id: u64) -> (Session, bool, Option<&'static str>) {
    let (text, reads) = STATEMENTS[random.usize(0..STATEMENTS.len())];
    let whose = if random.u8(0..4) == 0 { WHOSE[random.usize(0..WHOSE.len())] } else { Whose::Client };
    let idle = random.u8(0..6) == 0;
    let age = (random.u8(0..12) > 0).then(|| Duration::from_millis(random.u64(0..90_000)));
    let modified = match random.u8(0..8) {
        0 => None,
        1 => Some(random.u64(1..1_000_000)),
        _ => Some(0),
    };
    let old = age.is_some_and(|age| age > Duration::from_secs(30));
    let inside = match random.u8(0..8) {
        0 => None,
        1 => Some(true),
        _ => Some(false),
    };
    let may = whose == Whose::Client && !idle && reads && old && modified == Some(0) && inside == Some(false);
    let session = Session {
        id,
        user: format!("app{}", random.u8(0..3)),
        host: format!("10.0.0.{}", random.u8(0..4)),
        database: "shop".into(),
        whose,
        statement: (!idle).then(|| Statement::new(text.as_bytes(), 1024, Dialect::Mysql)),
        age,
        modified,
        inside,
        mark: id.to_string(),
    };
    // Copies: the same but for blanks, case of keywords and comments.
    let same = match text {
        "select  *  from products where id = 1" | "/* trace 77 */ SELECT * FROM products WHERE id = 1" => {
            "SELECT * FROM products WHERE id = 1"
        }
        text => text,
    };
    (session, may, Some(same))
}

#[test]
fn s16_to_s19_on_fifty_generated_process_lists() {
    let (mut victims, mut leaders) = (0, 0);
    for seed in 0..50 {
        let mut random = Rng::with_seed(seed);
        let count = random.u64(1..400);
        let list: Vec<_> = (1..=count).map(|id| session(&mut random, id)).collect();
        let sessions: Vec<Session> = list.iter().map(|(session, ..)| session.clone()).collect();
        let user = random.bool().then(|| "app1".to_owned());
        for keep in [Keep::OldestPerQuery, Keep::OldestPerDigest, Keep::None] {
            let older_than = Duration::from_secs(30);
            let filter =
                Filter { older_than, user: user.clone(), host: None, database: None, modified: 0, keep };
            let choice = choose(&sessions, &filter);
            let chosen: Vec<u64> = choice.victims.iter().map(|victim| victim.session.id).collect();
            for (session, may, _) in list.iter().filter(|(session, ..)| chosen.contains(&session.id)) {
                assert!(may, "seed {seed}, {keep:?}: {session:?}");
                assert!(user.as_ref().is_none_or(|user| *user == session.user), "seed {seed}: {session:?}");
            }
            assert_eq!(
                choice.victims.len() + choice.spared.values().sum::<usize>(),
                sessions.len(),
                "seed {seed}: everybody is accounted for"
            );
            victims += chosen.len();
            if keep != Keep::OldestPerQuery {
                continue;
            }
            // Of every query that may be ended, exactly the oldest goes on. (Keywords in another case are another text.)
            let mut queries: HashMap<(&str, bool), Vec<&Session>> = HashMap::new();
            for (session, may, same) in &list {
                if *may && user.as_ref().is_none_or(|user| *user == session.user) {
                    let lower = session.statement.as_ref().is_some_and(|it| {
                        Some(it.copy)
                            != Some(Statement::new(same.unwrap().as_bytes(), 1024, Dialect::Mysql).copy)
                    });
                    queries.entry((same.unwrap(), lower)).or_default().push(session);
                }
            }
            for (query, those) in queries {
                let oldest =
                    those.iter().max_by_key(|session| (session.age, std::cmp::Reverse(session.id))).unwrap();
                for session in &those {
                    assert_eq!(
                        chosen.contains(&session.id),
                        session.id != oldest.id,
                        "seed {seed}, {query:?}: {session:?}"
                    );
                }
                leaders += 1;
            }
        }
    }
    assert!(
        victims > 500 && leaders > 100,
        "{victims} victims and {leaders} leaders: the test sees too little"
    );
}
