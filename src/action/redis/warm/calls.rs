//! Warming by calls: which keys, what is called for them, what that would do, and doing it.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::action::redis::expiry::refused;
use crate::action::redis::warm::fields::Params;
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::words::{far, said, source as words};
use crate::action::redis::warm::{LOOKED_AT, busy, limits, resumed};
use crate::action::{Applied, Context, Draft, Plan, PlanResult, Recorder, Refusal, field, unless};
use crate::change::{Level, Part};
use crate::clock;
use crate::config::{RebuildWay, Secret, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::refill::endpoint::Endpoint;
use crate::refill::executor::Executor;
use crate::refill::health::LoadSampler;
use crate::refill::keys::KeySource;
use crate::refill::request::{Request, Verify};
use crate::refill::throttle::Throttle;
use crate::system::load::Gauge;
use crate::system::redis::{Pressure, Reader};
use crate::text;

/// Between two readings of what the server evicts.
const APART: Duration = Duration::from_millis(300);
/// The hottest keys that are taken unless somebody says how many.
const TOP: u64 = 200;
/// Longest wait for one call, unless somebody says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where the keys come from, as it was given or measured. A refusal when it was neither.
fn source(params: &Params, context: &Context<'_>) -> Result<KeySource, Refusal> {
    if let Some(keys) = &params.key {
        return Ok(KeySource::Named(keys.iter().map(|key| key.as_bytes().to_vec()).collect()));
    }
    if let Some(path) = params.file() {
        return Ok(KeySource::File(path.into()));
    }
    if let Some(pattern) = &params.pattern {
        return Ok(KeySource::Matching(pattern.clone()));
    }
    let top = usize::try_from(params.top.unwrap_or(TOP)).unwrap_or(usize::MAX);
    let keys: Vec<Vec<u8>> = context.hot.keys.iter().take(top).map(|key| key.key.clone()).collect();
    if keys.is_empty() {
        let basis = match context.hot.basis.as_str() {
            "" => "not measured",
            basis => basis,
        };
        return Err(Refusal::for_want(
            format!("which keys are the hottest is not known: {basis}"),
            "name them: --keys FILE, - for standard input, or --pattern 'user:profile:*' --if-ttl-below 5m",
        ));
    }
    Ok(KeySource::Hot(keys, context.hot.basis.clone()))
}

/// What is called for a key: as it was given, else as it is configured. A refusal when it is neither, which names the keys.
fn endpoint(params: &Params, context: &Context<'_>) -> Result<Endpoint, Refusal> {
    let rebuild = context.remedies.rebuild.as_ref();
    let timeout = params.timeout.or(rebuild.filter(|_| params.http.is_none()).map(|way| way.timeout));
    let timeout = timeout.unwrap_or(TIMEOUT);
    let method =
        |configured| if params.method.as_deref().unwrap_or(configured) == "POST" { "POST" } else { "GET" };
    let made = match (params.http.as_ref().map(field::Endpoint::expose), rebuild.map(|rebuild| &rebuild.way))
    {
        (Some(url), way) => {
            let (headers, tls) = of_origin(url, way);
            Endpoint::http(url, method("GET"), headers, tls, timeout)
        }
        (None, Some(RebuildWay::Http { method: configured, url, headers, tls })) => {
            Endpoint::http(url, method(configured), headers.clone(), tls.as_ref(), timeout)
        }
        (None, Some(RebuildWay::Command(words))) => Ok(Endpoint::command(words.clone(), timeout)),
        (None, None) => {
            let keys: Vec<String> =
                context.hot.keys.iter().take(20).map(|key| text::fit_bytes(&key.key, 60)).collect();
            let keys = match keys.is_empty() {
                true => String::new(),
                false => format!("; the hottest keys: {}", keys.join(" ")),
            };
            let why = match &context.remedies.rebuild_lacks {
                Some(lacks) => {
                    format!("how the application refills a key cannot be used: {}", text::escape(lacks))
                }
                None => "how the application refills a key is not configured".to_owned(),
            };
            return Err(Refusal::for_want(
                why,
                format!(
                    "--http 'http://api/internal/cache/warm/{{key}}', or rebuild: in stampede.yaml{keys}"
                ),
            ));
        }
    };
    made.map_err(|error| no_call(&error))
}

/// What is configured for requests to the origin of `url`: a token goes to nobody but the one it was meant for.
fn of_origin<'a>(url: &str, way: Option<&'a RebuildWay>) -> (Vec<(String, Secret)>, Option<&'a Tls>) {
    match way {
        Some(RebuildWay::Http { url: configured, headers, tls, .. }) if origin(configured) == origin(url) => {
            (headers.clone(), tls.as_ref())
        }
        _ => (Vec::new(), None),
    }
}

