//! `stampede break ACTION …`: one action, with the guards, the confirmation, the journal and the undo that it has in a
//! playbook. The registry makes the subcommands.

use std::sync::Arc;

use clap::{Arg, ArgMatches, FromArgMatches};

use crate::action::field::{Value, With};
use crate::action::{Phase, Spec, by_name};
use crate::cli::only::only;
use crate::cli::phase::{PhaseOptions, phases_of};
use crate::cli::watchdog;
use crate::cli::words::{fits, given, specs, subcommand, words_of};
use crate::cli::{Global, load};
use crate::config::Settings;
use crate::confirm::{Confirm, Flags, Unattended};
use crate::error::{Failure, FailureKind};
use crate::event::{self, Skip};
use crate::exit::Exit;
use crate::history::{History, Record};
use crate::journal::{Store, argv, holder};
use crate::observation::Kind;
use crate::playbook::DEFAULT;
use crate::runner::{End, Options as RunOptions, Runner, Step, Stop};
use crate::ui::Ui;
use crate::ui::act::{Format, Terminal, listener};

/// Options of everything that changes something.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Answer yes to every question that asks for a yes.
    #[arg(short, long, global = true)]
    yes: bool,
    /// Answer the questions that ask for a target's name, on the target of this
    /// name, host or kind; may be repeated. Does not imply --yes.
    #[arg(long = "confirm", global = true, value_name = "NAME")]
    confirm: Vec<String>,
    /// Show what would be done, and write nothing.
    #[arg(long, global = true)]
    dry_run: bool,
    /// Do not watch what a change does afterwards.
    #[arg(long, global = true)]
    no_watch: bool,
    /// Answer a question about the application for this incident; may be repeated.
    #[arg(long = "fact", global = true, value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// The incident to go on with, or a name for a new one [default: the open
    /// one, or a new one].
    #[arg(long, global = true, value_name = "NAME")]
    incident: Option<String>,
    /// Take the incident over from another responder, between two of their
    /// steps; asks for its name (or --confirm NAME).
    #[arg(long, global = true)]
    take_over: bool,
    /// Form of the answer.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Text)]
    output: Format,
}

impl Options {
    /// `--yes` for one incident, unwatched.
    pub(super) fn yes_for(incident: &str) -> Self {
        Self {
            yes: true,
            confirm: Vec::new(),
            dry_run: false,
            no_watch: true,
            facts: Vec::new(),
            incident: Some(incident.to_owned()),
            take_over: false,
            output: Format::Text,
        }
    }

    /// The incident that was named.
    pub(super) fn incident_name(&self) -> Option<String> {
        self.incident.clone()
    }

    /// Whether nothing may be written.
    pub(super) fn is_json(&self) -> bool {
        matches!(self.output, Format::Json)
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The same for one incident.
    pub(super) fn for_incident(&self, name: &str) -> Self {
        Self { incident: Some(name.to_owned()), ..self.clone() }
    }
}

/// A phase's command: the number is the phase's place in [`Phase::ALL`].
#[derive(Clone, Debug)]
pub struct Acting<const PHASE: usize> {
    options: Options,
    phase: PhaseOptions,
    playbook: String,
    action: Option<(&'static str, With)>,
}

impl<const PHASE: usize> Acting<PHASE> {
    /// What the text `field` of the action was given.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.action.as_ref().and_then(|(_, with)| with.text(field))
    }

    /// The same command with another value in `field` of its action.
    pub(super) fn given(&self, field: &'static str, value: Value) -> Self {
        let mut other = self.clone();
        if let Some((_, with)) = &mut other.action {
            with.set(field, value);
        }
        other
    }

    /// Whether nothing may be written.
    pub(super) fn is_dry_run(&self) -> bool {
        self.options.dry_run
    }

    /// Whether a program reads the answer.
    pub(super) fn is_json(&self) -> bool {
        self.options.is_json()
    }

