//! `protect limit` on MySQL and MariaDB: how many connections an account may have.

use serde::{Deserialize, Serialize};

use crate::action::field::{Field, FieldError, Given, Type, With};
use crate::action::mysql::wants;
use crate::action::{
    Action, Applied, Context, Draft, Force, Lifting, Needs, Of, Phase, Plan, Recorder, Refusal, Reverted,
    Spec,
};
use crate::approval::Permit;
use crate::change::{Found, Level, Standing};
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::mysql::{Account, Reader, Tell, nameable};
use crate::system::{Mysql, System};
use crate::text;

/// The registry line.
pub static SPEC: Spec = Spec {
    name: "mysql.user-limit",
    command: "limit",
    phase: Phase::Protect,
    kind: Kind::Mysql,
    summary: "limit how many connections an account may have",
    help: "A circuit breaker for one account: MAX_USER_CONNECTIONS. Whoever is connected stays, and does not count; of new \
           ones so many get in, and the next is refused (1226). Every account of that user name gets it, or the one that is given as USER@HOST. Never our own \
           account, and never one that could put it back (SUPER, CONNECTION_ADMIN): those must get in at 3 AM.",
    example: "stampede protect limit shop --to 50",
    fields: &[
        Field {
            name: "account",
            given: Given::Positional,
            ty: Type::Text,
            required: true,
            help: "the account: USER, or USER@HOST",
        },
        Field {
            name: "to",
            given: Given::Flag("to"),
            ty: Type::Whole(1, 100_000),
            required: true,
            help: "connections that it may have",
        },
    ],
    check: |with| match with.text("account") {
        Some(account) if !nameable(account) => {
            Err(FieldError::new("account", "a backslash cannot be quoted safely"))
        }
        None => Err(FieldError::new(
            "account",
            "name the application's account: stampede protect limit ACCOUNT --to N",
        )),
        Some(_) => Ok(()),
    },
    needs: |_| Needs::Nothing,
    irreversible: None,
    amplifier: false,
    dead_man: false,
    lifting: Lifting::Held,
    action: &Of::<UserLimit>::NEW,
};

struct UserLimit;

#[derive(Serialize, Deserialize)]
struct Image {
    account: Account,
    before: u64,
    after: u64,
}

impl Action for UserLimit {
    type System = Mysql;
    type Image = Image;

    async fn plan(with: &With, _: &Context<'_>, reader: &mut Reader) -> Result<Plan<Image>, TargetError> {
        let (wanted, after) =
            (with.text("account").unwrap_or_default(), with.whole("to").unwrap_or_default());
        let variables = reader.variables().await?;
        if let Some(refusal) = wants::refusal(reader, &variables, &wants::ACCOUNTS, "change accounts").await?
        {
            return Ok(Plan::Blocked(refusal));
        }
        let all = reader.accounts().await?;
        let meant = |account: &Account| match wanted.split_once('@') {
            Some((user, host)) => account.user == user && account.host == host,
            None => account.user == wanted,
        };
        let found: Vec<&(Account, u64)> = all.iter().filter(|(account, _)| meant(account)).collect();
        if found.is_empty() {
            let names = all.iter().map(|(account, _)| account.user.as_str());
            let near =
                text::nearest(wanted, names).map(|near| format!("did you mean {}?", text::escape(near)));
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("there is no account {}", text::escape(wanted)),
                near.unwrap_or_else(|| "SELECT User, Host FROM mysql.user shows all".into()),
            )));
        }
        let ourselves = reader.ourselves().await?;
        let (unbound, _) = reader.unbound(&variables).await?;
        for (account, _) in &found {
            let why = match () {
                () if format!("{}@{}", account.user, account.host) == ourselves => "is our own",
                () if unbound.contains(&account.user) => "is an administrator's",
                () if !nameable(&account.user) || !nameable(&account.host) => {
                    "has a name that cannot be quoted safely"
                }
                () => continue,
            };
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("{account} {why}: it must get in"),
                "limit the account of the application",
            )));
        }
        let changed: Vec<&(Account, u64)> = found.into_iter().filter(|(_, now)| *now != after).collect();
        if changed.is_empty() {
            return Ok(Plan::AlreadySo(format!("{} has that limit already", text::escape(wanted))));
        }
        let sessions = reader.sessions(&variables).await?;
        let user = changed[0].0.user.clone();
        let used = sessions.iter().filter(|session| session.user == user).count() as u64;
        let below = after <= used;
        let replication = reader.replication().await?;
        let who = reader.identity(&variables, &replication).await;
        Ok(Plan::Change(Draft {
            summary: format!("limit {} to {} connections", text::escape(wanted), after),
            commands: Vec::new(),
            forecast: vec![
                format!("{used} connections of it now; none of them is closed"),
                // Measured on MariaDB 10.11 and MySQL 9.7: who logged in without a limit is not counted in it.
                format!(
                    "these do not count: {after} new ones get in, the next is refused (1226), so {} in all at most",
                    used + after
                ),
            ],
            risk: vec!["a pool that is refused may fail at once, or retry without a pause".into()],
            back: "gives each account its old limit back".into(),
            level: if below { Level::Type } else { Level::Ask },
            parts: changed
                .into_iter()
                .map(|(account, before)| {
                    let image = Image { account: account.clone(), before: *before, after };
                    (reader.node(), who.id.clone(), image)
                })
                .collect(),
        }))
    }

    fn commands(image: &Image) -> Vec<String> {
        vec![Tell::UserLimit(&image.account, image.after).to_string()]
    }

    fn way_back(image: &Image) -> Vec<String> {
        vec![Tell::UserLimit(&image.account, image.before).to_string()]
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let all = reader.accounts().await?;
        let now = all.iter().find(|(account, _)| *account == image.account).map(|(_, limit)| *limit);
        Ok(match now {
            Some(now) if now == image.after => Standing::After,
            Some(now) if now == image.before => Standing::Before,
            Some(now) => {
                Standing::Drifted(Found::marked(format!("MAX_USER_CONNECTIONS {now}"), now.to_string()))
            }
            // The account was dropped: nothing of ours is left.
            None => Standing::Before,
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
            writer.tell(&permit, &Tell::UserLimit(&image.account, image.after)).await?;
        }
        Ok(Applied { in_effect: true, notes: Vec::new() })
    }

    async fn prove(images: &[(String, Image)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        let all = reader.accounts().await?;
        let of = |image: &Image| all.iter().find(|(account, _)| *account == image.account);
        let now = images.iter().filter_map(|(_, image)| of(image));
        Ok(now
            .map(|(account, limit)| format!("read back: MAX_USER_CONNECTIONS of {account} is {limit}"))
            .collect())
    }

    fn drifted(node: &str, image: &Image, now: &Found) -> String {
        format!(
            "{node}: the limit of {} was {}, ours is {}, now it is {}",
            image.account,
            image.before,
            image.after,
            now.value()
        )
    }

    async fn undo(
        _: &str,
        image: &Image,
        _: Force,
        writer: &mut <Mysql as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<Reverted, TargetError> {
        writer.tell(permit, &Tell::UserLimit(&image.account, image.before)).await?;
        Ok(Reverted { complete: true, notes: Vec::new() })
    }
}
