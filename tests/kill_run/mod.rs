//! `kill -9` of the real binary at random instants of a whole `run` under load, on a Redis, a MariaDB and a PostgreSQL: what
//! `status` says in between is so, and after `undo` the world is what it was.
//!
//! `STAMPEDE_KILLS=200` kills that often, without it a few times; `STAMPEDE_SEED=N` does what a run that failed did.

mod load;
mod stage;
mod words;

use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;

use crate::support::binary::{End, Ended, Home};
use stage::{CONFIRMED, Stage, World};

/// Places that are killed at, at the same time: most of a run is the window of its measurements.
const PLACES: usize = 6;
/// After an event of the journal, within this: several writes fit in.
const AFTER_A_RECORD: Duration = Duration::from_millis(30);

const PLAYBOOK: &str = "\
version: 1
name: whole-run
summary: What break, protect and recover put in place on all three.
phases:
  break:
    budget: 60s
    steps:
      - { id: raise, action: redis.maxclients, with: { value: 700 } }
      - { id: memory, action: redis.maxmemory, with: { value: 300mb } }
      - { id: freeze, action: redis.freeze, with: { pattern: 'page:*', by: 10m, rate: 4000 } }
      - { id: idle, action: redis.timeout, with: { value: 120s } }
      - { id: breaker, action: redis.flag, with: { name: breaker, ttl: 10m } }
      - { id: hold, action: redis.lock, with: { keys: ['page:1', 'page:2'], hold: true, ttl: 600s } }
  protect:
    budget: 90s
    steps:
      - { id: room, action: mysql.max-connections, with: { value: 150 } }
      - { id: limit, action: mysql.user-limit, with: { account: app, to: 5 } }
      - { id: stop-writes, action: mysql.read-only }
      - { id: sessions, action: postgres.connection-limit, with: { account: app, to: 6 } }
      - { id: stop-writes-too, action: postgres.read-only }
  recover:
    stages:
      - id: spread
        until: 10m
        steps:
          - { id: spread, action: redis.stagger, with: { pattern: 'user:*', over: 10m, no_throttle: true } }
          - { id: longer, action: redis.ttl, with: { raise: true, pattern: 'item:*', by: 15m, no_throttle: true } }
          - { id: traffic, action: redis.ramp, with: { key: 'app:traffic', steps: '5,50', hold: 2s } }
";

/// What was seen at all places.
#[derive(Default)]
struct Seen {
    /// Kills of a run, those that came when it had ended by itself, and kills of what put back or went on.
    runs: usize,
    late: usize,
    again: usize,
    /// Of the kills: before the first record, with something of ours in the world, and with a step whose end nobody knew.
    early: usize,
    in_effect: usize,
    in_doubt: usize,
    /// How often `status` was compared with the world, and how many words about a step that was.
    looks: usize,
    words: usize,
    /// What was not as it should be.
    differences: Vec<String>,
    untrue: Vec<String>,
}

impl Seen {
    fn and(mut self, other: Self) -> Self {
        self.runs += other.runs;
        self.late += other.late;
        self.again += other.again;
        self.early += other.early;
        self.in_effect += other.in_effect;
        self.in_doubt += other.in_doubt;
        self.looks += other.looks;
        self.words += other.words;
        self.differences.extend(other.differences);
        self.untrue.extend(other.untrue);
        self
    }

    fn faults(&self) -> usize {
        self.differences.len() + self.untrue.len()
    }
}

/// How a killed run is brought to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// At once.
    Undo,
    /// By an undo that is killed too.
    KilledUndo,
    /// By an undo in order that is killed too.
    KilledLift,
    /// Gone on with, and killed again.
    Again,
}

const THEN: [Then; 6] =
    [Then::Undo, Then::Undo, Then::KilledUndo, Then::KilledUndo, Then::KilledLift, Then::Again];
const RUN: &[&str] = &["run", "./whole.yaml", "--yes", "--no-watch"];
const UNDO: &[&str] = &["undo", "--yes", "--no-watch"];
const LIFT: &[&str] = &["recover", "undo", "--windows", "1", "--window", "1s", "--yes"];

/// One place until it was killed at so often.
async fn place(kills: usize, seed: u64) -> Seen {
    let mut random = Rng::with_seed(seed);
    let mut seen = Seen::default();
    let mut stage = Stage::set().await;
    // How long it takes when nobody kills it, and how many records it writes.
    let home = stage.home();
    let began = stampede::clock::instant();
    let ended = run(&home, RUN).await;
    let whole = began.elapsed();
    assert_eq!(ended.end, End::Code(0), "undisturbed: {ended}");
    let records = home.journal().lines().count();
    put_back(&stage, &home, &mut seen, "undisturbed").await;
    assert_eq!(seen.faults(), 0, "undisturbed: {:?}{:?}", seen.differences, seen.untrue);

    let mut round = 0;
    while seen.runs < kills {
        round += 1;
        let (home, faults) = (stage.home(), seen.faults());
        let then = THEN[random.usize(0..THEN.len())];
        let instant = Instant::any(&mut random, whole, 0..records + 3);
        let what = format!("STAMPEDE_SEED={seed}, round {round}: run killed {instant:?}, then {then:?}");
        match killed(&home, RUN, instant).await {
            true => seen.runs += 1,
            false => seen.late += 1,
        }
        seen.early += usize::from(home.journal().is_empty());
        let left = look(&stage, &home, &mut seen, &what).await;
        let written = home.journal().lines().count();
        // It takes hold, and puts back with two records each.
        let undoing = written..written + 2 + 2 * left;
        let more = match then {
            Then::Undo => None,
            Then::KilledUndo => Some((UNDO, Instant::any(&mut random, whole / 4, undoing))),
            Then::KilledLift => Some((LIFT, Instant::any(&mut random, whole / 2, undoing))),
            Then::Again => Some((RUN, Instant::any(&mut random, whole, written..written + records))),
        };
        if let Some((args, instant)) = more {
            let what = format!("{what}; {} killed {instant:?}", args[..2].join(" "));
            seen.again += usize::from(killed(&home, args, instant).await);
            look(&stage, &home, &mut seen, &what).await;
        }
        put_back(&stage, &home, &mut seen, &what).await;
        // What was left behind would be found again in every round from here on.
        if seen.faults() > faults {
            std::mem::replace(&mut stage, Stage::set().await).end().await;
        }
    }
    stage.end().await;
    seen
}

