//! Keys that are there: the LFU counters of sampled keys, and `HOTKEYS` sessions that somebody else runs.

use std::collections::HashMap;

use crate::observation::Unit;
use crate::probe::hotkeys::{LISTED, View, show};
use crate::probe::ttl::sample::Sample;
use crate::probe::{Cell, Listing};
use crate::system::redis::Reply;
use crate::text;

/// What a new key's counter starts at.
const INITIAL: f64 = 5.0;
/// Steps above it from which on a counter tells: the first ones are a handful of accesses, as anybody's.
const TELLS: f64 = 3.0;

/// The accesses that a logarithmic LFU counter stands for, give or take: each step from `b` above the initial value
/// takes `b·factor + 1` accesses on average.
fn accesses(counter: u8, factor: f64) -> f64 {
    let steps = (f64::from(counter) - INITIAL).max(0.0);
    factor * steps * (steps - 1.0).max(0.0) / 2.0 + steps
}

/// Sampled keys that are used, hottest first.
pub struct Used<'a> {
    /// Each key, its LFU counter, and its estimated share of all accesses.
    pub keys: Vec<(&'a [u8], u8, f64)>,
    /// How many keys were sampled.
    pub sampled: usize,
}

/// The sampled keys by use; none when no key was used enough to tell. `keys` is how many there are in all, `factor` the
/// server's `lfu-log-factor`.
pub fn used(samples: &[Sample], keys: f64, factor: f64) -> Option<Used<'_>> {
    // RANDOMKEY gives some keys twice.
    let mut counters: HashMap<&[u8], u8> = HashMap::new();
    for key in samples.iter().flat_map(|sample| &sample.keys) {
        if let Some(frequency) = key.frequency {
            counters.insert(&key.key, frequency);
        }
    }
    let mut ranked: Vec<(&[u8], u8)> = counters.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let seen: f64 = ranked.iter().map(|(_, counter)| accesses(*counter, factor)).sum();
    let tells = |counter: u8| f64::from(counter) >= INITIAL + TELLS;
    let &(_, counter) = ranked.first().filter(|(_, counter)| seen > 0.0 && tells(*counter))?;
    // The keys outside the sample are taken to be like those in it, without the hottest.
    let scale = (keys / ranked.len() as f64).max(1.0);
    let top = accesses(counter, factor);
    let total = top + (seen - top) * scale;
    let sampled = ranked.len();
    let keys = ranked.into_iter().filter(|(_, counter)| f64::from(*counter) > INITIAL);
    let keys = keys.map(|(key, counter)| (key, counter, accesses(counter, factor) / total)).collect();
    Some(Used { keys, sampled })
}

/// The hottest of the sampled keys, as they are shown.
pub fn lfu(samples: &[Sample], keys: f64, factor: f64) -> View {
    let Some(used) = used(samples, keys, factor) else {
        return View {
            why: "no sampled key was used enough for its LFU counter to tell".into(),
            ..View::default()
        };
    };
    let mut notes = Vec::new();
    if keys / used.sampled as f64 > 1.05 {
        notes.push(format!(
            "hot keys: {} of {} keys sampled; a hot key outside the sample is not seen",
            text::count(used.sampled as f64),
            text::count(keys)
        ));
    }
    let row = |(key, counter, share): &(&[u8], u8, f64)| {
        vec![Cell::from(show(key)), Cell::count(*counter), Cell::Number(*share, Unit::Ratio)]
    };
    View {
        hottest: used.keys.first().map(|(key, _, share)| (show(key), *share)),
        listing: Some(Listing {
            title: "hot keys (LFU counters)".into(),
            columns: ["key", "counter", "share, estimated"].map(Into::into).into(),
            rows: used.keys.iter().take(LISTED).map(row).collect(),
        }),
        notes,
        why: String::new(),
    }
}

