//! Seeded mistakes: each is found at its line and column, in words that help, and nothing else is said.

use stampede::playbook::parse;

use super::{bad, with_keys, with_steps};

const HEAD: &str = "version: 1\nname: p\nsummary: s\n";
const OK: &str = "with: { value: 5000 }";

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
        let invalid = match parse("p.yaml", source.replace('▶', "").into_bytes()) {
            Ok(_) => return self.missed.push(format!("nothing is wrong with\n{source}")),
            Err(invalid) => invalid,
        };
        let found: Vec<_> = invalid.mistakes.iter().map(|m| (m.line, m.column, m.message.as_str())).collect();
        let placed = invalid.report.contains(&format!("p.yaml:{line}:{column}: "));
        let caret = invalid.report.lines().last().is_some_and(|line| line.contains('^'));
        match found[..] {
            [(l, c, message)] if (l, c) == (line, column) && message.contains(words) && placed && caret => {}
            _ => self
                .missed
                .push(format!("expected `{words}` at {line}:{column} of\n{source}\nfound {found:?}\n")),
        }
    }

    /// The same for a key of a step, beside a good `with:`.
    fn key(&mut self, line: &str, words: &str) {
        self.file(&with_keys(&format!("{OK}\n{line}")), words);
    }

    /// The same for `with:`.
    fn field(&mut self, line: &str, words: &str) {
        self.file(&with_keys(line), words);
    }

    /// The same for the top of a file without steps.
    fn top(&mut self, lines: &str, words: &str) {
        self.file(&format!("{HEAD}{lines}\nphases: {{}}\n"), words);
    }

    /// The same for inputs, one of which a step uses.
    fn input(&mut self, lines: &str, words: &str) {
        let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
        let inputs = format!("inputs:\n{lines}phases:");
        self.file(&with_keys("with: { value: \"${n}\" }").replace("phases:", &inputs), words);
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
    seeded.file("version: ▶2\nname: p\nsummary: s\nphases: {}\n", "reads version 1");
    seeded.file("▶name: p\nsummary: s\nphases: {}\n", "`version` is missing");
    seeded.file("version: 1\nname: ▶P q\nsummary: s\nphases: {}\n", "a name has 1 to 64");
    seeded.file("version: 1\nname: p\nsummary: ▶''\nphases: {}\n", "not empty");
    seeded.file("version: 1\nname: p\n▶description: s\nsummary: s\nphases: {}\n", "did you mean `summary`?");
    seeded.top("▶phase: {}", "did you mean `phases`?");
    seeded.file(&format!("{HEAD}phases: ▶[]\n"), "expected a mapping");
    seeded.file(&format!("{HEAD}phases:\n  ▶brake: {{}}\n"), "did you mean `break`?");
    seeded.file(&format!("{HEAD}phases: {{}}\n▶phases: {{}}\n"), "given twice; first in line 4");
    seeded.all_caught(9);
}

#[test]
fn mistakes_of_a_phase() {
    let mut seeded = Seeded::default();
    seeded.file(&format!("{HEAD}phases:\n  detect: {{ budget: ▶30 }}\n"), "30s or 30m");
    seeded.file(&format!("{HEAD}phases:\n  break: {{ budget: ▶2h, steps: [] }}\n"), "from 1 s to 1 h");
    seeded.file(
        &format!("{HEAD}phases:\n  detect: {{ signals: ▶cache.hit_ratio < 0.8 }}\n"),
        "a list of conditions",
    );
    seeded
        .file(&format!("{HEAD}phases:\n  recover:\n    ▶steps: []\n"), "unknown key `steps`; known: stages");
    let stages = "phases:\n  recover:\n    stages:\n      - { id: a, until: 10m }\n";
    seeded.file(&format!("{HEAD}{stages}      - {{ id: b, until: ▶2m }}\n"), "not after the stage before it");
    seeded.file(&format!("{HEAD}{stages}      - {{ id: ▶a, until: 20m }}\n"), "the stage in line 7 already");
    seeded.all_caught(6);
}

