//! Changes a value so that exactly one constraint is violated, and verifies it.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Number, Value};

use super::{Constraint, DIRECTION, cannot_be_written};
use crate::document::{Document, Parameter, SchemaRef};
use crate::validate::{Described, Problem, is_of_required};
use crate::value::Generator;

/// Maximum length of strings and lists generated only to be too long.
const LONGEST: u64 = 20_000;

/// Maximum number of places of a value at which a constraint is tried.
const MOST_TIMES: u32 = 8;

/// A value in which one constraint is violated.
pub(super) struct Broken {
    pub constraint: Constraint,
    /// The place, as a JSON pointer: of a missing part, where it should be.
    pub at: String,
    pub schema: SchemaRef,
    /// Whether that is an alternative of a union.
    pub in_union: bool,
    /// The whole value.
    pub value: Value,
}

/// Violates constraints of a parameter or of a body.
pub(super) struct Breaker<'d> {
    document: &'d Document,
    parameter: Option<&'d Parameter>,
    form: bool,
    generator: Generator<'d>,
}

impl<'d> Breaker<'d> {
    pub fn new(document: &'d Document, parameter: Option<&'d Parameter>) -> Self {
        Self { document, parameter, form: false, generator: Generator::new(document, 5) }
    }

    /// A form can express neither an empty list nor null.
    pub fn in_form(self, form: bool) -> Self {
        Self { form, ..self }
    }

    /// One invalid value for each constraint; none if every change violates more than one.
    pub fn all(&mut self, schema: &SchemaRef, value: &Value, most: usize) -> Vec<Broken> {
        let mut found = Vec::new();
        if !self.document.is_valid(schema, DIRECTION, value) {
            return found;
        }
        let mut done: HashSet<(SchemaRef, String, bool)> = HashSet::new();
        let mut tried: HashMap<(SchemaRef, Constraint, bool), u32> = HashMap::new();
        let described = self.document.described(schema, DIRECTION, value);
        let mut by_place: HashMap<&str, Vec<&Map<String, Value>>> = HashMap::new();
        for leaf in &described {
            let node = self.document.schema(&leaf.schema, DIRECTION).and_then(Value::as_object);
            by_place.entry(&leaf.at).or_default().extend(node);
        }
        for leaf in &described {
            let Some(Value::Object(node)) = self.document.schema(&leaf.schema, DIRECTION) else { continue };
            let Some(here) = value.pointer(&leaf.at) else { continue };
            let beside = by_place.get(leaf.at.as_str()).map(Vec::as_slice).unwrap_or_default();
            for constraint in Constraint::ALL {
                let Some(limit) = node.get(constraint.keyword()) else { continue };
                // If one place fails, a few others may do.
                let times = tried.entry((leaf.schema.clone(), constraint, leaf.in_union)).or_default();
                *times += 1;
                if *times > MOST_TIMES {
                    continue;
                }
                let one = (leaf.schema.clone(), constraint.keyword().to_owned(), leaf.in_union);
                if constraint != Constraint::Required && done.contains(&one) {
                    continue;
                }
                for (what, candidate) in self.candidates(constraint, limit, here, beside) {
                    if found.len() >= most || done.contains(&(leaf.schema.clone(), what.clone(), leaf.in_union)) {
                        continue;
                    }
                    let Some(whole) = replaced(value, &leaf.at, candidate.clone()) else { continue };
                    if self.is_unsendable(&whole, &leaf.at) {
                        continue;
                    }
                    if !self.is_only_violation(schema, leaf, constraint, &candidate, &whole) {
                        continue;
                    }
                    done.insert((leaf.schema.clone(), what.clone(), leaf.in_union));
                    let name = what.strip_prefix("required ");
                    let at = match name.filter(|_| constraint.is_of_children()) {
                        Some(name) => SchemaRef(leaf.at.clone()).child(name).0,
                        None => leaf.at.clone(),
                    };
                    let (schema, in_union) = (leaf.schema.clone(), leaf.in_union);
                    found.push(Broken { constraint, at, schema, in_union, value: whole });
                }
            }
        }
        found
    }

