//! The examples. Their `main` functions are not called here.

#![allow(dead_code)]

#[path = "../../assume_role.rs"]
pub mod assume_role;
#[path = "../../create_instance.rs"]
pub mod create_instance;
#[path = "../../list_instances.rs"]
pub mod list_instances;
#[path = "../../list_instances_blocking.rs"]
pub mod list_instances_blocking;
#[path = "../../metrics_and_traces.rs"]
pub mod metrics_and_traces;
#[path = "../../migrate.rs"]
pub mod migrate;
#[path = "../../own_document.rs"]
pub mod own_document;
/// It has its own tests.
#[path = "../../replayed_responses.rs"]
pub mod replayed_responses;
#[path = "../../resume_wait.rs"]
pub mod resume_wait;
#[path = "../../slow_logs.rs"]
pub mod slow_logs;
