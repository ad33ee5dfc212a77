//! The command line that is being typed.

use std::ffi::OsString;

use clap::{ArgMatches, FromArgMatches as _};

use crate::action::Phase;
use crate::cli::{self, Global};
use crate::ui::called;

/// The words from the program's name to the one that is being typed.
pub(super) fn words() -> Vec<OsString> {
    let mut all = std::env::args_os();
    if all.next().is_some_and(|program| called::completes_plugin(&program)) {
        return std::iter::once("stampede".into()).chain(all).collect();
    }
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    if words.is_empty() { vec!["stampede".into(), OsString::new()] } else { words }
}

/// The same with each option and its value in one word: a target may be called like a command, and would be taken for it. None
/// within a hidden command, which is for us and not for a person.
pub(super) fn joined(command: &clap::Command, words: Vec<OsString>) -> Option<Vec<OsString>> {
    let mut command = command;
    let mut out: Vec<OsString> = Vec::new();
    let mut words = words.into_iter().peekable();
    out.extend(words.next());
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        if text == "--" {
            out.push(word);
            out.extend(words);
            return Some(out);
        }
        let takes = command.get_arguments().find(|arg| {
            let long = text.strip_prefix("--").is_some_and(|long| arg.get_long() == Some(long));
            let short = arg.get_short().is_some_and(|short| text == format!("-{short}"));
            (long || short) && arg.get_num_args().is_some_and(|count| count.takes_values())
        });
        if let Some(sub) = command.find_subcommand(text).filter(|_| words.peek().is_some()) {
            command = (!sub.is_hide_set()).then_some(sub)?;
        }
        // The last word is what is asked about, and stands alone.
        match (takes, words.next_if(|_| takes.is_some())) {
            (Some(_), Some(value)) if words.peek().is_some() => {
                let mut whole = word.clone();
                whole.push(if text.starts_with("--") { "=" } else { "" });
                whole.push(value);
                out.push(whole);
            }
            (_, value) => {
                out.push(word);
                out.extend(value);
            }
        }
    }
    Some(out)
}

/// What stands on the command line already, read as the command would read it. What is wrong or missing is passed over.
pub(super) struct Given {
    levels: Vec<ArgMatches>,
    phases: Vec<Phase>,
}

impl Given {
    pub(super) fn read() -> Self {
        let mut command = cli::command().ignore_errors(true);
        let mut levels: Vec<ArgMatches> = command.try_get_matches_from_mut(words()).into_iter().collect();
        let name = levels.first().and_then(ArgMatches::subcommand_name).unwrap_or_default().to_owned();
        while let Some((_, inner)) = levels.last().and_then(ArgMatches::subcommand) {
            levels.push(inner.clone());
        }
        let all = Phase::ALL.iter().copied().filter(|phase| *phase != Phase::Detect);
        let phases = all.filter(|phase| phase.name() == name || name == "run").collect();
        Self { levels, phases }
    }

    /// Where configuration is, and which cluster.
    pub(super) fn global(&self) -> Option<Global> {
        Global::from_arg_matches(self.levels.first()?).ok()
    }

    /// The value of the argument of that id.
    pub(super) fn text(&self, id: &str) -> Option<&str> {
        let value = |level: &'_ ArgMatches| level.try_get_one::<String>(id).ok().flatten().is_some();
        let level = self.levels.iter().rev().find(|level| value(level))?;
        level.try_get_one::<String>(id).ok().flatten().map(String::as_str)
    }

    /// The phases that the command runs.
    pub(super) fn phases(&self) -> &[Phase] {
        &self.phases
    }
}
