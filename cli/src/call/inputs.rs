//! The inputs of a call: words of the command line as typed values of parameters.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use indexmap::IndexMap;
use serde_json::{Map, Number, Value};
use yundb_generator::lower::model::{Input, InputKind, Operation, Param, Place, Service, Type, TypeKind};

use super::document::{Lowered, meant, normal};
use super::rows;

/// The inputs by parameter, for the runtime.
#[derive(Default)]
pub(super) struct Inputs {
    /// Indices into the operation's parameters, with the values.
    pub values: Vec<(usize, Value)>,
    /// Files of a multipart body.
    pub files: Vec<(usize, Vec<PathBuf>)>,
    /// A body that is sent as it is.
    pub raw: Option<Source>,
    /// Variables of the server's URL, which belong to the client.
    pub settings: Vec<(String, String)>,
    /// The values that must not be shown.
    pub secrets: Vec<String>,
}

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Text(String),
    File(PathBuf),
    Stdin,
}

impl Source {
    /// `@file`, `-` for the standard input, or the text itself; `@@` begins a text with `@`.
    pub fn of(word: &str) -> Self {
        match word.strip_prefix('@') {
            Some(rest) if rest.starts_with('@') => Self::Text(rest.to_owned()),
            Some(path) => Self::File(path.into()),
            None if word == "-" => Self::Stdin,
            None => Self::Text(word.to_owned()),
        }
    }

    pub fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::File(path) => fs::read(path).with_context(|| format!("`{}` cannot be read", path.display())),
            Self::Stdin => {
                let mut bytes = Vec::new();
                std::io::stdin().read_to_end(&mut bytes).context("the standard input cannot be read")?;
                Ok(bytes)
            }
        }
    }

    /// The text, without the line end that editors put at the end of a file.
    pub fn text(&self) -> anyhow::Result<String> {
        let text = String::from_utf8(self.bytes()?).map_err(|_| anyhow!("{self} is not UTF-8"))?;
        let line = text.strip_suffix('\n').map(|it| it.strip_suffix('\r').unwrap_or(it));
        Ok(line.map_or(text.clone(), str::to_owned))
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("the text"),
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Stdin => f.write_str("the standard input"),
        }
    }
}

/// A value under construction.
#[derive(Default)]
enum Tree {
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
    fn into_value(self) -> Value {
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

/// Reads the words of a call: `name=value`, and `@file` or `-` for the whole body.
pub(super) fn read(lowered: &Lowered, words: &[String], body: Option<&str>) -> anyhow::Result<Inputs> {
    let mut reader = Reader { lowered, out: Inputs::default(), trees: BTreeMap::new() };
    let is_body = |word: &&String| word.starts_with('@') || *word == "-";
    let mut bodies = words.iter().filter(is_body).map(String::as_str).chain(body);
    if let Some(word) = bodies.next() {
        reader.body(Source::of(word))?;
    }
    if bodies.next().is_some() {
        bail!("a call has one body: pass a single `@file`, `-` or `--body`");
    }
    for word in words.iter().filter(|word| !is_body(word)) {
        let Some((name, value)) = word.split_once('=') else {
            bail!("`{word}` is not an input: write `--name value`, `name=value`, or `@file` for the body");
        };
        reader.input(name, Source::of(value)).with_context(|| format!("the input `{name}`"))?;
    }
    let Reader { mut out, trees, .. } = reader;
    out.values = trees.into_iter().map(|(index, tree)| (index, tree.into_value())).collect();
    Ok(out)
}

/// The type of a parameter's values. Those that the client fills are strings.
pub(super) fn input_of<'m>(operation: &'m Operation, param: &Param) -> Option<&'m Input> {
    let is_it = |it: &&Input| it.wire == param.name && it.place.is_none_or(|place| place == param.place);
    let is_own = |it: &&Input| {
        !matches!(
            it.kind,
            InputKind::RawAs(_)
                | InputKind::JsonAs(..)
                | InputKind::JsonOf(..)
                | InputKind::Form(..)
                | InputKind::ValueAs(..)
        )
    };
    let mut inputs = operation.arguments.iter().chain(&operation.setters).filter(is_own);
    let found = inputs.clone().find(is_it);
    // The argument for a whole body has a name of its own.
    found.or_else(|| inputs.find(|it| param.place == Place::Body && it.place == Some(Place::Body)))
}

