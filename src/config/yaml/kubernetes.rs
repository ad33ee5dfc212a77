//! `kubernetes:` targets, and what else is on a cluster.

use std::time::Duration;

use crate::config::yaml::build::Builder;
use crate::config::yaml::checks::a_time;
use crate::config::yaml::policy::POLICY;
use crate::config::yaml::raw;
use crate::config::{KubernetesTarget, environment};
use crate::yaml::{Node, decode};

impl Builder<'_, '_> {
    pub(super) fn kubernetes(&mut self, node: &Node) -> Option<KubernetesTarget> {
        let raw: raw::Kubernetes = decode(node, &POLICY, &mut self.problems)?;
        let mut cluster = self.cluster(node, "kubernetes", raw.kubernetes, (raw.kubeconfig, raw.namespace));
        cluster.request_timeout = self.request_timeout(node, raw.request_timeout);
        Some(cluster)
    }

    pub(super) fn request_timeout(&mut self, node: &Node, given: Option<String>) -> Option<Duration> {
        match a_time(&given?) {
            Ok(time) => Some(time),
            Err(why) => {
                self.problem(node, "request_timeout", why);
                None
            }
        }
    }

    /// The cluster of a context: its name, `current` or `in-cluster`. Problems are put at `key`.
    pub(super) fn cluster(
        &mut self,
        node: &Node,
        key: &str,
        context: String,
        (kubeconfig, namespace): (Option<String>, Option<String>),
    ) -> KubernetesTarget {
        let in_cluster = context == "in-cluster";
        if in_cluster && kubeconfig.is_some() {
            self.problem(node, "kubeconfig", "the service account of the pod needs no file");
        }
        let kubeconfig = match &kubeconfig {
            _ if in_cluster => Vec::new(),
            Some(path) => vec![self.path(path)],
            None => environment::kubeconfig(self.options),
        };
        if kubeconfig.is_empty() && !in_cluster {
            let why =
                "no file has this context: there is neither KUBECONFIG nor ~/.kube/config; add `kubeconfig`";
            self.lacking(node, key, why);
        }
        let context = (!in_cluster && context != "current").then_some(context);
        KubernetesTarget { kubeconfig, context, namespace, request_timeout: None, found: false }
    }
}
