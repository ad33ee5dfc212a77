//! From the addresses an operator gave to the nodes that are there.

use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::clock;
use crate::config::Address;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::cluster::{self, Member};
use crate::system::redis::wire::Wire;
use crate::system::redis::{
    Connection, Info, Query, Reader, Refused, Reply, Way, admission, error, sentinel,
};
use crate::system::{Dialling, tls};

impl Reader {
    /// How to get to a server of this target.
    pub(super) fn way(&self, address: &Address) -> Result<Way, TargetError> {
        let spec = &self.spec;
        let tls = match (&self.tls, &spec.tls) {
            (Some(config), Some(options)) => Some((config.clone(), tls::server_name(address, options)?)),
            _ => None,
        };
        Ok(Way {
            address: address.clone(),
            tls,
            user: spec.user.clone(),
            password: spec.password.clone(),
            database: spec.database,
            name: spec.client_name.clone().unwrap_or_else(|| "stampede".into()),
        })
    }

    /// How to get to a Sentinel: its own credentials, no database.
    pub(super) fn sentinel_way(&self, address: &Address) -> Result<Way, TargetError> {
        Ok(Way {
            user: self.spec.sentinel_user.clone(),
            password: self.spec.sentinel_password.clone(),
            database: 0,
            ..self.way(address)?
        })
    }
}

/// Connects to whichever of `ways` lets us in first.
pub async fn first_in(ways: &[Way], dialling: &Dialling) -> Result<(Way, Wire), Refused> {
    let mut tries: FuturesUnordered<_> =
        ways.iter().map(|way| async move { (way, admission::enter(way, dialling).await) }).collect();
    let mut worst: Option<Refused> = None;
    while let Some((way, outcome)) = tries.next().await {
        match outcome {
            Ok(wire) => return Ok((way.clone(), wire)),
            // A full server says more than one that is not there.
            Err(refused)
                if worst.as_ref().is_none_or(|worst| worst.full.is_none() && refused.full.is_some()) =>
            {
                worst = Some(refused);
            }
            Err(_) => {}
        }
    }
    Err(worst.unwrap_or_else(|| TargetError::new(TargetErrorKind::Input, "no address given").into()))
}

/// The cluster that the node of `connection` belongs to: its members and which of them it is; none when it is no cluster.
pub async fn members(
    connection: &Connection,
    way: &Way,
    dialling: &Dialling,
    notes: &mut Vec<String>,
) -> Result<Option<(Vec<Member>, String)>, TargetError> {
    let by = clock::instant() + dialling.reply;
    let replies =
        connection.query(&[Query::Info(&["cluster"]), Query::ClusterShards, Query::ClusterMyid], by).await?;
    let [info, shards, id] = &replies[..] else { return Ok(None) };
    let id = id.text().unwrap_or_default();
    if !shards.items().is_empty() {
        return Ok(Some((cluster::from_shards(shards, &way.address, way.tls.is_some()), id)));
    }
    let info = Info::parse(&info.text().unwrap_or_default());
    // A Sentinel answers as a Redis does that has nothing in it.
    if info.get("cluster_enabled").is_none()
        && shards.error().is_some_and(error::is_unknown_command)
        && let Some(services) = sentinel::services(&connection.query_one(Query::SentinelServices, by).await?)
    {
        return Err(sentinel::is_one(&way.address, &services));
    }
    if !info.is_cluster() {
        return Ok(None);
    }
    match connection.query_one(Query::ClusterNodes, by).await? {
        Reply::Error(text) => {
            let why = connection.meaning(&text).await;
            notes.push(format!("only this node of the cluster is measured: {why}"));
            Ok(None)
        }
        nodes => Ok(Some((cluster::from_nodes(&nodes.text().unwrap_or_default(), &way.address), id))),
    }
}
