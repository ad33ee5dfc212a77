//! How transactions end.

use crate::observation::Metric;
use crate::probe::database::findings::Findings;
use crate::text;

/// Transactions that a window must hold before their share means anything.
const SHARE_OF: f64 = 20.0;
/// Transactions before the window from which on their share is what is usual.
const USUAL_OF: f64 = 1_000.0;

/// Transactions since the statistics began, our own left out; none where the server does not count them.
pub(super) struct Transactions {
    pub(super) rolled_back: Option<f64>,
    /// Those among them.
    pub(super) ended: Option<f64>,
}

/// Says how many were rolled back in the window, and how many usually are; `words` are those of the share.
pub(super) fn report(
    findings: &mut Findings,
    (before, after): (&Transactions, &Transactions),
    seconds: f64,
    words: Option<String>,
) {
    let grown = |before: Option<f64>, after: Option<f64>| Some((after? - before?).max(0.0));
    let rolled_back = grown(before.rolled_back, after.rolled_back);
    findings.told(Metric::DatabaseRollbacks, rolled_back.map(|count| count / seconds));
    match rolled_back.zip(grown(before.ended, after.ended)) {
        Some((rolled_back, ended)) if ended >= SHARE_OF => {
            findings.known_as(Metric::DatabaseRollbackShare, (rolled_back / ended).min(1.0), words);
        }
        Some(_) => {
            findings.unknown(Metric::DatabaseRollbackShare, "too few transactions ended in the window");
        }
        None => findings.told(Metric::DatabaseRollbackShare, None),
    }
    // What was before the window: what is wrong now is not what is usual.
    match before.rolled_back.zip(before.ended) {
        Some((rolled_back, ended)) if ended >= USUAL_OF => {
            findings.known(Metric::DatabaseRollbackShareLifetime, (rolled_back / ended).min(1.0));
        }
        Some(_) => {
            let why = format!("fewer than {} transactions before", text::count(USUAL_OF));
            findings.unknown(Metric::DatabaseRollbackShareLifetime, why);
        }
        None => findings.told(Metric::DatabaseRollbackShareLifetime, None),
    }
}
