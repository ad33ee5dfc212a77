//! `protect max-connections`: how many connections the server takes.

use serde::{Deserialize, Serialize};

use crate::action::field::{Field, Given, Type, With};
use crate::action::mysql::wants;
use crate::action::{
    Action, Applied, Context, Draft, Force, Lifting, Needs, Of, Phase, Plan, Recorder, Refusal, Reverted,
    Spec,
};
use crate::approval::Permit;
use crate::change::{Found, Level, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::mysql::{Reader, Tell, Variables};
use crate::system::{Mysql, System};
use crate::text;

/// The registry line.
pub static SPEC: Spec = Spec {
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
    fields: &[Field {
        name: "value",
        given: Given::Flag("to"),
        ty: Type::Whole(1, 100_000),
        required: true,
        help: "connections of ordinary accounts at the same time",
    }],
    check: |_| Ok(()),
    needs: |_| Needs::Nothing,
    irreversible: None,
    amplifier: false,
    dead_man: false,
    lifting: Lifting::Held,
    action: &Of::<MaxConnections>::NEW,
};

const SETTING: &str = "max_connections";
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

#[derive(Serialize, Deserialize)]
struct Image {
    before: u64,
    after: u64,
}

impl Action for MaxConnections {
    type System = Mysql;
    type Image = Image;

    async fn plan(with: &With, _: &Context<'_>, reader: &mut Reader) -> Result<Plan<Image>, TargetError> {
        let after = with.whole("value").unwrap_or_default();
        let variables = reader.variables().await?;
        let before = limit(&variables)?;
        if before == after {
            return Ok(Plan::AlreadySo(format!("max_connections is {before} already")));
        }
        if let Some(refusal) =
            wants::refusal(reader, &variables, &wants::SETTINGS, "set max_connections").await?
        {
            return Ok(Plan::Blocked(refusal));
        }
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
            parts: vec![(reader.node(), who.id, Image { before, after })],
        }))
    }

    fn commands(image: &Image) -> Vec<String> {
        vec![Tell::SetGlobal(SETTING, &image.after.to_string()).to_string()]
    }

    fn way_back(image: &Image) -> Vec<String> {
        vec![Tell::SetGlobal(SETTING, &image.before.to_string()).to_string()]
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        Ok(match limit(&reader.variables().await?)? {
            now if now == image.after => Standing::After,
            now if now == image.before => Standing::Before,
            now => Standing::Drifted(Found::marked(format!("max_connections {now}"), now.to_string())),
        })
    }

    async fn apply(
        _: &With,
        _: &Context<'_>,
        images: &[(String, Image)],
        writer: &mut <Mysql as System>::Writer<'_>,
        record: &dyn Recorder,
    ) -> Result<Applied, TargetError> {
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            writer.tell(&permit, &Tell::SetGlobal(SETTING, &image.after.to_string())).await?;
            // The server corrects a value without an error: what it made of ours is not somebody else's.
            let now = limit(&writer.reader.variables().await?)?;
            if now != image.after && now != image.before {
                writer.tell(&permit, &Tell::SetGlobal(SETTING, &image.before.to_string())).await?;
                let message = format!("the server makes {now} of {}; {} is back", image.after, image.before);
                return Err(TargetError::new(TargetErrorKind::Input, message));
            }
        }
        Ok(Applied { in_effect: true, notes: Vec::new() })
    }

    async fn prove(_: &[(String, Image)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        Ok(vec![format!("read back: max_connections is {}", limit(&reader.variables().await?)?)])
    }

    fn drifted(node: &str, image: &Image, now: &Found) -> String {
        format!(
            "{node}: max_connections was {}, ours is {}, now it is {}",
            image.before,
            image.after,
            now.value()
        )
    }

    async fn undo(
        node: &str,
        image: &Image,
        force: Force,
        writer: &mut <Mysql as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<Reverted, TargetError> {
        let status = writer.reader.status().await?;
        let connected = status.values.get("Threads_connected").copied().unwrap_or(0.0) as u64;
        if image.before < image.after && connected > image.before && !force.rules {
            let note = format!(
                "{node} has {connected} connections: max_connections {} would shut the door on the next; lower it when \
                 they have gone, or say --anyway",
                image.before
            );
            return Ok(Reverted { complete: false, notes: vec![note] });
        }
        writer.tell(permit, &Tell::SetGlobal(SETTING, &image.before.to_string())).await?;
        Ok(Reverted { complete: true, notes: Vec::new() })
    }
}

fn limit(variables: &Variables) -> Result<u64, TargetError> {
    let value = variables.value(SETTING);
    value.parse().map_err(|_| {
        let message = format!("the server says max_connections is `{}`", text::escape(value));
        TargetError::new(TargetErrorKind::Protocol, message)
    })
}

fn number(variables: &Variables, name: &str) -> Option<f64> {
    variables.value(name).parse().ok()
}
