//! `stampede undo`: put back what is still in effect, newest first.

use crate::cli::acting::{Options, runner as runner_of, store};
use crate::cli::incident::{none, wanted};
use crate::cli::{Global, answer, complete, load};
use crate::error::{Failure, FailureKind};
use crate::event::{Hides, Incident};
use crate::exit::Exit;
use crate::runner::{Newer, Runner, Stop};
use crate::text;
use crate::ui::Ui;

/// Put back what is still in effect, newest first.
///
/// Works from the journal alone: from another process, after a crash, and where
/// nothing can be recorded (a full disk), which it says. A value that is not
/// ours any more is shown (before, ours, now) and asks for the target's name; of
/// a record that is damaged nothing is written, and what can be read of it is
/// shown. Never waits for the hit ratio: it is the emergency brake.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede undo
  stampede undo --step maxclients --yes
  stampede undo 2026-11-24-0307z --dry-run")]
pub struct Args {
    /// The incident [default: the open one].
    #[arg(add = complete::incidents())]
    name: Option<String>,
    /// Only this step.
    #[arg(long, value_name = "ID", add = complete::in_effect())]
    step: Option<String>,
    /// Put back also what a safety rule would rather leave.
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    options: Options,
}

/// Runs `undo`.
pub async fn run(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    let store = store()?;
    let named = args.name.clone().or_else(|| args.options.incident_name());
    let Some(read) = wanted(&store, named.as_deref())? else {
        let none = none(&store, args.options.format())?;
        answer(ui, &none.words)?;
        return Ok(if none.elsewhere { Exit::StillInEffect } else { Exit::Ok });
    };
    let name = read.incident.name.clone();
    if let Some(id) = &args.step
        && read.incident.step(id).is_none()
    {
        let ids: Vec<&str> = read.incident.steps.iter().map(|step| step.id.as_str()).collect();
        return Err(Failure::new(
            FailureKind::Usage,
            format!("incident {name} has no step {}", text::escape(id)),
        )
        .hint(match text::nearest_part(id, ids.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? Then: stampede undo {name} --step {near}"),
            None => format!("there are: {}", ids.join(", ")),
        }));
    }
    // Targets that are not configured any more are found by their names at their steps.
    let settings = load(global)?;
    let mut runner = runner_of(ui, global, settings, &args.options.to_undo(&name), stop.clone()).await?;
    let undone = if args.options.is_dry_run() {
        runner.show_undo(&name, args.step.as_deref()).await?
    } else {
        let unasked = first_elsewhere(ui, global, args, &mut runner, stop.clone()).await?;
        let mut undone = runner.undo(args.step.as_deref(), args.anyway).await?;
        undone.unanswered |= unasked;
        undone
    };
    if stop.asked() && !undone.left.is_empty() {
        ui.say(&format!("still in effect: {}; put back with: stampede undo {name}", undone.left.join(", ")));
    }
    let others = store.others(&name)?;
    others.unread.iter().for_each(|unread| ui.say(unread));
    for other in others.in_effect {
        ui.say(&format!("incident {other} has changes in effect too: stampede undo {other}"));
    }
    if let Some(why) = runner.unrecorded() {
        ui.say(&why);
    }
    // Behind a damage there may be a change that nobody knows of.
    let uncertain = read.incident.is_uncertain();
    if uncertain {
        ui.say(&format!("the journal of {name} is damaged: {}", unknown(&read.incident)));
        ui.say("look at all targets by hand; then: stampede incident close --leave");
    }
    if undone.complete.is_empty() && undone.left.is_empty() && !uncertain {
        let words = format!("nothing to put back: nothing of incident {name} is in effect");
        if !args.options.format().is_for_programs() {
            return answer(ui, &format!("{words}\n"));
        }
        ui.say(&words);
        return Ok(Exit::Ok);
    }
    Ok(match () {
        () if stop.asked() => Exit::Interrupted,
        () if args.options.is_dry_run() && read.incident.hidden().next().is_none() => Exit::Ok,
        () if undone.left.is_empty() && !uncertain => Exit::Ok,
        () if undone.unanswered || undone.stopped => Exit::Unconfirmed,
        () => Exit::StillInEffect,
    })
}

/// Puts back first what other incidents have changed later, of the same things, where that is agreed to. Returns whether
/// nobody was there to answer.
async fn first_elsewhere(
    ui: &Ui,
    global: &Global,
    args: &Args,
    runner: &mut Runner,
    stop: Stop,
) -> Result<bool, Failure> {
    for newer in runner.changed_since(args.step.as_deref()).await {
        let Newer { incident: Some(incident), step, summary, target, after } = newer else { continue };
        let question = format!(
            "incident {incident} changed the same after {after} ({step}: {summary}), and that is in effect. \
             Put {step} back first?"
        );
        match runner.agrees(&question, &target).await {
            Some(true) => {}
            Some(false) => return Ok(true),
            None => {
                ui.say(&format!("{question} Nobody was there to answer; answer with --confirm {target}"));
                return Ok(true);
            }
        }
        let options = args.options.to_undo(&incident);
        let mut other = runner_of(ui, global, load(global)?, &options, stop.clone()).await?;
        other.undo(Some(&step), args.anyway).await?;
    }
    Ok(false)
}

/// The damages behind which there may be a change.
fn unknown(incident: &Incident) -> String {
    let hidden = incident.hidden().filter(|damage| damage.hides == Hides::Perhaps);
    hidden.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
