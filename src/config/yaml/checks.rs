//! Rules about single values: names, thresholds, facts.

use crate::config::yaml::build::Builder;
use crate::config::{Facts, Thresholds};
use crate::yaml::{Node, Problem};

impl Builder<'_, '_> {
    /// Names end up on command lines and as labels of metrics.
    pub(super) fn check_name(&mut self, name: &Node) {
        let text = name.text().unwrap_or_default();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        if text.is_empty() || text.len() > 64 || !text.chars().all(fits) || text.starts_with(['-', '.']) {
            let message =
                "a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`";
            self.problems.push(Problem::new(name.at.clone(), message));
        }
    }

    /// Shares are 0-1, multiples are positive, and a warning comes before the critical level.
    pub(super) fn check_thresholds(&mut self, file: &Node, thresholds: &Thresholds) {
        let Some(node) = file.get("thresholds") else { return };
        let shares = [
            ("hit_ratio_warn", thresholds.hit_ratio_warn),
            ("hit_ratio_critical", thresholds.hit_ratio_critical),
            ("connections_warn", thresholds.connections_warn),
            ("connections_critical", thresholds.connections_critical),
        ];
        let before = self.problems.len();
        for (key, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                self.problem(node, key, "expected a share from 0 to 1 (0.95 is 95 %)");
            }
        }
        if thresholds.queries_vs_baseline <= 1.0 {
            self.problem(node, "queries_vs_baseline", "expected a multiple above 1");
        }
        if thresholds.minimum_lookups < 0.0 {
            self.problem(node, "minimum_lookups", "expected a number, 0 or more");
        }
        if self.problems.len() > before {
            return;
        }
        let pair = |first: &'static str, second: &'static str| {
            if node.get(first).is_some() { first } else { second }
        };
        if thresholds.hit_ratio_warn < thresholds.hit_ratio_critical {
            let message = format!(
                "the hit ratio falls: `hit_ratio_warn` ({}) must not be below `hit_ratio_critical` ({})",
                thresholds.hit_ratio_warn, thresholds.hit_ratio_critical
            );
            self.problem(node, pair("hit_ratio_warn", "hit_ratio_critical"), message);
        }
        if thresholds.connections_warn > thresholds.connections_critical {
            let message = format!(
                "`connections_warn` ({}) must not be above `connections_critical` ({})",
                thresholds.connections_warn, thresholds.connections_critical
            );
            self.problem(node, pair("connections_warn", "connections_critical"), message);
        }
    }

    /// A lock template names the key exactly once.
    pub(super) fn check_facts(&mut self, file: &Node, facts: &Facts) {
        let Some(node) = file.get("facts") else { return };
        if let Some(dialect) = &facts.lock_dialect
            && dialect != "none"
            && dialect.matches("{key}").count() != 1
        {
            self.problem(
                node,
                "lock_dialect",
                "expected a template with `{key}` in it once (`lock:{key}`), or `none`",
            );
        }
    }
}
