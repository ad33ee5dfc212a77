//! `stampede prevent check`: what everybody at once makes of a key that has gone.

use std::time::Duration;

use url::Url;

use crate::cli::acting::{Options, finish, runner};
use crate::cli::only::only;
use crate::cli::prevent::cases;
use crate::cli::prevent::stage::{Ended, Stage};
use crate::cli::{Global, act, answer, load};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::observation::{Kind, Metric};
use crate::protection::{Case, Outcome, Verdict};
use crate::runner::{Runner, Stop};
use crate::system::template::Template;
use crate::text;
use crate::ui::prevent::{self, Checked};
use crate::ui::{Format, Ui};

/// Requests per second from which on a server looks like one that people use.
const IN_USE: f64 = 500.0;
/// How long it is looked at for that.
const LOOK: Duration = Duration::from_secs(1);

/// See what an application makes of a key that everybody asks for at once.
///
/// Takes the key out of the cache (its value and TTL are in the journal before
/// that, and come back when nothing has refilled it), sends many requests at one
/// moment, and counts what reaches the databases by their statement counters:
/// "protected: 1 rebuild for 200 requests", or "not protected: 200 rebuilds".
/// It is for staging: each removal asks for the target's name (S32).
///
/// A page for which no rebuild can be made slow or fail from outside needs a URL
/// of the same page where the application does that by itself; without one that
/// case is not checked, and said so.
///
/// Exit code: 0 protected, 1 not protected, 2 beyond --max-rebuilds or
/// --max-wait, 3 unknown.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede prevent check --http http://staging/users/42 --key user:42
  stampede prevent check --http 'http://stage/{key}' --key a:7 --max-rebuilds 1")]
pub struct Args {
    /// The page that is made of the key; {key} stands for the key.
    #[arg(long, value_name = "URL")]
    http: String,
    /// The key that the page fills.
    #[arg(long, value_name = "KEY")]
    pub(super) key: String,
    /// Requests at once.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(2..=2_000))]
    pub(super) requests: u32,
    /// The cases to try [default: all that can be].
    #[arg(long, value_name = "CASES", value_delimiter = ',', value_enum)]
    cases: Vec<Case>,
    /// Rebuilds that are fine; more is exit code 2 [default: 1, and exit code 1].
    #[arg(long, value_name = "N")]
    max_rebuilds: Option<u32>,
    /// Longest time that a user may wait; more is exit code 2.
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    max_wait: Option<Duration>,
    /// How long an answer, and the key's return, is waited for.
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = text::parse_duration)]
    pub(super) timeout: Duration,
    /// How long we hold the application's lock as a slow rebuild (lock_dialect).
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = text::parse_duration)]
    pub(super) slow: Duration,
    /// The same page where its rebuild is slow, instead of our holding the lock.
    #[arg(long, value_name = "URL")]
    slow_http: Option<String>,
    /// The same page where its rebuild fails.
    #[arg(long, value_name = "URL")]
    failing_http: Option<String>,
    /// The same page of an application that cannot reach its cache.
    #[arg(long, value_name = "URL")]
    uncached_http: Option<String>,
    /// A page that does not exist [default: --http with another {key}].
    #[arg(long, value_name = "URL")]
    absent_http: Option<String>,
    #[command(flatten)]
    options: Options,
}

/// The URLs of the cases.
pub(super) struct Urls {
    pub page: Url,
    pub slow: Option<Url>,
    pub failing: Option<Url>,
    pub uncached: Option<Url>,
    pub absent: Option<Url>,
}

impl Args {
    /// Whether a case is to be tried.
    fn wants(&self, case: Case) -> bool {
        self.cases.is_empty() || self.cases.contains(&case)
    }

    fn urls(&self) -> Result<Urls, Failure> {
        let of = |flag: &str, text: &str, key: &[u8]| {
            url(text, key).map_err(|why| Failure::new(FailureKind::Usage, format!("{flag}: {why}")))
        };
        let key = self.key.as_bytes();
        let given =
            |flag: &str, text: &Option<String>| text.as_deref().map(|text| of(flag, text, key)).transpose();
        let nobody = format!("{}-absent-{:08x}", self.key, fastrand::u32(..)).into_bytes();
        let absent = match &self.absent_http {
            Some(text) => Some(of("--absent-http", text, key)?),
            None if self.http.contains("{key}") => Some(of("--http", &self.http, &nobody)?),
            None => None,
        };
        Ok(Urls {
            page: of("--http", &self.http, key)?,
            slow: given("--slow-http", &self.slow_http)?,
            failing: given("--failing-http", &self.failing_http)?,
            uncached: given("--uncached-http", &self.uncached_http)?,
            absent,
        })
    }
}

