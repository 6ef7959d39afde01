//! Generates values that a schema allows: minimal, maximal, and random ones.

mod body;
mod flat;
mod height;
mod number;
mod object;
mod pattern;
#[cfg(test)]
mod tests;
mod text;
mod validated;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Value, json};

use self::flat::Flat;
pub(crate) use self::text::is_of;
use crate::document::{Direction, Document, SchemaRef};

/// The extent of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Only what is required.
    Least,
    /// Everything: each property, lists with entries. Each further value prefers the alternatives used least so far.
    Most,
    /// Random.
    Random,
}

/// The reason why there is no value: the document contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The schema.
    pub schema: SchemaRef,
    /// The unsatisfiable constraint.
    pub reason: String,
}

/// Generates values from a fixed seed. One generator serves an operation, so that its cases differ.
pub struct Generator<'d> {
    document: &'d Document,
    rng: fastrand::Rng,
    /// Number of uses of each alternative of a union.
    taken: HashMap<(Direction, SchemaRef), Vec<u32>>,
    /// Whether an alternative was used for the first time recently.
    news: bool,
    /// Number of times that each schema occurs in the current value.
    written: HashMap<SchemaRef, u32>,
    /// Size of the current value.
    size: usize,
    /// Number of retried parts of the current value.
    retries: usize,
    heights: HashMap<(Direction, SchemaRef, u8), bool>,
    patterns: HashMap<String, Option<Arc<Validator>>>,
    contradictions: Vec<Contradiction>,
    /// Searches for strings that failed, in words.
    impossible: HashSet<String>,
}

/// Beyond this depth, only required parts are generated.
const DEEP: usize = 24;

/// Beyond this depth, generation fails.
const DEEPEST: usize = 120;

/// Beyond this size, a value gets no more optional parts.
const LARGE: usize = 20_000;

/// Beyond this size, generation fails.
const LARGEST: usize = 500_000;

/// Number of times that a schema may occur within a value; beyond that, only its required parts are generated.
const OFTEN: u32 = 2;

/// Number of attempts at a value.
const ATTEMPTS: u32 = 24;

/// Number of parts of a value that may be retried.
const MOST_RETRIES: usize = 300;

const ENDLESS: &str = "every value contains another one without end";

/// The requirements of a value's place.
#[derive(Clone, Copy, Debug)]
struct Ctx {
    direction: Direction,
    amount: Amount,
    /// On this many levels there must be no null, empty string, empty list or empty object, which styles cannot
    /// express.
    plain: usize,
    texture: Texture,
    /// The number of the attempt: later ones choose at random.
    attempt: u32,
}

/// The characters of free strings.
#[derive(Clone, Copy, Debug, Default)]
struct Texture {
    /// Only those valid in a header.
    ascii: bool,
    /// In a path.
    path: bool,
    avoid: &'static str,
}

impl<'d> Generator<'d> {
    /// A generator that is deterministic for a seed.
    pub fn new(document: &'d Document, seed: u64) -> Self {
        Self {
            document,
            rng: fastrand::Rng::with_seed(seed),
            taken: HashMap::new(),
            news: false,
            written: HashMap::new(),
            size: 0,
            retries: 0,
            heights: HashMap::new(),
            patterns: HashMap::new(),
            contradictions: Vec::new(),
            impossible: HashSet::new(),
        }
    }

    /// A valid value of a schema. Several alternatives of a `oneOf` may match it.
    pub fn value(&mut self, schema: &SchemaRef, direction: Direction, amount: Amount) -> Result<Value, Contradiction> {
        self.validated(schema, Ctx { direction, amount, plain: 0, texture: Texture::default(), attempt: 0 })
    }

    /// Optional parts that were left out of the values so far, as they have no valid value.
    pub fn take_contradictions(&mut self) -> Vec<Contradiction> {
        std::mem::take(&mut self.contradictions)
    }

