//! The runner, with somebody scripted at the prompt: what happens between the plan and the write, and in an undo.

mod between;
mod dead;
mod doubt;
mod evidence;
mod gone;
mod order;
mod phase;
mod sentinel;
mod silent;
mod stopping;
mod undo;
mod watching;

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use stampede::action::by_name;
use stampede::action::field::{Arguments, Value};
use stampede::approval::Consent;
use stampede::config::{Address, RedisTarget, Settings, Target, TargetSpec};
use stampede::confirm::{Answer, Confirm, Flags, Question};
use stampede::event::{Event, Holder, Listener, Record};
use stampede::journal::Store;
use stampede::lab::RedisServer;
use stampede::runner::{Options, Runner, Step, Stop};

/// What somebody does at the prompt, before they answer.
type Reaction = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send>;

/// Somebody at the prompt, whose reactions are written down beforehand. Whoever has none left is not there.
#[derive(Clone, Default)]
struct Script {
    reactions: Arc<Mutex<VecDeque<Reaction>>>,
    /// What was asked: level, summary and the words that raised it.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn then(self, answer: Answer) -> Self {
        self.after(async {}, answer)
    }

    /// Does something, and answers.
    fn after(self, what: impl Future<Output = ()> + Send + 'static, answer: Answer) -> Self {
        let reaction: Reaction = Box::new(move || {
            Box::pin(async move {
                what.await;
                answer
            })
        });
        self.reactions.lock().unwrap().push_back(reaction);
        self
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Confirm for Script {
    fn change<'a>(&'a self, question: &'a Question<'a>) -> BoxFuture<'a, Answer> {
        let words = [
            question.level.name().to_owned(),
            question.change.summary.clone(),
            question.change.risk.join("; "),
            question.raised.join("; "),
        ];
        self.asked.lock().unwrap().push(words.join(" | "));
        let reaction = self.reactions.lock().unwrap().pop_front();
        Box::pin(async move {
            match reaction {
                Some(reaction) => reaction().await,
                None => Answer::Nobody,
            }
        })
    }

    fn fact<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async { None })
    }

    fn yes<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async { None })
    }

    fn typed<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Option<bool>> {
        Box::pin(async { None })
    }
}

/// Everything that was heard.
#[derive(Default)]
struct Heard {
    records: Mutex<Vec<Record>>,
    notes: Mutex<Vec<String>>,
    progress: Mutex<Vec<String>>,
}

impl Heard {
    fn notes(&self) -> String {
        self.notes.lock().unwrap().join("\n")
    }

    /// What was said of that which takes long.
    fn progress(&self) -> String {
        self.progress.lock().unwrap().join("\n")
    }

    /// Why the last step was not done.
    fn skipped(&self) -> String {
        let records = self.records.lock().unwrap();
        let last = records.iter().rev().find_map(|record| match &record.event {
            Event::Skipped { outcome, why, .. } => Some(format!("{}: {why}", outcome.words())),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// The same, as `-o json` prints it and the journal keeps it.
    fn last_skipped_json(&self) -> serde_json::Value {
        let records = self.records.lock().unwrap();
        let last = records.iter().rev().find(|record| matches!(record.event, Event::Skipped { .. }));
        serde_json::to_value(last.unwrap()).unwrap()
    }
}

impl Listener for Heard {
    fn hear(&self, record: &Record) {
        self.records.lock().unwrap().push(record.clone());
    }

    fn progress(&self, words: &str) {
        self.progress.lock().unwrap().push(words.to_owned());
    }

    fn note(&self, words: &str) {
        self.notes.lock().unwrap().push(words.to_owned());
    }
}

/// An operator's machine: a state folder that outlives a runner.
struct Desk {
    home: tempfile::TempDir,
    settings: Settings,
    heard: Arc<Heard>,
    stop: Stop,
}

impl Desk {
    fn at(redis: &RedisServer) -> Self {
        let spec = RedisTarget {
            addresses: vec![Address::Tcp("127.0.0.1".into(), redis.port())],
            ..RedisTarget::default()
        };
        let target = Target { name: "redis".into(), spec: TargetSpec::Redis(spec) };
        let settings = Settings { targets: vec![target], ..Settings::default() };
        Self { home: tempfile::tempdir().unwrap(), settings, heard: Arc::default(), stop: Stop::default() }
    }

    fn store(&self) -> Store {
        let path = self.home.path().display().to_string();
        Store::in_state_folder(|name| (name == "XDG_STATE_HOME").then(|| path.clone())).unwrap()
    }

    /// A new process of the operator `user`.
    async fn runner(&self, user: &str, script: &Script, options: Options) -> Runner {
        Runner::new(
            self.settings.clone(),
            options,
            self.store(),
            Holder { user: user.into(), host: "web1".into(), pid: 4242 },
            Arc::new(script.clone()),
            self.heard.clone(),
            self.stop.clone(),
        )
        .await
        .unwrap()
    }
}

/// `break maxclients --to N`
fn maxclients(to: u64) -> Step {
    let mut with = Arguments::default();
    with.set("value", Value::Whole(to));
    Step {
        id: "maxclients".into(),
        spec: by_name("redis.maxclients").unwrap(),
        with,
        target: "redis".into(),
        why: None,
        raise: None,
        watch: None,
        keep: None,
        limit: None,
        phase: None,
    }
}

fn yes() -> Answer {
    Answer::Do(Consent::Answered)
}

fn attended() -> Options {
    Options { attended: true, ..Options::default() }
}

/// `--yes`, nobody there.
fn with_yes() -> Options {
    Options { flags: Flags { yes: true, confirm: Vec::new() }, ..Options::default() }
}

async fn limit(redis: &RedisServer) -> String {
    let reply = redis.says(&["CONFIG", "GET", "maxclients"]).await.unwrap();
    reply.chars().filter(char::is_ascii_digit).collect()
}

async fn set(redis: &RedisServer, value: &str) {
    redis.says(&["CONFIG", "SET", "maxclients", value]).await.unwrap();
}
