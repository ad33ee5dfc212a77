//! What `protect kill` says and records on every kind of database: the filter's fields, the rule that is approved, who is ended by
//! it, the preview.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::batches::PATIENCE;
use crate::action::field::{Age, Type};
use crate::action::params::params;
use crate::action::{Context, Plan, usual};
use crate::change::{Now, Standing};
use crate::kill_policy::{Choice, Filter, Keep, Rule, Session, Spared, Victim, Whose};
use crate::text;

/// Groups, and queries, that are shown one by one.
const GROUPS: usize = 5;
/// Commands that are shown as examples.
const EXAMPLES: usize = 8;
/// Columns of a statement in the preview.
const WIDTH: usize = 60;

params! {
    /// The filter: all of it must hold.
    pub struct Params {
        older_than: Age = flag "older-than", Type::Age(Duration::from_secs(1), Duration::from_secs(86_400)),
            "only statements that have run for longer [default: auto, by what is usual here]" => Age::Usual;
        user: Option<String> = flag "user", Type::Text, "only of this account";
        host: Option<String> = flag "host", Type::Text, "only from this client host";
        database: Option<String> = flag "database", Type::Text, "only in this schema or database";
        keep: Option<String> = flag "keep", Type::Choice(&["oldest-per-query", "oldest-per-digest", "none"]),
            "which of each group goes on [default: oldest-per-query]";
        modified: u64 = flag "modified-rows", Type::Whole(0, 1_000_000),
            "rows that a victim's transaction may have changed [default: 0]" => 0;
        limit: Option<u64> = flag "limit", Type::Whole(1, 10_000),
            "how many to end at most [default: twice as many as run these queries now, and 50]";
    }
}

/// The filter that was given, and in words what it goes by where that was left to us.
pub fn filter(params: &Params, context: &Context<'_>, sessions: &[Session]) -> (Filter, Option<String>) {
    let (older_than, basis) = usual::age(params.older_than, context.usual.as_ref(), sessions);
    let filter = Filter {
        older_than,
        user: params.user.clone(),
        host: params.host.clone(),
        database: params.database.clone(),
        modified: params.modified,
        keep: match params.keep.as_deref() {
            Some("oldest-per-digest") => Keep::OldestPerDigest,
            Some("none") => Keep::None,
            _ => Keep::OldestPerQuery,
        },
    };
    (filter, basis)
}

/// One session that is to be ended, as it was when that was decided: what it must still be (S17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// Connection or process id.
    pub id: u64,
    /// Its account.
    pub user: String,
    /// Its client's host.
    pub host: String,
    /// The server's own number, or the start, of its statement; empty where it has none.
    pub mark: String,
    /// Its statement without literals.
    pub digest: String,
    /// For how long it had run, ms.
    pub age: u64,
    /// Why it is in the list.
    pub why: String,
}

impl Marked {
    /// Of a victim.
    pub fn of(victim: &Victim) -> Self {
        Self { why: victim.why.clone(), ..Self::session(&victim.session) }
    }

    /// Of any session that runs something.
    pub fn session(session: &Session) -> Self {
        Self {
            id: session.id,
            user: session.user.clone(),
            host: session.host.clone(),
            mark: session.mark.clone(),
            digest: session.statement.as_ref().map(|it| it.digest.clone()).unwrap_or_default(),
            age: millis(session.age.unwrap_or_default()),
            why: String::new(),
        }
    }

    /// Whether this session still runs the same statement.
    pub fn is(&self, session: &Session) -> bool {
        let Some(statement) = &session.statement else { return false };
        session.id == self.id
            && session.user == self.user
            && session.host == self.host
            && statement.digest == self.digest
            && session.mark == self.mark
            && session.age.is_some_and(|age| millis(age) >= self.age)
    }

    /// Behind its command, as a comment that begins with `mark`: whose it is and why it is in the list.
    pub fn comment(&self, mark: &str) -> String {
        let from = if self.host.is_empty() { "a local socket".into() } else { text::escape(&self.host) };
        format!("  {mark} {} from {from}: {}", text::escape(&self.user), self.why)
    }
}

/// What is approved, and what is done by it, as a journal keeps them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Killing {
    /// The rule: nothing of it is in the world.
    Rule {
        /// It.
        rule: Rule,
    },
    /// Those that are ended next by it.
    Wave {
        /// As they were when that was found.
        victims: Vec<Marked>,
    },
}

impl Killing {
    /// Whether what it means to end still runs.
    pub fn standing(&self, sessions: &[Session]) -> Standing {
        let Self::Wave { victims } = self else { return Standing::Before };
        let runs = |victim: &&Marked| sessions.iter().any(|session| victim.is(session));
        let running = victims.iter().filter(runs).count();
        match victims.len() - running {
            0 => Standing::Before,
            _ if running == 0 => Standing::After,
            gone => Standing::Partly(format!("{gone} have ended and {running} still run")),
        }
    }

    /// Those that are ended.
    pub fn victims(&self) -> &[Marked] {
        match self {
            Self::Rule { .. } => &[],
            Self::Wave { victims } => victims,
        }
    }
}

