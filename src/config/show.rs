//! The settings as they may be shown: no password, no token, and what is insecure said aloud.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::config::{Containers, Rebuild, RebuildWay, Secret, Settings, Target, TargetSpec, Tls, Topology};
use crate::text;

/// The settings as JSON, redacted.
pub fn as_json(settings: &Settings) -> Value {
    let object = |target| entries(target).into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let targets: Map<String, Value> =
        settings.targets.iter().map(|target| (target.name.clone(), Value::Object(object(target)))).collect();
    json!({
        "schema": "stampede.config/1",
        "sources": settings.sources,
        "notes": settings.notes,
        "targets": targets,
        "thresholds": settings.thresholds,
        "facts": settings.facts,
        "rebuild": rebuild(settings.remedies.rebuild.as_ref()),
        "flags": flags(settings),
    })
}

/// The same for people, in the manner of YAML. What is not configured is `?`.
pub fn as_text(settings: &Settings) -> String {
    let mut out = String::new();
    for source in settings.sources.iter().chain(&settings.notes) {
        _ = writeln!(out, "# {}", text::escape(source));
    }
    out.push_str("targets:\n");
    for target in &settings.targets {
        _ = writeln!(out, "  {}:", text::escape(&target.name));
        for (key, value) in entries(target) {
            entry(&mut out, 4, key, &value);
        }
    }
    for (name, value) in [("thresholds", json!(settings.thresholds)), ("facts", json!(settings.facts))] {
        _ = writeln!(out, "{name}:");
        lines(&mut out, 2, &value);
    }
    entry(&mut out, 0, "rebuild", &rebuild(settings.remedies.rebuild.as_ref()));
    entry(&mut out, 0, "flags", &flags(settings));
    out
}

fn rebuild(rebuild: Option<&Rebuild>) -> Value {
    let Some(rebuild) = rebuild else { return Value::Null };
    let timeout = text::duration(rebuild.timeout);
    match &rebuild.way {
        RebuildWay::Http { method, url, headers, tls: _ } => {
            // A query may hold a token.
            let url = url.split_once('?').map_or(url.clone(), |(path, _)| format!("{path}?***"));
            let mut shown = json!({ "http": url, "method": method, "timeout": timeout });
            if !headers.is_empty() {
                let names = headers.iter().map(|(name, _)| (name.clone(), "***".into()));
                shown["headers"] = Value::Object(names.collect());
            }
            shown
        }
        RebuildWay::Command(words) => json!({ "command": words, "timeout": timeout }),
    }
}

fn flags(settings: &Settings) -> Value {
    let flags: Map<String, Value> = settings
        .remedies
        .flags
        .iter()
        .map(|flag| (flag.name.clone(), json!({ "key": flag.key, "value": flag.value })))
        .collect();
    if flags.is_empty() { Value::Null } else { flags.into() }
}

