//! Reading CEL, with words for a person when it is none.

use std::ops::Range;

use cel::common::ast::{Expr, IdedExpr, SourceInfo};
use cel::parser::{ParseError, Parser};

use crate::playbook::condition::Flaw;
use crate::text;

/// Longest condition that is read; a real one has less than a hundred characters.
const LONGEST: usize = 1_000;
/// Deepest nesting that is read.
const DEEPEST: u16 = 32;

/// A condition as CEL has it.
pub(super) struct Parsed {
    pub root: IdedExpr,
    info: SourceInfo,
    length: usize,
}

/// Parses CEL.
pub(super) fn parse(source: &str) -> Result<Parsed, Flaw> {
    if source.len() > LONGEST {
        return Err(Flaw { at: 0..source.len(), message: format!("longer than {LONGEST} characters") });
    }
    if let Some(at) = source.find("${") {
        let message = "a condition compares measurements; `${…}` stands only in `with:` and in defaults";
        return Err(Flaw { at: at..at + 2, message: message.into() });
    }
    let parser = Parser::new().max_recursion_depth(DEEPEST);
    match parser.parse_with_source_info(source) {
        Ok((root, info)) => Ok(Parsed { root, info, length: source.len() }),
        Err(errors) => Err(errors.errors.first().map_or_else(
            || Flaw { at: 0..source.len(), message: "this is no condition".into() },
            |error| flaw(source, error),
        )),
    }
}

impl Parsed {
    /// The bytes of a node: of an operator its sign, of a dotted name all of it.
    pub(super) fn at(&self, node: &IdedExpr) -> Range<usize> {
        let own = |node: &IdedExpr| {
            let (start, last) = self.info.offset_for(node.id).unwrap_or((0, 0));
            let start = (start as usize).min(self.length);
            start..(last as usize + 1).clamp(start, self.length)
        };
        match &node.expr {
            // The node of a selection lies at its dot.
            Expr::Select(select) => {
                let end = own(node).end + select.field.len();
                self.at(&select.operand).start..end.min(self.length)
            }
            _ => own(node),
        }
    }

    /// The bytes of a node and all below it.
    pub(super) fn span(&self, node: &IdedExpr) -> Range<usize> {
        let own = self.at(node);
        match &node.expr {
            Expr::Call(call) => {
                call.target.iter().map(AsRef::as_ref).chain(&call.args).fold(own, |span, arg| {
                    let inner = self.span(arg);
                    span.start.min(inner.start)..span.end.max(inner.end)
                })
            }
            _ => own,
        }
    }
}

fn flaw(source: &str, error: &ParseError) -> Flaw {
    let start = place(source, error.pos);
    let rest = &source[start..];
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
    let found = &rest[..length];
    let before = source[..start].trim_end();
    let message = match found {
        "" => "the condition ends too early".to_owned(),
        "and" => "write `&&` for and".into(),
        "or" => "write `||` for or".into(),
        "=" => "write `==` to compare".into(),
        "&" | "|" => format!("write `{found}{found}`"),
        "%" => "a share is written as 0.8, not as 80%".into(),
        _ if before == "not" => "write `!` for not".into(),
        // A number with a unit: metrics have theirs already.
        _ if before.ends_with(|c: char| c.is_ascii_digit()) && before.len() == start => {
            "a number has no unit here: it is in the unit of the metric".into()
        }
        "\"" | "'" => "this text does not end".into(),
        found => format!("`{}` has no meaning here", text::fit(&text::escape(found), 40)),
    };
    // `80%`: the parser is at the end of the text, as it waits for a divisor.
    if found.is_empty() && before.ends_with('%') {
        return Flaw {
            at: before.len() - 1..before.len(),
            message: "a share is written as 0.8, not as 80%".into(),
        };
    }
    Flaw { at: start..start + length, message }
}

/// The byte of a line and column (from 1, in characters), kept inside the source.
fn place(source: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start = source.split_inclusive('\n').take(line).map(str::len).sum::<usize>().min(source.len());
    let offset = source[start..].char_indices().nth(column).map_or(source.len() - start, |(at, _)| at);
    start + offset
}
