//! The cases, one function each.

use std::time::Duration;

use crate::cli::prevent::check::Urls;
use crate::cli::prevent::stage::{Ended, Stage};
use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::protection::{Case, Outcome, Reference, Seen, times};
use crate::runner::End;
use crate::system::burst::{Burst, Wanted};
use crate::system::http;

/// The shortest time that a lock can be taken for: who holds it dies at once.
const DEAD: Duration = Duration::from_secs(2);
/// How long others are listened to, to know their statements from those of the rebuilds.
const QUIET: Duration = Duration::from_secs(1);

/// One request before anything is done: the page is there, and the key is the one that it fills.
pub(super) async fn knock(stage: &mut Stage<'_>, urls: &Urls) -> Result<(), Ended> {
    let shown = http::shown(&urls.page);
    let failed = |what: String, hint: &str| {
        Ended::Failed(Failure::new(FailureKind::Failed, format!("{what}; nothing was changed")).hint(hint))
    };
    let reply = match stage.page(&urls.page).await {
        Ok(reply) => reply,
        Err(Ended::Failed(failure)) => {
            return Err(failed(format!("{shown} does not answer: {failure:#}"), "is this the right URL?"));
        }
        Err(ended) => return Err(ended),
    };
    if let Some(to) = &reply.location {
        let what = format!("{shown} answered {}: it redirects to {to}", reply.status);
        return Err(failed(what, "redirects are not followed: give the URL that it leads to"));
    }
    if !(200..300).contains(&reply.status) {
        let hint = "it must answer 200 while the key is there";
        return Err(failed(format!("{shown} answered {}", reply.status), hint));
    }
    if stage.left().await? == -2 {
        let what = format!("{} is not there after a request for {shown}", stage.name());
        let hint =
            "does that page fill this key? it may fill one of another name, or another database of the cache";
        return Err(failed(what, hint));
    }
    Ok(())
}

/// Everybody asks while the key is there: what all others are held against.
pub(super) async fn present(stage: &mut Stage<'_>, urls: &Urls) -> Result<Seen, Ended> {
    let quiet = stage.mark().await;
    clock::sleep(QUIET).await;
    stage.reference.noise = stage.mark().await.rate_since(&quiet);
    let reply = stage.page(&urls.page).await?;
    (stage.reference.body, stage.reference.status) = (reply.body, reply.status);
    let seen = stage.seen(&urls.page, true).await?;
    let took = seen.ended.iter().filter_map(|ended| ended.as_ref().ok().map(|reply| reply.took));
    stage.reference.hit = times(took.collect()).p99;
    // A cache that writes the time into its pages has a new one each time.
    stage.reference.body = seen.after.clone().unwrap_or_default();
    Ok(seen)
}

/// One request rebuilds the key: what that costs.
pub(super) async fn alone(stage: &mut Stage<'_>, urls: &Urls) -> Result<(), Ended> {
    let step = stage.remove("remove").await?;
    let mark = stage.mark().await;
    let reply = stage.page(&urls.page).await?;
    let refilled = stage.returns().await?;
    stage.reference.rebuild = reply.took;
    let (statements, _) = stage.counted(&mark).await;
    stage.reference.statements = Some(statements);
    stage.back(&step).await?;
    if stage.stopped() {
        return Err(Ended::Step(End::Stopped));
    }
    if !refilled {
        let message = format!(
            "{} was not brought back by a request for {}; its value was put back",
            stage.name(),
            http::shown(&urls.page)
        );
        let hint =
            "does that page fill this key? it may fill one of another name, or be served from elsewhere";
        return Err(Failure::new(FailureKind::Unmeasured, message).hint(hint).into());
    }
    // What the page is from now on: it may say when it was made.
    stage.reference.body = stage.page(&urls.page).await?.body;
    Ok(())
}

/// Everybody asks for what has gone.
pub(super) async fn expired(stage: &mut Stage<'_>, urls: &Urls) -> Result<Outcome, Ended> {
    let step = stage.remove("remove-expired").await?;
    let seen = stage.seen(&urls.page, true).await?;
    ended(stage, Case::Expired, &seen, &[&step]).await
}

/// The same while the rebuild takes long: where the application can do that by itself, or with its lock in our hands.
pub(super) async fn slow(stage: &mut Stage<'_>, urls: &Urls) -> Result<Outcome, Ended> {
    if let Some(url) = &urls.slow {
        let step = stage.remove("remove-slow").await?;
        let seen = stage.seen(url, true).await?;
        return ended(stage, Case::Slow, &seen, &[&step]).await;
    }
    if let Some(why) = no_lock(stage) {
        return Ok(Outcome::unchecked(Case::Slow, format!("{why}, or give --slow-http URL")));
    }
    let time = stage.args.slow;
    let Some(lock) = held(stage, "hold-slow", time + stage.args.timeout).await? else {
        return Ok(Outcome::unchecked(Case::Slow, TAKEN));
    };
    let step = stage.remove("remove-slow").await?;
    let mark = stage.mark().await;
    let wanted = Wanted { url: urls.page.clone(), budget: stage.args.timeout };
    let burst = Burst::ready(&wanted, stage.args.requests as usize).await?;
    let asked = tokio::spawn(burst.go());
    tokio::select! {
        () = clock::sleep(time) => {}
        () = stage.asked_to_stop() => {}
    }
    // The rebuild is ready: the value as it was, where nobody else has made one.
    stage.back(&step).await?;
    stage.back(&lock).await?;
    if stage.stopped() {
        asked.abort();
        return Err(Ended::Step(End::Stopped));
    }
    let answers = asked.await.unwrap_or_default();
    let refilled = stage.returns().await?;
    let (statements, window) = stage.counted(&mark).await;
    let after = Some(stage.page(&urls.page).await?.body);
    let seen = Seen { ended: answers, statements, window, refilled, after };
    ended(stage, Case::Slow, &seen, &[]).await
}

