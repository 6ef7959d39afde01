//! Traits that select the settings of [`ClientBuilder`](crate::ClientBuilder) available to a client. A generated client
//! implements those that apply to its document.
//!
//! ```compile_fail,E0277
//! use yundb_runtime::{Client, ClientBuilder};
//!
//! /// A client of a document without regions.
//! struct Local(Client);
//!
//! impl From<Client> for Local {
//!     fn from(client: Client) -> Self {
//!         Self(client)
//!     }
//! }
//!
//! fn build(builder: ClientBuilder<Local>) {
//!     let _ = builder.endpoint("https://api.example.com").region("here").build();
//! }
//! ```

use super::handle::Client;

/// A client whose servers or parameters depend on a region.
#[diagnostic::on_unimplemented(
    message = "the document of `{Self}` has no regions",
    label = "no server, parameter or signature of this client depends on a region",
    note = "set the address with `.endpoint(..)`"
)]
pub trait HasRegions {}

/// A client with parameters for the caller's project or account.
#[diagnostic::on_unimplemented(
    message = "the document of `{Self}` has no projects",
    label = "no parameter of this client is the id of a project or an account",
    note = "set a parameter that the client fills with `.parameter(name, value)`"
)]
pub trait HasProjects {}

/// A client whose responses come in several languages.
#[diagnostic::on_unimplemented(
    message = "the document of `{Self}` has no languages",
    label = "no parameter of this client selects a language",
    note = "set a header of all requests with `.default_header(name, value)`"
)]
pub trait HasLanguages {}

/// A client that signs its requests with credentials.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not sign requests",
    label = "only clients of Alibaba Cloud and Huawei Cloud accept credentials",
    note = "set a key of the document's security schemes with `.api_key(..)`, `.bearer_token(..)` or `.basic_auth(..)`"
)]
pub trait SignsRequests {}

/// A client that sends the keys and tokens of its document's security schemes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` signs its requests instead of sending a key",
    label = "clients of Alibaba Cloud and Huawei Cloud accept credentials",
    note = "set keys or a token with `.credentials(..)`"
)]
pub trait HasKeys {}

/// A client of Alibaba Cloud's RPC protocol.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client of Alibaba Cloud",
    label = "this setting is for Alibaba Cloud's RPC only"
)]
pub trait IsAlibabaCloud {}

/// A client of Huawei Cloud.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client of Huawei Cloud",
    label = "this setting is for Huawei Cloud only"
)]
pub trait IsHuaweiCloud {}

/// A [`Client`] without generated operations can be of any service; `build` rejects settings that do not
/// apply.
macro_rules! any_service {
    ($($name:ident),*) => { $(impl $name for Client {})* };
}

any_service!(HasRegions, HasProjects, HasLanguages, SignsRequests, HasKeys, IsAlibabaCloud, IsHuaweiCloud);
