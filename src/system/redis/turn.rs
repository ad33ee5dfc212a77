//! Whose turn it is to move expiries. A key that two have moved at once, neither can put back alone: who comes second finds
//! the first by the name of its connection, and leaves it at that (S28).

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::acting::silently;
use crate::system::redis::clients::{self, Client};
use crate::system::redis::{ANSWER, Node, Query, Reader, Reply};
use crate::text;

/// What the name of a connection ends with while it moves expiries.
const MOVING: &str = ":moves-expiries";

/// Who else moves expiries.
pub enum Others {
    /// Nobody.
    Nobody,
    /// This one does.
    Are(String),
    /// Who is there cannot be seen, and why.
    Hidden(String),
}

/// Whose turn it is on a node.
enum Turn {
    /// Ours.
    Ours,
    /// Theirs.
    Theirs(Client),
    /// Who is there cannot be seen.
    Hidden(String),
}

impl Reader {
    /// Takes the turn on all of these nodes. Returns what is not known of it. Errors: another one has it, or a node does not
    /// answer; ours is given back then. Two who come at the same moment may both be refused: whoever would wait until the other
    /// has gone could not tell whether it has moved what was planned.
    pub async fn take_turn(&mut self, nodes: &[String]) -> Result<Vec<String>, TargetError> {
        let mut notes = Vec::new();
        for name in nodes {
            let refused = match take(self.node(name).await?).await {
                Ok(Turn::Ours) => continue,
                Ok(Turn::Hidden(why)) => {
                    notes.push(format!("whether others move expiries of {name} is not known: {why}"));
                    continue;
                }
                Ok(Turn::Theirs(client)) => refused(name, &client),
                Err(error) => error,
            };
            self.give_turn_back(nodes).await;
            return Err(refused);
        }
        Ok(notes)
    }

    /// Gives it back, as far as the nodes answer: the server takes the name away with the connection.
    pub async fn give_turn_back(&mut self, nodes: &[String]) {
        for name in nodes {
            let Ok(node) = self.node(name).await else { continue };
            if let Some(ours) = node.way.name.strip_suffix(MOVING).map(str::to_owned) {
                node.way.name.clone_from(&ours);
                _ = node.query(&[Query::ClientSetname(&ours)], clock::instant() + ANSWER).await;
            }
        }
    }

    /// Who else moves expiries on one of these nodes now.
    pub async fn others_turn(&mut self, nodes: &[String]) -> Others {
        let mut others = Others::Nobody;
        for name in nodes {
            let replies = match self.query(name, &[Query::ClientId, Query::ClientList]).await {
                Ok(replies) => replies,
                Err(error) => {
                    others = Others::Hidden(error.message);
                    continue;
                }
            };
            if let Some(text) = replies.iter().find_map(Reply::error) {
                others = Others::Hidden(text::escape(text).into_owned());
            } else if let Some(client) = other(&replies) {
                return Others::Are(who(&client));
            }
        }
        others
    }
}

/// The name of ours without what it ends with meanwhile.
pub(super) fn plain(name: &str) -> &str {
    name.strip_suffix(MOVING).unwrap_or(name)
}

/// Says that we do, and looks who else does: of two who do both, one at least sees the other.
async fn take(node: &mut Node) -> Result<Turn, TargetError> {
    node.sit(&silently(), &mut Vec::new()).await;
    // After a connection that was lost the next one has the name, too.
    let name = format!("{}{MOVING}", plain(&node.way.name));
    node.way.name.clone_from(&name);
    let asked = [Query::ClientSetname(&name), Query::ClientId, Query::ClientList];
    let replies = node.query(&asked, clock::instant() + ANSWER).await?;
    if let Some(text) = replies.iter().find_map(Reply::error) {
        return Ok(Turn::Hidden(node.meaning(text).message));
    }
    Ok(other(&replies[1..]).map_or(Turn::Ours, Turn::Theirs))
}

/// Who moves expiries beside us, by the answers to `CLIENT ID` and `CLIENT LIST`.
fn other(replies: &[Reply]) -> Option<Client> {
    let [Reply::Int(own), listing] = replies else { return None };
    let own = own.unsigned_abs();
    let moving = |client: &Client| {
        client.name.starts_with("stampede:") && client.name.ends_with(MOVING) && client.id != own
    };
    clients::parse(listing).into_iter().filter(moving).min_by_key(|client| client.id)
}

fn who(client: &Client) -> String {
    let name = text::escape(plain(&client.name)).into_owned();
    format!("{name} (client {} from {})", client.id, text::escape(&client.addr))
}

fn refused(node: &str, client: &Client) -> TargetError {
    let message = format!("S28 {} moves expiries of {node} now", who(client));
    TargetError::new(TargetErrorKind::Input, message).hint(
        "look again when it is done: what two have moved at once, neither can put back alone; when nobody is there any more, end \
         that client",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(lines: &[(u64, &str)]) -> [Reply; 2] {
        let lines: Vec<String> = lines
            .iter()
            .map(|(id, name)| format!("id={id} addr=10.0.0.1:{id} laddr=10.0.0.2:6379 fd=8 name={name}\n"))
            .collect();
        [Reply::Int(5), Reply::Bulk(lines.concat().into_bytes())]
    }

    #[test]
    fn s28_who_moves_expiries_is_found_by_name_and_is_not_us() {
        let (ours, theirs) = ("stampede:night:al@w1:moves-expiries", "stampede:day:bo@w2:moves-expiries");
        let other = |lines: &[(u64, &str)]| other(&listing(lines)).map(|client| who(&client));
        assert_eq!(other(&[(5, ours), (6, "stampede:day:bo@w2"), (7, "app:moves-expiries")]), None);
        let later = "stampede:day:bo@w2 (client 9 from 10.0.0.1:9)".to_owned();
        assert_eq!(other(&[(5, ours), (9, theirs)]), Some(later));
        assert!(other(&[(5, ours), (3, ours), (9, theirs)]).is_some_and(|who| who.contains("client 3")));
    }
}
