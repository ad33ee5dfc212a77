//! The command line: one file a subcommand; wires, nothing else.

mod act;
mod acting;
mod client;
mod complete;
mod completions;
mod config;
mod detect;
mod drill;
mod incident;
mod measure;
mod only;
mod panics;
mod phase;
mod playbook;
mod practice;
mod prevent;
mod recover;
mod scenarios;
mod signals;
mod simulate;
mod textfile;
mod undo;
mod watchdog;
mod words;

use std::io::{self, Read as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::signals::{Leaving, Signals};
use crate::config::{LoadOptions, Settings, TargetSpec, load as load_settings};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::runner::Stop;
use crate::text;
use crate::ui::{Colour, Ui, called};

/// Cache stampede emergency response: say what is happening, then break it, safely.
///
/// Paged at 3 AM? Run `stampede detect`.
#[derive(Debug, Parser)]
#[command(
    name = "stampede",
    version,
    long_version = concat!(env!("CARGO_PKG_VERSION"), " (", env!("STAMPEDE_COMMIT"), ")"),
    max_term_width = 80,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = "\
Exit codes: 0 healthy or done, 1 warning, 2 critical, 3 unknown, 4 failed,
5 refused by a safety check, 6 needs confirmation, 7 changes still in effect,
8 another responder holds the incident, 64 usage error, 70 unexpected failure,
78 bad configuration, 130 interrupted.

Example: REDIS_URL=redis://cache:6379 MYSQL_URL=mysql://ops@db stampede detect")]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options that every subcommand takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Global {
    /// Configuration file [default: $STAMPEDE_CONFIG, ./stampede.yaml,
    /// ~/.config/stampede/, /etc/stampede/; none is needed].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only the target of this name; may be repeated.
    #[arg(long = "target", global = true, value_name = "NAME", add = complete::targets())]
    targets: Vec<String>,
    /// The context of the kubeconfig to use [default: the current one].
    #[arg(long, global = true, value_name = "NAME", add = complete::contexts())]
    context: Option<String>,
    /// The Kubernetes namespace [default: the context's].
    #[arg(short, long, global = true, value_name = "NAME", add = complete::namespaces())]
    namespace: Option<String>,
    /// Longest wait for one answer of a Kubernetes API server [default: 5s].
    #[arg(long, global = true, value_name = "TIME", value_parser = text::parse_duration)]
    request_timeout: Option<Duration>,
    /// Colour the level.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Show no progress, and leave out remarks; answers, questions and errors
    /// stay.
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Detect(detect::Args),
    /// Break the stampede: phase 2 of the protocol, or one action of it.
    ///
    /// Every change is planned, forecast, confirmed, journalled, verified and
    /// reversible (`stampede undo`). Without a terminal nothing is changed
    /// unless --yes (or --confirm NAME) says so.
    #[command(after_help = "\
Examples:
  stampede break
  stampede break --dry-run
  stampede break maxclients --to 5000")]
    Break(act::Acting<1>),
    /// Protect the database: phase 3 of the protocol, or one action of it.
    ///
    /// Copies of a query are ended and the oldest of each kept, writes are
    /// stopped, accounts are limited; with the same guards, confirmation, journal
    /// and undo as `break`.
    #[command(after_help = "\
Examples:
  stampede protect
  stampede protect kill --older-than 30s
  stampede protect read-only --dry-run")]
    Protect(act::Acting<2>),
    /// Recover: bring the cache back without a second stampede.
    ///
    /// Hot keys are warmed, expiries spread, traffic is let in step by step and
    /// what was put in place lifted again, each watched; with the same guards,
    /// confirmation, journal and undo as `break`.
    #[command(after_help = "\
Examples:
  stampede recover
  stampede recover keys
  stampede recover warm --keys hot.txt
  stampede recover stagger --pattern 'user:*' --over 10m
  stampede recover ttl --raise --pattern 'user:*' --by 15m")]
    Recover(recover::Args),
    Run(phase::Args),
    Undo(undo::Args),
    Status(incident::StatusArgs),
    Incident(incident::Args),
    Playbook(playbook::Args),
    Prevent(prevent::Args),
    Drill(drill::Args),
    Simulate(simulate::Args),
    Config(config::Args),
    // Its old name is what a process that was started before an update asks for.
    #[command(hide = true, alias = "dead-man")]
    Watchdog(watchdog::Args),
    Completions(completions::Args),
    /// Print the manual page (troff).
    #[command(after_help = "Example: stampede man | man -l -")]
    Man,
}

