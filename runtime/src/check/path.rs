//! The place of a value.

use std::fmt;

/// The place of a value, by wire names: `endpoint.db_port`, `items[2].name`. It becomes a text only for a violation.
pub(super) enum Path<'a> {
    /// Where the check begins.
    Root(&'a str),
    Field(&'a Path<'a>, &'a str),
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Root(text) => text.is_empty(),
            Self::Field(object, name) => name.is_empty() && object.is_empty(),
            Self::Element(..) => false,
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(text) => f.write_str(text),
            Self::Field(object, name) if object.is_empty() => f.write_str(name),
            Self::Field(object, name) => write!(f, "{object}.{name}"),
            Self::Element(list, at) => write!(f, "{list}[{at}]"),
        }
    }
}

impl From<&Path<'_>> for String {
    fn from(path: &Path<'_>) -> Self {
        path.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn places_of_fields_and_elements() {
        let (root, named) = (Path::Root(""), Path::Root("body"));
        let list = Path::Field(&root, "items");
        let element = Path::Element(&list, 2);
        assert_eq!(Path::Field(&element, "name").to_string(), "items[2].name");
        assert_eq!(Path::Field(&named, "name").to_string(), "body.name");
        assert_eq!(Path::Element(&root, 0).to_string(), "[0]");
        let unnamed = Path::Field(&root, "");
        assert_eq!(Path::Field(&unnamed, "name").to_string(), "name");
    }
}
