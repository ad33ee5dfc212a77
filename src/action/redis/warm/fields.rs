//! What `recover warm` can be given.

use std::time::Duration;

use crate::action::field::{Field, FieldError, Given, Type, With};
use crate::refill::rows::KeyTemplate;
use crate::sql::{self, Dialect, Kind};

/// What is said in the place of a file when the hottest are meant.
pub const HOT: &str = "hot";

/// Its fields.
pub const FIELDS: &[Field] = &[
    Field {
        name: "key",
        given: Given::Positional,
        ty: Type::List,
        required: false,
        help: "keys to warm, by name [default: the hottest that are measured]",
    },
    Field {
        name: "keys",
        given: Given::Flag("keys"),
        ty: Type::Text,
        required: false,
        help: "a file of keys, the hottest first: one a line, or zero bytes between them; - is standard input, hot the measurement",
    },
    Field {
        name: "pattern",
        given: Given::Flag("pattern"),
        ty: Type::Text,
        required: false,
        help: "keys that are there and match, for those that expire soon: with --if-ttl-below",
    },
    Field {
        name: "top",
        given: Given::Flag("top"),
        ty: Type::Whole(1, 10_000),
        required: false,
        help: "how many, from the hottest on [default: 200 of those that are measured, all of a list]",
    },
    Field {
        name: "http",
        given: Given::Flag("http"),
        ty: Type::Text,
        required: false,
        help: "what is called for a key: http://api/internal/cache/warm/{key} [default: rebuild: of stampede.yaml]",
    },
    Field {
        name: "resp",
        given: Given::Flag("resp"),
        ty: Type::Text,
        required: false,
        help: "instead of a call: a file of SET, SETEX and PSETEX commands in RESP, as redis-cli --pipe takes them",
    },
    Field {
        name: "ttl",
        given: Given::Flag("ttl"),
        ty: Type::Duration(Duration::from_secs(1), Duration::from_secs(30 * 86_400)),
        required: false,
        help: "with --sql: how long a key lives, a tenth more or less by its name; with --resp: what the file gives no time",
    },
    Field {
        name: "sql",
        given: Given::Flag("sql"),
        ty: Type::Text,
        required: false,
        help: "instead of a call: one SELECT, whose rows are put in as --to, --value and --ttl say; it runs read-only",
    },
    Field {
        name: "to",
        given: Given::Flag("to"),
        ty: Type::Text,
        required: false,
        help: "with --sql: the key of a row, columns in braces: product:{id}",
    },
    Field {
        name: "value",
        given: Given::Flag("value"),
        ty: Type::Text,
        required: false,
        help: "with --sql: the column that is the value, its bytes as they are [default: the whole row as a JSON object]",
    },
    Field {
        name: "database",
        given: Given::Flag("database"),
        ty: Type::Text,
        required: false,
        help: "with --sql: the database target that is asked [default: the only one]",
    },
    Field {
        name: "method",
        given: Given::Flag("method"),
        ty: Type::Choice(&["GET", "POST"]),
        required: false,
        help: "how [default: GET]",
    },
    Field {
        name: "timeout",
        given: Given::Flag("timeout"),
        ty: Type::Duration(Duration::from_millis(100), Duration::from_secs(600)),
        required: false,
        help: "longest wait for one call, or for the next rows of --sql [default: 10s]",
    },
    Field {
        name: "if_ttl_below",
        given: Given::Flag("if-ttl-below"),
        ty: Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
        required: false,
        help: "refill also what is there and expires within this time",
    },
    Field {
        name: "max_concurrency",
        given: Given::Flag("max-concurrency"),
        ty: Type::Whole(1, 1_000),
        required: false,
        help: "refills at a time, at most [default: 50]",
    },
    Field {
        name: "rate",
        given: Given::Flag("rate"),
        ty: Type::Whole(1, 100_000),
        required: false,
        help: "refills a second, at most; with --resp or --sql keys a second [default there: 5000]",
    },
    Field {
        name: "verify",
        given: Given::Flag("verify"),
        ty: Type::Choice(&["all", "sample", "none"]),
        required: false,
        help: "whether to see that a key is there after its refill [default: all]",
    },
    Field {
        name: "resume",
        given: Given::Flag("resume"),
        ty: Type::Switch,
        required: false,
        help: "go on where the last warming of this list stopped",
    },
    Field {
        name: "no_brakes",
        given: Given::Flag("no-brakes"),
        ty: Type::Switch,
        required: false,
        help: "do not heed the database",
    },
];

/// Rules between them.
pub fn check(with: &With) -> Result<(), FieldError> {
    let named = |field: &&&str| with.has(field) && with.text(field) != Some(HOT);
    let sources = ["key", "keys", "pattern"].iter().filter(named).count();
    let given = |fields: &[&'static str]| fields.iter().find(|field| with.has(field)).copied();
    if with.has("sql") {
        return match given(OF_CALLS).or_else(|| given(&["resp"])) {
            Some(field) => Err(FieldError::new(field, "is not for --sql: the rows say what is filled in")),
            None => of_select(with),
        };
    }
    if let Some(field) = given(OF_SELECT) {
        return Err(FieldError::new(field, "is for --sql"));
    }
    if with.has("resp") {
        return match given(OF_CALLS).or_else(|| given(&["timeout", "no_brakes"])) {
            Some(field) => {
                Err(FieldError::new(field, "is for calls: a file says by itself what is filled in"))
            }
            None => Ok(()),
        };
    }
    match () {
        () if with.has("ttl") => {
            Err(FieldError::new("ttl", "is for --sql and --resp: who is called sets the lifetime"))
        }
        () if sources > 1 => {
            Err(FieldError::new("keys", "keys come from one place: by name, --keys or --pattern"))
        }
        () if with.has("pattern") && !with.has("if_ttl_below") => Err(FieldError::new(
            "pattern",
            "a pattern finds only keys that are there: say which of them to refill, --if-ttl-below 5m",
        )),
        () if with.text("http").is_some_and(|url| !url.contains("{key}")) => {
            Err(FieldError::new("http", "expected a URL with {key} in it"))
        }
        () => Ok(()),
    }
}

/// What calls are made of.
const OF_CALLS: &[&str] =
    &["key", "keys", "pattern", "top", "http", "method", "if_ttl_below", "max_concurrency", "verify"];
/// What belongs to a SELECT.
const OF_SELECT: &[&str] = &["to", "value", "database"];

fn of_select(with: &With) -> Result<(), FieldError> {
    let sql = with.text("sql").unwrap_or_default().as_bytes();
    let reads = |dialect| {
        let shows = |digest: String| ["show", "fetch"].iter().any(|word| digest.starts_with(word));
        sql::kind(sql, dialect) == Kind::Read && !shows(sql::digest(sql, dialect))
    };
    match () {
        () if !reads(Dialect::Mysql) && !reads(Dialect::Postgres) => {
            Err(FieldError::new("sql", "expected one SELECT: nothing else is sent"))
        }
        () if with.has("resume") => {
            Err(FieldError::new("resume", "is for lists: run the SELECT again, what is there is left alone"))
        }
        () if !with.has("to") => {
            Err(FieldError::new("to", "is needed with --sql: the key of a row, product:{id}"))
        }
        () if !with.has("ttl") => {
            Err(FieldError::new("ttl", "is needed with --sql: no key is written without a lifetime"))
        }
        () => KeyTemplate::parse(with.text("to").unwrap_or_default())
            .map(drop)
            .map_err(|why| FieldError::new("to", why)),
    }
}
