//! The document as a tree in which every node knows its place in the file.

use std::ops::Range;

use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, Span, StrInput};

use crate::text;
use crate::yaml::problem::{ENOUGH, Policy, Problem, place_of, quoted};
use crate::yaml::traps;

/// Deepest nesting that is read; a real file needs six.
const MAX_DEPTH: usize = 24;

/// Most nodes that are read; a real file has a few hundred.
const MAX_NODES: usize = 20_000;

/// One node of the document.
#[derive(Debug)]
pub(crate) struct Node {
    /// Tells nodes apart that begin at the same byte.
    pub id: usize,
    /// The bytes it covers.
    pub at: Range<usize>,
    pub value: Value,
    /// Whether the entry of this key counts; a key that does not was reported already.
    pub standing: Standing,
}

/// What a node is worth as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Counts,
    /// The same key stands before it.
    Twice,
    /// Something that only stands where a key should; perhaps it is a value.
    NotAKey,
}

#[derive(Debug)]
pub(crate) enum Value {
    Scalar(Scalar),
    Seq(Vec<Node>),
    /// Key and value, in the order of the file.
    Map(Vec<(Node, Node)>),
}

#[derive(Debug)]
pub(crate) struct Scalar {
    pub text: String,
    /// Not quoted: `5` is a number and `~` is nothing.
    pub plain: bool,
    /// A `${NAME}` was replaced in it: it may stand for a number, and must not be shown.
    pub substituted: bool,
}

impl Scalar {
    /// An absent value (`key:`, `~`, `null`).
    pub(crate) fn is_null(&self) -> bool {
        self.plain && !self.substituted && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// Whether the value is absent.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.is_null())
    }

    /// The entries of a mapping that count; none for anything else.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &(Node, Node)> {
        let entries: &[(Node, Node)] = match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().filter(|(key, _)| key.standing == Standing::Counts)
    }

    /// The value under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The value under `key`, when something stands there.
    pub(crate) fn filled(&self, key: &str) -> Option<&Node> {
        self.get(key).filter(|node| !node.is_null())
    }

    /// The text under `key`; none where nothing stands there.
    pub(crate) fn given(&self, key: &str) -> Option<&str> {
        self.filled(key)?.text()
    }

    /// Where a mistake with `key` is shown: its value, the key itself where that is empty, and all of it where there is no such key.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        match self.entries().find(|(name, _)| name.text() == Some(key)) {
            Some((_, value)) if !value.at.is_empty() => value.at.clone(),
            Some((name, _)) => name.at.clone(),
            None => self.at.clone(),
        }
    }

    /// The node at the end of `path`, or the deepest one on the way to it.
    pub(crate) fn reach(&self, path: &[&str]) -> &Node {
        match path {
            [] => self,
            [first, rest @ ..] => self.get(first).map_or(self, |node| node.reach(rest)),
        }
    }
}

/// Reads one document. Duplicate keys are reported and the first one is kept; a syntax error ends the reading.
/// `None` when nothing could be read, or the document is empty (then there is no problem either).
pub(crate) fn read(source: &str, policy: &Policy, problems: &mut Vec<Problem>) -> Option<Node> {
    let options = granit_parser::options! { emit_unresolved_aliases: true };
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(source, options),
        source,
        policy,
        problems,
        nodes: 0,
    };
    match reader.document() {
        Ok(node) => node,
        Err(problem) => {
            reader.problems.push(problem);
            None
        }
    }
}

struct Reader<'a, 'p> {
    parser: Parser<'a, StrInput<'a>>,
    source: &'a str,
    policy: &'p Policy,
    problems: &'p mut Vec<Problem>,
    nodes: usize,
}

