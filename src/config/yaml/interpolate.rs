//! `${NAME}` in values, replaced after parsing: what a variable holds can never become YAML structure.

use crate::config::Env;
use crate::config::yaml::report::Problem;
use crate::config::yaml::tree::{Node, Scalar, Value};

/// Replaces `${NAME}` in all values (not in keys); `$$` becomes `$`, any other `$` stays.
pub(super) fn interpolate(node: &mut Node, source: &str, env: Env<'_>, problems: &mut Vec<Problem>) {
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().for_each(|item| interpolate(item, source, env, problems)),
        Value::Map(entries) => {
            entries.iter_mut().for_each(|(_, value)| interpolate(value, source, env, problems));
        }
        Value::Scalar(scalar) if scalar.text.contains('$') => {
            if let Err(bad) = replace(scalar, env) {
                problems.push(locate(node, source, bad));
            }
        }
        Value::Scalar(_) => {}
    }
}

enum Bad {
    Unset(String),
    Name,
}

fn replace(scalar: &mut Scalar, env: Env<'_>) -> Result<(), Bad> {
    let mut out = String::with_capacity(scalar.text.len());
    let mut rest = scalar.text.as_str();
    let mut substituted = false;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let end = after.find('}').ok_or(Bad::Name)?;
            let name = &after[..end];
            if !is_name(name) {
                return Err(Bad::Name);
            }
            out.push_str(&env(name).ok_or_else(|| Bad::Unset(name.into()))?);
            rest = &after[end + 1..];
            substituted = true;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    scalar.text = out;
    scalar.substituted = substituted;
    Ok(())
}

/// Points at the reference itself where the source still shows it.
fn locate(node: &Node, source: &str, bad: Bad) -> Problem {
    match bad {
        Bad::Unset(name) => {
            let reference = format!("${{{name}}}");
            let found = source[node.at.clone()].find(&reference);
            let at = found.map_or(node.at.clone(), |offset| {
                node.at.start + offset..node.at.start + offset + reference.len()
            });
            let mut problem = Problem::new(at, format!("the environment variable {name} is not set"));
            problem.reference = found.is_some();
            problem
        }
        Bad::Name => Problem::new(
            node.at.clone(),
            "`${` begins a reference: write `${NAME}` (letters, digits, `_`), or `$${` for the text itself",
        ),
    }
}

/// Whether an environment variable can be called so.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
