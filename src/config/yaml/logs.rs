//! `logs:` and `pods:` targets.

use std::collections::BTreeMap;

use crate::config::yaml::build::Builder;
use crate::config::yaml::policy::POLICY;
use crate::config::yaml::raw;
use crate::config::{Containers, LogPattern, LogTarget, PodLogs};
use crate::yaml::{Node, Problem, decode};

impl Builder<'_, '_> {
    pub(super) fn logs(&mut self, node: &Node) -> Option<LogTarget> {
        let raw: raw::Logs = decode(node, &POLICY, &mut self.problems)?;
        let paths = match raw.logs {
            raw::OneOrMore::One(path) => vec![path],
            raw::OneOrMore::More(paths) => paths,
        };
        if paths.is_empty() || paths.iter().any(String::is_empty) {
            self.problem(node, "logs", "expected at least one path");
        }
        for path in &paths {
            if let Err(error) = glob::Pattern::new(path) {
                self.problem(node, "logs", format!("this is no path or glob: {}", error.msg));
            }
        }
        let patterns = self.patterns(node, raw.patterns);
        let paths = paths
            .iter()
            .map(|path| if path == "-" { path.clone() } else { self.path(path).display().to_string() });
        Some(LogTarget { paths: paths.collect(), patterns, pods: None })
    }

    pub(super) fn pods(&mut self, node: &Node) -> Option<LogTarget> {
        let raw: raw::Pods = decode(node, &POLICY, &mut self.problems)?;
        if raw.pods.trim().is_empty() {
            self.problem(node, "pods", "expected labels: app=backend");
        }
        let context = raw.context.unwrap_or_else(|| "current".into());
        let mut cluster = self.cluster(node, "pods", context, (raw.kubeconfig, raw.namespace));
        cluster.request_timeout = self.request_timeout(node, raw.request_timeout);
        let patterns = self.patterns(node, raw.patterns);
        let containers = match (raw.container, raw.all_containers.unwrap_or_default()) {
            (Some(_), true) => {
                self.problem(node, "all_containers", "one container, or all of them");
                Containers::All
            }
            (None, true) => Containers::All,
            (Some(name), false) => Containers::Named(name),
            (None, false) => Containers::Default,
        };
        let pods = Some(PodLogs { cluster, selector: raw.pods, containers });
        Some(LogTarget { paths: Vec::new(), patterns, pods })
    }

    fn patterns(&mut self, node: &Node, raw: Option<BTreeMap<String, raw::Pattern>>) -> Vec<LogPattern> {
        let mut patterns = Vec::new();
        let known = raw.unwrap_or_default();
        for (name, _) in node.get("patterns").into_iter().flat_map(Node::entries) {
            self.check_name(name);
            let Some(pattern) = name.text().and_then(|name| known.get(name)) else { continue };
            if pattern.any_of.is_empty() || pattern.any_of.iter().any(String::is_empty) {
                let at = node.reach(&["patterns", name.text().unwrap_or_default(), "any_of"]).at.clone();
                self.problems.push(Problem::new(at, "expected at least one text, and none that is empty"));
            }
            patterns.push(LogPattern {
                name: name.text().unwrap_or_default().into(),
                any_of: pattern.any_of.clone(),
                ignore_case: pattern.ignore_case.unwrap_or(false),
            });
        }
        patterns
    }
}
