//! The drill's fleet as a load generator: 20,000 cache reads a second in an open loop, with its servers on the same two cores.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use stampede::clock;
use stampede::drill::scenario::spec::{Arrivals, Pages, Popularity, Scenario, Users};
use stampede::drill::{Drill, Options, by_name};
use stampede::error::Failure;

use crate::stopwatch::{row, say};

const RATE: f64 = 20_000.0;
/// The connections open, and the allocator settles.
const BEFORE: Duration = Duration::from_secs(5);
const MEASURED: Duration = Duration::from_secs(60);

fn scenario() -> Option<Scenario> {
    let mut scenario = Arc::unwrap_or_clone(by_name("classic-expiry")?);
    scenario.trouble.clear();
    scenario.pages = Pages {
        count: 10_000,
        bytes: 200,
        ttl: Duration::from_secs(600),
        popularity: Popularity::Zipf(1.2),
        hot: None,
    };
    scenario.cost.rebuild = Duration::from_millis(20);
    scenario.users = Users { rate: RATE, arrivals: Arrivals::Poisson };
    Some(scenario)
}

pub async fn run() -> Result<(), Failure> {
    let Some(scenario) = scenario() else {
        say("| fleet | not run: its scenario is gone | | |");
        return Ok(());
    };
    let options = Options { limit: BEFORE + MEASURED + BEFORE, ..Options::default() };
    let drill = Drill::start(Arc::new(scenario), &options, Arc::new(|_| {})).await?;
    clock::sleep(BEFORE).await;
    let (users, counted) = (drill.punctuality(), drill.tally());
    let (busy, began) = (processor_time(), clock::instant());
    clock::sleep(MEASURED).await;
    let took = began.elapsed().as_secs_f64();
    let cores = (processor_time() - busy) / took;
    let (later, counted) = (drill.punctuality(), drill.tally() - counted);
    drill.stop().await;

    let (sent, put_off) = (later.sent - users.sent, later.put_off - users.put_off);
    let late = later.late - users.late + put_off;
    let share = late as f64 / (sent + put_off).max(1) as f64;
    let reads = (counted.hits + counted.misses) as f64 / took;
    row(
        &format!(
            "the drill's fleet: {RATE} cache reads/s for 60 s, Redis and the databases beside it: arrivals that are issued more than 10 ms late"
        ),
        &format!("{:.3} % of {}, at {reads:.0} reads/s", 100.0 * share, sent + put_off),
        "< 1 %",
        share < 0.01 && reads > 0.98 * RATE,
    );
    row("the same: processors that the fleet itself uses", &format!("{cores:.2}"), "<= 1", cores <= 1.0);
    say(&format!(
        "  {} misses, {} failures, {} turned away",
        counted.misses, counted.failures, counted.turned_away
    ));
    Ok(())
}

/// What this process has used of all processors, in seconds: the time of its threads, which the scheduler counts in nanoseconds.
fn processor_time() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let times = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    times.sum::<f64>() / 1e9
}