/// What a `HOTKEYS` session has counted (Redis 8.6), most first.
pub struct Session {
    /// Each key and its share.
    pub keys: Vec<(Vec<u8>, f64)>,
    /// Of what: `CPU time` or else `network bytes`.
    pub what: &'static str,
    /// Whether it still runs.
    pub running: bool,
}

/// Reads the answer to `HOTKEYS GET`; none when there is no session.
pub fn session(reply: &Reply) -> Option<Session> {
    // Some versions wrap the fields into one more list.
    let fields = match reply.items() {
        [one @ Reply::Array(_)] => one,
        _ => reply,
    };
    let (list, total, what) = [
        ("by-cpu-time-us", "all-commands-all-slots-us", "CPU time"),
        ("by-net-bytes", "net-bytes-all-commands-all-slots", "network bytes"),
    ]
    .iter()
    .find_map(|(list, total, what)| Some((fields.field(list)?, fields.field(total)?.int()? as f64, *what)))?;
    let keys: Vec<(Vec<u8>, f64)> = list
        .items()
        .chunks_exact(2)
        .filter_map(|pair| match &pair[0] {
            Reply::Bulk(key) => Some((key.clone(), (pair[1].int()? as f64 / total).min(1.0))),
            _ => None,
        })
        .collect();
    let running = fields.field("tracking-active").and_then(Reply::int) == Some(1);
    (total > 0.0 && !keys.is_empty()).then_some(Session { keys, what, running })
}

/// The keys of a session, as they are shown; none when there is no session.
pub fn running_session(reply: &Reply) -> Option<View> {
    let Session { keys, what, running } = session(reply)?;
    let (hottest, most) = keys.first()?;
    Some(View {
        hottest: Some((show(hottest), *most)),
        listing: Some(Listing {
            title: format!("hot keys (HOTKEYS session{}, {what})", if running { "" } else { ", ended" }),
            columns: ["key", "share"].map(Into::into).into(),
            rows: keys
                .iter()
                .take(LISTED)
                .map(|(key, share)| vec![Cell::from(show(key)), Cell::Number(*share, Unit::Ratio)])
                .collect(),
        }),
        ..View::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::ttl::sample::Sampled;

    #[test]
    fn the_counter_is_logarithmic_and_shares_are_of_accesses() {
        // 300 GETs brought a real counter to 12-15 (docs/systems.md, F).
        assert!((200.0..500.0).contains(&accesses(13, 10.0)), "{}", accesses(13, 10.0));
        let key = |name: &str, frequency| Sampled {
            key: name.into(),
            left: None,
            frequency: Some(frequency),
            number: None,
        };
        let mut keys: Vec<Sampled> = (0..99).map(|n| key(&format!("cold:{n}"), 5)).collect();
        keys.push(key("hot", 100));
        let sample = Sample { keys, whole: true, ..Sample::default() };
        let view = lfu(&[sample], 100.0, 10.0);
        assert_eq!(view.hottest, Some(("hot".into(), 1.0)));
        let quiet = Sample { keys: vec![key("a", 0)], whole: true, ..Sample::default() };
        assert!(lfu(&[quiet], 1.0, 10.0).hottest.is_none());
    }

    #[test]
    fn a_session_is_read_with_and_without_the_outer_list() {
        let name = |text: &str| Reply::Bulk(text.as_bytes().to_vec());
        let fields = Reply::Array(vec![
            name("tracking-active"),
            Reply::Int(1),
            name("all-commands-all-slots-us"),
            Reply::Int(220),
            name("by-cpu-time-us"),
            Reply::Array(vec![name("x"), Reply::Int(110), name("y"), Reply::Int(11)]),
        ]);
        for reply in [fields.clone(), Reply::Array(vec![fields])] {
            assert_eq!(running_session(&reply).and_then(|view| view.hottest), Some(("x".into(), 0.5)));
        }
        assert!(running_session(&Reply::Nil).is_none());
    }
}