    /// The options of everything that changes something.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }
}

impl<const PHASE: usize> clap::Args for Acting<PHASE> {
    fn augment_args(command: clap::Command) -> clap::Command {
        let command = PhaseOptions::augment_args(Options::augment_args(command)).arg(playbook());
        let command = command.subcommand_value_name("ACTION").subcommand_help_heading("Actions");
        words_of(Phase::ALL[PHASE])
            .into_iter()
            .fold(command, |command, word| command.subcommand(subcommand(&specs(Phase::ALL[PHASE], word))))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl<const PHASE: usize> FromArgMatches for Acting<PHASE> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let action = match matches.subcommand() {
            Some((name, inner)) => match specs(Phase::ALL[PHASE], name) {
                specs if specs.is_empty() => None,
                specs => Some((specs[0].command, given(&specs, inner)?)),
            },
            None => None,
        };
        Ok(Self {
            options: Options::from_arg_matches(matches)?,
            phase: PhaseOptions::from_arg_matches(matches)?,
            playbook: matches.get_one::<String>("playbook").cloned().unwrap_or_default(),
            action,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn playbook() -> Arg {
    Arg::new("playbook")
        .long("playbook")
        .value_name("NAME")
        .default_value(DEFAULT)
        .help("Name or file of the playbook whose phase is run")
}

/// Runs `break`, `protect` or `recover`.
pub async fn run<const PHASE: usize>(
    ui: &Ui,
    global: &Global,
    args: &Acting<PHASE>,
    stop: Stop,
) -> Result<Exit, Failure> {
    let Some((word, with)) = &args.action else {
        let phases = [Phase::ALL[PHASE]];
        return phases_of(ui, global, &args.playbook, &phases, &args.phase, &args.options, stop).await;
    };
    let settings = load(global)?;
    let mut runner = runner(ui, global, settings, &args.options, stop.clone()).await?;
    let all = specs(Phase::ALL[PHASE], word);
    // What was given may be meant for one kind of target only.
    let meant: Vec<&'static Spec> = all.iter().copied().filter(|spec| fits(spec, with).is_ok()).collect();
    let (spec, target) = only_target(&runner, if meant.is_empty() { &all } else { &meant })?;
    fits(spec, with)?;
    let step = Step {
        id: spec.command.into(),
        spec,
        with: with.clone(),
        target,
        why: None,
        raise: None,
        watch: None,
        keep: None,
        limit: None,
        phase: None,
    };
    let end = runner.run(&step).await?.end;
    finish(ui, &mut runner, &stop, &args.options).await?;
    Ok(if stop.asked() { Exit::Interrupted } else { exit(end) })
}

/// A runner with the answers and the voice that the options ask for.
pub(super) async fn runner(
    ui: &Ui,
    global: &Global,
    settings: Settings,
    options: &Options,
    stop: Stop,
) -> Result<Runner, Failure> {
    let attended = ui.attended();
    let confirm: Arc<dyn Confirm> =
        if attended { Arc::new(Terminal::new(ui.clone())) } else { Arc::new(Unattended) };
    let run = RunOptions {
        incident: options.incident.clone(),
        take_over: options.take_over,
        dry_run: options.dry_run,
        watch: !options.no_watch,
        flags: Flags { yes: options.yes, confirm: options.confirm.clone() },
        attended,
        argv: argv(std::env::args()),
        records: records(),
        watchdog: watchdog::arguments(global),
    };
    let env = |name: &str| std::env::var(name).ok();
    // Whether plans are shown by the prompt: they are not when no prompt comes.
    let prompts = attended && !options.dry_run;
    let mut runner = Runner::new(
        settings,
        run,
        store()?,
        holder(env),
        confirm,
        listener(ui, options.output, prompts),
        stop,
    )
    .await?;
    for fact in &options.facts {
        let (name, value) = fact.split_once('=').ok_or_else(|| {
            Failure::new(FailureKind::Usage, format!("--fact {fact}: write it as NAME=VALUE"))
        })?;
        runner.answer(name, value)?;
    }
    Ok(runner)
}

/// What was measured on quiet days.
fn records() -> Vec<Record> {
    let history = History::in_state_folder(|name| std::env::var(name).ok());
    history.and_then(|history| history.read().ok()).unwrap_or_default()
}

/// The folder of journals. Errors: there is no state folder.
pub(super) fn store() -> Result<Store, Failure> {
    Store::in_state_folder(|name| std::env::var(name).ok()).ok_or_else(|| {
        Failure::by("S26", "there is no place for a journal: neither XDG_STATE_HOME nor HOME is set")
            .hint("nothing is changed without a journal; set XDG_STATE_HOME to a folder")
    })
}

/// The one action and target that a word can mean. Errors: there is no target for it, or more than one.
fn only_target(runner: &Runner, specs: &[&'static Spec]) -> Result<(&'static Spec, String), Failure> {
    let each = |spec: &&'static Spec| {
        let spec = *spec;
        runner.targets(spec.kind).into_iter().map(move |target| (target, spec))
    };
    let kinds: Vec<Kind> = specs.iter().map(|spec| spec.kind).collect();
    let word = specs.first().map_or("", |spec| spec.command);
    let (target, spec) = only(specs.iter().flat_map(each).collect(), &kinds, &format!("{word} on"))?;
    Ok((spec, target))
}

/// After Ctrl-C: offers to put back what this run has done. Otherwise says how.
pub(super) async fn finish(
    ui: &Ui,
    runner: &mut Runner,
    stop: &Stop,
    options: &Options,
) -> Result<(), Failure> {
    let Some(incident) = runner.incident().filter(|_| !options.dry_run) else { return Ok(()) };
    let for_good =
        |step: &&event::Step| by_name(&step.change.action).is_some_and(|spec| spec.irreversible.is_some());
    let (in_doubt, in_effect): (Vec<&event::Step>, Vec<&event::Step>) =
        incident.in_effect().partition(for_good);
    let ids =
        |steps: &[&event::Step]| steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>().join(", ");
    // A step that cannot be put back is over when its outcome is known.
    if !in_doubt.is_empty() {
        ui.say(&format!("not known how it ended: {}; stampede undo {} looks", ids(&in_doubt), runner.name()));
    }
    if in_effect.is_empty() {
        return Ok(());
    }
    ui.note(&format!("in effect: {}; put back with: stampede undo {}", ids(&in_effect), runner.name()));
    if stop.asked() && ui.attended() {
        runner.offer_unwind().await?;
    }
    Ok(())
}

/// How a single action ends the program.
pub(super) fn exit(end: End) -> Exit {
    match end {
        End::Done | End::Skipped(Skip::AlreadySo | Skip::Answered | Skip::DryRun) => Exit::Ok,
        End::Failed | End::Unknown | End::Skipped(Skip::Unreachable) => Exit::Failed,
        End::Skipped(Skip::Blocked | Skip::NotApplicable) => Exit::Refused,
        End::Skipped(Skip::Declined | Skip::Unanswered | Skip::OutOfTime) | End::Stopped => Exit::Unconfirmed,
    }
}
