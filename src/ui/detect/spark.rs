//! A sparkline: the values of a series, each as a mark that is as high as the value.

/// What a sparkline is drawn with.
#[derive(Debug)]
pub(super) struct Marks {
    /// From the lowest to the highest.
    levels: [char; 8],
    /// Where there is no value.
    gap: char,
    /// Between the least and the most.
    pub to: &'static str,
}

/// For a terminal that shows Unicode.
pub(super) const BLOCKS: Marks =
    Marks { levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], gap: '·', to: "–" };

/// For any terminal.
pub(super) const LETTERS: Marks =
    Marks { levels: ['_', '.', '-', '=', '+', '*', '#', '@'], gap: ' ', to: "-" };

impl Marks {
    /// One mark a value, the least one lowest and the most one highest; in the middle where all are the same. A value that is
    /// not known is a gap, never the lowest mark.
    pub(super) fn draw(&self, values: &[Option<f64>]) -> String {
        let (least, most) = range(values).unwrap_or_default();
        let steps = (self.levels.len() - 1) as f64;
        let mark = |value: &Option<f64>| match value.filter(|value| value.is_finite()) {
            None => self.gap,
            Some(value) if most > least => {
                // Not less than 0 and not more than the last: the bounds are those of the values.
                let step = ((value - least) / (most - least) * steps).round() as usize;
                self.levels.get(step).copied().unwrap_or(self.gap)
            }
            Some(_) => self.levels[self.levels.len() / 2 - 1],
        };
        values.iter().map(mark).collect()
    }
}

/// The least and the most of the values that are known; none where none is.
pub(super) fn range(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let known = values.iter().flatten().copied().filter(|value| value.is_finite());
    known.fold(None, |range, value| {
        let (least, most) = range.unwrap_or((value, value));
        Some((value.min(least), value.max(most)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn the_least_is_lowest_and_the_most_is_highest() {
        assert_eq!(BLOCKS.draw(&known(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])), "▁▂▃▄▅▆▇█");
        assert_eq!(LETTERS.draw(&known(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])), "_.-=+*#@");
        assert_eq!(BLOCKS.draw(&known(&[0.99, 0.2, 0.99])), "█▁█");
        assert_eq!(BLOCKS.draw(&known(&[-5.0, 5.0])), "▁█");
    }

    #[test]
    fn what_does_not_move_stands_in_the_middle() {
        assert_eq!(BLOCKS.draw(&known(&[3.0])), "▄");
        assert_eq!(BLOCKS.draw(&known(&[0.0, 0.0, 0.0])), "▄▄▄");
    }

    #[test]
    fn what_is_not_known_is_a_gap_and_never_a_zero() {
        assert_eq!(BLOCKS.draw(&[]), "");
        assert_eq!(BLOCKS.draw(&[None, None]), "··");
        assert_eq!(BLOCKS.draw(&[Some(1.0), None, Some(2.0)]), "▁·█");
        assert_eq!(LETTERS.draw(&[Some(1.0), None, Some(2.0)]), "_ @");
        assert_eq!(BLOCKS.draw(&[Some(1.0), Some(f64::NAN), Some(f64::INFINITY), Some(2.0)]), "▁··█");
        assert_eq!(range(&[None, Some(4.0), Some(2.0), Some(f64::NAN)]), Some((2.0, 4.0)));
        assert_eq!(range(&[None]), None);
    }
}
