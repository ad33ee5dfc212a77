//! The log probe: which lines say that the cache misses, or that somebody is full, and how many a second.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;

use crate::clock;
use crate::config::{LogTarget, PodLogs};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation};
use crate::probe::log_lists::{by_source, by_time, heading, hides_misses};
use crate::probe::{Look, Probe, TargetReport, pods};
use crate::system::logs::{BUILT_IN, Count, Counter, Patterns, State, Tally, Zone};
use crate::text::{bytes, count, duration, escape, fit};

/// Redis and Valkey say nothing in their own log when they refuse a client at `maxclients`.
pub const REDIS_IS_SILENT: &str = "Redis logs nothing when it refuses clients at maxclients: look in the \
    application's logs, and at rejected_connections in INFO stats";
/// The metric of each built-in pattern.
const METRICS: [Metric; 4] =
    [Metric::LogsCacheMiss, Metric::LogsCacheFull, Metric::LogsDatabaseFull, Metric::LogsMissStorm];
/// A log that has been silent for so long says nothing of now: whether there is nothing to say, or nobody who says it.
const SILENT: i64 = 600;
/// Kept back from the budget, to put the counts together in time.
const RESERVE: Duration = Duration::from_millis(100);

struct LogProbe {
    target: Arc<str>,
    address: String,
    counter: Result<Counter, TargetError>,
    pods: Option<PodLogs>,
}

/// Makes ready to count in the logs of `target`; what is wrong with it is part of the first report.
pub fn open(name: &str, logs: &LogTarget) -> Box<dyn Probe> {
    Box::new(LogProbe {
        target: name.into(),
        address: fit(&escape(&place(logs)), 200).into_owned(),
        counter: Counter::open(logs),
        pods: logs.pods.clone(),
    })
}

/// Where the lines come from: files and labels.
pub(super) fn place(logs: &LogTarget) -> String {
    let pods = logs.pods.as_ref().map(|pods| format!("pods with {}", pods.selector));
    logs.paths.iter().cloned().chain(pods).collect::<Vec<_>>().join(" ")
}

impl Probe for LogProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut report = TargetReport::blank(&self.target, Kind::Logs, &self.address);
            match &mut self.counter {
                Ok(counter) => {
                    let zone = local_zone();
                    let budget = look.timeout.saturating_sub(RESERVE.min(look.timeout / 4));
                    let mut counts = counter.count(look.since, budget, zone).await;
                    if let Some(pods) = &self.pods {
                        match pods::count(pods, &counter.shared(), look.since, budget, zone).await {
                            Ok(more) => counts.extend(more),
                            Err(error) => report.error = Some(error),
                        }
                    }
                    fill(&mut report, counter.patterns(), &counts, look.since, (&zone, self.pods.is_some()));
                }
                Err(error) => {
                    let why = error.message.clone();
                    let metrics = METRICS.into_iter().chain([Metric::LogsLines]);
                    report.observations = metrics
                        .map(|metric| Observation::unknown(&self.target, metric, why.clone()))
                        .collect();
                    report.error = Some(error.clone());
                }
            }
            report
        })
    }
}

fn local_zone() -> Zone {
    let now = clock::now();
    Zone { offset: TimeZone::system().to_offset(now).seconds().into(), now: now.as_second() }
}

