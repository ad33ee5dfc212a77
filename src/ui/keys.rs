//! A list of hot keys.

use std::time::Duration;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::probe::hotkeys;
use crate::refill::list::{self, Listed};
use crate::text;
use crate::ui::wrap::wrap;

/// A key and all that is known of it.
pub struct Known {
    /// Its name and share.
    pub listed: Listed,
    /// Milliseconds that it has left; -1: it does not expire; -2: it is missing.
    pub left: i64,
    /// Bytes, when it is there.
    pub bytes: Option<i64>,
}

impl Known {
    /// The same for programs: a JSON object, which `--keys` reads again.
    pub fn document(&self) -> Value {
        let left = (self.left >= 0).then_some(self.left);
        json!({
            "key": list::name(&self.listed.key),
            "share": self.listed.share,
            "bytes": self.bytes,
            "ttl_ms": left,
            "missing": self.left == -2,
        })
    }
}

/// The list for people: 80 columns.
pub fn table(keys: &[Known], basis: &str) -> String {
    if keys.is_empty() {
        let mut out = String::new();
        wrap(&mut out, &format!("no keys: {basis}"), "", "   ");
        return out;
    }
    let missing = keys.iter().filter(|key| key.left == -2).count();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["", "key", "share", "size", "ttl"]);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for (rank, key) in keys.iter().enumerate() {
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        table.add_row(vec![
            right((rank + 1).to_string()),
            Cell::new(hotkeys::show(&key.listed.key)),
            right(key.listed.share.map_or_else(|| "?".into(), |share| text::percent(share.min(1.0)))),
            right(key.bytes.map_or_else(|| "-".into(), |bytes| text::bytes(bytes as f64))),
            right(match key.left {
                -2 => "missing".into(),
                -1 => "none".into(),
                left => text::duration(Duration::from_millis(left.unsigned_abs())),
            }),
        ]);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    let mut out = format!("{} keys, {missing} of them missing\n", keys.len());
    wrap(&mut out, basis, "", "");
    out + &lines.join("\n") + "\n"
}