/// The URL of a page. Errors: why it is none, in words.
fn url(text: &str, key: &[u8]) -> Result<Url, String> {
    if text.contains("{key}") {
        let url = Template::new(text).and_then(|template| template.url(key));
        return url.map_err(|error| error.message.replace("the rebuild URL", "the URL"));
    }
    let url = Url::parse(text).map_err(|error| format!("this is no URL: {error}"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err("expected http://… or https://…".into()),
    }
}

/// Runs `prevent check`.
pub async fn run(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    let urls = args.urls()?;
    let settings = load(global)?;
    let options = args.options.unwatched();
    let mut runner = runner(ui, global, settings, &options, stop.clone()).await?;
    let caches = runner.targets(Kind::Redis).into_iter().map(|name| (name, ())).collect();
    let (target, ()) = only(caches, &[Kind::Redis], "check a key on")?;
    let opened = runner.incident().is_none();
    let mut stage = Stage::new(ui, args, target, &mut runner, stop.clone());
    let checked = check(&mut stage, &urls, args).await;
    // Whatever has ended it: nothing of ours stays.
    let back = stage.all_back().await;
    finish(ui, &mut runner, &stop, &options).await?;
    if opened && !options.is_dry_run() && runner.incident().is_some() {
        runner.close()?;
    }
    let checked = match checked {
        Ok(checked) => checked,
        Err(Ended::Step(_)) if stop.asked() => return Ok(Exit::Interrupted),
        Err(Ended::Step(end)) => return Ok(act::exit(end)),
        Err(Ended::Failed(failure)) => return Err(failure),
    };
    if stop.asked() {
        return Ok(Exit::Interrupted);
    }
    let words = match options.format() {
        format @ (Format::Json | Format::Yaml) => format.one_of_many(&prevent::document(&checked)),
        Format::Table => prevent::table(&checked),
        Format::Brief => prevent::brief(&checked),
    };
    answer(ui, &words)?;
    Ok(if back? { exit(&checked, args) } else { Exit::StillInEffect })
}

async fn check(stage: &mut Stage<'_>, urls: &Urls, args: &Args) -> Result<Checked, Ended> {
    cases::knock(stage, urls).await?;
    if args.options.is_dry_run() {
        return Err(stage.remove("remove").await.err().unwrap_or(Ended::Step(stage.dry())));
    }
    may_go_on(stage, args).await?;
    let mut outcomes = Vec::new();
    let present = cases::present(stage, urls).await?;
    // What a rebuild costs is asked for where one is expected: that takes the key away.
    if Case::ALL.iter().any(|case| *case != Case::Present && args.wants(*case)) {
        cases::alone(stage, urls).await?;
    }
    for case in Case::ALL.iter().copied().filter(|case| args.wants(*case)) {
        if stage.stopped() {
            break;
        }
        let outcome = match case {
            Case::Present => stage.judged(case, &present),
            Case::Expired => cases::expired(stage, urls).await?,
            Case::Slow => cases::slow(stage, urls).await?,
            Case::Failing => cases::failing(stage, urls).await?,
            Case::Dies => cases::dies(stage, urls).await?,
            Case::Uncached => cases::uncached(stage, urls).await?,
            Case::Absent => cases::absent(stage, urls).await?,
        };
        outcomes.push(outcome);
    }
    Ok(stage.checked(&urls.page, outcomes))
}

/// Asks for the target's name where people use it, or where a database is busy.
async fn may_go_on(stage: &mut Stage<'_>, args: &Args) -> Result<(), Ended> {
    let measured = stage.runner.measure(LOOK).await?;
    let sum = |metrics: &[Metric]| -> f64 {
        let of = measured.observations.iter().filter(|seen| metrics.contains(&seen.metric));
        of.filter_map(|seen| seen.value()).sum()
    };
    let rate = sum(&[Metric::CacheHits, Metric::CacheMisses]).max(sum(&[Metric::NginxRequests]));
    let running = sum(&[Metric::DatabaseRunning]);
    let slow = stage.running_slow;
    let why = match () {
        () if rate > IN_USE => format!("it looks like production: {} requests/s", text::count(rate)),
        () if running >= slow => format!("a database is busy: {} statements running", text::count(running)),
        () => return Ok(()),
    };
    let question = format!(
        "S32 {why}. {} requests at once for {} may be a stampede there. Go on?",
        args.requests,
        text::escape(&args.key)
    );
    agreed(stage.runner, &question, &stage.target, stage.ui).await
}

async fn agreed(runner: &Runner, question: &str, target: &str, ui: &Ui) -> Result<(), Ended> {
    match runner.agrees(question, target).await {
        Some(true) => return Ok(()),
        Some(false) => {}
        None => ui.note(&format!("{question} Nobody was there to answer; answer with --confirm {target}")),
    }
    Err(Ended::Step(crate::runner::End::Stopped))
}

fn exit(checked: &Checked, args: &Args) -> Exit {
    let any = |is: &dyn Fn(&Outcome) -> bool| checked.outcomes.iter().any(is);
    let late = |outcome: &Outcome| {
        let slowest = outcome.answers.as_ref().map(|answers| answers.times.slowest);
        args.max_wait.zip(slowest).is_some_and(|(most, slowest)| slowest > most)
    };
    let unprotected = any(&|outcome| outcome.verdict == Verdict::Unprotected);
    let unknown = any(&|outcome| match outcome.verdict {
        Verdict::Unknown(_) => true,
        // What was asked for by its name was to be known.
        Verdict::Unchecked(_) => args.cases.contains(&outcome.case),
        Verdict::Protected | Verdict::Unprotected => false,
    });
    match () {
        () if any(&late) || (unprotected && args.max_rebuilds.is_some()) => Exit::Critical,
        () if unknown => Exit::Unknown,
        () if unprotected => Exit::Warning,
        () => Exit::Ok,
    }
}

impl Args {
    /// The rebuilds that are fine, and the longest wait.
    pub(super) fn limits(&self) -> (u64, Option<Duration>) {
        (self.max_rebuilds.map_or(1, u64::from), self.max_wait)
    }
}
