//! The bytes that draw a text at the top of a terminal, over what stands there.

use std::fmt::Write as _;

use crate::ui::wrap::rows;

/// What draws `text` in so many rows and columns, and leaves the cursor below; the last row stays free for it. `first`: what
/// the screen shows is moved out first, so that it can be scrolled back to.
///
/// Each row is cleared when its turn comes, and not the screen at once, which would flicker. The cursor is hidden while it moves.
pub(super) fn frame(text: &str, (height, columns): (usize, usize), first: bool) -> String {
    let mut out = String::from("\x1b[?25l");
    if first {
        out.push_str(&"\n".repeat(height));
    }
    out.push_str("\x1b[H");
    let mut left = height.saturating_sub(1);
    for line in text.lines() {
        let taken = rows(&format!("{line}\n"), columns);
        if taken > left {
            break;
        }
        left -= taken;
        // All rows of a line that the terminal breaks: it may have to be copied in one piece, so that we do not break it.
        out.push_str("\x1b[K");
        for _ in 1..taken {
            out.push_str("\x1b[B\x1b[K");
        }
        if taken > 1 {
            _ = write!(out, "\x1b[{}A", taken - 1);
        }
        out.push_str(line);
        out.push_str("\r\n");
    }
    out.push_str("\x1b[J\x1b[?25h");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(terminal: &vt100::Parser) -> Vec<String> {
        let (_, columns) = terminal.screen().size();
        let rows = terminal.screen().rows(0, columns);
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn a_second_picture_leaves_nothing_of_the_first() {
        let mut terminal = vt100::Parser::new(6, 10, 100);
        terminal.process(b"$ stampede\r\n");
        terminal.process(frame("one\n0123456789\n\x1b[31mred\x1b[0m\n", (6, 10), true).as_bytes());
        assert_eq!(shown(&terminal), ["one", "0123456789", "red", "", "", ""]);
        assert_eq!(terminal.screen().cursor_position(), (3, 0));
        terminal.process(frame("two\nx\n", (6, 10), false).as_bytes());
        assert_eq!(shown(&terminal), ["two", "x", "", "", "", ""]);
        assert!(!terminal.screen().hide_cursor());
        // What stood there before is above.
        terminal.screen_mut().set_scrollback(100);
        assert_eq!(shown(&terminal)[0], "$ stampede");
    }

    #[test]
    fn a_line_that_the_terminal_breaks_takes_its_rows_and_the_last_row_stays_free() {
        let mut terminal = vt100::Parser::new(6, 10, 100);
        terminal.process(frame("a\nb\nc\nd\ne\n", (6, 10), true).as_bytes());
        assert_eq!(shown(&terminal), ["a", "b", "c", "d", "e", ""]);
        terminal.process(frame("0123456789abc\nx\ny\nz\n", (6, 10), false).as_bytes());
        assert_eq!(shown(&terminal), ["0123456789", "abc", "x", "y", "z", ""]);
        terminal.process(frame("1\n2\n3\n4\n5\n6\n7\n", (6, 10), false).as_bytes());
        assert_eq!(shown(&terminal), ["1", "2", "3", "4", "5", ""]);
        assert_eq!(terminal.screen().cursor_position(), (5, 0));
    }

    #[test]
    fn a_terminal_that_has_become_smaller_shows_a_whole_picture() {
        let mut terminal = vt100::Parser::new(6, 20, 100);
        terminal.process(frame("a long line of text\nb\nc\n", (6, 20), true).as_bytes());
        terminal.screen_mut().set_size(4, 10);
        terminal.process(frame("short\nb\n", (4, 10), false).as_bytes());
        assert_eq!(shown(&terminal), ["short", "b", "", ""]);
    }
}
