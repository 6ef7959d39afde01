//! Headers added to all requests of a client.

use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::data::secret::Secret;
use crate::request::OUR_NAME;

/// The headers as given to the builder.
#[derive(Default)]
pub(super) struct DefaultHeaders {
    pub(super) pairs: Vec<(String, Secret)>,
    pub(super) app_name: Option<String>,
}

impl DefaultHeaders {
    /// Adds them, and the user agent, to the existing headers. An error names the header that cannot be sent.
    pub(super) fn add_to(self, headers: &mut HeaderMap) -> Result<(), String> {
        headers.insert(USER_AGENT, HeaderValue::from_static(OUR_NAME));
        if let Some(name) = self.app_name {
            let sign = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c);
            if name.is_empty() || !name.chars().all(sign) {
                return Err(format!(
                    "{name:?} is not a valid program name: use letters, digits, `-`, `.`, `/` and other characters of HTTP tokens"
                ));
            }
            let agent = HeaderValue::from_str(&format!("{OUR_NAME} {name}")).map_err(|error| error.to_string())?;
            headers.insert(USER_AGENT, agent);
        }
        for (name, value) in self.pairs {
            let parsed = HeaderName::from_bytes(name.as_bytes());
            let parsed = parsed.map_err(|_| format!("{name:?} is not a valid header name"))?;
            let mut value = HeaderValue::from_bytes(value.expose().as_bytes()).map_err(|_| {
                format!("the header {parsed} contains characters that are not allowed, such as a line break")
            })?;
            value.set_sensitive(true);
            headers.insert(parsed, value);
        }
        Ok(())
    }
}
