//! Values in examples: Rust expressions for the document's samples, else for values that the types allow.
//!
//! The expression compiles for any type: a recursive type ends in an empty value.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::json;
use crate::lower::format::Format;
use crate::lower::model::{Bound, Field, Service, Shape, Struct, Type, TypeId, TypeKind};

/// Maximum number of optional values in an example.
const OPTIONAL: usize = 3;

/// Maximum nesting of types in an example.
const DEEPEST: usize = 8;

/// Maximum number of values of the crate's types in an example; further ones are empty.
const MOST: usize = 40;

/// Maximum length of a sample string in an example.
const LONGEST_TEXT: usize = 80;

/// Names under which a tuple struct must not be imported.
const PRELUDE: [&str; 4] = ["Ok", "Err", "Some", "None"];

/// The conversions that a place accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Anything that converts into the type, and for lists any iterator of such items.
    Loose,
    /// Anything that converts into the type.
    Into,
    /// Exactly this type, inferred from the expression alone.
    Exact,
}

/// Writes the values of one example, and collects its imports.
pub(super) struct Values<'a> {
    pub service: &'a Service,
    /// The crate's name in Rust.
    pub krate: String,
    imports: RefCell<BTreeSet<String>>,
    json: Cell<bool>,
    optional: Cell<usize>,
    open: RefCell<Vec<TypeId>>,
    /// Number of values of the crate's types so far.
    named: Cell<usize>,
}

/// The known facts about a value: the document's sample, the name of its place, and its limits.
#[derive(Clone, Copy)]
pub(super) struct Known<'v> {
    pub sample: Option<&'v Value>,
    pub name: &'v str,
    pub shape: Option<&'v Shape>,
}

impl<'v> Known<'v> {
    /// A part of the value, which has no name of its own.
    fn part(self, sample: Option<&'v Value>) -> Self {
        Self { sample, shape: None, ..self }
    }
}

impl<'a> Values<'a> {
    pub fn new(service: &'a Service) -> Self {
        Self {
            service,
            krate: service.package.replace('-', "_"),
            imports: RefCell::default(),
            json: Cell::new(false),
            optional: Cell::new(OPTIONAL),
            open: RefCell::default(),
            named: Cell::new(0),
        }
    }

