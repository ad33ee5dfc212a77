//! RESP2, the protocol of Redis: requests to bytes, bytes to replies. Bounded, so a stranger's port cannot hurt us.

/// The longest single string we accept; a longer one is not an answer to anything we ask.
const LONGEST_BULK: usize = 16 << 20;
/// The longest array we accept.
const LONGEST_ARRAY: usize = 1 << 20;
/// The longest line (status, error, number).
const LONGEST_LINE: usize = 64 << 10;
/// Arrays in arrays.
const DEEPEST: usize = 16;

/// One reply of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `+OK`
    Status(String),
    /// `-ERR …`, without the dash
    Error(String),
    /// `:42`
    Int(i64),
    /// A string of bytes.
    Bulk(Vec<u8>),
    /// No such thing.
    Nil,
    /// A list.
    Array(Vec<Reply>),
}

/// The bytes are no RESP2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Reply {
    /// The text of a status or string, lossily.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Status(text) => Some(text.clone()),
            Self::Bulk(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Self::Int(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The number of an integer reply.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Reply] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The error text.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Error(text) => Some(text),
            _ => None,
        }
    }

    /// The value that follows `name` in a flat list of names and values.
    pub fn field(&self, name: &str) -> Option<&Reply> {
        self.items().chunks_exact(2).find(|pair| pair[0].text().as_deref() == Some(name)).map(|pair| &pair[1])
    }
}

/// Appends a request: an array of byte strings.
pub fn encode(out: &mut Vec<u8>, words: &[&[u8]]) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// Reads one reply from the front of `bytes`: the reply and how many bytes it took, or none when more are needed.
pub fn parse(bytes: &[u8]) -> Result<Option<(Reply, usize)>, Malformed> {
    parse_at(bytes, 0, 0)
}

fn parse_at(bytes: &[u8], at: usize, depth: usize) -> Result<Option<(Reply, usize)>, Malformed> {
    let Some(&kind) = bytes.get(at) else { return Ok(None) };
    if depth > DEEPEST || !b"+-:$*".contains(&kind) {
        return Err(Malformed);
    }
    let Some((line, next)) = line(bytes, at + 1)? else { return Ok(None) };
    match kind {
        b'+' => Ok(Some((Reply::Status(String::from_utf8_lossy(line).into_owned()), next))),
        b'-' => Ok(Some((Reply::Error(String::from_utf8_lossy(line).into_owned()), next))),
        b':' => Ok(Some((Reply::Int(number(line)?), next))),
        b'$' => match length(line, LONGEST_BULK)? {
            None => Ok(Some((Reply::Nil, next))),
            Some(length) if bytes.len() < next + length + 2 => Ok(None),
            Some(length) if &bytes[next + length..next + length + 2] != b"\r\n" => Err(Malformed),
            Some(length) => Ok(Some((Reply::Bulk(bytes[next..next + length].to_vec()), next + length + 2))),
        },
        _ => {
            let Some(length) = length(line, LONGEST_ARRAY)? else { return Ok(Some((Reply::Nil, next))) };
            let mut items = Vec::with_capacity(length.min(1024));
            let mut next = next;
            for _ in 0..length {
                let Some((item, after)) = parse_at(bytes, next, depth + 1)? else { return Ok(None) };
                items.push(item);
                next = after;
            }
            Ok(Some((Reply::Array(items), next)))
        }
    }
}

fn line(bytes: &[u8], from: usize) -> Result<Option<(&[u8], usize)>, Malformed> {
    match memchr::memchr(b'\r', &bytes[from..]) {
        Some(end) if end > LONGEST_LINE => Err(Malformed),
        Some(end) => match bytes.get(from + end + 1) {
            Some(b'\n') => Ok(Some((&bytes[from..from + end], from + end + 2))),
            Some(_) => Err(Malformed),
            None => Ok(None),
        },
        None if bytes.len() - from > LONGEST_LINE => Err(Malformed),
        None => Ok(None),
    }
}

fn number(line: &[u8]) -> Result<i64, Malformed> {
    std::str::from_utf8(line).ok().and_then(|text| text.parse().ok()).ok_or(Malformed)
}

fn length(line: &[u8], longest: usize) -> Result<Option<usize>, Malformed> {
    match number(line)? {
        -1 => Ok(None),
        n => usize::try_from(n).ok().filter(|n| *n <= longest).map(Some).ok_or(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn write(reply: &Reply, out: &mut Vec<u8>) {
        match reply {
            Reply::Status(text) => out.extend_from_slice(format!("+{text}\r\n").as_bytes()),
            Reply::Error(text) => out.extend_from_slice(format!("-{text}\r\n").as_bytes()),
            Reply::Int(number) => out.extend_from_slice(format!(":{number}\r\n").as_bytes()),
            Reply::Nil => out.extend_from_slice(b"$-1\r\n"),
            Reply::Bulk(bytes) => {
                out.extend_from_slice(format!("${}\r\n", bytes.len()).as_bytes());
                out.extend_from_slice(bytes);
                out.extend_from_slice(b"\r\n");
            }
            Reply::Array(items) => {
                out.extend_from_slice(format!("*{}\r\n", items.len()).as_bytes());
                items.iter().for_each(|item| write(item, out));
            }
        }
    }

    fn replies() -> impl Strategy<Value = Reply> {
        let leaf = prop_oneof![
            "[a-zA-Z ]{0,20}".prop_map(Reply::Status),
            "[a-zA-Z ]{0,20}".prop_map(Reply::Error),
            any::<i64>().prop_map(Reply::Int),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Reply::Bulk),
            Just(Reply::Nil),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| proptest::collection::vec(inner, 0..6).prop_map(Reply::Array))
    }

    proptest! {
        #[test]
        fn a_reply_is_read_back_whole_and_never_from_half_of_its_bytes(reply in replies(), cut in 0.0..1.0f64) {
            let mut bytes = Vec::new();
            write(&reply, &mut bytes);
            prop_assert_eq!(parse(&bytes), Ok(Some((reply, bytes.len()))));
            let half = &bytes[..(bytes.len() as f64 * cut) as usize];
            prop_assert_eq!(parse(half), Ok(None));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Some((_, used))) = parse(&bytes) {
                prop_assert!(used <= bytes.len());
            }
        }
    }

    #[test]
    fn strangers_are_refused_not_buffered_for_ever() {
        assert_eq!(parse(b"HTTP/1.1 400 Bad Request\r\n"), Err(Malformed));
        assert_eq!(parse(b"$99999999999\r\n"), Err(Malformed));
        assert_eq!(parse(&b"*1\r\n".repeat(40)), Err(Malformed));
        assert_eq!(parse(&vec![b'+'; LONGEST_LINE + 2]), Err(Malformed));
    }

    #[test]
    fn a_request_is_an_array_of_strings() {
        let mut out = Vec::new();
        encode(&mut out, &[b"PTTL", b"a\r\nb"]);
        assert_eq!(out, b"*2\r\n$4\r\nPTTL\r\n$4\r\na\r\nb\r\n");
    }
}
