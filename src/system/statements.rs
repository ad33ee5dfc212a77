//! How many statements the databases have taken, without our own: asked over connections that are held anyway (S3).

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use crate::error::TargetError;
use crate::system::{Dialling, Line};
use crate::text;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The databases whose statements are counted.
pub struct Counters {
    each: Vec<(String, Line)>,
}

/// What they had counted at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Reading statements since each server's start, by its name.
    counts: BTreeMap<String, f64>,
    /// Why some could not be read, in words.
    pub missing: Vec<String>,
}

impl Counters {
    /// The databases among these connections.
    pub fn over(lines: &BTreeMap<String, Line>) -> Self {
        let is_database = |line: &Line| matches!(line, Line::Mysql(_) | Line::Postgres(_));
        let each = lines.iter().filter(|(_, line)| is_database(line));
        Self { each: each.map(|(name, line)| (name.clone(), line.clone())).collect() }
    }

    /// Asks all of them at the same time.
    pub async fn read(&self) -> Reading {
        let mut reading = Reading::default();
        for ((name, _), counted) in self.each.iter().zip(join_all(self.each.iter().map(count)).await) {
            match counted {
                Ok(counted) => _ = reading.counts.insert(name.clone(), counted),
                Err(why) => reading.missing.push(format!("{}: {why}", text::escape(name))),
            }
        }
        if self.each.is_empty() {
            reading.missing.push("no database is configured".into());
        }
        reading
    }
}

impl Reading {
    /// Statements from `before` until now. Errors: why that is not known, in words: one database that is not counted may be
    /// the one that is asked.
    pub fn since(&self, before: &Self) -> Result<f64, String> {
        if let Some(why) = self.missing.first().or(before.missing.first()) {
            return Err(why.clone());
        }
        let mut all = 0.0;
        for (name, now) in &self.counts {
            let was = before.counts.get(name).copied().unwrap_or(f64::INFINITY);
            if *now < was {
                return Err(format!("{}: its counters were set back", text::escape(name)));
            }
            all += now - was;
        }
        Ok(all)
    }
}

async fn count((_, line): &(String, Line)) -> Result<f64, String> {
    let said = |error: TargetError| error.to_string();
    let dialling = Dialling::silent(PATIENCE, PATIENCE);
    match line {
        Line::Mysql(reader) => {
            let mut reader = reader.clone();
            reader.ready(&dialling).await.map_err(said)?;
            let status = reader.status().await.map_err(said)?;
            let of = |name: &str| status.values.get(name).copied();
            let selects = of("Com_select").ok_or("it does not count its statements")?;
            Ok(selects + of("Qcache_hits").unwrap_or(0.0) - status.our_selects)
        }
        Line::Postgres(reader) => {
            let mut reader = reader.clone();
            reader.ready(&dialling).await.map_err(said)?;
            let snapshot = reader.snapshot().await.map_err(said)?;
            match snapshot.calls {
                Some(calls) => Ok(calls.calls - snapshot.ours),
                // Transactions are published up to 10 s late: what is not seen yet would be called protected.
                None => Err("PostgreSQL counts statements in pg_stat_statements, which is not there".into()),
            }
        }
        Line::Pgbouncer(_) => Err("a pooler".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(counts: &[(&str, f64)], missing: &[&str]) -> Reading {
        Reading {
            counts: counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
            missing: missing.iter().map(|why| (*why).to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_not_counted_everywhere_is_unknown_and_not_zero() {
        let before = reading(&[("a", 10.0), ("b", 5.0)], &[]);
        assert_eq!(reading(&[("a", 12.0), ("b", 5.0)], &[]).since(&before), Ok(2.0));
        assert!(reading(&[("a", 12.0)], &["b: hidden"]).since(&before).is_err());
        let back = reading(&[("a", 3.0), ("b", 5.0)], &[]).since(&before);
        assert!(back.is_err_and(|why| why.contains("set back")));
        assert!(reading(&[("c", 3.0)], &[]).since(&before).is_err(), "another database than before");
    }
}
