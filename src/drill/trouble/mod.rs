//! What goes wrong, made to happen on the drill's servers. What is temporary ends by itself.

mod crowd;
mod hoard;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use redis::Cmd;
use redis::aio::MultiplexedConnection;
use tokio::task::JoinSet;

use crate::clock;
use crate::drill::backstage::Backstage;
use crate::drill::fleet::Fleet;
use crate::drill::fleet::catalogue::{HOTTEST, key};
use crate::drill::fleet::users::Users;
use crate::drill::scenario::spec::{Happening, What};
use crate::drill::trouble::crowd::Crowd;
use crate::drill::trouble::hoard::Hoard;
use crate::error::Failure;

/// Commands that are sent at once.
const AT_ONCE: usize = 1_000;

/// Ends what happens on a stage: dropping it ends also what is still to come.
pub(super) struct Curtain(pub(super) Arc<Stage>);

impl Drop for Curtain {
    fn drop(&mut self) {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

/// Where things happen.
pub(super) struct Stage {
    fleet: Arc<Fleet>,
    users: Arc<Users>,
    backstage: Backstage,
    seed: u64,
    /// Our own connection: a full cache has no second one.
    admin: Mutex<MultiplexedConnection>,
    tasks: Mutex<JoinSet<()>>,
    failed: Mutex<Option<String>>,
}

impl Stage {
    /// Errors: the cache cannot be reached.
    pub(super) async fn new(
        fleet: Arc<Fleet>,
        users: Arc<Users>,
        backstage: Backstage,
        seed: u64,
    ) -> Result<Arc<Self>, Failure> {
        let admin = Mutex::new(backstage.admin_cache().await?);
        let (tasks, failed) = (Mutex::default(), Mutex::default());
        Ok(Arc::new(Self { fleet, users, backstage, seed, admin, tasks, failed }))
    }

    /// Makes it all happen: what is due at once before this returns, the rest at its time. Errors: the cache cannot be reached.
    pub(super) async fn play(self: &Arc<Self>, happenings: &[Happening]) -> Result<(), Failure> {
        let onset = clock::instant();
        let (now, later): (Vec<_>, Vec<_>) = happenings.iter().cloned().partition(|one| one.at.is_zero());
        for happening in now {
            self.happen(&happening.what).await?;
        }
        for happening in later {
            let stage = self.clone();
            self.spawn(async move {
                clock::sleep_until(onset + happening.at).await;
                if let Err(failure) = stage.happen(&happening.what).await {
                    stage.fails(&format!("{:?} at {:?}: {failure:#}", happening.what, happening.at));
                }
            });
        }
        Ok(())
    }

    /// What could not be made to happen, or to end.
    pub(super) fn failed(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fails(&self, words: &str) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| words.to_owned());
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
    }

    fn admin(&self) -> MultiplexedConnection {
        self.admin.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes one thing happen. Errors: the server that it happens to does not answer, or refuses.
    pub(super) async fn happen(self: &Arc<Self>, what: &What) -> Result<(), Failure> {
        match *what {
            What::Expire { share, rest } => self.expire(share, rest).await,
            What::ExpireHot => self.send([expire(HOTTEST, self.kept() + 1)]).await,
            What::Delete { share } => self.delete(share).await,
            What::ShortenTtl { to } => self.shorten(to).await,
            What::Deploy => {
                self.fleet.restart();
                Ok(())
            }
            What::Surge { times, lasts } => {
                let users = self.users.clone();
                users.change(|pace| pace.times *= times);
                self.after(lasts, async move { users.change(|pace| pace.times /= times) });
                Ok(())
            }
            What::SlowDatabase { times, lasts } => {
                let fleet = self.fleet.clone();
                fleet.app.catalogue.slow_down(times);
                self.after(lasts, async move { fleet.app.catalogue.slow_down(times.recip()) });
                Ok(())
            }
            What::Absent { share, lasts } => {
                let users = self.users.clone();
                let absent = share / (1.0 - share);
                users.change(|pace| pace.absent += absent);
                self.after(lasts, async move { users.change(|pace| pace.absent -= absent) });
                Ok(())
            }
            What::TakeConnections { left, lasts } => {
                let crowd = Crowd::gather(&self.backstage, self.admin(), left).await?;
                self.after(lasts, async move { drop(crowd) });
                Ok(())
            }
            What::Evict { share, lasts } => {
                let hoard = Hoard::begin(self.admin(), share).await?;
                let stage = self.clone();
                self.after(lasts, async move {
                    if let Err(failure) = hoard.end().await {
                        stage.fails(&format!("the job that fills the cache has not ended: {failure:#}"));
                    }
                });
                Ok(())
            }
            What::GrowHot { bytes } => self.grow(bytes).await,
            What::Sets { ref setting, ref value } => {
                let mut set = redis::cmd("CONFIG");
                set.arg("SET").arg(setting).arg(value);
                self.send([set]).await
            }
            What::FailOver => self.fail_over().await,
        }
    }

    fn after(&self, lasts: Duration, end: impl Future<Output = ()> + Send + 'static) {
        self.spawn(async move {
            clock::sleep(lasts).await;
            end.await;
        });
    }

    /// Milliseconds that an expired page is kept, and in the cache.
    fn kept(&self) -> u64 {
        milliseconds(self.fleet.app.keep())
    }

    async fn send(&self, commands: impl IntoIterator<Item = Cmd>) -> Result<(), Failure> {
        let mut admin = self.admin();
        let mut commands = commands.into_iter().peekable();
        while commands.peek().is_some() {
            let mut pipe = redis::pipe();
            for command in commands.by_ref().take(AT_ONCE) {
                pipe.add_command(command).ignore();
            }
            let sent = pipe.query_async::<()>(&mut admin).await;
            sent.context("cannot make the trouble in the drill's cache")?;
        }
        Ok(())
    }

    async fn expire(&self, share: f64, rest: Duration) -> Result<(), Failure> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let (rest, kept) = (milliseconds(rest), self.kept());
        let commands = (1..=self.fleet.app.catalogue.count()).filter_map(|page| {
            let at_once = random.f64() < share;
            let left = if at_once { 1 } else { random.u64(1..=rest.max(1)) };
            (at_once || rest > 0).then(|| expire(page, kept + left))
        });
        self.send(commands).await
    }

    async fn delete(&self, share: f64) -> Result<(), Failure> {
        let mut random = fastrand::Rng::with_seed(self.seed);
        let pages = (1..=self.fleet.app.catalogue.count()).filter(|_| random.f64() < share);
        let commands = pages.map(|page| redis::cmd("DEL").arg(key(page)).clone());
        self.send(commands).await
    }

    /// What is cached ends as what is cached from now on will: at no particular time.
    async fn shorten(&self, to: Duration) -> Result<(), Failure> {
        self.fleet.cache_for(to);
        self.expire(0.0, to).await
    }

    async fn grow(&self, bytes: u32) -> Result<(), Failure> {
        let row = format!("UPDATE shop.profiles SET body = REPEAT('m', {bytes}) WHERE id = {HOTTEST}");
        self.backstage.mariadb.root(&[&row]).await?;
        let mut set = redis::cmd("SET");
        set.arg(key(HOTTEST)).arg("m".repeat(bytes as usize));
        set.arg("PX").arg(milliseconds(self.fleet.app.stays()));
        self.send([set]).await
    }

    /// The replica becomes the primary, and the application goes there.
    async fn fail_over(&self) -> Result<(), Failure> {
        let port = self.backstage.fail_over().await?;
        self.fleet.home.move_to(port);
        *self.admin.lock().unwrap_or_else(PoisonError::into_inner) = self.backstage.admin_cache().await?;
        Ok(())
    }
}

/// The end of a page, so many milliseconds from now.
fn expire(page: u32, left: u64) -> Cmd {
    let mut command = redis::cmd("PEXPIRE");
    command.arg(key(page)).arg(left);
    command
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
