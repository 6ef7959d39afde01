//! The combined constraints on one value: `$ref`s, `allOf` and the chosen alternatives of unions, side by side.

use std::collections::{BTreeSet, HashSet, VecDeque};

use serde_json::{Map, Value};

use super::{Amount, Contradiction, Ctx, DEEP, Generator};
use crate::document::{SchemaRef, mark, pointer};

/// A schema's keywords.
type Node<'d> = &'d Map<String, Value>;

/// The schemas that a value must satisfy together, without unions: one alternative of each is included.
#[derive(Default)]
pub(super) struct Flat<'d> {
    pub nodes: Vec<(SchemaRef, Node<'d>)>,
    /// Properties whose values a discriminator determines.
    pub tags: Vec<(String, Value)>,
    /// An unsatisfiable schema.
    pub never: Option<SchemaRef>,
}

/// A schema to be added to a [`Flat`].
struct Item {
    schema: SchemaRef,
    /// The component whose `allOf` includes it.
    origin: Option<SchemaRef>,
}

/// An undecided union.
struct Pending<'d> {
    union: SchemaRef,
    /// The schema that contains it.
    owner: SchemaRef,
    alternatives: Vec<SchemaRef>,
    discriminator: Option<&'d Value>,
}

impl<'d> Generator<'d> {
    /// Combines the schemas of a value, and decides its unions.
    pub(super) fn flatten(&mut self, goal: &[SchemaRef], depth: usize, ctx: &Ctx) -> Result<Flat<'d>, Contradiction> {
        let mut flat = Flat::default();
        let mut seen = HashSet::new();
        let mut pending = VecDeque::new();
        let mut queue: VecDeque<Item> = goal.iter().map(|it| Item { schema: it.clone(), origin: None }).collect();
        loop {
            while let Some(item) = queue.pop_front() {
                if seen.insert(item.schema.clone()) {
                    self.take_in(item, &mut flat, &mut queue, &mut pending, ctx);
                }
            }
            let Some(union) = pending.pop_front() else { break };
            if let Some(chosen) = self.decide(&union, &flat, &seen, depth, ctx)? {
                if let Some(discriminator) = union.discriminator
                    && !self.is_mismatch(discriminator, &union.alternatives, ctx)
                {
                    self.tag(discriminator, &chosen, &mut flat, ctx);
                }
                queue.push_back(Item { schema: chosen, origin: None });
            }
        }
        Ok(flat)
    }

    fn take_in(
        &mut self,
        item: Item,
        flat: &mut Flat<'d>,
        queue: &mut VecDeque<Item>,
        pending: &mut VecDeque<Pending<'d>>,
        ctx: &Ctx,
    ) {
        let document = self.document;
        let Item { schema, origin } = item;
        let node = match document.schema(&schema, ctx.direction) {
            Some(Value::Object(node)) => node,
            Some(Value::Bool(false)) => {
                flat.never = Some(schema);
                return;
            }
            _ => return,
        };
        flat.nodes.push((schema.clone(), node));
        if let Some(target) = node.get("$ref").and_then(Value::as_str).and_then(pointer) {
            queue.push_back(Item { schema: target, origin: origin.clone() });
        }
        let inner = origin.clone().or_else(|| schema.component().map(|_| schema.clone()));
        for index in 0..list(node, "allOf").len() {
            let part = schema.child("allOf").child(&index.to_string());
            queue.push_back(Item { schema: part, origin: inner.clone() });
        }
        let discriminator = node.get("discriminator");
        let mut is_union = false;
        for key in ["oneOf", "anyOf"] {
            let count = list(node, key).len();
            if count > 0 {
                is_union = true;
                let union = schema.child(key);
                let alternatives = (0..count).map(|index| union.child(&index.to_string())).collect();
                pending.push_back(Pending { union, owner: schema.clone(), alternatives, discriminator });
            }
        }
        if node.contains_key("if") {
            self.condition(&schema, node, queue, ctx);
        }
        if ctx.amount != Amount::Least || ctx.attempt > 0 {
            let dependent = node.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let dependent = dependent.map(|name| schema.child("dependentSchemas").child(name));
            queue.extend(dependent.map(|schema| Item { schema, origin: None }));
        }
        let Some(discriminator) = discriminator.filter(|_| !is_union) else { return };
        match origin {
            Some(child) if child != schema => self.tag(discriminator, &child, flat, ctx),
            _ => {
                let alternatives = self.document.descendants(&schema, discriminator);
                if alternatives.is_empty() {
                    self.tag(discriminator, &schema, flat, ctx);
                } else {
                    let union = schema.child("discriminator");
                    let discriminator = Some(discriminator);
                    pending.push_back(Pending { union, owner: schema, alternatives, discriminator });
                }
            }
        }
    }

    /// Chooses a branch of a condition: the condition with its consequence, or the other consequence.
    fn condition(&mut self, schema: &SchemaRef, node: Node<'d>, queue: &mut VecDeque<Item>, ctx: &Ctx) {
        let key = schema.child("if");
        let met = match ctx.amount {
            Amount::Least if ctx.attempt == 0 => false,
            _ => self.pick(&key, 2, &[0, 1], ctx) == 0,
        };
        let ways: &[&str] = if met { &["if", "then"] } else { &["else"] };
        let ways = ways.iter().filter(|way| node.contains_key(**way)).map(|way| schema.child(way));
        queue.extend(ways.map(|schema| Item { schema, origin: None }));
    }

    /// Whether a discriminator is a property of no alternative, while another property distinguishes all of them: each
    /// must have it, with different values. Then it is a typo, and no value has such a property.
    fn is_mismatch(&self, discriminator: &Value, alternatives: &[SchemaRef], ctx: &Ctx) -> bool {
        let Some(name) = discriminator.get("propertyName").and_then(Value::as_str) else { return false };
        let all: Vec<Vec<Node<'d>>> = alternatives
            .iter()
            .map(|schema| {
                let mut nodes = Vec::new();
                self.nodes_of(schema, ctx, &mut HashSet::new(), &mut nodes);
                nodes
            })
            .collect();
        let property = |nodes: &[Node<'d>], name: &str| {
            let of = |node: &Node<'d>| node.get("properties").and_then(|properties| properties.get(name));
            nodes.iter().find_map(of)
        };
        let constants = |nodes: &[Node<'d>], name: &str| -> Option<Vec<Value>> {
            let is_required = nodes.iter().any(|node| list(node, "required").iter().any(|it| it == name));
            let schema = property(nodes, name).filter(|_| is_required)?;
            let listed = schema.get("enum").and_then(Value::as_array).cloned();
            schema.get("const").map(|one| vec![one.clone()]).or(listed)
        };
        if all.iter().any(|nodes| nodes.is_empty() || property(nodes, name).is_some()) {
            return false;
        }
        let first = all.first().into_iter().flatten().filter_map(|node| node.get("properties")?.as_object());
        { first }.flat_map(Map::keys).any(|candidate| {
            let values: Option<Vec<Vec<Value>>> = all.iter().map(|nodes| constants(nodes, candidate)).collect();
            let values: Vec<Value> = values.into_iter().flatten().flatten().collect();
            let apart = (1..values.len()).all(|at| !values[..at].contains(&values[at]));
            apart && !values.is_empty()
        })
    }

    /// Adds a schema with its targets and parts. Its unions stay undecided.
    fn nodes_of(&self, schema: &SchemaRef, ctx: &Ctx, seen: &mut HashSet<SchemaRef>, nodes: &mut Vec<Node<'d>>) {
        let Some(Value::Object(node)) = self.document.schema(schema, ctx.direction) else { return };
        if !seen.insert(schema.clone()) {
            return;
        }
        nodes.push(node);
        let target = node.get("$ref").and_then(Value::as_str).and_then(pointer);
        let parts = (0..list(node, "allOf").len()).map(|index| schema.child("allOf").child(&index.to_string()));
        for part in target.into_iter().chain(parts) {
            self.nodes_of(&part, ctx, seen, nodes);
        }
    }

    /// Records the tag by which a discriminator identifies a schema.
    fn tag(&mut self, discriminator: &Value, schema: &SchemaRef, flat: &mut Flat<'d>, ctx: &Ctx) {
        let Some(name) = discriminator.get("propertyName").and_then(Value::as_str) else { return };
        let followed = self.document.followed(schema, ctx.direction);
        let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let leads = |target: &str| {
            let target = SchemaRef(target.to_owned());
            target == *schema || self.document.followed(&target, ctx.direction) == followed
        };
        let tags: Vec<&String> = mapping.filter(|(_, it)| it.as_str().is_some_and(leads)).map(|(tag, _)| tag).collect();
        let own = schema.component().or_else(|| followed.component());
        let tag = match tags.len() {
            0 => own,
            1 => tags.first().map(|tag| (*tag).clone()),
            count => {
                let key = followed.child("tags").child(name);
                let at = self.pick(&key, count, &(0..count).collect::<Vec<_>>(), ctx);
                tags.get(at).map(|tag| (*tag).clone())
            }
        };
        if let Some(tag) = tag {
            // Of nested unions the innermost determines the tag.
            flat.tags.retain(|(known, _)| known != name);
            flat.tags.push((name.to_owned(), tag.into()));
        }
    }

    /// The alternative to choose for a union. None if one is included already.
    fn decide(
        &mut self,
        union: &Pending<'d>,
        flat: &Flat<'d>,
        seen: &HashSet<SchemaRef>,
        depth: usize,
        ctx: &Ctx,
    ) -> Result<Option<SchemaRef>, Contradiction> {
        let followed = |it: &SchemaRef| self.document.followed(it, ctx.direction);
        let owner = followed(&union.owner);
        let other: Vec<usize> =
            (0..union.alternatives.len()).filter(|at| followed(&union.alternatives[*at]) != owner).collect();
        if other.iter().any(|at| seen.contains(&followed(&union.alternatives[*at]))) {
            return Ok(None);
        }
        let types = flat.types();
        let mut candidates = Vec::new();
        for at in other {
            let alternative = &union.alternatives[at];
            let fits = match self.document.schema(&followed(alternative), ctx.direction) {
                Some(Value::Object(node)) => own_types(node).is_none_or(|own| !meet(&own, types.as_ref()).is_empty()),
                Some(Value::Bool(flag)) => *flag,
                _ => true,
            };
            let null = |node: &Value| node.get("type").is_some_and(|it| it == "null");
            let is_null = self.document.schema(&followed(alternative), ctx.direction).is_some_and(null);
            if let Some(height) =
                self.height(alternative, ctx.direction).filter(|_| fits && !(is_null && ctx.plain > 0))
            {
                candidates.push((height, at));
            }
        }
        if candidates.is_empty() {
            let reason = "no alternative has a finite value that matches the other keywords";
            return Err(Contradiction { schema: union.union.clone(), reason: reason.to_owned() });
        }
        let least = ctx.amount == Amount::Least && ctx.attempt == 0;
        let chosen = if depth >= DEEP || least || self.is_full() {
            candidates.iter().min().map(|(_, at)| *at)
        } else {
            candidates.sort_by_key(|(_, at)| *at);
            let places: Vec<usize> = candidates.iter().map(|(_, at)| *at).collect();
            Some(self.pick(&union.union, union.alternatives.len(), &places, ctx))
        };
        Ok(chosen.and_then(|at| union.alternatives.get(at).cloned()))
    }
}

