//! Values under construction, from the words of a command line.

use std::collections::BTreeMap;

use anyhow::anyhow;
use indexmap::IndexMap;
use serde_json::{Map, Number, Value};
use yundb_generator::lower::model::{Constant, Field, Service, Type, TypeId, TypeKind};

use super::document::{meant, normal};
use super::inputs::{DEEPEST, service_type};
use super::source::mistake;

/// A value under construction.
#[derive(Default)]
pub(super) enum Tree {
    #[default]
    Empty,
    Value(Value),
    /// Elements in the order of their numbers, so that counting can begin at 0 or 1.
    List(BTreeMap<u64, Tree>),
    Map(IndexMap<String, Tree>),
    /// JSON within a string.
    Text(Box<Tree>),
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(entries) => Self::Map(entries.into_iter().map(|(name, it)| (name, it.into())).collect()),
            Value::Array(items) => Self::List((0..).zip(items.into_iter().map(Self::from)).collect()),
            scalar => Self::Value(scalar),
        }
    }
}

impl Tree {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Empty | Self::Value(Value::Null))
    }

    pub fn into_value(self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Value(value) => value,
            Self::List(items) => items.into_values().map(Self::into_value).collect(),
            Self::Map(entries) => {
                entries.into_iter().map(|(name, it)| (name, it.into_value())).collect::<Map<_, _>>().into()
            }
            Self::Text(inner) => inner.into_value().to_string().into(),
        }
    }
}

/// Puts a text at a path of a value.
pub(super) struct Put<'a> {
    pub service: &'a Service,
    /// The whole path, with the name of the parameter.
    pub tokens: &'a [&'a str],
    pub text: &'a str,
    /// Whether the first element of a list takes the place of those before.
    pub replaces: bool,
}

impl Put<'_> {
    /// An error about the value at the first `count` tokens.
    fn wrong(&self, count: usize, why: &str) -> anyhow::Error {
        match self.tokens[..count].join(".") {
            path if path.is_empty() => anyhow!("the body {why}"),
            path => anyhow!("`{path}` {why}"),
        }
    }

    /// Puts the text into `tree`, where `count` tokens lead. Returns whether it became one more element of a list.
    pub fn put(&self, tree: &mut Tree, count: usize, ty: &Type, depth: usize) -> anyhow::Result<bool> {
        let (service, tokens) = (self.service, self.tokens);
        if depth > 2 * DEEPEST {
            return Err(self.wrong(count, "is a list of lists without an end: write it as JSON"));
        }
        let ty = match ty {
            Type::Nullable(_) if count == tokens.len() && self.text == "null" => {
                *tree = Tree::Value(Value::Null);
                return Ok(false);
            }
            Type::JsonText(inner) if count < tokens.len() => {
                if tree.is_empty() {
                    *tree = Tree::Text(Box::default());
                }
                let why = "is given twice, as a text and with parts";
                let Tree::Text(within) = tree else { return Err(self.wrong(count, why)) };
                return self.put(within, count, inner, depth + 1);
            }
            Type::JsonText(_) => &Type::String,
            ty => service_type(service, ty),
        };
        let taken = || self.wrong(count, "is given twice, as a single value and with parts");
        let Some(token) = tokens.get(count) else {
            if let Type::List(inner) = ty
                && !self.text.trim_start().starts_with('[')
            {
                let items = as_list(tree).ok_or_else(taken)?;
                if self.replaces {
                    items.clear();
                }
                let next = items.last_key_value().map_or(Some(0), |(last, _)| last.checked_add(1));
                let next = next.ok_or_else(|| self.wrong(count, "has an element with the greatest number"))?;
                self.put(items.entry(next).or_default(), count, inner, depth + 1)?;
                return Ok(true);
            }
            let value = value(service, ty, self.text).map_err(|why| self.wrong(count, &why))?;
            *tree = value.into();
            return Ok(false);
        };
        let number = || {
            let why = format!("is a list: write the number of an element instead of `{token}`");
            token.parse::<u64>().map_err(|_| self.wrong(count, &why))
        };
        match ty {
            Type::List(inner) => {
                let index = number()?;
                self.put(as_list(tree).ok_or_else(taken)?.entry(index).or_default(), count + 1, inner, depth + 1)
            }
            Type::Map(inner) => self.put(
                as_map(tree).ok_or_else(taken)?.entry((*token).to_owned()).or_default(),
                count + 1,
                inner,
                depth + 1,
            ),
            Type::Value => {
                let inner = match token.parse::<u64>() {
                    Ok(index) => as_list(tree).ok_or_else(taken)?.entry(index).or_default(),
                    Err(_) => as_map(tree).ok_or_else(taken)?.entry((*token).to_owned()).or_default(),
                };
                self.put(inner, count + 1, ty, depth + 1)
            }
            Type::Named(id) => match &service.types[*id].kind {
                TypeKind::Tuple(tuple) => {
                    let index = number()?;
                    let element = usize::try_from(index).ok().and_then(|index| tuple.elements.get(index));
                    let why = || self.wrong(count, &format!("has {} elements", tuple.elements.len()));
                    let element = element.ok_or_else(why)?;
                    self.put(
                        as_list(tree).ok_or_else(taken)?.entry(index).or_default(),
                        count + 1,
                        &element.ty,
                        depth + 1,
                    )
                }
                _ => {
                    let (name, inner) = match (field(service, ty, token, 0), open_variant(service, *id, token)) {
                        (Ok(found), _) => found,
                        (Err(_), Some(variant)) => return self.put(tree, count, variant, depth + 1),
                        (Err(why), None) => return Err(self.wrong(count, &why)),
                    };
                    if tree.is_empty() {
                        *tree = Tree::Map(filled(service, ty));
                    }
                    self.put(as_map(tree).ok_or_else(taken)?.entry(name).or_default(), count + 1, inner, depth + 1)
                }
            },
            _ => Err(self.wrong(count, &format!("has no field `{token}`: it is a single value"))),
        }
    }
}

