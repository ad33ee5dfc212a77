//! `stampede break` without an action, and `stampede run`: phases of a playbook, each from a measurement of its own.

use std::time::Duration;

use crate::action::Phase;
use crate::cli::acting::{Options, finish, runner};
use crate::cli::{Global, complete, load, with_load_options};
use crate::error::{Failure, FailureKind};
use crate::event::Skip;
use crate::exit::Exit;
use crate::playbook::{self, Bound, DEFAULT};
use crate::runner::{End, Measurement, Pick, Runner, Stop, Tally};
use crate::ui::{self, Ui};

/// The window of the measurement that a phase starts from.
const WINDOW: Duration = Duration::from_secs(2);

/// Which playbook, and which of its steps.
#[derive(Clone, Debug, clap::Args)]
pub struct PhaseOptions {
    /// Begin at this step.
    #[arg(long, value_name = "STEP", add = complete::steps())]
    from: Option<String>,
    /// Only this step; may be repeated.
    #[arg(long, value_name = "STEP", add = complete::steps())]
    only: Vec<String>,
    /// Not this step; may be repeated.
    #[arg(long, value_name = "STEP", add = complete::steps())]
    skip: Vec<String>,
    /// Set an input of the playbook; may be repeated.
    #[arg(long = "set", value_name = "INPUT=VALUE", add = complete::inputs())]
    inputs: Vec<String>,
    /// Exit with 5 when any step is blocked.
    #[arg(long)]
    strict: bool,
}

/// Run a playbook: all its phases in order, measuring again between them.
///
/// Every step asks, unless --yes or --confirm NAME answers. A phase whose
/// measurement says that this is no stampede, or cannot say what it is, asks
/// first (without a terminal it is refused: exit 5).
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede run
  stampede run redis-connections-exhausted --dry-run
  stampede run --from freeze-hot-keys --set replicas=5")]
pub struct Args {
    /// Name or file of the playbook [default: cache-stampede-3am, which is also
    /// called default].
    #[arg(add = complete::playbooks())]
    playbook: Option<String>,
    /// The same, as `break`, `protect` and `recover` take it.
    #[arg(long = "playbook", value_name = "NAME", conflicts_with = "playbook", add = complete::playbooks())]
    named: Option<String>,
    #[command(flatten)]
    phase: PhaseOptions,
    #[command(flatten)]
    options: Options,
}

/// Runs `run`.
pub async fn run(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    let name = args.playbook.as_deref().or(args.named.as_deref()).unwrap_or(DEFAULT);
    let phases = [Phase::Break, Phase::Protect, Phase::Recover];
    phases_of(ui, global, name, &phases, &args.phase, &args.options, stop).await
}

/// Runs the given phases of a playbook.
pub(super) async fn phases_of(
    ui: &Ui,
    global: &Global,
    name: &str,
    phases: &[Phase],
    choice: &PhaseOptions,
    options: &Options,
    stop: Stop,
) -> Result<Exit, Failure> {
    let bound = bound(global, name, choice)?;
    let pick = Pick { from: choice.from.clone(), only: choice.only.clone(), skip: choice.skip.clone() };
    let pick = pick.resolve(&bound, phases)?;
    let settings = load(global)?;
    let mut runner = runner(ui, global, settings, options, stop.clone()).await?;
    let mut tally = Tally::default();
    let mut told = false;
    for phase in phases {
        if bound.phase(*phase).all(|stage| stage.steps.is_empty() && !stage.lift && !stage.verify) {
            runner.without_steps(&bound, *phase)?;
            continue;
        }
        let measured = measure(ui, &mut runner).await?;
        // A run tells all phases of the protocol, and what it found first.
        if phases.len() > 1 && !std::mem::replace(&mut told, true) {
            runner.detected(&bound, &measured, ui::detect::facts(&measured.reports))?;
        }
        if told
            && *phase == Phase::Protect
            && tally.has_done()
            && let Some(words) = runner.needless(&bound, &measured)
        {
            runner.passed_over(*phase, &words)?;
            continue;
        }
        match runner.phase(&bound, *phase, &pick, &measured).await {
            Ok(more) => tally.add(more),
            // What the phases before have put in effect is said all the same.
            Err(failure) => {
                finish(ui, &mut runner, &stop, options).await?;
                return Err(failure);
            }
        }
        if stop.asked() || tally.stopped() {
            break;
        }
    }
    finish(ui, &mut runner, &stop, options).await?;
    Ok(if stop.asked() { Exit::Interrupted } else { exit(&tally, choice.strict) })
}

async fn measure(ui: &Ui, runner: &mut Runner) -> Result<Measurement, Failure> {
    let progress = ui.progress("measuring");
    let measured = runner.measure(WINDOW).await;
    progress.finish();
    measured
}

/// The playbook with its inputs. Errors: it cannot be loaded (exit 78), or an input is wrong (exit 64).
fn bound(global: &Global, name: &str, choice: &PhaseOptions) -> Result<Bound, Failure> {
    let playbook = with_load_options(global, |options| playbook::load(name, options))?;
    let mut inputs = Vec::new();
    for input in &choice.inputs {
        let (name, value) = input.split_once('=').ok_or_else(|| {
            let input = crate::text::escape(input);
            Failure::new(FailureKind::Usage, format!("--set {input}: write it as INPUT=VALUE"))
        })?;
        inputs.push((name.to_owned(), value.to_owned()));
    }
    playbook.bind(&inputs)
}

/// How a phase ends the program: 4 if a step failed, else 6 if one was declined or lacked an answer, else 0 if one
/// was done or nothing to do, else 5 if one was blocked, else 0. `strict`: any blocked step is 5.
fn exit(tally: &Tally, strict: bool) -> Exit {
    if tally.declined {
        return Exit::Unconfirmed;
    }
    let any = |is: fn(End) -> bool| tally.ends.iter().any(|acted| is(acted.end));
    let blocked = any(|end| end == End::Skipped(Skip::Blocked));
    match () {
        () if any(|end| matches!(end, End::Failed | End::Unknown | End::Skipped(Skip::Unreachable))) => {
            Exit::Failed
        }
        () if any(|end| {
            matches!(end, End::Stopped | End::Skipped(Skip::Declined | Skip::Unanswered | Skip::OutOfTime))
        }) =>
        {
            Exit::Unconfirmed
        }
        () if blocked && strict => Exit::Refused,
        () if any(|end| {
            matches!(end, End::Done | End::Skipped(Skip::AlreadySo | Skip::Answered | Skip::DryRun))
        }) =>
        {
            Exit::Ok
        }
        () if blocked => Exit::Refused,
        () => Exit::Ok,
    }
}
