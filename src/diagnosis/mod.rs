//! From observations to a verdict: pure functions, no clock, no target.

mod baseline;
mod case;
mod change;
pub mod checklist;
mod evidence;
mod failing;
mod finding;
mod headline;
mod next;
pub mod part;
mod patterns;
mod quantity;
mod signals;
mod since;
mod standstill;
mod strain;
mod verdict;
mod view;

use std::collections::BTreeMap;

use crate::config::Thresholds;
use crate::diagnosis::case::Case;
use crate::diagnosis::finding::Finding;
use crate::diagnosis::patterns::{PATTERNS, unnamed};
use crate::diagnosis::signals::Judged;
use crate::diagnosis::view::{Side, View, views};
use crate::observation::{Metric, Observation};
use crate::text;

pub use baseline::{Baseline, Usual};
pub(crate) use case::Memory;
pub use case::QUEUE;
pub(crate) use next::commands;
pub use quantity::{Derived, Quantity};
pub use verdict::{Confidence, Level, Next, Pattern, Signal, Verdict};

/// Names what is going on in one window of observations.
///
/// Each cache is judged on its own against each database, and the worst of them leads: one stampede in ten caches
/// does not drown in a sum. A pattern needs two independent signals and `minimum_lookups` (S1); "ok" has to be
/// proven by a hit ratio (or, when no cache was declared, by a database), and by every declared target answering.
pub fn diagnose(observations: &[Observation], thresholds: &Thresholds, baseline: &Baseline) -> Verdict {
    diagnose_with(observations, thresholds, baseline, Memory::default())
}

/// The same, with what a recording adds.
pub(crate) fn diagnose_with(
    observations: &[Observation],
    thresholds: &Thresholds,
    baseline: &Baseline,
    memory: Memory,
) -> Verdict {
    let views = views(observations, baseline, memory.rows.max(1) as f64);
    let judged: Vec<Judged> =
        views.iter().flat_map(|((side, _), view)| signals::judge(*side, view, thresholds)).collect();
    let cases = cases(&views, thresholds, memory);
    let mut named: Vec<(Pattern, Finding, &Case<'_>)> = cases
        .iter()
        .filter_map(|case| name(case).map(|(pattern, finding)| (pattern, finding, case)))
        .collect();
    // The worst leads; of equals the one with more signals.
    named.sort_by_key(|(pattern, finding, case)| {
        (std::cmp::Reverse(severity(*pattern, finding, case, &judged)), case.cache.map(|view| view.name))
    });
    let also: Vec<String> = others(&named);
    let verdict = match named.into_iter().next() {
        Some((pattern, finding, case)) => {
            let mut verdict = found(pattern, finding, case, &judged);
            name_target(&mut verdict, case, &views);
            verdict
        }
        None => nothing_found(&views, &cases, &judged),
    };
    finish(verdict, also, judged, &cases)
}

fn cases<'a>(
    views: &'a BTreeMap<(Side, &'a str), View<'a>>,
    thresholds: &'a Thresholds,
    memory: Memory,
) -> Vec<Case<'a>> {
    let of = |wanted: Side| views.iter().filter(move |((side, _), _)| *side == wanted).map(|(_, view)| view);
    let or_none = |all: Vec<&'a View<'a>>| -> Vec<Option<&'a View<'a>>> {
        if all.is_empty() { vec![None] } else { all.into_iter().map(Some).collect() }
    };
    let http = of(Side::Http).max_by(|a, b| {
        let time = |view: &View<'_>| view.get(Metric::HttpResponseTime).unwrap_or(0.0);
        time(a).total_cmp(&time(b))
    });
    let logs = of(Side::Logs).next();
    let mut cases = Vec::new();
    for cache in or_none(of(Side::Cache).collect()) {
        for database in or_none(of(Side::Database).collect()) {
            cases.push(Case { cache, database, http, logs, thresholds, memory });
        }
    }
    cases
}

