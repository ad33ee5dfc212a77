//! What every command that changes something takes and begins with: its options, the runner, and what is said at the end.

use std::ffi::OsString;
use std::path::{Path, absolute};
use std::sync::Arc;

use crate::action::by_name;
use crate::cli::{Global, complete};
use crate::config::Settings;
use crate::confirm::{Confirm, Flags, Unattended};
use crate::error::{Failure, FailureKind};
use crate::event;
use crate::history::{History, Record};
use crate::journal::{Purpose, Store, argv, holder};
use crate::runner::{Options as RunOptions, Runner, Stop};
use crate::ui::act::{Terminal, listener};
use crate::ui::{Format, Ui};

/// Options of everything that changes something.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Answer yes to every question that asks for a yes.
    #[arg(short, long, global = true)]
    yes: bool,
    /// Answer the questions that ask for a target's name, on the target of this
    /// name, host or kind; may be repeated. Does not imply --yes.
    #[arg(long = "confirm", global = true, value_name = "NAME", add = complete::targets())]
    confirm: Vec<String>,
    /// Show what would be done, and write nothing.
    #[arg(long, global = true)]
    dry_run: bool,
    /// Do not watch what a change does afterwards.
    #[arg(long, global = true)]
    no_watch: bool,
    /// Answer a question about the application for this incident; may be repeated.
    #[arg(long = "fact", global = true, value_name = "NAME=VALUE", add = complete::facts())]
    facts: Vec<String>,
    /// Why, in one line for colleagues: kept in the journal, and told in the Events
    /// of Kubernetes objects that are changed. Asked once an incident.
    #[arg(long, global = true, value_name = "TEXT")]
    reason: Option<String>,
    /// The incident to go on with, or a name for a new one [default: the open
    /// one, or a new one].
    #[arg(long, global = true, value_name = "NAME", add = complete::incidents())]
    incident: Option<String>,
    /// Take the incident over from another responder, between two of their
    /// steps; asks for its name (or --confirm NAME).
    #[arg(long, global = true)]
    take_over: bool,
    /// Form of the answer.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Table)]
    output: Format,
    /// What the incident is held for.
    #[arg(skip)]
    purpose: Purpose,
}

impl Options {
    /// `--yes` for putting back what is in effect by one incident, unwatched.
    pub(super) fn yes_to_undo(incident: &str) -> Self {
        Self {
            yes: true,
            confirm: Vec::new(),
            dry_run: false,
            no_watch: true,
            facts: Vec::new(),
            reason: None,
            incident: Some(incident.to_owned()),
            take_over: false,
            output: Format::Table,
            purpose: Purpose::Undo,
        }
    }

    /// A look at one incident.
    pub(super) fn look_at(incident: &str) -> Self {
        Self { yes: false, dry_run: true, ..Self::yes_to_undo(incident) }
    }

    /// The same without a watch afterwards: whoever measures needs the databases for himself.
    pub(super) fn unwatched(&self) -> Self {
        Self { no_watch: true, ..self.clone() }
    }

    /// The incident that was named.
    pub(super) fn incident_name(&self) -> Option<String> {
        self.incident.clone()
    }

    /// The form of the answer.
    pub(super) fn format(&self) -> Format {
        self.output
    }

    /// Whether nothing may be written.
    pub(super) fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The same for putting back what is in effect by one incident.
    pub(super) fn to_undo(&self, name: &str) -> Self {
        Self { incident: Some(name.to_owned()), purpose: Purpose::Undo, ..self.clone() }
    }
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
        purpose: options.purpose,
        dry_run: options.dry_run,
        watch: !options.no_watch,
        flags: Flags { yes: options.yes, confirm: options.confirm.clone() },
        attended,
        argv: argv(std::env::args()),
        records: records(),
        watchdog: watchdog(global),
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
            let fact = crate::text::escape(fact);
            Failure::new(FailureKind::Usage, format!("--fact {fact}: write it as NAME=VALUE"))
        })?;
        runner.answer(name, value)?;
    }
    if let Some(why) = &options.reason {
        runner.because(why)?;
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

/// How this program is started as the watchdog: it runs in another folder, so the configuration is named.
fn watchdog(global: &Global) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["watchdog".into()];
    let here = Path::new("stampede.yaml");
    let file = global.config.as_deref().or_else(|| here.exists().then_some(here));
    if let Some(file) = file.and_then(|file| absolute(file).ok()) {
        arguments.extend(["--config".into(), file.into()]);
    }
    arguments
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
        ui.say(&format!(
            "not known how it ended: {}; `stampede undo {}` looks",
            ids(&in_doubt),
            runner.name()
        ));
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
