//! `break maxclients`: more clients may connect (S11: only ever more).

use crate::action::field::{Field, Given, Type, With};
use crate::action::redis::setting::{self, Number};
use crate::action::{
    Action, Applied, Beyond, Context, Draft, Force, Lifting, Needs, Of, Phase, Plan, Recorder, Reverted, Spec,
};
use crate::approval::Permit;
use crate::change::{Found, Level, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::redis::{Ask, Info, Reader, Tell, Who};
use crate::system::{Redis, System};
use crate::text;

/// The registry line.
pub static SPEC: Spec = Spec {
    name: "redis.maxclients",
    command: "maxclients",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "let more clients connect",
    help: "Raises maxclients on every node. Nobody is disconnected by it, and it never lowers: a value at or below the \
           current one is `already so`. It is not written to the server's configuration file. A new connection proves \
           that the door is open; if none gets in, the old value is put back at once.",
    example: "stampede break maxclients --to 5000",
    fields: &[Field {
        name: "value",
        given: Given::Flag("to"),
        ty: Type::Whole(1, 1_000_000),
        required: true,
        help: "clients that may be connected at the same time",
    }],
    check: |_| Ok(()),
    needs: |_| Needs::Nothing,
    irreversible: None,
    amplifier: false,
    dead_man: false,
    lifting: Lifting::Freely,
    action: &Of::<Maxclients>::NEW,
};

const SETTING: &str = "maxclients";
/// Slots that must stay free beyond the clients that are there when the limit is lowered again: one in fifty, at most 10.
fn reserve(limit: u64) -> u64 {
    (limit / 50).clamp(1, 10)
}

struct Maxclients;

impl Action for Maxclients {
    type System = Redis;
    type Image = Number;

    async fn plan(with: &With, _: &Context<'_>, reader: &mut Reader) -> Result<Plan<Number>, TargetError> {
        let after = with.whole("value").unwrap_or_default();
        let nodes = reader.all().await?;
        let mut parts = Vec::new();
        let mut forecast = Vec::new();
        for who in &nodes {
            let before = match limit(&who.node, reader).await {
                Ok(before) => before,
                Err(error) => return Ok(Plan::Blocked(setting::refused(error, SETTING)?)),
            };
            if after > before {
                forecast.extend(expect(who, before, after));
                parts.push((
                    who.node.clone(),
                    who.id.clone(),
                    Number { before, after, primary: Some(who.primary) },
                ));
            } else if nodes.len() == 1 {
                return Ok(Plan::AlreadySo(format!("maxclients is {before}, it is never lowered (S11)")));
            }
        }
        if parts.is_empty() {
            return Ok(Plan::AlreadySo(format!(
                "maxclients is {after} or more on all {} nodes",
                nodes.len()
            )));
        }
        let from = range(parts.iter().map(|(.., image)| image.before));
        for (node, ..) in &parts {
            if let Some(refusal) = setting::forbidden(reader, node, SETTING, &after.to_string()).await? {
                return Ok(Plan::Blocked(refusal));
            }
        }
        Ok(Plan::Change(Draft {
            summary: match parts.len() {
                1 => format!("raise maxclients from {from} to {after}"),
                nodes => format!("raise maxclients from {from} to {after} on {nodes} nodes"),
            },
            commands: Vec::new(),
            forecast,
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

    fn commands(image: &Number) -> Vec<String> {
        vec![Tell::ConfigSet(SETTING, &image.after.to_string()).to_string()]
    }

    fn way_back(image: &Number) -> Vec<String> {
        vec![Tell::ConfigSet(SETTING, &image.before.to_string()).to_string()]
    }

    async fn standing(node: &str, image: &Number, reader: &mut Reader) -> Result<Standing, TargetError> {
        let now = limit(node, reader).await?;
        Ok(match now {
            now if now == image.after => Standing::After,
            now if now == image.before => Standing::Before,
            now => Standing::Drifted(Found::marked(format!("maxclients {now}"), now.to_string())),
        })
    }

    async fn apply(
        _: &With,
        _: &Context<'_>,
        images: &[(String, Number)],
        writer: &mut <Redis as System>::Writer<'_>,
        record: &dyn Recorder,
    ) -> Result<Applied, TargetError> {
        for (index, (node, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            let value = image.after.to_string();
            writer.tell_one(&permit, node, Tell::ConfigSet(SETTING, &value)).await.map_err(|error| {
                match possible(&error.message) {
                    Some(most) => TargetError::new(
                        TargetErrorKind::Input,
                        format!("{node} may have {most} clients at most: its limit of open files is lower"),
                    )
                    .hint(format!("stampede break maxclients --to {most}")),
                    None => error,
                }
            })?;
        }
        Ok(Applied { in_effect: true, notes: Vec::new() })
    }

    async fn prove(images: &[(String, Number)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        for (node, _) in images {
            reader.knock(node).await?;
        }
        Ok(vec!["a new connection was let in".into()])
    }

    async fn beyond_undo(images: &[(String, Number)], reader: &mut Reader) -> Vec<Beyond> {
        setting::beyond_undo(SETTING, images, reader).await
    }

    fn drifted(node: &str, image: &Number, now: &Found) -> String {
        format!("{node}: maxclients was {}, ours is {}, now it is {}", image.before, image.after, now.value())
    }

    async fn undo(
        node: &str,
        image: &Number,
        force: Force,
        writer: &mut <Redis as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<Reverted, TargetError> {
        let reply = writer.reader.ask_one(node, Ask::Info(&["clients", "replication"])).await?;
        let taken = taken(&Info::parse(&reply.text().unwrap_or_default()));
        if taken + reserve(image.before) > image.before && !force.rules {
            return Ok(Reverted {
                complete: false,
                notes: vec![format!(
                    "S11 {node} has {taken} connections: maxclients {} would shut the door on the next; \
                     lower it when they have gone, or say --anyway",
                    image.before
                )],
            });
        }
        let value = image.before.to_string();
        writer.tell_one(permit, node, Tell::ConfigSet(SETTING, &value)).await?;
        Ok(Reverted { complete: true, notes: Vec::new() })
    }
}

async fn limit(node: &str, reader: &mut Reader) -> Result<u64, TargetError> {
    let text = reader.setting(node, SETTING).await?;
    text.parse().map_err(|_| {
        TargetError::new(
            TargetErrorKind::Protocol,
            format!("{node} says maxclients is {}", text::escape(&text)),
        )
    })
}

/// Connections that count in the limit.
pub fn taken(info: &Info) -> u64 {
    let number = |name: &str| info.number(name).unwrap_or(0.0) as u64;
    number("connected_clients") + number("cluster_connections") + number("connected_slaves")
}

fn expect(who: &Who, before: u64, after: u64) -> Option<String> {
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
    Some(format!(
        "{}: {clients} of {before} taken, {} refused since its start: {} more may connect{memory}",
        who.node,
        text::count(refused),
        after - before
    ))
}

fn range(values: impl Iterator<Item = u64> + Clone) -> String {
    match (values.clone().min(), values.max()) {
        (Some(least), Some(most)) if least != most => format!("{least}-{most}"),
        (Some(one), _) => one.to_string(),
        _ => "?".into(),
    }
}

/// The most clients that the operating system allows, from the server's own refusal.
fn possible(message: &str) -> Option<u64> {
    let rest = message.split_once("try with ")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_s_own_limit_is_read_from_its_refusal() {
        let refusal = "127.0.0.1:6379 answers: ERR CONFIG SET failed (possibly related to argument 'maxclients') - The \
                       operating system is not able to handle the specified number of clients, try with 19968";
        assert_eq!(possible(refusal), Some(19_968));
        assert_eq!(possible("ERR something else"), None);
    }
}
