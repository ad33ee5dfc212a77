//! One journal, held: opened anew, gone on with, or taken over. What is written to it is in `write`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::event::{Event, FORMAT, Holder, Incident, Record};
use crate::journal::failpoint::Failpoint;
use crate::journal::line::Sum;
use crate::journal::lock::{Locked, is_locked};
use crate::journal::read::{Read, read};
use crate::text;

/// Longest wait for another's write in flight.
const IN_FLIGHT: Duration = Duration::from_secs(30);
/// Longest wait for a journal that is held: whoever only looks or finishes lets go at once.
const BRIEFLY: Duration = Duration::from_millis(1_500);
const POLL: Duration = Duration::from_millis(20);

/// What an incident is held for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To change something: nothing is changed that cannot be written down (S26).
    #[default]
    Change,
    /// Only to put back: that is done also where it cannot be written down.
    Undo,
}

/// A journal that is held by this process.
#[derive(Debug)]
pub struct Journal {
    pub(super) path: PathBuf,
    /// None where the file system cannot lock it, and something must be put back all the same.
    pub(super) file: Option<Locked>,
    /// Bytes of whole records.
    pub(super) length: u64,
    /// What the next line comes after; none in a journal of format 1.
    pub(super) sum: Option<Sum>,
    /// Whether the last line has lost its newline.
    pub(super) unended: bool,
    pub(super) incident: Incident,
    pub(super) purpose: Purpose,
    /// What was done back and could not be written down yet.
    pub(super) waiting: Vec<Record>,
    /// Why not.
    pub(super) unrecorded: Option<String>,
    pub(super) failpoint: Failpoint,
    /// Times it was forced to disk.
    pub fsyncs: u64,
    /// How long that took.
    pub fsync_time: Duration,
}

/// A journal that was taken hold of, and what an operator must know of it.
pub type Held = (Journal, Vec<String>);

/// The right to act: held from intent to outcome, so that nobody takes over in between.
#[derive(Debug)]
pub struct Act {
    _file: Option<Locked>,
}

/// What is at the path of a journal that we hold.
enum Place {
    /// It.
    Ours,
    /// Another file: somebody has taken over.
    Another,
    /// Nothing.
    Gone,
}

impl Journal {
    /// Makes a new journal and holds it. Errors: somebody else has just made it (exit 8); it cannot be written (exit 5:
    /// nothing is done without a journal).
    pub(super) fn create(path: &Path, events: Vec<Event>) -> Result<Self, Failure> {
        let open = || {
            if let Some(folder) = path.parent() {
                // For nobody else's eyes: what is in it names hosts and keys.
                fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            }
            let file = OpenOptions::new().read(true).append(true).create_new(true).mode(0o600).open(path)?;
            let file = locked(file)?;
            match file.metadata()?.len() {
                0 => Ok(file),
                // Whoever found it empty has begun it meanwhile.
                _ => Err(io::ErrorKind::AlreadyExists.into()),
            }
        };
        let file = open().map_err(|error: io::Error| match error.kind() {
            // Another responder has opened it a moment ago.
            io::ErrorKind::AlreadyExists | io::ErrorKind::WouldBlock => held(path),
            _ => unwritable(path, error),
        })?;
        let mut journal = Self::over(path, Some(file), Read { sum: Some(Sum::start()), ..Read::default() });
        if let Err(failure) = journal.append_all(events) {
            // Half a first line would be an incident that says nothing.
            _ = fs::remove_file(path);
            return Err(failure);
        }
        sync_folder(path).map_err(|error| unwritable(path, error))?;
        Ok(journal)
    }

    /// Holds a journal that is there. Returns it with what an operator must know of it. Errors: somebody else holds it
    /// (exit 8); it is from a newer version (exit 5); it cannot be written, and that is needed (exit 5).
    pub(super) async fn hold(
        path: &Path,
        me: &Holder,
        argv: Vec<String>,
        purpose: Purpose,
    ) -> Result<Held, Failure> {
        let until = clock::instant() + BRIEFLY;
        loop {
            let file = OpenOptions::new().read(true).append(true).open(path);
            let (file, why) = match file {
                Ok(file) => (file, None),
                Err(error) if purpose == Purpose::Undo => {
                    (File::open(path).map_err(|error| unwritable(path, error))?, Some(error))
                }
                Err(error) => return Err(unwritable(path, error)),
            };
            match Locked::alone(file) {
                Ok(Some(file)) if matches!(at(&file, path), Ok(Place::Ours)) => {
                    return Self::join(path, Some(file), me, argv, None, purpose, why);
                }
                Ok(None) if clock::instant() >= until => return Err(held(path)),
                Ok(_) => {}
                // Nobody can be kept out.
                Err(error) if purpose == Purpose::Undo => {
                    return Self::join(path, None, me, argv, None, purpose, Some(why.unwrap_or(error)));
                }
                Err(error) => return Err(unwritable(path, error)),
            }
            clock::sleep(POLL).await;
        }
    }

