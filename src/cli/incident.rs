//! `stampede status` and `stampede incident`: the journal, read back, and what a step shows that is in doubt. Looks only.

use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use crate::action::fades;
use crate::cli::acting::{Options, runner, store};
use crate::cli::{Global, answer, complete, load};
use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::event::{Drift, Event, Incident};
use crate::exit::Exit;
use crate::journal::{Elsewhere, Glimpse, Purpose, Read, Store, argv, holder};
use crate::report;
use crate::runner::Stop;
use crate::text;
use crate::ui::act::{as_text, line, timeline};
use crate::ui::{Format, Ui};

/// Pause between two looks of --follow.
const PAUSE: Duration = Duration::from_millis(500);

/// Show what is in effect, who did it, and how long ago.
///
/// Only reads the journal: safe beside another responder who is acting. Where the
/// end of a step is not known, it also looks at what is there now. Exit code 7:
/// the journal is damaged, and what it does not tell may be in effect.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example: stampede status --follow")]
pub struct StatusArgs {
    /// The incident [default: the open one].
    #[arg(add = complete::incidents())]
    name: Option<String>,
    /// Show it again whenever something happens, until Ctrl-C.
    #[arg(long)]
    follow: bool,
    /// Form of the answer.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

/// List, show and close incidents.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// List all incidents, the newest first.
    #[command(after_help = "Example: stampede incident list")]
    List {
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Show what was done in an incident, event by event; -o json prints its records.
    #[command(after_help = "Example: stampede incident show 2026-11-24-0307z")]
    Show {
        /// The incident [default: the open one].
        #[arg(add = complete::incidents())]
        name: Option<String>,
        /// Form of the answer.
        #[arg(short, long, value_enum, default_value_t = Format::Table)]
        output: Format,
    },
    /// Close an incident: the next change opens a new one.
    #[command(after_help = "Example: stampede incident close 2026-11-24-0307z")]
    Close {
        /// The incident [default: the open one].
        #[arg(add = complete::incidents())]
        name: Option<String>,
        /// Close it although changes are still in effect.
        #[arg(long)]
        leave: bool,
    },
}

/// Runs `status`.
pub async fn status(ui: &Ui, global: &Global, args: &StatusArgs) -> Result<Exit, Failure> {
    let store = store()?;
    let mut shown = None;
    loop {
        let read = wanted(&store, args.name.as_deref())?;
        let seq = read.as_ref().map(|read| (read.incident.name.clone(), read.incident.seq));
        if shown.as_ref() != Some(&seq) {
            let looked = match &read {
                Some(read) => look_again(ui, global, &store, &read.incident).await,
                None => Vec::new(),
            };
            let gap = if args.follow && shown.is_some() && args.output == Format::Table { "\n" } else { "" };
            answer(ui, &format!("{gap}{}", render(&store, read.as_ref(), &looked, args.output)?))?;
            shown = Some(seq);
        }
        if !args.follow {
            return Ok(read.as_ref().map_or(Exit::Ok, |read| exit(&read.incident)));
        }
        clock::sleep(PAUSE).await;
    }
}

/// How a look at an incident ends: something that is behind a damage may be in effect, and no undo puts it back.
fn exit(incident: &Incident) -> Exit {
    if incident.hidden().next().is_some() { Exit::StillInEffect } else { Exit::Ok }
}

/// What the steps show that are in doubt, unless somebody is at work on them. Looks only: it ends no connection and writes
/// nothing down.
async fn look_again(ui: &Ui, global: &Global, store: &Store, incident: &Incident) -> Vec<Drift> {
    let in_doubt = incident.steps.iter().any(|step| step.state.is_dangling() && !step.is_lost());
    if !in_doubt || store.is_held(&incident.name) {
        return Vec::new();
    }
    let look = async {
        let settings = load(global)?;
        let mut runner =
            runner(ui, global, settings, &Options::look_at(&incident.name), Stop::default()).await?;
        Ok::<_, Failure>(runner.look_again(incident).await)
    };
    match look.await {
        Ok(looked) => looked,
        Err(failure) => {
            ui.say(&format!("what is in doubt was not looked at: {failure:#}"));
            Vec::new()
        }
    }
}

fn render(store: &Store, read: Option<&Read>, looked: &[Drift], format: Format) -> Result<String, Failure> {
    let Some(read) = read else {
        let none = none(store, format)?;
        // Who asks what is in effect is told that, and how much it is worth.
        return Ok(match none.first {
            Some(folder) if !format.is_for_programs() => format!(
                "nothing is in effect that this folder knows of: no incident was ever opened in {folder}\n"
            ),
            _ => none.words,
        });
    };
    let name = &read.incident.name;
    let others = store.others(name)?;
    let notes = [&read.notes[..], &others.unread].concat();
    Ok(match format {
        Format::Table => {
            as_text(&read.incident, looked, &notes, store.is_held(name), &others.in_effect, clock::now())
        }
        Format::Brief => line(name, Ok(&read.incident), clock::now()),
        Format::Json | Format::Yaml => format.one_of_many(&report::incident(&read.incident, looked, &notes)),
    })
}

/// What is said where no incident goes on.
pub(super) struct None {
    /// In words, or as a document.
    pub words: String,
    /// Whether another state folder has something in effect.
    pub elsewhere: bool,
    /// The folder, where no incident was ever opened in it, and no other one is known.
    first: Option<String>,
}

/// That no incident goes on in this state folder, and what is in effect all the same: by closed ones, by those of a newer
/// version, and by another folder. Errors: the journals cannot be read.
pub(super) fn none(store: &Store, format: Format) -> Result<None, Failure> {
    let left = store.others("")?.in_effect;
    let elsewhere = store.elsewhere(|name| std::env::var(name).ok());
    let folder = text::escape(&store.folder().display().to_string()).into_owned();
    let words = if format.is_for_programs() {
        let others: Vec<_> = elsewhere
            .iter()
            .map(|other| json!({ "state_home": other.state_home, "in_effect": other.incidents }))
            .collect();
        format.one_of_many(&json!({
            "schema": report::INCIDENT, "incident": null, "in_effect": 0, "steps": [], "left_in_effect": left,
            "folder": store.folder(), "elsewhere": others,
        }))
    } else if let Some(first) = left.first() {
        format!(
            "no incident goes on, and changes are in effect: {}; `stampede status {first}` shows them\n",
            left.join(", ")
        )
    } else if store.names()?.is_empty() {
        // An empty folder knows nothing: it is not the word that nothing is in effect.
        format!("no incident was ever opened in {folder}: it knows of no change\n")
    } else if elsewhere.is_empty() {
        format!("nothing is in effect: there is no open incident in {folder}\n")
    } else {
        format!("there is no open incident in {folder}\n")
    };
    let words = if format.is_for_programs() { words } else { words + &in_words(&elsewhere) };
    let first = (left.is_empty() && elsewhere.is_empty() && store.names()?.is_empty()).then_some(folder);
    Ok(None { words, elsewhere: !elsewhere.is_empty(), first })
}

/// A line for each folder that is not looked into from here, and has something in effect.
fn in_words(elsewhere: &[Elsewhere]) -> String {
    let line = |other: &Elsewhere| {
        let folder = text::escape(&other.state_home.display().to_string()).into_owned();
        let (first, all) = (other.incidents.first().map_or("", String::as_str), other.incidents.join(", "));
        format!(
            "another state folder has changes in effect: {all}\n  XDG_STATE_HOME={} stampede undo {first}\n",
            text::shell_word(&folder)
        )
    };
    elsewhere.iter().map(line).collect()
}

/// The incident of that name, or the open one, or else the newest.
pub(super) fn wanted(store: &Store, name: Option<&str>) -> Result<Option<Read>, Failure> {
    match name {
        Some(name) => store.read(name).map(Some),
        None => Ok(store.current(clock::now())?),
    }
}

/// Runs `incident`.
pub async fn run(ui: &Ui, args: &Args) -> Result<Exit, Failure> {
    let store = store()?;
    match &args.command {
        Command::List { output: Format::Brief } => {
            let all = store.list()?;
            answer(ui, &all.iter().map(|one| format!("{}\n", one.name)).collect::<String>())?;
            Ok(exit_of_all(&all))
        }
        Command::List { output: Format::Table } => {
            let now = clock::now();
            let all = store.list()?;
            let lines = all.iter().map(|one| {
                line(&one.name, one.read.as_ref().map(|read| &read.incident).map_err(String::as_str), now)
            });
            let lines: String = lines.collect();
            answer(ui, &if lines.is_empty() { none(&store, Format::Table)?.words } else { lines })?;
            Ok(exit_of_all(&all))
        }
        Command::List { output } => {
            let all = store.list()?;
            let documents = all.iter().map(|one| match &one.read {
                Ok(read) => report::incident(&read.incident, &[], &read.notes),
                // What cannot be read is there all the same.
                Err(why) => json!({ "schema": report::INCIDENT, "incident": one.name, "unreadable": why }),
            });
            answer(ui, &documents.map(|document| output.one_of_many(&document)).collect::<String>())?;
            Ok(exit_of_all(&all))
        }
        Command::Show { name, output } => {
            let name = match name {
                Some(name) => Some(name.clone()),
                None => store.list()?.first().map(|newest| newest.name.clone()),
            };
            let read = name.as_deref().map(|name| store.read(name)).transpose()?;
            let shown = match (&read, output) {
                (Some(read), Format::Json | Format::Yaml) => {
                    read.notes.iter().for_each(|note| ui.say(&format!("note: {note}")));
                    read.records.iter().map(|record| output.one_of_many(record)).collect::<String>()
                }
                (Some(read), Format::Table) => {
                    format!("{}\n{}", render(&store, Some(read), &[], *output)?, timeline(&read.records))
                }
                (read, _) => render(&store, read.as_ref(), &[], *output)?,
            };
            answer(ui, &shown)?;
            Ok(read.map_or(Exit::Ok, |read| exit(&read.incident)))
        }
        Command::Close { name, leave } => close(ui, &store, name.as_deref(), *leave).await,
    }
}

fn exit_of_all(all: &[Glimpse]) -> Exit {
    let known = all.iter().filter_map(|one| one.read.as_ref().ok());
    known.map(|read| exit(&read.incident)).find(|exit| *exit != Exit::Ok).unwrap_or(Exit::Ok)
}

async fn close(ui: &Ui, store: &Store, name: Option<&str>, leave: bool) -> Result<Exit, Failure> {
    let Some(read) = wanted(store, name)? else {
        return answer(ui, &none(store, Format::Table)?.words);
    };
    let name = read.incident.name.clone();
    if read.incident.closed {
        return answer(ui, &format!("incident {name} was closed already\n"));
    }
    let left: Vec<String> = read.incident.in_effect().map(|step| step.id.clone()).collect();
    let stays = read.incident.in_effect().filter(|step| step.is_lost() || !fades(&step.change.action));
    let stays: Vec<&str> = stays.map(|step| step.id.as_str()).collect();
    if read.incident.is_uncertain() && !leave {
        let damage: Vec<String> = read.incident.hidden().map(ToString::to_string).collect();
        let message = format!("the journal of {name} is damaged: {}", damage.join("; "));
        return Err(Failure::new(FailureKind::StillInEffect, message)
            .hint("look whether all targets are as they should be, and close it with --leave"));
    }
    if !stays.is_empty() && !leave {
        let message = format!("incident {name} has changes in effect: {}", stays.join(", "));
        return Err(Failure::new(FailureKind::StillInEffect, message)
            .hint(format!("put them back with `stampede undo {name}`, or leave them with --leave")));
    }
    let env = |name: &str| std::env::var(name).ok();
    let (mut journal, notes) =
        store.hold(&name, &holder(env), argv(std::env::args()), Purpose::Change).await?;
    notes.iter().for_each(|note| ui.say(note));
    journal.append(Event::Closed { left })?;
    answer(ui, &format!("incident {name} closed\n"))
}
