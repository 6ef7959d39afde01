//! The files of a crate as one module, for `include!` in a build script's host: paths are relative, all operations are
//! in, and samples and guides, which are files of their own, are left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Item, Meta};

use super::EmitError;

/// The modules and the item at the root of a generated crate. Other paths from `crate` lead to types of the user.
const AT_ROOT: &[&str] = &["client", "operations", "types", "webhooks", "Client"];

/// One file with all modules.
pub fn module(files: &BTreeMap<PathBuf, String>) -> Result<String, EmitError> {
    let assembly = Assembly { files };
    let root = assembly.file(Path::new("src/lib.rs"), Path::new("src"), 0)?;
    let items = root.items.into_iter().map(|item| {
        // In its host, parts that are not used are no oversight, and the names are those of the document.
        quote! {
            #[allow(dead_code, unused_imports, clippy::all, rustdoc::all)]
            #item
        }
    });
    let file = syn::parse2(quote!(#(#items)*)).map_err(|error| EmitError(error.to_string()))?;
    let header = files.get(Path::new("src/lib.rs")).and_then(|text| text.lines().next()).unwrap_or_default();
    Ok(format!("{header}\n\n{}", prettyplease::unparse(&file)))
}

struct Assembly<'a> {
    files: &'a BTreeMap<PathBuf, String>,
}

impl Assembly<'_> {
    /// A file with the modules that it declares, whose files are in `folder`.
    fn file(&self, path: &Path, folder: &Path, depth: usize) -> Result<syn::File, EmitError> {
        let invalid = |error: &dyn std::fmt::Display| EmitError(format!("{}: {error}", path.display()));
        let text = self.files.get(path).ok_or_else(|| invalid(&"there is no such file"))?;
        let tokens: TokenStream = text.parse().map_err(|error| invalid(&error))?;
        let mut file: syn::File = syn::parse2(relative(tokens, depth)).map_err(|error| invalid(&error))?;
        let mut items = Vec::new();
        for mut item in file.items {
            attributes(&mut item).into_iter().for_each(|all| all.retain(is_kept));
            if let Item::Mod(module) = &mut item
                && module.content.is_none()
            {
                let name = module.ident.to_string();
                let name = name.trim_start_matches("r#");
                if depth == 0 && name == "docs" {
                    continue;
                }
                let (inner, plain) = (folder.join(name), folder.join(format!("{name}.rs")));
                let path = if self.files.contains_key(&plain) { plain } else { inner.join("mod.rs") };
                let inner = self.file(&path, &inner, depth + 1)?;
                module.attrs.extend(inner.attrs);
                module.content = Some((syn::token::Brace::default(), inner.items));
                module.semi = None;
            }
            items.push(item);
        }
        file.items = items;
        Ok(file)
    }
}

fn attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    Some(match item {
        Item::Mod(item) => &mut item.attrs,
        Item::Use(item) => &mut item.attrs,
        Item::Macro(item) => &mut item.attrs,
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        _ => return None,
    })
}

/// Features are those of another crate.
fn is_kept(attribute: &Attribute) -> bool {
    let is_feature = |tokens: &TokenStream| tokens.to_string().starts_with("feature =");
    !matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && is_feature(&list.tokens))
}

/// The same code below `depth` modules, without what lies in other files.
fn relative(tokens: TokenStream, depth: usize) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let token = match token {
            TokenTree::Group(group) if is_file(&group) => {
                // `#[doc = include_str!(..)]`, whose `#` is already there.
                out.pop();
                continue;
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), relative(group.stream(), depth));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Ident(ident) if ident == "crate" => {
                let ahead: Vec<TokenTree> = rest.clone().take(3).collect();
                let is_ours = match ahead.get(2) {
                    Some(TokenTree::Ident(first)) => AT_ROOT.iter().any(|name| first == name),
                    Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
                    _ => false,
                };
                match is_ours {
                    true => {
                        out.extend(root(depth));
                        continue;
                    }
                    false => TokenTree::Ident(ident),
                }
            }
            TokenTree::Literal(literal) => TokenTree::Literal(documentation(literal, depth)),
            token => token,
        };
        out.push(token);
    }
    out.into_iter().collect()
}

/// Whether it is the content of an attribute that includes a file.
fn is_file(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket && group.stream().to_string().starts_with("doc = include_str")
}

/// The path of the root from below `depth` modules.
fn root(depth: usize) -> TokenStream {
    let step = Ident::new(if depth == 0 { "self" } else { "super" }, Span::call_site());
    let steps = std::iter::repeat_n(step, depth.max(1));
    quote!(#(#steps)::*)
}

/// A text, with the links and examples of docs as they work in the host: its tests cannot run examples that name the
/// crate. No other text of emitted code has these words.
fn documentation(literal: Literal, depth: usize) -> Literal {
    let source = literal.to_string();
    if !source.contains("](crate::") && !source.contains("```rust,no_run") {
        return literal;
    }
    let Ok(text) = syn::parse_str::<syn::LitStr>(&source) else { return literal };
    let root = root(depth).to_string().replace(' ', "");
    let text = text.value().replace("](crate::", &format!("]({root}::")).replace("```rust,no_run", "```rust,ignore");
    Literal::string(&text)
}
