//! The names of an enum's variants: from the documented values to distinct identifiers.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::names::{SEAM, Scope, code_point, ident, symbol, upper_camel, words};

/// Distinct names for the values of one enum, in the same order.
///
/// Symbols that affect a value's meaning are always spelled out: a sign (`-8` is `Minus8`), a comparison before a
/// number, a leading `!`. A symbol between two digits becomes `_` (`1.0` is `N1_0`, not `N10`). Other symbols only
/// separate words (`read-only` is `ReadOnly`), unless two values would get the same name: then these are spelled out,
/// and numbered if that is not enough.
pub fn variants<T: AsRef<str>>(values: &[T]) -> Vec<String> {
    let values: Vec<Value> = values.iter().map(|value| Value::new(value.as_ref())).collect();
    let signed: HashSet<Place> = values.iter().flat_map(Value::plus_places).collect();
    let mut names: Vec<String> = values.iter().map(|value| value.plain(&signed)).collect();
    for round in [Value::spelled, Value::numeral] {
        let mut count: HashMap<String, usize> = HashMap::from([(UNKNOWN.to_owned(), 1)]);
        for name in &names {
            *count.entry(name.clone()).or_default() += 1;
        }
        for (name, value) in names.iter_mut().zip(&values) {
            // A value that equals its name keeps it.
            if count.get(name).is_some_and(|count| *count > 1) && !value.is(name) {
                *name = round(value, &signed);
            }
        }
    }
    number(names, &values)
}

/// The variant that every enum has for other values.
const UNKNOWN: &str = "Unknown";

/// Takes the names in order, first those equal to their values; all but one of equal names get a number.
fn number(names: Vec<String>, values: &[Value]) -> Vec<String> {
    let mut scope = Scope::with(&[UNKNOWN]);
    let mut free = vec![false; names.len()];
    // A numbered name must not displace a later one.
    for exact in [true, false] {
        for ((name, value), free) in names.iter().zip(values).zip(&mut free) {
            *free |= value.is(name) == exact && scope.take_if_free(name);
        }
    }
    let numbered = |(name, free): (String, bool)| match free {
        true => name,
        // `V1_2` would look like version 1.2.
        false if name.ends_with(|c: char| c.is_ascii_digit()) => scope.number(&format!("{name}No")),
        false => scope.number(&name),
    };
    names.into_iter().zip(free).map(numbered).collect()
}

/// A value, split into characters.
struct Value {
    chars: Vec<char>,
    /// Whether the whole value is a number, so that each sign belongs to it.
    number: bool,
}

/// The context of a symbol in a value: the pattern of the text before it, and whether a digit follows.
type Place = (String, bool);

impl Value {
    fn new(text: &str) -> Self {
        Self { chars: text.chars().collect(), number: text.parse::<f64>().is_ok() }
    }

    /// Whether it equals this name exactly.
    fn is(&self, name: &str) -> bool {
        self.chars.iter().copied().eq(name.chars())
    }

    /// Contexts of plus signs before digits: in the same contexts of other values, a hyphen is a minus.
    fn plus_places(&self) -> Vec<Place> {
        (0..self.chars.len())
            .filter(|&at| self.chars[at] == '+' && self.digit_at(at + 1))
            .map(|at| self.place(at))
            .collect()
    }

    fn place(&self, at: usize) -> Place {
        let mut shape = String::new();
        for c in &self.chars[..at] {
            let kind = match c {
                c if c.is_alphabetic() || matches!(c, ' ' | '_') => 'a',
                c if c.is_numeric() => '0',
                c => *c,
            };
            if !(kind.is_alphanumeric() && shape.ends_with(kind)) {
                shape.push(kind);
            }
        }
        (shape, self.digit_at(at + 1))
    }

    fn digit_at(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(char::is_ascii_digit)
    }

    fn alphanumeric_at(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(|c| c.is_alphanumeric())
    }

    fn has_words(&self) -> bool {
        self.chars.iter().any(|c| c.is_alphanumeric())
    }

    /// The name with meaningful symbols spelled out.
    fn plain(&self, signed: &HashSet<Place>) -> String {
        if !self.has_words() {
            return self.spelled(signed);
        }
        self.name(|at| {
            let meant = self.is_minus(at, signed)
                || self.is_plus(at)
                || self.compares(at)
                || self.negates(at)
                || self.is_point(at);
            meant.then(|| self.word(at, signed))
        })
    }

    /// The name with all symbols, and non-ASCII letters, spelled out.
    fn spelled(&self, signed: &HashSet<Place>) -> String {
        match self.chars.is_empty() {
            true => "Empty".to_owned(),
            false => self.name(|at| Some(self.word(at, signed))),
        }
    }

    /// Like [`spelled`](Self::spelled), for a name that collides because of the letter before its leading digit.
    fn numeral(&self, signed: &HashSet<Place>) -> String {
        match self.chars.first() {
            None => "EmptyText".to_owned(),
            Some(c) if c.is_ascii_digit() => format!("Number{}", self.spelled(signed).trim_start_matches('N')),
            Some(_) => self.spelled(signed),
        }
    }

