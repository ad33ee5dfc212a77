//! What a line says of one lookup in a cache, in the spellings of proxies, frameworks and clients.
//!
//! A fixed text such as `cache miss` is not enough: nginx writes `"MISS"` at the end of a request, a JSON logger
//! `"cache":"miss"`, Rails `(miss)`. So one word is looked for, and its surroundings decide. All of it lies on the line and
//! within `REACH`, so that it does not matter where a block of the log ends.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use crate::system::logs::counter::{Counted, counted, is_ratio};

/// How far around the word is looked: a request with its user agent lies before the word of a proxy.
pub(super) const REACH: usize = 768;
/// How near `cache` must be when it is not what the word belongs to.
const NEAR: usize = 256;
/// Longest name that is looked at, and most signs between a name and its value.
const NAME: usize = 64;
/// Words that say how a lookup went, of which one is enough to know that a log speaks of lookups.
pub(super) const WORDS: [&str; 14] = [
    "miss",
    "Miss",
    "MISS",
    "hit",
    "Hit",
    "HIT",
    "BYPASS",
    "EXPIRED",
    "STALE",
    "UPDATING",
    "REVALIDATED",
    "PASS",
    "ache entry for key",
    "found in cache",
];

/// A word of a line, with what is before and behind it on this line.
struct Around<'a> {
    before: &'a [u8],
    word: &'a [u8],
    after: &'a [u8],
}

impl<'a> Around<'a> {
    fn new(block: &'a [u8], word: Range<usize>) -> Self {
        let before = &block[word.start.saturating_sub(REACH)..word.start];
        let before = memrchr(b'\n', before).map_or(before, |at| &before[at + 1..]);
        let after = &block[word.end..block.len().min(word.end + REACH)];
        let after = memchr(b'\n', after).map_or(after, |at| &after[..at]);
        let after = after.strip_suffix(b"\r").unwrap_or(after);
        Self { before, word: &block[word], after }
    }

    /// Whether this line speaks of a cache close to the word.
    fn near_cache(&self) -> bool {
        let before = &self.before[self.before.len().saturating_sub(NEAR)..];
        names_cache(before) || names_cache(&self.after[..self.after.len().min(NEAR)])
    }

    /// Whether it is the line of a request: `"GET /p HTTP/1.1"`.
    fn of_request(&self) -> bool {
        memmem::find(self.before, b"HTTP/").is_some() || memmem::find(self.after, b"HTTP/").is_some()
    }

    fn is_upper(&self) -> bool {
        self.word.iter().all(u8::is_ascii_uppercase)
    }
}

/// Whether the word `miss` says that a lookup found nothing.
pub(super) fn is_miss(block: &[u8], word: Range<usize>) -> bool {
    let around = Around::new(block, word);
    // `missing`, `mission`.
    let Some((rest, plural)) = ended(&around) else { return false };
    // `MISS, HIT`: the nearer of two caches had it.
    let hit_behind = || {
        let next = rest.strip_prefix(b",").map(<[u8]>::trim_ascii_start);
        next.is_some_and(|next| next.starts_with(b"HIT"))
    };
    is_of_lookup(&around, rest)
        && !hit_behind()
        && matches!(counted(rest, plural), Counted::Event | Counted::Something)
        && !negated(around.before, plural)
}

/// Whether the word `hit` is denied: `cache_hit=false`.
pub(super) fn is_no_hit(block: &[u8], word: Range<usize>) -> bool {
    let around = Around::new(block, word);
    let (_, name) = joined(around.before);
    // `res.cache_hit` is a name by itself; `hit: false` needs a cache on the line.
    (names_cache(name) || is_answer(&around)) && counted(around.after, false) == Counted::Nothing
}

/// Whether the line tells how a lookup went, in a spelling of which a miss would be known too.
pub(super) fn speaks(block: &[u8], word: Range<usize>) -> bool {
    let around = Around::new(block, word);
    if around.word.contains(&b' ') {
        return true;
    }
    let hit = around.word.eq_ignore_ascii_case(b"hit");
    ended(&around).is_some_and(|(rest, _)| {
        // A ratio of hits says how many there were, not that each miss would be told.
        !(hit && is_ratio(rest)) && is_of_lookup(&around, rest) || is_answer(&around)
    })
}

/// Whether the word has `true` or `false` for its value on a line that names a cache: `hit: false`.
fn is_answer(around: &Around<'_>) -> bool {
    joined(around.before).1.is_empty()
        && matches!(counted(around.after, false), Counted::Nothing | Counted::Something)
        && around.near_cache()
}

/// What follows the word, and whether it is a plural; none when the word goes on to be another one.
fn ended<'a>(around: &Around<'a>) -> Option<(&'a [u8], bool)> {
    let ends = |rest: &'a [u8]| match rest.first() {
        // `cacheMissCount` goes on with a new word.
        Some(next) if next.is_ascii_uppercase() => !around.is_upper(),
        Some(next) => !next.is_ascii_lowercase(),
        None => true,
    };
    let endings: [(&[u8], bool); 7] = [
        (b"", false),
        (b"es", true),
        (b"ES", true),
        (b"ed", false),
        (b"ED", false),
        (b"s", true),
        (b"S", true),
    ];
    endings.into_iter().find_map(|(ending, plural)| {
        let rest = around.after.strip_prefix(ending)?;
        ends(rest).then_some((rest, plural))
    })
}

/// Whether the word belongs to a cache, by the name before it or as a field of its own.
fn is_of_lookup(around: &Around<'_>, rest: &[u8]) -> bool {
    let before = uncoloured(around.before);
    let (above, name) = joined(before);
    if name.is_empty() {
        return names_lookup(owner(before).1) || is_field(around, before, rest);
    }
    // A path is no word of the log: `GET /docs/cache-miss`.
    let path = matches!(above.last(), Some(b'/' | b'?' | b'&' | b'%'));
    (starts_word(before) || is_camel(name, around)) && !path && names_lookup(name)
}

