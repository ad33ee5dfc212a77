//! `playbook schema --metrics`: what conditions can ask about.

use std::fmt::Write as _;

use crate::config::Facts;
use crate::diagnosis::{Level, Pattern, Quantity};
use crate::observation::Unit;
use crate::ui::wrap::wrap;

/// Every name with its unit and meaning.
pub fn names() -> String {
    let mut out = String::new();
    for quantity in Quantity::all() {
        _ = writeln!(out, "{} ({})", quantity.name(), unit(quantity));
        wrap(&mut out, quantity.help(), "    ", "    ");
    }
    let words = |words: Vec<&str>| words.join(", ");
    for (name, meaning) in [
        ("pattern", words(Pattern::ALL.iter().map(|pattern| pattern.name()).collect())),
        ("level", words(Level::ALL.iter().map(|level| level.name()).collect())),
        ("stampede", "true or false: misses fall through to the database".into()),
        ("facts.NAME", format!("facts of stampede.yaml and --fact: {}", Facts::NAMES.join(", "))),
    ] {
        _ = writeln!(out, "{name}");
        wrap(&mut out, &meaning, "    ", "    ");
    }
    out
}

fn unit(quantity: Quantity) -> &'static str {
    match (quantity, quantity.unit()) {
        (Quantity::Derived(_), _) => "a multiple",
        (_, Unit::Count) => "a count",
        (_, Unit::PerSecond) => "per second",
        (_, Unit::Ratio) => "a share, 0-1",
        (_, Unit::Seconds) => "seconds",
        (_, Unit::Milliseconds) => "milliseconds",
        (_, Unit::Bytes) => "bytes",
        (_, Unit::BytesPerSecond) => "bytes per second",
        (_, Unit::Bool) => "true or false",
    }
}
