//! `stampede drill`: rehearse on real servers that it starts itself.

use std::convert::Infallible;
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::measure::measure;
use crate::cli::{Global, answer, complete, practice, scenarios};
use crate::clock;
use crate::config::Settings;
use crate::diagnosis::Pattern;
use crate::drill::{Drill, Options, Scenario, Truth, play};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::felt::Way;
use crate::history::{self, Measurement, Record};
use crate::lab;
use crate::probe::{Look, Part, Survey};
use crate::report::Report;
use crate::runner::Stop;
use crate::text;
use crate::ui::Ui;
use crate::ui::compare::Compared;
use crate::ui::detect::Format;

/// Between two lines of a record.
const TWICE_A_SECOND: Duration = Duration::from_millis(500);

/// Rehearse: a real stampede on real servers, diagnosed.
///
/// Starts Redis, MariaDB and PostgreSQL on free loopback ports in a temporary
/// folder, puts an application load on them, measures, causes the trouble,
/// measures again, and takes everything down. Touches no other server. With
/// --stay you practise: the trouble is yours, in a second terminal, and in the
/// end there is a score.
///
/// A scenario is named, or given by its path. Names are looked up among the
/// shipped ones, then in ./drills, ~/.config/stampede/drills and
/// /etc/stampede/drills.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_precedence_over_arg = true,
    after_help = "\
Examples:
  stampede drill classic-expiry
  stampede drill list
  stampede drill classic-expiry --stay --record monday.json
  stampede drill --score monday.json tuesday.json
  stampede drill classic-expiry --compare --chart compare.svg"
)]
pub struct Args {
    #[command(subcommand)]
    command: Option<scenarios::Command>,
    /// What to rehearse: a name, or the path of a file [default: list the
    /// scenarios].
    #[arg(add = complete::scenarios())]
    scenario: Option<String>,
    /// Time between the two samples of a measurement.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = text::parse_duration)]
    window: Duration,
    /// Practise: nothing is diagnosed for you, and the trouble lasts until you
    /// end it (Ctrl-C or Enter) or --limit. Then: how it went.
    #[arg(long)]
    stay: bool,
    /// How long it goes on at most.
    #[arg(long, value_name = "TIME", default_value = "30m", requires = "stay", value_parser = text::parse_duration)]
    pub(super) limit: Duration,
    /// Lifetime of a cached page [default: the scenario's].
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    pub(super) ttl: Option<Duration>,
    /// Play it once with `stampede run` instead, and say what users felt.
    #[arg(long, conflicts_with_all = ["stay", "compare"])]
    auto: bool,
    /// Play the same trouble three times instead: nobody acts, somebody types
    /// the protocol's page, `stampede run`; what users felt, side by side.
    #[arg(long, conflicts_with = "stay")]
    compare: bool,
    /// Which of these are played: nothing, page, stampede.
    #[arg(long, value_name = "WAY,…", default_value = "nothing,page,stampede", value_delimiter = ',', requires = "compare", value_parser = ["nothing", "page", "stampede"])]
    ways: Vec<String>,
    /// How long each time may take after onset.
    #[arg(long, value_name = "TIME", default_value = "110s", value_parser = text::parse_duration)]
    arm_limit: Duration,
    /// Once users have it back, wait until `stampede run` has ended, too.
    #[arg(long)]
    to_the_end: bool,
    /// When the three phases of the page are typed, after onset.
    #[arg(long, value_name = "TIME,TIME,TIME", default_value = "30s,60s,90s", value_delimiter = ',', requires = "compare", value_parser = text::parse_duration)]
    page_waits: Vec<Duration>,
    /// The application has no breaker (the key that `break flag` sets).
    #[arg(long)]
    pub(super) no_breaker: bool,
    /// The same seed gives the same users, lifetimes and trouble.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// Write the figures, second by second, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Draw what users felt, as SVG.
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// Keep the practice: its score, what was done, and every second of it, as
    /// JSON; in a file *.csv what the application sees of itself, twice a second.
    #[arg(long, value_name = "FILE", requires = "stay")]
    pub(super) record: Option<PathBuf>,
    /// Show practices that were kept with --record, side by side.
    #[arg(long, value_name = "FILE", num_args = 1.., exclusive = true)]
    score: Vec<PathBuf>,
}

impl Args {
    /// Whether somebody practises, who ends it.
    pub(super) fn practises(&self) -> bool {
        self.stay && self.scenario.is_some()
    }
}

/// Practises, until it is asked to `stop`.
pub async fn practise(ui: &Ui, global: &Global, args: &Args, stop: Stop) -> Result<Exit, Failure> {
    let scenario = scenarios::playable(global, args.scenario.as_deref().unwrap_or_default())?;
    practice::run(ui, args, scenario, stop).await
}

