//! `stampede config show` and `stampede config schema`.

use clap::Subcommand;

use crate::cli::{Global, answer, load};
use crate::config::{as_json, as_text, schema};
use crate::error::Failure;
use crate::exit::Exit;
use crate::ui::Ui;

/// Show what would be used, or print the schema of stampede.yaml.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the targets, thresholds and facts in use, secrets redacted, and
    /// where each came from.
    #[command(after_help = "Example: stampede config show -o json")]
    Show {
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Text)]
        output: Format,
    },
    /// Print the JSON Schema of stampede.yaml, for editors.
    #[command(after_help = "Example: stampede config schema > stampede.schema.json")]
    Schema,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// Runs `config`.
pub fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Schema => answer(ui, &format!("{:#}\n", schema())),
        Command::Show { output: Format::Json } => answer(ui, &format!("{:#}\n", as_json(&load(global)?))),
        Command::Show { output: Format::Text } => answer(ui, &as_text(&load(global)?)),
    }
}
