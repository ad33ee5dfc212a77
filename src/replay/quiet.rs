//! The quiet minutes of a recording: what is usual there. The whole recording is at hand, so they may lie before the
//! incident or after it, and an incident that fills the recording is never taken for its own baseline.

use crate::config::Thresholds;
use crate::diagnosis::{Baseline, Usual};
use crate::observation::Metric;
use crate::replay::column::Column;
use crate::replay::series::{CACHE, Row, Series, metric};
use crate::replay::typical::{GROWS, Typical, lookups, median, miss_share, used};

/// The baseline of a recording; empty when it has no quiet minutes.
pub(crate) fn baseline(series: &Series, thresholds: &Thresholds) -> Baseline {
    let quiet = minutes(series);
    let mut baseline = Baseline::new();
    let mut shares: Vec<f64> = quiet.iter().filter_map(|row| miss_share(row)).collect();
    let share = median(&mut shares);
    let worst = series.rows.iter().filter_map(miss_share).fold(0.0_f64, f64::max);
    // Quiet minutes that are themselves critical are quiet only if something far worse stands beside them.
    let same_all_along = share.is_none_or(|share| worst < 1.5 * share);
    let at_a_limit = [(Column::Clients, Column::Maxclients), (Column::Connections, Column::ConnectionsLimit)]
        .into_iter()
        .any(|(part, whole)| {
            let mut shares: Vec<f64> = quiet.iter().filter_map(|row| used(row, part, whole)).collect();
            median(&mut shares).is_some_and(|share| share >= thresholds.connections_critical)
        });
    let low = share.is_some_and(|share| 1.0 - share < thresholds.hit_ratio_critical);
    let all_bad = same_all_along && (low || at_a_limit);
    if quiet.is_empty() || series.rows.len() < 2 || all_bad {
        return baseline;
    }
    let source = match quiet.len() {
        1 => "the one quiet row".to_owned(),
        rows => format!("median of {rows} quiet rows"),
    };
    // One row does not show how much it strays.
    let least_spread = if quiet.len() == 1 { 0.05 } else { 0.005 };
    let mut set = |metric: Metric, target: &str, values: &mut [f64]| {
        if let Some(value) = median(values) {
            let mut strays: Vec<f64> = values.iter().map(|v| (v - value).abs()).collect();
            // A hit ratio strays as much as the misses do, not as much as the hits.
            let scale = if metric == Metric::CacheHitRatio && quiet.len() == 1 { 1.0 - value } else { value };
            // Never zero: zero means "not known", and rounding hides a little.
            let spread = (1.4826 * median(&mut strays).unwrap_or(0.0)).max(least_spread * scale).max(1e-9);
            let usual = Usual { value, spread, hour: Some(value), source: source.clone(), firm: true };
            baseline.set_usual(target, metric, usual);
        }
    };
    for column in &series.columns {
        let mut values: Vec<f64> = quiet.iter().filter_map(|row| row.get(*column)).collect();
        let metric = metric(*column);
        set(metric, target(metric), &mut values);
    }
    let mut ratios: Vec<f64> = shares.iter().map(|share| 1.0 - share).collect();
    set(Metric::CacheHitRatio, CACHE, &mut ratios);
    for (part, whole, ratio) in [
        (Column::Clients, Column::Maxclients, Metric::CacheClientsRatio),
        (Column::Connections, Column::ConnectionsLimit, Metric::DatabaseConnectionsRatio),
    ] {
        let mut shares: Vec<f64> = quiet.iter().filter_map(|row| used(row, part, whole)).collect();
        // A limit that is always reached is no usual level, it is an incident older than the recording.
        if median(&mut shares).is_some_and(|share| share < thresholds.connections_critical) {
            set(ratio, target(ratio), &mut shares);
        }
    }
    baseline
}

fn target(metric: Metric) -> &'static str {
    match metric.name().split('.').next() {
        Some("cache") => CACHE,
        Some("database") => crate::replay::series::DATABASE,
        _ => crate::replay::series::HTTP,
    }
}

