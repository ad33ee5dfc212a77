//! The settings of the cache that a colleague may change: those that the page and the playbooks switch, too. What opens the server
//! to others, or writes files, is none of them.

use crate::action::field::Type;

/// A setting, and what it holds.
const SETTINGS: &[(&str, Type)] = &[
    ("maxclients", Type::Whole(1, 100_000)),
    ("timeout", Type::Whole(0, 86_400)),
    ("maxmemory", Type::Size(0, 1 << 30)),
    (
        "maxmemory-policy",
        Type::Choice(&[
            "noeviction",
            "allkeys-lru",
            "allkeys-lfu",
            "allkeys-random",
            "volatile-lru",
            "volatile-lfu",
            "volatile-random",
            "volatile-ttl",
        ]),
    ),
    ("notify-keyspace-events", Type::Text),
];

/// Their names.
pub(super) const NAMES: [&str; SETTINGS.len()] = {
    let mut names = [""; SETTINGS.len()];
    let mut at = 0;
    while at < SETTINGS.len() {
        names[at] = SETTINGS[at].0;
        at += 1;
    }
    names
};

/// Whether the setting can hold the value. Errors: why not.
pub(super) fn holds(setting: &str, value: &str) -> Result<(), String> {
    let Some((_, ty)) = SETTINGS.iter().find(|(name, _)| *name == setting) else { return Ok(()) };
    let classes = |c: char| "KEg$lshzxetdmnA".contains(c);
    match *ty {
        Type::Text if !value.chars().all(classes) => Err("expected classes of events: KEA, Em".into()),
        // Nothing at all switches them off.
        Type::Text => Ok(()),
        ty => ty.parse(value).map(drop),
    }
}
