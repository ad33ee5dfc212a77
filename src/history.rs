//! Recorded healthy measurements in the state folder: what is normal for this system.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::config::{Thresholds, state_folder};
use crate::diagnosis::{self, Baseline, Usual, Verdict};
use crate::observation::{Metric, Observation};
use crate::probe::TargetReport;
use crate::text;

/// What can be normal: rates and gauges that a baseline is made of.
pub const RECORDED: &[Metric] = &[
    Metric::CacheHitRatio,
    Metric::CacheLookups,
    Metric::CacheHits,
    Metric::CacheMisses,
    Metric::CacheOps,
    Metric::CacheClients,
    Metric::CacheExpired,
    Metric::CacheEvicted,
    Metric::CacheKeys,
    Metric::CacheRoundTrip,
    Metric::DatabaseConnections,
    Metric::DatabaseRunning,
    Metric::DatabaseQueries,
    Metric::DatabaseTopQueryShare,
    Metric::DatabaseRollbackShare,
    Metric::HttpResponseTime,
];

/// Counters since the server started, and its age: what they read at the last healthy measurement tells what happened
/// since then. A median of them would mean nothing.
pub const LATEST: &[Metric] = &[Metric::CacheExpiredTotal, Metric::CacheEvictedTotal, Metric::CacheUptime];

/// So far from now a record may be, and as far from this time on another day, to tell what is usual at this hour.
const HOUR: SignedDuration = SignedDuration::from_hours(2);

/// Looks in which nothing ran say that statements are fast; fewer say nothing.
const LOOKS: usize = 5;

/// Records that are kept: at one a minute, a bit more than eight hours.
const KEPT: usize = 500;
/// The file is rewritten when it holds this many more than are kept.
const SLACK: usize = 250;

/// One target in one healthy measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// The target's name.
    pub target: String,
    /// Where it was: a name that points to another server has no history yet.
    pub address: String,
    /// Values by dotted name, in the metric's unit.
    pub values: BTreeMap<String, f64>,
}

/// One measurement of everything, and what it means.
pub struct Measurement {
    /// When it ended.
    pub at: Timestamp,
    /// Target by target.
    pub reports: Vec<TargetReport>,
    /// All readings.
    pub observations: Vec<Observation>,
    /// What they mean.
    pub verdict: Verdict,
    /// What is normal here.
    pub usual: Baseline,
}

/// Judges what was seen against what was recorded on quiet days.
pub fn judge(reports: Vec<TargetReport>, thresholds: &Thresholds, records: &[Record]) -> Measurement {
    let at = clock::now();
    let usual = baseline(records, &reports, at);
    let observations: Vec<Observation> =
        reports.iter().flat_map(|report| report.observations.clone()).collect();
    let verdict = diagnosis::diagnose(&observations, thresholds, &usual);
    Measurement { at, reports, observations, verdict, usual }
}

/// The file of recorded measurements.
#[derive(Clone, Debug)]
pub struct History {
    path: PathBuf,
}

impl History {
    /// The history in the XDG state folder; none when neither `XDG_STATE_HOME` nor `HOME` is set.
    pub fn in_state_folder(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        Some(Self { path: state_folder(env)?.join("history.jsonl") })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest records of each (target, address), oldest first; lines that cannot be read are passed over, since a
    /// crash may leave half a line. A missing file is an empty history.
    pub fn read(&self) -> anyhow::Result<Vec<Record>> {
        self.records()
            .with_context(|| format!("the recorded history {} cannot be read", text::path(&self.path)))
    }

    fn records(&self) -> io::Result<Vec<Record>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let lines = BufReader::new(file).split(b'\n').collect::<io::Result<Vec<_>>>()?;
        Ok(lines.iter().filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }

    /// Adds a healthy measurement, one line a target, and drops what is too old.
    pub fn record(&self, at: Timestamp, reports: &[TargetReport]) -> anyhow::Result<()> {
        self.append(at, reports).with_context(|| {
            format!("this healthy measurement was not recorded in {}", text::path(&self.path))
        })
    }

    fn append(&self, at: Timestamp, reports: &[TargetReport]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut lines = String::new();
        for record in reports.iter().filter_map(|report| record(at, report)) {
            lines.push_str(&serde_json::to_string(&record)?);
            lines.push('\n');
        }
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.path)?
            .write_all(lines.as_bytes())?;
        self.trim()
    }

    fn trim(&self) -> io::Result<()> {
        let records = self.records()?;
        let mut left: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for record in &records {
            *left.entry((&record.target, &record.address)).or_default() += 1;
        }
        if left.values().all(|count| *count <= KEPT + SLACK) {
            return Ok(());
        }
        let mut kept = String::new();
        for record in &records {
            let count = left.entry((&record.target, &record.address)).or_default();
            if *count <= KEPT {
                kept.push_str(&serde_json::to_string(record)?);
                kept.push('\n');
            }
            *count -= 1;
        }
        let fresh = self.path.with_extension("jsonl.new");
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?
            .write_all(kept.as_bytes())?;
        fs::rename(fresh, &self.path)
    }
}

