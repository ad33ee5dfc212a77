//! Reading a journal: what is whole is used, what is torn, damaged or from a newer version is reported.

use std::fs;
use std::io;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use serde_json::Value;

use crate::event::{Event, FORMAT, Incident, Record};

/// Lines that are worth a second thread.
const MANY: usize = 1_000;
/// Threads that read, at most.
const CREW: usize = 4;

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
    let mut lines = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(end) = memchr::memchr(b'\n', rest) {
        lines.push(&rest[..end]);
        read.whole += end as u64 + 1;
        rest = &rest[end + 1..];
    }
    for (at, (line, record)) in lines.iter().zip(parse(&lines)).enumerate() {
        read.line(at + 1, line, record);
    }
    if !rest.is_empty() {
        read.notes.push(format!(
            "line {} is half written, as a crash leaves it: nothing was done on it",
            lines.len() + 1
        ));
    }
    if read.incident.name.is_empty() {
        read.notes.push("the journal has no first line that names the incident".into());
    }
    Ok(read)
}

/// The record of each line; many are read by all processors at the same time.
fn parse(lines: &[&[u8]]) -> Vec<serde_json::Result<Record>> {
    let each = |lines: &[&[u8]]| lines.iter().map(|line| Record::from_line(line)).collect::<Vec<_>>();
    let crew = thread::available_parallelism().map_or(1, NonZero::get).min(CREW);
    if lines.len() < MANY {
        return each(lines);
    }
    thread::scope(|scope| {
        let shares = lines.chunks(lines.len().div_ceil(crew));
        let crew: Vec<_> = shares.map(|share| scope.spawn(move || each(share))).collect();
        let join =
            |one: thread::ScopedJoinHandle<'_, _>| one.join().unwrap_or_else(|panic| resume_unwind(panic));
        crew.into_iter().flat_map(join).collect()
    })
}

impl Read {
    fn line(&mut self, number: usize, line: &[u8], record: serde_json::Result<Record>) {
        let record = match record {
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
