//! Kubernetes, by the real binary: against the double of an API server, and, where a test is one of [`on_each`], also against the real
//! server that `STAMPEDE_TEST_KUBECONFIG=FILE` names (its current context must be able to make namespaces, roles and tokens).
//! `STAMPEDE_TEST_KUBELET_LOGS=DIR` is where what stands in for its kubelet reads `NAMESPACE/POD/CONTAINER.log`.

use std::ffi::OsString;

use crate::support::binary::{Ended, Home};
use crate::support::kube::{Cluster, on_each};

mod conventions;
mod ending;
mod events;
mod fields;
mod kubeconfig;
mod login;
mod logs;
mod radar;
mod ramp;
mod reroute;
mod rights;
mod scale;

/// A home beside a cluster, and the rights to act in.
struct Connection {
    home: Home,
    config: OsString,
}

impl Connection {
    /// With all rights.
    fn at(cluster: &Cluster) -> Self {
        Self { home: Home::new(), config: cluster.kubeconfig() }
    }

    async fn says(&self, args: &[&str]) -> Ended {
        self.home.stampede(args).env("KUBECONFIG", &self.config).spawn().wait().await
    }

    async fn scale(&self, name: &str, replicas: u64, more: &[&str]) -> Ended {
        let (workload, replicas) = (format!("deployment/{name}"), replicas.to_string());
        let mut args = vec!["break", "scale", &workload, "--replicas", &replicas, "--no-watch"];
        args.extend(more);
        self.says(&args).await
    }

    async fn reroute(&self, selector: &str, more: &[&str]) -> Ended {
        let mut args = vec!["protect", "reroute", "service/mysql-service", "--selector", selector];
        args.extend(["--settle", "1s", "--no-watch"]);
        args.extend(more);
        self.says(&args).await
    }
}

/// What is typed instead of a yes.
const TYPED: &[&str] = &["--yes", "--confirm", "kubernetes"];

/// The words of an answer without its line breaks.
fn words(ended: &Ended) -> String {
    ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}
