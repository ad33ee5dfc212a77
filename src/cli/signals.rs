//! Who asks to end: Ctrl-C, a terminal that was closed, SIGTERM. They are heard on a thread of its own: a state folder on a file
//! system that hangs blocks whoever reads or writes there, and must not hold up who wants out.

use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::clock;
use crate::error::Failure;
use crate::exit::Exit;

/// Longest wait for the command to leave by itself. A write that hangs never does.
const GRACE: Duration = Duration::from_secs(1);

/// What is heard of signals. Dropping it stops listening.
pub(super) struct Signals(mpsc::Receiver<()>);

/// Whose end is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Until it has heard: what it started itself must be ended by it, however long that takes.
    OnceHeard,
    /// No longer than for the time of grace: the journal says the truth at any moment.
    AtOnce,
}

impl Signals {
    /// Listens from now on, so that no command can begin before. `is_enough` hears of each signal, and says whether that is the
    /// end. Errors: the operating system has no room for it.
    pub(super) fn listen(
        kinds: &[SignalKind],
        leaving: Leaving,
        is_enough: impl Fn() -> bool + Send + 'static,
    ) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot listen to signals")?;
        let guard = runtime.enter();
        let signals: Result<Vec<Signal>, _> = kinds.iter().map(|kind| signal(*kind)).collect();
        let signals = signals.context("cannot listen to signals")?;
        // A journal that may not grow is an error of its write, which is told; the signal would be the end of an undo.
        let size = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        drop(signal(size).context("cannot listen to signals")?);
        drop(guard);
        let (enough, heard) = mpsc::channel(1);
        let hear = move || runtime.block_on(hear(signals, leaving, is_enough, enough));
        std::thread::Builder::new().name("signals".into()).spawn(hear).context("cannot listen to signals")?;
        Ok(Self(heard))
    }

    /// Waits until it is enough.
    pub(super) async fn enough(mut self) -> Exit {
        match self.0.recv().await {
            Some(()) => Exit::Interrupted,
            // Nobody listens any more, and nobody will ever say so.
            None => std::future::pending().await,
        }
    }
}

async fn hear(
    mut signals: Vec<Signal>,
    leaving: Leaving,
    is_enough: impl Fn() -> bool,
    enough: mpsc::Sender<()>,
) {
    loop {
        let any = futures_util::future::select_all(signals.iter_mut().map(|signal| Box::pin(signal.recv())));
        tokio::select! {
            _ = any => {}
            () = enough.closed() => return,
        }
        if is_enough() {
            break;
        }
    }
    // It has room for one.
    _ = enough.try_send(());
    let was_heard = async {
        match leaving {
            Leaving::OnceHeard => enough.closed().await,
            Leaving::AtOnce => std::future::pending().await,
        }
    };
    tokio::select! {
        () = was_heard => {}
        () = clock::sleep(GRACE) => leave(),
    }
}

#[expect(clippy::exit, reason = "the main thread hangs in the file system: nothing else ends it")]
fn leave() {
    std::process::exit(Exit::Interrupted as i32)
}
