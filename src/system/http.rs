//! One request as a user, a cron job or an operator would send it: what status, how long until it was there, and what
//! came.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{
    ACCEPT, CONNECTION, CONTENT_TYPE, ETAG, HOST, HeaderName, HeaderValue, LOCATION, USER_AGENT,
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::{Host, Url};

use crate::clock;
use crate::config::{Address, HttpTarget, Secret, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::net::{self, BoxedStream};
use crate::system::tls;
use crate::text::{duration, escape, fit_bytes};

/// Bytes of the body that are read before we hang up, unless somebody wants it.
const BODY: usize = 64 * 1024;
/// Columns of a redirect's target that are shown.
pub(super) const LOCATION_WIDTH: usize = 120;

/// How the body of an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// With its end.
    Whole,
    /// With us: as much has come as was wanted; or it is a stream, which has no end.
    Enough,
    /// The other side hung up before its end.
    Broken,
    /// The time was over before its end.
    Late,
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// From the request to the end of the answer, or until we had as much of it as we wanted; of a stream, to its head.
    pub took: Duration,
    /// What became of the body.
    pub body: Body,
    /// Time to connect.
    pub connect: Duration,
    /// Time for the TLS handshake, when there was one.
    pub tls: Option<Duration>,
    /// Where a redirect points: escaped and cut. It is not followed.
    pub location: Option<String>,
}

/// A request.
#[derive(Clone)]
pub struct Sent {
    /// Its method: `GET`.
    pub method: &'static str,
    /// Headers beside those of every request; one of the same name takes its place.
    pub headers: Vec<(String, Secret)>,
    /// Its body.
    pub body: Vec<u8>,
    /// Bytes of the answer's body that are wanted: beyond them we hang up.
    pub most: usize,
}

impl Sent {
    /// A request without a body, whose answer counts by its head.
    pub fn plain(method: &'static str) -> Self {
        Self { method, headers: Vec::new(), body: Vec::new(), most: BODY }
    }
}

/// An answer with its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// Status and times.
    pub answer: Answer,
    /// The version of what was asked for (`ETag`), when the server tells.
    pub etag: Option<String>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
}

/// Sends one GET. Errors: those of [`send`].
pub async fn get(target: &HttpTarget, budget: Duration) -> Result<Answer, TargetError> {
    send(&target.url, target.tls.as_ref(), Sent::plain("GET"), budget).await.map(|received| received.answer)
}

/// Sends one request, once. Errors: `Refused`, `Unreachable`, `Timeout`, `Tls`, `Protocol`, `Input`; any status is an answer.
pub async fn send(
    url: &Url,
    tls: Option<&Tls>,
    sent: Sent,
    budget: Duration,
) -> Result<Received, TargetError> {
    let address = address(url)?;
    let most = sent.most;
    let request = request(url, sent)?;
    let begin = clock::instant();
    let left = || budget.saturating_sub(begin.elapsed());

    let stream = timeout(left(), net::connect(&address))
        .await
        .unwrap_or_else(|_| Err(late(&address, "did not accept a connection", budget)))?;
    let connect = begin.elapsed();
    let (stream, tls) = if url.scheme() == "https" {
        let default = Tls::default();
        let options = tls.unwrap_or(&default);
        let begin = clock::instant();
        let stream = timeout(left(), tls::wrap(stream, &address, options))
            .await
            .unwrap_or_else(|_| Err(late(&address, "did not finish the TLS handshake", budget)))?;
        (stream, Some(begin.elapsed()))
    } else {
        (stream, None)
    };
    let mut received = timeout(left(), exchange(stream, request, &address, (left(), most)))
        .await
        .unwrap_or_else(|_| Err(late(&address, "accepted the request but did not answer", budget)))?;
    received.answer = Answer { connect, tls, ..received.answer };
    Ok(received)
}

