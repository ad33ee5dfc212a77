//! `protect limit` on MySQL and MariaDB: how many connections an account may have.

use serde::{Deserialize, Serialize};

use crate::action::field::{FieldError, Type};
use crate::action::mysql::privileges;
use crate::action::params::params;
use crate::action::setting::{self, Sets, Setting};
use crate::action::{About, ByHand, Context, Draft, Lifting, Phase, Plan, PlanResult, Refusal, Spec, unless};
use crate::change::Level;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Mysql;
use crate::system::mysql::{Account, Reader, Write, nameable};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        account: String = positional Type::Text, "the account: USER, or USER@HOST";
        to: u64 = flag "to", Type::Whole(1, 100_000), "connections that it may have";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<UserLimit>>(About {
    name: "mysql.user-limit",
    command: "limit",
    phase: Phase::Protect,
    kind: Kind::Mysql,
    summary: "limit how many connections an account may have",
    help: "A circuit breaker for one account: MAX_USER_CONNECTIONS. Whoever is connected stays, and does not count; of new \
           ones so many get in, and the next is refused (1226). Every account of that user name gets it, or the one that is given as USER@HOST. Never our own \
           account, and never one that could put it back (SUPER, CONNECTION_ADMIN): those must get in at 3 AM.",
    example: "stampede protect limit shop --to 50",
    by_hand: ByHand {
        act: &[
            "mysql -e \"SELECT User, Host, max_user_connections FROM mysql.user\"  # note OLD of {account}",
            "mysql -e \"ALTER USER 'USER'@'HOST' WITH MAX_USER_CONNECTIONS {to}\"",
        ],
        back: &["mysql -e \"ALTER USER 'USER'@'HOST' WITH MAX_USER_CONNECTIONS OLD\""],
    },
});

struct UserLimit;

/// Whose limit it is.
#[derive(Serialize, Deserialize)]
struct Whose {
    account: Account,
}

type Image = setting::Image<Whose, u64>;

impl Setting for UserLimit {
    type System = Mysql;
    type Of = Whose;
    type Value = u64;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;
    const NAME: &'static str = "MAX_USER_CONNECTIONS";

    fn check(params: &Params) -> Result<(), FieldError> {
        match nameable(&params.account) {
            true => Ok(()),
            false => Err(FieldError::new("account", "a backslash cannot be quoted safely")),
        }
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let (wanted, after) = (params.account.as_str(), params.to);
        let variables = reader.variables().await?;
        unless(privileges::refusal(reader, &variables, &privileges::ACCOUNTS, "change accounts").await?)?;
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
                format!("{} {why}: it must get in", text::escape(&account.to_string())),
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
                    let image = Image { of: Whose { account: account.clone() }, before: *before, after };
                    (reader.node(), who.id.clone(), image)
                })
                .collect(),
        }))
    }

    /// None: the account was dropped.
    async fn read(_: &str, of: &Whose, reader: &mut Reader) -> Result<Option<u64>, TargetError> {
        let all = reader.accounts().await?;
        Ok(all.into_iter().find(|(account, _)| *account == of.account).map(|(_, limit)| limit))
    }

    fn writes<'a>(of: &'a Whose, value: &'a u64) -> Vec<Write<'a>> {
        vec![Write::UserLimit(&of.account, *value)]
    }

    fn shown(value: &u64) -> String {
        value.to_string()
    }

    fn named(of: &Whose) -> String {
        format!("{} of {}", Self::NAME, text::escape(&of.account.to_string()))
    }
}
