//! `stampede drill list|show|validate|schema`: work on scenarios by daylight.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Subcommand;

use crate::cli::{Global, answer, complete, with_load_options};
use crate::config::LoadOptions;
use crate::drill::Scenario;
use crate::drill::scenario::{Found, Loaded, document, load, load_file, schema, search};
use crate::error::Failure;
use crate::exit::Exit;
use crate::ui::checked::Checked;
use crate::ui::drill::{self as shown, Listed, Shown, in_one_line, validated};
use crate::ui::{Format, Ui};

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the scenarios that a name leads to.
    #[command(after_help = "Example: stampede drill list")]
    List {
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Show a scenario's file, or with -o json what was read from it, all
    /// defaults said.
    #[command(after_help = "Example: stampede drill show classic-expiry > drills/mine.yaml")]
    Show {
        /// Name or path.
        #[arg(add = complete::scenarios())]
        scenario: String,
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Check files; all that is wrong is told at once, with its place.
    ///
    /// Exit code: 0 all can be used, 78 one cannot.
    #[command(after_help = "Example: stampede drill validate drills/*.yaml")]
    Validate {
        /// Files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Print the JSON Schema of scenarios, for editors.
    #[command(after_help = "Example: stampede drill schema > drill.schema.json")]
    Schema,
}

/// Runs one of them.
pub fn run(ui: &Ui, global: &Global, command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::List { output } => list(ui, global, *output),
        Command::Show { scenario, output } => {
            let loaded = with_load_options(global, |options| load(scenario, options))?;
            show(ui, &loaded, *output)
        }
        Command::Validate { files, output } => validate(ui, files, *output),
        Command::Schema => answer(ui, &format!("{:#}\n", schema())),
    }
}

/// What can be rehearsed.
pub fn list(ui: &Ui, global: &Global, output: Format) -> Result<Exit, Failure> {
    let all: Vec<Listed> = with_load_options(global, search).into_iter().map(listed).collect();
    answer(ui, &shown::list(&all, output))
}

/// The scenario to play. Errors: it leads nowhere, cannot be used, or cannot be played.
pub fn playable(global: &Global, name: &str) -> Result<Arc<Scenario>, Failure> {
    let loaded = with_load_options(global, |options: &LoadOptions<'_>| load(name, options))?;
    Ok(Arc::new(loaded.scenario))
}

fn show(ui: &Ui, loaded: &Loaded, output: Format) -> Result<Exit, Failure> {
    match output {
        Format::Table => {
            // A pipe gets the file as it is: it will be one again.
            ui.answer_bytes(loaded.source.as_bytes()).context("cannot write the answer")?;
            Ok(Exit::Ok)
        }
        Format::Brief => answer(ui, &in_one_line(&of(loaded))),
        Format::Json | Format::Yaml => {
            let read = shown::document(loaded.path.as_deref(), &loaded.hash, &document(&loaded.scenario));
            answer(ui, &output.document(&read))
        }
    }
}

fn validate(ui: &Ui, files: &[PathBuf], output: Format) -> Result<Exit, Failure> {
    let check = |path: &PathBuf| Checked {
        file: path.display().to_string(),
        result: load_file(path).map(|loaded| of(&loaded)),
    };
    let checked: Vec<Checked<_>> = files.iter().map(check).collect();
    answer(ui, &validated(&checked, output))?;
    let good = checked.iter().all(|checked| checked.result.is_ok());
    Ok(if good { Exit::Ok } else { Exit::Config })
}

fn listed(found: Found) -> Listed {
    let shown = found.loaded.map(|loaded| of(&loaded));
    Listed { name: found.name, path: found.path, hidden: found.hidden, shown }
}

fn of(loaded: &Loaded) -> Shown {
    let scenario = &loaded.scenario;
    Shown {
        name: scenario.name.clone(),
        summary: scenario.summary.clone(),
        pattern: (scenario.pattern.name(), scenario.pattern.words()),
        leave_alone: scenario.leave_alone,
        compressed: scenario.compressed,
        hash: loaded.hash.clone(),
    }
}
