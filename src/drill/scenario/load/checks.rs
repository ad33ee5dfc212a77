//! Rules between keys, and the bounds that keep a drill bounded. A rule is asked only where what it hangs on is right by itself.

use std::ops::Range;
use std::time::Duration;

use crate::diagnosis::Pattern;
use crate::drill::scenario::load::Builder;
use crate::drill::scenario::load::happenings::LONGEST;
use crate::drill::scenario::spec::{Arrivals, Happening, Hot, Scenario, What};
use crate::text;
use crate::yaml::{Node, Problem, Value, place_of};

/// Most bytes of all pages together.
const MOST_BYTES: u64 = 256 << 20;
/// Most bytes a second that the popular page may make.
const MOST_FLOW: f64 = (4u64 << 30) as f64;
/// Most connections of all servers to one database, and to the cache.
const MOST_CONNECTIONS: (usize, usize) = (200, 2_000);
/// Most requests a second.
const MOST_RATE: f64 = 20_000.0;

/// Patterns that are no stampede: the right answer to them is to act on nothing.
const LOOK_ALIKES: [Pattern; 5] = [
    Pattern::Healthy,
    Pattern::TrafficSurge,
    Pattern::SlowDatabase,
    Pattern::DatabaseLocked,
    Pattern::ReplicaBehind,
];

type Happened<'n> = (&'n Node, Happening);