    /// Whether only this constraint is violated, here. `candidate` is at the leaf's place in `whole`.
    fn is_only_violation(
        &self,
        schema: &SchemaRef,
        leaf: &Described,
        constraint: Constraint,
        candidate: &Value,
        whole: &Value,
    ) -> bool {
        let problems = |schema: &SchemaRef, value: &Value| {
            let problems = self.document.problems(schema, DIRECTION, value).into_iter();
            problems.filter(|problem| !problem.overlap).collect::<Vec<_>>()
        };
        let is_it = |problem: &Problem, at: &str| problem.keyword == constraint.reported() && problem.at == at;
        if !matches!(problems(&leaf.schema, candidate).as_slice(), [problem] if is_it(problem, "")) {
            return false;
        }
        if leaf.in_union {
            // Another alternative may accept it.
            return !self.document.is_valid(schema, DIRECTION, whole);
        }
        // A constraint repeated in several schemas of a composition counts once.
        let problems = problems(schema, whole);
        !problems.is_empty() && problems.iter().all(|problem| is_it(problem, &leaf.at))
    }

    fn is_unsendable(&self, whole: &Value, at: &str) -> bool {
        if self.parameter.is_some_and(|parameter| cannot_be_written(parameter, whole)) {
            return true;
        }
        let shallow = at.matches('/').count() <= 1;
        let here = whole.pointer(at);
        let nothing = |value: &Value| match value {
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::Null => true,
            _ => false,
        };
        self.form && shallow && here.is_some_and(nothing)
    }

    /// Values that may violate exactly one constraint, each with a description.
    fn candidates(
        &mut self,
        constraint: Constraint,
        limit: &Value,
        here: &Value,
        beside: &[&Map<String, Value>],
    ) -> Vec<(String, Value)> {
        let count = limit.as_u64().filter(|count| *count <= LONGEST).and_then(|count| usize::try_from(count).ok());
        let values: Vec<Value> = match (constraint, here) {
            (Constraint::Required, Value::Object(entries)) => return without_required(limit, entries, beside),
            (Constraint::MinLength, Value::String(text)) => {
                count.filter(|count| *count > 0).map(|count| self.texts(text, count - 1, beside)).unwrap_or_default()
            }
            (Constraint::MaxLength, Value::String(text)) => {
                count.map(|count| self.texts(text, count + 1, beside)).unwrap_or_default()
            }
            (Constraint::Pattern, Value::String(text)) => strange_texts(text),
            (Constraint::Minimum | Constraint::ExclusiveMinimum, Value::Number(_)) => numbers(limit, -1, here, beside),
            (Constraint::Maximum | Constraint::ExclusiveMaximum, Value::Number(_)) => numbers(limit, 1, here, beside),
            (Constraint::MultipleOf, Value::Number(number)) => uneven(number, limit),
            (Constraint::MinItems, Value::Array(items)) => {
                let fewer = count.filter(|count| *count > 0 && *count <= items.len());
                fewer.map(|count| items[..count - 1].iter().cloned().collect()).into_iter().collect()
            }
            (Constraint::MaxItems, Value::Array(items)) => {
                count.map(|count| self.longer(items, count + 1, beside)).unwrap_or_default()
            }
            (Constraint::UniqueItems, Value::Array(items)) if *limit == true => repeated(items),
            (Constraint::MinProperties, Value::Object(entries)) => {
                count.map(|count| fewer(entries, count)).unwrap_or_default()
            }
            (Constraint::MaxProperties, Value::Object(entries)) => {
                count.map(|count| self.more(entries, count + 1, beside)).unwrap_or_default()
            }
            (Constraint::PropertyNames, Value::Object(entries)) => renamed(entries, beside),
            (Constraint::AdditionalProperties, Value::Object(entries)) if *limit == false => stranger(entries, beside),
            (Constraint::DependentRequired, Value::Object(entries)) => without_dependent(limit, entries),
            (Constraint::Contains, Value::Array(items)) => self.without_contained(limit, items),
            (Constraint::Not, _) => self.ruled_out(limit, here),
            (Constraint::AnyOf | Constraint::OneOf, Value::Object(entries)) => without_any(limit, entries),
            _ => Vec::new(),
        };
        values.into_iter().map(|value| (constraint.keyword().to_owned(), value)).collect()
    }

