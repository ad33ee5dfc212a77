//! All that a target can be asked, in its own terms. Client libraries are named in this folder only.

pub mod api;
pub mod burst;
pub mod caller;
pub mod client;
pub mod command;
pub mod fields;
mod followers;
pub mod http;
pub mod kubernetes;
pub mod load;
mod locks;
pub mod logs;
pub mod mysql;
pub mod net;
pub mod pgbouncer;
pub mod postgres;
pub mod redis;
mod seat;
pub mod select;
mod session;
mod shared;
pub mod statements;
pub mod template;
pub mod tls;
mod writer;

pub use followers::Followers;
pub use locks::{Holder, Locks};
pub use session::{Api, Kubernetes, Line, Mysql, Pgbouncer, Postgres, Redis, Session, System};
pub use writer::Writer;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::proof::{Lasts, Present};
use crate::text;

/// What a target proves it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// redis `run_id`, MySQL `server_uuid`, MariaDB server id and host, PostgreSQL system identifier, PgBouncer configuration file and port.
    pub id: String,
    /// `Redis`, `Valkey`, `MySQL`, `MariaDB`, `PostgreSQL`, `PgBouncer`.
    pub product: String,
    /// The version as the server says it.
    pub version: String,
    /// `primary`, `replica`, `cluster (3 primaries, 3 replicas)`, `standby`, `pooler`, …
    pub role: String,
    /// A proxy that was recognised in between (S7), or other words an operator must see.
    pub note: Option<String>,
    /// What `id` is worth.
    pub lasts: Lasts,
}

impl Identity {
    /// The one node of a target, with its proof.
    pub fn at(&self, node: String) -> Present {
        Present { node, id: self.id.clone(), lasts: self.lasts.clone() }
    }
}

/// Limits and a voice for everything that talks to a target.
#[derive(Clone)]
pub struct Dialling {
    /// Until when a connection must stand (from `clock::instant()`).
    pub connect_by: Instant,
    /// How long one reply may take.
    pub reply: Duration,
    /// Says what is going on while it takes long ("full at 10000 clients; trying for a freed slot").
    pub say: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Dialling {
    /// Limits from now on, and no voice.
    pub fn silent(connect: Duration, reply: Duration) -> Self {
        Self { connect_by: clock::instant() + connect, reply, say: Arc::new(|_| {}) }
    }
}

/// The names of other responders' connections among these (S28), escaped, each once.
fn others<N: AsRef<str>>(names: impl Iterator<Item = N>, ours: &str) -> Vec<String> {
    let theirs = names.filter(|name| name.as_ref().starts_with("stampede:") && name.as_ref() != ours);
    let theirs: BTreeSet<String> = theirs.map(|name| text::escape(name.as_ref()).into_owned()).collect();
    theirs.into_iter().collect()
}

/// That `at` took longer for an answer than was waited for.
fn no_answer(at: &str, waited: Duration) -> TargetError {
    let message = format!("{at} did not answer within {:.1} s", waited.as_secs_f64());
    TargetError::new(TargetErrorKind::Timeout, message)
}

/// That the connection to `at` is not there any more.
fn lost(at: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Unreachable, format!("the connection to {at} was lost"))
}
