//! `stampede detect`: measure everything at once, name the pattern, say what to do next.

mod targets;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Subcommand;
use tokio::signal::unix::SignalKind;

use crate::cli::detect::targets::{replicas_of, settings};
use crate::cli::measure::measure;
use crate::cli::{Global, answer, complete, file_or_input, listen, textfile, unheard, with_load_options};
use crate::clock;
use crate::config::{Settings, load_any};
use crate::diagnosis::{Level, Verdict};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::history::{History, Measurement};
use crate::journal::Store;
use crate::probe::{Look, Part, Survey};
use crate::replay;
use crate::report::{Report, document, schema};
use crate::text;
use crate::ui::detect::{Format, Picture};
use crate::ui::{Format as Form, Style, Ui};

/// Keys that are sampled for a question about keys.
const SAMPLES: usize = 2_000;
/// Keys that are sampled beside everything else: each costs the server some 5 µs, and a look is to cost it no more than 5 ms.
const FEW: usize = 500;
/// The whole measurement, window included, ends within this.
const BUDGET: Duration = Duration::from_secs(30);

/// Measure everything at once, name the pattern, and say what to do next.
///
/// Reads only. Counters are lifetime totals, so two samples are taken over
/// --window and rates are judged. Exit code: 0 healthy, 1 warning, 2 critical,
/// 3 unknown.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = false,
    after_help = "\
Examples:
  stampede detect
  stampede detect -v
  stampede detect --window 5s -o json
  stampede detect database --replica-of orders-db
  stampede detect --textfile /var/lib/node_exporter/stampede.prom
  stampede detect ttl --target pages-cache
  kubectl logs -l app=backend --since=2m | stampede detect logs -
  stampede detect --replay incident.csv"
)]
pub struct Args {
    #[command(subcommand)]
    part: Option<PartArgs>,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, clap::Args)]
struct Options {
    /// Time between the two samples; 0 is one look at gauges, without rates.
    #[arg(long, global = true, value_name = "TIME", default_value = "2s", value_parser = text::parse_duration)]
    window: Duration,
    /// Longest time to get in and get answers, for each target by itself.
    #[arg(long, global = true, value_name = "TIME", default_value = "10s", value_parser = text::parse_duration)]
    timeout: Duration,
    /// Form of the answer.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Table)]
    output: Format,
    /// Write the metrics to this file too, for the textfile collector of
    /// Prometheus; it is replaced as a whole.
    #[arg(long, global = true, value_name = "PATH")]
    textfile: Option<PathBuf>,
    /// Measure again and again, with this pause, until Ctrl-C.
    #[arg(long, global = true, value_name = "TIME", value_parser = text::parse_duration)]
    watch: Option<Duration>,
    /// Keys to sample for the TTL histogram and for hot keys [default: 2000 where
    /// one of the two is asked for by name, else 500].
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    samples: Option<u32>,
    /// Classify a recorded series (CSV, JSON lines, or the protocol's table; -
    /// is standard input) instead of live systems.
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Find the replicas of this database by asking it, and measure them too.
    #[arg(long, global = true, value_name = "NAME", add = complete::databases())]
    replica_of: Option<String>,
    /// Show all reasons, signals, targets and next steps.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// Leave no record of a healthy measurement in the state folder.
    #[arg(long, global = true)]
    no_record: bool,
    /// Print the JSON Schema of `-o json` and end.
    #[arg(long)]
    schema: bool,
}

#[derive(Clone, Debug, Subcommand)]
enum PartArgs {
    /// Hit ratio, clients, memory, evictions.
    #[command(after_help = "Example: stampede detect cache --window 5s")]
    Cache,
    /// Connections, running statements, queries per second.
    #[command(after_help = "Example: stampede detect database --window 0")]
    Database,
    /// Cache misses and connection errors in log files.
    #[command(after_help = "\
Examples:
  stampede detect logs '/var/log/app/*.log'
  stampede detect logs -l app=backend --since 2m
  kubectl logs -l app=backend --since=2m | stampede detect logs -")]
    Logs {
        /// Files and globs, - for standard input [default: the configured ones].
        #[arg(add = complete::files())]
        files: Vec<String>,
        /// Read the logs of the pods with these labels, as kubectl does: app=backend.
        #[arg(short = 'l', long, value_name = "LABELS")]
        selector: Option<String>,
        /// The container to read [default: the pod's default one, else its first].
        #[arg(short, long, value_name = "NAME", requires = "selector")]
        container: Option<String>,
        /// Read every container of each pod, also those that run before the others.
        #[arg(long, requires = "selector", conflicts_with = "container")]
        all_containers: bool,
        /// Count only lines younger than this.
        #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
        since: Option<Duration>,
    },
    /// The hottest living and missing keys.
    #[command(after_help = "Example: stampede detect hotkeys --samples 10000")]
    Hotkeys,
    /// When the next expiry cliff comes, from a sample of TTLs.
    #[command(after_help = "Example: stampede detect ttl --samples 10000")]
    Ttl,
}

