//! Whether a generated crate needs a `[workspace]` of its own: Cargo refuses a package below a workspace that does not
//! list it, and a member that is a workspace itself.

use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use serde::Deserialize;
use toml::{Table, Value};

use crate::package::real;

/// How a crate relates to a workspace around it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Has a `[workspace]` of its own only if there is a workspace around it that does not list it.
    #[default]
    Auto,
    /// Has none: it is a member of the workspace around it, or there is none.
    Member,
    /// Has one.
    Own,
}

/// Decides for the crate in `out`, with the reason if there is a workspace around it.
pub(crate) fn standing(wanted: Standing, out: &Path) -> (Standing, Option<String>) {
    let out = real(out);
    let around = out.ancestors().skip(1).find_map(Around::read);
    let Some(around) = around else {
        return (if wanted == Standing::Own { Standing::Own } else { Standing::Member }, None);
    };
    let (file, relation) = (around.folder.join("Cargo.toml"), around.relation(&out));
    let file = file.display();
    match (wanted, relation) {
        (Standing::Own, _) => (Standing::Own, None),
        (_, Relation::Member) => (Standing::Member, Some(format!("a member of the workspace of `{file}`"))),
        (_, Relation::Excluded) => (Standing::Member, Some(format!("excluded from the workspace of `{file}`"))),
        (Standing::Member, Relation::Unknown) => {
            let path = around.path(&out);
            (Standing::Member, Some(format!("add \"{path}\" to `members` in `{file}`, which does not list the crate")))
        }
        (Standing::Auto, Relation::Unknown) => {
            let path = around.path(&out);
            let reason = format!(
                "a workspace of its own, as `{file}` does not list it. To make it a member, add \"{path}\" to \
                 `members` there and generate again"
            );
            (Standing::Own, Some(reason))
        }
    }
}

enum Relation {
    Member,
    Excluded,
    Unknown,
}

/// A workspace around a crate.
struct Around {
    folder: PathBuf,
    manifest: Table,
}

impl Around {
    fn read(folder: &Path) -> Option<Self> {
        let manifest: Table = fs::read_to_string(folder.join("Cargo.toml")).ok()?.parse().ok()?;
        manifest.get("workspace")?;
        Some(Self { folder: folder.to_owned(), manifest })
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        let list = self.manifest.get("workspace").and_then(|workspace| workspace.get(key)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The crate's folder as `members` would list it.
    fn path(&self, out: &Path) -> String {
        let path = out.strip_prefix(&self.folder).unwrap_or(out);
        path.display().to_string().replace('\\', "/")
    }

    fn relation(&self, out: &Path) -> Relation {
        let path = self.path(out);
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::default() };
        let lists = |pattern: &str| {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(&path, options))
        };
        let below = |folder: &str| Path::new(&path).starts_with(folder.trim_end_matches('/'));
        // Listed members come before excluded folders, as in Cargo.
        match () {
            () if self.list("members").any(lists) => Relation::Member,
            () if self.list("exclude").any(below) => Relation::Excluded,
            () if self.is_dependency(out) => Relation::Member,
            () => Relation::Unknown,
        }
    }

    /// Whether the crate is a member because the root or a member depends on it by its path.
    fn is_dependency(&self, out: &Path) -> bool {
        let folders = self.list("members").filter_map(|member| glob::glob(self.folder.join(member).to_str()?).ok());
        let folders = folders.flatten().filter_map(Result::ok).chain([self.folder.clone()]);
        folders.into_iter().any(|folder| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok();
            let manifest = manifest.and_then(|text| text.parse::<Table>().ok());
            manifest.is_some_and(|manifest| leads_to(&Value::Table(manifest), &folder, out))
        })
    }
}

/// Whether any `path` in a manifest leads to a folder.
fn leads_to(value: &Value, from: &Path, out: &Path) -> bool {
    let Value::Table(table) = value else { return false };
    let path = table.get("path").and_then(Value::as_str);
    path.is_some_and(|path| real(&from.join(path)) == out) || table.values().any(|inner| leads_to(inner, from, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_around_decide() {
        let table = [
            // The manifest around, the member's, what is wanted, what results.
            (None, "", Standing::Auto, Standing::Member),
            (None, "", Standing::Own, Standing::Own),
            (Some("[workspace]\nmembers = [\"clients/*\"]"), "", Standing::Auto, Standing::Member),
            (Some("[workspace]\nmembers = [\"clients/*\"]"), "", Standing::Own, Standing::Own),
            (Some("[workspace]\nmembers = [\"app\"]"), "", Standing::Auto, Standing::Own),
            (Some("[workspace]\nmembers = [\"app\"]"), "", Standing::Member, Standing::Member),
            (Some("[workspace]\nmembers = [\"*\"]"), "", Standing::Auto, Standing::Own),
            (Some("[workspace]\nexclude = [\"clients\"]"), "", Standing::Auto, Standing::Member),
            (
                Some("[workspace]\nmembers = [\"app\"]"),
                "[dependencies]\npets = { path = \"../clients/pets\" }",
                Standing::Auto,
                Standing::Member,
            ),
            (Some("[package]\nname = \"no-workspace\""), "", Standing::Auto, Standing::Member),
        ];
        for (around, member, wanted, expected) in table {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("app")).unwrap();
            if let Some(around) = around {
                fs::write(folder.path().join("Cargo.toml"), around).unwrap();
            }
            fs::write(folder.path().join("app/Cargo.toml"), member).unwrap();
            let (found, reason) = standing(wanted, &folder.path().join("clients/pets"));
            assert_eq!(found, expected, "{around:?}, {wanted:?}: {reason:?}");
        }
    }
}
