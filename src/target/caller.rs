//! Many requests to one place, one after the other over one connection: a handshake for each would cost more than the
//! request.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, LOCATION, RETRY_AFTER};
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use jiff::fmt::rfc2822;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::Url;

use crate::clock;
use crate::config::{Address, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::target::http::{LOCATION_WIDTH, Sent, address, late, no_answer, request};
use crate::target::{net, tls};
use crate::text::{escape_bytes, fit};

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

/// One connection, opened when it is first needed.
pub struct Caller {
    address: Address,
    tls: Option<Tls>,
    open: Option<Open>,
}

struct Open {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    /// Whether it has carried a request before: the server may have closed it meanwhile.
    used: bool,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Caller {
    /// A caller of the server of `url`. Errors: the URL names none.
    pub fn new(url: &Url, tls: Option<&Tls>) -> Result<Self, TargetError> {
        let https = (url.scheme() == "https").then(|| tls.cloned().unwrap_or_default());
        Ok(Self { address: address(url)?, tls: https, open: None })
    }

    /// Sends one request. A connection that the server had closed before is opened anew, once. Errors: `Refused`,
    /// `Unreachable`, `Timeout`, `Tls`, `Protocol`, `Input`; any status is an answer.
    pub async fn call(&mut self, url: &Url, sent: Sent, budget: Duration) -> Result<Called, TargetError> {
        let work = async {
            if let Some(open) = self.open.take().filter(|open| open.used && !open.sender.is_closed()) {
                match self.over(open, request_again(url, sent.clone())?).await {
                    Ok(called) => return Ok(called),
                    Err(error) if closed_before(&error) => {}
                    Err(error) => return Err(no_answer(&self.address, &error)),
                }
            }
            let open = self.dial().await?;
            let request = request_again(url, sent)?;
            self.over(open, request).await.map_err(|error| no_answer(&self.address, &error))
        };
        let done = timeout(budget, work).await;
        // Cut off in the middle, the answer would be taken for that of the next request: the connection went with it.
        done.unwrap_or_else(|_| Err(late(&self.address, "did not answer", budget)))
    }

    async fn dial(&self) -> Result<Open, TargetError> {
        let mut stream = net::connect(&self.address).await?;
        if let Some(options) = &self.tls {
            stream = tls::wrap(stream, &self.address, options).await?;
        }
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(&self.address, &error))?;
        // Its end shows at the sender.
        let driver = tokio::spawn(async move { _ = connection.await });
        Ok(Open { sender, driver, used: false })
    }

    async fn over(&mut self, mut open: Open, request: Request<Full<Bytes>>) -> hyper::Result<Called> {
        open.sender.ready().await?;
        let response = open.sender.send_request(request).await?;
        let called = read(&response);
        if drained(response).await {
            open.used = true;
            self.open = Some(open);
        }
        Ok(called)
    }
}

/// The request with a connection that stays open.
fn request_again(url: &Url, sent: Sent) -> Result<Request<Full<Bytes>>, TargetError> {
    let mut request = request(url, sent)?;
    request.headers_mut().remove(CONNECTION);
    Ok(request)
}

fn closed_before(error: &hyper::Error) -> bool {
    error.is_closed() || error.is_canceled() || error.is_incomplete_message()
}

fn read(response: &Response<Incoming>) -> Called {
    let status = response.status();
    let to = response.headers().get(LOCATION).filter(|_| status.is_redirection());
    Called {
        status: status.as_u16(),
        location: to.map(|to| fit(&escape_bytes(to.as_bytes()), LOCATION_WIDTH).into_owned()),
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
