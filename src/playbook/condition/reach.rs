//! Whether a condition can be true at all, and whether it can be false: decided by trying every case that differs.

use std::collections::BTreeMap;

use crate::observation::Unit;
use crate::playbook::condition::subject::{Kind, Subject};
use crate::playbook::condition::{Against, Expr, Op, Test};

/// Most cases that are tried; beyond that the condition is taken to be both.
const MOST: usize = 20_000;

/// A value that stands for all that the condition cannot tell apart.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    /// A text that the condition does not name.
    OtherText,
    YesNo(bool),
}

/// `Some` when the condition has the same answer in every case.
pub(super) fn constant(expr: &Expr) -> Option<bool> {
    let mut points: BTreeMap<Subject, Vec<Value>> = BTreeMap::new();
    let mut undecided = false;
    expr.tests(&mut |test| {
        let values = points.entry(test.subject).or_default();
        match &test.against {
            Against::Number(number) => values.push(Value::Number(*number)),
            Against::Texts(words) => values.extend(words.iter().cloned().map(Value::Text)),
            Against::YesNo(_) => {}
            // Two quantities may stand in any order.
            Against::Quantity(_) => undecided = true,
        }
    });
    if undecided {
        return None;
    }
    let subjects: Vec<Subject> = points.keys().copied().collect();
    let cases: Vec<Vec<Value>> =
        points.into_iter().map(|(subject, values)| representatives(subject, values)).collect();
    let total = cases.iter().try_fold(1_usize, |total, values| total.checked_mul(values.len()))?;
    if total > MOST {
        return None;
    }
    let (mut ever, mut never) = (false, false);
    for case in 0..total {
        let mut rest = case;
        let values: Vec<&Value> = cases
            .iter()
            .map(|values| {
                let value = &values[rest % values.len()];
                rest /= values.len();
                value
            })
            .collect();
        let of = |subject: Subject| subjects.iter().position(|known| *known == subject).map(|at| values[at]);
        if holds(expr, &of) { ever = true } else { never = true }
    }
    match (ever, never) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// One value for each case that the condition can tell apart.
fn representatives(subject: Subject, named: Vec<Value>) -> Vec<Value> {
    match subject.kind() {
        Kind::YesNo => vec![Value::YesNo(true), Value::YesNo(false)],
        Kind::Text => match subject.words() {
            Some(words) => words.into_iter().map(|word| Value::Text(word.into())).collect(),
            None => named.into_iter().chain([Value::OtherText]).collect(),
        },
        Kind::Number(unit) => {
            let mut borders: Vec<f64> = vec![0.0];
            borders.extend(named.iter().filter_map(|value| match value {
                Value::Number(number) => Some(*number),
                _ => None,
            }));
            borders.extend((unit == Unit::Ratio).then_some(1.0));
            borders.sort_by(f64::total_cmp);
            borders.dedup();
            let between: Vec<f64> =
                borders.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0).collect();
            let beyond = (unit != Unit::Ratio).then(|| borders[borders.len() - 1] * 2.0 + 1.0);
            borders.into_iter().chain(between).chain(beyond).map(Value::Number).collect()
        }
    }
}

fn holds<'v>(expr: &Expr, of: &dyn Fn(Subject) -> Option<&'v Value>) -> bool {
    match expr {
        Expr::Always(value) => *value,
        Expr::All(parts) => parts.iter().all(|part| holds(part, of)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, of)),
        Expr::Test(Test { subject, op, against }) => match (of(*subject), against) {
            (Some(Value::Number(left)), Against::Number(right)) => op.holds(*left, *right),
            (Some(Value::Text(word)), Against::Texts(words)) => words.contains(word) == (*op == Op::Is),
            (Some(Value::OtherText), Against::Texts(_)) => *op == Op::IsNot,
            (Some(Value::YesNo(value)), Against::YesNo(wanted)) => value == wanted,
            _ => false,
        },
    }
}
