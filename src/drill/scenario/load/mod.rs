//! From a file to a scenario, or to all that is wrong with it.

mod checks;
mod happenings;
mod playbook;

use std::path::Path;
use std::time::Duration;

use crate::config::is_target_name;
use crate::diagnosis::Pattern;
use crate::drill::scenario::raw;
use crate::drill::scenario::spec::{
    Application, Arrivals, Cost, Ejection, Hot, Pages, Popularity, Retries, Scenario, Users,
};
use crate::text;
use crate::yaml::{Invalid, Node, Policy, Problem, Value, decode, read, text_of};

/// What such a file is called in errors.
pub(super) const SCENARIO: &str = "scenario";

/// A scenario holds no secrets: its lines are shown in full.
const POLICY: Policy = Policy {
    synonyms: &[
        ("title", "name"),
        ("description", "summary"),
        ("expect", "pattern"),
        ("expected", "pattern"),
        ("diagnosis", "pattern"),
        ("inputs", "set"),
        ("vars", "set"),
        ("app", "application"),
        ("keys", "pages"),
        ("events", "trouble"),
        ("time_factor", "compressed"),
        ("size", "bytes"),
        ("lifetime", "ttl"),
        ("for", "lasts"),
        ("duration", "lasts"),
        ("after", "at"),
        ("type", "what"),
        ("do", "what"),
    ],
    harmless: None,
    most: 100,
};

/// What a name looks like.
const NAME_RULE: &str =
    "a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`";
/// Names that are commands of `stampede drill`.
const COMMANDS: [&str; 5] = ["list", "show", "validate", "schema", "help"];

/// Reads and checks a scenario. `file` is what it is called in errors; a playbook that it names by a path is looked for from `folder`.
/// Errors: all that is wrong with it.
pub fn parse(file: &str, bytes: Vec<u8>, folder: &Path) -> Result<Scenario, Invalid> {
    let source = text_of(bytes).map_err(|why| Invalid::unreadable(SCENARIO, file, &why))?;
    let mut problems = Vec::new();
    let tree = read(&source, &POLICY, &mut problems);
    let mut scenario = None;
    match &tree {
        Some(tree) => {
            let mut builder = Builder { source: &source, tree, folder, problems, causes: 0 };
            scenario = builder.file();
            problems = builder.problems;
        }
        None if problems.is_empty() => problems.push(Problem::new(0..0, "this file is empty")),
        None => {}
    }
    match scenario {
        Some(scenario) if problems.is_empty() => Ok(scenario),
        _ => Err(Invalid::new(SCENARIO, file, &source, tree.as_ref(), &POLICY, problems)),
    }
}

/// What building needs, and what it finds.
struct Builder<'a> {
    source: &'a str,
    tree: &'a Node,
    folder: &'a Path,
    problems: Vec<Problem>,
    /// So many of them were there before the rules between keys.
    causes: usize,
}

impl<'a> Builder<'a> {
    fn file(&mut self) -> Option<Scenario> {
        let tree = self.tree;
        if tree.given("version").is_some_and(|version| version != "1") {
            // In another version everything may mean something else.
            self.problem(tree, "version", "this program reads version 1");
            return None;
        }
        let raw: Option<raw::File> = decode(tree, &POLICY, &mut self.problems);
        self.nothing(tree);
        self.name();
        for key in ["summary", "source", "response"] {
            self.says_something(key);
        }
        let pattern = self.pattern();
        // Also where the head is wrong: all that is wrong is told at once.
        let trouble = self.happenings("trouble");
        let surprises = self.happenings("surprises");
        let (playbook, run) = self.playbook();
        let raw = raw?;
        let pages = pages(raw.pages.unwrap_or_default());
        let scenario = Scenario {
            name: raw.name,
            summary: raw.summary,
            source: raw.source.unwrap_or_default(),
            response: raw.response,
            pattern: pattern.unwrap_or(Pattern::Unknown),
            leave_alone: raw.leave_alone.unwrap_or(false),
            compressed: raw.compressed.map_or(1.0, |number| number.0),
            playbook,
            run,
            application: application(raw.application.unwrap_or_default()),
            pages,
            cost: cost(&raw.cost.unwrap_or_default()),
            users: users(&raw.users.unwrap_or_default()),
            trouble: trouble.iter().map(|(_, happening)| happening.clone()).collect(),
            surprises: surprises.iter().map(|(_, happening)| happening.clone()).collect(),
        };
        self.check(&scenario, pattern, &trouble, &surprises);
        Some(scenario)
    }

