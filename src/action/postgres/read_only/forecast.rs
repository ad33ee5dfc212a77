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

/// What it is expected to do.
pub(super) struct Forecast {
    pub lines: Vec<String>,
    /// Why it would help little, or that this is not known; none: it helps.
    pub little: Option<String>,
}

/// What it is expected to do. Errors: the server does not answer.
pub(super) async fn forecast(
    scope: &Scope,
    rights: &Rights,
    reader: &Reader,
) -> Result<Forecast, TargetError> {
    let running = if rights.sees_all { Some(reader.running().await?) } else { None };
    let little = match &running {
        Some(running) => hardly(share(running)),
        None => {
            let me = ident(&rights.me);
            Some(format!("what share of the load writes is not known: GRANT pg_monitor TO {me}"))
        }
    };
    let mut lines: Vec<String> = little.iter().map(|why| format!("not recommended: {why}")).collect();
    lines.extend(running.as_deref().map(load));
    let crowds = of(scope, reader.crowds().await?);
    lines.push(reach(scope, &crowds));
    lines.extend(past(scope, reader.read_only_overrides().await?).iter().map(own));
    if rights.sees_all {
        lines.extend(open(&written(scope, reader.open_writes().await?)));
    }
    Ok(Forecast { lines, little })
}

/// Reads, and writes, that run.
fn count(running: &[Running]) -> (usize, usize) {
    let of = |kind| running.iter().filter(|running| running.kind == kind).count();
    (of(Kind::Read), of(Kind::Write))
}

/// The share of the load that writes; none: too few run to say.
fn share(running: &[Running]) -> Option<f64> {
    let (reads, writes) = count(running);
    (reads + writes >= ENOUGH).then(|| writes as f64 / (reads + writes) as f64)
}

/// Why it would help little, or that this is not known; none: it helps.
fn hardly(share: Option<f64>) -> Option<String> {
    match share {
        Some(share) if share >= WORTH => None,
        Some(share) => Some(format!("only {} of the load writes", text::percent(share))),
        None => Some("too few statements run to say what share of the load writes".into()),
    }
}

/// What it would shed.
fn load(running: &[Running]) -> String {
    let (reads, writes) = count(running);
    let all = reads + writes;
    match share(running) {
        None => format!("running now: {all} reading or writing, {writes} of them writing"),
        Some(share) => format!(
            "sheds the writes: {writes} of the {all} statements that are running ({}); reads go on",
            text::percent(share)
        ),
    }
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
        let few = running(&[(Kind::Read, 9), (Kind::Write, 1), (Kind::Ddl, 5)]);
        assert!(
            share(&few).is_some_and(|share| share < WORTH) && load(&few).contains("1 of the 10 statements")
        );
        let many = running(&[(Kind::Read, 8), (Kind::Write, 2)]);
        assert!(share(&many).is_some_and(|share| share >= WORTH), "{many:?}");
        assert!(load(&many).starts_with("sheds the writes: 2 of the 10"), "{}", load(&many));
        let hardly = running(&[(Kind::Read, 3)]);
        assert!(share(&hardly).is_none() && load(&hardly).starts_with("running now: 3"), "{}", load(&hardly));
        assert!(super::hardly(None).is_some_and(|why| why.contains("too few statements run")));
        assert!(super::hardly(share(&few)).is_some() && super::hardly(share(&many)).is_none());
    }

    #[test]
    fn the_rest_is_counted() {
        let crowd = |role: &str| Crowd { role: role.into(), database: "d".into(), sessions: 2, open: 0 };
        let crowds: Vec<Crowd> = ["a", "b", "a b", "d", "e", "f", "g", "a"].map(crowd).into();
        assert_eq!(by_role(&crowds), "a 4, b 2, \"a b\" 2, d 2, e 2, 2 more");
    }
}
