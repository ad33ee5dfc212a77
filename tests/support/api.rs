//! A double of an HTTP API: JSON documents by their paths, as a CDN or a service of feature flags has them.
//!
//! GET gives a document with its version (`ETag`, RFC 9110); PATCH merges (RFC 7396) and PUT replaces, with 412 for a version
//! that is not the present one (`If-Match`). A request without the token is answered with 401.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// What every request must bring.
pub const TOKEN: &str = "Bearer s3cr3t";

/// An API in this process.
pub struct Api {
    port: u16,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

#[derive(Default)]
struct Shared {
    /// Their texts: a real one keeps numbers as they are written.
    documents: Mutex<BTreeMap<String, (String, u64)>>,
    asked: Mutex<Vec<String>>,
}

impl Api {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let all = shared.clone();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let all = all.clone();
                tokio::spawn(async move {
                    let serve = service_fn(move |request| serve(request, all.clone()));
                    // A client that hangs up is no fault of the server's.
                    _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
                });
            }
        });
        Self { port, shared, runtime: Some(runtime) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `stampede.yaml` with this API as the target `cdn`, reached by way of `port`.
    pub fn configuration(&self, port: u16) -> String {
        format!(
            "version: 1\ntargets:\n  cdn:\n    api: http://127.0.0.1:{port}/v1\n    headers: {{ Authorization: \"{TOKEN}\" }}\n"
        )
    }

    /// Somebody else puts a document there.
    pub fn put(&self, path: &str, document: &Value) {
        self.put_text(path, &document.to_string());
    }

    /// The same as it is written.
    pub fn put_text(&self, path: &str, document: &str) {
        let mut all = self.shared.documents.lock().unwrap();
        let version = all.get(path).map_or(0, |(_, version)| *version) + 1;
        all.insert(path.to_owned(), (document.to_owned(), version));
    }

    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap_or_default()
    }

    /// A document as it is written; empty where there is none.
    pub fn text(&self, path: &str) -> String {
        self.shared.documents.lock().unwrap().get(path).map(|(one, _)| one.clone()).unwrap_or_default()
    }

    /// All documents.
    pub fn world(&self) -> Vec<(String, Value)> {
        let all = self.shared.documents.lock().unwrap();
        all.iter()
            .map(|(path, (document, _))| (path.clone(), serde_json::from_str(document).unwrap()))
            .collect()
    }

    /// Every request so far: method, path and body.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let header = |name: &str| head.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let (method, path) = (head.method.as_str(), head.uri.path());
    let said = format!("{method} {path} {}", String::from_utf8_lossy(&body));
    shared.asked.lock().unwrap().push(said.trim_end().to_owned());
    let answer = |code: u16, body: String, version: Option<u64>| {
        let mut response = Response::builder().status(code).header("content-type", "application/json");
        if let Some(version) = version {
            response = response.header("etag", format!("\"{version}\""));
        }
        Ok(response.body(Full::new(Bytes::from(body))).unwrap())
    };
    if header("authorization") != TOKEN {
        // Some give back what they were given.
        let given = serde_json::json!({ "error": "no valid token", "given": header("authorization") });
        return answer(401, given.to_string(), None);
    }
    let mut all = shared.documents.lock().unwrap();
    let path = path.strip_prefix("/v1").unwrap_or(path);
    let Some((document, version)) = all.get_mut(path) else {
        return answer(404, r#"{"error":"no such resource"}"#.into(), None);
    };
    if method == "GET" {
        return answer(200, document.clone(), Some(*version));
    }
    let (wanted, own) = (header("if-match"), format!("\"{version}\""));
    if !wanted.is_empty() && wanted != own {
        return answer(412, r#"{"error":"version"}"#.into(), None);
    }
    let Ok(given) = serde_json::from_slice::<Value>(&body) else {
        return answer(400, r#"{"error":"no JSON"}"#.into(), None);
    };
    match method {
        "PUT" => *document = String::from_utf8(body.to_vec()).unwrap(),
        "PATCH" => {
            let mut merged: Value = serde_json::from_str(document).unwrap();
            json_patch::merge(&mut merged, &given);
            *document = merged.to_string();
        }
        _ => return answer(405, String::new(), None),
    }
    *version += 1;
    answer(200, document.to_string(), Some(*version))
}
