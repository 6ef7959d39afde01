//! Limits of texts and numbers: what is checked before a value is sent.

use serde_json::Number;

use crate::load::{Keyword, Schema};
use crate::lower::Lower;
use crate::lower::model::{Bound, Shape};

impl<'a> Lower<'a, '_> {
    /// The limits that keywords set for texts and numbers.
    pub(super) fn limits(&mut self, schema: &Schema<'a>) -> Shape {
        let pattern = schema.pattern.filter(|pattern| match regex_lite::Regex::new(pattern.value) {
            Ok(_) => true,
            Err(error) => {
                self.unsupported(
                    "pattern",
                    format!("the pattern `{}` cannot be checked: {error}", pattern.value),
                    pattern.at,
                    "values are sent without this check",
                );
                false
            }
        });
        Shape {
            min_length: self.take(&schema.min_length).filter(|n| *n > 0),
            max_length: self.take(&schema.max_length),
            minimum: self.bound(&schema.minimum, &schema.exclusive_minimum),
            maximum: self.bound(&schema.maximum, &schema.exclusive_maximum),
            multiple_of: self.take(&schema.multiple_of).cloned(),
            pattern: self.take(&pattern).map(str::to_owned),
            ..Shape::default()
        }
    }

    fn bound(&self, value: &Keyword<'a, &'a Number>, exclusive: &Keyword<'a, bool>) -> Option<Bound> {
        let exclusive = self.take(exclusive) == Some(true);
        Some(Bound { value: self.take(value)?.clone(), exclusive })
    }
}
