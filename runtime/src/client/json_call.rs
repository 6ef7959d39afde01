//! Calls of operations that the document of a service lacks, typed as JSON.

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

/// A call of an operation that the document of the service lacks. What is sent and what comes back is JSON; apart from that it is a call
/// like any other: with endpoint, credentials, signature, rate limits, time limits and retries of its client, or those that it is given.
///
/// Nothing is known of the operation, so nothing is checked, and `Debug` of the response shows all of it. It is repeated as if it were
/// documented: by its HTTP method, and as an action only if [`with_idempotency`](Self::with_idempotency) says
/// so.
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
    /// Begins a call of an action that the document lacks, such as `DescribeX`, for services of Alibaba Cloud's RPC. The client's region
    /// is its `RegionId`, if it has one and the call sets none.
    ///
    /// Names of actions and parameters are kept as long as the process lives: take them from no one who could invent ever new ones.
    pub fn call_action(&self, action: impl Into<String>) -> JsonCall {
        let action = action.into();
        let fits = !action.is_empty() && action.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let mistake = match (self.settings().vendor.rpc(), fits) {
            (false, _) => Some("the service has no actions: call it by method and path, `.call_path(..)`"),
            (true, false) => Some("the name of an action consists of letters, digits and underscores"),
            (true, true) => None,
        };
        let address = Address { path: format!("/#Action={action}"), name: action, method: "POST".to_owned() };
        self.json_call(address, mistake)
    }

    /// Begins a call by an HTTP method and a path, which stands behind the endpoint and begins with `/`. What is in braces is filled by
    /// [`path`](JsonCall::path), else by the client's setting of that name: `/v3/{project_id}/instances`.
    ///
    /// Methods, paths and names of parameters are kept as long as the process lives: so put values into parameters, not into the path.
    pub fn call_path(&self, method: impl Into<String>, path: impl Into<String>) -> JsonCall {
        let (method, path) = (method.into(), path.into());
        let fits = path.starts_with('/') && !path.contains(['?', '#']);
        let mistake = match (self.settings().vendor.rpc(), fits) {
            (true, _) => Some("the service is called by actions: `.call_action(..)`"),
            (false, false) => Some("a path begins with `/` and has neither `?` nor `#`: set `.query(..)`"),
            (false, true) if Method::from_bytes(method.as_bytes()).is_err() => Some("the method is not one of HTTP"),
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

impl JsonCall {
    /// Sets a query parameter; of an action any parameter. Lists and objects are written as OpenAPI's `form` style does, and as Alibaba
    /// Cloud's RPC does for an action (`Name.1`, `Name.1.Key`). The last value counts.
    pub fn query(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.put(Place::Query, name.into(), value)
    }

    /// Fills a `{name}` of the path. A slash in the value is encoded.
    pub fn path(self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.put(Place::Path, name.into(), value)
    }

    /// Sets a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends this as the body, as JSON.
    pub fn body(self, value: impl Serialize) -> Self {
        self.put(Place::Body, "body".to_owned(), value)
    }

    /// Sends the call, within a tokio runtime, and reads the response.
    ///
    /// Fails with [`ErrorKind::Config`](crate::ErrorKind::Config) where the service is called in another way, else as any call does.
    pub async fn send(self) -> Result<Response<Value>, CallError<Value>> {
        self.prepared()?.send::<Json>().await
    }

    /// As [`send`](Self::send), for programs without async.
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

    /// The call of an operation that is made up for it.
    fn prepared(self) -> Result<Call, CallError<Value>> {
        let address = self.address;
        if !self.mistakes.is_empty() {
            return Err(CallError::new(Failure::config(address.name, self.mistakes.join("; ")), None, None));
        }
        // A token proves nothing where nothing is known of the operation.
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
            // All are parameters of the specification, under names that live as long.
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

/// What an operation is known by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: Address,
    /// In one order, whatever the caller's.
    params: Vec<(Place, String)>,
}

/// The specifications that were made up so far. All else takes them for what generated code states, which lives as long as the process;
/// there are as many as a program has such calls.
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

/// What is read as whatever JSON it is.
struct Json;

impl Operation for Json {
    type Output = Value;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("", "", "");
}

// By hand: names only, as values may be secret.
impl fmt::Debug for JsonCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.values.iter().map(|(_, name, _)| name.as_str()).collect();
        f.debug_struct("JsonCall").field("operation", &self.address.name).field("set", &names).finish_non_exhaustive()
    }
}