/// The fields of an object that have a single value, as typed clients fill them, too.
fn filled(service: &Service, ty: &Type) -> IndexMap<String, Tree> {
    let Type::Named(id) = ty else { return IndexMap::new() };
    let TypeKind::Struct(body) = &service.types[*id].kind else { return IndexMap::new() };
    let value = |field: &Field| match field.values.first()? {
        Constant::Text(text) => Some(Value::from(text.as_str())),
        Constant::Integer(integer) => Some(Value::from(*integer)),
        Constant::Flag(flag) => Some(Value::from(*flag)),
    };
    let fields = body.fields.iter().filter(|field| field.filled);
    fields.filter_map(|field| Some((field.wire.clone(), Tree::Value(value(field)?)))).collect()
}

/// The field of an object, or of the first alternative that has it: its name and type. Alternatives may contain each
/// other.
fn field<'t>(service: &'t Service, ty: &'t Type, token: &str, depth: usize) -> Result<(String, &'t Type), String> {
    let found = service_type(service, ty);
    let Type::Named(id) = found else { return Err(format!("has no field `{token}`")) };
    if depth > DEEPEST {
        return Err(format!("has no field `{token}`"));
    }
    match &service.types[*id].kind {
        TypeKind::Struct(body) => {
            let spelled = normal(token);
            let exact = body.fields.iter().find(|field| field.wire == token);
            let found = exact.or_else(|| body.fields.iter().find(|field| normal(&field.wire) == spelled));
            match (found, &body.additional) {
                (Some(field), _) => Ok((field.wire.clone(), &field.ty)),
                (None, Some(ty)) => Ok((token.to_owned(), ty)),
                (None, None) => {
                    let names = || body.fields.iter().map(|field| field.wire.as_str());
                    let list = || format!("its fields are {}", names().collect::<Vec<_>>().join(", "));
                    Err(format!("has no field `{token}`: {}", meant(token, names()).unwrap_or_else(list)))
                }
            }
        }
        TypeKind::Union(union) => {
            let mut found = union.variants.iter().map(|variant| field(service, &variant.ty, token, depth + 1));
            found.find(Result::is_ok).unwrap_or_else(|| Err(format!("has no field `{token}`")))
        }
        _ => Err(format!("has no field `{token}`")),
    }
}

