//! What a node would take from us, asked before anything is written: its rights, and whose key it is.

use crate::error::{TargetError, TargetErrorKind};
use crate::target::redis::ask::Ask;
use crate::target::redis::reader::{Reader, Shape};
use crate::target::redis::refusal;
use crate::target::redis::reply::Reply;
use crate::target::redis::tell::Tell;
use crate::text;

impl Reader {
    /// Why `node` would not permit this write to our account; none when it would, or when it cannot be told without
    /// trying (before 7.0, or without the right to ask).
    pub async fn forbids(&mut self, node: &str, tell: &Tell<'_>) -> Result<Option<TargetError>, TargetError> {
        let Some(user) = self.ask(node, &[Ask::AclWhoami]).await?.pop().and_then(|user| user.text()) else {
            return Ok(None);
        };
        let answer = self.ask(node, &[Ask::AclDryrun(&user, tell)]).await?.pop();
        // A refusal is a text here and no error: `This user has no permissions to run the 'config|set' command`.
        match answer {
            Some(Reply::Bulk(text)) => {
                let text = format!("NOPERM {}", String::from_utf8_lossy(&text));
                Ok(Some(self.node(node).await?.meaning(&text)))
            }
            _ => Ok(None),
        }
    }

    /// The node that takes writes to `key`. Errors: none does.
    pub async fn owner(&mut self, key: &[u8]) -> Result<String, TargetError> {
        if self.shape != Shape::Cluster {
            let primary = self.nodes.iter().find(|node| node.primary);
            return primary.map(|node| node.name()).ok_or_else(|| match self.nodes.first() {
                Some(replica) => refusal::meaning(&replica.way.address, None, "READONLY"),
                None => TargetError::new(TargetErrorKind::Input, "no address given"),
            });
        }
        // Each is asked where we reach it, whatever address the cluster announces for it.
        let (mut names, replicas): (Vec<_>, Vec<_>) = self.nodes.iter().partition(|node| node.primary);
        names.extend(replicas);
        let names: Vec<String> = names.into_iter().map(|node| node.name()).collect();
        let mut trouble = None;
        for name in names {
            match self.ask_one(&name, Ask::Pttl(key)).await {
                Ok(_) => return Ok(name),
                // Somebody else's slot says nothing; a node that is gone may have been the owner.
                Err(error) if error.message.contains("MOVED") => {}
                Err(error) => trouble = Some(error),
            }
        }
        Err(trouble.unwrap_or_else(|| {
            let key = text::escape_bytes(key);
            TargetError::new(TargetErrorKind::Busy, format!("no node of the cluster takes the key {key}"))
                .hint("its slot has no primary, or its new one is not known here yet: try again")
        }))
    }
}
