//! Finds out what to look at: a `stampede.yaml` when there is one, else the environment and the clients' own files.

use std::path::PathBuf;

use crate::config::options::LoadOptions;
use crate::config::{Settings, environment, files, yaml};
use crate::error::{Failure, FailureKind};

/// Loads the settings. Targets come from the file; when it names none, or there is no file, from the environment. A source that cannot
/// be used is a note, and its target unusable.
///
/// Errors: `FailureKind::Config` for a file that cannot be used, or when nothing that names a target can be; `FailureKind::Usage`
/// when nothing names a target.
pub fn load(options: &LoadOptions<'_>) -> Result<Settings, Failure> {
    let (settings, refused) = collect(options)?;
    if settings.targets.iter().any(|target| target.unusable().is_none()) {
        return Ok(settings);
    }
    let hint = "set REDIS_URL and MYSQL_URL or DATABASE_URL (redis://host:6379, mysql://user@host/), \
                or name targets in a stampede.yaml (docs/configuration.md)";
    if !refused.is_empty() {
        return Err(Failure::new(FailureKind::Config, refused.join("\n")).hint(hint));
    }
    let mut failure = Failure::new(FailureKind::Usage, "nothing to look at: no target is configured");
    let told: Vec<_> = settings.sources.iter().chain(&settings.notes).map(String::as_str).collect();
    if !told.is_empty() {
        failure.message = format!("{} ({})", failure.message, told.join("; "));
    }
    Err(failure.hint(hint))
}

/// The same for who needs no target: thresholds, patterns, facts.
pub fn load_any(options: &LoadOptions<'_>) -> Result<Settings, Failure> {
    collect(options).map(|(settings, _)| settings)
}

/// The settings, and why what named a target could not be used.
fn collect(options: &LoadOptions<'_>) -> Result<(Settings, Vec<String>), Failure> {
    let mut settings = match find(options)? {
        Some(path) => yaml::load(&path, options)?,
        None => Settings::default(),
    };
    let mut refused = Vec::new();
    if settings.targets.is_empty() {
        refused = environment::add(&mut settings, options);
    } else if let Some(unused) = environment::unused(options) {
        settings.sources.push(format!("not used, as the file names the targets: {unused}"));
    }
    Ok((settings, refused))
}

/// The first configuration file of the search order. One that was asked for by name must exist.
fn find(options: &LoadOptions<'_>) -> Result<Option<PathBuf>, Failure> {
    if let Some(path) = &options.config {
        return Ok(Some(options.cwd.join(path)));
    }
    if let Some(path) = options.var("STAMPEDE_CONFIG") {
        return Ok(Some(files::resolve(&path, &options.cwd, options.home.as_deref())));
    }
    for folder in options.folders() {
        let path = folder.join("stampede.yaml");
        match path.try_exists() {
            Ok(true) => return Ok(Some(path)),
            Ok(false) => {}
            Err(error) => return Err(files::unreadable(&path, &files::reason(&error))),
        }
    }
    Ok(None)
}
