//! Counts facts, to compare both sides of a service.

use std::{
    collections::{BTreeMap, HashSet},
    ops::{Add, AddAssign},
};

use serde::Serialize;

use crate::{
    compare::{Aspect, Difference, LIST, SAMPLE, Stated, Topic},
    fact::{Call, Detail, Facts, Field, Operation, Statement},
};

/// Number of facts of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Operations.
    pub operations: usize,
    /// Parameters, and fields of request bodies.
    pub parameters: usize,
    /// Response fields.
    pub responses: usize,
    /// Values that fields list, and states.
    pub values: usize,
    /// Error codes.
    pub codes: usize,
    /// Statements about fields: bounds, defaults, examples, units, conditions.
    pub details: usize,
    /// Samples.
    pub samples: usize,
    /// Endpoints and permissions; of errata also those on the document as a whole.
    pub other: usize,
}

impl Counts {
    /// The names of the counts, used as column headings.
    pub const NAMES: [&str; 8] =
        ["operations", "parameters", "responses", "values", "details", "codes", "samples", "other"];

    /// The counts in the order of their names.
    pub fn all(&self) -> [usize; 8] {
        let Self { operations, parameters, responses, values, details, codes, samples, other } = *self;
        [operations, parameters, responses, values, details, codes, samples, other]
    }

    /// The facts of a side.
    pub fn of(facts: &Facts) -> Self {
        facts.operations.iter().map(Self::of_operation).fold(Self::of_appendices(facts), Add::add)
    }

    /// The facts of a side apart from operations.
    pub fn of_appendices(facts: &Facts) -> Self {
        Self {
            values: facts.states.iter().map(|states| states.values.len()).sum(),
            codes: facts.codes.len(),
            other: facts.endpoints.len() + facts.permissions.len(),
            ..Self::default()
        }
    }

    /// The facts of a side about one operation.
    pub fn of_operation(operation: &Operation) -> Self {
        let none = BTreeMap::new();
        let mut request = Fields::default();
        request.add(operation.parameters.iter().map(|parameter| &parameter.field), &none);
        operation.body.iter().for_each(|body| request.add(&body.fields, &body.types));
        let mut response = Fields::default();
        operation.responses.iter().for_each(|of| response.add(&of.shape.fields, &of.shape.types));
        Self {
            operations: usize::from(!matches!(operation.call, Call::Type { .. })),
            parameters: request.fields,
            responses: response.fields,
            values: request.values + response.values,
            details: request.details + response.details,
            samples: operation.samples.len(),
            ..Self::default()
        }
    }

    /// How many of these and further facts the right side has, by the differences. So both sides are counted in the
    /// same way, though a spec may state facts elsewhere or repeatedly.
    #[must_use]
    pub fn differing<'a>(self, differences: impl IntoIterator<Item = &'a Difference>) -> Self {
        let mut counts = self;
        for difference in differences {
            let items = |saying: &Option<Stated>| match saying.as_ref().map(|saying| saying.text.as_str()) {
                None | Some("") => 0,
                // A sample key without a field in the schema is not a sample.
                Some(text) if difference.topic == Topic::Sample => usize::from(text == SAMPLE),
                Some(_) if difference.topic != Topic::Value => 1,
                Some(text) => text.split(LIST).count(),
            };
            let (left, right) = match difference.aspect {
                Aspect::Missing | Aspect::Extra => (items(&difference.left), items(&difference.right)),
                Aspect::Values if difference.topic == Topic::Value => {
                    (items(&difference.left), items(&difference.right))
                }
                Aspect::Detail(detail) if detail != Detail::Mention => {
                    (items(&difference.left), items(&difference.right))
                }
                _ => continue,
            };
            let count = counts.of_topic(difference.topic);
            *count = (*count + right).saturating_sub(left);
        }
        counts
    }

    fn of_topic(&mut self, topic: Topic) -> &mut usize {
        match topic {
            Topic::Operation => &mut self.operations,
            Topic::Parameter => &mut self.parameters,
            Topic::Response => &mut self.responses,
            Topic::Value => &mut self.values,
            Topic::Detail => &mut self.details,
            Topic::Code => &mut self.codes,
            Topic::Sample => &mut self.samples,
            Topic::Endpoint | Topic::Permission | Topic::Document => &mut self.other,
        }
    }

    /// Number of differences of each kind.
    pub fn of_differences<'a>(differences: impl IntoIterator<Item = &'a Difference>) -> Self {
        let mut counts = Self::default();
        for difference in differences {
            *counts.of_topic(difference.topic) += 1;
        }
        counts
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            operations: self.operations + more.operations,
            parameters: self.parameters + more.parameters,
            responses: self.responses + more.responses,
            values: self.values + more.values,
            details: self.details + more.details,
            codes: self.codes + more.codes,
            samples: self.samples + more.samples,
            other: self.other + more.other,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        *self = *self + more;
    }
}

/// The fields of an operation in one direction. Responses repeat types, which documents describe once: a type counts
/// once.
#[derive(Default)]
struct Fields<'a> {
    fields: usize,
    values: usize,
    details: usize,
    types: HashSet<&'a str>,
}

impl<'a> Fields<'a> {
    /// Counts fields, and those of their types.
    fn add(&mut self, fields: impl IntoIterator<Item = &'a Field>, types: &'a BTreeMap<String, Vec<Field>>) {
        // Parameters that the client fills don't count, and some sections omit them.
        for field in fields.into_iter().filter(|field| !field.implied) {
            self.fields += 1;
            self.values += field.values.len();
            let counts =
                |stated: &&Statement| !matches!(stated.detail, Detail::Mention | Detail::Unread | Detail::Read);
            self.details += field.details.iter().filter(counts).count();
            let of = field.ty.as_ref().and_then(|ty| types.get_key_value(ty.of.as_ref()?));
            if let Some((_, fields)) = of.filter(|(name, _)| self.types.insert(name)) {
                self.add(fields, types);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock;

    #[test]
    fn types_count_once_in_each_direction() {
        let lock = "document a.txt

operation 1 POST /a
  path a: String
  query b: String = x, y
    max-length 4
    mentions z
    example x
  body
    c: X object -> X
    d: Array of X objects -> X
    type X
      e: String = z
      x: X object -> X
    type Unused
      f: String
  response 200
    c: X object -> X
    type X
      e: String
  response 202
    c: X object -> X
    type X
      e: String
  sample request
    {}: c

operation 2 GET /a
  response 204

endpoint - a.example.com

code 400 A
code 404 B

permission GET /a = a:a:list

states A-1 = A, B, C
";
        let facts = lock::read(lock, "document.lock").unwrap();
        assert_eq!(
            Counts::of(&facts),
            Counts {
                operations: 2,
                parameters: 6,
                responses: 3,
                values: 6,
                details: 2,
                codes: 2,
                samples: 1,
                other: 2
            }
        );
        assert_eq!(Counts::of_operation(&facts.operations[1]), Counts { operations: 1, ..Counts::default() });
    }
}
