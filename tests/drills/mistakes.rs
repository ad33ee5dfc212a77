//! Seeded mistakes: each is found at its line and column, in words that help, and nothing else is said.

use super::{HEAD, TROUBLE, bad, good, happens, read, with};

/// Files with one mistake each; all that were not caught are told together.
#[derive(Default)]
struct Seeded {
    count: usize,
    missed: Vec<String>,
}

impl Seeded {
    /// A file in which `▶` marks where the caret belongs; exactly one thing is wrong with it.
    fn file(&mut self, source: &str, words: &str) {
        self.count += 1;
        let at = source.find('▶').unwrap_or_else(|| panic!("no mark in\n{source}"));
        let before = &source[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let invalid = match read(&source.replace('▶', "")) {
            Ok(_) => return self.missed.push(format!("nothing is wrong with\n{source}")),
            Err(invalid) => invalid,
        };
        let found: Vec<_> = invalid.mistakes.iter().map(|m| (m.line, m.column, m.message.as_str())).collect();
        let placed = invalid.report.contains(&format!("d.yaml:{line}:{column}: "));
        let caret = invalid.report.lines().last().is_some_and(|line| line.contains('^'));
        match found[..] {
            [(l, c, message)] if (l, c) == (line, column) && message.contains(words) && placed && caret => {}
            _ => self
                .missed
                .push(format!("expected `{words}` at {line}:{column} of\n{source}\nfound {found:?}\n")),
        }
    }

    /// The same for lines at the top, beside what is needed.
    fn top(&mut self, lines: &str, words: &str) {
        self.file(&with(lines), words);
    }

    /// The same for what happens.
    fn happens(&mut self, items: &str, words: &str) {
        self.file(&happens("", items), words);
    }

    /// Whether all were caught, at least so many.
    fn all_caught(self, least: usize) {
        assert!(self.missed.is_empty(), "{}", self.missed.join("\n"));
        assert!(self.count >= least, "only {} mistakes were seeded", self.count);
    }
}

#[test]
fn mistakes_of_the_head() {
    let mut seeded = Seeded::default();
    let head = |from: &str, to: &str| format!("{}{TROUBLE}", HEAD.replace(from, to));
    seeded.file(&head("version: 1", "version: ▶2"), "reads version 1");
    seeded.file(&format!("▶{}", head("version: 1\n", "")), "`version` is missing");
    seeded.file(&head("name: mine", "name: ▶My Own"), "a name has 1 to 64");
    seeded.file(&head("name: mine", "name: ▶list"), "`stampede drill list` is a command");
    seeded.file(&head("summary: s", "summary: ▶''"), "not empty");
    seeded.file(&head("summary: s", "summary: ▶\"a\\nb\""), "expected one line");
    seeded.file(&head("summary: s", "▶description: x\nsummary: s"), "did you mean `summary`?");
    seeded.file(&format!("▶{}", head("response: r\n", "")), "`response` is missing");
    seeded.file(&head("classic_expiry", "▶classic_expry"), "did you mean `classic_expiry`?");
    seeded.file(&head("classic_expiry", "▶unknown"), "`unknown` is none");
    seeded.file(&head("classic_expiry", "▶traffic_surge"), "say `leave_alone: true`");
    seeded.top("leave_alone: ▶true", "classic expiry is not left alone");
    seeded.top("compressed: ▶0.5", "from 1 to 1000");
    seeded.top("▶troubel: []", "did you mean `trouble`?");
    seeded.file(&format!("{HEAD}trouble: ▶[]\n"), "nothing goes wrong");
    seeded.file(&format!("▶{HEAD}"), "`trouble` is missing");
    seeded.file(&format!("{HEAD}▶trouble:\n"), "found nothing");
    seeded.top("▶pages:", "found nothing");
    seeded.top("pages: { ▶hot: }", "found nothing");
    seeded.top("set: { ▶warm: }", "found nothing");
    seeded.file(&format!("{HEAD}{TROUBLE}▶trouble: []\n"), "given twice; first in line 6");
    seeded.all_caught(17);
}

#[test]
fn mistakes_of_the_playbook_and_its_inputs() {
    let mut seeded = Seeded::default();
    seeded.top("playbook: ▶cold-cash", "did you mean `cold-cache`?");
    seeded.top("playbook: ▶./none.yaml", "no such file");
    seeded.top("set: { ▶wram: 5 }", "cache-stampede-3am has no input `wram`; did you mean `warm`?");
    seeded.top("playbook: cold-cache\nset: { warm: ▶many }", "a whole number");
    seeded.top("playbook: cold-cache\nset: { ▶clients: 5 }", "cold-cache has no input `clients`");
    seeded.top("set: ▶[warm]", "expected a mapping");
    seeded.top("set: { warm: ▶{ a: b } }", "expected a value, or a list");
    // It is a command line that cannot be given: nothing leads the run to other servers.
    seeded.top("▶run: [--config, /etc/stampede.yaml]", "unknown key `run`");
    let alone = with("leave_alone: true").replace("classic_expiry", "slow_database");
    seeded.file(&alone.replace("trouble:", "playbook: ▶cold-cache\ntrouble:"), "no playbook is right");
    seeded.file(&alone.replace("trouble:", "set: ▶{ warm: 5 }\ntrouble:"), "no playbook is right");
    seeded.all_caught(10);
}

#[test]
fn mistakes_of_the_application() {
    let mut seeded = Seeded::default();
    let mut application = |line: &str, words: &str| seeded.top(&format!("application: {{ {line} }}"), words);
    application("servers: ▶64", "from 1 to 32");
    application("servers: ▶0", "from 1 to 32");
    application("servers: ▶\"4\"", "whole number");
    application("servers: ▶2.5", "whole number");
    application("▶server: 4", "did you mean `servers`?");
    application(
        "servers: 30, database_pool: ▶10",
        "300 connections to each database; a drill opens at most 200",
    );
    application("servers: ▶30", "300 connections to each database");
    application("servers: 20, database_pool: 2, cache_pool: ▶200", "4000 connections to the cache");
    application("timeout: ▶10", "10s or 10m");
    application("timeout: ▶2h", "from 50 ms to 1 min");
    application("timeout: ▶[1s]", "a time with its unit");
    application("retries: ▶{ pause: 1s }", "`times` is missing");
    application("retries: { times: ▶99 }", "from 0 to 10");
    application("on_cache_error: ▶databse", "did you mean `database`?");
    application("on_failed_rebuild: ▶drop", "expected keep or delete");
    application("breaker: ▶yes", "true or false");
    application("protection: [▶locks]", "did you mean `lock`?");
    application("protection: ▶[lock, lock]", "named twice");
    application("refresh_ahead: ▶20m", "each would always be refreshed");
    seeded.all_caught(19);
}

#[test]
fn mistakes_of_pages_costs_and_users() {
    let mut seeded = Seeded::default();
    seeded.top("pages: { count: ▶5001 }", "an even number");
    seeded.top("pages: { count: ▶1000000 }", "from 2 to 100000");
    seeded.top("pages: { count: 100000, bytes: ▶64kb }", "a drill fills at most 256.0 MiB");
    seeded.top("pages: { bytes: ▶1gb }", "from 1 B to 64.0 KiB");
    seeded.top("pages: { alpha: ▶1.2 }", "only `popularity: zipf`");
    seeded.top("pages: { popularity: ▶zpif }", "did you mean `zipf`?");
    seeded.top("pages: { hot: ▶{ cost: 1s } }", "`share` is missing");
    seeded.top("pages: { hot: { share: ▶70 } }", "did you mean 70%?");
    seeded.top("pages: { hot: { share: ▶0 } }", "a share above 0");
    seeded.top("pages: { hot: { share: 50%, bytes: ▶16mb } }", "a drill moves at most 4.0 GiB");
    seeded.top("pages: { hot: { share: 50%, cost: ▶5s } }", "none would ever end well");
    seeded.top("cost: { rebuild: ▶4s }", "a rebuild takes 4 s alone");
    seeded.top("cost: { timeout: ▶500ms }", "a rebuild takes 750 ms alone");
    seeded.top("cost: { copies: ▶0.5 }", "from 1 to 1000");
    seeded.top("users: { rate: ▶600 }", "a rate needs its unit: 600/s");
    seeded.top("users: { rate: ▶50k/s }", "from 1/s to 20000/s");
    seeded.top("users: { rate: ▶often }", "write it like 600/s");
    seeded.top("users: { arrivals: ▶groups }", "`group` is missing");
    seeded.top("users: { group: ▶5 }", "only `arrivals: groups`");
    seeded.all_caught(19);
}

#[test]
fn mistakes_of_what_happens() {
    let mut seeded = Seeded::default();
    seeded.happens("{ what: ▶explode }", "nothing that can happen; known: expire, ");
    seeded.happens("{ what: ▶expyre }", "did you mean `expire`?");
    seeded.happens("▶{ at: 5s }", "`what` is missing");
    seeded.happens("▶expire", "expected a mapping");
    seeded.happens("{ what: expire, ▶shre: 50% }", "did you mean `share`?");
    seeded.happens("{ at: ▶5, what: expire }", "5s or 5m");
    seeded.happens("{ at: ▶31m, what: expire }", "from 0 s to 30 min");
    seeded.happens(
        "{ at: 10s, what: expire }\n{ at: ▶5s, what: delete }",
        "before what stands above it (line 8, at 10 s)",
    );
    seeded.happens("{ what: expire, rest: ▶30s }", "no others follow");
    seeded.happens("{ what: ▶expire_hot }", "no popular page");
    seeded.happens("{ what: ▶grow_hot, bytes: 2mb }", "no popular page");
    seeded.happens("{ what: ▶deploy }", "nothing in memory");
    seeded.happens("{ what: shorten_ttl, to: ▶20m }", "no shorter");
    seeded.happens("▶{ what: shorten_ttl }", "`to` is missing");
    seeded.happens("{ what: surge, times: ▶1 }", "from 1.1 to 50");
    seeded.happens("{ what: surge, times: ▶40 }", "24000 requests a second; a drill makes at most 20000");
    seeded.happens("{ what: absent, share: ▶100% }", "a share below 1");
    seeded.happens("{ what: absent, share: ▶98% }", "30000 requests a second; a drill makes at most 20000");
    seeded.happens("{ what: take_connections, left: ▶500 }", "from 0 to 199");
    seeded.happens("{ at: 20m, what: surge, times: 2, lasts: ▶15m }", "a drill lasts 30 min at most");
    seeded.happens("{ what: ▶set, setting: maxclients, value: 5 }", "belongs under `surprises`");
    seeded.happens("{ what: ▶fail_over }", "belongs under `surprises`");
    let hot = "pages: { hot: { share: 50%, bytes: 1mb } }";
    seeded.file(&happens(hot, "{ what: grow_hot, bytes: ▶1mb }"), "it has 1.0 MiB already");
    seeded.file(&happens(hot, "{ what: grow_hot, bytes: ▶16mb }"), "a drill moves at most 4.0 GiB");
    seeded.all_caught(21);
}

/// A colleague may change what the page and the playbooks change. What opens the cache to others, or writes files, cannot be said.
#[test]
fn mistakes_of_surprises() {
    let mut seeded = Seeded::default();
    let mut surprise = |item: &str, words: &str| {
        seeded.file(&format!("{HEAD}{TROUBLE}surprises:\n  - {item}\n"), words);
    };
    for hostile in ["bind", "dir", "dbfilename", "logfile", "requirepass", "aclfile", "unixsocket"] {
        surprise(
            &format!("{{ what: set, setting: ▶{hostile}, value: x }}"),
            "may change in a drill; known: maxclients",
        );
    }
    surprise("{ what: set, setting: ▶maxclient, value: 5 }", "did you mean `maxclients`?");
    surprise("{ what: set, setting: maxclients, value: ▶many }", "a whole number");
    surprise("{ what: set, setting: maxmemory, value: ▶20gb }", "expected a size");
    surprise("{ what: set, setting: maxmemory-policy, value: ▶lru }", "expected one of noeviction");
    surprise(
        "{ what: set, setting: notify-keyspace-events, value: ▶\"\\r\\nFLUSHALL\" }",
        "classes of events",
    );
    surprise("▶{ what: set, setting: timeout }", "`value` is missing");
    seeded.all_caught(13);
}

/// All at once, in the order of the file, each with its line and a caret; and nothing that only follows from another mistake.
#[test]
fn every_mistake_is_told_at_once() {
    let source = format!(
        "{HEAD}pages: {{ hot: {{ shre: 50% }} }}\nusers: {{ rate: 600 }}\ntrouble:\n  - {{ what: expire_hot }}\n  - {{ what: expyre }}\n"
    );
    insta::assert_snapshot!(bad(&source).report, @r##"
    d.yaml:6:17: unknown key `shre`; did you mean `share`?
      |
    6 | pages: { hot: { shre: 50% } }
      |                 ^^^^

    d.yaml:7:16: a rate needs its unit: 600/s
      |
    7 | users: { rate: 600 }
      |                ^^^

    d.yaml:10:13: `expyre` is nothing that can happen; did you mean `expire`?
       |
    10 |   - { what: expyre }
       |             ^^^^^^
    "##);
}

/// Rules are asked in one section while another is wrong.
#[test]
fn a_mistake_in_one_section_hides_no_rule_of_another() {
    let found = bad(&happens("users: { rate: fast }\npages: { count: 7 }", "{ what: deploy }")).mistakes;
    let lines: Vec<_> = found.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [6, 7, 9], "{found:?}");
}

#[test]
fn a_scenario_that_uses_everything_is_no_mistake() {
    good(include_str!("everything.yaml"));
}
