//! Reading a journal: what is whole is used, what is torn, damaged or from a newer version is reported.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::event::{Event, FORMAT, Incident, Record};

/// A journal that was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The incident that it tells.
    pub incident: Incident,
    /// Its records.
    pub records: Vec<Record>,
    /// What an operator must know of the file.
    pub notes: Vec<String>,
    /// It was written by a newer version: it may be looked at, and must not be written.
    pub newer: bool,
    /// Bytes that are whole; what is behind them is half a record, which was never acted on.
    pub whole: u64,
}

/// Reads the journal at `path`. Errors: the file cannot be read.
pub fn read(path: &Path) -> io::Result<Read> {
    let bytes = fs::read(path)?;
    let mut read = Read::default();
    let mut number = 0;
    let mut rest = bytes.as_slice();
    while let Some(end) = memchr::memchr(b'\n', rest) {
        number += 1;
        read.line(number, &rest[..end]);
        read.whole += end as u64 + 1;
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        read.notes.push(format!(
            "line {} is half written, as a crash leaves it: nothing was done on it",
            number + 1
        ));
    }
    if read.incident.name.is_empty() {
        read.notes.push("the journal has no first line that names the incident".into());
    }
    Ok(read)
}

impl Read {
    fn line(&mut self, number: usize, line: &[u8]) {
        let record = match Record::from_line(line) {
            Ok(record) => record,
            Err(_) => {
                match serde_json::from_slice::<Value>(line) {
                    Ok(value) if self.newer || format_of(&value).is_some_and(|format| format > FORMAT) => {
                        self.newer_than(&value);
                    }
                    Ok(_) => {
                        self.notes.push(format!("line {number} is a record of no kind that is known here"));
                    }
                    Err(_) => self.notes.push(format!("line {number} is damaged: what it said is lost")),
                }
                return;
            }
        };
        if let Event::Opened { format, .. } = record.event
            && format > FORMAT
        {
            self.newer = true;
            self.notes.push(format!(
                "written in format {format}, this version knows {FORMAT}: it is shown as far as it is understood, and not written"
            ));
        }
        let expected = self.incident.seq + 1;
        if record.seq != expected {
            self.notes.push(format!("line {number} has number {}, {expected} was expected", record.seq));
        }
        match self.incident.take(&record) {
            Ok(()) => self.records.push(record),
            Err(illegal) => self.notes.push(format!("line {number} cannot be: {illegal}")),
        }
    }

    /// Takes the name from a first line whose other fields are new to us.
    fn newer_than(&mut self, value: &Value) {
        if let Some(name) = value.get("incident").and_then(Value::as_str) {
            self.incident.name = name.to_owned();
        }
        if !self.newer {
            self.newer = true;
            self.notes
                .push("written by a newer version: it is not understood in full, and not written".into());
        }
    }
}

fn format_of(value: &Value) -> Option<u32> {
    value.get("format")?.as_u64()?.try_into().ok()
}
