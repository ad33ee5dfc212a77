//! A proxy in front of a server that knows each command it passes on, and fails at the n-th write when it is told to.
//!
//! It speaks plain RESP2, or what MySQL and PostgreSQL speak, and has a thread of its own, so that a test may block while
//! it works. Not followed: RESP3, TLS, `MONITOR`, `CLIENT REPLY`. The server sees the proxy's addresses in place of its
//! client's.

use std::fmt;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::PATIENCE;
use super::http_wire::{Http, http_mutates};
use super::mutating::mutates;
use super::mysql_wire::Mysql;
use super::postgres_wire::Postgres;
use super::relay::relay;
use super::resp::Stream;
use super::sql::{mysql_mutates, postgres_mutates};
use super::wire::Wire;

/// What happens to a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It never reaches the server; what was asked before it is answered, then both sides are closed.
    CutBefore,
    /// It is handed to the server, then both sides are closed at once: whether it is still done, and when, is the server's
    /// affair.
    CutDuring,
    /// The server does it, but the answer is lost: the client's side is closed in its place.
    CutAfter,
    /// The server does it, but from its answer on the client hears nothing more; what it goes on to say still arrives.
    Swallow,
    /// It is done and answered; the next thing that is asked on its connection never reaches the server, and both sides are
    /// closed.
    CutNext,
    /// It is held, and all that comes after it on its connection, until [`Proxy::release`]. It still arrives when its
    /// client has hung up by then.
    Delay,
}

/// A fault to come.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    at: usize,
    pub(super) what: What,
    sticky: bool,
    pub(super) refuse: bool,
}

impl Fault {
    /// It happens to the `n`-th mutating command, counted from 1 over all connections from when the fault is armed.
    pub fn at(n: usize, what: What) -> Self {
        Self { at: n, what, sticky: false, refuse: false }
    }

    /// It happens to every mutating command from there on too.
    pub fn sticky(self) -> Self {
        Self { sticky: true, ..self }
    }

    /// No new connection is let in from that moment on, until [`Proxy::refuse_new`] says otherwise; with `CutAfter` the
    /// other ones that stand are cut too.
    pub fn then_refuse(self) -> Self {
        Self { refuse: true, ..self }
    }
}

/// A command that the proxy saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which connection it came on, counted from 1.
    pub connection: usize,
    /// Its words; a statement of SQL is one.
    pub words: Vec<Vec<u8>>,
    /// Whether it changes something.
    pub mutating: bool,
}

impl Seen {
    /// Its words as text.
    pub fn words(&self) -> Vec<String> {
        self.words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }
}

/// `SET key value`, as in a transcript.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" ").escape_debug().to_string())
    }
}

/// A fault that waits for its write.
pub(super) struct Armed {
    pub(super) fault: Fault,
    counted: Mutex<usize>,
    fired: watch::Sender<Option<Seen>>,
    released: watch::Sender<bool>,
}

impl Armed {
    fn new(fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            fault,
            counted: Mutex::default(),
            fired: watch::Sender::new(None),
            released: watch::Sender::new(false),
        })
    }

    /// Tells the test, once.
    pub(super) fn fire(&self, met: Seen) {
        self.fired.send_if_modified(|fired| fired.is_none().then(|| *fired = Some(met)).is_some());
    }

    pub(super) async fn released(&self) {
        // The sender is ours: it cannot be gone.
        _ = self.released.subscribe().wait_for(|released| *released).await;
    }
}

/// What all connections of a proxy share.
pub(super) struct Shared {
    pub(super) upstream: u16,
    pub(super) mutates: fn(&[Vec<u8>]) -> bool,
    pub(super) hang_up: Notify,
    refuse: AtomicBool,
    seen: Mutex<Vec<Seen>>,
    armed: Mutex<Option<Arc<Armed>>>,
    confused: Mutex<Option<String>>,
}

impl Shared {
    /// The fault that this command meets.
    pub(super) fn meets(&self, seen: &Seen) -> Option<Arc<Armed>> {
        let armed = seen.mutating.then(|| self.armed.lock().unwrap().clone())??;
        let mut counted = armed.counted.lock().unwrap();
        *counted += 1;
        let met = *counted == armed.fault.at || (armed.fault.sticky && *counted > armed.fault.at);
        drop(counted);
        if met && armed.fault.refuse {
            self.refuse.store(true, Ordering::SeqCst);
        }
        met.then_some(armed)
    }

