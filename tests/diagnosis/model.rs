//! A small queueing model that makes labelled recordings: demand, a cache with a share of the keys, a database with a
//! pool, and one mechanism for each pattern. Seeded: the same seed gives the same recording.

use std::fmt::Write as _;

use fastrand::Rng;

/// How a recording is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Quiet, then the incident until the end.
    Plain,
    /// Quiet, the incident, quiet again.
    Recovers,
    /// Begins in mid-incident, ends quiet.
    Begun,
    /// As plain, but only just strong enough to be one.
    Mild,
}

/// A made recording.
#[derive(Clone, Debug)]
pub struct Recording {
    pub onset: Option<usize>,
    pub rows: Vec<Row>,
}

/// Columns in the order of the project's recordings; none is an empty cell.
pub type Row = [Option<f64>; NAMES.len()];

pub const NAMES: [&str; 14] = [
    "cache_hits",
    "cache_misses",
    "expired_keys",
    "evicted_keys",
    "keys",
    "cache_uptime_s",
    "cache_clients",
    "cache_maxclients",
    "db_queries",
    "db_connections",
    "db_max_connections",
    "db_running",
    "top_query_share",
    "response_time_ms",
];

pub const LABELS: [&str; 11] = [
    "healthy",
    "classic_expiry",
    "hot_key",
    "cold_cache",
    "eviction_storm",
    "absent_keys",
    "cache_connections_exhausted",
    "database_connections_exhausted",
    "traffic_surge",
    "slow_database",
    "cache_down",
];

impl Recording {
    /// As CSV, with only the columns that `keep` wants.
    pub fn csv(&self, keep: impl Fn(&str) -> bool) -> String {
        let kept: Vec<usize> = (0..NAMES.len()).filter(|index| keep(NAMES[*index])).collect();
        let mut out = String::from("time");
        for index in &kept {
            _ = write!(out, ",{}", NAMES[*index]);
        }
        out.push('\n');
        for (minute, row) in self.rows.iter().enumerate() {
            _ = write!(out, "{}", label(minute));
            for index in &kept {
                out.push(',');
                if let Some(value) = row[*index] {
                    _ = write!(out, "{value}");
                }
            }
            out.push('\n');
        }
        out
    }
}

/// The time label of a minute.
pub fn label(minute: usize) -> String {
    format!("{:02}:{:02}", 10 + minute / 60, minute % 60)
}

fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

fn log_between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    between(rng, low.ln(), high.ln()).exp()
}

/// A factor around one.
fn noise(rng: &mut Rng, sigma: f64) -> f64 {
    let sum: f64 = (0..6).map(|_| rng.f64()).sum();
    (1.0 + sigma * (sum - 3.0) * std::f64::consts::SQRT_2).max(0.05)
}

