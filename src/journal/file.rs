//! One journal, held and written: intent before act, one fsync a record.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::event::{Event, Holder, Incident, Record};
use crate::journal::failpoint::Failpoint;
use crate::journal::lock::{Locked, is_locked};
use crate::journal::read::read;
use crate::text;

/// Longest wait for another's write in flight.
const IN_FLIGHT: Duration = Duration::from_secs(30);
/// Longest wait for a journal that is held: whoever only looks or finishes lets go at once.
const BRIEFLY: Duration = Duration::from_millis(1_500);
const POLL: Duration = Duration::from_millis(20);

/// A journal that is held by this process.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Locked,
    /// Bytes of whole records.
    length: u64,
    incident: Incident,
    failpoint: Failpoint,
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
    _file: Locked,
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
            locked(file)
        };
        let file = open().map_err(|error| match error.kind() {
            // Another responder has opened it a moment ago.
            io::ErrorKind::AlreadyExists => held(path),
            _ => unwritable(path, error),
        })?;
        let mut journal = Self::over(path, file, 0, Incident::default());
        if let Err(failure) = journal.append_all(events) {
            // Half a first line would be an incident without a name.
            _ = fs::remove_file(path);
            return Err(failure);
        }
        sync_folder(path).map_err(|error| unwritable(path, error))?;
        Ok(journal)
    }

    /// Holds a journal that is there. Returns it with what an operator must know of it. Errors: somebody else holds it
    /// (exit 8); it is from a newer version (exit 5); it cannot be written (exit 5).
    pub(super) async fn hold(path: &Path, me: &Holder, argv: Vec<String>) -> Result<Held, Failure> {
        let failed = |error: io::Error| unwritable(path, error);
        let until = clock::instant() + BRIEFLY;
        let file = loop {
            let file = OpenOptions::new().read(true).append(true).open(path).map_err(failed)?;
            match Locked::alone(file).map_err(failed)? {
                Some(file) if same(&file, path) => break file,
                None if clock::instant() >= until => return Err(held(path)),
                _ => {}
            }
            clock::sleep(POLL).await;
        };
        Self::join(path, file, me, argv, None)
    }

    /// Whether a living process holds the journal at `path`. Looks, and holds nothing.
    pub(super) fn is_held(path: &Path) -> bool {
        File::open(path).is_ok_and(is_locked)
    }

    /// Takes a journal over from a live holder, between two of its writes. Errors: a write of theirs is in flight and
    /// does not end (exit 8); it cannot be written (exit 5).
    pub(super) async fn take_over(path: &Path, me: &Holder, argv: Vec<String>) -> Result<Held, Failure> {
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
        Self::join(path, file, me, argv, from)
    }

    fn join(
        path: &Path,
        file: Locked,
        me: &Holder,
        argv: Vec<String>,
        from: Option<Holder>,
    ) -> Result<Held, Failure> {
        let read = read(path).map_err(|error| unwritable(path, error))?;
        if read.newer {
            let message = format!("{} was written by a newer version", shown(path));
            return Err(Failure::new(FailureKind::Refused, message)
                .hint("use that version to go on with this incident"));
        }
        let mut notes = read.notes;
        if file.metadata().is_ok_and(|meta| meta.len() > read.whole) {
            file.set_len(read.whole).map_err(|error| unwritable(path, error))?;
        }
        if let (None, Some(dead)) = (&from, &read.incident.holder) {
            notes.push(format!("{} (pid {}) held this incident and died", dead.at(), dead.pid));
        }
        let mut journal = Self::over(path, file, read.whole, read.incident);
        journal.append_all(vec![Event::Joined { holder: me.clone(), argv, from }])?;
        Ok((journal, notes))
    }

    fn over(path: &Path, file: Locked, length: u64, incident: Incident) -> Self {
        Self {
            path: path.to_owned(),
            file,
            length,
            incident,
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

    /// Writes one record and forces it to disk. Errors: it cannot be written (exit 5), or somebody has taken over
    /// (exit 8); then nothing may be done.
    pub fn append(&mut self, event: Event) -> Result<Record, Failure> {
        self.append_all(vec![event]).map(|mut records| records.remove(0))
    }

    /// Writes several records at once, with one fsync: for those that mean something only together.
    pub fn append_all(&mut self, events: Vec<Event>) -> Result<Vec<Record>, Failure> {
        self.still_ours()?;
        let mut bytes = Vec::new();
        let mut records = Vec::new();
        for (seq, event) in (self.incident.seq + 1..).zip(events) {
            self.incident.allows(&event).map_err(anyhow::Error::new)?;
            let record = Record { seq, at: clock::now(), event };
            serde_json::to_writer(&mut bytes, &record).map_err(anyhow::Error::new)?;
            bytes.push(b'\n');
            records.push(record);
        }
        self.failpoint.before();
        if let Err(error) = self.write(&bytes) {
            // Half a record must not stay in front of the next one.
            _ = self.file.set_len(self.length);
            return Err(unwritable(&self.path, error));
        }
        self.length += bytes.len() as u64;
        for record in &records {
            self.incident.take(record).map_err(anyhow::Error::new)?;
            self.failpoint.after();
        }
        Ok(records)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        (&*self.file).write_all(bytes)?;
        let began = clock::instant();
        self.file.sync_data()?;
        self.fsyncs += 1;
        self.fsync_time += began.elapsed();
        Ok(())
    }

    /// Takes the right to act until the value is dropped. Errors: somebody has taken over (exit 8).
    pub fn act(&self) -> Result<Act, Failure> {
        let file = act_file(&self.path).map_err(|error| unwritable(&self.path, error))?;
        let file = file.ok_or_else(|| held(&self.path))?;
        self.still_ours().map(|()| Act { _file: file })
    }

    /// Whether the incident is still ours. Errors: somebody has taken it over (exit 8).
    pub fn still_ours(&self) -> Result<(), Failure> {
        if same(&self.file, &self.path) {
            return Ok(());
        }
        let records = read(&self.path).map(|read| read.records).unwrap_or_default();
        let taker = records.iter().rev().find_map(|record| match &record.event {
            Event::Joined { holder, from: Some(_), .. } => Some(holder.at()),
            _ => None,
        });
        let taker = taker.unwrap_or_else(|| "another responder".into());
        let message = format!("{taker} took {} over from us", self.incident.name);
        Err(Failure::new(FailureKind::Held, message).hint("`stampede status` shows what is in effect"))
    }
}

impl Drop for Journal {
    /// Lets go. A holder that cannot say so any more is one that died.
    fn drop(&mut self) {
        _ = self.append(Event::Left);
    }
}

/// Whether the file under `path` is still the one that we hold.
fn same(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(there)) => ours.ino() == there.ino() && ours.dev() == there.dev(),
        _ => false,
    }
}

/// The right to write to what the journal is about; none: another process has it.
fn act_file(path: &Path) -> io::Result<Option<Locked>> {
    let path = path.with_extension("act");
    Locked::alone(OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?)
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
        .hint("nothing is changed without a journal; point XDG_STATE_HOME to a folder that can be written")
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