/// Whether the word stands as the value of a field: in quotes, in brackets, after a colon or alone.
fn is_field(around: &Around<'_>, before: &[u8], rest: &[u8]) -> bool {
    let (open, close) = (before.last(), uncoloured_start(rest).first());
    let enclosed = matches!(
        (open, close),
        (Some(b'"'), Some(b'"' | b'\\'))
            | (Some(b'\''), Some(b'\''))
            | (Some(b'(' | b'{'), Some(b')' | b'}' | b','))
            | (Some(b'['), Some(b']'))
            | (Some(b'{' | b'|'), Some(b'|'))
            | (Some(b'|'), Some(b'}'))
    );
    let alone =
        matches!(open, None | Some(b' ' | b'\t')) && matches!(close, None | Some(b' ' | b'\t' | b',' | b'|'));
    let assigned = before.trim_ascii_end().last().is_some_and(|sign| matches!(sign, b':' | b'=' | b'>'));
    let upper = around.is_upper();
    if (enclosed || alone && (assigned || upper || close.is_none())) && around.near_cache() {
        return true;
    }
    // A field of a request by its place has no name before it.
    let placed =
        enclosed && matches!(before.len().checked_sub(2).map(|at| before[at]), None | Some(b' ' | b'\t'));
    (alone && !assigned || placed || enclosed && upper) && around.of_request()
}

/// The part of a name that is joined to the end, and what is before it: `cache_` of `cache_miss`, `TCP_` of `TCP_MISS`.
fn joined(before: &[u8]) -> (&[u8], &[u8]) {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = before.iter().rev().take(NAME).take_while(part).count();
    before.split_at(before.len() - length)
}

/// The name that a value belongs to, and what is before it: the name ends in `: `, `=`, `":"`, a space or a bracket.
fn owner(before: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = before;
    let mut spaced = false;
    for _ in 0..NAME {
        rest = uncoloured(rest);
        rest = match rest {
            [head @ .., b'-' | b'=', b'>'] => head,
            [head @ .., b' ' | b'\t'] => {
                spaced = true;
                head
            }
            [head @ .., b'"' | b'\'' | b':' | b'=' | b'\\' | b'(' | b')' | b'[' | b']' | b'{' | b'|'] => head,
            _ => break,
        };
    }
    match joined(rest) {
        // The end of a sentence.
        (_, name) if spaced && name.ends_with(b".") => (rest, b""),
        found => found,
    }
}

/// Whether that name is one of a cache's lookups.
fn names_lookup(name: &[u8]) -> bool {
    const OTHERS: [&[u8]; 6] =
        [b"VCL_call", b"fwd", b"uri-", b"vary-", b"x-edge-result-type", b"x-edge-response-result-type"];
    names_cache(name)
        || name.starts_with(b"TCP_")
        || OTHERS.contains(&name)
        || [b"redis".as_slice(), b"valkey"].iter().any(|store| ends_with_ignoring_case(name, store))
}

fn names_cache(text: &[u8]) -> bool {
    memchr::memchr2_iter(b'c', b'C', text)
        .any(|at| text.get(at..at + 5).is_some_and(|here| here.eq_ignore_ascii_case(b"cache")))
}

fn ends_with_ignoring_case(text: &[u8], end: &[u8]) -> bool {
    text.len().checked_sub(end.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(end))
}

/// Whether a word can start behind `before`.
fn starts_word(before: &[u8]) -> bool {
    !before.last().is_some_and(u8::is_ascii_alphabetic)
}

/// `cacheMiss`, `CACHEMISS`: a new word without a sign between.
fn is_camel(name: &[u8], around: &Around<'_>) -> bool {
    let (Some(last), Some(first)) = (name.last(), around.word.first()) else { return false };
    first.is_ascii_uppercase() && (last.is_ascii_lowercase() || around.is_upper())
}

/// `no cache miss`, `0 cache misses`, `without a cache miss`: the words before the cache deny it.
fn negated(before: &[u8], plural: bool) -> bool {
    let (above, _) = match joined(before) {
        (_, b"") => owner(before),
        found => found,
    };
    let mut words = above.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is = |word: Option<&[u8]>, set: &[&[u8]]| {
        word.is_some_and(|word| set.iter().any(|one| word.eq_ignore_ascii_case(one)))
    };
    let last = words.next();
    is(last, &[b"no", b"without", b"never", b"avoid", b"prevent", b"reduce"])
        || plural && is(last, &[b"0", b"zero"])
        || is(last, &[b"a", b"any"]) && is(words.next(), &[b"not", b"without", b"isn't", b"never"])
}

/// Without the colours at its end: `ESC[31m`.
fn uncoloured(mut text: &[u8]) -> &[u8] {
    while text.last() == Some(&b'm') {
        let tail = &text[text.len().saturating_sub(16)..];
        let Some(escape) = memrchr(0x1b, tail) else { break };
        if !is_colour(&tail[escape..]) {
            break;
        }
        text = &text[..text.len() - (tail.len() - escape)];
    }
    text
}

/// Without the colours at its start.
fn uncoloured_start(mut text: &[u8]) -> &[u8] {
    while text.first() == Some(&0x1b) {
        let Some(end) = memchr(b'm', &text[..text.len().min(16)]) else { break };
        text = &text[end + 1..];
    }
    text
}

fn is_colour(text: &[u8]) -> bool {
    matches!(text, [0x1b, b'[', codes @ .., b'm'] if codes.iter().all(|b| b.is_ascii_digit() || *b == b';'))
}

#[cfg(test)]
mod tests;
