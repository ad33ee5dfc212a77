//! The simulator against the drill: the same users, pages and expiry, once as events and once on real servers. What they come to
//! differs by chance, too: both are drawn.

use std::time::Duration;

use stampede::clock;
use stampede::drill::scenario::spec::{Arrivals, Cost, Form, Popularity, What};
use stampede::drill::{Drill, Scenario};
use stampede::simulate::{Model, Outcome, Protection, Trigger, run};

use crate::drill::stage::{milliseconds, quiet, requests, seconds, start};
use crate::simulate::model;
use crate::support::PATIENCE;

const RATE: f64 = 300.0;
const PAGES: u32 = 300;
const ZIPF: f64 = 0.9;
const REBUILD: Duration = milliseconds(400);
const TTL: Duration = seconds(3_600);
/// It is over when no more than this share of the requests needs a rebuild, over so many seconds.
const FEW: f64 = 0.02;
const OVER: f64 = 5.0;
/// Expiries before those that are measured open the connections, which is no part of the model. One follows the other before those
/// are closed again.
const OPENING: usize = 2;
const MEASURED: usize = 3;
/// How far they may be apart.
const APART: f64 = 0.25;

/// What an expiry of all pages comes to.
#[derive(Debug)]
struct Came {
    /// The most rebuilds at once.
    peak: f64,
    /// Until it is over, in seconds.
    over: f64,
}

/// The same for the application of the drill.
fn scenario(protection: &[Form]) -> Scenario {
    quiet(|scenario| {
        scenario.users.rate = RATE;
        scenario.users.arrivals = Arrivals::Poisson;
        (scenario.pages.count, scenario.pages.ttl) = (PAGES, TTL);
        (scenario.pages.popularity, scenario.pages.hot) = (Popularity::Zipf(ZIPF), None);
        // Nobody holds anybody up, and nobody waits for a connection.
        scenario.cost = Cost { rebuild: REBUILD, copies: 1e6, timeout: seconds(10) };
        (scenario.application.servers, scenario.application.database_pool) = (2, 80);
        // A request keeps its connection to the cache while it waits for a lock.
        (scenario.application.workers, scenario.application.cache_pool) = (1_000, 300);
        scenario.application.timeout = seconds(10);
        scenario.application.protection = protection.to_vec();
    })
}

/// One expiry after the other.
async fn on_real_servers(protection: &[Form]) -> Vec<Came> {
    let drill = start(scenario(protection)).await;
    requests(&drill, 600).await;
    let mut all = Vec::new();
    for _ in 0..OPENING + MEASURED {
        all.push(expiry(&drill).await);
    }
    drill.stop().await;
    all.split_off(OPENING)
}

async fn expiry(drill: &Drill) -> Came {
    drill.happen(&What::Expire { share: 1.0, rest: Duration::ZERO }).await.unwrap();
    let (onset, patience) = (clock::instant(), clock::instant() + PATIENCE);
    let mut seen = vec![(0.0, drill.tally())];
    let mut peak = 0;
    loop {
        clock::sleep(milliseconds(10)).await;
        let truth = drill.truth();
        peak = peak.max(truth.mysql_running + truth.postgres_running);
        let at = onset.elapsed().as_secs_f64();
        let (now, from) = (drill.tally(), seen.partition_point(|(then, _)| *then <= at - OVER));
        seen.push((at, now));
        if let Some((over, then)) = from.checked_sub(1).map(|from| seen[from]) {
            let counted = now - then;
            if counted.rebuilds as f64 <= FEW * counted.requests as f64 {
                return Came { peak: peak as f64, over };
            }
        }
        assert!(clock::instant() < patience, "it is never over: {now:?}");
    }
}

fn as_events(protection: Protection, seed: u64) -> Came {
    let trigger_at = 10.0;
    let ran: Outcome = run(&Model {
        rate: RATE,
        keys: u64::from(PAGES),
        zipf: ZIPF,
        ttl: TTL.as_secs_f64(),
        rebuild: REBUILD.as_secs_f64(),
        database: 320,
        client_timeout: 10.0,
        protection,
        trigger: Trigger::Expire,
        trigger_at,
        length: 120.0,
        seed,
        ..model()
    })
    .unwrap();
    let after: Vec<_> = ran.steps.iter().filter(|step| step.from >= trigger_at).collect();
    let window = (OVER / ran.step).round() as usize;
    let few = after.windows(window).find(|steps| {
        let queries: u64 = steps.iter().map(|step| step.counts.queries).sum();
        let requests: u64 = steps.iter().map(|step| step.counts.requests).sum();
        queries as f64 <= FEW * requests as f64
    });
    let over = few.expect("it is over")[0].from - trigger_at;
    Came { peak: ran.after.peaks.rebuilds as f64, over }
}

type Figure = fn(&Came) -> f64;

fn median(came: &[Came], of: Figure) -> f64 {
    let mut all: Vec<f64> = came.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

async fn compare(forms: &[Form], protection: Protection) {
    let simulated: Vec<Came> = (1..=9).map(|seed| as_events(protection, seed)).collect();
    let real = on_real_servers(forms).await;
    let figures: [(&str, Figure); 2] =
        [("rebuilds at once", |came| came.peak), ("seconds until it is over", |came| came.over)];
    for (what, of) in figures {
        let (real, simulated) = (median(&real, of), median(&simulated, of));
        assert!(
            (real / simulated - 1.0).abs() <= APART,
            "{what}: {real} on real servers, {simulated} as events"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expiry_without_protection_is_the_same_on_real_servers() {
    compare(&[], Protection::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expiry_under_a_lock_is_the_same_on_real_servers() {
    compare(&[Form::Lock], Protection { lock: true, ..Protection::default() }).await;
}
