//! A standing connection to one target, for acting on it: opened once, held, and used by every step.

use crate::approval::Approval;
use crate::config::{RedisTarget, Target, TargetSpec};
use crate::error::TargetError;
use crate::system::{Dialling, Identity, api, kubernetes, mysql, pgbouncer, postgres, redis};

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

/// The one connection to a database or its pooler, shared by who measures and who acts: a full server has no second seat
/// (S3).
#[derive(Clone)]
pub enum Line {
    /// MySQL or MariaDB.
    Mysql(mysql::Reader),
    /// PostgreSQL.
    Postgres(postgres::Reader),
    /// PgBouncer.
    Pgbouncer(pgbouncer::Reader),
}

impl Line {
    /// A line to `target` that does not stand yet, which the server will call `name` (S28); none for other
    /// kinds.
    pub fn of(target: &Target, name: &str) -> Option<Self> {
        match &target.spec {
            TargetSpec::Mysql(mysql) => Some(Self::Mysql(mysql::Reader::new(mysql, name))),
            TargetSpec::Postgres(postgres) => Some(Self::Postgres(postgres::Reader::new(postgres, name))),
            TargetSpec::Pgbouncer(console) => Some(Self::Pgbouncer(pgbouncer::Reader::new(console, name))),
            _ => None,
        }
    }
}

/// A target that is connected, by kind.
pub enum Session {
    /// Redis or Valkey: all its nodes.
    Redis(Box<redis::Reader>),
    /// MySQL or MariaDB.
    Mysql(mysql::Reader),
    /// PostgreSQL.
    Postgres(postgres::Reader),
    /// PgBouncer.
    Pgbouncer(pgbouncer::Reader),
    /// A Kubernetes cluster.
    Kubernetes(Box<kubernetes::Reader>),
    /// What has only an HTTP API.
    Api(api::Reader),
}

impl Session {
    /// A session for `target` that has not connected yet, over `line` where there is one, whose connections will be
    /// called `name` (S28); none for a kind that nothing acts on.
    pub fn new(target: &Target, name: &str, line: Option<Line>) -> Option<Self> {
        match (&target.spec, line.or_else(|| Line::of(target, name))) {
            (TargetSpec::Redis(redis), _) => {
                let redis = RedisTarget { client_name: Some(name.to_owned()), ..redis.clone() };
                Some(Self::Redis(Box::new(redis::Reader::new(&redis))))
            }
            (TargetSpec::Kubernetes(kubernetes), _) => {
                Some(Self::Kubernetes(Box::new(kubernetes::Reader::new(kubernetes, name))))
            }
            (TargetSpec::Api(api), _) => Some(Self::Api(api::Reader::new(api))),
            (_, Some(Line::Mysql(reader))) => Some(Self::Mysql(reader)),
            (_, Some(Line::Postgres(reader))) => Some(Self::Postgres(reader)),
            (_, Some(Line::Pgbouncer(reader))) => Some(Self::Pgbouncer(reader)),
            _ => None,
        }
    }

    /// Connects what is not connected. Notes of the login are appended. Errors: no node lets us in.
    pub async fn ready(&mut self, dialling: &Dialling, notes: &mut Vec<String>) -> Result<(), TargetError> {
        match self {
            Self::Redis(reader) => reader.ready(dialling, notes).await.map_err(|refused| refused.error),
            Self::Mysql(reader) => reader.ready(dialling).await,
            Self::Postgres(reader) => reader.ready(dialling).await,
            Self::Pgbouncer(reader) => reader.ready(dialling).await,
            Self::Kubernetes(reader) => reader.ready(dialling).await,
            Self::Api(reader) => {
                reader.ready(dialling);
                Ok(())
            }
        }
    }

    /// Each node and its own proof of who it is: `run_id`, server uuid. Errors: one of them does not answer.
    pub async fn ids(&mut self) -> Result<Vec<(String, String)>, TargetError> {
        match self {
            Self::Redis(reader) => {
                Ok(reader.all().await?.into_iter().map(|who| (who.node, who.id)).collect())
            }
            Self::Mysql(reader) => Ok(vec![(reader.node(), reader.who().await?.id)]),
            Self::Postgres(reader) => Ok(vec![(reader.node(), reader.who().await?.id)]),
            Self::Pgbouncer(reader) => Ok(vec![(reader.node(), reader.who().await?.id)]),
            Self::Kubernetes(reader) => Ok(vec![(reader.node(), reader.who().await?.id)]),
            Self::Api(reader) => Ok(vec![(reader.node(), reader.who().id)]),
        }
    }

