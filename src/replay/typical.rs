//! What a stretch of a recording reads, and which of two stretches is the quieter one.

use crate::replay::column::Column;
use crate::replay::series::Row;

/// The share of lookups that miss.
pub(crate) fn miss_share(row: &Row) -> Option<f64> {
    let (hits, misses) = (row.get(Column::Hits)?, row.get(Column::Misses)?);
    (hits + misses > 0.0).then(|| misses / (hits + misses))
}

/// Lookups in a row, per second.
pub(crate) fn lookups(row: &Row) -> Option<f64> {
    Some(row.get(Column::Hits)? + row.get(Column::Misses)?)
}

/// How much of a limit is used.
pub(crate) fn used(row: &Row, part: Column, whole: Column) -> Option<f64> {
    Some(row.get(part)? / row.get(whole).filter(|whole| *whole > 0.0)?)
}

/// The median; sorts in place.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// What grows in an incident: the quiet minutes are those where all of it is low.
pub(crate) const GROWS: [Column; 5] =
    [Column::Queries, Column::Running, Column::Connections, Column::Response, Column::Clients];

/// How far a quiet minute may stray from the quietest stretch.
const STRAY: f64 = 1.6;

/// The share of lookups that miss strays by this much without meaning anything.
const SHARE_SLACK: f64 = 0.01;

/// From this share of a limit on, fewer lookups or queries are no calm: they do not get through.
const FULL: f64 = 0.95;

/// The medians of a stretch of rows.
#[derive(Clone, Debug)]
pub(crate) struct Typical {
    share: Option<f64>,
    lookups: Option<f64>,
    keys: Option<f64>,
    grows: [Option<f64>; GROWS.len()],
    full: bool,
}

/// In how many ways a later stretch is quieter than an earlier one, and in how many louder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shift {
    /// Ways in which it is quieter.
    pub(crate) quieter: usize,
    /// Ways in which it is louder.
    pub(crate) louder: usize,
    /// Of these, ways that a row shorter than the others (the first, often) does not explain.
    pub(crate) louder_beside_traffic: usize,
}

impl Typical {
    /// The medians of the rows.
    pub(crate) fn of(rows: &[Row]) -> Self {
        let middle = |read: &dyn Fn(&Row) -> Option<f64>| {
            median(&mut rows.iter().filter_map(read).collect::<Vec<f64>>())
        };
        let at = |part, whole| middle(&|row| used(row, part, whole)).is_some_and(|share| share >= FULL);
        Self {
            share: middle(&miss_share),
            lookups: middle(&lookups),
            keys: middle(&|row| row.get(Column::Keys)),
            grows: GROWS.map(|column| middle(&|row| row.get(column))),
            full: at(Column::Connections, Column::ConnectionsLimit)
                || at(Column::Clients, Column::Maxclients),
        }
    }

    /// Whether a row reads like the stretch in everything that moves in an incident.
    pub(crate) fn fits(&self, row: &Row) -> bool {
        let near = |value: Option<f64>, usual: Option<f64>, slack: f64| match (value, usual) {
            (Some(value), Some(usual)) => value <= usual * STRAY + slack && value >= usual / STRAY - slack,
            _ => true,
        };
        near(miss_share(row), self.share, SHARE_SLACK)
            && near(lookups(row), self.lookups, 0.0)
            && row.get(Column::Keys).zip(self.keys).is_none_or(|(keys, usual)| keys >= 0.8 * usual)
            && GROWS
                .iter()
                .zip(&self.grows)
                .all(|(column, usual)| near(row.get(*column), *usual, usual.unwrap_or(0.0).sqrt()))
    }

    /// What changed from this stretch to a later one.
    pub(crate) fn shift(&self, later: &Self) -> Shift {
        let mut shift = Shift::default();
        let mut hold = |before: Option<f64>, after: Option<f64>, slack: f64, traffic: bool| {
            let Some((before, after)) = before.zip(after) else { return };
            let slack = |low: f64| if slack > 0.0 { slack } else { low.sqrt() };
            if after > before * STRAY + slack(before) {
                // What a full pool kept away comes back: that is no more load than before the pool was full.
                let returns = traffic && self.full && !later.full;
                shift.louder += usize::from(!returns);
                shift.louder_beside_traffic += usize::from(!traffic);
            } else if before > after * STRAY + slack(after) {
                let kept_away = traffic && later.full && !self.full;
                shift.quieter += usize::from(!kept_away);
            }
        };
        hold(self.share, later.share, SHARE_SLACK, false);
        hold(self.lookups, later.lookups, 0.0, true);
        for (column, (before, after)) in GROWS.iter().zip(self.grows.iter().zip(&later.grows)) {
            let traffic = matches!(column, Column::Queries | Column::Running);
            hold(*before, *after, 0.0, traffic);
        }
        match (self.full, later.full) {
            (false, true) => shift.louder += 1,
            (true, false) => shift.quieter += 1,
            _ => {}
        }
        shift
    }
}

impl Shift {
    /// Quieter in something and louder in nothing: what came before was the incident.
    pub(crate) fn is_recovery(self) -> bool {
        self.quieter > 0 && self.louder == 0
    }

    /// Worse in several ways at once, more than a row that covers less time would explain.
    pub(crate) fn is_outbreak(self) -> bool {
        self.louder >= 2 && self.louder_beside_traffic > 0 && self.quieter == 0
    }
}