/// The alternative of a union that is a list, if the token is a number, or a map.
fn open_variant<'t>(service: &'t Service, id: TypeId, token: &str) -> Option<&'t Type> {
    let TypeKind::Union(union) = &service.types[id].kind else { return None };
    let fits = |ty: &Type| match ty {
        Type::List(_) => token.parse::<u64>().is_ok(),
        Type::Map(_) => true,
        _ => false,
    };
    union.variants.iter().map(|it| service_type(service, &it.ty)).find(|ty| fits(ty))
}

/// The elements of a list, unless the value is another one already.
fn as_list(tree: &mut Tree) -> Option<&mut BTreeMap<u64, Tree>> {
    if tree.is_empty() {
        *tree = Tree::List(BTreeMap::new());
    }
    match tree {
        Tree::List(items) => Some(items),
        _ => None,
    }
}

/// The fields of an object, unless the value is another one already.
fn as_map(tree: &mut Tree) -> Option<&mut IndexMap<String, Tree>> {
    if tree.is_empty() {
        *tree = Tree::Map(IndexMap::new());
    }
    match tree {
        Tree::Map(entries) => Some(entries),
        _ => None,
    }
}

/// A text as a value of a type.
fn value(service: &Service, ty: &Type, text: &str) -> Result<Value, String> {
    let json = || serde_json::from_str::<Value>(text);
    let structured = |what: &str, fits: fn(&Value) -> bool| match json() {
        Ok(value) if fits(&value) => Ok(value),
        Ok(_) => Err(format!("must be {what} as JSON")),
        Err(error) => Err(format!("must be {what} as JSON: {}", mistake(&error, text))),
    };
    let integer = || -> Result<Value, String> {
        let value: i128 = text.trim().parse().map_err(|_| "must be an integer".to_owned())?;
        Number::from_i128(value).map(Value::Number).ok_or_else(|| "is too large".to_owned())
    };
    match service_type(service, ty) {
        Type::String | Type::Secret | Type::Formatted(_) => Ok(text.into()),
        Type::Bool => text.parse::<bool>().map(Value::Bool).map_err(|_| "must be true or false".to_owned()),
        Type::I32 | Type::I64 | Type::U64 | Type::I128 => integer(),
        Type::F64 => serde_json::from_str::<Number>(text).map(Value::Number).map_err(|_| "must be a number".to_owned()),
        Type::Value => Ok(json().unwrap_or_else(|_| text.into())),
        Type::List(_) => structured("a list", Value::is_array),
        Type::Map(_) => structured("an object", Value::is_object),
        Type::Named(id) => match &service.types[*id].kind {
            TypeKind::StringEnum(_) => Ok(text.into()),
            TypeKind::IntegerEnum(_) => integer(),
            TypeKind::Struct(_) => structured("an object", Value::is_object),
            TypeKind::Tuple(_) => structured("a list", Value::is_array),
            TypeKind::Union(union) => {
                let kinds: Vec<&str> = union.variants.iter().map(|it| service.kind(&it.ty)).collect();
                let fits = |value: &Value| match value {
                    Value::Null => true,
                    Value::Bool(_) => kinds.contains(&"Flag"),
                    Value::Number(_) => kinds.contains(&"Number"),
                    Value::String(_) => false,
                    Value::Array(_) => kinds.contains(&"List"),
                    Value::Object(_) => kinds.contains(&"Object"),
                };
                Ok(json().ok().filter(|value| fits(value) || kinds.contains(&"Any")).unwrap_or_else(|| text.into()))
            }
            TypeKind::Newtype(_) | TypeKind::Own(_) => Ok(json().unwrap_or_else(|_| text.into())),
        },
        Type::Nullable(_) | Type::JsonText(_) => Ok(text.into()),
    }
}
