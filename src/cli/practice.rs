//! `stampede drill SCENARIO --stay`: the stage is a person's, and scored in the end.

use std::cell::Cell;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::drill::{Args, application, healthy, look, record};
use crate::cli::{answer, unheard};
use crate::clock;
use crate::diagnosis::Pattern;
use crate::drill::scenario::spec::Happening;
use crate::drill::{Drill, Live, Options, Over, Practice, Scenario};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::felt::{Row, Run, SCHEMA, Score};
use crate::history::History;
use crate::lab;
use crate::playbook::{self, DEFAULT, Playbook, SHIPPED};
use crate::probe::Survey;
use crate::runner::Stop;
use crate::text;
use crate::ui::{Ui, score};

/// Longest wait for somebody to be ready.
const READY: Duration = Duration::from_secs(10 * 60);
/// Between two lines of what users feel where nobody watches a terminal.
const PAUSE: f64 = 10.0;
/// What the name of a record of the application's gauges ends in.
const GAUGES: &str = "csv";

/// How a practice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Its time was over, or Enter was pressed.
    Over,
    /// Ctrl-C.
    Interrupted,
}

/// Plays it. Exit code 4 when users had not back what they had, 130 after Ctrl-C.
pub(super) async fn run(ui: &Ui, args: &Args, scenario: Arc<Scenario>, stop: Stop) -> Result<Exit, Failure> {
    let surprises = scenario.surprises.as_slice();
    Practice::can(surprises)?;
    lab::has_room()?;
    if let Some(path) = &args.record {
        is_writable(path)?;
    }
    let mut options =
        Options { ttl: args.ttl, seed: args.seed, breaker: !args.no_breaker, ..Options::default() };
    options.limit += args.limit + READY;
    answer(ui, &format!("drill {}\n   {}\n", scenario.name, scenario.summary))?;
    let progress = ui.progress("starting servers");
    let say = progress.teller();
    let say = Arc::new(move |message: &str| say.say(message));
    let drill = tokio::select! {
        drill = Drill::start(scenario.clone(), &options, say) => drill.map_err(lab::or_full)?,
        () = stop.wait() => return Ok(Exit::Interrupted),
    };
    progress.finish();
    let gauges = args.record.clone().filter(|path| is_of_gauges(path));
    let played = tokio::select! {
        played = play(ui, args, &drill, surprises, &stop) => played,
        recorded = record(gauges, &drill) => recorded.map(|never| match never {}),
    };
    let progress = ui.progress("taking the servers down");
    drill.stop().await;
    progress.finish();
    let Some((over, end)) = played? else { return Ok(Exit::Interrupted) };
    for name in &over.held {
        ui.note(&format!("incident {name} was still held by a running stampede: its servers are gone now"));
    }
    let run = run_of(args, &scenario, over);
    // Whoever has gone with their terminal finds it in the file.
    let kept = keep(args, &run);
    answer(ui, &format!("\n{}", score::one(&run)))?;
    kept?;
    Ok(match end {
        End::Interrupted => Exit::Interrupted,
        End::Over if run.score.recovered.seconds().is_some() && !run.score.second_stampede => Exit::Ok,
        End::Over => Exit::Failed,
    })
}

/// Everything that needs the servers. None: it was interrupted before the trouble began.
async fn play(
    ui: &Ui,
    args: &Args,
    drill: &Drill,
    surprises: &[Happening],
    stop: &Stop,
) -> Result<Option<(Over, End)>, Failure> {
    let folder = drill.leave_configuration()?;
    let state = folder.join("state");
    let playbook = playbook_of(drill.scenario())?;
    let ready = async {
        quiet_day(ui, args, drill, &state).await?;
        ui.forget();
        answer(ui, &yours(ui, args, drill.scenario(), &folder))?;
        if ui.attended() {
            tokio::select! {
                () = ui.enter() => {}
                () = clock::sleep(READY) => {}
            }
        }
        Ok::<_, Failure>(())
    };
    tokio::select! {
        ready = ready => ready?,
        () = stop.wait() => return Ok(None),
    }
    let practice = Practice::begin(drill, &state, surprises).await?;
    let end = Cell::new(End::Over);
    let is_back = Cell::new(false);
    let ended = async {
        tokio::select! {
            () = clock::sleep(args.limit) => {}
            () = enough(ui, &is_back) => {}
            () = stop.wait() => end.set(End::Interrupted),
        }
    };
    let progress = ui.progress("");
    let last = Cell::new(f64::NEG_INFINITY);
    practice
        .until(ended, |live| {
            if let Some(at) = live.back.filter(|_| !is_back.get()) {
                ui.say(&format!("users have it back since {at:.0} s; Ctrl-C or Enter ends it"));
            }
            is_back.set(live.back.is_some());
            // Lines that stay are for a log.
            if ui.talks() || live.at - last.get() >= PAUSE {
                last.set(live.at);
                progress.say(&line(live));
            }
        })
        .await;
    progress.finish();
    let over = practice.over(&playbook).await;
    Ok(Some((over, end.get())))
}

/// Waits until whoever sits there has had enough: Enter, twice where users have not back what they had.
async fn enough(ui: &Ui, is_back: &Cell<bool>) {
    ui.enter().await;
    if !is_back.get() {
        ui.say("users do not have it back yet: Enter again ends it all the same");
        ui.enter().await;
    }
}