fn name(case: &Case<'_>) -> Option<(Pattern, Finding)> {
    PATTERNS
        .iter()
        .find_map(|spec| (spec.judge)(case).map(|finding| (spec.pattern, finding)))
        .or_else(|| unnamed(case).map(|finding| (Pattern::Unknown, finding)))
}

/// Level, then whether it is a stampede, then a name, then the number of signals.
fn severity(
    pattern: Pattern,
    finding: &Finding,
    case: &Case<'_>,
    judged: &[Judged],
) -> (u8, u8, bool, usize) {
    let stampede = match finding.stampede {
        Some(true) => 2,
        None => 1,
        Some(false) => 0,
    };
    (level(pattern, case, judged).weight(), stampede, pattern != Pattern::Unknown, finding.signals)
}

/// The worst signal of the targets of a case; a named pattern is never less than a warning.
fn level(pattern: Pattern, case: &Case<'_>, judged: &[Judged]) -> Level {
    let names = [case.cache, case.database, case.http, case.logs].map(|view| view.map(|view| view.name));
    let worst = judged
        .iter()
        .filter(|judged| names.contains(&Some(judged.signal.target.as_str())))
        .map(|judged| judged.signal.level)
        .max_by_key(|level| level.weight());
    let floor = match pattern {
        Pattern::CacheDown | Pattern::CacheConnectionsExhausted => Level::Critical,
        _ => Level::Warning,
    };
    worst.filter(|level| level.weight() > floor.weight()).unwrap_or(floor)
}

