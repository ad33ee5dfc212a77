//! Completion at the prompt: the script of a shell asks this program what can follow, and the answer comes from what is there now.
//!
//! An answer prints no error, writes nothing and speaks to no server. What takes too long is no answer.

mod line;
mod names;
mod script;

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::panic;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use clap_complete::CompletionCandidate;
use clap_complete::engine::complete;

use crate::cli;
use crate::exit::Exit;
use crate::text;
use crate::ui::{Ui, called};

pub(super) use names::{
    contexts, facts, files, incidents, inputs, namespaces, playbooks, scenarios, steps, targets,
};
pub(super) use names::{databases, in_effect, one_of};
pub(super) use script::script;

/// The scripts set it to the name of their shell. The words after `--` are those of the command line, the last one is being typed.
/// A script may be older than the program: what is asked, and the form of the answer, stay as they are.
const ASKED: &str = "_STAMPEDE_COMPLETE";
/// What kubectl runs for the words after `kubectl stampede`, with these words alone. It reads what the `__complete` of its own
/// commands would print (<https://github.com/spf13/cobra>, `ShellCompDirective`).
const KUBECTL: &str = "kubectl";
/// What stands in the last line of that: no names of files beside the offers, and no space after the only one that fits.
const NO_FILES: u8 = 4;
const NO_SPACE: u8 = 2;
/// Longest wait for an answer. A configuration that is a pipe, or a dead network drive, must not hold up the prompt.
const PATIENCE: Duration = Duration::from_secs(3);
/// A nested condition of a playbook takes more than a thread usually has.
const STACK: usize = 16 << 20;

/// Answers a script; none when none has asked.
pub(super) fn answered(ui: &Ui) -> Option<Exit> {
    let for_kubectl = std::env::args_os().next().is_some_and(|program| called::completes_plugin(&program));
    let asked = if for_kubectl { Some(KUBECTL.into()) } else { std::env::var_os(ASKED) };
    let shell = asked.filter(|shell| !shell.is_empty())?;
    // Whatever goes wrong, the prompt stays as it is.
    panic::set_hook(Box::new(|_| {}));
    let (send, receive) = mpsc::channel();
    let asked = thread::Builder::new().stack_size(STACK).spawn(move || send.send(offers(&shell)));
    let text = asked.ok().and_then(|_| receive.recv_timeout(PATIENCE).ok()).unwrap_or_default();
    // Nobody is left to be told when standard output is closed.
    _ = ui.answer(&text);
    Some(Exit::Ok)
}

/// What can stand in place of the last word, one a line: after a tab comes the help, for shells that show it.
fn offers(shell: &OsStr) -> String {
    let mut command = cli::command();
    command.build();
    let Some(words) = line::joined(&command, line::words()) else { return String::new() };
    let typed = words.last().cloned().unwrap_or_default();
    let at = words.len().saturating_sub(1);
    let here = std::env::current_dir().ok();
    let all = complete(&mut command, words, at, here.as_deref()).unwrap_or_default();
    let helps = shell != "bash" && shell != "elvish";
    let all = wanted(all, &typed);
    let mut out = all.iter().fold(String::new(), |mut out, offer| {
        _ = write!(out, "{}", offer.get_value().to_string_lossy());
        let help = offer.get_help().map(ToString::to_string).unwrap_or_default();
        if let Some(help) = help.lines().next().filter(|help| helps && !help.is_empty()) {
            _ = write!(out, "\t{}", text::escape(help));
        }
        out.push('\n');
        out
    });
    if shell == KUBECTL {
        let goes_on = |offer: &CompletionCandidate| offer.get_value().to_string_lossy().ends_with(['=', '/']);
        let space = if all.iter().any(goes_on) { NO_SPACE } else { 0 };
        _ = writeln!(out, ":{}", NO_FILES | space);
    }
    out
}

/// What of all that fits is offered.
fn wanted(mut all: Vec<CompletionCandidate>, typed: &OsString) -> Vec<CompletionCandidate> {
    // A hidden command or option is for us, not for a person; of files, a hidden one is offered once its dot is typed.
    all.retain(|offer| !offer.is_hide_set() || offer.get_id().is_none());
    // A terminal would obey what a stranger has put into the name of a file.
    all.retain(|offer| !offer.get_value().to_string_lossy().contains(char::is_control));
    let option = |offer: &CompletionCandidate| {
        let value = offer.get_value();
        value != "-" && value.as_encoded_bytes().starts_with(b"-")
    };
    // Names before options, which are offered once a dash is typed.
    if typed.is_empty() && !all.iter().all(option) {
        all.retain(|offer| !option(offer));
    }
    all
}
