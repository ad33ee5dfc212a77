//! Telling those who look at the changed thing who did what, and why. It is told once what came of it is on disk; that it cannot be
//! told changes nothing.

use crate::action::{News, Spec};
use crate::approval::Approval;
use crate::change::{Change, Part};
use crate::runner::Runner;

impl Runner {
    /// Tells of a change, or that it was put back, at each of its parts. Who cannot be told is not tried again.
    pub(super) async fn announce(
        &mut self,
        (spec, parts): (&Spec, &[Part]),
        change: &Change,
        undone: bool,
        approval: &Approval,
    ) {
        // The images of a sweep are not read again for nothing.
        if !spec.is_announced() {
            return;
        }
        let target = &change.subject.name;
        let news = self.news(change, undone);
        let Some(connection) = self.fleet.connected(target).filter(|connection| !connection.untold) else {
            return;
        };
        for part in parts {
            let permit = approval.permit(&part.node);
            let told = spec.action.announce(part, &news, &mut connection.session, approval, permit).await;
            if let Err(error) = told {
                connection.untold = true;
                let what = match error.is_doubtful() {
                    true => "whether an Event on the object tells of it is not known",
                    false => "no Event on the object tells of it",
                };
                return self.operator.note(&format!("{what}: {error}"));
            }
        }
    }

    fn news(&self, change: &Change, undone: bool) -> News {
        let (by, incident) = (self.logbook.me.at(), self.name());
        let back = if undone { "put back: " } else { "" };
        let why = self.logbook.why().filter(|why| !why.is_empty()).map(|why| format!(": {why}"));
        let words =
            format!("{back}{} (by {by}, incident {incident}){}", change.summary, why.unwrap_or_default());
        News { undone, by, words }
    }
}
