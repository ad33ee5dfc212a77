//! What the application serves, and what it costs to make. The cost is slept in the database, not burnt.

use std::sync::{Mutex, PoisonError};

use crate::drill::scenario::spec::{Cost, Pages};

/// The page that everybody looks at, when there is one.
pub(in crate::drill) const HOTTEST: u32 = 2;
/// Pages that do not exist and are asked for all the same (removed, mistyped): so many different ones.
const ABSENT: u32 = 1_000;

/// The pages.
pub(in crate::drill) struct Catalogue {
    pages: Pages,
    cost: Cost,
    /// Statements take so many times as long now.
    slower: Mutex<f64>,
}

/// The cache key of a page.
pub(in crate::drill) fn key(page: u32) -> String {
    if in_mysql(page) { format!("user:profile:{page}") } else { format!("product:page:{page}") }
}

/// Whether MariaDB has the page; else PostgreSQL.
pub(in crate::drill) fn in_mysql(page: u32) -> bool {
    page.is_multiple_of(2)
}

impl Catalogue {
    pub(in crate::drill) fn new(pages: Pages, cost: Cost) -> Self {
        Self { pages, cost, slower: Mutex::new(1.0) }
    }

    /// How many there are.
    pub(in crate::drill) fn count(&self) -> u32 {
        self.pages.count
    }

    pub(in crate::drill) fn exists(&self, page: u32) -> bool {
        (1..=self.pages.count).contains(&page)
    }

    /// One of the pages that do not exist.
    pub(in crate::drill) fn absent(&self, random: &mut fastrand::Rng) -> u32 {
        self.pages.count + random.u32(1..=ABSENT)
    }

    /// The page of a cache key.
    pub(in crate::drill) fn page_of(&self, key: &str) -> Option<u32> {
        let number = key.rsplit(':').next()?.parse().ok()?;
        (self.exists(number) && self::key(number) == key).then_some(number)
    }

    /// From now on statements take so many times as long as they do now.
    pub(in crate::drill) fn slow_down(&self, times: f64) {
        *self.slower.lock().unwrap_or_else(PoisonError::into_inner) *= times;
    }

    /// Statements that make a page, one after the other.
    pub(in crate::drill) fn statements(&self, page: u32) -> u32 {
        self.pages.hot.filter(|_| page == HOTTEST).map_or(1, |hot| hot.statements)
    }

    /// One of them, while so many of the application's connections to that database are busy.
    pub(in crate::drill) fn statement(&self, page: u32, busy: usize) -> String {
        let hot = self.pages.hot.filter(|_| page == HOTTEST);
        let (alone, copies) = hot.map_or((self.cost.rebuild, self.cost.copies), |hot| (hot.cost, hot.copies));
        // In tens, so that copies of a rebuild are the same text, as they are where the cost is real; pages are no copies.
        let crowd = if hot.is_some() { busy / 10 * 10 } else { busy };
        let slower = *self.slower.lock().unwrap_or_else(PoisonError::into_inner);
        let cost = alone.as_secs_f64() * slower * (crowd as f64 / copies).max(1.0);
        // What a row costs is not slept when there is none.
        let body = |table: &str| match self.exists(page) {
            true => ("body".to_owned(), format!(" FROM {table} WHERE id = {page}")),
            false => (format!("(SELECT body FROM {table} WHERE id = {page})"), String::new()),
        };
        if in_mysql(page) {
            let (body, from) = body("profiles");
            format!("SELECT {body}, SLEEP({cost:.3}){from}")
        } else {
            let (body, from) = body("products");
            format!("SELECT {body}, pg_sleep({cost:.3}){from}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::scenario::by_name;

    fn catalogue(name: &str) -> Catalogue {
        let scenario = by_name(name).expect("a scenario");
        Catalogue::new(scenario.pages.clone(), scenario.cost)
    }

    #[test]
    fn a_key_leads_to_its_page_and_no_other_does() {
        let pages = catalogue("hot-key");
        for page in [1, 2, 5_999, 6_000] {
            assert_eq!(pages.page_of(&key(page)), Some(page));
        }
        for wrong in ["user:profile:1", "user:profile:6002", "product:page:0", "x", "user:profile:-2"] {
            assert_eq!(pages.page_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_crowd_holds_itself_up_and_copies_are_the_same_text() {
        let pages = catalogue("hot-key");
        assert_eq!(pages.statement(3, 1), "SELECT body, pg_sleep(0.750) FROM products WHERE id = 3");
        assert_eq!(pages.statement(4, 17), "SELECT body, SLEEP(1.500) FROM profiles WHERE id = 4");
        assert_eq!(pages.statement(HOTTEST, 21), pages.statement(HOTTEST, 29));
        assert_eq!((pages.statements(HOTTEST), pages.statements(4)), (4, 1));
        pages.slow_down(4.0);
        assert_eq!(pages.statement(4, 1), "SELECT body, SLEEP(3.000) FROM profiles WHERE id = 4");
    }

    #[test]
    fn what_does_not_exist_costs_as_much() {
        let pages = catalogue("hot-key");
        let absent = pages.absent(&mut fastrand::Rng::with_seed(1));
        assert!(!pages.exists(absent));
        let said = pages.statement(6_002, 1);
        assert_eq!(said, "SELECT (SELECT body FROM profiles WHERE id = 6002), SLEEP(0.750)");
    }
}
