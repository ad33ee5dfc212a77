//! From CEL to the checked form: names must exist and types must fit, and everything that is wrong is said at once.

use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, operators};

use crate::observation::Unit;
use crate::playbook::condition::subject::{Kind, Subject};
use crate::playbook::condition::syntax::{Parsed, parse};
use crate::playbook::condition::{Against, Expr, Flaw, Op, Test};
use crate::text;

/// Compiles a condition.
pub(super) fn compile(source: &str) -> Result<Expr, Vec<Flaw>> {
    let parsed = parse(source).map_err(|flaw| vec![flaw])?;
    let mut compiler = Compiler { parsed: &parsed, flaws: Vec::new() };
    match compiler.boolean(&parsed.root, false) {
        Some(expr) if compiler.flaws.is_empty() => Ok(expr),
        _ => Err(compiler.flaws),
    }
}

struct Compiler<'a> {
    parsed: &'a Parsed,
    flaws: Vec<Flaw>,
}

/// One side of a comparison.
enum Side {
    Subject(Subject),
    Number(f64),
    Text(String),
    YesNo(bool),
}

const UNSUPPORTED: &str = "a condition has only comparisons, `in`, `&&`, `||`, `!` and parentheses";

impl Compiler<'_> {
    fn flaw(&mut self, node: &IdedExpr, message: impl Into<String>) {
        self.flaws.push(Flaw { at: self.parsed.at(node), message: message.into() });
    }

    /// A node that must be true or false; `not`: what holds where it does not. `None`: a flaw was noted.
    fn boolean(&mut self, node: &IdedExpr, not: bool) -> Option<Expr> {
        match &node.expr {
            Cel::Call(call) => self.call(node, call, not),
            Cel::Literal(LiteralValue::Boolean(value)) => Some(Expr::Always(*value.inner() != not)),
            _ => match self.side(node)? {
                Side::Subject(subject) if subject.kind() == Kind::YesNo => {
                    Some(Expr::Test(Test { subject, op: Op::Is, against: Against::YesNo(!not) }))
                }
                side => {
                    let example = match &side {
                        Side::Subject(Subject::Quantity(quantity)) => {
                            format!("; compare it: `{} > …`", quantity.name())
                        }
                        Side::Subject(subject) => format!("; compare it: `{} == '…'`", subject.name()),
                        _ => String::new(),
                    };
                    self.flaw(node, format!("{} is not a condition{example}", described(&side)));
                    None
                }
            },
        }
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr, not: bool) -> Option<Expr> {
        let args: Vec<&IdedExpr> = call.args.iter().collect();
        match (call.func_name.as_str(), &args[..]) {
            (operators::LOGICAL_NOT, [inner]) => self.boolean(inner, !not),
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [left, right]) => {
                // Both sides are looked at, so that the flaws of both are told.
                let (left, right) = (self.boolean(left, not), self.boolean(right, not));
                let all = (call.func_name == operators::LOGICAL_AND) != not;
                let (left, right) = (left?, right?);
                Some(if all { Expr::All(vec![left, right]) } else { Expr::Any(vec![left, right]) })
            }
            (operators::IN, [left, right]) => self.one_of(left, right, not),
            (name, [left, right]) => {
                let Some(op) = comparison(name) else {
                    self.flaw(node, UNSUPPORTED);
                    return None;
                };
                let (left, right) = (self.side(left), self.side(right));
                self.compare(node, left?, if not { op.negated() } else { op }, right?)
            }
            _ => {
                self.flaw(node, UNSUPPORTED);
                None
            }
        }
    }

    /// A name or a literal.
    fn side(&mut self, node: &IdedExpr) -> Option<Side> {
        match &node.expr {
            Cel::Literal(literal) => match literal {
                LiteralValue::Boolean(value) => Some(Side::YesNo(*value.inner())),
                LiteralValue::Int(value) => Some(Side::Number(*value.inner() as f64)),
                LiteralValue::UInt(value) => Some(Side::Number(*value.inner() as f64)),
                LiteralValue::Double(value) if value.inner().is_finite() => {
                    Some(Side::Number(*value.inner()))
                }
                LiteralValue::String(value) => Some(Side::Text(value.inner().to_owned())),
                _ => {
                    self.flaw(node, "expected a number, a text, true or false");
                    None
                }
            },
            Cel::Ident(_) | Cel::Select(_) => {
                let Some(name) = dotted(node) else {
                    self.flaw(node, UNSUPPORTED);
                    return None;
                };
                match Subject::by_name(&name) {
                    Ok(subject) => Some(Side::Subject(subject)),
                    Err(message) => {
                        self.flaw(node, message);
                        None
                    }
                }
            }
            _ => {
                self.flaw(node, UNSUPPORTED);
                None
            }
        }
    }

    fn compare(&mut self, node: &IdedExpr, left: Side, op: Op, right: Side) -> Option<Expr> {
        match (left, right) {
            (Side::Subject(subject), other) => self.test(node, subject, op, other),
            (other, Side::Subject(subject)) => self.test(node, subject, op.mirrored(), other),
            (Side::Number(left), Side::Number(right)) => Some(Expr::Always(op.holds(left, right))),
            (left, right) => {
                let message = format!("{} is compared with {}", described(&left), described(&right));
                self.whole(node, message)
            }
        }
    }

    /// A flaw about a comparison as a whole.
    fn whole(&mut self, node: &IdedExpr, message: impl Into<String>) -> Option<Expr> {
        self.flaws.push(Flaw { at: self.parsed.span(node), message: message.into() });
        None
    }

    fn test(&mut self, node: &IdedExpr, subject: Subject, op: Op, other: Side) -> Option<Expr> {
        let ordered = !matches!(op, Op::Is | Op::IsNot);
        let against = match (subject.kind(), other) {
            (Kind::Number(unit), Side::Number(number)) => {
                if let Err(message) = fits(subject, unit, number) {
                    return self.whole(node, message);
                }
                Against::Number(number)
            }
            (Kind::Number(unit), Side::Subject(Subject::Quantity(other))) if other.unit() != Unit::Bool => {
                if other.unit() != unit {
                    let message = format!(
                        "{} is {}, {} is {}",
                        subject.name(),
                        in_words(unit),
                        other.name(),
                        in_words(other.unit())
                    );
                    return self.whole(node, message);
                }
                if Subject::Quantity(other) == subject {
                    return self.whole(node, format!("{} is compared with itself", subject.name()));
                }
                Against::Quantity(other)
            }
            (Kind::Text, Side::Text(_)) | (Kind::YesNo, Side::YesNo(_)) if ordered => {
                let message = format!("{} is compared with `==` and `!=` only", subject.name());
                return self.whole(node, message);
            }
            (Kind::Text, Side::Text(word)) => {
                if let Err(message) = subject.can_be(&word) {
                    return self.whole(node, message);
                }
                Against::Texts(vec![word])
            }
            (Kind::YesNo, Side::YesNo(value)) => Against::YesNo(value),
            (Kind::YesNo, Side::Number(_)) => {
                let name = subject.name();
                return self.whole(node, format!("{name} is true or false: write `{name}` or `!{name}`"));
            }
            (_, other) => {
                let subject = described(&Side::Subject(subject));
                return self.whole(node, format!("{subject} is compared with {}", described(&other)));
            }
        };
        // Of a yes there is only one other.
        Some(Expr::Test(match against {
            Against::YesNo(value) => {
                Test { subject, op: Op::Is, against: Against::YesNo(value == (op == Op::Is)) }
            }
            against => Test { subject, op, against },
        }))
    }

    fn one_of(&mut self, left: &IdedExpr, right: &IdedExpr, not: bool) -> Option<Expr> {
        let subject = self.side(left);
        let Cel::List(list) = &right.expr else {
            self.flaw(right, "expected a list of texts: `pattern in ['hot_key', 'cold_cache']`");
            return None;
        };
        let Some(Side::Subject(subject)) = subject else {
            // A literal in a list is no question; an unknown name was told.
            if subject.is_some() {
                self.flaw(left, "expected a name before `in`");
            }
            return None;
        };
        if subject.kind() != Kind::Text {
            self.flaw(left, format!("{} is no text: compare it with `==`", subject.name()));
            return None;
        }
        let mut words = Vec::new();
        for item in &list.elements {
            match self.side(item) {
                Some(Side::Text(word)) => match subject.can_be(&word) {
                    Ok(()) => words.push(word),
                    Err(message) => self.flaw(item, message),
                },
                Some(_) => self.flaw(item, "expected a text"),
                None => {}
            }
        }
        if list.elements.is_empty() {
            self.flaw(right, "expected at least one text");
        }
        let op = if not { Op::IsNot } else { Op::Is };
        Some(Expr::Test(Test { subject, op, against: Against::Texts(words) }))
    }
}

