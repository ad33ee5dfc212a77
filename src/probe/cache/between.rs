//! What is done between the two glances: keys are sampled and key-miss events listened to.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::clock;
use crate::observation::Observation;
use crate::probe::cache::counters::Counters;
use crate::probe::cache::readings::ONE_LOOK;
use crate::probe::cache::work::{Echoes, Newest, Slow};
use crate::probe::hotkeys::{self, LOG_FACTOR, View};
use crate::probe::ttl::sample::{self, Order, Sample};
use crate::probe::ttl::{self, Now};
use crate::probe::{Look, Part, TargetReport};
use crate::system::Dialling;
use crate::system::redis::{Misses, Node, Query, Reply};
use crate::text;

/// Sampling may go on this long when the window is shorter.
const SAMPLING: Duration = Duration::from_millis(1_500);
/// Between two samples of the keys, however often is measured.
const AGAIN: Duration = Duration::from_secs(60);
/// … while the number of keys strays by no more than this share.
const STRAY: f64 = 0.05;
/// Keys sampled when one look was asked for and the forecast is not all that is wanted: 500 keys take 20 ms.
const ONE_LOOK_KEYS: usize = 500;

/// The circumstances.
pub struct Between<'a> {
    /// How to look.
    pub look: &'a Look,
    /// How to connect.
    pub dialling: &'a Dialling,
    /// When the window began.
    pub from: Instant,
    /// The database that is sampled.
    pub database: u32,
    /// A sample that is young enough: what it costs is not paid again.
    pub kept: Option<&'a Kept>,
}

/// The keys of a measurement, for the next ones: each sample adds lookups to what applications are judged by, for
/// whoever looks at the same time.
pub struct Kept {
    at: Instant,
    samples: Vec<Sample>,
    keys: Option<f64>,
}

impl Kept {
    /// Whether another sample is due.
    pub fn is_old(&self) -> bool {
        clock::instant() - self.at >= AGAIN
    }

    /// Whether about as many keys are there as were.
    fn is_like(&self, keys: f64) -> bool {
        self.keys.is_some_and(|were| (keys - were).abs() <= STRAY * were)
    }

    /// The keys, with the time that is left of them now; those that have gone are left out.
    fn now(&self, now: Instant) -> Vec<Sample> {
        let passed = (now - self.at).as_secs_f64();
        let mut samples = self.samples.clone();
        for sample in &mut samples {
            sample.vanished.clear();
            sample.keys.iter_mut().for_each(|key| key.left = key.left.map(|left| left - passed));
            sample.keys.retain(|key| key.left.is_none_or(|left| left > 0.0));
        }
        samples
    }
}

/// The keys of one look.
#[derive(Default)]
struct Sampled {
    samples: Vec<Sample>,
    /// How many there are; none: that is not told.
    keys: Option<f64>,
    /// When, where it was before this look.
    at: Option<Instant>,
    /// Sentences about nodes of which none were sampled.
    failed: Vec<String>,
}

/// How one node did within the window.
pub struct Strain {
    /// The node's name.
    pub node: String,
    /// Our PINGs to it.
    pub echoes: Echoes,
    /// What its slow log gained.
    pub slow: Option<Slow>,
}

/// What was found, before rates are known.
#[derive(Default)]
pub struct Found {
    /// How each node did.
    pub strains: Vec<Strain>,
    /// The keys, when they were sampled anew.
    pub kept: Option<Kept>,
    samples: Vec<Sample>,
    keys: Option<f64>,
    views: Vec<View>,
    notes: Vec<String>,
}

