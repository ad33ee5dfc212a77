//! The choice: who is ended, who leads, and who is spared for what reason.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::kill_policy::{Filter, Keep, Session, Spared, Whose};
use crate::text;

/// A session that is to be ended.
#[derive(Clone, Debug)]
pub struct Victim {
    /// The session.
    pub session: Session,
    /// Why it is in the list, in words.
    pub why: String,
}

/// Sessions that run the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they run, safe to show.
    pub digest: String,
    /// Sessions that run it and pass the filter.
    pub running: usize,
    /// Of those, the ones that are to be ended.
    pub chosen: usize,
    /// The one that is kept.
    pub leader: Option<u64>,
    /// The age of the oldest.
    pub oldest: Duration,
}

/// Who is ended, and who is not.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The largest group first, the oldest first in each.
    pub victims: Vec<Victim>,
    /// The groups, in the same order.
    pub groups: Vec<Group>,
    /// How many are spared, and why.
    pub spared: BTreeMap<Spared, usize>,
    /// Queries of which no copy is kept.
    pub lost: usize,
}

/// Chooses among all sessions of a server.
pub fn choose(sessions: &[Session], filter: &Filter) -> Choice {
    let mut choice = Choice::default();
    let mut groups: HashMap<Key<'_>, Vec<&Session>> = HashMap::new();
    for session in sessions {
        match spared(session, filter).map_or_else(|| key(session, filter.keep), Err) {
            Ok(key) => groups.entry(key).or_default().push(session),
            Err(why) => choice.spare(why, 1),
        }
    }
    let mut groups: Vec<Vec<&Session>> = groups.into_values().collect();
    for group in &mut groups {
        group.sort_by_key(|session| (Reverse(session.age), session.id));
    }
    groups.sort_by_key(|group| (Reverse(group.len()), Reverse(group[0].age), group[0].id));
    for group in groups {
        choice.take(&group, filter.keep);
    }
    choice
}

/// What makes sessions one group.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Copy(u64),
    Digest(&'a str),
}

/// Why a session is not even looked at; none when it may be ended.
fn spared(session: &Session, filter: &Filter) -> Option<Spared> {
    let other = |wanted: &Option<String>, is: &str| wanted.as_deref().is_some_and(|wanted| wanted != is);
    match session.whose {
        Whose::Client => {}
        Whose::Ours => return Some(Spared::Ours),
        Whose::Replication => return Some(Spared::Replication),
        Whose::System => return Some(Spared::System),
        Whose::Admin => return Some(Spared::Admin),
        Whose::Backup => return Some(Spared::Backup),
        Whose::SchemaChange => return Some(Spared::SchemaChange),
        Whose::Unknown => return Some(Spared::Unknown),
    }
    let Some(statement) = &session.statement else { return Some(Spared::Idle) };
    let (Some(age), Some(modified)) = (session.age, session.modified) else { return Some(Spared::Unknown) };
    match () {
        () if statement.backup => Some(Spared::Backup),
        () if !statement.reads => Some(Spared::Writes),
        () if session.inside == Some(true) => Some(Spared::Routine),
        () if modified > filter.modified => Some(Spared::Modified),
        () if other(&filter.user, &session.user)
            || other(&filter.host, &session.host)
            || other(&filter.database, &session.database) =>
        {
            Some(Spared::Other)
        }
        () if age <= filter.older_than => Some(Spared::Young),
        () if session.inside.is_none() => Some(Spared::MaybeRoutine),
        () => None,
    }
}

/// What it is grouped by. Errors: that cannot be told, and something is to be kept.
fn key(session: &Session, keep: Keep) -> Result<Key<'_>, Spared> {
    let Some(statement) = &session.statement else { return Err(Spared::Idle) };
    match (keep, statement.copy) {
        (Keep::OldestPerQuery, None) => Err(Spared::Untold),
        (Keep::OldestPerQuery, Some(copy)) => Ok(Key::Copy(copy)),
        (Keep::OldestPerDigest | Keep::None, _) => Ok(Key::Digest(&statement.digest)),
    }
}

impl Choice {
    fn spare(&mut self, why: Spared, count: usize) {
        *self.spared.entry(why).or_default() += count;
    }

    /// Takes a group, the oldest first.
    fn take(&mut self, group: &[&Session], keep: Keep) {
        let digest =
            group[0].statement.as_ref().map(|statement| statement.digest.clone()).unwrap_or_default();
        let kept = usize::from(keep != Keep::None);
        let leader = group.first().filter(|_| kept == 1);
        if let Some(leader) = leader {
            self.spare(Spared::Leader, 1);
            let same = leader.statement.as_ref().and_then(|statement| statement.copy);
            self.lost += queries(group.iter().skip(1), |copy| copy != same);
        } else {
            self.lost += queries(group.iter(), |_| true);
        }
        for session in &group[kept..] {
            let age = text::duration(session.age.unwrap_or_default());
            let why = match (keep, leader) {
                (Keep::OldestPerQuery, Some(leader)) => format!("a copy of {}, {age} old", leader.id),
                (_, Some(leader)) => format!("the same digest as {}, {age} old", leader.id),
                (_, None) => format!("{age} old"),
            };
            self.victims.push(Victim { session: (*session).clone(), why });
        }
        self.groups.push(Group {
            digest,
            running: group.len(),
            chosen: group.len() - kept,
            leader: leader.map(|session| session.id),
            oldest: group[0].age.unwrap_or_default(),
        });
    }
}

