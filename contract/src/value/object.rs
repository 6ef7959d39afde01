//! Generates objects and lists.

use serde_json::{Map, Value};

use super::flat::Flat;
use super::{Amount, Contradiction, Ctx, DEEP, Distinct, Generator, OFTEN};
use crate::document::SchemaRef;

/// Maximum length of a list of enum values.
const MOST_LISTED: usize = 40;

/// Maximum number of elements or properties that are generated.
const MOST_PARTS: usize = 20_000;

impl<'d> Generator<'d> {
    pub(super) fn object(
        &mut self,
        flat: &Flat<'d>,
        first: &SchemaRef,
        depth: usize,
        ctx: &Ctx,
    ) -> Result<Value, Contradiction> {
        let fail = |reason: String| Contradiction { schema: first.clone(), reason };
        let inner = Ctx { plain: ctx.plain.saturating_sub(1), ..*ctx };
        let wanted = self.wanted("properties", flat, first, depth, ctx);
        let required = flat.required();
        let (fewest, most) = (flat.at_least("minProperties"), flat.at_most("maxProperties").unwrap_or(usize::MAX));
        if fewest > MOST_PARTS {
            return Err(fail(format!("{fewest} properties are too many to generate")));
        }
        let stated = fewest;
        let fewest = if ctx.plain > 0 { fewest.max(1) } else { fewest };
        let mut entries = Map::new();
        for (name, tag) in &flat.tags {
            if self.may_be(flat, name, tag, ctx) {
                entries.insert(name.clone(), tag.clone());
            }
        }
        let declared = flat.names();
        for name in &required {
            if entries.contains_key(*name) {
                continue;
            }
            let goal = self.property(flat, name).ok_or_else(|| fail(format!("`{name}` is required and forbidden")))?;
            entries.insert((*name).to_owned(), self.part(&goal, depth + 1, &inner)?);
        }
        let mut left: Vec<&str> = declared.into_iter().filter(|name| !entries.contains_key(*name)).collect();
        if ctx.attempt > 0 {
            self.rng.shuffle(&mut left);
        }
        for name in left {
            let needed = entries.len() < fewest;
            if entries.len() >= most || !(needed || self.is_wanted(wanted, depth, ctx)) {
                continue;
            }
            let Some(goal) = self.property(flat, name) else { continue };
            let ends = goal.iter().all(|schema| self.height(schema, ctx.direction).is_some());
            if !ends || self.is_left_out(&goal, ctx) {
                continue;
            }
            match self.part(&goal, depth + 1, &inner) {
                Ok(value) => drop(entries.insert(name.to_owned(), value)),
                Err(contradiction) => self.contradictions.push(contradiction),
            }
        }
        let is_map = flat.is_open() || flat.all("patternProperties").next().is_some();
        self.further(flat, &mut entries, (if is_map { fewest } else { stated }, most), wanted, depth, ctx)?;
        if stated > entries.len() {
            return Err(fail(format!(
                "at least {fewest} properties are required, but only {} are possible",
                entries.len()
            )));
        }
        if entries.len() > most {
            return Err(fail(format!("at most {most} properties are allowed, but more are required")));
        }
        // In the document's order, where it has one.
        Ok(Value::Object(entries))
    }

    /// The amount of optional parts of an object or a list. The description at one place (by `keyword`) is only used a
    /// few times.
    fn wanted(&mut self, keyword: &str, flat: &Flat<'d>, first: &SchemaRef, depth: usize, ctx: &Ctx) -> Amount {
        let key = flat.nodes.iter().find(|(_, node)| node.contains_key(keyword)).map_or(first, |(at, _)| at);
        let times = self.written.entry(key.clone()).or_default();
        *times += 1;
        if *times > OFTEN || depth >= DEEP || self.is_full() { Amount::Least } else { ctx.amount }
    }

    fn is_wanted(&mut self, wanted: Amount, depth: usize, ctx: &Ctx) -> bool {
        match wanted {
            Amount::Least => false,
            // An optional part may be the invalid one.
            Amount::Most => ctx.attempt == 0 || self.rng.u8(0..4) > 0,
            Amount::Random => self.rng.usize(0..depth + 2) == 0 || self.rng.u8(0..3) == 0,
        }
    }

    fn property(&mut self, flat: &Flat<'d>, name: &str) -> Option<Vec<SchemaRef>> {
        flat.property(name, &mut |pattern, name| self.matches(pattern, name))
    }

    /// Whether the constraints on its property allow a tag.
    fn may_be(&mut self, flat: &Flat<'d>, name: &str, tag: &Value, ctx: &Ctx) -> bool {
        let Some(goal) = self.property(flat, name) else { return false };
        goal.iter().all(|schema| self.document.is_valid(schema, ctx.direction, tag))
    }

