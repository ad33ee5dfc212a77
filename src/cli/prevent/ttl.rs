//! `stampede prevent ttl`: whether the expiries in a cache spread, and the worst second of the next day.

use std::time::Duration;

use crate::cli::only::only;
use crate::cli::{Global, answer, load};
use crate::config::TargetSpec;
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::observation::Kind;
use crate::probe::ttl::{Jitter, spreading};
use crate::system::Dialling;
use crate::system::redis::Reader;
use crate::text;
use crate::ui::spread::{self, Shown};
use crate::ui::{Format, Ui};

/// Longest time for the sample.
const PATIENCE: Duration = Duration::from_secs(20);

/// See whether the TTLs in a cache spread, by prefix, and the worst second of
/// the next day.
///
/// Looks only, at a sample of keys. A jitter is told from the end of what is
/// left of the TTLs: a cliff where all keys get the same, a slope where each
/// gets its own. Exit code: 0, 1 when keys of a prefix expire together or show
/// no jitter, 3 when nothing can be told.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede prevent ttl
  stampede prevent ttl --samples 50000 --rebuild 200ms")]
pub struct Args {
    /// Keys to sample.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    samples: u32,
    /// What one refill takes, for what the worst second costs the database.
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    rebuild: Option<Duration>,
    /// Form of the answer.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

/// Runs `prevent ttl`.
pub async fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    let settings = load(global)?;
    let all = settings.targets.iter().filter_map(|target| match &target.spec {
        TargetSpec::Redis(redis) => Some((target.name.clone(), redis)),
        _ => None,
    });
    let (name, target) = only(all.collect(), &[Kind::Redis], "look at")?;
    let mut reader = Reader::new(target);
    let dialling = Dialling::silent(Duration::from_secs(10), Duration::from_secs(5));
    let progress = ui.progress("sampling TTLs");
    let seen = spreading(&mut reader, &dialling, args.samples as usize, PATIENCE).await;
    progress.finish();
    let seen = seen.map_err(|error| {
        let hint = error.hint.clone();
        Failure { hint, ..Failure::because(FailureKind::Unmeasured, error.into()) }
    })?;
    let shown = Shown { target: name, seen, rebuild: args.rebuild };
    let words = match args.output {
        format @ (Format::Json | Format::Yaml) => format.document(&spread::document(&shown)),
        Format::Table => spread::table(&shown),
        Format::Brief => spread::brief(&shown),
    };
    answer(ui, &words)?;
    let any = |is: fn(&Jitter) -> bool| shown.seen.groups.iter().any(|group| is(&group.jitter));
    Ok(match () {
        () if any(|jitter| matches!(jitter, Jitter::Together(_) | Jitter::None)) => Exit::Warning,
        () if any(|jitter| matches!(jitter, Jitter::Seen(_))) || shown.seen.worst.is_none() => Exit::Ok,
        () => Exit::Unknown,
    })
}
