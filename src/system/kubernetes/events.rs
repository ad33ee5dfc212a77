//! Events on an object (core/v1): what `kubectl describe` shows of it, for an hour unless the server keeps them longer.

use std::time::Duration;

use serde_json::{Value, json};

use crate::approval::Permit;
use crate::clock;
use crate::error::TargetError;
use crate::system::kubernetes::error::Failed;
use crate::system::kubernetes::object::collection;
use crate::system::kubernetes::{Patch, Writer};
use crate::text;

/// Longest wait for it: nobody waits for it who has something to do.
const PATIENCE: Duration = Duration::from_secs(2);
/// Bytes of a message that the server takes, and bytes that a column may take.
const LONGEST: usize = 1024;
const WIDEST: usize = 4;

impl Writer<'_> {
    /// Makes an Event on the object of `patch`, whether or not it is there any more. `reason`: one word in CamelCase; `by`: who. It is
    /// sent once. Errors: it may not be made, or nobody answers.
    pub async fn tell(
        &mut self,
        _permit: &Permit<'_>,
        patch: &Patch,
        reason: &str,
        by: &str,
        words: &str,
    ) -> Result<(), TargetError> {
        let Some(link) = &self.reader.link else { return Err(Failed::not_connected().error) };
        let path = collection("v1", "events", &patch.object.namespace);
        let body = event(patch, reason, by, words).to_string();
        let patience = self.reader.reply.min(PATIENCE);
        let sent = link.send("POST", &path, "application/json", body, patience).await;
        sent.map(drop).map_err(|failed| failed.error)
    }
}

fn event(patch: &Patch, reason: &str, by: &str, words: &str) -> Value {
    let (object, now) = (&patch.object, clock::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": { "generateName": format!("{}.", object.name), "namespace": object.namespace },
        "involvedObject": {
            "apiVersion": object.api, "kind": object.kind, "namespace": object.namespace, "name": object.name,
            "uid": patch.uid,
        },
        "type": "Normal", "reason": reason, "message": text::fit(words, LONGEST / WIDEST),
        "source": { "component": "stampede", "host": by },
        "reportingComponent": "stampede", "reportingInstance": by,
        "firstTimestamp": now, "lastTimestamp": now, "count": 1,
    })
}
