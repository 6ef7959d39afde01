//! Ids of entries: of the form that the sample has, and each of one entry only.

use std::collections::HashSet;

use serde_json::Value;
use yundb_contract::wire::scalar_text;

use crate::dotted;

/// Number of random ids that are tried before an id gets longer than the sample's.
const ATTEMPTS: usize = 64;

/// An id of the same form as another, for which `taken` is false.
pub fn unused(like: &Value, rng: &mut fastrand::Rng, taken: impl Fn(&str) -> bool) -> Value {
    let is_free = |id: &Value| !taken(&scalar_text(id));
    let random = (0..ATTEMPTS).map(|_| varied(like, rng)).find(&is_free);
    // A short form runs out of values.
    let longer = |number: u64| match like {
        Value::String(text) => Value::from(format!("{text}{number}")),
        _ => Value::from(1_000_000_000 + number),
    };
    random.or_else(|| (0..u64::from(u32::MAX)).map(longer).find(is_free)).unwrap_or_else(|| like.clone())
}

/// Another id of the same form: digits for digits, letters for letters.
pub fn varied(id: &Value, rng: &mut fastrand::Rng) -> Value {
    let Value::String(text) = id else { return rng.u32(1000..1_000_000_000).into() };
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    // The first long hexadecimal part, else the last characters.
    let characters: Vec<char> = text.chars().collect();
    let start = (0..characters.len()).find(|at| characters[*at..].iter().take_while(|c| is_hex(**c)).count() >= 8);
    let range = match start {
        Some(start) => start..start + characters[start..].iter().take_while(|c| is_hex(**c)).count(),
        None => characters.len().saturating_sub(12)..characters.len(),
    };
    let vary = |(at, c): (usize, char)| match c {
        _ if !range.contains(&at) => c,
        '0'..='9' if start.is_none() => char::from(rng.u8(b'0'..=b'9')),
        'a'..='z' if start.is_none() => char::from(rng.u8(b'a'..=b'z')),
        c if start.is_some() => char::from_digit(rng.u32(0..16), 16).unwrap_or(c),
        c => c,
    };
    characters.iter().copied().enumerate().map(vary).collect::<String>().into()
}

/// Entries for a list, made from those of its sample: they differ in their ids, or in another field.
pub fn seeded(sample: &[Value], names: &[&str], count: usize) -> Vec<Value> {
    let mut taken = HashSet::new();
    let samples = sample.iter().cycle().take(count).enumerate();
    samples.filter_map(|(index, sample)| entry(sample, names, index, &mut taken)).collect()
}

fn entry(sample: &Value, names: &[&str], index: usize, taken: &mut HashSet<String>) -> Option<Value> {
    let mut item = sample.clone();
    let Some(object) = item.as_object_mut() else {
        return Some(if item.is_string() { format!("{}-{index}", scalar_text(&item)).into() } else { item });
    };
    let mut rng = fastrand::Rng::with_seed(index as u64 + 1);
    let own = names.iter().find_map(|name| dotted::key(object, name)).map(str::to_owned);
    let ends = |suffixes: &[&str]| {
        object
            .keys()
            .find(|key| suffixes.iter().any(|suffix| key.ends_with(suffix)) && object[*key].is_string())
            .cloned()
    };
    let id = own.or_else(|| ends(&["_id", "Id", "ID"]));
    let name = ends(&["name", "Name"]);
    let other = || object.iter().find(|(_, value)| value.is_string() || value.is_u64()).map(|(key, _)| key.clone());
    match (id, name) {
        (None, None) => {
            let key = other()?;
            let place = object.get_mut(&key)?;
            *place = match place {
                Value::String(text) => format!("{text}-{index}").into(),
                _ => index.into(),
            };
        }
        (id, name) => {
            // A name that is the id varies once.
            let name = name.filter(|name| id.as_ref() != Some(name));
            if let Some(key) = id {
                let place = object.get_mut(&key)?;
                let id = match &*place {
                    Value::Number(_) => (index + 1).into(),
                    like => unused(like, &mut rng, |id| taken.contains(id)),
                };
                taken.insert(scalar_text(&id));
                *place = id;
            }
            if let Some(key) = name {
                let place = object.get_mut(&key)?;
                *place = format!("{}-{index}", scalar_text(place)).into();
            }
        }
    }
    Some(item)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_distinct_even_if_their_form_is_short() {
        for sample in [json!({"id": "a", "x": 1}), json!({"id": 7}), json!({"id": "0123456789abcdef"})] {
            let ids: HashSet<_> =
                seeded(std::slice::from_ref(&sample), &["id"], 100).iter().map(|it| it["id"].to_string()).collect();
            assert_eq!(ids.len(), 100, "{sample}");
        }
        let mut rng = fastrand::Rng::with_seed(1);
        assert_eq!(unused(&json!("5"), &mut rng, |id| id.len() == 1), "50");
        assert_eq!(unused(&json!(5), &mut rng, |id| id.len() < 10), 1_000_000_000);
    }
}
