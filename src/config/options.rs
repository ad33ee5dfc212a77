//! Where settings are looked for.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::config::url::bare;

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

    /// The same without what got around it on its way, for what is no secret.
    pub(super) fn address(&self, name: &str) -> Option<String> {
        self.var(name).map(|value| bare(&value).to_owned()).filter(|value| !value.is_empty())
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

    /// The files of one kind in those folders, `playbooks/NAME.yaml`: the first folder first, by name in each.
    pub(crate) fn files(&self, kind: &str) -> Vec<PathBuf> {
        let mut all = Vec::new();
        for folder in self.folders() {
            // A folder that is not there, or that we may not read, has none for us.
            let entries = std::fs::read_dir(folder.join(kind)).into_iter().flatten().flatten();
            let mut files: Vec<PathBuf> = entries
                .map(|entry| entry.path())
                .filter(|path| path.extension() == Some(OsStr::new("yaml")) && path.is_file())
                .collect();
            files.sort();
            all.extend(files);
        }
        all
    }

    /// Who we are when no account is named, as the database clients have it.
    pub(super) fn login(&self) -> Option<String> {
        self.var("USER").or_else(|| self.var("LOGNAME"))
    }
}