    /// Whether a living process holds the journal at `path`. Looks, and holds nothing.
    pub(super) fn is_held(path: &Path) -> bool {
        File::open(path).is_ok_and(is_locked)
    }

    /// Takes a journal over from a live holder, between two of its writes. Errors: a write of theirs is in flight and
    /// does not end (exit 8); it cannot be written (exit 5).
    pub(super) async fn take_over(
        path: &Path,
        me: &Holder,
        argv: Vec<String>,
        purpose: Purpose,
    ) -> Result<Held, Failure> {
        let until = clock::instant() + IN_FLIGHT;
        let _act = loop {
            match act_file(path).map_err(|error| unwritable(path, error))? {
                Some(act) => break act,
                None if clock::instant() >= until => {
                    return Err(held(path).hint("a write of theirs is in flight and does not end; try again"));
                }
                None => clock::sleep(POLL).await,
            }
        };
        // A copy under the same name: the old holder sees, before its next write, that its file is not the journal any
        // more.
        let copy = || {
            let fresh = path.with_extension("taken");
            fs::write(&fresh, b"")?;
            let bytes = fs::read(path)?;
            let file = OpenOptions::new().read(true).append(true).mode(0o600).open(&fresh)?;
            file.set_len(0)?;
            fs::set_permissions(&fresh, fs::metadata(path)?.permissions())?;
            let file = locked(file)?;
            (&*file).write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, path)?;
            sync_folder(path)?;
            Ok(file)
        };
        let file = copy().map_err(|error: io::Error| unwritable(path, error))?;
        let from = read(path).ok().and_then(|read| read.incident.holder);
        Self::join(path, Some(file), me, argv, from, purpose, None)
    }

    /// `why`: what keeps it from being written.
    fn join(
        path: &Path,
        file: Option<Locked>,
        me: &Holder,
        argv: Vec<String>,
        from: Option<Holder>,
        purpose: Purpose,
        why: Option<io::Error>,
    ) -> Result<Held, Failure> {
        let mut read = read(path).map_err(|error| unwritable(path, error))?;
        if read.newer {
            let message = format!("{} was written by a newer version", shown(path));
            return Err(Failure::new(FailureKind::Refused, message)
                .hint("use that version to go on with this incident"));
        }
        let mut notes = std::mem::take(&mut read.notes);
        if let (None, Some(dead)) = (&from, &read.incident.holder) {
            notes.push(format!("{} (pid {}) held this incident and died", dead.at(), dead.pid));
        }
        let is_empty = read.whole == 0;
        let mut journal = Self::over(path, file, read);
        (journal.purpose, journal.unrecorded) = (purpose, why.map(|why| why.to_string()));
        let mut events = Vec::new();
        if is_empty {
            // Whoever made it died before its first record.
            events.push(opened(&journal.incident.name));
        }
        events.push(Event::Joined { holder: me.clone(), argv, from });
        journal.append_all(events)?;
        notes.extend(journal.unrecorded());
        Ok((journal, notes))
    }

    fn over(path: &Path, file: Option<Locked>, read: Read) -> Self {
        Self {
            path: path.to_owned(),
            file,
            length: read.whole,
            sum: read.sum,
            unended: read.unended,
            incident: read.incident,
            purpose: Purpose::Change,
            waiting: Vec::new(),
            unrecorded: None,
            failpoint: Failpoint::default(),
            fsyncs: 0,
            fsync_time: Duration::ZERO,
        }
    }

    /// What the journal says by now.
    pub fn incident(&self) -> &Incident {
        &self.incident
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the right to act until the value is dropped. Errors: somebody has taken over (exit 8), or it cannot be had and
    /// something is to be changed (exit 5).
    pub fn act(&self, purpose: Purpose) -> Result<Act, Failure> {
        let file = match act_file(&self.path) {
            Ok(Some(file)) => Some(file),
            Ok(None) => return Err(held(&self.path)),
            Err(_) if purpose == Purpose::Undo => None,
            Err(error) => return Err(self.unwritable(error)),
        };
        match self.is_there() {
            Ok(()) => {}
            Err(failure) if failure.kind == FailureKind::Held || purpose == Purpose::Change => {
                return Err(failure);
            }
            Err(_) => {}
        }
        Ok(Act { _file: file })
    }

    /// Whether the incident is still ours. Errors: somebody has taken it over (exit 8), or the journal is gone (exit 5).
    pub fn still_ours(&self) -> Result<(), Failure> {
        self.is_there()
    }

    pub(super) fn is_there(&self) -> Result<(), Failure> {
        let place = self.file.as_ref().map_or(Ok(Place::Ours), |file| at(file, &self.path));
        match place {
            Ok(Place::Ours) => Ok(()),
            Ok(Place::Gone) => Err(self.gone()),
            Ok(Place::Another) => Err(self.taken()),
            Err(error) => Err(self.unwritable(error)),
        }
    }

    fn taken(&self) -> Failure {
        let records = read(&self.path).map(|read| read.records).unwrap_or_default();
        let taker = records.iter().rev().find_map(|record| match &record.event {
            Event::Joined { holder, from: Some(_), .. } => Some(holder.at()),
            _ => None,
        });
        let taker = taker.unwrap_or_else(|| "another responder".into());
        let message = format!("{taker} took {} over from us", self.incident.name);
        Failure::new(FailureKind::Held, message).hint("`stampede status` shows what is in effect")
    }

    /// Nobody has taken over: what we had written is not there any more, and only this process knows what it said.
    fn gone(&self) -> Failure {
        let message = format!("the journal {} was removed while it was in use", shown(&self.path));
        let steps: Vec<String> = self
            .incident
            .in_effect()
            .map(|step| format!("{} ({}; undo: {})", step.id, step.change.summary, step.change.back))
            .collect();
        let hint = match steps.is_empty() {
            true => "nothing is changed without a journal, and nothing is in effect".into(),
            false => format!(
                "no undo knows of what is in effect any more, put it back by hand: {}",
                steps.join("; ")
            ),
        };
        Failure { rule: Some("S26"), ..Failure::new(FailureKind::Refused, message) }.hint(hint)
    }

    pub(super) fn unwritable(&self, error: io::Error) -> Failure {
        unwritable(&self.path, error)
    }
}

