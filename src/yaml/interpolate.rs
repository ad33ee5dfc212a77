//! `${NAME}` in values, replaced after parsing: what a name stands for can never become YAML structure.

use crate::yaml::problem::Problem;
use crate::yaml::tree::{Node, Scalar, Value};

/// What is said of a reference that is none.
const BAD_NAME: &str =
    "`${` begins a reference: write `${NAME}` (letters, digits, `_`), or `$${` for the text itself";

/// Replaces `${NAME}` in all values (not in keys) by what `look` says; `$$` becomes `$`, any other `$` stays. The error
/// of `look` is what is wrong with the reference.
pub(crate) fn interpolate(
    node: &mut Node,
    source: &str,
    look: &dyn Fn(&str) -> Result<String, String>,
    problems: &mut Vec<Problem>,
) {
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().for_each(|item| interpolate(item, source, look, problems)),
        Value::Map(entries) => {
            entries.iter_mut().for_each(|(_, value)| interpolate(value, source, look, problems));
        }
        Value::Scalar(scalar) if scalar.text.contains('$') => {
            if let Err(problem) = replace(scalar, look) {
                problems.push(problem.at(node, source));
            }
        }
        Value::Scalar(_) => {}
    }
}

/// A piece of a text with references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Stands for itself.
    Text(&'a str),
    /// The name in `${NAME}`.
    Reference(&'a str),
}

/// A reference that cannot be replaced: its name (none when it has no proper one), and why.
pub(crate) struct BadReference {
    name: Option<String>,
    message: String,
}

impl BadReference {
    /// The problem, at the reference itself where the source still shows it.
    pub(crate) fn at(self, node: &Node, source: &str) -> Problem {
        let outside = self.name.is_some();
        let reference = self.name.map(|name| format!("${{{name}}}"));
        let found = reference.as_ref().and_then(|reference| {
            let offset = source[node.at.clone()].find(reference)?;
            Some(node.at.start + offset..node.at.start + offset + reference.len())
        });
        let reference = found.is_some();
        Problem { reference, outside, ..Problem::new(found.unwrap_or(node.at.clone()), self.message) }
    }
}

/// The pieces of a text. Errors: a reference without a proper name.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, BadReference> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        if let Some(reference) = after.strip_prefix('{') {
            let name = reference.find('}').map(|end| &reference[..end]).filter(|name| is_name(name));
            let name = name.ok_or_else(|| BadReference { name: None, message: BAD_NAME.into() })?;
            out.extend([Piece::Text(before), Piece::Reference(name)]);
            rest = &reference[name.len() + 1..];
        } else {
            // The dollar itself, and of two the first.
            out.push(Piece::Text(&rest[..at + 1]));
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    out.push(Piece::Text(rest));
    out.retain(|piece| *piece != Piece::Text(""));
    Ok(out)
}

fn replace(scalar: &mut Scalar, look: &dyn Fn(&str) -> Result<String, String>) -> Result<(), BadReference> {
    let mut out = String::with_capacity(scalar.text.len());
    let mut substituted = false;
    for piece in pieces(&scalar.text)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Reference(name) => {
                let value = look(name);
                out.push_str(&value.map_err(|message| BadReference { name: Some(name.into()), message })?);
                substituted = true;
            }
        }
    }
    scalar.text = out;
    scalar.substituted = substituted;
    Ok(())
}

/// Whether something that is referred to can be called so.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
