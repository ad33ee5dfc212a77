//! Seasonality: the slow rise and fall of traffic over hours, which is no incident: a day is not the same as a night.

use crate::replay::column::Column;
use crate::replay::series::{Row, Series};
use crate::replay::typical::{lookups, median, miss_share};

/// A recording shorter than this, in seconds, is held against one level of traffic.
const LONG: f64 = 7_200.0;

/// How fast traffic may rise and still be the time of day: the natural logarithm per hour, +65 %.
const PER_HOUR: f64 = 0.5;

/// What swells with the traffic.
const SWELLS: [Column; 7] = [
    Column::Hits,
    Column::Misses,
    Column::Expired,
    Column::Evicted,
    Column::Queries,
    Column::Running,
    Column::Connections,
];

/// For each row how much traffic there usually is at that time, as a multiple of the median; all ones for a short
/// recording.
pub(crate) fn factors(series: &Series) -> Vec<f64> {
    let flat = vec![1.0; series.rows.len()];
    if series.interval * (series.rows.len() as f64) < LONG {
        return flat;
    }
    let levels = traffic(series);
    let mut first: Vec<f64> = levels.iter().flatten().take(5).copied().collect();
    let Some(mut level) = median(&mut first) else { return flat };
    let step = PER_HOUR * series.interval / 3_600.0;
    // It follows the traffic, but no faster than the time of day does: what is faster stands out.
    let followed = levels.into_iter().map(|now| {
        level += now.map_or(0.0, |now| (now - level).clamp(-step, step));
        level
    });
    let followed: Vec<f64> = followed.collect();
    let middle = median(&mut followed.clone()).unwrap_or(0.0);
    followed.iter().map(|level| (level - middle).exp()).collect()
}

/// The logarithm of the traffic where it says something about the time of day. That moves hits and misses together: a
/// row with an unusual share of misses says nothing, nor do queries while the cache is silent.
fn traffic(series: &Series) -> Vec<Option<f64>> {
    let mut shares: Vec<f64> = series.rows.iter().filter_map(miss_share).collect();
    shares.sort_by(f64::total_cmp);
    let usual = shares.get(shares.len() / 10).copied();
    let read = |row: &Row| match usual {
        Some(usual) => lookups(row).filter(|_| miss_share(row).is_some_and(|s| s <= 2.0 * usual + 0.02)),
        None => row.get(Column::Queries),
    };
    series.rows.iter().map(|row| read(row).filter(|traffic| *traffic > 0.0).map(f64::ln)).collect()
}

/// The recording as it would be without the seasonality.
pub(crate) fn level(series: &Series, factors: &[f64]) -> Series {
    let mut level = series.clone();
    for (row, factor) in level.rows.iter_mut().zip(factors) {
        for column in SWELLS {
            row.readings[column as usize] = row.readings[column as usize].map(|value| value / factor);
        }
    }
    level
}
