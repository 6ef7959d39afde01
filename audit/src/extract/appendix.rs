//! Reads the tables apart from operations: endpoints, error codes, permissions, states.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    Notes, Places, call, repair,
    section::Section,
    table::{self, cell},
};
use crate::{
    block::{BlockKind, Row},
    fact::{Endpoint, ErrorCode, Facts, Permission, States},
    words::{self, Column},
};

/// A host, possibly with a duplicate dot.
static HOST: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w${}:-]+(\.+[\w${}:-]+)+$").expect("a constant pattern"));
/// A method and a path.
static CALL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(GET|POST|PUT|DELETE|PATCH|HEAD)\s+(.+)$").expect("a constant pattern"));
/// An error code, a region, a state: anything but a sentence.
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z0-9_][\w.-]*( [A-Z]+)?$").expect("a constant pattern"));
/// Part of a permission.
static ACTION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[a-zA-Z0-9:*.]+$").expect("a constant pattern"));

/// Adds the facts of a section's tables.
pub fn read(section: &Section<'_>, facts: &mut Facts, places: &Places, notes: &mut Notes) {
    let mut caption = String::new();
    for block in &section.blocks {
        match &block.kind {
            BlockKind::Text(text) | BlockKind::Subheading(text) => {
                if let Some((number, _)) = words::caption(text) {
                    number.clone_into(&mut caption);
                }
            }
            BlockKind::Table(rows) => {
                if let Some((header, rows)) = rows.split_first() {
                    let columns = table::columns(header);
                    rows.iter().for_each(|row| self::row(row, &columns, &caption, facts, places, notes));
                }
            }
            _ => {}
        }
    }
}

/// Adds the error codes that a section on an operation lists.
pub fn codes(section: &Section<'_>, facts: &mut Facts, places: &Places, notes: &mut Notes) {
    for block in &section.blocks {
        let BlockKind::Table(rows) = &block.kind else { continue };
        let Some((header, rows)) = rows.split_first() else { continue };
        let columns = table::columns(header);
        if columns.contains(&Some(Column::Code)) && columns.contains(&Some(Column::Status)) {
            rows.iter().for_each(|row| self::row(row, &columns, "", facts, places, notes));
        }
    }
}

fn row(row: &Row, columns: &[Option<Column>], caption: &str, facts: &mut Facts, places: &Places, notes: &mut Notes) {
    let has = |column| columns.contains(&Some(column));
    let at = places.line(row.line);
    let text = |column| cell(row, columns, column);
    if has(Column::Code) {
        let (code, printed) = repair::name(text(Column::Code));
        match repair::name(text(Column::Status)).0.parse() {
            // Several sections list the same code.
            Ok(status) if facts.codes.iter().any(|known| known.code == code && known.status == Some(status)) => {}
            Ok(status) if TOKEN.is_match(&code) => {
                facts.codes.push(ErrorCode { code, printed, status: Some(status), at, errata: Vec::new() });
            }
            _ if Column::of(&code).is_some() => {}
            _ => notes.add(row.line, format!("`{code}` is not an error code with a status")),
        }
    } else if has(Column::Endpoint) || has(Column::Region) {
        let (host, printed) = repair::name(text(Column::Endpoint));
        let region = Some(repair::name(text(Column::Region)).0).filter(|region| !region.is_empty());
        if HOST.is_match(&host) || host.is_empty() && region.as_ref().is_some_and(|region| TOKEN.is_match(region)) {
            facts.endpoints.push(Endpoint { region, host, printed, at, errata: Vec::new() });
        } else {
            notes.add(row.line, format!("`{host}` is not a host"));
        }
    } else if has(Column::Api) && has(Column::Action) {
        let api = repair::one_line(text(Column::Api));
        let request = CALL.captures(&api).and_then(|found| call::parse(&found[1], &found[2]));
        let actions = actions(text(Column::Action));
        match request {
            Some(request) if !actions.is_empty() => {
                facts.permissions.push(Permission { call: request.call, actions, at, errata: Vec::new() });
            }
            _ => notes.add(row.line, format!("`{api}` is not a call, or has no permission")),
        }
    } else if has(Column::State) && columns.len() == 2 {
        let state = repair::one_line(text(Column::State));
        if !TOKEN.is_match(&state) {
            notes.add(row.line, format!("`{state}` is not a state"));
        } else if let Some(states) = facts.states.iter_mut().find(|states| states.name == caption) {
            states.values.push(state);
        } else {
            facts.states.push(States { name: caption.to_owned(), values: vec![state], at, errata: Vec::new() });
        }
    }
}

/// The permissions in a cell, the main one first. A narrow cell breaks them, so an incomplete piece continues the one
/// before.
fn actions(cell: &str) -> Vec<String> {
    let mut actions: Vec<String> = Vec::new();
    // The document may have a dot instead of a colon.
    let marks = |text: &str| text.matches([':', '.']).count();
    for line in cell.lines() {
        let (starts, line) = line.strip_prefix("- ").map_or((false, line), |item| (true, item));
        let pieces =
            line.split(|c: char| c.is_whitespace() || "，。、,".contains(c)).filter(|piece| ACTION.is_match(piece));
        for (index, piece) in pieces.enumerate() {
            // A piece of a word is in lower case; a word with capitals is something else.
            let fits = |last: &&mut String| {
                marks(last) + marks(piece) <= 2 && (marks(last) < 2 || !piece.contains(char::is_uppercase))
            };
            match actions.last_mut().filter(|_| !(starts && index == 0)).filter(fits) {
                Some(last) => last.push_str(piece),
                None if piece.contains(':') => actions.push(piece.to_owned()),
                None => {}
            }
        }
    }
    actions.retain(|action| marks(action) == 2);
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_complete() {
        assert_eq!(actions("shop:order:list"), ["shop:order:list"]);
        assert_eq!(actions("shop:or\nder:list"), ["shop:order:list"]);
        assert_eq!(
            actions("shop:order:create\n- net:*:get*\n- net:*:list*"),
            ["shop:order:create", "net:*:get*", "net:*:list*"]
        );
        assert_eq!(
            actions("shop:order:get\n- net.*:get*\n- net:ports:* SHOP Finance"),
            ["shop:order:get", "net.*:get*", "net:ports:*"]
        );
    }
}
