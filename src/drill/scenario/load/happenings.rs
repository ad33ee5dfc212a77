//! `trouble:` and `surprises:`.

use std::time::Duration;

use crate::drill::scenario::happening as raw;
use crate::drill::scenario::load::{Builder, POLICY};
use crate::drill::scenario::setting;
use crate::drill::scenario::spec::{Happening, What};
use crate::drill::scenario::unit::Share;
use crate::text;
use crate::yaml::{Node, Problem, Value, decode};

/// The longest time after onset that a drill knows.
pub(super) const LONGEST: Duration = Duration::from_secs(1_800);
/// Most that happens: nobody reads more.
const MOST: usize = 50;

impl<'a> Builder<'a> {
    /// What happens, each with where it stands.
    pub(super) fn happenings(&mut self, key: &str) -> Vec<(&'a Node, Happening)> {
        let tree = self.tree;
        let items = match tree.filled(key).map(|node| &node.value) {
            Some(Value::Seq(items)) => items,
            Some(_) => {
                self.problem(tree, key, "expected a list of what happens: `- what: expire`");
                return Vec::new();
            }
            None => return Vec::new(),
        };
        if let Some(node) = items.get(MOST) {
            self.problems.push(Problem::new(node.at.clone(), format!("more than {MOST} happen")));
        }
        items.iter().take(MOST).filter_map(|node| Some((node, self.happening(node)?))).collect()
    }

    fn happening(&mut self, node: &Node) -> Option<Happening> {
        let known = raw::NAMES.join(", ");
        if !matches!(node.value, Value::Map(_)) {
            let message = format!("expected a mapping: `what` is one of {known}");
            self.problems.push(Problem::new(node.at.clone(), message));
            return None;
        }
        let Some(what) = node.given("what") else {
            self.problem(node, "what", format!("`what` is missing; known: {known}"));
            return None;
        };
        let before = self.problems.len();
        let happening = self.read(node, what);
        // What is wrong is not held against the rest.
        happening.filter(|_| self.problems.len() == before)
    }

    fn read(&mut self, node: &Node, what: &str) -> Option<Happening> {
        let lasts = |time: Option<raw::Lasts>| time.map_or(Duration::ZERO, |time| time.0);
        let all = |share: Option<Share>| share.map_or(1.0, |share| share.0);
        let at: Option<raw::At>;
        macro_rules! read {
            ($name:ident) => {{
                let read = decode::<raw::$name>(node, &POLICY, &mut self.problems)?;
                at = read.at;
                read
            }};
        }
        let what = match what {
            "expire" => {
                let read = read!(Expire);
                let share = all(read.share);
                let rest = read.rest.map(|time| time.0);
                if share == 1.0 && rest.is_some() {
                    self.problem(node, "rest", "all keys expire at once: no others follow; give a `share`");
                }
                What::Expire { share, rest: rest.unwrap_or_default() }
            }
            "expire_hot" => {
                read!(ExpireHot);
                What::ExpireHot
            }
            "delete" => What::Delete { share: all(read!(Delete).share) },
            "shorten_ttl" => What::ShortenTtl { to: read!(ShortenTtl).to.0 },
            "deploy" => {
                read!(Deploy);
                What::Deploy
            }
            "surge" => {
                let read = read!(Surge);
                What::Surge { times: read.times.0, lasts: lasts(read.lasts) }
            }
            "slow_database" => {
                let read = read!(SlowDatabase);
                What::SlowDatabase { times: read.times.0, lasts: lasts(read.lasts) }
            }
            "absent" => {
                let read = read!(Absent);
                What::Absent { share: read.share.0, lasts: lasts(read.lasts) }
            }
            "take_connections" => {
                let read = read!(TakeConnections);
                let left = read.left.map_or(0, |number| number.0);
                What::TakeConnections { left, lasts: lasts(read.lasts) }
            }
            "evict" => {
                let read = read!(Evict);
                What::Evict { share: read.share.0, lasts: lasts(read.lasts) }
            }
            "grow_hot" => What::GrowHot { bytes: read!(GrowHot).bytes.0 },
            "set" => {
                let read = read!(Set);
                self.setting(node, &read);
                What::Sets { setting: read.setting, value: read.value }
            }
            "fail_over" => {
                read!(FailOver);
                What::FailOver
            }
            other => {
                let hint = text::suggestion(other, raw::NAMES);
                let shown = text::escape(other);
                self.problem(
                    node,
                    "what",
                    format!("`{}` is nothing that can happen; {hint}", text::fit(&shown, 60)),
                );
                return None;
            }
        };
        let at = at.map_or(Duration::ZERO, |time| time.0);
        Some(Happening { at, what: ending(what, at) })
    }

    fn setting(&mut self, node: &Node, read: &raw::Set) {
        if !setting::NAMES.contains(&read.setting.as_str()) {
            let hint = text::suggestion(&read.setting, &setting::NAMES);
            self.problem(node, "setting", format!("expected a setting that may change in a drill; {hint}"));
        } else if let Err(why) = setting::holds(&read.setting, &read.value) {
            self.problem(node, "value", text::escape(&why));
        }
    }
}

/// What is temporary and says no end lasts until the longest drill ends.
fn ending(mut what: What, at: Duration) -> What {
    if let Some(lasts) = lasting(&mut what)
        && lasts.is_zero()
    {
        *lasts = LONGEST.saturating_sub(at);
    }
    what
}

/// How long it lasts, of what is temporary.
fn lasting(what: &mut What) -> Option<&mut Duration> {
    match what {
        What::Surge { lasts, .. }
        | What::SlowDatabase { lasts, .. }
        | What::Absent { lasts, .. }
        | What::TakeConnections { lasts, .. }
        | What::Evict { lasts, .. } => Some(lasts),
        _ => None,
    }
}