impl Builder<'_> {
    pub(super) fn check(
        &mut self,
        scenario: &Scenario,
        pattern: Option<Pattern>,
        trouble: &[Happened<'_>],
        surprises: &[Happened<'_>],
    ) {
        self.causes = self.problems.len();
        self.answer(scenario, pattern);
        self.application(scenario);
        self.pages(scenario);
        self.costs(scenario);
        self.users(scenario);
        self.something_happens();
        for (all, surprise) in [(trouble, false), (surprises, true)] {
            self.in_order(all);
            for (node, happening) in all {
                self.happens(scenario, node, happening, surprise);
            }
        }
    }

    /// Whether nothing was wrong within these sections before the rules, and no key at the top: a rule about them would only repeat that.
    fn sound(&self, sections: &[&str]) -> bool {
        let top: Vec<&Range<usize>> = self.tree.entries().map(|(key, _)| &key.at).collect();
        let within = |problem: &Problem, node: &Node| {
            node.at.start <= problem.at.start && problem.at.end <= node.at.end
        };
        let nodes: Vec<&Node> = sections.iter().filter_map(|section| self.tree.get(section)).collect();
        !self.problems[..self.causes]
            .iter()
            .any(|problem| top.contains(&&problem.at) || nodes.iter().any(|node| within(problem, node)))
    }

    /// What a good answer is, and whether what is said of it goes together.
    fn answer(&mut self, scenario: &Scenario, pattern: Option<Pattern>) {
        let tree = self.tree;
        if !self.sound(&["pattern", "leave_alone"]) {
            return;
        }
        match pattern {
            Some(Pattern::Unknown) => {
                self.problem(tree, "pattern", "a drill expects a diagnosis: `unknown` is none");
            }
            Some(pattern) if LOOK_ALIKES.contains(&pattern) && !scenario.leave_alone => {
                let message = format!("{} is no stampede: say `leave_alone: true`", pattern.words());
                self.problem(tree, "pattern", message);
            }
            Some(pattern)
                if scenario.leave_alone
                    && !LOOK_ALIKES.contains(&pattern)
                    && pattern != Pattern::CacheSaturated =>
            {
                let message = format!("{} is not left alone: it does not end by itself", pattern.words());
                self.problem(tree, "leave_alone", message);
            }
            _ => {}
        }
        for key in ["playbook", "set"] {
            if scenario.leave_alone && tree.filled(key).is_some() {
                self.problem(tree, key, "nothing is to be done here (`leave_alone`): no playbook is right");
            }
        }
    }

    fn application(&mut self, scenario: &Scenario) {
        if !self.sound(&["application"]) {
            return;
        }
        let (tree, application) = (self.tree, &scenario.application);
        let node = tree.get("application").unwrap_or(tree);
        let (databases, caches) = MOST_CONNECTIONS;
        for (key, pool, most, of) in [
            ("database_pool", application.database_pool, databases, "each database"),
            ("cache_pool", application.cache_pool, caches, "the cache"),
        ] {
            let all = application.servers * pool;
            if all > most {
                let servers = application.servers;
                let message = format!(
                    "{servers} servers with {pool} each make {all} connections to {of}; a drill opens at most {most}"
                );
                self.problem(node, if node.get(key).is_some() { key } else { "servers" }, message);
            }
        }
        for (at, form) in application.protection.iter().enumerate() {
            if application.protection[..at].contains(form) {
                self.problem(node, "protection", "a form of protection is named twice");
                break;
            }
        }
        let ttl = scenario.pages.ttl;
        if application.refresh_ahead.is_some_and(|ahead| ahead >= ttl) && self.sound(&["pages"]) {
            let message = format!("pages live for {}: each would always be refreshed", text::duration(ttl));
            self.problem(node, "refresh_ahead", message);
        }
    }

    fn pages(&mut self, scenario: &Scenario) {
        if !self.sound(&["pages"]) {
            return;
        }
        let (tree, pages) = (self.tree, &scenario.pages);
        let node = tree.get("pages").unwrap_or(tree);
        if !pages.count.is_multiple_of(2) {
            self.problem(node, "count", "expected an even number: each database has half of them");
        }
        let all = u64::from(pages.count) * u64::from(pages.bytes);
        if all > MOST_BYTES {
            let (all, most) = (text::bytes(all as f64), text::bytes(MOST_BYTES as f64));
            let key = if node.get("bytes").is_some() { "bytes" } else { "count" };
            self.problem(node, key, format!("all pages together have {all}; a drill fills at most {most}"));
        }
        if node.get("alpha").is_some() && node.given("popularity") != Some("zipf") {
            self.problem(node, "alpha", "only `popularity: zipf` has an exponent");
        }
        if let (Some(hot), Some(place)) = (&pages.hot, node.get("hot"))
            && self.sound(&["users"])
        {
            self.flow(scenario, hot, hot.bytes, place, "bytes");
        }
    }

    /// What the popular page makes in traffic is bounded.
    fn flow(&mut self, scenario: &Scenario, hot: &Hot, bytes: u32, node: &Node, key: &str) {
        let flow = scenario.users.rate * hot.share * f64::from(bytes);
        if flow > MOST_FLOW {
            let (flow, most) = (text::bytes(flow), text::bytes(MOST_FLOW));
            self.problem(node, key, format!("that makes {flow} a second; a drill moves at most {most}"));
        }
    }

    fn costs(&mut self, scenario: &Scenario) {
        if !self.sound(&["cost", "pages"]) {
            return;
        }
        let (tree, cost) = (self.tree, &scenario.cost);
        let limit = cost.timeout;
        let never = |time: Duration| {
            format!(
                "takes {} alone, and statements are ended after {}: none would ever end well",
                text::duration(time),
                text::duration(limit)
            )
        };
        if cost.rebuild >= limit {
            let node = tree.get("cost").unwrap_or(tree);
            let key = if node.get("rebuild").is_some() { "rebuild" } else { "timeout" };
            self.problem(node, key, format!("a rebuild {}", never(cost.rebuild)));
        }
        if let Some(hot) = &scenario.pages.hot
            && hot.cost >= limit
        {
            let node = tree.reach(&["pages", "hot"]);
            self.problem(node, "cost", format!("a statement of it {}", never(hot.cost)));
        }
    }

    fn users(&mut self, scenario: &Scenario) {
        if !self.sound(&["users"]) {
            return;
        }
        let Some(node) = self.tree.get("users") else { return };
        let groups = matches!(scenario.users.arrivals, Arrivals::Groups(_));
        match node.get("group") {
            Some(_) if !groups => self.problem(node, "group", "only `arrivals: groups` has a size of groups"),
            None if groups => {
                self.problem(node, "arrivals", "`group` is missing: how many come together");
            }
            _ => {}
        }
    }

    /// Without trouble there is nothing to rehearse.
    fn something_happens(&mut self) {
        let tree = self.tree;
        let empty = tree
            .get("trouble")
            .is_some_and(|node| matches!(&node.value, Value::Seq(items) if items.is_empty()));
        if empty {
            self.problem(tree, "trouble", "nothing goes wrong: expected at least one thing that happens");
        }
    }

    fn in_order(&mut self, all: &[Happened<'_>]) {
        let mut last: Option<&Happened<'_>> = None;
        for one in all {
            if let Some((before, earlier)) = last
                && one.1.at < earlier.at
            {
                let (line, _) = place_of(self.source, before.at.start);
                let at = text::duration(earlier.at);
                self.problem(one.0, "at", format!("before what stands above it (line {line}, at {at})"));
            }
            last = Some(one);
        }
    }

    fn happens(&mut self, scenario: &Scenario, node: &Node, happening: &Happening, surprise: bool) {
        if let What::Surge { lasts, .. }
        | What::SlowDatabase { lasts, .. }
        | What::Absent { lasts, .. }
        | What::TakeConnections { lasts, .. }
        | What::Evict { lasts, .. } = &happening.what
            && happening.at + *lasts > LONGEST
        {
            let (end, most) = (text::duration(happening.at + *lasts), text::duration(LONGEST));
            self.problem(node, "lasts", format!("it would end after {end}; a drill lasts {most} at most"));
        }
        match &happening.what {
            What::ExpireHot | What::GrowHot { .. } if self.sound(&["pages", "users"]) => {
                let Some(hot) = &scenario.pages.hot else {
                    self.problem(node, "what", "there is no popular page: say `hot` in `pages`");
                    return;
                };
                if let What::GrowHot { bytes } = happening.what {
                    if bytes <= hot.bytes {
                        self.problem(
                            node,
                            "bytes",
                            format!("it has {} already", text::bytes(hot.bytes.into())),
                        );
                    }
                    self.flow(scenario, hot, bytes, node, "bytes");
                }
            }
            What::ShortenTtl { to } if *to >= scenario.pages.ttl && self.sound(&["pages"]) => {
                let ttl = text::duration(scenario.pages.ttl);
                self.problem(node, "to", format!("pages live for {ttl}: that is no shorter"));
            }
            What::Deploy if scenario.application.memory.is_none() && self.sound(&["application"]) => {
                let message = "the servers keep nothing in memory: say `memory` in `application`";
                self.problem(node, "what", message);
            }
            What::Surge { times, .. } if self.sound(&["users"]) => {
                let rate = scenario.users.rate * times;
                if rate > MOST_RATE {
                    let message =
                        format!("that makes {rate:.0} requests a second; a drill makes at most {MOST_RATE}");
                    self.problem(node, "times", message);
                }
            }
            What::Absent { share, .. } if *share == 1.0 => {
                self.problem(node, "share", "they come on top of the users: expected a share below 1");
            }
            What::Absent { share, .. } if self.sound(&["users"]) => {
                let rate = scenario.users.rate / (1.0 - share);
                if rate > MOST_RATE {
                    let message =
                        format!("that makes {rate:.0} requests a second; a drill makes at most {MOST_RATE}");
                    self.problem(node, "share", message);
                }
            }
            What::Sets { .. } | What::FailOver if !surprise => {
                self.problem(node, "what", "this is a surprise: it belongs under `surprises`");
            }
            _ => {}
        }
    }
}
