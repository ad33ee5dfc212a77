//! Evidence first (S4): what a change will destroy is saved with the incident, before the first one.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use percent_encoding::utf8_percent_encode;
use tokio::task::JoinHandle;

use crate::clock;
use crate::diagnosis;
use crate::error::Failure;
use crate::event::Event;
use crate::history;
use crate::observation::Observation;
use crate::probe::{TargetReport, hotkeys};
use crate::refill::list;
use crate::report::{Report, document};
use crate::runner::Runner;
use crate::runner::fleet::look;
use crate::system::{Dialling, Session};
use crate::text::UNRESERVED;

/// Evidence must not hold up what it is evidence for.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long keys are sampled for their hottest.
const BRIEFLY: Duration = Duration::from_millis(300);
/// Hot keys that are kept.
const KEPT: usize = 1_000;
/// The file that they are in.
pub const HOT_KEYS: &str = "hot-keys.jsonl";

/// The file with the keys of one target that were heard to be missing.
fn missing_keys(target: &str) -> String {
    format!("missing-keys.{}.jsonl", utf8_percent_encode(target, UNRESERVED))
}

/// What is being collected beside the plan and the question.
pub(super) type Collecting = JoinHandle<Vec<TargetReport>>;

impl Runner {
    /// Begins to collect what can be collected beside the plan: the targets that no connection of ours reads. Once an incident.
    pub(super) fn begin_evidence(&mut self) {
        let saved = self.incident().is_some_and(|incident| !incident.evidence.is_empty());
        if saved || self.collecting.is_some() || self.options.dry_run {
            return;
        }
        let probes = self.fleet.probes.clone();
        self.collecting = Some(tokio::spawn(async move {
            let look = look(Duration::ZERO, PATIENCE);
            probes.lock().await.measure(&look).await
        }));
    }

    /// Saves the evidence before the first change, and says whether that was now. What could not be collected in time is
    /// named, and holds up nothing. Errors: the state folder cannot be written (S26).
    pub(super) async fn save_evidence(&mut self) -> Result<bool, Failure> {
        let Some(collecting) = self.collecting.take() else { return Ok(false) };
        let mut missing = Vec::new();
        let mut reports = Vec::new();
        match tokio::time::timeout(PATIENCE, collecting).await {
            Ok(Ok(others)) => reports.extend(others),
            Ok(Err(_)) => missing.push("the databases: the probe failed".to_owned()),
            Err(_) => missing.push(format!("the databases: no answer within {} s", PATIENCE.as_secs())),
        }
        // Over our connections: gauges, clients, hot keys, the TTL histogram.
        reports.extend(self.fleet.measure_caches(&look(Duration::ZERO, PATIENCE)).await);
        for report in &reports {
            missing.extend(report.error.iter().map(|error| format!("{}: {}", report.target, error.message)));
        }
        let folder = self.logbook.store.evidence(&self.logbook.name);
        let name = "before.json";
        let text = format!("{:#}\n", self.as_document(&reports));
        if let Err(error) = save(&folder, name, text.as_bytes()) {
            missing.push(format!("{error:#}"));
        }
        let hot = self.hottest().await;
        if !hot.is_empty()
            && let Err(error) = save(&folder, HOT_KEYS, hot.as_bytes())
        {
            missing.push(format!("{error:#}"));
        }
        let files = [name, HOT_KEYS]
            .into_iter()
            .filter(|name| folder.join(name).exists())
            .map(|name| format!("{}.evidence/{name}", self.logbook.name))
            .collect();
        self.logbook.open(&self.operator)?;
        self.tell(Event::Evidence { files, missing })?;
        Ok(true)
    }

    /// Keeps the keys that were heard to be missing on a target, in place of those that were heard before: what comes later needs
    /// them, in this process or in another one. That they cannot be kept fails nothing.
    pub(super) fn keep_missed(&self, target: &str, missed: &[(Vec<u8>, f64)]) {
        if missed.is_empty() {
            return;
        }
        let line = |(key, share): &(Vec<u8>, f64)| {
            list::line(&list::Listed { key: key.clone(), share: Some(*share) })
        };
        let lines: String = missed.iter().take(KEPT).map(line).collect();
        let (folder, name) = (self.logbook.store.evidence(&self.logbook.name), missing_keys(target));
        // What is read is whole, whenever this ends.
        let fresh = format!("{name}.new");
        _ = fs::remove_file(folder.join(&fresh));
        let kept = save(&folder, &fresh, lines.as_bytes());
        let kept = kept.and_then(|()| Ok(fs::rename(folder.join(&fresh), folder.join(&name))?));
        if let Err(error) = kept {
            self.operator.note(&format!("the missing keys are not kept for later steps: {error:#}"));
        }
    }

    /// The keys of a target that were heard to be missing in this incident, the most missed first.
    pub(super) fn missed(&self, target: &str) -> Vec<list::Listed> {
        let path = self.logbook.store.evidence(&self.logbook.name).join(missing_keys(target));
        fs::read(path).map(|bytes| list::listed(&bytes)).unwrap_or_default()
    }

    /// The hottest keys that are there, by their full names: after a stampede nobody knows them any more.
    async fn hottest(&mut self) -> String {
        let mut lines = String::new();
        for connection in self.fleet.connections() {
            let Session::Redis(reader) = &mut connection.session else { continue };
            let dialling = Dialling::silent(PATIENCE, PATIENCE);
            if let Ok((keys, _)) = hotkeys::hot(reader, &dialling, false, BRIEFLY).await {
                let listed = |key: hotkeys::Hot| list::Listed { key: key.key, share: Some(key.share) };
                lines.extend(keys.into_iter().take(KEPT).map(|key| list::line(&listed(key))));
            }
        }
        lines
    }

    fn as_document(&self, reports: &[TargetReport]) -> serde_json::Value {
        let observations: Vec<Observation> =
            reports.iter().flat_map(|report| report.observations.clone()).collect();
        let usual = history::baseline(&[], reports, clock::now());
        let verdict = diagnosis::diagnose(&observations, &self.settings.thresholds, &usual);
        document(&Report {
            verdict: &verdict,
            reports,
            at: clock::now(),
            window: Duration::ZERO,
            sources: &self.settings.sources,
            notes: &self.settings.notes,
            listings: true,
            detail: true,
            replay: None,
        })
    }
}

fn save(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    written(folder, name, bytes).with_context(|| format!("{name} could not be written"))
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join(name))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::File::open(folder)?.sync_all()
}
