//! MySQL and MariaDB.

use super::{NOTHING, Scene};

/// It is ON or OFF and nothing else, so what can become of it is that the server is not ours to open any more: it follows
/// another one (S21).
pub const READ_ONLY: Scene = Scene {
    name: "mysql.read-only",
    args: &["read-only"],
    setup: &[&["SET GLOBAL read_only = OFF"]],
    drift: &["CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1"],
    theirs: (&["SELECT @@global.read_only"], "1"),
    ..NOTHING
};

/// What was ended is run again by its client: nothing stays, and no connection is lost.
pub const KILL: Scene = Scene {
    name: "mysql.kill",
    args: &["kill", "--older-than", "1s"],
    setup: &[&["CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY 'app-pass'"]],
    clients: 3,
    runs: "SELECT SLEEP(600)",
    longer_than: 1,
    no_drift: "what was ended is over: nothing of it is in effect",
    stays: false,
    ..NOTHING
};
