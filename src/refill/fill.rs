//! Filling in values that are at hand, of a file or of a SELECT: the rate is the cache's.

use std::time::{Duration, Instant};

use crate::approval::Permit;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::refill::health::CacheHealth;
use crate::refill::resp::{Entry, RespFile};
use crate::refill::select::QueryRows;
use crate::refill::{PAGE, Stopping};
use crate::system::redis::{RateLimit, Reader, Reply, Write, Writer};

/// Between two looks at what the cache throws away, and two checkpoints.
const EVERY: Duration = Duration::from_secs(1);
/// How often we look whether the database has recovered.
const LOOK: Duration = Duration::from_millis(100);

/// Where the values come from.
pub enum Values {
    /// A file.
    File(RespFile),
    /// A SELECT.
    Rows(Box<QueryRows>),
}

impl Values {
    /// The next of them, or none yet; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<Entry>>, TargetError> {
        match self {
            Self::File(file) => Ok(Some(file.next(PAGE)?).filter(|page| !page.is_empty())),
            Self::Rows(rows) => rows.next().await,
        }
    }

    /// Whether the database is to be left alone now.
    fn throttled(&mut self) -> Result<bool, TargetError> {
        match self {
            Self::File(_) => Ok(false),
            Self::Rows(rows) => rows.throttled(),
        }
    }

    /// How what was stopped is gone on with.
    pub fn again(&self) -> &'static str {
        match self {
            Self::File(_) => "what is there already is left alone by the next run",
            Self::Rows(_) => "run it again, what is there is left alone",
        }
    }
}

/// Values on their way into the cache.
pub struct Loader {
    /// Where they come from.
    pub values: Values,
    /// Keys that were looked at, or passed over because an earlier run has done them.
    pub done: u64,
    /// Keys that were written.
    pub filled: u64,
    /// Keys that were there.
    pub present: u64,
    /// Whether the operator stopped it.
    pub stopped: bool,
    from: u64,
    node: String,
    limit: RateLimit,
    cache: CacheHealth,
    looked: Instant,
}

impl Loader {
    /// One that has not begun: at most `rate` keys a second, as `node` takes them, and not the first `from`. Errors: the node is
    /// under pressure.
    pub async fn new(
        values: Values,
        from: u64,
        rate: f64,
        node: &str,
        reader: &mut Reader,
    ) -> Result<Self, TargetError> {
        let limit = RateLimit::set(&mut reader.hold(node).await?, Some(rate)).await?;
        let mut cache = CacheHealth::default();
        let looked = clock::instant();
        cache.look(reader).await;
        let (done, filled, present, stopped) = (0, 0, 0, false);
        Ok(Self { values, done, filled, present, stopped, from, node: node.to_owned(), limit, cache, looked })
    }

    /// Fills in what is missing for a second, and returns whether it is over. Errors: the cache is under pressure or refuses, or
    /// there are no more values to be had.
    pub async fn advance(
        &mut self,
        writer: &mut Writer<'_>,
        permit: &Permit<'_>,
        stopping: Stopping<'_>,
    ) -> Result<bool, TargetError> {
        let until = clock::instant() + EVERY;
        while clock::instant() < until {
            self.stopped = stopping();
            if self.stopped {
                return Ok(true);
            }
            if self.values.throttled()? {
                clock::sleep(LOOK).await;
                continue;
            }
            let Some(page) = self.values.next().await? else { return Ok(true) };
            self.done += page.len() as u64;
            if !page.is_empty() && self.done > self.from {
                let written = self.write(writer, permit, &page).await?;
                let mut node = writer.reader.hold(&self.node).await?;
                self.limit.rest(&mut node, written, page.len()).await?;
            }
        }
        Ok(false)
    }

    /// Looks at the cache, once a second. Errors: it throws keys away.
    pub async fn check(&mut self, reader: &mut Reader) -> Result<(), TargetError> {
        if clock::instant() < self.looked + EVERY {
            return Ok(());
        }
        self.looked = clock::instant();
        self.cache.look(reader).await;
        self.cache.full(0).map_or(Ok(()), |why| {
            Err(TargetError::new(TargetErrorKind::Busy, why)
                .hint(format!("raise maxmemory, or take fewer keys; {}", self.values.again())))
        })
    }

    /// Gives up the values that are left.
    pub async fn end(self) {
        if let Values::Rows(rows) = self.values {
            rows.end().await;
        }
    }

    /// Writes those of a page that are not there, and returns how many.
    async fn write(
        &mut self,
        writer: &mut Writer<'_>,
        permit: &Permit<'_>,
        page: &[Entry],
    ) -> Result<usize, TargetError> {
        let missing = missing(writer.reader, page).await?;
        let wanted: Vec<&Entry> =
            page.iter().zip(&missing).filter(|(_, missing)| **missing).map(|(entry, _)| entry).collect();
        let writes: Vec<Write<'_>> =
            wanted.iter().map(|entry| Write::SetNew(&entry.key, &entry.value, Some(entry.ttl_ms))).collect();
        for (entry, reply) in wanted.iter().zip(writer.write_keys(permit, &writes).await?) {
            match reply {
                Reply::Error(_) => return Err(writer.reader.unexpected(&entry.key, &reply).await),
                // Somebody else was faster.
                Reply::Nil => self.present += 1,
                _ => self.filled += 1,
            }
        }
        self.present += (page.len() - wanted.len()) as u64;
        Ok(wanted.len())
    }
}

/// Which of them are not there. Errors: the cache does not answer.
pub async fn missing(reader: &mut Reader, page: &[Entry]) -> Result<Vec<bool>, TargetError> {
    let left = reader.ttls(page.iter().map(|entry| entry.key.as_slice())).await?;
    Ok(left.into_iter().map(|left| left == -2).collect())
}
