//! What a node would take from us, asked before anything is written.

use crate::error::TargetError;
use crate::system::redis::{Query, Reader, Reply, Write};

impl Reader {
    /// Why `node` would not permit this write to our account; none when it would, or when it cannot be told without
    /// trying (before 7.0, or without the right to ask).
    pub async fn forbids(
        &mut self,
        node: &str,
        write: &Write<'_>,
    ) -> Result<Option<TargetError>, TargetError> {
        let Some(user) = self.query(node, &[Query::AclWhoami]).await?.pop().and_then(|user| user.text())
        else {
            return Ok(None);
        };
        let answer = self.query(node, &[Query::AclDryrun(&user, write)]).await?.pop();
        // A refusal is a text here and no error: `This user has no permissions to run the 'config|set' command`.
        match answer {
            Some(Reply::Bulk(text)) => {
                let text = format!("NOPERM {}", String::from_utf8_lossy(&text));
                Ok(Some(self.node(node).await?.meaning(&text)))
            }
            _ => Ok(None),
        }
    }
}