/// Runs `detect`.
pub async fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    let options = &args.options;
    if options.schema {
        return answer(ui, &format!("{:#}\n", schema()));
    }
    if let Some(file) = &options.replay {
        return replay(ui, global, options, file);
    }
    if options.window + options.timeout > BUDGET {
        let message =
            format!("--window and --timeout together pass the budget of {}", text::duration(BUDGET));
        return Err(
            Failure::new(FailureKind::Usage, message).hint("an answer later than that is no answer at 3 AM")
        );
    }
    let mut settings = settings(global, args)?;
    let mut told = None;
    if let Some(name) = &options.replica_of {
        let found = replicas_of(ui, name, &settings.targets, options.timeout).await?;
        let primary = settings.targets.iter().find(|target| target.name == *name).cloned();
        told = primary.zip(found.told);
        settings.targets.extend(found.targets);
    }
    let mut survey = Survey::new(&settings.targets);
    if let Some((primary, name)) = &told {
        survey.ask_of_followers(primary, name);
    }
    let history = History::in_state_folder(|name| std::env::var(name).ok());
    // What is longer than a screen is told one after the other.
    let redrawn = options.watch.is_some() && options.output == Format::Table && !is_detailed(args);
    let mut picture = if redrawn { ui.picture() } else { None };
    loop {
        let (measured, mut said) = round(ui, args, &settings, &mut survey, history.as_ref()).await;
        let written = match &options.textfile {
            Some(path) => write_metrics(path, &measured, options.window),
            None => Ok(()),
        };
        if let (Err(error), Some(_)) = (&written, &picture) {
            said.push(error.clone());
        }
        let report = Report {
            verdict: &measured.verdict,
            reports: &measured.reports,
            at: measured.at,
            window: options.window,
            sources: &settings.sources,
            notes: &[&settings.notes[..], if picture.is_some() { &said } else { &[] }].concat(),
            listings: args.part.is_some(),
            detail: is_detailed(args),
            replay: None,
        };
        match &mut picture {
            Some(picture) => {
                ui.hush();
                picture.add(&measured.reports);
                stand(picture, &report, options.watch.unwrap_or_default()).await?;
            }
            None => {
                said.iter().for_each(|note| ui.aside(&format!("note: {note}")));
                answer(ui, &rendered(ui, options, &report))?;
                if let Err(error) = &written {
                    ui.fail(error, None);
                }
                match (options.watch, exit(&measured.verdict)) {
                    (Some(pause), _) => clock::sleep(pause).await,
                    // Whoever reads that file would go on with the old one.
                    (None, Exit::Ok) if written.is_err() => return Ok(Exit::Failed),
                    (None, exit) => return Ok(exit),
                }
            }
        }
    }
}

/// Writes the metrics to the file of `--textfile`. Errors: why not, in words.
fn write_metrics(path: &Path, measured: &Measurement, window: Duration) -> Result<(), String> {
    let report = Report {
        verdict: &measured.verdict,
        reports: &measured.reports,
        at: measured.at,
        window,
        sources: &[],
        notes: &[],
        listings: false,
        detail: false,
        replay: None,
    };
    let metrics = report.render(Format::Prometheus, Style::new(false));
    textfile::write(path, &metrics).map_err(|error| format!("cannot write {}: {error}", text::path(path)))
}

fn rendered(ui: &Ui, options: &Options, report: &Report<'_>) -> String {
    match (options.watch, options.output) {
        // One line a round, so that a reader can take them one by one.
        (Some(_), Format::Json) => Form::Json.one_of_many(&document(report)),
        (Some(_), Format::Yaml) => Form::Yaml.one_of_many(&document(report)),
        (Some(_), Format::Table) => report.render(Format::Table, ui.style()) + "\n",
        (_, format) => report.render(format, ui.style()),
    }
}

/// Draws the picture, and again when the terminal changes its size, for so long.
async fn stand(picture: &mut Picture, report: &Report<'_>, pause: Duration) -> Result<(), Failure> {
    let mut resized = listen(SignalKind::window_change())?;
    let mut end = std::pin::pin!(clock::sleep(pause));
    loop {
        picture.draw(report).map_err(unheard)?;
        tokio::select! {
            () = &mut end => return Ok(()),
            _ = resized.recv() => {}
        }
    }
}