/// Different queries among these.
fn queries<'a>(
    sessions: impl Iterator<Item = &'a &'a Session>,
    counts: impl Fn(Option<u64>) -> bool,
) -> usize {
    let mut seen = std::collections::HashSet::new();
    let mut untold = 0;
    for session in sessions {
        match session.statement.as_ref().and_then(|statement| statement.copy) {
            Some(copy) if counts(Some(copy)) => _ = seen.insert(copy),
            Some(_) => {}
            None => untold += 1,
        }
    }
    seen.len() + untold
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kill_policy::Statement;
    use crate::sql::Dialect;

    fn session(id: u64, text: &str, seconds: u64) -> Session {
        Session {
            id,
            user: "app".into(),
            host: "10.0.0.1".into(),
            database: "shop".into(),
            whose: Whose::Client,
            statement: Some(Statement::new(text.as_bytes(), 1024, Dialect::Mysql)),
            age: Some(Duration::from_secs(seconds)),
            modified: Some(0),
            inside: Some(false),
            mark: id.to_string(),
        }
    }

    fn filter(keep: Keep) -> Filter {
        let older_than = Duration::from_secs(30);
        Filter { older_than, user: None, host: None, database: None, modified: 0, keep }
    }

    fn ids(choice: &Choice) -> Vec<u64> {
        choice.victims.iter().map(|victim| victim.session.id).collect()
    }

    #[test]
    fn s18_the_oldest_of_each_query_is_kept_and_other_keys_are_other_queries() {
        let hot = "SELECT * FROM p WHERE id = 1";
        let sessions = [
            session(1, hot, 40),
            session(2, hot, 90),
            session(3, hot, 50),
            session(4, "SELECT * FROM p WHERE id = 2", 60),
            session(5, hot, 10),
        ];
        let choice = choose(&sessions, &filter(Keep::OldestPerQuery));
        assert_eq!(ids(&choice), [3, 1], "the oldest first, 2 leads, 4 is alone, 5 is young");
        assert_eq!(choice.victims[0].why, "a copy of 2, 50 s old");
        assert_eq!((choice.spared[&Spared::Leader], choice.spared[&Spared::Young], choice.lost), (2, 1, 0));
        let choice = choose(&sessions, &filter(Keep::OldestPerDigest));
        assert_eq!(ids(&choice), [4, 3, 1]);
        assert_eq!(choice.lost, 1, "the refill of id 2 is lost");
        let choice = choose(&sessions, &filter(Keep::None));
        assert_eq!((ids(&choice), choice.lost), (vec![2, 4, 3, 1], 2));
    }

    #[test]
    fn s16_what_is_no_clients_own_reading_statement_is_spared() {
        let hot = "SELECT * FROM p WHERE id = 1";
        let of = |id, whose| Session { whose, ..session(id, hot, 100) };
        let sessions = [
            session(1, hot, 200),
            of(2, Whose::Ours),
            of(3, Whose::Replication),
            of(4, Whose::System),
            of(5, Whose::Backup),
            of(6, Whose::SchemaChange),
            of(7, Whose::Unknown),
            Session { statement: None, ..session(8, hot, 100) },
            Session { age: None, ..session(9, hot, 100) },
            Session { modified: None, ..session(10, hot, 100) },
            Session { modified: Some(1), ..session(11, hot, 100) },
            session(12, "UPDATE p SET a = 1 WHERE id = 1", 100),
            session(13, "SELECT * FROM p WHERE id = 1 FOR UPDATE", 100),
            session(14, &format!("SELECT '{}'", "x".repeat(2_000)), 100),
            session(15, "SELECT * FROM p WHERE id = ?", 100),
            session(16, "SELECT /*!40001 SQL_NO_CACHE */ * FROM p", 100),
            session(17, hot, 100),
            Session { inside: Some(true), ..session(18, hot, 100) },
            Session { inside: None, ..session(19, hot, 100) },
        ];
        for keep in [Keep::OldestPerQuery, Keep::OldestPerDigest, Keep::None] {
            let chosen = ids(&choose(&sessions, &filter(keep)));
            assert!(chosen.iter().all(|id| [1, 15, 17].contains(id)), "{keep:?}: {chosen:?}");
        }
        let choice = choose(&sessions, &filter(Keep::OldestPerQuery));
        assert_eq!(ids(&choice), [17]);
        assert_eq!(choice.spared.values().sum::<usize>() + choice.victims.len(), sessions.len());
    }

    #[test]
    fn all_filters_hold_together() {
        let hot = "SELECT 1";
        let mut sessions =
            vec![session(1, hot, 99), session(2, hot, 98), session(3, hot, 97), session(4, hot, 96)];
        sessions[1].user = "batch".into();
        sessions[2].host = "10.0.0.2".into();
        sessions[3].database = "other".into();
        let narrow = Filter {
            user: Some("app".into()),
            host: Some("10.0.0.1".into()),
            database: Some("shop".into()),
            ..filter(Keep::None)
        };
        assert_eq!(ids(&choose(&sessions, &narrow)), [1]);
    }
}
