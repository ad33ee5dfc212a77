//! The server: a thread of its own, so that a test may block while it works.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};

use futures_util::stream::{self, StreamExt as _};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::runtime::{Builder, Runtime};

use super::answers::{Asked, Said, answer, status};
use super::objects::Store;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// No request is answered.
    Hangs,
    /// A request that was not made before is told to come again in a second.
    Busy,
    /// The token is not known any more.
    Expired,
    /// A log breaks off in the middle.
    BreaksOff,
}

pub struct Server {
    pub store: Arc<Store>,
    port: u16,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

struct Shared {
    trouble: Mutex<Trouble>,
    asked: Mutex<Vec<String>>,
    /// What it warns of with every answer to a patch.
    warning: Mutex<Option<String>>,
}

impl Server {
    pub fn start(store: Arc<Store>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            trouble: Mutex::new(Trouble::None),
            asked: Mutex::default(),
            warning: Mutex::default(),
        });
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(accept(listener, store.clone(), shared.clone()));
        Self { store, port, shared, runtime: Some(runtime) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn trouble(&self, trouble: Trouble) {
        *self.shared.trouble.lock().unwrap() = trouble;
    }

    pub fn warns(&self, words: &str) {
        *self.shared.warning.lock().unwrap() = Some(words.to_owned());
    }

    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn accept(listener: TcpListener, store: Arc<Store>, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (store, shared) = (store.clone(), shared.clone());
        tokio::spawn(async move {
            let serve = service_fn(move |request| serve(request, store.clone(), shared.clone()));
            // A client that hangs up is no fault of the server's.
            _ = http1::Builder::new().serve_connection(TokioIo::new(stream), serve).await;
        });
    }
}

async fn serve(
    request: Request<Incoming>,
    store: Arc<Store>,
    shared: Arc<Shared>,
) -> Result<Response<BoxBody<Bytes, io::Error>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let first = {
        let mut asked = shared.asked.lock().unwrap();
        let this = format!("{} {}", head.method, head.uri);
        let first = !asked.contains(&this);
        asked.push(this);
        first
    };
    let trouble = *shared.trouble.lock().unwrap();
    let said = match trouble {
        Trouble::Hangs => std::future::pending().await,
        Trouble::Busy if first => Said::Json(429, status(429, "TooManyRequests", "too many requests")),
        Trouble::Expired => Said::Json(401, status(401, "Unauthorized", "Unauthorized")),
        _ => {
            let query: Vec<(String, String)> = head
                .uri
                .query()
                .map(|query| url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
                .unwrap_or_default();
            let header = |name: &str| head.headers.get(name).and_then(|it| it.to_str().ok());
            let content = header("content-type").unwrap_or_default();
            let token = header("authorization").and_then(|it| it.strip_prefix("Bearer "));
            answer(
                &store,
                &Asked {
                    method: head.method.as_str(),
                    path: head.uri.path(),
                    query: &query,
                    content,
                    body: &body,
                    account: token.and_then(|token| store.who(token)),
                },
            )
        }
    };
    let (code, mut said) = match said {
        Said::Json(code, said) => (code, said),
        Said::Log(log) => return Ok(log_of(&log, trouble == Trouble::BreaksOff)),
        Said::Text(code, text) => {
            let response = Response::builder().status(code).header("content-type", "text/plain");
            return Ok(response.body(Full::from(text).map_err(|never| match never {}).boxed()).unwrap());
        }
    };
    if code == 429 {
        said["details"] = serde_json::json!({ "retryAfterSeconds": 1 });
    }
    let mut response = Response::builder().status(code).header("content-type", "application/json");
    if let Some(warning) = shared.warning.lock().unwrap().as_ref().filter(|_| head.method == "PATCH") {
        response = response.header("warning", format!("299 - \"{warning}\""));
    }
    let body = Full::new(Bytes::from(said.to_string())).map_err(|never| match never {}).boxed();
    Ok(response.body(body).unwrap())
}

/// A log in two pieces, of which the second may be an error.
fn log_of(log: &str, breaks: bool) -> Response<BoxBody<Bytes, io::Error>> {
    let half = log[..log.len() / 2].rfind('\n').map_or(0, |at| at + 1);
    let (first, second) = log.split_at(half);
    let piece = |text: &str| Ok(Frame::data(Bytes::from(text.to_owned())));
    let second = if breaks { Err(io::Error::other("the kubelet is gone")) } else { piece(second) };
    // What is there is sent while nothing more is.
    let pieces = stream::iter([piece(first)]).chain(stream::once(async {
        tokio::task::yield_now().await;
        second
    }));
    Response::new(BodyExt::boxed(StreamBody::new(pieces)))
}