/// The same while the rebuild fails.
pub(super) async fn failing(stage: &mut Stage<'_>, urls: &Urls) -> Result<Outcome, Ended> {
    let Some(url) = &urls.failing else {
        let why = "no rebuild can be made to fail from outside: give --failing-http URL";
        return Ok(Outcome::unchecked(Case::Failing, why));
    };
    let step = stage.remove("remove-failing").await?;
    let seen = stage.seen(url, false).await?;
    ended(stage, Case::Failing, &seen, &[&step]).await
}

/// Whoever holds the lock never rebuilds, and never lets go: the lock ends by its TTL.
pub(super) async fn dies(stage: &mut Stage<'_>, urls: &Urls) -> Result<Outcome, Ended> {
    if let Some(why) = no_lock(stage) {
        return Ok(Outcome::unchecked(Case::Dies, why));
    }
    // First the removal, which asks: the lock would be over before the answer.
    let step = stage.remove("remove-dies").await?;
    let Some(lock) = held(stage, "hold-dies", DEAD).await? else {
        stage.back(&step).await?;
        return Ok(Outcome::unchecked(Case::Dies, TAKEN));
    };
    let mark = stage.mark().await;
    let answers = stage.ask(&urls.page, stage.args.requests).await?;
    let refilled = stage.returns_when_asked(&urls.page).await?;
    let (statements, window) = stage.counted(&mark).await;
    let after = if refilled { Some(stage.page(&urls.page).await?.body) } else { None };
    let seen = Seen { ended: answers, statements, window, refilled, after };
    ended(stage, Case::Dies, &seen, &[&lock, &step]).await
}

/// Everybody asks an application that has no cache.
pub(super) async fn uncached(stage: &mut Stage<'_>, urls: &Urls) -> Result<Outcome, Ended> {
    let Some(url) = &urls.uncached else {
        let why =
            "the cache is not taken away from a server: give --uncached-http URL, of an instance without it";
        return Ok(Outcome::unchecked(Case::Uncached, why));
    };
    let seen = stage.seen(url, false).await?;
    Ok(stage.judged(Case::Uncached, &seen))
}

/// One asks for what does not exist, and then everybody: is it remembered that there is nothing?
pub(super) async fn absent(stage: &mut Stage<'_>, urls: &Urls) -> Result<Outcome, Ended> {
    let Some(url) = &urls.absent else {
        let why = "no page that does not exist is known: give --absent-http URL, or {key} in --http";
        return Ok(Outcome::unchecked(Case::Absent, why));
    };
    let mark = stage.mark().await;
    let first = stage.page(url).await?;
    let (statements, _) = stage.counted(&mark).await;
    let seen = stage.seen(url, false).await?;
    // A lookup that finds nothing may take fewer statements than a rebuild.
    let each = statements.ok().filter(|each| *each >= 1.0);
    let reference = Reference {
        body: first.body,
        status: first.status,
        statements: each.map(Ok).or_else(|| stage.reference.statements.clone()),
        ..stage.reference.clone()
    };
    let kept = std::mem::replace(&mut stage.reference, reference);
    let mut outcome = stage.judged(Case::Absent, &seen);
    stage.reference = kept;
    if first.status < 400 {
        outcome.notes.push(format!("a page that does not exist answered {}", first.status));
    }
    Ok(outcome)
}

const TAKEN: &str = "the lock of the key was not to be had";

/// Takes the lock; none: somebody has it, or it is not allowed.
async fn held(stage: &mut Stage<'_>, id: &str, ttl: Duration) -> Result<Option<String>, Ended> {
    match stage.hold(id, ttl).await {
        Ok(id) => Ok(Some(id)),
        Err(Ended::Step(End::Skipped(_) | End::Failed)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Why the lock of the key cannot be taken.
fn no_lock(stage: &Stage<'_>) -> Option<String> {
    match stage.runner.facts().lock_dialect.as_deref() {
        Some("none") => Some("the application uses no locks (lock_dialect: none)".into()),
        Some(_) => None,
        None => {
            Some("how the application names its locks is not known: --fact lock_dialect=lock:{key}".into())
        }
    }
}

/// Puts the case's steps back, and judges it.
async fn ended(stage: &mut Stage<'_>, case: Case, seen: &Seen, steps: &[&str]) -> Result<Outcome, Ended> {
    let outcome = stage.judged(case, seen);
    for step in steps {
        stage.back(step).await?;
    }
    Ok(outcome)
}
