//! A standing connection to one target, for acting on it: opened once, held, and used by every step. One line of the table at the
//! end is a kind of system.

use crate::approval::Approval;
use crate::config::{RedisTarget, Target, TargetSpec};
use crate::error::TargetError;
use crate::proof::{Lead, Lost, Present, Seat};
use crate::system::redis::Who;
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

/// What every system can be asked, whatever it is.
trait Reads {
    /// Connects what is not connected. Notes of the login are appended. Errors: no node lets us in.
    async fn ready(&mut self, dialling: &Dialling, notes: &mut Vec<String>) -> Result<(), TargetError>;
    /// Each node and its own proof of who it is: `run_id`, server uuid. Errors: one of them does not answer.
    async fn ids(&mut self) -> Result<Vec<Present>, TargetError>;
    /// The same of the nodes that answer.
    async fn ids_there(&mut self) -> Vec<Present> {
        self.ids().await.unwrap_or_default()
    }
    /// Who else works on the target with this program: the names of their connections (S28), without ours. A system that does
    /// not show its clients shows no strangers.
    async fn strangers(&mut self, _ours: &str) -> Vec<String> {
        Vec::new()
    }
    /// Who the primary is, asked now of whoever makes one (S13).
    async fn lead(&mut self, _dialling: &Dialling) -> Lead {
        Lead::Fixed
    }
    /// The server's numbers of our connections; none where they are known by their names.
    async fn seats(&mut self) -> Vec<Seat> {
        Vec::new()
    }
    /// Ends our connections that are lost, all but those that stand: what was sent over them, and has not arrived, never
    /// will. Returns whether a system can do that. Errors: something may still arrive.
    async fn fence(&mut self, _lost: Lost<'_>, _approval: &Approval) -> Result<bool, TargetError> {
        Ok(false)
    }
    /// What the target proves it is now, and each of its nodes. Errors: one of them does not answer.
    async fn identity(&mut self, dialling: &Dialling) -> Result<(Identity, Vec<Present>), TargetError>;
}

/// The one connection to a database or its pooler, shared by who measures and who acts: a full server has no second connection
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

/// The readers of systems that are one node; `fence`: those that can end a connection.
macro_rules! one_node {
    ($($reader:ty $(: $fence:ident)?),*) => {$(
        impl Reads for $reader {$(
            async fn seats(&mut self) -> Vec<Seat> {
                Self::seats(self).await
            }

            async fn $fence(&mut self, lost: Lost<'_>, _approval: &Approval) -> Result<bool, TargetError> {
                Self::$fence(self, lost).await.map(|()| true)
            }
)?
            async fn ready(&mut self, dialling: &Dialling, _: &mut Vec<String>) -> Result<(), TargetError> {
                Self::ready(self, dialling).await
            }

            async fn ids(&mut self) -> Result<Vec<Present>, TargetError> {
                Ok(vec![self.who().await?.at(self.node())])
            }

            async fn strangers(&mut self, ours: &str) -> Vec<String> {
                Self::strangers(self, ours).await
            }

            async fn identity(
                &mut self,
                dialling: &Dialling,
            ) -> Result<(Identity, Vec<Present>), TargetError> {
                Self::ready(self, dialling).await?;
                let identity = self.who().await?;
                let present = identity.at(self.node());
                Ok((identity, vec![present]))
            }
        }
    )*};
}

one_node!(mysql::Reader: fence, postgres::Reader: fence, pgbouncer::Reader, kubernetes::Reader, api::Reader);

impl Reads for redis::Reader {
    async fn ready(&mut self, dialling: &Dialling, notes: &mut Vec<String>) -> Result<(), TargetError> {
        Self::ready(self, dialling, notes).await.map_err(|refused| refused.error)
    }

    async fn ids(&mut self) -> Result<Vec<Present>, TargetError> {
        Ok(self.all().await?.iter().map(Who::present).collect())
    }

    async fn ids_there(&mut self) -> Vec<Present> {
        self.there().await.iter().map(Who::present).collect()
    }

    async fn strangers(&mut self, ours: &str) -> Vec<String> {
        Self::strangers(self, ours).await
    }

    async fn lead(&mut self, dialling: &Dialling) -> Lead {
        Self::lead(self, dialling).await
    }

