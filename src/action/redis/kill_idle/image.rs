//! What a journal keeps of `break kill-idle`: the rule that was approved, and the connections that were closed by it.

use serde::{Deserialize, Serialize};

use crate::system::redis::{Client, Write};
use crate::text;

/// Which connections of one node may be closed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Rule {
    /// The node's own proof of who it is.
    pub server: String,
    /// Seconds that they must have been silent for.
    pub idle: u64,
    /// Only those of this name or host.
    pub of: Option<String>,
    /// How many at most, all nodes together.
    pub at_most: usize,
}

/// What is approved, and what is done by it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Image {
    /// The rule: which connections of the node may be closed, whichever these are by then.
    Rule {
        /// It.
        rule: Rule,
    },
    /// Those that are closed next by it.
    Wave {
        /// As they were when that was found.
        clients: Vec<Victim>,
    },
}

/// One of them, as it was when that was found.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Victim {
    pub id: u64,
    pub addr: String,
    name: String,
    age: u64,
    idle: u64,
}

impl Victim {
    pub(super) fn of(client: &Client) -> Self {
        Self {
            id: client.id,
            addr: client.addr.clone(),
            name: text::escape(&client.name).into_owned(),
            age: client.age,
            idle: client.idle,
        }
    }

    /// Whether this is the same connection, and nobody has used it since.
    pub(super) fn is(&self, client: &Client) -> bool {
        let same = client.id == self.id && client.addr == self.addr && client.age >= self.age;
        same && client.idle >= self.idle && client.is_plain()
    }

    pub(super) fn kill(&self) -> Write<'_> {
        Write::ClientKill(self.id, &self.addr)
    }
}
