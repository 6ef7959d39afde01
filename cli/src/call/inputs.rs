//! The inputs of a call: words of the command line as typed values of parameters.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use indexmap::IndexMap;
use serde_json::Value;
use yundb_generator::lower::model::{Input, InputKind, Operation, Param, Place, Service, Type, TypeKind};

use super::document::{Lowered, meant, nearest, normal};
use super::rows::{self, Row};
use super::source::Source;
use super::tree::{Put, Tree};
use super::words;

/// Levels of objects and lists within each other.
pub(super) const DEEPEST: usize = 64;

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
    /// The texts of files, which no message should repeat.
    pub from_files: Vec<String>,
}

/// Reads the words of a call: `name=value`, and `@file` or `-` for the whole body.
pub(super) fn read(lowered: &Lowered, words: &[String], body: Option<&str>) -> anyhow::Result<Inputs> {
    let mut reader = Reader {
        lowered,
        rows: rows::inputs(lowered),
        out: Inputs::default(),
        trees: BTreeMap::new(),
        given: HashSet::new(),
        lists: HashSet::new(),
    };
    let is_body = |word: &&String| word.starts_with('@') || *word == "-";
    let mut bodies = words.iter().filter(is_body).map(String::as_str).chain(body);
    if let Some(word) = bodies.next() {
        reader.body(Source::of(word))?;
    }
    if bodies.next().is_some() {
        bail!("a call has one body: pass a single `@file`, `-` or `--body`");
    }
    for word in words.iter().filter(|word| !is_body(word)) {
        match (word.strip_prefix("--"), word.split_once('=')) {
            (Some(_), Some((name, value))) => reader.flag(&name[2..], Some(Source::of(value)))?,
            (Some(name), None) => reader.flag(name, None)?,
            (None, Some((name, value))) if !name.starts_with(['{', '[']) => reader.input(name, Source::of(value))?,
            // The word may be secret.
            _ => bail!(
                "a word is not an input: write `--name value`, `name=value`, or `@file` for the body, and JSON after --body"
            ),
        }
    }
    let Reader { mut out, trees, .. } = reader;
    out.values = trees.into_iter().map(|(index, tree)| (index, tree.into_value())).collect();
    for (index, value) in &out.values {
        let param = &lowered.operation.params[*index];
        let is_whole = param.place == Place::Body || param.spread;
        lowered.secrets.note((!is_whole).then_some(&param.name), value, &mut out.secrets);
    }
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
    rows: Vec<Row>,
    out: Inputs,
    /// By index of the parameter.
    trees: BTreeMap<usize, Tree>,
    /// The single values that words have set.
    given: HashSet<(usize, Vec<String>)>,
    /// The lists to which words have added elements.
    lists: HashSet<(usize, Vec<String>)>,
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
        let placed = name.split_once('.').filter(|(_, name)| rows::is_ambiguous(&self.lowered.operation, name));
        if let Some((place, name)) = placed {
            return all().find(|(_, param)| param.name == name && rows::place(param.place) == place);
        }
        let found = all().find(|(_, param)| param.name == name);
        let found = found.or_else(|| all().find(|(_, param)| normal(&param.name) == spelled));
        found.or_else(|| all().find(|(_, param)| param.client.as_deref().is_some_and(|it| normal(it) == spelled)))
    }

    /// The parameter with the fields that have no parameter of their own.
    fn whole(&self) -> Option<(usize, &'m Param)> {
        self.params().find(|(_, param)| param.place == Place::Body || param.spread)
    }

    /// An input in the form of a flag, which may be a mistyped flag of the tool.
    fn flag(&mut self, name: &str, source: Option<Source>) -> anyhow::Result<()> {
        let first = |name: &str| normal(name.split('.').next().unwrap_or_default());
        let is_known = self.rows.iter().any(|row| first(&row.name) == first(name)) || self.param(name).is_some();
        if !is_known && !name.contains('.') {
            let flags: Vec<String> = words::flags().collect();
            if let Some(meant) = nearest(name, &flags) {
                bail!(
                    "{} has no input `{name}`: did you mean `--{meant}`? Write a field of that name as `{name}=..`",
                    self.lowered.operation.name
                );
            }
        }
        let is_switch = || {
            let row = self.rows.iter().find(|row| normal(&row.name) == normal(name));
            row.is_some_and(|row| row.ty.contains("boolean"))
        };
        match source {
            Some(source) => self.input(name, source),
            None if is_switch() => self.input(name, Source::Text("true".to_owned())),
            None => bail!("`--{name}` needs a value: write `--{name}=..` if it begins with `-`"),
        }
    }

    fn input(&mut self, name: &str, source: Source) -> anyhow::Result<()> {
        let tokens: Vec<&str> = name.split('.').collect();
        if tokens.len() > DEEPEST {
            bail!("the name of an input has {} parts: at most {DEEPEST} are possible", tokens.len());
        }
        // The variables of the server come before the fields of a body that may have any.
        let is_field = |row: &Row| row.place != "server" && normal(&row.name) == normal(name);
        if let Some(variable) = self.variable(name)
            && self.param(name).is_none()
            && !self.rows.iter().any(is_field)
        {
            let text = source.text().with_context(|| format!("`{name}`"))?;
            self.out.from_files.extend(matches!(source, Source::File(_)).then(|| text.clone()));
            self.out.settings.push((variable, text));
            return Ok(());
        }
        // Without its place, a name stands for all of them.
        if rows::is_ambiguous(&self.lowered.operation, tokens[0]) {
            let is_it = |param: &Param| param.name == tokens[0] && param.client.is_none() && param.constant.is_none();
            for (index, param) in self.params().filter(|(_, param)| is_it(param)) {
                self.set(index, param, &tokens, 1, source.clone())?;
            }
            return Ok(());
        }
        // Names may contain dots themselves.
        for count in (1..=tokens.len()).rev() {
            if let Some((index, param)) = self.param(&tokens[..count].join(".")) {
                return self.set(index, param, &tokens, count, source);
            }
        }
        if let Some((index, param)) = self.whole() {
            return self.set(index, param, &tokens, 0, source);
        }
        let inputs: Vec<&str> = self.rows.iter().map(|row| row.name.as_str()).collect();
        // A mistyped flag of the tool is taken for an input.
        let known = inputs.iter().map(|name| (*name).to_owned()).chain(words::flags().map(|flag| format!("--{flag}")));
        let remedy = meant(name, known).unwrap_or_else(|| match inputs.as_slice() {
            [] => "it has no inputs".to_owned(),
            inputs => format!("its inputs are {}", inputs.join(", ")),
        });
        bail!("{} has no input `{name}`: {remedy}", self.lowered.operation.name)
    }

    /// The variable of a server's URL with this name.
    fn variable(&self, name: &str) -> Option<String> {
        let Lowered { service, operation, .. } = self.lowered;
        let mut all = operation.servers.iter().chain(&service.servers).flat_map(|server| &server.variables);
        all.find(|it| normal(&it.name) == normal(name)).map(|it| it.name.clone())
    }

    /// Sets a value of a parameter: the tokens after its own name lead to a field.
    fn set(
        &mut self,
        index: usize,
        param: &Param,
        tokens: &[&str],
        count: usize,
        source: Source,
    ) -> anyhow::Result<()> {
        let kind = input_of(&self.lowered.operation, param).map(|input| &input.kind);
        let name = tokens.join(".");
        if matches!(kind, Some(InputKind::Part | InputKind::Parts | InputKind::NamedParts)) {
            let Source::File(path) = source else { bail!("`{name}` is a file: write `{name}=@path`") };
            Source::File(path.clone()).check().with_context(|| format!("`{name}`"))?;
            match self.out.files.iter_mut().find(|(known, _)| *known == index) {
                Some(_) if matches!(kind, Some(InputKind::Part)) => bail!("`{name}` is given twice"),
                Some((_, files)) => files.push(path),
                None => self.out.files.push((index, vec![path])),
            }
            return Ok(());
        }
        let ty = self.ty(param);
        let tree = self.trees.entry(index).or_default();
        let text = source.text().with_context(|| format!("`{name}`"))?;
        self.out.from_files.extend(matches!(source, Source::File(_)).then(|| text.clone()));
        let at = (index, tokens[count..].iter().map(|token| normal(token)).collect::<Vec<_>>());
        let is_within = |(other, path): &(usize, Vec<String>)| *other == index && path.starts_with(&at.1);
        let is_given = self.given.iter().chain(&self.lists).any(is_within);
        // A list of the body is replaced, rather than continued.
        let put = Put { service: &self.lowered.service, tokens, text: &text, replaces: !is_given };
        let is_element = put.put(tree, count, &ty, 0)?;
        if !is_element && is_given {
            bail!("`{name}` is given twice");
        }
        if is_element { &mut self.lists } else { &mut self.given }.insert(at);
        Ok(())
    }

    /// Sets the whole body.
    fn body(&mut self, source: Source) -> anyhow::Result<()> {
        let in_body = |place| matches!(place, Place::Field | Place::Form | Place::Part | Place::Body);
        let Some(body) = &self.lowered.operation.body else {
            bail!("{} has no body", self.lowered.operation.name);
        };
        // Text, XML and bytes are sent as they are.
        let is_json = body.media_type.is_empty() || is_structured(&body.media_type);
        if !is_json || !self.params().any(|(_, param)| in_body(param.place)) {
            source.check()?;
            self.out.raw = Some(source);
            return Ok(());
        }
        let value: Value = source.json()?;
        if let Some((index, _)) = self.params().find(|(_, param)| param.place == Place::Body) {
            self.trees.insert(index, value.into());
            return Ok(());
        }
        let Value::Object(fields) = value else { bail!("{source} must be a JSON object") };
        for (name, value) in fields {
            let own = self.params().find(|(_, param)| in_body(param.place) && !param.spread && param.name == name);
            match (own, self.whole()) {
                (Some((index, _)), _) => {
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

/// Whether the fields of a body of this media type are given as JSON.
fn is_structured(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_form = essence == "application/x-www-form-urlencoded" || essence.starts_with("multipart/");
    is_form || essence.ends_with("/json") || essence.ends_with("+json")
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
