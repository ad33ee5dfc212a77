//! Several sources at once, on as many threads as there are cores, until all is read or the time is up.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;

use crate::clock;
use crate::config::LogTarget;
use crate::error::TargetError;
use crate::system::logs::packed::{self, Kind, Packing};
use crate::system::logs::part::{self, Ending};
use crate::system::logs::sources::in_words;
use crate::system::logs::{BLOCK, Count, Patterns, Scanner, Source, State, Tally, Zone, expand};

/// A file is shared out in parts of this size.
const PART: u64 = 32 * 1024 * 1024;
/// Files are asked for their first young line from this size on; reading less is as quick.
const WORTH_SEARCHING: u64 = 8 * 1024 * 1024;
/// Threads at most.
const MOST_THREADS: usize = 8;

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
    /// How it is compressed; such a file is one part.
    packing: Option<Packing>,
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
        let empty = |source: &Source| Count::new(source.label(), self.patterns.names().len());
        let counts: Arc<Mutex<Vec<Count>>> = Arc::new(Mutex::new(sources.iter().map(empty).collect()));
        let (done, mut finished) = unbounded_channel();
        let (shared, patterns, all) = (counts.clone(), self.patterns.clone(), sources.to_vec());
        // On threads of our own, which nobody waits for: a file on a dead network disk must not hold up the exit.
        thread::spawn(move || foreman(&all, &shared, &patterns, wish, &done));
        let left = wish.deadline.saturating_duration_since(clock::instant());
        _ = tokio::time::timeout(left, async { while finished.recv().await.is_some() {} }).await;
        let mut counts = lock(&counts).clone();
        // Where the time was up. A stream has no end that could be missing.
        for count in &mut counts {
            count.at_least |= count.state == State::SoFar;
        }
        counts
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
            Source::File(path) => match copied(path, sources) {
                Some(plain) => Err(State::Skipped(format!("holds the same lines as {plain}"))),
                None => prepare(index, path, wish),
            },
        };
        match outcome {
            Ok(more) => {
                lock(counts)[index].closed = more.iter().any(|job| job.packing.is_some());
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
    let ending = match job.packing {
        Some(packing) => packed::count(job.file.clone(), packing, scanner, &mut tally, deadline),
        None => part::count(&job.file, job.part.clone(), job.size, scanner, &mut tally, deadline),
    };
    let mut counts = lock(counts);
    let count = &mut counts[job.source];
    count.tally.merge(&tally);
    match ending {
        Ok(Ending::OutOfTime) => return,
        Ok(Ending::Whole) => {}
        Ok(Ending::Truncated) => count.lacks("it was truncated while it was read"),
        Err(error) => count.state = State::Failed(error.to_string()),
    }
    if left.fetch_sub(1, Ordering::Relaxed) == 1 && count.state == State::SoFar {
        count.state = State::Whole;
    }
}

/// Opens a file and divides what must be read of it, the newest part first.
fn prepare(source: usize, path: &Path, wish: Wish) -> Result<Vec<Job>, State> {
    let failed = |error: io::Error| State::Failed(in_words(&error));
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut magic = [0; 6];
    let known = file.read(&mut magic).map_err(failed)?;
    let job = |file: File, part: Range<u64>, packing| {
        let size = part.end;
        vec![Job { source, file: Arc::new(file), part, size, packing }]
    };
    match packed::kind(&magic[..known]) {
        Kind::Plain => {}
        Kind::Unreadable(how) => {
            return Err(State::Skipped(format!("is compressed ({how}): unpack it and pipe it in with -")));
        }
        Kind::Packed(packing) => {
            // It cannot be searched for its young lines. When it was last written is when its log was.
            let written = file.metadata().and_then(|meta| meta.modified()).map_err(failed)?;
            let written = Timestamp::try_from(written).map_or(i64::MAX, |at| at.as_millisecond());
            if wish.not_before.is_some_and(|limit| written < limit) {
                return Err(State::TooOld);
            }
            file.rewind().map_err(failed)?;
            return Ok(job(file, 0..size, Some(packing)));
        }
    }
    // Files of the kernel have no size until they are read.
    if size == 0 && known > 0 {
        return Ok(job(file, 0..u64::MAX, None));
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
        .map(|at| Job { source, file: file.clone(), part: at..size.min(at + PART), size, packing: None })
        .collect();
    jobs.reverse();
    Ok(jobs)
}

/// The name of the source that this one is a compressed copy of (`gzip -k`).
fn copied(path: &Path, sources: &[Source]) -> Option<String> {
    let plain = path.with_extension("");
    let written = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    let source = sources.iter().find(|source| matches!(source, Source::File(other) if *other == plain))?;
    (path.extension().is_some_and(|end| end == "gz" || end == "zst") && written(path)? == written(&plain)?)
        .then(|| source.label())
}

type Open = Box<dyn FnOnce() -> io::Result<Box<dyn Read + Send>> + Send>;

fn opener(path: PathBuf) -> Open {
    Box::new(move || Ok(Box::new(File::open(path)?)))
}

impl Stream {
    /// Starts to read on a thread of its own: opening a pipe waits for its writer, and reading cannot be called off.
    fn start(patterns: Arc<Patterns>, label: String, wish: Wish, open: Open) -> Self {
        let count = Arc::new(Mutex::new(Count::new(label, patterns.names().len())));
        let (write, over) = watch::channel(false);
        let shared = count.clone();
        thread::spawn(move || {
            let mut scanner = Scanner::new(patterns, wish.zone, wish.not_before, BLOCK);
            let result = open().and_then(packed::stream).and_then(|stream| match stream {
                packed::Stream::Lines(mut lines) => {
                    read_all(&mut lines, &mut scanner, &shared).map(|()| State::Whole)
                }
                packed::Stream::Unreadable(how) => {
                    Ok(State::Skipped(format!("is compressed ({how}): unpack it on the way")))
                }
            });
            lock(&shared).state = result.unwrap_or_else(|error| State::Failed(error.to_string()));
            // Nobody may be waiting any more.
            _ = write.send(true);
        });
        Self { count, over }
    }
}

fn read_all(stream: &mut dyn Read, scanner: &mut Scanner, count: &Mutex<Count>) -> io::Result<()> {
    loop {
        let got = match stream.read(scanner.space()) {
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut count = lock(count);
        if got == 0 {
            scanner.end(&mut count.tally);
            return Ok(());
        }
        scanner.took(got, &mut count.tally);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A thread that panicked left counts behind that are still true.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
