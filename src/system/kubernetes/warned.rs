//! What an API server warns of beside its answer (`Warning: 299 - "…"`, RFC 9111 before it was obsolete; Kubernetes since 1.19): a version
//! that is going away, a field that it does not know, a policy that would rather say no.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::HeaderMap;

use crate::text;

/// Warnings that are kept, and columns of each that are shown.
const MOST: usize = 10;
const SHOWN: usize = 240;

/// The warnings that nobody has asked for yet, each once. All clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Warned(Arc<Mutex<Vec<String>>>);

impl Warned {
    pub(super) fn hear(&self, headers: &HeaderMap) {
        let texts = headers.get_all("warning").iter().filter_map(|value| warning(value.to_str().ok()?));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for text in texts {
            let text = text::fit(&text::escape(&text), SHOWN).into_owned();
            if all.len() < MOST && !all.contains(&text) {
                all.push(text);
            }
        }
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The words of a warning of Kubernetes (code 299); none of another one.
fn warning(header: &str) -> Option<String> {
    let quoted = header.strip_prefix("299 ")?.split_once(' ')?.1.strip_prefix('"')?;
    let (mut words, mut escaped) = (String::new(), false);
    for c in quoted.chars() {
        match c {
            _ if escaped => words.push(c),
            '"' => return Some(words),
            '\\' => {}
            c => words.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn a_warning_is_kept_once_until_it_is_asked_for() {
        let warned = Warned::default();
        let mut headers = HeaderMap::new();
        for value in [
            r#"299 - "autoscaling/v1 is \"old\" \\ going""#,
            r#"299 - "autoscaling/v1 is \"old\" \\ going""#,
            r#"110 - "Response is Stale""#,
            r#"299 - "no end"#,
        ] {
            headers.append("warning", HeaderValue::from_static(value));
        }
        warned.hear(&headers);
        assert_eq!(warned.take(), [r#"autoscaling/v1 is "old" \ going"#]);
        assert_eq!(warned.take(), [""; 0]);
    }
}
