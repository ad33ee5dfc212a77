//! Configuration: what is picked up, what is refused and in which words, and that no secret is ever shown.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod damage;
mod dialects;
mod environment;
mod errors;
mod schema;
mod shown;
mod sources;
mod yaml;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use stampede::config::{LoadOptions, Settings, Target, TargetSpec, load};
use stampede::error::Failure;

/// A machine of its own: a home, a working folder, an environment.
pub(crate) struct Machine {
    folder: tempfile::TempDir,
    env: HashMap<String, String>,
    config: Option<PathBuf>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("home")).unwrap();
        fs::create_dir_all(folder.path().join("work")).unwrap();
        let env = HashMap::from([("USER".to_string(), "oncall".to_string())]);
        Self { folder, env, config: None }
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.env.remove(name);
        self
    }

    /// Writes a file, `home/…` or `work/…`, readable by its owner only.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(path, content, 0o600)
    }

    pub(crate) fn file_with_mode(self, path: &str, content: impl AsRef<[u8]>, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    pub(crate) fn yaml(self, content: impl AsRef<[u8]>) -> Self {
        self.file("work/stampede.yaml", content)
    }

    pub(crate) fn config(mut self, path: &str) -> Self {
        self.config = Some(path.into());
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn load(&self) -> Result<Settings, Failure> {
        load(&LoadOptions {
            config: self.config.clone(),
            env: &|name| self.env.get(name).cloned(),
            home: Some(self.path().join("home")),
            cwd: self.path().join("work"),
        })
    }

    /// Loads what must be good.
    pub(crate) fn settings(&self) -> Settings {
        self.load().unwrap_or_else(|failure| panic!("{failure}\n{:?}", failure.hint))
    }

    /// The words about what must be bad, with the temp folder called `T`.
    pub(crate) fn error(&self) -> String {
        let failure = self.load().expect_err("this configuration must be refused");
        assert_eq!(failure.kind, stampede::error::FailureKind::Config, "{failure}");
        failure.message.replace(&*self.path().to_string_lossy(), "T")
    }

    /// Where the settings came from, with the temp folder called `T`.
    pub(crate) fn sources(&self) -> Vec<String> {
        self.in_t(&self.settings().sources)
    }

    /// What was passed over, with the temp folder called `T`.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.in_t(&self.settings().notes)
    }

    fn in_t(&self, sentences: &[String]) -> Vec<String> {
        sentences.iter().map(|text| text.replace(&*self.path().to_string_lossy(), "T")).collect()
    }
}

/// The target of this name.
pub(crate) fn named<'a>(settings: &'a Settings, name: &str) -> &'a Target {
    settings.targets.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("no target {name}"))
}

macro_rules! spec {
    ($function:ident, $variant:ident, $kind:ident) => {
        pub(crate) fn $function(settings: &Settings, name: &str) -> stampede::config::$kind {
            match &named(settings, name).spec {
                TargetSpec::$variant(target) => target.clone(),
                other => panic!("{name} is {other:?}"),
            }
        }
    };
}

spec!(redis, Redis, RedisTarget);
spec!(mysql, Mysql, MysqlTarget);
spec!(postgres, Postgres, PostgresTarget);
spec!(pgbouncer, Pgbouncer, PostgresTarget);
spec!(logs, Logs, LogTarget);
