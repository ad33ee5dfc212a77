//! From a file to a playbook, or to all that is wrong with it.

mod cases;
mod expects;
mod fields;
mod inputs;
mod phases;
mod steps;

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use crate::action::field::{Type, Value as FieldValue};
use crate::config::is_target_name;
use crate::digest::sha256;
use crate::playbook::input::{Input, Values};
use crate::playbook::{Condition, Playbook, raw};
use crate::yaml::{Invalid, Node, Policy, Problem, Value, decode, forget_consequences, read, text_of};

/// A playbook holds no secrets: its lines are shown in full.
const POLICY: Policy = Policy {
    synonyms: &[
        ("title", "name"),
        ("description", "summary"),
        ("params", "with"),
        ("args", "with"),
        ("arguments", "with"),
        ("if", "when"),
        ("condition", "when"),
        ("requires", "require"),
        ("reason", "why"),
        ("because", "irreversible_because"),
        ("uses", "action"),
        ("run", "action"),
        ("vars", "inputs"),
        ("variables", "inputs"),
        ("parameters", "inputs"),
        ("tests", "test"),
        ("desc", "help"),
        ("duration", "for"),
        ("deadline", "until"),
    ],
    harmless: None,
    most: 100,
};

/// What such a file is called in errors.
pub(super) const PLAYBOOK: &str = "playbook";

/// Most steps, and most inputs: nobody reads more at night.
const MOST_STEPS: usize = 200;

/// What a name looks like.
const NAME_RULE: &str =
    "a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`";

/// Reads and checks a playbook. `file` is what it is called in errors.
pub fn parse(file: &str, bytes: Vec<u8>) -> Result<Playbook, Invalid> {
    let hash = sha256(&bytes);
    let source = text_of(bytes).map_err(|why| Invalid::unreadable(PLAYBOOK, file, &why))?;
    let mut problems = Vec::new();
    let tree = read(&source, &POLICY, &mut problems);
    let mut playbook = None;
    match &tree {
        Some(tree) => {
            let causes = problems.len();
            let mut builder = Builder { source: &source, problems, ..Builder::default() };
            playbook = builder.file(tree, hash);
            problems = builder.problems;
            forget_consequences(&mut problems, causes);
        }
        None if problems.is_empty() => problems.push(Problem::new(0..0, "this file is empty")),
        None => {}
    }
    match playbook {
        Some(playbook) if problems.is_empty() => Ok(playbook),
        _ => Err(Invalid::new(PLAYBOOK, file, &source, tree.as_ref(), &POLICY, problems)),
    }
}

/// What building needs, and what it finds.
#[derive(Default)]
struct Builder<'a> {
    source: &'a str,
    problems: Vec<Problem>,
    inputs: Vec<Input>,
    /// Inputs with a mistake of their own, which is told: nothing more is said about what refers to them.
    broken: BTreeSet<String>,
    /// What the inputs are when nothing is set.
    defaults: Values,
    /// Inputs that something refers to.
    used: BTreeSet<String>,
    /// Ids of the steps, in order, and where they stand.
    ids: Vec<(String, Range<usize>)>,
    /// What is understood and is called otherwise today.
    notes: Vec<String>,
}

