//! The table of actions.

use crate::action::field::{Field, Given, Type};
use crate::action::spec::{Declared, Phase, Spec};
use crate::action::{postgres, redis};

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
    &postgres::read_only::SPEC,
    &postgres::limit::SPEC,
];

/// Steps that playbooks may name although this version cannot do them yet.
pub static DECLARED: &[Declared] = &[Declared {
    name: "kubernetes.scale",
    on: "a Kubernetes cluster",
    fields: &[
        Field {
            name: "workload",
            given: Given::Positional,
            ty: Type::Text,
            required: true,
            help: "deployment/NAME or statefulset/NAME",
        },
        Field {
            name: "replicas",
            given: Given::Flag("replicas"),
            ty: Type::Whole(0, 1_000),
            required: true,
            help: "replicas to scale to",
        },
    ],
}];

/// The action of that name in playbooks and journals.
pub fn by_name(name: &str) -> Option<&'static Spec> {
    ACTIONS.iter().copied().find(|spec| spec.name == name)
}

/// The action of that word under a phase's command.
pub fn by_command(phase: Phase, command: &str) -> Option<&'static Spec> {
    ACTIONS.iter().copied().find(|spec| spec.phase == phase && spec.command == command)
}
