//! `stampede prevent`: before the night, whether the application is protected and its expiries spread.

mod cases;
mod check;
mod stage;
mod ttl;

use clap::Subcommand;

use crate::cli::Global;
use crate::error::Failure;
use crate::exit::Exit;
use crate::runner::Stop;
use crate::ui::Ui;

/// Prevent: see before the night what an expired key would do.
///
/// `check` takes a key away and sends many requests for it at once; `ttl` says
/// whether the expiries in a cache spread. The forms of protection are in
/// docs/prevent.md.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede prevent check --http http://staging/users/42 --key user:42
  stampede prevent ttl")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    Check(Box<check::Args>),
    Ttl(ttl::Args),
}

/// Runs `prevent`.
pub async fn run(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    match &args.what {
        What::Check(args) => check::run(ui, global, args, stop).await,
        What::Ttl(args) => ttl::run(ui, global, args).await,
    }
}