/// The first event of a journal.
pub(super) fn opened(name: &str) -> Event {
    Event::Opened { format: FORMAT, incident: name.to_owned(), tool: env!("CARGO_PKG_VERSION").to_owned() }
}

/// What is under `path` beside the file that we hold. Errors: that cannot be looked at.
fn at(file: &File, path: &Path) -> io::Result<Place> {
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) if ours.ino() == there.ino() && ours.dev() == there.dev() => Ok(Place::Ours),
        Ok(_) => Ok(Place::Another),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Place::Gone),
        Err(error) => Err(error),
    }
}

/// The right to write to what the journal is about; none: another process has it.
fn act_file(path: &Path) -> io::Result<Option<Locked>> {
    let path = path.with_extension("act");
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path);
    // It can be locked where it cannot be written.
    Locked::alone(file.or_else(|error| File::open(&path).map_err(|_| error))?)
}

/// A new file that is ours.
fn locked(file: File) -> io::Result<Locked> {
    Locked::alone(file)?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
}

/// A new name is on disk when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn shown(path: &Path) -> String {
    text::escape(&path.display().to_string()).into_owned()
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    let cause = anyhow::Error::new(error).context(format!("the journal {} cannot be written", shown(path)));
    Failure { rule: Some("S26"), ..Failure::because(FailureKind::Refused, cause) }
        .hint("nothing is changed without a journal; make room for it, or begin an incident in another folder (XDG_STATE_HOME). What is in effect can be put back all the same: stampede undo")
}

fn held(path: &Path) -> Failure {
    let holder =
        read(path).ok().and_then(|read| read.incident.holder.map(|holder| (holder, read.incident.name)));
    let (who, name) = match holder {
        Some((holder, name)) => (format!("{} (pid {})", holder.at(), holder.pid), name),
        None => ("another process".into(), "this incident".into()),
    };
    Failure::new(FailureKind::Held, format!("{who} holds {name}")).hint(
        "`stampede status --follow` shows what they do; --take-over takes it from them, between two of their steps",
    )
}
