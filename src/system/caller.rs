//! Many requests to one place, one after the other over one connection: a handshake for each would cost more than the
//! request.

use std::pin::Pin;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, LOCATION, RETRY_AFTER};
use hyper::{HeaderMap, Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use jiff::fmt::rfc2822;
use tokio::time::timeout;
use url::Url;

use crate::clock;
use crate::config::{Address, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::http::{LOCATION_WIDTH, Sent, address, late, no_answer, request};
use crate::system::net::{self, BoxedStream};
use crate::system::tls;
use crate::text::fit_bytes;

/// Bytes of a body that are read so that the connection can be used again; one with more is given up.
const BODY: usize = 64 * 1024;

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The status code.
    pub status: u16,
    /// Where a redirect points: escaped and cut. It is not followed.
    pub location: Option<String>,
    /// How long the server asks us to wait (`Retry-After`).
    pub wait: Option<Duration>,
}

/// What all requests to one place have in common.
pub struct Head {
    address: Address,
    tls: Option<Tls>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
}

impl Head {
    /// Requests like `sent` to the server of `url`. Errors: the URL names none, or a header cannot be sent.
    pub fn new(url: &Url, tls: Option<&Tls>, sent: Sent) -> Result<Self, TargetError> {
        let https = (url.scheme() == "https").then(|| tls.cloned().unwrap_or_default());
        let body = Bytes::from(sent.body.clone());
        let mut head = request(url, sent)?.into_parts().0;
        // The connection stays open.
        head.headers.remove(CONNECTION);
        Ok(Self { address: address(url)?, tls: https, method: head.method, headers: head.headers, body })
    }

    fn request(&self, uri: Uri) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// One connection, opened when it is first needed.
#[derive(Default)]
pub struct Caller {
    open: Option<Open>,
}

type Wire = http1::Connection<TokioIo<BoxedStream>, Full<Bytes>>;

struct Open {
    sender: SendRequest<Full<Bytes>>,
    /// Driven by who waits for the answer: another task would be woken for each byte.
    wire: Pin<Box<Wire>>,
    /// Whether it has carried a request before: the server may have closed it meanwhile.
    used: bool,
}

impl Caller {
    /// Sends one request for `target`, a path with its query. A connection that the server had closed before is opened anew,
    /// once. Errors: `Refused`, `Unreachable`, `Timeout`, `Tls`, `Protocol`, `Input`; any status is an answer.
    pub async fn call(
        &mut self,
        head: &Head,
        target: String,
        budget: Duration,
    ) -> Result<Called, TargetError> {
        let uri = Uri::try_from(target).map_err(|error| {
            TargetError::new(TargetErrorKind::Input, format!("the URL cannot be asked for: {error}"))
                .caused_by(error)
        })?;
        let work = async {
            if let Some(open) = self.open.take().filter(|open| open.used && !open.sender.is_closed()) {
                match self.over(open, head.request(uri.clone())).await {
                    Ok(called) => return Ok(called),
                    Err(error) if closed_before(&error) => {}
                    Err(error) => return Err(no_answer(&head.address, error)),
                }
            }
            let open = dial(head).await?;
            self.over(open, head.request(uri)).await.map_err(|error| no_answer(&head.address, error))
        };
        let done = timeout(budget, work).await;
        // Cut off in the middle, the answer would be taken for that of the next request: the connection went with it.
        done.unwrap_or_else(|_| Err(late(&head.address, "did not answer", budget)))
    }

    async fn over(&mut self, open: Open, request: Request<Full<Bytes>>) -> hyper::Result<Called> {
        let Open { mut sender, mut wire, .. } = open;
        let talk = async move {
            sender.ready().await?;
            let response = sender.send_request(request).await?;
            let called = read(&response);
            let whole = drained(response).await;
            hyper::Result::Ok((called, whole, sender))
        };
        tokio::pin!(talk);
        let (called, whole, sender) = tokio::select! {
            biased;
            result = &mut talk => result,
            _ = &mut wire => {
                // The sender hears of the end only when nothing of the connection is left.
                drop(wire);
                return talk.await.map(|(called, ..)| called);
            }
        }?;
        if whole {
            self.open = Some(Open { sender, wire, used: true });
        }
        Ok(called)
    }
}

async fn dial(head: &Head) -> Result<Open, TargetError> {
    let mut stream = net::connect(&head.address).await?;
    if let Some(options) = &head.tls {
        stream = tls::wrap(stream, &head.address, options).await?;
    }
    let (sender, wire) = http1::Builder::new()
        .writev(false)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| no_answer(&head.address, error))?;
    Ok(Open { sender, wire: Box::pin(wire), used: false })
}

fn closed_before(error: &hyper::Error) -> bool {
    error.is_closed() || error.is_canceled() || error.is_incomplete_message()
}

fn read(response: &Response<Incoming>) -> Called {
    let status = response.status();
    let to = response.headers().get(LOCATION).filter(|_| status.is_redirection());
    Called {
        status: status.as_u16(),
        location: to.map(|to| fit_bytes(to.as_bytes(), LOCATION_WIDTH)),
        wait: wait(response.headers()),
    }
}

/// `Retry-After`: seconds, or a date.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(text).ok()?.timestamp();
    Some(at.duration_since(clock::now()).try_into().unwrap_or_default())
}

/// Reads the rest of an answer; whether it came to its end and the connection can be used again.
async fn drained(response: Response<Incoming>) -> bool {
    let mut body = response.into_body();
    let mut read = 0;
    while read <= BODY {
        match body.frame().await {
            Some(Ok(frame)) => read += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) => return false,
            None => return true,
        }
    }
    false
}

/// Whether the server of `url` takes connections. Errors: it does not, within `budget`.
pub async fn reachable(url: &Url, budget: Duration) -> Result<(), TargetError> {
    let address = address(url)?;
    match timeout(budget, net::connect(&address)).await {
        Ok(outcome) => outcome.map(drop),
        Err(_) => Err(TargetError::new(
            TargetErrorKind::Timeout,
            format!("{address} did not accept a connection within {}", crate::text::duration(budget)),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_seconds_or_a_date() {
        let after = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a value"));
            wait(&headers)
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("soon"), None);
        assert_eq!(after("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO), "it is over");
        assert!(after("Tue, 31 Dec 2999 23:59:59 GMT").is_some_and(|wait| wait.as_secs() > 1_000_000));
    }
}
