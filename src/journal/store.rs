//! All journals of this machine's operators: the folder they are in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};

use crate::clock;
use crate::config::state_folder;
use crate::error::{Failure, FailureKind};
use crate::event::{Event, Holder, Incident};
use crate::journal::file::opened;
use crate::journal::{Held, Journal, Purpose, Read, name, read};
use crate::text;

/// How long after its last event an incident that has nothing in effect is still the current one.
const STILL_WARM: Duration = Duration::from_secs(4 * 3600);

/// The folder of journals.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) folder: PathBuf,
}

/// An incident in a list.
#[derive(Clone, Debug)]
pub struct Glimpse {
    /// Its name.
    pub name: String,
    /// What its journal says; none when it cannot be read, with the reason.
    pub read: Result<Read, String>,
}

/// What the other incidents have in effect.
#[derive(Clone, Debug, Default)]
pub struct Others {
    /// The names of those that have something in effect.
    pub in_effect: Vec<String>,
    /// A sentence for each whose journal cannot be read.
    pub unread: Vec<String>,
}

fn unreadable(name: &str, why: &str) -> String {
    format!("what is in effect is not known: the journal of {name} cannot be read: {why}")
}

/// Whether something of it is, or may be, in effect.
fn has_something(incident: &Incident) -> bool {
    incident.in_effect().next().is_some() || incident.is_uncertain()
}

impl Store {
    /// The store in the XDG state folder; none when neither `XDG_STATE_HOME` nor `HOME` is set.
    pub fn in_state_folder(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        Some(Self { folder: state_folder(env)?.join("incidents") })
    }

    /// The folder that all journals are in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of what was saved with an incident.
    pub fn evidence(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.evidence"))
    }

    /// Where the journal of that name is, or would be.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.jsonl"))
    }

    /// The names of all incidents, sorted. A missing folder has none. Errors: it cannot be read.
    pub fn names(&self) -> anyhow::Result<Vec<String>> {
        let mut names = self.in_folder().with_context(|| {
            format!(
                "what is in effect is not known: the journals in {} cannot be read",
                text::escape(&self.folder.display().to_string())
            )
        })?;
        names.sort();
        Ok(names)
    }

    fn in_folder(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name().into_string().unwrap_or_default();
            names.extend(
                name.strip_suffix(".jsonl").filter(|name| name::check(name).is_ok()).map(str::to_owned),
            );
        }
        Ok(names)
    }

    /// All incidents, the one with the newest event first. Errors: as [`Store::names`].
    pub fn list(&self) -> anyhow::Result<Vec<Glimpse>> {
        let mut all: Vec<Glimpse> = self
            .names()?
            .into_iter()
            .map(|name| Glimpse { read: read(&self.path(&name)).map_err(|error| error.to_string()), name })
            .collect();
        all.sort_by_key(|one| {
            std::cmp::Reverse(one.read.as_ref().map(|read| read.incident.last).unwrap_or_default())
        });
        Ok(all)
    }

    /// The incident that goes on: the newest that is not closed and has something in effect; where there is none, the
    /// newest that is not closed and had an event within four hours. Errors: as [`Store::names`]; or there is none, and a journal
    /// that cannot be read may be one.
    pub fn current(&self, now: Timestamp) -> anyhow::Result<Option<Read>> {
        let (mut all, mut unread) = (Vec::new(), None);
        for one in self.list()? {
            match one.read {
                Ok(read) if !read.incident.closed && !read.newer => all.push(read),
                Ok(_) => {}
                Err(why) => unread = unread.or_else(|| Some(unreadable(&one.name, &why))),
            }
        }
        let limit = SignedDuration::try_from(STILL_WARM).unwrap_or_default();
        let at = all
            .iter()
            .position(|read| has_something(&read.incident))
            .or_else(|| all.iter().position(|read| now.duration_since(read.incident.last) < limit));
        match (at, unread) {
            (Some(at), _) => Ok(Some(all.swap_remove(at))),
            (None, None) => Ok(None),
            (None, Some(unread)) => anyhow::bail!(unread),
        }
    }

    /// What is in effect by other incidents than this one. Errors: as [`Store::names`].
    pub fn others(&self, name: &str) -> anyhow::Result<Others> {
        let mut others = Others::default();
        for other in self.names()?.into_iter().filter(|other| other != name) {
            match read(&self.path(&other)) {
                Ok(read) if has_something(&read.incident) => others.in_effect.push(other),
                Ok(_) => {}
                Err(why) => others.unread.push(unreadable(&other, &why.to_string())),
            }
        }
        Ok(others)
    }

    /// Whether a living process holds this incident at this moment.
    pub fn is_held(&self, name: &str) -> bool {
        Journal::is_held(&self.path(name))
    }

    /// Reads one. Errors: there is none of that name (exit 64, with the names there are); it cannot be read.
    pub fn read(&self, name: &str) -> Result<Read, Failure> {
        self.known(name)?;
        let path = self.path(name);
        Ok(read(&path).with_context(|| format!("cannot read {}", path.display()))?)
    }

    fn known(&self, name: &str) -> Result<(), Failure> {
        let names = self.names()?;
        if names.iter().any(|known| known == name) {
            return Ok(());
        }
        let failure =
            Failure::new(FailureKind::Usage, format!("there is no incident called {}", text::escape(name)));
        Err(match (text::nearest(name, names.iter().map(String::as_str)), names.last()) {
            (Some(near), _) => failure.hint(format!("did you mean {near}?")),
            (None, Some(newest)) => {
                failure.hint(format!("the newest is {newest}; `stampede incident list` shows all"))
            }
            (None, None) => failure.hint("none was opened yet: the first change opens one"),
        })
    }

    /// Opens a new incident and holds it. Errors: as [`Journal::append`].
    pub fn open(&self, name: &str, me: &Holder, argv: Vec<String>) -> Result<Journal, Failure> {
        let joined = Event::Joined { holder: me.clone(), argv, from: None };
        Journal::create(&self.path(name), vec![opened(name), joined])
    }

    /// Holds an incident that is there. Errors: somebody else holds it (exit 8); it cannot be written, and that is needed.
    pub async fn hold(
        &self,
        name: &str,
        me: &Holder,
        argv: Vec<String>,
        purpose: Purpose,
    ) -> Result<Held, Failure> {
        self.known(name)?;
        Journal::hold(&self.path(name), me, argv, purpose).await
    }

    /// Takes an incident over from its live holder. Errors: as [`Store::hold`]; it must be written for it.
    pub async fn take_over(
        &self,
        name: &str,
        me: &Holder,
        argv: Vec<String>,
        purpose: Purpose,
    ) -> Result<Held, Failure> {
        self.known(name)?;
        Journal::take_over(&self.path(name), me, argv, purpose).await
    }

    /// A name for an incident that begins now.
    pub fn fresh_name(&self) -> String {
        name::fresh(clock::now(), |name| self.path(name).exists())
    }
}