impl Between<'_> {
    /// Waits for the window to pass and samples meanwhile. Takes a little longer than a very short window.
    pub async fn run(&self, nodes: &[Node], seen: &[Counters]) -> Found {
        let end = self.from + self.look.window;
        let hot = self.look.parts.contains(&Part::Hotkeys);
        let want_ttl = self.look.parts.contains(&Part::Ttl);
        let lfu = hot
            && seen.iter().all(|node| node.info.get("maxmemory_policy").is_some_and(|p| p.ends_with("lfu")));
        let (sampled, missing, session, strains, ()) = tokio::join!(
            self.sample(nodes, seen, want_ttl || lfu, lfu),
            self.missing(nodes, seen, hot, end),
            self.session(nodes, hot),
            self.strain(nodes, seen, end),
            clock::sleep_until(end),
        );
        let mut found = Found { strains, ..Found::default() };
        found.samples = sampled.samples;
        found.keys = sampled.keys;
        found.notes.extend(sampled.failed);
        match sampled.at {
            Some(at) => {
                let age = text::duration(self.from - at);
                found.notes.push(format!(
                    "the keys were sampled {age} ago (once a minute, while their number holds)"
                ));
            }
            None if !found.samples.is_empty() => {
                found.kept = Some(Kept { at: self.from, samples: found.samples.clone(), keys: found.keys });
            }
            None => {}
        }
        if hot {
            let vanished: Vec<Vec<u8>> = found.samples.iter().flat_map(|s| &s.vanished).cloned().collect();
            found.views.push(match missing {
                Ok(mut heard) => {
                    heard.iter_mut().for_each(|node| node.withdraw(&vanished));
                    hotkeys::view(&heard)
                }
                Err(view) => view,
            });
            found.views.extend(session);
            found.views.push(match lfu {
                true => match found.keys {
                    Some(keys) => hotkeys::lfu(&found.samples, keys, self.factor(nodes).await),
                    None => View { why: ttl::UNTOLD.into(), ..View::default() },
                },
                false => View { why: not_lfu(seen), ..View::default() },
            });
        }
        found
    }

    /// Asks every node for an echo until the window ends, and what its slow log gained meanwhile.
    async fn strain(&self, nodes: &[Node], seen: &[Counters], end: Instant) -> Vec<Strain> {
        if !self.look.parts.contains(&Part::Cache) {
            return Vec::new();
        }
        let live = nodes.iter().filter(|node| seen.iter().any(|c| c.node == node.name()));
        join_all(live.filter_map(|node| {
            let connection = node.connection.as_ref()?;
            Some(async move {
                let by = || clock::instant() + self.dialling.reply;
                let newest = match self.look.window.is_zero() {
                    true => None,
                    false => Newest::read(connection, by()).await,
                };
                let echoes = Echoes::listen(connection, end, self.dialling.reply).await;
                let slow = match newest {
                    Some(newest) => newest.since(connection, by()).await,
                    None => None,
                };
                Strain { node: node.name(), echoes, slow }
            })
        }))
        .await
    }

    /// Samples one node of each shard, a replica where one is measured, in proportion to its keys.
    async fn sample(&self, nodes: &[Node], seen: &[Counters], wanted: bool, frequency: bool) -> Sampled {
        if !wanted {
            return Sampled { keys: Some(0.0), ..Sampled::default() };
        }
        let live = |node: &&Node| {
            node.connection.is_some() && seen.iter().any(|c| c.node == node.name() && !c.loading())
        };
        let chosen: Vec<&Node> = nodes
            .iter()
            .filter(live)
            .filter(|node| match (&node.replica_of, node.primary) {
                // LFU counters are those of the node that serves the reads: ask the primary.
                (_, true) => {
                    frequency
                        || !nodes
                            .iter()
                            .filter(live)
                            .any(|r| r.replica_of.as_ref() == Some(&node.way.address))
                }
                (Some(primary), false) if !frequency => {
                    // One replica of each primary.
                    let first = nodes.iter().filter(live).find(|r| r.replica_of.as_ref() == Some(primary));
                    first.is_some_and(|first| first.name() == node.name())
                }
                (_, false) => !nodes.iter().filter(live).any(|other| other.primary),
            })
            .collect();
        let keys_of = |node: &Node| {
            let counters = seen.iter().find(|c| c.node == node.name());
            counters.and_then(|c| c.info.keys_in(self.database))
        };
        // An empty sum of floats is -0.
        let told = chosen.iter().try_fold(0.0, |sum, node| Some(sum + keys_of(node)?));
        let Some(total) = told.filter(|_| !chosen.is_empty()) else { return Sampled::default() };
        // Where keys have come or gone, what was sampled before is no picture of what is there.
        if let Some(kept) = self.kept.filter(|kept| kept.is_like(total)) {
            let samples = kept.now(self.from);
            return Sampled { samples, keys: Some(total), at: Some(kept.at), failed: Vec::new() };
        }
        let one_look = self.look.window.is_zero() && self.look.parts.contains(&Part::Cache);
        let samples = if one_look { self.look.samples.min(ONE_LOOK_KEYS) } else { self.look.samples };
        let until = self.from + self.look.window.max(SAMPLING.min(self.look.timeout / 2));
        let outcomes = join_all(chosen.iter().filter_map(|node| {
            let keys = keys_of(node)?;
            let order = Order {
                samples: (samples as f64 * keys / total.max(1.0)).ceil() as usize,
                keys,
                frequency,
                expire_times: seen.iter().any(|c| c.node == node.name() && c.info.has_expire_times()),
                replica: !node.primary && seen.iter().any(|c| c.node == node.name() && c.info.is_cluster()),
                until,
                from: self.from,
            };
            let connection = node.connection.as_ref()?;
            Some(async move { (node.name(), sample::take(connection, order).await) })
        }))
        .await;
        let mut sampled = Sampled { keys: Some(total), ..Sampled::default() };
        let mut of = Vec::new();
        for (node, outcome) in outcomes {
            match outcome {
                Ok(sample) => {
                    sampled.samples.push(sample);
                    of.push(node);
                }
                Err(error) => sampled.failed.push(format!("keys of {node} were not sampled: {error}")),
            }
        }
        if self.look.parts.contains(&Part::Ttl) {
            let by = clock::instant() + self.dialling.reply;
            let in_cliffs = ttl::in_cliffs(&sampled.samples, total);
            join_all(sampled.samples.iter_mut().zip(in_cliffs).zip(&of).map(
                async |((sample, keys), name)| {
                    let node = nodes.iter().find(|node| node.name() == *name);
                    if let Some(connection) = node.and_then(|node| node.connection.as_ref()) {
                        sample::ask_for_numbers(connection, sample, &keys, by).await;
                    }
                },
            ))
            .await;
        }
        sampled
    }

    /// Listens on every node, or says why not.
    async fn missing(
        &self,
        nodes: &[Node],
        seen: &[Counters],
        wanted: bool,
        until: Instant,
    ) -> Result<Vec<Misses>, View> {
        if !wanted {
            return Ok(Vec::new());
        }
        if self.look.window.is_zero() {
            return Err(View { why: ONE_LOOK.into(), ..View::default() });
        }
        let by = clock::instant() + self.dialling.reply;
        let live = nodes.iter().filter(|node| seen.iter().any(|c| c.node == node.name()));
        let heard = join_all(live.map(|node| async move {
            let flags = match &node.connection {
                Some(connection) => {
                    connection.query_one(Query::ConfigGet("notify-keyspace-events"), by).await.ok()?
                }
                None => return None,
            };
            match flags.field("notify-keyspace-events").and_then(Reply::text) {
                Some(flags) if !(flags.contains('m') && flags.contains('E')) => None,
                // Where CONFIG is not for us (hosted services) we just listen.
                _ => Some(hotkeys::listen(&node.way, self.dialling, until).await),
            }
        }))
        .await;
        let heard: Vec<Misses> = heard.into_iter().flatten().collect();
        if heard.is_empty() {
            let note = "missing keys: key-miss events are not switched on; `stampede break keymiss-events` switches them \
                        on for a moment";
            let why = "key-miss events are not switched on";
            return Err(View { why: why.into(), notes: vec![note.into()], ..View::default() });
        }
        Ok(heard)
    }

    /// The results of `HOTKEYS` sessions, where the server knows the command. Starting one would be a change.
    async fn session(&self, nodes: &[Node], wanted: bool) -> Vec<View> {
        let mut views = Vec::new();
        let by = clock::instant() + self.dialling.reply;
        for connection in nodes.iter().filter(|_| wanted).filter_map(|node| node.connection.as_ref()) {
            let known = connection.query_one(Query::CommandInfo("HOTKEYS"), by).await;
            if known.is_ok_and(|reply| reply.items().iter().any(|command| !command.items().is_empty()))
                && let Ok(reply) = connection.query_one(Query::HotkeysGet, by).await
            {
                views.extend(hotkeys::running_session(&reply));
            }
        }
        views
    }

    async fn factor(&self, nodes: &[Node]) -> f64 {
        let by = clock::instant() + self.dialling.reply;
        for connection in nodes.iter().filter_map(|node| node.connection.as_ref()) {
            if let Ok(reply) = connection.query_one(Query::ConfigGet("lfu-log-factor"), by).await
                && let Some(factor) = reply.field("lfu-log-factor").and_then(Reply::text)
            {
                return factor.parse().unwrap_or(LOG_FACTOR);
            }
        }
        LOG_FACTOR
    }
}

