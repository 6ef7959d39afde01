//! Idiomatic formatting of tables: on one line if they fit, otherwise one call or element per line, and as many strings
//! per line as fit. `prettyplease` breaks lines earlier, and does not format macros.

/// Maximum line width.
pub(super) const WIDTH: usize = 120;

/// Number of these lines to format together: an import, a constant or a function; 1 for a line to keep.
pub(super) fn statement(lines: &[&str]) -> usize {
    const STARTS: [&str; 9] = [
        "use ",
        "pub use ",
        "const ",
        "pub const ",
        "static ",
        "pub(crate) static ",
        "fn ",
        "pub fn ",
        "pub(crate) fn ",
    ];
    let Some(first) = lines.first() else { return 1 };
    let trimmed = first.trim_start();
    if trimmed.starts_with("#[") && !first.ends_with(']') {
        return lines.iter().position(|line| line.ends_with(']')).map_or(1, |end| end + 1);
    }
    if !STARTS.iter().any(|start| trimmed.starts_with(start)) || first.ends_with(';') {
        return 1;
    }
    let indent = first.len() - trimmed.len();
    let margin = " ".repeat(indent);
    let ends = |line: &&&str| {
        let rest = line.strip_prefix(margin.as_str()).unwrap_or(" ");
        rest == "}" || (!trimmed.contains("fn ") || trimmed.starts_with("const ")) && line.ends_with(';')
    };
    lines.iter().position(|line| ends(&line)).map_or(1, |end| end + 1)
}

/// An import, a constant or a function, formatted.
pub(super) fn laid_out(lines: &[&str]) -> String {
    let first = lines.first().copied().unwrap_or_default();
    let indent = first.len() - first.trim_start().len();
    let margin = " ".repeat(indent);
    let trimmed = first.trim_start();
    let joined = join(lines.iter().copied());
    if trimmed.starts_with("#[") {
        return format!("{margin}{joined}");
    }
    if trimmed.contains("fn ") && !trimmed.starts_with("const ") {
        return function(lines, &margin);
    }
    if trimmed.starts_with("use ") || trimmed.starts_with("pub use ") {
        return import(&joined, &margin);
    }
    let code = joined.trim_end_matches(';');
    format!("{margin}{};", lay_out(code, indent, indent, 1))
}

/// On one line, if its body is a single expression that fits.
fn function(lines: &[&str], margin: &str) -> String {
    let opens = lines.iter().position(|line| line.ends_with('{')).unwrap_or_default();
    let (head, rest) = lines.split_at(opens + 1);
    let body = &rest[..rest.len().saturating_sub(1)];
    let head = format!("{margin}{}", join(head.iter().copied()));
    let plain = body.iter().all(|line| !line.ends_with([';', '{', '}']) && !line.contains("//"));
    if head.chars().count() > WIDTH {
        return lines.join("\n");
    }
    match plain {
        true => short_function(&head, &join(body.iter().copied())),
        false => format!("{head}\n{}\n{margin}}}", body.join("\n")),
    }
}

/// A function with its indented head, which ends in `{` and fits on a line, and an expression on one line.
pub(super) fn short_function(head: &str, body: &str) -> String {
    let indent = head.len() - head.trim_start().len();
    if head.chars().count() + body.chars().count() + 3 <= WIDTH {
        return format!("{head} {body} }}");
    }
    let (margin, inner) = (" ".repeat(indent), indent + 4);
    format!("{head}\n{margin}    {}\n{margin}}}", lay_out(body, inner, inner, 0))
}

/// An import with as many names per line as fit. A list in spaces, as `join` leaves those that `prettyplease` breaks, is
/// broken two columns earlier.
pub(super) fn import(code: &str, margin: &str) -> String {
    let fits = margin.len() + code.chars().count() <= WIDTH;
    let whole = format!("{margin}{code}").replace("{ ", "{").replace(" }", "}");
    let Some((before, names)) = whole.split_once('{').filter(|_| !fits) else { return whole };
    let Some(names) = names.strip_suffix("};") else { return whole };
    format!("{before}{{{}\n{margin}}};", packed(elements(names).into_iter(), margin.len() + 4))
}

/// With as many elements per line as fit, at this indentation.
fn packed<'a>(elements: impl Iterator<Item = &'a str>, indent: usize) -> String {
    let mut out = String::new();
    let mut column = WIDTH;
    for element in elements {
        let width = element.chars().count() + 2;
        if column + width > WIDTH {
            out.push_str(&format!("\n{}", " ".repeat(indent - 1)));
            column = indent - 1;
        }
        out.push_str(&format!(" {element},"));
        column += width;
    }
    out
}

