//! Values against shapes.

mod rules;
mod unions;
mod values;
