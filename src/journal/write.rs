//! Writing to a journal: intent before act, one fsync a record; and what is done back where nothing can be written.

use std::io::{self, Write as _};

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::event::{Event, Record};
use crate::journal::line::{Sum, seal};
use crate::journal::{Journal, Purpose};

impl Journal {
    /// Writes one record and forces it to disk. Errors: it cannot be written (exit 5), or somebody has taken over
    /// (exit 8); then nothing may be done.
    pub fn append(&mut self, event: Event) -> Result<Record, Failure> {
        self.append_all(vec![event]).map(|mut records| records.remove(0))
    }

    /// Writes several records at once, with one fsync: for those that mean something only together. What is told of putting
    /// back, and cannot be written, has the number 0, and is written with the next record that can be.
    pub fn append_all(&mut self, events: Vec<Event>) -> Result<Vec<Record>, Failure> {
        let may_wait = events.iter().all(|event| self.may_wait(event));
        let there = match self.is_there() {
            Err(failure) if failure.kind == FailureKind::Held || !may_wait => return Err(failure),
            there => there,
        };
        let mut records = Vec::new();
        for event in events {
            self.incident.allows(&event).map_err(anyhow::Error::new)?;
            records.push(Record { seq: 0, at: clock::now(), event });
        }
        let seq = self.incident.seq;
        for (record, seq) in self.waiting.iter_mut().chain(&mut records).zip(seq + 1..) {
            record.seq = seq;
        }
        let (bytes, sum) = self.lines(self.waiting.iter().chain(&records))?;
        self.failpoint.before();
        match there.and_then(|()| self.write(&bytes).map_err(|error| self.unwritable(error))) {
            Ok(()) => {
                self.length += bytes.len() as u64;
                (self.sum, self.unended, self.unrecorded) = (sum, false, None);
                self.waiting.clear();
            }
            Err(failure) if may_wait => {
                self.unrecorded.get_or_insert_with(|| format!("{failure:#}"));
                records.iter_mut().for_each(|record| record.seq = 0);
                self.waiting.extend(records.iter().cloned());
            }
            Err(failure) => return Err(failure),
        }
        for record in &records {
            self.incident.take(record).map_err(anyhow::Error::new)?;
            self.failpoint.after();
        }
        Ok(records)
    }

    /// Whether an event may be written later: what puts back is not kept from being done (S26 is for changes).
    fn may_wait(&self, event: &Event) -> bool {
        match self.purpose {
            Purpose::Undo => !matches!(event, Event::Intent { .. } | Event::Batch { .. }),
            Purpose::Change => {
                matches!(event, Event::Undoing { .. } | Event::Undone { .. } | Event::Reconciled { .. })
            }
        }
    }

    /// Why what was done back is not in the journal, where it is not.
    pub fn unrecorded(&self) -> Option<String> {
        let why = self.unrecorded.as_ref().filter(|_| !self.waiting.is_empty())?;
        Some(format!(
            "what is put back is not recorded ({why}): once it can be, `stampede undo {}` looks, and notes that it is",
            self.incident.name
        ))
    }

    /// The lines of records, and the sum of the last one.
    fn lines<'a>(
        &self,
        records: impl Iterator<Item = &'a Record>,
    ) -> Result<(Vec<u8>, Option<Sum>), Failure> {
        let (mut bytes, mut sum) = (Vec::new(), self.sum.clone());
        if self.unended {
            bytes.push(b'\n');
        }
        for record in records {
            let mut line = serde_json::to_vec(record).map_err(anyhow::Error::new)?;
            sum = sum.map(|after| seal(&mut line, &after));
            bytes.extend(line);
            bytes.push(b'\n');
        }
        Ok((bytes, sum))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(mut file) = self.file.as_deref() else {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        };
        // Half a record, of a crash or of a full disk, must not stay in front of the next one.
        if file.metadata()?.len() > self.length {
            file.set_len(self.length)?;
        }
        self.failpoint.room()?;
        let began = clock::instant();
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        if written.is_err() {
            _ = file.set_len(self.length);
        }
        written?;
        self.fsyncs += 1;
        self.fsync_time += began.elapsed();
        Ok(())
    }
}

impl Drop for Journal {
    /// Lets go. A holder that cannot say so any more is one that died.
    fn drop(&mut self) {
        _ = self.append(Event::Left);
    }
}
