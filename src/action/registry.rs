//! The table of actions.

use crate::action::spec::{Lifting, Spec};
use crate::action::{api, kubernetes, mysql, pgbouncer, postgres, redis};

/// Every action, in the order in which help and reference list them.
pub static ACTIONS: &[&Spec] = &[
    &redis::maxclients::SPEC,
    &redis::maxmemory::SPEC,
    &redis::timeout::SPEC,
    &redis::kill_idle::SPEC,
    &redis::keymiss::SPEC,
    &redis::freeze::SPEC,
    &redis::lock::SPEC,
    &redis::lock::release::SPEC,
    &redis::flag::SPEC,
    &kubernetes::scale::SPEC,
    &mysql::kill::SPEC,
    &postgres::signal::CANCEL,
    &postgres::signal::TERMINATE,
    &mysql::read_only::SPEC,
    &postgres::read_only::SPEC,
    &mysql::max_connections::SPEC,
    &mysql::user_limit::SPEC,
    &postgres::limit::SPEC,
    &kubernetes::reroute::SPEC,
    &kubernetes::annotate::SPEC,
    &kubernetes::patch::SPEC,
    &kubernetes::restart::SPEC,
    &api::call::SPEC,
    &pgbouncer::pause::SPEC,
    &redis::warm::SPEC,
    &redis::stagger::SPEC,
    &redis::stagger::ttl::SPEC,
    &redis::ramp::SPEC,
    &redis::remove::SPEC,
    &kubernetes::ramp::SPEC,
];

/// Whether what the action of that name leaves ends by itself.
pub fn fades(name: &str) -> bool {
    by_name(name).is_some_and(|spec| spec.lifting == Lifting::ByItself)
}

/// Names that older playbooks and journals have, and those of today.
const RENAMED: &[(&str, &str)] = &[("redis.ttl.extend", "redis.freeze")];

/// The action of that name in playbooks and journals, which may be an old name.
pub fn by_name(name: &str) -> Option<&'static Spec> {
    let name = RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, today)| today);
    ACTIONS.iter().copied().find(|spec| spec.name == name)
}
