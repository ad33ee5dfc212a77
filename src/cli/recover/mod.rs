//! `stampede recover`: the phase and its actions, and what belongs to recovery and changes nothing by itself.

mod keys;
mod lift;
mod spool;
mod verify;

use clap::{ArgMatches, FromArgMatches, Subcommand};

use crate::cli::act::{self, Acting};
use crate::cli::{Global, load, not_undone};
use crate::error::Failure;
use crate::exit::Exit;
use crate::runner::Stop;
use crate::ui::Ui;

/// The command.
#[derive(Clone, Debug)]
pub struct Args {
    acting: Acting<3>,
    own: Option<Own>,
}

#[derive(Clone, Debug, Subcommand)]
enum Own {
    Keys(keys::Args),
    Undo(lift::Args),
    Verify(verify::Args),
}

impl clap::Args for Args {
    fn augment_args(command: clap::Command) -> clap::Command {
        Own::augment_subcommands(Acting::<3>::augment_args(command))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let own = match matches.subcommand() {
            Some((name, _)) if Own::has_subcommand(name) => Some(Own::from_arg_matches(matches)?),
            _ => None,
        };
        Ok(Self { acting: Acting::from_arg_matches(matches)?, own })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Runs `recover`.
pub async fn run(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    match &args.own {
        Some(Own::Keys(keys)) => keys::run(ui, &load(global)?, keys, args.acting.format()).await,
        Some(Own::Undo(undo)) => {
            lift::run(ui, global, undo, args.acting.options(), stop).await.map_err(not_undone)
        }
        Some(Own::Verify(verify)) => verify::run(ui, global, verify, args.acting.options(), stop).await,
        None => {
            let (acting, _kept) = spool::spooled(&args.acting)?;
            act::run(ui, global, &acting, stop).await
        }
    }
}
