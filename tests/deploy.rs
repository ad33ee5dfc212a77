//! What is in `deploy/`: the roles allow what the program asks of an API server, and nothing that it never asks.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stampede::lab::Lab;

use crate::support::binary::{End, Home};
use crate::support::kube::{Double, application, autoscaler, databases, ingress, route, serves, service};
use crate::support::warmer::{Does, Warmer};

const RBAC: &str = include_str!("../deploy/rbac.yaml");
const CRON_JOB: &str = include_str!("../deploy/cronjob-warm.yaml");
const LOOKS: &str = include_str!("../deploy/cronjob-detect.yaml");
const ACTS: &str = include_str!("../deploy/cronjob-act.yaml");
const NETWORK: &str = include_str!("../deploy/networkpolicy.yaml");
const BASE: &str = include_str!("../deploy/kustomization.yaml");
const KREW: &str = include_str!("../deploy/krew.yaml");
const CONTAINERFILE: &str = include_str!("../deploy/Containerfile");
const IGNORED: &str = include_str!("../.dockerignore");

/// `VERB RESOURCE`, of all roles together.
fn allowed() -> BTreeSet<String> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(RBAC).unwrap();
    let rules = documents.iter().filter_map(|one| one["rules"].as_array()).flatten();
    let texts = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let pairs = rules.flat_map(|rule| {
        let verbs = texts(&rule["verbs"]);
        texts(&rule["resources"])
            .into_iter()
            .flat_map(move |resource| verbs.clone().into_iter().map(move |verb| format!("{verb} {resource}")))
    });
    pairs.collect()
}

