//! Scenarios of drills: what is refused and where the caret stands, what is shipped, and the commands.

mod commands;
mod hostile;
mod mistakes;
mod schema;
mod shipped;

use std::path::Path;

use stampede::drill::scenario::{Invalid, parse, spec::Scenario};

/// The head of a scenario.
pub const HEAD: &str = "version: 1\nname: mine\nsummary: s\nresponse: r\npattern: classic_expiry\n";
/// The trouble of one.
pub const TROUBLE: &str = "trouble: [{ what: expire }]\n";

/// A scenario with these lines at its top.
pub fn with(lines: &str) -> String {
    format!("{HEAD}{lines}\n{TROUBLE}")
}

/// A scenario with this trouble, a list item a line, and these lines before it.
pub fn happens(lines: &str, items: &str) -> String {
    let items: String = items.lines().map(|item| format!("  - {item}\n")).collect();
    format!("{HEAD}{lines}\ntrouble:\n{items}")
}

/// Reads what may be good or bad.
pub fn read(source: &str) -> Result<Scenario, Invalid> {
    parse("d.yaml", source.as_bytes().to_vec(), Path::new(""))
}

/// Reads what must be good.
pub fn good(source: &str) -> Scenario {
    read(source).unwrap_or_else(|invalid| panic!("{}", invalid.report))
}

/// What is wrong with what must be bad.
pub fn bad(source: &str) -> Invalid {
    match read(source) {
        Ok(_) => panic!("this must be refused:\n{source}"),
        Err(invalid) => invalid,
    }
}
