//! Sources of credentials, each against a server on loopback that imitates the vendor's, or against files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod world;

mod chains;
mod clients;
mod containers;
mod federation;
mod instances;
mod processes;
mod profiles;
mod roles;
