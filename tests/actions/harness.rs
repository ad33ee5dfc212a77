//! One action and a session, driven as the runner drives them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use stampede::action::field::Arguments;
use stampede::action::{
    Applied, Context, Despite, Earlier, HotKeys, Owner, Planned, Recorder, Refusal, Reverted, Spec, Whose,
    by_name,
};
use stampede::approval::{Approval, Consent, Permit};
use stampede::change::{Change, Part, Standing, Subject};
use stampede::clock;
use stampede::config::{Address, Facts, RedisTarget, Remedies, Secret, Target, TargetSpec, Thresholds};
use stampede::error::{TargetError, TargetErrorKind};
use stampede::system::{Dialling, Line, Session};
use tokio::task::JoinHandle;

use crate::support::PATIENCE;

/// An action, a session on its target, and what is known of the application.
pub struct Act {
    pub spec: &'static Spec,
    pub session: Session,
    pub facts: Facts,
    pub remedies: Remedies,
    /// The hottest keys, for actions that want them.
    pub hot: HotKeys,
    pub thresholds: Thresholds,
    /// The connections to databases.
    pub lines: BTreeMap<String, Line>,
    /// What the incident has done before.
    pub earlier: Vec<Earlier>,
    /// What the action is given in place of words, where a list has several.
    pub given: Option<Arguments>,
    /// Asks the action to stop once its progress has reached this.
    pub stop_at: u64,
    /// What the operator says to what the action asks; none: nobody is there.
    pub answer: Option<Answer>,
    /// What happens when a batch has been recorded, before it is written.
    pub meanwhile: Option<Meanwhile>,
    /// The batches that were recorded.
    pub recorded: Vec<Part>,
}

/// The operator.
pub type Answer = Box<dyn Fn(&str) -> bool + Send + Sync>;
/// Somebody else's doing. An error is one of the journal.
pub type Meanwhile = Box<dyn Fn(usize) -> BoxFuture<'static, Result<(), TargetError>> + Send + Sync>;

pub fn target(ports: &[u16], login: Option<(&str, &str)>) -> RedisTarget {
    RedisTarget {
        addresses: ports.iter().map(|port| Address::Tcp("127.0.0.1".into(), *port)).collect(),
        user: login.map(|(user, _)| user.to_owned()),
        password: login.map(|(_, password)| Secret::new(password)),
        ..RedisTarget::default()
    }
}

pub fn dialling() -> Dialling {
    let connect_by = clock::instant() + Duration::from_secs(5);
    Dialling { connect_by, reply: Duration::from_secs(5), say: Arc::new(|_| {}) }
}

impl Act {
    /// The action `name` on the Redis at `port`.
    pub async fn on(name: &str, port: u16) -> Self {
        Self::over(name, target(&[port], None)).await
    }

    /// The same as a user of its own.
    pub async fn by(name: &str, port: u16, user: &str, password: &str) -> Self {
        Self::over(name, target(&[port], Some((user, password)))).await
    }

    /// The same on several nodes.
    pub async fn over(name: &str, redis: RedisTarget) -> Self {
        Self::at(name, Target { name: "redis".into(), spec: TargetSpec::Redis(redis) }).await
    }

    /// The same on a target of any kind.
    pub async fn at(name: &str, target: Target) -> Self {
        let mut session = Session::new(&target, "stampede:night:ops@test", None).unwrap();
        session.ready(&dialling(), &mut Vec::new()).await.unwrap();
        let spec = by_name(name).unwrap_or_else(|| panic!("{name} is not registered"));
        Self {
            spec,
            session,
            facts: Facts::default(),
            remedies: Remedies::default(),
            hot: HotKeys::default(),
            thresholds: Thresholds::default(),
            lines: BTreeMap::new(),
            earlier: Vec::new(),
            given: None,
            stop_at: u64::MAX,
            answer: None,
            meanwhile: None,
            recorded: Vec::new(),
        }
    }

    /// What the action is given, by the words of the command line.
    pub fn with(&self, given: &[(&str, &str)]) -> Arguments {
        let mut with = self.given.clone().unwrap_or_default();
        for (name, text) in given {
            let field = self.spec.fields.iter().find(|field| field.name == *name).unwrap();
            with.set(field.name, field.ty.parse(text).unwrap());
        }
        self.spec.action.check(&with).unwrap();
        with
    }