/// One measurement, and what has to be said of it on the side.
async fn round(
    ui: &Ui,
    args: &Args,
    settings: &Settings,
    survey: &mut Survey,
    history: Option<&History>,
) -> (Measurement, Vec<String>) {
    let options = &args.options;
    let look = Look {
        parts: parts(args),
        window: options.window,
        timeout: options.timeout,
        samples: options.samples.map_or(if args.part.is_some() { SAMPLES } else { FEW }, |n| n as usize),
        since: since(args),
        say: Arc::new(|_| {}),
        seen: None,
    };
    let mut said = Vec::new();
    let records = match history.map(History::read) {
        Some(Ok(records)) => records,
        Some(Err(error)) => {
            said.push(format!("{error:#}"));
            Vec::new()
        }
        None => Vec::new(),
    };
    let mut measured = measure(ui, settings, survey, look, &records).await;
    measured.verdict.next.retain(|next| !is_running(args, &next.command));
    let is_quiet = measured.verdict.level == Level::Ok && !options.window.is_zero() && !options.no_record;
    if let Some(history) = history.filter(|_| is_quiet) {
        match held_up() {
            Some(name) => said.push(format!(
                "not recorded as usual: incident {name} has changes in effect, and what is healthy by them is not usual"
            )),
            None => said.extend(history.record(measured.at, &measured.reports).err().map(|error| format!("{error:#}"))),
        }
    }
    (measured, said)
}

/// The incident of this machine that has something in effect: a breaker that is open, traffic that is kept out.
fn held_up() -> Option<String> {
    let store = Store::in_state_folder(|name| std::env::var(name).ok())?;
    let incident = store.current(clock::now()).ok()??.incident;
    let is_held = incident.in_effect().next().is_some();
    is_held.then_some(incident.name)
}

/// Whether a command is the one that runs, which would say no more.
fn is_running(args: &Args, command: &str) -> bool {
    let part = match &args.part {
        Some(PartArgs::Cache) => "stampede detect cache",
        Some(PartArgs::Database) => "stampede detect database",
        Some(PartArgs::Hotkeys) => "stampede detect hotkeys",
        Some(PartArgs::Ttl) => "stampede detect ttl",
        Some(PartArgs::Logs { .. }) | None => "",
    };
    let watches = args.options.watch.is_some() && command.starts_with("stampede detect --watch");
    command == part || watches || args.options.verbose && command == "stampede detect -v"
}

/// Whether all that was found is shown.
fn is_detailed(args: &Args) -> bool {
    args.options.verbose || args.part.is_some()
}

fn replay(ui: &Ui, global: &Global, options: &Options, file: &Path) -> Result<Exit, Failure> {
    // Thresholds may be configured; targets need not be.
    let thresholds = with_load_options(global, load_any)?.thresholds;
    let bytes = file_or_input(file)
        .with_context(|| format!("cannot read {}", text::path(file)))
        .map_err(|cause| Failure::because(FailureKind::Usage, cause))?;
    let series = replay::read(&bytes).map_err(|error| {
        let hint = error.hint.clone();
        let cause =
            anyhow::Error::new(error).context(format!("cannot read the recording {}", text::path(file)));
        Failure { hint, ..Failure::because(FailureKind::Unmeasured, cause) }
    })?;
    let replayed = replay::classify(&series, &thresholds);
    let report = Report {
        verdict: &replayed.overall,
        reports: &[],
        at: clock::now(),
        window: Duration::ZERO,
        sources: &[],
        notes: &[],
        listings: false,
        detail: true,
        replay: Some(&replayed),
    };
    answer(ui, &report.render(options.output, ui.style()))?;
    Ok(exit(&replayed.overall))
}

fn parts(args: &Args) -> Vec<Part> {
    match &args.part {
        // One look must be quick, and sampling takes a while.
        None if args.options.window.is_zero() => vec![Part::Cache, Part::Database, Part::Logs, Part::Http],
        None => vec![Part::Cache, Part::Database, Part::Logs, Part::Http, Part::Hotkeys, Part::Ttl],
        Some(PartArgs::Cache) => vec![Part::Cache],
        Some(PartArgs::Database) => vec![Part::Database],
        Some(PartArgs::Logs { .. }) => vec![Part::Logs],
        Some(PartArgs::Hotkeys) => vec![Part::Hotkeys],
        Some(PartArgs::Ttl) => vec![Part::Ttl],
    }
}

fn since(args: &Args) -> Option<Duration> {
    match &args.part {
        Some(PartArgs::Logs { since, .. }) => *since,
        _ => None,
    }
}

fn exit(verdict: &Verdict) -> Exit {
    match verdict.level {
        Level::Ok => Exit::Ok,
        Level::Warning => Exit::Warning,
        Level::Critical => Exit::Critical,
        Level::Unknown => Exit::Unknown,
    }
}
