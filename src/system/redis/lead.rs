//! Who leads where there are Sentinels: what is written to a primary that is about to be one no more is lost, or stays where
//! nobody looks (S13).

use std::time::Duration;

use crate::clock;
use crate::config::{Address, Topology};
use crate::error::TargetError;
use crate::proof::Lead;
use crate::system::Dialling;
use crate::system::redis::sentinel::{self, Answer, Ask, Doubt};
use crate::system::redis::{Node, Reader, Way};

/// Longest wait for the Sentinels to agree. A fail-over is over by then, or does not come to its end.
const SETTLES: Duration = Duration::from_secs(10);
/// Between two looks at that.
const PAUSE: Duration = Duration::from_millis(250);
/// Longest wait for one of them.
const ANSWERS: Duration = Duration::from_secs(2);

impl Reader {
    /// Who the primary is, asked of the Sentinels now. While they fail over, or disagree, they are waited for; what did not settle
    /// once is not waited for again.
    pub async fn lead(&mut self, dialling: &Dialling) -> Lead {
        let Topology::Sentinel(service) = self.spec.topology.clone() else { return Lead::Fixed };
        let patience = if self.doubt.is_some() { Duration::ZERO } else { SETTLES };
        let until = clock::instant() + patience;
        loop {
            let doubt = match self.ask_who_leads(&service, dialling).await {
                Ok(Answer { doubt: Some(doubt), .. }) => doubt,
                Ok(answer) => match self.follow(&answer) {
                    Ok(name) => {
                        self.doubt = None;
                        return Lead::Agreed(name);
                    }
                    Err(error) => Doubt::TooFew(error.message),
                },
                Err(error) => Doubt::TooFew(format!("no Sentinel can be asked about the primary: {error}")),
            };
            match &doubt {
                Doubt::Unsettled(words) if clock::instant() < until => {
                    (dialling.say)(&format!("{words}; waiting until they agree"));
                    clock::sleep(PAUSE).await;
                }
                _ => return self.doubt.insert(doubt).lead(),
            }
        }
    }

    async fn ask_who_leads(&self, service: &str, dialling: &Dialling) -> Result<Answer, TargetError> {
        let limits =
            Dialling { connect_by: clock::instant() + ANSWERS, reply: ANSWERS, say: dialling.say.clone() };
        sentinel::find_primary(&self.sentinels()?, service, Ask::Most, &limits).await
    }

    /// Takes over the primary that they agree on, and gives its name.
    fn follow(&mut self, answer: &Answer) -> Result<String, TargetError> {
        let Some(named) = answer.primaries.first() else { return Ok(String::new()) };
        if self.nodes.first().is_none_or(|node| node.way.address != named.address) {
            let primary = self.known(&named.address)?;
            self.lead_by(primary, &named.replicas)?;
        }
        Ok(named.address.to_string())
    }

    /// How to get to the Sentinels.
    pub(super) fn sentinels(&self) -> Result<Vec<Way>, TargetError> {
        self.spec.addresses.iter().map(|address| self.sentinel_way(address)).collect()
    }

    /// The node at that address, with the connection that we have to it; a new one where there is none.
    pub(super) fn known(&mut self, address: &Address) -> Result<Node, TargetError> {
        match self.nodes.iter().position(|node| node.way.address == *address) {
            Some(at) => Ok(self.nodes.swap_remove(at)),
            None => Ok(Node::new(self.way(address)?, true, None)),
        }
    }

    /// Takes over a primary and its replicas, keeping the connections that we have.
    pub(super) fn lead_by(&mut self, mut primary: Node, replicas: &[Address]) -> Result<(), TargetError> {
        let of = primary.way.address.clone();
        (primary.primary, primary.replica_of) = (true, None);
        let mut nodes = vec![primary];
        for replica in replicas.iter().filter(|replica| **replica != of) {
            let mut node = self.known(replica)?;
            (node.primary, node.replica_of) = (false, Some(of.clone()));
            nodes.push(node);
        }
        self.nodes = nodes;
        Ok(())
    }
}
