//! What a condition says of a measurement: true, false, or unknown, with the numbers in words.

use crate::playbook::condition::subject::Subject;
use crate::playbook::condition::{Against, Expr, Op, Test, Truth};
use crate::playbook::measurement::{Known, Measurement, Worst};
use crate::text;

/// Judges by the rules of three-valued logic: `false && unknown` is false, `true || unknown` is true.
pub(super) fn judge(expr: &Expr, measurement: &Measurement) -> Truth {
    match expr {
        Expr::Always(true) => Truth::True,
        Expr::Always(false) => Truth::False("it is never so".into()),
        Expr::Test(test) => judge_test(test, measurement),
        Expr::All(parts) => {
            let parts: Vec<Truth> = parts.iter().map(|part| judge(part, measurement)).collect();
            let falsehoods =
                words(&parts, |part| if let Truth::False(words) = part { Some(words) } else { None });
            if !falsehoods.is_empty() {
                return Truth::False(falsehoods);
            }
            match unknowns(&parts) {
                unknown if unknown.is_empty() => Truth::True,
                unknown => Truth::Unknown(unknown),
            }
        }
        Expr::Any(parts) => {
            let parts: Vec<Truth> = parts.iter().map(|part| judge(part, measurement)).collect();
            if parts.contains(&Truth::True) {
                return Truth::True;
            }
            match unknowns(&parts) {
                unknown if unknown.is_empty() => Truth::False(words(&parts, |part| {
                    if let Truth::False(words) = part { Some(words) } else { None }
                })),
                unknown => Truth::Unknown(unknown),
            }
        }
    }
}

fn unknowns(parts: &[Truth]) -> String {
    words(parts, |part| if let Truth::Unknown(words) = part { Some(words) } else { None })
}

/// The words of those parts, each once.
fn words<'t>(parts: &'t [Truth], of: impl Fn(&'t Truth) -> Option<&'t String>) -> String {
    let mut all: Vec<&str> = Vec::new();
    for words in parts.iter().filter_map(of) {
        if !all.contains(&words.as_str()) {
            all.push(words);
        }
    }
    all.join("; ")
}

fn judge_test(test: &Test, measurement: &Measurement) -> Truth {
    let name = test.subject.name();
    match (&test.against, test.subject) {
        (Against::Number(number), Subject::Quantity(quantity)) => {
            let worst = measurement.worst(quantity);
            let needs = format!("{} {}", test.op.sign(), quantity.show(*number));
            compare(&worst, test.op, (*number, *number), || {
                format!("{name} is {}, needs {needs}", worst.words(quantity, *number))
            })
        }
        (Against::Quantity(other), Subject::Quantity(quantity)) => {
            let (left, right) = (measurement.worst(quantity), measurement.worst(*other));
            compare(&left, test.op, (right.least, right.most), || {
                let (left, right) = (left.words(quantity, f64::NAN), right.words(*other, f64::NAN));
                format!("{name} is {left}, needs {} {} which is {right}", test.op.sign(), other.name())
            })
        }
        (Against::YesNo(wanted), Subject::Quantity(quantity)) => {
            let worst = measurement.worst(quantity);
            let word = |yes: bool| if yes { "true" } else { "false" };
            let (least, most) = (worst.least > 0.0, worst.most > 0.0);
            match least == most {
                true if least == *wanted => Truth::True,
                true => Truth::False(format!(
                    "{name} is {}{}, needs {}",
                    word(least),
                    worst.place(),
                    word(*wanted)
                )),
                false => Truth::Unknown(format!("{name} is {}", worst.why())),
            }
        }
        (Against::YesNo(wanted), subject) => match measurement.said(subject) {
            Known::Is(word) if (word == "true") == *wanted => Truth::True,
            Known::Is(word) => Truth::False(format!("{name} is {word}, needs {wanted}")),
            Known::Unknown(why) => Truth::Unknown(format!("{name} is unknown: {why}")),
        },
        (Against::Texts(wanted), subject) => {
            let within = |word: &str| wanted.iter().any(|wanted| wanted == word);
            let needs = || {
                let list = wanted.iter().map(|word| text::escape(word)).collect::<Vec<_>>().join(" or ");
                if test.op == Op::IsNot { format!("anything but {list}") } else { list }
            };
            match measurement.said(subject) {
                Known::Is(word) if within(&word) == (test.op == Op::Is) => Truth::True,
                Known::Is(word) => {
                    Truth::False(format!("{name} is {}, needs {}", text::escape(&word), needs()))
                }
                // `unknown` is a word that can be asked for.
                Known::Unknown(_) if within("unknown") => match test.op {
                    Op::Is => Truth::True,
                    _ => Truth::False(format!("{name} is unknown, needs {}", needs())),
                },
                Known::Unknown(why) => Truth::Unknown(format!("{name} is unknown: {why}")),
            }
        }
        // Types were checked: a number is never compared with a text.
        (Against::Number(_) | Against::Quantity(_), _) => Truth::Unknown(format!("{name} is no number")),
    }
}

/// Compares what may lie anywhere in a range; `words` say what it is and what would be needed.
fn compare(left: &Worst, op: Op, right: (f64, f64), words: impl Fn() -> String) -> Truth {
    let (least, most) = right;
    // Whether it holds for all, and for any, of what the two may be.
    let (all, any) = match op {
        Op::Less => (left.most < least, left.least < most),
        Op::AtMost => (left.most <= least, left.least <= most),
        Op::More => (left.least > most, left.most > least),
        Op::AtLeast => (left.least >= most, left.most >= least),
        Op::Is | Op::IsNot => {
            let same = left.least == left.most && least == most && left.least == least;
            let apart = left.most < least || most < left.least;
            if op == Op::Is { (same, !apart) } else { (apart, !same) }
        }
    };
    match (all, any) {
        (true, _) => Truth::True,
        (false, false) => Truth::False(words()),
        (false, true) => Truth::Unknown(words()),
    }
}