/// The same of a request: `GET /apis/apps/v1/namespaces/shop/deployments/web?…` is `get deployments`.
fn right(request: &str) -> Option<String> {
    let (method, path) = request.split_once(' ')?;
    let path = path.split('?').next()?;
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let rest = parts.get(if parts[0] == "api" { 2 } else { 3 }..)?;
    let rest = if rest.len() > 2 && rest[0] == "namespaces" { &rest[2..] } else { rest };
    let verb = match (method, rest.len()) {
        ("PATCH", _) => "patch",
        ("GET", 1) => "list",
        ("GET", _) => "get",
        ("POST", 1) if rest == ["events"] => "create",
        // A review of our own rights is allowed to everybody.
        _ => return None,
    };
    let resource = match rest {
        [resource, _, part] => format!("{resource}/{part}"),
        [resource, ..] => (*resource).to_owned(),
        [] => return None,
    };
    Some(format!("{verb} {resource}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roles_allow_what_is_asked_and_nothing_else_that_writes() {
    let double = Double::start();
    double.deployment("cache", 2);
    double.deployment("scaled", 2);
    double.create("autoscaling/v2/horizontalpodautoscalers", autoscaler("scaled", "scaled", 2, 5));
    for role in ["primary", "replica"] {
        let labels = json!({ "tier": "db", "role": role });
        double.create("apps/v1/deployments", databases(role, &labels, "db", 2));
    }
    double.create("networking.k8s.io/v1/ingresses", ingress("shop"));
    double.create("apps/v1/deployments", application("web", 2));
    double.create("gateway.networking.k8s.io/v1/httproutes", route("shop", 0));
    double.create("apps/v1/deployments", application("shop", 2));
    double.create("v1/services", serves("shop"));
    double.create("v1/services", service("db", &json!({ "tier": "db", "role": "primary" })));
    let now = stampede::clock::now();
    let earlier = now - jiff::SignedDuration::from_secs(9);
    double.says("cache-0", &format!("{earlier} request done\n{now} request done\n"));
    let home = Home::new();
    let config = double.kubeconfig(double.port());
    let said = ["--yes", "--confirm", "kubernetes", "--no-watch"];
    for args in [
        &["break", "scale", "deployment/cache", "--replicas", "3"][..],
        &["break", "scale", "deployment/scaled", "--replicas", "4", "--through", "owner", "--wait", "1s"],
        &["protect", "reroute", "service/db", "--selector", "role=replica", "--settle", "1s"],
        &["protect", "annotate", "ingress/shop", "example.com/limit=1", "--settle", "1s"],
        &["protect", "restart", "deployment/web"],
        &["recover", "ramp", "httproute/shop", "--backend", "shop", "--steps", "50", "--hold", "2s"],
    ] {
        let ended = home.stampede([args, &said].concat()).env("KUBECONFIG", &config).spawn().wait().await;
        assert_eq!(ended.end, End::Code(0), "{ended}");
    }
    for (args, end) in [
        // No line there says hit or miss.
        (&["detect", "logs", "-l", "app=cache", "--no-record"][..], End::Code(3)),
        (&["undo", "--yes", "--confirm", "kubernetes"], End::Code(0)),
    ] {
        let ended = home.stampede(args).env("KUBECONFIG", &config).spawn().wait().await;
        assert_eq!(ended.end, end, "{ended}");
    }
    let asked: BTreeSet<String> = double.asked().iter().filter_map(|one| right(one)).collect();
    let allowed = allowed();
    let missing: Vec<&String> = asked.difference(&allowed).collect();
    assert!(missing.is_empty(), "not in deploy/rbac.yaml: {missing:?}");
    // Writing to a StatefulSet or a DaemonSet is the same as writing to a Deployment, and so it is with routes.
    let alike = ["statefulsets", "daemonsets", "grpcroutes", "virtualservices"];
    let writes = |one: &&String| {
        (one.starts_with("patch") || one.starts_with("create"))
            && !alike.iter().any(|kind| one.contains(kind))
    };
    let idle: Vec<&String> = allowed.difference(&asked).filter(writes).collect();
    assert!(idle.is_empty(), "nobody needs {idle:?}");
}

/// The pod that a CronJob makes.
fn pod(job: &Value) -> &Value {
    &job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
}

/// What every pod of ours is: without privileges, within bounds, and with a token only where the account has something to do.
fn is_modest(job: &Value) {
    let pod = pod(job);
    assert_eq!((&job["spec"]["suspend"], &pod["restartPolicy"]), (&json!(true), &json!("Never")));
    assert_eq!(job["spec"]["jobTemplate"]["spec"]["backoffLimit"], 0, "what was done once is not done again");
    let context = &pod["securityContext"];
    assert_eq!(
        (&context["runAsNonRoot"], &context["seccompProfile"]),
        (&json!(true), &json!({ "type": "RuntimeDefault" }))
    );
    assert_eq!(pod["automountServiceAccountToken"], pod["serviceAccountName"].is_string());
    for container in pod["containers"].as_array().unwrap() {
        assert_eq!(
            container["securityContext"],
            json!({
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] },
            })
        );
        assert!(container["resources"]["limits"]["memory"].is_string(), "{container}");
        assert_eq!(container["volumeMounts"], json!([{ "name": "state", "mountPath": "/state" }]));
        let state = container["env"].as_array().unwrap().iter().find(|one| one["name"] == "XDG_STATE_HOME");
        assert_eq!(
            state.map(|one| &one["value"]),
            Some(&json!("/state")),
            "a journal has no other place to go"
        );
    }
}

