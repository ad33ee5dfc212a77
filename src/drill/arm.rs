//! Playing one arm of a comparison: the same trouble on fresh servers, met in one way.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::clock;
use crate::drill::page::PHASES;
use crate::drill::scenario::spec::Scenario;
use crate::drill::{Drill, Options};
use crate::error::Failure;
use crate::felt::{Arm, Before, Feel, Second, Way, failed};

/// Between two looks at whether users have it back.
const LOOK: Duration = Duration::from_millis(500);
/// Longest wait for the end of what was told to stop.
const LEAVING: Duration = Duration::from_secs(20);

/// The exit code of a run that cannot tell what this is, and has done nothing (docs/exit-codes.md).
const REFUSED: i32 = 5;

/// Who does nothing looks at it for so long at most, in seconds.
const LOOKED_AT: f64 = 20.0;

/// Looks before the trouble, as of a team that has `stampede detect` run now and then: what they find healthy is recorded.
const QUIET_LOOKS: usize = 3;

/// What whoever meets it has done so far.
#[derive(Debug, Default)]
struct Log {
    /// When it was looked at, and the pattern that was named then; the page names none.
    looks: Vec<(f64, Option<String>)>,
    acts: Vec<(f64, String)>,
    skipped: Vec<String>,
    exit: Option<i32>,
}

/// Plays a scenario, met in one way, until users have it back or `limit` after onset; with `to_the_end` whoever meets it is waited
/// for then. Errors: servers that do not start; the trouble does not show.
pub async fn play(
    scenario: &Arc<Scenario>,
    way: Way,
    options: &Options,
    (limit, to_the_end): (Duration, bool),
    say: Arc<dyn Fn(&str) + Send + Sync>,
) -> Result<Arm, Failure> {
    let drill = Drill::start(scenario.clone(), options, say.clone()).await?;
    let arm = meet(&drill, way, (limit, to_the_end), &say).await;
    drill.stop().await;
    arm
}

async fn meet(
    drill: &Drill,
    way: Way,
    (limit, to_the_end): (Duration, bool),
    say: &Arc<dyn Fn(&str) + Send + Sync>,
) -> Result<Arm, Failure> {
    say("the application warms up");
    drill.healthy().await?;
    let folder = drill.leave_configuration()?;
    if matches!(way, Way::Nothing | Way::Stampede) {
        say("what is usual is recorded");
        for _ in 0..QUIET_LOOKS {
            quiet_look(&folder).await?;
        }
    }
    // The first seconds open connections.
    let seconds = drill.seconds();
    let before = Before::of(&seconds[seconds.len() / 3..]).context("the drill's application had no users")?;
    drill.set_off().await?;
    let scene = Scene { drill, onset: drill.now(), before, limit: limit.as_secs_f64(), say };
    let (log, mut child) = (Mutex::new(Log::default()), None);
    let meeting = async {
        match way {
            Way::Nothing => scene.looks_on(&folder, &log).await,
            Way::Page(at) => scene.types(&at, &log).await,
            Way::Stampede => scene.runs(&folder, &mut child, &log).await,
        }
    };
    let is_over = |trouble: &[Second]| before.recovered(trouble).is_some();
    let played = tokio::select! {
        () = scene.until(|trouble| !to_the_end && is_over(trouble)) => Ok(()),
        met = meeting => match met {
            Ok(()) => {
                scene.until(is_over).await;
                Ok(())
            }
            Err(error) => Err(error),
        },
    };
    leave(child).await;
    played?;
    drill.as_it_should()?;
    let log = log.into_inner().unwrap_or_else(PoisonError::into_inner);
    let trouble = scene.trouble();
    Ok(Arm {
        way,
        before,
        looks: log.looks,
        acted: log.acts.first().map(|(at, _)| *at),
        recovered: before.recovered(&trouble),
        failed: failed(&trouble),
        relapsed: before.relapsed(&trouble),
        acts: log.acts,
        exit: log.exit,
        skipped: log.skipped,
        left: drill.left_switched().await,
        trouble,
    })
}

/// The trouble, while it is met.
struct Scene<'a> {
    drill: &'a Drill,
    onset: f64,
    before: Before,
    /// Seconds after onset at which it ends, whatever it has come to.
    limit: f64,
    say: &'a Arc<dyn Fn(&str) + Send + Sync>,
}

