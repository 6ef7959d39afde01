//! `yundb.toml`: the settings for a document's client, beside the document.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use crate::choices::{Choices, Given, OperationChoices, Selection, TypeChoices};
use crate::diagnostic::{Diagnostic, Diagnostics, Location, Source};
use crate::load::{Entries, Entry, Node, nearest, unreadable};
use crate::package::{Fields, Package};
use crate::workspace::Standing;

/// The name of the file with the settings.
pub const FILE: &str = "yundb.toml";

/// The settings of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The crate's manifest.
    pub package: Package,
    /// What becomes the client, and how.
    pub choices: Choices,
}

/// The file, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    package: Fields,
    #[serde(default)]
    dependencies: Table,
    #[serde(default)]
    features: Features,
    #[serde(default)]
    workspace: Standing,
    #[serde(default)]
    overlays: Vec<Spanned<PathBuf>>,
    #[serde(default)]
    include: Selected,
    #[serde(default)]
    exclude: Selected,
    #[serde(default)]
    types_only: bool,
    #[serde(default)]
    derives: Vec<Spanned<String>>,
    #[serde(default)]
    formats: IndexMap<Spanned<String>, String>,
    #[serde(default)]
    operations: IndexMap<Spanned<String>, OfOperation>,
    #[serde(default)]
    types: IndexMap<Spanned<String>, OfType>,
    jobs: Option<Spanned<Value>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Features {
    default: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Selected {
    #[serde(default)]
    tags: Vec<Spanned<String>>,
    #[serde(default)]
    operations: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfOperation {
    name: Option<Spanned<String>>,
    paging: Option<Spanned<Value>>,
    job: Option<Spanned<Value>>,
}

/// A path, or a table.
struct OfType(TypeChoices);

impl<'de> Deserialize<'de> for OfType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            name: Option<String>,
            path: Option<String>,
            #[serde(default)]
            derives: Vec<String>,
        }
        struct PathOrTable;
        impl<'de> Visitor<'de> for PathOrTable {
            type Value = OfType;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a type, or a table with `name`, `path` or `derives`")
            }

            fn visit_str<E>(self, path: &str) -> Result<OfType, E> {
                Ok(OfType(TypeChoices { own: Some(path.to_owned()), ..TypeChoices::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OfType, A::Error> {
                let Members { name, path, derives } = Members::deserialize(MapAccessDeserializer::new(map))?;
                Ok(OfType(TypeChoices { name, own: path, derives }))
            }
        }
        deserializer.deserialize_any(PathOrTable)
    }
}

impl Settings {
    /// Reads the settings beside the document at `spec`, a file or a folder with one; the defaults if there are none.
    ///
    /// # Errors
    /// If the file cannot be read or is not valid.
    pub fn beside(spec: &Path) -> Result<Self, Diagnostics> {
        match path(spec) {
            Some(file) => Self::read(&file),
            None => Ok(Self::default()),
        }
    }

    /// Reads the settings in a file.
    ///
    /// # Errors
    /// If the file cannot be read or is not valid.
    pub fn read(file: &Path) -> Result<Self, Diagnostics> {
        let name = file.display().to_string().replace('\\', "/");
        let single = |diagnostic| Diagnostics::new().with(diagnostic);
        let text = fs::read_to_string(file).map_err(|error| single(unreadable(file, &name, &error)))?;
        let source = Source::new(name, text);
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let mut found = Diagnostics::new();
        let settings = File::read(&source, &mut found).map(|file| file.settings(&source, folder, &mut found));
        settings.filter(|_| found.is_empty()).ok_or(found)
    }
}

/// The settings' file beside the document at `spec`, if there is one.
pub fn path(spec: &Path) -> Option<PathBuf> {
    let folder = if spec.is_dir() { spec } else { spec.parent()? };
    Some(folder.join(FILE)).filter(|file| file.is_file())
}

/// The diagnostic for a file that is not valid.
fn invalid(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let at = error.span().map(|span| Location::new(source, span.start, span.end));
    let diagnostic = Diagnostic::error("settings", error.message()).at(at.unwrap_or(Location::of_file(source)));
    // Serde lists the known names in backticks, after the unknown one.
    let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    match quoted.split_first().and_then(|(unknown, known)| nearest(unknown, known.iter().copied())) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

impl File {
    /// Reads what is valid in a file, and reports all mistakes. None if there is nothing to read.
    fn read(source: &Arc<Source>, found: &mut Diagnostics) -> Option<Self> {
        let (mut table, errors) = DeTable::parse_recoverable(source.text());
        if !errors.is_empty() {
            found.extend(errors.iter().map(|error| invalid(source, error)));
            return None;
        }
        // Serde stops at the first mistake: without it, it finds the next.
        loop {
            let error = match Self::deserialize(toml::de::Deserializer::from(table.clone())) {
                Ok(file) => return Some(file),
                Err(error) => error,
            };
            found.push(invalid(source, &error));
            if !error.span().is_some_and(|span| remove(table.get_mut(), span.start)) {
                return None;
            }
        }
    }

    fn settings(self, source: &Arc<Source>, folder: PathBuf, found: &mut Diagnostics) -> Settings {
        let given = |text: Spanned<String>| given(source, text);
        let selection = |Selected { tags, operations }| Selection {
            tags: tags.into_iter().map(given).collect(),
            operations: operations.into_iter().map(given).collect(),
        };
        let node = |value: Spanned<Value>| {
            let span = value.span();
            node(value.into_inner(), &Location::new(source, span.start, span.end))
        };
        let mut formats = String::new();
        for (format, form) in self.formats {
            let (name, at) = (format.get_ref(), format.span());
            let entry = format!("{name}={form}");
            let parsed: Result<crate::Formats, String> = entry.parse();
            if let Err(why) = parsed {
                found.push(Diagnostic::error("settings", why).at(Location::new(source, at.start, at.end)));
                continue;
            }
            formats += &format!("{entry},");
        }
        let operation = |(id, of): (Spanned<String>, OfOperation)| {
            let OfOperation { name, paging, job } = of;
            (given(id), OperationChoices { name: name.map(given), paging: paging.map(node), job: job.map(node) })
        };
        let overlay = |path: Spanned<PathBuf>| {
            let Given { value, at } = self::given(source, path);
            Given { value: folder.join(value), at }
        };
        let choices = Choices {
            lenient: false,
            formats: formats.parse().unwrap_or_default(),
            overlays: self.overlays.into_iter().map(overlay).collect(),
            include: selection(self.include),
            exclude: selection(self.exclude),
            types_only: self.types_only,
            operations: self.operations.into_iter().map(operation).collect(),
            types: self.types.into_iter().map(|(name, OfType(choices))| (given(name), choices)).collect(),
            derives: self.derives.into_iter().map(given).collect(),
            jobs: self.jobs.map(node),
        };
        let package = Package {
            fields: self.package,
            dependencies: self.dependencies,
            folder,
            default_features: self.features.default,
            workspace: self.workspace,
        };
        Settings { package, choices }
    }
}

/// Removes the innermost entry around a position, and returns whether there is one.
fn remove(table: &mut DeTable<'_>, position: usize) -> bool {
    // The place of a table is that of its header, which is not around its entries.
    for (_, value) in table.iter_mut() {
        if let DeValue::Table(inner) = value.get_mut()
            && remove(inner, position)
        {
            return true;
        }
    }
    let around = table.iter().find(|(key, value)| [key.span(), value.span()].iter().any(|it| it.contains(&position)));
    let key = around.map(|(key, _)| key.clone());
    key.is_some_and(|key| table.remove(&key).is_some())
}

fn given<T>(source: &Arc<Source>, value: Spanned<T>) -> Given<T> {
    let span = value.span();
    Given { at: Some(Location::new(source, span.start, span.end)), value: value.into_inner() }
}

/// A value as part of a document; all of it has the place of the whole.
fn node(value: Value, at: &Location) -> Node {
    let value: crate::load::Value = match value {
        Value::String(text) => text.into(),
        Value::Integer(number) => serde_json::Number::from(number).into(),
        Value::Float(number) => match serde_json::Number::from_f64(number) {
            Some(number) => number.into(),
            None => number.to_string().into(),
        },
        Value::Boolean(flag) => flag.into(),
        Value::Datetime(time) => time.to_string().into(),
        Value::Array(items) => items.into_iter().map(|item| node(item, at)).collect::<Vec<_>>().into(),
        Value::Table(members) => {
            let member = |(key, value)| (key, Entry::new(at.clone(), node(value, at)));
            members.into_iter().map(member).collect::<Entries>().into()
        }
    };
    Node::new(value, at.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        fs::write(&file, text).unwrap();
        Settings::beside(folder.path()).map_err(|diagnostics| {
            diagnostics.to_string().replace(&folder.path().display().to_string().replace('\\', "/"), "")
        })
    }

    #[test]
    fn each_key_is_read() {
        let settings = read(
            r#"
            overlays = ["fix.yaml"]
            derives = ["Hash"]
            workspace = "own"
            formats = { uuid = "text" }
            include.tags = ["pets"]
            exclude.operations = ["GET /admin/*"]

            [package]
            name = "pets-client"
            license = "MIT"

            [features]
            default = ["rustls"]

            [dependencies]
            yundb-runtime = { path = "../runtime" }

            [operations.listPets]
            name = "all_pets"
            paging = { style = "page", request = { page = "page" } }

            [types]
            Money = "my_crate::Money"
            Pet = { name = "Animal", derives = ["Eq"] }
            "#,
        )
        .unwrap();
        assert_eq!(settings.package.fields.name.as_deref(), Some("pets-client"));
        assert_eq!(settings.package.workspace, Standing::Own);
        assert_eq!(settings.package.default_features, Some(vec!["rustls".to_owned()]));
        let choices = settings.choices;
        assert!(choices.overlays[0].value.ends_with("fix.yaml"));
        assert_eq!(choices.formats.typed("uuid"), None);
        let (id, operation) = &choices.operations[0];
        assert_eq!((id.value.as_str(), id.at.as_ref().unwrap().line()), ("listPets", 19));
        let paging = operation.paging.as_ref().unwrap();
        assert_eq!(paging.to_json(), serde_json::json!({"style": "page", "request": {"page": "page"}}));
        assert_eq!(paging.location.line(), 21);
        assert_eq!(choices.types[0].1.own.as_deref(), Some("my_crate::Money"));
        assert_eq!(choices.types[1].1.name.as_deref(), Some("Animal"));
    }

    #[test]
    fn all_mistakes_are_reported() {
        let text = "types-only = 1\noverlay = []\n[package]\nlicence = \"MIT\"\nname = 2\n[types]\nPet = { nam = \"A\" }\n\
                    [formats]\nuuid = \"bytes\"\ndate = \"bytes\"\n";
        let found = read(text).unwrap_err();
        for line in [1, 2, 4, 5, 7, 9, 10] {
            assert!(found.contains(&format!("{FILE}:{line}:")), "{line}: {found}");
        }
        assert_eq!(found.matches("error[").count(), 7, "{found}");
    }

    #[test]
    fn mistakes_have_a_place_and_a_remedy() {
        insta::assert_snapshot!(
            [
                "[package]\nname = \"x\"\nlicence = \"MIT\"\n",
                "overlay = [\"fix.yaml\"]\n",
                "[types]\nPet = { nam = \"Animal\" }\n",
                "[types]\nPet = 1\n",
                "workspace = \"none\"\n",
                "[formats]\nuuid = \"bytes\"\n",
                "[package\n",
                "types-only = \"yes\"\n",
            ]
            .map(|text| read(text).unwrap_err())
            .join("\n\n")
        );
    }
}
