//! The plan of a step: who the target is, what is hot there, and what the action would do.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::action::usual::Usual;
use crate::action::{Context, Earlier, HotKey, HotKeys, Needs, Owner, Phase, Planned};
use crate::config::Settings;
use crate::error::{Failure, TargetError};
use crate::history;
use crate::probe::hotkeys;
use crate::proof::Lead;
use crate::refill::list;
use crate::runner::{HOT_KEYS, Runner, Step};
use crate::system::{Line, Session, redis};

/// How long hot keys are looked for.
const HOT: Duration = Duration::from_secs(1);

/// What planning gave.
pub(super) struct Ready {
    pub hot: HotKeys,
    pub planned: Planned,
    /// Who led the target then (S13).
    pub lead: Lead,
}

/// What an action may know.
pub(super) fn context<'a>(
    settings: &'a Settings,
    lines: &'a BTreeMap<String, Line>,
    owner: &'a Owner,
    hot: &'a HotKeys,
    earlier: &'a [Earlier],
) -> Context<'a> {
    Context {
        facts: &settings.facts,
        remedies: &settings.remedies,
        owner,
        targets: &settings.targets,
        lines,
        hot,
        thresholds: &settings.thresholds,
        usual: None,
        earlier,
    }
}

impl Runner {
    /// Plans a step. The outer error ends everything; the inner one only this step.
    pub(super) async fn plan(&mut self, step: &Step) -> Result<Result<Ready, TargetError>, Failure> {
        let lead = match self.lead(&step.target).await? {
            Ok(lead) => lead,
            Err(error) => return Ok(Err(error)),
        };
        let hot = match step.spec.action.needs(&step.with) {
            Needs::Nothing => HotKeys::default(),
            needs => self.hot(&step.target, needs == Needs::HotKeys).await,
        };
        let owner = self.logbook.owner();
        let (connection, lines) = self.fleet.connection_and_lines(&step.target)?;
        let subject = match connection.identify(&self.operator).await {
            Ok(subject) => subject,
            Err(error) => return Ok(Err(error)),
        };
        let mut earlier = self.logbook.earlier(&subject);
        // Only what brings back asks who else has done so, and all journals are read for it.
        if step.spec.phase == Phase::Recover {
            earlier.extend(self.logbook.earlier_elsewhere(&subject));
        }
        let usual = history::statement_time(&self.options.records, &step.target, &subject.address);
        let usual = usual.map(|(time, source)| Usual { time, source });
        let context = Context { usual, ..context(&self.settings, lines, &owner, &hot, &earlier) };
        let planned = step
            .spec
            .action
            .plan(step.spec.name, &step.with, &context, &mut connection.session, subject)
            .await;
        Ok(planned.map(|planned| Ready { hot, planned, lead }))
    }

    /// Who leads a target now. The outer error ends everything; the inner one only this step.
    async fn lead(&mut self, target: &str) -> Result<Result<Lead, TargetError>, Failure> {
        let connection = self.fleet.connection(target)?;
        if let Err(error) = connection.reach(&self.operator).await {
            return Ok(Err(error));
        }
        Ok(connection.led(&self.operator).await.cloned())
    }

    /// The hottest keys of a target, when an action needs them; without any, why there are none.
    async fn hot(&mut self, target: &str, missing: bool) -> HotKeys {
        let saved = std::fs::read(self.logbook.store.evidence(&self.logbook.name).join(HOT_KEYS));
        let before = saved.map(|bytes| list::listed(&bytes)).unwrap_or_default();
        let missed = self.missed(target);
        let Ok(connection) = self.fleet.connection(target) else { return HotKeys::default() };
        if let Err(error) = connection.identify(&self.operator).await {
            return HotKeys { keys: Vec::new(), basis: error.message };
        }
        let Session::Redis(reader) = &mut connection.session else { return HotKeys::default() };
        let (keys, mut basis) =
            match hotkeys::hot(reader, &self.operator.dialling(target), missing, HOT).await {
                Ok(found) => found,
                Err(error) => return HotKeys { keys: Vec::new(), basis: error.message },
            };
        let hot = |key: hotkeys::Hot| HotKey { key: key.key, share: key.share, missing: key.missing };
        let mut keys: Vec<HotKey> = keys.into_iter().map(hot).collect();
        if missing {
            // What was heard to be missing, or was hot before the first change, and is gone by now is counted by nobody any more.
            let since = [(missed, "were asked for in vain"), (before, "were hot before the first change")];
            for (those, why) in since {
                let known: HashSet<&[u8]> = keys.iter().map(|key| key.key.as_slice()).collect();
                let gone = gone(reader, those.iter().filter(|one| !known.contains(one.key.as_slice()))).await;
                if !gone.is_empty() {
                    basis += &format!("; {} that {why} and are gone", gone.len());
                    keys.extend(gone);
                }
            }
        }
        HotKeys { keys, basis }
    }
}

/// Those of the keys that are not there.
async fn gone(reader: &mut redis::Reader, those: impl Iterator<Item = &list::Listed>) -> Vec<HotKey> {
    let those: Vec<&list::Listed> = those.collect();
    let Ok(left) = reader.ttls(those.iter().map(|one| one.key.as_slice())).await else { return Vec::new() };
    let gone = those.into_iter().zip(left).filter(|(_, left)| *left == -2);
    gone.map(|(one, _)| HotKey { key: one.key.clone(), share: one.share.unwrap_or(0.0), missing: true })
        .collect()
}
