//! Text for people: escaping of what comes from outside (S30), and numbers with units.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory as Category};
use icu_properties::{CodePointMapData, CodePointSetData};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use unicode_width::UnicodeWidthChar;

/// Characters of a word that is shown whole; a longer one was not written by a person.
const LONGEST_WORD: usize = 512;
/// Characters that are left of it at each end.
const ENDS: usize = 60;

/// Makes text from outside safe to show: control characters, bidirectional overrides and other invisible
/// characters become `\n`, `\x1b` or `\u{202e}`. Ordinary text is returned as it is.
pub fn escape(text: &str) -> Cow<'_, str> {
    written(text, is_hostile, |out, c| match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if (c as u32) < 0x100 => _ = write!(out, "\\x{:02x}", c as u32),
        c => _ = write!(out, "\\u{{{:x}}}", c as u32),
    })
}

/// The text with some of its characters written in another way.
fn written(text: &str, which: fn(char) -> bool, how: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.chars().any(which) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if which(c) { how(&mut out, c) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// The same for lines that we have made ourselves: what breaks a line or moves to a column is ours, all else that could play tricks is
/// not. The last look before a terminal, for what nobody has escaped on the way.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    let hostile = |c| !matches!(c, '\n' | '\t') && is_hostile(c);
    written(text, hostile, |out, c| out.push_str(&escape(c.encode_utf8(&mut [0; 4]))))
}

/// A JSON document in which no character is hostile: its own way to write them is `\u202e`. (Outside of its strings there are none, but
/// for what breaks its lines.)
pub fn escape_json(json: &str) -> Cow<'_, str> {
    let hostile = |c| c != '\n' && is_hostile(c);
    written(json, hostile, |out, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            _ = write!(out, "\\u{unit:04x}");
        }
    })
}

/// The same for one that is read as YAML, which knows no pairs of `\u`.
pub fn escape_yaml(json: &str) -> Cow<'_, str> {
    let hostile = |c| c != '\n' && is_hostile(c);
    written(json, hostile, |out, c| _ = write!(out, "\\U{:08x}", c as u32))
}

/// A path, safe to show.
pub fn path(path: &Path) -> String {
    escape(&path.display().to_string()).into_owned()
}

