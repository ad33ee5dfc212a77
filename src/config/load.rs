//! Finds out what to look at: a `stampede.yaml` when there is one, else the environment and the clients' own files.

use std::path::{Path, PathBuf};

use crate::config::{Settings, environment, files, yaml};
use crate::error::{Failure, FailureKind};

/// Looks up an environment variable.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where to look; all of it given, so that tests see only what they set up.
#[derive(Clone)]
pub struct LoadOptions<'a> {
    /// The file named on the command line.
    pub config: Option<PathBuf>,
    /// The environment.
    pub env: Env<'a>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The current folder.
    pub cwd: PathBuf,
}

impl LoadOptions<'_> {
    /// A variable that is set and not empty.
    pub(super) fn var(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// The folders that are searched for our files, the first one first.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let folder = self
            .var("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
            .or_else(|| self.home.as_ref().map(|home| home.join(".config")));
        let folders = [
            Some(self.cwd.clone()),
            folder.map(|folder| folder.join("stampede")),
            Some("/etc/stampede".into()),
        ];
        folders.into_iter().flatten().collect()
    }

    /// Who we are when no account is named, as the database clients have it.
    pub(super) fn login(&self) -> Option<String> {
        self.var("USER").or_else(|| self.var("LOGNAME"))
    }
}

/// Loads the settings. Targets come from the file; when it names none, or there is no file, from the environment.
///
/// Errors: `FailureKind::Config` for a file or variable that cannot be used; `FailureKind::Usage` when nothing names a target.
pub fn load(options: &LoadOptions<'_>) -> Result<Settings, Failure> {
    let mut settings = match find(options)? {
        Some(path) => yaml::load(&path, options)?,
        None => Settings::default(),
    };
    if settings.targets.is_empty() {
        environment::add(&mut settings, options)?;
    } else if let Some(unused) = environment::unused(options) {
        settings.sources.push(format!("not used, as the file names the targets: {unused}"));
    }
    if settings.targets.is_empty() {
        let mut failure = Failure::new(FailureKind::Usage, "nothing to look at: no target is configured");
        if !settings.sources.is_empty() {
            failure.message = format!("{} ({})", failure.message, settings.sources.join("; "));
        }
        return Err(failure.hint(
            "set REDIS_URL and MYSQL_URL or DATABASE_URL (redis://host:6379, mysql://user@host/), \
             or name targets in a stampede.yaml (docs/configuration.md)",
        ));
    }
    Ok(settings)
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
            Err(error) => return Err(unreadable(&path, &files::reason(&error))),
        }
    }
    Ok(None)
}

/// The failure of a file that cannot be read.
pub(super) fn unreadable(path: &Path, why: &str) -> Failure {
    Failure::new(FailureKind::Config, format!("cannot read {}: {why}", path.display()))
}
