//! `with:`, held against the action's table of fields.

use crate::action::Spec;
use crate::action::field::{Field, Given};
use crate::playbook::input::Words;
use crate::playbook::load::{Builder, POLICY};
use crate::playbook::template::{Template, read, takes};
use crate::text;
use crate::yaml::{Node, Problem, Value, unknown_key};

impl Builder<'_> {
    pub(super) fn fields(&mut self, step: &Node, spec: &'static Spec) -> Template {
        let before = self.problems.len();
        let known = spec.fields;
        let mut template = Template::default();
        let mut whole = true;
        let mut meant = Vec::new();
        for (key, value) in self.map(step, "with", "each field under its name") {
            let Some(field) = self.field(key, known, spec, &mut meant) else { continue };
            let Some(words) = self.words(value, field.ty) else { continue };
            if self.references(value, |input, alone| takes(field.ty, input, alone)) {
                match words.filled(&self.defaults) {
                    Some(filled) => self.holds(value, field, &words, &filled),
                    // It hangs on an input that must be set: it is checked when it is.
                    None => whole = false,
                }
            }
            template.0.push((field, words));
        }
        // What is no mapping at all was told.
        let odd =
            step.given("with").is_some() || matches!(step.get("with").map(|w| &w.value), Some(Value::Seq(_)));
        for field in known.iter().filter(|field| field.required && !odd) {
            let given = step.get("with").and_then(|with| with.get(field.name));
            if given.is_none() && !meant.contains(&field.name) {
                let place =
                    if step.get("with").is_some_and(|with| !with.at.is_empty()) { "with" } else { "action" };
                self.problem(step, place, format!("`{}` is missing: {}", field.name, field.help));
            }
        }
        if whole
            && self.problems.len() == before
            && let Ok(with) = template.resolve(&self.defaults)
            // What hangs on an input that is wrong itself is not there; that has been told.
            && known.iter().all(|field| !field.required || with.has(field.name))
            && let Err(error) = spec.action.check(&with)
        {
            match step.get("with") {
                Some(with) if with.get(error.field).is_some() => self.problem(with, error.field, error.why),
                Some(_) => self.problem(step, "with", format!("`{}`: {}", error.field, error.why)),
                None => self.problem(step, "action", format!("`{}`: {}", error.field, error.why)),
            }
        }
        template
    }

    /// The field that a key names. Of a key that names none, the field that was `meant` is noted: it is not missing.
    fn field(
        &mut self,
        key: &Node,
        known: &'static [Field],
        spec: &'static Spec,
        meant: &mut Vec<&'static str>,
    ) -> Option<&'static Field> {
        let name = key.text().unwrap_or_default();
        let found = known.iter().find(|field| field.name == name);
        if found.is_none() {
            // The word of the command line: `--to` is `value`.
            let flag = known.iter().find(|field| matches!(field.given, Given::Flag(flag) if flag == name));
            let names: Vec<&'static str> = known.iter().map(|field| field.name).collect();
            meant.extend(flag.map(|field| field.name).or_else(|| text::nearest(name, names.iter().copied())));
            let message = match flag {
                Some(field) => format!("unknown key `{name}`; did you mean `{}`?", field.name),
                None if known.is_empty() => format!("{} takes no fields", spec.name),
                None => unknown_key(name, &names, &POLICY),
            };
            self.problems.push(Problem::new(key.at.clone(), message));
        }
        found
    }

    /// Whether the field can hold the value; of one that an input stands for, its default.
    fn holds(&mut self, node: &Node, field: &Field, words: &Words, filled: &Words) {
        if let Err(why) = read(field.ty, filled) {
            let message = match words.references().next() {
                Some(input) => {
                    format!("`{input}` makes this {} by default: {why}", filled.texts().join(", "))
                }
                None => why,
            };
            self.problems.push(Problem::new(node.at.clone(), text::escape(&message)));
        }
    }
}
