//! What a phase will be refused, said before its first step (S25): at the third step there is no time to ask for a right.

use std::time::Duration;

use crate::action::Phase;
use crate::error::{Failure, TargetError};
use crate::observation::Kind;
use crate::playbook::{self, Bound, Offer};
use crate::runner::Pick;
use crate::runner::Runner;
use crate::runner::phase::Turn;

/// Longest time for all of it: what does not answer by then does not keep the first step waiting.
const PATIENCE: Duration = Duration::from_secs(1);

impl Runner {
    /// Says of each step that is offered whether a right is missing for it. Its own turn says so again, and is blocked.
    pub(super) async fn preflight(
        &mut self,
        bound: &Bound,
        phase: Phase,
        pick: &Pick,
        seen: &playbook::Measurement,
    ) -> Result<(), Failure> {
        let kinds = self.fleet.kinds();
        let steps: Vec<&playbook::Step> = bound
            .phase(phase)
            .flat_map(|stage| &stage.steps)
            .filter(|step| step.act.kind == Kind::Kubernetes && pick.takes(&step.id))
            .filter(|step| matches!(step.offer(seen, &kinds), Offer::Offered(_)))
            .collect();
        let mut targets = Vec::new();
        for step in steps {
            for turn in self.turns(step)? {
                targets.push(turn);
            }
        }
        let asked = async {
            for turn in targets {
                if let Ok(Some(words)) = self.privileges(&turn).await? {
                    self.operator.note(&format!("{}: {words}", turn.id));
                }
            }
            Ok::<(), Failure>(())
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Ok(()))
    }

    /// Why a turn would be refused. The inner error: its target does not answer, which its own turn will say.
    async fn privileges(&mut self, turn: &Turn<'_>) -> Result<Result<Option<String>, TargetError>, Failure> {
        let connection = self.fleet.connection(&turn.target)?;
        if let Err(error) = connection.reach(&self.operator).await {
            return Ok(Err(error));
        }
        let refusal = turn.spec.action.preflight(&turn.step.with, &mut connection.session).await;
        Ok(refusal.map(|refusal| refusal.map(|it| format!("{}; {}", it.words(), it.unblock))))
    }
}
