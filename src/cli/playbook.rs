//! `stampede playbook`: work on playbooks by daylight.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use crate::cli::{Global, answer, complete, with_load_options};
use crate::config::{LoadOptions, Thresholds};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::playbook::{DEFAULT, Playbook, SHIPPED, load, load_file, schema, search, skeleton, try_case};
use crate::text;
use crate::ui::checked::Checked;
use crate::ui::playbook::{Tested, explain, list, names, show, tested, validated};
use crate::ui::{Format, Ui};

/// Work on playbooks by daylight: list, show, check, explain, write and test
/// them.
///
/// A playbook is named, or given by its path. Names are looked up among the
/// shipped ones, then in ./playbooks, ~/.config/stampede/playbooks and
/// /etc/stampede/playbooks. None of these commands looks at a target.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede playbook explain
  stampede playbook new mine > playbooks/mine.yaml
  stampede playbook validate playbooks/*.yaml")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// List the playbooks that a name leads to.
    #[command(after_help = "Example: stampede playbook list")]
    List {
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Show a playbook's file, or with -o json what was read from it.
    #[command(after_help = "\
Example: stampede playbook show redis-connections-exhausted > mine.yaml")]
    Show {
        /// Name or path.
        #[arg(default_value = DEFAULT, add = complete::playbooks())]
        playbook: String,
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Check files; all that is wrong is told at once, with its place.
    ///
    /// Exit code: 0 all can be used, 78 one cannot.
    #[command(after_help = "Example: stampede playbook validate playbooks/*.yaml")]
    Validate {
        /// Files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Print a playbook as a page to read on paper, with the raw commands for
    /// the day this program cannot be used.
    #[command(after_help = "Example: stampede playbook explain | lp")]
    Explain {
        /// Name or path.
        #[arg(default_value = DEFAULT, add = complete::playbooks())]
        playbook: String,
    },
    /// Print the JSON Schema of playbooks, for editors.
    #[command(after_help = "Example: stampede playbook schema > playbook.schema.json")]
    Schema {
        /// List instead what conditions can ask about.
        #[arg(long)]
        metrics: bool,
    },
    /// Print a commented playbook to begin with.
    #[command(after_help = "Example: stampede playbook new mine > playbooks/mine.yaml")]
    New {
        /// What it is called: a-z, 0-9, `-`, `_`, `.`.
        name: String,
    },
    /// Run the `test:` cases of playbooks: recorded observations are diagnosed,
    /// and every step is checked against the result.
    ///
    /// Thresholds are the built-in ones. Exit code: 0 all cases pass, 4 one
    /// fails.
    #[command(after_help = "Example: stampede playbook test playbooks/mine.yaml")]
    Test {
        /// Names or paths [default: all shipped ones].
        #[arg(add = complete::playbooks())]
        playbooks: Vec<String>,
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
}

/// Runs `playbook`.
pub fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    with_load_options(global, |options| command(ui, options, args))
}

fn command(ui: &Ui, options: &LoadOptions<'_>, args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::List { output } => answer(ui, &list(&search(options), *output)),
        Command::Show { playbook, output: Format::Table } => {
            // A pipe gets the file as it is: it will be one again.
            let source = load(playbook, options)?.source;
            ui.answer_bytes(source.as_bytes()).context("cannot write the answer")?;
            Ok(Exit::Ok)
        }
        Command::Show { playbook, output } => answer(ui, &show(&load(playbook, options)?, *output)),
        Command::Validate { files, output } => validate(ui, files, *output),
        Command::Explain { playbook } => answer(ui, &explain(&load(playbook, options)?)),
        Command::Schema { metrics: true } => answer(ui, &names()),
        Command::Schema { metrics: false } => answer(ui, &format!("{:#}\n", schema())),
        Command::New { name } => match skeleton(name) {
            Some(text) => answer(ui, &text),
            None => {
                let message = format!("{} is no name for a playbook", text::escape(name));
                let hint = "1 to 64 of a-z, 0-9, `-`, `_`, `.`; it begins with a letter, a digit or `_`";
                Err(Failure::new(FailureKind::Usage, message).hint(hint))
            }
        },
        Command::Test { playbooks, output } => {
            let named = playbooks.iter().map(String::as_str);
            let shipped = SHIPPED.iter().map(|shipped| shipped.name).filter(|_| playbooks.is_empty());
            let loaded = named.chain(shipped).map(|name| load(name, options));
            test(ui, &loaded.collect::<Result<Vec<_>, _>>()?, *output)
        }
    }
}

fn validate(ui: &Ui, files: &[PathBuf], output: Format) -> Result<Exit, Failure> {
    let check = |path: &PathBuf| Checked { file: path.display().to_string(), result: load_file(path) };
    let checked: Vec<Checked<_>> = files.iter().map(check).collect();
    answer(ui, &validated(&checked, output))?;
    let good = checked.iter().all(|checked| checked.result.is_ok());
    Ok(if good { Exit::Ok } else { Exit::Config })
}

fn test(ui: &Ui, playbooks: &[Playbook], output: Format) -> Result<Exit, Failure> {
    let thresholds = Thresholds::default();
    let run = |playbook: &Playbook| Tested {
        name: playbook.name.clone(),
        trials: playbook.cases.iter().map(|case| try_case(playbook, case, &thresholds)).collect(),
    };
    let all: Vec<Tested> = playbooks.iter().map(run).collect();
    answer(ui, &tested(&all, output))?;
    let passed = all.iter().flat_map(|tested| &tested.trials).all(|trial| trial.wrong.is_empty());
    Ok(if passed { Exit::Ok } else { Exit::Failed })
}