fn comparison(name: &str) -> Option<Op> {
    Some(match name {
        operators::LESS => Op::Less,
        operators::LESS_EQUALS => Op::AtMost,
        operators::GREATER => Op::More,
        operators::GREATER_EQUALS => Op::AtLeast,
        operators::EQUALS => Op::Is,
        operators::NOT_EQUALS => Op::IsNot,
        _ => return None,
    })
}

/// `cache.hit_ratio` of nested selections; none when it is something else.
fn dotted(node: &IdedExpr) -> Option<String> {
    match &node.expr {
        Cel::Ident(name) => Some(name.clone()),
        Cel::Select(select) if !select.test => Some(format!("{}.{}", dotted(&select.operand)?, select.field)),
        _ => None,
    }
}

/// Whether a quantity can be anywhere near this number.
fn fits(subject: Subject, unit: Unit, number: f64) -> Result<(), String> {
    let name = subject.name();
    match unit {
        Unit::Ratio if (1.0..=100.0).contains(&number) && number > 1.0 => {
            Err(format!("{name} is a share from 0 to 1: {number} % is written {}", number / 100.0))
        }
        Unit::Ratio if number > 1.0 => Err(format!("{name} is a share from 0 to 1")),
        _ if number < 0.0 => Err(format!("{name} is never negative")),
        _ => Ok(()),
    }
}

