//! Playbooks: what is refused and where the caret stands, what conditions say, what is shipped, and the commands.

mod binding;
mod commands;
mod conditions;
mod document;
mod hostile;
mod mistakes;
mod offers;
mod schema;
mod shipped;

use stampede::playbook::{Invalid, Playbook, parse};

/// A playbook with these steps in its break phase, each indented as a list item.
pub fn with_steps(steps: &str) -> String {
    let steps: String = steps.lines().map(|line| format!("      {line}\n")).collect();
    format!("version: 1\nname: p\nsummary: s\nphases:\n  break:\n    steps:\n{steps}")
}

/// A playbook with one step: these keys beside its id and action.
pub fn with_keys(keys: &str) -> String {
    let keys: String = keys.lines().map(|line| format!("  {line}\n")).collect();
    with_steps(&format!("- id: a\n  action: redis.maxclients\n{keys}"))
}

/// Loads what must be good.
pub fn good(source: &str) -> Playbook {
    parse("p.yaml", source.as_bytes().to_vec()).unwrap_or_else(|invalid| panic!("{}", invalid.report))
}

/// What is wrong with what must be bad.
pub fn bad(source: &str) -> Invalid {
    match parse("p.yaml", source.as_bytes().to_vec()) {
        Ok(_) => panic!("this must be refused:\n{source}"),
        Err(invalid) => invalid,
    }
}
