//! Names and texts as SQL takes them, whatever is in them.

use std::fmt::Write as _;

use crate::text;

/// A name, always quoted: `"app"`. One with characters that must not reach a terminal is written by their code points
/// (S30), which the server reads as the same name.
pub fn ident(name: &str) -> String {
    if text::escape(name) == name {
        return format!("\"{}\"", name.replace('"', "\"\""));
    }
    let mut out = String::from("U&\"");
    for c in name.chars() {
        let mut bytes = [0; 4];
        let shown: &str = c.encode_utf8(&mut bytes);
        match c {
            '"' | '\\' => out.extend([c, c]),
            _ if text::escape(shown) != shown => _ = write!(out, "\\+{:06x}", u32::from(c)),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text, whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    match doubled.contains('\\') {
        true => format!("E'{}'", doubled.replace('\\', "\\\\")),
        false => format!("'{doubled}'"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_texts_are_quoted_whatever_is_in_them() {
        for (name, quoted) in [
            ("app", "\"app\""),
            ("a\"b", "\"a\"\"b\""),
            ("a b; DROP", "\"a b; DROP\""),
            ("a\\b", "\"a\\b\""),
            ("größe", "\"größe\""),
            ("a\u{202e}\\\"b", "U&\"a\\+00202e\\\\\"\"b\""),
            ("a\nb", "U&\"a\\+00000ab\""),
        ] {
            assert_eq!(ident(name), quoted);
        }
        assert_eq!(literal("o'b"), "'o''b'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
    }

    proptest! {
        /// Between the outer quotes every quote is one of a pair, so that no name ends early.
        #[test]
        fn no_name_gets_out_of_its_quotes(name in "\\PC*|[\"'\\\\;a\u{202e}\n]*") {
            let quoted = ident(&name);
            let inner = quoted.trim_start_matches("U&").strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            prop_assert!(!inner.expect("quoted").replace("\"\"", "").contains('"'), "{}", quoted);
            prop_assert_eq!(text::escape(&quoted), quoted.as_str());
            let quoted = literal(&name);
            let inner = quoted.trim_start_matches('E').strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            prop_assert!(!inner.expect("quoted").replace("''", "").contains('\''), "{}", quoted);
        }
    }
}