/// What there is to say about a target, the most telling first. Only `tls` is told when it is absent.
fn entries(target: &Target) -> Vec<(&'static str, Value)> {
    let mut out = Vec::new();
    let mut put = |key, value: Value| {
        if !value.is_null() || key == "tls" {
            out.push((key, value));
        }
    };
    put("kind", json!(target.kind().name()));
    match &target.spec {
        TargetSpec::Redis(redis) => {
            let addresses: Vec<_> = redis.addresses.iter().map(ToString::to_string).collect();
            match &redis.topology {
                Topology::Auto => put("addresses", json!(addresses)),
                Topology::Sentinel(service) => {
                    put("sentinels", json!(addresses));
                    put("service", json!(service));
                }
            }
            put("user", json!(redis.user));
            put("password", secret(redis.password.as_ref()));
            put("sentinel_user", json!(redis.sentinel_user));
            put("sentinel_password", secret(redis.sentinel_password.as_ref()));
            put("database", json!(redis.database));
            put("tls", tls(redis.tls.as_ref(), false));
        }
        TargetSpec::Mysql(mysql) => {
            put("address", json!(mysql.address.to_string()));
            put("admin_port", json!(mysql.admin_port));
            put("user", json!(mysql.user));
            put("password", secret(mysql.password.as_ref()));
            put("database", json!(mysql.database));
            put("tls", tls(mysql.tls.as_ref(), false));
        }
        TargetSpec::Postgres(postgres) => {
            put("address", json!(postgres.address.to_string()));
            put("user", json!(postgres.user));
            put("password", secret(postgres.password.as_ref()));
            put("database", json!(postgres.database));
            put("tls", tls(postgres.tls.as_ref(), postgres.tls_optional));
        }
        TargetSpec::Pgbouncer(console) => {
            put("address", json!(console.address.to_string()));
            put("user", json!(console.user));
            put("password", secret(console.password.as_ref()));
            put("tls", tls(console.tls.as_ref(), console.tls_optional));
        }
        TargetSpec::Logs(logs) => {
            put("paths", json!(logs.paths));
            let patterns: Map<String, Value> = logs
                .patterns
                .iter()
                .map(|pattern| {
                    let value = json!({ "any_of": pattern.any_of, "ignore_case": pattern.ignore_case });
                    (pattern.name.clone(), value)
                })
                .collect();
            if let Some(pods) = &logs.pods {
                put("pods", json!(pods.selector));
                let named = match &pods.containers {
                    Containers::Named(name) => Some(name),
                    Containers::Default | Containers::All => None,
                };
                put("container", json!(named));
                put("all_containers", json!(pods.containers == Containers::All));
                put("context", json!(pods.cluster.context));
                put("namespace", json!(pods.cluster.namespace));
                put("request_timeout", json!(pods.cluster.request_timeout.map(text::duration)));
            }
            put("patterns", if patterns.is_empty() { Value::Null } else { patterns.into() });
        }
        TargetSpec::Http(http) | TargetSpec::Nginx(http) => {
            let mut url = http.url.clone();
            // A query may hold a token.
            if url.query().is_some() {
                url.set_query(Some("***"));
            }
            url.set_fragment(None);
            put("url", json!(url.as_str()));
            put("tls", tls(http.tls.as_ref(), false));
        }
        TargetSpec::Api(api) => {
            put("url", json!(api.url.as_str()));
            let headers = api.headers.iter().map(|(name, _)| (name.clone(), json!("***")));
            put("headers", Value::Object(headers.collect()));
            put("tls", tls(api.tls.as_ref(), false));
        }
        TargetSpec::Unusable(target) => put("unusable", json!(target.why)),
        TargetSpec::Kubernetes(kubernetes) => {
            let files = kubernetes.kubeconfig.iter().map(|path| path.display().to_string());
            put("kubeconfig", json!(files.collect::<Vec<_>>()));
            put("context", json!(kubernetes.context));
            put("namespace", json!(kubernetes.namespace));
            put("request_timeout", json!(kubernetes.request_timeout.map(text::duration)));
        }
    }
    out
}

fn secret(secret: Option<&Secret>) -> Value {
    secret.map_or(Value::Null, |_| json!("***"))
}

fn tls(tls: Option<&Tls>, optional: bool) -> Value {
    let Some(tls) = tls else { return Value::Null };
    let mut out = Map::new();
    out.insert("verified".into(), json!(!tls.insecure));
    // Whether it goes on without TLS when the server has none.
    out.insert("optional".into(), json!(optional));
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    for (key, value) in [
        ("ca", path(&tls.ca)),
        ("cert", path(&tls.cert)),
        ("key", path(&tls.key)),
        ("server_name", tls.server_name.clone()),
    ] {
        if let Some(value) = value {
            out.insert(key.into(), json!(value));
        }
    }
    Value::Object(out)
}

fn lines(out: &mut String, indent: usize, value: &Value) {
    for (key, value) in value.as_object().into_iter().flatten() {
        entry(out, indent, key, value);
    }
}

fn entry(out: &mut String, indent: usize, key: &str, value: &Value) {
    _ = write!(out, "{:indent$}{}:", "", text::escape(key));
    match value {
        Value::Object(_) => {
            out.push('\n');
            lines(out, indent + 2, value);
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(scalar).collect();
            _ = writeln!(out, " [{}]", items.join(", "));
        }
        Value::Null if key == "tls" => out.push_str(" off\n"),
        other => _ = writeln!(out, " {}", scalar(other)),
    }
}

/// A value as YAML reads it back; quoted wherever that could be in doubt.
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "?".into(),
        Value::String(text)
            if text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c))
                && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') =>
        {
            text.clone()
        }
        Value::String(text) => text::escape(&Value::from(text.as_str()).to_string()).into_owned(),
        other => other.to_string(),
    }
}
