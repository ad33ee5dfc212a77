//! What was counted in logs, as lists: source by source, and over time.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::probe::{Cell, Listing};
use crate::system::logs::{Count, Patterns, State, Tally, Zone};
use crate::text::{duration, escape};

/// Rows of a listing at most.
const MOST_SOURCES: usize = 20;
const MOST_BUCKETS: i64 = 10;

pub(super) fn by_source(patterns: &Patterns, counts: &[Count], zone: &Zone) -> Listing {
    let names = patterns.names();
    let mut columns = vec!["source".to_owned(), "lines".into()];
    columns.extend(names.iter().map(|name| heading(name)));
    columns.extend(["first".into(), "last".into()]);
    let mut order: Vec<_> = counts.iter().collect();
    order.sort_by_key(|count| std::cmp::Reverse(count.tally.matched.iter().sum::<u64>()));
    let mut rows: Vec<Vec<Cell>> = order
        .iter()
        .take(MOST_SOURCES)
        .map(|of| {
            let unread = is_unread(of);
            let number = |value: u64| if unread { Cell::Unknown } else { Cell::count(value as f64) };
            let time = |time: Option<i64>| {
                time.map_or(Cell::Unknown, |time| show(time / 1000, "%m-%d %H:%M:%S", zone))
            };
            let mut row = vec![Cell::from(of.label.as_str()), number(of.tally.lines)];
            row.extend(of.tally.matched.iter().map(|matched| number(*matched)));
            if hides_misses(&of.tally, patterns) {
                row[2] = Cell::Unknown;
            }
            row.extend([time(of.tally.first), time(of.tally.last)]);
            row
        })
        .collect();
    // All of them together are exact, however many there are; a sum without one of them is none.
    if let Some(rest) = order.get(MOST_SOURCES..).filter(|rest| !rest.is_empty()) {
        let mut tally = Tally::new(names.len());
        rest.iter().for_each(|of| tally.merge(&of.tally));
        let unread = rest.iter().any(|of| is_unread(of));
        let number = |value: u64| if unread { Cell::Unknown } else { Cell::count(value as f64) };
        let mut row = vec![Cell::from(format!("and {} more", rest.len())), number(tally.lines)];
        row.extend(tally.matched.iter().map(|matched| number(*matched)));
        if hides_misses(&tally, patterns) {
            row[2] = Cell::Unknown;
        }
        row.resize(columns.len(), Cell::None);
        rows.push(row);
    }
    Listing { title: "log sources".into(), columns, rows }
}

/// Whether nothing of a log was read.
fn is_unread(of: &Count) -> bool {
    !matches!(of.state, State::Whole | State::SoFar) && of.tally.bytes == 0
}

/// No misses in a log that does not speak of them are not none.
pub(super) fn hides_misses(tally: &Tally, patterns: &Patterns) -> bool {
    tally.matched[0] == 0 && !tally.tells_lookups && !patterns.has_own_misses()
}

pub(super) fn by_time(patterns: &Patterns, total: &Tally, zone: &Zone) -> Option<Listing> {
    let names = patterns.names();
    let (width, buckets) = total.buckets(MOST_BUCKETS);
    let format = match width {
        0..60 => "%H:%M:%S",
        60..86_400 => "%m-%d %H:%M",
        _ => "%Y-%m-%d",
    };
    let numbers = |head: Cell, counts: &[u64]| {
        let counts = counts.iter().map(|value| Cell::count(*value as f64));
        let mut row: Vec<_> = std::iter::once(head).chain(counts).collect();
        if hides_misses(total, patterns) {
            row[1] = Cell::Unknown;
        }
        row
    };
    let mut rows: Vec<_> =
        buckets.iter().map(|bucket| numbers(show(bucket.start, format, zone), &bucket.matched)).collect();
    if total.untimed.iter().any(|untimed| *untimed > 0) {
        rows.push(numbers("no time".into(), &total.untimed));
    }
    let mut columns = vec!["from".to_owned()];
    columns.extend(names.iter().map(|name| heading(name)));
    let title = format!("log lines per {}", duration(Duration::from_secs(width.unsigned_abs())));
    (!rows.is_empty()).then_some(Listing { title, columns, rows })
}

/// A pattern's name as a column head: words can be broken between, names cannot.
pub(super) fn heading(name: &str) -> String {
    escape(name).replace('_', " ")
}

/// A time in the zone that the log's own times are read in.
fn show(second: i64, format: &str, zone: &Zone) -> Cell {
    let offset = i32::try_from(zone.offset).ok().and_then(|offset| Offset::from_seconds(offset).ok());
    match Timestamp::from_second(second) {
        Ok(time) => {
            Cell::Time(time, offset.unwrap_or(Offset::UTC).to_datetime(time).strftime(format).to_string())
        }
        Err(_) => Cell::Unknown,
    }
}
