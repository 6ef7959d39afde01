//! Proves that the specs say what the vendors' documents say: documents are read by [`layout`], [`extract`]ed into [`fact`]s,
//! kept in [`lock`]s, and [`compare`]d with what the specs say.

pub mod block;
pub mod compare;
pub mod config;
pub mod fact;
pub mod layout;
pub mod words;
