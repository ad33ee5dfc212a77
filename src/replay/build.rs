//! From cells to a series: names, times, units, and the interval between rows.

use crate::replay::cell::{self, Cell};
use crate::replay::column::{self, Column, Sort};
use crate::replay::series::{self, Readings};
use crate::replay::{ReadError, Row, Series, time};
use crate::text;

const MINUTE: f64 = 60.0;
const DAY: f64 = 86_400.0;

#[derive(Clone, Copy, Debug)]
enum Heading {
    Time,
    Known(Column),
    Ignored,
}

struct Raw {
    line: u64,
    label: String,
    at: Option<f64>,
    cells: Vec<(Column, Cell)>,
}

/// Collects rows under a header.
pub(crate) struct Builder {
    headings: Vec<(Heading, String)>,
    rows: Vec<Raw>,
    notes: Vec<String>,
}

impl Builder {
    /// Understands a header.
    pub(crate) fn new<'a>(headings: impl Iterator<Item = &'a str>, line: u64) -> Result<Self, ReadError> {
        let mut all: Vec<(Heading, String)> = Vec::new();
        let mut notes = Vec::new();
        for raw in headings {
            let shown = text::fit(&text::escape(raw.trim()), 40).into_owned();
            let heading = match Column::by_heading(raw) {
                _ if column::is_time(raw) => Heading::Time,
                Some(column) => Heading::Known(column),
                None => {
                    let near = Column::nearest(raw).map(|near| format!(" (did you mean `{near}`?)"));
                    notes.push(format!(
                        "column `{shown}` is not known and was ignored{}",
                        near.unwrap_or_default()
                    ));
                    Heading::Ignored
                }
            };
            let twice = all.iter().any(|(other, _)| match (other, heading) {
                (Heading::Time, Heading::Time) => true,
                (Heading::Known(a), Heading::Known(b)) => *a == b,
                _ => false,
            });
            if twice {
                return Err(ReadError::new(format!("line {line}: the column `{shown}` is there twice")));
            }
            all.push((heading, shown));
        }
        if !all.iter().any(|(heading, _)| matches!(heading, Heading::Known(_))) {
            let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
            return Err(ReadError::new(format!("line {line}: no known column"))
                .hint(format!("known are: time, {}", known.join(", "))));
        }
        Ok(Self { headings: all, rows: Vec::new(), notes })
    }

    /// Whether there is no row yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a row; missing cells at its end are unknown, surplus ones an error.
    pub(crate) fn row(&mut self, line: u64, cells: &[&str]) -> Result<(), ReadError> {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let surplus = cells.iter().skip(self.headings.len()).any(|cell| !cell.trim().is_empty());
        if surplus {
            return Err(ReadError::new(format!(
                "line {line}: {} cells under {} headings",
                cells.len(),
                self.headings.len()
            )));
        }
        let mut row = Raw { line, label: String::new(), at: None, cells: Vec::new() };
        for (index, ((heading, name), raw)) in self.headings.iter().zip(cells).enumerate() {
            let place = || format!("line {line}, column {} ({name})", index + 1);
            match heading {
                Heading::Ignored => {}
                Heading::Time => {
                    row.label = text::escape(raw.trim()).into_owned();
                    row.at = Some(time::parse(raw).ok_or_else(|| {
                        ReadError::new(format!("{}: `{}` is no time", place(), text::fit(&row.label, 40)))
                            .hint("10:05, 10:05:30, 2026-11-22T10:05:00Z, or seconds since 1970")
                    })?);
                }
                Heading::Known(column) => {
                    let cell = cell::parse(raw, column.sort())
                        .map_err(|why| ReadError::new(format!("{}: {why}", place())))?;
                    row.cells.push((*column, cell));
                }
            }
        }
        self.rows.push(row);
        Ok(())
    }

    /// Puts the rows on one time line and turns counts into rates.
    pub(crate) fn finish(mut self, labels: (Option<String>, Option<String>)) -> Result<Series, ReadError> {
        if self.rows.is_empty() {
            return Err(ReadError::new("the recording has a header but no rows"));
        }
        let interval = self.interval()?;
        let mut columns: Vec<Column> = Column::ALL
            .iter()
            .copied()
            .filter(|wanted| self.headings.iter().any(|(h, _)| matches!(h, Heading::Known(c) if c == wanted)))
            .collect();
        self.drop_lone_limits(&mut columns);
        let longest = self.longest_answer();
        let rows = self.rows.iter().enumerate().map(|(index, raw)| {
            let mut readings: Readings = Default::default();
            let mut timed_out = false;
            for (column, cell) in &raw.cells {
                readings[*column as usize] = match cell {
                    Cell::Unknown => None,
                    Cell::PerSecond(rate) => Some(*rate),
                    Cell::Value(count) if column.sort() == Sort::Counter => Some(count / interval),
                    Cell::Value(value) => Some(*value),
                    Cell::Timeout => {
                        timed_out = true;
                        // No answer took at least as long as the longest one that came.
                        longest
                    }
                };
            }
            let time = if raw.label.is_empty() { format!("row {}", index + 1) } else { raw.label.clone() };
            Row { time, readings, timed_out }
        });
        let rows = rows.collect();
        Ok(Series { rows, interval, notes: self.notes, label: labels.0, onset: labels.1, columns })
    }

    /// A limit is no target: without anything that was measured beside it, it says nothing.
    fn drop_lone_limits(&mut self, columns: &mut Vec<Column>) {
        let side = |column: Column| series::metric(column).name().split('.').next();
        for limit in [Column::Maxclients, Column::ConnectionsLimit] {
            let alone = !columns.iter().any(|other| *other != limit && side(*other) == side(limit));
            if alone && columns.contains(&limit) && columns.len() > 1 {
                columns.retain(|column| *column != limit);
                let name = limit.name();
                self.notes.push(format!("`{name}` alone says nothing of what it limits and was ignored"));
            }
        }
    }

    fn longest_answer(&self) -> Option<f64> {
        let cells = self.rows.iter().flat_map(|raw| &raw.cells);
        let waits = cells.filter_map(|(column, cell)| match (column, cell) {
            (Column::Response, Cell::Value(value)) => Some(*value),
            _ => None,
        });
        waits.max_by(f64::total_cmp)
    }

    /// Seconds between rows: the median distance. Refuses times that repeat or go back.
    fn interval(&mut self) -> Result<f64, ReadError> {
        let mut distances = Vec::new();
        let mut last: Option<(f64, u64)> = None;
        for raw in &self.rows {
            let Some(mut at) = raw.at else { continue };
            if let Some((before, line)) = last {
                // A clock time that falls by more than half a day has passed midnight.
                while at < before - DAY / 2.0 && at < DAY {
                    at += DAY * ((before - at) / DAY).ceil().max(1.0);
                }
                if at <= before {
                    let what = if at == before { "is the same as on" } else { "is earlier than on" };
                    return Err(ReadError::new(format!(
                        "line {}: the time {} {what} line {line}",
                        raw.line, raw.label
                    ))
                    .hint("sort the recording by time, one row for each time"));
                }
                distances.push(at - before);
            }
            last = Some((at, raw.line));
        }
        distances.sort_by(f64::total_cmp);
        match distances.get(distances.len() / 2) {
            Some(distance) => Ok(*distance),
            None => {
                self.notes.push("one minute between rows is assumed: there are no two times".into());
                Ok(MINUTE)
            }
        }
    }
}
