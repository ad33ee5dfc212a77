//! Many requests at one moment, each over a connection of its own that stands already: what is timed is the application, and
//! not our own dialling.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::LOCATION;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::Url;

use crate::clock;
use crate::config::{Address, Tls};
use crate::digest::sha256;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::http::{LOCATION_WIDTH, Sent, address, late, no_answer, request};
use crate::system::net::{self, BoxedStream};
use crate::system::tls;
use crate::text::fit_bytes;

/// Bytes of a body that are read.
const BODY: usize = 1 << 20;
/// Connections that are opened at the same time: a listener's queue is not endless.
const DIALLED: usize = 64;

/// What is asked, and for how long an answer is waited for.
#[derive(Clone)]
pub struct Wanted {
    /// The URL.
    pub url: Url,
    /// Longest wait for one answer.
    pub budget: Duration,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// A digest of the body, as far as it was read.
    pub body: String,
    /// From its own sending to the end of the answer.
    pub took: Duration,
    /// Where a redirect points: escaped and cut. It is not followed.
    pub location: Option<String>,
}

/// How one request ended; an error holds the time until it, too.
pub type Ended = Result<Reply, (TargetError, Duration)>;

/// Connections that stand, and wait for the moment.
pub struct Burst {
    lines: Vec<Line>,
    address: Arc<Address>,
    request: Request<Full<Bytes>>,
    budget: Duration,
}

type Wire = http1::Connection<TokioIo<BoxedStream>, Full<Bytes>>;

struct Line {
    sender: SendRequest<Full<Bytes>>,
    wire: Pin<Box<Wire>>,
}

impl Burst {
    /// Opens `count` connections. Errors: one of them cannot be opened in time, or the URL cannot be asked for.
    pub async fn ready(wanted: &Wanted, count: usize) -> Result<Self, TargetError> {
        let place = Arc::new(address(&wanted.url)?);
        let request = request(&wanted.url, Sent::plain("GET"))?;
        let tls = (wanted.url.scheme() == "https").then(Tls::default);
        let mut lines = Vec::with_capacity(count);
        while lines.len() < count {
            let some = (count - lines.len()).min(DIALLED);
            let dialled = timeout(wanted.budget, join_all((0..some).map(|_| dial(&place, tls.as_ref()))));
            let Ok(dialled) = dialled.await else {
                let what = format!("did not accept {count} connections");
                return Err(late(&place, &what, wanted.budget));
            };
            for line in dialled {
                lines.push(line?);
            }
        }
        Ok(Self { lines, address: place, request, budget: wanted.budget })
    }

    /// Sends all requests now, and waits for their ends.
    pub async fn go(self) -> Vec<Ended> {
        let Self { lines, address, request, budget } = self;
        let asked =
            lines.into_iter().map(|line| tokio::spawn(one(line, request.clone(), budget, address.clone())));
        let asked: Vec<_> = asked.collect();
        let ended = join_all(asked).await.into_iter();
        ended
            .map(|ended| match ended {
                // Digests take time that is not the application's: they are made when all is over.
                Ok(Ok((reply, body))) => Ok(Reply { body: sha256(&body), ..reply }),
                Ok(Err(error)) => Err(error),
                Err(_) => {
                    let error = TargetError::new(TargetErrorKind::Protocol, "a request was given up");
                    Err((error, Duration::ZERO))
                }
            })
            .collect()
    }
}

async fn dial(address: &Address, tls: Option<&Tls>) -> Result<Line, TargetError> {
    let mut stream = net::connect(address).await?;
    if let Some(options) = tls {
        stream = tls::wrap(stream, address, options).await?;
    }
    let (sender, wire) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| no_answer(address, error))?;
    Ok(Line { sender, wire: Box::pin(wire) })
}

async fn one(
    line: Line,
    request: Request<Full<Bytes>>,
    budget: Duration,
    address: Arc<Address>,
) -> Result<(Reply, Vec<u8>), (TargetError, Duration)> {
    let Line { mut sender, mut wire } = line;
    // All are sent at one moment, one after the other: that the others came first is not the application's time.
    let began = clock::instant();
    let talk = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let location = response.headers().get(LOCATION).filter(|_| status.is_redirection());
        let location = location.map(|to| fit_bytes(to.as_bytes(), LOCATION_WIDTH));
        let mut body = Vec::new();
        let mut rest = response.into_body();
        while body.len() < BODY {
            match rest.frame().await {
                Some(frame) => body.extend(frame?.data_ref().into_iter().flatten()),
                None => break,
            }
        }
        let reply = Reply { status: status.as_u16(), body: String::new(), took: began.elapsed(), location };
        hyper::Result::Ok((reply, body))
    };
    let work = async {
        tokio::pin!(talk);
        tokio::select! {
            biased;
            result = &mut talk => return result,
            _ = &mut wire => {}
        }
        // What had come before the end of the connection is read still.
        talk.await
    };
    let ended = match timeout(budget, work).await {
        Ok(ended) => ended.map_err(|error| no_answer(&address, error)),
        Err(_) => Err(late(&address, "did not answer", budget)),
    };
    ended.map_err(|error| (error, began.elapsed()))
}