#[test]
fn mistakes_of_a_step() {
    let mut seeded = Seeded::default();
    seeded.file(&with_steps("- ▶action: redis.maxclients\n  with: { value: 5000 }"), "`id` is missing");
    seeded.file(&with_steps("- id: a\n  action: ▶redis.maxclient\n"), "did you mean `redis.maxclients`?");
    seeded.file(&with_steps("- id: a\n  action: ▶kill-idle\n"), "did you mean `redis.clients.kill-idle`?");
    seeded.file(
        &with_steps("- id: ▶Raise It\n  action: redis.maxclients\n  with: { value: 5000 }"),
        "a name has 1 to 64",
    );
    let first = "- id: a\n  action: redis.maxclients\n  with: { value: 5000 }\n";
    seeded.file(
        &with_steps(&format!("{first}- id: ▶a\n  action: redis.timeout\n  with: {{ value: 5m }}")),
        "the step in line 7 already",
    );
    seeded.file(
        &with_steps(&format!("{first}- id: b\n  action: ▶redis.maxclients\n  with: {{ value: 5000 }}")),
        "does what `a` in line 7 does",
    );
    seeded.key("▶whne: cache.up", "did you mean `when`?");
    seeded.key("▶if: cache.up", "did you mean `when`?");
    seeded.key("confirm: ▶ask", "never lowers it (S8)");
    seeded.key("confirm: ▶twice", "expected `type`");
    seeded.key("undo: ▶none", "add `irreversible_because`");
    seeded.key("irreversible_because: ▶it is so", "without `undo: none`");
    seeded.key("undo: ▶never", "expected auto or none");
    seeded.key("on_failure: ▶retry", "expected stop, continue or undo");
    seeded.key("timeout: ▶20", "20s or 20m");
    seeded.key("▶when:", "found nothing");
    seeded.key("target: ▶\"a b\"", "a name has 1 to 64");
    let kill = "- id: a\n  action: ▶redis.clients.kill-idle\n";
    seeded.file(&with_steps(kill), "cannot be undone: a closed connection");
    seeded.all_caught(18);
}

#[test]
fn mistakes_of_a_watch() {
    let mut seeded = Seeded::default();
    seeded.key(
        "watch: { metric: ▶database.runing, worse_by: 1.2, for: 15s }",
        "did you mean `database.running`?",
    );
    seeded.key("watch: { metric: ▶cache.hit_ratio, worse_by: 1.2, for: 15s }", "nothing that can be watched");
    seeded.key("watch: { metric: database.running, worse_by: ▶0.8, for: 15s }", "above 1");
    seeded.key("watch: { metric: database.running, worse_by: ▶20%, for: 15s }", "expected a number");
    seeded.key("watch: { metric: database.running, worse_by: 1.2, for: ▶15 }", "15s or 15m");
    seeded.key("watch: ▶{ metric: database.running, worse_by: 1.2 }", "`for` is missing");
    let undo = "undo: none\nirreversible_because: so\nwatch: { metric: database.running, worse_by: 2, for: 1m, on_worse: ▶undo }";
    seeded.key(undo, "never undone");
    seeded.all_caught(7);
}

#[test]
fn mistakes_of_fields() {
    let mut seeded = Seeded::default();
    seeded.field("with: { value: ▶\"5000\" }", "take off the quotes");
    seeded.field("with: { value: ▶5k }", "a whole number");
    seeded.field("with: { value: ▶0 }", "from 1 to 1000000");
    seeded.field("with: { ▶vlaue: 5000, value: 5000 }", "did you mean `value`?");
    seeded.field("with: { ▶to: 5000, value: 5000 }", "did you mean `value`?");
    let empty = with_steps("- id: a\n  action: mysql.user-limit\n  with: ▶{ account: shop }");
    seeded.file(&empty, "`to` is missing");
    seeded.field("with: ▶5000", "expected a mapping");
    seeded.field("with: { value: ▶[1, 2] }", "found a list");
    seeded.field("with: { value: \"▶${clients}\" }", "there is no input `clients`");
    seeded.field("with: { value: ▶\"${clients\" }", "write `${NAME}`");
    let timeout = |with: &str| with_steps(&format!("- id: a\n  action: redis.timeout\n  with: {with}"));
    seeded.file(&timeout("{ value: ▶30 }"), "30s or 30m");
    seeded.file(&timeout("{ value: ▶1500ms }"), "expected whole seconds");
    seeded.all_caught(12);
}

