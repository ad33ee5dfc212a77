//! The logs of pods: which pods there are, and what one of their containers has said.

use std::time::{Duration, Instant};

use futures_util::io::AsyncReadExt as _;
use jiff::Timestamp;
use serde_json::Value;

use crate::clock;
use crate::config::Containers;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::error::Failed;
use crate::system::kubernetes::object::{collection, segment};
use crate::system::kubernetes::{Reader, words};
use crate::system::logs::{Scanner, Tally};

/// The annotation that says which container is meant when none is named.
const DEFAULT: &str = "kubectl.kubernetes.io/default-container";

/// Bytes of the time before a line, and the blank behind it: `2024-01-02T15:04:05.123456789+00:00 `.
const TIME: usize = 36;

/// What kinds of containers a pod has, as its fields are called.
const KINDS: [&str; 3] = ["initContainer", "container", "ephemeralContainer"];

/// A container whose log can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The pod.
    pub pod: String,
    /// Its container: the one that was asked for, the pod's default one, or the first.
    pub container: String,
    lives: Lives,
}

/// The lives of a container of which there is a log: the server keeps the last one and the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lives {
    /// It was never started: it has said nothing.
    None,
    /// The server does not say.
    Unsaid,
    /// It was started; when (none: not said), and what was before that.
    Some { started: Option<Timestamp>, restarts: u64, previous: Option<Life> },
}

/// A life that has ended and has a log of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Life {
    started: Option<Timestamp>,
    finished: Option<Timestamp>,
}

/// What of a container's words since a moment is not in its log, because it was started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// What the life before it has said.
    Previous,
    /// The same, and more that is gone.
    PreviousAndLost,
    /// Something that is gone.
    Lost,
}

/// Which of a container's logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// That of the life that lasts or has ended last.
    Last,
    /// That of the life before it.
    Previous,
}

impl Speaker {
    /// Whether it was ever started.
    pub fn has_spoken(&self) -> bool {
        self.lives != Lives::None
    }

    /// When its last life began, where the server says so.
    pub fn started(&self) -> Option<Timestamp> {
        match self.lives {
            Lives::Some { started, .. } => started,
            Lives::None | Lives::Unsaid => None,
        }
    }

    /// What it has said since `since` before its last life began.
    pub fn before(&self, since: Timestamp) -> Before {
        let Lives::Some { started, restarts, previous } = self.lives else { return Before::Nothing };
        // A time that is not said may be any.
        let began = |at: Option<Timestamp>| at.is_none_or(|at| at > since);
        if restarts == 0 || !began(started) {
            return Before::Nothing;
        }
        match previous {
            None => Before::Lost,
            Some(life) if life.finished.is_some_and(|at| at < since) => Before::Nothing,
            Some(life) if restarts > 1 && began(life.started) => Before::PreviousAndLost,
            Some(_) => Before::Previous,
        }
    }
}

impl Reader {
    /// The containers of the pods that a selector matches. Errors: as for a list.
    pub async fn speakers(
        &self,
        selector: &str,
        containers: &Containers,
    ) -> Result<Vec<Speaker>, TargetError> {
        let pods = self.list("v1", "pods", selector).await?;
        Ok(pods.iter().flat_map(|pod| speakers(pod, containers)).collect())
    }

