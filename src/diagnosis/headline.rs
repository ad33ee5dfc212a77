//! The one line that answers, at most 80 columns.

use crate::diagnosis::case::Case;
use crate::diagnosis::view::View;
use crate::diagnosis::{Level, Pattern, Verdict, evidence, standstill};
use crate::observation::Metric;
use crate::text;

/// Multiples of the usual that are as usual.
const AS_USUAL: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// Columns a headline may take.
pub(crate) const WIDTH: usize = 80;

/// "critical: hot key stampede; hit ratio 22.4 % (usually 98.1 %), queries 14 x". When nothing can be said, the first
/// of the reasons stands in place of the numbers; else all of them before the numbers, the first in any case.
pub(crate) fn write(verdict: &Verdict, case: &Case<'_>, reasons: &[String]) -> String {
    let Verdict { level, pattern, .. } = *verdict;
    let said = said(pattern, case);
    let what = match (level, pattern, verdict.stampede) {
        // What is wrong, of which target, says more than that no pattern fits.
        (Level::Warning | Level::Critical, Pattern::Unknown, Some(false) | None) if !reasons.is_empty() => {
            reasons[0].clone()
        }
        _ if said.is_some() => said.unwrap_or_default(),
        (Level::Unknown, ..) => "cannot say".to_owned(),
        (Level::Warning, Pattern::CacheConnectionsExhausted, _)
            if room(case.cache, Metric::CacheClientsRatio) =>
        {
            "cache connections nearly exhausted".to_owned()
        }
        (Level::Warning, Pattern::DatabaseConnectionsExhausted, _)
            if room(case.database, Metric::DatabaseConnectionsRatio) =>
        {
            "database connections nearly exhausted".to_owned()
        }
        (Level::Warning, Pattern::Healthy, _) => "as usual, and the usual is poor".to_owned(),
        (_, Pattern::Healthy, _) => pattern.words().to_owned(),
        (_, Pattern::Unknown, Some(true)) => "stampede of no known pattern".to_owned(),
        (_, _, Some(true)) => format!("{} stampede", pattern.words()),
        (_, Pattern::TrafficSurge | Pattern::SlowDatabase, Some(false)) => {
            format!("{}, not a stampede", pattern.words())
        }
        _ => pattern.words().to_owned(),
    };
    let mut line = format!("{}: {what}", level.name());
    if level == Level::Unknown {
        if let Some(reason) = reasons.first() {
            line.push_str("; ");
            line.push_str(reason);
        }
        return text::fit(&line, WIDTH).into_owned();
    }
    let caused = pattern == Pattern::Unknown && what == reasons.first().map_or("", String::as_str);
    let mut facts: Vec<String> = reasons.iter().skip(usize::from(caused)).cloned().collect();
    // The cause is said, if need be cut off; numbers only where they fit.
    if !caused && !facts.is_empty() {
        line = text::fit(&format!("{line}; {}", facts.remove(0)), WIDTH).into_owned();
    }
    if let Some(ratio) = case.hit_ratio() {
        let usual = case.miss_share().filter(|_| pattern != Pattern::Healthy);
        let usual = usual.map(|share| format!(" (usually {})", text::percent(1.0 - share.usual)));
        facts.push(format!("hit ratio {}{}", text::percent(ratio), usual.unwrap_or_default()));
    }
    let stuck = case.stuck_copies();
    // What fewer queries mean while copies of one stand is not said in one number.
    let queries = case.database_change(Metric::DatabaseQueries).filter(|_| stuck.is_none() && !caused);
    if let Some(change) = queries.filter(|c| c.times().is_finite() && c.now.max(c.usual) >= 1.0) {
        let usual = AS_USUAL.contains(&change.times());
        match pattern {
            Pattern::Healthy if usual => facts.push("queries as usual".into()),
            // Less than usual, or more of next to nothing: fine, and not as usual.
            Pattern::Healthy => {}
            _ => facts.push(format!("queries {}", evidence::times(change).replace(" the usual", ""))),
        }
    }
    let full = case.database_full() == Some(true);
    if (pattern == Pattern::DatabaseConnectionsExhausted || pattern == Pattern::Unknown && full && !caused)
        && let Some(ratio) = case.database.and_then(|view| view.get(Metric::DatabaseConnectionsRatio))
    {
        facts.insert(0, format!("connections at {}", text::percent(ratio)));
    }
    if let Some(copies) = stuck {
        facts.push(format!("{} copies of one statement run", text::count(copies)));
    }
    // The cache's word first; where both do not fit, "hit ratio" is what can be said shorter.
    let width =
        |facts: &[String]| line.chars().count() + facts.iter().map(|f| 2 + f.chars().count()).sum::<usize>();
    if width(&facts) > WIDTH {
        for fact in &mut facts {
            *fact = fact.replacen("hit ratio ", "hits ", 1);
        }
    }
    for fact in facts {
        // The cause may be that number.
        if line.ends_with(&fact) {
            continue;
        }
        let with = format!("{line}{} {fact}", if line.contains(';') { "," } else { ";" });
        if with.chars().count() <= WIDTH {
            line = with;
        }
    }
    text::fit(&line, WIDTH).into_owned()
}

/// Whether there is room below a limit, as far as it is known.
fn room(view: Option<&View<'_>>, ratio: Metric) -> bool {
    view.and_then(|view| view.get(ratio)).is_some_and(|ratio| ratio < 1.0)
}

/// Patterns that are one sentence of the server's: the target and what it says.
fn said(pattern: Pattern, case: &Case<'_>) -> Option<String> {
    let database = case.database?;
    let name = text::escape(database.name);
    match pattern {
        Pattern::DatabaseLocked => Some(format!("{name} locked: {}", standstill::locked_words(database)?)),
        Pattern::ReplicaBehind => {
            Some(format!("{name}: {}", standstill::behind_words(database, case.thresholds)?))
        }
        _ => None,
    }
}
