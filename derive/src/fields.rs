//! The struct, as its attributes describe it.

use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Error, Fields, GenericArgument, Ident, LitStr, PathArguments, Result, Type};

/// A struct with named fields.
pub(crate) struct Struct<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) fields: Vec<Field<'a>>,
    /// The map of additional fields, with its type.
    pub(crate) additional: Option<(&'a Ident, Type)>,
}

/// A field.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: Type,
    /// Its name on the wire.
    pub(crate) wire: String,
    pub(crate) absent: Absent,
    /// Whether `None` is not written.
    pub(crate) skips_none: bool,
    /// Whether `null` is distinguished from "absent".
    pub(crate) nullable: bool,
}

/// The value of a field that was not read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// `None`.
    None,
    /// The default of its type.
    Default,
    /// The struct cannot be read.
    Error,
}

#[derive(Default)]
struct Options {
    rename: Option<String>,
    default: bool,
    skips_none: bool,
    flatten: bool,
}

impl<'a> Struct<'a> {
    pub(crate) fn read(input: &'a DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new(input.span(), "`Record` is for structs"));
        };
        let Fields::Named(named) = &data.fields else {
            return Err(Error::new(input.span(), "`Record` is for structs with named fields"));
        };
        if !input.generics.params.is_empty() {
            return Err(Error::new(input.generics.span(), "`Record` is for structs without generics"));
        }
        let (mut rule, mut default) = (None, false);
        each(&input.attrs, |meta| {
            if meta.path.is_ident("rename_all") {
                let text: LitStr = meta.value()?.parse()?;
                rule = Some(Rule::read(&text)?);
            } else if meta.path.is_ident("default") {
                default = true;
            } else {
                return Err(meta.error("`Record` does not have this attribute"));
            }
            Ok(())
        })?;
        let mut all = Self { name: &input.ident, fields: Vec::new(), additional: None };
        for field in &named.named {
            let Some(ident) = &field.ident else { continue };
            let options = Options::read(&field.attrs)?;
            if options.flatten {
                if all.additional.is_some() {
                    return Err(Error::new(field.span(), "there is only one map of additional fields"));
                }
                all.additional = Some((ident, field.ty.clone()));
                continue;
            }
            let plain = ident.to_string();
            let plain = plain.strip_prefix("r#").unwrap_or(&plain);
            let renamed = || rule.map_or_else(|| plain.to_owned(), |rule| rule.apply(plain));
            let inner = option(&field.ty);
            let absent = match inner {
                Some(_) => Absent::None,
                None if default || options.default => Absent::Default,
                None => Absent::Error,
            };
            all.fields.push(Field {
                ident,
                ty: field.ty.clone(),
                wire: options.rename.unwrap_or_else(renamed),
                absent,
                skips_none: options.skips_none,
                nullable: inner.is_some_and(|inner| option(inner).is_some()),
            });
        }
        Ok(all)
    }
}

impl Options {
    fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut options = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                options.rename = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("default") {
                options.default = true;
            } else if meta.path.is_ident("flatten") {
                options.flatten = true;
            } else if meta.path.is_ident("skip_serializing_if") {
                let text: LitStr = meta.value()?.parse()?;
                if text.value() != "Option::is_none" {
                    return Err(Error::new(text.span(), "`Record` has only \"Option::is_none\" here"));
                }
                options.skips_none = true;
            } else {
                return Err(meta.error("`Record` does not have this attribute"));
            }
            Ok(())
        })?;
        Ok(options)
    }
}

/// Calls a function with each entry of the `serde` attributes.
fn each(attributes: &[Attribute], mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    let mut own = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    own.try_for_each(|attribute| attribute.parse_nested_meta(&mut read))
}

/// The `T` of an `Option<T>`.
fn option(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Path(path) => path,
        // A type that another macro has passed on.
        Type::Group(group) => return option(&group.elem),
        _ => return None,
    };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// How names on the wire follow from those of fields.
#[derive(Clone, Copy)]
enum Rule {
    Pascal,
    Camel,
}

impl Rule {
    fn read(text: &LitStr) -> Result<Self> {
        match text.value().as_str() {
            "PascalCase" => Ok(Self::Pascal),
            "camelCase" => Ok(Self::Camel),
            _ => Err(Error::new(text.span(), "`Record` has the rules \"PascalCase\" and \"camelCase\"")),
        }
    }

    /// As serde does it: each letter after an underscore becomes a capital, and nothing else changes.
    fn apply(self, name: &str) -> String {
        let mut out = String::with_capacity(name.len());
        let mut capital = true;
        for c in name.chars() {
            match c {
                '_' => capital = true,
                _ if capital && (!out.is_empty() || matches!(self, Self::Pascal)) => out.push(c.to_ascii_uppercase()),
                _ if out.is_empty() => out.push(c.to_ascii_lowercase()),
                _ => out.push(c),
            }
            capital &= c == '_';
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_serde() {
        for (name, pascal, camel) in [
            ("id", "Id", "id"),
            ("page_number", "PageNumber", "pageNumber"),
            ("ipv4_address2", "Ipv4Address2", "ipv4Address2"),
            ("a__b_", "AB", "aB"),
            ("_a", "A", "a"),
        ] {
            assert_eq!(Rule::Pascal.apply(name), pascal);
            assert_eq!(Rule::Camel.apply(name), camel);
        }
    }
}