/// The same for bytes: what is not UTF-8 becomes `\xNN`.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Whether a character does something to a terminal, or is not seen: what Unicode calls control (Cc), format (Cf: the bidirectional ones, soft
/// hyphens, tags), line and paragraph separators (Zl, Zp), and what it lets a font leave out (Default_Ignorable_Code_Point). The data is ICU's.
fn is_hostile(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let category = CodePointMapData::<Category>::new().get(c);
    matches!(
        category,
        Category::Control | Category::Format | Category::LineSeparator | Category::ParagraphSeparator
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Bytes from outside, such as a key, made safe to show and cut to `width` columns.
pub fn fit_bytes(bytes: &[u8], width: usize) -> String {
    fit(&escape_bytes(&bytes[..bytes.len().min(4 * width)]), width).into_owned()
}

/// Milliseconds, with a digit more where they are less than one.
pub fn millis(value: f64) -> String {
    if value < 1.0 && value > 0.0 { format!("{value:.2} ms") } else { format!("{} ms", count(value)) }
}

/// A word as a shell takes it, safe to show.
pub fn shell_word(word: &str) -> String {
    let word = escape(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Cuts text to `width` columns, ending in `…` when something was cut.
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    let mut used = 0;
    let mut cut = 0;
    for (at, c) in text.char_indices() {
        let w = c.width().unwrap_or(0);
        if used + w > width {
            return Cow::Owned(format!("{}…", &text[..cut]));
        }
        used += w;
        if used < width {
            cut = at + c.len_utf8();
        }
    }
    Cow::Borrowed(text)
}

/// Cuts the middle out of words that nobody reads or types: how long they are stands there instead. Nothing else of the line is changed.
pub fn shorten(line: &str) -> Cow<'_, str> {
    if line.len() <= LONGEST_WORD {
        return Cow::Borrowed(line);
    }
    let short = |word: &str| match word.chars().count() {
        long if long > LONGEST_WORD => {
            let first: String = word.chars().take(ENDS).collect();
            let last: String = word.chars().skip(long - ENDS).collect();
            format!("{first}…({long} characters)…{last}")
        }
        _ => word.to_owned(),
    };
    let short: Vec<String> = line.split(' ').map(short).collect();
    Cow::Owned(short.join(" "))
}

/// A count as a person reads it: `950`, `12.3k`, `4.1M`.
pub fn count(value: f64) -> String {
    // Negative zero is what an empty float sum is.
    let value = value + 0.0;
    let magnitude = value.abs();
    match magnitude {
        m if !m.is_finite() => "?".into(),
        m if m > 0.0 && m < 0.005 => "<0.01".into(),
        m if m > 0.0 && m < 0.05 => format!("{value:.2}"),
        m if m < 10.0 && m.fract() > 0.0 => format!("{value:.1}"),
        m if m < 9_999.5 => format!("{value:.0}"),
        m if m < 999_950.0 => format!("{:.1}k", value / 1e3),
        m if m < 999_950_000.0 => format!("{:.1}M", value / 1e6),
        _ => format!("{:.1}G", value / 1e9),
    }
}

/// Bytes in binary units: `512 B`, `1.5 MiB`.
pub fn bytes(value: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = value;
    let mut unit = 0;
    while value.abs() >= 1024.0 && unit < UNITS.len() - 1 {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{value:.0} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A share as a percentage, without rounding up into a better class: 94.96 % is `94.9 %`, not `95.0 %`.
pub fn percent(ratio: f64) -> String {
    format!("{:.1} %", (ratio * 1000.0 + 1e-9).floor() / 10.0)
}

/// A duration with one or two units: `340 ms`, `6 min 12 s`, `3 d 4 h`.
pub fn duration(value: Duration) -> String {
    let seconds = value.as_secs();
    match seconds {
        0 if value.is_zero() => "0 s".into(),
        0 => format!("{} ms", value.as_millis().max(1)),
        s if s < 10 && value.subsec_millis() > 0 => format!("{:.1} s", value.as_secs_f64()),
        s if s < 60 => format!("{s} s"),
        s if s < 3_600 => two(s / 60, "min", s % 60, "s"),
        s if s < 86_400 => two(s / 3_600, "h", s % 3_600 / 60, "min"),
        s => two(s / 86_400, "d", s % 86_400 / 3_600, "h"),
    }
}

fn two(big: u64, big_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 { format!("{big} {big_unit}") } else { format!("{big} {big_unit} {small} {small_unit}") }
}

/// Reads a duration as people write it: `2s`, `500ms`, `1m 30s`, `2h`; a bare number is seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| format!("{seconds} s is not a duration"));
    }
    let signed: jiff::SignedDuration =
        text.parse().map_err(|_| "write it like 2s, 500ms, 1m 30s or 2h".to_owned())?;
    Duration::try_from(signed).map_err(|_| "a duration cannot be negative".to_owned())
}

/// Bytes as Redis reads them: `gb` is 1024³, `g` is 1000³, nothing is bytes. Errors: how to write it.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_lowercase();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let times: u64 = match unit.trim_start() {
        "" | "b" => 1,
        "k" => 1000,
        "kb" | "kib" => 1 << 10,
        "m" => 1000 * 1000,
        "mb" | "mib" => 1 << 20,
        "g" => 1000 * 1000 * 1000,
        "gb" | "gib" => 1 << 30,
        _ => return Err("write it like 512mb or 4gb".into()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(times));
    bytes.ok_or_else(|| "write it like 512mb or 4gb".into())
}

/// The name in `known` that the writer of `given` most likely meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().min(given.len()) / 4)
        .min()
        .map(|(_, name)| name)
}

/// The same for names of several words, `raise-maxclients`: where none is near as a whole, one is meant by one of its words.
pub fn nearest_part<'a>(given: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    nearest(given, known.clone()).or_else(|| {
        let parts = known.into_iter().flat_map(|name| name.split('-').map(move |part| (name, part)));
        let long = parts.filter(|(_, part)| part.len() > 3);
        long.filter_map(|(name, part)| nearest(given, [part]).map(|part| (name, part)))
            .min_by_key(|(_, part)| strsim::damerau_levenshtein(given, part))
            .map(|(name, _)| name)
    })
}

/// What was meant by a name that there is none of, or else the names that there are.
pub fn suggestion(given: &str, known: &[&str]) -> String {
    match nearest(given, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known: {}", known.join(", ")),
    }
}

