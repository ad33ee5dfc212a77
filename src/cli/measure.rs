//! One round of measuring and judging, as `detect` and `drill` do it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::client;
use crate::config::Settings;
use crate::diagnosis::part;
use crate::history::{self, Measurement, Record};
use crate::probe::{Hears, Look, Part, Survey};
use crate::ui::{Teller, Ui};

/// Measures all targets at once, with a spinner, and judges against what was recorded before.
pub async fn measure(
    ui: &Ui,
    settings: &Settings,
    survey: &mut Survey,
    look: Look,
    records: &[Record],
) -> Measurement {
    let names: Vec<_> = settings.targets.iter().map(|target| target.name.as_str()).collect();
    // A log needs no line for what takes two seconds; what takes longer says so by itself.
    let begins = if ui.talks() { format!("measuring {}", names.join(", ")) } else { String::new() };
    let progress = ui.progress(&begins);
    let say = progress.teller();
    let parts = look.parts.clone();
    let first = ui.talks().then(|| first_gauges(progress.teller()));
    let look = Look { say: Arc::new(move |message| say.say(message)), seen: first, ..look };
    let reports = survey.measure(&look).await;
    progress.finish();
    let mut measured = history::judge(reports, &settings.thresholds, records);
    client::name_servers(&mut measured.verdict, &settings.targets);
    measured.verdict = match parts[..] {
        [Part::Ttl] => part::expiry(&measured.observations),
        [Part::Hotkeys] => part::hot_keys(&measured.observations),
        [Part::Logs] => part::logs(&measured.observations),
        _ => return measured,
    };
    measured
}

/// Shows what each target said at once, while the window passes.
fn first_gauges(progress: Teller) -> Hears {
    let heard = Mutex::new(Vec::new());
    Arc::new(move |words: &str| {
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push(words.to_owned());
        progress.say(&heard.join("; "));
    })
}