/// Runs `drill`. Exit code 4 when a measurement was not called what it was.
pub async fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    if !args.score.is_empty() {
        return practice::compare(ui, &args.score);
    }
    let name = match (&args.command, &args.scenario) {
        (Some(command), None) => return scenarios::run(ui, global, command),
        (None, None) => return scenarios::list(ui, global, Default::default()),
        (None, Some(name)) => name,
        (Some(_), Some(name)) => {
            let message = format!("a command of `drill` stands alone, without {}", text::escape(name));
            return Err(Failure::new(FailureKind::Usage, message));
        }
    };
    let scenario = scenarios::playable(global, name)?;
    lab::has_room()?;
    if args.auto || args.compare {
        return compare(ui, args, &scenario).await;
    }
    let progress = ui.progress("starting servers");
    let say = progress.teller();
    let say = Arc::new(move |message: &str| say.say(message));
    let options = Options { ttl: args.ttl, seed: args.seed, breaker: !args.no_breaker, ..Options::default() };
    let drill = Drill::start(scenario.clone(), &options, say).await.map_err(lab::or_full)?;
    progress.finish();
    let result = rehearse(ui, args, &scenario, &drill).await;
    let result = result.and_then(|exit| drill.as_it_should().map(|()| exit));
    // Everything is taken down before the last word, whatever came of it.
    drill.stop().await;
    result
}

/// The same trouble, met in different ways. Exit code 4 when a way of this program has not given users back what they had.
async fn compare(ui: &Ui, args: &Args, scenario: &Arc<Scenario>) -> Result<Exit, Failure> {
    let mut options =
        Options { ttl: args.ttl, seed: args.seed, breaker: !args.no_breaker, ..Options::default() };
    options.limit += args.arm_limit;
    let waits = <[Duration; 3]>::try_from(args.page_waits.clone()).map_err(|_| {
        Failure::new(FailureKind::Usage, "--page-waits: the page has three phases: 30s,60s,90s")
    })?;
    let is_played = |way: &Way| !args.compare || args.ways.iter().any(|name| name == way.name());
    let all = [Way::Nothing, Way::Page(waits), Way::Stampede];
    let all = if args.compare { &all[..] } else { &all[2..] };
    let ways: Vec<Way> = all.iter().copied().filter(is_played).collect();
    answer(ui, &format!("drill {}\n   {}\n", scenario.name, scenario.summary))?;
    let mut arms = Vec::new();
    for (at, way) in ways.iter().enumerate() {
        let title = format!("{} ({} of {})", way.name(), at + 1, ways.len());
        let progress = ui.progress(&title);
        let teller = progress.teller();
        let say = Arc::new(move |message: &str| teller.say(&format!("{title}: {message}")));
        let arm = play(scenario, *way, &options, (args.arm_limit, args.to_the_end), say).await;
        progress.finish();
        arms.push(arm?);
    }
    let compared = Compared {
        scenario: &scenario.name,
        seed: args.seed,
        breaker: !args.no_breaker,
        limit: args.arm_limit,
        arms: &arms,
    };
    let kept = |path: &Option<PathBuf>, text: &dyn Fn() -> String| match path {
        Some(path) => {
            let cannot = || format!("cannot write {}", text::escape(&path.display().to_string()));
            std::fs::write(path, text()).with_context(cannot)
        }
        None => Ok(()),
    };
    kept(&args.report, &|| format!("{:#}\n", compared.document()))?;
    kept(&args.chart, &|| compared.chart().to_string())?;
    answer(ui, &compared.as_text())?;
    let well = match arms.iter().find(|arm| arm.way == Way::Stampede) {
        // Of a look-alike the right answer is no act at all.
        Some(arm) if scenario.leave_alone => arm.acts.is_empty(),
        Some(arm) => arm.recovered.is_some() && !arm.relapsed,
        None => true,
    };
    Ok(if well { Exit::Ok } else { Exit::Failed })
}

/// Looks at most until it is healthy before the trouble.
const LOOKS: u32 = 4;

