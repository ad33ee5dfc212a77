//! A step whose record in the journal is damaged: what can be read of it, and what to type by hand. Nothing of it is sent.

use crate::action;
use crate::config::Target;
use crate::event::Step;
use crate::runner::restore::undo_typed;

/// What an operator needs to put back by hand what this program cannot.
pub(super) fn damaged(step: &Step, target: Option<&Target>) -> String {
    let lines: Vec<String> = step.torn.iter().map(|torn| torn.line.to_string()).collect();
    let (lines, plural) = (lines.join(", "), if lines.len() == 1 { "" } else { "s" });
    let mut words = vec![match step.is_lost() {
        true => format!(
            "{} may be in effect, and its record is damaged (line{plural} {lines} of the journal): nothing of it is put back from there",
            step.id
        ),
        false => format!(
            "{}: a part of its record is damaged (line{plural} {lines} of the journal): that part is not put back",
            step.id
        ),
    }];
    if step.is_lost() {
        words.push("What can be read of it, which may be wrong:".into());
    }
    if step.is_lost() && !step.change.action.is_empty() {
        let (change, subject) = (&step.change, &step.change.subject);
        words.push(format!("  {}, on {} ({})", change.summary, subject.name, subject.address));
        words.push(format!("  its undo: {}", change.back));
    }
    words.extend(step.torn.iter().flat_map(|torn| &torn.words).map(|word| format!("  {word}")));
    let spec = action::by_name(&step.change.action);
    let parts = step.torn.iter().flat_map(|torn| &torn.parts);
    let commands = parts.flat_map(|part| spec.map(|spec| undo_typed(spec, part, target)).unwrap_or_default());
    let mut commands: Vec<String> = commands.collect();
    if commands.is_empty() {
        let (_, back) = spec.map(|spec| spec.by_hand.filled(&|_| None)).unwrap_or_default();
        commands.extend(back.into_iter().map(|command| format!("  {command}")));
    }
    if !commands.is_empty() {
        words.push("By hand, after a look at what is there now; the values may be what is damaged:".into());
        words.extend(commands);
    }
    words.push("When it is done: stampede incident close --leave".into());
    words.join("\n")
}