async fn exchange(
    stream: BoxedStream,
    request: Request<Full<Bytes>>,
    address: &Address,
    (budget, most): (Duration, usize),
) -> Result<Received, TargetError> {
    let begin = clock::instant();
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(address, error))?;
    let talk = async {
        let response = sender.send_request(request).await.map_err(|error| no_answer(address, error))?;
        let mut took = begin.elapsed();
        let location = response
            .headers()
            .get(LOCATION)
            .filter(|_| response.status().is_redirection())
            .map(|to| fit_bytes(to.as_bytes(), LOCATION_WIDTH));
        let status = response.status().as_u16();
        let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        // An answer whose body does not come is one all the same: its status is known.
        let rest = budget.saturating_sub(begin.elapsed()).mul_f64(0.9);
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let stream = kind.is_some_and(|kind| kind.starts_with("text/event-stream"));
        let mut body = Vec::new();
        let ended = match stream {
            true => Body::Enough,
            false => {
                let ended = timeout(rest, drain(response.into_body(), &mut body, most)).await;
                took = begin.elapsed();
                ended.unwrap_or(Body::Late)
            }
        };
        let answer = Answer { status, took, body: ended, connect: Duration::ZERO, tls: None, location };
        Ok(Received { answer, etag, body })
    };
    // The connection is driven here, so that nothing of it is left when we are done or out of time.
    tokio::pin!(talk);
    tokio::select! {
        biased;
        result = &mut talk => return result,
        _ = connection => {}
    }
    talk.await
}

/// Reads a body into `into`, up to `most` bytes; returns how that ended.
async fn drain(mut body: Incoming, into: &mut Vec<u8>, most: usize) -> Body {
    while into.len() < most {
        match body.frame().await {
            Some(Ok(frame)) => into.extend(frame.data_ref().into_iter().flatten()),
            Some(Err(_)) => return Body::Broken,
            None => return Body::Whole,
        }
    }
    Body::Enough
}

pub(super) fn request(url: &Url, sent: Sent) -> Result<Request<Full<Bytes>>, TargetError> {
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let cannot = |error: &dyn std::fmt::Display| {
        TargetError::new(TargetErrorKind::Input, format!("the URL cannot be asked for: {error}"))
    };
    let mut request = Request::builder()
        .method(sent.method)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, concat!("stampede/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close")
        .body(Full::new(Bytes::from(sent.body)))
        .map_err(|error| cannot(&error))?;
    for (name, value) in sent.headers {
        let name = HeaderName::try_from(name).map_err(|error| cannot(&error))?;
        // What it holds may be a secret: it is never in an error.
        let mut value = HeaderValue::try_from(value.expose()).map_err(|error| cannot(&error))?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Where the URL's server listens.
pub fn address(url: &Url) -> Result<Address, TargetError> {
    let bad = |what: &str| TargetError::new(TargetErrorKind::Input, format!("the URL {what}"));
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("starts with neither http:// nor https://"));
    }
    let host = match url.host() {
        Some(Host::Domain(name)) => name.to_owned(),
        Some(Host::Ipv4(ip)) => ip.to_string(),
        Some(Host::Ipv6(ip)) => ip.to_string(),
        None => return Err(bad("names no host")),
    };
    Ok(Address::Tcp(host, url.port_or_known_default().ok_or_else(|| bad("names no port"))?))
}

/// The URL for people: no password, and no query, which may hold a token.
pub fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = if url.query().is_some() { "?…" } else { "" };
    escape(&format!("{}://{host}{port}{}{query}", url.scheme(), url.path())).into_owned()
}

pub(super) fn late(address: &Address, what: &str, budget: Duration) -> TargetError {
    TargetError::new(TargetErrorKind::Timeout, format!("{address} {what} within {}", duration(budget)))
        .hint("users wait as long: look at its threads and at what it waits for itself")
}

/// What it means that there was no answer, and what the library said of it.
pub(super) fn no_answer(address: &Address, error: hyper::Error) -> TargetError {
    broken(address, &error).caused_by(error)
}

fn broken(address: &Address, error: &hyper::Error) -> TargetError {
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        return TargetError::new(TargetErrorKind::Protocol, format!("{address} hung up without an answer"))
            .hint("a crashed worker, a TLS port asked without https://, or a proxy without a backend");
    }
    if error.is_parse() || error.is_parse_status() {
        return TargetError::new(
            TargetErrorKind::Protocol,
            format!("{address} answered something that is not HTTP/1.1"),
        )
        .hint("is it the right port? a TLS port wants https://");
    }
    TargetError::new(
        TargetErrorKind::Unreachable,
        format!("the connection to {address} broke before an answer"),
    )
    .hint("a crashed worker, or a proxy that gave up")
}
