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

pub const MAX_CONNECTIONS: Scene = Scene {
    name: "mysql.max-connections",
    args: &["max-connections", "--to", "150"],
    setup: &[&["SET GLOBAL max_connections = 100"]],
    drift: &["SET GLOBAL max_connections = 120"],
    theirs: (&["SELECT @@max_connections"], "120"),
    ..NOTHING
};

pub const USER_LIMIT: Scene = Scene {
    name: "mysql.user-limit",
    args: &["limit", "shop", "--to", "5"],
    setup: &[
        &["CREATE USER IF NOT EXISTS shop@'%' IDENTIFIED BY 'x'"],
        &["ALTER USER shop@'%' WITH MAX_USER_CONNECTIONS 7"],
    ],
    drift: &["ALTER USER shop@'%' WITH MAX_USER_CONNECTIONS 9"],
    theirs: (&["SELECT max_user_connections FROM mysql.user WHERE User = 'shop'"], "9"),
    ..NOTHING
};
