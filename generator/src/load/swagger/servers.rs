//! `host`, `basePath` and `schemes` as `servers`.

use crate::{
    diagnostic::Diagnostic,
    load::{Entries, Entry, Node, report::Reporter},
};

/// The servers of the document. None if it has neither host nor path: the service is then at the document's own
/// address.
pub(in crate::load) fn servers(root: &Node, reporter: &mut Reporter<'_>) -> Option<Entry> {
    listed(root, root.get("schemes"), reporter)
}

/// The servers of an operation with its own schemes.
pub(in crate::load) fn operation_servers(root: &Node, operation: &Node, reporter: &mut Reporter<'_>) -> Option<Entry> {
    let schemes = operation.get("schemes")?;
    if root.get("host").is_none() || root.get("schemes") == Some(schemes) {
        return None;
    }
    listed(root, Some(schemes), reporter)
}

fn listed(root: &Node, schemes: Option<&Node>, reporter: &mut Reporter<'_>) -> Option<Entry> {
    let text = |key: &str| root.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let entry = |key: &str| root.as_object()?.get(key);
    let path = text("basePath").map(|path| format!("/{}", path.trim_matches('/'))).filter(|path| path != "/");
    let (entry, urls) = match (text("host"), path) {
        (None, None) => return None,
        (None, Some(path)) => (entry("basePath")?, vec![path]),
        (Some(host), path) => {
            let path = path.unwrap_or_default();
            let urls = schemes_of(schemes, reporter).into_iter().map(|scheme| format!("{scheme}://{host}{path}"));
            (entry("host")?, urls.collect())
        }
    };
    let server = |url: String| {
        let url = Entry::new(entry.key.clone(), Node::new(url, entry.node.location.clone()));
        Node::new(Entries::from_iter([("url".to_owned(), url)]), entry.node.location.clone())
    };
    let servers: Vec<Node> = urls.into_iter().map(server).collect();
    Some(Entry::new(entry.key.clone(), Node::new(servers, entry.node.location.clone())))
}

/// The schemes in order of preference, secure ones first. Without a list the scheme is the one the document was
/// retrieved by, which is unknown, so the secure one is used.
fn schemes_of(schemes: Option<&Node>, reporter: &mut Reporter<'_>) -> Vec<&'static str> {
    let listed: Vec<&Node> = schemes.into_iter().flat_map(Node::items).collect();
    let has = |name: &str| listed.iter().any(|scheme| scheme.as_str() == Some(name));
    for scheme in listed.iter().filter(|scheme| !matches!(scheme.as_str(), Some("http" | "https"))) {
        let message = format!("the scheme `{}` is not HTTP", scheme.as_str().unwrap_or_default());
        reporter.fault(Diagnostic::error("unknown-value", message).at(scheme.location.clone()).label("left out"));
    }
    match (has("https"), has("http")) {
        (true, true) => vec!["https", "http"],
        (false, true) => vec!["http"],
        _ => vec!["https"],
    }
}
