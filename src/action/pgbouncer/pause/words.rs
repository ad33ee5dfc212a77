//! What is said about a pause before it is made, and why it is not.

use std::time::Duration;

use crate::action::Refusal;
use crate::system::pgbouncer::{ADMIN, Database, Pool, Setup};
use crate::text;

/// Databases and pools that are named one by one.
const NAMED: usize = 5;
/// PgBouncer looks at its timeouts three times a second, and a pause is over a moment after its time.
const MARGIN: Duration = Duration::from_secs(1);

/// Names in a line, as long as one can read.
fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown: Vec<String> =
        names.take(NAMED).map(|name| text::fit(&text::escape(name), 40).into_owned()).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn named(databases: &[Database]) -> String {
    names(databases.iter().map(|database| database.name.as_str()))
}

fn sum(pools: &[Pool], of: fn(&Pool) -> u64) -> u64 {
    pools.iter().map(of).sum()
}

fn plural(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// The account may only look.
pub(super) fn no_right(user: &str) -> Refusal {
    Refusal::for_want(format!("{} may look at PgBouncer and not pause it", text::escape(user)), ADMIN)
}

/// Several processes listen on one port: one connection pauses one of them, and the next one asks another.
pub(super) fn shared_port() -> Refusal {
    Refusal::by(
        "S7",
        "several processes may listen on this port (so_reuseport), and each connection meets one of them",
        "make each process a target of its own, by its unix socket",
    )
}

/// There is no database of that name.
pub(super) fn no_such(name: &str, others: &[Database]) -> Refusal {
    let there = if others.is_empty() { "none".into() } else { named(others) };
    Refusal::for_want(
        format!("PgBouncer has no database {} that is in use", text::escape(name)),
        format!("there is {there}: name it as its clients do"),
    )
}

/// All that is meant is paused.
pub(super) fn already(paused: &[Database]) -> String {
    let (is, it) = if paused.len() == 1 { ("is", "it") } else { ("are", "each") };
    format!(
        "{} {is} paused already, by somebody else or by a step that is still in effect (`stampede status`); RESUME at its \
         console ends {it}",
        named(paused)
    )
}

/// Clients of a pool in session mode keep their server connection through a pause and go on with it.
pub(super) fn would_go_on(pools: &[Pool]) -> Option<Refusal> {
    let held: Vec<&Pool> =
        pools.iter().filter(|pool| pool.mode == "session" && pool.servers_active > 0).collect();
    if held.is_empty() {
        return None;
    }
    let count: u64 = held.iter().map(|pool| pool.servers_active).sum();
    let which = names(
        held.iter().map(|pool| pool.database.as_str()).collect::<std::collections::BTreeSet<_>>().into_iter(),
    );
    Some(Refusal::for_want(
        format!(
            "pool_mode is session: {} in {which} {} a server connection until it leaves, and would go on through a pause",
            plural(count, "client", "clients"),
            if count == 1 { "holds" } else { "hold" }
        ),
        "pause a database whose pool_mode is transaction: --database NAME; or end copies: stampede protect kill",
    ))
}

/// Clients that wait for too long are disconnected.
pub(super) fn would_disconnect(time: Duration, setup: &Setup, pools: &[Pool]) -> Option<Refusal> {
    let waited = pools.iter().map(|pool| pool.longest_wait).max().unwrap_or_default();
    for (setting, limit, before, what) in [
        ("query_wait_timeout", setup.query_wait, waited, "a client that waits for a server connection"),
        (
            "client_login_timeout",
            setup.login,
            Duration::ZERO,
            "a login, which may have to wait for one as well,",
        ),
    ] {
        let Some(limit) = limit.filter(|limit| time + before + MARGIN > *limit) else { continue };
        let waited = match before {
            Duration::ZERO => String::new(),
            before => format!(", and one has waited for {} now", text::duration(before)),
        };
        return Some(Refusal::for_want(
            format!("{what} is disconnected after {} ({setting}){waited}", text::duration(limit)),
            match limit.saturating_sub(before + MARGIN).as_secs() {
                0 => format!("raise {setting} in pgbouncer.ini, then RELOAD"),
                most => format!("pause for less: --for {most}s"),
            },
        ));
    }
    None
}

/// Server connections that the pools may have together.
pub(super) fn width(databases: &[Database], pools: &[Pool]) -> u64 {
    let of = |database: &Database| {
        let count = pools.iter().filter(|pool| pool.database == database.name).count().max(1);
        let wide = database.pool_size.saturating_mul(count as u64);
        if database.max_connections > 0 { wide.min(database.max_connections) } else { wide }
    };
    databases.iter().map(of).fold(0, u64::saturating_add)
}

/// One line: `pause shop for 10 s`.
pub(super) fn summary(databases: &[Database], time: Duration) -> String {
    format!("pause {} for {}", named(databases), text::duration(time))
}

/// What a pause is expected to do (S5).
pub(super) fn forecast(
    pools: &[Pool],
    paused: &[Database],
    setup: &Setup,
    time: Duration,
    wide: u64,
) -> Vec<String> {
    let active = sum(pools, |pool| pool.servers_active);
    let waiting = sum(pools, |pool| pool.clients_waiting);
    let all = sum(pools, |pool| pool.clients_active) + waiting;
    let mut lines = vec![
        format!(
            "sheds all that comes through these pools for up to {}: {} at work now, {} connected and {waiting} of them \
             in the queue",
            text::duration(time),
            plural(active, "server connection is", "server connections are"),
            plural(all, "client is", "clients are"),
        ),
        "transactions that run go on to their end; what comes after them waits in PgBouncer and gets no error".into(),
        format!("afterwards the queue comes at once, through {} at the most", plural(wide, "server connection", "server connections")),
        match setup.query_wait {
            Some(limit) => format!("nobody is disconnected: that comes after {} (query_wait_timeout)", text::duration(limit)),
            None => "nobody is disconnected: query_wait_timeout is off".into(),
        },
    ];
    if !paused.is_empty() {
        lines.push(format!("left alone, because somebody has paused it: {}", named(paused)));
    }
    lines
}

/// What can go wrong.
pub(super) fn risk(time: Duration, wide: u64) -> Vec<String> {
    vec![
        format!(
            "every query waits for up to {}: an application may have less patience than that",
            text::duration(time)
        ),
        "a transaction that is left open keeps its connection through all of it".into(),
        format!(
            "PgBouncer closes its server connections and opens them again: up to {} at the database afterwards",
            plural(wide, "login", "logins")
        ),
    ]
}
