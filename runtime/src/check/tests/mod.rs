//! Tests of values against shapes.

mod rules;
mod unions;
mod values;
