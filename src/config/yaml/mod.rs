//! `stampede.yaml`: read, substitute, check, and say everything that is wrong with it at once.

mod build;
mod checks;
mod decode;
mod interpolate;
mod raw;
mod report;
mod secrets;
mod tree;

use std::path::Path;

use crate::config::load::{LoadOptions, unreadable};
use crate::config::{Settings, files};
use crate::error::Failure;
use crate::exit::Exit;

use report::Problem;

/// The JSON Schema of the file, as schemars makes it.
pub(super) fn raw_schema() -> schemars::Schema {
    schemars::schema_for!(raw::File)
}

/// Loads the file. Errors: `Exit::Config`, with all problems and their places.
pub(super) fn load(path: &Path, options: &LoadOptions<'_>) -> Result<Settings, Failure> {
    let source = files::read_text(path).map_err(|why| unreadable(path, &why))?;
    let file = path.display().to_string();
    let mut problems = Vec::new();
    let mut settings = Settings { sources: vec![file.clone()], ..Settings::default() };
    let mut tree = tree::read(&source, &mut problems);
    if let Some(tree) = &mut tree {
        interpolate::interpolate(tree, &source, options.env, &mut problems);
    }
    let unresolved = problems.len();
    if let Some(tree) = &tree {
        let base = path.parent().unwrap_or(&options.cwd);
        let mut builder = build::Builder { options, base, problems, notes: Vec::new() };
        builder.file(tree, &mut settings);
        problems = builder.problems;
        forget_consequences(&mut problems, unresolved);
        settings.sources.extend(builder.notes);
    }
    if problems.is_empty() { Ok(settings) } else { Err(failure(&file, &source, tree.as_ref(), problems)) }
}

/// A value whose reference leads nowhere is wrong in no other way that is worth telling.
fn forget_consequences(problems: &mut Vec<Problem>, causes: usize) {
    let consequences = problems.split_off(causes);
    let caused = |problem: &Problem| {
        problems.iter().any(|cause| problem.at.start <= cause.at.start && cause.at.end <= problem.at.end)
    };
    let kept: Vec<_> = consequences.into_iter().filter(|problem| !caused(problem)).collect();
    problems.extend(kept);
}

fn failure(file: &str, source: &str, tree: Option<&tree::Node>, problems: Vec<Problem>) -> Failure {
    let what = match problems.len() {
        1 => "cannot use the configuration".to_string(),
        count => format!("cannot use the configuration: {count} problems"),
    };
    let report = report::render(file, source, tree, problems);
    Failure::new(Exit::Config, format!("{what}\n{report}"))
}
