//! Categories of error codes, from `x-errorCategories` of their enums.

use crate::load::{ERROR_CATEGORIES, Loaded, Node};

/// The codes of each category, by the runtime's name for it. A code in several schemas counts once.
pub(super) fn errors(loaded: &Loaded) -> Vec<(&'static str, Vec<String>)> {
    let mut found: Vec<_> = ERROR_CATEGORIES.iter().map(|(_, variant)| (*variant, Vec::new())).collect();
    collect(&loaded.root, &mut found);
    found.retain(|(_, codes)| !codes.is_empty());
    found
}

fn collect(node: &Node, found: &mut [(&'static str, Vec<String>)]) {
    for (key, entry) in node.entries() {
        if key == "x-errorCategories" {
            for ((word, _), (_, codes)) in ERROR_CATEGORIES.iter().zip(&mut *found) {
                let named = entry.node.get(word).into_iter().flat_map(Node::items).filter_map(Node::as_str);
                codes.extend(named.map(str::to_owned));
                codes.sort();
                codes.dedup();
            }
        } else {
            collect(&entry.node, found);
        }
    }
    node.items().for_each(|item| collect(item, found));
}
