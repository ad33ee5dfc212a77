//! PgBouncer.

use super::{NOTHING, Scene};

/// It resumes by itself, and what stays is nothing. Both databases are meant: two writes each way.
pub const PAUSE: Scene = Scene {
    name: "pgbouncer.pause",
    args: &["pause", "--for", "1s"],
    clients: 2,
    runs: "SELECT pg_sleep(0.02)",
    no_drift: "it is resumed when it is done",
    watchdog: true,
    stays: false,
    ..NOTHING
};
