//! Conditions: CEL expressions over the last measurement, checked when the playbook is loaded.
//!
//! Of CEL they take names, numbers, texts, comparisons, `in`, `&&`, `||`, `!` and parentheses: what a tired person can
//! read. There is no arithmetic, no function and no `?:`.

mod compile;
mod judge;
mod reach;
pub(super) mod subject;
mod syntax;
mod words;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::diagnosis::Quantity;
use crate::playbook::Measurement;

use subject::Subject;

/// A condition that was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    source: String,
    expr: Expr,
}

/// What a condition says of a measurement. Words carry the numbers: `cache.clients_ratio is 31 %, needs > 80 %`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not, and why.
    False(String),
    /// It cannot be said, and why.
    Unknown(String),
}

/// Something wrong at these bytes of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub at: Range<usize>,
    pub message: String,
}

/// The checked form: negations are pushed down to the comparisons, so that words can say what would be needed.
#[derive(Clone, Debug, PartialEq)]
enum Expr {
    Always(bool),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Test(Test),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
struct Test {
    subject: Subject,
    op: Op,
    against: Against,
}

/// What a subject is compared with.
#[derive(Clone, Debug, PartialEq)]
enum Against {
    Number(f64),
    /// Another quantity of the same unit.
    Quantity(Quantity),
    /// One of these texts.
    Texts(Vec<String>),
    YesNo(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Less,
    AtMost,
    More,
    AtLeast,
    Is,
    IsNot,
}

impl Condition {
    /// Reads and checks a condition. Errors: everything that is wrong with it.
    pub(crate) fn compile(source: &str) -> Result<Self, Vec<Flaw>> {
        let condition = Self { source: source.trim().to_owned(), expr: compile::compile(source)? };
        let whole = 0..source.len();
        match reach::constant(&condition.expr) {
            Some(false) => Err(vec![Flaw { at: whole, message: "this can never be true".into() }]),
            Some(true) => Err(vec![Flaw { at: whole, message: "this is always true; leave it out".into() }]),
            None => Ok(condition),
        }
    }

    /// As it is written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it says of a measurement. What is not known makes the answer unknown, unless the rest decides.
    pub fn judge(&self, measurement: &Measurement) -> Truth {
        judge::judge(&self.expr, measurement)
    }

    /// The same in words: `cache.clients_ratio is above 80.0 %`.
    pub fn in_words(&self) -> String {
        words::words(&self.expr, false)
    }

    /// The quantities that it asks for.
    pub fn quantities(&self) -> BTreeSet<Quantity> {
        let mut quantities = BTreeSet::new();
        self.expr.tests(&mut |test| {
            quantities.extend(match test.subject {
                Subject::Quantity(quantity) => Some(quantity),
                _ => None,
            });
            quantities.extend(match test.against {
                Against::Quantity(quantity) => Some(quantity),
                _ => None,
            });
        });
        quantities
    }

    /// The facts that it asks for.
    pub fn facts(&self) -> BTreeSet<&'static str> {
        let mut facts = BTreeSet::new();
        self.expr.tests(&mut |test| {
            if let Subject::Fact(name) = test.subject {
                facts.insert(name);
            }
        });
        facts
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::escape(&self.source))
    }
}

impl Expr {
    /// Calls `see` for every comparison.
    fn tests<'a>(&'a self, see: &mut dyn FnMut(&'a Test)) {
        match self {
            Self::Always(_) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.tests(see)),
            Self::Test(test) => see(test),
        }
    }
}

impl Op {
    /// The comparison that holds exactly where this one does not.
    fn negated(self) -> Self {
        match self {
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::More,
            Self::More => Self::AtMost,
            Self::AtLeast => Self::Less,
            Self::Is => Self::IsNot,
            Self::IsNot => Self::Is,
        }
    }

    /// The same comparison with its sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            same => same,
        }
    }

    /// Whether two numbers compare so.
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
            Self::Is => left == right,
            Self::IsNot => left != right,
        }
    }

    /// As it is written.
    fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Is => "==",
            Self::IsNot => "!=",
        }
    }
}