/// All that is deployed: one base, in one namespace, of accounts that are there, without a token that nobody asked for.
#[test]
fn the_base_is_one_piece() {
    let base: Value = serde_saphyr::from_str(BASE).unwrap();
    let files: Vec<&str> = base["resources"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    let read = |file: &&str| std::fs::read_to_string(folder.join(file)).unwrap();
    let all: Vec<Value> = files
        .iter()
        .map(read)
        .flat_map(|text| serde_saphyr::from_multiple::<Value>(&text).unwrap())
        .collect();
    let name = |one: &Value| {
        format!("{}/{}", one["kind"].as_str().unwrap(), one["metadata"]["name"].as_str().unwrap())
    };
    let names: BTreeSet<String> = all.iter().map(name).collect();
    assert_eq!(names.len(), all.len(), "twice the same: {names:?}");
    for one in &all {
        let wide = one["kind"].as_str().is_some_and(|kind| kind.starts_with("Cluster"));
        assert!(wide || one["metadata"]["namespace"] == base["namespace"], "{}", name(one));
        match one["kind"].as_str().unwrap() {
            "ServiceAccount" => assert_eq!(one["automountServiceAccountToken"], false),
            "CronJob" => {
                is_modest(one);
                if let Some(account) = pod(one)["serviceAccountName"].as_str() {
                    assert!(names.contains(&format!("ServiceAccount/{account}")), "{account}");
                }
                let labels = &one["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"];
                let network: Value = serde_saphyr::from_str(NETWORK).unwrap();
                assert_eq!(&network["spec"]["podSelector"]["matchLabels"], labels, "it is not fenced in");
            }
            "RoleBinding" | "ClusterRoleBinding" => {
                let role = one["roleRef"].clone();
                let role = format!("{}/{}", role["kind"].as_str().unwrap(), role["name"].as_str().unwrap());
                assert!(names.contains(&role), "{role}");
            }
            _ => {}
        }
    }
    // Who only looks is bound to nothing that writes.
    let looks = |one: &&Value| {
        one["subjects"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "stampede-look"))
    };
    let roles: Vec<&str> =
        all.iter().filter(looks).filter_map(|one| one["roleRef"]["name"].as_str()).collect();
    assert_eq!(roles, ["stampede-detect"]);
    let role = all.iter().find(|one| one["metadata"]["name"] == "stampede-detect").unwrap();
    assert!(!role["rules"].to_string().contains("patch") && !role["rules"].to_string().contains("create"));
}

