//! A standing connection to one target, for acting on it: opened once, held, and used by every step.

use crate::approval::Approval;
use crate::config::{RedisTarget, Target, TargetSpec};
use crate::error::TargetError;
use crate::target::{Dialling, Identity, redis};

/// What an action of a kind reads and writes with.
pub trait System {
    /// Asks only.
    type Reader: Send;
    /// Asks and tells; made in exchange for an approval.
    type Writer<'a>: Send;

    /// The reader, when the session is of this kind.
    fn reader(session: &mut Session) -> Option<&mut Self::Reader>;
    /// The writer, when the session is of this kind.
    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<Self::Writer<'a>>;
}

/// A target that is connected, by kind.
pub enum Session {
    /// Redis or Valkey: all its nodes.
    Redis(Box<redis::Reader>),
}

impl Session {
    /// A session for `target` that has not connected yet, whose connections will be called `name` (S28); none for a kind
    /// that nothing acts on.
    pub fn new(target: &Target, name: &str) -> Option<Self> {
        match &target.spec {
            TargetSpec::Redis(redis) => {
                let redis = RedisTarget { client_name: Some(name.to_owned()), ..redis.clone() };
                Some(Self::Redis(Box::new(redis::Reader::new(&redis))))
            }
            _ => None,
        }
    }

    /// Connects what is not connected. Notes of the login are appended. Errors: no node lets us in.
    pub async fn ready(&mut self, dialling: &Dialling, notes: &mut Vec<String>) -> Result<(), TargetError> {
        match self {
            Self::Redis(reader) => reader.ready(dialling, notes).await.map_err(|refused| refused.error),
        }
    }

    /// Each node and its own proof of who it is: `run_id`, server uuid. Errors: one of them does not answer.
    pub async fn ids(&mut self) -> Result<Vec<(String, String)>, TargetError> {
        match self {
            Self::Redis(reader) => {
                Ok(reader.all().await?.into_iter().map(|who| (who.node, who.id)).collect())
            }
        }
    }

    /// The same of the nodes that answer.
    pub async fn ids_there(&mut self) -> Vec<(String, String)> {
        match self {
            Self::Redis(reader) => reader.there().await.into_iter().map(|who| (who.node, who.id)).collect(),
        }
    }

    /// Who else works on the target with this program: the names of their connections (S28), without ours. A server that
    /// does not show its clients shows no strangers.
    pub async fn strangers(&mut self, ours: &str) -> Vec<String> {
        match self {
            Self::Redis(reader) => reader.strangers(ours).await,
        }
    }

    /// What the target proves it is now. Errors: it does not answer.
    pub async fn identity(&mut self, dialling: &Dialling) -> Result<Identity, TargetError> {
        match self {
            Self::Redis(reader) => reader.identity(dialling).await,
        }
    }
}

/// Redis and Valkey.
pub struct Redis;

impl System for Redis {
    type Reader = redis::Reader;
    type Writer<'a> = redis::Writer<'a>;

    fn reader(session: &mut Session) -> Option<&mut redis::Reader> {
        match session {
            Session::Redis(reader) => Some(reader),
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<redis::Writer<'a>> {
        match session {
            Session::Redis(reader) => Some(redis::Writer::new(reader, approval)),
        }
    }
}
