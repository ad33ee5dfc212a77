//! Why a file that somebody wrote cannot be used.

use serde_json::{Value, json};

use crate::error::{Failure, FailureKind};
use crate::text;
use crate::yaml::problem::{ENOUGH, Policy, Problem, place_of};
use crate::yaml::report::render;
use crate::yaml::tree::Node;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// What it should have been: `playbook`.
    pub what: &'static str,
    /// The file, safe to show.
    pub file: String,
    /// What is wrong, in the order of the file. Empty when it could not be read at all.
    pub mistakes: Vec<Mistake>,
    /// The same for people, each with its line and a caret.
    pub report: String,
}

/// Something wrong at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl Invalid {
    /// A file that cannot be read.
    pub(crate) fn unreadable(what: &'static str, file: &str, why: &str) -> Self {
        Self::as_a_whole(what, file, |file| format!("cannot read {file}: {why}"))
    }

    /// A file that is wrong at no place of its own; `report` says how, given its name.
    pub(crate) fn as_a_whole(what: &'static str, file: &str, report: impl Fn(&str) -> String) -> Self {
        let file = text::escape(file).into_owned();
        Self { what, report: report(&file), file, mistakes: Vec::new() }
    }

    /// What is wrong, for programs: a file that could not be read at all has one problem without a place.
    pub(crate) fn problems(&self) -> Vec<Value> {
        let problem = |line: Option<usize>, column: Option<usize>, message: &str| json!({ "line": line, "column": column, "message": message });
        match &self.mistakes[..] {
            [] => vec![problem(None, None, &self.report)],
            mistakes => mistakes
                .iter()
                .map(|mistake| problem(Some(mistake.line), Some(mistake.column), &mistake.message))
                .collect(),
        }
    }

    /// A file in which these problems were found. `tree` is absent when it is not even YAML.
    pub(crate) fn new(
        what: &'static str,
        file: &str,
        source: &str,
        tree: Option<&Node>,
        policy: &Policy,
        mut problems: Vec<Problem>,
    ) -> Self {
        problems.sort_by_key(|problem| problem.at.start);
        // Nobody reads more, and a hostile file must not take its time.
        problems.truncate(ENOUGH + 1);
        let mistake = |problem: &Problem| {
            let (line, column) = place_of(source, problem.at.start);
            Mistake { line, column, message: problem.message.clone() }
        };
        let mistakes = problems.iter().map(mistake).collect();
        let file = text::escape(file).into_owned();
        Self { what, report: render(&file, source, tree, policy, problems), file, mistakes }
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        let what = match invalid.mistakes.len() {
            0 => return Failure::new(FailureKind::Config, invalid.report),
            1 => format!("cannot use the {}", invalid.what),
            count => format!("cannot use the {}: {count} problems", invalid.what),
        };
        Failure::new(FailureKind::Config, format!("{what}\n{}", invalid.report))
    }
}
