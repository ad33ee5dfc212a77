//! Whether the temporary folder has room for the servers: a full one makes each of them fail in words of its own.

use std::path::Path;

use crate::error::{Failure, FailureKind};
use crate::lab::home;
use crate::text;

/// What the three servers of a drill take, twice.
const NEEDED: u64 = 150 << 20;

/// Whether there is room for the servers of a drill. Errors: there is not, and how much there is; where that cannot be told, the
/// servers find out.
pub fn has_room() -> Result<(), Failure> {
    let folder = home::parent();
    match rustix::fs::statvfs(&folder) {
        Ok(there) => enough(&folder, there.f_bavail.saturating_mul(there.f_frsize)),
        Err(_) => Ok(()),
    }
}

/// The same failure, with a hint where the temporary folder has too little room by now: a server that cannot write does not say
/// why. What the servers had written is gone when this is asked.
pub fn or_full(failure: Failure) -> Failure {
    let folder = home::parent();
    match rustix::fs::statvfs(&folder) {
        Ok(there) => full(failure, &folder, there.f_bavail.saturating_mul(there.f_frsize)),
        Err(_) => failure,
    }
}

fn full(failure: Failure, folder: &Path, free: u64) -> Failure {
    match enough(folder, free) {
        Ok(()) => failure,
        Err(why) => failure.hint(why.message),
    }
}

fn enough(folder: &Path, free: u64) -> Result<(), Failure> {
    if free >= NEEDED {
        return Ok(());
    }
    let message = format!(
        "no space in the temporary folder {}: {} are free, a drill needs {}",
        text::path(folder),
        text::bytes(free as f64),
        text::bytes(NEEDED as f64),
    );
    Err(Failure::new(FailureKind::Failed, message).hint("TMPDIR names another folder"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_little_space_is_said_with_the_folder_and_how_much_there_is() {
        assert!(enough(Path::new("/tmp"), NEEDED).is_ok());
        let failure = enough(Path::new("/tmp"), 3 << 20).expect_err("no room");
        assert_eq!(
            failure.to_string(),
            "no space in the temporary folder /tmp: 3.0 MiB are free, a drill needs 150.0 MiB"
        );
    }

    #[test]
    fn a_server_that_failed_in_a_full_folder_failed_for_that() {
        let failed = || Failure::new(FailureKind::Failed, "PostgreSQL ended at its start:");
        assert_eq!(full(failed(), Path::new("/tmp"), NEEDED).hint, None);
        let hint = full(failed(), Path::new("/tmp"), 20 << 20).hint.expect("a hint");
        assert!(hint.contains("no space in the temporary folder /tmp: 20.0 MiB are free"), "{hint}");
    }
}