/// Parses the arguments, runs the command, and turns what came of it into words and an exit code: the one place
/// that does.
pub fn run() -> ExitCode {
    let ui = Ui::from_environment();
    if std::env::args_os().next().is_some_and(|program| called::is_plugin(&program)) {
        called::by_kubectl(command().get_subcommands().map(|one| one.get_name().to_owned()).collect());
    }
    if let Some(exit) = complete::answered(&ui) {
        return exit.into();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&ui, &error).into(),
    };
    let ui = ui.with(cli.global.color, cli.global.quiet);
    panics::are_told_by(&ui);
    let exit = unless_it_panics(|| match execute(&ui, cli) {
        Ok(exit) => exit,
        Err(failure) => {
            ui.fail(&format!("{failure:#}"), failure.hint.as_deref());
            failure.kind.into()
        }
    });
    ui.end();
    exit.into()
}

/// How `work` ends the program; a panic, which has said where it was, is an unexpected failure like any other.
fn unless_it_panics(work: impl FnOnce() -> Exit) -> Exit {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Exit::Internal)
}

fn execute(ui: &Ui, cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Detect(args) => with_runtime(detect::run(ui, &cli.global, &args)),
        Command::Break(args) => acting(ui, |stop| act::run(ui, &cli.global, &args, stop)),
        Command::Protect(args) => acting(ui, |stop| act::run(ui, &cli.global, &args, stop)),
        Command::Recover(args) => acting(ui, |stop| recover::run(ui, &cli.global, &args, stop)),
        Command::Run(args) => acting(ui, |stop| phase::run(ui, &cli.global, &args, stop)),
        Command::Undo(args) => acting(ui, |stop| undo::run(ui, &cli.global, &args, stop)).map_err(not_undone),
        Command::Status(args) => with_runtime(incident::status(ui, &cli.global, &args)),
        Command::Incident(args) => with_runtime(incident::run(ui, &args)),
        Command::Playbook(args) => playbook::run(ui, &cli.global, &args),
        Command::Prevent(args) => acting(ui, |stop| prevent::run(ui, &cli.global, &args, stop)),
        Command::Drill(args) if args.practises() => {
            practising(ui, |stop| drill::practise(ui, &cli.global, &args, stop))
        }
        Command::Drill(args) => with_runtime(drill::run(ui, &cli.global, &args)),
        Command::Simulate(args) => simulate::run(ui, &cli.global, &args),
        Command::Config(args) => config::run(ui, &cli.global, &args),
        Command::Watchdog(args) => acting(ui, |stop| watchdog::run(ui, &cli.global, &args, stop)),
        Command::Completions(args) => answer(ui, &complete::script(args.shell)),
        Command::Man => answer(ui, &completions::man()?),
    }
}

/// An undo that could not even begin, or broke off, has left what is in effect: a script must not take it for less.
fn not_undone(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::Internal => Failure { kind: FailureKind::StillInEffect, ..failure },
        _ => failure,
    }
}

/// Runs to the end, or until Ctrl-C.
fn with_runtime(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let interrupt = Signals::listen(&[SignalKind::interrupt()], Leaving::OnceHeard, || true)?;
    runtime(async {
        tokio::select! {
            end = command => end,
            end = interrupt.enough() => Ok(end),
        }
    })
}

/// Runs something that writes: the first Ctrl-C (or hang-up, or SIGTERM) lets the write in flight end, the second leaves at once.
fn acting<F: Future<Output = Result<Exit, Failure>>>(
    ui: &Ui,
    command: impl FnOnce(Stop) -> F,
) -> Result<Exit, Failure> {
    let words = "\nstopping (what is being written is finished first); Ctrl-C again leaves at once";
    asked_to_stop(ui, words, Leaving::AtOnce, command)
}

/// Runs what ends with a score: the first Ctrl-C (or hang-up, or SIGTERM) ends it, the second leaves at once. What it started is
/// taken down in both cases.
fn practising<F: Future<Output = Result<Exit, Failure>>>(
    ui: &Ui,
    command: impl FnOnce(Stop) -> F,
) -> Result<Exit, Failure> {
    asked_to_stop(ui, "\nending it; Ctrl-C again leaves at once", Leaving::OnceHeard, command)
}

