//! The words after a phase, made from the tables of the actions: subcommands, options, and what was given.

use clap::{Arg, ArgAction, ArgMatches};

use crate::action::field::{Arguments, Field, Given, Type, Value};
use crate::action::{ACTIONS, Phase, Spec};
use crate::cli::complete;
use crate::error::{Failure, FailureKind};

/// The words after a phase, in the order of the registry.
pub(super) fn words_of(phase: Phase) -> Vec<&'static str> {
    let mut words: Vec<&str> = Vec::new();
    for spec in ACTIONS.iter().filter(|spec| spec.phase == phase) {
        if !words.contains(&spec.command) {
            words.push(spec.command);
        }
    }
    words
}

/// The actions of a word: one for each kind of target that has it.
pub(super) fn specs(phase: Phase, word: &str) -> Vec<&'static Spec> {
    ACTIONS.iter().copied().filter(|spec| spec.phase == phase && spec.command == word).collect()
}

/// The subcommand of a word, made from the tables of its actions.
pub(super) fn subcommand(specs: &[&'static Spec]) -> clap::Command {
    let Some(first) = specs.first() else { return clap::Command::new("none") };
    let help = match specs {
        [one] => one.help.to_owned(),
        several => {
            let each = several.iter().map(|spec| format!("{}: {}", spec.kind.name(), spec.help));
            each.collect::<Vec<_>>().join("\n\n")
        }
    };
    let command = clap::Command::new(first.command)
        .about(first.summary)
        .long_about(format!("{}.\n\n{help}", capital(first.summary)))
        .after_help(format!("Example: {}", first.example));
    fields(specs).into_iter().fold(command, |command, (field, kinds)| {
        let demands =
            |spec: &&&Spec| spec.fields.iter().any(|other| other.name == field.name && other.required);
        let required = specs.iter().filter(demands).count() == specs.len();
        let help = match kinds.as_slice() {
            [kind] if specs.len() > 1 => format!("{} ({kind})", field.help),
            _ => field.help.to_owned(),
        };
        let arg = Arg::new(field.name).help(help).required(required);
        let ty = field.ty;
        let arg = match field.given {
            Given::Flag(flag) => arg.long(flag),
            Given::Positional => arg,
        };
        let arg = match ty {
            Type::Switch => arg.action(ArgAction::SetTrue),
            Type::List if field.given == Given::Positional => arg.action(ArgAction::Append).num_args(1..),
            Type::List => arg.action(ArgAction::Append),
            _ => arg.action(ArgAction::Set),
        };
        let arg = match ty {
            Type::Choice(words) => arg.add(complete::one_of(words)),
            _ => arg,
        };
        let arg = match ty {
            Type::Switch => arg,
            _ => arg.value_name(placeholder(field.name, ty)).value_parser(move |text: &str| ty.parse(text)),
        };
        command.arg(arg)
    })
}

/// All fields of these actions, each once, with the kinds of target that have it.
fn fields(specs: &[&'static Spec]) -> Vec<(&'static Field, Vec<&'static str>)> {
    let mut all: Vec<(&'static Field, Vec<&'static str>)> = Vec::new();
    for spec in specs {
        for field in spec.fields {
            match all.iter_mut().find(|(known, _)| known.name == field.name) {
                Some((_, kinds)) => kinds.push(spec.kind.name()),
                None => all.push((field, vec![spec.kind.name()])),
            }
        }
    }
    all
}

fn placeholder(name: &str, ty: Type) -> String {
    match ty {
        Type::Whole(..) => "N".into(),
        Type::Size(..) => "SIZE".into(),
        Type::Duration(..) | Type::Age(..) => "TIME".into(),
        Type::List => name.trim_end_matches('s').to_uppercase(),
        _ => name.to_uppercase(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The fields that were given on the command line.
pub(super) fn given(specs: &[&'static Spec], matches: &ArgMatches) -> Result<Arguments, clap::Error> {
    let mut with = Arguments::default();
    for (field, _) in fields(specs) {
        let value = match field.ty {
            Type::Switch => matches.get_flag(field.name).then_some(Value::Switch(true)),
            Type::List => {
                let given = matches.get_many::<Value>(field.name).into_iter().flatten();
                let texts: Vec<String> = given
                    .flat_map(|value| match value {
                        Value::List(texts) => texts.clone(),
                        other => vec![other.to_string()],
                    })
                    .collect();
                (!texts.is_empty()).then_some(Value::List(texts))
            }
            _ => matches.get_one::<Value>(field.name).cloned(),
        };
        if let Some(value) = value {
            with.set(field.name, value);
        }
    }
    // What several kinds have is checked when it is known which one is meant.
    if let [one] = specs {
        one.action.check(&with).map_err(|error| {
            subcommand(specs)
                // With the usage of the action, not of the whole program.
                .bin_name(format!("stampede {} {}", one.phase.name(), one.command))
                .error(clap::error::ErrorKind::ValueValidation, error)
        })?;
    }
    Ok(with)
}

/// Whether what was given is meant for this action. Errors: a field that it does not have (exit 64).
pub(super) fn fits(spec: &Spec, with: &Arguments) -> Result<(), Failure> {
    let unknown =
        with.iter().map(|(name, _)| name).find(|name| !spec.fields.iter().any(|field| field.name == *name));
    if let Some(name) = unknown {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("{name} is nothing for a {} target", spec.kind.name()),
        ));
    }
    spec.action.check(with).map_err(|error| Failure::new(FailureKind::Usage, error.to_string()))
}
