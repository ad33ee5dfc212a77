//! `inputs:`, their types and defaults.

use std::collections::BTreeSet;

use crate::playbook::input::{Input, InputType, Words, resolve};
use crate::playbook::load::{Builder, POLICY};
use crate::playbook::raw;
use crate::playbook::template::{read, takes};
use crate::text;
use crate::yaml::{Node, Piece, Problem, Value, decode, is_name, pieces};

impl Builder<'_> {
    pub(super) fn inputs(&mut self, tree: &Node) {
        let mut places = Vec::new();
        for (index, (key, node)) in
            self.map(tree, "inputs", "each input under its name").into_iter().enumerate()
        {
            if self.too_many(index + 1, key, "inputs") {
                break;
            }
            let name = key.text().unwrap_or_default();
            if !is_name(name) {
                let rule = "the name of an input has letters, digits and `_`, and begins with no digit";
                self.problems.push(Problem::new(key.at.clone(), rule));
                continue;
            }
            let before = self.problems.len();
            let raw = decode::<raw::Input>(node, &POLICY, &mut self.problems);
            if self.problems.len() > before {
                self.broken.insert(name.to_owned());
            }
            let Some(raw) = raw else { continue };
            self.not_empty(node, "help");
            let default = node.get("default").and_then(|value| self.words(value, raw.ty.field()));
            self.inputs.push(Input { name: name.to_owned(), ty: raw.ty, default, help: raw.help });
            places.push((key, node));
        }
        let inputs = std::mem::take(&mut self.inputs);
        let circular = circular(&inputs);
        self.defaults = resolve(&inputs, Default::default());
        self.inputs = inputs;
        for (index, (_, node)) in places.iter().enumerate() {
            let input = self.inputs[index].clone();
            let Some(default) = node.get("default") else { continue };
            let mut sound = self.references(default, |other, alone| match (input.ty, other) {
                (InputType::List, _) | (InputType::Text, _) => takes(input.ty.field(), other, alone),
                (own, other) if own == other && alone => Ok(()),
                (own, other) if own == other => Err("must stand alone here".into()),
                (own, other) => Err(format!("is of type {}; expected {}", other.name(), own.name())),
            });
            if circular.contains(&input.name) {
                sound = false;
                self.problem(node, "default", format!("`{}` refers to itself, round about", input.name));
            }
            if let (true, Some(value)) = (sound, self.defaults.get(&input.name))
                && let Err(why) = read(input.ty.field(), value)
            {
                sound = false;
                self.problem(node, "default", why);
            }
            if !sound {
                self.defaults.remove(&input.name);
            }
        }
    }

    /// A value as it is written, which a field of this type can perhaps hold. `None`: a problem was noted.
    pub(super) fn words(&mut self, node: &Node, ty: crate::action::field::Type) -> Option<Words> {
        use crate::action::field::Type;
        let message = match &node.value {
            Value::Scalar(scalar) if scalar.is_null() => "expected a value, found nothing".to_owned(),
            Value::Scalar(scalar) => {
                let reference = scalar.text.contains("${");
                match ty {
                    Type::Whole(..) | Type::Switch if !scalar.plain && !reference => {
                        "this is a text: take off the quotes".into()
                    }
                    _ => return Some(Words::One(scalar.text.clone())),
                }
            }
            Value::Seq(items) if ty == Type::List => {
                let texts: Vec<String> =
                    items.iter().filter_map(|item| item.text().map(str::to_owned)).collect();
                if texts.len() == items.len() {
                    return Some(Words::Many(texts));
                }
                "expected a list of texts".into()
            }
            Value::Seq(_) => "expected one value, found a list".into(),
            Value::Map(_) => "expected a value, found a mapping".into(),
        };
        let at =
            if node.at.is_empty() { node.at.start.saturating_sub(1)..node.at.start } else { node.at.clone() };
        self.problems.push(Problem::new(at, message));
        None
    }

    /// Checks every reference in a value: it must be well written, lead to an input, and `takes` it. False when
    /// something was wrong.
    pub(super) fn references(
        &mut self,
        node: &Node,
        takes: impl Fn(InputType, bool) -> Result<(), String>,
    ) -> bool {
        let before = self.problems.len();
        let mut sound = true;
        let items = match &node.value {
            Value::Seq(items) => items.iter().collect(),
            Value::Scalar(_) => vec![node],
            Value::Map(_) => Vec::new(),
        };
        for item in items {
            let text = item.text().unwrap_or_default();
            let pieces = match pieces(text) {
                Ok(pieces) => pieces,
                Err(bad) => {
                    self.problems.push(bad.at(item, self.source));
                    continue;
                }
            };
            for piece in &pieces {
                let Piece::Reference(name) = piece else { continue };
                self.used.insert((*name).to_owned());
                if self.broken.contains(*name) {
                    sound = false;
                    continue;
                }
                let found = match self.inputs.iter().find(|input| input.name == *name) {
                    Some(input) => {
                        takes(input.ty, pieces.len() == 1).map_err(|why| format!("`{name}` {why}"))
                    }
                    None => Err(self.no_input(name)),
                };
                if let Err(message) = found {
                    let reference = format!("${{{name}}}");
                    let at =
                        self.source[item.at.clone()].find(&reference).map_or(item.at.clone(), |offset| {
                            item.at.start + offset..item.at.start + offset + reference.len()
                        });
                    self.problems.push(Problem::new(at, message));
                }
            }
        }
        sound && self.problems.len() == before
    }

    pub(super) fn no_input(&self, name: &str) -> String {
        let names = self.inputs.iter().map(|input| input.name.as_str());
        let hint = match text::nearest(name, names.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.inputs.is_empty() => "the playbook has none".into(),
            None => format!("known: {}", names.collect::<Vec<_>>().join(", ")),
        };
        format!("there is no input `{}`; {hint}", text::escape(name))
    }

    /// An input that nothing refers to is a mistake: setting it would do nothing.
    pub(super) fn unused(&mut self, tree: &Node) {
        let Some(inputs) = tree.get("inputs") else { return };
        for (key, _) in inputs.entries() {
            let name = key.text().unwrap_or_default();
            if self.inputs.iter().any(|input| input.name == name) && !self.used.contains(name) {
                self.problems
                    .push(Problem::new(key.at.clone(), format!("nothing refers to the input `{name}`")));
            }
        }
    }
}

/// The inputs whose defaults lead back to themselves.
fn circular(inputs: &[Input]) -> BTreeSet<String> {
    let next = |name: &str| {
        let input = inputs.iter().find(|input| input.name == name);
        input.and_then(|input| input.default.as_ref()).map(Words::references).into_iter().flatten()
    };
    let leads_back = |start: &str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = next(start).collect();
        while let Some(name) = open.pop() {
            if name == start {
                return true;
            }
            if seen.insert(name) {
                open.extend(next(name));
            }
        }
        false
    };
    inputs.iter().filter(|input| leads_back(&input.name)).map(|input| input.name.clone()).collect()
}
