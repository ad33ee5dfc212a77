//! What a condition can ask about, by name and type.

use crate::config::Facts;
use crate::diagnosis::{Level, Pattern, Quantity};
use crate::observation::Unit;
use crate::text;

/// Something that a condition can ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    /// A metric, or something derived from it.
    Quantity(Quantity),
    /// The verdict's pattern.
    Pattern,
    /// The verdict's level.
    Level,
    /// Whether the verdict says that it is a stampede.
    Stampede,
    /// A fact about the application, by its name.
    Fact(&'static str),
}

/// The type of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number(Unit),
    YesNo,
    Text,
}

impl Subject {
    /// The subject of that dotted name. Errors: there is none; a sentence with the nearest one.
    pub(crate) fn by_name(name: &str) -> Result<Self, String> {
        match name {
            "pattern" => return Ok(Self::Pattern),
            "level" => return Ok(Self::Level),
            "stampede" => return Ok(Self::Stampede),
            _ => {}
        }
        if let Some(fact) = name.strip_prefix("facts.") {
            let known = Facts::NAMES.iter().find(|known| **known == fact);
            return known.map(|known| Self::Fact(known)).ok_or_else(|| {
                let near = text::nearest(fact, Facts::NAMES.iter().copied());
                let near = match near {
                    Some(near) => format!("did you mean `facts.{near}`?"),
                    None => format!("known: {}", Facts::NAMES.join(", ")),
                };
                format!("there is no fact `{}`; {near}", text::escape(fact))
            });
        }
        Quantity::by_name(name).map(Self::Quantity).ok_or_else(|| unknown(name))
    }

    /// Every name, for the reference.
    #[cfg(test)]
    fn all() -> impl Iterator<Item = String> {
        names().map(str::to_owned).chain(Facts::NAMES.iter().map(|fact| format!("facts.{fact}")))
    }

    /// The name in conditions.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Quantity(quantity) => quantity.name().into(),
            Self::Pattern => "pattern".into(),
            Self::Level => "level".into(),
            Self::Stampede => "stampede".into(),
            Self::Fact(name) => format!("facts.{name}"),
        }
    }

    /// Its type.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Quantity(quantity) => match quantity.unit() {
                Unit::Bool => Kind::YesNo,
                unit => Kind::Number(unit),
            },
            Self::Pattern | Self::Level => Kind::Text,
            Self::Stampede | Self::Fact("tolerates_read_only") => Kind::YesNo,
            Self::Fact(_) => Kind::Text,
        }
    }

    /// The texts it can be, where they are counted.
    pub(crate) fn words(self) -> Option<Vec<&'static str>> {
        match self {
            Self::Pattern => Some(Pattern::ALL.iter().map(|pattern| pattern.name()).collect()),
            Self::Level => Some(Level::ALL.iter().map(|level| level.name()).collect()),
            _ => None,
        }
    }

    /// Whether it can be this text. Errors: a sentence with what it can be.
    pub(crate) fn can_be(self, word: &str) -> Result<(), String> {
        if let Self::Fact(name) = self {
            return Facts::default().set(name, word);
        }
        match self.words() {
            Some(words) if !words.contains(&word) => {
                let hint = text::suggestion(word, &words);
                Err(format!("there is no {} `{}`; {hint}", self.name(), text::escape(word)))
            }
            _ => Ok(()),
        }
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    Quantity::all().map(Quantity::name).chain(["pattern", "level", "stampede"])
}

fn unknown(name: &str) -> String {
    let shown = text::escape(name);
    let shown = text::fit(&shown, 60);
    match text::nearest(name, names()) {
        Some(near) => format!("there is no metric `{shown}`; did you mean `{near}`?"),
        None => format!("there is no metric `{shown}`; `stampede playbook schema --metrics` lists them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again() {
        for name in Subject::all() {
            assert_eq!(Subject::by_name(&name).map(Subject::name), Ok(name));
        }
        assert!(Subject::by_name("cache.hit_raito").is_err_and(|e| e.contains("`cache.hit_ratio`")));
        assert!(Subject::by_name("facts.lock_dialekt").is_err_and(|e| e.contains("`facts.lock_dialect`")));
    }
}