    /// Lists without the element that they must contain.
    fn without_contained(&mut self, contained: &Value, items: &[Value]) -> Vec<Value> {
        let fits = |item: &Value| jsonschema::is_valid(contained, item);
        let others: Vec<Value> = items.iter().filter(|item| !fits(item)).cloned().collect();
        let replaced = (1..4).map(|number| items.iter().map(|item| self.another(item, number)).collect());
        let replaced: Vec<Vec<Value>> = replaced.collect();
        std::iter::once(others).chain(replaced).map(Value::Array).collect()
    }

    /// Values that a `not` excludes.
    fn ruled_out(&self, not: &Value, here: &Value) -> Vec<Value> {
        let listed = not.get("enum").and_then(Value::as_array).into_iter().flatten().chain(not.get("const")).cloned();
        let mut values: Vec<Value> = listed.collect();
        if let (Some(names), Value::Object(entries)) = (not.get("required").and_then(Value::as_array), here) {
            let mut entries = entries.clone();
            let value = entries.values().next().cloned().unwrap_or(Value::from("a"));
            for name in names.iter().filter_map(Value::as_str) {
                entries.entry(name).or_insert_with(|| value.clone());
            }
            values.push(Value::Object(entries));
        }
        values
    }

    /// Strings of exactly this length.
    fn texts(&mut self, text: &str, count: usize, beside: &[&Map<String, Value>]) -> Vec<Value> {
        let mut texts: Vec<String> = vec![
            text.chars().chain(std::iter::repeat('a')).take(count).collect(),
            "a".repeat(count),
            "0".repeat(count),
            "A".repeat(count),
        ];
        for pattern in beside.iter().filter_map(|node| node.get("pattern")?.as_str()) {
            texts.extend((0..6).filter_map(|_| self.generator.text_by(pattern, count)));
        }
        texts.into_iter().filter(|text| text.chars().count() == count).map(Value::String).collect()
    }

    /// Lists with additional elements.
    fn longer(&mut self, items: &[Value], count: usize, beside: &[&Map<String, Value>]) -> Vec<Value> {
        let Some(last) = items.last() else { return Vec::new() };
        let unique = beside.iter().any(|node| node.get("uniqueItems") == Some(&Value::Bool(true)));
        let mut longer = items.to_vec();
        let mut number = 0;
        while longer.len() < count {
            number += 1;
            let next = if unique { self.another(last, number) } else { last.clone() };
            if unique && longer.contains(&next) {
                if number > count + 100 {
                    return Vec::new();
                }
                continue;
            }
            longer.push(next);
        }
        vec![Value::Array(longer)]
    }

    /// A value similar to another, but different.
    fn another(&mut self, value: &Value, number: usize) -> Value {
        match value {
            Value::String(text) => {
                let mut text: String = text.chars().take(text.chars().count().saturating_sub(3)).collect();
                text.push_str(&format!("{number:03}"));
                Value::String(text)
            }
            Value::Number(old) => {
                let moved = old.as_i64().and_then(|old| old.checked_add(i64::try_from(number).ok()?));
                moved.map_or_else(|| value.clone(), Value::from)
            }
            Value::Object(entries) => {
                let mut entries = entries.clone();
                let first =
                    entries.iter().find(|(_, value)| value.is_string() || value.is_i64()).map(|(name, _)| name.clone());
                if let Some(name) = first {
                    let inner = self.another(entries.get(&name).unwrap_or(&Value::Null), number);
                    entries.insert(name, inner);
                }
                Value::Object(entries)
            }
            other => other.clone(),
        }
    }

