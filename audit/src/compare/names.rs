//! Pairs the names of two sides: first equal ones, then misread ones.

/// In shorter names one letter may be the whole difference.
const LONG_NAME: usize = 5;
/// The number of wrong letters allowed in a longer name.
const WRONG_LETTERS: usize = 1;

/// Matching names, by index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Paired {
    /// Left and right, in the order of the left.
    pub pairs: Vec<(usize, usize)>,
    /// The left ones without a partner.
    pub left: Vec<usize>,
    /// The right ones without a partner.
    pub right: Vec<usize>,
}

/// Pairs names. With `again` a name repeated on the left side gets the same partner: documents repeat rows.
pub(super) fn pair(left: &[&str], right: &[&str], again: bool) -> Paired {
    let mut partner: Vec<Option<usize>> = vec![None; left.len()];
    let mut used = vec![false; right.len()];
    let rules: [fn(&str, &str) -> bool; 3] = [|a, b| a == b, misread, mistyped];
    for rule in rules {
        for (index, name) in left.iter().enumerate() {
            if partner[index].is_none()
                && let Some(found) = (0..right.len()).find(|other| !used[*other] && rule(name, right[*other]))
            {
                partner[index] = Some(found);
                used[found] = true;
            }
        }
        if again {
            for (index, name) in left.iter().enumerate() {
                partner[index] = partner[index].or_else(|| right.iter().position(|other| other == name));
            }
        }
    }
    let pairs = partner.iter().enumerate().filter_map(|(index, found)| Some((index, (*found)?))).collect();
    let alone = |flags: &[bool]| flags.iter().enumerate().filter(|(_, used)| !**used).map(|(index, _)| index).collect();
    let has: Vec<bool> = partner.iter().map(Option::is_some).collect();
    Paired { pairs, left: alone(&has), right: alone(&used) }
}

/// Whether two names may be the same one.
pub(super) fn near(a: &str, b: &str) -> bool {
    misread(a, b) || mistyped(a, b)
}

/// Whether two names are equal except for case, spaces, `_` and `-`, and letters that scans confuse.
pub(super) fn misread(a: &str, b: &str) -> bool {
    skeleton(a).eq(skeleton(b))
}

fn skeleton(name: &str) -> impl Iterator<Item = char> {
    let kept = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'));
    kept.flat_map(char::to_lowercase).map(|c| match c {
        'i' | '1' | '!' => 'l',
        '0' => 'o',
        c => c,
    })
}

/// Whether two long names differ by one letter.
fn mistyped(a: &str, b: &str) -> bool {
    // Each letter more is a wrong one.
    let about_as_long = a.chars().count().abs_diff(b.chars().count()) <= WRONG_LETTERS;
    a.len().min(b.len()) >= LONG_NAME && about_as_long && strsim::levenshtein(a, b) <= WRONG_LETTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scans_confuse_letters() {
        for (a, b) in [("Regionld", "RegionId"), ("0wnerId", "OwnerlD"), ("job_id", "jobId"), ("Ist io", "Istio")] {
            assert!(near(a, b), "{a} {b}");
        }
        assert!(near("enter_prise_id", "enter_prie_id"));
        assert!(!near("size", "site"));
        assert!(!near("offset", "limit"));
    }

    #[test]
    fn equal_names_go_before_near_ones() {
        let paired = pair(&["job_ld", "job_id", "new"], &["job_id", "old"], false);
        assert_eq!(paired, Paired { pairs: vec![(1, 0)], left: vec![0, 2], right: vec![1] });
    }

    #[test]
    fn a_repeated_row_is_the_same_field() {
        assert_eq!(pair(&["id", "id"], &["id"], true).pairs, [(0, 0), (1, 0)]);
        assert_eq!(pair(&["id", "id"], &["id"], false).left, [1]);
        assert_eq!(pair(&["id", "id"], &["id", "id"], true).pairs, [(0, 0), (1, 1)]);
    }
}
