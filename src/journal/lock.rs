//! A file that the kernel keeps for us (`flock`) until the value goes.

use std::fs::File;
use std::io;
use std::ops::Deref;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// An open file that is locked.
#[derive(Debug)]
pub(super) struct Locked(File);

impl Locked {
    /// Locks it for us alone, without waiting. None: another process has it. Errors: the file system cannot lock.
    pub(super) fn alone(file: File) -> io::Result<Option<Self>> {
        Self::by(file, FlockOperation::NonBlockingLockExclusive)
    }

    fn by(file: File, operation: FlockOperation) -> io::Result<Option<Self>> {
        match flock(&file, operation) {
            Ok(()) => Ok(Some(Self(file))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether another process has it locked at this moment.
pub(super) fn is_locked(file: File) -> bool {
    matches!(Locked::by(file, FlockOperation::NonBlockingLockShared), Ok(None))
}

impl Deref for Locked {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Locked {
    /// Closing would not do: a process that another thread is starting at this moment has a copy of the descriptor until
    /// its program begins, and the lock goes with the last copy.
    fn drop(&mut self) {
        _ = flock(&self.0, FlockOperation::Unlock);
    }
}
