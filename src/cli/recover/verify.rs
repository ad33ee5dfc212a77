//! `stampede recover verify`: the protocol's last checklist, and whether everything that was touched is as the journal says.

use std::time::Duration;

use crate::cli::acting::{Options, runner};
use crate::cli::{Global, answer, load};
use crate::clock;
use crate::diagnosis::checklist::all_hold;
use crate::error::Failure;
use crate::exit::Exit;
use crate::runner::{Hold, Runner, Stop};
use crate::text;
use crate::ui::verify::{as_text, document, headline};
use crate::ui::{Format, Ui};

/// See that it is over: the protocol's last checklist, held for some windows.
///
/// Hit ratio, connections, running statements and response time are back and
/// have stayed there. --drift-check looks at everything that the incident has
/// touched, on all nodes, now and after half an hour: a configuration that is
/// written back by somebody else shows late. Looks only; --close closes the
/// incident when all is well. Exit code 0: it is over; 1: not yet; 3: not known.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede recover verify
  stampede recover verify --drift-check --after 0s
  stampede recover verify --drift-check --close")]
pub struct Args {
    /// Windows in a row in which everything must hold.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    windows: u32,
    /// Length of a window.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = text::parse_duration)]
    window: Duration,
    /// Look at everything that was touched, now and after a time.
    #[arg(long)]
    drift_check: bool,
    /// The time between the two looks; 0s is one look.
    #[arg(long, value_name = "TIME", default_value = "30m", requires = "drift_check", value_parser = a_time_or_none)]
    after: Duration,
    /// Close the incident when all is well and nothing is left to be lifted.
    #[arg(long)]
    close: bool,
}

fn a_time_or_none(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s") { Ok(Duration::ZERO) } else { text::parse_duration(text) }
}

/// Runs `recover verify`.
pub async fn run(
    ui: &Ui,
    global: &Global,
    args: &Args,
    options: &Options,
    stop: Stop,
) -> Result<Exit, Failure> {
    let mut runner = runner(ui, global, load(global)?, options, stop.clone()).await?;
    let hold = Hold { windows: args.windows, window: args.window };
    let checks = runner.checklist(hold).await?;
    if stop.asked() {
        return Ok(Exit::Interrupted);
    }
    let mut looks = Vec::new();
    if args.drift_check {
        looks.push(runner.drift().await?);
        if !args.after.is_zero() {
            wait(ui, args.after, &stop).await;
            if stop.asked() {
                return Ok(Exit::Interrupted);
            }
            looks.push(runner.drift().await?);
        }
    }
    runner.keep_checklist(hold, &checks, false)?;
    let any = |state: Option<bool>| looks.iter().flatten().any(|one| one.agrees == state);
    let agrees = if any(Some(false)) { Some(false) } else { (!any(None)).then_some(true) };
    let over = both(all_hold(&checks), agrees);
    let words = match options.format() {
        format @ (Format::Json | Format::Yaml) => format.one_of_many(&document(over, &checks, &looks)),
        Format::Table => as_text(over, &checks, &looks),
        Format::Brief => headline(over),
    };
    answer(ui, &words)?;
    if over == Some(true) {
        close(ui, &mut runner, args.close)?;
    }
    Ok(match over {
        Some(true) => Exit::Ok,
        Some(false) => Exit::Warning,
        None => Exit::Unknown,
    })
}

fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

async fn wait(ui: &Ui, time: Duration, stop: &Stop) {
    let until = clock::instant() + time;
    let progress = ui.progress("");
    while clock::instant() < until {
        let left = until.saturating_duration_since(clock::instant());
        let shown = Duration::from_secs(left.as_secs().max(1));
        progress.say(&format!("looking once more in {}", text::duration(shown)));
        tokio::select! {
            () = clock::sleep(left.min(Duration::from_secs(10))) => {}
            () = stop.wait() => break,
        }
    }
    progress.finish();
}

fn close(ui: &Ui, runner: &mut Runner, asked: bool) -> Result<(), Failure> {
    let Some(incident) = runner.incident() else { return Ok(()) };
    let name = incident.name.clone();
    if !asked {
        ui.say(&format!("incident {name} can be closed: stampede incident close {name}"));
        return Ok(());
    }
    match runner.close()? {
        left if left.is_empty() => ui.say(&format!("incident {name} closed")),
        left => ui.say(&format!("incident {name} is not closed: {} still in effect", left.join(", "))),
    }
    Ok(())
}
