//! Converts the inputs of a call to a request that lacks only its signature.

mod body;
mod draft;
mod endpoint;
mod given;
mod inputs;
mod multipart;
mod plan;
mod validate;
mod values;

pub(crate) use body::json_bytes;
pub(crate) use draft::{CLIENT_TOKEN, Content, Draft, OtherBody, REQUEST};
pub(crate) use endpoint::{regions, resolve, without_user};
pub(crate) use inputs::Input;
pub use inputs::{Form, Inputs};
pub use multipart::Part;
pub(crate) use plan::{Common, FORM, OUR_NAME, Plan, plan};
pub(crate) use values::Values;
