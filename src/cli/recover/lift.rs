//! `stampede recover undo`: undo in order.

use std::time::Duration;

use crate::cli::acting::{Options, runner, store};
use crate::cli::incident::{none, wanted};
use crate::cli::{Global, load};
use crate::error::Failure;
use crate::exit::Exit;
use crate::runner::{Hold, Lifted, Stop};
use crate::text;
use crate::ui::{Format, Ui};

/// Lift what was put in place, newest first, one at a time, each watched.
///
/// What keeps load away (read-only, a rerouted Service, limits, the circuit
/// breaker) is lifted only when the hit ratio has held for some windows, and
/// nothing more is lifted when one of them makes it worse. What ends by itself
/// (spread and raised expiries) is left to end. `stampede undo` is the
/// emergency brake and waits for nothing.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede recover undo
  stampede recover undo --windows 6 --window 10s")]
pub struct Args {
    /// Windows in a row in which the hit ratio must hold.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub windows: u32,
    /// Length of a window.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = text::parse_duration)]
    pub window: Duration,
}

/// Runs `recover undo`.
pub async fn run(
    ui: &Ui,
    global: &Global,
    args: &Args,
    options: &Options,
    stop: Stop,
) -> Result<Exit, Failure> {
    let store = store()?;
    let Some(read) = wanted(&store, options.incident_name().as_deref())? else {
        let none = none(&store, Format::Table)?;
        ui.say(none.words.trim_end());
        return Ok(if none.elsewhere { Exit::StillInEffect } else { Exit::Ok });
    };
    let uncertain = read.incident.is_uncertain();
    let name = read.incident.name;
    let mut runner = runner(ui, global, load(global)?, &options.to_undo(&name), stop.clone()).await?;
    let hold = Hold { windows: args.windows, window: args.window };
    let lifted = if options.is_dry_run() {
        let undone = runner.show_undo(&name, None).await?;
        Lifted { undone, ..Lifted::default() }
    } else {
        runner.lift(hold, None).await?
    };
    if let Some(why) = runner.unrecorded() {
        ui.say(&why);
    }
    match exit(ui, &name, &lifted, &stop, options.is_dry_run()) {
        Exit::Ok if uncertain => {
            ui.say(&format!("the journal of {name} is damaged: `stampede status {name}` says where"));
            Ok(Exit::StillInEffect)
        }
        exit => Ok(exit),
    }
}

/// Says what came of it, and how the program ends.
fn exit(ui: &Ui, name: &str, lifted: &Lifted, stop: &Stop, dry_run: bool) -> Exit {
    for words in lifted.words().iter().filter(|_| !dry_run) {
        ui.say(words);
    }
    let left = &lifted.undone.left;
    if dry_run {
        return Exit::Ok;
    }
    if left.is_empty() {
        let what = if lifted.unfinished.is_empty() { "everything is lifted" } else { "all else is lifted" };
        ui.say(&format!("{what}; when it has held: stampede recover verify --incident {name}"));
        return Exit::Ok;
    }
    match () {
        () if stop.asked() => Exit::Interrupted,
        () if lifted.refused.is_some() => Exit::Refused,
        () if lifted.undone.unanswered || lifted.undone.stopped => Exit::Unconfirmed,
        () => Exit::StillInEffect,
    }
}
