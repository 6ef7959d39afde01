//! `allOf`: one schema of all its parts.

use super::{Lowered, Naming, anything};
use crate::load::{Additional, Placed, Schema, Sub};
use crate::lower::Lower;

impl<'a> Lower<'a, '_> {
    pub(super) fn all_of(&mut self, schema: &Schema<'a>, naming: &Naming, component: Option<&'a str>) -> Lowered<'a> {
        // One reference with words around it is that reference.
        if let [only] = schema.all_of.as_slice()
            && schema.properties.0.is_empty()
            && schema.required.is_empty()
            && (component.is_none() || only.reference().is_some())
        {
            let mut lowered = match schema.title {
                Some(title) if only.reference().is_none() => {
                    let mut part = only.read();
                    part.title.get_or_insert(title);
                    self.item(part, naming, None)
                }
                _ => self.schema(only, naming),
            };
            lowered.words_of_type &= schema.description.is_none();
            return lowered;
        }
        let mut merged = Schema {
            ty: schema.ty,
            title: schema.title,
            description: schema.description,
            sensitive: schema.sensitive,
            json: schema.json.clone(),
            enum_descriptions: schema.enum_descriptions,
            ..Schema::any(schema.at.at)
        };
        let mut visited = Vec::new();
        for part in &schema.all_of {
            self.merge(&mut merged, part, &mut visited);
        }
        let own = Schema { all_of: Vec::new(), ..schema.clone() };
        self.absorb(&mut merged, &own);
        merged.nullable = merged.nullable.or(schema.nullable);
        self.item(merged, naming, component)
    }

    fn merge(&mut self, merged: &mut Schema<'a>, part: &Sub<'a>, visited: &mut Vec<&'a str>) {
        if let Some(reference) = part.reference() {
            self.ledger.take(reference.at);
            // A part that comes twice adds nothing the second time.
            if visited.contains(&reference.value) {
                return;
            }
            visited.push(reference.value);
            match self.loaded.component("schemas", reference.value) {
                Some(entry) => self.merge_read(merged, Sub::of(entry), true, visited),
                None => self.unsupported(
                    "foreign-ref",
                    format!("there is no schema `{}`", reference.value),
                    reference.at,
                    "its part is left out",
                ),
            }
            return;
        }
        self.merge_read(merged, part.clone(), false, visited);
    }

    fn merge_read(&mut self, merged: &mut Schema<'a>, part: Sub<'a>, referenced: bool, visited: &mut Vec<&'a str>) {
        if part.reference().is_some() {
            return self.merge(merged, &part, visited);
        }
        let mut part = part.read();
        for inner in std::mem::take(&mut part.all_of) {
            self.merge(merged, &inner, visited);
        }
        if referenced && part.discriminator.is_some() {
            // The base of a hierarchy lists its children, this one among them: here only its fields count.
            part.one_of.clear();
            part.any_of.clear();
        }
        if merged.description.is_none() {
            merged.description = part.description;
        }
        if !referenced {
            merged.sensitive = merged.sensitive.or(part.sensitive);
            merged.json = merged.json.take().or_else(|| part.json.clone());
            merged.enum_descriptions = merged.enum_descriptions.or(part.enum_descriptions);
        }
        if merged.nullable.is_none_or(|nullable| !nullable.value) {
            merged.nullable = part.nullable.or(merged.nullable);
        }
        self.absorb(merged, &part);
    }

    /// Adds the keywords of one part to what was merged so far.
    fn absorb(&mut self, merged: &mut Schema<'a>, part: &Schema<'a>) {
        if let (Some(a), Some(b)) = (&merged.ty, &part.ty)
            && a != b
        {
            self.unsupported(
                "all-of-types",
                format!("`allOf` joins the types `{}` and `{}`", a.value.name(), b.value.name()),
                b.at,
                "the last one counts",
            );
        }
        macro_rules! latest {
            ($($field:ident),*) => { $( if part.$field.is_some() { merged.$field.clone_from(&part.$field); } )* };
        }
        latest!(ty, pattern, multiple_of, exclusive_minimum, exclusive_maximum, minimum, maximum, min_properties);
        latest!(max_properties, items, min_items, max_items, unique_items, format, min_length, max_length, not);
        match (&merged.additional, &part.additional) {
            // `false` would forbid the other parts' own fields.
            (_, None | Some(Placed { value: Additional::Allowed(false), .. })) => {}
            _ => merged.additional.clone_from(&part.additional),
        }
        if !part.enumeration.is_empty() {
            merged.enumeration.clone_from(&part.enumeration);
        }
        for (name, property) in &part.properties.0 {
            if let Some(earlier) = merged.properties.0.get(name) {
                // A later part that only adds words must not take the type away.
                if earlier == property || is_bare(property) {
                    continue;
                }
            }
            merged.properties.0.insert(name, property.clone());
        }
        for name in &part.required {
            if !merged.required.contains(name) {
                merged.required.push(*name);
            }
        }
        for (into, from) in [(&mut merged.one_of, &part.one_of), (&mut merged.any_of, &part.any_of)] {
            if into.is_empty() {
                into.clone_from(from);
            } else if !from.is_empty() && into != from {
                // Two independent choices: neither is typed, the fields of both are kept as JSON.
                merged.additional = Some(anything(part.at.at));
            }
        }
    }
}

/// Whether a property says nothing about its type.
fn is_bare(property: &Sub<'_>) -> bool {
    let schema = property.read();
    schema.is_bare()
}