/// Runs what stops when it is asked to, which is said with these words; asked again, it is left.
fn asked_to_stop<F: Future<Output = Result<Exit, Failure>>>(
    ui: &Ui,
    words: &'static str,
    leaving: Leaving,
    command: impl FnOnce(Stop) -> F,
) -> Result<Exit, Failure> {
    let stop = Stop::default();
    let (asked, ui) = (stop.clone(), ui.clone());
    let is_enough = move || {
        let again = asked.ask() > 1;
        if !again {
            ui.say(words);
        }
        again
    };
    let kinds = [SignalKind::interrupt(), SignalKind::hangup(), SignalKind::terminate()];
    let signals = Signals::listen(&kinds, leaving, is_enough)?;
    runtime(async {
        tokio::select! {
            end = command(stop) => end,
            end = signals.enough() => Ok(end),
        }
    })
}

fn listen(kind: SignalKind) -> Result<Signal, Failure> {
    Ok(signal(kind).context("cannot listen to signals")?)
}

fn runtime(work: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start")?;
    let end = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(work)));
    // A log file or a terminal that is being read on a blocking thread must not hold up the end, least of all that of a panic.
    runtime.shutdown_background();
    end.unwrap_or_else(|panic| panic::resume_unwind(panic))
}

/// Does something with where configuration and playbooks are looked for.
fn with_load_options<T>(global: &Global, what: impl FnOnce(&LoadOptions<'_>) -> T) -> T {
    let env = |name: &str| std::env::var(name).ok();
    what(&LoadOptions {
        config: global.config.clone(),
        env: &env,
        home: std::env::var_os("HOME").map(PathBuf::from),
        cwd: PathBuf::from("."),
    })
}

/// The settings, with only the targets that `--target` names.
fn load(global: &Global) -> Result<Settings, Failure> {
    let mut settings = with_load_options(global, load_settings)?;
    for name in &global.targets {
        if !settings.targets.iter().any(|target| target.name == *name) {
            let names: Vec<_> = settings.targets.iter().map(|target| target.name.as_str()).collect();
            let hint = match text::nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("there are: {}", names.join(", ")),
            };
            let message = format!("there is no target called {}", text::escape(name));
            return Err(Failure::new(FailureKind::Usage, message).hint(hint));
        }
    }
    for target in &mut settings.targets {
        let cluster = match &mut target.spec {
            TargetSpec::Kubernetes(cluster) => Some(cluster),
            TargetSpec::Logs(logs) => logs.pods.as_mut().map(|pods| &mut pods.cluster),
            _ => None,
        };
        if let Some(cluster) = cluster {
            cluster.found &= global.context.is_none() && global.namespace.is_none();
            cluster.context = global.context.clone().or(cluster.context.take());
            cluster.namespace = global.namespace.clone().or(cluster.namespace.take());
            cluster.request_timeout = global.request_timeout.or(cluster.request_timeout);
        }
    }
    if !global.targets.is_empty() {
        settings.targets.retain(|target| global.targets.contains(&target.name));
    }
    Ok(settings)
}

fn answer(ui: &Ui, text: &str) -> Result<Exit, Failure> {
    ui.answer(text).map_err(unheard)?;
    Ok(Exit::Ok)
}

/// That what was found out reaches nobody: a full disk is no fault of the program.
fn unheard(error: io::Error) -> Failure {
    Failure::because(FailureKind::Failed, anyhow::Error::new(error).context("cannot write the answer"))
}

/// The bytes of a file; `-` is standard input.
fn file_or_input(path: &Path) -> io::Result<Vec<u8>> {
    if path.as_os_str() != "-" {
        return std::fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
}

/// Help and version are answers; anything else is a usage error, which is 64: clap's own 2 would page as critical.
fn usage(ui: &Ui, error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Nothing is left to do when standard output is closed.
            _ = ui.answer(&error.to_string());
            Exit::Ok
        }
        _ => {
            ui.say(error.to_string().trim_end());
            Exit::Usage
        }
    }
}

/// The command as clap knows it, for completion, the manual page and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_unexpected_failure() {
        assert_eq!(unless_it_panics(|| panic!("on purpose")), Exit::Internal);
        assert_eq!(unless_it_panics(|| Exit::Refused), Exit::Refused);
    }

    /// However soon it comes. (A hangup, so that Ctrl-C still ends the tests.)
    #[test]
    fn a_signal_before_the_first_step_asks_to_stop_and_kills_nothing() {
        use rustix::process::{Signal, getpid, kill_process};
        let command = |stop: Stop| {
            kill_process(getpid(), Signal::HUP).unwrap();
            async move {
                while !stop.asked() {
                    tokio::task::yield_now().await;
                }
                Ok(Exit::Refused)
            }
        };
        assert_eq!(acting(&Ui::from_environment(), command).unwrap(), Exit::Refused);
    }
}
