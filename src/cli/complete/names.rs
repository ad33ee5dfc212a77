//! The names that an argument can have: found by the same loaders that the commands use. What cannot be read has no names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};

use crate::cli::acting::store;
use crate::cli::complete::line::Given;
use crate::cli::incident::wanted;
use crate::cli::with_load_options;
use crate::config::{Facts, KubernetesTarget, Settings, TargetSpec, load_any};
use crate::drill::scenario;
use crate::journal::Glimpse;
use crate::observation::Kind;
use crate::playbook::{self, DEFAULT, Playbook, search};
use crate::runner::Pick;
use crate::system::kubernetes::{Context, contexts as of_kubeconfig};

fn offer(name: impl Into<String>, help: impl Into<String>) -> CompletionCandidate {
    CompletionCandidate::new(name.into()).help(Some(help.into().into()))
}

fn one_word(names: fn(&Given) -> Vec<CompletionCandidate>) -> ArgValueCandidates {
    ArgValueCandidates::new(move || names(&Given::read()))
}

fn settings(given: &Given) -> Settings {
    let read = |global| with_load_options(&global, load_any).ok();
    given.global().and_then(read).unwrap_or_default()
}

/// Targets, with their kinds.
pub(in crate::cli) fn targets() -> ArgValueCandidates {
    one_word(|given| of_kinds(given, |_| true))
}

/// Targets that are databases.
pub(in crate::cli) fn databases() -> ArgValueCandidates {
    one_word(|given| of_kinds(given, |kind| matches!(kind, Kind::Mysql | Kind::Postgres)))
}

fn of_kinds(given: &Given, wanted: fn(Kind) -> bool) -> Vec<CompletionCandidate> {
    let targets = settings(given).targets;
    let targets = targets.iter().filter(|target| wanted(target.kind()));
    targets
        .map(|target| {
            let state = if target.unusable().is_some() { ", cannot be used" } else { "" };
            offer(&target.name, format!("{}{state}", target.kind().name()))
        })
        .collect()
}

/// Words of a fixed list.
pub(in crate::cli) fn one_of(words: &'static [&'static str]) -> ArgValueCandidates {
    ArgValueCandidates::new(move || words.iter().map(CompletionCandidate::new).collect())
}

/// Playbooks by name, and files.
pub(in crate::cli) fn playbooks() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let given = Given::read();
        let found = given.global().map(|global| with_load_options(&global, search)).unwrap_or_default();
        let named = found.into_iter().filter(|found| found.hidden.is_none());
        let mut offers: Vec<CompletionCandidate> = named
            .map(|found| offer(found.name, found.playbook.map_or("cannot be used".into(), |it| it.summary)))
            .filter(|offer| begins(offer, typed))
            .collect();
        offers.extend(PathCompleter::file().filter(is_yaml).complete(typed));
        offers
    })
}

/// Scenarios by name, and files.
pub(in crate::cli) fn scenarios() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let given = Given::read();
        let found = given.global().map(|global| with_load_options(&global, scenario::search));
        let named = found.unwrap_or_default().into_iter().filter(|found| found.hidden.is_none());
        let summary = |found: &scenario::Found| match &found.loaded {
            Ok(loaded) => loaded.scenario.summary.clone(),
            Err(_) => "cannot be used".into(),
        };
        let mut offers: Vec<CompletionCandidate> = named
            .map(|found| offer(&found.name, summary(&found)))
            .filter(|offer| begins(offer, typed))
            .collect();
        offers.extend(PathCompleter::file().filter(is_yaml).complete(typed));
        offers
    })
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}

/// Files of any kind; `-` is standard input.
pub(in crate::cli) fn files() -> ArgValueCompleter {
    ArgValueCompleter::new(PathCompleter::file().stdio())
}

fn begins(offer: &CompletionCandidate, typed: &OsStr) -> bool {
    offer.get_value().as_encoded_bytes().starts_with(typed.as_encoded_bytes())
}

/// The playbook that the command line names.
fn chosen(given: &Given) -> Option<Playbook> {
    let name = given.text("playbook").filter(|name| !name.is_empty()).unwrap_or(DEFAULT);
    with_load_options(&given.global()?, |options| playbook::load(name, options)).ok()
}

