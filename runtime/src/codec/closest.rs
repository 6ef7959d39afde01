//! Suggestions for a mistyped name.

/// A "did you mean" hint: the known names that are most similar to this one, or all if they are few.
pub(crate) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    among(name, known.collect())
}

fn among(name: &str, mut known: Vec<&str>) -> String {
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

/// The known names that a mistyped one was probably meant to be: those with the fewest differences, if these are few.
pub(crate) fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    const MOST: usize = 2;
    let name = name.trim().to_ascii_lowercase();
    let counted = known.map(|other| (strsim::osa_distance(&name, &other.to_ascii_lowercase()), other));
    let mut near: Vec<_> = counted.filter(|(differences, _)| *differences <= MOST).collect();
    near.sort_unstable();
    near.dedup();
    let least = near.first().map(|(differences, _)| *differences);
    near.into_iter().filter(|(differences, _)| Some(*differences) == least).map(|(_, other)| other).collect()
}

pub(crate) fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_probably_meant() {
        let known = ["cn-north-1", "cn-north-4", "cn-east-3", "cn-north-4", "eu-west-0"];
        for (name, expected) in [
            ("cn-nroth-4", &["cn-north-4"][..]),
            ("CN-North4", &["cn-north-4"]),
            ("cn-north-", &["cn-north-1", "cn-north-4"]),
            ("us-east-1", &[]),
            ("", &[]),
        ] {
            assert_eq!(meant(name, known.into_iter()), expected, "{name}");
        }
    }
}
