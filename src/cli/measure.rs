//! One round of measuring and judging, as `detect` and `drill` do it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::clock;
use crate::config::Settings;
use crate::diagnosis::{self, Verdict, part};
use crate::history::{self, Record};
use crate::observation::Observation;
use crate::probe::{Look, Part, Sighting, Survey};
use crate::ui::Ui;

/// What one round gave.
pub struct Measured {
    /// When it ended.
    pub at: Timestamp,
    /// Target by target.
    pub sightings: Vec<Sighting>,
    /// What it means.
    pub verdict: Verdict,
}

/// Measures all targets at once, with a spinner, and judges against what was recorded before.
pub async fn measure(
    ui: &Ui,
    settings: &Settings,
    survey: &mut Survey,
    look: Look,
    records: &[Record],
) -> Measured {
    let names: Vec<_> = settings.targets.iter().map(|target| target.name.as_str()).collect();
    let progress = ui.progress(&format!("measuring {}", names.join(", ")));
    let say = progress.clone();
    let parts = look.parts.clone();
    let look = Look { say: Arc::new(move |message| say.say(message)), ..look };
    let sightings = survey.measure(&look).await;
    progress.finish();
    let observations: Vec<Observation> = sightings.iter().flat_map(|s| s.observations.clone()).collect();
    let verdict = match parts[..] {
        [Part::Ttl] => part::expiry(&observations),
        [Part::Hotkeys] => part::hot_keys(&observations),
        [Part::Logs] => part::logs(&observations),
        _ => {
            diagnosis::diagnose(&observations, &settings.thresholds, &history::baseline(records, &sightings))
        }
    };
    Measured { at: clock::now(), sightings, verdict }
}
