//! Clients of every kind, over raw sockets: nothing reconnects behind a test's back.

use stampede::clock;
use stampede::lab::{RedisServer, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::PATIENCE;

/// A connection that says what it is told to and nothing else.
pub struct Person(TcpStream);

impl Person {
    /// Connects under a name.
    pub async fn named(port: u16, name: &str) -> Self {
        let mut person = Self(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        assert_eq!(person.says(&["CLIENT", "SETNAME", name]).await, "+OK\r\n");
        person
    }

    /// Sends a command and hears the first piece of its answer.
    pub async fn says(&mut self, words: &[&str]) -> String {
        self.sends(words).await;
        let mut heard = vec![0; 4096];
        let length = self.0.read(&mut heard).await.unwrap();
        heard.truncate(length);
        String::from_utf8(heard).unwrap()
    }

    /// Sends a command whose answer may never come.
    pub async fn sends(&mut self, words: &[&str]) {
        let mut request = format!("*{}\r\n", words.len());
        words.iter().for_each(|word| request += &format!("${}\r\n{word}\r\n", word.len()));
        self.0.write_all(request.as_bytes()).await.unwrap();
    }

    /// Whether the server has closed it by now; what it still says is passed over.
    pub async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let silence = std::time::Duration::from_millis(20);
        tokio::time::timeout(silence, self.0.read_to_end(&mut rest)).await.is_ok()
    }
}

/// Waits until the server has closed so many of them, and looks whether it has closed more: it does so when the server gets to it.
#[track_caller]
pub fn closed(people: &mut [Person], count: usize) -> impl Future<Output = ()> {
    let at = std::panic::Location::caller();
    async move {
        let patience = clock::instant() + PATIENCE;
        loop {
            let mut closed = 0;
            for person in people.iter_mut() {
                closed += usize::from(person.is_closed().await);
            }
            if closed >= count {
                return assert_eq!(closed, count, "at {at}");
            }
            assert!(clock::instant() < patience, "only {closed} of {count} were closed, at {at}");
        }
    }
}

/// One of each kind that must be spared, by its name.
pub async fn spared(server: &RedisServer) -> Vec<(&'static str, Person)> {
    let port = server.port();
    let mut people = Vec::new();
    for (name, words) in [
        ("subscriber", &["SUBSCRIBE", "news"][..]),
        ("pattern", &["PSUBSCRIBE", "n*"]),
        ("monitor", &["MONITOR"]),
    ] {
        let mut person = Person::named(port, name).await;
        person.says(words).await;
        people.push((name, person));
    }
    let mut blocked = Person::named(port, "blocked").await;
    blocked.sends(&["BLPOP", "queue", "0"]).await;
    people.push(("blocked", blocked));
    people
}

/// Asks for keys that are not there, again and again, until it is dropped.
pub struct Misser(tokio::task::JoinHandle<()>);

impl Misser {
    /// All of `keys` in turn.
    pub async fn of(port: u16, keys: &'static [&'static [u8]]) -> Self {
        let mut connection = connect(&format!("redis://127.0.0.1:{port}")).await.unwrap();
        Self(tokio::spawn(async move {
            loop {
                for key in keys {
                    let mut get = ::redis::cmd("GET");
                    _ = get.arg(*key).query_async::<::redis::Value>(&mut connection).await;
                }
                tokio::task::yield_now().await;
            }
        }))
    }
}

impl Drop for Misser {
    fn drop(&mut self) {
        self.0.abort();
    }
}
