//! `stampede config show` and `stampede config schema`.

use clap::Subcommand;

use crate::cli::{Global, answer, load};
use crate::config::{Target, as_json, as_text, schema};
use crate::error::Failure;
use crate::exit::Exit;
use crate::probe::address;
use crate::text;
use crate::ui::{Format, Ui};

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
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Print the JSON Schema of stampede.yaml, for editors.
    #[command(after_help = "Example: stampede config schema > stampede.schema.json")]
    Schema,
}

/// Runs `config`.
pub fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Schema => answer(ui, &format!("{:#}\n", schema())),
        Command::Show { output } => {
            let settings = load(global)?;
            let words = match output {
                Format::Json | Format::Yaml => output.document(&as_json(&settings)),
                Format::Table => as_text(&settings),
                Format::Brief => settings.targets.iter().map(brief).collect(),
            };
            answer(ui, &words)
        }
    }
}

/// A target in one line.
fn brief(target: &Target) -> String {
    format!("{} ({}): {}\n", text::escape(&target.name), target.kind().name(), text::escape(&address(target)))
}
