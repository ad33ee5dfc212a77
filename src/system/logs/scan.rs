//! Counts lines in a stream of any shape in one fixed block of memory: long lines, no last newline, NULs, all of it.

use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use crate::system::logs::matcher::SEAM;
use crate::system::logs::stamp::{JSON_HEAD, by_key, is_object, of_head, of_tail};
use crate::system::logs::{Patterns, Tally, Zone, of_line};

/// Bytes read at once: 64 KiB to 1 MiB differ by a few percent of processor time, in favour of the larger
/// (`benches/logs.sh`).
pub const BLOCK: usize = 1024 * 1024;
/// A line without a time belongs to the record above it (a stack trace) when that is at most so many lines up.
pub(super) const RECORD_LINES: usize = 32;

/// The bit of the built-in pattern of misses.
const MISSES: u64 = 1;

/// The state between two blocks. Bytes go into `space()`, `took(n)` says how many they were, `end()` that it was all.
pub struct Scanner {
    patterns: Arc<Patterns>,
    zone: Zone,
    /// Lines older than this (milliseconds since 1970) are not counted.
    not_before: Option<i64>,
    block: Vec<u8>,
    filled: usize,
    /// A line that does not fit into the block, and of which the start is gone.
    long: Option<Long>,
    /// The line before the block's first.
    before: Record,
    /// Lines still to be looked at for the first time of the log.
    first_lines: usize,
}

struct Long {
    found: u64,
    /// The time at its start.
    own: Option<i64>,
    /// Whether it is a JSON object, which may have its time anywhere, and the first time behind a key so far.
    object: bool,
    keyed: Option<i64>,
    /// Up to here the fragments have been searched.
    searched: usize,
    /// From here there may be a newline.
    fresh: usize,
}

/// The time that a line inherits, and how many lines up it was written.
#[derive(Clone, Copy, Default)]
struct Record {
    time: Option<i64>,
    lines_up: usize,
}

impl Record {
    fn below(self, lines: usize) -> Self {
        let lines_up = self.lines_up + lines;
        if lines_up > RECORD_LINES { Self::default() } else { Self { time: self.time, lines_up } }
    }
}

impl Scanner {
    /// A scanner with a block of at least `block` bytes.
    pub fn new(patterns: Arc<Patterns>, zone: Zone, not_before: Option<i64>, block: usize) -> Self {
        Self {
            patterns,
            zone,
            not_before,
            block: vec![0; block.max(4 * SEAM)],
            filled: 0,
            long: None,
            before: Record::default(),
            first_lines: RECORD_LINES,
        }
    }

    /// Begins with another stream in the same memory.
    pub(super) fn restart(&mut self) {
        self.filled = 0;
        self.long = None;
        self.before = Record::default();
        self.first_lines = RECORD_LINES;
    }

    /// Where the next bytes go; never empty.
    pub fn space(&mut self) -> &mut [u8] {
        &mut self.block[self.filled..]
    }

    /// All memory that is held for the stream, in bytes.
    pub fn capacity(&self) -> usize {
        self.block.capacity()
    }

    /// Searches the `count` bytes that were put into `space()`.
    pub fn took(&mut self, count: usize, tally: &mut Tally) {
        tally.bytes += count as u64;
        let fresh = self.filled;
        self.filled += count;
        let mut from = 0;
        if let Some(long) = self.long.take() {
            let Some(end) = memchr(b'\n', &self.block[long.fresh..self.filled]).map(|at| long.fresh + at)
            else {
                self.go_on(long);
                return;
            };
            self.close(&long, end, tally);
            from = end + 1;
        }
        let fresh = fresh.max(from);
        if let Some(last) = memrchr(b'\n', &self.block[fresh..self.filled]).map(|at| fresh + at) {
            self.lines(from, last + 1, tally);
            from = last + 1;
        }
        self.keep(from);
        if self.filled == self.block.len() {
            let own = of_head(&self.block, &self.zone);
            let object = own.is_none() && is_object(&self.block);
            self.go_on(Long { found: 0, own, object, keyed: None, searched: 0, fresh: 0 });
        }
    }

    /// The stream is over: what is left is a line without a newline.
    pub fn end(&mut self, tally: &mut Tally) {
        if let Some(long) = self.long.take() {
            self.close(&long, self.filled, tally);
        } else if self.filled > 0 {
            self.lines(0, self.filled, tally);
        }
        self.filled = 0;
    }

    /// The `count` bytes in `space()` are lines above the ones to count: only the time that they lend is kept.
    pub(super) fn saw_above(&mut self, count: usize) {
        let mut scrap = Tally::new(self.patterns.names().len());
        self.took(count, &mut scrap);
        self.end(&mut scrap);
        self.first_lines = RECORD_LINES;
    }

