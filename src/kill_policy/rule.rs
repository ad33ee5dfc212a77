//! What a person approves before statements are ended: a rule with its bounds. Copies turn over within seconds, and nobody reads and
//! types that fast: who is ended is found when each wave is sent.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::{TargetError, TargetErrorKind};
use crate::kill_policy::{Choice, Filter, Session, choose};

/// Fewest that a rule allows where nobody says how many: a stampede grows while it is read about.
const LEAST: usize = 50;

/// A statement without its literals, and the account that runs it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Query {
    /// The account.
    pub user: String,
    /// The statement, safe to show.
    pub digest: String,
}

/// Which sessions may be ended, whichever these are by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The server's own proof of who it is.
    pub server: String,
    /// What each of them must be.
    pub filter: Filter,
    /// What had copies when the rule was made, and whose: nothing else is ended.
    pub queries: BTreeSet<Query>,
    /// How many are ended at most.
    pub at_most: usize,
}

impl Rule {
    /// The rule behind a choice among these sessions; `limit`: how many at most, where somebody says so.
    pub fn of(
        server: String,
        filter: Filter,
        choice: &Choice,
        sessions: &[Session],
        limit: Option<u64>,
    ) -> Self {
        let queries: BTreeSet<Query> =
            choice.victims.iter().filter_map(|victim| Query::of(&victim.session)).collect();
        let rule = Self { server, filter, queries, at_most: 0 };
        let run = sessions.iter().filter(|session| rule.means(session)).count();
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Self { at_most: limit.unwrap_or_else(|| (2 * run).max(LEAST)), ..rule }
    }

    /// Errors: the server of `node` proves to be another one than the rule is for, so nothing may be sent.
    pub fn is_for(&self, node: &str, server: &str) -> Result<(), TargetError> {
        if self.server == server {
            return Ok(());
        }
        let message = format!("{node} has restarted, or is another server now: nothing was sent");
        Err(TargetError::new(TargetErrorKind::Input, message))
    }

    /// Who is to be ended of these, and who goes on (S18).
    pub fn choose(&self, sessions: &[Session]) -> Choice {
        self.older_than(self.filter.older_than, sessions)
    }

    /// How soon the next of these is old enough, as far as it is known; none: nobody will be.
    pub fn next_in(&self, sessions: &[Session]) -> Option<Duration> {
        let all = self.older_than(Duration::ZERO, sessions);
        let young = all.victims.iter().filter_map(|victim| victim.session.age);
        young.filter(|age| *age <= self.filter.older_than).max().map(|age| self.filter.older_than - age)
    }

    fn older_than(&self, older_than: Duration, sessions: &[Session]) -> Choice {
        let meant: Vec<Session> = sessions.iter().filter(|session| self.means(session)).cloned().collect();
        choose(&meant, &Filter { older_than, ..self.filter.clone() })
    }

    /// Whether it runs one of the queries, for one of their accounts.
    fn means(&self, session: &Session) -> bool {
        Query::of(session).is_some_and(|query| self.queries.contains(&query))
    }
}

impl Query {
    /// What a session runs.
    fn of(session: &Session) -> Option<Self> {
        let digest = session.statement.as_ref()?.digest.clone();
        Some(Self { user: session.user.clone(), digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kill_policy::{Keep, Statement, Whose};
    use crate::sql::Dialect;

    const HOT: &str = "SELECT * FROM p WHERE id = 1";

    fn session(id: u64, user: &str, text: &str, millis: u64) -> Session {
        Session {
            id,
            user: user.into(),
            host: "10.0.0.1".into(),
            database: "shop".into(),
            whose: Whose::Client,
            statement: Some(Statement::new(text.as_bytes(), 1024, Dialect::Mysql)),
            age: Some(Duration::from_millis(millis)),
            modified: Some(0),
            inside: Some(false),
            mark: id.to_string(),
        }
    }

    fn rule(sessions: &[Session], limit: Option<u64>) -> Rule {
        let older_than = Duration::from_secs(1);
        let filter = Filter {
            older_than,
            user: None,
            host: None,
            database: None,
            modified: 0,
            keep: Keep::OldestPerQuery,
        };
        let choice = choose(sessions, &filter);
        Rule::of("uuid".into(), filter, &choice, sessions, limit)
    }

    fn ended(rule: &Rule, sessions: &[Session]) -> Vec<u64> {
        rule.choose(sessions).victims.iter().map(|victim| victim.session.id).collect()
    }

    #[test]
    fn s16_others_by_then_are_ended_by_the_same_rule_and_nothing_else_is() {
        let rule = rule(&[session(1, "app", HOT, 3_000), session(2, "app", HOT, 2_000)], None);
        let then = [
            session(11, "app", HOT, 2_000),
            session(12, "app", HOT, 1_500),
            session(13, "app", HOT, 900),
            // Another key of the same query.
            session(14, "app", "SELECT * FROM p WHERE id = 2", 1_700),
            session(15, "app", "SELECT * FROM p WHERE id = 2", 1_600),
            // What nobody was shown.
            session(16, "report", HOT, 1_900),
            session(17, "report", HOT, 1_900),
            session(18, "app", "SELECT * FROM q", 1_900),
            session(19, "app", "SELECT * FROM q", 1_900),
        ];
        assert_eq!(ended(&rule, &then), [12, 15]);
        assert_eq!(rule.next_in(&then), Some(Duration::from_millis(100)));
        assert_eq!(rule.next_in(&then[..2]), None);
        assert_eq!(rule.next_in(&then[5..]), None);
    }

    #[test]
    fn the_bound_is_twice_what_runs_now_or_what_was_said() {
        let few = [session(1, "app", HOT, 3_000), session(2, "app", HOT, 2_000)];
        assert_eq!(rule(&few, None).at_most, 50);
        assert_eq!(rule(&few, Some(1)).at_most, 1);
        let young = (3..62).map(|id| session(id, "app", HOT, 100));
        let many: Vec<Session> = few.iter().cloned().chain(young).collect();
        assert_eq!(rule(&many, None).at_most, 122, "the young ones count: they come of age while it is read");
    }
}
