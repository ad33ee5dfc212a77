//! The traps of YAML that people fall into again and again, seen in the line at which the parser gave up.

/// What to do about the trap in the line around this byte, when there is one.
pub(super) fn hint(source: &str, at: usize) -> Option<&'static str> {
    let before = source[..at].trim_end_matches(['\n', '\r']);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = source[start..].lines().next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    if line[..indent].contains('\t') {
        return Some("indent with spaces, not with tabs");
    }
    let (_, value) = line.split_once(": ")?;
    let value = value.trim();
    if references_in_flow(value) {
        return Some("inside of `{ }` and `[ ]`, `${NAME}` must be quoted: \"${NAME}\"");
    }
    let quoted = value.starts_with(['"', '\'', '{', '[', '|', '>']);
    if !quoted && (value.contains(": ") || value.ends_with(':')) {
        return Some("a text with `: ` in it must be quoted: \"…\"");
    }
    if value.starts_with(['@', '`', '%']) {
        return Some("a text that begins with this character must be quoted: \"…\"");
    }
    let inside = ['"', '\''].iter().find_map(|quote| {
        let inner = value.strip_prefix(*quote)?.strip_suffix(*quote)?;
        inner.contains(*quote).then_some(())
    });
    if inside.is_some() {
        return Some("a text in quotes ends at the next quote: inside, write \\\" in \"…\" and '' in '…'");
    }
    None
}

/// Whether a `${NAME}` stands bare in `{ }` or `[ ]`, where a brace has a meaning of its own.
fn references_in_flow(value: &str) -> bool {
    let mut quote = None;
    let mut depth = 0;
    let mut last = ' ';
    for c in value.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '{' && last == '$' && depth > 0 => return true,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if matches!(c, '{' | '[') => depth += 1,
            None if matches!(c, '}' | ']') => depth -= 1,
            None => {}
        }
        last = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trap_is_known_by_its_line() {
        let of =
            |line: &str| hint(line, line.len()).map(|hint| hint.split([':', ',']).next().unwrap_or_default());
        assert_eq!(of("  why: Refused: new connections"), Some("a text with `"));
        assert_eq!(of("  with: { value: ${n} }"), Some("inside of `{ }` and `[ ]`"));
        assert_eq!(of("  keys: [ ${n}, b ]"), Some("inside of `{ }` and `[ ]`"));
        assert_eq!(of("\twhy: x"), Some("indent with spaces"));
        assert_eq!(of("  why: @team"), Some("a text that begins with this character must be quoted"));
        assert_eq!(of("  why: \"say \"no\" to it\""), Some("a text in quotes ends at the next quote"));
        for fine in ["  why: x", "  with: { value: \"${n}\" }", "  why: \"a: b\"", "a", ""] {
            assert_eq!(of(fine), None, "{fine}");
        }
    }

    #[test]
    fn the_line_before_the_end_of_a_line_is_meant() {
        assert!(hint("why: a: b\nnext: x\n", 10).is_some());
        assert_eq!(hint("why: a\n", 7), None);
    }
}
