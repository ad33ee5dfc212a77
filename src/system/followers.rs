//! The replicas that a database shows as its own.

use std::collections::BTreeSet;

use crate::config::Address;

/// Replicas, as far as their primary knows where they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Followers {
    /// Where they may be asked.
    pub addresses: Vec<Address>,
    /// How many of them follow from an address that is not known.
    pub hidden: usize,
    /// How many seconds the last of them is behind, where the primary knows it.
    pub lag: Option<f64>,
}

impl Followers {
    /// From what each says of itself (host, which may be empty, and port) and the hosts that their connections come from.
    pub(super) fn of(told: Vec<(String, u16)>, seen: &[String]) -> Self {
        let (silent, named): (Vec<_>, Vec<_>) = told.into_iter().partition(|(host, _)| host.is_empty());
        let mut addresses: Vec<Address> = named.iter().map(|(host, port)| at(host, *port)).collect();
        let seen: BTreeSet<&String> = seen.iter().filter(|host| !host.is_empty()).collect();
        let rest: Vec<&String> =
            seen.iter().copied().filter(|host| named.iter().all(|(name, _)| name != *host)).collect();
        let ports: BTreeSet<u16> = silent.iter().map(|(_, port)| *port).collect();
        // Which connection belongs to which of them is told nowhere: with several hosts and several ports it is a guess.
        let mut hidden = 0;
        match (seen.len(), ports.len()) {
            (1, _) => addresses.extend(seen.iter().flat_map(|host| ports.iter().map(|port| at(host, *port)))),
            (_, 1) if rest.len() == silent.len() => {
                addresses.extend(rest.iter().flat_map(|host| ports.iter().map(|port| at(host, *port))));
            }
            _ => hidden = silent.len(),
        }
        // Two behind one address: only one of them can be asked there.
        let all = addresses.len();
        addresses.sort_by_key(ToString::to_string);
        addresses.dedup();
        hidden += all - addresses.len();
        Self { addresses, hidden, lag: None }
    }
}

fn at(host: &str, port: u16) -> Address {
    Address::Tcp(host.to_owned(), port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(told: &[(&str, u16)], seen: &[&str]) -> (Vec<String>, usize) {
        let told = told.iter().map(|(host, port)| ((*host).to_owned(), *port)).collect();
        let found = Followers::of(told, &seen.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>());
        (found.addresses.iter().map(ToString::to_string).collect(), found.hidden)
    }

    fn strings(addresses: &[&str], hidden: usize) -> (Vec<String>, usize) {
        (addresses.iter().map(|address| (*address).to_owned()).collect(), hidden)
    }

    #[test]
    fn replicas_are_where_they_say_or_where_their_connection_comes_from() {
        assert_eq!(of(&[("db2", 3306), ("db3", 3307)], &[]), strings(&["db2:3306", "db3:3307"], 0));
        assert_eq!(of(&[("", 3307)], &["10.0.0.7"]), strings(&["10.0.0.7:3307"], 0));
        let two = [("", 3306), ("", 3306)];
        assert_eq!(of(&two, &["10.0.0.7", "10.0.0.8"]), strings(&["10.0.0.7:3306", "10.0.0.8:3306"], 0));
        let mixed = [("10.0.0.7", 3306), ("", 3306)];
        assert_eq!(of(&mixed, &["10.0.0.7", "10.0.0.8"]), strings(&["10.0.0.7:3306", "10.0.0.8:3306"], 0));
    }

    #[test]
    fn which_of_several_hosts_has_which_port_is_not_guessed() {
        assert_eq!(of(&[("", 3306), ("", 3307)], &["10.0.0.7", "10.0.0.8"]), strings(&[], 2));
        assert_eq!(of(&[("", 3306)], &[]), strings(&[], 1), "nothing was seen");
    }
}
