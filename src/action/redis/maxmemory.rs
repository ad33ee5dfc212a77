//! `break maxmemory`: the cache may hold more data (S11: only ever more).

use std::collections::BTreeMap;

use crate::action::field::Type;
use crate::action::params::params;
use crate::action::redis::setting::{self, Changed, Node, Number};
use crate::action::setting::{Sets, Setting};
use crate::action::{About, ByHand, Context, Draft, Force, Lifting, Phase, Plan, PlanResult, Refusal, Spec};
use crate::change::{Left, Level};
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::redis::{Info, Query, Reader, Who};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        value: Option<u64> = flag "to", Type::Size(1 << 20, 1 << 44),
            "memory for data on each node: 512mb, 4gb [default: half as much again]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<Maxmemory>>(About {
    name: "redis.maxmemory",
    command: "maxmemory",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "let the cache hold more data",
    help: "Raises maxmemory on every node: against an eviction storm, and where writes are refused for want of memory (OOM). \
           It never lowers: a value at or below the current one is `nothing to do`, and so is any where there is no limit. The \
           policy stays what it is. What it may take is compared with the memory of the machine, as far as INFO tells it: \
           more than there is is refused; more than four fifths, or a machine that is not known, asks for the name. It is \
           not written to the server's configuration file. Undo keeps the limit while what is in use would not fit under \
           the old one.",
    example: "stampede break maxmemory --to 4gb",
    by_hand: ByHand {
        act: &[
            "redis-cli INFO memory  # used_memory_rss and total_system_memory: is there room?",
            "redis-cli CONFIG GET maxmemory  # note OLD; only ever raise it",
            "redis-cli CONFIG SET maxmemory {value}",
        ],
        back: &[
            "redis-cli CONFIG SET maxmemory OLD  # once used_memory is below OLD: else it evicts at once",
        ],
    },
});

/// The share of a machine's memory beyond which the name is asked for: a snapshot copies what is written meanwhile.
const ROOM: f64 = 0.8;

struct Maxmemory;

impl Setting for Maxmemory {
    setting::config_number!();
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;
    const NAME: &'static str = "maxmemory";

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Number> {
        let after = match params.value {
            Some(value) => value,
            None => half_as_much_again(&reader.all().await?),
        };
        let wanted = |before| before != 0 && after > before;
        let already = |nodes: &[(Who, u64)]| match nodes {
            [(_, 0)] => "maxmemory is 0: there is no limit".into(),
            [(_, before)] => format!("maxmemory is {}, it is never lowered (S11)", bytes(*before)),
            nodes => format!("maxmemory is {} or more, or 0, on all {} nodes", bytes(after), nodes.len()),
        };
        let Changed { nodes, parts } = setting::changed(Self::NAME, after, reader, wanted, already).await?;
        let mut forecast = Vec::new();
        for (who, before) in &nodes {
            let refused = refused(&who.node, reader).await;
            forecast.push(expect(who, *before, after, refused));
        }
        let mut level = Level::Ask;
        for (host, machine) in machines(&reader.all().await?, &nodes, after) {
            match machine.verdict(&host) {
                Verdict::Fits(words) => forecast.push(words),
                Verdict::Unsure(words) => {
                    forecast.push(words);
                    level = Level::Type;
                }
                Verdict::TooMuch(refusal) => return Ok(Plan::Blocked(refusal)),
            }
        }
        let from = setting::range(&nodes, " to ", bytes);
        let on = if nodes.len() == 1 { String::new() } else { format!(" on {} nodes", nodes.len()) };
        Ok(Plan::Change(Draft {
            summary: format!("raise maxmemory from {from} to {}{on}", bytes(after)),
            commands: Vec::new(),
            forecast,
            risk: vec![
                "where the memory is not there the operating system kills the server: INFO does not tell the limit of a \
                 container, nor what else runs on the machine"
                    .into(),
            ],
            back: format!("sets it back to {from}, once what is in use fits again: below that it would evict at once"),
            level,
            parts,
        }))
    }

    async fn keeps(
        node: &str,
        image: &Number,
        force: Force,
        reader: &mut Reader,
    ) -> Result<Option<Left>, TargetError> {
        let reply = reader.query_one(node, Query::Info(&["memory"])).await?;
        let used = counted(&Info::parse(&reply.text().unwrap_or_default()));
        let before = image.before;
        Ok((used.is_none_or(|used| used > before as f64) && !force.rules).then(|| {
            let used = used.map_or_else(|| "an unknown amount".into(), text::bytes);
            let why = format!(
                "{node} uses {used}: maxmemory {} would evict keys or refuse writes at once; put it back when it has \
                 shrunk, or say --anyway",
                bytes(before)
            );
            Left::by("S11", why)
        }))
    }
}

/// In whole mebibytes, of the node that may hold most.
fn half_as_much_again(nodes: &[Who]) -> u64 {
    let most = nodes.iter().filter_map(|who| who.info.number("maxmemory")).fold(0.0, f64::max);
    ((most * 1.5) as u64).next_multiple_of(1 << 20)
}

fn bytes(value: u64) -> String {
    text::bytes(value as f64)
}

/// What counts in the limit.
fn counted(info: &Info) -> Option<f64> {
    Some(info.number("used_memory")? - info.number("mem_not_counted_for_evict").unwrap_or(0.0))
}

/// Writes that a node has refused for want of memory since its start; none: it does not count them (before Redis 6.2).
async fn refused(node: &str, reader: &mut Reader) -> Option<f64> {
    let reply = reader.query_one(node, Query::Info(&["errorstats"])).await.ok()?;
    Info::parse(&reply.text()?).refusals("OOM")
}