    /// The `use` lines for the names in the values.
    pub fn imports(&self) -> Vec<String> {
        let krate = &self.krate;
        let types = self.imports.borrow();
        let types = match types.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => None,
            [one] => Some(format!("use {krate}::types::{one};")),
            many => Some(format!("use {krate}::types::{{{}}};", many.join(", "))),
        };
        let json = self.json.get().then(|| format!("use {krate}::runtime::serde_json::json;"));
        json.into_iter().chain(types).collect()
    }

    /// Whether another optional value of this type may be set. One with optional values must leave room for one of its
    /// own.
    pub fn one_more(&self, ty: &Type) -> bool {
        let of_struct = ty.innermost().is_some_and(|id| matches!(self.service.types[id].kind, TypeKind::Struct(_)));
        let left = self.optional.get();
        let enough = left > usize::from(of_struct);
        if enough {
            self.optional.set(left - 1);
        }
        enough
    }

    /// A type of the crate, by its name in the example.
    pub fn type_name(&self, id: TypeId) -> String {
        self.import(&self.service.types[id].name)
    }

    /// Imports any name of the module `types`.
    pub fn import(&self, name: &str) -> String {
        if PRELUDE.contains(&name) {
            return format!("{}::types::{name}", self.krate);
        }
        self.imports.borrow_mut().insert(name.to_owned());
        name.to_owned()
    }

    pub fn value(&self, ty: &Type, known: Known<'_>, taken: Taken) -> String {
        match ty {
            Type::String => match taken {
                Taken::Exact => format!("{:?}.to_owned()", text(known)),
                _ => format!("{:?}", text(known)),
            },
            Type::Secret => match taken {
                Taken::Exact => format!("{}::Secret::from({})", self.krate, secret(known.name)),
                _ => secret(known.name),
            },
            Type::Formatted(format) => {
                let text = known.sample.and_then(Value::as_str).unwrap_or_else(|| format.sample());
                match taken {
                    Taken::Exact => format!("{}::from({text:?})", self.formatted(*format, true)),
                    _ => format!("{text:?}"),
                }
            }
            Type::Bool => known.sample.and_then(flag).unwrap_or(true).to_string(),
            Type::I32 | Type::I64 | Type::U64 | Type::I128 => integer(ty, known, taken),
            Type::F64 => {
                let number = known.sample.and_then(Value::as_f64).filter(|number| number.is_finite());
                format!("{:?}", number.unwrap_or(1.0))
            }
            Type::Value => self.any(known, taken),
            Type::List(inner) => self.list(inner, known, taken),
            Type::Map(inner) => self.map(inner, known, taken),
            Type::Nullable(inner) => match taken {
                Taken::Loose => self.value(inner, known, Taken::Loose),
                _ => format!("Some({})", self.value(inner, known, Taken::Exact)),
            },
            Type::JsonText(inner) => self.json_text(inner, known, taken),
            Type::Named(id) => self.named(*id, known),
        }
    }

    /// A value within another one; `None` if the nesting would not end.
    fn within(&self, ty: &Type, known: Known<'_>, taken: Taken) -> Option<String> {
        let ends = ty.innermost().is_some_and(|id| self.leads_on(id));
        (!ends).then(|| self.value(ty, known, taken))
    }

    /// Whether a type is already being written, or the example is too long.
    pub(super) fn leads_on(&self, id: TypeId) -> bool {
        let open = self.open.borrow();
        open.contains(&id) || open.len() >= DEEPEST || self.named.get() > MOST
    }

    fn list(&self, inner: &Type, known: Known<'_>, taken: Taken) -> String {
        let items = known.sample.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let several = matches!(inner, Type::String | Type::I32 | Type::I64 | Type::Bool | Type::F64);
        let items: Vec<Option<&Value>> = items.iter().take(if several { 3 } else { 1 }).map(Some).collect();
        let items = if items.is_empty() { vec![None] } else { items };
        let of = match (taken, inner) {
            // A list cannot contain values of different types.
            (Taken::Loose, Type::Value) | (Taken::Into | Taken::Exact, _) => Taken::Exact,
            (Taken::Loose, _) => Taken::Into,
        };
        let items: Option<Vec<String>> =
            items.into_iter().map(|item| self.within(inner, known.part(item), of)).collect();
        match (items, taken) {
            (Some(items), Taken::Loose) => format!("[{}]", items.join(", ")),
            (Some(items), _) => format!("vec![{}]", items.join(", ")),
            (None, _) => format!("Vec::<{}>::new()", self.rust(inner)),
        }
    }

    fn map(&self, inner: &Type, known: Known<'_>, taken: Taken) -> String {
        let of = match (taken, inner) {
            (Taken::Loose, Type::String) => Taken::Into,
            _ => Taken::Exact,
        };
        match (self.entry(inner, known, of), taken) {
            (Some((name, value)), Taken::Loose) => format!("[({name:?}, {value})]"),
            (Some((name, value)), Taken::Into) => format!("[({name:?}.to_owned(), {value})]"),
            (Some((name, value)), Taken::Exact) => {
                format!("std::collections::BTreeMap::from([({name:?}.to_owned(), {value})])")
            }
            (None, _) => format!("std::collections::BTreeMap::<String, {}>::new()", self.rust(inner)),
        }
    }

    /// The name and the value of a map's entry.
    fn entry<'k>(&self, inner: &Type, known: Known<'k>, of: Taken) -> Option<(&'k str, String)> {
        let entry = known.sample.and_then(Value::as_object).and_then(|entries| entries.iter().next());
        let value = self.within(inner, known.part(entry.map(|(_, value)| value)), of)?;
        Some((entry.map_or("name", |(name, _)| name.as_str()), value))
    }

    fn any(&self, known: Known<'_>, taken: Taken) -> String {
        match known.sample {
            Some(Value::String(text)) if taken != Taken::Exact && text.len() <= LONGEST_TEXT => format!("{text:?}"),
            Some(Value::Bool(flag)) if taken != Taken::Exact => flag.to_string(),
            sample => {
                self.json.set(true);
                format!("json!({})", json::literal(sample.unwrap_or(&Value::Object(Map::new()))))
            }
        }
    }

    /// A value that is sent as JSON text can be given unencoded.
    fn json_text(&self, inner: &Type, known: Known<'_>, taken: Taken) -> String {
        let parsed = known.sample.and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
        let sample = parsed.as_ref().or(known.sample.filter(|sample| !sample.is_string()));
        let known = Known { sample, ..known };
        match (inner, taken) {
            // These have conversions from arrays.
            (Type::List(element), Taken::Loose | Taken::Into) => {
                let first = sample.and_then(|sample| sample.get(0));
                match self.within(element, known.part(first), Taken::Exact) {
                    Some(element) => format!("[{element}]"),
                    None => self.value(inner, known, Taken::Exact),
                }
            }
            (Type::Map(of), Taken::Loose | Taken::Into) => match self.entry(of, known, Taken::Exact) {
                Some((name, value)) => format!("[({name:?}, {value})]"),
                None => self.value(inner, known, Taken::Exact),
            },
            (Type::Nullable(_), _) | (_, Taken::Exact) => {
                format!("{}::runtime::JsonText::Value({})", self.krate, self.value(inner, known, Taken::Exact))
            }
            _ => self.value(inner, known, Taken::Exact),
        }
    }

    fn named(&self, id: TypeId, known: Known<'_>) -> String {
        let name = self.type_name(id);
        let boxed = |boxed: bool, value: String| if boxed { format!("Box::new({value})") } else { value };
        let leads_on = self.leads_on(id);
        let definition = &self.service.types[id];
        self.named.set(self.named.get() + 1);
        self.open.borrow_mut().push(id);
        let value = match &definition.kind {
            TypeKind::Struct(_) if leads_on => format!("{name}::new()"),
            TypeKind::Struct(body) => self.structure(&name, body, known),
            TypeKind::StringEnum(variants) => {
                let text = known.sample.and_then(scalar);
                let shown = text.as_ref().and_then(|text| variants.iter().find(|variant| variant.value == *text));
                match (shown.or(variants.first().filter(|_| text.is_none())), text) {
                    (Some(variant), _) => format!("{name}::{}", variant.ident),
                    (None, text) => format!("{name}::from({:?})", text.unwrap_or_else(|| "...".to_owned())),
                }
            }
            TypeKind::IntegerEnum(variants) => {
                let shown = known.sample.and_then(|sample| match sample {
                    Value::String(text) => text.parse().ok(),
                    sample => sample.as_i64(),
                });
                let variant = variants.iter().find(|variant| Some(variant.value) == shown);
                match variant.or(variants.first().filter(|_| shown.is_none())) {
                    Some(variant) => format!("{name}::{}", variant.ident),
                    None => format!("{name}::from({})", shown.unwrap_or(1)),
                }
            }
            TypeKind::Union(union) => match self.alternative(union, known.sample) {
                Some(variant) => {
                    let value = self.value(&variant.ty, known, Taken::Exact);
                    format!("{name}::{}({})", variant.ident, boxed(variant.boxed, value))
                }
                None => format!("{name}::Unknown({})", self.any(known, Taken::Exact)),
            },
            TypeKind::Tuple(_) if leads_on => {
                format!("{}::runtime::serde_json::from_str::<{name}>(\"[]\")?", self.krate)
            }
            TypeKind::Tuple(tuple) => {
                let elements = tuple.elements.iter().enumerate().map(|(place, element)| {
                    let part = known.part(known.sample.and_then(|sample| sample.get(place)));
                    boxed(element.boxed, self.value(&element.ty, part, Taken::Exact))
                });
                format!("{name}({})", elements.collect::<Vec<_>>().join(", "))
            }
            TypeKind::Newtype(newtype) => {
                let value = self.within(&newtype.ty, known, Taken::Exact);
                let value = value.unwrap_or_else(|| self.empty(&newtype.ty));
                format!("{name}({})", boxed(newtype.boxed, value))
            }
            TypeKind::Own(_) => {
                let value = self.any(known, Taken::Exact);
                format!("{name}({}::runtime::serde_json::from_value({value})?)", self.krate)
            }
        };
        self.open.borrow_mut().pop();
        value
    }

    /// A value of a recursive type, without the recursive part.
    fn empty(&self, ty: &Type) -> String {
        match ty {
            Type::List(inner) => format!("Vec::<{}>::new()", self.rust(inner)),
            Type::Map(inner) => format!("std::collections::BTreeMap::<String, {}>::new()", self.rust(inner)),
            Type::Nullable(inner) => format!("None::<{}>", self.rust(inner)),
            Type::JsonText(inner) => format!("{}::runtime::JsonText::Value({})", self.krate, self.empty(inner)),
            ty => self.value(ty, Known { sample: None, name: "...", shape: None }, Taken::Exact),
        }
    }

    /// A struct: its required fields, and a few of those in the sample.
    fn structure(&self, name: &str, body: &Struct, known: Known<'_>) -> String {
        let mut out = format!("{name}::new()");
        let sample = known.sample.and_then(Value::as_object);
        for field in &body.fields {
            let shown = sample.and_then(|sample| sample.get(&field.wire));
            let must = field.required && !field.filled && !field.read_only;
            let may = shown.is_some_and(is_informative) && !field.required && !field.read_only && !field.deprecated;
            if must || may && self.one_more(&field.ty) {
                let of = Known {
                    sample: shown.or(field.example.as_ref()),
                    name: plain(&field.ident),
                    shape: Some(&field.shape),
                };
                out.push_str(&format!(".{}({})", field.ident, self.field(field, of)));
            }
        }
        out
    }

    fn field(&self, field: &Field, known: Known<'_>) -> String {
        // A boxed value converts only from its own type.
        self.value(&field.ty, known, if field.boxed { Taken::Exact } else { Taken::Loose })
    }

    /// The type of strings with a format, within an expression or not.
    fn formatted(&self, format: Format, in_expression: bool) -> String {
        let (types, turbofish) = (format!("{}::runtime::format", self.krate), if in_expression { "::" } else { "" });
        format!("{types}::Formatted{turbofish}<{types}::{}>", format.type_name())
    }

    /// A type in Rust's syntax.
    fn rust(&self, ty: &Type) -> String {
        match ty {
            Type::String => "String".to_owned(),
            Type::Secret => format!("{}::Secret", self.krate),
            Type::Formatted(format) => self.formatted(*format, false),
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::I128 => "i128".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Value => format!("{}::runtime::Value", self.krate),
            Type::List(inner) => format!("Vec<{}>", self.rust(inner)),
            Type::Map(inner) => format!("std::collections::BTreeMap<String, {}>", self.rust(inner)),
            Type::Nullable(inner) => format!("Option<{}>", self.rust(inner)),
            Type::JsonText(inner) => format!("{}::runtime::JsonText<{}>", self.krate, self.rust(inner)),
            Type::Named(id) => self.type_name(*id),
        }
    }
}

