//! Values against shapes.

mod rules;
mod values;