fn others(named: &[(Pattern, Finding, &Case<'_>)]) -> Vec<String> {
    let lead = named.first().and_then(|(_, _, case)| case.cache.map(|view| view.name));
    let mut seen = vec![lead];
    let mut lines = Vec::new();
    for (pattern, _, case) in named.iter().skip(1) {
        let name = case.cache.map(|view| view.name);
        if let (Some(shown), false) = (name, seen.contains(&name)) {
            lines.push(format!("also: {shown} ({})", pattern.name()));
            seen.push(name);
        }
    }
    lines
}

fn found(pattern: Pattern, finding: Finding, case: &Case<'_>, judged: &[Judged]) -> Verdict {
    let confidence = if pattern == Pattern::Unknown { Confidence::Low } else { finding.confidence() };
    let mut evidence = finding.evidence;
    if !finding.missing.is_empty() {
        evidence.push(format!("not judged: {}", finding.missing.join("; ")));
    }
    let mut verdict = Verdict {
        level: level(pattern, case, judged),
        pattern,
        stampede: finding.stampede,
        confidence,
        headline: String::new(),
        signals: Vec::new(),
        evidence,
        next: next::commands(pattern, case.database.and_then(View::kind)),
    };
    verdict.headline = headline::write(&verdict, case, &finding.cause);
    verdict
}

/// Where there are several of a kind, the first line says which of them it speaks of.
fn name_target(verdict: &mut Verdict, case: &Case<'_>, views: &BTreeMap<(Side, &str), View<'_>>) {
    let (side, view) = match verdict.pattern {
        // Their headline begins with it.
        Pattern::DatabaseLocked | Pattern::ReplicaBehind => return,
        Pattern::DatabaseConnectionsExhausted | Pattern::SlowDatabase => (Side::Database, case.database),
        _ => (Side::Cache, case.cache),
    };
    let several = views.keys().filter(|(other, _)| *other == side).count() > 1;
    if let Some(view) = view.filter(|_| several) {
        let named = format!("{}: {}: ", verdict.level.name(), text::escape(view.name));
        let with = verdict.headline.replacen(&format!("{}: ", verdict.level.name()), &named, 1);
        verdict.headline = text::fit(&with, headline::WIDTH).into_owned();
    }
}

/// Causes that stand among the reasons.
const SAID: usize = 3;

/// No pattern: healthy when that is proven, else unknown.
fn nothing_found(views: &BTreeMap<(Side, &str), View<'_>>, cases: &[Case<'_>], judged: &[Judged]) -> Verdict {
    let worst = judged.iter().filter(|judged| !judged.normal && judged.signal.level != Level::Unknown);
    let worst = worst.map(|judged| judged.signal.level).max_by_key(|level| level.weight());
    let mut silent: Vec<String> = views
        .iter()
        .filter(|(_, view)| !view.answers())
        .map(|(_, view)| match view.silence() {
            Some(why) => format!("{} could not be measured: {why}", view.name),
            None => format!("{} could not be measured", view.name),
        })
        .collect();
    let unseen = !silent.is_empty();
    silent.extend(views.values().filter_map(|view| {
        let share = view.get(Metric::CacheSeen).filter(|share| *share < 1.0)?;
        Some(format!("{} of {} was not measured", text::percent(1.0 - share), view.name))
    }));
    silent.extend(views.values().filter(|view| view.answers()).filter_map(standstill::hidden));
    let caches = cases.iter().filter(|case| case.cache.is_some()).count();
    let judged_caches = cases.iter().filter(|case| case.miss_storm() == Some(false)).count();
    let no_storm = caches > 0 && judged_caches == caches;
    if caches > 0 && !cases.iter().any(|case| case.hit_ratio().is_some() || case.is_queue()) {
        let why =
            judged.iter().find(|j| j.signal.name == "cache.hit_ratio" && j.signal.level == Level::Unknown);
        silent.push(match why {
            Some(why) => format!("no hit ratio: {}", why.signal.basis),
            None => "no hit ratio could be judged".into(),
        });
    }
    if caches == 0 && !views.keys().any(|(side, _)| *side == Side::Database) {
        silent.push("no cache and no database was measured".into());
    }
    // Without a cache to show that the hit ratio is steady, more load than usual may be anything.
    let unexplained = caches == 0 && cases.iter().any(|case| case.database_loaded() == Some(true));
    // Stuck copies are nobody's healthy night, and must not become what is usual.
    let stuck = cases.iter().any(|case| case.stuck_copies().is_some());
    let (level, pattern) = match worst {
        Some(level @ (Level::Warning | Level::Critical)) => (level, Pattern::Unknown),
        _ if unexplained || stuck => (Level::Warning, Pattern::Unknown),
        _ if !silent.is_empty() => (Level::Unknown, Pattern::Unknown),
        None => (Level::Unknown, Pattern::Unknown),
        _ => (Level::Ok, Pattern::Healthy),
    };
    let stampede = match pattern {
        Pattern::Healthy => Some(false),
        _ if no_storm && silent.is_empty() => Some(false),
        _ => None,
    };
    // What is wrong is said of the target that it is wrong with, the worst first.
    let causes = causes(judged);
    let leads = |case: &&Case<'_>| {
        let named = [case.cache, case.database].map(|view| view.map(|view| view.name));
        causes.first().is_some_and(|(target, _)| named.contains(&Some(*target)))
    };
    let mut evidence: Vec<String> = causes.iter().take(SAID).map(|(_, words)| words.clone()).collect();
    evidence.extend(cases.iter().find_map(evidence::hit_ratio));
    // The numbers of a database that has nothing to do with it only hide what has.
    let spoken_of = if causes.is_empty() { cases.first() } else { cases.iter().find(leads) };
    evidence.extend(spoken_of.map(evidence::database).unwrap_or_default());
    evidence.extend(silent.iter().cloned());
    if pattern == Pattern::Healthy {
        // Of several caches one is enough to say so; what does not show itself in any is not passed over.
        let ratios = judged.iter().filter(|judged| judged.signal.name == Metric::CacheHitRatio.name());
        evidence.extend(ratios.filter(|judged| judged.signal.level == Level::Unknown).map(|judged| {
            format!("{}: its hit ratio is not judged: {}", judged.signal.target, judged.signal.basis)
        }));
    }
    if pattern == Pattern::Unknown && level != Level::Unknown {
        evidence.push("no pattern fits: two independent signals are needed to name one".into());
    }
    // Low, but no lower than always: a warning that is nobody's incident.
    let usual_low = judged.iter().any(|judged| judged.normal);
    let level = if pattern == Pattern::Healthy && usual_low { Level::Warning } else { level };
    let one_side =
        [Side::Cache, Side::Database].iter().find(|wanted| !views.keys().any(|(side, _)| side == *wanted));
    // What could not be judged is not proven to be fine.
    let unjudged = judged.iter().any(|judged| judged.signal.level == Level::Unknown);
    let confidence = match (pattern, one_side) {
        (Pattern::Healthy, None) if !unjudged => Confidence::High,
        (Pattern::Healthy, _) => Confidence::Medium,
        _ => Confidence::Low,
    };
    evidence.extend(one_side.map(|side| match side {
        Side::Cache => "no cache was measured: this speaks for the databases only".to_owned(),
        _ => "no database was measured: this speaks for the caches only".to_owned(),
    }));
    let loaded = |case: &&Case<'_>| causes.is_empty() && case.database_loaded() == Some(true);
    let leading = cases.iter().find(|case| case.stuck_copies().is_some());
    let leading = leading.or_else(|| cases.iter().find(leads)).or_else(|| cases.iter().find(loaded));
    let leading = leading.or(cases.first());
    let mut next = next::commands(pattern, None);
    if stuck {
        next.insert(0, next::protect());
    }
    if unseen {
        next.insert(0, next::unseen());
    }
    let headline = String::new();
    let mut verdict =
        Verdict { level, pattern, stampede, confidence, headline, signals: Vec::new(), evidence, next };
    let causes: Vec<String> = causes.into_iter().map(|(_, words)| words).collect();
    verdict.headline = leading
        .map(|case| headline::write(&verdict, case, if level == Level::Unknown { &silent } else { &causes }))
        .unwrap_or_default();
    verdict
}

