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