/// Makes one recording.
#[expect(clippy::too_many_lines, reason = "the model reads best in one piece")]
pub fn make(label: &'static str, shape: Shape, seed: u64) -> Recording {
    let mut rng = Rng::with_seed(seed ^ 0x5EED);
    let rng = &mut rng;
    let minutes = if shape == Shape::Recovers { rng.usize(18..26) } else { rng.usize(14..26) };
    let onset = if shape == Shape::Begun { 0 } else { rng.usize(2..10) };
    let end = match shape {
        Shape::Recovers => minutes - rng.usize(2..5),
        Shape::Begun => minutes - rng.usize(4..8),
        _ => minutes,
    };
    let ramp = if rng.bool() { 1.0 } else { between(rng, 2.0, 4.0) };
    let sigma = between(rng, 0.01, 0.10);
    let mild = shape == Shape::Mild;

    let lookups = log_between(rng, 1_500.0, 9_000_000.0);
    let ratio = between(rng, 0.90, 0.995);
    let keys = (lookups * log_between(rng, 0.3, 8.0)).round();
    let ttl_minutes = log_between(rng, 60.0, 900.0);
    let expiry = (keys / ttl_minutes).min(lookups * (1.0 - ratio)).max(0.0);
    let busy_cache = rng.u8(0..4) == 0;
    let evicting = if busy_cache { lookups * (1.0 - ratio) * 0.3 } else { 0.0 };
    let maxclients: f64 = 10_000.0;
    let clients = between(rng, 300.0, 6_500.0);
    let misses0 = lookups * (1.0 - ratio);
    let background = misses0 * between(rng, 0.2, 4.0);
    let service = log_between(rng, 0.001, 0.08);
    // At least one statement runs at any time: a slow database that runs nothing is seen by nobody.
    let service = service.max(60.0 / (misses0 + background));
    let offered = (misses0 + background) / 60.0 * service;
    let pool = (offered * between(rng, 5.0, 25.0)).max(40.0).round();
    let idle = between(rng, 1.2, 3.0);
    let base_response = between(rng, 1.0, 5.0);
    let uptime0 = between(rng, 1e5, 1e7).round();
    let drift = between(rng, -0.15, 0.15);

    // How strong the incident is: what it does at its height.
    let lost = if mild { between(rng, 0.12, 0.3) } else { between(rng, 0.35, 0.95) };
    let surge = if mild { between(rng, 2.0, 2.6) } else { between(rng, 2.6, 10.0) };
    let slow = if mild { between(rng, 2.5, 4.0) } else { between(rng, 4.0, 40.0) };
    let absent = if mild { between(rng, 0.15, 0.4) } else { between(rng, 0.5, 7.0) };
    let kept = between(rng, 0.25, 0.6);
    let left = between(rng, 0.002, 0.08);

    let mut rows = Vec::new();
    let mut uptime = uptime0;
    let mut restarted_at: Option<f64> = None;
    for minute in 0..minutes {
        let inside = label != "healthy" && minute >= onset && minute < end;
        let age = minute as f64 - onset as f64;
        let already = if shape == Shape::Begun { 10.0 } else { 0.0 };
        let height = if inside { ((age + 1.0 + already) / ramp).min(1.0) } else { 0.0 };
        let day = 1.0 + drift * (minute as f64 / minutes as f64);
        let mut demand = lookups * day * noise(rng, sigma);
        let mut miss = (1.0 - ratio) * noise(rng, sigma);
        let mut extra = 0.0;
        let mut bypass = 0.0;
        let mut expired = expiry * noise(rng, sigma);
        let mut evicted = evicting * noise(rng, sigma);
        let mut keys_now = keys;
        let mut clients_now = (clients * noise(rng, sigma)).min(maxclients * 0.7);
        let mut held = 0.0;
        let mut slower = 1.0;
        let mut top = between(rng, 0.05, 0.2);
        let mut silent = false;
        match label {
            "classic_expiry" if inside => {
                miss = (miss + lost * height).min(0.97);
                keys_now = keys * (1.0 - 0.85 * lost * height);
                let burst = if age < ramp + 1.0 { 0.85 * lost * keys / ramp } else { 0.0 };
                expired += burst + expiry * 8.0;
            }
            "hot_key" if inside => {
                miss += lost.min(0.7) * height * between(rng, 0.8, 1.1);
                top = (0.5 + lost * height).min(0.95);
            }
            "cold_cache" if inside => {
                let refilled = (left * (age + 1.0 + already)).min(0.4);
                keys_now = (keys * refilled).max(1.0);
                miss = (1.0 - 0.8 * refilled.sqrt()).clamp(0.3, 0.99);
                if seed.is_multiple_of(2) {
                    restarted_at.get_or_insert(20.0 + already * 60.0);
                }
            }
            "eviction_storm" if inside => {
                miss += (0.6 * lost) * height;
                evicted += lookups * 0.6 * lost * height * between(rng, 0.3, 0.6);
            }
            "absent_keys" if inside => extra = lookups * absent * height * noise(rng, sigma),
            "cache_connections_exhausted" if inside => {
                let through = 1.0 - (1.0 - kept) * height;
                bypass = demand * (1.0 - through);
                demand *= through;
                miss *= between(rng, 1.5, 6.0);
                clients_now = maxclients - between(rng, 0.0, 400.0);
            }
            "database_connections_exhausted" if inside => held = pool * (0.4 + age * 0.4 / ramp).min(1.0),
            "traffic_surge" if inside => demand *= 1.0 + (surge - 1.0) * height,
            "slow_database" if inside => slower = 1.0 + (slow - 1.0) * height,
            "cache_down" if inside => {
                silent = true;
                bypass = demand;
            }
            _ => {}
        }
        let misses = if silent { 0.0 } else { demand * miss.min(0.99) + extra };
        let hits = if silent { 0.0 } else { demand * (1.0 - miss.min(0.99)) };
        let queries = (misses + bypass + background * day) * noise(rng, sigma);
        let wanted = queries / 60.0 * service * slower;
        let running = (wanted * noise(rng, 0.06)).min(pool).round();
        let over = (wanted / pool).max(0.0);
        let base = base_response + service * 1e3 * (1.0 - ratio) * (slower - 1.0);
        let response =
            base * (1.0 + (over.min(0.98) / (1.0 - over.min(0.98)) / 20.0)) + (over - 1.0).max(0.0) * 300.0;
        let response = if held >= pool { response + 30.0 } else { response };
        let connections =
            ((running * idle).max(running + 3.0).max(held) * noise(rng, 0.03)).min(pool).round();
        uptime = match &mut restarted_at {
            Some(since) => {
                let now = *since;
                *since += 60.0;
                now
            }
            None => uptime + if minute > 0 { 60.0 } else { 0.0 },
        };
        let cell = |value: f64| (!silent).then(|| value.round());
        rows.push([
            cell(hits),
            cell(misses),
            cell(expired),
            cell(evicted),
            cell(keys_now),
            cell(uptime),
            cell(clients_now),
            Some(maxclients),
            Some(queries.round()),
            Some(connections),
            Some(pool),
            Some(running),
            Some((top * 100.0).round() / 100.0),
            Some(response.round().max(1.0)),
        ]);
    }
    let onset = (label != "healthy").then_some(onset);
    Recording { onset, rows }
}
