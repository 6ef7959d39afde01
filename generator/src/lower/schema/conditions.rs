//! Fields that are described only in conditions: they become optional fields of the type, and the condition is checked.

use indexmap::IndexMap;

use crate::load::{Schema, Sub};
use crate::lower::Lower;
use crate::stack::recurse;

/// The fields described in branches of conditions, each with its schemas.
type Described<'a> = IndexMap<&'a str, Vec<Sub<'a>>>;

impl<'a> Lower<'a, '_> {
    /// Adds the fields described in `if`, `then`, `else` and `dependentSchemas` to those of a schema.
    pub(in crate::lower) fn conditional(&mut self, schema: &mut Schema<'a>) {
        let mut described = Described::new();
        for branch in branches(schema) {
            self.branch(&branch, &mut described);
        }
        for (name, mut subs) in described {
            if schema.properties.0.contains_key(name) {
                continue;
            }
            let property = match subs.len() {
                1 => subs.swap_remove(0),
                _ => super::either(subs, schema.at.at),
            };
            schema.properties.0.insert(name, property);
            schema.conditional.push(name);
        }
    }

    fn branch(&mut self, branch: &Sub<'a>, described: &mut Described<'a>) {
        let whole = Schema { all_of: vec![branch.clone()], ..Schema::any(branch.at()) };
        let flat = recurse(|| self.flatten(&whole, None));
        for (name, property) in &flat.properties.0 {
            let known = described.entry(name).or_default();
            if !known.contains(property) {
                known.push(property.clone());
            }
        }
        for part in flat.one_of.iter().chain(&flat.any_of).cloned().chain(branches(&flat)) {
            recurse(|| self.branch(&part, described));
        }
    }
}

/// The schemas that apply conditionally.
fn branches<'a>(schema: &Schema<'a>) -> Vec<Sub<'a>> {
    let conditions = schema.conditions.iter().filter(|condition| condition.test.is_some());
    let parts = conditions.flat_map(|condition| [&condition.test, &condition.then, &condition.otherwise]);
    let parts = parts.flatten().map(|part| part.value.clone());
    parts.chain(schema.dependent_schemas.0.values().cloned()).collect()
}
