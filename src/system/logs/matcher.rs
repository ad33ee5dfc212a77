//! Finds the patterns in a block of bytes: one SIMD pass for four-byte fragments of all texts, then a comparison.
//!
//! Each text is represented by four of its bytes (`cache miss` by `miss`), because Teddy looks at four bytes and no
//! more: a log full of `cache hit` never leaves the SIMD loop. All fragments have one length, so at most one of them
//! starts at any byte, and going on one byte after each finding misses nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Input};
use memchr::{memchr, memrchr};

use crate::config::LogPattern;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::logs::counter::{Counted, counted};
use crate::system::logs::dialect::{self, REACH};
use crate::system::logs::patterns::{ANCHORS, Context, Literal, MAX_LITERAL, assemble};

/// How far from a text the word that tells its system is looked for.
const NEARBY: usize = 256;
/// Overlap that a line longer than a block needs on either side, so that nothing is missed at the seam.
pub(super) const SEAM: usize = MAX_LITERAL + REACH;
/// Words that name a cache, lower case.
const CACHE_WORDS: [&[u8]; 5] = [b"redi", b"jedis", b"valkey", b"memcache", b"lettuce"];
/// Words that name a database, lower case: a line that names both speaks of the database, behind the cache.
const DATABASE_WORDS: [&[u8]; 6] = [b"mysql", b"mariadb", b"postgres", b"psycopg", b"1040", b"53300"];
/// Words of a limit that was exceeded, lower case: MySQL's 1203 and 1226.
const EXCEEDED: [&[u8]; 4] = [b"exceeded", b"more than", b"reached", b"too many"];
/// Bytes that Teddy compares at once.
const FRAGMENT: usize = 4;

/// The compiled patterns.
pub struct Patterns {
    names: Vec<String>,
    literals: Vec<Literal>,
    /// For each fragment, the literals it stands for and where in them it starts.
    owners: Vec<Vec<(usize, usize)>>,
    fragment: usize,
    finder: Finder,
    /// Finds the words of `dialect`; none when the operator says what a miss is.
    lookups: Option<Finder>,
}

enum Finder {
    Teddy(Searcher),
    /// For more fragments than Teddy takes, and for processors without it.
    Automaton(AhoCorasick),
}

impl Patterns {
    /// Compiles the built-in patterns and the operator's. Errors: `Input`, for a text that cannot be used.
    pub fn compile(own: &[LogPattern]) -> Result<Self, TargetError> {
        let (names, literals) = assemble(own)?;
        let fragment =
            literals.iter().map(|literal| literal.text.len()).min().unwrap_or(FRAGMENT).min(FRAGMENT);
        let mut owners: BTreeMap<Vec<u8>, Vec<(usize, usize)>> = BTreeMap::new();
        for (index, literal) in literals.iter().enumerate() {
            let at = rarest(literal, fragment);
            for spelling in spellings(&literal.text[at..at + fragment], literal.ignore_case) {
                owners.entry(spelling).or_default().push((index, at));
            }
        }
        let finder = Finder::new(owners.keys())?;
        let lookups = if literals.iter().any(|literal| literal.context == Context::Miss) {
            Some(Finder::new(dialect::WORDS.map(|word| word.as_bytes().to_vec()).iter())?)
        } else {
            None
        };
        Ok(Self { names, literals, owners: owners.into_values().collect(), fragment, finder, lookups })
    }

    /// Whether a miss counts as the operator's patterns say, not as the built-in ones do.
    pub fn has_own_misses(&self) -> bool {
        self.lookups.is_none()
    }

    /// Whether any line in `range` tells how a lookup in a cache went, in a spelling that is known.
    pub(super) fn tells_lookups(&self, block: &[u8], mut range: Range<usize>) -> bool {
        let Some(finder) = &self.lookups else { return false };
        while let Some((word, start)) = finder.find(block, range.clone()) {
            if dialect::speaks(block, start..start + dialect::WORDS[word].len()) {
                return true;
            }
            range.start = start + 1;
        }
        false
    }

    /// The names, in the order of the counts.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the SIMD search is in use.
    pub fn is_vectorised(&self) -> bool {
        matches!(self.finder, Finder::Teddy(_))
    }

    /// All patterns, as bits.
    pub(super) fn all(&self) -> u64 {
        u64::MAX >> (64 - self.names.len())
    }

    /// The next place in `block` whose fragment starts within `range`, and the patterns whose text is there, as bits.
    pub(super) fn next(&self, block: &[u8], mut range: Range<usize>) -> Option<(usize, u64)> {
        let end = block.len().min(range.end + self.fragment - 1);
        while range.start + self.fragment <= end {
            let (fragment, start) = self.finder.find(block, range.start..end)?;
            let mut found = 0;
            for &(literal, at) in &self.owners[fragment] {
                let literal = &self.literals[literal];
                if literal.is_at(block, start.checked_sub(at)) {
                    found |= 1 << literal.pattern;
                }
            }
            if found != 0 {
                return Some((start, found));
            }
            range.start = start + 1;
        }
        None
    }
}

