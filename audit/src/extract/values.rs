//! Finds the values listed in a description, and the words in it that may be values.

use std::sync::LazyLock;

use regex::Regex;

use crate::words;

/// An item that starts with a value: alone, or followed by its meaning.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    let (before, after) = words::AROUND_VALUES;
    let value = r#"["“'‘]?([A-Za-z0-9_][A-Za-z0-9_.+/-]*(?: [A-Z_]+)?)["”'’]?\s*"#;
    Regex::new(&format!(r"^(?:{before})?{value}(?:$|[:：,，;；。（(]|\. |{after})")).expect("a constant pattern")
});
/// The values in a description's lists. A list with an item that does not start with a value is text.
pub fn listed(description: &str) -> Vec<String> {
    // The word may stand at the end of an item.
    let description = description.replace(words::VALUES, &format!("\n{}", words::VALUES));
    let mut values: Vec<String> = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    let mut said_to_be = false;
    let mut introduction = "";
    for line in description.lines().chain([""]) {
        let line = line.trim();
        if let Some(item) = line.strip_prefix("- ") {
            if run.is_empty() {
                said_to_be = words::introduces_values(introduction);
            }
            run.push(item.trim());
            continue;
        }
        let examples = words::introduces_examples(introduction);
        for value in of_items(&run, said_to_be).into_iter().filter(|_| !examples) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        run.clear();
        introduction = line;
    }
    values
}

/// The values that the items of one list start with. Without an introducing word, a list is one of values only if each
/// item has a meaning.
fn of_items(items: &[&str], said_to_be: bool) -> Vec<String> {
    let found: Option<Vec<String>> = items
        .iter()
        .map(|item| {
            let found = VALUE.captures(item)?;
            let value = found.get(1)?.as_str();
            let explained = found.get(0)?.as_str().len() < item.len();
            (said_to_be || explained).then(|| value.trim_end_matches('.').to_owned())
        })
        .collect();
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_after_the_word_gives_values() {
        assert_eq!(listed("State.\nValues:\n- open\n- shut"), ["open", "shut"]);
        assert_eq!(listed("Kind of order.\n- new：not seen yet\n- old：seen\nEnum:\n- new\n- old"), ["new", "old"]);
        assert_eq!(listed("Values:\n- ROLLING BACK：going back."), ["ROLLING BACK"]);
        assert_eq!(listed("Values:\n- “true” ：yes\n- “false” ：no"), ["true", "false"]);
    }

    #[test]
    fn other_lists_have_no_values() {
        assert_eq!(listed("Values:\n- hh is one below HH\n- mm is 00"), Vec::<String>::new());
        assert_eq!(listed("How to find it:\n- first\n- second"), Vec::<String>::new());
        assert_eq!(listed("Name of the shelf. For example:\n- left: top.left"), Vec::<String>::new());
        assert_eq!(listed("1~128"), Vec::<String>::new());
    }
}