    /// Reads what one life of a container has said within `since` into `scanner`, each line behind its time, until `deadline`. Returns
    /// whether that was all. Errors: the server refuses; the stream broke off, and what came is in `tally`.
    pub async fn read_log(
        &self,
        (speaker, log): (&Speaker, Log),
        since: Duration,
        (scanner, tally): (&mut Scanner, &mut Tally),
        deadline: Instant,
    ) -> Result<bool, TargetError> {
        let Some(link) = &self.link else { return Err(Failed::not_connected().error) };
        let path = format!(
            "{}&sinceSeconds={}{}",
            self.log_of(speaker),
            since.as_secs().max(1),
            if log == Log::Previous { "&previous=true" } else { "" }
        );
        let left = || deadline.saturating_duration_since(clock::instant());
        let mut opened = link.stream(&path, left()).await;
        if let Err(failed) = &opened
            && failed.code == Some(429)
            && failed.again_in < left()
        {
            clock::sleep(failed.again_in).await;
            opened = link.stream(&path, left()).await;
        }
        let mut stream = Box::pin(opened?);
        let whole = loop {
            match tokio::time::timeout(left(), stream.read(scanner.space())).await {
                Ok(Ok(0)) => break Ok(true),
                Ok(Ok(got)) => scanner.took(got, tally),
                Ok(Err(error)) => break Err(link.broke_off(error)),
                Err(_) => break Ok(false),
            }
        };
        scanner.end(tally);
        whole
    }

    /// The time of the first line that there is of a container's last life: the kubelet keeps the file that is being written, and
    /// gives out none that it has rotated away. None where there is no line. Errors: the server refuses, or it takes too long.
    pub async fn log_begins(
        &self,
        speaker: &Speaker,
        deadline: Instant,
    ) -> Result<Option<Timestamp>, TargetError> {
        let Some(link) = &self.link else { return Err(Failed::not_connected().error) };
        let path = format!("{}&limitBytes={TIME}", self.log_of(speaker));
        let left = || deadline.saturating_duration_since(clock::instant());
        let mut stream = Box::pin(link.stream(&path, left()).await?);
        let mut first = Vec::new();
        let read = tokio::time::timeout(left(), stream.read_to_end(&mut first)).await;
        match read {
            Ok(Ok(_)) => {
                Ok(str::from_utf8(&first).ok().and_then(|text| text.split(' ').next()?.parse().ok()))
            }
            Ok(Err(error)) => Err(link.broke_off(error)),
            Err(_) => Err(TargetError::new(TargetErrorKind::Timeout, "the time was up")),
        }
    }

    fn log_of(&self, speaker: &Speaker) -> String {
        format!(
            "{}/{}/log?container={}&timestamps=true",
            collection("v1", "pods", &self.namespace()),
            segment(&speaker.pod),
            segment(&speaker.container)
        )
    }
}

fn speakers(pod: &Value, wanted: &Containers) -> Vec<Speaker> {
    let listed = |at: &str| pod.pointer(at).and_then(Value::as_array).into_iter().flatten();
    let names =
        |kind: &str| listed(kind).map(|container| words(container, "/name").to_owned()).collect::<Vec<_>>();
    let all = || KINDS.iter().flat_map(|kind| names(&format!("/spec/{kind}s")));
    let chosen: Vec<String> = match wanted {
        Containers::All => all().collect(),
        Containers::Named(wanted) => all().filter(|name| name == wanted).collect(),
        Containers::Default => {
            let marked =
                pod.pointer("/metadata/annotations").and_then(|all| all.get(DEFAULT)).and_then(Value::as_str);
            let first = || names("/spec/containers").into_iter().next();
            marked.map(str::to_owned).or_else(first).into_iter().collect()
        }
    };
    let speaker = |container: String| {
        let mut statuses =
            KINDS.iter().flat_map(|kind| listed(&format!("/status/{kind}Statuses")).collect::<Vec<_>>());
        let lives = statuses.find(|status| status["name"] == container.as_str()).map(lives);
        let lives = lives.unwrap_or_else(|| unscheduled(pod));
        Speaker { pod: words(pod, "/metadata/name").to_owned(), container, lives }
    };
    chosen.into_iter().map(speaker).collect()
}

/// A pod without statuses has not been started yet.
fn unscheduled(pod: &Value) -> Lives {
    if words(pod, "/status/phase") == "Pending" { Lives::None } else { Lives::Unsaid }
}

