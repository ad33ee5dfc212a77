//! What is reached by a URL of the web: `http:`, `nginx:` and `api:` targets.

use std::collections::BTreeMap;

use crate::config::yaml::build::Builder;
use crate::config::yaml::policy::POLICY;
use crate::config::yaml::raw;
use crate::config::{ApiTarget, HttpTarget, Secret, Tls};
use crate::yaml::{Node, decode};

impl Builder<'_, '_> {
    pub(super) fn api(&mut self, node: &Node) -> Option<ApiTarget> {
        let raw: raw::Api = decode(node, &POLICY, &mut self.problems)?;
        let url = self.web(node, "api", &raw.api, raw.tls.is_some())?;
        if url.query().is_some() || url.fragment().is_some() {
            self.problem(node, "api", "the URL of an API has no query: a token belongs into `headers`");
        }
        let default = (url.scheme() == "https").then(Tls::default);
        let tls = self.tls(node, raw.tls, default);
        let headers = self.headers(node, raw.headers);
        Some(ApiTarget { url, headers, tls })
    }

    /// Headers that go along with every request, from where they are kept.
    pub(super) fn headers(
        &mut self,
        node: &Node,
        raw: Option<BTreeMap<String, String>>,
    ) -> Vec<(String, Secret)> {
        let mut headers = Vec::new();
        for (name, value) in raw.unwrap_or_default() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                self.problem(
                    node,
                    "headers",
                    format!("`{}` is no name of a header", crate::text::escape(&name)),
                );
            }
            if let Some(secret) = self.secret(node, "headers", Some(value)) {
                if secret.expose().chars().any(char::is_control) {
                    self.problem(node, "headers", format!("what `{name}` holds is more than one line"));
                }
                headers.push((name, secret));
            }
        }
        headers
    }

    pub(super) fn http(&mut self, node: &Node) -> Option<HttpTarget> {
        let raw: raw::Http = decode(node, &POLICY, &mut self.problems)?;
        self.page(node, "http", &raw.http, raw.tls)
    }

    pub(super) fn nginx(&mut self, node: &Node) -> Option<HttpTarget> {
        let raw: raw::Nginx = decode(node, &POLICY, &mut self.problems)?;
        self.page(node, "nginx", &raw.nginx, raw.tls)
    }

    fn page(&mut self, node: &Node, key: &str, url: &str, tls: Option<raw::TlsChoice>) -> Option<HttpTarget> {
        let url = self.web(node, key, url, tls.is_some())?;
        let default = (url.scheme() == "https").then(Tls::default);
        let tls = self.tls(node, tls, default);
        Some(HttpTarget { url, tls })
    }

    /// A URL of the web under `key`. A problem gives `None`.
    fn web(&mut self, node: &Node, key: &str, text: &str, has_tls: bool) -> Option<::url::Url> {
        let parsed = ::url::Url::parse(text).map_err(|error| format!("is not a URL: {error}"));
        let url = self.checked(node, key, parsed)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            self.problem(node, key, "expected http:// or https://");
        }
        if url.password().is_some() || !url.username().is_empty() {
            self.problem(node, key, "a user or password in this URL is not supported");
        }
        if url.scheme() == "http" && has_tls {
            self.problem(node, "tls", "TLS options need an https:// URL");
        }
        Some(url)
    }
}
