//! The response time as users feel it: at most one request a second, and never a second one to the same end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use crate::clock;
use crate::config::{HttpTarget, Target, TargetSpec};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::{Kind, Metric, Observation};
use crate::probe::{Look, Probe, Sighting};
use crate::system::http::{self, Answer};
use crate::text::duration;

/// Least time between two requests.
const PAUSE: Duration = Duration::from_secs(1);

struct HttpProbe {
    target: Arc<str>,
    url: Result<HttpTarget, TargetError>,
    /// When the last request was sent.
    asked: Option<Instant>,
}

/// Makes ready to ask for the URL of `target`; nothing is sent yet.
pub fn open(target: &Target) -> Box<dyn Probe> {
    let url = match &target.spec {
        TargetSpec::Http(url) => Ok(url.clone()),
        _ => Err(TargetError::new(TargetErrorKind::Input, format!("{} is not a URL", target.name))),
    };
    Box::new(HttpProbe { target: target.name.as_str().into(), url, asked: None })
}

impl Probe for HttpProbe {
    fn measure<'a>(&'a mut self, look: &'a Look) -> BoxFuture<'a, Sighting> {
        Box::pin(async move {
            let result = match &self.url {
                Ok(url) => {
                    let mut budget = look.timeout;
                    if let Some(asked) = self.asked {
                        let pause = PAUSE.saturating_sub(asked.elapsed()).min(budget);
                        clock::sleep(pause).await;
                        budget -= pause;
                    }
                    self.asked = Some(clock::instant());
                    http::get(url, budget).await
                }
                Err(error) => Err(error.clone()),
            };
            self.sighting(result)
        })
    }
}

impl HttpProbe {
    fn sighting(&self, result: Result<Answer, TargetError>) -> Sighting {
        let metrics = [Metric::HttpStatus, Metric::HttpResponseTime];
        let observations = match &result {
            Ok(answer) => vec![
                Observation::known(&self.target, metrics[0], answer.status.into()),
                Observation::known(&self.target, metrics[1], answer.first_byte.as_secs_f64() * 1000.0),
            ],
            Err(error) => metrics
                .map(|metric| Observation::unknown(&self.target, metric, error.message.clone()))
                .to_vec(),
        };
        let mut notes = Vec::new();
        if let Ok(url) = &self.url
            && url.tls.as_ref().is_some_and(|tls| tls.insecure)
        {
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
        Sighting {
            target: self.target.clone(),
            kind: Kind::Http,
            address: self.url.as_ref().map_or_else(|_| self.target.to_string(), |url| http::shown(&url.url)),
            identity: None,
            observations,
            notes,
            listings: Vec::new(),
            error: result.err(),
        }
    }
}