/// What is done in one pod is put back by another that has the same volume: with another name, on another node.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_pod_did_is_undone_by_another() {
    let all: Vec<Value> = serde_saphyr::from_multiple(ACTS).unwrap();
    let job = all.iter().find(|one| one["kind"] == "CronJob").unwrap();
    let volume = &pod(job)["volumes"][0]["persistentVolumeClaim"]["claimName"];
    assert!(
        all.iter().any(|one| one["kind"] == "PersistentVolumeClaim" && one["metadata"]["name"] == *volume)
    );
    let double = Double::start();
    double.deployment("web", 2);
    let config = double.kubeconfig(double.port());
    let state = tempfile::tempdir().unwrap();
    let container = &pod(job)["containers"][0];
    let runs = async |args: &[String], name: &str| {
        let mut run = Home::new().stampede(args).env("KUBECONFIG", &config).env("HOSTNAME", name);
        for one in container["env"].as_array().unwrap().iter().filter(|one| one["value"].is_string()) {
            let (name, value) = (one["name"].as_str().unwrap(), one["value"].as_str().unwrap());
            run = run.env(name, value.replace("/state", state.path().to_str().unwrap()));
        }
        run.spawn().wait().await
    };
    let nothing = runs(&["status".to_owned()], "status-1").await;
    assert_eq!(nothing.end, End::Code(0), "{nothing}");
    // As the comment in the file has it, word by word.
    let written = |of: &str| {
        let (_, rest) = ACTS.split_once(of).unwrap();
        let rest = rest.split_once("args = [").unwrap().1.split_once(']').unwrap().0.replace("\n#", "");
        rest.split(',').map(|word| word.trim().trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    let (act, undo) = (written("create job act-1"), written("create job undo-1"));
    let done = runs(&act, "act-1").await;
    assert_eq!(done.end, End::Code(0), "{act:?} {done}");
    assert_eq!(double.get("apps/v1/deployments/web")["spec"]["replicas"], 4);
    let undone = runs(&undo, "undo-1").await;
    assert_eq!(undone.end, End::Code(0), "{undo:?} {undone}");
    assert_eq!(double.get("apps/v1/deployments/web")["spec"]["replicas"], 2);
}

/// The manifest of the plugin: what is filled in at a release is left open, and the rest is what krew takes.
#[test]
fn the_plugin_is_described() {
    let filled: String = KREW
        .lines()
        .map(|line| match line.trim().starts_with("{{ addURIAndSha") {
            true => "      uri: https://example.com/a.tar.gz\n      sha256: 0\n".to_owned(),
            false => format!("{}\n", line.replace("{{ .TagName }}", "v0.1.0")),
        })
        .collect();
    let plugin: Value = serde_saphyr::from_str(&filled).unwrap();
    assert_eq!((&plugin["kind"], &plugin["metadata"]["name"]), (&json!("Plugin"), &json!("stampede")));
    assert!(
        plugin["spec"]["shortDescription"].as_str().is_some_and(|words| words.len() <= 50),
        "krew's own limit"
    );
    let platforms = plugin["spec"]["platforms"].as_array().unwrap();
    assert!(
        platforms
            .iter()
            .all(|one| one["bin"] == "stampede" && one["selector"]["matchLabels"]["os"] == "linux")
    );
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(root.join("LICENSE-MIT").exists() && root.join("LICENSE-APACHE").exists());
}

/// What the server runs, and as whom: without privileges, by the account of rbac.yaml, with arguments that this program takes.
#[tokio::test(flavor = "multi_thread")]
async fn the_look_runs_what_there_is() {
    let job: Value = serde_saphyr::from_str(LOOKS).unwrap();
    let pod = pod(&job);
    let double = Double::start();
    double.deployment("backend", 1);
    let now = stampede::clock::now();
    let earlier = now - jiff::SignedDuration::from_secs(9);
    double.says("backend-0", &format!("{earlier} request done\n{now} request done\n"));
    let config = double.kubeconfig(double.port());
    let containers = pod["containers"].as_array().unwrap();
    assert_eq!(containers.len(), 2);
    for container in containers {
        let mut secrets = Vec::new();
        for one in container["env"].as_array().unwrap() {
            let name = one["name"].as_str().unwrap();
            secrets.extend(one["valueFrom"]["secretKeyRef"]["key"].as_str().map(|key| (name, key)));
        }
        let args: Vec<&str> =
            container["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        let mut run = Home::new().stampede(&args).env("KUBECONFIG", &config);
        for (name, key) in &secrets {
            assert_eq!(name, key);
            let scheme = if *name == "REDIS_URL" { "redis://" } else { "mysql://ops@" };
            // Nobody listens there: it is looked for all the same.
            run = run.env(name, format!("{scheme}127.0.0.1:1"));
        }
        let ended = run.spawn().wait().await;
        match secrets.as_slice() {
            // Logs in which no line says hit or miss.
            [] => assert_eq!(ended.end, End::Code(3), "{ended}"),
            // A cache that does not answer is critical.
            _ => assert_eq!(ended.end, End::Code(2), "{ended}"),
        }
        let said: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(said["targets"].as_array().unwrap().len(), secrets.len().max(1), "{ended}");
    }
}

/// It cannot be built here; what it copies is there, is all that the program is made of, and is built by a compiler that may.
#[test]
fn the_image_is_made_of_what_there_is() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines: Vec<Vec<String>> = CONTAINERFILE.lines().map(words).filter(|line| !line.is_empty()).collect();
    let of = |word: &str| lines.iter().filter(|line| line[0] == word).cloned().collect::<Vec<_>>();
    let copied: Vec<String> = of("COPY")
        .into_iter()
        .filter(|line| !line[1].starts_with("--from"))
        .flat_map(|line| line[1..line.len() - 1].to_vec())
        .collect();
    for source in &copied {
        assert!(root.join(source).exists(), "{source}");
        assert!(
            IGNORED.lines().any(|line| line == format!("!{source}")),
            "{source} is kept from the builder"
        );
    }
    // What the sources read from beside them must be there too.
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("\"../../") {
                let place = text[at + 1..].split(['/', '"']).find(|part| *part != "..").unwrap();
                assert!(copied.iter().any(|one| one == place), "{} reads {place}", path.display());
            }
        }
    }
    let manifest = include_str!("../Cargo.toml");
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    let from = of("FROM");
    assert_eq!(from[0][1], format!("docker.io/library/rust:{version}-bookworm"));
    // The last stage: no root, no shell, the program itself as the entry.
    let job: Value = serde_saphyr::from_str(LOOKS).unwrap();
    let user = pod(&job)["securityContext"]["runAsUser"].as_u64().unwrap();
    assert_eq!(of("USER"), [vec!["USER".to_owned(), format!("{user}:{user}")]]);
    assert!(from[1][1].contains("/distroless/"), "{:?}", from[1]);
    assert!(of("RUN").iter().all(|line| line.iter().any(|word| word == "--locked")));
    assert_eq!(of("ENTRYPOINT")[0][1], "[\"/usr/local/bin/stampede\"]");
}

