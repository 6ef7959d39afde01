//! The client's settings that fill variables of servers and parameters of calls.

use std::collections::{BTreeMap, HashMap};

/// Region, project id, and other settings that the document requires, by name.
#[derive(Clone)]
pub(crate) struct Values {
    pub(crate) set: BTreeMap<String, String>,
    /// Settings that were looked up for one call. They belong to its credentials, so they take precedence over the
    /// environment.
    pub(crate) found: HashMap<&'static str, String>,
    /// The settings that are looked up by the region if they are not set.
    pub(crate) by_region: &'static [&'static str],
    /// The environment variable of a setting, if the vendor has one.
    pub(crate) variable: fn(&str) -> Option<&'static str>,
    /// Looks up a variable.
    pub(crate) environment: fn(&str) -> Option<String>,
}

impl Values {
    /// A setting, with the environment as fallback.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let given = self.set.get(name).or_else(|| self.found.get(name)).cloned();
        given.or_else(|| self.variable_value((self.variable)(name)?))
    }

    /// Where the value of a setting comes from, for errors.
    pub(crate) fn source(&self, name: &str) -> Option<String> {
        if self.set.contains_key(name) {
            Some(format!("`{}`", setter(name)))
        } else if self.found.contains_key(name) {
            Some("the profile of the credentials".to_owned())
        } else {
            let variable = (self.variable)(name)?;
            self.variable_value(variable).map(|_| variable.to_owned())
        }
    }

    /// The value of an environment variable.
    pub(crate) fn variable_value(&self, variable: &str) -> Option<String> {
        let value = (self.environment)(variable)?;
        // Files and shells leave line ends behind, which no id contains.
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The explicit settings, and the region with the environment as fallback.
    pub(crate) fn for_endpoint(&self) -> BTreeMap<String, String> {
        let mut set = self.set.clone();
        if let Some(region) = self.get("region") {
            set.insert("region".to_owned(), region);
        }
        set
    }
}

/// The builder's method for a setting.
pub(crate) fn setter(name: &str) -> String {
    match name {
        "region" | "project_id" | "domain_id" | "language" => format!(".{name}(..)"),
        _ => format!(".parameter(\"{name}\", ..)"),
    }
}
