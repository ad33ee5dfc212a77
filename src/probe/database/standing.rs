//! What the looks at limits, doors, slots and subscriptions of a PostgreSQL add up to.

use std::collections::BTreeSet;

use crate::observation::Metric;
use crate::probe::database::findings::Findings;
use crate::probe::database::{NO_MONITOR, ONE_LOOK};
use crate::system::postgres::{Bar, Facts, Full, Kept, OwnDefault, Shut, Slot, Standing, Subscription};
use crate::text;

/// Both looks; the first one is missing where there is no window.
pub(super) struct Stands {
    pub(super) first: Option<Result<Standing, String>>,
    pub(super) last: Result<Standing, String>,
}

impl Stands {
    /// Says what stands. What the server refuses to say is left out, with a note.
    pub(super) fn report(&self, findings: &mut Findings, facts: &Facts) {
        let last = match &self.last {
            Ok(last) => last,
            Err(why) => {
                findings.report.notes.push(format!(
                    "limits, slots, subscriptions and what is read-only were not looked at: {why}"
                ));
                return;
            }
        };
        let first = self.first.as_ref().and_then(|first| first.as_ref().ok());
        limits(findings, first, last);
        log_held(findings, first, last);
        if facts.sees_all {
            findings.list(Metric::DatabaseClosed, Ok(last.shut.iter().filter_map(closed).collect()));
        } else {
            findings.unknown(Metric::DatabaseClosed, NO_MONITOR);
        }
        for door in last.shut.iter().filter(|door| door.bar == Bar::Entered) {
            findings.report.notes.push(format!(
                "{}: its VALID UNTIL is over, and it has sessions that began after that: does it log in without a password?",
                door.name
            ));
        }
        // Everything on a standby is read-only, and its subscriptions are its primary's.
        if !facts.standby {
            read_only(findings, last, facts);
            subscriptions(findings, first, last);
        }
    }
}

/// Those that have all their connections: in use, they refuse the next one; a pool that is as large as its limit and has idle
/// ones needs no more. Busy at one moment is chance: none of them is idle in any look.
fn limits(findings: &mut Findings, first: Option<&Standing>, last: &Standing) {
    let words = |full: &Full| {
        format!("{} has {} of {} connections", full.name, text::count(full.used), text::count(full.most))
    };
    let before = |full: &Full| first.map(|first| first.full.iter().find(|other| other.name == full.name));
    let mut used_up = Vec::new();
    for full in &last.full {
        match (full.idle, before(full)) {
            (None, _) => {
                let why = format!("{}; whether some are idle is hidden", words(full));
                return findings.unknown(Metric::DatabaseLimitsReached, why);
            }
            (Some(0.0), None) => used_up.push(words(full)),
            (Some(0.0), Some(Some(Full { idle: Some(0.0), .. }))) => used_up.push(words(full)),
            (Some(0.0), Some(_)) => {
                findings
                    .report
                    .notes
                    .push(format!("{}, and had some to spare at the beginning", words(full)));
            }
            (Some(idle), _) => {
                findings.report.notes.push(format!("{}, {} of them idle", words(full), text::count(idle)));
            }
        }
    }
    findings.list(Metric::DatabaseLimitsReached, Ok(used_up));
}

fn log_held(findings: &mut Findings, first: Option<&Standing>, last: &Standing) {
    let before = |slot: &Slot| first?.slots.iter().find(|other| other.name == slot.name);
    let mut held: Vec<String> = last.slots.iter().filter_map(|slot| kept(slot, before(slot))).collect();
    if last.archive_fails {
        held.push("its archive takes no log, and the log is kept".into());
    }
    findings.list(Metric::DatabaseLogHeld, Ok(held));
}

/// What is wrong with a slot; none where its reader goes on, as far as that was seen.
fn kept(slot: &Slot, before: Option<&Slot>) -> Option<String> {
    let name = &slot.name;
    // The log may be kept for a long transaction while the reader keeps up: it is where it was, and far from the end.
    let far = |slot: &Slot| slot.beyond.is_some_and(|bytes| bytes > 0.0);
    let stands = before.is_some_and(|before| before.place == slot.place && far(before) && far(slot));
    match slot.kept {
        Kept::Lost => Some(format!("the log of slot {name} is lost")),
        _ if !slot.active => Some(format!("nobody reads slot {name}, and the log is kept for it")),
        Kept::Unreserved => {
            Some(format!("the log of slot {name} is about to be lost: its reader is too late"))
        }
        Kept::Extended if stands => {
            Some(format!("the reader of slot {name} stands, and the log is kept for it"))
        }
        Kept::Extended => None,
    }
}

fn closed(door: &Shut) -> Option<String> {
    let why = match door.bar {
        Bar::Login => "NOLOGIN",
        Bar::Allow => "ALLOW_CONNECTIONS false",
        Bar::Limit => "CONNECTION LIMIT 0",
        Bar::Connect => "CONNECT was revoked",
        Bar::Until => "VALID UNTIL is over",
        Bar::Entered => return None,
    };
    Some(format!("{} ({why})", door.name))
}

/// A role may be read-only on purpose, as those of reports are; a database with clients is what an application writes to.
fn read_only(findings: &mut Findings, last: &Standing, facts: &Facts) {
    // Of the database that we are in it is known already, unless our own role hides it.
    let told = |of: &OwnDefault| of.ours && facts.read_only == Some(true);
    let whole = last.read_only.iter().filter(|of| of.role.is_none() && !told(of));
    let names: BTreeSet<&String> = whole.filter_map(|of| of.database.as_ref()).collect();
    findings.list(Metric::DatabaseReadOnlyDatabases, Ok(names.into_iter().cloned().collect()));
    for of in &last.read_only {
        if let Some(role) = &of.role {
            let within = of.database.as_ref().map(|name| format!(" in database {name}")).unwrap_or_default();
            findings.report.notes.push(format!("role {role} is read-only by default{within}"));
        }
    }
}

/// Subscriptions that have no worker in both looks, or one that failed between them. A worker that has failed is started again
/// seconds later, and is there for a moment.
fn subscriptions(findings: &mut Findings, first: Option<&Standing>, last: &Standing) {
    let metric = Metric::DatabaseSubscriptionsFailing;
    let Some(now) = &last.subscriptions else {
        findings.report.notes.push("subscriptions are hidden from our role".into());
        return;
    };
    if now.is_empty() {
        return findings.list(metric, Ok(Vec::new()));
    }
    let Some(before) = first.and_then(|first| first.subscriptions.as_ref()) else {
        return findings.unknown(metric, ONE_LOOK);
    };
    let wrong = now.iter().filter_map(|now| {
        let same = |other: &&Subscription| (&other.name, &other.database) == (&now.name, &now.database);
        wrong(before.iter().find(same)?, now)
    });
    findings.list(metric, Ok(wrong.collect()));
}

fn wrong(before: &Subscription, now: &Subscription) -> Option<String> {
    let failed = now.failed.zip(before.failed).map_or(0.0, |(now, before)| now - before);
    let name = &now.name;
    match (before.works, now.works) {
        (false, false) => Some(format!("subscription {name} applies nothing (no worker runs)")),
        _ if failed > 0.0 => {
            Some(format!("subscription {name} fails ({} in the window)", text::count(failed)))
        }
        _ => None,
    }
}