/// A name without the prefix of a raw identifier.
pub(super) fn plain(ident: &str) -> &str {
    ident.trim_start_matches("r#")
}

/// A string for a place, as short as typical ones.
fn text(known: Known<'_>) -> String {
    let short = |text: &String| text.len() <= LONGEST_TEXT && !text.contains('\n') && !json::is_secret(known.name);
    let shown = known.sample.and_then(scalar).filter(short);
    shown.unwrap_or_else(|| known.name.to_owned())
}

/// A number, boolean or string of a sample, as text.
fn scalar(sample: &Value) -> Option<String> {
    match sample {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Secrets come from the environment, as examples are copied.
fn secret(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let name = if name.is_empty() { "SECRET".to_owned() } else { name.to_ascii_uppercase() };
    format!("std::env::var({name:?})?")
}

/// Whether a value is informative.
pub(super) fn is_informative(sample: &Value) -> bool {
    match sample {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn flag(sample: &Value) -> Option<bool> {
    match sample {
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        sample => sample.as_bool(),
    }
}

/// An integer, with a suffix if its type cannot be inferred.
fn integer(ty: &Type, known: Known<'_>, taken: Taken) -> String {
    let shown = known.sample.and_then(scalar).and_then(|text| text.parse::<i128>().ok());
    let limit = |bound: &Option<Bound>| bound.as_ref().and_then(|bound| bound.value.to_string().parse::<i128>().ok());
    let least = known.shape.and_then(|shape| limit(&shape.minimum)).filter(|least| *least > 1);
    let most = known.shape.and_then(|shape| limit(&shape.maximum)).filter(|most| *most < 1);
    let (suffix, range) = match ty {
        Type::I32 => ("i32", i128::from(i32::MIN)..=i128::from(i32::MAX)),
        Type::I64 => ("i64", i128::from(i64::MIN)..=i128::from(i64::MAX)),
        Type::U64 => ("u64", 0..=i128::from(u64::MAX)),
        _ => ("i128", i128::MIN + 1..=i128::MAX),
    };
    let value = shown.or(least).or(most).filter(|value| range.contains(value)).unwrap_or(1);
    let is_i32 = i32::try_from(value).is_ok();
    // The type of a literal defaults to `i32`, which converts into wider signed types.
    match is_i32 && (suffix == "i32" || taken != Taken::Exact && suffix != "u64") {
        true => value.to_string(),
        false => format!("{value}_{suffix}"),
    }
}
