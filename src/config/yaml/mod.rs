//! `stampede.yaml`: read, substitute, check, and say everything that is wrong with it at once.

mod build;
mod checks;
mod kubernetes;
mod lacking;
mod logs;
mod policy;
mod raw;
mod secrets;
mod web;

use std::path::Path;

use crate::config::files::unreadable;
use crate::config::options::LoadOptions;
use crate::config::{Settings, files};
use crate::error::{Failure, FailureKind};
use crate::yaml::{Node, Problem, forget_consequences, interpolate, read, render};

use policy::POLICY;

pub(crate) use checks::is_target_name;

/// The JSON Schema of the file, as schemars makes it.
pub(super) fn raw_schema() -> schemars::Schema {
    schemars::schema_for!(raw::File)
}

/// Loads the file. What it refers to and is not there makes its target unusable. Errors: `FailureKind::Config`, with all problems and
/// their places: the file itself has mistakes, or none of its targets can be used.
pub(super) fn load(path: &Path, options: &LoadOptions<'_>) -> Result<Settings, Failure> {
    let source = files::read_text(path).map_err(|why| unreadable(path, &why))?;
    let file = path.display().to_string();
    let mut problems = Vec::new();
    let mut settings = Settings { sources: vec![file.clone()], ..Settings::default() };
    let mut tree = read(&source, &POLICY, &mut problems);
    if let Some(tree) = &mut tree {
        let look = |name: &str| {
            (options.env)(name).ok_or_else(|| format!("the environment variable {name} is not set"))
        };
        interpolate(tree, &source, &look, &mut problems);
    }
    let unresolved = problems.len();
    if let Some(tree) = &tree {
        let base = path.parent().unwrap_or(&options.cwd);
        let mut builder = build::Builder {
            options,
            base,
            problems,
            target: String::new(),
            sources: Vec::new(),
            notes: Vec::new(),
        };
        builder.file(tree, &mut settings);
        problems = builder.problems;
        settings.sources.extend(builder.sources);
        settings.notes.extend(builder.notes);
        forget_consequences(&mut problems, unresolved);
        lacking::set_aside(tree, (&file, &source), &mut settings, &mut problems);
    }
    if problems.is_empty() { Ok(settings) } else { Err(failure(&file, &source, tree.as_ref(), problems)) }
}

fn failure(file: &str, source: &str, tree: Option<&Node>, problems: Vec<Problem>) -> Failure {
    let what = match problems.len() {
        1 => "cannot use the configuration".to_string(),
        count => format!("cannot use the configuration: {count} problems"),
    };
    let report = render(file, source, tree, &POLICY, problems);
    Failure::new(FailureKind::Config, format!("{what}\n{report}"))
}