/// The background refresh does what it says: what is about to expire is refilled, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_cron_job_refreshes_what_is_about_to_expire() {
    let job: Value = serde_saphyr::from_str(CRON_JOB).unwrap();
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    let container = &pod(&job)["containers"][0];
    let lab = Lab::new().unwrap();
    let redis = lab.redis(&[]).await.unwrap();
    let warmer = Warmer::start(&redis, None, |_, _| Does::Refill).await;
    for (key, left) in [("user:profile:1", "60"), ("user:profile:2", "3000"), ("other:1", "60")] {
        redis.says(&["SET", key, "old", "EX", left]).await.unwrap();
    }
    let args: Vec<String> = container["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arg| arg.as_str().unwrap().replace("http://api/internal/cache/warm/{key}", &warmer.template()))
        .collect();
    assert!(
        args.iter().any(|arg| arg.contains(&warmer.template())),
        "it is the protocol's own URL: {args:?}"
    );
    let ran = Home::new().stampede(args).env("REDIS_URL", redis.url()).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert_eq!(warmer.asked(), [b"user:profile:1"], "{ran}");
}

/// kubectl runs what is called `kubectl-NAME` as `kubectl NAME`.
#[tokio::test]
async fn it_works_under_the_name_that_kubectl_looks_for() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kubectl-stampede");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stampede"), &link).unwrap();
    let double = Double::start();
    let config = double.kubeconfig(double.port());
    let says = async |args: &[&str]| {
        let mut plugin = tokio::process::Command::new(&link);
        plugin.args(args).env("HOME", folder.path()).env("KUBECONFIG", &config).env_remove("XDG_STATE_HOME");
        let ended = plugin.output().await.unwrap();
        String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap()
    };
    assert!(says(&["--version"]).await.starts_with("stampede "));
    // What it prints to be typed is what is there to be run.
    let help = says(&["undo", "--help"]).await;
    assert!(
        help.contains("Usage: kubectl stampede undo") && help.contains("\n  kubectl stampede undo\n"),
        "{help}"
    );
    double.deployment("web", 2);
    let scale =
        ["break", "scale", "deployment/web", "--replicas", "3", "--wait", "1s", "--yes", "--no-watch"];
    let done = says(&scale).await;
    assert!(done.contains("put back with: kubectl stampede undo "), "{done}");
    let back = says(&["undo", "--dry-run"]).await;
    assert!(back.contains("\n                kubectl stampede break scale --replicas 3"), "{back}");
}

/// kubectl asks what is called `kubectl_complete-NAME` for the words after `kubectl NAME`.
#[tokio::test]
async fn it_completes_the_words_of_kubectl() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("kubectl_complete-stampede");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_stampede"), &link).unwrap();
    let offers = async |words: &[&str]| {
        let ended = tokio::process::Command::new(&link)
            .args(words)
            .env("HOME", folder.path())
            .output()
            .await
            .unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty());
        String::from_utf8(ended.stdout).unwrap()
    };
    let all = offers(&["de"]).await;
    assert!(all.starts_with("detect\t") && all.ends_with("\n:4\n"), "{all}");
    assert!(offers(&["break", "sca"]).await.starts_with("scale\t"));
    assert_eq!(offers(&["nonsense", ""]).await.lines().last(), Some(":4"));
    // A folder is no end.
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let place = format!("{}/fol", folder.path().display());
    assert!(offers(&["--config", &place]).await.ends_with("folder/\n:6\n"));
}
