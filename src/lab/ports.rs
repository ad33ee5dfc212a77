//! Free loopback ports.

use std::net::{Ipv4Addr, TcpListener};

/// Below what Linux gives to outgoing connections (32768 and up), or one of those could take the port before the server does.
const RANGE: std::ops::Range<u16> = 16_000..22_000;
/// Redis Cluster nodes talk to each other on their port plus this.
const CLUSTER_BUS: u16 = 10_000;

/// A port that is free now, as is the one 10,000 above it. Whoever starts a server on it must still be ready to try another.
pub(super) fn free() -> Option<u16> {
    (0..200).map(|_| fastrand::u16(RANGE)).find(|port| is_free(*port) && is_free(port + CLUSTER_BUS))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}
