//! What a right file refers to and is not there: a variable, a secret, what a variable holds. It ends what it belongs to, and nothing else.

use std::ops::Range;

use crate::config::yaml::build::{Builder, KINDS};
use crate::config::{Settings, Target, TargetSpec, UnusableTarget};
use crate::observation::Kind;
use crate::yaml::{Node, Problem, Value, place_of};

impl Builder<'_, '_> {
    /// A problem with what the value under `key` refers to.
    pub(super) fn lacking(&mut self, node: &Node, key: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(node.reach(&[key]).at.clone(), message).outside());
    }
}

/// Takes the problems that lie outside of the file out of `problems`, and makes their targets unusable; they all stay when the file
/// itself has mistakes, when one of them belongs to no target, or when no target would be left.
pub(super) fn set_aside(
    tree: &Node,
    (file, source): (&str, &str),
    settings: &mut Settings,
    problems: &mut Vec<Problem>,
) {
    let mut substituted = Vec::new();
    substitutions(tree, &mut substituted);
    let outside = |problem: &Problem| {
        // What came in by a reference is no mistake of the file.
        problem.outside || substituted.iter().any(|range| within(&problem.at, range))
    };
    if problems.is_empty() || !problems.iter().all(outside) {
        return;
    }
    let told = |problems: &[Problem]| {
        let of = |problem: &Problem| {
            let (line, column) = place_of(source, problem.at.start);
            format!("{file}:{line}:{column}: {}", problem.message)
        };
        problems.iter().map(of).collect::<Vec<_>>().join("; ")
    };
    let mut left: Vec<Problem> = problems.clone();
    let mut targets = Vec::new();
    for (name, node) in tree.get("targets").into_iter().flat_map(Node::entries) {
        let text = name.text().unwrap_or_default();
        let (of_it, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|problem| belongs(problem, node));
        left = others;
        let built = settings.targets.iter().find(|target| target.name == text);
        if of_it.is_empty() {
            targets.extend(built.cloned());
            continue;
        }
        let Some(kind) = kind(node) else { return };
        let why = told(&of_it);
        let spec = UnusableTarget { kind, source: file.into(), why };
        targets.push(Target { name: text.into(), spec: TargetSpec::Unusable(spec) });
    }
    // Without it, only what would rebuild a key is refused.
    let rebuild = tree.get("rebuild");
    let (of_rebuild, left): (Vec<_>, Vec<_>) =
        left.into_iter().partition(|problem| rebuild.is_some_and(|node| belongs(problem, node)));
    let usable = targets.is_empty() || targets.iter().any(|target| target.unusable().is_none());
    if !left.is_empty() || !usable {
        return;
    }
    let of_targets = |target: &Target| {
        let unusable = target.unusable()?;
        Some(format!("{} cannot be used: {}", target.name, unusable.why))
    };
    settings.notes.extend(targets.iter().filter_map(of_targets));
    settings.targets = targets;
    if !of_rebuild.is_empty() {
        let why = told(&of_rebuild);
        settings.notes.push(format!("rebuild cannot be used: {why}"));
        settings.remedies.rebuild = None;
        settings.remedies.rebuild_lacks = Some(why);
    }
    problems.clear();
}

/// Whether a problem is with a value of this target.
fn belongs(problem: &Problem, target: &Node) -> bool {
    let mut scalars = Vec::new();
    values(target, &mut scalars);
    scalars.iter().any(|range| within(&problem.at, range))
}

fn within(inner: &Range<usize>, outer: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The bytes of all values.
fn values(node: &Node, out: &mut Vec<Range<usize>>) {
    out.push(node.at.clone());
    match &node.value {
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| values(item, out)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| values(value, out)),
    }
}

/// The bytes of the values in which a reference was replaced.
fn substitutions(node: &Node, out: &mut Vec<Range<usize>>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.substituted => out.push(node.at.clone()),
        Value::Scalar(_) => {}
        Value::Seq(items) => items.iter().for_each(|item| substitutions(item, out)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| substitutions(value, out)),
    }
}

/// The kind of system that a target is, by its key.
fn kind(node: &Node) -> Option<Kind> {
    let key = KINDS.into_iter().find(|kind| node.get(kind).is_some())?;
    match key {
        "pods" => Some(Kind::Logs),
        key => Kind::ALL.iter().copied().find(|kind| kind.name() == key),
    }
}