impl Scene<'_> {
    /// Seconds since onset.
    fn now(&self) -> f64 {
        self.drill.now() - self.onset
    }

    /// What users have felt since onset; times count from there.
    fn trouble(&self) -> Vec<Second> {
        self.drill.seconds_since(self.onset)
    }

    /// Until it is over, or the limit. Says what users feel meanwhile.
    async fn until(&self, over: impl Fn(&[Second]) -> bool) {
        loop {
            let trouble = self.trouble();
            if self.now() >= self.limit || over(&trouble) {
                return;
            }
            if let Some(feel) = Feel::over(&trouble[trouble.len().saturating_sub(3)..]) {
                (self.say)(&format!("{:.0} s: {}", self.now(), feel.words(&self.before)));
            }
            clock::sleep(LOOK).await;
        }
    }

    /// Looks at it again and again until it is called what it is, for a while; does nothing about it.
    async fn looks_on(&self, folder: &Path, log: &Mutex<Log>) -> Result<(), Failure> {
        let wanted = self.drill.scenario().pattern.name();
        while self.now() < LOOKED_AT {
            let mut command = stampede(folder)?;
            let looked = command.args(["detect", "-o", "json"]).output().await;
            let looked = looked.context("cannot start `stampede detect`")?;
            let document: Value = serde_json::from_slice(&looked.stdout).unwrap_or_default();
            let pattern = document["pattern"].as_str().map(str::to_owned);
            let is_right = pattern.as_deref() == Some(wanted);
            note(log, |log| log.looks.push((self.now(), pattern)));
            if is_right {
                break;
            }
        }
        Ok(())
    }

    /// Types the page.
    async fn types(&self, at: &[Duration; 3], log: &Mutex<Log>) -> Result<(), Failure> {
        let shell = self.drill.shell()?;
        for (phase, at) in PHASES.iter().zip(at) {
            clock::sleep(Duration::from_secs_f64((at.as_secs_f64() - self.now()).max(0.0))).await;
            for line in *phase {
                let words = line.typed.lines().next().unwrap_or_default().to_owned();
                if !line.has_its_system() {
                    note(log, |log| log.skipped.push(words));
                    continue;
                }
                note(log, |log| {
                    if log.looks.is_empty() {
                        log.looks.push((self.now(), None));
                    }
                    log.acts.extend(line.acts.then(|| (self.now(), words)));
                });
                shell.types(line).await;
            }
        }
        Ok(())
    }

    /// Has this program run the playbook, and listens to what it says. Where it cannot tell yet what this is, it does nothing,
    /// and is run again.
    async fn runs(&self, folder: &Path, child: &mut Option<Child>, log: &Mutex<Log>) -> Result<(), Failure> {
        loop {
            let running = child.insert(run(folder, self.drill.scenario())?);
            let Some(said) = running.stdout.take() else { return Ok(()) };
            let mut lines = BufReader::new(said).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let Ok(event) = serde_json::from_str::<Value>(&line) else { continue };
                let step = event["step"].as_str().unwrap_or_default().to_owned();
                note(log, |log| match event["event"].as_str() {
                    Some("detected") => {
                        log.looks.push((self.now(), event["pattern"].as_str().map(str::to_owned)));
                    }
                    Some("intent") => log.acts.push((self.now(), step)),
                    _ => {}
                });
            }
            let ended = running.wait().await.context("cannot wait for `stampede run`")?;
            note(log, |log| log.exit = ended.code());
            let is_idle = log.lock().unwrap_or_else(PoisonError::into_inner).acts.is_empty();
            if ended.code() != Some(REFUSED) || !is_idle {
                return Ok(());
            }
        }
    }
}

fn note(log: &Mutex<Log>, write: impl FnOnce(&mut Log)) {
    write(&mut log.lock().unwrap_or_else(PoisonError::into_inner));
}

/// This program with the drill's configuration, and a state folder of its own.
fn stampede(folder: &Path) -> Result<Command, Failure> {
    let me = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(me);
    command.current_dir(folder).env("STAMPEDE_CONFIG", folder.join("stampede.yaml"));
    command.env("XDG_STATE_HOME", folder.join("state"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// Its `run` of the scenario's playbook.
fn run(folder: &Path, scenario: &Scenario) -> Result<Child, Failure> {
    let mut command = stampede(folder)?;
    command.arg("run").args(&scenario.playbook).args(["--yes", "--no-watch", "-o", "json"]);
    command.args(["redis", "mysql", "postgres"].into_iter().flat_map(|name| ["--confirm", name]));
    command.args(&scenario.run);
    Ok(command.spawn().context("cannot start `stampede run`")?)
}

/// Its `detect`, which records what is usual where it finds it healthy.
async fn quiet_look(folder: &Path) -> Result<(), Failure> {
    let mut command = stampede(folder)?;
    let ended = command.arg("detect").output().await;
    ended.context("cannot start `stampede detect`")?;
    Ok(())
}

/// Asks it to stop, and waits until it has.
async fn leave(child: Option<Child>) {
    let Some(mut child) = child else { return };
    if let Some(pid) = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) {
        _ = kill_process(pid, Signal::TERM);
    }
    if tokio::time::timeout(LEAVING, child.wait()).await.is_err() {
        _ = child.kill().await;
    }
}
