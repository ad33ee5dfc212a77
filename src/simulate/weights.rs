//! A choice among many by their weights, which change all the time: a Fenwick tree.

/// Weights, none of them negative.
pub(super) struct Weights {
    each: Vec<f64>,
    /// Each node holds the sum of a range that ends with it; as many as the next power of two.
    sums: Vec<f64>,
    total: f64,
}

impl Weights {
    /// So many, all 0.
    pub(super) fn new(count: usize) -> Self {
        Self { each: vec![0.0; count], sums: vec![0.0; count.next_power_of_two() + 1], total: 0.0 }
    }

    /// Their sum.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// Changes one.
    pub(super) fn set(&mut self, place: usize, weight: f64) {
        let more = weight - self.each[place];
        if more == 0.0 {
            return;
        }
        self.each[place] = weight;
        self.total = (self.total + more).max(0.0);
        let mut node = place + 1;
        while node < self.sums.len() {
            self.sums[node] += more;
            node += node & node.wrapping_neg();
        }
    }

    /// Adds all of them up anew: what was rounded in many changes is forgotten.
    pub(super) fn settle(&mut self) {
        self.total = self.each.iter().sum();
        self.sums.fill(0.0);
        for (place, weight) in self.each.iter().enumerate() {
            self.sums[place + 1] += weight;
        }
        for node in 1..self.sums.len() {
            let above = node + (node & node.wrapping_neg());
            if above < self.sums.len() {
                self.sums[above] += self.sums[node];
            }
        }
    }

    /// The one in whose share of the sum `at` falls, which is between 0 and the sum. None: rounding has led to one that weighs
    /// nothing.
    pub(super) fn find(&self, at: f64) -> Option<usize> {
        let (mut node, mut left) = (0, at);
        let mut step = self.sums.len() - 1;
        while step > 0 {
            if let Some(sum) = self.sums.get(node + step).copied()
                && sum <= left
            {
                node += step;
                left -= sum;
            }
            step /= 2;
        }
        Some(node).filter(|place| self.each.get(*place).is_some_and(|weight| *weight > 0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_in_its_own_share() {
        for count in [1, 2, 5, 8] {
            let mut weights = Weights::new(count);
            for round in 0..2 {
                for place in 0..count {
                    weights.set(place, place as f64 + 1.0 - f64::from(round) * 0.5);
                }
                let mut below = 0.0;
                for place in 0..count {
                    let weight = weights.each[place];
                    assert_eq!(weights.find(below), Some(place), "{count}");
                    assert_eq!(weights.find(below + weight * 0.99), Some(place), "{count}");
                    below += weight;
                }
                assert_eq!(weights.total(), below);
                weights.settle();
            }
        }
    }

    #[test]
    fn what_weighs_nothing_is_not_found() {
        let mut weights = Weights::new(3);
        weights.set(1, 2.0);
        assert_eq!(weights.find(0.0), Some(1));
        assert_eq!(weights.find(2.0), None);
    }
}
