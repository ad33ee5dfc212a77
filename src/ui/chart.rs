//! Lines over time as one picture (SVG): panels one below the other, the same lines in each.

use std::fmt::{self, Write as _};
use std::time::Duration;

use crate::text;

const WIDTH: f64 = 860.0;
/// Beside the panels: the scale, and the names.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 60.0;
const PANEL: f64 = 130.0;
const GAP: f64 = 40.0;
/// Points of a line: more cannot be told apart.
const POINTS: usize = 300;
/// Told apart also by who sees few colours (Okabe and Ito).
const COLOURS: [&str; 8] =
    ["#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"];

/// The picture.
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The names of the lines.
    pub names: Vec<String>,
    /// From which second to which.
    pub seconds: (f64, f64),
    /// Seconds at which something happens.
    pub marks: Vec<f64>,
    /// From above.
    pub panels: Vec<Panel>,
}

/// One panel.
pub struct Panel {
    /// What it shows, with its unit.
    pub title: &'static str,
    /// The scale is one of powers of ten.
    pub tens: bool,
    /// A value of the scale in words.
    pub show: fn(f64) -> String,
    /// Each line: seconds and values.
    pub lines: Vec<Vec<(f64, f64)>>,
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let height = TOP + self.panels.len() as f64 * (PANEL + GAP);
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>"
        )?;
        label(f, LEFT, 18.0, "start", &self.title)?;
        let mut at = LEFT;
        for (name, colour) in self.names.iter().zip(COLOURS.iter().cycle()) {
            writeln!(f, "<rect x=\"{at:.0}\" y=\"28\" width=\"14\" height=\"4\" fill=\"{colour}\"/>")?;
            label(f, at + 18.0, 36.0, "start", name)?;
            at += 34.0 + 7.0 * name.len() as f64;
        }
        for (n, panel) in self.panels.iter().enumerate() {
            self.draw(f, panel, TOP + n as f64 * (PANEL + GAP))?;
        }
        f.write_str("</svg>\n")
    }
}

impl Chart {
    fn draw(&self, f: &mut fmt::Formatter<'_>, panel: &Panel, top: f64) -> fmt::Result {
        let values = || panel.lines.iter().flatten().map(|(_, value)| *value);
        let most = values().fold(0.0, f64::max).max(1e-3);
        let least = values().filter(|value| *value > 0.0).fold(most, f64::min);
        let (low, high) = match panel.tens {
            true => (least.log10().floor(), most.log10().ceil().max(least.log10().floor() + 1.0)),
            false => (0.0, most * 1.05),
        };
        let bottom = top + PANEL;
        let y = |value: f64| {
            let value = if panel.tens { value.max(least).log10() } else { value };
            bottom - (value - low) / (high - low) * PANEL
        };
        let (first, last) = self.seconds;
        let x = |seconds: f64| LEFT + (seconds - first) / (last - first).max(1e-9) * (WIDTH - LEFT - RIGHT);
        label(f, LEFT, top - 6.0, "start", panel.title)?;
        writeln!(
            f,
            "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{:.0}\" height=\"{PANEL}\" fill=\"none\" stroke=\"#cccccc\"/>",
            WIDTH - LEFT - RIGHT
        )?;
        for tick in 0..=2 {
            let raw = low + (high - low) * f64::from(tick) / 2.0;
            let value = if panel.tens { 10f64.powf(raw) } else { raw };
            label(f, LEFT - 6.0, bottom - PANEL * f64::from(tick) / 2.0 + 4.0, "end", &(panel.show)(value))?;
        }
        for quarter in 0..=4 {
            let seconds = first + (last - first) * f64::from(quarter) / 4.0;
            let words = text::duration(Duration::from_secs_f64(seconds.max(0.0)));
            label(f, x(seconds), bottom + 15.0, if quarter == 4 { "end" } else { "middle" }, &words)?;
        }
        for at in self.marks.iter().map(|at| x(*at)) {
            writeln!(
                f,
                "<line x1=\"{at:.1}\" y1=\"{top}\" x2=\"{at:.1}\" y2=\"{bottom}\" stroke=\"#666666\" stroke-dasharray=\"3 3\"/>"
            )?;
        }
        for (line, colour) in panel.lines.iter().zip(COLOURS.iter().cycle()) {
            let mut points = String::new();
            for some in line.chunks(line.len().div_ceil(POINTS).max(1)) {
                // Of several points the worst one: a peak of a second is what matters.
                let worst = some.iter().map(|(_, value)| *value).max_by(f64::total_cmp);
                if let (Some(worst), Some((from, _)), Some((to, _))) = (worst, some.first(), some.last()) {
                    write!(points, "{:.1},{:.1} ", x(f64::midpoint(*from, *to)), y(worst))?;
                }
            }
            writeln!(
                f,
                "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{}\"/>",
                points.trim_end()
            )?;
        }
        Ok(())
    }
}

fn label(f: &mut fmt::Formatter<'_>, x: f64, y: f64, anchor: &str, words: &str) -> fmt::Result {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(f, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lie_within_their_panel_and_words_are_no_markup() {
        let lines = vec![vec![(0.0, 1.0), (10.0, 100.0)], vec![(0.0, 0.0), (5.0, 50.0)]];
        let panel = |tens| Panel { title: "a < b", tens, show: text::count, lines: lines.clone() };
        let chart = Chart {
            title: "x & y".into(),
            names: vec!["one".into(), "two".into()],
            seconds: (0.0, 10.0),
            marks: vec![5.0],
            panels: vec![panel(false), panel(true)],
        };
        let svg = chart.to_string();
        assert!(svg.contains("a &lt; b") && svg.contains("x &amp; y"), "{svg}");
        let points: Vec<&str> = svg.lines().filter(|line| line.contains("polyline")).collect();
        assert_eq!(points.len(), 4);
        for (n, line) in points.iter().enumerate() {
            let top = TOP + (n / 2) as f64 * (PANEL + GAP);
            let (_, points) = line.split_once("points=\"").unwrap();
            for point in points.trim_end_matches("\"/>").split(' ') {
                let (x, y) = point.split_once(',').unwrap();
                let (x, y): (f64, f64) = (x.parse().unwrap(), y.parse().unwrap());
                assert!((LEFT..=WIDTH - RIGHT).contains(&x) && (top..=top + PANEL).contains(&y), "{point}");
            }
        }
    }
}