/// What the counters read at the last healthy measurement of one target at one address.
pub fn latest(records: &[Record], target: &str, address: &str) -> Vec<(Metric, f64)> {
    let of_target = |record: &&Record| record.target == target && record.address == address;
    let Some(last) = records.iter().rfind(of_target) else { return Vec::new() };
    LATEST.iter().filter_map(|metric| Some((*metric, *last.values.get(metric.name())?))).collect()
}

/// The median of each recorded metric of one target at one address, with the number of records behind it.
pub fn medians<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    target: &str,
    address: &str,
) -> Vec<(Metric, f64, usize)> {
    let mut values: BTreeMap<Metric, Vec<f64>> = BTreeMap::new();
    let of_target = |record: &&Record| record.target == target && record.address == address;
    for record in records.into_iter().filter(of_target) {
        for (name, value) in &record.values {
            if let Some(metric) = Metric::by_name(name).filter(|metric| RECORDED.contains(metric)) {
                values.entry(metric).or_default().push(*value);
            }
        }
    }
    values
        .into_iter()
        .map(|(metric, mut values)| {
            values.sort_by(f64::total_cmp);
            (metric, values[values.len() / 2], values.len())
        })
        .collect()
}

/// What of a target report is recorded; none when there is nothing.
pub fn record(at: Timestamp, report: &TargetReport) -> Option<Record> {
    // What a queue reads of itself is no hit ratio, and must not become what is usual for a cache.
    let queue = |o: &Observation| {
        o.metric == Metric::CacheQueueShare && o.value().is_some_and(|share| share > diagnosis::QUEUE)
    };
    let queue = report.observations.iter().any(queue);
    let values: BTreeMap<String, f64> = report
        .observations
        .iter()
        .filter(|o| !(queue && o.metric == Metric::CacheHitRatio))
        .filter(|o| RECORDED.contains(&o.metric) || LATEST.contains(&o.metric))
        .filter_map(|o| Some((o.metric.name().to_owned(), o.value().filter(|value| value.is_finite())?)))
        .collect();
    let record = Record { at, target: report.target.to_string(), address: report.address.clone(), values };
    (!record.values.is_empty()).then_some(record)
}

/// Whether what was recorded then tells of now: of the last hours, or of this time of another day.
fn is_of_this_hour(then: Timestamp, now: Timestamp) -> bool {
    let day = SignedDuration::from_hours(24).as_secs();
    let ago = now.duration_since(then).as_secs().rem_euclid(day);
    ago.min(day - ago) <= HOUR.as_secs()
}

/// What is normal here: the median of the healthy measurements that were recorded on the same targets.
pub fn baseline(records: &[Record], reports: &[TargetReport], now: Timestamp) -> Baseline {
    let mut baseline = Baseline::new();
    for report in reports {
        baseline.set_kind(&report.target, report.kind);
        let of_this_hour = records.iter().filter(|record| is_of_this_hour(record.at, now));
        let hours = medians(of_this_hour, &report.target, &report.address);
        for (metric, value, count) in medians(records, &report.target, &report.address) {
            let plural = if count == 1 { "" } else { "s" };
            let source = format!("median of {count} healthy measurement{plural}");
            let hour = hours.iter().find(|(of, ..)| *of == metric).map(|(_, value, _)| *value);
            let usual = Usual { value, spread: 0.0, hour, source, firm: true };
            baseline.set_usual(&report.target, metric, usual);
        }
        for (metric, value) in latest(records, &report.target, &report.address) {
            baseline.set(&report.target, metric, value, "the last healthy measurement");
        }
    }
    baseline
}