    /// Objects with this many entries.
    fn more(&mut self, entries: &Map<String, Value>, count: usize, beside: &[&Map<String, Value>]) -> Vec<Value> {
        // Only described entries may be added: types cannot represent others.
        let open =
            beside.iter().any(|node| node.get("additionalProperties").is_some_and(|it| *it != Value::Bool(false)));
        let Some(value) = entries.values().next_back().filter(|_| open) else { return Vec::new() };
        let mut more = entries.clone();
        for number in 0..count {
            if more.len() >= count {
                break;
            }
            more.insert(format!("more{number}"), value.clone());
        }
        vec![Value::Object(more)]
    }
}

/// The entries with one name in another form. Only maps can have any name.
fn renamed(entries: &Map<String, Value>, beside: &[&Map<String, Value>]) -> Vec<Value> {
    if beside.iter().any(|node| node.contains_key("properties")) {
        return Vec::new();
    }
    let Some((last, value)) = entries.iter().next_back() else { return Vec::new() };
    let names = strange_texts(last).into_iter().filter_map(|name| Some(name.as_str()?.to_owned()));
    let names = names.filter(|name| !entries.contains_key(name));
    names
        .map(|name| {
            let mut entries = entries.clone();
            entries.shift_remove(last);
            entries.insert(name, value.clone());
            Value::Object(entries)
        })
        .collect()
}

/// The entries and one more, whose name does not match any pattern.
fn stranger(entries: &Map<String, Value>, beside: &[&Map<String, Value>]) -> Vec<Value> {
    let is_map = beside.iter().any(|node| node.contains_key("patternProperties"))
        && !beside.iter().any(|node| node.contains_key("properties"));
    let Some(value) = entries.values().next_back().filter(|_| is_map) else { return Vec::new() };
    let names = strange_texts("a").into_iter().filter_map(|name| Some(name.as_str()?.to_owned()));
    let names = names.filter(|name| !entries.contains_key(name));
    names
        .map(|name| {
            let mut entries = entries.clone();
            entries.insert(name, value.clone());
            Value::Object(entries)
        })
        .collect()
}

/// The entries without one that another one requires.
fn without_dependent(dependent: &Value, entries: &Map<String, Value>) -> Vec<Value> {
    let lists = dependent.as_object().into_iter().flatten().filter(|(name, _)| entries.contains_key(*name));
    let names = lists.flat_map(|(_, names)| names.as_array().into_iter().flatten()).filter_map(Value::as_str);
    names.filter(|name| entries.contains_key(*name)).map(|name| without(entries, &[name])).collect()
}

/// The entries without any of the alternatively required ones.
fn without_any(alternatives: &Value, entries: &Map<String, Value>) -> Vec<Value> {
    let alternatives = alternatives.as_array().map(Vec::as_slice).unwrap_or_default();
    if alternatives.is_empty() || !alternatives.iter().all(is_of_required) {
        return Vec::new();
    }
    let names = alternatives.iter().filter_map(|node| node.get("required")?.as_array()).flatten();
    vec![without(entries, &names.filter_map(Value::as_str).collect::<Vec<_>>())]
}

