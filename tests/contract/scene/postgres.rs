//! PostgreSQL.

use super::{NOTHING, Scene};

const ROLE: &[&str] =
    &["DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD 'app-pass'; EXCEPTION WHEN duplicate_object THEN END $$"];

pub const READ_ONLY: Scene = Scene {
    name: "postgres.read-only",
    args: &["read-only"],
    setup: &[&["ALTER SYSTEM RESET default_transaction_read_only"], &["SELECT pg_reload_conf()"]],
    drift: &["ALTER SYSTEM SET default_transaction_read_only = off"],
    theirs: (
        &[
            "SELECT setting FROM pg_file_settings WHERE name = 'default_transaction_read_only' ORDER BY seqno DESC LIMIT 1",
        ],
        "off",
    ),
    ..NOTHING
};

pub const LIMIT: Scene = Scene {
    name: "postgres.connection-limit",
    args: &["limit", "app", "--to", "5"],
    setup: &[ROLE, &["ALTER ROLE app CONNECTION LIMIT 7"]],
    drift: &["ALTER ROLE app CONNECTION LIMIT 9"],
    theirs: (&["SELECT rolconnlimit FROM pg_roles WHERE rolname = 'app'"], "9"),
    ..NOTHING
};

/// What was ended is run again by its client: nothing stays, and no session is lost.
pub const CANCEL: Scene = Scene {
    name: "postgres.cancel",
    args: &["kill", "--older-than", "1s"],
    setup: &[ROLE],
    clients: 3,
    runs: "SELECT pg_sleep(600)",
    longer_than: 1,
    no_drift: "what was ended is over: nothing of it is in effect",
    stays: false,
    ..NOTHING
};

/// Sessions end, which is what it is for, and are opened again.
pub const TERMINATE: Scene = Scene {
    name: "postgres.terminate",
    args: &["terminate", "--older-than", "1s"],
    ignored: &["connection "],
    ..CANCEL
};
