//! One connection through a [`Proxy`](super::proxy::Proxy).

use std::collections::VecDeque;
use std::mem::take;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use super::proxy::{Armed, Seen, Shared, What};
use super::wire::{Answered, Owes, Part, Wire};

const CHUNK: usize = 64 << 10;

/// What becomes of an answer that the server still owes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Pass,
    /// The client does not get it, nor any after it.
    Lost,
}

/// What has been asked and not been answered yet.
#[derive(Default)]
struct Owed {
    answers: VecDeque<Fate>,
    /// A lost answer has come.
    lost: bool,
    subscriber: bool,
}

struct Line {
    shared: Arc<Shared>,
    number: usize,
    owed: watch::Sender<Owed>,
    /// A fault that has begun; it is told at the end of the connection at the latest.
    met: Mutex<Option<(Arc<Armed>, Seen)>>,
}

/// Carries one connection until one of the two sides, a fault or the test ends it.
pub(super) async fn relay<W: Wire>(shared: Arc<Shared>, mut client: TcpStream, number: usize) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", shared.upstream)).await else { return };
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let line = Line { shared, number, owed: watch::Sender::default(), met: Mutex::default() };
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    // Both directions go on by themselves: a client that does not read must not keep the server from hearing the next.
    tokio::select! {
        () = line.up::<W>(from_client, to_server) => {}
        () = line.down::<W>(from_server, to_client) => {}
        () = line.shared.hang_up.notified() => {}
    }
    // The end of the stream comes after what was sent, also when something unread would make the closing a reset.
    _ = client.shutdown().await;
    drop((client, server));
    line.write();
}

impl Line {
    /// Commands, from the client to the server. Ends when a fault has ended the connection.
    async fn up<W: Wire>(&self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) {
        let mut chunk = vec![0; CHUNK];
        let mut stream = W::default();
        let mut cut_next = false;
        loop {
            let came = from.read(&mut chunk).await.unwrap_or(0);
            if came == 0 {
                // The server answers by hanging up too.
                _ = to.shutdown().await;
                return std::future::pending().await;
            }
            stream.feed(&chunk[..came]);
            let mut out = Vec::new();
            loop {
                let asked = match stream.asked() {
                    Ok(Some(asked)) => asked,
                    Ok(None) => break,
                    Err(why) => return self.shared.confused(&why),
                };
                let (command, owes) = (asked.bytes, asked.owes);
                let Some(words) = asked.words else {
                    out.extend(command);
                    continue;
                };
                if cut_next {
                    _ = to.write_all(&out).await;
                    return self.until(|owed| owed.answers.is_empty()).await;
                }
                let seen = Seen { connection: self.number, mutating: (self.shared.mutates)(&words), words };
                let Some(armed) = self.shared.meets(&seen) else {
                    self.pass(seen, owes);
                    out.extend(command);
                    continue;
                };
                *self.met.lock().unwrap() = Some((armed.clone(), seen.clone()));
                match armed.fault.what {
                    What::CutBefore | What::CutDuring => {
                        _ = to.write_all(&out).await;
                        self.until(|owed| owed.answers.is_empty()).await;
                        if armed.fault.what == What::CutDuring {
                            self.shared.crosses(seen);
                            _ = to.write_all(&command).await;
                        }
                        return;
                    }
                    What::CutAfter | What::Swallow => {
                        self.owed.send_modify(|owed| owed.answers.push_back(Fate::Lost));
                        self.shared.crosses(seen);
                        out.extend(command);
                        _ = to.write_all(&take(&mut out)).await;
                        self.until(|owed| owed.lost).await;
                        if armed.fault.what == What::CutAfter {
                            if armed.fault.refuse {
                                self.shared.hang_up.notify_waiters();
                            }
                            return;
                        }
                        self.write();
                    }
                    What::CutNext => {
                        cut_next = true;
                        self.pass(seen, owes);
                        out.extend(command);
                    }
                    What::Delay => {
                        _ = to.write_all(&take(&mut out)).await;
                        self.write();
                        armed.released().await;
                        self.pass(seen, owes);
                        out.extend(command);
                    }
                }
            }
            // When the server is gone, the other direction knows.
            _ = to.write_all(&out).await;
        }
    }

    /// Answers, from the server to the client. Ends with the server.
    async fn down<W: Wire>(&self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) {
        let mut chunk = vec![0; CHUNK];
        let mut stream = W::default();
        loop {
            let came = from.read(&mut chunk).await.unwrap_or(0);
            if came == 0 {
                return;
            }
            stream.feed(&chunk[..came]);
            let (mut out, mut answered, mut lost) = (Vec::new(), 0, self.owed.borrow().lost);
            loop {
                let answer = match stream.answered() {
                    Ok(Some(answer)) => answer,
                    Ok(None) => break,
                    Err(why) => return self.shared.confused(&why),
                };
                // What nobody asked for passes too: a login, messages, and a refusal at admission.
                let fate = self.asked_for(&answer, answered);
                if fate.is_some() && answer.part != Part::More {
                    answered += 1;
                    lost |= fate == Some(Fate::Lost);
                }
                if !lost && fate != Some(Fate::Lost) {
                    out.extend(answer.bytes);
                }
            }
            // A client that has gone is noticed by the other direction, which lets the server finish.
            _ = to.write_all(&out).await;
            self.owed.send_modify(|owed| {
                owed.answers.drain(..answered);
                owed.lost = lost;
            });
        }
    }

    /// What becomes of a message, after `answered` whole answers, if it is of an answer.
    fn asked_for(&self, answer: &Answered, answered: usize) -> Option<Fate> {
        let owed = self.owed.borrow();
        let message = owed.subscriber && answer.part == Part::Message;
        if message { None } else { owed.answers.get(answered).copied() }
    }

    /// Writes down a command that goes on to the server as it came.
    fn pass(&self, seen: Seen, owes: Owes) {
        self.owed.send_modify(|owed| match owes {
            Owes::Messages => owed.subscriber = true,
            Owes::Answer => owed.answers.push_back(Fate::Pass),
            Owes::Nothing => {}
        });
        self.shared.crosses(seen);
    }

    async fn until(&self, right: impl FnMut(&Owed) -> bool) {
        // The sender is ours: it cannot be gone.
        _ = self.owed.subscribe().wait_for(right).await;
    }

    /// Tells the test of the fault that has begun.
    fn write(&self) {
        if let Some((armed, met)) = self.met.lock().unwrap().take() {
            armed.fire(met);
        }
    }
}