/// One line: `end at most 50 running statements that match, and keep the oldest of each query`.
pub fn summary(rule: &Rule, what: &str) -> String {
    let kept = match rule.filter.keep {
        Keep::OldestPerQuery => "keep the oldest of each query",
        Keep::OldestPerDigest => "keep the oldest of each digest",
        Keep::None => "keep none",
    };
    format!("end at most {} {what} that match, and {kept}", rule.at_most)
}

/// The rule in words: who is ended when a batch is sent, whichever these are by then.
pub fn bounds(rule: &Rule) -> Vec<String> {
    let filter = &rule.filter;
    let mut who = format!(
        "it matches when it has run one of these for more than {}",
        text::duration(filter.older_than)
    );
    who.extend(filter.host.as_ref().map(|host| format!(", from {}", text::escape(host))));
    who.extend(filter.database.as_ref().map(|database| format!(", in {}", text::escape(database))));
    who.extend((filter.modified > 0).then(|| format!(", with at most {} modified rows", filter.modified)));
    let mut lines = vec![
        format!(
            "every session that matches when a batch is sent is ended, also one that is not there yet; for {}",
            text::duration(PATIENCE)
        ),
        format!("{who}:"),
    ];
    lines.extend(
        rule.queries
            .iter()
            .take(GROUPS)
            .map(|query| format!("`{}` of {}", text::fit(&query.digest, WIDTH), text::escape(&query.user))),
    );
    if let more @ 1.. = rule.queries.len().saturating_sub(GROUPS) {
        lines.push(format!("{more} other queries that have copies now"));
    }
    lines
}

/// Who matches at this moment, with how each of them would be ended.
pub fn now(choice: &Choice, keep: Keep, sessions: usize, command: impl Fn(&Marked) -> String) -> Now {
    Now {
        matching: choice.victims.len(),
        commands: choice.victims.iter().take(EXAMPLES).map(|victim| command(&Marked::of(victim))).collect(),
        counts: preview(choice, keep, sessions),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Group by group, who leads, who is spared and why.
fn preview(choice: &Choice, keep: Keep, sessions: usize) -> Vec<String> {
    let mut lines: Vec<String> = choice
        .groups
        .iter()
        .filter(|group| group.chosen > 0)
        .take(GROUPS)
        .map(|group| {
            let leader = group.leader.map(|id| format!(", keeps {id} (the oldest)")).unwrap_or_default();
            format!(
                "{} of {} that run `{}`, up to {} old{leader}",
                group.chosen,
                group.running,
                text::fit(&group.digest, WIDTH),
                text::duration(group.oldest),
            )
        })
        .collect();
    let more = choice.groups.iter().filter(|group| group.chosen > 0).skip(GROUPS).map(|group| group.chosen);
    if let more @ 1.. = more.sum::<usize>() {
        lines.push(format!("{more} of other groups"));
    }
    let spared: Vec<String> =
        choice.spared.iter().map(|(why, count)| format!("{count} {}", why.words())).collect();
    if !spared.is_empty() {
        lines.push(format!("of {sessions} sessions spared: {}", spared.join(", ")));
    }
    if choice.lost > 0 && keep != Keep::OldestPerQuery {
        lines.push(format!("{} different queries would die with no copy of them left", choice.lost));
    }
    lines
}

/// What there is to say when nobody is chosen: it is so already, or the filter names what is not there at all.
pub fn nobody<I>(choice: &Choice, filter: &Filter, sessions: &[Session]) -> Plan<I> {
    let clients = || sessions.iter().filter(|session| session.whose == Whose::Client);
    for (what, wanted, of) in [
        ("account", &filter.user, (|session| &session.user) as fn(&Session) -> &String),
        ("client host", &filter.host, |session| &session.host),
        ("database", &filter.database, |session| &session.database),
    ] {
        let Some(wanted) = wanted else { continue };
        if clients().any(|session| of(session) == wanted) {
            continue;
        }
        let mut there: Vec<&str> = clients().map(|session| of(session).as_str()).collect();
        there.sort_unstable();
        there.dedup();
        return Plan::NotApplicable(format!(
            "no session has the {what} {}; there are: {}",
            text::escape(wanted),
            text::fit(&text::escape(&there.join(", ")), 200)
        ));
    }
    Plan::AlreadySo(none(choice, filter, sessions.len()))
}

/// Why nobody is chosen.
fn none(choice: &Choice, filter: &Filter, sessions: usize) -> String {
    let passed: Vec<String> = choice
        .spared
        .iter()
        .filter(|(why, _)| !matches!(why, Spared::Idle | Spared::Ours | Spared::System))
        .map(|(why, count)| format!("{count} {}", why.words()))
        .collect();
    let passed = if passed.is_empty() { String::new() } else { format!(" ({})", passed.join(", ")) };
    let untold = match choice.spared.get(&Spared::Untold) {
        Some(_) => {
            "; where parameters travel apart from the text, --keep oldest-per-digest goes by the text alone"
        }
        None if choice.spared.contains_key(&Spared::MaybeRoutine) => {
            "; stored procedures are hidden from this account or run any text: GRANT SELECT ON mysql.proc (MySQL 8: SHOW_ROUTINE) TO it"
        }
        None => "",
    };
    format!(
        "none of {sessions} sessions is a copy of a reading statement older than {}{passed}{untold}",
        text::duration(filter.older_than)
    )
}
