//! A condition as a person says it.

use crate::diagnosis::Quantity;
use crate::observation::Unit;
use crate::playbook::condition::subject::Subject;
use crate::playbook::condition::{Against, Expr, Op, Test};
use crate::text;

/// The words; in parentheses when they are `inside` others.
pub(super) fn words(expr: &Expr, inside: bool) -> String {
    let (parts, joint) = match expr {
        Expr::Always(value) => return if *value { "always" } else { "never" }.into(),
        Expr::Test(test) => return test_words(test),
        Expr::All(parts) => (parts, " and "),
        Expr::Any(parts) => (parts, " or "),
    };
    let words = parts.iter().map(|part| words(part, true)).collect::<Vec<_>>().join(joint);
    if inside { format!("({words})") } else { words }
}

fn test_words(test: &Test) -> String {
    let name = test.subject.name();
    let is = match test.op {
        Op::Less => "is below",
        Op::AtMost => "is at most",
        Op::More => "is above",
        Op::AtLeast => "is at least",
        Op::Is => "is",
        Op::IsNot => "is not",
    };
    match (&test.against, test.subject) {
        (Against::Number(number), Subject::Quantity(quantity)) => {
            format!("{name} {is} {}", with_unit(quantity, *number))
        }
        (Against::Number(number), _) => format!("{name} {is} {number}"),
        (Against::Quantity(other), _) => format!("{name} {is} {}", other.name()),
        (Against::YesNo(true), _) => format!("{name} is true"),
        (Against::YesNo(false), _) => format!("{name} is false"),
        (Against::Texts(words), _) => {
            let joint = if test.op == Op::IsNot { " nor " } else { " or " };
            let list: Vec<_> = words.iter().map(|word| text::escape(word)).collect();
            format!("{name} {is} {}", list.join(joint))
        }
    }
}

/// A number with the unit of what it is held against, in all its digits.
fn with_unit(quantity: Quantity, number: f64) -> String {
    match (quantity, quantity.unit()) {
        (Quantity::Derived(_), _) => format!("{number} times the usual"),
        (_, Unit::Ratio) => format!("{} %", (number * 1e8).round() / 1e6),
        (_, Unit::PerSecond) => format!("{number}/s"),
        (_, Unit::Seconds) => format!("{number} s"),
        (_, Unit::Milliseconds) => format!("{number} ms"),
        (_, Unit::Bytes) => text::bytes(number),
        (_, Unit::BytesPerSecond) => format!("{}/s", text::bytes(number)),
        (_, Unit::Count | Unit::Bool) => format!("{number}"),
    }
}
