//! Properties: whatever the settings of the session that wrote a statement, and wherever it is cut off, no literal
//! shows; and what differs only in plain literals has one digest.

use proptest::prelude::*;

use crate::sql::{Dialect, digest};

/// The settings of a session that change where literals begin and end.
#[derive(Clone, Copy, Debug)]
struct Mode {
    dialect: Dialect,
    /// `\'` is an escaped quote in an ordinary string.
    backslash: bool,
    /// `"…"` is a name.
    ansi: bool,
    /// `/*! … */` is code.
    executes: bool,
}

const MODES: [Mode; 8] = {
    const fn mysql(backslash: bool, ansi: bool, executes: bool) -> Mode {
        Mode { dialect: Dialect::Mysql, backslash, ansi, executes }
    }
    const fn postgres(backslash: bool) -> Mode {
        Mode { dialect: Dialect::Postgres, backslash, ansi: true, executes: false }
    }
    [
        mysql(true, false, true),
        mysql(false, false, true),
        mysql(true, true, true),
        mysql(false, true, true),
        mysql(true, false, false),
        mysql(false, true, false),
        postgres(true),
        postgres(false),
    ]
};

/// All that is inside a literal is made of these, and none of the words may show.
const INSIDE: [&str; 22] = [
    "sekret", "hunter", "98765", " ", "'", "\"", "`", "\\", "\\\\", "--", "-- ", "#", "/*", "/*!", "*/",
    "$x$", "$$", "\n", "\r", "[", "]", "é",
];
const WORDS: [&str; 3] = ["sekret", "hunter", "98765"];

/// What is inside a comment or a name: shown or not, but it must not turn the rest inside out.
const HARMLESS: [&str; 10] = ["name", "'", "\"", "\\", "`", "#", "--", " ", "$x$", "["];

#[derive(Clone, Debug)]
enum Piece {
    Code(&'static str),
    String(Vec<&'static str>, usize),
    Name(Vec<&'static str>, usize),
    Comment(Vec<&'static str>, usize),
    Number,
    Executed(Vec<Piece>),
}

fn piece() -> impl Strategy<Value = Piece> {
    let code = [
        "select ",
        "from ",
        "a.b ",
        "f( ",
        ") ",
        ", ",
        "= ",
        "in ( ",
        "values ( ",
        "@ ",
        "@",
        "x",
        "e ",
        "$1 ",
        "- ",
        ". ",
        ":: ",
        ":",
        "1 ",
        "[",
        "] ",
        "? ",
        "\t",
    ];
    let inside = || prop::collection::vec(prop::sample::select(INSIDE.to_vec()), 0..8);
    let harmless = || prop::collection::vec(prop::sample::select(HARMLESS.to_vec()), 0..5);
    let leaf = prop_oneof![
        4 => prop::sample::select(code.to_vec()).prop_map(Piece::Code),
        4 => (inside(), 0..6_usize).prop_map(|(inside, form)| Piece::String(inside, form)),
        1 => (harmless(), 0..3_usize).prop_map(|(inside, form)| Piece::Name(inside, form)),
        2 => (harmless(), 0..4_usize).prop_map(|(inside, form)| Piece::Comment(inside, form)),
        1 => Just(Piece::Number),
    ];
    leaf.prop_recursive(1, 8, 6, |leaf| prop::collection::vec(leaf, 0..5).prop_map(Piece::Executed))
}

/// `inside` as a string that a server in this mode reads back as just that.
fn quoted(inside: &str, quote: &str, backslash: bool, by_backslash: bool) -> String {
    let mut text = inside.to_owned();
    if backslash {
        text = text.replace('\\', "\\\\");
    }
    let escaped = if backslash && by_backslash { format!("\\{quote}") } else { quote.repeat(2) };
    format!("{quote}{}{quote}", text.replace(quote, &escaped))
}

fn write(piece: &Piece, mode: Mode) -> String {
    let mysql = mode.dialect == Dialect::Mysql;
    match piece {
        Piece::Code(code) => (*code).to_owned(),
        Piece::Number => " 98765.25e3 ".to_owned(),
        Piece::String(inside, form) => {
            let inside = inside.concat();
            let single = |by_backslash| quoted(&inside, "'", mode.backslash, by_backslash);
            match form {
                0 | 1 => single(*form == 0),
                2 if mysql => format!(" _utf8{}", single(true)),
                2 => format!(" E{}", quoted(&inside, "'", true, true)),
                3 if !mysql && !inside.contains('$') => format!(" $t${inside}$t$"),
                3 | 4 if mysql && !mode.ansi => quoted(&inside, "\"", mode.backslash, *form == 3),
                _ => format!(" N{}", single(false)),
            }
        }
        Piece::Name(inside, form) => {
            let inside = inside.concat();
            match form {
                0 if mysql => quoted(&inside, "`", false, false),
                1 if mode.ansi => quoted(&inside, "\"", false, false),
                _ => " name ".to_owned(),
            }
        }
        Piece::Comment(inside, form) => {
            let inside = inside.concat();
            match form {
                0 => format!("-- {inside}\n"),
                1 if mysql => format!("# {inside}\n"),
                1 => format!("-- {inside}\r"),
                2 if mysql => format!("-- {inside}\0"),
                _ => format!("/* {inside} */"),
            }
        }
        Piece::Executed(pieces) if mode.executes => {
            // Code: what ends it must not be taken for the end of a comment within it.
            format!("/*!40001 {} */", pieces.iter().map(|piece| write(piece, mode)).collect::<String>())
        }
        Piece::Executed(_) => "/*!99999 it's \" skipped */".to_owned(),
    }
}

fn shown<'a>(digest: &str, words: &[&'a str]) -> Option<&'a str> {
    words.iter().copied().find(|word| digest.contains(word))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_096, ..ProptestConfig::default() })]

    #[test]
    fn no_literal_shows_in_any_mode(pieces in prop::collection::vec(piece(), 1..12), mode in 0..MODES.len(), cut in 0..300_usize) {
        let mode = MODES[mode];
        let mut sql: Vec<u8> = pieces.iter().map(|piece| write(piece, mode)).collect::<String>().into_bytes();
        let whole = digest(&sql, mode.dialect);
        prop_assert_eq!(shown(&whole, &WORDS), None, "{:?}: {} of {}", mode, whole, String::from_utf8_lossy(&sql));
        sql.truncate(cut);
        let part = digest(&sql, mode.dialect);
        prop_assert_eq!(shown(&part, &WORDS), None, "{:?}: {} of {}", mode, part, String::from_utf8_lossy(&sql));
    }

    #[test]
    fn plain_literals_do_not_split_a_group(first in "[a-z \"\\-#é]{0,20}", second in "[a-z ,/*;é]{0,20}", number in 0..9_000_u32) {
        let of = |text: &str, number: u32, dialect| {
            let text = text.replace('\'', "''");
            digest(format!("select a from t where b = '{text}' and c in ({number}, 'x') order by d").as_bytes(), dialect)
        };
        for dialect in [Dialect::Mysql, Dialect::Postgres] {
            let same = of(&first, 1, dialect);
            prop_assert_eq!(&same, "select a from t where b = ? and c in (…) order by d");
            prop_assert_eq!(&same, &of(&second, number, dialect));
        }
    }
}