/// The same as the end of a sentence; nothing where no name is near.
pub fn near<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(given, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// What may stand in a path or a query of a URL as it is.
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An enum whose variants are called something: a table of both, so that neither is written twice.
macro_rules! named {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$doc:meta])* $variant:ident => $words:literal,)* }
        $(#[$words_doc:meta])*
        fn $words_of:ident
    ) => {
        $(#[$meta])*
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Each of them, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            $(#[$words_doc])*
            pub fn $words_of(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}
pub(crate) use named;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_never_reach_a_terminal() {
        assert_eq!(escape("a\x1b[31mb\n"), "a\\x1b[31mb\\n");
        assert_eq!(escape("user\u{202e}gpj"), "user\\u{202e}gpj");
        assert_eq!(escape_bytes(b"k\xff\x00ey"), "k\\xff\\x00ey");
        assert_eq!(escape("größe:42"), "größe:42");
        for (text, shown) in [
            ("\u{61c}a", "\\u{61c}a"),
            ("a\u{2028}b", "a\\u{2028}b"),
            ("so\u{ad}ft", "so\\xadft"),
            ("\u{180e}\u{3164}", "\\u{180e}\\u{3164}"),
            ("\u{e0041}", "\\u{e0041}"),
            ("\u{7f}\u{9b}", "\\x7f\\x9b"),
            ("\u{fff9}", "\\u{fff9}"),
            ("漢 e\u{301} שלום مرحبا", "漢 e\u{301} שלום مرحبا"),
        ] {
            assert_eq!(escape(text), shown);
        }
        assert_eq!(escape_lines("a\tb\n\x1b[2J\rc"), "a\tb\n\\x1b[2J\\rc");
    }

    #[test]
    fn a_document_says_the_same_in_other_letters() {
        for text in ["\u{7f}", "\u{202e}x\u{e0041}", "größe \u{9b}31m"] {
            let json = serde_json::to_string_pretty(&[text]).unwrap();
            let (escaped, yaml) = (escape_json(&json), escape_yaml(&json));
            assert!(
                !escaped.chars().chain(yaml.chars()).any(|c| c != '\n' && is_hostile(c)),
                "{escaped} {yaml}"
            );
            assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap(), [text]);
            assert_eq!(serde_saphyr::from_str::<Vec<String>>(&yaml).unwrap(), [text]);
        }
    }

    #[test]
    fn only_a_word_that_no_person_has_written_is_shortened() {
        let command = format!("EVAL \"{}\" 1 {}", "return 1; ".repeat(300), "k".repeat(100_000));
        let short = shorten(&command);
        assert!(short.starts_with("EVAL \"return 1; return 1; "), "{short}");
        assert!(short.ends_with(&format!("k…(100000 characters)…{}", "k".repeat(60))), "{short}");
        assert_eq!(shorten("GET a b"), "GET a b");
    }

    #[test]
    fn text_is_cut_by_columns_not_bytes() {
        assert_eq!(fit("äöü", 3), "äöü");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("日本語", 4), "日…");
    }

    #[test]
    fn numbers_carry_units_and_are_never_flattered() {
        assert_eq!(count(12_345.0), "12.3k");
        assert_eq!(count(0.25), "0.2");
        assert_eq!(count(-0.0), "0");
        assert_eq!(count(f64::NAN), "?");
        assert_eq!(percent(0.9496), "94.9 %");
        assert_eq!(percent(0.95), "95.0 %");
        assert_eq!(bytes(1536.0), "1.5 KiB");
        assert_eq!(duration(Duration::from_secs(372)), "6 min 12 s");
        assert_eq!(duration(Duration::from_millis(340)), "340 ms");
        assert_eq!(duration(Duration::from_millis(2_500)), "2.5 s");
        assert_eq!(duration(Duration::from_secs(2)), "2 s");
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(parse_duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(parse_duration("0"), Ok(Duration::ZERO));
        assert_eq!(parse_duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        for bad in ["-1s", "soon", "", "1e300", "nan"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_misspelled_name_finds_its_neighbour() {
        assert_eq!(nearest("thresholdz", ["targets", "thresholds"]), Some("thresholds"));
        assert_eq!(nearest("banana", ["targets", "thresholds"]), None);
        let steps = ["raise-maxclients", "idle-timeout", "stop-writes"];
        assert_eq!(nearest_part("maxclinets", steps), Some("raise-maxclients"));
        assert_eq!(nearest_part("idle-timout", steps), Some("idle-timeout"));
        assert_eq!(nearest_part("banana", steps), None);
    }
}