/// Scheme, host and port of a template.
fn origin(template: &str) -> Option<(String, String, u16)> {
    let url = Url::parse(&template.replace("{key}", "k")).ok()?;
    Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()?))
}

fn no_call(error: &TargetError) -> Refusal {
    let why = format!("the endpoint cannot be called: {}", error.message);
    Refusal::for_want(why, "see --http, or rebuild: in stampede.yaml")
}

/// How many of the first keys would be refilled, of how many.
async fn missing(
    source: &KeySource,
    (from, top): (u64, u64),
    below: i64,
    reader: &mut Reader,
) -> Result<(usize, usize), TargetError> {
    let enough = LOOKED_AT.min(usize::try_from(top.saturating_sub(from)).unwrap_or(LOOKED_AT));
    let mut keys = source.open()?;
    keys.skip(reader, from).await?;
    let (mut wanted, mut looked_at) = (0, 0);
    while looked_at < enough {
        let page = keys.next(reader, enough - looked_at).await?;
        if page.is_empty() {
            break;
        }
        looked_at += page.len();
        let left = reader.ttls(page.iter().map(Vec::as_slice)).await?;
        wanted += left.iter().filter(|left| **left == -2 || (0..below).contains(*left)).count();
    }
    Ok((wanted, looked_at))
}

/// What it would do. Nothing is called for it.
pub async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Checkpoint> {
    let (source, endpoint) = (source(params, context)?, endpoint(params, context)?);
    endpoint.reachable().await.map_err(|error| no_call(&error))?;
    let limits = limits(params, context);
    let load = Gauge::over(context.lines).read().await;
    unless(busy(&load, &limits, "each refill is one more"))?;
    let asked = clock::instant();
    let (primaries, notes) = reader.primaries().await?;
    let from = resumed(params, context, &source.name()).unwrap_or(0);
    let of = source.count()?.map(|of| of.min(params.most()));
    if of == Some(0) {
        return Ok(Plan::NotApplicable(format!("there are none of {}", words(&source))));
    }
    let (wanted, looked_at) = missing(&source, (from, params.most()), params.below(), reader).await?;
    clock::sleep_until(asked + APART).await;
    for who in &primaries {
        let now = Pressure::query(&mut reader.hold(&who.node).await?).await?;
        if now.evicted > Pressure::of(&who.info).evicted {
            let why = format!("{} evicts: what is warmed pushes out others", who.node);
            return Err(Refusal::by("S29", why, "raise maxmemory, or free memory, first").into());
        }
    }
    if wanted == 0 && of.is_some_and(|of| looked_at as u64 + from >= of) {
        return Ok(Plan::AlreadySo(format!("{} are there", words(&source))));
    }
    let left = of.map(|of| of.saturating_sub(from));
    let share = wanted as f64 / looked_at.max(1) as f64;
    let mut forecast = vec![match left {
        Some(left) if left as usize <= looked_at => {
            format!("{wanted} of {left} keys are refilled, the others are there")
        }
        Some(left) => format!(
            "about {} of {} keys are refilled, the others are there ({looked_at} looked at)",
            text::count(share * left as f64),
            text::count(left as f64)
        ),
        None => format!("{} of {looked_at} keys looked at are refilled", text::percent(share)),
    }];
    if let KeySource::Hot(_, basis) = &source {
        forecast.push(format!("which are the hottest: {basis}"));
    }
    if from > 0 {
        forecast
            .push(format!("{from} keys of the list were done by the warming before, and are passed over"));
    }
    forecast.push(match (&load.busiest, limits.off) {
        (_, true) => format!("{} at a time from the beginning: the database is not heeded", limits.most),
        (Some((running, name)), false) => format!(
            "2 at a time, then more, at most {}; slower from {} statements on, none from {} on ({} runs {})",
            limits.most,
            text::count(limits.slow),
            text::count(limits.stop),
            text::escape(name),
            text::count(*running)
        ),
        (None, false) => format!(
            "2 at a time, then more, at most {}; the load of the database is not seen ({}): only failing calls are heeded",
            limits.most,
            load.missing.first().map_or("none is configured", String::as_str)
        ),
    });
    forecast.extend(notes);
    Ok(Plan::Change(Draft {
        summary: format!("have {} refilled that are missing", words(&source)),
        parts: Vec::new(),
        commands: vec![format!("{}  # for each key that is missing", endpoint.words())],
        forecast,
        risk: vec!["each call is one refill for the database".into()],
        back: "none is needed: Ctrl-C stops it, and what was refilled is the application's own".into(),
        level: Level::Ask,
    }))
}

