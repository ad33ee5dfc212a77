//! The nodes of a Redis Cluster, as one of them tells it.

use crate::config::Address;
use crate::system::redis::reply::Reply;
use crate::system::redis::seat::slots;
use crate::text;

/// A node that the cluster knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The id that the cluster gave it.
    pub id: String,
    /// Where to reach it.
    pub address: Address,
    /// Whether it is a primary.
    pub primary: bool,
    /// The address of its primary, when it is a replica.
    pub replica_of: Option<Address>,
    /// Whether the cluster itself holds it for failed.
    pub failed: bool,
    /// The slots that it serves as a primary, first and last of each range.
    pub slots: Vec<(u16, u16)>,
}

/// Reads `CLUSTER SHARDS` (Redis 7). `asked` is the node that answered: it stands in for hosts it does not announce.
pub fn from_shards(reply: &Reply, asked: &Address, tls: bool) -> Vec<Member> {
    let mut members = Vec::new();
    for shard in reply.items() {
        let nodes: Vec<&Reply> =
            shard.field("nodes").map(|nodes| nodes.items().iter().collect()).unwrap_or_default();
        let address = |node: &Reply| {
            let text = |name: &str| node.field(name).and_then(Reply::text);
            let host = text("endpoint").filter(|host| announced(host)).or_else(|| {
                // "?" or nothing: the server asks us to go on with the host that we used already.
                host_of(asked).or_else(|| text("ip").filter(|host| announced(host)))
            })?;
            let port = if tls { text("tls-port").or_else(|| text("port")) } else { text("port") };
            Some(Address::Tcp(host, port?.parse().ok()?))
        };
        let is_primary = |node: &Reply| node.field("role").and_then(Reply::text).as_deref() == Some("master");
        // A failed primary may still be listed beside the one that took over: replicas follow the healthy one.
        let healthy = |node: &Reply| node.field("health").and_then(Reply::text).as_deref() != Some("fail");
        let primary =
            nodes.iter().find(|node| is_primary(node) && healthy(node)).and_then(|node| address(node));
        let bounds: Vec<u16> = shard
            .field("slots")
            .map(|slots| slots.items().iter().filter_map(|slot| slot.text()?.parse().ok()).collect())
            .unwrap_or_default();
        let slots: Vec<(u16, u16)> = bounds.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        for node in nodes {
            let Some(address) = address(node) else { continue };
            let is_primary = is_primary(node);
            let serves = is_primary && primary.as_ref().is_none_or(|primary| *primary == address);
            members.push(Member {
                id: node.field("id").and_then(Reply::text).unwrap_or_default(),
                replica_of: if is_primary { None } else { primary.clone() },
                failed: !healthy(node),
                primary: is_primary,
                slots: if serves { slots.clone() } else { Vec::new() },
                address,
            });
        }
    }
    members
}

/// Reads `CLUSTER NODES`, for servers before 7.0.
pub fn from_nodes(listing: &str, asked: &Address) -> Vec<Member> {
    let rows: Vec<Vec<&str>> = listing.lines().map(|line| line.split_whitespace().collect()).collect();
    let rows: Vec<&Vec<&str>> = rows.iter().filter(|row| row.len() >= 8).collect();
    let address = |row: &[&str]| {
        let (place, name) = row[1]
            .split_once(',')
            .map_or((row[1], ""), |(p, rest)| (p, rest.split(',').next().unwrap_or("")));
        let (host, port) = place.split('@').next()?.rsplit_once(':')?;
        let host = [name, host]
            .into_iter()
            .find(|host| announced(host))
            .map(str::to_owned)
            .or_else(|| host_of(asked))?;
        Some(Address::Tcp(host, port.parse().ok()?))
    };
    let by_id = |id: &str| rows.iter().find(|row| row[0] == id).and_then(|row| address(row));
    rows.iter()
        .filter_map(|row| {
            let flags: Vec<&str> = row[2].split(',').collect();
            if flags.contains(&"handshake") || flags.contains(&"noaddr") {
                return None;
            }
            let primary = flags.contains(&"master");
            Some(Member {
                id: row[0].to_owned(),
                address: address(row)?,
                primary,
                replica_of: if primary { None } else { by_id(row[3]) },
                failed: flags.contains(&"fail"),
                slots: row[8..].iter().filter_map(|range| slots(range)).collect(),
            })
        })
        .collect()
}

fn announced(host: &str) -> bool {
    !host.is_empty() && host != "?" && text::escape(host) == host
}

fn host_of(address: &Address) -> Option<String> {
    match address {
        Address::Tcp(host, _) => Some(host.clone()),
        Address::Unix(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp(host.into(), port)
    }

    fn node(endpoint: Reply, port: i64, role: &str, health: &str) -> Reply {
        let name = |text: &str| Reply::Bulk(text.as_bytes().to_vec());
        Reply::Array(vec![
            name("id"),
            name("x"),
            name("port"),
            Reply::Int(port),
            name("tls-port"),
            Reply::Int(port + 1),
            name("ip"),
            name("10.0.0.9"),
            name("endpoint"),
            endpoint,
            name("role"),
            name(role),
            name("health"),
            name(health),
        ])
    }

    #[test]
    fn unannounced_hosts_are_the_one_we_asked() {
        let name = |text: &str| Reply::Bulk(text.as_bytes().to_vec());
        let shards = Reply::Array(vec![Reply::Array(vec![
            name("slots"),
            Reply::Array([0, 5460, 9000, 9000].map(Reply::Int).to_vec()),
            name("nodes"),
            Reply::Array(vec![
                node(name("?"), 7000, "master", "fail"),
                node(Reply::Nil, 7001, "replica", "online"),
                node(name("c.example"), 7002, "master", "online"),
            ]),
        ])]);
        let members = from_shards(&shards, &tcp("lb", 6379), false);
        assert_eq!(
            members[0],
            Member {
                id: "x".into(),
                address: tcp("lb", 7000),
                primary: true,
                replica_of: None,
                failed: true,
                slots: vec![]
            }
        );
        assert_eq!(members[2].slots, vec![(0, 5460), (9000, 9000)], "of the one that took over");
        assert_eq!(members[1].address, tcp("lb", 7001));
        assert_eq!(members[1].replica_of, Some(tcp("c.example", 7002)));
        assert_eq!(from_shards(&shards, &tcp("lb", 6379), true)[2].address, tcp("c.example", 7003));
    }

    #[test]
    fn the_old_listing_gives_the_same_members() {
        let listing = "a1 10.0.0.1:6379@16379,one.example myself,master - 0 0 1 connected 0-5460 9000 [93-<-c3]\n\
             b2 :6380@16380 slave a1 0 0 1 connected\n\
             c3 10.0.0.3:6379@16379 master,fail - 0 0 2 disconnected 5461-16383\n\
             d4 :0@0 master,noaddr - 0 0 0 disconnected\n";
        let members = from_nodes(listing, &tcp("lb", 1));
        assert_eq!(members.len(), 3);
        assert_eq!(members[0].address, tcp("one.example", 6379));
        assert_eq!(
            members[1],
            Member {
                id: "b2".into(),
                address: tcp("lb", 6380),
                primary: false,
                replica_of: Some(tcp("one.example", 6379)),
                failed: false,
                slots: vec![]
            }
        );
        assert_eq!(members[0].slots, vec![(0, 5460), (9000, 9000)]);
        assert!(members[2].failed);
    }
}
