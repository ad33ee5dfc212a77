//! Probabilistic early expiration (XFetch): the hotter a key and the dearer its rebuild, the earlier one request refreshes it.

use std::time::Duration;

/// Whether a request refreshes a value that is still good. `left`: until it expires, by the clock of the cache. `cost`: what its
/// last rebuild took. `beta`: 1 is the optimum of the paper (Vattani, Chierichetti, Lowenstein 2015), more refreshes earlier.
/// `draw`: random, from 0 to less than 1, anew for each request.
pub fn refresh_now(left: Duration, cost: Duration, beta: f64, draw: f64) -> bool {
    // 1 - draw is never 0, whose logarithm is infinite: it would refresh a value of any age.
    cost.as_secs_f64() * beta * -(1.0 - draw).ln() >= left.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COST: Duration = Duration::from_millis(200);

    #[test]
    fn it_is_refreshed_near_its_end_and_not_when_it_is_young() {
        let left = |seconds| Duration::from_secs_f64(seconds);
        assert!(!refresh_now(left(200.0), COST, 1.0, 0.999_999), "200 s before the end");
        // One time out of e is later than the cost of a rebuild.
        assert!(!refresh_now(left(0.2), COST, 1.0, 0.63));
        assert!(refresh_now(left(0.2), COST, 1.0, 0.64));
        assert!(refresh_now(left(0.4), COST, 2.0, 0.64), "twice as early");
        assert!(refresh_now(Duration::ZERO, COST, 1.0, 0.0), "at the end always");
        assert!(!refresh_now(left(0.001), Duration::ZERO, 1.0, 0.999), "what costs nothing may expire");
    }

    /// 1000 requests/s, 300 s, 0.2 s: the formula of the protocol begins hundreds of refreshes in a time to live.
    #[test]
    fn it_is_refreshed_a_few_times_in_its_life_where_the_protocol_s_formula_does_so_hundreds_of_times() {
        let (ttl, reads) = (300.0, 1000.0);
        let mut random = fastrand::Rng::with_seed(7);
        let mut begun = |due: &dyn Fn(f64, f64) -> bool| {
            let (mut begun, mut born, mut back) = (0, 0.0, None);
            for n in 0..(4.0 * ttl * reads) as u32 {
                let now = f64::from(n) / reads;
                if let Some(at) = back.filter(|at| now >= *at) {
                    (born, back) = (at, None);
                }
                if due(now - born, random.f64()) {
                    begun += 1;
                    back = back.or(Some(now + COST.as_secs_f64()));
                }
            }
            f64::from(begun) / 4.0
        };
        let xfetch = begun(&|age, draw| {
            refresh_now(Duration::from_secs_f64(f64::max(ttl - age, 0.0)), COST, 1.0, draw)
        });
        let protocol = begun(&|age, draw| age > ttl * draw);
        assert!(xfetch < 10.0, "{xfetch}");
        assert!(protocol > 300.0, "{protocol}");
    }
}
