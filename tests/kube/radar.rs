//! Who would put a change back (S23): named before anything is done.

use serde_json::json;

use super::{Connection, on_each, words};
use crate::support::binary::End;
use crate::support::kube::{Cluster, deployment};

async fn s23_whoever_has_a_hand_on_it_is_named(cluster: &Cluster) {
    // Its owner must be there: the server's garbage collector looks.
    let owner = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "cache-owner" } });
    let owner = cluster.create("v1/configmaps", owner).await;
    let mut owned = deployment("owned", 1);
    owned["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "v1", "kind": "ConfigMap", "name": "cache-owner", "uid": owner["metadata"]["uid"], "controller": true,
    }]);
    let mut argo = deployment("argo", 1);
    argo["metadata"]["annotations"] =
        json!({ "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/argo" });
    let mut flux = deployment("flux", 1);
    flux["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/name"] = json!("shop-apps");
    let mut helm = deployment("helm", 1);
    helm["metadata"]["annotations"] = json!({ "meta.helm.sh/release-name": "cache" });
    for one in [owned, argo, flux, helm, deployment("written", 1), deployment("free", 1)] {
        cluster.runs(one).await;
    }
    let annotated = json!({ "metadata": { "annotations": { "synced": "yes" } } });
    cluster.change("apps/v1/deployments/written", &annotated, "argocd-controller").await;
    let connection = Connection::at(cluster);
    for (name, who) in [
        ("owned", "ConfigMap cache-owner (its controller) may put it back within seconds"),
        ("argo", "Argo CD (shop) may put it back within seconds when self-heal is on"),
        ("flux", "Flux (Kustomization) (shop-apps) may put it back at its next reconciliation"),
        ("helm", "Helm (cache) may put it back at the next helm upgrade"),
        ("written", "Argo CD may put it back within seconds when self-heal is on"),
    ] {
        let warned = connection.scale(name, 2, &["--yes"]).await;
        assert!(warned.end == End::Code(6) && words(&warned).contains(who), "{name}: {warned}");
    }
    let free = connection.scale("free", 2, &["--yes"]).await;
    assert_eq!(free.end, End::Code(0), "{free}");
}

on_each!(s23_whoever_has_a_hand_on_it_is_named);
