//! Reads the tables of parameters and fields.

use super::{Notes, Places, repair, row, values};
use crate::{
    block::Row,
    fact::{Detail, Field, Prose, Required, Statement, Type},
    words::{self, Column},
};

/// A field, with the data needed until its type is known.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The field.
    pub field: Field,
    /// Its example.
    pub example: String,
    /// Numbers of the tables mentioned in its description.
    pub references: Vec<String>,
    /// Its description without spaces, and the part of it that has no statement yet.
    pub text: (String, String),
}

/// The meaning of a table's columns, from its header.
pub fn columns(header: &Row) -> Vec<Option<Column>> {
    header.cells.iter().map(|cell| Column::of(cell)).collect()
}

/// Whether a table lists parameters or fields.
pub fn lists_fields(columns: &[Option<Column>]) -> bool {
    let has = |column| columns.contains(&Some(column));
    has(Column::Name) && (has(Column::Type) || has(Column::Required))
}

/// Whether a table describes fields, in a section that has nothing but a type.
pub fn describes(columns: &[Option<Column>]) -> bool {
    columns.contains(&Some(Column::Name)) && columns.contains(&Some(Column::Description))
}

/// An example of a field; of JSON around it, its own value.
fn own_example(example: &str, name: &str) -> String {
    let object: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(example).ok();
    let only = object.filter(|members| members.len() == 1).and_then(|members| members.into_iter().next());
    // One of both names may be misread.
    let near = |key: &str| strsim::levenshtein(&key.to_lowercase(), &name.to_lowercase()) <= 1;
    match only.filter(|(key, _)| near(key)) {
        Some((_, value)) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        None => example.to_owned(),
    }
}

/// The cell of a column, empty if the row has none.
pub fn cell<'a>(row: &'a Row, columns: &[Option<Column>], column: Column) -> &'a str {
    let index = columns.iter().position(|found| *found == Some(column));
    index.and_then(|index| row.cells.get(index)).map_or("", |cell| cell.trim())
}

/// The fields of a table. Rows that are not fields are reported.
pub fn fields(rows: &[Row], places: &Places, notes: &mut Notes) -> Vec<Draft> {
    let Some((header, rows)) = rows.split_first() else { return Vec::new() };
    let columns = columns(header);
    let rows = rows.iter().filter(|row| self::columns(row) != columns);
    rows.filter_map(|row| field(row, &columns, places, notes)).collect()
}

fn field(line: &Row, columns: &[Option<Column>], places: &Places, notes: &mut Notes) -> Option<Draft> {
    let printed = cell(line, columns, Column::Name);
    if line.cells.iter().all(|cell| cell.trim().is_empty()) {
        return None;
    }
    let (name, printed) = repair::name(printed);
    if name.is_empty() {
        notes.add(line.line, "a row without a name");
        return None;
    }
    if !repair::is_name(&name) {
        notes.add(line.line, format!("`{name}` is not a name of a parameter or field"));
        return None;
    }
    let required = match cell(line, columns, Column::Required) {
        "" => Required::Unknown,
        text => match words::required(text) {
            Some(true) => Required::Required,
            Some(false) => Required::Optional,
            None if words::is_prose(text) => Required::Conditional,
            None => {
                notes.add(
                    line.line,
                    format!("`{name}`: unknown value `{}` for whether it is required", repair::one_line(text)),
                );
                Required::Unknown
            }
        },
    };
    let ty = words::type_of_cell(cell(line, columns, Column::Type)).map(|words| {
        let words: String = words.chars().map(repair::latin).collect();
        if words.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
            notes.add(line.line, format!("`{name}`: the type is printed `{}`", repair::one_line(&words)));
        }
        words.chars().filter(char::is_ascii).collect::<String>()
    });
    let example = own_example(cell(line, columns, Column::Example), &name);
    let description = cell(line, columns, Column::Description);
    let mut references = ty.as_deref().map(words::references).unwrap_or_default();
    references.extend(words::references(description));
    let ty = ty.as_deref().map(Type::parse);
    let read = row::read(description, &example, ty.as_ref());
    let mut values = values::listed(description);
    if values.is_empty() {
        values = read.values;
    }
    let at = places.line(line.line);
    let statement = |(detail, value)| Statement { detail, value, at: at.clone() };
    let details = read.details.into_iter().map(statement).collect();
    Some(Draft {
        field: Field {
            name,
            printed,
            ty,
            required,
            values,
            details,
            prose: Prose::default(),
            words: row::hash(&read.text),
            secret: false,
            implied: false,
            at,
            errata: Vec::new(),
        },
        example,
        references,
        text: (read.text, read.rest),
    })
}

impl Draft {
    /// Adds what depends on the names of the section's other fields: the conditions with them, and what remains.
    pub fn relate(&mut self, names: &[&str]) {
        let (text, rest) = &self.text;
        let example = row::compact(&self.example);
        // `for example, if Type is ...` names a field.
        self.field
            .details
            .retain(|it| it.detail != Detail::Example || it.value == example || !names.contains(&it.value.as_str()));
        let conditions = row::conditions(text, &self.field.name, &self.field.values, names);
        let mentions = row::leftover(rest, &self.field.values, names);
        let all = conditions.into_iter().map(|value| (Detail::Condition, value));
        for (detail, value) in all.chain(mentions.into_iter().map(|value| (Detail::Mention, value))) {
            self.field.details.push(Statement { detail, value, at: self.field.at.clone() });
        }
    }
}
