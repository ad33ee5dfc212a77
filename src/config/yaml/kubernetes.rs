//! `kubernetes:` targets.

use crate::config::yaml::build::Builder;
use crate::config::yaml::policy::POLICY;
use crate::config::yaml::raw;
use crate::config::{KubernetesTarget, environment};
use crate::yaml::{Node, decode};

impl Builder<'_, '_> {
    pub(super) fn kubernetes(&mut self, node: &Node) -> Option<KubernetesTarget> {
        let raw: raw::Kubernetes = decode(node, &POLICY, &mut self.problems)?;
        let in_cluster = raw.kubernetes == "in-cluster";
        if in_cluster && raw.kubeconfig.is_some() {
            self.problem(node, "kubeconfig", "the service account of the pod needs no file");
        }
        let kubeconfig = match &raw.kubeconfig {
            _ if in_cluster => Vec::new(),
            Some(path) => vec![self.path(path)],
            None => environment::kubeconfig(self.options),
        };
        if kubeconfig.is_empty() && !in_cluster {
            let why =
                "no file has this context: there is neither KUBECONFIG nor ~/.kube/config; add `kubeconfig`";
            self.problem(node, "kubernetes", why);
        }
        let context = (!in_cluster && raw.kubernetes != "current").then_some(raw.kubernetes);
        Some(KubernetesTarget { kubeconfig, context, namespace: raw.namespace, found: false })
    }
}
