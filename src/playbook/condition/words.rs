//! A condition as a person says it.

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
            format!("{name} {is} {}", quantity.show(*number))
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