fn lives(status: &Value) -> Lives {
    let time = |at: &str| status.pointer(at).and_then(Value::as_str).and_then(|text| text.parse().ok());
    let ended = status.pointer("/lastState/terminated").map(|_| Life {
        started: time("/lastState/terminated/startedAt"),
        finished: time("/lastState/terminated/finishedAt"),
    });
    let restarts = status["restartCount"].as_u64().unwrap_or(0);
    match (status["state"].as_object().and_then(|state| state.keys().next()).map(String::as_str), ended) {
        (Some("running"), previous) => {
            Lives::Some { started: time("/state/running/startedAt"), restarts, previous }
        }
        (Some("terminated"), previous) => {
            Lives::Some { started: time("/state/terminated/startedAt"), restarts, previous }
        }
        // It waits to be started again (CrashLoopBackOff): its log is that of the life that has ended, and so would be the
        // previous one.
        (_, Some(life)) => Lives::Some { started: life.started, restarts, previous: None },
        (Some("waiting"), None) if restarts == 0 => Lives::None,
        (_, None) => Lives::Some { started: None, restarts, previous: None },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_container_is_the_one_asked_for_the_default_or_the_first() {
        let mut pod = json!({
            "metadata": { "name": "web-1" },
            "spec": { "containers": [{ "name": "proxy" }, { "name": "app" }] },
            "status": { "containerStatuses": [{ "name": "app", "restartCount": 3 }] },
        });
        let of = |pod: &Value, wanted: &Containers| {
            speakers(pod, wanted).into_iter().map(|one| one.container).collect::<Vec<_>>().join(" ")
        };
        let named = |name: &str| Containers::Named(name.into());
        assert_eq!(of(&pod, &Containers::Default), "proxy");
        assert_eq!(of(&pod, &named("app")), "app");
        assert_eq!(of(&pod, &named("none")), "");
        pod["metadata"]["annotations"] = json!({ DEFAULT: "app" });
        assert_eq!(of(&pod, &Containers::Default), "app");
        pod["spec"]["initContainers"] = json!([{ "name": "wait" }]);
        assert_eq!(of(&pod, &Containers::Default), "app");
        assert_eq!(of(&pod, &Containers::All), "wait proxy app");
        assert_eq!(of(&pod, &named("wait")), "wait");
    }

    #[test]
    fn what_is_in_another_log_or_in_none_follows_from_the_lives_of_a_container() {
        let (old, recent, later) = ("2024-01-02T14:00:00Z", "2024-01-02T15:01:00Z", "2024-01-02T15:02:00Z");
        let since: Timestamp = "2024-01-02T15:00:00Z".parse().expect("a time");
        let ended = |from: &str, to: &str| json!({ "terminated": { "startedAt": from, "finishedAt": to } });
        let running = |from: &str| json!({ "running": { "startedAt": from } });
        let waiting = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
        for (restarts, state, last, expected) in [
            (0, running(old), json!({}), Before::Nothing),
            (7, running(old), json!({}), Before::Nothing),
            (1, running(later), ended(old, recent), Before::Previous),
            (7, running(later), ended(old, recent), Before::Previous),
            (7, running(later), ended(recent, later), Before::PreviousAndLost),
            (1, running(later), ended(recent, later), Before::Previous),
            (7, running(later), ended(old, old), Before::Nothing),
            (7, running(later), json!({}), Before::Lost),
            (7, ended(recent, later), ended(old, recent), Before::Previous),
            (7, waiting.clone(), ended(recent, later), Before::Lost),
            (7, waiting.clone(), ended(old, later), Before::Nothing),
            (0, waiting.clone(), ended(recent, later), Before::Nothing),
        ] {
            let status = json!({ "restartCount": restarts, "state": state, "lastState": last });
            let speaker = Speaker { pod: "web-1".into(), container: "app".into(), lives: lives(&status) };
            assert_eq!(speaker.before(since), expected, "{status}");
            assert!(speaker.has_spoken());
        }
        assert_eq!(lives(&json!({ "restartCount": 0, "state": waiting })), Lives::None);
    }
}
