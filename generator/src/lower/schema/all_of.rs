//! `allOf`: one schema of all its parts.

use openapiv3::{AdditionalProperties, AnySchema, ReferenceOr, Schema, SchemaData};

use super::{At, DEPTH, Lowered};
use crate::lower::Lower;
use crate::lower::view::view;

impl Lower<'_> {
    pub(super) fn all_of(&mut self, view: &AnySchema, data: &SchemaData, at: &At, component: Option<&str>) -> Lowered {
        // One reference with words around it is that reference.
        if let ([only], true) = (view.all_of.as_slice(), view.properties.is_empty() && view.required.is_empty())
            && (component.is_none() || matches!(only, ReferenceOr::Reference { .. }))
        {
            let inside = At { pointer: format!("{}/allOf/0", at.pointer), depth: at.depth + 1, ..at.clone() };
            if let (ReferenceOr::Item(schema), Some(_)) = (only, &data.title) {
                let mut schema = schema.clone();
                schema.schema_data.title.get_or_insert_with(|| data.title.clone().unwrap_or_default());
                return self.item(&schema, &inside, None);
            }
            return self.schema(only, &inside);
        }
        let mut merged = AnySchema { all_of: Vec::new(), typ: view.typ.clone(), ..AnySchema::default() };
        let mut merged_data =
            SchemaData { title: data.title.clone(), description: data.description.clone(), ..SchemaData::default() };
        merged_data.extensions.clone_from(&data.extensions);
        let mut visited = Vec::new();
        for part in &view.all_of {
            self.merge(&mut merged, &mut merged_data, part, at, &mut visited, 0);
        }
        let own = AnySchema { all_of: Vec::new(), ..view.clone() };
        self.absorb(&mut merged, &own, at);
        merged_data.nullable |= data.nullable;
        let schema = Schema { schema_data: merged_data, schema_kind: openapiv3::SchemaKind::Any(merged) };
        self.item(&schema, &At { depth: at.depth + 1, ..at.clone() }, component)
    }

    fn merge(
        &mut self,
        merged: &mut AnySchema,
        data: &mut SchemaData,
        part: &ReferenceOr<Schema>,
        at: &At,
        visited: &mut Vec<String>,
        depth: usize,
    ) {
        let api = self.api;
        let (schema, referenced) = match part {
            ReferenceOr::Item(schema) => (schema, false),
            ReferenceOr::Reference { reference } => {
                let name = self.component_name(reference).unwrap_or_default();
                let target = api.components.as_ref().and_then(|c| c.schemas.get(&name));
                // A part that comes twice adds nothing the second time.
                if visited.contains(&name) || depth > DEPTH {
                    return;
                }
                visited.push(name.clone());
                match target {
                    Some(ReferenceOr::Item(schema)) => (schema, true),
                    Some(reference) => return self.merge(merged, data, reference, at, visited, depth + 1),
                    None => {
                        self.unsupported(
                            "foreign-ref",
                            format!("there is no schema `{name}`"),
                            &at.pointer,
                            "its part is left out",
                        );
                        return;
                    }
                }
            }
        };
        let mut part = view(schema);
        for inner in std::mem::take(&mut part.all_of) {
            self.merge(merged, data, &inner, at, visited, depth + 1);
        }
        if referenced && schema.schema_data.discriminator.is_some() {
            // The base of a hierarchy lists its children, this one among them: here only its fields count.
            part.one_of.clear();
            part.any_of.clear();
        }
        if data.description.is_none() {
            data.description.clone_from(&schema.schema_data.description);
        }
        if !referenced {
            for (key, value) in &schema.schema_data.extensions {
                data.extensions.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        data.nullable |= schema.schema_data.nullable;
        self.absorb(merged, &part, at);
    }

    /// Adds the keywords of one part to what was merged so far.
    fn absorb(&mut self, merged: &mut AnySchema, part: &AnySchema, at: &At) {
        if let (Some(a), Some(b)) = (&merged.typ, &part.typ)
            && a != b
        {
            self.unsupported(
                "all-of-types",
                format!("`allOf` joins the types `{a}` and `{b}`"),
                &at.pointer,
                "the last one counts",
            );
        }
        macro_rules! latest {
            ($($field:ident),*) => { $( if part.$field.is_some() { merged.$field.clone_from(&part.$field); } )* };
        }
        latest!(
            typ,
            pattern,
            multiple_of,
            exclusive_minimum,
            exclusive_maximum,
            minimum,
            maximum,
            min_properties,
            max_properties
        );
        latest!(items, min_items, max_items, unique_items, format, min_length, max_length, not);
        match (&merged.additional_properties, &part.additional_properties) {
            // `false` would forbid the other parts' own fields.
            (_, None | Some(AdditionalProperties::Any(false))) => {}
            _ => merged.additional_properties.clone_from(&part.additional_properties),
        }
        if !part.enumeration.is_empty() {
            merged.enumeration.clone_from(&part.enumeration);
        }
        for (name, property) in &part.properties {
            if let Some(earlier) = merged.properties.get(name) {
                // A later part that only adds words must not take the type away.
                if earlier == property || is_bare(property) {
                    continue;
                }
            }
            merged.properties.insert(name.clone(), property.clone());
        }
        for name in &part.required {
            if !merged.required.contains(name) {
                merged.required.push(name.clone());
            }
        }
        for (into, from) in [(&mut merged.one_of, &part.one_of), (&mut merged.any_of, &part.any_of)] {
            if into.is_empty() {
                into.clone_from(from);
            } else if !from.is_empty() && into != from {
                // Two independent choices: neither is typed, the fields of both are kept as JSON.
                merged.additional_properties = Some(AdditionalProperties::Any(true));
            }
        }
    }
}

/// Whether a property says nothing about its type.
fn is_bare(property: &ReferenceOr<Box<Schema>>) -> bool {
    match property {
        ReferenceOr::Reference { .. } => false,
        ReferenceOr::Item(schema) => view(schema) == AnySchema::default(),
    }
}
