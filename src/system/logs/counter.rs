//! What a name in a line is followed by: a number, a setting's value, or text.

/// What follows a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// Nothing is said of how many: the line tells of an event.
    Event,
    /// Nought, or `false`: there was none.
    Nothing,
    /// A number, or `true`.
    Something,
    /// It is the name of a setting: `cache_miss_ttl=60`.
    Setting,
}

/// What ends a name that counts.
const COUNTERS: [&[u8]; 9] =
    [b"count", b"counter", b"total", b"rate", b"ratio", b"percent", b"pct", b"errors", b"num"];
/// What ends the name of a setting.
const SETTINGS: [&[u8]; 8] =
    [b"ttl", b"timeout", b"threshold", b"limit", b"enabled", b"policy", b"size", b"level"];

/// What the rest of the line, behind a name, says of it: `_total 0`, `": false`, `=0`. A `plural` counts by itself.
pub(super) fn counted(rest: &[u8], plural: bool) -> Counted {
    let (more, rest) = named_on(rest);
    let counter = ends_in(more, &COUNTERS) || plural && more.is_empty();
    let rest = labels(rest);
    let gap = rest.iter().take(16).take_while(|byte| b" \t\"'\\:=>|".contains(byte)).count();
    let (between, value) = rest.split_at(gap);
    let assigned = between.iter().any(|byte| matches!(byte, b':' | b'=' | b'|'));
    if assigned && ends_in(more, &SETTINGS) {
        return Counted::Setting;
    }
    // `cache_miss_key=0` is no number of misses; `cache miss 0x3f` is none either.
    if !(assigned && (more.is_empty() || counter) || counter && gap > 0) {
        return Counted::Event;
    }
    let length = value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.').count();
    let (word, behind) = value.split_at(length);
    if matches!(behind.first(), Some(b'-' | b'_' | b'/' | b':')) {
        return Counted::Event;
    }
    let is = |set: &[&[u8]]| set.iter().any(|one| word.eq_ignore_ascii_case(one));
    if is(&[b"false", b"no", b"off", b"null", b"nil", b"none"]) {
        return Counted::Nothing;
    }
    if is(&[b"true", b"yes", b"on"]) {
        return Counted::Something;
    }
    let number = word.strip_suffix(b"ms").or_else(|| word.strip_suffix(b"s")).unwrap_or(word);
    if !number.first().is_some_and(u8::is_ascii_digit)
        || !number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
    {
        return Counted::Event;
    }
    if number.iter().all(|byte| matches!(byte, b'0' | b'.')) { Counted::Nothing } else { Counted::Something }
}

/// Whether the name goes on to be that of a share: `_ratio`, ` rate`.
pub(super) fn is_ratio(rest: &[u8]) -> bool {
    ends_in(named_on(rest).0, &[b"rate", b"ratio", b"percent", b"pct"])
}

/// What goes on in the name (`_total`, `Count`, ` rate`), and what follows it.
fn named_on(rest: &[u8]) -> (&[u8], &[u8]) {
    let part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = rest.iter().take(64).take_while(part).count();
    if length > 0 {
        return rest.split_at(length);
    }
    if let Some(text) = rest.strip_prefix(b" ") {
        let (word, behind) = text.split_at(text.iter().take(16).take_while(part).count());
        if COUNTERS.iter().any(|counter| word.eq_ignore_ascii_case(counter)) {
            return (word, behind);
        }
    }
    (b"", rest)
}

fn ends_in(name: &[u8], endings: &[&[u8]]) -> bool {
    endings.iter().any(|ending| {
        name.len().checked_sub(ending.len()).is_some_and(|at| name[at..].eq_ignore_ascii_case(ending))
    })
}

/// Past the labels of a metric: `{cache="users"}`.
fn labels(rest: &[u8]) -> &[u8] {
    if rest.first() != Some(&b'{') {
        return rest;
    }
    memchr::memchr(b'}', &rest[..rest.len().min(200)]).map_or(rest, |end| &rest[end + 1..])
}
