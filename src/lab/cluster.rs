//! A Redis Cluster.

use futures_util::future::try_join_all;

use crate::error::Failure;
use crate::lab::{Lab, RedisServer};

const SLOTS: usize = 16_384;

/// A running Redis Cluster, all slots covered.
#[derive(Clone)]
pub struct RedisCluster {
    /// The nodes that were made primaries, in the order of their slots.
    pub primaries: Vec<RedisServer>,
    /// Their replicas: those of the first primary, then those of the second, and so on.
    pub replicas: Vec<RedisServer>,
}

impl RedisCluster {
    /// All nodes, primaries first.
    pub fn nodes(&self) -> impl Iterator<Item = &RedisServer> {
        self.primaries.iter().chain(&self.replicas)
    }
}

impl Lab {
    /// Starts a cluster and waits until each node sees all others, all slots, and its replicas in step.
    /// Errors: as for [`Lab::redis`]; the nodes do not find together.
    pub async fn redis_cluster(
        &self,
        primaries: usize,
        replicas_each: usize,
        args: &[&str],
    ) -> Result<RedisCluster, Failure> {
        let mut all = vec!["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
        all.extend(args);
        let count = primaries * (1 + replicas_each);
        let mut nodes = try_join_all((0..count).map(|_| self.redis(&all))).await?;
        let replicas = nodes.split_off(primaries);
        let cluster = RedisCluster { primaries: nodes, replicas };
        cluster.join().await?;
        for (index, replica) in cluster.replicas.iter().enumerate() {
            let primary = cluster.primaries[index / replicas_each].says(&["CLUSTER", "MYID"]).await?;
            let knows = |nodes: &str| nodes.contains(&primary);
            replica.until("replica knows its primary", &["CLUSTER", "NODES"], knows).await?;
            replica.says(&["CLUSTER", "REPLICATE", &primary]).await?;
        }
        cluster.settled().await?;
        Ok(cluster)
    }
}

impl RedisCluster {
    async fn join(&self) -> Result<(), Failure> {
        let per_node = SLOTS.div_ceil(self.primaries.len());
        for (index, primary) in self.primaries.iter().enumerate() {
            // One by one: ADDSLOTSRANGE came with Redis 7.
            let slots = index * per_node..((index + 1) * per_node).min(SLOTS);
            let slots: Vec<_> = slots.map(|slot| slot.to_string()).collect();
            let mut command = vec!["CLUSTER", "ADDSLOTS"];
            command.extend(slots.iter().map(String::as_str));
            primary.says(&command).await?;
            // Ahead of the meeting, or two nodes with the same epoch would have to sort it out.
            primary.says(&["CLUSTER", "SET-CONFIG-EPOCH", &(index + 1).to_string()]).await?;
        }
        for node in self.nodes().skip(1) {
            node.says(&["CLUSTER", "MEET", "127.0.0.1", &self.primaries[0].port().to_string()]).await?;
        }
        Ok(())
    }

    async fn settled(&self) -> Result<(), Failure> {
        let known = format!("cluster_known_nodes:{}\r\n", self.nodes().count());
        let replicas = self.replicas.len();
        for node in self.nodes() {
            let together = |info: &str| info.contains("cluster_state:ok") && info.contains(&known);
            node.until("cluster has found together", &["CLUSTER", "INFO"], together).await?;
            let knows = |nodes: &str| {
                nodes.lines().filter(|line| line.contains("slave")).count() == replicas
                    && !nodes.contains("handshake")
                    && !nodes.contains("fail")
            };
            node.until("cluster knows who is a replica", &["CLUSTER", "NODES"], knows).await?;
        }
        for replica in &self.replicas {
            replica.until_in_step("replicas are in step").await?;
        }
        Ok(())
    }
}