/// The rows that are like the stretch that is usual.
fn minutes(series: &Series) -> Vec<&Row> {
    let rows = &series.rows;
    let width = (rows.len() / 10).clamp(2, 4).min(rows.len());
    let middles: Vec<(Loud, f64)> = Loud::all()
        .filter_map(|what| {
            let mut values: Vec<f64> = rows.iter().filter_map(|row| what.read(row)).collect();
            Some((what, median(&mut values)?))
        })
        .collect();
    let scores: Vec<Option<f64>> = rows.iter().map(|row| loudness(row, &middles)).collect();
    let score = |from: usize, width: usize| scores[from..from + width].iter().copied().sum::<Option<f64>>();
    let mut stretches: Vec<(f64, usize)> =
        (0..=rows.len() - width).filter_map(|from| Some((score(from, width)?, from))).collect();
    stretches.sort_by(|a, b| a.0.total_cmp(&b.0));
    let like = |typical: &Typical| -> Vec<&Row> {
        let heard = rows.iter().zip(&scores).filter(|(_, score)| score.is_some());
        heard.map(|(row, _)| row).filter(|row| typical.fits(row)).collect()
    };
    let all_fit = |from: usize, width: usize| {
        let stretch = &rows[from..from + width];
        let typical = Typical::of(stretch);
        (score(from, width).is_some() && stretch.iter().all(|row| typical.fits(row))).then_some(typical)
    };
    // What came first is usual, unless the recording begins in the middle of an incident and a later stretch is
    // better in some way and worse in none.
    let first = (0..(rows.len() + 1).saturating_sub(2)).find_map(|from| Some((from, all_fit(from, 2)?)));
    if let Some((from, mut first)) = first {
        let before = if from == 1 { all_fit(0, 1) } else { None };
        if let Some(before) = before.filter(|before| before.shift(&first).is_outbreak()) {
            first = before;
        }
        let later = stretches.iter().map(|(_, from)| *from).filter_map(|from| all_fit(from, width));
        let recovered = later.into_iter().find(|later| first.shift(later).is_recovery());
        return like(recovered.as_ref().unwrap_or(&first));
    }
    // No two rows are alike. A stretch that lies across a change is like none of its own rows: then the next quietest.
    let alike = stretches.into_iter().map(|(_, from)| like(&Typical::of(&rows[from..from + width])));
    alike.into_iter().find(|alike| alike.len() >= width.max(2)).unwrap_or_default()
}

/// The first row of a stretch whose level is clearly not the one the recording began with.
pub(crate) fn step(series: &Series) -> Option<&Row> {
    let width = 4.min(series.rows.len());
    let first = Typical::of(&series.rows[..width]);
    let changed = series.rows.windows(width.max(1)).find(|stretch| {
        let later = Typical::of(stretch);
        let shift = first.shift(&later);
        shift.quieter + shift.louder > 0 && stretch.iter().all(|row| later.fits(row))
    });
    changed.and_then(|stretch| stretch.first())
}

/// How loud a minute is: the sum of the logarithms of what grows in an incident, each against its own median. What was
/// not recorded counts as neither; none when the cache was silent while it is recorded at other times.
fn loudness(row: &Row, middles: &[(Loud, f64)]) -> Option<f64> {
    let mut sum = 0.0;
    for (what, middle) in middles {
        match (what, what.read(row)) {
            (Loud::Misses, None) => return None,
            (_, Some(value)) => {
                sum += what.weight() * ((value + what.floor()) / (middle + what.floor())).ln();
            }
            _ => {}
        }
    }
    Some(sum)
}

/// What makes a minute loud.
#[derive(Clone, Copy)]
enum Loud {
    Misses,
    Lookups,
    Grown(Column),
}

impl Loud {
    fn all() -> impl Iterator<Item = Self> {
        [Self::Misses, Self::Lookups].into_iter().chain(GROWS.map(Self::Grown))
    }

    fn read(self, row: &Row) -> Option<f64> {
        match self {
            Self::Misses => miss_share(row),
            Self::Lookups => lookups(row),
            Self::Grown(column) => row.get(column),
        }
    }

    /// Keeps noise in values near zero from being loud.
    fn floor(self) -> f64 {
        if matches!(self, Self::Misses) { 0.002 } else { 1.0 }
    }

    /// Of two levels of traffic with the same hit ratio the lower is the quiet one; else traffic says little.
    fn weight(self) -> f64 {
        if matches!(self, Self::Lookups) { 0.3 } else { 1.0 }
    }
}