#[test]
fn mistakes_of_conditions() {
    let mut seeded = Seeded::default();
    seeded.key("when: ▶cache.clients_ration > 0.8", "did you mean `cache.clients_ratio`?");
    seeded.key("when: ▶cache.clients_ratio > 'high'", "(a number) is compared with the text 'high'");
    seeded.key("when: ▶cache.clients_ratio > 80", "80 % is written 0.8");
    seeded.key("when: cache.clients_ratio > 80▶%", "a share is written as 0.8");
    seeded.key("when: ▶cache.clients_ratio", "is not a condition");
    seeded.key("when: cache.clients_ratio ▶= 0.8", "write `==`");
    seeded.key("when: cache.up ▶and database.up", "write `&&`");
    seeded.key("when: cache.clients_ratio >▶ # nothing", "ends too early");
    seeded.key("when: ▶pattern == 'hot_kye'", "did you mean `hot_key`?");
    seeded.key("when: ▶facts.on_cache_error == 'databse'", "stale, error or database");
    seeded.key("when: ▶facts.lock_dialekt == 'none'", "did you mean `facts.lock_dialect`?");
    seeded.key("when: ▶cache.keys > database.queries", "a count, database.queries is a rate");
    seeded.key("when: cache.keys ▶+ 1 > 2", "only comparisons");
    seeded.key("when: ▶cache.up == 1", "write `cache.up`");
    seeded.key("when: ▶cache.hit_ratio < 0.5 && cache.hit_ratio > 0.8", "can never be true");
    seeded.key("require: ▶false", "can never be true");
    seeded.key("require: ▶cache.hit_ratio <= 1", "always true");
    seeded.key("when: cache.up && ▶${x} > 1", "stands only in `with:`");
    seeded.key("verify: 'cache.up && ▶database.upp'", "did you mean `database.up`?");
    seeded.all_caught(19);
}

#[test]
fn mistakes_of_inputs() {
    let mut seeded = Seeded::default();
    seeded.input("n: { type: ▶integer, default: 5, help: h }", "expected int, duration, text, list or bool");
    seeded.input("n: ▶{ type: int, default: 5 }", "`help` is missing");
    seeded.input("n: { type: int, default: ▶many, help: h }", "a whole number");
    seeded.input("n: { type: int, default: ▶[1], help: h }", "found a list");
    seeded.input("n: { type: int, default: ▶\"5\", help: h }", "take off the quotes");
    seeded.input(
        "n: { type: int, default: 5, help: h }\n▶m: { type: int, default: 1, help: h }",
        "nothing refers to",
    );
    seeded.input(
        "n: { type: int, default: 5, help: h }\n▶2m: { type: int, default: 1, help: h }",
        "begins with no digit",
    );
    let bound = with_keys("with: { value: ▶\"${n}\" }");
    seeded.file(
        &bound.replace("phases:", "inputs: { n: { type: int, default: 0, help: h } }\nphases:"),
        "0 by default",
    );
    let typed = with_keys("with: { value: \"▶${n}\" }");
    let text = "inputs: { n: { type: text, default: x, help: h } }\nphases:";
    seeded.file(&typed.replace("phases:", text), "`n` is of type text; expected int");
    let joined = with_keys("with: { value: \"1▶${n}\" }");
    seeded.file(
        &joined.replace("phases:", "inputs: { n: { type: int, help: h } }\nphases:"),
        "must stand alone",
    );
    seeded.all_caught(10);
}