    pub async fn try_plan(&mut self, given: &[(&str, &str)]) -> Result<Planned, TargetError> {
        let with = self.with(given);
        let subject = Subject {
            name: self.spec.kind.name().into(),
            kind: self.spec.kind.name().into(),
            address: "127.0.0.1".into(),
            identity: "a server, primary".into(),
            nodes: Vec::new(),
        };
        let owner = owner();
        let context = Context {
            facts: &self.facts,
            remedies: &self.remedies,
            owner: &owner,
            targets: &[],
            lines: &self.lines,
            hot: &self.hot,
            thresholds: &self.thresholds,
            usual: None,
            earlier: &self.earlier,
        };
        self.spec.action.plan(self.spec.name, &with, &context, &mut self.session, subject).await
    }

    pub async fn plan(&mut self, given: &[(&str, &str)]) -> Planned {
        self.try_plan(given).await.unwrap()
    }

    /// The change that is planned.
    pub async fn change(&mut self, given: &[(&str, &str)]) -> Change {
        match self.plan(given).await {
            Planned::Change(change) | Planned::Unadvised(change, _) => *change,
            other => panic!("no change is planned: {}", said(&other)),
        }
    }

    /// Why it is blocked.
    pub async fn blocked(&mut self, given: &[(&str, &str)]) -> Refusal {
        match self.try_plan(given).await {
            Ok(Planned::Blocked(refusal)) => refusal,
            // As the runner takes it.
            Err(error) if error.kind == TargetErrorKind::Permission => error.into(),
            Err(error) => panic!("it is not blocked: {error}"),
            Ok(other) => panic!("it is not blocked: {}", said(&other)),
        }
    }

    /// The words with which it is so already.
    pub async fn already(&mut self, given: &[(&str, &str)]) -> String {
        match self.plan(given).await {
            Planned::AlreadySo(words) => words,
            other => panic!("it is not so already: {}", said(&other)),
        }
    }

    /// What it answers without a change.
    pub async fn answer(&mut self, given: &[(&str, &str)]) -> Vec<String> {
        match self.plan(given).await {
            Planned::Answer(lines) => lines,
            other => panic!("it is no answer: {}", said(&other)),
        }
    }

    pub async fn apply(&mut self, given: &[(&str, &str)], change: &Change) -> Result<Applied, TargetError> {
        let with = self.with(given);
        let owner = owner();
        let context = Context {
            facts: &self.facts,
            remedies: &self.remedies,
            owner: &owner,
            targets: &[],
            lines: &self.lines,
            hot: &self.hot,
            thresholds: &self.thresholds,
            usual: None,
            earlier: &self.earlier,
        };
        let approval = Approval::of(change, Consent::Flag);
        let record = Ledger {
            approval: &approval,
            planned: change.parts.iter().map(|part| part.node.clone()).collect(),
            batches: Mutex::default(),
            done: AtomicU64::new(0),
            stop_at: self.stop_at,
            answer: self.answer.as_ref(),
            meanwhile: self.meanwhile.as_ref(),
        };
        let action = self.spec.action;
        let applied = action.apply(&with, &context, &change.parts, &mut self.session, &approval, &record);
        let applied = applied.await;
        self.recorded = record.batches.into_inner().unwrap();
        applied
    }

    /// Plans and applies.
    pub async fn act(&mut self, given: &[(&str, &str)]) -> (Change, Applied) {
        let change = self.change(given).await;
        let applied = self.apply(given, &change).await.unwrap();
        (change, applied)
    }

    /// Puts back all batches, last first, and gives what was said about each.
    pub async fn undo_batches(&mut self, change: &Change) -> Vec<Reverted> {
        let mut said = Vec::new();
        for part in self.recorded.clone().iter().rev() {
            said.push(self.undo(change, part, false).await);
        }
        said
    }

    pub async fn standing(&mut self, part: &Part) -> Standing {
        self.spec.action.standing(part, &mut self.session).await.unwrap()
    }

    pub async fn prove(&mut self, change: &Change) -> Vec<String> {
        self.spec.action.prove(&change.parts, &mut self.session).await.unwrap()
    }

    pub async fn undo(&mut self, change: &Change, part: &Part, anyway: bool) -> Reverted {
        let approval = Approval::of(change, Consent::Flag);
        let permit = approval.permit(&part.node);
        let seen = match self.standing(part).await {
            Standing::Drifted(found) if anyway => Some(found),
            _ => None,
        };
        let despite = Despite { seen: seen.as_ref().map(|seen| (seen, Whose::Theirs)), rules: anyway };
        let undo = self.spec.action.undo(part, despite, &mut self.session, &approval, permit);
        undo.await.unwrap()
    }