/// The targets that something is wrong with, and what; the worst first.
fn causes(judged: &[Judged]) -> Vec<(&str, String)> {
    let wrong =
        |judged: &&Judged| !judged.normal && matches!(judged.signal.level, Level::Warning | Level::Critical);
    let mut wrong: Vec<&Judged> = judged.iter().filter(wrong).collect();
    wrong.sort_by_key(|judged| std::cmp::Reverse(judged.signal.level.weight()));
    wrong
        .into_iter()
        .map(|judged| (&*judged.signal.target, text::escape(&judged.words()).into_owned()))
        .collect()
}

/// Puts in what belongs to the whole: all signals, the other caches, and a level no better than any target's.
fn finish(mut verdict: Verdict, also: Vec<String>, judged: Vec<Judged>, cases: &[Case<'_>]) -> Verdict {
    verdict.evidence.extend(also);
    let worst = judged
        .iter()
        .map(|judged| judged.signal.level)
        .filter(|level| *level != Level::Unknown)
        .max_by_key(|level| level.weight());
    if let Some(worst) = worst.filter(|worst| worst.weight() > verdict.level.weight()) {
        let cause = causes(&judged).into_iter().next().map(|(_, words)| words).unwrap_or_default();
        let rest = verdict.headline.strip_prefix(verdict.level.name()).unwrap_or_default();
        let rest = rest.replacen(": ", "; ", 1);
        // What leads is not said twice.
        let rest = if cause.ends_with(rest.trim_start_matches("; ")) { String::new() } else { rest };
        let with = format!("{}: {cause}{rest}", worst.name());
        verdict.headline = text::fit(&with, headline::WIDTH).into_owned();
        verdict.level = worst;
    }
    let cliff = cases.iter().find_map(|case| evidence::cliff(case.cache?));
    verdict.evidence.extend(cliff.map(|cliff| format!("ahead: {cliff}")));
    verdict.signals = judged.into_iter().map(|judged| judged.signal).collect();
    verdict
}
