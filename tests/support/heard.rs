//! What a process says, as events.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::PATIENCE;

#[derive(Default)]
struct Said {
    text: Vec<u8>,
    ended: bool,
}

/// All that came out of a pipe or a terminal so far. It is read all the time, so that the process never waits for us.
pub struct Heard {
    said: watch::Receiver<Said>,
    /// Where the last match ends.
    matched: usize,
    reader: JoinHandle<()>,
}

impl Heard {
    /// Every byte as it comes.
    pub fn bytes(source: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self::of(source, |said| Box::new(Sink(said)))
    }

    /// What is to be read on a terminal: without escape sequences, and without control characters but the line feed. The
    /// screen itself is drawn by `parser`.
    pub fn screen(
        source: impl AsyncRead + Send + Unpin + 'static,
        parser: Arc<Mutex<vt100::Parser>>,
    ) -> Self {
        Self::of(source, |said| Box::new(Drawn(strip_ansi_escapes::Writer::new(Sink(said)), parser)))
    }

    fn of(
        mut source: impl AsyncRead + Send + Unpin + 'static,
        sink: impl FnOnce(Arc<watch::Sender<Said>>) -> Box<dyn Write + Send>,
    ) -> Self {
        let (sender, said) = watch::channel(Said::default());
        let sender = Arc::new(sender);
        let mut sink = sink(sender.clone());
        let reader = tokio::spawn(async move {
            let mut chunk = vec![0; 16 << 10];
            // A terminal whose last user has gone reads as an error.
            while let Ok(came @ 1..) = source.read(&mut chunk).await {
                sink.write_all(&chunk[..came]).unwrap();
                // A prompt has no line feed.
                sink.flush().unwrap();
                // Also what is no text: it may have moved the cursor.
                sender.send_modify(|_| {});
            }
            sender.send_modify(|said| said.ended = true);
        });
        Self { said, matched: 0, reader }
    }

    /// Waits until `text` has come after the last match, and gives where it begins.
    pub async fn expect(&mut self, text: &str) -> usize {
        let from = self.matched;
        self.comes(text).await.unwrap_or_else(|| self.without(text, from, "it ended"))
    }

    /// The same; none when it ended without it.
    pub async fn comes(&mut self, text: &str) -> Option<usize> {
        let from = self.matched;
        let find = |said: &Said| memmem::find(&said.text[from..], text.as_bytes());
        let waited = timeout(PATIENCE, self.said.wait_for(|said| said.ended || find(said).is_some()));
        // An inner error is a reader that was stopped: then there is what there is.
        if waited.await.is_err() {
            self.without(text, from, "it went on too long");
        }
        let at = find(&self.said.borrow())?;
        self.matched = from + at + text.len();
        Some(from + at)
    }

    /// Waits for anything more.
    pub async fn more(&mut self) {
        let waited = timeout(PATIENCE, self.said.changed()).await;
        assert!(matches!(waited, Ok(Ok(()))), "nothing more came after\n{}", self.text());
    }

    fn without(&self, text: &str, from: usize, why: &str) -> ! {
        let (before, after) = (self.text_in(0, from), self.text_in(from, usize::MAX));
        panic!("{why} without {text:?}\n--- matched before\n{before}\n--- then came\n{after}\n---");
    }

    /// How many bytes have come.
    pub fn len(&self) -> usize {
        self.said.borrow().text.len()
    }

    /// Waits for a whole line with `text`, after the last match, and gives it without its line feed.
    pub async fn line(&mut self, text: &str) -> String {
        let at = self.expect(text).await;
        self.expect("\n").await;
        let line = self.text_in(0, self.matched - 1);
        let start = self.text_in(0, at).rfind('\n').map_or(0, |end| end + 1);
        line[start..].to_owned()
    }

    /// All that has come.
    pub fn text(&self) -> String {
        self.text_in(0, usize::MAX)
    }

    fn text_in(&self, from: usize, to: usize) -> String {
        let said = self.said.borrow();
        String::from_utf8_lossy(&said.text[from..to.min(said.text.len())]).into_owned()
    }

    /// Waits until nothing can come any more.
    pub async fn end(&mut self) {
        _ = self.said.wait_for(|said| said.ended).await;
    }

    /// Gives the source up: it is closed when this returns.
    pub async fn stop(&mut self) {
        self.reader.abort();
        _ = (&mut self.reader).await;
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

struct Sink(Arc<watch::Sender<Said>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send_modify(|said| said.text.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is read as text is drawn as well.
struct Drawn(strip_ansi_escapes::Writer<Sink>, Arc<Mutex<vt100::Parser>>);

impl Write for Drawn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.lock().unwrap().process(bytes);
        self.0.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
