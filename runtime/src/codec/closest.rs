//! Suggestions for a mistyped name.

/// A "did you mean" hint: the known names that are most similar to this one, or all if they are few.
pub(crate) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    if known.len() <= 5 {
        return match &known[..] {
            [] => "there are none".to_owned(),
            [only] => format!("there is only {only}"),
            _ => format!("there are {}", joined(known.into_iter())),
        };
    }
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_ascii_lowercase(), &other.to_ascii_lowercase());
    known.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)).then(a.cmp(b)));
    known.truncate(3);
    format!("the closest are {}", joined(known.into_iter()))
}

pub(crate) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
