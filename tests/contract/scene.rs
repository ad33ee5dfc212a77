//! What each action is tried on.

mod api;
mod kubernetes;
mod mysql;
mod pgbouncer;
mod postgres;

use stampede::action::{Spec, by_name};

/// The account of the clients of a database, which may do nothing but log in.
pub const CLIENT: &str = "app";
pub const CLIENT_PASSWORD: &str = "app-pass";

/// An action on a world of its own, by a server of its kind.
#[derive(Clone, Copy)]
pub struct Scene {
    /// The action, and which way of it.
    pub name: &'static str,
    /// Its arguments after the word of its phase: `stampede break`.
    pub args: &'static [&'static str],
    /// Commands that make the world; a statement of SQL is one word.
    pub setup: &'static [&'static [&'static str]],
    /// Clients that are connected. Those of a Redis are idle.
    pub clients: usize,
    /// What those of a database run, over and over.
    pub runs: &'static str,
    /// Seconds that these must have been silent for, or have run it for.
    pub longer_than: u64,
    /// What somebody else does to the same thing after us; empty where there is nothing left that could drift.
    pub drift: &'static [&'static str],
    /// Why there is no drift.
    pub no_drift: &'static str,
    /// A question whose answer shows what they did, and what the answer holds as long as it stands.
    pub theirs: (&'static [&'static str], &'static str),
    /// Whether what they do is done to all that was ours, so that nothing is left to put back.
    pub alone: bool,
    /// Words of differences that are none of the action's doing, or are what it is for and cannot be undone.
    pub ignored: &'static [&'static str],
    /// What an admission webhook, or a controller at once, makes of what we write: the object, a JSON pointer, our value and theirs.
    pub clamped: Option<(&'static str, &'static str, &'static str, &'static str)>,
    /// Whether a watchdog puts things back when the process dies.
    pub watchdog: bool,
    /// Whether the write is made by somebody whom it calls, and nothing of it crosses the wire to the target.
    pub through_others: bool,
    /// Whether something is in effect once it is done.
    pub stays: bool,
}

pub const NOTHING: Scene = Scene {
    name: "",
    args: &[],
    setup: &[],
    clients: 0,
    runs: "",
    longer_than: 0,
    drift: &[],
    no_drift: "",
    theirs: (&[], ""),
    alone: true,
    ignored: &[],
    clamped: None,
    watchdog: false,
    through_others: false,
    stays: true,
};

const MAXCLIENTS: Scene = Scene {
    name: "redis.maxclients",
    args: &["maxclients", "--to", "600"],
    setup: &[&["CONFIG", "SET", "maxclients", "500"]],
    drift: &["CONFIG", "SET", "maxclients", "177"],
    theirs: (&["CONFIG", "GET", "maxclients"], "177"),
    ..NOTHING
};

const MAXMEMORY: Scene = Scene {
    name: "redis.maxmemory",
    args: &["maxmemory", "--to", "600mb"],
    setup: &[&["CONFIG", "SET", "maxmemory", "500mb"]],
    drift: &["CONFIG", "SET", "maxmemory", "550mb"],
    theirs: (&["CONFIG", "GET", "maxmemory"], "576716800"),
    ..NOTHING
};

const TIMEOUT: Scene = Scene {
    name: "redis.timeout",
    args: &["timeout", "--to", "60s"],
    setup: &[&["CONFIG", "SET", "timeout", "0"]],
    drift: &["CONFIG", "SET", "timeout", "77"],
    theirs: (&["CONFIG", "GET", "timeout"], "77"),
    ..NOTHING
};

const FREEZE: Scene = Scene {
    name: "redis.freeze",
    alone: false,
    args: &["freeze", "--pattern", "user:*", "--by", "10m"],
    setup: &[
        &["SET", "user:1", "one", "EX", "600"],
        &["SET", "user:2", "two", "EX", "900"],
        &["SET", "user:3", "for ever"],
        &["SET", "page:1", "other", "EX", "600"],
    ],
    drift: &["PEXPIREAT", "user:1", "4102444800123"],
    theirs: (&["PEXPIRETIME", "user:1"], "4102444800123"),
    ..NOTHING
};

/// The application makes the key: that it is there is what it is all for.
const WARM: Scene = Scene {
    name: "redis.warm",
    args: &["warm", "user:1"],
    setup: &[&["DEL", "user:1"]],
    no_drift: "what was refilled is the application's own",
    through_others: true,
    ignored: &["key \"user:1\""],
    stays: false,
    ..NOTHING
};

const RAMP: Scene = Scene {
    name: "redis.ramp",
    args: &["ramp", "--key", "app:traffic", "--steps", "1,50", "--hold", "2s"],
    setup: &[&["SET", "app:traffic", "0"]],
    drift: &["SET", "app:traffic", "theirs"],
    theirs: (&["GET", "app:traffic"], "theirs"),
    ..NOTHING
};

/// Whoever has made the key again owns it.
const REMOVE: Scene = Scene {
    name: "redis.remove",
    alone: false,
    args: &["remove", "user:1"],
    setup: &[&["SET", "user:1", "one \" \n two", "EX", "7200"]],
    drift: &["SET", "user:1", "theirs"],
    theirs: (&["GET", "user:1"], "theirs"),
    ..NOTHING
};

/// Whole seconds: what undo takes off again is exact.
const STAGGER: Scene = Scene {
    name: "redis.stagger",
    alone: false,
    args: &["stagger", "--pattern", "user:*", "--over", "10m"],
    setup: &[
        &["SET", "user:1", "one", "EXAT", "4102444800"],
        &["SET", "user:2", "two", "EXAT", "4102444800"],
        &["SET", "user:3", "for ever"],
        &["SET", "page:1", "other", "EX", "600"],
    ],
    drift: &["PEXPIREAT", "user:1", "4102444800000"],
    theirs: (&["PEXPIRETIME", "user:1"], "4102444800000"),
    ..NOTHING
};

