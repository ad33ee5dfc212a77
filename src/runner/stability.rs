//! Whether it is over, for some windows in a row.

use std::time::Duration;

use crate::diagnosis::checklist::{Check, all_hold, boxes, with_before};
use crate::error::Failure;
use crate::event::Event;
use crate::runner::Runner;
use crate::text;

/// How long a box must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// So many windows in a row.
    pub windows: u32,
    /// Each of this length.
    pub window: Duration,
}

impl Runner {
    /// Looks at the checklist for `hold`, or until a box does not hold. Errors: the journal cannot be written.
    pub async fn checklist(&mut self, hold: Hold) -> Result<Vec<Check>, Failure> {
        let mut checks: Vec<Check> = Vec::new();
        for n in 1..=hold.windows.max(1) {
            if self.operator.stop.asked() {
                break;
            }
            let window = text::duration(hold.window);
            self.operator
                .listener
                .progress(&format!("checking stability: {n} of {} × {window}", hold.windows));
            let measured = self.measure(hold.window).await?;
            let thresholds = &self.settings.thresholds;
            let seen = boxes(&measured.observations, &measured.verdict, thresholds, &measured.usual);
            checks = match checks.is_empty() {
                true => seen,
                false => seen.into_iter().map(|check| with_before(check, &checks)).collect(),
            };
            if all_hold(&checks) == Some(false) {
                break;
            }
        }
        Ok(checks)
    }

    /// Keeps what the checklist showed with the incident that is open; `aloud`: and says it. Errors: the journal cannot be
    /// written.
    pub fn keep_checklist(&mut self, hold: Hold, checks: &[Check], aloud: bool) -> Result<(), Failure> {
        let event = Event::Checklist {
            windows: hold.windows,
            window: hold.window.as_secs_f64(),
            holds: all_hold(checks),
            checks: checks.to_vec(),
        };
        match &mut self.logbook.journal {
            Some(journal) if !aloud => journal.append(event).map(drop),
            None if !aloud => Ok(()),
            _ => self.tell(event),
        }
    }
}