fn not_lfu(seen: &[Counters]) -> String {
    let policy = seen.iter().find_map(|node| node.info.get("maxmemory_policy")).unwrap_or("unknown");
    format!("living keys are not counted: maxmemory-policy is {}, not LFU", text::escape(policy))
}

impl Found {
    /// Adds observations, notes and listings, now that the rates are known.
    pub fn write(self, report: &mut TargetReport, look: &Look, rates: Now) {
        let target = report.target.clone();
        report.notes.extend(self.notes);
        if look.parts.contains(&Part::Ttl) {
            let keys = self.samples.iter().flat_map(|sample| &sample.keys);
            report.left.extend(keys.filter_map(|key| key.left));
            let outlook = ttl::outlook(&target, &self.samples, Now { keys: self.keys, ..rates });
            report.observations.extend(outlook.observations);
            report.notes.extend(outlook.notes);
            report.listings.extend(outlook.listing);
        }
        if look.parts.contains(&Part::Hotkeys) {
            let observation: Observation = hotkeys::observation(&target, &self.views);
            let hottest = self.views.iter().position(|view| view.hottest.is_some());
            let alone = look.parts == [Part::Hotkeys];
            report.observations.push(observation);
            for (n, mut view) in self.views.into_iter().enumerate() {
                // How well each way of looking worked is noise to somebody who did not ask for hot keys.
                if !alone {
                    report.listings.extend(view.listing);
                    continue;
                }
                report.notes.append(&mut view.notes);
                // Why the other ways of looking gave nothing is part of the observation when none did.
                if hottest.is_some_and(|hottest| hottest != n)
                    && !view.why.is_empty()
                    && view.notes.is_empty()
                {
                    report.notes.push(format!("hot keys: {}", view.why));
                }
                report.listings.extend(view.listing);
            }
        }
    }
}