const RAISE: Scene =
    Scene { name: "redis.ttl", args: &["ttl", "--raise", "--pattern", "user:*", "--by", "15m"], ..STAGGER };

/// The rebuild makes the key by itself: that it is there is what it is all for.
const LOCK: Scene = Scene {
    name: "redis.lock",
    args: &["lock", "user:1"],
    setup: &[&["DEL", "user:1"], &["DEL", "lock:user:1"]],
    no_drift: "the lock is gone when it is done",
    ignored: &["key \"user:1\""],
    stays: false,
    ..NOTHING
};

const HOLD: Scene = Scene {
    name: "redis.lock --hold",
    alone: false,
    args: &["lock", "user:1", "--hold", "--ttl", "5m"],
    setup: &[&["DEL", "lock:user:1"]],
    drift: &["SET", "lock:user:1", "the application's", "EX", "300"],
    theirs: (&["GET", "lock:user:1"], "the application's"),
    ..NOTHING
};

const UNLOCK: Scene = Scene {
    name: "redis.lock.release",
    args: &["unlock", "user:1"],
    setup: &[&["SET", "lock:user:1", "op:ops@elsewhere:another-night:ff00", "EX", "600"]],
    no_drift: "the lock is gone, and one that comes after it is the application's",
    ignored: &["key \"lock:user:1\""],
    stays: false,
    ..NOTHING
};

/// What is closed cannot be opened again: there is nothing to put back.
const KILL_IDLE: Scene = Scene {
    name: "redis.clients.kill-idle",
    args: &["kill-idle", "--idle", "30s", "--limit", "3"],
    clients: 150,
    longer_than: 30,
    no_drift: "what is closed is over: nothing of it is in effect",
    stays: false,
    ..NOTHING
};

/// The flags are put back by itself, and what stays is nothing.
const KEYMISS: Scene = Scene {
    name: "redis.keymiss-events",
    args: &["keymiss-events", "--for", "500ms"],
    setup: &[&["CONFIG", "SET", "notify-keyspace-events", "KEA"]],
    no_drift: "the flags are back when it is done",
    stays: false,
    ..NOTHING
};

const FLAG: Scene = Scene {
    name: "redis.flag",
    args: &["flag", "breaker", "--ttl", "10m"],
    setup: &[&["DEL", "app:breaker"]],
    drift: &["SET", "app:breaker", "theirs"],
    theirs: (&["GET", "app:breaker"], "theirs"),
    ..NOTHING
};

const FLAG_OVER_ANOTHER: Scene = Scene {
    name: "redis.flag over another value",
    setup: &[&["SET", "app:breaker", "closed", "EX", "7200"]],
    ..FLAG
};

/// The scenes of an action. One without a scene is one that nobody has tried.
pub fn of(action: &str) -> Vec<Scene> {
    match action {
        "kubernetes.scale" => vec![kubernetes::SCALE, kubernetes::SCALE_THROUGH_OWNER],
        "kubernetes.service-selector" => vec![kubernetes::REROUTE],
        "kubernetes.annotate" => vec![kubernetes::ANNOTATE],
        "kubernetes.patch" => vec![kubernetes::PATCH],
        "http.call" => vec![api::CALL, api::PUT],
        "kubernetes.ramp" => vec![kubernetes::RAMP],
        "kubernetes.restart" => vec![kubernetes::RESTART],
        "mysql.kill" => vec![mysql::KILL],
        "mysql.max-connections" => vec![mysql::MAX_CONNECTIONS],
        "mysql.read-only" => vec![mysql::READ_ONLY],
        "mysql.user-limit" => vec![mysql::USER_LIMIT],
        "pgbouncer.pause" => vec![pgbouncer::PAUSE],
        "postgres.cancel" => vec![postgres::CANCEL],
        "postgres.connection-limit" => vec![postgres::LIMIT],
        "postgres.read-only" => vec![postgres::READ_ONLY],
        "postgres.terminate" => vec![postgres::TERMINATE],
        "redis.clients.kill-idle" => vec![KILL_IDLE],
        "redis.flag" => vec![FLAG, FLAG_OVER_ANOTHER],
        "redis.keymiss-events" => vec![KEYMISS],
        "redis.maxclients" => vec![MAXCLIENTS],
        "redis.maxmemory" => vec![MAXMEMORY],
        "redis.timeout" => vec![TIMEOUT],
        "redis.freeze" => vec![FREEZE],
        "redis.warm" => vec![WARM],
        "redis.ramp" => vec![RAMP],
        "redis.remove" => vec![REMOVE],
        "redis.stagger" => vec![STAGGER],
        "redis.ttl" => vec![RAISE],
        "redis.lock" => vec![LOCK, HOLD],
        "redis.lock.release" => vec![UNLOCK],
        _ => panic!("{action} has no scene: add one here, and all of tests/contract plays it"),
    }
}

impl Scene {
    /// Whether it ends something of clients, by a rule: that cannot be undone, and it needs clients to be tried on.
    pub fn kills(&self) -> bool {
        self.clients > 0 && self.spec().irreversible.is_some()
    }

    /// What the registry says of the action.
    pub fn spec(&self) -> &'static Spec {
        let action = self.name.split(' ').next().unwrap_or_default();
        by_name(action).unwrap_or_else(|| panic!("{}: there is no action {action}", self.name))
    }
}
