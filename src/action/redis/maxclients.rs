//! `break maxclients`: more clients may connect (S11: only ever more).

use crate::action::field::Type;
use crate::action::params::params;
use crate::action::redis::setting::{self, Changed, Node, Number};
use crate::action::setting::{Sets, Setting};
use crate::action::{About, ByHand, Context, Draft, Force, Phase, Plan, PlanResult, Spec};
use crate::change::{Left, Level};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::redis::{Info, Query, Reader, Who, most_clients};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        value: u64 = flag "to", Type::Whole(1, 1_000_000),
            "clients that may be connected at the same time [default: 5000]" => 5_000;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<Maxclients>>(About {
    name: "redis.maxclients",
    command: "maxclients",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "let more clients connect",
    help: "Raises maxclients on every node. Nobody is disconnected by it, and it never lowers: a value at or below the \
           current one is `nothing to do`. It is not written to the server's configuration file. A new connection proves \
           that the door is open; if none gets in, the old value is put back at once.",
    example: "stampede break maxclients --to 5000",
    by_hand: ByHand {
        act: &[
            "redis-cli CONFIG GET maxclients  # note OLD; only ever raise it",
            "redis-cli CONFIG SET maxclients {value}",
        ],
        back: &["redis-cli CONFIG SET maxclients OLD"],
    },
});

/// Slots that must stay free beyond the clients that are there when the limit is lowered again: one in fifty, at most 10.
fn reserve(limit: u64) -> u64 {
    (limit / 50).clamp(1, 10)
}

struct Maxclients;

impl Setting for Maxclients {
    setting::config_number!();
    type Params = Params;

    const NAME: &'static str = "maxclients";

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Number> {
        let after = params.value;
        let wanted = |before| after > before;
        let already = |nodes: &[(Who, u64)]| match nodes {
            [(_, before)] => format!("maxclients is {before}, it is never lowered (S11)"),
            nodes => format!("maxclients is {after} or more on all {} nodes", nodes.len()),
        };
        let Changed { nodes, parts } = setting::changed(Self::NAME, after, reader, wanted, already).await?;
        let from = setting::range(&nodes, "-", |before| before.to_string());
        Ok(Plan::Change(Draft {
            summary: match parts.len() {
                1 => format!("raise maxclients from {from} to {after}"),
                nodes => format!("raise maxclients from {from} to {after} on {nodes} nodes"),
            },
            commands: Vec::new(),
            forecast: nodes.iter().map(|(who, before)| expect(who, *before, after)).collect(),
            risk: vec![
                "each client takes memory, and each may send queries: what is refused now will reach \
                 the cache, and its misses the database"
                    .into(),
            ],
            back: format!(
                "sets it back to {from}, once the clients of then fit again; nobody is disconnected"
            ),
            level: Level::Ask,
            parts,
        }))
    }

    async fn denied(error: TargetError, node: &str, _: &Node, _: &mut Reader) -> TargetError {
        match most_clients(&error) {
            Some(most) => TargetError::new(
                TargetErrorKind::Input,
                format!("{node} may have {most} clients at most: its limit of open files is lower"),
            )
            .hint(format!("stampede break maxclients --to {most}")),
            None => error,
        }
    }

    async fn prove(images: &[(String, Number)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        for (node, _) in images {
            reader.knock(node).await?;
        }
        Ok(vec!["a new connection was let in".into()])
    }

    async fn keeps(
        node: &str,
        image: &Number,
        force: Force,
        reader: &mut Reader,
    ) -> Result<Option<Left>, TargetError> {
        let reply = reader.query_one(node, Query::Info(&["clients", "replication"])).await?;
        let taken = taken(&Info::parse(&reply.text().unwrap_or_default()));
        let before = image.before;
        Ok((taken + reserve(before) > before && !force.rules).then(|| {
            let why = format!(
                "{node} has {taken} connections: maxclients {before} would shut the door on the next; \
                 lower it when they have gone, or say --anyway"
            );
            Left::by("S11", why)
        }))
    }
}

/// Connections that count in the limit.
pub fn taken(info: &Info) -> u64 {
    let number = |name: &str| info.number(name).unwrap_or(0.0) as u64;
    number("connected_clients") + number("cluster_connections") + number("connected_slaves")
}

fn expect(who: &Who, before: u64, after: u64) -> String {
    let clients = taken(&who.info);
    let refused = who.info.number("rejected_connections").unwrap_or(0.0);
    let each = who
        .info
        .number("mem_clients_normal")
        .filter(|_| clients > 0)
        .map(|all| all / clients as f64)
        .filter(|each| *each > 0.0);
    let memory = each.map_or_else(String::new, |each| {
        format!(
            "; clients take {} each here: {} if all come",
            text::bytes(each),
            text::bytes(each * (after - before) as f64)
        )
    });
    format!(
        "{}: {clients} of {before} taken, {} refused since its start: {} more may connect{memory}",
        who.node,
        text::count(refused),
        after - before
    )
}