/// Joins lines of code without comments.
fn join<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for line in lines.map(str::trim) {
        if line.starts_with([')', ']', '}']) && out.ends_with(',') {
            out.pop();
        }
        let tight = out.is_empty() || out.ends_with(['(', '[']) || line.starts_with([')', ']', '.', '?']);
        if !tight {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// Formats code on one line: it begins at this column of a line with this indentation, and is followed by this many
/// characters.
pub(super) fn lay_out(code: &str, indent: usize, column: usize, after: usize) -> String {
    if column + code.len() + after <= WIDTH || column + code.chars().count() + after <= WIDTH {
        return code.to_owned();
    }
    let inner = indent + 4;
    let margin = " ".repeat(inner);
    let links = links(code);
    if let [head, calls @ ..] = links.as_slice()
        && !calls.is_empty()
    {
        let mut out = lay_out(head, indent, column, 0);
        for (place, call) in calls.iter().enumerate() {
            let after = if place + 1 == calls.len() { after } else { 0 };
            out.push_str(&format!("\n{margin}{}", lay_out(call, inner, inner, after)));
        }
        return out;
    }
    let Some(open) = last_group(code) else { return code.to_owned() };
    let (before, close) = (&code[..=open], &code[code.len() - 1..]);
    let elements = elements(&code[open + 1..code.len() - 1]);
    // A bracket around a single list is broken where the list is.
    if let [only] = elements.as_slice()
        && last_group(only).is_some_and(|open| matches!(&only[..open], "&" | "" | "const { &"))
        && before.ends_with('(')
    {
        let column = column + before.chars().count();
        return format!("{before}{}{close}", lay_out(only, indent, column, after + 1));
    }
    if elements.iter().all(|element| element.starts_with('"')) {
        return format!("{before}{}\n{}{close}", packed(elements.into_iter(), inner), " ".repeat(indent));
    }
    let lines = elements.iter().map(|element| format!("{margin}{},\n", lay_out(element, inner, inner, 1)));
    format!("{before}\n{}{}{close}", lines.collect::<String>(), " ".repeat(indent))
}

/// Splits a chain of calls into its receiver and each `.call(..)`.
fn links(code: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut closed) = (0, false);
    scan(code, |at, c, depth| {
        if c == '.' && depth == 0 && closed {
            out.push(&code[start..at]);
            start = at;
        }
        closed = c == ')' && depth == 0;
    });
    out.push(&code[start..]);
    out
}

/// The position of the bracket that opens the group at the end of the code.
fn last_group(code: &str) -> Option<usize> {
    let (mut open, mut end) = (None, None);
    scan(code, |at, c, depth| match c {
        '(' | '[' | '{' if depth == 1 => open = Some(at),
        ')' | ']' | '}' if depth == 0 => end = Some(at),
        _ => {}
    });
    open.filter(|open| end == Some(code.len() - 1) && *open + 2 < code.len())
}

/// The parts between commas.
fn elements(code: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    scan(code, |at, c, depth| {
        if c == ',' && depth == 0 {
            out.push(code[start..at].trim());
            start = at + 1;
        }
    });
    out.push(code[start..].trim());
    out.retain(|element| !element.is_empty());
    out
}

/// Visits all characters outside of string literals, each with the number of brackets open after it, including those of
/// `::<T, _>`.
fn scan(code: &str, mut visit: impl FnMut(usize, char, usize)) {
    let (mut depth, mut text, mut escaped, mut types) = (0_usize, false, false, 0_usize);
    for (at, c) in code.char_indices() {
        match (text, c) {
            (true, _) if escaped => escaped = false,
            (true, '\\') => escaped = true,
            (_, '"') => text = !text,
            (true, _) => {}
            (false, c) => {
                match c {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    '<' if types > 0 || code[..at].ends_with("::") => (depth, types) = (depth + 1, types + 1),
                    '>' if types > 0 => (depth, types) = (depth.saturating_sub(1), types - 1),
                    _ => {}
                }
                visit(at, c, depth);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_fits_stays_on_one_line() {
        let code = "Spec::new(\"a, (b\", \"GET\", \"/a\").params(&[path(\"a\", any())])";
        assert_eq!(lay_out(code, 4, 4, 0), code);
    }

    #[test]
    fn long_chains_and_lists_are_broken() {
        let path = "/a".repeat(30);
        let code = format!("Spec::new(\"a\", \"GET\", \"{path}\").params(&[path(\"a\", any()), query(\"b\", any())])");
        let broken = format!(
            "Spec::new(\"a\", \"GET\", \"{path}\")\n        .params(&[path(\"a\", any()), query(\"b\", any())])"
        );
        assert_eq!(lay_out(&code, 4, 4, 0), broken);

        let name = "n".repeat(50);
        let code = format!("&[path(\"{name}\", any()), query(\"{name}\", any())]");
        let broken = format!("&[\n    path(\"{name}\", any()),\n    query(\"{name}\", any()),\n]");
        assert_eq!(lay_out(&code, 0, 0, 0), broken);
        assert_eq!(lay_out(&format!("f({code})"), 0, 0, 1), format!("f({broken})"));
    }

    #[test]
    fn types_are_not_broken() {
        let (name, head) = ("n".repeat(30), "A".repeat(30));
        let inside = format!("self.call(A::SPEC).argument::<B<C>, _>(\"{name}\", {name})");
        assert_eq!(lay_out(&format!("{head}({inside})"), 0, 0, 0), format!("{head}(\n    {inside},\n)"));
        let name = "n".repeat(50);
        let compared = format!("f(a < b, c > d, \"{name}\", \"{name}\")");
        assert_eq!(lay_out(&compared, 0, 0, 0).lines().count(), 6);
    }

    #[test]
    fn lines_are_joined() {
        let printed = "Server {\n    url: \"a\",\n    variables: &[\n        1,\n        2,\n    ],\n}\n    .f()";
        assert_eq!(join(printed.lines()), "Server { url: \"a\", variables: &[1, 2] }.f()");
    }
}