/// When it is killed.
#[derive(Clone, Copy, Debug)]
enum Instant {
    /// So long after it was started.
    After(Duration),
    /// So long after the journal has so many records.
    Record(usize, Duration),
}

impl Instant {
    /// One time in four anywhere in `whole`, which is mostly in a measurement; else near a record.
    fn any(random: &mut Rng, whole: Duration, records: std::ops::Range<usize>) -> Self {
        if random.u8(0..4) == 0 {
            Self::After(whole.mul_f64(1.1 * random.f64()))
        } else {
            Self::Record(random.usize(records), AFTER_A_RECORD.mul_f64(random.f64() * random.f64()))
        }
    }
}

async fn run(home: &Home, args: &[&str]) -> Ended {
    home.stampede(args.iter().chain(&CONFIRMED)).spawn().wait().await
}

/// Starts it and kills it; says whether it was still running.
async fn killed(home: &Home, args: &[&str], instant: Instant) -> bool {
    let mut running = home.stampede(args.iter().chain(&CONFIRMED)).spawn();
    match instant {
        Instant::After(while_) => stampede::clock::sleep(while_).await,
        Instant::Record(records, and) => {
            while home.journal().lines().count() < records && !running.is_over() {
                stampede::clock::sleep(Duration::from_micros(500)).await;
            }
            stampede::clock::sleep(and).await;
        }
    }
    let ended = if running.is_over() { running.wait().await } else { running.kill().await };
    matches!(ended.end, End::Signal(_))
}

/// Compares what `status` says with the world. Says how many steps it says are, or may be, in effect.
async fn look(stage: &Stage, home: &Home, seen: &mut Seen, what: &str) -> usize {
    let was = stage.differences().await;
    let status = home.stampede(["status", "-o", "json"]).spawn().wait().await;
    // What was sent before the kill may arrive at any moment: a word is untrue when it was so at neither.
    let is = stage.differences().await;
    let judged = words::judge(&status.stdout, &was, &is);
    seen.looks += 1;
    seen.words += judged.words;
    seen.in_effect += usize::from(!is.is_empty());
    seen.in_doubt += usize::from(judged.in_doubt);
    if !judged.untrue.is_empty() {
        let why = judged.untrue.join("\n  ");
        let world = World { was, is };
        seen.untrue.push(format!("{what}\n  {why}\n{world}{status}\n{}", home.journal()));
    }
    judged.in_effect.unwrap_or_default()
}

/// Undoes, after which nothing may be different, and `status` must say so.
async fn put_back(stage: &Stage, home: &Home, seen: &mut Seen, what: &str) {
    let undone = run(home, UNDO).await;
    let differences = stage.differences().await;
    let status = home.stampede(["status", "-o", "json"]).spawn().wait().await;
    let judged = words::judge(&status.stdout, &differences, &differences);
    if undone.end != End::Code(0)
        || !differences.is_empty()
        || judged.in_effect != Some(0)
        || !judged.untrue.is_empty()
    {
        let journal = home.journal();
        seen.differences.push(format!("{what}\n  {}\n{undone}{status}\n{journal}", differences.join("\n  ")));
    }
}

#[expect(clippy::print_stdout, reason = "what was seen is what a run by hand is for")]
#[tokio::test(flavor = "multi_thread")]
async fn s26_a_whole_run_on_three_servers_is_killed_at_random_instants_under_load() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let kills = usize::try_from(number("STAMPEDE_KILLS").unwrap_or(6)).unwrap();
    let seed = number("STAMPEDE_SEED");
    // A seed is that of one place.
    let places = if seed.is_some() { 1 } else { kills.div_ceil(2).clamp(1, PLACES) };
    let seeds = (0..places).map(|_| seed.unwrap_or_else(|| fastrand::u64(..)));
    let places = seeds.map(|seed| tokio::spawn(place(kills.div_ceil(places), seed)));
    let all = join_all(places.collect::<Vec<_>>()).await;
    let seen = all.into_iter().map(|seen| seen.unwrap()).fold(Seen::default(), Seen::and);
    println!(
        "{} kills of a run ({} before its first record), {} of an undo or a second run, {} runs looked at after their end; \
         status was compared with the world {} times ({} with something of ours in place, {} with a step in doubt), \
         {} words about steps; {} differences after undo, {} untrue words",
        seen.runs,
        seen.early,
        seen.again,
        seen.late,
        seen.looks,
        seen.in_effect,
        seen.in_doubt,
        seen.words,
        seen.differences.len(),
        seen.untrue.len()
    );
    assert_eq!(seen.faults(), 0, "{}\n{}", seen.differences.join("\n\n"), seen.untrue.join("\n\n"));
    assert!(seen.in_effect > 0, "nothing was ever in place: the test sees too little");
}
