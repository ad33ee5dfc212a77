//! A URL with a place for a key: whatever the bytes of the key, it stays one part of the path or query (S30).

use percent_encoding::percent_encode;
use url::{Position, Url};

use crate::error::{TargetError, TargetErrorKind};
use crate::text::{UNRESERVED, fit_bytes};

/// Where the key comes.
const PLACE: &str = "{key}";
/// A key that no URL has by itself and that cannot move.
const MARK: &str = "0key0place0";
/// Columns of a key that are shown.
const WIDTH: usize = 120;

/// A URL in which `{key}` stands for a percent-encoded key.
pub struct Template {
    text: String,
    /// That of a key that cannot move.
    plain: Url,
    /// Path and query, cut at the places of the key.
    pieces: Vec<String>,
}

impl Template {
    /// Reads one. Errors: no URL comes of it, or it has no place for a key in its path or query.
    pub fn new(text: &str) -> Result<Self, TargetError> {
        let bad = |what: &str| TargetError::new(TargetErrorKind::Input, format!("the rebuild URL {what}"));
        let plain =
            Url::parse(&text.replace(PLACE, MARK)).map_err(|error| bad(&format!("is none: {error}")))?;
        let target = &plain[Position::BeforePath..Position::AfterQuery];
        let pieces: Vec<String> = target.split(MARK).map(str::to_owned).collect();
        if pieces.len() < 2 || pieces.len() != text.split(PLACE).count() {
            return Err(bad("must have {key} in its path or query, and nowhere else"));
        }
        Ok(Self { text: text.to_owned(), plain, pieces })
    }

    /// Where it is asked, with some key or other in its place.
    pub fn plain(&self) -> &Url {
        &self.plain
    }

    /// The URL without a password and a query, with `name` in the place of the key.
    pub fn shown(&self, name: &str) -> String {
        super::http::shown(&self.plain).replace(MARK, name)
    }

    /// The URL of `key`. Errors: the key would leave its place (`..` is a step up in a path).
    pub fn url(&self, key: &[u8]) -> Result<Url, TargetError> {
        let encoded = percent_encode(key, UNRESERVED).to_string();
        match Url::parse(&self.text.replace(PLACE, &encoded)) {
            Ok(url)
                if url.as_str().contains(&encoded)
                    && url.path().split('/').count() == self.plain.path().split('/').count() =>
            {
                Ok(url)
            }
            _ => Err(TargetError::new(
                TargetErrorKind::Input,
                format!("the key {} cannot stand in the rebuild URL", fit_bytes(key, WIDTH)),
            )),
        }
    }

    /// Path and query of the URL of `key`, without parsing it again for each. Errors: those of [`Template::url`].
    pub fn target(&self, key: &[u8]) -> Result<String, TargetError> {
        // Only dots can join with what is beside them and become a step in the path.
        if key.iter().all(|byte| *byte == b'.') {
            let url = self.url(key)?;
            return Ok(url[Position::BeforePath..Position::AfterQuery].to_owned());
        }
        let mut target = String::with_capacity(self.text.len() + key.len() * 2);
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 {
                target.extend(percent_encode(key, UNRESERVED));
            }
            target.push_str(piece);
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of it, which must be the same both ways.
    fn filled(template: &str, key: &[u8]) -> Option<String> {
        let template = Template::new(template).expect("a template");
        let url = template.url(key).ok();
        let target = template.target(key).ok();
        assert_eq!(
            url.as_ref().map(|url| &url[Position::BeforePath..Position::AfterQuery]),
            target.as_deref()
        );
        url.map(|url| url.to_string())
    }

    #[test]
    fn s30_a_key_stays_in_its_place_of_the_url() {
        let path = "http://h:1/warm/{key}?by=ops";
        for (key, encoded) in [
            (&b"user:profile:1"[..], "user%3Aprofile%3A1"),
            (b"a/../../admin?x=1#y", "a%2F..%2F..%2Fadmin%3Fx%3D1%23y"),
            (b"\xff\x00 \r\n", "%FF%00%20%0D%0A"),
            ("größe".as_bytes(), "gr%C3%B6%C3%9Fe"),
            (b"%2e%2e", "%252e%252e"),
            (b"..a", "..a"),
            (b"0key0place0", "0key0place0"),
        ] {
            assert_eq!(filled(path, key), Some(format!("http://h:1/warm/{encoded}?by=ops")));
        }
        assert_eq!(filled("http://h/w?key={key}", b"a&b=c"), Some("http://h/w?key=a%26b%3Dc".into()));
        assert_eq!(filled("http://h/{key}/a?k={key}", b"x y"), Some("http://h/x%20y/a?k=x%20y".into()));
        assert_eq!(filled(path, b".."), None, "a step up");
        assert_eq!(filled(path, b"."), None);
        assert_eq!(filled("http://h/.{key}/a", b"."), None, "with the dot beside it");
        assert_eq!(filled("http://h/%2e{key}/a", b"."), None);
        assert_eq!(filled("http://h/{key}.json", b".."), Some("http://h/...json".into()));
    }

    #[test]
    fn every_byte_is_encoded_the_same_both_ways() {
        let bytes: Vec<u8> = (0..=u8::MAX).collect();
        for byte in &bytes {
            for template in ["http://h/{key}", "https://h/a?b={key}&c", "http://h/.{key}./x"] {
                filled(template, &[*byte]);
                filled(template, &[b'a', *byte, b'/']);
            }
        }
        filled("http://h/{key}", &bytes);
    }

    #[test]
    fn a_template_has_a_place_for_the_key_where_a_key_can_stand() {
        for (text, words) in [
            ("http://h/warm", "must have {key}"),
            ("http://{key}/warm", "must have {key}"),
            ("http://{key}/{key}", "must have {key}"),
            ("http://h/a#{key}", "must have {key}"),
            ("h/{key}", "is none"),
        ] {
            let error = Template::new(text).err().expect(text);
            assert!(error.message.contains(words), "{text}: {error:?}");
        }
        let template = Template::new("https://ops:secret@h:8/warm/{key}?token=t").expect("a template");
        assert_eq!(template.shown("<key>"), "https://h:8/warm/<key>?…");
    }
}