    async fn fence(&mut self, lost: Lost<'_>, _approval: &Approval) -> Result<bool, TargetError> {
        Self::fence(self, lost).await.map(|()| true)
    }

    async fn identity(&mut self, dialling: &Dialling) -> Result<(Identity, Vec<Present>), TargetError> {
        Self::identity(self, dialling).await
    }
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
            (TargetSpec::Api(api), _) => Some(Self::Api(Box::new(api::Reader::new(api)))),
            (_, Some(Line::Mysql(reader))) => Some(Self::Mysql(Box::new(reader))),
            (_, Some(Line::Postgres(reader))) => Some(Self::Postgres(Box::new(reader))),
            (_, Some(Line::Pgbouncer(reader))) => Some(Self::Pgbouncer(Box::new(reader))),
            _ => None,
        }
    }
}

macro_rules! systems {
    ($($(#[$doc:meta])* $kind:ident = $module:ident;)*) => {
        /// A target that is connected, by kind.
        pub enum Session {
            $($(#[$doc])* $kind(Box<$module::Reader>),)*
        }

        $(
            $(#[$doc])*
            pub struct $kind;

            impl System for $kind {
                type Reader = $module::Reader;
                type Writer<'a> = $module::Writer<'a>;

                fn reader(session: &mut Session) -> Option<&mut Self::Reader> {
                    match session {
                        Session::$kind(reader) => Some(reader),
                        _ => None,
                    }
                }

                fn writer<'a>(session: &'a mut Session, approval: &'a Approval) -> Option<Self::Writer<'a>> {
                    Self::reader(session).map(|reader| $module::Writer::new(reader, approval))
                }
            }
        )*

        impl Session {
            /// Connects what is not connected.
            pub async fn ready(&mut self, dialling: &Dialling, notes: &mut Vec<String>) -> Result<(), TargetError> {
                match self { $(Self::$kind(reader) => Reads::ready(reader.as_mut(), dialling, notes).await,)* }
            }

            /// Each node and its own proof of who it is.
            pub async fn ids(&mut self) -> Result<Vec<Present>, TargetError> {
                match self { $(Self::$kind(reader) => reader.ids().await,)* }
            }

            /// The same of the nodes that answer.
            pub async fn ids_there(&mut self) -> Vec<Present> {
                match self { $(Self::$kind(reader) => reader.ids_there().await,)* }
            }

            /// The server's numbers of our connections; none where they are known by their names.
            pub async fn seats(&mut self) -> Vec<Seat> {
                match self { $(Self::$kind(reader) => Reads::seats(reader.as_mut()).await,)* }
            }

            /// Ends our connections that are lost, all but those that stand: what was sent over them, and has not arrived,
            /// never will. Returns whether this system can do that. Errors: something may still arrive.
            pub async fn fence(&mut self, lost: Lost<'_>, approval: &Approval) -> Result<bool, TargetError> {
                match self { $(Self::$kind(reader) => Reads::fence(reader.as_mut(), lost, approval).await,)* }
            }

            /// Who the primary is, asked now of whoever makes one (S13).
            pub async fn lead(&mut self, dialling: &Dialling) -> Lead {
                match self { $(Self::$kind(reader) => Reads::lead(reader.as_mut(), dialling).await,)* }
            }

            /// Who else works on the target with this program (S28).
            pub async fn strangers(&mut self, ours: &str) -> Vec<String> {
                match self { $(Self::$kind(reader) => Reads::strangers(reader.as_mut(), ours).await,)* }
            }

            /// What the target proves it is now, and each of its nodes.
            pub async fn identity(
                &mut self,
                dialling: &Dialling,
            ) -> Result<(Identity, Vec<Present>), TargetError> {
                match self { $(Self::$kind(reader) => Reads::identity(reader.as_mut(), dialling).await,)* }
            }
        }
    };
}

systems! {
    /// Redis and Valkey: all its nodes.
    Redis = redis;
    /// MySQL and MariaDB.
    Mysql = mysql;
    /// PostgreSQL.
    Postgres = postgres;
    /// PgBouncer.
    Pgbouncer = pgbouncer;
    /// A Kubernetes cluster.
    Kubernetes = kubernetes;
    /// What has only an HTTP API.
    Api = api;
}
