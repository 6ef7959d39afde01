//! Parses the types in documents' tables.

use super::{Kind, Type};

impl Type {
    /// The type in a cell: `Array of LinkInfo objects`, `Map<String, String>`, `List<Integer>`. Case, spaces from
    /// narrow cells and letters that no type has are ignored. Unknown words are [`Kind::Any`]: a name alone does not
    /// determine the kind of value.
    pub fn parse(text: &str) -> Self {
        let compact: String = text.chars().filter(char::is_ascii_graphic).map(|c| c.to_ascii_lowercase()).collect();
        let mut item = compact.as_str();
        let mut lists = 0;
        while let Some(inner) = item_of(item) {
            item = inner;
            lists += 1;
        }
        Self { kind: kind(item), lists, of: None, text: text.split_whitespace().collect::<Vec<_>>().join(" ") }
    }
}

impl Type {
    /// The type of a map's values, where its words have it: `Map<String, Integer>`, `map of integer`.
    pub fn of_map(&self) -> Option<Self> {
        let compact: String = self.text.split_whitespace().collect();
        let words = match compact.split_once("mapof") {
            Some((_, words)) => words,
            None => compact.rsplit_once('>')?.0.split_once(',')?.1,
        };
        Some(Self::parse(words)).filter(|ty| ty.kind != Kind::Any)
    }
}

/// The element type of a list; None if the words are not a list.
fn item_of(words: &str) -> Option<&str> {
    if matches!(words, "array" | "arrays" | "list" | "lists") {
        return Some("");
    }
    let of = ["arraysof", "arrayof", "listsof", "listof"].iter().find_map(|start| words.strip_prefix(start));
    let inside = || ["array<", "list<"].iter().find_map(|start| words.strip_prefix(start)?.strip_suffix('>'));
    of.or_else(inside).or_else(|| words.strip_suffix("[]"))
}

fn kind(words: &str) -> Kind {
    match words {
        "string" | "strings" => Kind::String,
        "integer" | "integers" | "int" | "int32" => Kind::Integer,
        "long" | "longs" | "int64" => Kind::Long,
        "float" | "floats" | "double" | "doubles" | "number" | "numbers" | "decimal" | "bigdecimal" => Kind::Number,
        "boolean" | "booleans" | "bool" => Kind::Boolean,
        "struct" | "structs" => Kind::Object,
        // Also with a name before it: `values object Map<String, String>`.
        _ if words == "map" || words == "maps" || words.contains("map<") => Kind::Map,
        _ if words.ends_with("object") || words.ends_with("objects") => Kind::Object,
        _ => Kind::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Kind, usize) {
        let ty = Type::parse(text);
        (ty.kind, ty.lists)
    }

    #[test]
    fn plain_words() {
        for (text, kind) in [
            ("String", Kind::String),
            ("Str ing", Kind::String),
            ("string \u{cf5c}", Kind::String),
            ("Integer", Kind::Integer),
            ("int", Kind::Integer),
            ("Long", Kind::Long),
            ("Double", Kind::Number),
            ("Number", Kind::Number),
            ("BOOLEAN", Kind::Boolean),
            ("Bool", Kind::Boolean),
            ("Object", Kind::Object),
            ("Struct", Kind::Object),
            ("be_volume object", Kind::Object),
            ("GetJobInstanc eInfoDetail object", Kind::Object),
            ("Map<String,St ring>", Kind::Map),
            ("values object Map<String, String>", Kind::Map),
            ("Json", Kind::Any),
            ("DynamicCode", Kind::Any),
            ("", Kind::Any),
        ] {
            assert_eq!(parsed(text), (kind, 0), "{text}");
        }
    }

    #[test]
    fn lists() {
        for (text, kind, lists) in [
            ("Array of strings", Kind::String, 1),
            ("Array of\nstrings", Kind::String, 1),
            ("List<Integer>", Kind::Integer, 1),
            ("Array of LinkInfo objects", Kind::Object, 1),
            ("Array of \u{8868} 4-126 objects", Kind::Object, 1),
            ("Array of Object", Kind::Object, 1),
            ("Array of CheckItem", Kind::Any, 1),
            ("Array of Map<String, String> objects", Kind::Map, 1),
            ("Array of arrays of strings", Kind::String, 2),
            ("Array of List", Kind::Any, 2),
            ("List<List<Long>>", Kind::Long, 2),
            ("String[]", Kind::String, 1),
            ("List", Kind::Any, 1),
            ("array", Kind::Any, 1),
        ] {
            assert_eq!(parsed(text), (kind, lists), "{text}");
        }
    }

    #[test]
    fn the_text_is_on_one_line() {
        let ty = Type::parse(" Array of\n  LinkInfo objects ");
        assert_eq!((ty.text.as_str(), ty.of), ("Array of LinkInfo objects", None));
    }
}
