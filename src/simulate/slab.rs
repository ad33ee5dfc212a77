//! Things that come and go, in places that are used again.

/// Which thing: its place, and how often that place had been used before. What is gone is not found by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    place: u32,
    serial: u32,
}

/// The things.
pub(super) struct Slab<T> {
    places: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    /// Without any.
    pub(super) fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Takes one in.
    pub(super) fn add(&mut self, thing: T) -> Handle {
        match self.free.pop() {
            Some(place) => {
                let (serial, slot) = &mut self.places[place as usize];
                *slot = Some(thing);
                Handle { place, serial: *serial }
            }
            None => {
                self.places.push((0, Some(thing)));
                // More than 2^32 of them would not fit into memory.
                Handle { place: (self.places.len() - 1) as u32, serial: 0 }
            }
        }
    }

    /// The thing, if it is still there.
    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let (serial, thing) = self.places.get_mut(handle.place as usize)?;
        thing.as_mut().filter(|_| *serial == handle.serial)
    }

    /// Takes it out.
    pub(super) fn remove(&mut self, handle: Handle) -> Option<T> {
        let (serial, thing) = self.places.get_mut(handle.place as usize)?;
        if *serial != handle.serial {
            return None;
        }
        let thing = thing.take()?;
        *serial = serial.wrapping_add(1);
        self.free.push(handle.place);
        Some(thing)
    }

    /// All that are there.
    pub(super) fn handles(&self) -> Vec<Handle> {
        let there = self.places.iter().enumerate().filter(|(_, (_, thing))| thing.is_some());
        there.map(|(place, (serial, _))| Handle { place: place as u32, serial: *serial }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_not_found_in_its_old_place() {
        let mut slab = Slab::new();
        let first = slab.add("a");
        assert_eq!(slab.remove(first), Some("a"));
        let second = slab.add("b");
        assert_eq!(slab.get_mut(first), None);
        assert_eq!(slab.remove(first), None);
        assert_eq!(slab.get_mut(second), Some(&mut "b"));
        assert_eq!((slab.len(), slab.handles()), (1, vec![second]));
    }
}
