//! `stampede simulate`: what protections would do at a rate that no lab reaches.

mod given;
mod live;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::simulate::given::Chosen;
use crate::cli::simulate::live::{Known, Live, live};
use crate::cli::{Global, answer};
use crate::error::{Failure, FailureKind};
use crate::exit::Exit;
use crate::simulate::{self, Fault, Limit, Model, Outcome, Protection, Trigger};
use crate::text;
use crate::ui::simulate::{chart, limits, outcomes};
use crate::ui::{Format, Ui};

/// When it happens, unless that is said, in seconds; in a short run, after a fifth of it.
const TRIGGER_AT: f64 = 60.0;

/// Simulate: what protections would do at your rate, without any server.
///
/// A cache in front of a database, as events: misses, rebuilds, retries, queueing
/// and timeouts; hits are counted by their rate. The same --seed gives the same
/// outcome. Nothing is touched; only --from-live measures, as `detect` does.
/// Repeat --protect to compare.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede simulate --rate 5000/s --keys 100k --ttl 10m --rebuild 200ms \\
    --database 100 --protect none --protect lock,jitter --chart stampede.svg
  stampede simulate --rate 20k/s --keys 10M --ttl 1h --rebuild 50ms \\
    --database 100 --trigger drop:50% --retries 3 --find limit
  stampede simulate --from-live --rebuild 80ms --protect stale")]
pub struct Args {
    /// Requests: 1200/s, 100k/s, 6M/min.
    #[arg(long, value_name = "RATE", value_parser = given::rate)]
    rate: Option<f64>,
    /// Keys that are asked for: 500, 10k, 100M.
    #[arg(long, value_name = "N", value_parser = given::whole)]
    keys: Option<u64>,
    /// From the fill of a key to its expiry.
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    ttl: Option<Duration>,
    /// One rebuild, while the database is not overloaded.
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    rebuild: Option<Duration>,
    /// Connections of the database: so many rebuilds run at once, the others
    /// wait for one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    database: Option<u32>,
    /// Take what is not given from a measurement of now.
    #[arg(long)]
    from_live: bool,
    /// Time between the two samples of that measurement.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = text::parse_duration)]
    window: Duration,
    /// The exponent of Zipf's law; 0: all keys are asked for as often.
    #[arg(long, value_name = "S", default_value_t = 1.2)]
    zipf: f64,
    /// What keeps rebuilds few: none, or some of lock, early, jitter and stale
    /// with commas; repeat it to compare [default: none].
    #[arg(long, value_name = "WHAT", value_parser = given::protection)]
    protect: Vec<Chosen>,
    /// What happens: expire (all keys at once), flush, drop:SHARE (of the
    /// requests lose their value), hot (the hottest key expires), none.
    #[arg(long, value_name = "WHAT", default_value = "expire", value_parser = given::trigger)]
    trigger: Trigger,
    /// When it happens [default: after 60 s, or a fifth of a short run].
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    trigger_at: Option<Duration>,
    /// How long it is looked at.
    #[arg(long = "for", value_name = "TIME", default_value = "10m", value_parser = text::parse_duration)]
    length: Duration,
    /// So long a request waits for an answer.
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = text::parse_duration)]
    client_timeout: Duration,
    /// Further tries of a request that was not answered.
    #[arg(long, value_name = "N", default_value_t = 0)]
    retries: u32,
    /// Pause before the first of them; doubled before each further one.
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = text::parse_duration)]
    backoff: Duration,
    /// Draw each pause between nothing and its full length.
    #[arg(long)]
    backoff_jitter: bool,
    /// How far rebuilds differ: standard deviation / mean (log-normal).
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    spread: f64,
    /// Rebuilds that run at full speed at once; more share it [default: all].
    #[arg(long, value_name = "N")]
    cores: Option<u32>,
    /// The answer to a hit.
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = text::parse_duration)]
    hit_time: Duration,
    /// Of `jitter`: each TTL is longer or shorter by up to this share.
    #[arg(long, value_name = "SHARE", default_value = "10%", value_parser = given::share)]
    jitter: f64,
    /// Of `early` (XFetch): higher refreshes earlier.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    beta: f64,
    /// Of `stale`: so long an expired value is served [default: the TTL].
    #[arg(long, value_name = "TIME", value_parser = text::parse_duration)]
    grace: Option<Duration>,
    /// What chance begins with.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Look for something instead of showing one run.
    #[arg(long, value_name = "WHAT", value_enum)]
    find: Option<Find>,
    /// Draw the runs into this file (SVG); it is replaced.
    #[arg(long, value_name = "FILE", conflicts_with = "find")]
    chart: Option<PathBuf>,
    /// Form of the answer.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

/// What can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Find {
    /// The rate at which it does not recover any more, to 2 %.
    Limit,
}

