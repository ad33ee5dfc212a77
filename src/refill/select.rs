//! The rows of a SELECT as values, as fast as the throttle of the database allows: for applications that cache rows, when they
//! cannot be asked to refill them themselves.

use std::time::Duration;

use tokio::time::timeout;

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::refill::health::LoadSampler;
use crate::refill::resp::Entry;
use crate::refill::rows::RowMapping;
use crate::refill::throttle::{Limits, Sample, Throttle};
use crate::system::load::Load;
use crate::system::select::Rows;

/// How long rows are waited for before it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Rows on their way into the cache.
pub struct QueryRows {
    /// How the load of the databases holds it up.
    pub throttle: Throttle,
    /// What the databases said last.
    pub load: Load,
    /// Rows without a key or a value.
    pub without: u64,
    rows: Rows,
    mapping: RowMapping,
    loads: LoadSampler,
}

impl QueryRows {
    /// Rows that have begun to come, with the first sample of the databases' load.
    pub fn new(rows: Rows, mapping: RowMapping, limits: Limits, loads: LoadSampler, load: Load) -> Self {
        let throttle = Throttle::new(Limits { most: 1, ..limits });
        Self { throttle, load, without: 0, rows, mapping, loads }
    }

    /// The next keys, or none yet; `None` at the end. Errors: the database, in its own words.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Entry>>, TargetError> {
        let Ok(rows) = timeout(LOOK, self.rows.next()).await else { return Ok(Some(Vec::new())) };
        let rows = rows?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut entries = Vec::new();
        for row in &rows {
            match self.mapping.entry(row)? {
                Some(entry) => entries.push(entry),
                None => self.without += 1,
            }
        }
        Ok(Some(entries))
    }

    /// Whether nothing is to be read now. Errors: S29, the database has not recovered.
    pub(super) fn throttled(&mut self) -> Result<bool, TargetError> {
        while let Some(load) = self.loads.ready() {
            let running = load.busiest.as_ref().map(|(running, _)| *running);
            let sample = Sample { running, silent: load.silent.clone(), calls: 1, errors: 0 };
            self.load = load;
            self.throttle.sample(sample, clock::instant()).map_err(|why| {
                TargetError::new(TargetErrorKind::Busy, format!("S29 {why}: stopped"))
                    .hint("break the stampede and protect the database first; then run it again")
            })?;
        }
        Ok(self.throttle.limit(clock::instant()) == 0)
    }

    /// Gives up the rows that are left.
    pub async fn end(self) {
        self.rows.end().await;
    }
}