struct Reader<'m> {
    lowered: &'m Lowered,
    out: Inputs,
    /// By index of the parameter.
    trees: BTreeMap<usize, Tree>,
}

impl<'m> Reader<'m> {
    fn params(&self) -> impl Iterator<Item = (usize, &'m Param)> + use<'m> {
        self.lowered.operation.params.iter().enumerate()
    }

    fn ty(&self, param: &Param) -> Type {
        let input = input_of(&self.lowered.operation, param);
        input.and_then(|input| input.kind.ty()).cloned().unwrap_or(Type::String)
    }

    /// The parameter with this name. Exact names come first, then those in another spelling.
    fn param(&self, name: &str) -> Option<(usize, &'m Param)> {
        let spelled = normal(name);
        let own = |(_, param): &(usize, &Param)| param.place != Place::Body && !param.spread;
        let all = || self.params().filter(own);
        let found = all().find(|(_, param)| param.name == name);
        let found = found.or_else(|| all().find(|(_, param)| normal(&param.name) == spelled));
        found.or_else(|| all().find(|(_, param)| param.client.as_deref().is_some_and(|it| normal(it) == spelled)))
    }

    /// The parameter with the fields that have no parameter of their own.
    fn whole(&self) -> Option<(usize, &'m Param)> {
        self.params().find(|(_, param)| param.place == Place::Body || param.spread)
    }

    fn input(&mut self, name: &str, source: Source) -> anyhow::Result<()> {
        let tokens: Vec<&str> = name.split('.').collect();
        // Names may contain dots themselves.
        for count in (1..=tokens.len()).rev() {
            if let Some((index, param)) = self.param(&tokens[..count].join(".")) {
                return self.set(index, param, &tokens[count..], source);
            }
        }
        if let Some((index, param)) = self.whole() {
            return self.set(index, param, &tokens, source);
        }
        if let Some(name) = self.variable(name) {
            self.out.settings.push((name, source.text()?));
            return Ok(());
        }
        let known: Vec<String> = rows::inputs(self.lowered).into_iter().map(|row| row.name).collect();
        let remedy = meant(name, &known).unwrap_or_else(|| match known.as_slice() {
            [] => "the operation has no inputs".to_owned(),
            known => format!("its inputs are {}", known.join(", ")),
        });
        bail!("the operation has no such input: {remedy}")
    }

    /// The variable of a server's URL with this name.
    fn variable(&self, name: &str) -> Option<String> {
        let Lowered { service, operation } = self.lowered;
        let mut all = operation.servers.iter().chain(&service.servers).flat_map(|server| &server.variables);
        all.find(|it| normal(&it.name) == normal(name)).map(|it| it.name.clone())
    }

    fn set(&mut self, index: usize, param: &Param, tokens: &[&str], source: Source) -> anyhow::Result<()> {
        let kind = input_of(&self.lowered.operation, param).map(|input| &input.kind);
        if matches!(kind, Some(InputKind::Part | InputKind::Parts | InputKind::NamedParts)) {
            let Source::File(path) = source else { bail!("is a file: write `{}=@path`", param.name) };
            match self.out.files.iter_mut().find(|(known, _)| *known == index) {
                Some((_, files)) => files.push(path),
                None => self.out.files.push((index, vec![path])),
            }
            return Ok(());
        }
        let ty = self.ty(param);
        let tree = self.trees.entry(index).or_default();
        let text = source.text()?;
        put(&self.lowered.service, tree, tokens, &ty, &text, &mut self.out.secrets).map_err(|why| anyhow!(why))
    }

    fn hide(&mut self, index: usize, value: &Value) {
        let ty = self.ty(&self.lowered.operation.params[index]);
        hide(&self.lowered.service, &ty, value, &mut self.out.secrets);
    }

    /// Sets the whole body.
    fn body(&mut self, source: Source) -> anyhow::Result<()> {
        let in_body = |place| matches!(place, Place::Field | Place::Form | Place::Part | Place::Body);
        if !self.params().any(|(_, param)| in_body(param.place)) {
            if self.lowered.operation.body.is_none() {
                bail!("the operation has no body");
            }
            self.out.raw = Some(source);
            return Ok(());
        }
        let value: Value = serde_json::from_str(&source.text()?).with_context(|| format!("{source} is not JSON"))?;
        if let Some((index, _)) = self.params().find(|(_, param)| param.place == Place::Body) {
            self.hide(index, &value);
            self.trees.insert(index, value.into());
            return Ok(());
        }
        let Value::Object(fields) = value else { bail!("{source} is not a JSON object") };
        for (name, value) in fields {
            let own = self.params().find(|(_, param)| in_body(param.place) && !param.spread && param.name == name);
            match (own, self.whole()) {
                (Some((index, _)), _) => {
                    self.hide(index, &value);
                    self.trees.insert(index, value.into());
                }
                (None, Some((index, _))) => {
                    if let Tree::Map(entries) = self.trees.entry(index).or_insert_with(|| Tree::Map(IndexMap::new())) {
                        entries.insert(name, value.into());
                    }
                }
                (None, None) => {
                    let known = self.params().filter(|(_, it)| in_body(it.place)).map(|(_, it)| it.name.as_str());
                    let remedy = meant(&name, known).unwrap_or_else(|| "leave it out".to_owned());
                    bail!("the body has no field `{name}`: {remedy}");
                }
            }
        }
        Ok(())
    }
}

/// Notes the secrets in a value.
fn hide(service: &Service, ty: &Type, value: &Value, secrets: &mut Vec<String>) {
    match (service_type(service, ty), value) {
        (Type::Secret, Value::String(text)) => secrets.push(text.clone()),
        (Type::List(inner), Value::Array(items)) => items.iter().for_each(|item| hide(service, inner, item, secrets)),
        (Type::Map(inner), Value::Object(entries)) => {
            entries.values().for_each(|entry| hide(service, inner, entry, secrets));
        }
        (Type::Named(id), Value::Object(entries)) => match &service.types[*id].kind {
            TypeKind::Struct(body) => {
                for (field, value) in body.fields.iter().filter_map(|it| Some((it, entries.get(&it.wire)?))) {
                    hide(service, &field.ty, value, secrets);
                }
            }
            TypeKind::Union(union) => union.variants.iter().for_each(|it| hide(service, &it.ty, value, secrets)),
            _ => {}
        },
        _ => {}
    }
}

/// The type behind null, JSON in a string, and names without a form of their own.
pub(super) fn service_type<'t>(service: &'t Service, mut ty: &'t Type) -> &'t Type {
    for _ in 0..64 {
        ty = match ty {
            Type::Nullable(inner) | Type::JsonText(inner) => inner,
            Type::Named(id) => match &service.types[*id].kind {
                TypeKind::Newtype(newtype) => &newtype.ty,
                _ => return ty,
            },
            _ => return ty,
        }
    }
    ty
}

/// Puts a text at a path of a value.
fn put(
    service: &Service,
    tree: &mut Tree,
    tokens: &[&str],
    ty: &Type,
    text: &str,
    secrets: &mut Vec<String>,
) -> Result<(), String> {
    let ty = match ty {
        Type::Nullable(_) if tokens.is_empty() && text == "null" => {
            *tree = Tree::Value(Value::Null);
            return Ok(());
        }
        Type::JsonText(inner) if !tokens.is_empty() => {
            if !matches!(tree, Tree::Text(_)) {
                *tree = Tree::Text(Box::default());
            }
            let Tree::Text(within) = tree else { return Ok(()) };
            return put(service, within, tokens, inner, text, secrets);
        }
        Type::JsonText(_) => &Type::String,
        ty => service_type(service, ty),
    };
    let Some((token, rest)) = tokens.split_first() else {
        if let Type::List(inner) = ty
            && !text.trim_start().starts_with('[')
        {
            let items = as_list(tree);
            let next = items.last_key_value().map_or(0, |(last, _)| last + 1);
            return put(service, items.entry(next).or_default(), &[], inner, text, secrets);
        }
        let value = value(service, ty, text)?;
        hide(service, ty, &value, secrets);
        *tree = value.into();
        return Ok(());
    };
    let number =
        |items: &str| token.parse::<u64>().map_err(|_| format!("is {items}: write the number of one before `.`"));
    match ty {
        Type::List(inner) => {
            let index = number("a list")?;
            put(service, as_list(tree).entry(index).or_default(), rest, inner, text, secrets)
        }
        Type::Map(inner) => {
            put(service, as_map(tree).entry((*token).to_owned()).or_default(), rest, inner, text, secrets)
        }
        Type::Value => {
            let inner = match token.parse::<u64>() {
                Ok(index) => as_list(tree).entry(index).or_default(),
                Err(_) => as_map(tree).entry((*token).to_owned()).or_default(),
            };
            put(service, inner, rest, ty, text, secrets)
        }
        Type::Named(id) => match &service.types[*id].kind {
            TypeKind::Tuple(tuple) => {
                let index = number("a list")?;
                let element = usize::try_from(index).ok().and_then(|index| tuple.elements.get(index));
                let element = element.ok_or_else(|| format!("has {} elements", tuple.elements.len()))?;
                put(service, as_list(tree).entry(index).or_default(), rest, &element.ty, text, secrets)
            }
            _ => {
                let (name, inner) = field(service, ty, token)?;
                put(service, as_map(tree).entry(name).or_default(), rest, inner, text, secrets)
            }
        },
        _ => Err(format!("has no field `{token}`")),
    }
}

/// The field of an object, or of the first alternative that has it: its name and type.
fn field<'t>(service: &'t Service, ty: &'t Type, token: &str) -> Result<(String, &'t Type), String> {
    let Type::Named(id) = service_type(service, ty) else { return Err(format!("has no field `{token}`")) };
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
            let mut found = union.variants.iter().map(|variant| field(service, &variant.ty, token));
            found.find(Result::is_ok).unwrap_or_else(|| Err(format!("has no field `{token}`")))
        }
        _ => Err(format!("has no field `{token}`")),
    }
}

fn as_list(tree: &mut Tree) -> &mut BTreeMap<u64, Tree> {
    if !matches!(tree, Tree::List(_)) {
        *tree = Tree::List(BTreeMap::new());
    }
    match tree {
        Tree::List(items) => items,
        _ => unreachable!("it is a list now"),
    }
}

fn as_map(tree: &mut Tree) -> &mut IndexMap<String, Tree> {
    if !matches!(tree, Tree::Map(_)) {
        *tree = Tree::Map(IndexMap::new());
    }
    match tree {
        Tree::Map(entries) => entries,
        _ => unreachable!("it is a map now"),
    }
}

/// A text as a value of a type.
fn value(service: &Service, ty: &Type, text: &str) -> Result<Value, String> {
    let json = || serde_json::from_str::<Value>(text);
    let structured = |what: &str, fits: fn(&Value) -> bool| match json() {
        Ok(value) if fits(&value) => Ok(value),
        Ok(_) => Err(format!("must be {what} as JSON")),
        Err(error) => Err(format!("must be {what} as JSON: {error}")),
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
