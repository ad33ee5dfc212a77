//! Closing by a rule: who is silent for long enough is found before each wave, and looked at again right before the kill.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::action::redis::client_stats::{ClientStats, still_there};
use crate::action::redis::kill_idle::forecast::{self, Node};
use crate::action::redis::kill_idle::image::{Image, Rule, Victim};
use crate::action::{Recorder, tally};
use crate::approval::Permit;
use crate::change::Part;
use crate::clock;
use crate::error::TargetError;
use crate::system::redis::{Reply, Who, Write, Writer};

/// Connections that are found and recorded together.
const WAVE: usize = 100;
/// Connections that are looked at and closed together, and how often: 100 a second.
const BATCH: usize = 10;
const EVERY: Duration = Duration::from_millis(100);

/// What came of them, all nodes together.
#[derive(Default)]
pub(super) struct Waves {
    at_most: usize,
    closed: usize,
    used: usize,
    gone: usize,
    others: usize,
    stopped: bool,
    /// When the next batch may be sent.
    next: Option<Instant>,
}

impl Waves {
    /// Waves that have not begun.
    pub(super) fn new(images: &[(String, Image)]) -> Self {
        let at_most = images.iter().find_map(|(_, image)| match image {
            Image::Rule { rule } => Some(rule.at_most),
            Image::Wave { .. } => None,
        });
        Self { at_most: at_most.unwrap_or(0), ..Self::default() }
    }

    /// Closes who matches the rule on one node.
    pub(super) async fn close(
        &mut self,
        node: &str,
        rule: &Rule,
        writer: &mut Writer<'_>,
        record: &dyn Recorder,
    ) -> Result<(), TargetError> {
        // Those that were looked at, closed or not: each has its chance once.
        let mut seen = BTreeSet::new();
        loop {
            self.stopped |= record.stopping();
            let wave = match self.stopped || self.closed >= self.at_most {
                true => Vec::new(),
                false => self.wave(node, rule, writer, &seen).await?,
            };
            if wave.is_empty() {
                return Ok(());
            }
            seen.extend(wave.iter().map(|victim| victim.id));
            let image = Image::Wave { clients: wave.clone() };
            let permit = record.batch(Part::of(node, &rule.server, &image)?).await?;
            for batch in wave.chunks(BATCH) {
                if record.stopping() {
                    break;
                }
                clock::sleep_until(self.next.unwrap_or_else(clock::instant)).await;
                self.next = Some(clock::instant() + EVERY);
                self.batch(node, batch, writer, &permit).await?;
                record.progress(self.closed as u64, None);
            }
        }
    }

    /// Those of a node that are closed next, the longest silent of all nodes first; none where another server answers by now.
    async fn wave(
        &mut self,
        node: &str,
        rule: &Rule,
        writer: &mut Writer<'_>,
        seen: &BTreeSet<u64>,
    ) -> Result<Vec<Victim>, TargetError> {
        let mut nodes = Vec::new();
        for who in writer.reader.all().await? {
            if who.node == node && who.id != rule.server {
                self.others += 1;
                return Ok(Vec::new());
            }
            nodes.push(self.node(who, rule, writer, seen).await?);
        }
        forecast::longest(&mut nodes, self.at_most - self.closed);
        let here = nodes.into_iter().filter(|one| one.who.node == node).flat_map(|one| one.chosen);
        Ok(here.take(WAVE).map(|client| Victim::of(&client)).collect())
    }

    async fn node(
        &self,
        who: Who,
        rule: &Rule,
        writer: &mut Writer<'_>,
        seen: &BTreeSet<u64>,
    ) -> Result<Node, TargetError> {
        let client_stats = ClientStats::take(writer.reader, &who.node).await?;
        let mut node = Node::new(who, client_stats, rule.idle, rule.of.as_deref());
        node.chosen.retain(|client| !seen.contains(&client.id));
        Ok(node)
    }

    /// Looks at some once more, and closes those that nobody has used since.
    async fn batch(
        &mut self,
        node: &str,
        batch: &[Victim],
        writer: &mut Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<(), TargetError> {
        let ids: Vec<u64> = batch.iter().map(|victim| victim.id).collect();
        let now = still_there(writer.reader, node, &ids).await?;
        let same = |victim: &&Victim| now.iter().any(|client| victim.is(client));
        let connected = batch.iter().filter(|victim| now.iter().any(|client| client.id == victim.id)).count();
        let kills: Vec<Write<'_>> = batch.iter().filter(same).map(Victim::kill).collect();
        self.gone += batch.len() - connected;
        self.used += connected - kills.len();
        if kills.is_empty() {
            return Ok(());
        }
        for reply in writer.write(permit, node, &kills).await? {
            match reply {
                Reply::Error(text) => return Err(writer.reader.node(node).await?.meaning(&text)),
                // It went between the look and the kill.
                Reply::Int(0) => self.gone += 1,
                _ => self.closed += 1,
            }
        }
        Ok(())
    }

    /// What came of it.
    pub(super) fn said(&self) -> Vec<String> {
        let mut notes = tally(
            format!("{} closed, of at most {}", self.closed, self.at_most),
            &[
                (self.used, "were used again meanwhile, and spared"),
                (self.gone, "had gone by themselves"),
                (self.others, "of the nodes have restarted, or are other servers now: left alone"),
            ],
        );
        notes.extend(self.stopped.then(|| "the others are left as they are: stopped".into()));
        notes
    }
}
