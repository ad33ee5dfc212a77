//! How to get to a node, and why one did not get there.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_pki_types::ServerName;

use crate::config::{Address, Secret};
use crate::error::TargetError;

/// How to get to one node and what to say there.
#[derive(Clone, Debug)]
pub struct Way {
    /// Where it listens.
    pub address: Address,
    /// TLS, prepared once: loading the certificate authorities is slow.
    pub tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// ACL user.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// Database number.
    pub database: u32,
    /// The name of our connection.
    pub name: String,
}

/// Why no connection stands.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The error as an operator reads it.
    pub error: TargetError,
    /// Whether trying again may win a freed slot: the server said so, or (TLS) hung up the way a full one does.
    pub full: Option<Proof>,
}

/// How sure it is that the server was full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It said so.
    Said,
    /// It hung up in the TLS handshake, which is all that a full one can do.
    Probably,
}

impl From<TargetError> for Refused {
    fn from(error: TargetError) -> Self {
        Self { error, full: None }
    }
}
