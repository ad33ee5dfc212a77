//! What it would shed and what it would not, from what is running now (S5).

use crate::action::postgres::privileges::{sessions, shown};
use crate::action::postgres::read_only::scope::{of, past, words, written};
use crate::error::TargetError;
use crate::sql::{Kind, Running};
use crate::system::postgres::{Crowd, Open, Override, Reader, Rights, Scope, ident};
use crate::text;

/// Statements that must run before their share says something.
const ENOUGH: usize = 4;
/// Share of writes below which it is not recommended.
const WORTH: f64 = 0.2;
/// Open transactions, or roles, that are named.
const NAMED: usize = 5;

/// What it is expected to do. Errors: the server does not answer.
pub(super) async fn forecast(
    scope: &Scope,
    rights: &Rights,
    reader: &Reader,
) -> Result<Vec<String>, TargetError> {
    let mut lines = Vec::new();
    if rights.sees_all {
        lines.extend(load(&reader.running().await?));
    } else {
        let me = ident(&rights.me);
        lines.push(format!("what share of the load writes is not known: GRANT pg_monitor TO {me}"));
    }
    let crowds = of(scope, reader.crowds().await?);
    lines.push(reach(scope, &crowds));
    lines.extend(past(scope, reader.read_only_overrides().await?).iter().map(own));
    if rights.sees_all {
        lines.extend(open(&written(scope, reader.open_writes().await?)));
    }
    Ok(lines)
}

/// The share of the load that writes.
fn load(running: &[Running]) -> Vec<String> {
    let of = |kind| running.iter().filter(|running| running.kind == kind).count();
    let (reads, writes) = (of(Kind::Read), of(Kind::Write));
    let all = reads + writes;
    if all < ENOUGH {
        return vec![format!(
            "running now: {all} reading or writing, {writes} of them writing: too few to say what share of the load that is"
        )];
    }
    let share = writes as f64 / all as f64;
    let percent = text::percent(share);
    let mut lines = Vec::new();
    if share < WORTH {
        lines.push(format!("not recommended: only {percent} of the load writes"));
    }
    lines.push(format!(
        "sheds the writes: {writes} of the {all} statements that are running ({percent}); reads go on"
    ));
    lines
}

/// Whom it reaches, and when.
fn reach(scope: &Scope, crowds: &[Crowd]) -> String {
    let all: u64 = crowds.iter().map(|crowd| crowd.sessions).sum();
    let open: u64 = crowds.iter().map(|crowd| crowd.open).sum();
    if *scope == Scope::Server {
        return format!(
            "{}: read-only from the next transaction on; {open} in an open transaction may go on writing in it, \
             and commit",
            sessions(all)
        );
    }
    match by_role(crowds) {
        whose if whose.is_empty() => {
            format!("no session of {} is connected; new ones are read-only", words(scope))
        }
        whose => {
            format!("{} connected may go on writing ({whose}): only new ones are read-only", sessions(all))
        }
    }
}

/// Sessions by role: `app 12, jobs 3`.
pub(super) fn by_role(crowds: &[Crowd]) -> String {
    let mut roles: Vec<(&str, u64)> = Vec::new();
    for crowd in crowds {
        match roles.iter_mut().find(|(role, _)| *role == crowd.role) {
            Some((_, sessions)) => *sessions += crowd.sessions,
            None => roles.push((&crowd.role, crowd.sessions)),
        }
    }
    named(roles.iter().map(|(role, sessions)| format!("{} {sessions}", shown(role))), ", ")
}

/// One that has a default of its own.
pub(super) fn own(own: &Override) -> String {
    let whose = match (&own.role, &own.database) {
        (Some(role), Some(database)) => format!("role {} in database {}", shown(role), shown(database)),
        (Some(role), None) => format!("role {}", shown(role)),
        (None, Some(database)) => format!("database {}", shown(database)),
        (None, None) => "every role".into(),
    };
    format!("{whose} has a default of its own and goes on writing: {}", sessions(own.sessions))
}

/// Transactions that have written and will commit.
pub(super) fn open(open: &[Open]) -> Option<String> {
    let each = open.iter().map(|open| {
        let (role, database) = (shown(&open.role), shown(&open.database));
        format!("pid {} {role} in {database} for {}", open.pid, text::duration(open.age))
    });
    (!open.is_empty())
        .then(|| format!("open transactions that have written and may go on: {}", named(each, "; ")))
}

fn named(each: impl ExactSizeIterator<Item = String>, between: &str) -> String {
    let more = each.len().saturating_sub(NAMED);
    let mut first: Vec<String> = each.take(NAMED).collect();
    if more > 0 {
        first.push(format!("{more} more"));
    }
    first.join(between)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn running(kinds: &[(Kind, usize)]) -> Vec<Running> {
        let each = kinds.iter().flat_map(|(kind, count)| vec![*kind; *count]);
        each.map(|kind| Running {
            group: "a".into(),
            digest: "a".into(),
            copy: None,
            kind,
            age: Duration::from_secs(1),
        })
        .collect()
    }

    #[test]
    fn s5_it_is_not_recommended_where_few_write_and_nothing_is_said_of_a_few() {
        let few = load(&running(&[(Kind::Read, 9), (Kind::Write, 1), (Kind::Ddl, 5)]));
        assert_eq!(few[0], "not recommended: only 10.0 % of the load writes");
        assert!(few[1].contains("1 of the 10 statements"), "{few:?}");
        let many = load(&running(&[(Kind::Read, 8), (Kind::Write, 2)]));
        assert!(many.len() == 1 && many[0].starts_with("sheds the writes: 2 of the 10"), "{many:?}");
        let hardly = load(&running(&[(Kind::Read, 3)]));
        assert!(hardly.len() == 1 && hardly[0].contains("too few"), "{hardly:?}");
    }

    #[test]
    fn the_rest_is_counted() {
        let crowd = |role: &str| Crowd { role: role.into(), database: "d".into(), sessions: 2, open: 0 };
        let crowds: Vec<Crowd> = ["a", "b", "a b", "d", "e", "f", "g", "a"].map(crowd).into();
        assert_eq!(by_role(&crowds), "a 4, b 2, \"a b\" 2, d 2, e 2, 2 more");
    }
}
