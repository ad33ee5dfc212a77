//! What is asked of PostgreSQL, and what the answers mean.
use crate::config::PostgresTarget;
use crate::error::TargetError;
use crate::probe::Look;
use crate::probe::database::findings::Findings;
use std::time::Instant;
pub(super) struct Seat {
    #[expect(dead_code, reason = "x")]
    target: PostgresTarget,
}
impl Seat {
    pub(super) fn new(target: PostgresTarget) -> Self {
        Self { target }
    }
    pub(super) fn close(&mut self) {}
    pub(super) async fn measure(
        &mut self,
        _l: &Look,
        _s: Instant,
        _f: &mut Findings,
    ) -> Result<(), TargetError> {
        Ok(())
    }
}
