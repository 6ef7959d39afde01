//! Calls of a miniature generated crate, from setters to typed responses and errors, over a fake transport.

mod apsara;
mod attempts;
mod blocking;
mod clock;
mod durations;
mod errors;
mod fake;
mod jobs;
mod keys;
mod leaks;
mod lookups;
mod mini;
mod no_runtime;
mod paging;
mod records;
mod requests;
mod responses;
mod retries;
mod seen;
mod streams;
mod transport;
mod undocumented;
mod uploads;