    /// A name in which `spell` provides words for some symbols; others separate words, or digits by `_`.
    fn name(&self, spell: impl Fn(usize) -> Option<String>) -> String {
        let mut text = String::new();
        let mut separated = false;
        for (at, c) in self.chars.iter().enumerate() {
            let word = spell(at);
            if c.is_alphanumeric() && (c.is_ascii() || word.is_none()) {
                let between = separated && c.is_ascii_digit() && text.ends_with(|c: char| c.is_ascii_digit());
                text.push_str(match (separated, between) {
                    (true, true) => "_",
                    (true, false) => " ",
                    (false, _) => "",
                });
                text.push(*c);
                separated = false;
            } else if let Some(word) = word {
                text.push_str(&format!(" {word}{}", if word.ends_with(SEAM) { "" } else { " " }));
                separated = false;
            } else {
                separated = true;
            }
        }
        let parts: Vec<String> = words(&text, '_').split('_').map(upper_camel).collect();
        ident(parts.join("_"), "N", "Empty")
    }

    /// A hyphen is a sign if nothing precedes it that it could separate, after the name of a time zone, and where
    /// another value has a plus sign.
    fn is_minus(&self, at: usize, signed: &HashSet<Place>) -> bool {
        if !matches!(self.chars[at], '-' | '\u{2212}') {
            return false;
        }
        self.number && self.has_words()
            || self.leads(at)
            || self.follows_zone(at)
            || (self.digit_at(at + 1) && signed.contains(&self.place(at)))
    }

    fn is_plus(&self, at: usize) -> bool {
        self.chars[at] == '+' && (self.digit_at(at + 1) || self.leads(at) || self.follows_zone(at))
    }

    /// Whether a sign is at the start, or before a digit and after a symbol other than a sign.
    fn leads(&self, at: usize) -> bool {
        let signs = |c: &char| matches!(c, '-' | '+' | '\u{2212}');
        match at.checked_sub(1).and_then(|before| self.chars.get(before)) {
            None => self.alphanumeric_at(at + 1) || self.is_point(at + 1),
            Some(before) => self.digit_at(at + 1) && !before.is_alphanumeric() && !signs(before) && *before != '_',
        }
    }

    /// Whether a sign is between `UTC` or `GMT` and a digit, with optional spaces.
    fn follows_zone(&self, at: usize) -> bool {
        let blank = |c: &&char| c.is_whitespace();
        let after = self.chars[at + 1..].iter().find(|c| !blank(c));
        let mut before = self.chars[..at].iter().rev().skip_while(blank);
        let zone: String = before.by_ref().take(3).map(char::to_ascii_uppercase).collect();
        let apart = before.next().is_none_or(|c| !c.is_alphabetic());
        apart && matches!(zone.as_str(), "CTU" | "TMG") && after.is_some_and(char::is_ascii_digit)
    }

    /// Whether `<`, `>` or `!`, with a following `=`, compares a number.
    fn compares(&self, at: usize) -> bool {
        let number = |from: usize| {
            let mut rest =
                self.chars[from..].iter().skip_while(|c| matches!(c, '=' | '-' | '+' | '.') || c.is_whitespace());
            rest.next().is_some_and(char::is_ascii_digit)
        };
        let before = at.checked_sub(1).map(|before| self.chars[before]);
        match self.chars[at] {
            '<' | '>' | '\u{2264}' | '\u{2265}' => number(at + 1),
            '=' => matches!(before, Some('<' | '>' | '!')) && number(at + 1),
            _ => false,
        }
    }

    /// Whether a leading `!` negates the rest.
    fn negates(&self, at: usize) -> bool {
        at == 0 && self.chars[0] == '!' && (self.alphanumeric_at(1) || self.chars.get(1) == Some(&'='))
    }

