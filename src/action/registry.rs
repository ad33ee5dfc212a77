//! The table of actions.

use crate::action::field::{Field, Given, Type};
use crate::action::spec::{Declared, Spec};
use crate::action::{kubernetes, mysql, pgbouncer, postgres, redis};

/// Every action, in the order in which help and reference list them.
pub static ACTIONS: &[&Spec] = &[
    &redis::maxclients::SPEC,
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
    &pgbouncer::pause::SPEC,
];

/// Steps that playbooks may name although this version cannot do them yet.
pub static DECLARED: &[Declared] = &[Declared {
    name: "kubernetes.restart",
    on: "a Kubernetes cluster",
    fields: &[Field {
        name: "workload",
        given: Given::Positional,
        ty: Type::Text,
        required: true,
        help: "deployment/NAME or statefulset/NAME",
    }],
}];

/// The action of that name in playbooks and journals.
pub fn by_name(name: &str) -> Option<&'static Spec> {
    ACTIONS.iter().copied().find(|spec| spec.name == name)
}
