//! What `stampede detect` looks at.

use std::time::Duration;

use crate::cli::detect::{Args, PartArgs};
use crate::cli::{Global, load, with_load_options};
use crate::config::{
    Containers, KubernetesTarget, LogTarget, PodLogs, Settings, Target, TargetSpec, load_any,
};
use crate::error::{Failure, FailureKind};
use crate::observation::Kind;
use crate::probe::database::{Replicas, replicas};
use crate::system::Dialling;
use crate::text;
use crate::ui::Ui;

/// What is measured: what is configured, or what the command line names. Errors: there is nothing to measure.
pub(super) fn settings(global: &Global, args: &Args) -> Result<Settings, Failure> {
    if let Some(PartArgs::Logs { files, selector, container, all_containers, .. }) = &args.part
        && (!files.is_empty() || selector.is_some())
    {
        // Files on the command line need no configuration; patterns are taken from it when there is one.
        let configured = with_load_options(global, load_any).ok().unwrap_or_default();
        let patterns = configured
            .targets
            .iter()
            .find_map(|target| match &target.spec {
                TargetSpec::Logs(logs) => Some(logs.patterns.clone()),
                _ => None,
            })
            .unwrap_or_default();
        let pods = match selector {
            Some(selector) => Some(PodLogs {
                cluster: cluster(&load(global)?)?,
                selector: selector.clone(),
                containers: match container {
                    Some(name) => Containers::Named(name.clone()),
                    None if *all_containers => Containers::All,
                    None => Containers::Default,
                },
            }),
            None => None,
        };
        let spec = TargetSpec::Logs(LogTarget { paths: files.clone(), patterns, pods });
        let target = Target { name: "logs".into(), spec };
        return Ok(Settings {
            targets: vec![target],
            thresholds: configured.thresholds,
            sources: vec!["logs: command line".into()],
            ..Settings::default()
        });
    }
    let mut settings = load(global)?;
    let wanted: Option<(&str, &[Kind])> = match &args.part {
        None => None,
        Some(PartArgs::Cache | PartArgs::Hotkeys | PartArgs::Ttl) => Some(("redis", &[Kind::Redis])),
        Some(PartArgs::Database) => Some(("database", &[Kind::Mysql, Kind::Postgres, Kind::Pgbouncer])),
        Some(PartArgs::Logs { .. }) => Some(("log", &[Kind::Logs])),
    };
    if let Some((words, kinds)) = wanted {
        settings.targets.retain(|target| kinds.contains(&target.kind()));
        if settings.targets.is_empty() {
            return Err(Failure::new(FailureKind::Usage, format!("no {words} target is configured"))
                .hint("see what is in use: stampede config show"));
        }
    }
    Ok(settings)
}

/// The replicas of the database that is called so. Errors: there is none; it cannot be asked.
pub(super) async fn replicas_of(
    ui: &Ui,
    name: &str,
    targets: &[Target],
    timeout: Duration,
) -> Result<Replicas, Failure> {
    let databases = targets.iter().filter(|target| matches!(target.kind(), Kind::Mysql | Kind::Postgres));
    let Some(primary) = databases.clone().find(|target| target.name == name) else {
        let names: Vec<&str> = databases.map(|target| target.name.as_str()).collect();
        let message = format!("there is no database called {}", text::escape(name));
        return Err(
            Failure::new(FailureKind::Usage, message).hint(format!("there are: {}", names.join(", ")))
        );
    };
    if let Some(refusal) = primary.refusal() {
        return Err(refusal);
    }
    let found = replicas(primary, targets, &Dialling::silent(timeout, timeout)).await.map_err(|error| {
        let hint = error.hint.clone();
        let cause = anyhow::Error::new(error).context(format!("cannot ask {name} for its replicas"));
        Failure { hint, ..Failure::because(FailureKind::Unmeasured, cause) }
    })?;
    found.notes.iter().for_each(|note| ui.aside(&format!("note: {note}")));
    Ok(found)
}

/// The one cluster that is configured. Errors: there is none, or more than one.
fn cluster(settings: &Settings) -> Result<KubernetesTarget, Failure> {
    let all = settings.targets.iter().filter_map(|target| match &target.spec {
        TargetSpec::Kubernetes(cluster) => Some((&target.name, cluster)),
        _ => None,
    });
    match all.collect::<Vec<_>>()[..] {
        [(_, cluster)] => Ok(cluster.clone()),
        [] => Err(Failure::new(FailureKind::Usage, "there is no Kubernetes cluster to read logs from")
            .hint("set KUBECONFIG, or name one in a stampede.yaml")),
        ref several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
            Err(Failure::new(FailureKind::Usage, "there is more than one Kubernetes cluster")
                .hint(format!("say which one: --target NAME; there are: {}", names.join(", "))))
        }
    }
}
