//! HTTP/1.1 as an API server and its client speak it: a head, and a body of a told length or in chunks.
//!
//! Not followed: pipelining of requests whose answers have no body, upgrades, trailers.

use serde_json::Value;

use super::wire::{Answered, Asked, Came, Owes, Part, Wire};

/// One direction of a connection.
#[derive(Default)]
pub struct Http {
    came: Came,
}

impl Http {
    /// The length of the whole next message, when it is there.
    fn whole(&self) -> Option<usize> {
        let rest = self.came.rest();
        let head = rest.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&rest[..head]).to_ascii_lowercase();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length = match field("transfer-encoding:") {
            Some("chunked") => head + chunks(&rest[head..])?,
            _ => head + field("content-length:").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0),
        };
        (rest.len() >= length).then_some(length)
    }

    fn message(&mut self) -> Option<Vec<u8>> {
        let length = self.whole()?;
        self.came.cut(length)
    }
}

/// The length of a body in chunks, when it is there.
fn chunks(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let end = body[at..].windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&body[at..at + end]).ok()?.trim(), 16).ok()?;
        at += end + 2 + size + 2;
        if body.len() < at {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}

impl Wire for Http {
    fn feed(&mut self, bytes: &[u8]) {
        self.came.feed(bytes);
    }

    fn asked(&mut self) -> Result<Option<Asked>, String> {
        let Some(bytes) = self.message() else { return Ok(None) };
        let words = words(&bytes);
        Ok(Some(Asked { bytes, words: Some(words), owes: Owes::Answer }))
    }

    fn answered(&mut self) -> Result<Option<Answered>, String> {
        Ok(self.message().map(|bytes| Answered { bytes, part: Part::End }))
    }
}

/// What a request says, as a plan shows it: the patch, or for the scale subresource what kubectl would be told; then its
/// method and its path.
fn words(request: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut line = head.lines().next().unwrap_or_default().split(' ');
    let (method, path) = (line.next().unwrap_or_default(), line.next().unwrap_or_default());
    let operations: Vec<Value> = serde_json::from_str(body).unwrap_or_default();
    let value = |op: &str| {
        let of = operations.iter().find(|it| it["op"] == op && it["path"] == "/spec/replicas");
        of.map(|it| it["value"].to_string()).unwrap_or_default()
    };
    let said = match path.split('?').next().is_some_and(|path| path.ends_with("/scale")) {
        true => format!("--current-replicas {} --replicas {}", value("test"), value("add")),
        false => body.to_owned(),
    };
    [said.as_str(), method, path].map(|word| word.as_bytes().to_vec()).to_vec()
}

/// What changes something: a review of our own rights is a question, and so is what would come of a patch; an Event tells of a change.
pub fn http_mutates(words: &[Vec<u8>]) -> bool {
    let is_question = words.get(2).is_some_and(|path| path.ends_with(b"/selfsubjectaccessreviews"));
    let is_rehearsal = words.get(2).is_some_and(|path| String::from_utf8_lossy(path).contains("dryRun=All"));
    let is_news = words.get(2).is_some_and(|path| path.ends_with(b"/events"));
    words.get(1).is_some_and(|method| method != b"GET") && !is_question && !is_rehearsal && !is_news
}
