//! Observations from a file, as `stampede detect -o json` writes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::diagnosis::Baseline;
use crate::observation::{Kind, Metric, Observation};
use crate::text;

/// What was observed, of which kinds of targets, and what is usual for them.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// What was observed.
    pub observations: Vec<Observation>,
    /// The kinds of the targets.
    pub kinds: Vec<Kind>,
    /// What is usual.
    pub baseline: Baseline,
}

/// The document. What is judged (`level`, `signals`, …) is judged anew; the rest is not needed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    targets: Vec<Target>,
    /// What is usual, by target and metric. Not written by `detect`.
    #[serde(default)]
    usual: BTreeMap<String, BTreeMap<String, f64>>,
    #[serde(default, rename = "schema")]
    _schema: IgnoredAny,
    #[serde(default, rename = "version")]
    _version: IgnoredAny,
    #[serde(default, rename = "at")]
    _at: IgnoredAny,
    #[serde(default, rename = "window_s")]
    _window: IgnoredAny,
    #[serde(default, rename = "level")]
    _level: IgnoredAny,
    #[serde(default, rename = "pattern")]
    _pattern: IgnoredAny,
    #[serde(default, rename = "stampede")]
    _stampede: IgnoredAny,
    #[serde(default, rename = "confidence")]
    _confidence: IgnoredAny,
    #[serde(default, rename = "headline")]
    _headline: IgnoredAny,
    #[serde(default, rename = "onset")]
    _onset: IgnoredAny,
    #[serde(default, rename = "samples")]
    _samples: IgnoredAny,
    #[serde(default, rename = "signals")]
    _signals: IgnoredAny,
    #[serde(default, rename = "evidence")]
    _evidence: IgnoredAny,
    #[serde(default, rename = "next")]
    _next: IgnoredAny,
    #[serde(default, rename = "sources")]
    _sources: IgnoredAny,
    #[serde(default, rename = "notes")]
    _notes: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    name: String,
    kind: String,
    metrics: BTreeMap<String, Value>,
    #[serde(default, rename = "address")]
    _address: IgnoredAny,
    #[serde(default, rename = "identity")]
    _identity: IgnoredAny,
    #[serde(default, rename = "error")]
    _error: IgnoredAny,
    #[serde(default, rename = "notes")]
    _notes: IgnoredAny,
    #[serde(default, rename = "listings")]
    _listings: IgnoredAny,
}

/// A metric's value, in full or in short.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Short(f64),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    value: Option<f64>,
    unknown: Option<String>,
    detail: Option<String>,
    #[serde(default, rename = "unit")]
    _unit: IgnoredAny,
}

const KINDS: [Kind; 6] = [Kind::Redis, Kind::Mysql, Kind::Postgres, Kind::Pgbouncer, Kind::Logs, Kind::Http];

impl Fixture {
    /// Reads a document. Errors: a lowercase fragment that says what is wrong with it.
    pub fn parse(json: &str) -> Result<Self, String> {
        let document: Document =
            serde_json::from_str(json).map_err(|error| text::escape(&error.to_string()).into_owned())?;
        let mut fixture = Self { observations: Vec::new(), kinds: Vec::new(), baseline: Baseline::new() };
        for target in document.targets {
            let kind = KINDS.iter().find(|kind| kind.name() == target.kind);
            let names = KINDS.map(Kind::name);
            fixture.kinds.push(*kind.ok_or_else(|| unknown("kind of target", &target.kind, names))?);
            let name: Arc<str> = target.name.into();
            for (metric, value) in target.metrics {
                fixture.observations.push(observation(&name, by_name(&metric)?, value));
            }
        }
        for (target, usual) in document.usual {
            for (metric, value) in usual {
                fixture.baseline.set(&target, by_name(&metric)?, value, "recorded");
            }
        }
        Ok(fixture)
    }
}

fn observation(target: &Arc<str>, metric: Metric, value: Value) -> Observation {
    let (value, unknown, detail) = match value {
        Value::Short(value) => (Some(value), None, None),
        Value::Full(full) => (full.value, full.unknown, full.detail),
    };
    let observation = match value {
        Some(value) => Observation::known(target, metric, value),
        None => Observation::unknown(target, metric, unknown.unwrap_or_else(|| "not measured".into())),
    };
    Observation { detail, ..observation }
}

fn by_name(name: &str) -> Result<Metric, String> {
    let names = Metric::ALL.iter().map(|metric| metric.name());
    Metric::by_name(name).ok_or_else(|| unknown("metric", name, names))
}

fn unknown(what: &str, name: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    let near = text::nearest(name, known);
    let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    format!("there is no {what} called {}{near}", text::escape(name))
}
