//! The application's own warm endpoint: `GET /internal/cache/warm/KEY` makes one page and caches it.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::drill::fleet::Fleet;

/// Where keys are warmed.
const PATH: &str = "/internal/cache/warm/";

/// The endpoint; dropping it ends it.
pub(super) struct Endpoint {
    port: u16,
    task: JoinHandle<()>,
}

impl Endpoint {
    /// Serves on a free loopback port.
    pub(super) async fn start(fleet: Arc<Fleet>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                let fleet = fleet.clone();
                let answer = service_fn(move |request| answer(fleet.clone(), request));
                let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
                connections.spawn(async move { _ = serving.await });
            }
        });
        Ok(Self { port, task })
    }

    /// `http://127.0.0.1:PORT`
    pub(super) fn host(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The URL of a key, with `{key}` in its place.
    pub(super) fn template(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}{{key}}", self.port)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(fleet: Arc<Fleet>, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let key = request.uri().path().strip_prefix(PATH).unwrap_or_default();
    let key = percent_decode_str(key).decode_utf8_lossy().into_owned();
    let status = match fleet.warm(&key).await {
        Some(true) => StatusCode::NO_CONTENT,
        Some(false) => StatusCode::SERVICE_UNAVAILABLE,
        None => StatusCode::NOT_FOUND,
    };
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    Ok(response)
}