    /// Searches the complete lines in `from..to`.
    fn lines(&mut self, from: usize, to: usize, tally: &mut Tally) {
        let block = &self.block[..to];
        tally.lines += memchr_iter(b'\n', &block[from..]).count() as u64 + u64::from(block[to - 1] != b'\n');
        let mut times = Times { block, from, zone: &self.zone, before: self.before, last: None };
        times.first_of_log(&mut self.first_lines, tally);

        let all = self.patterns.all();
        let (mut at, mut line, mut found) = (from, from..from, 0);
        while let Some((start, patterns)) = self.patterns.next(block, at..to) {
            if start >= line.end {
                times.count(line.start, found, self.not_before, tally);
                let above = &block[line.end..start];
                line.start = memrchr(b'\n', above).map_or(line.end, |newline| line.end + newline + 1);
                line.end = memchr(b'\n', &block[start..]).map_or(to, |newline| start + newline);
                found = 0;
            }
            found |= patterns;
            at = if found == all { line.end } else { start + 1 };
        }
        times.count(line.start, found, self.not_before, tally);
        // Only until the first such line: the search costs as much as the counting.
        tally.tells_lookups = tally.tells_lookups || self.patterns.tells_lookups(block, from..to);

        let end = to - usize::from(block[to - 1] == b'\n');
        let last = memrchr(b'\n', &block[from..end]).map_or(from, |newline| from + newline + 1);
        self.before = times.of(last);
        if let Some(time) = self.before.time {
            tally.saw(time);
        }
    }

    /// Searches what can be searched of a line that has no end yet, and makes room.
    fn go_on(&mut self, mut long: Long) {
        let to = self.filled.saturating_sub(SEAM);
        if to > long.searched {
            long.found |= self.found(long.searched, to);
            if long.object && long.keyed.is_none() {
                long.keyed = by_key(&self.block[..self.filled], long.searched..to, &self.zone);
            }
            long.searched = to;
        }
        let gone = long.searched.saturating_sub(SEAM);
        self.keep(gone);
        long.searched -= gone;
        long.fresh = self.filled;
        self.long = Some(long);
    }

    /// Counts a long line that ends at `end`.
    fn close(&mut self, long: &Long, end: usize, tally: &mut Tally) {
        let found = long.found | self.found(long.searched, end);
        tally.lines += 1;
        self.first_lines = self.first_lines.saturating_sub(1);
        let object = || {
            let line = &self.block[..end];
            let rest = || by_key(line, long.searched..end, &self.zone);
            long.object.then(|| of_tail(line, &self.zone).or(long.keyed).or_else(rest)).flatten()
        };
        self.before = match long.own.or_else(object) {
            Some(time) => Record { time: Some(time), lines_up: 0 },
            None => self.before.below(1),
        };
        if let Some(time) = self.before.time {
            tally.saw(time);
        }
        count(found, self.before.time, self.not_before, tally);
        tally.tells_lookups = tally.tells_lookups || self.patterns.tells_lookups(&self.block, 0..end);
    }

    fn found(&self, mut from: usize, to: usize) -> u64 {
        let mut found = 0;
        while found != self.patterns.all() {
            let Some((start, patterns)) = self.patterns.next(&self.block[..self.filled], from..to) else {
                break;
            };
            found |= patterns;
            from = start + 1;
        }
        found
    }

    fn keep(&mut self, from: usize) {
        self.block.copy_within(from..self.filled, 0);
        self.filled -= from;
    }
}

fn count(found: u64, time: Option<i64>, not_before: Option<i64>, tally: &mut Tally) {
    if found == 0 {
        return;
    }
    tally.tells_lookups |= found & MISSES != 0;
    if time.zip(not_before).is_some_and(|(time, limit)| time < limit) {
        tally.too_old += 1;
    } else {
        tally.count(found, time);
    }
}

/// Finds the times of lines in a run of complete lines, each line looked at once at most.
struct Times<'a> {
    block: &'a [u8],
    from: usize,
    zone: &'a Zone,
    before: Record,
    /// The line that was looked at last, by its start.
    last: Option<(usize, Record)>,
}

impl Times<'_> {
    fn own(&self, start: usize) -> Option<i64> {
        // A time is near the start of a line: there is no need to look for the end of a long one, unless it is an object.
        let rest = &self.block[start..];
        let head = &rest[..rest.len().min(JSON_HEAD)];
        let line = match memchr(b'\n', head) {
            Some(end) => &head[..end],
            None if is_object(head) => memchr(b'\n', rest).map_or(rest, |end| &rest[..end]),
            None => head,
        };
        of_line(line, self.zone)
    }

    fn count(&mut self, start: usize, found: u64, not_before: Option<i64>, tally: &mut Tally) {
        if found != 0 {
            let time = self.of(start).time;
            if let Some(time) = time {
                tally.saw(time);
            }
            count(found, time, not_before, tally);
        }
    }

    /// The time of the line that starts there: its own, or that of the record it belongs to.
    fn of(&mut self, start: usize) -> Record {
        let record = self.look(start);
        self.last = Some((start, record));
        record
    }

    fn look(&self, start: usize) -> Record {
        let mut line = start;
        for lines in 0..=RECORD_LINES {
            if let Some((_, known)) = self.last.filter(|(at, _)| *at == line) {
                return known.below(lines);
            }
            if let Some(time) = self.own(line) {
                return Record { time: Some(time), lines_up: 0 }.below(lines);
            }
            if line == self.from {
                return self.before.below(lines + 1);
            }
            line =
                memrchr(b'\n', &self.block[self.from..line - 1]).map_or(self.from, |at| self.from + at + 1);
        }
        Record::default()
    }

    /// Looks at the first lines of a log until one has a time.
    fn first_of_log(&self, lines_left: &mut usize, tally: &mut Tally) {
        let mut line = self.from;
        while *lines_left > 0 && line < self.block.len() {
            *lines_left -= 1;
            if let Some(time) = self.own(line) {
                tally.saw(time);
                *lines_left = 0;
            }
            line = memchr(b'\n', &self.block[line..]).map_or(self.block.len(), |at| line + at + 1);
        }
    }
}
