//! `playbook:` and `set:`: what `stampede run` is given when it plays by itself. Nothing else can be given to it: its
//! configuration is the drill's own.

use std::path::Path;

use crate::drill::scenario::load::Builder;
use crate::playbook::{self, DEFAULT, Playbook, SHIPPED};
use crate::text;
use crate::yaml::{Node, Problem, Value, is_path};

impl Builder<'_> {
    /// The playbook as `run` finds it from any folder, and the words that set its inputs.
    pub(super) fn playbook(&mut self) -> (Option<String>, Vec<String>) {
        let tree = self.tree;
        let name = tree.given("playbook");
        let found = match name {
            Some(name) => self.found(name),
            None => shipped(DEFAULT),
        };
        let set = self.set(found.as_ref());
        let words = set.iter().flat_map(|(name, value)| ["--set".to_owned(), format!("{name}={value}")]);
        let named = name.map(|name| match is_path(name) {
            true => absolute(self.folder, name),
            false => name.to_owned(),
        });
        (named, words.collect())
    }

    fn found(&mut self, name: &str) -> Option<Playbook> {
        let tree = self.tree;
        if !is_path(name) {
            let found = shipped(name);
            if found.is_none() {
                let names: Vec<&str> = SHIPPED.iter().map(|shipped| shipped.name).collect();
                let near = text::near(name, names);
                let shown = text::escape(name);
                let message = format!(
                    "there is no shipped playbook called `{}`{near}; one of your own is a path: ./mine.yaml",
                    text::fit(&shown, 60)
                );
                self.problem(tree, "playbook", message);
            }
            return found;
        }
        match playbook::load_file(Path::new(&absolute(self.folder, name))) {
            Ok(playbook) => Some(playbook),
            Err(invalid) => {
                let message = match invalid.mistakes.len() {
                    0 => invalid.report,
                    count => format!("{count} wrong in it: `stampede playbook validate {}`", invalid.file),
                };
                self.problem(tree, "playbook", message);
                None
            }
        }
    }

    /// The inputs that are set, each of which the playbook has and can hold.
    fn set(&mut self, playbook: Option<&Playbook>) -> Vec<(String, String)> {
        let tree = self.tree;
        let Some(node) = tree.filled("set") else { return Vec::new() };
        if !matches!(node.value, Value::Map(_)) {
            self.problem(tree, "set", "expected a mapping: each input under its name");
            return Vec::new();
        }
        let before = self.problems.len();
        let mut set = Vec::new();
        for (key, value) in node.entries() {
            let name = key.text().unwrap_or_default();
            let texts = self.texts(value);
            if let Some(playbook) = playbook {
                self.fits(playbook, name, (key, value), &texts);
            }
            set.extend(texts.into_iter().map(|text| (name.to_owned(), text)));
        }
        // In one order, however they are written; values of a list stay in theirs.
        set.sort_by(|one: &(String, String), other| one.0.cmp(&other.0));
        // Each fits alone; together they may not.
        if let Some(playbook) = playbook
            && self.problems.len() == before
            && let Err(failure) = playbook.bind(&set)
        {
            self.problem(tree, "set", failure.message);
        }
        set
    }

    /// The value of an input, or the values of a list.
    fn texts(&mut self, value: &Node) -> Vec<String> {
        // That nothing stands there was told.
        if value.is_null() {
            return Vec::new();
        }
        let items: Vec<&Node> = match &value.value {
            Value::Seq(items) => items.iter().collect(),
            _ => vec![value],
        };
        let texts: Vec<String> = items
            .iter()
            .filter(|item| !item.is_null())
            .filter_map(|item| item.text().map(str::to_owned))
            .collect();
        if texts.len() != items.len() || texts.is_empty() {
            self.problems.push(Problem::new(value.at.clone(), "expected a value, or a list of values"));
            return Vec::new();
        }
        texts
    }

    fn fits(&mut self, playbook: &Playbook, name: &str, (key, value): (&Node, &Node), texts: &[String]) {
        let Some(input) = playbook.inputs.iter().find(|input| input.name == name) else {
            let names: Vec<&str> = playbook.inputs.iter().map(|input| input.name.as_str()).collect();
            let (shown, hint) = (text::escape(name), text::suggestion(name, &names));
            let message = format!("{} has no input `{}`; {hint}", playbook.name, text::fit(&shown, 60));
            self.problems.push(Problem::new(key.at.clone(), message));
            return;
        };
        for text in texts {
            if let Err(why) = input.ty.field().parse(text) {
                self.problems.push(Problem::new(value.at.clone(), text::escape(&why)));
            }
        }
    }
}

/// A shipped playbook.
fn shipped(name: &str) -> Option<Playbook> {
    let shipped = SHIPPED.iter().find(|shipped| shipped.name == name)?;
    playbook::parse(name, shipped.source.into()).ok()
}

/// A path that means the same from every folder.
fn absolute(folder: &Path, path: &str) -> String {
    let path = folder.join(path);
    std::path::absolute(&path).unwrap_or(path).display().to_string()
}
