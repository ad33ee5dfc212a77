//! Secrets as they may be written: `env:NAME`, `file:/path`, or the text itself.

use crate::config::yaml::build::Builder;
use crate::config::{Secret, files};
use crate::text;
use crate::yaml::{Node, is_name};

impl Builder<'_, '_> {
    /// Resolves the secret under `key` of `node`. A problem gives `None`.
    pub(super) fn secret(&mut self, node: &Node, key: &str, text: Option<String>) -> Option<Secret> {
        let text = text?;
        if let Some(name) = text.strip_prefix("env:") {
            if !is_name(name) {
                self.problem(node, key, "`env:` must be followed by the name of a variable");
                return None;
            }
            let value = (self.options.env)(name);
            if value.is_none() {
                self.lacking(node, key, format!("the environment variable {name} is not set"));
            }
            return value.map(Secret::new);
        }
        let Some(path) = text.strip_prefix("file:") else {
            return Some(Secret::new(text)).filter(|secret| !secret.expose().is_empty());
        };
        let path = files::resolve(path, self.base, self.options.home.as_deref());
        match files::read_text(&path) {
            Ok(text) => {
                if files::others_may_read(&path) {
                    self.notes.push(format!("{} can be read by others (chmod 600)", text::path(&path)));
                }
                let text = text.strip_suffix('\n').unwrap_or(&text);
                Some(Secret::new(text.strip_suffix('\r').unwrap_or(text)))
            }
            Err(why) => {
                self.lacking(node, key, format!("cannot read {}: {why}", text::path(&path)));
                None
            }
        }
    }
}
