//! `CLIENT LIST`, read by name: every version adds fields, so what is not known is passed over.

use crate::system::redis::reply::Reply;
use crate::text;

/// One connection, as the server lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its number: never given again until the server restarts.
    pub id: u64,
    /// `host:port`, or the path of the socket; as the server says it.
    pub addr: String,
    /// The name that it gave itself; empty when it gave none. As the server says it.
    pub name: String,
    /// Seconds since it connected.
    pub age: u64,
    /// Seconds since it was last heard of.
    pub idle: u64,
    /// A letter for each thing it is: `N` for none.
    pub flags: String,
    /// Channels and patterns that it listens to.
    pub subscriptions: u64,
    /// Commands that wait in its `MULTI`; none outside of one.
    pub queued: Option<u64>,
    /// Keys that it watches.
    pub watched: u64,
    /// Its last command.
    pub command: String,
    /// Its ACL user.
    pub user: String,
    /// The memory that it takes.
    pub memory: Option<u64>,
}

impl Client {
    /// Whether the server spares it from its idle `timeout`: subscribers, blocked ones, replicas, primaries, monitors.
    pub fn is_exempt(&self) -> bool {
        self.subscriptions > 0 || self.flags.contains(['P', 'b', 'S', 'M', 'O'])
    }

    /// Whether nothing would be lost with it: an ordinary client in no transaction, which waits for nothing and watches
    /// nothing.
    pub fn is_plain(&self) -> bool {
        self.flags == "N" && self.subscriptions == 0 && self.queued.is_none() && self.watched == 0
    }

    /// Whether it is one of this program's, of this process or another (S28).
    pub fn is_ours(&self) -> bool {
        self.name == "stampede" || self.name.starts_with("stampede:")
    }

    /// Who it belongs to, as far as can be told: its name, or else its host; escaped.
    pub fn group(&self) -> String {
        if !self.name.is_empty() {
            return text::fit(&text::escape(&self.name), 40).into_owned();
        }
        let host = self.addr.rsplit_once(':').map_or(self.addr.as_str(), |(host, _)| host);
        text::fit(&text::escape(host), 40).into_owned()
    }
}

/// Reads the reply to `CLIENT LIST`. Lines without an id are passed over.
pub fn parse(reply: &Reply) -> Vec<Client> {
    // Names and paths may hold any bytes: what is no text is a mark, and the line is still read.
    reply.text().unwrap_or_default().lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Client> {
    let mut client = Client::default();
    let mut known = false;
    for (name, value) in pairs(line) {
        let number = || value.parse::<u64>().ok();
        match name {
            "id" if !known => {
                client.id = number()?;
                known = true;
            }
            "addr" => client.addr = value.to_owned(),
            "name" => client.name = value.to_owned(),
            "age" => client.age = number().unwrap_or(0),
            "idle" => client.idle = number().unwrap_or(0),
            "flags" => client.flags = value.to_owned(),
            "sub" | "psub" | "ssub" => client.subscriptions += number().unwrap_or(0),
            "multi" => client.queued = number(),
            "watch" => client.watched = number().unwrap_or(0),
            "cmd" => client.command = value.to_owned(),
            "user" => client.user = value.to_owned(),
            "tot-mem" => client.memory = number(),
            _ => {}
        }
    }
    known.then_some(client)
}

/// The fields of a line. A word without `=` belongs to the value before it: the path of a socket may hold spaces.
fn pairs(line: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut at = 0;
    for word in line.split(' ') {
        let end = at + word.len();
        match word.split_once('=') {
            Some((name, value)) => found.push((name, value)),
            None => {
                if let Some((name, value)) = found.pop() {
                    let start = at - 1 - value.len();
                    found.push((name, &line[start..end]));
                }
            }
        }
        at = end + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<Client> {
        parse(&Reply::Bulk(text.as_bytes().to_vec()))
    }

    #[test]
    fn lines_of_real_servers_are_read() {
        // Redis 7.0.15, Redis 8.0 and a server of the future that has forgotten half of it.
        let clients = read(
            "id=3 addr=127.0.0.1:43870 laddr=127.0.0.1:6379 fd=8 name=web-1 age=31 idle=12 flags=N db=0 sub=0 psub=0 \
             ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=1800 \
             events=r cmd=get user=default redir=-1 resp=2\n\
             id=4 addr=/run/my redis.sock:0 laddr=x fd=9 name= age=2 idle=0 flags=U db=0 sub=1 psub=2 ssub=3 multi=2 \
             watch=1 qbuf=26 tot-mem=22298 events=r cmd=client|list user=ops lib-name=redis-py lib-ver=5.0 io-thread=0\n\
             id=99 flags=b shiny=new\n\
             nonsense\n",
        );
        let [first, second, third] = &clients[..] else { panic!("{clients:?}") };
        assert_eq!((first.id, first.age, first.idle, first.memory), (3, 31, 12, Some(1800)));
        assert_eq!((first.group().as_str(), first.user.as_str()), ("web-1", "default"));
        assert!(first.is_plain() && !first.is_exempt());
        assert_eq!((second.subscriptions, second.queued, second.watched), (6, Some(2), 1));
        assert_eq!((second.addr.as_str(), second.command.as_str()), ("/run/my redis.sock:0", "client|list"));
        assert_eq!(second.group(), "/run/my redis.sock");
        assert!(second.is_exempt() && !second.is_plain());
        assert!(third.is_exempt() && third.memory.is_none());
    }

    #[test]
    fn a_name_cannot_paint_the_terminal_and_cannot_pass_for_a_field() {
        let clients = read("id=7 addr=10.0.0.1:1 name=a\u{1b}[2J=id=9 age=1 idle=1 flags=N\n");
        assert_eq!(clients[0].id, 7);
        assert_eq!(clients[0].group(), "a\\x1b[2J=id=9");
    }

    #[test]
    fn anything_but_an_ordinary_client_is_not_plain() {
        for flag in "bxPSMOtUrcuAdBTeR".chars() {
            let client = Client { flags: flag.into(), ..Client::default() };
            assert!(!client.is_plain(), "{flag}");
        }
        let plain = Client { flags: "N".into(), ..Client::default() };
        assert!(plain.is_plain());
        assert!(!Client { subscriptions: 1, ..plain.clone() }.is_plain());
        assert!(!Client { queued: Some(0), ..plain.clone() }.is_plain());
        assert!(!Client { watched: 1, ..plain }.is_plain());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_known_fields_come_through(
            noise in proptest::collection::vec(any::<u8>(), 0..200),
            id: u64, idle: u64, name in "[!-~]{0,20}", extra in "[a-z]{1,8}=[!-~]{0,8}",
        ) {
            parse(&Reply::Bulk(noise));
            let clients = read(&format!("id={id} name={name} {extra} idle={idle} flags=N\n"));
            prop_assert_eq!(clients.len(), 1);
            let overwritten = ["id=", "name=", "idle="].iter().any(|field| extra.starts_with(field));
            if !overwritten {
                prop_assert_eq!((clients[0].id, clients[0].idle, clients[0].name.as_str()), (id, idle, name.as_str()));
            }
        }
    }
}
