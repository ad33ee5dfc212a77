//! An nginx in front of the application, by its `stub_status` page: whether requests pile up before they reach anything.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::HttpTarget;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation};
use crate::probe::{Look, Probe, TargetReport};
use crate::system::http::{self, Sent};

/// What cannot be known from one look.
const RATES: [Metric; 2] = [Metric::NginxRequests, Metric::NginxDropped];

/// Makes ready to read the `stub_status` page; nothing is sent yet.
pub fn open(name: &str, page: &HttpTarget) -> Box<dyn Probe> {
    let address = page.url.host_str().unwrap_or("?").to_owned();
    Box::new(NginxProbe { target: name.into(), address, page: page.clone() })
}

struct NginxProbe {
    target: Arc<str>,
    address: String,
    page: HttpTarget,
}

/// The page, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Page {
    active: u64,
    accepts: u64,
    handled: u64,
    requests: u64,
    waiting: u64,
}

/// Both looks: the second one, and the rates between them.
type Seen = (Page, Result<[f64; 2], String>);

impl Probe for NginxProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let seen = self.look(look).await;
            let mut report = TargetReport::blank(&self.target, Kind::Nginx, &self.address);
            match seen {
                Ok((page, rates)) => self.write(&page, rates, &mut report),
                Err(error) => {
                    let all = [Metric::NginxActive, Metric::NginxWaiting].into_iter().chain(RATES);
                    let unknown = |metric| Observation::unknown(&self.target, metric, error.message.clone());
                    report.observations = all.map(unknown).collect();
                    report.error = Some(error);
                }
            }
            report
        })
    }
}

impl NginxProbe {
    async fn look(&self, look: &Look) -> Result<Seen, TargetError> {
        let (first, at) = self.read(look).await?;
        if look.window.is_zero() {
            return Ok((first, Err("one look has no rates".into())));
        }
        clock::sleep(look.window).await;
        let (second, then) = self.read(look).await?;
        let seconds = then.saturating_duration_since(at).as_secs_f64();
        Ok((second, rates(&first, &second, seconds)))
    }

    async fn read(&self, look: &Look) -> Result<(Page, Instant), TargetError> {
        let sent = Sent::plain("GET");
        let received = http::send(&self.page.url, self.page.tls.as_ref(), sent, look.timeout).await?;
        let found = match received.answer.status {
            200 => parse(&String::from_utf8_lossy(&received.body)),
            _ => None,
        };
        let page = found.ok_or_else(|| {
            let status = received.answer.status;
            let message = format!("{} answers {status}, and not with a stub_status page", self.address);
            TargetError::new(TargetErrorKind::Protocol, message)
                .hint("location /stub_status { stub_status; allow …; deny all; }")
        })?;
        Ok((page, clock::instant()))
    }

    fn write(&self, page: &Page, rates: Result<[f64; 2], String>, report: &mut TargetReport) {
        let known = |metric, value: f64| Observation::known(&self.target, metric, value);
        report.observations = vec![
            known(Metric::NginxActive, page.active as f64),
            known(Metric::NginxWaiting, page.waiting as f64),
        ];
        match rates {
            Ok(values) => {
                report
                    .observations
                    .extend(RATES.into_iter().zip(values).map(|(metric, value)| known(metric, value)));
                if values[1] > 0.0 {
                    let words =
                        "connections are dropped: worker_connections is reached, or the limit on open files";
                    report.notes.push(words.into());
                }
            }
            Err(why) => {
                let unknown = RATES.map(|metric| Observation::unknown(&self.target, metric, why.clone()));
                report.observations.extend(unknown);
            }
        }
    }
}

/// Requests and dropped connections per second, our own request left out. Errors: it was restarted in between.
fn rates(first: &Page, second: &Page, seconds: f64) -> Result<[f64; 2], String> {
    let lost = |page: &Page| page.accepts.saturating_sub(page.handled);
    let grown = |before: u64, after: u64| after.checked_sub(before);
    match (grown(first.requests, second.requests), grown(lost(first), lost(second))) {
        (Some(requests), Some(dropped)) if seconds > 0.0 && second.accepts >= first.accepts => {
            Ok([requests.saturating_sub(1), dropped].map(|count| count as f64 / seconds))
        }
        _ => Err("it was restarted in the window".into()),
    }
}

/// Reads the page as nginx prints it (ngx_http_stub_status_module).
fn parse(page: &str) -> Option<Page> {
    let active = page.lines().next()?.strip_prefix("Active connections:")?.trim().parse().ok()?;
    let counters =
        page.lines().skip_while(|line| !line.starts_with("server accepts handled requests")).nth(1)?;
    let mut counters = counters.split_whitespace().map(str::parse::<u64>);
    let mut next = || counters.next()?.ok();
    let (accepts, handled, requests) = (next()?, next()?, next()?);
    let (_, waiting) = page.split_once("Waiting:")?;
    Some(Page { active, accepts, handled, requests, waiting: waiting.trim().parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As nginx 1.22 prints it.
    const PAGE: &str = "Active connections: 291 \nserver accepts handled requests\n 16630948 16630940 31070465 \nReading: 6 Writing: 179 Waiting: 106 \n";

    #[test]
    fn the_page_is_read_and_what_is_none_is_not() {
        let page = parse(PAGE).unwrap();
        assert_eq!((page.active, page.accepts, page.handled), (291, 16_630_948, 16_630_940));
        assert_eq!((page.requests, page.waiting), (31_070_465, 106));
        for wrong in ["", "<html>", "Active connections: x", &PAGE[..40]] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rates_are_between_two_looks_and_a_restart_is_not_computed_through() {
        let first = parse(PAGE).unwrap();
        let second = Page { accepts: 16_630_968, handled: 16_630_950, requests: 31_070_666, ..first };
        assert_eq!(rates(&first, &second, 2.0), Ok([100.0, 5.0]));
        assert!(rates(&second, &first, 2.0).is_err());
    }
}
