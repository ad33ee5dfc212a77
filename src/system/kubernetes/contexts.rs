//! The contexts of kubeconfig files. Only files are read.

use std::path::PathBuf;

use kube::config::Kubeconfig;

/// A context of a kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The name of its cluster.
    pub cluster: String,
    /// Its namespace, when it has one.
    pub namespace: Option<String>,
}

/// All contexts in these files, the first one of each name. A file that cannot be read has none.
pub fn contexts(files: &[PathBuf]) -> Vec<Context> {
    let mut all: Vec<Context> = Vec::new();
    for named in
        files.iter().filter_map(|file| Kubeconfig::read_from(file).ok()).flat_map(|file| file.contexts)
    {
        let Some(context) = named.context else { continue };
        if all.iter().all(|known| known.name != named.name) {
            all.push(Context { name: named.name, cluster: context.cluster, namespace: context.namespace });
        }
    }
    all
}
