//! A damaged line, read as far as it goes: which sort of record it was, of which step, and what it said.

use crate::event::{Event, Record, Sort, Trace};
use crate::text;

/// Names of events, and what they are.
const TAGS: &[(&str, Sort)] = &[
    ("intent", Sort::Intent),
    ("batch", Sort::Batch),
    ("outcome", Sort::Outcome),
    ("undoing", Sort::Undoing),
    ("undone", Sort::Other),
    ("reconciled", Sort::Other),
    ("watched", Sort::Other),
    ("skipped", Sort::Other),
    ("opened", Sort::Other),
    ("joined", Sort::Other),
    ("left", Sort::Other),
    ("targets", Sort::Other),
    ("playbook", Sort::Other),
    ("phase", Sort::Other),
    ("detected", Sort::Other),
    ("refused", Sort::Other),
    ("passed_over", Sort::Other),
    ("would_do", Sort::Other),
    ("checklist", Sort::Other),
    ("fact", Sort::Other),
    ("reason", Sort::Other),
    ("evidence", Sort::Other),
    ("closed", Sort::Other),
];

/// Fields that only one sort of record has: for a line whose event cannot be read. In this order.
const SIGNS: &[(&str, Sort)] = &[
    ("\"change\":{", Sort::Intent),
    ("\"digest\":\"", Sort::Intent),
    ("\"part\":{", Sort::Batch),
    ("\"in_effect\":", Sort::Outcome),
    ("\"anyway\":", Sort::Undoing),
    ("\"standings\":[", Sort::Other),
    ("\"complete\":", Sort::Other),
    ("\"argv\":[", Sort::Other),
    ("\"files\":[", Sort::Other),
    ("\"targets\":[", Sort::Other),
    ("\"hash\":\"", Sort::Other),
    ("\"budget\":", Sort::Other),
    ("\"checks\":[", Sort::Other),
    ("\"why\":\"", Sort::Other),
    ("\"format\":", Sort::Other),
    ("\"value\":\"", Sort::Other),
];

/// What is shown of a damaged beginning of a step: the field, and what stands before it.
const SHOWN: &[(&str, &str)] =
    &[("summary", ""), ("address", "on "), ("back", "its undo: "), ("image", "recorded: ")];

/// Longest piece that is shown.
const LONGEST: usize = 300;

/// Bytes of the shortest beginning of a change, or batch of one.
const SHORTEST: usize = 150;

/// Reads what is left of a damaged line. `record`: what it says as a whole, where that can be read.
pub(super) fn trace(number: usize, line: &[u8], record: Option<Record>) -> Trace {
    let text = String::from_utf8_lossy(line);
    let tag = field(&text, "event").and_then(|tag| TAGS.iter().find(|(name, _)| *name == tag));
    let sign = || SIGNS.iter().find(|(sign, _)| text.contains(sign));
    // The first line is the one that opens the journal, whatever it says.
    let sort = match number {
        1 => Sort::Other,
        _ if tag.is_none() && is_short(&text) => Sort::Other,
        _ => tag.or_else(sign).map_or(Sort::Unknown, |(_, sort)| *sort),
    };
    let step = field(&text, "step").map(|step| text::escape(step).into_owned());
    let words = match (&record, sort) {
        (Some(Record { event: Event::Intent { .. } | Event::Batch { .. }, .. }), _) => Vec::new(),
        (_, Sort::Intent | Sort::Batch | Sort::Unknown) => shown(&text),
        _ => Vec::new(),
    };
    Trace { line: number, sort, step: step.filter(|step| !step.is_empty()), record, words }
}

/// Whether it is all of a record that is too short to be one of a change.
fn is_short(text: &str) -> bool {
    text.len() < SHORTEST
        && text.starts_with("{\"seq\":")
        && text.contains(",\"sum\":\"")
        && text.ends_with("\"}")
}

fn shown(text: &str) -> Vec<String> {
    let piece = |(name, before): &(&str, &str)| {
        let value = match *name {
            "image" => object(text, name)?,
            name => field(text, name)?,
        };
        Some(format!("{before}{}", text::fit(&text::escape(value), LONGEST)))
    };
    SHOWN.iter().filter_map(piece).collect()
}

/// The text of the first field of that name.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// The same for a field that is an object.
fn object<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("\"{name}\":{{"))?;
    rest.split_once('}').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_that_is_kept_has_a_sort() {
        let schema = serde_json::to_value(schemars::schema_for!(Event)).unwrap();
        let events = schema["oneOf"].as_array().unwrap();
        assert!(events.len() > 20);
        for event in events {
            let name = event["properties"]["event"]["const"].as_str().unwrap();
            assert!(name == "planned" || TAGS.iter().any(|(tag, _)| *tag == name), "{name}");
        }
    }

    #[test]
    fn a_record_whose_event_cannot_be_read_is_known_by_its_fields() {
        let read = |line: &str| trace(4, line.as_bytes(), None);
        let intent = read(r#"{"seq":4,"event":"inteot","step":"a","change":{"summary":"x","parts":[]}"#);
        assert_eq!((intent.sort, intent.step.as_deref()), (Sort::Intent, Some("a")));
        assert_eq!(intent.words, ["x"]);
        assert_eq!(read(r#"{"seq":4,"event":"batcx","step":"a","part":{"#).sort, Sort::Batch);
        assert_eq!(read(r#"{"seq":4,"event":"???"}"#).sort, Sort::Unknown);
        // What stands in a text is no field.
        assert_eq!(read(r#"{"event":"xx","w":"\"change\":{\""}"#).sort, Sort::Unknown);
    }
}