/// Has what is missing refilled. Errors: the throttle has ended it, most calls failed, or the cache throws away what it is given;
/// what was refilled stays.
pub async fn apply(
    params: &Params,
    context: &Context<'_>,
    reader: &mut Reader,
    record: &dyn Recorder,
) -> Result<Applied, TargetError> {
    let source = source(params, context).map_err(refused)?;
    let endpoint = Arc::new(endpoint(params, context).map_err(refused)?);
    let list = source.name();
    let (primaries, mut notes) = reader.primaries().await?;
    let node = primaries.into_iter().next().map(|who| (who.node, who.id)).unwrap_or_default();
    let request = Request {
        endpoint,
        rate: params.rate.map(|rate| rate as f64),
        verify: match params.verify.as_deref() {
            Some("none") => Verify::Never,
            Some("sample") => Verify::Sample,
            _ => Verify::All,
        },
        below: params.below(),
        of: source.count()?.map(|of| of.min(params.most())),
        top: params.most(),
        from: resumed(params, context, &list).unwrap_or(0),
    };
    let loads = LoadSampler::start(Gauge::over(context.lines));
    let throttle = Throttle::new(limits(params, context));
    let mut executor = Executor::new(request, source.open()?, throttle, loads)?;
    let ended = run(&mut executor, reader, record, (&node.0, &node.1, &list)).await;
    notes.extend(said(&executor));
    match ended {
        Ok(()) if executor.outcome.mostly_failed() => {
            let message = format!("most keys are not refilled ({})", notes.join("; "));
            Err(TargetError::new(TargetErrorKind::Protocol, message)
                .hint("see what the endpoint says in its log; then the same with --resume"))
        }
        Ok(()) => Ok(Applied::over(notes).cut_short(executor.outcome.stopped)),
        Err(error) => {
            let message = format!("{} ({})", error.message, notes.join("; "));
            Err(TargetError { message, ..error })
        }
    }
}

async fn run(
    executor: &mut Executor,
    reader: &mut Reader,
    record: &dyn Recorder,
    (node, id, list): (&str, &str, &str),
) -> Result<(), TargetError> {
    loop {
        let over = executor.advance(reader, &|| record.stopping()).await?;
        let checkpoint = Checkpoint {
            list: list.to_owned(),
            done: executor.done(),
            rebuilt: executor.outcome.rebuilt,
            refill_ms: (executor.outcome.refill_ms() * 1e3).round() / 1e3,
        };
        record.batch(Part::of(node, id, &checkpoint)?).await?;
        if over {
            return executor.ended();
        }
        record.say(&far(executor));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_its_own_origin_only() {
        let own = origin("https://api.example/internal/{key}");
        assert_eq!(own, origin("https://api.example:443/other?k={key}"));
        assert_ne!(own, origin("http://api.example/internal/{key}"));
        assert_ne!(own, origin("https://api.example.evil/internal/{key}"));
        assert_ne!(own, origin("https://api.example:8443/internal/{key}"));
    }
}