    /// Writes down what goes on to the server.
    pub(super) fn crosses(&self, seen: Seen) {
        self.seen.lock().unwrap().push(seen);
    }

    /// Writes down what the proxy does not understand: the test must hear of it.
    pub(super) fn confused(&self, why: &str) {
        self.confused.lock().unwrap().get_or_insert_with(|| why.to_owned());
    }
}

/// A proxy on a free loopback port. It ends with the value.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Proxy {
    /// In front of a Redis at 127.0.0.1:`upstream`, with the built-in list of mutating commands.
    pub fn start(upstream: u16) -> Self {
        Self::with_table(upstream, mutates)
    }

    /// The same, but `mutates` tells from its words whether a command counts as a write.
    pub fn with_table(upstream: u16, mutates: fn(&[Vec<u8>]) -> bool) -> Self {
        Self::speaking::<Stream>(upstream, mutates)
    }

    /// In front of a MySQL or MariaDB.
    pub fn mysql(upstream: u16) -> Self {
        Self::speaking::<Mysql>(upstream, mysql_mutates)
    }

    /// In front of a PostgreSQL.
    pub fn postgres(upstream: u16) -> Self {
        Self::speaking::<Postgres>(upstream, postgres_mutates)
    }

    /// In front of an API server without TLS.
    pub fn http(upstream: u16) -> Self {
        Self::speaking::<Http>(upstream, http_mutates)
    }

    fn speaking<W: Wire>(upstream: u16, mutates: fn(&[Vec<u8>]) -> bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            upstream,
            mutates,
            hang_up: Notify::new(),
            refuse: AtomicBool::default(),
            seen: Mutex::default(),
            armed: Mutex::default(),
            confused: Mutex::default(),
        });
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(accept::<W>(listener, shared.clone()));
        Self { port, shared, runtime: Some(runtime) }
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address for a client of Redis.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Every command that has crossed to the server, in the order of each connection. What was cut before it could is not
    /// among them, and what is held is not yet.
    pub fn seen(&self) -> Vec<Seen> {
        if let Some(why) = &*self.shared.confused.lock().unwrap() {
            panic!("the proxy did not understand: {why}");
        }
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many of them change something.
    pub fn writes(&self) -> usize {
        self.seen().iter().filter(|seen| seen.mutating).count()
    }

    /// Forgets what has crossed so far.
    pub fn forget(&self) {
        self.shared.seen.lock().unwrap().clear();
    }

    /// Prepares a fault, in place of the last one.
    pub fn arm(&self, fault: Fault) {
        *self.shared.armed.lock().unwrap() = Some(Armed::new(fault));
    }

    /// Waits for the fault and gives the command that met it. The fault is complete then: what had to be closed is closed,
    /// what had to be done by the server is done; only a delayed write is still held.
    pub async fn fired(&self) -> Seen {
        let armed = self.armed();
        let mut fired = armed.fired.subscribe();
        match timeout(PATIENCE, fired.wait_for(Option::is_some)).await {
            Ok(Ok(seen)) => seen.clone().unwrap(),
            _ => {
                let seen: Vec<_> = self.seen().iter().map(Seen::to_string).collect();
                panic!("the fault did not come: {:?}; crossed:\n{}", armed.fault, seen.join("\n"))
            }
        }
    }

    /// Lets a delayed write go on, and those that a sticky fault would delay after it.
    pub fn release(&self) {
        self.armed().released.send_replace(true);
    }

    fn armed(&self) -> Arc<Armed> {
        self.shared.armed.lock().unwrap().clone().expect("a fault is armed")
    }

    /// Whether new connections are closed at once. Those that are there stay.
    pub fn refuse_new(&self, refuse: bool) {
        self.shared.refuse.store(refuse, Ordering::SeqCst);
    }

    /// Closes all connections that are there, whatever they were doing.
    pub fn hang_up(&self) {
        self.shared.hang_up.notify_waiters();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // To wait for it would be an error in a task of the test's own runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept<W: Wire>(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    for connection in 1.. {
        let (client, _) = listener.accept().await.unwrap();
        if !shared.refuse.load(Ordering::SeqCst) {
            tokio::spawn(relay::<W>(shared.clone(), client, connection));
        }
    }
}
