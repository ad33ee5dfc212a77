//! Steps, and the rules between their keys.

use std::time::Duration;

use crate::action::{ACTIONS, Spec, by_name};
use crate::observation::Metric;
use crate::playbook::load::{Builder, POLICY};
use crate::playbook::{OnWorse, Step, Template, WATCHED, Watch, raw};
use crate::text;
use crate::yaml::{Node, Problem, decode, place_of};

impl Builder<'_> {
    pub(super) fn steps(&mut self, node: &Node) -> Vec<Step<Template>> {
        let mut steps: Vec<(Step<Template>, usize)> = Vec::new();
        for item in self.list(node, "steps", "steps") {
            if self.too_many(self.ids.len() + 1, item, "steps") {
                break;
            }
            let Some(step) = self.step(item) else { continue };
            if let Some((first, at)) = steps.iter().find(|(known, _)| same(known, &step)) {
                let (line, _) = place_of(self.source, *at);
                let message =
                    format!("does what `{}` in line {line} does: it would always be done already", first.id);
                self.problem(item, "action", message);
            }
            steps.push((step, item.at.start));
        }
        steps.into_iter().map(|(step, _)| step).collect()
    }

    fn step(&mut self, node: &Node) -> Option<Step<Template>> {
        let raw: Option<raw::Step> = decode(node, &POLICY, &mut self.problems);
        self.step_id(node);
        for (key, value) in node.entries() {
            if value.is_null() && key.text() != Some("with") {
                self.problems.push(Problem::new(key.at.clone(), "expected a value, found nothing"));
            }
        }
        for key in ["why", "differs", "irreversible_because"] {
            self.not_empty(node, key);
        }
        let act = self.act(node);
        let with = act.map(|act| self.fields(node, act)).unwrap_or_default();
        let (when, require) = (self.condition(node, "when"), self.condition(node, "require"));
        let verify = self.condition(node, "verify");
        let timeout = self.time(node, "timeout", 1, 3_600);
        let target = self.name(node, "target");
        let raw = raw?;
        if let Some(confirm) = raw.confirm.as_deref().filter(|confirm| *confirm != "type") {
            let message = match confirm {
                "ask" => "a playbook raises what must be typed, it never lowers it (S8): leave it out",
                _ => "expected `type`: the target's name must be typed",
            };
            self.problem(node, "confirm", message);
        }
        self.undo(node, &raw, act);
        let watch = self.watch(node, &raw);
        Some(Step {
            id: raw.id,
            why: raw.why,
            act: act?,
            with,
            when,
            require,
            typed: raw.confirm.is_some(),
            verify,
            watch,
            irreversible_because: raw.irreversible_because,
            on_failure: raw.on_failure.unwrap_or_default(),
            timeout,
            target,
            differs: raw.differs,
        })
    }

    /// Ids are names, and each step has its own: `--only` and the journal go by it.
    fn step_id(&mut self, node: &Node) {
        let Some(id) = self.name(node, "id") else { return };
        if let Some((_, at)) = self.ids.iter().find(|(known, _)| *known == id) {
            let (line, _) = place_of(self.source, at.start);
            self.problem(node, "id", format!("`{id}` is the step in line {line} already"));
        }
        self.ids.push((id, node.at.clone()));
    }

    fn act(&mut self, node: &Node) -> Option<&'static Spec> {
        let name = node.given("action")?;
        if let Some(spec) = by_name(name) {
            if spec.name != name
                && let Some(node) = node.get("action")
            {
                let (line, _) = place_of(self.source, node.at.start);
                self.notes.push(format!("line {line}: {name} is called {} now", spec.name));
            }
            return Some(spec);
        }
        let known: Vec<&str> = ACTIONS.iter().map(|spec| spec.name).collect();
        // The word of the command line is near enough.
        let by_command = ACTIONS.iter().find(|spec| spec.command == name).map(|spec| spec.name);
        let hint = text::suggestion(by_command.unwrap_or(name), &known);
        let shown = text::escape(name);
        self.problem(node, "action", format!("there is no action `{}`; {hint}", text::fit(&shown, 60)));
        None
    }

    /// What cannot be put back says so, and why; and what can be is not said to be otherwise without a reason.
    fn undo(&mut self, node: &Node, raw: &raw::Step, act: Option<&'static Spec>) {
        let irreversible = act.and_then(|spec| spec.irreversible);
        let never = raw.undo == Some(raw::Undo::None);
        match (irreversible, never, &raw.irreversible_because) {
            (Some(why), false, _) => {
                let key = if raw.undo.is_some() { "undo" } else { "action" };
                let message = format!(
                    "{} cannot be undone: {why}; say `undo: none` and `irreversible_because`",
                    raw.action
                );
                self.problem(node, key, message);
            }
            (_, true, None) => {
                self.problem(node, "undo", "`undo: none` needs a reason: add `irreversible_because`");
            }
            (None, false, Some(_)) => {
                let message = "a reason without `undo: none`: this step will be put back";
                self.problem(node, "irreversible_because", message);
            }
            _ => {}
        }
    }

    fn watch(&mut self, node: &Node, raw: &raw::Step) -> Option<Watch> {
        let (place, raw_watch) = (node.get("watch")?, raw.watch.as_ref()?);
        let metric = self.watched(place, &raw_watch.metric);
        let length = self.time(place, "for", 1, 600);
        if !(raw_watch.worse_by > 1.0 && raw_watch.worse_by <= 100.0) {
            let message = "expected a multiple above 1 (1.2 is a fifth worse), and at most 100";
            self.problem(place, "worse_by", message);
        }
        let on_worse = raw_watch.on_worse.unwrap_or_default();
        if on_worse == OnWorse::Undo && raw.undo == Some(raw::Undo::None) {
            self.problem(place, "on_worse", "this step is never undone (`undo: none`)");
        }
        Some(Watch {
            metric: metric?,
            worse_by: raw_watch.worse_by,
            length: length.unwrap_or(Duration::ZERO),
            on_worse,
        })
    }

    fn watched(&mut self, node: &Node, name: &str) -> Option<Metric> {
        let known: Vec<&str> = WATCHED.iter().map(|metric| metric.name()).collect();
        let found = WATCHED.iter().find(|metric| metric.name() == name);
        if found.is_none() {
            let (shown, hint) = (text::escape(name), text::suggestion(name, &known));
            let message = format!("`{}` is nothing that can be watched; {hint}", text::fit(&shown, 60));
            self.problem(node, "metric", message);
        }
        found.copied()
    }
}

/// Whether the second would find everything done already.
fn same(first: &Step<Template>, second: &Step<Template>) -> bool {
    let reversible = first.act.irreversible.is_none();
    let mut fields: [Vec<_>; 2] = [first, second].map(|step| step.with.fields().collect());
    fields.iter_mut().for_each(|fields| fields.sort_by_key(|(name, _)| *name));
    reversible
        && first.act.name == second.act.name
        && fields[0] == fields[1]
        && first.target == second.target
        && first.when == second.when
}