    /// A value of several schemas at once.
    fn make(&mut self, goal: &[SchemaRef], depth: usize, ctx: &Ctx) -> Result<Value, Contradiction> {
        let first = goal.first().cloned().unwrap_or_else(|| SchemaRef(String::new()));
        let fail = |reason: &str| Contradiction { schema: first.clone(), reason: reason.to_owned() };
        self.size += 1;
        if self.size > LARGEST {
            return Err(fail("a value of more than 500,000 parts is too large to generate"));
        }
        if depth > DEEPEST {
            return Err(fail(ENDLESS));
        }
        let flat = self.flatten(goal, depth, ctx)?;
        if let Some(schema) = flat.never {
            return Err(Contradiction { schema, reason: "the schema `false` has no value".to_owned() });
        }
        if let Some(listed) = flat.listed() {
            return self
                .one_of(listed, goal, &flat, ctx)
                .ok_or_else(|| fail("none of the listed values matches the other keywords"));
        }
        if let Some(inner) =
            flat.nodes.iter().find(|(_, node)| node.contains_key("x-json")).map(|(at, _)| at.child("x-json"))
        {
            let inner = self.make(&[inner], depth + 1, &Ctx { plain: 0, texture: Texture::default(), ..*ctx })?;
            return Ok(Value::String(inner.to_string()));
        }
        let types = self.types(&flat, ctx);
        if types.is_empty() {
            return Err(fail("the constraints on its type leave none"));
        }
        let chosen = self.choose_type(&first, &types, depth, ctx);
        let mut validated = self.of_type(chosen, &flat, &first, depth, ctx);
        // If there is none of this type, there may be one of another.
        for name in types.into_iter().filter(|name| *name != chosen) {
            if validated.is_ok() || self.retries > MOST_RETRIES {
                break;
            }
            self.retries += 1;
            validated = validated.or_else(|why| self.of_type(name, &flat, &first, depth, ctx).map_err(|_| why));
        }
        validated
    }

    fn of_type(
        &mut self,
        name: &str,
        flat: &Flat<'d>,
        first: &SchemaRef,
        depth: usize,
        ctx: &Ctx,
    ) -> Result<Value, Contradiction> {
        let validated = match name {
            "object" => return self.object(flat, first, depth, ctx),
            "array" => return self.array(flat, first, depth, ctx),
            "string" => self.text(flat, ctx).map(Value::String),
            "integer" => self.integer(flat, ctx),
            "number" => self.number(flat, ctx),
            "boolean" => {
                Ok(Value::Bool(ctx.amount == Amount::Most || (ctx.amount == Amount::Random && self.rng.bool())))
            }
            _ => Ok(Value::Null),
        };
        validated.map_err(|reason| Contradiction { schema: first.clone(), reason })
    }

    /// A part of a value: if one way of generating it fails, others are tried.
    fn part(&mut self, goal: &[SchemaRef], depth: usize, ctx: &Ctx) -> Result<Value, Contradiction> {
        if let Some(schema) = goal.iter().find(|schema| self.height(schema, ctx.direction).is_none()) {
            return Err(Contradiction { schema: schema.clone(), reason: ENDLESS.to_owned() });
        }
        let mut validated = self.make(goal, depth, ctx);
        for attempt in 1..=3 {
            // Failures within a failing part are not worth many attempts.
            if validated.is_ok() || self.retries > MOST_RETRIES {
                break;
            }
            self.retries += 1;
            let ctx = Ctx { attempt: ctx.attempt + attempt, amount: Amount::Random, ..*ctx };
            validated = validated.or_else(|why| self.make(goal, depth, &ctx).map_err(|_| why));
        }
        validated
    }

    /// One of the values listed in a schema.
    fn one_of(&mut self, listed: Vec<&'d Value>, goal: &[SchemaRef], flat: &Flat<'d>, ctx: &Ctx) -> Option<Value> {
        let types = flat.types();
        let of_type =
            |value: &Value| types.as_ref().is_none_or(|types| type_names(value).iter().any(|it| types.contains(it)));
        let fits = |value: &&Value| of_type(value) && !(ctx.plain > 0 && (value.is_null() || **value == json!("")));
        let mut listed: Vec<&Value> = listed.into_iter().filter(fits).collect();
        let plain =
            goal.iter().all(|schema| self.document.followed(schema, ctx.direction) == *schema) && flat.nodes.len() == 1;
        if !plain {
            listed.retain(|value| goal.iter().all(|schema| self.document.is_valid(schema, ctx.direction, value)));
        }
        let first = goal.first()?;
        let places: Vec<usize> = (0..listed.len()).collect();
        let at = match ctx.amount {
            _ if listed.is_empty() => return None,
            Amount::Least if ctx.attempt == 0 => 0,
            Amount::Most if ctx.attempt == 0 => {
                // Values are used in turn, but don't add cases.
                let counts =
                    self.taken.entry((ctx.direction, first.child("enum"))).or_insert_with(|| vec![1; listed.len()]);
                counts.resize(listed.len().max(counts.len()), 1);
                let at = places.iter().copied().min_by_key(|at| counts[*at]).unwrap_or(0);
                counts[at] += 1;
                at
            }
            _ => self.rng.usize(0..listed.len()),
        };
        listed.get(at).map(|value| (*value).clone())
    }