fn fill(
    to: &mut TargetReport,
    patterns: &Patterns,
    counts: &[Count],
    since: Option<Duration>,
    (zone, pods): (&Zone, bool),
) {
    let names = patterns.names();
    let mut total = Tally::new(names.len());
    for count in counts {
        total.merge(&count.tally);
    }
    let whole = Whole::of(counts);
    let age = total.last.map(|last| zone.now - last / 1000).filter(|age| *age > SILENT);
    let silent = age.map(|age| duration(Duration::from_secs(age.unsigned_abs())));
    let read = whole.read;
    to.notes = notes(counts);
    if !read && whole.too_old == 0 && to.error.is_none() {
        to.error = Some(nothing_read(counts, pods));
    }
    let span = whole.reason().map_or_else(|| covered(&total, since, zone), Err);
    // What is closed tells of what it holds, not of now.
    let span = match (span, since) {
        (Ok(_), None) if !whole.live => Err("a compressed log says nothing of now".into()),
        (span, _) => span,
    };
    let span = span.map_err(|why: String| with_counts(&why, names, &total));
    for (index, metric) in METRICS.into_iter().enumerate() {
        let told = metric != Metric::LogsCacheMiss || !hides_misses(&total, patterns);
        let rate = span.clone().and_then(|span| rate(&total, index, span, (told, &whole, silent.as_deref())));
        to.observations.push(match rate {
            Ok((rate, detail)) => Observation::known(&to.target, metric, rate).detail(detail),
            Err(why) => Observation::unknown(&to.target, metric, why),
        });
    }
    to.observations.push(if read {
        Observation::known(&to.target, Metric::LogsLines, total.lines as f64)
    } else {
        Observation::unknown(&to.target, Metric::LogsLines, "no log could be read")
    });
    if let Some(ahead) = total.last.map(|last| last / 1000 - zone.now).filter(|ahead| *ahead > 120) {
        let ahead = duration(Duration::from_secs(ahead.unsigned_abs()));
        to.notes.push(format!("the last line is {ahead} in the future: another time zone, or a wrong clock"));
    }
    let full = BUILT_IN.iter().position(|name| *name == "cache_full");
    if full.is_some_and(|at| total.matched[at] == 0)
        && counts.iter().any(|count| count.label.contains("redis"))
    {
        to.notes.push(REDIS_IS_SILENT.into());
    }
    to.listings.push(by_source(patterns, counts, zone));
    to.listings.extend(by_time(patterns, &total, zone));
}

/// Lines per second that hold a pattern, and in words what that is of; or why there is no telling. `told`: a line would
/// say so if there was one; `silent`: how old the last line is, of a log that has said nothing for long.
fn rate(
    total: &Tally,
    pattern: usize,
    span: f64,
    (told, whole, silent): (bool, &Whole, Option<&str>),
) -> Result<(f64, String), String> {
    let untimed = total.untimed[pattern];
    let timed = total.matched[pattern] - untimed;
    if timed == 0 {
        // None found is none only where all was read that could say so.
        if untimed > 0 {
            return Err(format!("{} such lines, none with a time that can be read", count(untimed as f64)));
        }
        if whole.incomplete > 0 {
            return Err(format!(
                "{} of {} logs could not be read completely",
                count(whole.incomplete as f64),
                count(whole.all as f64)
            ));
        }
        if !told {
            return Err("no line says hit or miss in a known spelling: set patterns.cache_miss".into());
        }
        if !whole.live {
            return Err("a compressed log says nothing of now".into());
        }
    }
    if let Some(age) = silent {
        let found = if timed == 0 { "none".to_owned() } else { format!("{} lines", count(timed as f64)) };
        return Err(format!("{found} in it, but its last line is {age} old"));
    }
    let least = if whole.incomplete > 0 { "at least " } else { "" };
    let mut detail =
        format!("{least}{} lines in {}", count(timed as f64), duration(Duration::from_secs_f64(span)));
    if untimed > 0 {
        detail.push_str(&format!(", and {} without a time", count(untimed as f64)));
    }
    Ok((timed as f64 / span, detail))
}

/// How much of what was to be read was read.
struct Whole {
    all: usize,
    /// Anything at all.
    read: bool,
    /// Logs of which lines are missing.
    incomplete: usize,
    /// Logs that were closed before the time that was asked for.
    too_old: usize,
    /// Whether one of them is still being written.
    live: bool,
}

impl Whole {
    fn of(counts: &[Count]) -> Self {
        let number = |which: &dyn Fn(&Count) -> bool| counts.iter().filter(|count| which(count)).count();
        let read = |count: &Count| matches!(count.state, State::Whole | State::SoFar);
        Self {
            all: counts.len(),
            read: number(&read) > 0,
            incomplete: number(&|count| count.at_least || matches!(count.state, State::Failed(_))),
            too_old: number(&|count| count.state == State::TooOld),
            live: number(&|count| read(count) && !count.closed) > 0,
        }
    }

    /// Why there is nothing to judge.
    fn reason(&self) -> Option<String> {
        match (self.read, self.too_old) {
            (true, _) => None,
            (false, 0) => Some("no log could be read".into()),
            (false, _) => Some("all of these logs are compressed, and older than was asked for".into()),
        }
    }
}

