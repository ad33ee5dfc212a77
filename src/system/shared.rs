//! One connection for several users: one at a time, and what was begun is ended even when nobody waits for it any more.
//! Whoever is in a hurry gives up the answer, and not the connection: a full server may have no second one (S3).

use std::fmt::Display;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::Mutex;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::failpoint;
use crate::system::{Dialling, lost, no_answer};

/// Longest wait for one answer, unless a measurement says less.
pub(super) const REPLY: Duration = Duration::from_secs(5);

/// The connection to one server, and what is known of it.
pub trait Line: Send + Sized + 'static {
    /// The server as it is configured.
    type Target: Clone;

    /// A line that does not stand yet; the server will call it `name` (S28).
    fn new(target: Arc<Self::Target>, name: Arc<str>) -> Self;
    /// Where it goes.
    fn address(target: &Self::Target) -> impl Display;
    /// Connects unless it stands. Errors: all that a login can say.
    fn stand(&mut self, dialling: &Dialling) -> impl Future<Output = Result<(), TargetError>> + Send;
    /// Gives the connection up.
    fn close(&mut self);
    /// The connection that stands; none: it does not.
    fn opened(&self) -> Option<Opened>;
}

/// One connection of this process: the next one to the same address may lead to another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened(u64);

impl Opened {
    /// A connection that was just opened.
    pub(super) fn now() -> Self {
        static OPENED: AtomicU64 = AtomicU64::new(0);
        Self(OPENED.fetch_add(1, Ordering::Relaxed))
    }
}

/// Asks one server, over a connection that all its clones share (S3); each has a patience of its own. It cannot write.
pub struct Reader<L: Line> {
    pub(super) target: Arc<L::Target>,
    /// What the server calls the connection (S28).
    pub(super) name: Arc<str>,
    /// How long one answer is waited for.
    pub(super) reply: Duration,
    /// The only connection that may be used; none: whichever stands or can be opened.
    only: Option<Opened>,
    line: Arc<Mutex<L>>,
}

impl<L: Line> Clone for Reader<L> {
    fn clone(&self) -> Self {
        let Self { target, name, reply, only, line } = self;
        Self { target: target.clone(), name: name.clone(), reply: *reply, only: *only, line: line.clone() }
    }
}

impl<L: Line> Reader<L> {
    /// A reader that has not connected yet; the server will call its connection `name` (S28).
    pub fn new(target: &L::Target, name: &str) -> Self {
        let (target, name) = (Arc::new(target.clone()), Arc::<str>::from(name));
        let line = L::new(target.clone(), name.clone());
        Self { target, name, reply: REPLY, only: None, line: Arc::new(Mutex::new(line)) }
    }

    /// One with a connection of its own to the same server, which does not stand yet.
    pub(super) fn another(&self) -> Self {
        Self::new(&self.target, &self.name)
    }

    /// The server's name in plans and journals: where it is.
    pub fn node(&self) -> String {
        L::address(&self.target).to_string()
    }

    /// Connects unless it is, by the other ways in when the server is full. Errors: all that a login can say.
    pub async fn ready(&mut self, dialling: &Dialling) -> Result<(), TargetError> {
        self.reply = dialling.reply;
        let dialling = dialling.clone();
        let patience = dialling.connect_by.saturating_duration_since(clock::instant()) + REPLY;
        let stand = self
            .with(patience, Duration::ZERO, move |line| Box::pin(async move { line.stand(&dialling).await }));
        stand.await
    }

    /// Connects unless it is, and asks; where the kept connection has simply gone stale since it was used last, it is opened
    /// again and asked once more.
    pub async fn settled<T>(
        &mut self,
        dialling: &Dialling,
        ask: impl for<'a> Fn(&'a Self) -> BoxFuture<'a, Result<T, TargetError>>,
    ) -> Result<T, TargetError> {
        use TargetErrorKind::{Loading, Protocol, Unreachable};
        self.ready(dialling).await?;
        match ask(self).await {
            Err(error) if matches!(error.kind, Unreachable | Protocol | Loading) => {
                self.close().await;
                self.ready(dialling).await?;
                ask(self).await
            }
            answer => answer,
        }
    }

    /// One that keeps to the connection that stands now, and opens no other: what was read over it and what is told over it are of the
    /// same server (S17). Errors: none stands.
    pub async fn staying(&self) -> Result<Self, TargetError> {
        let opened = self.known(|line| line.opened()).await.ok_or_else(|| lost(&self.node()))?;
        Ok(Self { only: Some(opened), ..self.clone() })
    }

    /// Gives the connection up.
    pub async fn close(&self) {
        self.known(L::close).await;
    }

    /// What is known of the line; waits for nothing but the others.
    pub(super) async fn known<T>(&self, what: impl FnOnce(&mut L) -> T) -> T {
        what(&mut *self.line.lock().await)
    }

    /// Does something with the line when the others are done, and waits for that for `patience` at most, and `slack` for
    /// what comes beside it. It goes on to its end all the same, also when this future is dropped, so it must bound
    /// itself. Errors: also when it takes longer.
    pub(super) async fn with<T: Send + 'static, E: From<TargetError> + Send + 'static>(
        &self,
        patience: Duration,
        slack: Duration,
        work: impl for<'a> FnOnce(&'a mut L) -> BoxFuture<'a, Result<T, E>> + Send + 'static,
    ) -> Result<T, E> {
        let mut line = self.line.clone().lock_owned().await;
        if self.only.is_some() && self.only != line.opened() {
            return Err(lost(&self.node()).into());
        }
        let work = tokio::spawn(async move {
            failpoint::reach("connection");
            work(&mut line).await
        });
        match tokio::time::timeout(patience + slack, work).await {
            Ok(Ok(done)) => return done,
            Ok(Err(failed)) => failed.try_into_panic().map_or((), |panic| resume_unwind(panic)),
            Err(_) => {}
        }
        Err(no_answer(&self.node(), patience).into())
    }
}
