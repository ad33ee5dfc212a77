//! A cluster as one of its nodes sees it (`CLUSTER NODES`): whose slots are whose, and who could take over.

use std::collections::BTreeSet;

/// What one node says of its cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    me: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    id: String,
    /// `host:port`, as the node says it.
    name: String,
    primary: bool,
    /// Whether the cluster holds it for failed, and not just one node.
    failed: bool,
    /// The id of its primary.
    of: Option<String>,
    slots: Vec<(u16, u16)>,
    /// Slots that are on their way to a node; a node says so of itself only.
    leave: Vec<(u16, String)>,
    /// Slots that it takes from a node.
    take: Vec<(u16, String)>,
}

/// A node that has failed, and was the last that could take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its name, as the others say it.
    pub node: String,
    /// Whether it was a replica; else it was a primary, and what could have taken over has done so.
    pub replica: bool,
}

/// A slot on its way to a node that does not say that it takes it: clients are sent there, and sent back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stuck {
    /// Which.
    pub slot: u16,
    /// The node, as the one says it that sends the clients.
    pub to: String,
    /// Whether that node was asked; else it may well take it.
    pub asked: bool,
}

impl Seat {
    /// Reads `CLUSTER NODES`; none when it does not say who answered.
    pub fn read(listing: &str) -> Option<Self> {
        let rows: Vec<Vec<&str>> = listing.lines().map(|line| line.split_whitespace().collect()).collect();
        let mut seat = Self::default();
        for row in rows.iter().filter(|row| row.len() >= 8) {
            let flags: Vec<&str> = row[2].split(',').collect();
            if flags.contains(&"myself") {
                row[0].clone_into(&mut seat.me);
            }
            let (place, host) = row[1].split_once(',').unwrap_or((row[1], ""));
            let name = place.split('@').next().unwrap_or(place);
            let name = match (host.split(',').next().unwrap_or(""), name.rsplit_once(':')) {
                ("" | "?", _) | (_, None) => name.to_owned(),
                (host, Some((_, port))) => format!("{host}:{port}"),
            };
            seat.rows.push(Row {
                id: row[0].to_owned(),
                name,
                primary: flags.contains(&"master"),
                failed: flags.contains(&"fail"),
                of: (row[3] != "-").then(|| row[3].to_owned()),
                slots: row[8..].iter().filter_map(|range| slots(range)).collect(),
                leave: row[8..].iter().filter_map(|range| moving(range, "->-")).collect(),
                take: row[8..].iter().filter_map(|range| moving(range, "-<-")).collect(),
            });
        }
        (!seat.me.is_empty()).then_some(seat)
    }

    fn own(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == self.me && row.primary)
    }
}

/// `0-5460`, or one slot alone; `[93-<-id]` is on the move, and still served where it was.
pub(super) fn slots(range: &str) -> Option<(u16, u16)> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// `[93->-id]` leaves for that node, `[93-<-id]` comes from it.
fn moving(range: &str, way: &str) -> Option<(u16, String)> {
    let (slot, id) = range.strip_prefix('[')?.strip_suffix(']')?.split_once(way)?;
    Some((slot.parse().ok()?, id.to_owned()))
}

/// The slots that one node sends to another which takes them from nobody, and has them not: an aborted move.
pub fn stuck(seats: &[&Seat]) -> BTreeSet<Stuck> {
    let mut found = BTreeSet::new();
    for (from, own) in seats.iter().filter_map(|seat| Some((seat, seat.own()?))) {
        for (slot, id) in &own.leave {
            let there = seats.iter().find(|seat| seat.me == *id);
            let takes = |row: &Row| {
                row.take.iter().any(|(taken, of)| taken == slot && *of == from.me)
                    || row.slots.iter().any(|(first, last)| (first..=last).contains(&slot))
            };
            if there.and_then(|seat| seat.own()).is_some_and(takes) {
                continue;
            }
            let name = from.rows.iter().find(|row| row.id == *id).map_or(id, |row| &row.name);
            found.insert(Stuck { slot: *slot, to: name.clone(), asked: there.is_some() });
        }
    }
    found
}

/// The slots that nobody serves. A slot is served by a node that says so of itself; what others say of it sends clients there,
/// and no more. Of slots that belong to a node which was not asked nothing is known, unless it has failed.
pub fn unserved(seats: &[&Seat]) -> BTreeSet<u16> {
    if seats.is_empty() {
        return BTreeSet::new();
    }
    let asked: BTreeSet<&str> = seats.iter().map(|seat| seat.me.as_str()).collect();
    let own = seats.iter().filter_map(|seat| seat.own());
    let others = seats.iter().flat_map(|seat| &seat.rows);
    let elsewhere = others.filter(|row| !asked.contains(row.id.as_str()) && !row.failed);
    let mut left = [true; 16_384];
    for (first, last) in own.chain(elsewhere).flat_map(|row| &row.slots) {
        left.iter_mut().take(usize::from(*last) + 1).skip(usize::from(*first)).for_each(|left| *left = false);
    }
    (0..).zip(left).filter_map(|(slot, left)| left.then_some(slot)).collect()
}

