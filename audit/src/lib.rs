//! Proves that the specs say what the vendors' documents say: documents are read by [`layout`], [`extract`]ed into [`fact`]s,
//! kept in [`lock`]s, and [`compare`]d with what the specs say. [`Audit`] does all of that for the services of a folder.

pub mod block;
pub mod compare;
pub mod config;
pub mod count;
pub mod diff;
pub mod extract;
pub mod fact;
pub mod layout;
pub mod lock;
pub mod report;
mod run;
pub mod spec;
pub mod words;

pub use run::{Audit, Error, Outcome};
