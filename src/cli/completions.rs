//! `stampede completions` and the manual page, made from the command line itself.

use anyhow::Context as _;
use clap_complete::Shell;

use crate::cli;
use crate::error::Failure;

/// Print the completion script of a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: stampede completions bash > /etc/bash_completion.d/stampede")]
pub struct Args {
    /// Which shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The manual page of the program, then of each subcommand, as one troff document.
pub fn man() -> Result<String, Failure> {
    let mut out = Vec::new();
    // The page is the same for every build of a version.
    render(&cli::command().long_version(None::<&'static str>), &mut out)
        .context("cannot render the manual page")?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn render(command: &clap::Command, out: &mut Vec<u8>) -> std::io::Result<()> {
    clap_mangen::Man::new(command.clone()).render(out)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let name: &'static str = format!("{}-{}", command.get_name(), sub.get_name()).leak();
        render(&sub.clone().name(name), out)?;
    }
    Ok(())
}