/// Runs `simulate`.
pub fn run(ui: &Ui, global: &Global, args: &Args) -> Result<Exit, Failure> {
    let live = match args.from_live {
        true => match live(ui, global, args.window)? {
            Ok(live) => Some(live),
            Err(interrupted) => return Ok(interrupted),
        },
        false => None,
    };
    let model = model(args, live.as_ref())?;
    if args.from_live {
        ui.note(&format!(
            "measured or given: {}/s, {} keys, TTL {}, rebuild {}, {} connections",
            text::count(model.rate),
            text::count(model.keys as f64),
            text::duration(Duration::from_secs_f64(model.ttl)),
            text::duration(Duration::from_secs_f64(model.rebuild)),
            model.database
        ));
    }
    let arms: Vec<Model> = arms(args, &model).collect();
    for arm in &arms {
        arm.check().map_err(|fault| refused(&fault))?;
    }
    if args.find == Some(Find::Limit) {
        let found: Result<Vec<(Protection, Limit)>, Failure> =
            arms.iter().map(|arm| found(ui, arm)).collect();
        return answer(ui, &limits(&model, &found?, args.output));
    }
    let ran: Result<Vec<Outcome>, Failure> = arms.iter().map(|arm| simulated(ui, arm)).collect();
    let ran = ran?;
    if let Some(path) = &args.chart {
        fs::write(path, chart(&model, &ran).to_string())
            .with_context(|| format!("cannot write {}", text::path(path)))
            .map_err(|cause| Failure::because(FailureKind::Failed, cause))?;
    }
    answer(ui, &outcomes(&model, &ran, args.output))
}

fn simulated(ui: &Ui, model: &Model) -> Result<Outcome, Failure> {
    let progress =
        ui.progress(&if ui.talks() { format!("simulating {}", model.protection) } else { String::new() });
    let outcome = simulate::run(model).map_err(|fault| refused(&fault));
    progress.finish();
    outcome
}

fn found(ui: &Ui, model: &Model) -> Result<(Protection, Limit), Failure> {
    let progress = ui.progress("");
    let teller = progress.teller();
    let said = |rate: f64, bears: bool| {
        if ui.talks() {
            let what = if bears { "is borne" } else { "tips over" };
            teller.say(&format!("{}: {}/s {what}", model.protection, text::count(rate)));
        }
    };
    let limit = simulate::limit(model, said).map_err(|fault| refused(&fault));
    progress.finish();
    Ok((model.protection, limit?))
}

/// The model with each of the protections that are compared.
fn arms<'a>(args: &'a Args, model: &'a Model) -> impl Iterator<Item = Model> + 'a {
    let chosen = if args.protect.is_empty() { vec![Chosen::default()] } else { args.protect.clone() };
    chosen.into_iter().map(|chosen| Model {
        protection: Protection {
            lock: chosen.lock,
            early: chosen.early.then_some(args.beta),
            jitter: chosen.jitter.then_some(args.jitter),
            stale: chosen.stale.then(|| args.grace.map_or(model.ttl, |grace| grace.as_secs_f64())),
        },
        ..model.clone()
    })
}

/// What is given, and for the rest what was measured. Errors: a number is neither.
fn model(args: &Args, live: Option<&Live>) -> Result<Model, Failure> {
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    let length = args.length.as_secs_f64();
    Ok(Model {
        rate: number("rate", args.rate, live.map(|live| &live.rate))?,
        keys: number("keys", args.keys.map(|keys| keys as f64), live.map(|live| &live.keys))? as u64,
        zipf: args.zipf,
        ttl: number("ttl", seconds(args.ttl), live.map(|live| &live.ttl))?,
        hit_time: args.hit_time.as_secs_f64(),
        rebuild: number("rebuild", seconds(args.rebuild), live.map(|live| &live.rebuild))?,
        spread: args.spread,
        database: number("database", args.database.map(f64::from), live.map(|live| &live.database))? as u32,
        cores: args.cores,
        client_timeout: args.client_timeout.as_secs_f64(),
        retries: args.retries,
        backoff: args.backoff.as_secs_f64(),
        backoff_jitter: args.backoff_jitter,
        protection: Protection::default(),
        trigger: args.trigger,
        trigger_at: args.trigger_at.map_or(TRIGGER_AT.min(length / 5.0), |at| at.as_secs_f64()),
        length,
        seed: args.seed,
        // A TTL that is given is another one than what these have left of theirs.
        left: live.filter(|_| args.ttl.is_none()).map(|live| live.left.clone()).unwrap_or_default(),
    })
}

fn number(flag: &str, given: Option<f64>, measured: Option<&Known>) -> Result<f64, Failure> {
    match (given, measured) {
        (Some(given), _) | (None, Some(&Ok(given))) => Ok(given),
        (None, Some(Err(why))) => {
            let message = format!("--{flag} is not given, and not measured: {why}");
            Err(Failure::new(FailureKind::Usage, message).hint(format!("give it: --{flag} …")))
        }
        (None, None) => Err(Failure::new(FailureKind::Usage, format!("--{flag} is not given"))
            .hint("give it, or measure what runs now: stampede simulate --from-live")),
    }
}

fn refused(fault: &Fault) -> Failure {
    let flag = match fault.field {
        "length" => "for".to_owned(),
        field => field.replace('_', "-"),
    };
    Failure::new(FailureKind::Usage, format!("--{flag} has to be {}", fault.needs))
}
