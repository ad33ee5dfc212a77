//! Reading a recording: CSV, JSON lines, or a table in a document. Errors say line and column in words.

use crate::replay::build::Builder;
use crate::replay::column::{self, Column};
use crate::replay::{Series, json};
use crate::text;

/// Why a recording could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What is wrong, with line and column: a lowercase fragment.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
}

impl ReadError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Reads a recording from the bytes of a file.
///
/// Counts are per row (since the row before), unless a cell has a unit (`950/min`).
///
/// # Errors
/// When it is no text, has no header that is known, or a cell that cannot be read; never panics.
pub fn read(bytes: &[u8]) -> Result<Series, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = line_of(bytes, error.valid_up_to());
        ReadError::new(format!("line {line}: not text (byte 0x{:02x})", bytes[error.valid_up_to()]))
            .hint("a recording is CSV, JSON lines, or a table in a document, in UTF-8")
    })?;
    if let Some(at) = text.find('\0') {
        return Err(ReadError::new(format!("line {}: binary content", line_of(bytes, at)))
            .hint("a recording is CSV, JSON lines, or a table in a document"));
    }
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let builder = match first {
        None => return Err(ReadError::new("the recording is empty").hint("it needs a header and a row")),
        Some(line) if line.starts_with('{') => json::read(text)?,
        Some(line) if line.starts_with('[') => {
            return Err(
                ReadError::new("a JSON array, not JSON lines").hint("jq -c '.[]' FILE makes JSON lines")
            );
        }
        Some(line) if heads_a_table(line.split(',')) => delimited(text, b',')?,
        Some(line) if heads_a_table(line.split(';')) => delimited(text, b';')?,
        Some(line) if heads_a_table(line.split('\t')) => delimited(text, b'\t')?,
        Some(line) => match table_in_document(text)? {
            Some(builder) => builder,
            None => return Err(no_header(line)),
        },
    };
    builder.finish(labels(text))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Two names that are known (one of them may be the time) make a header.
fn heads_a_table<'a>(headings: impl Iterator<Item = &'a str>) -> bool {
    let unquoted = headings.map(|heading| heading.trim().trim_matches('"'));
    unquoted.filter(|heading| column::is_time(heading) || Column::by_heading(heading).is_some()).count() >= 2
}

fn no_header(line: &str) -> ReadError {
    let words = line.split([',', ';', '\t', ' ']).map(|word| word.trim().trim_matches('"'));
    let near = words.take(64).filter(|word| word.len() < 64).find_map(|word| {
        let wrong = Column::by_heading(word).is_none() && !column::is_time(word);
        Column::nearest(word).filter(|_| wrong).map(|near| (word, near))
    });
    let hint = match near {
        Some((word, near)) => format!("`{}`: did you mean `{near}`?", text::escape(word)),
        None => "the header needs a time and a column such as cache_hits, cache_misses, db_queries".into(),
    };
    let shown = text::fit(&text::escape(line), 60).into_owned();
    ReadError::new(format!("no header with known columns (found `{shown}`)")).hint(hint)
}

/// `# label: classic_expiry; onset: 10:05`.
fn labels(text: &str) -> (Option<String>, Option<String>) {
    let Some(line) = text.lines().next().and_then(|line| line.trim().strip_prefix('#')) else {
        return (None, None);
    };
    let field = |name: &str| {
        line.split(';').find_map(|part| {
            let (key, value) = part.split_once(':')?;
            (key.trim() == name).then(|| text::escape(value.trim()).into_owned())
        })
    };
    (field("label"), field("onset"))
}

fn delimited(text: &str, delimiter: u8) -> Result<Builder, ReadError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut builder: Option<Builder> = None;
    for record in reader.records() {
        let record = record
            .map_err(|error| ReadError::new(format!("not CSV: {}", text::escape(&error.to_string()))))?;
        let line = record.position().map_or(0, |position| position.line());
        match &mut builder {
            None => builder = Some(Builder::new(record.iter(), line)?),
            Some(builder) => {
                // A remark after the last cell, as in `…,100 # STAMPEDE`.
                let cells: Vec<&str> =
                    record.iter().map(|cell| cell.split(" #").next().unwrap_or(cell)).collect();
                builder.row(line, &cells)?;
            }
        }
    }
    builder.ok_or_else(|| ReadError::new("the recording is empty"))
}

/// A table of words set apart by blanks, alone or inside a document: from its header to the next empty line or fence.
fn table_in_document(text: &str) -> Result<Option<Builder>, ReadError> {
    let mut builder: Option<Builder> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.split('#').next().unwrap_or(content).trim();
        match &mut builder {
            None if heads_a_table(content.split_whitespace()) => {
                builder = Some(Builder::new(content.split_whitespace(), line)?);
            }
            None => {}
            Some(_) if content.starts_with("```") => break,
            Some(builder) if content.is_empty() && !builder.is_empty() => break,
            Some(_) if content.is_empty() => {}
            Some(builder) => builder.row(line, &content.split_whitespace().collect::<Vec<_>>())?,
        }
    }
    Ok(builder)
}