/// The failed nodes of shards in which no other could take over. A shard that never had a replica has lost none.
pub fn lost(seats: &[&Seat]) -> Vec<Lost> {
    let mut found: Vec<Lost> = Vec::new();
    for seat in seats.iter().filter(|seat| seat.own().is_some_and(|own| !own.slots.is_empty())) {
        let of_mine = |row: &&Row| row.of.as_ref() == Some(&seat.me);
        if seat.rows.iter().filter(of_mine).any(|row| !row.failed) {
            continue;
        }
        // A primary that failed and has no slots any more: a replica has taken its place, and has none itself.
        let has_replicas = seat.rows.iter().any(|row| row.of.is_some());
        let was_replaced = |row: &&Row| row.failed && row.primary && row.slots.is_empty() && has_replicas;
        let mine = seat.rows.iter().filter(of_mine).map(|row| (row, true));
        let replaced = seat.rows.iter().filter(was_replaced).map(|row| (row, false));
        for (row, replica) in mine.chain(replaced) {
            if !found.iter().any(|lost| lost.node == row.name) {
                found.push(Lost { node: row.name.clone(), replica });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(me: &str, rows: &[&str]) -> Seat {
        let line = |row: &&str| {
            let [id, flags, of, slots] = row.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!("{row}") };
            let myself = if id == me { "myself," } else { "" };
            format!("{id} 10.0.0.1:{id}@1{id},host.{id} {myself}{flags} {of} 0 0 1 connected {slots}\n")
        };
        Seat::read(&rows.iter().map(line).collect::<String>()).expect("it says who it is")
    }

    #[test]
    fn a_slot_is_served_by_who_says_so_of_itself() {
        let one = seat("1", &["1 master - 0-8000", "2 master - 8001-16383"]);
        let other = seat("2", &["1 master - 0-8001", "2 master - 8002-16383 [8002->-1]"]);
        assert_eq!(unserved(&[&one, &other]), [8001].into());
        assert_eq!(unserved(&[&one]), [].into(), "the other was not asked");
        let alone = seat("1", &["1 master - 0-8000", "2 master,fail - 8001-16383"]);
        assert_eq!(unserved(&[&alone]).len(), 8383);
        let maybe = seat("1", &["1 master - 0-8000", "2 master,fail? - 8001-16383"]);
        assert_eq!(unserved(&[&maybe]), [].into());
        assert_eq!(unserved(&[]), [].into());
        assert_eq!(Seat::read("1 10.0.0.1:1@1 master - 0 0 1 connected 0-1\n"), None);
    }

    #[test]
    fn a_slot_is_stuck_whose_next_node_does_not_take_it() {
        let from = seat("1", &["1 master - 0-8000 [7->-2]", "2 master - 8001-16383"]);
        let other = |slots: &str| seat("2", &["1 master - 0-8000", &format!("2 master - 8001-16383{slots}")]);
        let found = |seats: &[&Seat]| {
            stuck(seats).into_iter().map(|stuck| (stuck.slot, stuck.to, stuck.asked)).collect::<Vec<_>>()
        };
        assert_eq!(found(&[&from, &other("")]), [(7, "host.2:2".to_owned(), true)]);
        assert_eq!(found(&[&from, &other(" [7-<-3]")]), [(7, "host.2:2".to_owned(), true)], "from another");
        assert_eq!(found(&[&from, &other(" [7-<-1]")]), []);
        assert_eq!(found(&[&from, &other(" 7")]), [], "it has it already");
        assert_eq!(found(&[&from]), [(7, "host.2:2".to_owned(), false)]);
    }

    #[test]
    fn a_replica_is_missed_where_no_other_could_take_over() {
        let names = |rows: &[&str]| {
            let lost = lost(&[&seat("1", rows)]);
            lost.into_iter().map(|lost| (lost.node, lost.replica)).collect::<Vec<_>>()
        };
        let dead = "2 slave,fail 1 ";
        assert_eq!(names(&["1 master - 0-9", dead]), [("host.2:2".to_owned(), true)]);
        assert_eq!(names(&["1 master - 0-9", dead, "3 slave 1 "]), []);
        assert_eq!(names(&["1 master - 0-9", "2 slave,fail 3 ", "3 master - 10-19"]), [], "another's");
        let replaced = ["1 master - 0-9", "2 master,fail - ", "3 master - 10-19", "4 slave 3 "];
        assert_eq!(names(&replaced), [("host.2:2".to_owned(), false)]);
        assert_eq!(names(&replaced[..3]), [], "a cluster that has no replicas misses none");
    }
}
