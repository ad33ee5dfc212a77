//! `stampede watchdog`: not for people. Started beside an action that must not outlive us; puts it back when we die.

use crate::cli::acting::{Options, runner};
use crate::cli::{Global, load};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::runner::Stop;
use crate::ui::Ui;
use crate::watchdog::{Fate, stand_by};

/// Stand by, and put a step back when the process that began it dies.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The incident.
    #[arg(long)]
    incident: String,
    /// The step.
    #[arg(long)]
    step: String,
}

/// Runs `watchdog`.
pub async fn run(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    let fate = tokio::task::spawn_blocking(stand_by).await;
    match fate {
        Ok(Ok(Fate::Disarmed)) => return Ok(Exit::Ok),
        Ok(Ok(Fate::Alone)) => {}
        _ => return Err(Failure::new(FailureKind::Usage, "this command is started by the program itself")),
    }
    let options = Options::yes_to_undo(&args.incident);
    let mut runner = runner(ui, global, load(global)?, &options, stop).await?;
    let undone = runner.undo(Some(&args.step), false).await?;
    Ok(if undone.left.is_empty() { Exit::Ok } else { Exit::StillInEffect })
}
