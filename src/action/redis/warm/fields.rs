//! What `recover warm` can be given.

use std::time::Duration;

use crate::action::field::{Endpoint, FieldError, Type};
use crate::action::params::params;
use crate::refill::rows::KeyTemplate;
use crate::sql::{self, Dialect, Kind};

/// What is said in the place of a file when the hottest are meant.
pub const HOT: &str = "hot";

params! {
    /// What it is given.
    pub struct Params {
        key: Option<Vec<String>> = positional Type::List,
            "keys to warm, by name [default: the hottest that are measured]";
        keys: Option<String> = flag "keys", Type::Text,
            "a file of keys, the hottest first: one a line, or zero bytes between them; - is standard input, hot the measurement";
        pattern: Option<String> = flag "pattern", Type::Text,
            "keys that are there and match, for those that expire soon: with --if-ttl-below";
        top: Option<u64> = flag "top", Type::Whole(1, 10_000),
            "how many, from the hottest on [default: 200 of those that are measured, all of a list]";
        http: Option<Endpoint> = flag "http", Type::Url,
            "what is called for a key: http://api/internal/cache/warm/{key} [default: rebuild: of stampede.yaml]";
        resp: Option<String> = flag "resp", Type::Text,
            "instead of a call: a file of SET, SETEX and PSETEX commands in RESP, as redis-cli --pipe takes them";
        ttl: Option<Duration> = flag "ttl", Type::Duration(Duration::from_secs(1), Duration::from_secs(30 * 86_400)),
            "with --sql: how long a key lives, a tenth more or less by its name; with --resp: what the file gives no time";
        sql: Option<String> = flag "sql", Type::Text,
            "instead of a call: one SELECT, whose rows are put in as --to, --value and --ttl say; it runs read-only";
        to: Option<String> = flag "to", Type::Text,
            "with --sql: the key of a row, columns in braces: product:{id}";
        value: Option<String> = flag "value", Type::Text,
            "with --sql: the column that is the value, its bytes as they are [default: the whole row as a JSON object]";
        database: Option<String> = flag "database", Type::Text,
            "with --sql: the database target that is asked [default: the only one]";
        method: Option<String> = flag "method", Type::Choice(&["GET", "POST"]), "how [default: GET]";
        timeout: Option<Duration> = flag "timeout", Type::Duration(Duration::from_millis(100), Duration::from_secs(600)),
            "longest wait for one call, or for the next rows of --sql [default: 10s]";
        if_ttl_below: Option<Duration> = flag "if-ttl-below", Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            "refill also what is there and expires within this time";
        max_concurrency: Option<u64> = flag "max-concurrency", Type::Whole(1, 1_000),
            "refills at a time, at most [default: 50]";
        rate: Option<u64> = flag "rate", Type::Whole(1, 100_000),
            "refills a second, at most; with --resp or --sql keys a second [default there: 5000]";
        verify: Option<String> = flag "verify", Type::Choice(&["all", "sample", "none"]),
            "whether to see that a key is there after its refill [default: all]";
        resume: bool = flag "resume", Type::Switch, "go on where the last warming of this list stopped";
        no_brakes: bool = flag "no-brakes", Type::Switch, "do not heed the database";
    }
}

