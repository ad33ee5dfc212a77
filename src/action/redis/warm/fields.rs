//! What `recover warm` can be given.

use std::time::Duration;

use crate::action::field::{Field, FieldError, Given, Type, With};
use crate::action::redis::warm::source::HOT;

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
        help: "with --resp: how long lives what the file gives no time",
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
        help: "longest wait for one call [default: 10s]",
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
        help: "refills a second, at most",
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
    let of_calls = [
        "key",
        "keys",
        "pattern",
        "top",
        "http",
        "method",
        "timeout",
        "if_ttl_below",
        "max_concurrency",
        "verify",
        "no_brakes",
    ];
    match () {
        () if with.has("resp") => match of_calls.iter().find(|field| with.has(field)) {
            Some(field) => {
                Err(FieldError::new(field, "is for calls: a file says by itself what is filled in"))
            }
            None => Ok(()),
        },
        () if with.has("ttl") => {
            Err(FieldError::new("ttl", "is for --resp: who is called sets the lifetime"))
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
