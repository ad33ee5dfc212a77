//! Reading a journal: what is whole is used, what is torn, damaged or from a newer version is reported.

use std::fs;
use std::io;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use jiff::Timestamp;
use serde_json::Value;

use crate::event::{Event, FORMAT, Incident, Record};
use crate::journal::line::{Seal, Sum, halves, whole_before_junk};
use crate::journal::trace::trace;
use crate::text;

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
    /// What the next line comes after; none: its lines have no seal.
    pub(super) sum: Option<Sum>,
    /// Whether the last line has lost its newline.
    pub(super) unended: bool,
}

/// A line of the file, or one of two that were run together.
struct Line<'a> {
    number: usize,
    bytes: &'a [u8],
    seal: Seal,
    record: serde_json::Result<Record>,
}

/// What is known while the lines are gone through.
#[derive(Default)]
struct Place {
    /// Whether lines have seals.
    sealed: bool,
    /// The seal of the line before.
    before: Option<Seal>,
    /// Damaged lines since the last whole one.
    damaged: u64,
}

/// Reads the journal at `path`. Its name is that of the file. Errors: the file cannot be read.
pub fn read(path: &Path) -> io::Result<Read> {
    let bytes = fs::read(path)?;
    let mut read = Read::of(&bytes);
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let incident = &mut read.incident;
    if !incident.name.is_empty() && incident.name != name {
        let other = text::escape(&incident.name).into_owned();
        read.notes.push(format!("its first line names another incident: {other}"));
    }
    incident.name = name;
    if incident.format == 0 {
        incident.format = if read.sum.is_some() { FORMAT } else { 1 };
        let changed = fs::metadata(path).and_then(|meta| meta.modified());
        let changed = changed.ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or_default();
        incident.opened = incident.steps.first().map_or(changed, |step| step.at);
        if read.records.is_empty() {
            incident.last = changed;
        }
    }
    Ok(read)
}

impl Read {
    fn of(bytes: &[u8]) -> Self {
        let mut read = Self::default();
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            lines.push(&rest[..end]);
            read.whole += end as u64 + 1;
            rest = &rest[end + 1..];
        }
        if let Some(end) = whole_before_junk(rest) {
            lines.push(&rest[..end]);
            read.whole += end as u64;
            read.unended = true;
            read.notes.push(format!("the end of line {} is damaged: the record is whole", lines.len()));
        }
        let lines = parse(&lines);
        let mut place = Place { sealed: lines.iter().any(|line| line.seal.whole), ..Place::default() };
        for line in lines {
            match halves(line.bytes).filter(|_| place.sealed && !line.seal.whole) {
                None => read.line(&mut place, line),
                Some((first, second)) => {
                    read.notes
                        .push(format!("the end of line {} is damaged: the record is whole", line.number));
                    for bytes in [first, second] {
                        read.line(&mut place, Line::of(line.number, bytes));
                    }
                }
            }
        }
        if !rest.is_empty() && !read.unended {
            let number = memchr::memchr_iter(b'\n', bytes).count() + 1;
            read.notes
                .push(format!("line {number} is half written, as a crash leaves it: nothing was done on it"));
        }
        if read.whole == 0 {
            read.notes.push("the journal is empty: who opened it died before anything was done".into());
        }
        // What a damage was may show only later.
        let damage: Vec<String> = read.incident.damage.iter().map(ToString::to_string).collect();
        read.notes.splice(0..0, damage);
        let sealed = place.sealed || read.whole == 0;
        read.sum = sealed.then(|| place.before.and_then(Seal::sum).unwrap_or_else(Sum::start));
        read
    }
}

impl<'a> Line<'a> {
    fn of(number: usize, bytes: &'a [u8]) -> Self {
        Self { number, bytes, seal: Seal::of(bytes), record: Record::from_line(bytes) }
    }
}

/// The record of each line; many are read by all processors at the same time.
fn parse<'a>(lines: &[&'a [u8]]) -> Vec<Line<'a>> {
    let each = |from: usize, lines: &[&'a [u8]]| {
        lines.iter().zip(from + 1..).map(|(line, number)| Line::of(number, line)).collect::<Vec<_>>()
    };
    let crew = thread::available_parallelism().map_or(1, NonZero::get).min(CREW);
    if lines.len() < MANY {
        return each(0, lines);
    }
    thread::scope(|scope| {
        let share = lines.len().div_ceil(crew);
        let shares = lines.chunks(share).enumerate();
        let crew: Vec<_> = shares.map(|(at, lines)| scope.spawn(move || each(at * share, lines))).collect();
        let join =
            |one: thread::ScopedJoinHandle<'_, _>| one.join().unwrap_or_else(|panic| resume_unwind(panic));
        crew.into_iter().flat_map(join).collect()
    })
}

impl Read {
    fn line(&mut self, place: &mut Place, line: Line<'_>) {
        let Line { number, bytes, seal, record } = line;
        if number == 1 {
            self.first(place, &seal, bytes, record.as_ref().ok());
        }
        let sound = !place.sealed || self.newer || seal.whole;
        let record = match record {
            Ok(record) if sound => record,
            // It was written so, by a version that knows more events.
            Err(_) if seal.whole || self.newer => {
                self.notes.push(format!("line {number} is a record of no kind that is known here"));
                place.before = Some(seal);
                return;
            }
            record => {
                self.incident.take_damaged(trace(number, bytes, record.ok()));
                place.damaged += 1;
                place.before = Some(seal);
                return;
            }
        };
        self.gap(place, number, &seal, record.seq);
        (place.before, place.damaged) = (Some(seal), 0);
        match self.incident.take_read(number, &record) {
            Ok(()) => self.records.push(record),
            Err(illegal) => self.notes.push(format!("line {number} cannot be: {illegal}")),
        }
    }

    /// Looks at the first line: whether this version can read the journal at all.
    fn first(&mut self, place: &Place, seal: &Seal, line: &[u8], record: Option<&Record>) {
        let format = match record {
            Some(Record { event: Event::Opened { format, .. }, .. }) => Some(*format),
            Some(_) => None,
            None => serde_json::from_slice::<Value>(line).ok().and_then(|value| format_of(&value)),
        };
        // A damaged number is no format: its line has no whole seal where others have one.
        if let Some(format) = format.filter(|format| *format > FORMAT && (seal.whole || !place.sealed)) {
            self.newer = true;
            self.notes.push(format!(
                "written in format {format}, this version knows {FORMAT}: it is shown as far as it is understood, and not written"
            ));
        }
    }

    /// Notes records that are not there between this one and the one before.
    fn gap(&mut self, place: &Place, number: usize, seal: &Seal, seq: u64) {
        let expected = self.incident.seq + 1;
        let by_number = seq > expected + place.damaged;
        let missing = match place.sealed && !self.newer {
            // A line of which nothing is left has no sum either.
            true => !seal.follows(place.before.as_ref()) && (place.damaged == 0 || by_number),
            false => by_number,
        };
        if missing && number == 1 && seq == 2 {
            self.notes.push("the first line, which opens the journal, is missing".into());
        } else if missing {
            self.incident.take_missing(number, seq == expected + place.damaged + 1);
        } else if seq < expected {
            self.notes.push(format!("line {number} has number {seq}, {expected} was expected"));
        }
    }
}

fn format_of(value: &Value) -> Option<u32> {
    value.get("format")?.as_u64()?.try_into().ok()
}
