//! Formats the files of specs/: white space by `pretty_yaml`, and maps in block form.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};
use similar::TextDiff;
use yaml_parser::{SyntaxKind, SyntaxNode};

/// Returns whether all files are in order; with `check`, none is changed.
pub fn run(check: bool) -> anyhow::Result<bool> {
    std::env::set_current_dir(super::workspace()?)?;
    let mut files = Vec::new();
    collect(Path::new("specs"), &mut files)?;
    files.sort();
    let mut well = true;
    let mut stdout = io::stdout().lock();
    for file in files {
        let shown = file.display();
        let text = fs::read_to_string(&file).with_context(|| format!("`{shown}`"))?;
        let tree = match yaml_parser::parse(&text) {
            Ok(tree) => tree,
            Err(error) => {
                writeln!(stdout, "{shown}: {error}")?;
                well = false;
                continue;
            }
        };
        for line in flow_maps(&tree, &text) {
            writeln!(stdout, "{shown}:{line}: write a map of several entries in block form, one entry per line")?;
            well = false;
        }
        let formatted = format(&text)?;
        if formatted == text {
            continue;
        }
        if check {
            let diff = TextDiff::from_lines(&text, &formatted);
            write!(stdout, "{}", diff.unified_diff().header(&shown.to_string(), "formatted"))?;
            well = false;
        } else {
            fs::write(&file, formatted).with_context(|| format!("`{shown}`"))?;
            writeln!(stdout, "{shown}: formatted")?;
        }
    }
    Ok(well)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("`{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}

fn format(text: &str) -> anyhow::Result<String> {
    let options = FormatOptions {
        layout: LayoutOptions { print_width: 120, ..LayoutOptions::default() },
        language: LanguageOptions { brace_spacing: false, bracket_spacing: false, ..LanguageOptions::default() },
    };
    Ok(pretty_yaml::format_text(text, &options)?)
}

/// The lines with maps of more than one entry in flow form.
fn flow_maps(tree: &SyntaxNode, text: &str) -> Vec<usize> {
    let entries = tree.descendants().filter(|node| node.kind() == SyntaxKind::FLOW_MAP_ENTRIES);
    let several = entries
        .filter(|node| node.children().filter(|entry| entry.kind() == SyntaxKind::FLOW_MAP_ENTRY).nth(1).is_some());
    several
        .map(|node| {
            let before = text.get(..usize::from(node.text_range().start())).unwrap_or_default();
            before.matches('\n').count() + 1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting() -> anyhow::Result<()> {
        assert_eq!(format("a:   { b: c }\nd: [ 1,2 ]\n")?, "a: {b: c}\nd: [1, 2]\n");
        let kept = "a: {b: c}\n\nd: |\n  e\n  f\n";
        assert_eq!(format(kept)?, kept);
        Ok(())
    }

    #[test]
    fn maps_in_flow_form() -> anyhow::Result<()> {
        let text = "a: {b: c}\nd:\n  - {e: {}, f: 1}\n  - [g, {h: i,\n     j: k}]\n";
        assert_eq!(flow_maps(&yaml_parser::parse(text)?, text), [3, 4]);
        Ok(())
    }
}
