//! The response time as users feel it: at most one request a second, and never a second one to the same end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::HttpTarget;
use crate::error::TargetError;
use crate::observation::{Kind, Metric, Observation};
use crate::probe::{Look, Probe, TargetReport};
use crate::system::http::{self, Answer, Body};
use crate::text::duration;

/// Least time between two requests.
const PAUSE: Duration = Duration::from_secs(1);

struct HttpProbe {
    target: Arc<str>,
    url: HttpTarget,
    /// When the last request was sent.
    asked: Option<Instant>,
}

/// Makes ready to ask for a URL; nothing is sent yet.
pub fn open(name: &str, url: &HttpTarget) -> Box<dyn Probe> {
    Box::new(HttpProbe { target: name.into(), url: url.clone(), asked: None })
}

impl Probe for HttpProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, TargetReport> {
        Box::pin(async move {
            let mut budget = look.timeout;
            if let Some(asked) = self.asked {
                let pause = PAUSE.saturating_sub(asked.elapsed()).min(budget);
                clock::sleep(pause).await;
                budget -= pause;
            }
            self.asked = Some(clock::instant());
            let result = http::get(&self.url, budget).await;
            self.report(result)
        })
    }
}

impl HttpProbe {
    fn report(&self, result: Result<Answer, TargetError>) -> TargetReport {
        let metrics = [Metric::HttpStatus, Metric::HttpResponseTime, Metric::HttpComplete];
        let observations = match &result {
            Ok(answer) => vec![
                Observation::known(&self.target, metrics[0], answer.status.into()),
                Observation::known(&self.target, metrics[1], answer.took.as_secs_f64() * 1000.0),
                match answer.body {
                    Body::Whole | Body::Enough => Observation::known(&self.target, metrics[2], 1.0),
                    Body::Broken => {
                        Observation::known(&self.target, metrics[2], 0.0).detail("its page breaks off")
                    }
                    Body::Late => {
                        Observation::known(&self.target, metrics[2], 0.0).detail("its page never comes")
                    }
                },
            ],
            Err(error) => metrics
                .map(|metric| Observation::unknown(&self.target, metric, error.message.clone()))
                .to_vec(),
        };
        let mut notes = Vec::new();
        if self.url.tls.as_ref().is_some_and(|tls| tls.insecure) {
            notes.push("the certificate is not verified (tls.insecure)".into());
        }
        if let Ok(answer) = &result {
            let tls = answer.tls.map(|tls| format!(", TLS {}", duration(tls))).unwrap_or_default();
            notes.push(format!(
                "connecting took {}{tls}; not part of the response time",
                duration(answer.connect)
            ));
            if let Some(location) = &answer.location {
                notes.push(format!(
                    "{} redirects to {location}: not followed, name that URL to measure it",
                    answer.status
                ));
            }
        }
        TargetReport {
            target: self.target.clone(),
            kind: Kind::Http,
            address: http::shown(&self.url.url),
            identity: None,
            observations,
            notes,
            listings: Vec::new(),
            left: Vec::new(),
            error: result.err(),
        }
    }
}