    /// Puts every part back, last first, and says whether all of it is.
    pub async fn undo_all(&mut self, change: &Change) -> bool {
        let mut complete = true;
        for part in change.parts.iter().rev() {
            complete &= self.undo(change, part, false).await.complete;
        }
        complete
    }

    /// Whether all parts show the same.
    #[track_caller]
    pub fn all_stand(&mut self, change: &Change, expected: Standing) -> impl Future<Output = ()> {
        let at = std::panic::Location::caller();
        async move {
            for part in &change.parts {
                assert_eq!(self.standing(part).await, expected, "{} at {at}", part.node);
            }
        }
    }
}

fn owner() -> Owner {
    Owner { incident: "night".into(), user: "ops".into(), host: "test".into() }
}

pub fn said(planned: &Planned) -> String {
    match planned {
        Planned::AlreadySo(words) => format!("nothing to do: {words}"),
        Planned::NotApplicable(words) => format!("not applicable: {words}"),
        Planned::Blocked(refusal) => format!("{}; {}", refusal.words(), refusal.unblock),
        Planned::Ask(asking) => format!("asks for {}", asking.fact),
        Planned::Answer(lines) => lines.join("\n"),
        Planned::Change(change) | Planned::Unadvised(change, _) => format!("{change:#?}"),
    }
}

/// Gives permits as the runner does, and keeps the batches.
struct Ledger<'a> {
    approval: &'a Approval,
    planned: Vec<String>,
    batches: Mutex<Vec<Part>>,
    done: AtomicU64,
    stop_at: u64,
    answer: Option<&'a Answer>,
    meanwhile: Option<&'a Meanwhile>,
}

impl Recorder for Ledger<'_> {
    fn planned(&self, index: usize) -> Result<Permit<'_>, TargetError> {
        let node = self.planned.get(index).unwrap_or_else(|| panic!("no part {index} was planned"));
        Ok(self.approval.permit(node))
    }

    fn batch(&self, part: Part) -> BoxFuture<'_, Result<Permit<'_>, TargetError>> {
        let node = part.node.clone();
        let count = {
            let mut batches = self.batches.lock().unwrap();
            batches.push(part);
            batches.len()
        };
        Box::pin(async move {
            if let Some(meanwhile) = self.meanwhile {
                meanwhile(count).await?;
            }
            Ok(self.approval.permit(node))
        })
    }

    fn progress(&self, done: u64, _: Option<u64>) {
        self.done.store(done, Ordering::Relaxed);
    }

    fn say(&self, _: &str) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    fn ask<'a>(&'a self, question: &'a str) -> BoxFuture<'a, Option<bool>> {
        let answer = self.answer.as_ref().map(|answer| answer(question));
        Box::pin(async move { answer })
    }

    fn stopping(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.stop_at
    }
}

/// Waits until the answer is the right one.
pub async fn until<T, F: Future<Output = T>>(
    what: &str,
    ask: impl Fn() -> F,
    mut right: impl FnMut(&T) -> bool,
) -> T {
    let deadline = clock::instant() + PATIENCE;
    loop {
        let answer = ask().await;
        if right(&answer) {
            return answer;
        }
        assert!(clock::instant() < deadline, "waited in vain until {what}");
        clock::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until a count has stayed the same for two seconds, and gives it.
pub async fn still<T: Copy + PartialEq, F: Future<Output = T>>(count: impl Fn() -> F) -> T {
    let (mut last, mut looks) = (count().await, 0);
    until("it stays the same", count, |now| {
        looks = if *now == last { looks + 1 } else { 0 };
        last = *now;
        looks == 40
    })
    .await
}

/// Waits until `count` of them have ended: a client hears of its end a moment after the server has said so to others.
pub async fn ended<T>(tasks: &[JoinHandle<T>], count: usize) {
    let ended = async || tasks.iter().filter(|task| task.is_finished()).count();
    let now = until("they have ended", ended, |ended| *ended >= count).await;
    assert_eq!(now, count, "more were ended than were to be");
}

/// What a server's `CLIENT LIST` says of those with this name.
pub async fn named(server: &stampede::lab::RedisServer, name: &str) -> Vec<String> {
    let list = server.says(&["CLIENT", "LIST"]).await.unwrap();
    let field = format!(" name={name} ");
    list.lines().filter(|line| line.contains(&field)).map(str::to_owned).collect()
}

/// A number of a line of `CLIENT LIST`.
pub fn number(line: &str, field: &str) -> u64 {
    let field = format!("{field}=");
    line.split(' ').find_map(|word| word.strip_prefix(&field)).unwrap().parse().unwrap()
}
