//! Repairs names damaged by the scan, where that is safe: spaces inside words, letters of other alphabets that look
//! Latin. `l` for `I` and `0` for `O` are not repaired: both are Latin, and only another source can decide.

use unicode_normalization::UnicodeNormalization as _;

/// Letters of other alphabets, and the Latin ones that they look like.
const LOOK_ALIKES: &[(&str, &str)] =
    &[("АВСЕНІЈКМОРЅТХУаеіјорсѕухԁԛԝһ", "ABCEHIJKMOPSTXYaeijopcsyxdqwh"), ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορν", "ABEZHIKMNOPTYXaopv")];

/// A name without spaces and look-alikes, and the name as printed where that differs.
pub fn name(printed: &str) -> (String, Option<String>) {
    let repaired: String = printed.nfkc().map(latin).filter(|c| !c.is_whitespace()).collect();
    let printed = one_line(printed);
    let changed = repaired != printed;
    (repaired, changed.then_some(printed))
}

/// A string on one line, with single spaces.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The Latin letter that another one looks like.
pub fn latin(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    let found = LOOK_ALIKES.iter().find_map(|(strange, latin)| {
        let place = strange.chars().position(|strange| strange == c)?;
        latin.chars().nth(place)
    });
    found.unwrap_or(c)
}

/// Whether a string can be the name of a parameter or field.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_the_spaces_of_a_narrow_cell() {
        assert_eq!(name("Gateway Na me"), ("GatewayName".to_owned(), Some("Gateway Na me".to_owned())));
        assert_eq!(name("GatewayName"), ("GatewayName".to_owned(), None));
        assert_eq!(name("gateway_na\nme"), ("gateway_name".to_owned(), Some("gateway_na me".to_owned())));
    }

    #[test]
    fn letters_of_other_alphabets_become_latin_and_doubtful_ones_stay() {
        assert_eq!(name("РауТуре").0, "PayType");
        assert_eq!(name("ＩＤ").0, "ID");
        assert_eq!(name("Jobld"), ("Jobld".to_owned(), None));
    }

    #[test]
    fn look_alikes_pair_up() {
        for (strange, latin) in LOOK_ALIKES {
            assert_eq!(strange.chars().count(), latin.chars().count(), "{strange}");
            assert!(!strange.chars().any(|c| c.is_ascii()), "{strange}");
        }
    }
}