fn described(side: &Side) -> String {
    match side {
        Side::Subject(subject) => {
            let kind = match subject.kind() {
                Kind::Number(_) => "a number",
                Kind::YesNo => "true or false",
                Kind::Text => "a text",
            };
            format!("{} ({kind})", subject.name())
        }
        Side::Number(number) => format!("the number {number}"),
        Side::Text(word) => format!("the text '{}'", text::fit(&text::escape(word), 40)),
        Side::YesNo(value) => value.to_string(),
    }
}

fn in_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "a count",
        Unit::PerSecond => "a rate per second",
        Unit::Ratio => "a share",
        Unit::Seconds => "in seconds",
        Unit::Milliseconds => "in milliseconds",
        Unit::Bytes => "in bytes",
        Unit::BytesPerSecond => "in bytes per second",
        Unit::Bool => "true or false",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(source: &str) -> Vec<(String, String)> {
        let flaws = compile(source).err().unwrap_or_default();
        flaws.into_iter().map(|flaw| (source[flaw.at].to_owned(), flaw.message)).collect()
    }

    #[test]
    fn every_flaw_is_told_at_its_place() {
        let found = flaws("cache.hit_raito < 0.8 && pattern == 'hot_kye' || cache.keys > 'many'");
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0].0, "cache.hit_raito");
        assert_eq!(found[1].0, "pattern == 'hot_kye'");
        assert_eq!(found[2].0, "cache.keys > 'many'");
    }
}
