//! Several sources at once, on as many threads as there are cores, until all is read or the time is up.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::clock;
use crate::config::LogTarget;
use crate::error::TargetError;
use crate::system::logs::part::{self, Ending};
use crate::system::logs::{BLOCK, Patterns, Scanner, Source, Tally, Zone, expand};

/// A file is shared out in parts of this size.
const PART: u64 = 32 * 1024 * 1024;
/// Files are asked for their first young line from this size on; reading less is as quick.
const WORTH_SEARCHING: u64 = 8 * 1024 * 1024;
/// Threads at most.
const MOST_THREADS: usize = 8;

/// What became of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Read to its end.
    Whole,
    /// Read until the time was up.
    SoFar,
    /// Not a log that can be searched (compressed): why.
    Skipped(String),
    /// It could not be read: why.
    Failed(String),
}

/// One source and what was found in it.
#[derive(Clone, Debug)]
pub struct Count {
    /// Its name for people, escaped.
    pub label: String,
    /// What was found.
    pub tally: Tally,
    /// What became of it.
    pub state: State,
    /// What else an operator must know of it.
    pub notes: Vec<String>,
}

/// The sources of one target, and the streams among them that are being read.
pub struct Counter {
    paths: Vec<String>,
    patterns: Arc<Patterns>,
    streams: HashMap<PathBuf, Stream>,
}

struct Stream {
    count: Arc<Mutex<Count>>,
    over: watch::Receiver<bool>,
}

struct Job {
    source: usize,
    file: Arc<File>,
    part: Range<u64>,
    size: u64,
}

/// What a look asks for, in absolute times.
#[derive(Clone, Copy)]
struct Wish {
    zone: Zone,
    not_before: Option<i64>,
    deadline: Instant,
}

impl Counter {
    /// Makes ready to count. Errors: a pattern that cannot be used.
    pub fn open(target: &LogTarget) -> Result<Self, TargetError> {
        let patterns = Arc::new(Patterns::compile(&target.patterns)?);
        Ok(Self { paths: target.paths.clone(), patterns, streams: HashMap::new() })
    }

    /// The patterns that are counted.
    pub fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The same, for others who count beside it.
    pub fn shared(&self) -> Arc<Patterns> {
        self.patterns.clone()
    }

    /// Counts all sources; files anew each time, streams going on where they are. Takes no longer than `budget`.
    pub async fn count(&mut self, since: Option<Duration>, budget: Duration, zone: Zone) -> Vec<Count> {
        let since =
            since.map(|since| zone.now * 1000 - i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2));
        let wish = Wish { zone, not_before: since, deadline: clock::instant() + budget };
        let sources = expand(&self.paths);
        for source in &sources {
            let (key, open): (PathBuf, Open) = match source {
                Source::Stdin => ("-".into(), Box::new(|| Ok(Box::new(io::stdin())))),
                Source::Pipe(path) => (path.clone(), opener(path.clone())),
                Source::File(_) | Source::Unusable(..) => continue,
            };
            if !self.streams.contains_key(&key) {
                let stream = Stream::start(self.patterns.clone(), source.label(), wish, open);
                self.streams.insert(key, stream);
            }
        }
        let mut counts = self.files(&sources, wish).await;
        for (source, count) in sources.iter().zip(&mut counts) {
            let key = match source {
                Source::Stdin => Path::new("-"),
                Source::Pipe(path) => path,
                Source::File(_) | Source::Unusable(..) => continue,
            };
            if let Some(stream) = self.streams.get_mut(key) {
                let left = wish.deadline.saturating_duration_since(clock::instant());
                // Over, out of time, or the reader is gone: what there is, is there.
                _ = tokio::time::timeout(left, stream.over.wait_for(|over| *over)).await;
                *count = lock(&stream.count).clone();
            }
        }
        counts
    }

    async fn files(&self, sources: &[Source], wish: Wish) -> Vec<Count> {
        let empty = |source: &Source| Count {
            label: source.label(),
            tally: Tally::new(self.patterns.names().len()),
            state: State::SoFar,
            notes: Vec::new(),
        };
        let counts: Arc<Mutex<Vec<Count>>> = Arc::new(Mutex::new(sources.iter().map(empty).collect()));
        let (done, mut finished) = unbounded_channel();
        let (shared, patterns, all) = (counts.clone(), self.patterns.clone(), sources.to_vec());
        // On threads of our own, which nobody waits for: a file on a dead network disk must not hold up the exit.
        thread::spawn(move || foreman(&all, &shared, &patterns, wish, &done));
        let left = wish.deadline.saturating_duration_since(clock::instant());
        _ = tokio::time::timeout(left, async { while finished.recv().await.is_some() {} }).await;
        lock(&counts).clone()
    }
}

