//! Whoever runs it: who is asked and told, what the command line has answered already, and the wish to stop.

use std::sync::Arc;
use std::time::Duration;

use crate::clock;
use crate::confirm::{Answer, Confirm, Flags, Question};
use crate::event::{Event, Listener, Record};
use crate::runner::Stop;
use crate::system::Dialling;

/// Longest wait to get in, the race for a slot of a full server included.
pub(super) const CONNECT: Duration = Duration::from_secs(12);
/// Longest wait for targets before what can be done elsewhere is done.
pub(super) const BRIEFLY: Duration = Duration::from_secs(2);
/// Longest wait for one answer.
const REPLY: Duration = Duration::from_secs(5);

/// The operator. Every question ends with Ctrl-C, and is asked only where somebody sits at a terminal.
#[derive(Clone)]
pub(super) struct Operator {
    pub confirm: Arc<dyn Confirm>,
    pub flags: Flags,
    pub attended: bool,
    pub listener: Arc<dyn Listener>,
    pub stop: Stop,
}

impl Operator {
    /// Whether a change may be made: by the flags, else by who sits there.
    pub(super) async fn approves(&self, question: &Question<'_>) -> Answer {
        match self.flags.answer(question) {
            Some(answer) => answer,
            None => tokio::select! {
                answer = self.confirm.change(question) => answer,
                () = self.stop.wait() => Answer::Stop,
            },
        }
    }

    /// A yes; none when nobody could be asked.
    pub(super) async fn says_yes(&self, question: &str) -> Option<bool> {
        self.or_stop(self.confirm.yes(question), Some(false)).await
    }

    /// Whether `word` was typed; none when nobody could be asked.
    pub(super) async fn types(&self, question: &str, word: &str) -> Option<bool> {
        self.or_stop(self.confirm.typed(question, word), Some(false)).await
    }

    /// A fact about the application; none when it is not answered.
    pub(super) async fn knows(&self, name: &str, question: &str) -> Option<String> {
        self.or_stop(self.confirm.fact(name, question), None).await
    }

    /// Waits until somebody has seen enough: Enter, or the wish to stop.
    pub(super) async fn has_seen_enough(&self) {
        if !self.attended {
            return self.stop.wait().await;
        }
        tokio::select! {
            () = self.confirm.enter() => {}
            () = self.stop.wait() => {}
        }
    }

    async fn or_stop<T>(&self, asked: impl Future<Output = Option<T>>, stopped: Option<T>) -> Option<T> {
        if !self.attended {
            return None;
        }
        tokio::select! {
            answer = asked => answer,
            () = self.stop.wait() => stopped,
        }
    }

    /// Says something beside the events.
    pub(super) fn note(&self, words: &str) {
        self.listener.note(words);
    }

    /// Shows an event that is not kept.
    pub(super) fn show(&self, event: Event) {
        self.listener.hear(&Record { seq: 0, at: clock::now(), event });
    }

    /// Limits of a connection that acts on `target`, and a voice for what takes long.
    pub(super) fn dialling(&self, target: &str) -> Dialling {
        let (listener, target) = (self.listener.clone(), target.to_owned());
        Dialling {
            connect_by: clock::instant() + CONNECT,
            reply: REPLY,
            say: Arc::new(move |words| listener.progress(&format!("{target}: {words}"))),
        }
    }
}
