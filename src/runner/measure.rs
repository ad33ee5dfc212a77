//! Measuring all targets while acting, and what it means.

use std::time::Duration;

use crate::error::Failure;
use crate::history;
use crate::runner::Runner;
use crate::runner::fleet::look;

pub use crate::history::Measurement;

/// Longest time to get in and get answers.
const TIMEOUT: Duration = Duration::from_secs(10);

impl Runner {
    /// Measures all targets over `window`, and judges against what was recorded on quiet days.
    pub async fn measure(&mut self, window: Duration) -> Result<Measurement, Failure> {
        let reports = self.fleet.measure(&look(window, TIMEOUT)).await?;
        Ok(history::judge(reports, &self.settings.thresholds, &self.options.records))
    }
}