    /// The types that a value may have here, or those that its keywords suggest.
    fn types(&mut self, flat: &Flat<'d>, ctx: &Ctx) -> Vec<&'static str> {
        const ALL: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];
        let has = |keys: &[&str]| keys.iter().any(|key| flat.all(key).next().is_some());
        let mut types: Vec<&'static str> = match flat.types() {
            Some(types) => ALL.into_iter().filter(|name| types.contains(name)).collect(),
            None if !flat.tags.is_empty()
                || has(&["properties", "required", "additionalProperties", "minProperties", "patternProperties"]) =>
            {
                vec!["object"]
            }
            None if has(&["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]) => vec!["array"],
            None if has(&["pattern", "minLength", "maxLength", "contentEncoding", "contentMediaType"]) => {
                vec!["string"]
            }
            None if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => {
                vec!["number"]
            }
            None => match flat.all("format").find_map(Value::as_str) {
                Some("int32" | "int64") => vec!["integer"],
                Some("float" | "double") => vec!["number"],
                Some(_) => vec!["string"],
                None if ctx.plain > 0 => vec!["string"],
                // Any JSON.
                None => self
                    .rng
                    .choice([["string"], ["integer"], ["boolean"], ["array"], ["object"]])
                    .unwrap_or(["string"])
                    .to_vec(),
            },
        };
        if ctx.plain > 0 && types.len() > 1 {
            types.retain(|name| *name != "null");
        }
        types
    }

    fn choose_type(&mut self, first: &SchemaRef, types: &[&'static str], depth: usize, ctx: &Ctx) -> &'static str {
        let (null, other): (Vec<_>, Vec<_>) = types.iter().partition(|name| **name == "null");
        let kinds: Vec<&'static str> = other.into_iter().copied().collect();
        if kinds.is_empty() {
            return "null";
        }
        if !null.is_empty() {
            let key = first.child("null");
            let is_null = match ctx.amount {
                _ if depth >= DEEP || (self.is_full() && depth > 0) => true,
                Amount::Least => false,
                Amount::Most => self.pick(&key, 2, &[0, 1], ctx) == 1,
                Amount::Random => self.rng.u8(0..5) == 0,
            };
            if is_null {
                return "null";
            }
        }
        let places: Vec<usize> = (0..kinds.len()).collect();
        let at = match kinds.len() {
            1 => 0,
            _ if ctx.amount == Amount::Least && ctx.attempt == 0 => 0,
            count => self.pick(&first.child("type"), count, &places, ctx),
        };
        kinds.get(at).copied().unwrap_or("null")
    }

    /// One of the candidates: the one used least so far, or a random one.
    fn pick(&mut self, key: &SchemaRef, count: usize, candidates: &[usize], ctx: &Ctx) -> usize {
        let random = self.rng.choice(candidates.iter().copied()).unwrap_or(0);
        if ctx.amount != Amount::Most {
            return random;
        }
        let counts = self.taken.entry((ctx.direction, key.clone())).or_insert_with(|| vec![0; count]);
        counts.resize(count.max(counts.len()), 0);
        let chosen = match ctx.attempt {
            0 => candidates.iter().copied().min_by_key(|at| counts[*at]).unwrap_or(0),
            _ => random,
        };
        if let Some(times) = counts.get_mut(chosen) {
            self.news |= *times == 0;
            *times += 1;
        }
        chosen
    }

    /// Whether the current value is large enough.
    fn is_full(&self) -> bool {
        self.size > LARGE
    }

    /// Whether a pattern matches a string.
    fn matches(&mut self, pattern: &str, text: &str) -> bool {
        if !self.patterns.contains_key(pattern) {
            let validator = jsonschema::validator_for(&json!({ "pattern": pattern })).ok().map(Arc::new);
            self.patterns.insert(pattern.to_owned(), validator);
        }
        let validator = self.patterns.get(pattern).and_then(Option::as_ref);
        validator.is_none_or(|validator| validator.is_valid(&Value::from(text)))
    }
}

/// The types of a value.
fn type_names(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Null => &["null"],
        Value::Bool(_) => &["boolean"],
        Value::Number(number) if number.as_f64().is_some_and(|it| it.fract() == 0.0) => &["integer", "number"],
        Value::Number(_) => &["number"],
        Value::String(_) => &["string"],
        Value::Array(_) => &["array"],
        Value::Object(_) => &["object"],
    }
}

/// Distinct values of a list so far.
#[derive(Default)]
struct Distinct(HashSet<String>);

impl Distinct {
    /// Whether a value is new.
    fn add(&mut self, value: &Value) -> bool {
        self.0.insert(value.to_string())
    }
}
