//! MySQL and MariaDB.

use super::{NOTHING, Scene};

pub const READ_ONLY: Scene = Scene {
    name: "mysql.read-only",
    args: &["read-only"],
    setup: &[&["SET GLOBAL read_only = OFF"]],
    no_drift: "it is ON or OFF, and both are ours: what somebody else sets is one of them",
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