impl<'a> Reader<'a, '_> {
    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Problem> {
        // Comments are told as well when another crate wants to know of them (kube does).
        let told = loop {
            match self.parser.next() {
                Some(Ok((Event::Comment(..), _))) => {}
                told => break told,
            }
        };
        match told {
            Some(Ok((event, span))) => Ok((event, bytes(self.source, &span))),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(0).min(self.source.len());
                let hint = traps::hint(self.source, at).map_or(String::new(), |hint| format!("; {hint}"));
                let message = format!("not valid YAML: {}{hint}", text::escape(&error.info()));
                Err(Problem::new(at..at, message))
            }
            None => Ok((Event::StreamEnd, self.source.len()..self.source.len())),
        }
    }

    fn document(&mut self) -> Result<Option<Node>, Problem> {
        let mut root = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(Problem::new(at, "a second document begins here; the file holds one"));
                }
                Event::DocumentStart(..) => {
                    let first = self.next()?;
                    root = Some(self.node(first, 0)?);
                }
                _ => return Err(Problem::new(at, "not valid YAML")),
            }
        }
    }

    fn node(&mut self, (event, at): (Event<'a>, Range<usize>), depth: usize) -> Result<Node, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new(at, "nested too deeply"));
        }
        if self.nodes >= MAX_NODES {
            return Err(Problem::new(at, format!("more than {MAX_NODES} values")));
        }
        if self.problems.len() >= ENOUGH {
            return Err(Problem::new(at, "too many mistakes; what follows was not read"));
        }
        self.nodes += 1;
        let id = self.nodes;
        let (anchor, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(_, anchor, tag)
            | Event::MappingStart(_, anchor, tag) => (*anchor, tag.is_some()),
            Event::Alias(_) | Event::UnresolvedAlias(_) => (1, false),
            _ => return Err(Problem::new(at, "not valid YAML")),
        };
        if anchor != 0 {
            return Err(Problem::new(
                at,
                "anchors and aliases (`&`, `*`) are not supported; quote a value that begins so",
            ));
        }
        if tagged {
            return Err(Problem::new(at, "tags (`!`) are not supported; quote a value that begins so"));
        }
        let start = at.start;
        let (value, end) = match event {
            Event::Scalar(text, style, ..) => {
                let plain = matches!(style, ScalarStyle::Plain);
                (Value::Scalar(Scalar { text: text.into_owned(), plain, substituted: false }), at.end)
            }
            Event::SequenceStart(..) => self.items(depth)?,
            _ => self.pairs(depth)?,
        };
        Ok(Node { id, at: start..end.max(start), value, standing: Standing::Counts })
    }

    fn items(&mut self, depth: usize) -> Result<(Value, usize), Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, at) => return Ok((Value::Seq(items), at.end)),
                next => items.push(self.node(next, depth + 1)?),
            }
        }
    }

    fn pairs(&mut self, depth: usize) -> Result<(Value, usize), Problem> {
        let mut pairs: Vec<(Node, Node)> = Vec::new();
        loop {
            let next = self.next()?;
            if let (Event::MappingEnd, at) = next {
                return Ok((Value::Map(pairs), at.end));
            }
            let mut key = self.node(next, depth + 1)?;
            let next = self.next()?;
            let value = self.node(next, depth + 1)?;
            // `{ a, b }` is a mapping without values in YAML; here a `:` was forgotten, and `b` was meant as a value.
            let colon = self.source[key.at.end..].trim_start().starts_with(':') || !value.at.is_empty();
            let first = pairs.iter().find(|(known, _)| known.text().is_some() && known.text() == key.text());
            if key.text().is_none() || !colon {
                self.problems.push(Problem::new(key.at.clone(), "expected `key: value`"));
                key.standing = Standing::NotAKey;
            } else if let Some((first, _)) = first {
                let (line, _) = place_of(self.source, first.at.start);
                let name = quoted(key.text().unwrap_or_default(), self.policy);
                let message = format!("{name} is given twice; first in line {line}");
                self.problems.push(Problem::new(key.at.clone(), message));
                key.standing = Standing::Twice;
            }
            pairs.push((key, value));
        }
    }
}

/// The bytes of a span, kept inside the source and on character borders.
fn bytes(source: &str, span: &Span) -> Range<usize> {
    let floor = |at: Option<usize>| {
        let mut at = at.unwrap_or(0).min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start.byte_offset());
    start..floor(span.end.byte_offset()).max(start)
}