    /// The same of the nodes that answer.
    pub async fn ids_there(&mut self) -> Vec<(String, String)> {
        match self {
            Self::Redis(reader) => reader.there().await.into_iter().map(|who| (who.node, who.id)).collect(),
            _ => self.ids().await.unwrap_or_default(),
        }
    }

    /// Who else works on the target with this program: the names of their connections (S28), without ours. A server that
    /// does not show its clients shows no strangers.
    pub async fn strangers(&mut self, ours: &str) -> Vec<String> {
        match self {
            Self::Redis(reader) => reader.strangers(ours).await,
            Self::Mysql(reader) => reader.strangers(ours).await,
            Self::Postgres(reader) => reader.strangers(ours).await,
            Self::Pgbouncer(reader) => reader.strangers(ours).await,
            // Who has written there stands at each object; an API tells nobody.
            Self::Kubernetes(_) | Self::Api(_) => Vec::new(),
        }
    }

    /// What the target proves it is now. Errors: it does not answer.
    pub async fn identity(&mut self, dialling: &Dialling) -> Result<Identity, TargetError> {
        match self {
            Self::Redis(reader) => reader.identity(dialling).await,
            Self::Mysql(reader) => {
                reader.ready(dialling).await?;
                reader.who().await
            }
            Self::Postgres(reader) => {
                reader.ready(dialling).await?;
                reader.who().await
            }
            Self::Pgbouncer(reader) => {
                reader.ready(dialling).await?;
                reader.who().await
            }
            Self::Kubernetes(reader) => {
                reader.ready(dialling).await?;
                reader.who().await
            }
            Self::Api(reader) => {
                reader.ready(dialling);
                Ok(reader.who())
            }
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
            _ => None,
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<redis::Writer<'a>> {
        Self::reader(session).map(|reader| redis::Writer::new(reader, approval))
    }
}

/// MySQL and MariaDB.
pub struct Mysql;

impl System for Mysql {
    type Reader = mysql::Reader;
    type Writer<'a> = mysql::Writer<'a>;

    fn reader(session: &mut Session) -> Option<&mut mysql::Reader> {
        match session {
            Session::Mysql(reader) => Some(reader),
            _ => None,
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<mysql::Writer<'a>> {
        Self::reader(session).map(|reader| mysql::Writer::new(reader, approval))
    }
}

/// PostgreSQL.
pub struct Postgres;

impl System for Postgres {
    type Reader = postgres::Reader;
    type Writer<'a> = postgres::Writer<'a>;

    fn reader(session: &mut Session) -> Option<&mut postgres::Reader> {
        match session {
            Session::Postgres(reader) => Some(reader),
            _ => None,
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<postgres::Writer<'a>> {
        Self::reader(session).map(|reader| postgres::Writer::new(reader, approval))
    }
}

/// PgBouncer.
pub struct Pgbouncer;

impl System for Pgbouncer {
    type Reader = pgbouncer::Reader;
    type Writer<'a> = pgbouncer::Writer<'a>;

    fn reader(session: &mut Session) -> Option<&mut pgbouncer::Reader> {
        match session {
            Session::Pgbouncer(reader) => Some(reader),
            _ => None,
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<pgbouncer::Writer<'a>> {
        Self::reader(session).map(|reader| pgbouncer::Writer::new(reader, approval))
    }
}

/// What has only an HTTP API.
pub struct Api;

impl System for Api {
    type Reader = api::Reader;
    type Writer<'a> = api::Writer<'a>;

    fn reader(session: &mut Session) -> Option<&mut api::Reader> {
        match session {
            Session::Api(reader) => Some(reader),
            _ => None,
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<api::Writer<'a>> {
        Self::reader(session).map(|reader| api::Writer::new(reader, approval))
    }
}

/// Kubernetes.
pub struct Kubernetes;

impl System for Kubernetes {
    type Reader = kubernetes::Reader;
    type Writer<'a> = kubernetes::Writer<'a>;

    fn reader(session: &mut Session) -> Option<&mut kubernetes::Reader> {
        match session {
            Session::Kubernetes(reader) => Some(reader),
            _ => None,
        }
    }

    fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<kubernetes::Writer<'a>> {
        Self::reader(session).map(|reader| kubernetes::Writer::new(reader, approval))
    }
}
