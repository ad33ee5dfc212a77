//! What all cases need: the key, the steps that change it, the counters, and the requests.

use std::time::{Duration, Instant};

use url::Url;

use crate::action::by_name;
use crate::action::field::{Arguments, Value};
use crate::change::Level;
use crate::cli::prevent::check::Args;
use crate::clock;
use crate::error::{Failure, FailureKind, TargetError};
use crate::event::Skip;
use crate::protection::{Case, Outcome, Reference, Seen, judge};
use crate::runner::{End, Runner, Step, Stop};
use crate::system::burst::{self, Burst, Reply, Wanted};
use crate::system::http;
use crate::system::statements::{Counters, Reading};
use crate::text;
use crate::ui::Ui;
use crate::ui::prevent::Checked;

/// Between two looks at something that is awaited.
const LOOK: Duration = Duration::from_millis(50);
/// What a rebuild in the background gets at least to be counted.
const SETTLES: Duration = Duration::from_millis(200);

/// Why it ended early.
pub(super) enum Ended {
    /// A step was not done, which it has said itself.
    Step(End),
    /// Something failed.
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<TargetError> for Ended {
    fn from(error: TargetError) -> Self {
        let hint = error.hint.clone();
        Self::Failed(Failure { hint, ..Failure::because(FailureKind::Failed, error.into()) })
    }
}

/// A moment between which and the next one statements are counted.
pub(super) struct Mark {
    reading: Reading,
    at: Instant,
}

impl Mark {
    /// Statements per second since `before`; 0 where nobody counts them.
    pub(super) fn rate_since(&self, before: &Self) -> f64 {
        let seconds = self.at.saturating_duration_since(before.at).as_secs_f64().max(0.001);
        self.reading.since(&before.reading).unwrap_or(0.0) / seconds
    }
}

/// The check.
pub(super) struct Stage<'a> {
    pub ui: &'a Ui,
    pub args: &'a Args,
    pub target: String,
    pub runner: &'a mut Runner,
    pub reference: Reference,
    /// Statements running on a database from which on it is busy.
    pub running_slow: f64,
    counters: Counters,
    /// Steps that are in effect.
    steps: Vec<String>,
    /// Whether the key never expires.
    forever: bool,
    stop: Stop,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        ui: &'a Ui,
        args: &'a Args,
        target: String,
        runner: &'a mut Runner,
        stop: Stop,
    ) -> Self {
        let counters = Counters::over(runner.lines());
        let running_slow = runner.thresholds().running_slow;
        let (reference, steps) = (Reference::default(), Vec::new());
        Self { ui, args, target, runner, reference, running_slow, counters, steps, forever: false, stop }
    }

    /// Whether the operator has asked to stop.
    pub(super) fn stopped(&self) -> bool {
        self.stop.asked()
    }

    /// Waits until the operator asks to stop.
    pub(super) async fn asked_to_stop(&self) {
        self.stop.wait().await;
    }

    /// The end of a check that was only to be shown.
    pub(super) fn dry(&self) -> End {
        End::Skipped(Skip::DryRun)
    }

    /// Milliseconds that the key has left; -1: it never expires; -2: it is not there.
    pub(super) async fn left(&mut self) -> Result<i64, Ended> {
        let Some(cache) = self.runner.cache(&self.target).await? else {
            let message = format!("{} does not answer", self.target);
            return Err(Failure::new(FailureKind::Failed, message).into());
        };
        let left = cache.ttls(std::iter::once(self.args.key.as_bytes())).await?;
        let left = left.first().copied().unwrap_or(-2);
        self.forever = left == -1;
        Ok(left)
    }

    /// Waits until the key is there, for as long as may be waited. Returns whether it is.
    pub(super) async fn returns(&mut self) -> Result<bool, Ended> {
        let until = clock::instant() + self.args.timeout;
        while self.left().await? == -2 {
            if clock::instant() >= until || self.stop.asked() {
                return Ok(false);
            }
            clock::sleep(LOOK).await;
        }
        Ok(true)
    }

    /// The same where somebody must ask: who serves old data waits for nobody, and the burst is over before the lock is.
    pub(super) async fn returns_when_asked(&mut self, url: &Url) -> Result<bool, Ended> {
        let until = clock::instant() + self.args.timeout;
        while self.left().await? == -2 {
            if clock::instant() >= until || self.stop.asked() {
                return Ok(false);
            }
            self.ask(url, 1).await?;
            clock::sleep(LOOK * 5).await;
        }
        Ok(true)
    }

    /// Removes the key, as any act does it (S32).
    pub(super) async fn remove(&mut self, id: &str) -> Result<String, Ended> {
        let mut with = Arguments::default();
        with.set("key", Value::Text(self.args.key.clone()));
        self.step(id, "redis.remove", with).await
    }

    /// Takes the application's lock of the key for so long.
    pub(super) async fn hold(&mut self, id: &str, ttl: Duration) -> Result<String, Ended> {
        let mut with = Arguments::default();
        with.set("keys", Value::List(vec![self.args.key.clone()]));
        with.set("hold", Value::Switch(true));
        with.set("ttl", Value::Duration(ttl));
        self.step(id, "redis.lock", with).await
    }

    async fn step(&mut self, id: &str, action: &str, with: Arguments) -> Result<String, Ended> {
        let Some(spec) = by_name(action) else {
            return Err(Failure::new(FailureKind::Internal, format!("there is no action {action}")).into());
        };
        let step = Step {
            id: id.into(),
            spec,
            with,
            target: self.target.clone(),
            why: None,
            raise: (action == "redis.remove").then_some(Level::Type),
            watch: None,
            keep: None,
            limit: None,
            phase: None,
        };
        let acted = self.runner.run(&step).await?;
        match (acted.end, acted.id) {
            (End::Done, Some(id)) => {
                self.steps.push(id.clone());
                Ok(id)
            }
            (end, id) => {
                // One in doubt is looked at when all is over.
                self.steps.extend(id);
                Err(Ended::Step(end))
            }
        }
    }

    /// Puts one step back, unless nothing of it is left.
    pub(super) async fn back(&mut self, id: &str) -> Result<(), Ended> {
        if self.runner.put_back(id).await? {
            self.steps.retain(|step| step != id);
        }
        Ok(())
    }

    /// Puts back all that is in effect, the newest first. Returns whether nothing is left.
    pub(super) async fn all_back(&mut self) -> Result<bool, Failure> {
        let mut left = false;
        for id in std::mem::take(&mut self.steps).into_iter().rev() {
            left |= !self.runner.put_back(&id).await?;
        }
        Ok(!left)
    }

    /// Looks at the counters now.
    pub(super) async fn mark(&self) -> Mark {
        let reading = self.counters.read().await;
        Mark { reading, at: clock::instant() }
    }

    /// What was counted since `mark`, once nothing more comes: rebuilds go on behind the answers.
    pub(super) async fn counted(&self, mark: &Mark) -> (Result<f64, String>, Duration) {
        let until = clock::instant() + self.args.timeout;
        let pause = self.reference.rebuild.max(SETTLES);
        let mut last = self.mark().await;
        loop {
            clock::sleep(pause).await;
            let now = self.mark().await;
            let noise = self.reference.noise * (now.at - last.at).as_secs_f64();
            let more = now.reading.since(&last.reading).unwrap_or(0.0) > 2.0 * noise + 0.5;
            if !more || clock::instant() >= until || self.stop.asked() {
                return (now.reading.since(&mark.reading), now.at - mark.at);
            }
            last = now;
        }
    }

    /// Sends so many requests at one moment.
    pub(super) async fn ask(&self, url: &Url, count: u32) -> Result<Vec<burst::Ended>, Ended> {
        let wanted = Wanted { url: url.clone(), budget: self.args.timeout };
        let burst = Burst::ready(&wanted, count as usize).await?;
        tokio::select! {
            ended = burst.go() => Ok(ended),
            () = self.stop.wait() => Err(Ended::Step(End::Stopped)),
        }
    }

    /// Sends one request.
    pub(super) async fn page(&self, url: &Url) -> Result<Reply, Ended> {
        match self.ask(url, 1).await?.pop() {
            Some(Ok(reply)) => Ok(reply),
            Some(Err((error, _))) => Err(error.into()),
            None => Err(Ended::Step(End::Stopped)),
        }
    }

    /// The requests of a case, and all that followed: the key's return, unless `refills` is not to be waited for.
    pub(super) async fn seen(&mut self, url: &Url, refills: bool) -> Result<Seen, Ended> {
        let mark = self.mark().await;
        let ended = self.ask(url, self.args.requests).await?;
        let refilled = !refills || self.returns().await?;
        let (statements, window) = self.counted(&mark).await;
        let after = if refills && refilled { Some(self.page(url).await?.body) } else { None };
        Ok(Seen { ended, statements, window, refilled, after })
    }

    /// A case by what was seen.
    pub(super) fn judged(&self, case: Case, seen: &Seen) -> Outcome {
        judge(case, seen, &self.reference, self.args.limits().0)
    }

    /// Everything, for the answer.
    pub(super) fn checked(&self, page: &Url, outcomes: Vec<Outcome>) -> Checked {
        Checked {
            target: self.target.clone(),
            key: self.args.key.clone(),
            url: http::shown(page),
            requests: self.args.requests,
            forever: self.forever,
            reference: self.reference.clone(),
            limits: self.args.limits(),
            outcomes,
        }
    }

    /// The key as it is said.
    pub(super) fn name(&self) -> String {
        text::fit_bytes(self.args.key.as_bytes(), 60)
    }
}