    /// A problem with what stands under `key`.
    fn problem(&mut self, node: &Node, key: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(node.place(key), message));
    }

    /// A key behind which nothing stands: what should be there was forgotten.
    fn nothing(&mut self, node: &Node) {
        for (key, value) in node.entries() {
            if value.is_null() && !self.problems.iter().any(|problem| problem.at == key.at) {
                self.problems.push(Problem::new(key.at.clone(), "expected a value, found nothing"));
            }
            match &value.value {
                Value::Seq(items) => items.iter().for_each(|item| self.nothing(item)),
                _ => self.nothing(value),
            }
        }
    }

    fn name(&mut self) {
        let Some(name) = self.tree.given("name") else { return };
        if !is_target_name(name) {
            self.problem(self.tree, "name", NAME_RULE);
        } else if COMMANDS.contains(&name) {
            self.problem(
                self.tree,
                "name",
                format!("`stampede drill {name}` is a command: call it otherwise"),
            );
        }
    }

    /// A text that is there must say something, in one line.
    fn says_something(&mut self, key: &str) {
        match self.tree.given(key).map(str::trim) {
            Some("") => self.problem(self.tree, key, "expected a text that is not empty"),
            Some(text) if text.contains('\n') => {
                self.problem(self.tree, key, "expected one line; a text that goes on below begins with `>-`");
            }
            _ => {}
        }
    }

    fn pattern(&mut self) -> Option<Pattern> {
        let given = self.tree.given("pattern")?;
        let found = Pattern::ALL.iter().copied().find(|pattern| pattern.name() == given);
        if found.is_none() {
            let names: Vec<&str> = Pattern::ALL.iter().map(|pattern| pattern.name()).collect();
            let hint = text::suggestion(given, &names);
            self.problem(self.tree, "pattern", format!("there is no pattern of that name; {hint}"));
        }
        found
    }
}

fn application(raw: raw::Application) -> Application {
    let none = Retries { times: 0, pause: Duration::from_millis(100), jitter: false };
    Application {
        servers: raw.servers.map_or(4, |number| number.0 as usize),
        cache_pool: raw.cache_pool.map_or(20, |number| number.0 as usize),
        database_pool: raw.database_pool.map_or(10, |number| number.0 as usize),
        workers: raw.workers.map_or(200, |number| number.0 as usize),
        queue: raw.queue.map_or(800, |number| number.0 as usize),
        timeout: raw.timeout.map_or(Duration::from_secs(10), |time| time.0),
        retries: raw.retries.map_or(none, |retries| Retries {
            times: retries.times.0,
            pause: retries.pause.map_or(none.pause, |time| time.0),
            jitter: retries.jitter.unwrap_or(none.jitter),
        }),
        ejection: raw
            .ejection
            .map(|ejection| Ejection { failures: ejection.failures.0, lasts: ejection.lasts.0 }),
        on_cache_error: raw.on_cache_error.unwrap_or_default(),
        on_failed_rebuild: raw.on_failed_rebuild.unwrap_or_default(),
        refresh_ahead: raw.refresh_ahead.map(|time| time.0),
        memory: raw.memory.map(|time| time.0),
        breaker: raw.breaker.unwrap_or(true),
        protection: raw.protection.unwrap_or_default(),
    }
}

fn pages(raw: raw::Pages) -> Pages {
    let bytes = raw.bytes.map_or(200, |size| size.0);
    let alpha = raw.alpha.map_or(1.2, |number| number.0);
    Pages {
        count: raw.count.map_or(6_000, |number| number.0),
        bytes,
        ttl: raw.ttl.map_or(Duration::from_secs(450), |time| time.0),
        popularity: match raw.popularity {
            Some(raw::Popularity::Zipf) => Popularity::Zipf(alpha),
            Some(raw::Popularity::Even) | None => Popularity::Even,
        },
        hot: raw.hot.map(|hot| Hot {
            share: hot.share.0,
            bytes: hot.bytes.map_or(bytes, |size| size.0),
            cost: hot.cost.map_or(Duration::from_millis(250), |time| time.0),
            statements: hot.statements.map_or(4, |number| number.0),
            copies: hot.copies.map_or(2.0, |number| number.0),
        }),
    }
}

fn cost(raw: &raw::Cost) -> Cost {
    Cost {
        rebuild: raw.rebuild.map_or(Duration::from_millis(750), |time| time.0),
        copies: raw.copies.map_or(8.5, |number| number.0),
        timeout: raw.timeout.map_or(Duration::from_secs(3), |time| time.0),
    }
}

fn users(raw: &raw::Users) -> Users {
    Users {
        rate: raw.rate.map_or(600.0, |rate| rate.0),
        arrivals: match raw.arrivals {
            Some(raw::Arrivals::Poisson) => Arrivals::Poisson,
            // That the size is missing is told by the checks.
            Some(raw::Arrivals::Groups) => Arrivals::Groups(raw.group.map_or(1.0, |number| number.0)),
            Some(raw::Arrivals::Steady) | None => Arrivals::Steady,
        },
    }
}