/// What users feel, in one line.
fn line(live: &Live) -> String {
    let feel = live.feel.as_deref().unwrap_or("no request has ended yet");
    format!("{:.0} s: {feel}", live.at.max(0.0))
}

/// Measures while all is well, and leaves it to the operator's program as what is usual.
async fn quiet_day(ui: &Ui, args: &Args, drill: &Drill, state: &Path) -> Result<(), Failure> {
    let settings = drill.settings();
    let mut survey = Survey::new(&settings.targets);
    let (truth, calm) = healthy(ui, drill, &settings, &mut survey, &look(args)).await?;
    answer(ui, &format!("\nbefore\n{}\n", application(&truth)))?;
    let env = |name: &str| (name == "XDG_STATE_HOME").then(|| state.display().to_string());
    match History::in_state_folder(env).filter(|_| calm.verdict.pattern == Pattern::Healthy) {
        Some(history) => Ok(history.record(calm.at, &calm.reports)?),
        None => Ok(()),
    }
}

/// How to look and to act.
fn yours(ui: &Ui, args: &Args, scenario: &Scenario, folder: &Path) -> String {
    let shown = folder.display();
    let keys = format!("warm_keys={shown}/keys.txt");
    let given = scenario.run.iter().map(|word| if word == "warm_keys=keys.txt" { &keys } else { word });
    let run = scenario.playbook.iter().chain(given).map(|word| text::shell_word(word));
    let run = run.collect::<Vec<_>>().join(" ");
    let begins = match ui.attended() {
        true => "Enter here lets the trouble begin",
        false => "the trouble begins now",
    };
    format!(
        "\nyours, for {} or until Ctrl-C or Enter here; in another terminal:\n   \
         export STAMPEDE_CONFIG={shown}/stampede.yaml\n   \
         export XDG_STATE_HOME={shown}/state\n   stampede detect\n   \
         stampede run {run}\n   \
         afterwards: unset STAMPEDE_CONFIG XDG_STATE_HOME\n{begins}\n",
        text::duration(args.limit),
    )
}

/// The playbook that is best for it: its own, else the default one. Errors: its file has gone, or is not the one that it was.
fn playbook_of(scenario: &Scenario) -> Result<Playbook, Failure> {
    let name = scenario.playbook.as_deref().unwrap_or(DEFAULT);
    match SHIPPED.iter().find(|shipped| shipped.name == name) {
        Some(shipped) => Ok(playbook::parse(shipped.name, shipped.source.into())?),
        None => Ok(playbook::load_file(Path::new(name))?),
    }
}

fn run_of(args: &Args, scenario: &Scenario, over: Over) -> Run {
    let score = Score::of(&over.seen);
    Run {
        schema: SCHEMA.into(),
        scenario: scenario.name.clone(),
        seed: args.seed,
        ttl_s: args.ttl.unwrap_or(scenario.pages.ttl).as_secs_f64(),
        breaker: !args.no_breaker,
        onset: over.onset,
        lasted_s: over.seen.lasted,
        before: Row::of(-(over.calm.len() as f64), &over.calm),
        score,
        acts: over.seen.acts,
        seconds: over.seen.trouble.iter().map(Row::from).collect(),
    }
}

/// Whether a record is of the application's gauges, and not of the practice.
fn is_of_gauges(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case(GAUGES))
}

/// Writes the practice down where that is wanted.
fn keep(args: &Args, run: &Run) -> Result<(), Failure> {
    let Some(path) = args.record.as_ref().filter(|path| !is_of_gauges(path)) else { return Ok(()) };
    let text = serde_json::to_string_pretty(run).context("a practice is no JSON")?;
    fs::write(path, text + "\n").map_err(|error| unwritable(path, error.into()))
}

/// Whether a record can be written there: it would be too late to hear of it in half an hour. Leaves no file. Errors: why not.
fn is_writable(path: &Path) -> Result<(), Failure> {
    let tried = match path.exists() {
        true => OpenOptions::new().append(true).open(path).map(drop),
        false => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).map(drop)
        }
    };
    tried.map_err(|error| unwritable(path, error.into()))
}

fn unwritable(path: &Path, cause: anyhow::Error) -> Failure {
    Failure::because(FailureKind::Failed, cause.context(format!("cannot write {}", text::path(path))))
}

/// Shows practices that were kept, side by side. Errors: one is none (exit 64).
pub(super) fn compare(ui: &Ui, files: &[PathBuf]) -> Result<Exit, Failure> {
    let mut runs = Vec::new();
    for file in files {
        let name = text::path(file);
        let wrong = |cause: anyhow::Error| Failure::because(FailureKind::Usage, cause);
        let bytes = fs::read(file).with_context(|| format!("cannot read {name}")).map_err(wrong)?;
        let run = Run::read(&bytes).map_err(|why| {
            Failure::new(FailureKind::Usage, format!("{name} is no record of a practice: {why}"))
                .hint("a practice with --record writes one")
        })?;
        runs.push((
            file.file_name().map_or(name, |name| text::escape(&name.to_string_lossy()).into_owned()),
            run,
        ));
    }
    ui.answer(&score::side_by_side(&runs)).map_err(unheard)?;
    Ok(Exit::Ok)
}