/// Why there is no rate, with what was counted all the same.
fn with_counts(why: &str, names: &[String], total: &Tally) -> String {
    let counted: Vec<String> = names
        .iter()
        .zip(&total.matched)
        .filter(|(_, matched)| **matched > 0)
        .map(|(name, matched)| format!("{} {}", count(*matched as f64), heading(name)))
        .collect();
    if counted.is_empty() { why.to_owned() } else { format!("{} lines, but {why}", counted.join(", ")) }
}

/// The seconds of log time that the counts are of, or why there is no telling.
fn covered(total: &Tally, since: Option<Duration>, zone: &Zone) -> Result<f64, String> {
    let (Some(first), Some(last)) = (total.first, total.last) else {
        return Err(if total.bytes == 0 {
            "no line was read"
        } else {
            "no line has a time that can be read"
        }
        .into());
    };
    let now = zone.now * 1000;
    let mut span = total.span().unwrap_or(0.0);
    if let Some(since) = since {
        let limit = now - i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2);
        if last < limit {
            let age = Duration::from_millis((now - last).unsigned_abs());
            return Err(format!(
                "the last line is {} old, nothing is younger than {}",
                duration(age),
                duration(since)
            ));
        }
        // A quiet log that is looked at now covers the time until now.
        span = (now.max(last) - first.max(limit)) as f64 / 1000.0;
    }
    if span < 1.0 { Err("the log covers less than a second".into()) } else { Ok(span) }
}

/// What is to be known of the logs. What is the same of many is one note.
fn notes(counts: &[Count]) -> Vec<String> {
    let mut all: Vec<(Note, Vec<&str>)> = Vec::new();
    for of in counts {
        for note in notes_of(of) {
            match all.iter_mut().find(|(known, _)| *known == note) {
                Some((_, labels)) => labels.push(&of.label),
                None => all.push((note, vec![&of.label])),
            }
        }
    }
    let mut lines: Vec<String> = all
        .into_iter()
        .map(|((before, behind), labels)| format!("{before}{}{behind}", named(&labels)))
        .collect();
    let broken_off = counts.iter().filter(|of| of.state == State::SoFar && of.tally.bytes > 0);
    let (labels, read): (Vec<&str>, Vec<u64>) = broken_off.map(|of| (&*of.label, of.tally.bytes)).unzip();
    if !labels.is_empty() {
        let read = bytes(read.iter().sum::<u64>() as f64);
        lines.push(format!("{}: so far; the time was up after {read}", named(&labels)));
    }
    lines
}

/// The first one, and how many more there are.
fn named(labels: &[&str]) -> String {
    match labels {
        [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
        labels => labels.concat(),
    }
}

/// The words before and behind the name of the log.
type Note = (&'static str, String);

fn notes_of(of: &Count) -> Vec<Note> {
    let mut notes: Vec<Note> = of.notes.iter().map(|note| ("", format!(" {note}"))).collect();
    match &of.state {
        State::Whole | State::TooOld => {}
        State::SoFar if of.tally.bytes == 0 => {
            notes.push(("", ": nothing came before the time was up".into()));
        }
        // Of many it is one note, with what was read of all of them.
        State::SoFar => {}
        State::Skipped(why) => notes.push(("", format!(" {why}"))),
        State::Failed(why) => notes.push(("cannot read ", format!(": {why}"))),
    }
    let untimed: u64 = of.tally.untimed.iter().sum();
    if untimed > 0 && of.tally.last.is_some() {
        notes.push(("", format!(": {} matching lines have no time", count(untimed as f64))));
    }
    notes
}

fn nothing_read(counts: &[Count], pods: bool) -> TargetError {
    let message = match counts {
        [] => "no log was named".into(),
        [_] => notes(counts).into_iter().next().unwrap_or_else(|| "the log cannot be read".into()),
        many => format!("none of {} logs can be read", many.len()),
    };
    TargetError::new(TargetErrorKind::Input, message).hint(match pods {
        true => "-n NAMESPACE, -l LABELS, -c CONTAINER: kubectl get pods --show-labels",
        false => {
            "name a readable file or a glob, or pipe lines in: kubectl logs -l app=backend | stampede detect logs -"
        }
    })
}