impl Builder<'_> {
    fn file(&mut self, tree: &Node, hash: String) -> Option<Playbook> {
        if tree.get("version").and_then(Node::text).is_some_and(|version| version != "1") {
            // In another version everything may mean something else.
            self.problem(tree, "version", "this program reads version 1");
            return None;
        }
        let raw: Option<raw::File> = decode(tree, &POLICY, &mut self.problems);
        self.name(tree, "name");
        self.not_empty(tree, "summary");
        // Also where the head is wrong: all that is wrong is told at once.
        self.inputs(tree);
        let expect = self.expects(tree);
        let facts = self.facts(tree);
        let (detect, stages) = self.phases(tree);
        self.unused(tree);
        let cases = self.cases(tree);
        let raw = raw?;
        Some(Playbook {
            name: raw.name,
            summary: raw.summary,
            folder: None,
            source: self.source.to_owned(),
            hash,
            inputs: std::mem::take(&mut self.inputs),
            expect,
            facts,
            detect,
            stages,
            cases,
            notes: std::mem::take(&mut self.notes),
        })
    }

    /// Whether there are more of something than anybody reads; then it is told.
    fn too_many(&mut self, count: usize, node: &Node, what: &str) -> bool {
        let many = count > MOST_STEPS;
        if many {
            self.problems.push(Problem::new(node.at.clone(), format!("more than {MOST_STEPS} {what}")));
        }
        many
    }

    /// A problem with the value under `key`, with the key where the value is empty, with `node` where there is no key.
    fn problem(&mut self, node: &Node, key: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(node.place(key), message));
    }

    /// The entries of the mapping under `key`; none where it is absent or empty.
    fn map<'n>(&mut self, node: &'n Node, key: &str, what: &str) -> Vec<&'n (Node, Node)> {
        let Some(value) = node.filled(key) else { return Vec::new() };
        if !matches!(value.value, Value::Map(_)) {
            self.problem(node, key, format!("expected a mapping: {what}"));
        }
        value.entries().collect()
    }

    /// The items of the list under `key`; none where it is absent or empty.
    fn list<'n>(&mut self, node: &'n Node, key: &str, what: &str) -> &'n [Node] {
        match node.filled(key).map(|value| &value.value) {
            Some(Value::Seq(items)) => items,
            Some(_) => {
                self.problem(node, key, format!("expected a list of {what}"));
                &[]
            }
            None => &[],
        }
    }

    /// Whether the name under `key` fits, and the name.
    fn name(&mut self, node: &Node, key: &str) -> Option<String> {
        let name = node.given(key)?;
        if is_target_name(name) {
            return Some(name.to_owned());
        }
        self.problem(node, key, NAME_RULE);
        None
    }

    /// The same for a name that is itself a key.
    fn key_name(&mut self, key: &Node) -> Option<String> {
        let name = key.text().unwrap_or_default();
        if is_target_name(name) {
            return Some(name.to_owned());
        }
        self.problems.push(Problem::new(key.at.clone(), NAME_RULE));
        None
    }

    /// A text that is there must say something.
    fn not_empty(&mut self, node: &Node, key: &str) {
        if node.given(key).is_some_and(|text| text.trim().is_empty()) {
            self.problem(node, key, "expected a text that is not empty");
        }
    }

    /// A time with its unit.
    fn time(&mut self, node: &Node, key: &str, least: u64, most: u64) -> Option<Duration> {
        let text = node.given(key)?;
        match Type::Duration(Duration::from_secs(least), Duration::from_secs(most)).parse(text) {
            Ok(FieldValue::Duration(time)) => Some(time),
            Ok(_) => None,
            Err(why) => {
                self.problem(node, key, why);
                None
            }
        }
    }

    /// The condition under `key`.
    fn condition(&mut self, node: &Node, key: &str) -> Option<Condition> {
        node.given(key)?;
        self.compile(node.get(key)?)
    }

    /// The condition that a scalar holds.
    fn compile(&mut self, node: &Node) -> Option<Condition> {
        let text = node.text()?;
        match Condition::compile(text) {
            Ok(condition) => Some(condition),
            Err(flaws) => {
                // Where the text stands in the file as it is, the place within it is known.
                let offset = self.source[node.at.clone()].find(text).map(|offset| node.at.start + offset);
                for flaw in flaws {
                    let at = match offset {
                        Some(offset) => offset + flaw.at.start..offset + flaw.at.end,
                        None => node.at.clone(),
                    };
                    self.problems.push(Problem::new(at, flaw.message));
                }
                None
            }
        }
    }
}