fn without(entries: &Map<String, Value>, names: &[&str]) -> Value {
    let kept = entries.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn replaced(whole: &Value, at: &str, value: Value) -> Option<Value> {
    let mut whole = whole.clone();
    *whole.pointer_mut(at)? = value;
    Some(whole)
}

fn without_required(
    names: &Value,
    entries: &Map<String, Value>,
    beside: &[&Map<String, Value>],
) -> Vec<(String, Value)> {
    let tags: Vec<&Value> = beside.iter().filter_map(|node| node.get("discriminator")?.get("propertyName")).collect();
    let names = names.as_array().into_iter().flatten().filter(|name| !tags.contains(name)).filter_map(Value::as_str);
    let names = names.filter(|name| entries.contains_key(*name));
    names
        .map(|name| {
            let mut entries = entries.clone();
            entries.shift_remove(name);
            (format!("required {name}"), Value::Object(entries))
        })
        .collect()
}

/// Strings that hardly any pattern matches, of the same and other lengths.
fn strange_texts(text: &str) -> Vec<Value> {
    let count = text.chars().count();
    let of = |filler: char| std::iter::repeat_n(filler, count).collect::<String>();
    let mut texts = vec![of('!'), of('~'), of(' '), of('a'), of('A'), of('0'), of('é'), of('\u{1}')];
    for odd in ["!", " ", "\n", "é", "%"] {
        let cut: String = text.chars().take(count.saturating_sub(1)).collect();
        let rest: String = text.chars().skip(1).collect();
        texts.extend([format!("{cut}{odd}"), format!("{odd}{rest}"), format!("{text}{odd}"), format!("{odd}{text}")]);
    }
    texts.extend(["", "!", "a", "0", "-"].map(str::to_owned));
    texts.into_iter().map(Value::String).collect()
}

/// Numbers beyond a limit, in the direction of `way`, within the range of the client's type.
fn numbers(limit: &Value, way: i64, here: &Value, beside: &[&Map<String, Value>]) -> Vec<Value> {
    let format = beside.iter().find_map(|node| node.get("format")?.as_str());
    let holds = |value: i128| match format {
        Some("int32") => i32::try_from(value).is_ok(),
        Some("uint64" | "uint32" | "uint16" | "uint8" | "uint") => u64::try_from(value).is_ok(),
        _ => i64::try_from(value).is_ok(),
    };
    let steps = beside.iter().filter_map(|node| node.get("multipleOf")?.as_f64()).fold(1.0_f64, f64::max);
    let mut numbers = Vec::new();
    if let Some(exact) = limit.as_i64().map(i128::from).or_else(|| limit.as_u64().map(i128::from)) {
        // A larger step leaves no other number in the range of the type.
        let step = steps.ceil().min(1e18) as i128;
        let rest = exact.rem_euclid(step);
        let moved = [exact + i128::from(way), exact, exact - rest + i128::from(way) * step, exact - rest + step];
        let moved = moved.into_iter().filter(|value| holds(*value));
        numbers.extend(moved.filter_map(|value| Some(Value::from(i64::try_from(value).ok()?))));
    }
    if let Some(limit) = limit.as_f64()
        && (!here.is_i64() || numbers.is_empty())
    {
        let way = way as f64;
        let moved = [limit + way * 0.5, limit, limit + way * steps, limit + way * limit.abs().max(1.0)];
        numbers.extend(moved.into_iter().filter(|value| value.abs() < 9e15).map(|value| match value.fract() == 0.0 {
            true => Value::from(value as i64),
            false => Number::from_f64(value).map_or(Value::Null, Value::Number),
        }));
    }
    numbers
}

/// Numbers that are not multiples.
fn uneven(number: &Number, step: &Value) -> Vec<Value> {
    let mut numbers: Vec<Value> = Vec::new();
    if let Some(integer) = number.as_i64() {
        numbers.extend([integer.checked_add(1), integer.checked_sub(1)].into_iter().flatten().map(Value::from));
    }
    if let (Some(float), Some(step)) = (number.as_f64(), step.as_f64()) {
        let moved = [float + step / 2.0, float - step / 2.0];
        numbers.extend(moved.into_iter().filter_map(Number::from_f64).map(Value::Number));
    }
    numbers
}

/// Lists with a duplicate element.
fn repeated(items: &[Value]) -> Vec<Value> {
    let Some(first) = items.first() else { return Vec::new() };
    let mut replaced = items.to_vec();
    if let Some(last) = replaced.last_mut() {
        *last = first.clone();
    }
    let mut longer = items.to_vec();
    longer.push(first.clone());
    [replaced, longer].into_iter().filter(|list| list.len() > 1).map(Value::Array).collect()
}

/// Objects with one entry less than required.
fn fewer(entries: &Map<String, Value>, count: usize) -> Vec<Value> {
    let Some(wanted) = count.checked_sub(1) else { return Vec::new() };
    if entries.len() < wanted {
        return Vec::new();
    }
    let first = entries.iter().take(wanted);
    let last = entries.iter().skip(entries.len() - wanted);
    let object = |entries: &mut dyn Iterator<Item = (&String, &Value)>| {
        Value::Object(entries.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    vec![object(&mut first.into_iter()), object(&mut last.into_iter())]
}
