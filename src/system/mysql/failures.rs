//! What fails on a server: statements and logins, as far as it counts them.

use std::collections::BTreeMap;

use crate::error::TargetError;
use crate::system::mysql::locks::why;
use crate::system::mysql::{Reader, Variables, query, word};
use crate::text;

/// A login was denied: bad password, locked or expired account, limit of an account, no such database, `offline_mode`. A
/// statement can fail so too.
const DENIED: [u16; 9] = [1044, 1045, 1049, 1203, 1226, 1698, 1862, 3032, 3118];
/// Refusals that a sound application asks for, and goes on: duplicate key, deadlock, killed, NOWAIT.
const EXPECTED: [u16; 4] = [1062, 1213, 1317, 3572];

/// No such table.
const NO_TABLE: u16 = 1146;

/// What failed since the server started.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failures {
    /// Statements; none where the server does not count them.
    statements: Option<f64>,
    /// Of those, our own.
    ours: f64,
    /// Name and count of every error, by its number (MySQL 8 and later).
    errors: Option<BTreeMap<u16, (String, f64)>>,
}

impl Failures {
    /// Logins that were denied; statements that failed likewise are among them. None where the server does not tell errors apart.
    pub fn denied(&self) -> Option<f64> {
        let errors = self.errors.as_ref()?;
        Some(DENIED.iter().filter_map(|number| errors.get(number)).map(|(_, count)| count).sum())
    }

    /// Statements of others that failed since `before`, without what applications expect to fail, and what most of them failed
    /// with: `1114 ER_RECORD_FILE_FULL`. None where the server does not count them.
    pub fn since(&self, before: &Self) -> Option<(f64, Vec<String>)> {
        let all = self.statements? - before.statements? - (self.ours - before.ours);
        let count = |failures: &Self, number: u16| {
            failures.errors.as_ref().and_then(|errors| Some(errors.get(&number)?.1)).unwrap_or(0.0)
        };
        let grown = |number: u16| count(self, number) - count(before, number);
        let expected: f64 = EXPECTED.iter().map(|number| grown(*number)).sum();
        let unexpected = self.errors.iter().flatten().filter(|(number, _)| !EXPECTED.contains(number));
        let mut worst: Vec<(f64, String)> = unexpected
            .map(|(number, (name, _))| (grown(*number), format!("{number} {name}")))
            .filter(|(grown, _)| *grown > 0.0)
            .collect();
        worst.sort_by(|a, b| b.0.total_cmp(&a.0));
        Some(((all - expected).max(0.0), worst.into_iter().map(|(_, name)| name).collect()))
    }
}

impl Reader {
    /// What failed so far. A server without `performance_schema` (as MariaDB is, unless it is told) counts nothing of it.
    pub async fn failures(&self, variables: &Variables) -> Result<Failures, TargetError> {
        let mut failures = Failures::default();
        if !variables.performance_schema() {
            return Ok(failures);
        }
        let mut told_apart = !variables.mariadb();
        let mut answer = self.query(if told_apart { query::ERRORS } else { query::FAILED }).await;
        // A server before MySQL 8 does not tell errors apart.
        if told_apart && answer.as_ref().is_err_and(|failed| failed.code == Some(NO_TABLE)) {
            told_apart = false;
            answer = self.query(query::FAILED).await;
        }
        let rows = match answer {
            Ok(rows) => rows,
            Err(failed) => {
                why(failed, "")?;
                return Ok(failures);
            }
        };
        failures.errors = told_apart.then(BTreeMap::new);
        for row in &rows {
            let Ok(count) = word(row, 2).parse() else { continue };
            match (word(row, 0).parse::<u16>(), &mut failures.errors) {
                (Ok(number), Some(errors)) => {
                    errors.insert(number, (text::escape(&word(row, 1)).into_owned(), count));
                }
                _ => failures.statements = Some(count),
            }
        }
        failures.ours = self.known(|line| line.our_failures).await;
        Ok(failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(statements: f64, ours: f64, errors: &[(u16, &str, f64)]) -> Failures {
        let errors = errors.iter().map(|(number, name, count)| (*number, ((*name).to_owned(), *count)));
        Failures { statements: Some(statements), ours, errors: Some(errors.collect()) }
    }

    #[test]
    fn ours_and_what_is_expected_to_fail_are_left_out() {
        let before = failures(10.0, 1.0, &[(1062, "ER_DUP_ENTRY", 7.0), (1114, "ER_RECORD_FILE_FULL", 1.0)]);
        let after = failures(
            70.0,
            3.0,
            &[
                (1045, "ER_ACCESS_DENIED_ERROR", 2.0),
                (1062, "ER_DUP_ENTRY", 25.0),
                (1114, "ER_RECORD_FILE_FULL", 41.0),
            ],
        );
        let words = vec!["1114 ER_RECORD_FILE_FULL".to_owned(), "1045 ER_ACCESS_DENIED_ERROR".to_owned()];
        assert_eq!(after.since(&before), Some((40.0, words)));
        assert_eq!((after.denied(), Failures::default().denied()), (Some(2.0), None));
        assert_eq!(Failures::default().since(&Failures::default()), None);
    }
}
