//! One part of a regular file: the lines that start in it, whoever finishes them.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use memchr::memchr;

use crate::clock;
use crate::system::logs::{Scanner, Tally, Zone, of_line};

/// Bytes read at a time away from the main loop: to find a line, a time, or the record that a part begins in.
const PEEK: usize = 16 * 1024;
/// The search for the first line that is young enough ends at a stretch of this size.
const NEAR: u64 = 1024 * 1024;

/// How the reading of a part ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All of it was read.
    Whole,
    /// The time was up.
    OutOfTime,
    /// The file ended before the size it had when it was opened.
    Truncated,
}

/// Counts the lines that start within `part` of a file of `size` bytes.
pub(super) fn count(
    file: &File,
    part: Range<u64>,
    size: u64,
    scanner: &mut Scanner,
    tally: &mut Tally,
    deadline: Instant,
) -> io::Result<Ending> {
    let Some(mut at) = first_line(file, &part, deadline)? else { return Ok(Ending::Whole) };
    if at > 0 {
        before(file, at, scanner)?;
    }
    let mut ending = Ending::Whole;
    while at < size {
        if clock::instant() >= deadline {
            ending = Ending::OutOfTime;
            break;
        }
        let space = scanner.space();
        let limit = if at < part.end { part.end - at } else { (size - at).min(PEEK as u64) };
        let limit = space.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        let mut got = read_at(file, &mut space[..limit], at)?;
        if got == 0 {
            ending = if size == u64::MAX { Ending::Whole } else { Ending::Truncated };
            break;
        }
        let mut done = false;
        // The last line of the part may end in the next one. A part that ends with a newline has no such line.
        let whole = at >= part.end && ends_line(file, part.end)?;
        if whole {
            break;
        }
        if at >= part.end
            && let Some(end) = memchr(b'\n', &space[..got])
        {
            (got, done) = (end + 1, true);
        }
        scanner.took(got, tally);
        at += got as u64;
        if done {
            break;
        }
    }
    scanner.end(tally);
    Ok(ending)
}

fn ends_line(file: &File, end: u64) -> io::Result<bool> {
    let mut byte = [0];
    Ok(read_at(file, &mut byte, end - 1)? == 1 && byte[0] == b'\n')
}

/// Where the first line starts that starts within `part`.
fn first_line(file: &File, part: &Range<u64>, deadline: Instant) -> io::Result<Option<u64>> {
    if part.start == 0 {
        return Ok(Some(0));
    }
    let mut at = part.start - 1;
    let mut peek = vec![0; PEEK];
    while at + 1 < part.end && clock::instant() < deadline {
        let got = read_at(file, &mut peek, at)?;
        if got == 0 {
            break;
        }
        if let Some(newline) = memchr(b'\n', &peek[..got]) {
            let line = at + newline as u64 + 1;
            return Ok((line < part.end).then_some(line));
        }
        at += got as u64;
    }
    Ok(None)
}

/// Lets the scanner see the lines above, so that a record that began there lends its time.
fn before(file: &File, at: u64, scanner: &mut Scanner) -> io::Result<()> {
    let room = scanner.space();
    let length = room.len().min(PEEK).min(usize::try_from(at).unwrap_or(usize::MAX));
    let got = read_at(file, &mut room[..length], at - length as u64)?;
    if got == length {
        scanner.saw_above(length);
    }
    Ok(())
}

/// Where in a file with rising times the lines begin that are not older than `not_before` (milliseconds); a bounded
/// search on byte offsets. None: the times do not rise, or there are none, and all must be read.
pub(super) fn start(file: &File, size: u64, not_before: i64, zone: &Zone) -> io::Result<Option<u64>> {
    let (mut old, mut young) = (0, size);
    let (mut oldest, mut youngest) = (i64::MIN, i64::MAX);
    let mut peek = vec![0; 4 * PEEK];
    while young - old > NEAR {
        let middle = old + (young - old) / 2;
        let got = read_at(file, &mut peek, middle)?;
        let times = peek[..got].split(|byte| *byte == b'\n').skip(1).take(64);
        let Some(time) = times.filter_map(|line| of_line(line, zone)).next() else { return Ok(None) };
        if time < oldest || time > youngest {
            return Ok(None);
        }
        if time < not_before {
            (old, oldest) = (middle, time);
        } else {
            (young, youngest) = (middle, time);
        }
    }
    // Threads that write to one log are not in step: some lines come a little late.
    Ok(Some(old.saturating_sub(NEAR)))
}

fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, at) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
