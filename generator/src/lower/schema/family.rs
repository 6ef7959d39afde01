//! Inheritance: a base with a discriminator, and the components derived from it by `allOf`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::union::{Choice, is_null};
use crate::accounting::Reason;
use crate::load::{Loaded, Node, Placed, Schema, Sub};
use crate::lower::Lower;

/// The components derived from each component by `allOf`.
pub fn children(loaded: &Loaded) -> HashMap<&str, Vec<&str>> {
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    for (name, _) in loaded.schemas() {
        let Some(entry) = loaded.component("schemas", name) else { continue };
        let mut open: Vec<&Node> = parts(&entry.node).collect();
        while let Some(part) = open.pop() {
            match (Sub::Written { node: part, at: &part.location }).reference() {
                Some(base) => children.entry(base.value).or_default().push(name),
                None => open.extend(parts(part)),
            }
        }
    }
    children
}

fn parts(node: &Node) -> impl Iterator<Item = &Node> {
    node.get("allOf").into_iter().flat_map(Node::items)
}

/// Whether a schema or one of its inline parts has a discriminator.
fn has_discriminator(node: &Node) -> bool {
    node.get("discriminator").is_some() || parts(node).filter(|part| part.get("$ref").is_none()).any(has_discriminator)
}

impl<'a> Lower<'a, '_> {
    /// All components derived from this one, nearest first. Those of a nested family are left to that family.
    pub(super) fn descendants(&self, base: &str) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        let mut found: Vec<&'a str> = Vec::new();
        let mut open = self.children.get(base).cloned().unwrap_or_default();
        while !open.is_empty() {
            open.retain(|name| *name != base && seen.insert(*name));
            found.extend(&open);
            let next = open.iter().filter(|name| !self.is_family(name)).filter_map(|name| self.children.get(name));
            open = next.flatten().copied().collect();
        }
        found
    }

    /// Whether a component is represented by those derived from it.
    pub(super) fn is_family(&self, name: &str) -> bool {
        let Some(entry) = self.loaded.component("schemas", name) else { return false };
        has_discriminator(&entry.node) && self.children.contains_key(name)
    }

    /// Whether a component has another one among its alternatives.
    pub(super) fn lists(&self, name: &str, alternative: &str) -> bool {
        let Some(entry) = self.loaded.component("schemas", name) else { return false };
        let lists = ["oneOf", "anyOf"].into_iter().filter_map(|key| entry.node.get(key));
        lists.flat_map(Node::items).any(|one| {
            let reference = Sub::Written { node: one, at: &one.location }.reference();
            reference.is_some_and(|reference| reference.value == alternative)
        })
    }

    /// The alternatives of a base: the components derived from it or named by its mapping, and itself, if it is a value
    /// of its own. `None` if there are no others.
    pub(super) fn family(&mut self, schema: &Schema<'a>, component: &'a str) -> Option<Vec<Choice<'a>>> {
        let discriminator = schema.discriminator.as_ref()?;
        let mut members = self.descendants(component);
        let mapping = discriminator.value.mapping.iter().map(|(_, component)| component.value);
        let mapped: Vec<&'a str> = mapping.filter(|name| self.loaded.component("schemas", name).is_some()).collect();
        if members.is_empty() && !mapped.is_empty() {
            self.fields_of_base(schema, discriminator.value.property.value);
        }
        members.extend(mapped.iter().copied());
        let mut seen = HashSet::from([component]);
        members.retain(|name| seen.insert(name));
        if members.is_empty() {
            return None;
        }
        let member = |name: &'a str| {
            let reference = Some(Placed { value: name, at: discriminator.at });
            let schema = Schema { reference, ..Schema::any(discriminator.at) };
            Choice { schema: Sub::Merged(Arc::new(schema)), component: Some(name), name: None }
        };
        let mut choices: Vec<Choice<'a>> = members.into_iter().map(member).collect();
        if discriminator.value.mapping.is_empty() || mapped.contains(&component) {
            let own = Schema { discriminator: None, title: None, description: None, example: None, ..schema.clone() };
            let name = Some("base".to_owned());
            choices.push(Choice { schema: Sub::Merged(Arc::new(own)), component: Some(component), name });
        }
        Some(choices)
    }

    /// Accounts for the fields of a base without derived components: those named by its mapping have their own fields.
    fn fields_of_base(&mut self, schema: &Schema<'a>, tag: &str) {
        for (name, property) in &schema.properties.0 {
            if *name == tag {
                self.ledger.ignore(property.at(), Reason::Base);
                if let Sub::Written { node, .. } = property {
                    self.ledger.ignore_within(node, Reason::Base);
                }
                continue;
            }
            let message =
                format!("the types in the mapping are not derived from this one, and do not have its `{name}`");
            self.unsupported("base-field", message, property.at(), "the field is left out of these types");
        }
        for name in &schema.required {
            self.ledger.ignore(name.at, Reason::Base);
        }
    }

    /// A schema with alternatives and fields, or with several lists of alternatives: combines each alternative with
    /// those fields, and with each of the other lists. `None` if there are too many.
    pub(super) fn spread(&mut self, schema: &Schema<'a>, component: Option<&'a str>) -> Option<Vec<Choice<'a>>> {
        /// More combinations would be unreadable.
        const MOST: usize = 32;
        let lists = [&schema.one_of, &schema.any_of].into_iter().chain(&schema.further_unions);
        let lists: Vec<&Vec<Sub<'a>>> = lists.filter(|list| !list.is_empty()).collect();
        let beside = !schema.properties.0.is_empty();
        if let ([only], false) = (lists.as_slice(), beside) {
            return Some(only.iter().map(Choice::plain).collect());
        }
        if lists.len() > 1 && lists.iter().map(|list| list.len()).product::<usize>() > MOST {
            return None;
        }
        let own = Schema {
            title: None,
            description: None,
            further_descriptions: Vec::new(),
            example: None,
            default: None,
            nullable: None,
            deprecated: None,
            read_only: None,
            write_only: None,
            one_of: Vec::new(),
            any_of: Vec::new(),
            further_unions: Vec::new(),
            discriminator: None,
            not: None,
            unknown: Vec::new(),
            ..schema.clone()
        };
        let made_of_this = component.map(|component| self.descendants(component)).unwrap_or_default();
        let mut combinations: Vec<Vec<&Sub<'a>>> = vec![Vec::new()];
        for list in &lists {
            let longer = combinations
                .iter()
                .flat_map(|before| list.iter().map(move |one| before.iter().copied().chain([one]).collect::<Vec<_>>()));
            combinations = longer.collect();
        }
        let choices = combinations.into_iter().map(|combination| {
            let parts: Vec<Choice<'a>> = combination.iter().map(|one| Choice::plain(one)).collect();
            let components: Vec<&'a str> = parts.iter().filter_map(|part| part.component).collect();
            if let [alternative] = combination.as_slice()
                && (is_null(&self.peek(alternative)) || components.iter().any(|name| made_of_this.contains(name)))
            {
                return Choice::plain(alternative);
            }
            let names = parts.iter().map(|part| part.component.map(str::to_owned).or_else(|| part.name.clone()));
            let name = names.collect::<Option<Vec<_>>>().map(|names| names.join(" "));
            let mut all_of: Vec<Sub<'a>> = Vec::new();
            if own != Schema::any(own.at.at) {
                all_of.push(Sub::Merged(Arc::new(own.clone())));
            }
            all_of.extend(combination.iter().copied().cloned());
            let at = combination.first().map_or(schema.at.at, |one| one.at());
            let schema = Sub::Merged(Arc::new(Schema { all_of, ..Schema::any(at) }));
            Choice { schema, component: components.first().copied(), name }
        });
        Some(choices.collect())
    }
}
