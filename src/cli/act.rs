//! `stampede break ACTION …`: one action, with the guards, the confirmation, the journal and the undo that it has in a
//! playbook. The registry makes the subcommands.

use clap::{Arg, ArgMatches, FromArgMatches};

use crate::action::field::{Arguments, Value};
use crate::action::{Phase, Spec};
use crate::cli::acting::{Options, finish, runner};
use crate::cli::only::only;
use crate::cli::phase::{PhaseOptions, phases_of};
use crate::cli::words::{fits, given, specs, subcommand, words_of};
use crate::cli::{Global, complete, load};
use crate::error::Failure;
use crate::event::Skip;
use crate::exit::Exit;
use crate::observation::Kind;
use crate::playbook::DEFAULT;
use crate::runner::{End, Runner, Step, Stop};
use crate::ui::{Format, Ui};

/// A phase's command: the number is the phase's place in [`Phase::ALL`].
#[derive(Clone, Debug)]
pub struct Acting<const PHASE: usize> {
    options: Options,
    phase: PhaseOptions,
    playbook: String,
    action: Option<(&'static str, Arguments)>,
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
        self.options.is_dry_run()
    }

    /// The form of the answer.
    pub(super) fn format(&self) -> Format {
        self.options.format()
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
        .add(complete::playbooks())
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

/// How a single action ends the program.
pub(super) fn exit(end: End) -> Exit {
    match end {
        End::Done | End::Skipped(Skip::AlreadySo | Skip::Answered | Skip::DryRun) => Exit::Ok,
        End::Failed | End::Unknown | End::Skipped(Skip::Unreachable) => Exit::Failed,
        End::Skipped(Skip::Blocked | Skip::NotApplicable) => Exit::Refused,
        End::Skipped(Skip::Declined | Skip::Unanswered | Skip::OutOfTime) | End::Stopped => Exit::Unconfirmed,
    }
}
