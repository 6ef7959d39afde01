//! Tests of the reader, one for each kind of damage.

use super::*;
use crate::block::Row;

fn kinds(text: &str) -> Vec<BlockKind> {
    read(text).0.into_iter().map(|block| block.kind).collect()
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let tables = kinds(text).into_iter().filter_map(|kind| match kind {
        BlockKind::Table(rows) => Some(rows),
        _ => None,
    });
    tables.flatten().map(|Row { cells, .. }| cells).collect()
}

#[test]
fn headings_have_numbers_with_or_without_marks() {
    let found = kinds("1.1 Hosts.....3\n1.2 Calls\t7\n\n## 1.1. Hosts\n\n1.2 Calls\n\n## Request\n");
    let heading = |number: &str, title: &str| BlockKind::Heading { number: number.into(), title: title.into() };
    assert!(found.contains(&heading("1.1", "Hosts")), "{found:?}");
    assert!(found.contains(&heading("1.2", "Calls")), "{found:?}");
    assert_eq!(found.last(), Some(&BlockKind::Subheading("Request".into())));
    assert_eq!(found.iter().filter(|kind| matches!(kind, BlockKind::Heading { .. })).count(), 2);
}

#[test]
fn glued_lines_are_split() {
    let found = kinds("See [codes](#).**2.1.4 Close****Purpose**\n\n**Status code: 400****Table 3 Fields**\n");
    assert_eq!(
        found,
        [
            BlockKind::Text("See codes.".into()),
            BlockKind::Heading { number: "2.1.4".into(), title: "Close".into() },
            BlockKind::Text("Purpose".into()),
            BlockKind::Text("Status code: 400".into()),
            BlockKind::Text("Table 3 Fields".into()),
        ]
    );
}

#[test]
fn cells_lose_their_marks_and_lists_keep_their_items() {
    let table = "Name\tType\tDescription\na\\_b\tArray of [Box](#) objects\t<p>One of:</p><ul><li>• x</li><li>y: <b>no</b></li></ul> ● z\n";
    assert_eq!(rows(table)[1], ["a_b", "Array of Box objects", "One of:\n- x\n- y: no\n- z"]);
}

#[test]
fn pipes_and_tabs_are_equivalent() {
    let pipes = "| Name | Type |\n|---|---|\n| a<br>b | Map<String, String> |\n| c \\| d | String |\n";
    assert_eq!(rows(pipes), [["Name", "Type"], ["a\nb", "Map<String, String>"], ["c | d", "String"]]);
}

#[test]
fn a_row_without_a_name_belongs_to_its_neighbour() {
    let text = "Name\tType\tDescription\n\t\tHow long.\nlimit\tInteger\t② Note: at most 9.\n\t\tAlso 8.\n";
    assert_eq!(rows(text)[1..], [vec!["limit", "Integer", "How long.\n② Note: at most 9.\nAlso 8."]]);
}

#[test]
fn a_table_without_a_header_continues_the_last_one() {
    let text = "Name\tType\tDescription\na\tString\tx\n\nName Type\tDescription\n----\t----\n\nb\tInteger\ty\n";
    assert_eq!(
        rows(text),
        [["Name", "Type", "Description"], ["a", "String", "x"], ["Name", "Type", "Description"], ["b", "Integer", "y"]]
    );
    let (_, unreadable) = read("# 1.1 Lone\n\nb\tInteger\ty\n");
    assert_eq!(unreadable.len(), 1);
}

#[test]
fn text_in_the_header_moves_to_its_row() {
    let text = "Name\tType\tExample\t- one: 1. Description\nkind\tString\ttwo\t- two: 2.\n";
    assert_eq!(rows(text)[0][3], "Description");
    assert_eq!(rows(text)[1][3], "- one: 1.\n- two: 2.");
}

#[test]
fn code_may_lack_its_fence() {
    let code = |text: &str| BlockKind::Code(text.to_owned());
    assert_eq!(kinds("- ```\n{}\n```\n"), [code("{}")]);
    assert_eq!(kinds("{\n\"a\": 1\n}\nText\n"), [code("{\n\"a\": 1\n}"), BlockKind::Text("Text".into())]);
    assert_eq!(kinds("`{ \n \"a\": 1\n}`\n"), [code("{\n \"a\": 1\n}")]);
}