/// How long a statement of a database took on quiet days, on average, and how that is known: of so many that run at a time and
/// so many a second each took the one over the other. None: nothing was recorded, or too little to tell.
pub fn statement_time(records: &[Record], target: &str, address: &str) -> Option<(Duration, String)> {
    let of = |record: &Record, metric: Metric| record.values.get(metric.name()).copied();
    let seen: Vec<(f64, f64)> = records
        .iter()
        .filter(|record| record.target == target && record.address == address)
        .filter_map(|record| of(record, Metric::DatabaseRunning).zip(of(record, Metric::DatabaseQueries)))
        .collect();
    let (running, queries): (f64, f64) =
        seen.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    // A statement that runs for a moment only is seen in few of the looks.
    let enough = queries > 0.0 && (running > 0.0 || seen.len() >= LOOKS);
    let time = Duration::try_from_secs_f64(running / queries).ok().filter(|_| enough)?;
    let plural = if seen.len() == 1 { "" } else { "s" };
    Some((time, format!("{} healthy measurement{plural}", seen.len())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::observation::{Kind, Observation};

    fn history(dir: &tempfile::TempDir) -> History {
        let home = dir.path().to_str().unwrap().to_owned();
        History::in_state_folder(|name| (name == "HOME").then(|| home.clone())).unwrap()
    }

    fn report(queries: f64) -> TargetReport {
        let target = "db".into();
        TargetReport {
            observations: vec![
                Observation::known(&target, Metric::DatabaseQueries, queries),
                Observation::known(&target, Metric::DatabaseUptime, 5.0),
                Observation::known(&target, Metric::CacheExpiredTotal, queries * 10.0),
                Observation::unknown(&target, Metric::DatabaseRunning, "no PROCESS"),
            ],
            target,
            kind: Kind::Mysql,
            address: "127.0.0.1:3306".into(),
            identity: None,
            notes: Vec::new(),
            listings: Vec::new(),
            left: Vec::new(),
            error: None,
        }
    }

    #[test]
    fn what_is_normal_is_the_median_of_what_was_recorded_at_that_address() {
        let dir = tempfile::tempdir().unwrap();
        let history = history(&dir);
        assert_eq!(history.read().unwrap(), []);
        for queries in [100.0, 900.0, 110.0] {
            history.record(Timestamp::UNIX_EPOCH, &[report(queries)]).unwrap();
        }
        let records = history.read().unwrap();
        assert_eq!(medians(&records, "db", "127.0.0.1:3306"), [(Metric::DatabaseQueries, 110.0, 3)]);
        assert_eq!(medians(&records, "db", "127.0.0.1:3307"), []);
        assert_eq!(latest(&records, "db", "127.0.0.1:3306"), [(Metric::CacheExpiredTotal, 1100.0)]);
        assert_eq!(latest(&records, "db", "127.0.0.1:3307"), []);
    }

    #[test]
    fn what_is_usual_at_this_hour_is_of_the_last_hours_and_of_this_time_of_other_days() {
        let now: Timestamp = "2026-03-05T01:00:00Z".parse().unwrap();
        for (then, is) in [
            ("2026-03-05T00:00:00Z", true),
            ("2026-03-04T23:30:00Z", true),
            ("2026-03-04T02:00:00Z", true),
            ("2026-03-01T23:30:00Z", true),
            ("2026-03-04T22:30:00Z", false),
            ("2026-03-04T13:00:00Z", false),
        ] {
            assert_eq!(is_of_this_hour(then.parse().unwrap(), now), is, "{then}");
        }
        let dir = tempfile::tempdir().unwrap();
        let history = history(&dir);
        for (then, queries) in
            [("2026-03-04T13:00:00Z", 900.0), ("2026-03-04T14:00:00Z", 800.0), ("2026-03-04T01:30:00Z", 40.0)]
        {
            history.record(then.parse().unwrap(), &[report(queries)]).unwrap();
        }
        let baseline = baseline(&history.read().unwrap(), &[report(5.0)], now);
        let usual = baseline.get("db", Metric::DatabaseQueries).unwrap();
        assert_eq!((usual.value, usual.hour), (800.0, Some(40.0)));
    }

    #[test]
    fn the_file_is_private_bounded_and_survives_half_a_line() {
        let dir = tempfile::tempdir().unwrap();
        let history = history(&dir);
        let many: Vec<_> = (0..=KEPT + SLACK).map(|n| report(n as f64)).collect();
        history.record(Timestamp::UNIX_EPOCH, &many).unwrap();
        let mode = fs::metadata(history.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let records = history.read().unwrap();
        assert_eq!(records.len(), KEPT);
        assert_eq!(records[0].values["database.queries"], (SLACK + 1) as f64);
        OpenOptions::new().append(true).open(history.path()).unwrap().write_all(b"{\"at\":").unwrap();
        assert_eq!(history.read().unwrap().len(), KEPT);
    }

    #[test]
    fn what_a_queue_reads_of_itself_is_not_what_is_usual_for_a_cache() {
        let of = |share: f64| {
            let target = "redis".into();
            let values = [
                (Metric::CacheHitRatio, 0.0),
                (Metric::CacheQueueShare, share),
                (Metric::CacheRoundTrip, 1.0),
            ];
            let observations =
                values.map(|(metric, value)| Observation::known(&target, metric, value)).into();
            let report = TargetReport { target, kind: Kind::Redis, observations, ..report(0.0) };
            let record = record(Timestamp::UNIX_EPOCH, &report).expect("something to record");
            record.values.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(of(0.9), ["cache.round_trip"]);
        assert_eq!(of(0.1), ["cache.hit_ratio", "cache.round_trip"]);
    }
}
