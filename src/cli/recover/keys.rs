//! `stampede recover keys`: what to warm and in which order. Looks only.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::acting::store;
use crate::cli::incident::wanted;
use crate::cli::only::only;
use crate::cli::{answer, file_or_input, unheard};
use crate::config::{RedisTarget, Settings, Target, TargetSpec};
use crate::error::{Failure, FailureKind, TargetError};
use crate::exit::Exit;
use crate::observation::Kind;
use crate::probe::hotkeys;
use crate::refill::list::{Listed, listed};
use crate::runner::HOT_KEYS;
use crate::system::Dialling;
use crate::system::redis::{Query, Reader};
use crate::text;
use crate::ui::keys::{Known, table};
use crate::ui::{Format, Ui};

/// List the keys to warm, the hottest first, with sizes and TTLs.
///
/// From a HOTKEYS session or the LFU counters of the cache, from key-miss
/// events where they are switched on, from the evidence that was saved with an
/// incident, or from a file, standard input or a pattern. What is missing is
/// said so. Looks only.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  stampede recover keys
  stampede recover keys --from-evidence --nul | stampede recover warm --keys -
  stampede recover keys --keys hot.txt --top 50")]
pub struct Args {
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// How long to listen for key-miss events.
    #[arg(long = "for", value_name = "TIME", default_value = "1s", value_parser = text::parse_duration)]
    time: Duration,
    /// A file of keys, the hottest first; - is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pattern", "from_evidence"])]
    keys: Option<PathBuf>,
    /// The keys that match, as SCAN does: those that are there.
    #[arg(long, value_name = "PATTERN", conflicts_with = "from_evidence")]
    pattern: Option<String>,
    /// The keys that were hot when the first change of this incident was made
    /// [default: of the open one].
    #[arg(long, value_name = "INCIDENT", num_args = 0..=1, default_missing_value = "")]
    from_evidence: Option<String>,
    /// Only the names, one a line.
    #[arg(long)]
    names: bool,
    /// Only the names, a zero byte after each: for names with line feeds.
    #[arg(long, conflicts_with = "names")]
    nul: bool,
}

/// Runs `recover keys`.
pub async fn run(ui: &Ui, settings: &Settings, args: &Args, format: Format) -> Result<Exit, Failure> {
    let target = only_redis(settings)?;
    let mut reader = Reader::new(target);
    let dialling = Dialling::silent(Duration::from_secs(10), Duration::from_secs(5));
    let progress = ui.progress("looking for the hottest keys");
    let found = find(&mut reader, &dialling, args).await;
    progress.finish();
    let (keys, basis) = found?;
    if keys.is_empty() && (format.is_for_programs() || args.names || args.nul) {
        ui.aside(&basis);
    }
    if args.names || args.nul {
        let end = if args.nul { 0 } else { b'\n' };
        let names = keys.iter().flat_map(|key| key.listed.key.iter().copied().chain([end]));
        let names: Vec<u8> = names.collect();
        ui.answer_bytes(&names).map_err(unheard)?;
        return Ok(Exit::Ok);
    }
    let words = match format {
        Format::Json | Format::Yaml => keys.iter().map(|key| format.one_of_many(&key.document())).collect(),
        Format::Brief => keys.iter().map(|key| format!("{}\n", hotkeys::show(&key.listed.key))).collect(),
        Format::Table => table(&keys, &basis),
    };
    answer(ui, &words)
}

async fn find(
    reader: &mut Reader,
    dialling: &Dialling,
    args: &Args,
) -> Result<(Vec<Known>, String), Failure> {
    reader.ready(dialling, &mut Vec::new()).await.map_err(|refused| unanswered(refused.error))?;
    let (mut listed, basis) = listing(reader, dialling, args).await?;
    listed.truncate(args.top);
    let lefts: Vec<Query<'_>> = listed.iter().map(|one| Query::Pttl(&one.key)).collect();
    let lefts = reader.query_keys(&lefts).await.map_err(unanswered)?;
    let sizes: Vec<Query<'_>> = listed.iter().map(|one| Query::MemoryUsage(&one.key)).collect();
    let sizes = reader.query_keys(&sizes).await.map_err(unanswered)?;
    let keys = listed.into_iter().zip(lefts).zip(sizes).map(|((listed, left), bytes)| Known {
        listed,
        left: left.int().unwrap_or(-2),
        bytes: bytes.int(),
    });
    Ok((keys.collect(), basis))
}

/// The keys, and how they are known.
async fn listing(
    reader: &mut Reader,
    dialling: &Dialling,
    args: &Args,
) -> Result<(Vec<Listed>, String), Failure> {
    // It was named by the operator: no fault of the program.
    let unread = |what: &str, error: std::io::Error| {
        let cause = anyhow::Error::new(error).context(format!("cannot read {}", text::escape(what)));
        Failure::because(FailureKind::Failed, cause)
    };
    if let Some(path) = &args.keys {
        let name = path.display().to_string();
        let keys = listed(&file_or_input(path).map_err(|error| unread(&name, error))?);
        return Ok((keys, format!("in the order of {}", text::escape(&name))));
    }
    if let Some(incident) = &args.from_evidence {
        let store = store()?;
        let named = Some(incident.as_str()).filter(|name| !name.is_empty());
        let Some(name) = wanted(&store, named)?.map(|read| read.incident.name) else {
            return Err(Failure::new(FailureKind::Usage, "there is no open incident")
                .hint("name one: --from-evidence NAME"));
        };
        let path = store.evidence(&name).join(HOT_KEYS);
        let bytes = std::fs::read(&path).map_err(|error| unread(&path.display().to_string(), error))?;
        return Ok((listed(&bytes), format!("as measured before the first change of {name}")));
    }
    if let Some(pattern) = &args.pattern {
        let mut keys = Vec::new();
        let (primaries, _) = reader.primaries().await.map_err(unanswered)?;
        for who in primaries {
            let mut cursor = 0;
            while keys.len() < args.top {
                let asked = Query::ScanFor(cursor, pattern.as_bytes(), 500);
                let reply = reader.query_one(&who.node, asked).await.map_err(unanswered)?;
                let (next, found) = reply.page();
                keys.extend(found.into_iter().map(|key| Listed { key: key.to_vec(), share: None }));
                cursor = next;
                if cursor == 0 {
                    break;
                }
            }
        }
        let basis = match keys.is_empty() {
            true => format!("nothing matches {}", text::escape(pattern)),
            false => "in no order: they match, and are there".into(),
        };
        return Ok((keys, basis));
    }
    let (keys, basis) = hotkeys::hot(reader, dialling, true, args.time).await.map_err(unanswered)?;
    let keys = keys.into_iter().map(|key| Listed { key: key.key, share: Some(key.share) });
    Ok((keys.collect(), basis))
}

fn unanswered(error: TargetError) -> Failure {
    let hint = error.hint.clone();
    Failure { hint, ..Failure::because(FailureKind::Unmeasured, error.into()) }
}

fn only_redis(settings: &Settings) -> Result<&RedisTarget, Failure> {
    let all = settings.targets.iter().filter_map(|target| match &target.spec {
        TargetSpec::Redis(redis) => Some((target.name.clone(), redis)),
        _ => None,
    });
    let all: Vec<_> = all.collect();
    let of_kind = settings.targets.iter().filter(|target| target.kind() == Kind::Redis);
    if all.is_empty()
        && let Some(refusal) = of_kind.filter_map(Target::refusal).next()
    {
        return Err(refusal);
    }
    only(all, &[Kind::Redis], "look at").map(|(_, redis)| redis)
}
