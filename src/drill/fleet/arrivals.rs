//! When users come, and what they want: a schedule that does not look at the application (open loop).

use std::time::Duration;

use crate::drill::fleet::catalogue::{Catalogue, HOTTEST};
use crate::drill::fleet::popularity::Draw;
use crate::drill::scenario::spec::{Arrivals, Pages, Users};

/// What one user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::drill) struct Visit {
    pub(in crate::drill) page: u32,
    /// Users whose turn is below the share that is let in, in percent, are.
    pub(in crate::drill) turn: u32,
    /// For what is random in his own doing.
    pub(in crate::drill) seed: u64,
}

/// How users come now, as the trouble changes it.
#[derive(Clone, Copy, Debug)]
pub(in crate::drill) struct Pace {
    /// So many times as often.
    pub(in crate::drill) times: f64,
    /// Requests for pages that do not exist, for each of another page. They come on top.
    pub(in crate::drill) absent: f64,
}

/// Who comes when. The same seed gives the same users.
pub(in crate::drill) struct Schedule {
    users: Users,
    hot_share: f64,
    draw: Draw,
    random: fastrand::Rng,
    next: Duration,
    /// The page that the present group wants, and how many of it are still to come.
    group: (u32, u32),
}

impl Schedule {
    pub(in crate::drill) fn new(users: Users, pages: &Pages, seed: u64) -> Self {
        Self {
            users,
            hot_share: pages.hot.map_or(0.0, |hot| hot.share),
            draw: Draw::new(pages.popularity, pages.count),
            random: fastrand::Rng::with_seed(seed),
            next: Duration::ZERO,
            group: (0, 0),
        }
    }

    /// When the next user comes.
    pub(in crate::drill) fn next(&self) -> Duration {
        self.next
    }

    /// The whole machine stood still: all come later by so much.
    pub(in crate::drill) fn put_off(&mut self, pause: Duration) {
        self.next += pause;
    }

    /// The next user; from him on they come at this pace.
    pub(in crate::drill) fn visit(&mut self, catalogue: &Catalogue, pace: Pace) -> Visit {
        let rate = (self.users.rate * pace.times * (1.0 + pace.absent)).max(f64::MIN_POSITIVE);
        if self.group.1 == 0 {
            let page = self.page(catalogue, pace.absent);
            self.group = (page, self.size());
        }
        self.group.1 -= 1;
        if self.group.1 == 0 {
            let gap = self.gap() / rate;
            self.next += Duration::try_from_secs_f64(gap).unwrap_or(Duration::MAX / 2);
        }
        Visit { page: self.group.0, turn: self.random.u32(0..100), seed: self.random.u64(..) }
    }

    fn page(&mut self, catalogue: &Catalogue, absent: f64) -> u32 {
        if absent > 0.0 && self.random.f64() < absent / (1.0 + absent) {
            return catalogue.absent(&mut self.random);
        }
        let is_hot = self.hot_share > 0.0 && self.random.f64() < self.hot_share;
        if is_hot { HOTTEST } else { self.draw.page(&mut self.random) }
    }

    /// How many come together.
    fn size(&mut self) -> u32 {
        match self.users.arrivals {
            Arrivals::Steady | Arrivals::Poisson => 1,
            // Geometric: each is the last one with the same chance.
            Arrivals::Groups(mean) => {
                let last = 1.0 / mean.max(1.0);
                let mut size = 1;
                while self.random.f64() >= last {
                    size += 1;
                }
                size
            }
        }
    }

    /// From one group to the next, in mean gaps between users.
    fn gap(&mut self) -> f64 {
        match self.users.arrivals {
            Arrivals::Steady => 1.0,
            Arrivals::Poisson => self.wait(),
            Arrivals::Groups(mean) => self.wait() * mean.max(1.0),
        }
    }

    /// Exponential, 1 in the mean.
    fn wait(&mut self) -> f64 {
        -(1.0 - self.random.f64()).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::scenario::by_name;

    const AS_USUAL: Pace = Pace { times: 1.0, absent: 0.0 };

    /// The users of the first 100 seconds, and when they come.
    fn users(arrivals: Arrivals, pace: Pace, seed: u64) -> (Vec<(Duration, Visit)>, Catalogue) {
        let scenario = by_name("classic-expiry").expect("a scenario");
        let catalogue = Catalogue::new(scenario.pages.clone(), scenario.cost);
        let users = Users { rate: 500.0, arrivals };
        let mut schedule = Schedule::new(users, &scenario.pages, seed);
        let mut all = Vec::new();
        while schedule.next() < Duration::from_secs(100) {
            all.push((schedule.next(), schedule.visit(&catalogue, pace)));
        }
        (all, catalogue)
    }

    /// Variance of how many come in 100 ms, over their mean: 1 where they are independent of each other.
    fn dispersion(users: &[(Duration, Visit)]) -> f64 {
        let mut counts = vec![0.0; 1_000];
        users.iter().for_each(|(at, _)| counts[(at.as_millis() / 100) as usize] += 1.0);
        let mean = counts.iter().sum::<f64>() / 1_000.0;
        counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>() / 1_000.0 / mean
    }

    #[test]
    fn users_come_evenly_independently_or_together_and_always_as_often() {
        let of = |arrivals| users(arrivals, AS_USUAL, 7).0;
        let (steady, poisson, groups) =
            (of(Arrivals::Steady), of(Arrivals::Poisson), of(Arrivals::Groups(8.0)));
        for all in [&steady, &poisson, &groups] {
            assert!((48_000..52_000).contains(&all.len()), "{}", all.len());
        }
        assert!(dispersion(&steady) < 0.1, "{}", dispersion(&steady));
        assert!((0.85..1.15).contains(&dispersion(&poisson)), "{}", dispersion(&poisson));
        // Of geometric groups: 2 · mean - 1.
        assert!((12.0..18.0).contains(&dispersion(&groups)), "{}", dispersion(&groups));
        let same = |all: &[(Duration, Visit)]| {
            all.windows(2).filter(|pair| pair[0].1.page == pair[1].1.page && pair[0].0 == pair[1].0).count()
        };
        assert!(same(&groups) > groups.len() * 8 / 10, "a group wants the same page at the same time");
        assert!(same(&poisson) < 50, "{}", same(&poisson));
    }

    #[test]
    fn the_same_seed_gives_the_same_users_and_another_one_others() {
        let of = |seed| users(Arrivals::Groups(3.0), AS_USUAL, seed).0;
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn who_asks_for_what_does_not_exist_comes_on_top() {
        let (all, catalogue) = users(Arrivals::Poisson, Pace { times: 2.0, absent: 0.25 }, 7);
        let absent = all.iter().filter(|(_, visit)| !catalogue.exists(visit.page)).count();
        let others = all.len() - absent;
        assert!((97_000..103_000).contains(&others), "{others}");
        assert!((24_000..26_000).contains(&absent), "{absent}");
    }
}
