//! Validates generated values, and repairs or regenerates them until they are valid.

use serde_json::Value;

use super::{ATTEMPTS, Amount, Contradiction, Ctx, ENDLESS, Generator};
use crate::document::SchemaRef;

impl Generator<'_> {
    /// A validated value, repaired or regenerated if needed.
    pub(super) fn validated(&mut self, schema: &SchemaRef, ctx: Ctx) -> Result<Value, Contradiction> {
        if self.height(schema, ctx.direction).is_none() {
            return Err(Contradiction { schema: schema.clone(), reason: ENDLESS.to_owned() });
        }
        let mut why = None;
        for attempt in 0..ATTEMPTS {
            self.written.clear();
            self.size = 0;
            self.retries = 0;
            // The last attempts are as small as possible.
            let amount =
                if attempt + 4 >= ATTEMPTS && ctx.amount != Amount::Least { Amount::Least } else { ctx.amount };
            let ctx = Ctx { attempt, amount, ..ctx };
            match self.make(std::slice::from_ref(schema), 0, &ctx) {
                Ok(mut value) => {
                    let fits = self.document.is_valid(schema, ctx.direction, &value);
                    if fits || self.repair(schema, &mut value, &ctx) {
                        return Ok(value);
                    }
                    let problems = self.document.problems(schema, ctx.direction, &value);
                    let problem = problems.into_iter().find(|problem| !problem.overlap);
                    let reason = problem.map(|it| format!("{}{}", at_place(&it.at), it.message));
                    let reason = reason.unwrap_or_else(|| "is not valid".to_owned());
                    why.get_or_insert(Contradiction { schema: schema.clone(), reason });
                }
                Err(contradiction) => drop(why.get_or_insert(contradiction)),
            }
        }
        Err(why.unwrap_or_else(|| Contradiction { schema: schema.clone(), reason: "no value was found".to_owned() }))
    }

    /// Removes invalid optional parts from a value. Returns whether it is valid then.
    fn repair(&mut self, schema: &SchemaRef, value: &mut Value, ctx: &Ctx) -> bool {
        for _ in 0..20 {
            let problems = self.document.problems(schema, ctx.direction, value);
            let Some(problem) = problems.iter().find(|problem| !problem.overlap) else { return true };
            let count = problems.len();
            let mut at = problem.at.as_str();
            let repaired = loop {
                let Some((parent, _)) = at.rsplit_once('/') else { break None };
                let mut without = value.clone();
                if remove(&mut without, at) && self.document.problems(schema, ctx.direction, &without).len() < count {
                    break Some((without, at.to_owned()));
                }
                at = parent;
            };
            let Some((without, at)) = repaired else { return false };
            let reason = format!("{}{}", at_place(&problem.at), problem.message);
            self.contradictions.push(Contradiction { schema: SchemaRef(format!("{schema} at {at}")), reason });
            *value = without;
        }
        false
    }
}

fn at_place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("{at}: ") }
}

/// Removes the part at a JSON pointer.
fn remove(value: &mut Value, at: &str) -> bool {
    let Some((parent, token)) = at.rsplit_once('/') else { return false };
    let token = yundb_generator::pointer::unescape(token);
    match value.pointer_mut(parent) {
        Some(Value::Object(entries)) => entries.shift_remove(&token).is_some(),
        Some(Value::Array(items)) => match token.parse::<usize>() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}
