//! `test:` cases.

use std::path::{Component, Path};

use crate::diagnosis::{Level, Pattern};
use crate::playbook::load::{Builder, POLICY};
use crate::playbook::template::read;
use crate::playbook::{Case, raw};
use crate::text;
use crate::yaml::{Node, Problem, decode, place_of};

impl Builder<'_> {
    pub(super) fn cases(&mut self, tree: &Node) -> Vec<Case> {
        let mut cases: Vec<Case> = Vec::new();
        for node in self.list(tree, "test", "cases") {
            let Some(raw) = decode::<raw::Case>(node, &POLICY, &mut self.problems) else { continue };
            self.not_empty(node, "name");
            if let Some(first) = cases.iter().find(|case| case.name == raw.name) {
                let message = format!("the case in line {} is called so already", first.line);
                self.problem(node, "name", message);
            }
            let below = Path::new(&raw.observations).components().all(|c| matches!(c, Component::Normal(_)));
            if !below || raw.observations.is_empty() {
                self.problem(node, "observations", "expected a file below the playbook's folder");
            }
            let mut set = Vec::new();
            for (key, value) in self.map(node, "set", "inputs by name") {
                let name = key.text().unwrap_or_default();
                let Some(input) = self.inputs.iter().find(|input| input.name == name).cloned() else {
                    let message = self.no_input(name);
                    self.problems.push(Problem::new(key.at.clone(), message));
                    continue;
                };
                let Some(words) = self.words(value, input.ty.field()) else { continue };
                match read(input.ty.field(), &words) {
                    Ok(_) => set.push((input.name, words)),
                    Err(why) => self.problems.push(Problem::new(value.at.clone(), why)),
                }
            }
            let Some(expect) = node.get("expect") else { continue };
            let level = self.word(expect, "level", Level::ALL, |level| level.name());
            let pattern = self.word(expect, "pattern", Pattern::ALL, |pattern| pattern.name());
            for key in ["steps", "blocked", "not_applicable"] {
                self.known_steps(expect, key);
            }
            let (line, _) = place_of(self.source, node.at.start);
            cases.push(Case {
                name: raw.name,
                line,
                observations: raw.observations,
                set,
                facts: raw.facts.unwrap_or_default(),
                level,
                pattern,
                steps: raw.expect.steps,
                blocked: raw.expect.blocked,
                not_applicable: raw.expect.not_applicable,
            });
        }
        cases
    }

    fn word<T: Copy>(&mut self, node: &Node, key: &str, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
        let given = node.given(key)?;
        let found = all.iter().copied().find(|one| name(*one) == given);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            let hint = text::suggestion(given, &names);
            self.problem(node, key, format!("there is no {key} of that name; {hint}"));
        }
        found
    }

    fn known_steps(&mut self, node: &Node, key: &str) {
        for item in self.list(node, key, "step ids") {
            let Some(id) = item.text() else { continue };
            if !self.ids.iter().any(|(known, _)| known == id) {
                let near = text::near(id, self.ids.iter().map(|(known, _)| known.as_str()));
                let shown = text::escape(id);
                let message = format!("there is no step `{}`{near}", text::fit(&shown, 60));
                self.problems.push(Problem::new(item.at.clone(), message));
            }
        }
    }
}
