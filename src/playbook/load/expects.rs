//! `expect:` and `facts:`.

use crate::config::Facts;
use crate::playbook::expect::{Asked, Expected, PRODUCTS};
use crate::playbook::load::{Builder, POLICY};
use crate::playbook::raw;
use crate::text;
use crate::yaml::{Node, Problem, Value, decode};

impl Builder<'_> {
    pub(super) fn expects(&mut self, tree: &Node) -> Vec<Expected> {
        let Some(expect) = tree.get("expect") else { return Vec::new() };
        if decode::<raw::Expect>(expect, &POLICY, &mut self.problems).is_none() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for (key, node) in self.map(expect, "targets", "each target under its name") {
            let name = self.key_name(key);
            let Some(raw) = decode::<raw::Target>(node, &POLICY, &mut self.problems) else { continue };
            for key in ["product", "version", "role", "id"] {
                self.not_empty(node, key);
            }
            if let Some(product) =
                raw.product.as_ref().filter(|product| !PRODUCTS.contains(&product.as_str()))
            {
                let near = text::near(product, PRODUCTS.iter().copied());
                self.problem(node, "product", format!("expected one of {}{near}", PRODUCTS.join(", ")));
            }
            let expected = Expected {
                target: name.unwrap_or_default(),
                product: raw.product,
                version: raw.version,
                role: raw.role,
                id: raw.id,
            };
            if (Expected { target: expected.target.clone(), ..Expected::default() }) == expected {
                let message = "expected at least one of product, version, role, id";
                self.problems.push(Problem::new(key.at.clone(), message));
            }
            all.push(expected);
        }
        all
    }

    pub(super) fn facts(&mut self, tree: &Node) -> Vec<Asked> {
        let mut all = Vec::new();
        for (key, node) in self.map(tree, "facts", "each fact under its name") {
            let name = key.text().unwrap_or_default();
            let known = Facts::NAMES.iter().find(|known| **known == name);
            if known.is_none() {
                let (shown, hint) = (text::escape(name), text::suggestion(name, Facts::NAMES));
                let message = format!("there is no fact `{}`; {hint}", text::fit(&shown, 60));
                self.problems.push(Problem::new(key.at.clone(), message));
            }
            let Some(raw) = decode::<raw::Fact>(node, &POLICY, &mut self.problems) else { continue };
            self.not_empty(node, "why");
            let (Some(name), values) = (known, self.fact_values(node)) else { continue };
            for value in &values {
                if let Err(why) = Facts::default().set(name, value.text().unwrap_or_default()) {
                    self.problems.push(Problem::new(value.at.clone(), why));
                }
            }
            let expect = values.iter().filter_map(|value| value.text().map(str::to_owned)).collect();
            all.push(Asked { name, why: raw.why, expect });
        }
        all
    }

    fn fact_values<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        let Some(value) = node.get("expect") else { return Vec::new() };
        let values: Vec<&Node> = match &value.value {
            Value::Seq(items) => items.iter().collect(),
            _ => vec![value],
        };
        let texts = values.iter().all(|value| value.text().is_some() && !value.is_null());
        if values.is_empty() || !texts {
            self.problem(node, "expect", "expected a value, or a list of values");
            return Vec::new();
        }
        values
    }
}
