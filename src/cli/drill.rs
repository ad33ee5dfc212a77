//! `stampede drill`: rehearse on real servers that it starts itself.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::builder::PossibleValuesParser;

use crate::cli::answer;
use crate::cli::measure::{Measured, measure};
use crate::diagnosis::Pattern;
use crate::drill::{Drill, Options, SCENARIOS, Scenario, Truth, by_name};
use crate::error::Failure;
use crate::exit::Exit;
use crate::history::{self, Record};
use crate::probe::{Look, Part, Survey};
use crate::text;
use crate::ui::Ui;
use crate::ui::detect::{Format, Report};

/// Rehearse: a real stampede on real servers, diagnosed.
///
/// Starts Redis, MariaDB and PostgreSQL on free loopback ports in a temporary
/// folder, puts an application load on them, measures, causes the trouble,
/// measures again, and takes everything down. Touches no other server.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: stampede drill classic-expiry")]
pub struct Args {
    /// What to rehearse [default: list the scenarios].
    #[arg(value_parser = PossibleValuesParser::new(SCENARIOS.iter().map(|scenario| scenario.name)))]
    scenario: Option<String>,
    /// Time between the two samples of a measurement.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = text::parse_duration)]
    window: Duration,
}

/// Runs `drill`. Exit code 4 when a measurement was not called what it was.
pub async fn run(ui: &Ui, args: &Args) -> Result<Exit, Failure> {
    let Some(scenario) = args.scenario.as_deref().and_then(by_name) else {
        return answer(ui, &list());
    };
    let progress = ui.progress("starting servers");
    let say = progress.clone();
    let say = Arc::new(move |message: &str| say.say(message));
    let drill = Drill::start(scenario, &Options::default(), say).await?;
    progress.finish();
    let result = rehearse(ui, args, scenario, &drill).await;
    // Everything is taken down before the last word, whatever came of it.
    drill.stop().await;
    result
}

async fn rehearse(ui: &Ui, args: &Args, scenario: &Scenario, drill: &Drill) -> Result<Exit, Failure> {
    let settings = drill.settings();
    let mut survey = Survey::new(&settings.targets);
    let look = Look {
        parts: vec![Part::Cache, Part::Database, Part::Hotkeys, Part::Ttl],
        window: args.window,
        timeout: Duration::from_secs(10),
        samples: 2_000,
        since: None,
        say: Arc::new(|_| {}),
    };
    answer(ui, &format!("drill {}\n   {}\n", scenario.name, scenario.summary))?;

    let truth = waiting(ui, "the application warms up", drill.healthy()).await?;
    let healthy = measure(ui, &settings, &mut survey, look.clone(), &[]).await;
    answer(
        ui,
        &format!("\n1. before\n{}\n{}\n", application(&truth), report(&healthy, args).brief(ui.style())),
    )?;
    let records: Vec<Record> =
        healthy.sightings.iter().filter_map(|sighting| history::record(healthy.at, sighting)).collect();

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
        let words =
            format!("\n3. both were called what they were: healthy, then {}\n", scenario.pattern.words());
        return answer(ui, &words);
    }
    Err(Failure::new(Exit::Failed, format!("the diagnosis was wrong: {}", wrong.join(", ")))
        .hint("on a very slow machine the load may not be what it should be; run it again with --window 5s"))
}

async fn waiting<T>(ui: &Ui, words: &str, what: impl Future<Output = T>) -> T {
    let progress = ui.progress(words);
    let result = what.await;
    progress.finish();
    result
}

fn report<'a>(measured: &'a Measured, args: &Args) -> Report<'a> {
    Report {
        verdict: &measured.verdict,
        sightings: &measured.sightings,
        at: measured.at,
        window: args.window,
        sources: &[],
        listings: false,
        replay: None,
    }
}

/// What the application says of itself, to hold against the diagnosis.
fn application(truth: &Truth) -> String {
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

fn list() -> String {
    SCENARIOS.iter().fold("scenarios:\n".to_owned(), |mut out, scenario| {
        _ = writeln!(out, "  {}\n      {}", scenario.name, scenario.summary);
        out
    })
}
