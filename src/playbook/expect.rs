//! What a playbook expects its targets to be, and the facts it was written for.

use crate::config::Facts;
use crate::playbook::Truth;
use crate::system::Identity;
use crate::text;

/// The products that a target can be.
pub(super) const PRODUCTS: &[&str] =
    &["Redis", "Valkey", "KeyDB", "Dragonfly", "Garnet", "Kvrocks", "MySQL", "MariaDB", "PostgreSQL"];

/// What a target must prove to be (S7). What is not said may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The target's name.
    pub target: String,
    /// `Redis`, `Valkey`, …
    pub product: Option<String>,
    /// The version, or its first numbers.
    pub version: Option<String>,
    /// The role, or its first words.
    pub role: Option<String>,
    /// The target's own proof.
    pub id: Option<String>,
}

impl Expected {
    /// Whether the target is what was expected. Never unknown.
    pub fn judge(&self, identity: &Identity) -> Truth {
        let begins = |whole: &str, begin: &str, separator: &[char]| {
            whole.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
        };
        // What may follow where the beginning is enough.
        let checks: [(&str, &Option<String>, &str, &[char]); 4] = [
            ("product", &self.product, &identity.product, &[]),
            ("version", &self.version, &identity.version, &['.', '-', ' ']),
            ("role", &self.role, &identity.role, &[' ', ',']),
            ("id", &self.id, &identity.id, &[]),
        ];
        let wrong: Vec<String> = checks
            .into_iter()
            .filter_map(|(what, expected, found, separator)| {
                let expected = expected.as_ref().filter(|expected| !begins(found, expected, separator))?;
                Some(format!("its {what} is {}, expected {}", text::escape(found), text::escape(expected)))
            })
            .collect();
        if wrong.is_empty() {
            Truth::True
        } else {
            Truth::False(format!("{}: {}", text::escape(&self.target), wrong.join("; ")))
        }
    }
}

/// A fact that steps hang on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The fact's name.
    pub name: &'static str,
    /// Why it matters.
    pub why: String,
    /// The values the playbook was written for; none: any.
    pub expect: Vec<String>,
}

impl Asked {
    /// Whether the application is one the playbook was written for. Unknown while it is not configured.
    pub fn judge(&self, facts: &Facts) -> Truth {
        match facts.get(self.name) {
            None => Truth::Unknown(format!("{} is not configured (--fact {}=…)", self.name, self.name)),
            Some(value) if self.expect.is_empty() || self.expect.contains(&value) => Truth::True,
            Some(value) => Truth::False(format!(
                "{} is {}, and the playbook was written for {}",
                self.name,
                text::escape(&value),
                text::escape(&self.expect.join(" or "))
            )),
        }
    }
}