/// Steps of the phases of the playbook that the command runs.
pub(in crate::cli) fn steps() -> ArgValueCandidates {
    one_word(|given| {
        let Some(playbook) = chosen(given) else { return Vec::new() };
        let summary = |id: &str| playbook.steps().find(|step| step.id == id).map(|step| step.act.summary);
        let ids = Pick::names(&playbook.stages, given.phases());
        ids.into_iter().map(|id| offer(id, summary(id).unwrap_or_default())).collect()
    })
}

/// Inputs of the playbook, and the values that are known to fit one.
pub(in crate::cli) fn inputs() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        let Some(playbook) = chosen(&Given::read()) else { return Vec::new() };
        let named = typed.to_str().and_then(|typed| Some(typed.split_once('=')?.0.to_owned()));
        let inputs = playbook.inputs.iter();
        let mut offers: Vec<CompletionCandidate> = match named {
            None => inputs.map(|input| offer(format!("{}=", input.name), &input.help)).collect(),
            Some(name) => inputs
                .filter(|input| input.name == name)
                .flat_map(|input| playbook.values(input))
                .map(|value| CompletionCandidate::new(format!("{name}={value}")))
                .collect(),
        };
        offers.retain(|offer| begins(offer, typed));
        offers
    })
}

/// Facts about the application.
pub(in crate::cli) fn facts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        Facts::NAMES.iter().map(|name| CompletionCandidate::new(format!("{name}="))).collect()
    })
}

/// Incidents, the newest first.
pub(in crate::cli) fn incidents() -> ArgValueCandidates {
    one_word(|_| {
        let all = store().ok().and_then(|store| store.list().ok()).unwrap_or_default();
        all.into_iter()
            .map(|one| {
                let state = state(&one);
                offer(one.name, state)
            })
            .collect()
    })
}

fn state(one: &Glimpse) -> String {
    match one.read.as_ref().map(|read| (read.incident.closed, read.incident.in_effect().count())) {
        Ok((true, 0)) => "closed".into(),
        Ok((false, 0)) => "open, nothing in effect".into(),
        Ok((_, 1)) => "1 change in effect".into(),
        Ok((_, count)) => format!("{count} changes in effect"),
        Err(_) => "cannot be read".into(),
    }
}

/// Steps of the incident that are in effect.
pub(in crate::cli) fn in_effect() -> ArgValueCandidates {
    one_word(|given| {
        let named = given.text("name").or_else(|| given.text("incident"));
        let read = store().and_then(|store| wanted(&store, named));
        let Some(read) = read.ok().flatten() else { return Vec::new() };
        read.incident.in_effect().map(|step| offer(&step.id, &step.change.summary)).collect()
    })
}

/// Contexts of the kubeconfig files.
pub(in crate::cli) fn contexts() -> ArgValueCandidates {
    one_word(|given| {
        let contexts = of_clusters(&settings(given));
        contexts.into_iter().map(|context| offer(context.name, context.cluster)).collect()
    })
}

/// Namespaces that contexts and targets name. A server is not asked.
pub(in crate::cli) fn namespaces() -> ArgValueCandidates {
    one_word(|given| {
        let settings = settings(given);
        let of_contexts = of_clusters(&settings).into_iter();
        let of_contexts = of_contexts
            .filter_map(|context| Some((context.namespace?, format!("of the context {}", context.name))));
        let of_targets = settings.targets.iter().filter_map(|target| {
            Some((cluster(&target.spec)?.namespace.clone()?, format!("of the target {}", target.name)))
        });
        let mut all: Vec<(String, String)> = of_contexts.chain(of_targets).collect();
        all.sort();
        all.dedup_by(|later, first| later.0 == first.0);
        all.into_iter().map(|(name, whose)| offer(name, whose)).collect()
    })
}

fn cluster(spec: &TargetSpec) -> Option<&KubernetesTarget> {
    match spec {
        TargetSpec::Kubernetes(cluster) => Some(cluster),
        TargetSpec::Logs(logs) => logs.pods.as_ref().map(|pods| &pods.cluster),
        _ => None,
    }
}

/// The contexts in the files of all clusters.
fn of_clusters(settings: &Settings) -> Vec<Context> {
    let clusters = settings.targets.iter().filter_map(|target| cluster(&target.spec));
    let mut files: Vec<PathBuf> = Vec::new();
    for file in clusters.flat_map(|cluster| &cluster.kubeconfig) {
        if !files.contains(file) {
            files.push(file.clone());
        }
    }
    of_kubeconfig(&files)
}
