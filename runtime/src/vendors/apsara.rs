//! Apsara Stack, Alibaba Cloud's private cloud: its additional headers, and its two gateways.

use http::header::{HeaderName, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue};

/// Settings for calls to an Apsara Stack, for [`ClientBuilder::apsara_stack`](crate::ClientBuilder::apsara_stack).
///
/// They are sent as headers with every call. An Apsara Stack has its own addresses, so the builder also needs
/// `.endpoint(..)`: the service's domain, or with [`asapi`](Self::asapi) the gateway's. To trust a private certificate
/// authority, use [`root_certificate_pem`](crate::ClientBuilder::root_certificate_pem).
///
/// ```
/// use yundb_runtime::ApsaraStack;
///
/// let stack = ApsaraStack::new().organization_id("3").resource_group_id("40").caller("backup-tool");
/// # let _ = stack;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "pass it to the client's builder"]
pub struct ApsaraStack {
    organization_id: Option<String>,
    resource_group_id: Option<String>,
    region_id: Option<String>,
    instance_id: Option<String>,
    caller: Option<String>,
    pub(crate) asapi: bool,
}

impl ApsaraStack {
    /// The header with the id of the instance, for calls about another instance than the client's:
    /// `.extra_header(ApsaraStack::INSTANCE_ID, "dts-1")`.
    pub const INSTANCE_ID: &'static str = "x-acs-instanceid";

    /// Creates settings for the POP gateway, the usual one since version 3.16. It requires an
    /// [`organization_id`](Self::organization_id).
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the organization of calls (`x-acs-organizationid`). The ASAPI gateway defaults to the caller's own.
    pub fn organization_id(mut self, id: impl Into<String>) -> Self {
        self.organization_id = Some(id.into());
        self
    }

    /// Sets the resource set of calls (`x-acs-resourcegroupid`). It must belong to the organization.
    pub fn resource_group_id(mut self, id: impl Into<String>) -> Self {
        self.resource_group_id = Some(id.into());
        self
    }

    /// Sets the region (`x-acs-regionid`), which only versions up to 3.15 require as a header.
    pub fn region_id(mut self, id: impl Into<String>) -> Self {
        self.region_id = Some(id.into());
        self
    }

    /// Sets the instance that all calls refer to (`x-acs-instanceid`); required by calls that change, delete or show
    /// one.
    pub fn instance_id(mut self, id: impl Into<String>) -> Self {
        self.instance_id = Some(id.into());
        self
    }

    /// Sets the name of the caller (`x-acs-caller-sdk-source`), for the gateway's logs. Defaults to `yundb`.
    pub fn caller(mut self, name: impl Into<String>) -> Self {
        self.caller = Some(name.into());
        self
    }

    /// Uses the ASAPI gateway, the only one before version 3.16: a single address for all products, `/asapi/v3`, with
    /// requests by POST that name the product.
    pub fn asapi(mut self) -> Self {
        self.asapi = true;
        self
    }

    /// The headers of every call. An error describes the problem with the settings.
    pub(crate) fn headers(&self) -> Result<HeaderMap, String> {
        if self.organization_id.is_none() && !self.asapi {
            return Err("Apsara Stack requires an organization: `.organization_id(..)`".to_owned());
        }
        if self.organization_id.is_none() && self.resource_group_id.is_some() {
            return Err("a resource set requires its organization: `.organization_id(..)`".to_owned());
        }
        let caller = self.caller.as_deref().unwrap_or(env!("CARGO_PKG_NAME").trim_end_matches("-runtime"));
        let all = [
            ("x-acs-organizationid", self.organization_id.as_deref()),
            ("x-acs-resourcegroupid", self.resource_group_id.as_deref()),
            ("x-acs-regionid", self.region_id.as_deref()),
            (Self::INSTANCE_ID, self.instance_id.as_deref()),
            ("x-acs-caller-sdk-source", Some(caller)),
        ];
        let set = all.into_iter().filter_map(|(name, value)| Some((name, value?)));
        set.map(|(name, value)| {
            let checked: Result<HeaderValue, InvalidHeaderValue> = value.parse();
            let value = checked.ok().filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| format!("the value of {name} is empty, or not allowed in a header"))?;
            Ok((HeaderName::from_static(name), value))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(stack: &ApsaraStack, why: &str) {
        let error = stack.headers().unwrap_err();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn all_headers() {
        let stack = ApsaraStack::new().organization_id("3").resource_group_id("40").region_id("cn-1");
        let headers = stack.instance_id("dts-1").caller("me").headers().unwrap();
        let mut found: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        found.sort_unstable();
        assert_eq!(
            found,
            [
                ("x-acs-caller-sdk-source", "me"),
                ("x-acs-instanceid", "dts-1"),
                ("x-acs-organizationid", "3"),
                ("x-acs-regionid", "cn-1"),
                ("x-acs-resourcegroupid", "40"),
            ]
        );
    }

    #[test]
    fn what_is_required() {
        refused(&ApsaraStack::new(), "requires an organization");
        refused(&ApsaraStack::new().asapi().resource_group_id("40"), "requires its organization");
        refused(&ApsaraStack::new().organization_id("a\nb"), "x-acs-organizationid");
        refused(&ApsaraStack::new().organization_id(""), "x-acs-organizationid");
        let headers = ApsaraStack::new().asapi().headers().unwrap();
        assert_eq!(headers.len(), 1);
        assert_eq!(headers["x-acs-caller-sdk-source"], "yundb");
    }
}