    /// Adds properties without names in the schema: by pattern, and additional ones.
    fn further(
        &mut self,
        flat: &Flat<'d>,
        entries: &mut Map<String, Value>,
        (fewest, most): (usize, usize),
        wanted: Amount,
        depth: usize,
        ctx: &Ctx,
    ) -> Result<(), Contradiction> {
        let inner = Ctx { plain: ctx.plain.saturating_sub(1), ..*ctx };
        let patterns: Vec<String> =
            flat.all("patternProperties").filter_map(Value::as_object).flat_map(Map::keys).cloned().collect();
        let mut count = match wanted {
            Amount::Least => 0,
            Amount::Most => patterns.len() + 2 * usize::from(flat.is_open()),
            Amount::Random => self.rng.usize(0..=patterns.len() + 2 * usize::from(flat.is_open())),
        };
        count = count.max(fewest.saturating_sub(entries.len())).min(most.saturating_sub(entries.len()));
        let length = super::pattern::Length { least: 1, most: 30 };
        for index in 0..count + 8 {
            if count == 0 {
                break;
            }
            let pattern = patterns.get(index).and_then(|pattern| super::pattern::Pattern::new(pattern));
            let name = match pattern {
                Some(pattern) => pattern.text(length, &mut self.rng, &|it| it.is_ascii_alphanumeric(), false),
                None => self.further_name(flat, index, ctx),
            };
            if entries.contains_key(&name) {
                continue;
            }
            let Some(goal) = self.property(flat, &name) else { continue };
            if goal.iter().any(|schema| self.height(schema, ctx.direction).is_none()) {
                continue;
            }
            match self.part(&goal, depth + 1, &inner) {
                Ok(value) => drop(entries.insert(name, value)),
                Err(contradiction) if entries.len() < fewest => return Err(contradiction),
                Err(contradiction) => {
                    self.contradictions.push(contradiction);
                    break;
                }
            }
            count -= 1;
        }
        Ok(())
    }

    /// A name for an additional property.
    fn further_name(&mut self, flat: &Flat<'d>, index: usize, ctx: &Ctx) -> String {
        let names: Vec<SchemaRef> = flat
            .nodes
            .iter()
            .filter(|(_, node)| node.contains_key("propertyNames"))
            .map(|(at, _)| at.child("propertyNames"))
            .collect();
        if !names.is_empty()
            && let Ok(Value::String(name)) = self.make(&names, DEEP, &Ctx { amount: Amount::Random, plain: 1, ..*ctx })
        {
            return name;
        }
        // Styles do not escape names.
        if ctx.plain > 0 || index.is_multiple_of(2) { format!("extra{index}") } else { format!("extra {index}/é.\"") }
    }

    pub(super) fn array(
        &mut self,
        flat: &Flat<'d>,
        first: &SchemaRef,
        depth: usize,
        ctx: &Ctx,
    ) -> Result<Value, Contradiction> {
        let fail = |reason: String| Contradiction { schema: first.clone(), reason };
        let (fewest, most) = (flat.at_least("minItems"), flat.at_most("maxItems").unwrap_or(usize::MAX));
        let fewest = if ctx.plain > 0 && most > 0 { fewest.max(1) } else { fewest };
        if fewest > MOST_PARTS {
            return Err(fail(format!("{fewest} elements are too many to generate")));
        }
        if fewest > most {
            return Err(fail(format!("a list would need at least {fewest} and at most {most} elements")));
        }
        let element = flat.element(usize::MAX).unwrap_or_default();
        let ends = element.iter().all(|schema| self.height(schema, ctx.direction).is_some());
        let wanted = if ends { self.wanted("items", flat, first, depth, ctx) } else { Amount::Least };
        let prefix = flat.all("prefixItems").filter_map(Value::as_array).map(Vec::len).max().unwrap_or(0);
        let count = match wanted {
            Amount::Least => fewest,
            Amount::Most => {
                let listed = element.first().map_or(0, |schema| self.listed(schema, ctx));
                prefix.max(listed.clamp(2, MOST_LISTED)).clamp(fewest, most)
            }
            Amount::Random => self.rng.usize(fewest..=most.min(fewest.saturating_add(3))),
        };
        let unique = flat.all("uniqueItems").any(|it| it == true);
        let inner = Ctx { plain: ctx.plain.saturating_sub(1), ..*ctx };
        let mut items = Vec::new();
        let mut distinct = Distinct::default();
        let mut misses = 0;
        while items.len() < count {
            let Some(goal) = flat.element(items.len()) else { break };
            let inner = if misses > 0 { Ctx { amount: Amount::Random, attempt: 1, ..inner } } else { inner };
            let item = match self.part(&goal, depth + 1, &inner) {
                Ok(item) => item,
                Err(contradiction) if items.len() < fewest => return Err(contradiction),
                Err(contradiction) => {
                    self.contradictions.push(contradiction);
                    break;
                }
            };
            if distinct.add(&item) || !unique {
                items.push(item);
                continue;
            }
            misses += 1;
            if misses > 60 {
                break;
            }
        }
        if items.len() < fewest {
            return Err(fail(format!(
                "{fewest} elements are required, but no more than {} valid ones were found",
                items.len()
            )));
        }
        Ok(Value::Array(items))
    }

    /// Number of values listed in a schema, if any.
    fn listed(&self, schema: &SchemaRef, ctx: &Ctx) -> usize {
        let followed = self.document.followed(schema, ctx.direction);
        let node = self.document.schema(&followed, ctx.direction);
        node.and_then(|node| node.get("enum")).and_then(Value::as_array).map_or(0, Vec::len)
    }
}
