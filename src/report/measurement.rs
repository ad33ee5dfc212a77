//! The JSON document of `detect -o json`: versioned, and described by a schema that is generated from these types.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnosis::{Confidence, Level, Next, Pattern, Signal};
use crate::observation::{Kind, Reading, Unit};
use crate::probe::{Cell, Listing, TargetReport};
use crate::replay::{Minute, Replay};
use crate::report::Report;

/// Changes when a field is renamed, removed or changes its meaning; new fields do not change it.
const SCHEMA: &str = "stampede.detect/1";

/// Below this every whole number is exact: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// One verdict and what it rests on.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(title = "stampede detect", deny_unknown_fields)]
struct Document {
    /// Name and version of this format.
    schema: &'static str,
    /// Version of the tool.
    version: &'static str,
    /// When it was measured, RFC 3339.
    at: String,
    /// Seconds between the two samples; 0: one look.
    window_s: f64,
    /// How bad.
    level: Level,
    /// What.
    pattern: Pattern,
    /// Whether misses fall through to the database; null when that cannot be said.
    stampede: Option<bool>,
    /// How sure.
    confidence: Confidence,
    /// The answer in one line.
    headline: String,
    /// Replay: the time label of the first sample of the incident.
    onset: Option<String>,
    /// Replay: each sample by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    samples: Vec<SampleJson>,
    /// What was judged.
    signals: Vec<Signal>,
    /// Sentences that lead to the pattern.
    evidence: Vec<String>,
    /// What was measured, target by target.
    targets: Vec<TargetJson>,
    /// What to do next.
    next: Vec<Next>,
    /// Which configuration was used.
    sources: Vec<String>,
    /// What of the configuration was passed over, or cannot be used.
    notes: Vec<String>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SampleJson {
    /// The label of the sample, as the recording has it.
    time: String,
    level: Level,
    pattern: Pattern,
    headline: String,
}

#[derive(Serialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct TargetJson {
    name: String,
    kind: Kind,
    /// Where it was reached; never holds a secret.
    address: String,
    /// What it proved to be; null when it could not be asked.
    identity: Option<IdentityJson>,
    /// Why it could not be measured, or not all of it.
    error: Option<ErrorJson>,
    /// By dotted name. A metric that could not be measured has a null value and says why.
    metrics: BTreeMap<&'static str, MetricJson>,
    /// Sentences an operator must see.
    notes: Vec<String>,
    /// Row lists: hot keys, TTL histogram, log sources, running statements.
    listings: Vec<ListingJson>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct IdentityJson {
    id: String,
    product: String,
    version: String,
    role: String,
    note: Option<String>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ErrorJson {
    /// refused, unreachable, full, authentication, permission, tls, timeout, loading, busy, protocol, unsupported or input.
    kind: String,
    message: String,
    hint: Option<String>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct MetricJson {
    value: Option<f64>,
    unit: Unit,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
    /// Words that belong to the value: the digest of the top query, the hottest key.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ListingJson {
    title: String,
    columns: Vec<String>,
    /// The unit of each column; null for words, times and columns without a number.
    units: Vec<Option<Unit>>,
    /// Exact numbers in the unit of their column, words, and times in RFC 3339; null: unknown, or it does not apply.
    rows: Vec<Vec<Option<CellJson>>>,
}

#[derive(Serialize, schemars::JsonSchema)]
#[serde(untagged)]
enum CellJson {
    // `200`, and not `200.0`: most are counts.
    Whole(i64),
    Number(f64),
    Text(String),
}

/// The JSON Schema of the document.
pub fn schema() -> serde_json::Value {
    // As it is written, not as it could be read: a field that may be left out is not required.
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Document>().to_value()
}

/// The document as a value.
pub fn document(report: &Report<'_>) -> serde_json::Value {
    let verdict = report.verdict;
    let document = Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        at: format!("{:.3}", report.at),
        window_s: report.window.as_secs_f64(),
        level: verdict.level,
        pattern: verdict.pattern,
        stampede: verdict.stampede,
        confidence: verdict.confidence,
        headline: verdict.headline.clone(),
        onset: report.replay.and_then(|replay| replay.onset.clone()),
        samples: report.replay.map(samples).unwrap_or_default(),
        signals: verdict.signals.clone(),
        evidence: verdict.evidence.clone(),
        targets: report.reports.iter().map(target).collect(),
        next: verdict.next.clone(),
        sources: report.sources.to_vec(),
        notes: report.notes.to_vec(),
    };
    serde_json::to_value(document).expect("plain structs with string keys always serialise")
}

fn samples(replay: &Replay) -> Vec<SampleJson> {
    let sample = |minute: &Minute| SampleJson {
        time: minute.time.clone(),
        level: minute.verdict.level,
        pattern: minute.verdict.pattern,
        headline: minute.verdict.headline.clone(),
    };
    replay.minutes.iter().map(sample).collect()
}

fn target(report: &TargetReport) -> TargetJson {
    TargetJson {
        name: report.target.to_string(),
        kind: report.kind,
        address: report.address.clone(),
        identity: report.identity.as_ref().map(|identity| IdentityJson {
            id: identity.id.clone(),
            product: identity.product.clone(),
            version: identity.version.clone(),
            role: identity.role.clone(),
            note: identity.note.clone(),
        }),
        error: report.error.as_ref().map(|error| ErrorJson {
            kind: error.kind.name().into(),
            message: error.message.clone(),
            hint: error.hint.clone(),
        }),
        metrics: report
            .observations
            .iter()
            .map(|o| {
                let (value, unknown) = match &o.value {
                    // JSON has no NaN: what is not a number is not known.
                    Reading::Known(value) if value.is_finite() => (Some(*value), None),
                    Reading::Known(_) => (None, Some("not a finite number".to_owned())),
                    Reading::Unknown(why) => (None, Some(why.clone())),
                };
                let unit = o.metric.unit();
                (o.metric.name(), MetricJson { value, unit, unknown, detail: o.detail.clone() })
            })
            .collect(),
        notes: report.notes.clone(),
        listings: report.listings.iter().map(listing).collect(),
    }
}

fn listing(listing: &Listing) -> ListingJson {
    let unit = |column: usize| {
        listing.rows.iter().find_map(|row| match row.get(column)? {
            Cell::Number(_, unit) => Some(*unit),
            _ => None,
        })
    };
    ListingJson {
        title: listing.title.clone(),
        columns: listing.columns.clone(),
        units: (0..listing.columns.len()).map(unit).collect(),
        rows: listing.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
    }
}

fn cell(cell: &Cell) -> Option<CellJson> {
    match cell {
        Cell::Number(value, _) if value.fract() == 0.0 && value.abs() < EXACT => {
            Some(CellJson::Whole(*value as i64))
        }
        Cell::Number(value, _) => value.is_finite().then_some(CellJson::Number(*value)),
        Cell::Text(text) => Some(CellJson::Text(text.clone())),
        Cell::Time(at, _) => Some(CellJson::Text(at.to_string())),
        Cell::None | Cell::Unknown => None,
    }
}