/// Opens all files, then has all parts of them counted.
fn foreman(
    sources: &[Source],
    counts: &Arc<Mutex<Vec<Count>>>,
    patterns: &Arc<Patterns>,
    wish: Wish,
    done: &UnboundedSender<()>,
) {
    let mut jobs = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let outcome = match source {
            Source::Stdin | Source::Pipe(_) => continue,
            Source::Unusable(_, why) => Err(State::Failed(why.clone())),
            Source::File(path) => prepare(index, path, wish),
        };
        match outcome {
            Ok(more) => {
                // An empty file has no parts to wait for.
                lock(counts)[index].state = if more.is_empty() { State::Whole } else { State::SoFar };
                jobs.extend(more);
            }
            Err(state) => lock(counts)[index].state = state,
        }
    }
    let left: Vec<_> = (0..sources.len())
        .map(|index| AtomicUsize::new(jobs.iter().filter(|job| job.source == index).count()))
        .collect();
    let workers = Arc::new((jobs, AtomicUsize::new(0), left));
    let threads =
        thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(workers.0.len());
    for _ in 0..threads {
        let (workers, counts, patterns, done) =
            (workers.clone(), counts.clone(), patterns.clone(), done.clone());
        thread::spawn(move || {
            let (jobs, next, left) = &*workers;
            let names = patterns.names().len();
            let mut scanner = Scanner::new(patterns, wish.zone, wish.not_before, BLOCK);
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(job, &left[job.source], &counts, &mut scanner, Tally::new(names), wish.deadline);
            }
            drop(done);
        });
    }
}

fn work(
    job: &Job,
    left: &AtomicUsize,
    counts: &Mutex<Vec<Count>>,
    scanner: &mut Scanner,
    mut tally: Tally,
    deadline: Instant,
) {
    scanner.restart();
    let ending = part::count(&job.file, job.part.clone(), job.size, scanner, &mut tally, deadline);
    let mut counts = lock(counts);
    let count = &mut counts[job.source];
    count.tally.merge(&tally);
    match ending {
        Ok(Ending::OutOfTime) => return,
        Ok(Ending::Whole) => {}
        Ok(Ending::Truncated) => {
            let note = "was truncated while it was read: the counts are of what was left";
            if !count.notes.iter().any(|known| known == note) {
                count.notes.push(note.into());
            }
        }
        Err(error) => count.state = State::Failed(error.to_string()),
    }
    if left.fetch_sub(1, Ordering::Relaxed) == 1 && count.state == State::SoFar {
        count.state = State::Whole;
    }
}

/// Opens a file and divides what must be read of it, the newest part first.
fn prepare(source: usize, path: &Path, wish: Wish) -> Result<Vec<Job>, State> {
    let failed = |error: io::Error| State::Failed(error.kind().to_string());
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut magic = [0; 6];
    let known = file.read(&mut magic).map_err(failed)?;
    if let Some(how) = compressed(&magic[..known]) {
        return Err(State::Skipped(format!("is compressed ({how}): unpack it and pipe it in with -")));
    }
    // Files of the kernel have no size until they are read.
    if size == 0 && known > 0 {
        return Ok(vec![Job { source, file: Arc::new(file), part: 0..u64::MAX, size: u64::MAX }]);
    }
    let start = match wish.not_before {
        Some(limit) if size > WORTH_SEARCHING => {
            part::start(&file, size, limit, &wish.zone).map_err(failed)?.unwrap_or(0)
        }
        _ => 0,
    };
    let file = Arc::new(file);
    let mut jobs: Vec<_> = (0..(size - start).div_ceil(PART))
        .map(|at| start + at * PART)
        .map(|at| Job { source, file: file.clone(), part: at..size.min(at + PART), size })
        .collect();
    jobs.reverse();
    Ok(jobs)
}

fn compressed(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("xz"),
        [b'B', b'Z', b'h', ..] => Some("bzip2"),
        _ => None,
    }
}

type Open = Box<dyn FnOnce() -> io::Result<Box<dyn Read>> + Send>;

fn opener(path: PathBuf) -> Open {
    Box::new(move || Ok(Box::new(File::open(path)?)))
}

impl Stream {
    /// Starts to read on a thread of its own: opening a pipe waits for its writer, and reading cannot be called off.
    fn start(patterns: Arc<Patterns>, label: String, wish: Wish, open: Open) -> Self {
        let tally = Tally::new(patterns.names().len());
        let count = Arc::new(Mutex::new(Count { label, tally, state: State::SoFar, notes: Vec::new() }));
        let (write, over) = watch::channel(false);
        let shared = count.clone();
        thread::spawn(move || {
            let mut scanner = Scanner::new(patterns, wish.zone, wish.not_before, BLOCK);
            let result = open().and_then(|mut stream| read_all(&mut stream, &mut scanner, &shared));
            lock(&shared).state = match result {
                Ok(Some(how)) => {
                    State::Skipped(format!("is compressed ({how}): unpack it on the way (zcat)"))
                }
                Ok(None) => State::Whole,
                Err(error) => State::Failed(error.to_string()),
            };
            // Nobody may be waiting any more.
            _ = write.send(true);
        });
        Self { count, over }
    }
}

fn read_all(
    stream: &mut dyn Read,
    scanner: &mut Scanner,
    count: &Mutex<Count>,
) -> io::Result<Option<&'static str>> {
    let mut first = true;
    loop {
        let got = match stream.read(scanner.space()) {
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if std::mem::take(&mut first)
            && let Some(how) = compressed(&scanner.space()[..got])
        {
            return Ok(Some(how));
        }
        let mut count = lock(count);
        if got == 0 {
            scanner.end(&mut count.tally);
            return Ok(None);
        }
        scanner.took(got, &mut count.tally);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A thread that panicked left counts behind that are still true.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