    /// Whether a decimal point has no digit before it.
    fn is_point(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| self.chars[before]);
        self.chars.get(at) == Some(&'.') && self.digit_at(at + 1) && before.is_none_or(|c| matches!(c, '-' | '+'))
    }

    fn word(&self, at: usize, signed: &HashSet<Place>) -> String {
        match self.chars[at] {
            '-' | '\u{2212}' if self.is_minus(at, signed) || !self.has_words() => "minus".to_owned(),
            '-' => "hyphen".to_owned(),
            c => symbol(c).map_or_else(|| code_point(c), Cow::into_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of one enum, and their names. The order of the values does not matter.
    #[test]
    fn names_distinguish_values() {
        for (values, names) in [
            // Signs.
            (&["-08:00", "+08:00"][..], &["Minus08_00", "Plus08_00"][..]),
            (&["UTC-8", "UTC+8"], &["UtcMinus8", "UtcPlus8"]),
            (&["UTC-08:00", "UTC"], &["UtcMinus08_00", "Utc"]),
            (&["GMT - 3", "Etc/GMT+3"], &["GmtMinus3", "EtcGmtPlus3"]),
            (&["-1", "1", "+1"], &["Minus1", "N1", "Plus1"]),
            (&["-1.5", "1.5", "15"], &["Minus1_5", "N1_5", "N15"]),
            (&["\u{2212}3", "3"], &["Minus3", "N3"]),
            (&["a-1", "a+1"], &["AMinus1", "APlus1"]),
            (&["Tokyo+9", "New_York-5", "Lima-5"], &["TokyoPlus9", "NewYorkMinus5", "LimaMinus5"]),
            (&["1e-5", "1e+5", "1e5"], &["N1eMinus5", "N1ePlus5", "N1e5"]),
            (&["created", "-created"], &["Created", "MinusCreated"]),
            // Separators.
            (&["us-east-1", "cn-north-4", "m-1"], &["UsEast1", "CnNorth4", "M1"]),
            (&["gpt-4", "gpt-4.1-mini", "X.509"], &["Gpt4", "Gpt4_1Mini", "X509"]),
            (&["2019-03-27"], &["N2019_03_27"]),
            (&["2019-1-11", "2019-11-1", "1 - 2"], &["N2019_1_11", "N2019_11_1", "N1_2"]),
            (&["read-only", "rolling back", "DBS.0500"], &["ReadOnly", "RollingBack", "Dbs0500"]),
            // Points.
            (&["1.0", "10"], &["N1_0", "N10"]),
            (&["1.5", "15", ".5", "5"], &["N1_5", "N15", "Dot5", "N5"]),
            (&["v1.0", "v10"], &["V1_0", "V10"]),
            (&["TLSv1.2", "5.7", "8.0"], &["TlSv1_2", "N5_7", "N8_0"]),
            (&["1.0", "1-0", "1:0"], &["N1Dot0", "N1Hyphen0", "N1Colon0"]),
            // Comparisons and negations.
            (&["<5", ">5", "<=5", ">= 5", "5"], &["Less5", "Greater5", "LessEqual5", "GreaterEqual5", "N5"]),
            (&["!a", "a", "!=5"], &["NotA", "A", "NotEqual5"]),
            (&["<", ">=", "=", "*", "-", "--"], &["Less", "GreaterEqual", "Equal", "Star", "Minus", "MinusMinus"]),
            // Values that differ only in symbols.
            (&["~x", "x"], &["TildeX", "X"]),
            (&["10+", "10", "10%"], &["N10Plus", "N10", "N10Percent"]),
            (&["a-b", "a_b", "a b"], &["AHyphenB", "AUnderscoreB", "ASpaceB"]),
            (&["C", "C++", "C#"], &["C", "CPlusPlus", "CHash"]),
            (&["", "empty", " "], &["EmptyText", "Empty", "Space"]),
            (&["1", "n1"], &["Number1", "N1"]),
            (&["list<int>"], &["ListInt"]),
            // Symbols without a name.
            (&["\u{2260}5", "5", "\u{2260}a"], &["U2260_5", "N5", "A"]),
            (&["\u{a3}1", "\u{20ac}1", "1"], &["Ua3_1", "U20acN1", "N1"]),
            (&["\u{bd}", "1\u{bd}5", "1"], &["Ubd", "N1UbdN5", "N1"]),
            (&["\u{2260}", "\u{2260}\u{2260}", "="], &["U2260", "U2260U2260", "Equal"]),
        ] {
            assert_eq!(variants(values), names);
            let back: Vec<_> = values.iter().rev().collect();
            let names: Vec<_> = names.iter().rev().collect();
            assert_eq!(variants(&back).iter().collect::<Vec<_>>(), names);
        }
    }

    /// Values with the same name even when spelled out are numbered.
    #[test]
    fn values_with_the_same_name_are_numbered() {
        assert_eq!(variants(&["asc", "ASC", "unknown"]), ["Asc", "Asc2", "Unknown2"]);
        assert_eq!(variants(&["v1", "V1", "v1.2"]), ["V1No2", "V1", "V1_2"]);
        assert_eq!(variants(&["asc", "ASC", "asc2"]), ["Asc", "Asc3", "Asc2"]);
    }

    proptest::proptest! {
        #[test]
        fn any_values_get_distinct_identifiers(
            values in proptest::collection::hash_set(r"[-+.<>=!~ a-cA-C_0-2]{0,5}|\PC{0,8}", 1..12)
        ) {
            let values: Vec<_> = values.into_iter().collect();
            let names = variants(&values);
            proptest::prop_assert_eq!(names.len(), values.len());
            let mut seen = std::collections::HashSet::from(["Unknown".to_owned()]);
            for (name, value) in names.iter().zip(&values) {
                proptest::prop_assert!(syn::parse_str::<syn::Ident>(name).is_ok(), "{:?} became {:?}", value, name);
                proptest::prop_assert!(seen.insert(name.clone()), "{:?} is there twice", name);
            }
        }
    }
}