#[test]
fn a_circle_of_inputs_is_told_at_each_of_them() {
    let source = with_keys("with: { value: \"${a}\" }").replace(
        "phases:",
        "inputs:
  a: { type: int, default: \"${b}\", help: h }
  b: { type: int, default: \"${c}\", help: h }
  c: { type: int, default: \"${a}\", help: h }
  d: { type: int, default: \"${d}\", help: h }
phases:",
    );
    let mistakes = bad(&source).mistakes;
    let lines: Vec<_> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [5, 6, 7, 8], "{mistakes:?}");
    assert!(mistakes.iter().all(|mistake| mistake.message.contains("round about") && mistake.column > 20));
}

#[test]
fn mistakes_of_what_is_expected() {
    let mut seeded = Seeded::default();
    seeded.top("expect: { targets: { redis: { product: ▶Reddis } } }", "did you mean `Redis`?");
    seeded.top("expect: { targets: { ▶redis: {} } }", "at least one of");
    seeded.top("expect: { targets: { redis: { ▶vesrion: '7', role: primary } } }", "did you mean `version`?");
    seeded.top("facts: { ▶lock_dialekt: { why: w } }", "did you mean `lock_dialect`?");
    seeded.top("facts: { lock_dialect: ▶{} }", "`why` is missing");
    seeded.top("facts: { on_cache_error: { why: w, expect: [stale, ▶eror] } }", "stale, error or database");
    seeded.all_caught(6);
}

#[test]
fn mistakes_of_cases() {
    let mut seeded = Seeded::default();
    let case = |case: &str| format!("{}test:\n  - {case}\n", with_keys(OK));
    let expect = "observations: o.json, expect: { steps: [] }";
    seeded.file(
        &case("{ name: c, observations: ▶/etc/passwd, expect: { steps: [] } }"),
        "below the playbook's folder",
    );
    seeded.file(
        &case("{ name: c, observations: ▶../o.json, expect: { steps: [] } }"),
        "below the playbook's folder",
    );
    seeded.file(&case("{ name: c, observations: o.json, expect: { steps: [▶b] } }"), "there is no step `b`");
    seeded.file(
        &case("{ name: c, observations: o.json, expect: { level: ▶okay, steps: [] } }"),
        "known: ok, warning",
    );
    seeded.file(
        &case("{ name: c, observations: o.json, expect: { pattern: ▶hotkey, steps: [] } }"),
        "did you mean `hot_key`?",
    );
    seeded.file(&case("{ name: c, observations: o.json, expect: ▶{ level: ok } }"), "`steps` is missing");
    seeded.file(&case(&format!("{{ name: c, set: {{ ▶x: 1 }}, {expect} }}")), "there is no input `x`");
    seeded.file(
        &case(&format!("{{ name: c, {expect} }}\n  - {{ name: ▶c, {expect} }}")),
        "in line 11 is called so already",
    );
    seeded.all_caught(8);
}

/// All at once, in the order of the file, each with its line and a caret.
#[test]
fn every_mistake_is_told_at_once() {
    let source = with_steps(
        "- id: a
  action: redis.maxclients
  with: { vlaue: 5000 }
  when: cache.clients_ration > 0.8
- id: a
  action: redis.timeuot
  watch: { metric: database.running, worse_by: 1.2, for: 15 }",
    );
    insta::assert_snapshot!(bad(&source).report, @r##"
    p.yaml:9:17: unknown key `vlaue`; did you mean `value`?
      |
    9 |         with: { vlaue: 5000 }
      |                 ^^^^^

    p.yaml:10:15: there is no metric `cache.clients_ration`; did you mean `cache.clients_ratio`?
       |
    10 |         when: cache.clients_ration > 0.8
       |               ^^^^^^^^^^^^^^^^^^^^

    p.yaml:11:13: `a` is the step in line 7 already
       |
    11 |       - id: a
       |             ^

    p.yaml:12:17: there is no action `redis.timeuot`; did you mean `redis.timeout`?
       |
    12 |         action: redis.timeuot
       |                 ^^^^^^^^^^^^^

    p.yaml:13:64: a time needs its unit: 15s or 15m
       |
    13 |         watch: { metric: database.running, worse_by: 1.2, for: 15 }
       |                                                                ^^
    "##);
}

#[test]
fn a_playbook_that_uses_everything_is_no_mistake() {
    let source = include_str!("everything.yaml");
    if let Err(invalid) = parse("everything.yaml", source.into()) {
        panic!("{}", invalid.report);
    }
}