impl Finder {
    fn new<'a>(fragments: impl ExactSizeIterator<Item = &'a Vec<u8>> + Clone) -> Result<Self, TargetError> {
        let teddy = Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .only_teddy(true)
            .builder()
            .extend(fragments.clone())
            .build();
        if let Some(teddy) = teddy {
            return Ok(Self::Teddy(teddy));
        }
        AhoCorasickBuilder::new()
            .match_kind(aho_corasick::MatchKind::LeftmostFirst)
            .build(fragments)
            .map(Self::Automaton)
            .map_err(|error| TargetError::new(TargetErrorKind::Input, format!("log patterns: {error}")))
    }

    fn find(&self, block: &[u8], range: Range<usize>) -> Option<(usize, usize)> {
        let found = match self {
            Self::Teddy(teddy) => teddy.find_in(block, range.into()),
            Self::Automaton(automaton) => automaton.find(Input::new(block).range(range)),
        }?;
        Some((found.pattern().as_usize(), found.start()))
    }
}

impl Literal {
    fn is_at(&self, block: &[u8], start: Option<usize>) -> bool {
        let Some(start) = start else { return false };
        let end = start + self.text.len();
        let Some(here) = block.get(start..end) else { return false };
        let same = if self.ignore_case { here.eq_ignore_ascii_case(&self.text) } else { here == self.text };
        let behind = || counted(line_behind(block, end), false);
        let happened = || matches!(behind(), Counted::Event | Counted::Something);
        same && match self.context {
            Context::Verbatim => true,
            Context::Any => happened(),
            Context::Cache => happened() && names_cache(block, start..end),
            Context::CacheUnset => behind() == Counted::Event && names_cache(block, start..end),
            Context::NotCache => happened() && !names_cache(block, start..end),
            Context::Exceeded => {
                let line = line_around(block, start..end);
                holds(line.0, &EXCEEDED) || holds(line.1, &EXCEEDED)
            }
            Context::Miss => dialect::is_miss(block, start..end),
            Context::NoHit => dialect::is_no_hit(block, start..end - 1),
        }
    }
}

/// Whether a cache, and no database, is named within `NEARBY` bytes of the text, on the same line.
fn names_cache(block: &[u8], text: Range<usize>) -> bool {
    let (before, after) = line_around(block, text);
    let either = |words: &[&[u8]]| holds(before, words) || holds(after, words);
    either(&CACHE_WORDS) && !either(&DATABASE_WORDS)
}

/// What is within `NEARBY` bytes before and behind the text, on the same line.
fn line_around(block: &[u8], text: Range<usize>) -> (&[u8], &[u8]) {
    let before = &block[text.start.saturating_sub(NEARBY)..text.start];
    let before = memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]);
    (before, line_behind(block, text.end))
}

fn line_behind(block: &[u8], end: usize) -> &[u8] {
    let after = &block[end..block.len().min(end + NEARBY)];
    memchr(b'\n', after).map_or(after, |at| &after[..at])
}

fn holds(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word)))
}

/// Where in a literal its fragment starts: at an anchor that it shares, or else at its rarest bytes.
fn rarest(literal: &Literal, length: usize) -> usize {
    if length == FRAGMENT && !literal.ignore_case {
        let anchored =
            |anchor: &&str| literal.text.windows(length).position(|window| window == anchor.as_bytes());
        if let Some(at) = ANCHORS.iter().find_map(anchored) {
            return at;
        }
    }
    let weight = |window: &[u8]| {
        let letters = window.iter().filter(|byte| byte.is_ascii_alphabetic()).count() as u32;
        let common: u32 = window.iter().map(|byte| commonness(*byte)).sum();
        common + if literal.ignore_case { letters * 8 } else { 0 }
    };
    (0..=literal.text.len() - length).min_by_key(|at| weight(&literal.text[*at..*at + length])).unwrap_or(0)
}

/// How common a byte is in logs, roughly: numbers and the frequent letters of English make poor fragments.
fn commonness(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => 14,
        b' ' | b'e' | b'"' | b':' | b'.' => 12,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' | b'-' | b'/' | b'=' => 9,
        b'c' | b'd' | b'h' | b'l' | b'm' | b'p' | b'u' | b'E' | b'I' | b'N' | b'O' | b'R' => 6,
        b'b' | b'f' | b'g' | b'k' | b'v' | b'w' | b'y' | b'_' | b',' | b'A' | b'D' | b'F' | b'T' => 4,
        _ => 2,
    }
}

/// The fragment itself, or in each mixture of cases.
fn spellings(fragment: &[u8], ignore_case: bool) -> Vec<Vec<u8>> {
    let mut spellings = vec![Vec::with_capacity(fragment.len())];
    for byte in fragment {
        let mut cases = vec![*byte];
        if ignore_case && byte.is_ascii_alphabetic() {
            cases = vec![byte.to_ascii_lowercase(), byte.to_ascii_uppercase()];
        }
        spellings = cases
            .iter()
            .flat_map(|case| spellings.iter().map(|head| [head.as_slice(), &[*case]].concat()))
            .collect();
    }
    spellings
}
