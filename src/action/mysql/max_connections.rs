//! `protect max-connections`: how many connections the server takes.

use crate::action::field::Type;
use crate::action::mysql::privileges;
use crate::action::params::params;
use crate::action::setting::{self, Sets, Setting, TheNode, set};
use crate::action::{
    About, Applied, Apply, ByHand, Context, Draft, Force, Lifting, Phase, Plan, PlanResult, Refusal, Spec,
    unless,
};
use crate::change::{Left, Level};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Mysql;
use crate::system::mysql::{Reader, Variables, Write};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        value: u64 = flag "to", Type::Whole(1, 100_000), "connections of ordinary accounts at the same time";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<MaxConnections>>(About {
    name: "mysql.max-connections",
    command: "max-connections",
    phase: Phase::Protect,
    kind: Kind::Mysql,
    summary: "let more or fewer clients connect to the database",
    help: "Sets max_connections. Nobody who is connected is disconnected: below the current use it only keeps new ones \
           out, and asks for the name. Refused above twice the current value, because each connection takes memory, and \
           below half of what is connected. Read back, because the server corrects a value without an error. Undo keeps \
           the limit while what is connected would not fit.",
    example: "stampede protect max-connections --to 200",
    by_hand: ByHand {
        act: &[
            "mysql -e \"SELECT @@max_connections\"  # note OLD",
            "mysql -e \"SET GLOBAL max_connections={value}\"",
        ],
        back: &["mysql -e \"SET GLOBAL max_connections=OLD\""],
    },
});

/// The least that MariaDB takes (measured on 10.11); MySQL takes 1.
const LEAST: u64 = 10;
/// What one connection may take beside its thread's stack, each at most once.
const BUFFERS: [&str; 6] = [
    "sort_buffer_size",
    "join_buffer_size",
    "read_buffer_size",
    "read_rnd_buffer_size",
    "net_buffer_length",
    "binlog_cache_size",
];

struct MaxConnections;

type Image = setting::Image<TheNode, u64>;

impl Setting for MaxConnections {
    type System = Mysql;
    type Of = TheNode;
    type Value = u64;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;
    const NAME: &'static str = "max_connections";

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let after = params.value;
        let variables = reader.variables().await?;
        let before = limit(&variables)?;
        if before == after {
            return Ok(Plan::AlreadySo(format!("max_connections is {before} already")));
        }
        unless(privileges::refusal(reader, &variables, &privileges::SETTINGS, "set max_connections").await?)?;
        let status = reader.status().await?;
        let get = |name: &str| status.values.get(name).copied().unwrap_or(0.0);
        let connected = get("Threads_connected") as u64;
        if after > before * 2 {
            return Ok(Plan::Blocked(Refusal::for_want(
                format!(
                    "{after} is more than twice of {before}: each connection takes memory, and each may query"
                ),
                format!("at most --to {}; then look at the memory", before * 2),
            )));
        }
        if after < LEAST && variables.mariadb() {
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("MariaDB takes no fewer than {LEAST}, and makes {LEAST} of anything below"),
                "limit the application's account instead: stampede protect limit ACCOUNT --to N",
            )));
        }
        if after < connected.div_ceil(2) {
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("{after} is less than half of the {connected} connections there are"),
                "limit the application's account instead: stampede protect limit ACCOUNT --to N",
            )));
        }
        let refused = get("Connection_errors_max_connections");
        let mut forecast = vec![format!(
            "{connected} of {before} connected, {} refused since the start",
            text::count(refused)
        )];
        if after > before {
            let buffers = reader.buffers().await?;
            let each: f64 =
                BUFFERS.iter().chain(&["thread_stack"]).filter_map(|name| number(&buffers, name)).sum();
            forecast.push(format!(
                "{} more may connect; each may take up to {} in buffers: {} if all come and sort",
                after - before,
                text::bytes(each),
                text::bytes(each * (after - before) as f64)
            ));
            if let Some(files) =
                number(&buffers, "open_files_limit").filter(|files| after as f64 > files - 10.0)
            {
                forecast
                    .push(format!("the limit of open files is {}: fewer may come in", text::count(files)));
            }
        } else if after <= connected {
            forecast.push(format!(
                "nobody new gets in until {} have gone; nobody is disconnected",
                connected + 1 - after
            ));
        } else {
            forecast.push(format!(
                "room for {} more, instead of {}",
                after - connected,
                before.saturating_sub(connected)
            ));
        }
        let replication = reader.replication().await?;
        let who = reader.identity(&variables, &replication).await;
        Ok(Plan::Change(Draft {
            summary: match after > before {
                true => format!("raise max_connections from {before} to {after}"),
                false => format!("lower max_connections from {before} to {after}"),
            },
            commands: Vec::new(),
            forecast,
            risk: vec![match after > before {
                true => "what is refused now will query the database".into(),
                false => {
                    "clients that are refused may fall back to something worse, or retry without a pause"
                        .into()
                }
            }],
            back: format!("sets it back to {before}; nobody is disconnected"),
            // Half of the room gone is more than a correction: what comes in a second is not connected yet.
            level: if after <= connected || after < before / 2 { Level::Type } else { Level::Ask },
            parts: vec![(reader.node(), who.id, Image { of: TheNode {}, before, after })],
        }))
    }

    async fn read(_: &str, _: &TheNode, reader: &mut Reader) -> Result<Option<u64>, TargetError> {
        limit(&reader.variables().await?).map(Some)
    }

    fn writes<'a>(_: &'a TheNode, value: &'a u64) -> Vec<Write<'a>> {
        vec![Write::SetGlobal(Self::NAME, value.to_string().into())]
    }

    fn shown(value: &u64) -> String {
        value.to_string()
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Sets<Self>>,
    ) -> Result<Applied, TargetError> {
        for (index, (node, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            set::<Self>(node, &image.of, &image.after, writer, &permit).await?;
            // The server corrects a value without an error: what it made of ours is not somebody else's.
            let now = limit(&writer.reader.variables().await?)?;
            if now != image.after && now != image.before {
                set::<Self>(node, &image.of, &image.before, writer, &permit).await?;
                let message = format!("the server makes {now} of {}; {} is back", image.after, image.before);
                return Err(TargetError::new(TargetErrorKind::Input, message));
            }
        }
        Ok(Applied::in_effect(Vec::new()))
    }

    async fn keeps(
        node: &str,
        image: &Image,
        force: Force,
        reader: &mut Reader,
    ) -> Result<Option<Left>, TargetError> {
        let status = reader.status().await?;
        let connected = status.values.get("Threads_connected").copied().unwrap_or(0.0) as u64;
        let shut = image.before < image.after && connected > image.before && !force.rules;
        Ok(shut.then(|| {
            Left::because(format!(
                "{node} has {connected} connections: max_connections {} would shut the door on the next; lower it when \
                 they have gone, or say --anyway",
                image.before
            ))
        }))
    }
}

fn limit(variables: &Variables) -> Result<u64, TargetError> {
    let value = variables.value(MaxConnections::NAME);
    value.parse().map_err(|_| {
        let message = format!("the server says max_connections is `{}`", text::escape(value));
        TargetError::new(TargetErrorKind::Protocol, message)
    })
}

fn number(variables: &Variables, name: &str) -> Option<f64> {
    variables.value(name).parse().ok()
}
