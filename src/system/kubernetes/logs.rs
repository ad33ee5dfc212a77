//! The logs of pods: which pods there are, and what one of their containers has said.

use std::time::{Duration, Instant};

use futures_util::io::AsyncReadExt as _;
use serde_json::Value;

use crate::clock;
use crate::error::TargetError;
use crate::system::kubernetes::error::Failed;
use crate::system::kubernetes::object::{collection, segment};
use crate::system::kubernetes::{Reader, words};
use crate::system::logs::{Scanner, Tally};

/// The annotation that says which container is meant when none is named.
const DEFAULT: &str = "kubectl.kubernetes.io/default-container";

/// A container whose log can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The pod.
    pub pod: String,
    /// Its container: the one that was asked for, the pod's default one, or the first.
    pub container: String,
    /// How often it was started again: what it said before is another log.
    pub restarts: u64,
}

impl Reader {
    /// The containers of the pods that a selector matches. Errors: as for a list.
    pub async fn speakers(
        &self,
        selector: &str,
        container: Option<&str>,
    ) -> Result<Vec<Speaker>, TargetError> {
        let pods = self.list("v1", "pods", selector).await?;
        Ok(pods.iter().filter_map(|pod| speaker(pod, container)).collect())
    }

    /// Reads what a container has said within `since` into `scanner`, each line behind its time, until `deadline`. Returns
    /// whether that was all. Errors: the server refuses; the stream broke off, and what came is in `tally`.
    pub async fn read_log(
        &self,
        speaker: &Speaker,
        since: Duration,
        (scanner, tally): (&mut Scanner, &mut Tally),
        deadline: Instant,
    ) -> Result<bool, TargetError> {
        let Some(link) = &self.link else { return Err(Failed::not_connected().error) };
        let path = format!(
            "{}/{}/log?container={}&timestamps=true&sinceSeconds={}",
            collection("v1", "pods", &self.namespace()),
            segment(&speaker.pod),
            segment(&speaker.container),
            since.as_secs().max(1)
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
}

fn speaker(pod: &Value, wanted: Option<&str>) -> Option<Speaker> {
    let names = || {
        let all = pod.pointer("/spec/containers").and_then(Value::as_array);
        all.into_iter().flatten().map(|container| words(container, "/name"))
    };
    let default =
        pod.pointer("/metadata/annotations").and_then(|all| all.get(DEFAULT)).and_then(Value::as_str);
    let container = match wanted {
        Some(wanted) => names().find(|name| *name == wanted)?,
        None => default.or_else(|| names().next())?,
    };
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let status = statuses.into_iter().flatten().find(|status| status["name"] == container);
    Some(Speaker {
        pod: words(pod, "/metadata/name").to_owned(),
        container: container.to_owned(),
        restarts: status.and_then(|status| status["restartCount"].as_u64()).unwrap_or(0),
    })
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
        let of = |pod: &Value, wanted| speaker(pod, wanted).map(|one| (one.container, one.restarts));
        assert_eq!(of(&pod, None), Some(("proxy".into(), 0)));
        assert_eq!(of(&pod, Some("app")), Some(("app".into(), 3)));
        assert_eq!(of(&pod, Some("none")), None);
        pod["metadata"]["annotations"] = json!({ DEFAULT: "app" });
        assert_eq!(of(&pod, None), Some(("app".into(), 3)));
    }
}