async fn rehearse(ui: &Ui, args: &Args, scenario: &Scenario, drill: &Drill) -> Result<Exit, Failure> {
    let settings = drill.settings();
    let mut survey = Survey::new(&settings.targets);
    let look = look(args);
    answer(ui, &format!("drill {}\n   {}\n", scenario.name, scenario.summary))?;
    let (truth, healthy) = healthy(ui, drill, &settings, &mut survey, &look).await?;
    answer(
        ui,
        &format!("\n1. before\n{}\n{}\n", application(&truth), report(&healthy, args).brief(ui.style())),
    )?;
    // What was not healthy is not what is usual.
    let quiet = healthy.reports.iter().filter(|_| healthy.verdict.pattern == Pattern::Healthy);
    let records: Vec<Record> = quiet.filter_map(|report| history::record(healthy.at, report)).collect();

    let truth = waiting(ui, "the trouble begins", drill.trigger()).await?;
    let trouble = measure(ui, &settings, &mut survey, look, &records).await;
    let text = report(&trouble, args).render(Format::Table, ui.style());
    answer(ui, &format!("\n2. the stampede\n{}\n{text}", application(&truth)))?;

    let wrong: Vec<String> = [(&healthy, Pattern::Healthy), (&trouble, scenario.pattern)]
        .into_iter()
        .filter(|(measured, pattern)| measured.verdict.pattern != *pattern)
        .map(|(measured, pattern)| {
            format!("{} was called {}", pattern.words(), measured.verdict.pattern.words())
        })
        .collect();
    if wrong.is_empty() {
        let words = format!("\n3. both diagnosed correctly: healthy, then {}\n", scenario.pattern.words());
        return answer(ui, &words);
    }
    Err(Failure::new(FailureKind::Failed, format!("the diagnosis was wrong: {}", wrong.join(", ")))
        .hint("on a very slow machine the load may not be what it should be; run it again with --window 5s"))
}

/// What is looked at.
pub(super) fn look(args: &Args) -> Look {
    Look {
        parts: vec![Part::Cache, Part::Database, Part::Hotkeys, Part::Ttl],
        window: args.window,
        timeout: Duration::from_secs(10),
        samples: 2_000,
        since: None,
        say: Arc::new(|_| {}),
        seen: None,
    }
}

/// Waits until the stage is healthy, and measures it.
pub(super) async fn healthy(
    ui: &Ui,
    drill: &Drill,
    settings: &Settings,
    survey: &mut Survey,
    look: &Look,
) -> Result<(Truth, Measurement), Failure> {
    // Keys that were set together still expire in waves for a while.
    let mut left = LOOKS;
    loop {
        let truth = waiting(ui, "the application warms up", drill.healthy()).await?;
        let healthy = measure(ui, settings, survey, look.clone(), &[]).await;
        left -= 1;
        if healthy.verdict.pattern == Pattern::Healthy || left == 0 {
            return Ok((truth, healthy));
        }
    }
}

/// Writes down what the application sees of itself; never ends by itself.
pub(super) async fn record(path: Option<PathBuf>, drill: &Drill) -> Result<Infallible, Failure> {
    let Some(path) = path else { return std::future::pending().await };
    let cannot = || format!("cannot write {}", text::escape(&path.display().to_string()));
    let mut file = File::create(&path).with_context(cannot)?;
    writeln!(file, "seconds,requests,hit_ratio,mysql_running,postgres_running,failures,latency_ms")
        .with_context(cannot)?;
    let began = clock::instant();
    loop {
        let truth = drill.truth();
        let ratio = truth.hit_ratio.map(|ratio| format!("{ratio:.4}")).unwrap_or_default();
        writeln!(
            file,
            "{:.1},{:.1},{ratio},{},{},{:.1},{:.1}",
            began.elapsed().as_secs_f64(),
            truth.requests,
            truth.mysql_running,
            truth.postgres_running,
            truth.failures,
            truth.latency.as_secs_f64() * 1e3,
        )
        .with_context(cannot)?;
        clock::sleep(TWICE_A_SECOND).await;
    }
}

async fn waiting<T>(ui: &Ui, words: &str, what: impl Future<Output = T>) -> T {
    let progress = ui.progress(words);
    let result = what.await;
    progress.finish();
    result
}

fn report<'a>(measured: &'a Measurement, args: &Args) -> Report<'a> {
    Report {
        verdict: &measured.verdict,
        reports: &measured.reports,
        at: measured.at,
        window: args.window,
        sources: &[],
        notes: &[],
        listings: false,
        detail: false,
        replay: None,
    }
}

/// What the application says of itself, to hold against the diagnosis.
pub(super) fn application(truth: &Truth) -> String {
    format!(
        "   the application itself: {} requests/s in {} each, {} hits,\n   {} + {} statements running, {} errors/s",
        text::count(truth.requests),
        text::duration(truth.latency),
        truth.hit_ratio.map_or_else(|| "?".to_owned(), text::percent),
        truth.mysql_running,
        truth.postgres_running,
        text::count(truth.failures),
    )
}
