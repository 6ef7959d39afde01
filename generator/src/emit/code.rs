//! Code as text. Most of what is emitted has one of a few forms, which are written as they are shown: to parse and print
//! them by `syn` and `prettyplease` would take half of the time of generation.

use std::borrow::Cow;
use std::fmt::{self, Display};

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::{EmitError, pretty};

/// An expression, a type or a name on one line, spaced as `rustfmt` does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Code(Cow<'static, str>);

impl Code {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The tokens, as some callers want them in an iterator or an argument.
    pub(super) fn tokens(&self) -> TokenStream {
        self.to_token_stream()
    }
}

impl From<&'static str> for Code {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ToTokens for Code {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.0.parse::<TokenStream>() {
            Ok(parsed) => tokens.extend(parsed),
            // A bug in the generator: whoever compiles the client sees it.
            Err(error) => {
                let message = error.to_string();
                tokens.extend(quote!(compile_error!(#message)));
            }
        }
    }
}

/// A string's literal.
pub(super) fn text(value: &str) -> Literal {
    Literal::string(value)
}

/// Elements, with commas between them.
pub(super) fn list<T: Display>(elements: impl IntoIterator<Item = T>) -> String {
    use fmt::Write as _;
    let mut out = String::new();
    for element in elements {
        let separator = if out.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(out, "{separator}{element}");
    }
    out
}

/// An `impl` with these members, each indented by 4.
pub(super) fn block(head: &str, members: &[String]) -> String {
    let mut out = format!("{head} {{\n");
    for (place, member) in members.iter().enumerate() {
        if place > 0 && out.ends_with("\n    }\n") {
            out.push('\n');
        }
        out.push_str(member);
        out.push('\n');
    }
    out.push('}');
    out
}

/// The width up to which `prettyplease` breaks no line, whatever follows.
pub(super) const NARROW: usize = 85;

/// The longest type of an argument that is on a line of its own wherever `prettyplease` breaks lines around it.
const LONGEST_ARGUMENT: usize = 60;

/// A method whose body is an expression, indented by 4.
pub(super) fn method(name: &str, arguments: &[String], returned: &str, body: &str) -> Result<String, EmitError> {
    let head = format!("    pub fn {name}({}) -> {returned} {{", list(arguments));
    let regular = arguments.iter().all(|argument| argument.len() <= LONGEST_ARGUMENT)
        && !body.contains(['{', '}'])
        && !body.contains("//")
        && head.chars().count() <= pretty::WIDTH;
    if !regular {
        return printed(&head, body);
    }
    let text = pretty::short_function(&head, body);
    #[cfg(test)]
    assert_eq!(text, printed(&head, body)?);
    Ok(text)
}

/// The same by `prettyplease`.
fn printed(head: &str, body: &str) -> Result<String, EmitError> {
    let item = format!("impl A {{ {head} {body} }} }}");
    let file = syn::parse_str(&item).map_err(|error| EmitError(error.to_string()))?;
    let printed = prettyplease::unparse(&file);
    let lines: Vec<&str> = printed.lines().collect();
    Ok(pretty::laid_out(lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::choices::Choices;
    use crate::diagnostic::Diagnostics;
    use crate::emit::{Manifest, emit};

    /// What is written as text is compared with what `prettyplease` prints, item by item, where it is written.
    #[test]
    fn text_is_what_would_be_printed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let folders = ["tests/fixtures", "specs"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
        let specs: Vec<PathBuf> = folders
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|folder| folder.join("openapi.yaml").is_file())
            .collect();
        assert!(specs.len() > 20);
        for spec in specs {
            let lowered = crate::lowered(&spec, "a", "a", &Choices::default(), &mut Diagnostics::new()).unwrap();
            emit(&lowered.service, &Manifest::default(), None).unwrap();
        }
    }
}
