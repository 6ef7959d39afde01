//! Calls of undocumented operations, typed as JSON.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use http::Method;
use serde::Serialize;
use serde_json::Value;

use super::call::Call;
use super::handle::Client;
use super::overrides::{Overrides, override_methods};
use crate::codec::json::to_value;
use crate::data::operation::{self, Param, Place, Spec};
use crate::data::shape::any;
use crate::response::{CallError, Failure, Operation, Response};

/// A call of an operation that is missing from the service's document, with JSON as input and output. It has the
/// endpoint, credentials, signature, rate limits, time limits and retries of its client, or its own, like any other
/// call.
///
/// As nothing is known about the operation, nothing is validated, and `Debug` of the response shows the whole body. It
/// is retried according to its HTTP method, and an action only if [`with_idempotency`](Self::with_idempotency) marks it
/// as idempotent.
///
/// ```no_run
/// # async fn example(client: yundb_runtime::Client) -> Result<(), yundb_runtime::Error> {
/// let jobs = client.call_path("GET", "/v3/{project_id}/new-jobs").query("limit", 10).send().await?;
/// println!("{}", jobs["total_count"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct JsonCall {
    client: Client,
    address: Address,
    values: Vec<(Place, String, Value)>,
    headers: Vec<(String, String)>,
    mistakes: Vec<String>,
    overrides: Overrides,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Address {
    name: String,
    method: String,
    path: String,
}

impl Client {
    /// Creates a call of an undocumented action, such as `DescribeX`, for services with Alibaba Cloud's RPC protocol.
    /// The client's region is sent as `RegionId`, if it has one and the call sets none.
    ///
    /// The names of actions and parameters are kept for the lifetime of the process, so don't take them from untrusted
    /// input.
    pub fn call_action(&self, action: impl Into<String>) -> JsonCall {
        let action = action.into();
        let fits = !action.is_empty() && action.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let mistake = match (self.settings().vendor.rpc(), fits) {
            (false, _) => Some("the service has no actions: use `.call_path(..)`"),
            (true, false) => Some("the name of an action consists of letters, digits and underscores"),
            (true, true) => None,
        };
        let address = Address { path: format!("/#Action={action}"), name: action, method: "POST".to_owned() };
        self.json_call(address, mistake)
    }

    /// Creates a call by HTTP method and path. The path is appended to the endpoint and begins with `/`. Names in
    /// braces are filled from [`path`](JsonCall::path), else from the client's setting with that name:
    /// `/v3/{project_id}/instances`.
    ///
    /// Methods, paths and names of parameters are kept for the lifetime of the process, so pass values as parameters
    /// rather than in the path.
    pub fn call_path(&self, method: impl Into<String>, path: impl Into<String>) -> JsonCall {
        let (method, path) = (method.into(), path.into());
        let fits = path.starts_with('/') && !path.contains(['?', '#']);
        let mistake = match (self.settings().vendor.rpc(), fits) {
            (true, _) => Some("the service has actions instead of paths: use `.call_action(..)`"),
            (false, false) => Some("a path begins with `/` and has neither `?` nor `#`: set `.query(..)`"),
            (false, true) if Method::from_bytes(method.as_bytes()).is_err() => Some("the method is not an HTTP method"),
            (false, true) => None,
        };
        self.json_call(Address { name: format!("{method} {path}"), method, path }, mistake)
    }

    fn json_call(&self, address: Address, mistake: Option<&str>) -> JsonCall {
        JsonCall {
            client: self.clone(),
            address,
            values: Vec::new(),
            headers: Vec::new(),
            mistakes: mistake.map(str::to_owned).into_iter().collect(),
            overrides: Overrides::default(),
        }
    }
}

#[cfg(not(feature = "blocking"))]
crate::without_async!(JsonCall {
    send_blocking() -> Result<Response<Value>, CallError<Value>>;
});

impl JsonCall {
    /// Sets a query parameter, or for an action any parameter. Lists and objects are serialized in OpenAPI's `form`
    /// style, and for an action as in Alibaba Cloud's RPC (`Name.1`, `Name.1.Key`). The last value wins.
    pub fn query(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.put(Place::Query, name.into(), value)
    }

    /// Fills a `{name}` in the path. Slashes in the value are percent-encoded.
    pub fn path(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.put(Place::Path, name.into(), value)
    }

