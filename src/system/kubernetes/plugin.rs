//! Logging in by a program that the kubeconfig names (`exec`: aws, gke-gcloud-auth-plugin, kubelogin).
//!
//! kube would run it too, but wait for it for ever, without a word of which program it is, and with our terminal as its
//! input: it would read what is meant for a prompt.

use std::process::{Output, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::ByteString;
use kube::config::{AuthInfo, ExecConfig, ExecInteractiveMode};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::error::{TargetError, TargetErrorKind};
use crate::system::kubernetes::words;
use crate::text;

/// The part of its last words that is shown.
const SHOWN: usize = 160;

/// Who is killed with all that it has started, unless it ended by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may be gone.
            _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Runs the plugin, and puts what it gives into `user`. Returns until when that is good, where it says so. Errors: it cannot be
/// started, fails, takes longer than `patience`, or gives nothing to log in with.
pub(super) async fn login(
    exec: &ExecConfig,
    user: &mut AuthInfo,
    patience: Duration,
) -> Result<Option<Timestamp>, TargetError> {
    let Some(program) = exec.command.as_deref() else {
        return Err(refused("the kubeconfig names no program to log in with".into()));
    };
    let name = format!("the login plugin {}", text::escape(program));
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        let error = refused(format!("{name} wants a terminal to itself"));
        return Err(error.hint("log in with kubectl first, by a user whose plugin works without one"));
    }
    let output = match tokio::time::timeout(patience, run(program, exec)).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => {
            let hint = exec.install_hint.as_deref().map_or_else(
                || "the kubeconfig names it (users, exec, command): is it on PATH?".into(),
                |hint| text::fit(&text::escape(hint.trim()), SHOWN).into_owned(),
            );
            return Err(refused(format!("{name} cannot be started: {error}")).hint(hint).caused_by(error));
        }
        Err(_) => {
            let message = format!("{name} did not end within {}", text::duration(patience));
            let error = TargetError::new(TargetErrorKind::Timeout, message);
            return Err(error.hint("try it by hand: kubectl auth whoami"));
        }
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it does not say why");
        let last = text::fit(&text::escape(last.trim()), SHOWN).into_owned();
        let error = refused(format!("{name} failed ({}): {last}", output.status));
        return Err(error.hint("try it by hand: kubectl auth whoami"));
    }
    take(&output.stdout, user).map_err(|why| refused(format!("{name} {why}")))
}

fn refused(message: String) -> TargetError {
    TargetError::new(TargetErrorKind::Authentication, message)
}

async fn run(program: &str, exec: &ExecConfig) -> std::io::Result<Output> {
    let mut spec = json!({ "interactive": false });
    if let Some(cluster) = exec.cluster.as_ref().filter(|_| exec.provide_cluster_info) {
        spec["cluster"] = serde_json::to_value(cluster)?;
    }
    let asked = json!({ "kind": "ExecCredential", "apiVersion": exec.api_version, "spec": spec });
    let mut command = Command::new(program);
    command.args(exec.args.iter().flatten()).env("KUBERNETES_EXEC_INFO", asked.to_string());
    let set = exec.env.iter().flatten().filter_map(|one| Some((one.get("name")?, one.get("value")?)));
    command.envs(set).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.kill_on_drop(true).process_group(0).spawn()?;
    let mut group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    let output = child.wait_with_output().await;
    group.0 = None;
    output
}

/// Reads an ExecCredential, which client-go takes as YAML too. Errors: what it is instead; never what is in it.
fn take(said: &[u8], user: &mut AuthInfo) -> Result<Option<Timestamp>, &'static str> {
    let said: Value = serde_saphyr::from_slice(said).map_err(|_| "did not give an ExecCredential")?;
    let status = |name: &str| words(&said, &format!("/status/{name}"));
    let (token, certificate, key) =
        (status("token"), status("clientCertificateData"), status("clientKeyData"));
    if words(&said, "/kind") != "ExecCredential" {
        return Err("did not give an ExecCredential");
    }
    if token.is_empty() && (certificate.is_empty() || key.is_empty()) {
        return Err("gave neither a token nor a certificate with its key");
    }
    let until = match status("expirationTimestamp") {
        "" => None,
        until => Some(until.parse().map_err(|_| "gave an expirationTimestamp that is no time")?),
    };
    if !token.is_empty() {
        user.token = Some(token.to_owned().into());
    }
    if !certificate.is_empty() && !key.is_empty() {
        user.client_certificate_data = Some(in_base64(certificate));
        user.client_key_data = Some(in_base64(key).into());
    }
    Ok(until)
}

/// As a kubeconfig holds it.
fn in_base64(pem: &str) -> String {
    let bytes = ByteString(pem.as_bytes().to_vec());
    serde_json::to_value(bytes).ok().and_then(|it| it.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_a_token_or_a_certificate_and_says_until_when() {
        let mut user = AuthInfo::default();
        let json = br#"{"kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"2030-01-01T00:00:00Z"}}"#;
        assert_eq!(take(json, &mut user), Ok(Some("2030-01-01T00:00:00Z".parse().expect("a time"))));
        assert!(user.token.is_some() && user.client_key_data.is_none());
        let yaml = b"kind: ExecCredential\nstatus:\n  clientCertificateData: cert\n  clientKeyData: key\n";
        assert_eq!(take(yaml, &mut user), Ok(None));
        assert_eq!(user.client_certificate_data.as_deref(), Some("Y2VydA=="));
        for (wrong, why) in [
            (&b"Please log in: https://example.com"[..], "did not give an ExecCredential"),
            (b"{\"kind\":\"ExecCredential\"}", "gave neither a token nor a certificate with its key"),
            (
                b"{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}}",
                "gave an expirationTimestamp that is no time",
            ),
        ] {
            assert_eq!(take(wrong, &mut AuthInfo::default()), Err(why));
        }
    }
}