/// What a node does for want of memory, and what it gets.
fn expect(who: &Who, before: u64, after: u64, refused: Option<f64>) -> String {
    let info = &who.info;
    let used = counted(info).map_or_else(|| "?".into(), text::bytes);
    let policy = text::escape(info.get("maxmemory_policy").unwrap_or("unknown"));
    let evicted = info.number("evicted_keys").map_or_else(|| "?".into(), text::count);
    let refused = refused.map_or_else(|| "?".into(), text::count);
    format!(
        "{}: {used} of {} used, policy {policy}; since its start {evicted} keys evicted and {refused} writes refused for \
         want of memory (OOM); {} more may come",
        who.node,
        bytes(before),
        bytes(after - before)
    )
}

/// What the nodes of one machine take together.
#[derive(Default)]
struct Machine {
    nodes: usize,
    /// When all of them have filled what they may; none: one of them does not tell.
    needed: Option<f64>,
    /// What it has; none: it is not told.
    total: Option<f64>,
}

enum Verdict {
    Fits(String),
    Unsure(String),
    TooMuch(Refusal),
}

/// The machines of `changed` nodes by their hosts, with everything of ours that runs there.
fn machines(all: &[Who], changed: &[(Who, u64)], after: u64) -> BTreeMap<String, Machine> {
    let host = |who: &Who| who.node.rsplit_once(':').map_or(who.node.clone(), |(host, _)| host.to_owned());
    let mut machines: BTreeMap<String, Machine> = changed
        .iter()
        .map(|(who, _)| (host(who), Machine { needed: Some(0.0), ..Machine::default() }))
        .collect();
    for who in all {
        let Some(machine) = machines.get_mut(&host(who)) else { continue };
        let limit = match changed.iter().any(|(changed, _)| changed.node == who.node) {
            true => Some(after as f64),
            false => who.info.number("maxmemory").filter(|limit| *limit > 0.0),
        };
        machine.nodes += 1;
        machine.needed = machine.needed.zip(needed(&who.info, limit)).map(|(sum, one)| sum + one);
        let total = who.info.number("total_system_memory").filter(|total| *total > 0.0);
        machine.total = match (machine.total, total) {
            (Some(known), Some(total)) => Some(known.min(total)),
            (known, total) => known.or(total),
        };
    }
    machines
}

/// What a node takes from the machine when it has filled `limit`: beside its data also what it takes for them now. Without a
/// limit what it takes now.
fn needed(info: &Info, limit: Option<f64>) -> Option<f64> {
    let (used, resident) = (info.number("used_memory")?, info.number("used_memory_rss")?);
    Some(limit.map_or(resident, |limit| limit.max(used) + (resident - used).max(0.0)))
}

impl Machine {
    fn verdict(&self, host: &str) -> Verdict {
        let nodes = if self.nodes == 1 { "it".into() } else { format!("its {} nodes of ours", self.nodes) };
        let (Some(needed), Some(total)) = (self.needed, self.total) else {
            return Verdict::Unsure(format!(
                "{host}: whether the memory is there is unknown: INFO does not tell what the machine has, or what is taken"
            ));
        };
        let words = format!(
            "{host}: {nodes} would take up to {} of the {} of the machine",
            text::bytes(needed),
            text::bytes(total)
        );
        match needed / total {
            share if share > 1.0 => Verdict::TooMuch(Refusal::by(
                "S11",
                words,
                "a smaller value, or more memory; evictions are better than a server that is killed",
            )),
            share if share > ROOM => {
                Verdict::Unsure(format!("{words}; a snapshot or another process may not fit beside it"))
            }
            _ => Verdict::Fits(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(node: &str, info: &str) -> Who {
        Who { node: node.into(), id: "1".into(), primary: true, info: Info::parse(info) }
    }

    #[test]
    fn the_nodes_of_one_machine_are_added_up_and_what_is_not_told_is_unknown() {
        const INFO: &str =
            "used_memory:100\r\nused_memory_rss:150\r\ntotal_system_memory:1000\r\nmaxmemory:0\r\n";
        let (one, two) = (who("h:1", INFO), who("h:2", INFO));
        let changed = [(one.clone(), 100)];
        let words = |after, all: &[Who]| match machines(all, &changed, after)["h"].verdict("h") {
            Verdict::Fits(words) => format!("fits: {words}"),
            Verdict::Unsure(words) => format!("unsure: {words}"),
            Verdict::TooMuch(refusal) => format!("too much: {}", refusal.why),
        };
        let both = [one.clone(), two];
        let take = "h: its 2 nodes of ours would take up to";
        assert_eq!(words(600, &both), format!("fits: {take} 800 B of the 1000 B of the machine"));
        assert!(words(601, &both).starts_with(&format!("unsure: {take} 801 B")));
        assert!(words(801, &both).starts_with(&format!("too much: {take} 1001 B")));
        assert!(words(850, &[one]).starts_with("unsure: h: it would take up to 900 B"));
        let silent = who("h:1", "used_memory:100\r\nused_memory_rss:150\r\ntotal_system_memory:0\r\n");
        assert!(words(600, &[silent]).contains("is unknown"));
    }

    #[test]
    fn what_is_refused_is_told_and_what_is_not_counted_is_unknown() {
        let info = "used_memory:120\r\nmem_not_counted_for_evict:20\r\nmaxmemory_policy:noeviction\r\nevicted_keys:0\r\n";
        let words = |refused| expect(&who("a:1", info), 100, 300, refused);
        assert_eq!(
            words(Some(7.0)),
            "a:1: 100 B of 100 B used, policy noeviction; since its start 0 keys evicted and 7 writes refused for want of \
             memory (OOM); 200 B more may come"
        );
        assert!(words(None).contains(" ? writes refused"));
    }
}
