//! Assembles the tables of a request or a response: matches tables of types with fields.

use std::collections::BTreeMap;

use super::{Notes, repair, table::Draft};
use crate::{
    fact::{Field, Kind, Shape, Type},
    words,
};

/// Names of types that differ by at most this many letters are the same one, misread by the scan.
const MISREAD_LETTERS: usize = 2;
/// In shorter names one letter may be the whole difference.
const LONG_NAME: usize = 8;

/// A table that describes a type.
#[derive(Clone, Debug)]
pub struct Named {
    /// Number of the table.
    pub number: String,
    /// The type's name, as printed in the caption.
    pub name: String,
    /// The type's fields.
    pub fields: Vec<Draft>,
    /// The caption's line.
    pub line: usize,
}

/// The shape of a body with these fields, whose types the tables describe.
pub fn shape(fields: Vec<Draft>, named: Vec<Named>, notes: &mut Notes) -> Shape {
    let keys = keys(&named);
    let lines: Vec<usize> = named.iter().map(|named| named.line).collect();
    let mut used = vec![false; named.len()];
    let tables: Vec<(String, String)> =
        named.iter().map(|named| (named.number.clone(), key_name(&named.name))).collect();
    let mut root = fields;
    let mut types: Vec<Vec<Draft>> = named.into_iter().map(|named| named.fields).collect();
    let all = || std::iter::once(usize::MAX).chain(0..tables.len());
    // Exact names first, then misread ones, so that a similar name does not take an exact one's place.
    let rules: [(Rule, bool); 5] =
        [(exact, true), (by_reference, true), (by_field, false), (by_part, false), (misread, true)];
    for (rule, may_recur) in rules {
        for holder in all() {
            let drafts = if holder == usize::MAX { &mut root } else { &mut types[holder] };
            for draft in drafts.iter_mut() {
                let Some(ty) = draft.field.ty.as_mut().filter(|ty| ty.of.is_none()) else { continue };
                if !matches!(ty.kind, Kind::Object | Kind::Any | Kind::Map) {
                    continue;
                }
                let wanted = key_name(&type_name(&ty.text));
                let found = rule(&wanted, &draft.field.name, &draft.references, &tables, &used);
                if let Some(index) = found.filter(|index| *index != holder || may_recur) {
                    used[index] = true;
                    name_type(ty, &tables[index].0, &keys[index]);
                    ty.of = Some(keys[index].clone());
                }
            }
        }
    }
    // Of two objects without a table, the one with a named type is more likely to lack one.
    for named in [true, false] {
        link_left_over(root.iter_mut().chain(types.iter_mut().flatten()), named, &keys, &mut used);
    }
    for (index, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
        notes.add(lines[index], format!("no field has the table's type `{}`", keys[index]));
    }
    let types: BTreeMap<_, _> = keys.into_iter().zip(types.into_iter().map(plain)).collect();
    Shape { fields: plain(root), types, flat: false }
}

/// Ways in which a field finds its type's table: the type's name, the field's, references to tables.
type Rule = fn(&str, &str, &[String], &[(String, String)], &[bool]) -> Option<usize>;

fn exact(wanted: &str, _: &str, _: &[String], tables: &[(String, String)], _: &[bool]) -> Option<usize> {
    (!wanted.is_empty()).then(|| tables.iter().position(|(_, name)| name == wanted))?
}

fn by_reference(_: &str, _: &str, references: &[String], tables: &[(String, String)], _: &[bool]) -> Option<usize> {
    tables.iter().position(|(number, _)| references.contains(number))
}

fn by_field(_: &str, field: &str, _: &[String], tables: &[(String, String)], used: &[bool]) -> Option<usize> {
    let field = singular(key_name(field));
    unused(tables, used).find(|(_, name)| singular((*name).to_owned()) == field).map(|(index, _)| index)
}

/// `project-quotas` for the field `quotas`.
fn by_part(_: &str, field: &str, _: &[String], tables: &[(String, String)], used: &[bool]) -> Option<usize> {
    let field = singular(key_name(field));
    let mut fitting = unused(tables, used).filter(|(_, name)| singular((*name).to_owned()).ends_with(&field));
    let (index, _) = fitting.next()?;
    (field.len() >= 4 && fitting.next().is_none()).then_some(index)
}

/// The tables without a field.
fn unused<'a>(tables: &'a [(String, String)], used: &'a [bool]) -> impl Iterator<Item = (usize, &'a str)> {
    let unused = tables.iter().enumerate().zip(used).filter(|(_, used)| !**used);
    unused.map(|((index, (_, name)), _)| (index, name.as_str()))
}

/// A list field has a plural name, its type often a singular one.
fn singular(name: String) -> String {
    name.strip_suffix('s').map_or(name.clone(), str::to_owned)
}

fn misread(wanted: &str, _: &str, _: &[String], tables: &[(String, String)], used: &[bool]) -> Option<usize> {
    if wanted.len() < LONG_NAME {
        return None;
    }
    let distance = |name: &str| strsim::levenshtein(wanted, name);
    let nearest = unused(tables, used).min_by_key(|(_, name)| distance(name));
    nearest.filter(|(_, name)| distance(name) <= MISREAD_LETTERS).map(|(index, _)| index)
}

/// The only object field without a table and the only table without a field belong together.
fn link_left_over<'a>(drafts: impl Iterator<Item = &'a mut Draft>, named: bool, keys: &[String], used: &mut [bool]) {
    let types = drafts.filter_map(|draft| draft.field.ty.as_mut());
    let objects = types.filter(|ty| ty.of.is_none() && ty.kind == Kind::Object);
    let mut unknown = objects.filter(|ty| !named || !type_name(&ty.text).is_empty());
    let mut unused = used.iter_mut().enumerate().filter(|(_, used)| !**used);
    if let (Some(ty), None, Some((index, used)), None) = (unknown.next(), unknown.next(), unused.next(), unused.next())
    {
        *used = true;
        ty.of = keys.get(index).cloned();
    }
}

/// The key of each type: its name, with a number if the section has several of that name.
fn keys(named: &[Named]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(named.len());
    for named in named {
        let name = repair::name(words::type_of_caption(&named.name)).0;
        let name = if name.is_empty() { format!("Table{}", named.number) } else { name };
        let mut key = name.clone();
        let mut count = 1;
        while keys.contains(&key) {
            count += 1;
            key = format!("{name}-{count}");
        }
        keys.push(key);
    }
    keys
}

/// A type's name for comparison: without case, spaces and punctuation.
fn key_name(name: &str) -> String {
    let name = repair::name(words::type_of_caption(name)).0;
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Writes a type's name instead of the number of its table, which changes with each table added before it.
fn name_type(ty: &mut Type, number: &str, name: &str) {
    if words::references(&ty.text).iter().any(|reference| reference == number) {
        ty.text = ty.text.replacen(&format!("Table {number}"), name, 1);
    }
}

/// The type's name in the words of a type: `LinkInfo` in `Array of LinkInfo objects`.
fn type_name(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || "<>,[]".contains(c)).filter(|word| {
        let word = word.to_lowercase();
        !matches!(word.as_str(), "" | "array" | "list" | "map" | "of" | "object" | "objects" | "string" | "strings")
    });
    // A name broken by a narrow cell is several words.
    words.collect::<Vec<_>>().concat()
}

fn plain(drafts: Vec<Draft>) -> Vec<Field> {
    drafts.into_iter().map(|draft| draft.field).collect()
}