#[test]
fn text_that_starts_with_a_number_is_not_a_heading() {
    let found = kinds("1.1 Hosts\n\n8.0 is the newest version.\n\n1.2 Calls\n\n1.10 Marks\n\nA.1 Codes\n");
    let numbers: Vec<&str> = found
        .iter()
        .filter_map(|kind| match kind {
            BlockKind::Heading { number, .. } => Some(number.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, ["1.1", "1.2", "1.10", "A.1"]);
    assert!(found.contains(&BlockKind::Text("8.0 is the newest version.".into())), "{found:?}");
}

#[test]
fn a_status_and_a_caption_are_split_whatever_their_marks() {
    for glued in ["**Status code: 400****Table 3** Fields", "Status code: 400**Table 3 Fields**"] {
        let parts = ["Status code: 400", "Table 3 Fields"].map(|part| BlockKind::Text(part.into()));
        assert_eq!(kinds(glued), parts, "{glued}");
    }
}

#[test]
fn emphasis_is_removed_inside_a_sentence_and_masks_are_kept() {
    let text = |text: &str| [BlockKind::Text(text.to_owned())];
    assert_eq!(kinds("有**角色**和**策略**。"), text("有角色和策略。"));
    assert_eq!(kinds("id is box****, host 10.0.**.**, all is *"), text("id is box****, host 10.0.**.**, all is *"));
}

#[test]
fn text_without_a_name_may_belong_to_the_row_below() {
    let description = |next: &str| {
        let text = format!("Name\tType\tDescription\na\tString\tFirst.\n\t\tMore.\nb\tString\t{next}\n");
        rows(&text)[1..].iter().map(|row| row[2].clone()).collect::<Vec<_>>()
    };
    assert_eq!(description("② Note."), ["First.", "More.\n② Note."]);
    assert_eq!(description("<ul><li>Description</li><li>x</li></ul>"), ["First.", "More.\n- Description\n- x"]);
    assert_eq!(description("● x: one. ● y: two."), ["First.", "More.\n- x: one.\n- y: two."]);
    assert_eq!(description("Second."), ["First.\nMore.", "Second."]);
}

#[test]
fn a_row_continues_after_a_page() {
    let table = |next: &str| {
        format!("# 1.1 Lamps\n\n|Name|Type|Description|\n|--|--|--|\n|a|String|One of:<li>x|\n\nPage head\n\n{next}")
    };
    let after = |next: &str| rows(&table(&format!("|Name|Type|Description|\n|--|--|--|\n{next}")));
    let found = after("|  |  |<li>y|\n|b|String|Second.|\n");
    assert_eq!(found[1], ["a", "String", "One of:\n- x\n- y"]);
    assert_eq!(found[2..], [["Name", "Type", "Description"], ["b", "String", "Second."]]);
    // A table with its own caption continues no other.
    let found =
        rows(&table("Table 2 Fields\n\n|Name|Type|Description|\n|--|--|--|\n|  |  |<li>y|\n|b|String|Second.|\n"));
    assert_eq!(found[1][2], "One of:\n- x");
    assert_eq!(found[3], ["b", "String", "- y\nSecond."]);
}

#[test]
fn a_row_that_starts_before_a_page_belongs_to_the_next_one() {
    let first = "Name\tType\tExample\tDescription\na\tString\t1\tFirst.\n\t\t\tState, one of: ● x\n\n";
    let found = rows(&format!("{first}Name\tType\tExample\t● y Description\nb\tString\tx\t● z\n"));
    assert_eq!(found[1], ["a", "String", "1", "First."]);
    assert_eq!(found[3], ["b", "String", "x", "State, one of:\n- x\n- y\n- z"]);
    // Without such a row it belongs to the last one.
    assert_eq!(rows(first)[1], ["a", "String", "1", "First.\nState, one of:\n- x"]);
}

#[test]
fn a_row_may_have_nothing_but_a_name() {
    let text = "Name\tType\tDescription\t\nList\tArray of Box\t\tx\nBox\t\t\n\t\t\nid\tString\ty\t\n";
    assert_eq!(rows(text)[2..], [vec!["Box", "", ""], vec!["id", "String", "y"]]);
    assert_eq!(rows(text)[0], ["Name", "Type", "Description"]);
}

#[test]
fn a_lone_row_is_a_table_or_text() {
    let table = "# 1.1 Lamps\n\nName\tType\tDescription\na\tString\tx\n\n";
    assert_eq!(rows(&format!("{table}b\tArray of Box\ty\n"))[3], ["b", "Array of Box", "y"]);
    assert_eq!(kinds("lamp\tbright\n"), [BlockKind::Text("lamp bright".into())]);
}

#[test]
fn a_split_name_is_joined_and_the_rest_of_its_row_is_reported() {
    let head = "Name\tType\tRequired\tExample\tDescription\n";
    let text = format!("{head}LongNameOfTheLa\tString\tNo\tx\tOn or off.\nmp\tJuliy\tE E\t1 G\t② Note.\n");
    assert_eq!(rows(&text)[1], ["LongNameOfTheLa\nmp", "String", "No", "x", "On or off.\n② Note."]);
    let unreadable = read(&text).1;
    assert_eq!(unreadable.len(), 1);
    assert_eq!(unreadable[0].line, 3);
    assert!(unreadable[0].why.contains("Juliy E E 1 G"), "{unreadable:?}");
}

#[test]
fn a_parameter_without_type_and_required_is_reported() {
    let text = "Name\tType\tRequired\tDescription\na\tString\tNo\tx\nBright\t\t\tcut off\n";
    let (_, unreadable) = read(text);
    assert_eq!(rows(text).len(), 2);
    assert_eq!(unreadable.iter().map(|unreadable| unreadable.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn code_without_a_fence_is_escaped_as_text_and_ends_where_text_begins() {
    let found = kinds("{\n\"lamp\\_id\": [\n\n\"a\"\n\nText\n");
    assert_eq!(found, [BlockKind::Code("{\n\"lamp_id\": [\n\n\"a\"".into()), BlockKind::Text("Text".into())]);
}

#[test]
fn code_without_an_end_is_reported() {
    let (blocks, unreadable) = read("Text\n```\n{}\n");
    assert_eq!(blocks.last().map(|block| &block.kind), Some(&BlockKind::Code("{}".into())));
    assert_eq!(unreadable.first().map(|unreadable| unreadable.line), Some(2));
}

#[test]
fn anything_can_be_read() {
    for text in
        ["", "\t", "\t\t\n|", "|\n|\n", "`{", "```", "{", "**", "| \\", "\tName\tType\n\t\tx", "Name\tType\t\n\t\tx\n"]
    {
        read(text);
    }
}