    /// Sets a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body, serialized as JSON.
    pub fn body(self, value: impl Serialize) -> Self {
        self.put(Place::Body, "body".to_owned(), value)
    }

    /// Sends the call and reads the response. Requires a tokio runtime.
    ///
    /// Fails with [`ErrorKind::Config`](crate::ErrorKind::Config) if the service uses another protocol, else like any
    /// call.
    pub async fn send(self) -> Result<Response<Value>, CallError<Value>> {
        self.prepared()?.send::<Json>().await
    }

    /// Like [`send`](Self::send), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<Response<Value>, CallError<Value>> {
        self.prepared()?.send_blocking::<Json>()
    }

    fn put(mut self, place: Place, name: String, value: impl Serialize) -> Self {
        match to_value(&value) {
            Ok(value) => {
                self.values.retain(|(other, known, _)| (*other, known) != (place, &name));
                self.values.push((place, name, value));
            }
            Err(error) => self.mistakes.push(format!("{}: {}", error.place(&name), error.message())),
        }
        self
    }

    /// The equivalent generated call, with a specification made for it.
    fn prepared(self) -> Result<Call, CallError<Value>> {
        let address = self.address;
        if !self.mistakes.is_empty() {
            return Err(CallError::new(Failure::config(address.name, self.mistakes.join("; ")), None, None));
        }
        // A client token guarantees nothing for an unknown operation.
        let is_rpc = self.client.settings().vendor.rpc();
        let by_method = !is_rpc && Method::from_bytes(address.method.as_bytes()).is_ok_and(|it| it.is_idempotent());
        let mut overrides = self.overrides;
        overrides.idempotent.get_or_insert(by_method);
        let mut params: Vec<(Place, String)> =
            braces(&address.path).map(|name| (Place::Path, name.to_owned())).collect();
        if is_rpc {
            params.push((Place::Query, REGION.to_owned()));
        }
        for (place, name, _) in &self.values {
            if !params.iter().any(|(other, known)| (other, known) == (place, name)) {
                params.push((*place, name.clone()));
            }
        }
        params.sort();
        let spec = known(Key { address, params });
        let mut call = self.client.call(spec).with_overrides(overrides);
        for (place, name, value) in self.values {
            // Use the specification's name, which lives as long as the process.
            if let Some(param) = spec.params.iter().find(|param| param.place == place && param.name == name) {
                call = call.set_in(place, param.name, value);
            }
        }
        Ok(self.headers.into_iter().fold(call, |call, (name, value)| call.extra_header(name, value)))
    }
}

override_methods!(JsonCall);

/// The parameter that names the region of an action.
const REGION: &str = "RegionId";

/// The names in braces.
fn braces(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

/// The identity of an operation.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: Address,
    /// Sorted, so that the order of the setters does not matter.
    params: Vec<(Place, String)>,
}

/// The specifications made so far. They are never freed, as the runtime requires `'static` ones, like those in
/// generated code; their number is bounded by the distinct calls in the program.
static KNOWN: LazyLock<Mutex<HashMap<Key, &'static Spec>>> = LazyLock::new(Mutex::default);

fn known(key: Key) -> &'static Spec {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(key).or_insert_with_key(made_up)
}

fn made_up(key: &Key) -> &'static Spec {
    fn kept(text: &str) -> &'static str {
        Box::leak(text.into())
    }
    let param = |(place, name): &(Place, String)| {
        let name = kept(name);
        match place {
            Place::Path => operation::path(name, any()).client(name),
            Place::Body => operation::body(any()),
            _ if name == REGION => operation::query(name, any()).client("region"),
            _ => operation::query(name, any()),
        }
    };
    let params: Vec<Param> = key.params.iter().map(param).collect();
    let has_body = params.iter().any(|param| param.place == Place::Body);
    let Address { name, method, path } = &key.address;
    let spec = Spec::new(kept(name), kept(method), kept(path)).params(Box::leak(params.into()));
    let spec = spec.accept("application/json");
    Box::leak(Box::new(if has_body { spec.body("application/json", false) } else { spec }))
}

/// Reads any JSON.
struct Json;

impl Operation for Json {
    type Output = Value;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("", "", "");
}

// Manual, to show names only: values may be secret.
impl fmt::Debug for JsonCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.values.iter().map(|(_, name, _)| name.as_str()).collect();
        f.debug_struct("JsonCall").field("operation", &self.address.name).field("set", &names).finish_non_exhaustive()
    }
}