/// A field and whether it was given.
type Given = (&'static str, bool);

impl Params {
    /// Whether the keys are named, and not those that are measured.
    pub fn names_keys(&self) -> bool {
        self.sources() > 0 || self.resp.is_some() || self.sql.is_some()
    }

    /// The file of keys; none: there is none, or the hottest are meant.
    pub fn file(&self) -> Option<&str> {
        self.keys.as_deref().filter(|path| *path != HOT)
    }

    /// The most keys of the list that are taken.
    pub fn most(&self) -> u64 {
        self.top.unwrap_or(u64::MAX)
    }

    /// What is there and has less left than this is refilled as well, in milliseconds.
    pub fn below(&self) -> i64 {
        self.if_ttl_below.map_or(0, |time| i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
    }

    /// Places that name keys.
    fn sources(&self) -> usize {
        [self.key.is_some(), self.file().is_some(), self.pattern.is_some()]
            .into_iter()
            .filter(|given| *given)
            .count()
    }

    /// What calls are made of.
    fn of_calls(&self) -> [Given; 9] {
        [
            ("key", self.key.is_some()),
            ("keys", self.keys.is_some()),
            ("pattern", self.pattern.is_some()),
            ("top", self.top.is_some()),
            ("http", self.http.is_some()),
            ("method", self.method.is_some()),
            ("if_ttl_below", self.if_ttl_below.is_some()),
            ("max_concurrency", self.max_concurrency.is_some()),
            ("verify", self.verify.is_some()),
        ]
    }

    /// What belongs to a SELECT.
    fn of_select(&self) -> [Given; 3] {
        [("to", self.to.is_some()), ("value", self.value.is_some()), ("database", self.database.is_some())]
    }
}

/// The first of these that was given.
fn first(fields: &[Given]) -> Option<&'static str> {
    fields.iter().find(|(_, given)| *given).map(|(field, _)| *field)
}

/// Rules between them.
pub fn check(params: &Params) -> Result<(), FieldError> {
    if params.sql.is_some() {
        return match first(&params.of_calls()).or(first(&[("resp", params.resp.is_some())])) {
            Some(field) => Err(FieldError::new(field, "is not for --sql: the rows say what is filled in")),
            None => of_select(params),
        };
    }
    if let Some(field) = first(&params.of_select()) {
        return Err(FieldError::new(field, "is for --sql"));
    }
    if params.resp.is_some() {
        return match first(&params.of_calls())
            .or(first(&[("timeout", params.timeout.is_some()), ("no_brakes", params.no_brakes)]))
        {
            Some(field) => {
                Err(FieldError::new(field, "is for calls: a file says by itself what is filled in"))
            }
            None => Ok(()),
        };
    }
    match () {
        () if params.ttl.is_some() => {
            Err(FieldError::new("ttl", "is for --sql and --resp: who is called sets the lifetime"))
        }
        () if params.sources() > 1 => {
            Err(FieldError::new("keys", "keys come from one place: by name, --keys or --pattern"))
        }
        () if params.pattern.is_some() && params.if_ttl_below.is_none() => Err(FieldError::new(
            "pattern",
            "a pattern finds only keys that are there: say which of them to refill, --if-ttl-below 5m",
        )),
        () if params.http.as_ref().is_some_and(|url| !url.expose().contains("{key}")) => {
            Err(FieldError::new("http", "expected a URL with {key} in it"))
        }
        () => Ok(()),
    }
}

fn of_select(params: &Params) -> Result<(), FieldError> {
    let sql = params.sql.as_deref().unwrap_or_default().as_bytes();
    let reads = |dialect| {
        let shows = |digest: String| ["show", "fetch"].iter().any(|word| digest.starts_with(word));
        sql::kind(sql, dialect) == Kind::Read && !shows(sql::digest(sql, dialect))
    };
    match () {
        () if !reads(Dialect::Mysql) && !reads(Dialect::Postgres) => {
            Err(FieldError::new("sql", "expected one SELECT: nothing else is sent"))
        }
        () if params.resume => {
            Err(FieldError::new("resume", "is for lists: run the SELECT again, what is there is left alone"))
        }
        () if params.to.is_none() => {
            Err(FieldError::new("to", "is needed with --sql: the key of a row, product:{id}"))
        }
        () if params.ttl.is_none() => {
            Err(FieldError::new("ttl", "is needed with --sql: no key is written without a lifetime"))
        }
        () => KeyTemplate::parse(params.to.as_deref().unwrap_or_default())
            .map(drop)
            .map_err(|why| FieldError::new("to", why)),
    }
}