/// The constraints on unnamed properties. Those on unevaluated ones are left to the validator.
fn further<'d>(node: Node<'d>) -> Option<(&'static str, &'d Value)> {
    let composed =
        ["$ref", "allOf", "oneOf", "anyOf", "if", "dependentSchemas"].iter().any(|key| node.contains_key(*key));
    let own = || node.get("additionalProperties").map(|value| ("additionalProperties", value));
    own().or_else(|| {
        let value = node.get("unevaluatedProperties").filter(|_| !composed)?;
        Some(("unevaluatedProperties", value))
    })
}

impl<'d> Flat<'d> {
    /// The types that all schemas allow; None if they are unconstrained.
    pub fn types(&self) -> Option<BTreeSet<&'d str>> {
        let mut types = None;
        for (_, node) in &self.nodes {
            if let Some(own) = own_types(node) {
                types = Some(meet(&own, types.as_ref()));
            }
        }
        types
    }

    /// The allowed values, if they are listed.
    pub fn listed(&self) -> Option<Vec<&'d Value>> {
        let mut listed: Option<Vec<&'d Value>> = None;
        for (_, node) in &self.nodes {
            let constant = node.get("const").map(|value| vec![value]);
            let own = constant.or_else(|| Some(node.get("enum")?.as_array()?.iter().collect::<Vec<_>>()));
            if let Some(own) = own {
                listed = Some(match listed {
                    Some(listed) => listed.into_iter().filter(|value| own.contains(value)).collect(),
                    None => own,
                });
            }
        }
        listed
    }

    /// The named properties, in the document's order.
    pub fn names(&self) -> Vec<&'d str> {
        let mut names: Vec<&'d str> = Vec::new();
        let mut known = HashSet::new();
        for (_, node) in &self.nodes {
            for name in node.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                if known.insert(name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The required properties.
    pub fn required(&self) -> Vec<&'d str> {
        let mut names = Vec::new();
        for (_, node) in &self.nodes {
            let own = node.get("required").and_then(Value::as_array).into_iter().flatten();
            for name in own.filter_map(Value::as_str) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// All constraints on a property; None if it is forbidden.
    pub fn property(&self, name: &str, matches: &mut dyn FnMut(&str, &str) -> bool) -> Option<Vec<SchemaRef>> {
        let mut goal = Vec::new();
        for (schema, node) in &self.nodes {
            let mut known = false;
            if node.get("properties").is_some_and(|properties| properties.get(name).is_some()) {
                known = true;
                goal.push(schema.child("properties").child(name));
            }
            for pattern in node.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                if matches(pattern, name) {
                    known = true;
                    goal.push(schema.child("patternProperties").child(pattern));
                }
            }
            match further(node) {
                Some((_, Value::Bool(false))) if !known => return None,
                Some((key, Value::Object(_))) if !known => goal.push(schema.child(key)),
                _ => {}
            }
        }
        Some(goal)
    }

    /// Whether further properties are described: by a schema, or allowed explicitly.
    pub fn is_open(&self) -> bool {
        let described = |(_, node): &(SchemaRef, Node<'d>)| further(node).map(|(_, value)| value);
        let mut described = self.nodes.iter().filter_map(described).peekable();
        // An unconstrained object may have any.
        let free = || self.tags.is_empty() && self.all("properties").chain(self.all("required")).next().is_none();
        (described.peek().is_some() || free()) && described.all(|additional| *additional != Value::Bool(false))
    }

    /// All constraints on an element; None if it is forbidden at this index.
    pub fn element(&self, index: usize) -> Option<Vec<SchemaRef>> {
        let mut goal = Vec::new();
        for (schema, node) in &self.nodes {
            if index < list(node, "prefixItems").len() {
                goal.push(schema.child("prefixItems").child(&index.to_string()));
                continue;
            }
            let key = if node.contains_key("items") { "items" } else { "unevaluatedItems" };
            match node.get(key) {
                Some(Value::Bool(false)) => return None,
                Some(Value::Object(_)) => goal.push(schema.child(key)),
                _ => {}
            }
            let contained = node.get("minContains").and_then(Value::as_u64).unwrap_or(1);
            if (index as u64) < contained && node.get("contains").is_some() {
                goal.push(schema.child("contains"));
            }
        }
        Some(goal)
    }

    /// The values of a keyword.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &'d Value> {
        self.nodes.iter().filter_map(move |(_, node)| node.get(key))
    }

    /// The tightest lower limit of a count.
    pub fn at_least(&self, key: &str) -> usize {
        self.all(key).filter_map(Value::as_u64).max().map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The tightest upper limit of a count.
    pub fn at_most(&self, key: &str) -> Option<usize> {
        let count = self.all(key).filter_map(Value::as_u64).min()?;
        Some(usize::try_from(count).unwrap_or(usize::MAX))
    }
}

impl Generator<'_> {
    /// Whether a property belongs to the other direction only.
    pub(super) fn is_left_out(&self, goal: &[SchemaRef], ctx: &Ctx) -> bool {
        let flag = mark(ctx.direction);
        let mut queue: Vec<SchemaRef> = goal.to_vec();
        let mut seen = HashSet::new();
        while let Some(schema) = queue.pop() {
            if !seen.insert(schema.clone()) {
                continue;
            }
            let Some(Value::Object(node)) = self.document.schema(&schema, ctx.direction) else { continue };
            if node.get(flag) == Some(&Value::Bool(true)) {
                return true;
            }
            queue.extend(node.get("$ref").and_then(Value::as_str).and_then(pointer));
            queue.extend((0..list(node, "allOf").len()).map(|at| schema.child("allOf").child(&at.to_string())));
        }
        false
    }
}

fn own_types(node: &Map<String, Value>) -> Option<BTreeSet<&str>> {
    match node.get("type")? {
        Value::String(name) => Some(BTreeSet::from([name.as_str()])),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

/// The types that both allow; an integer is a number.
fn meet<'a>(own: &BTreeSet<&'a str>, others: Option<&BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let Some(others) = others else { return own.clone() };
    let mut both: BTreeSet<&str> = own.intersection(others).copied().collect();
    for (one, other) in [(own, others), (others, own)] {
        if one.contains("integer") && other.contains("number") {
            both.insert("integer");
        }
    }
    both
}

pub(super) fn list<'a>(node: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    node.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
