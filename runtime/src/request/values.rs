//! The client's settings that fill variables of servers and parameters of calls.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// Region, project id, and whatever else the document calls for, by name.
pub(crate) struct Values {
    pub(crate) set: BTreeMap<String, String>,
    /// What was found out later, if anything. It stands beside the credentials that are used, so it counts before the environment.
    pub(crate) found: RwLock<BTreeMap<&'static str, Option<String>>>,
    /// The environment variable that gives a setting, if the vendor has one.
    pub(crate) variable: fn(&str) -> Option<&'static str>,
    /// Looks a variable up.
    pub(crate) environment: fn(&str) -> Option<String>,
}

impl Values {
    /// A setting, if need be from the environment.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let found = || self.found.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned().flatten();
        self.set.get(name).cloned().or_else(found).or_else(|| self.variable_value((self.variable)(name)?))
    }

    /// What a variable of the environment holds.
    pub(crate) fn variable_value(&self, variable: &str) -> Option<String> {
        let value = (self.environment)(variable)?;
        // Files and shells leave line ends behind, which no id has.
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// What was set, with the region, if need be from the environment.
    pub(crate) fn for_endpoint(&self) -> BTreeMap<String, String> {
        let mut set = self.set.clone();
        if let Some(region) = self.get("region") {
            set.insert("region".to_owned(), region);
        }
        set
    }

    /// The same for other credentials, beside which other things stand.
    pub(crate) fn for_others(&self) -> Self {
        let Self { set, variable, environment, .. } = self;
        Self { set: set.clone(), found: RwLock::default(), variable: *variable, environment: *environment }
    }

    /// Whether a setting was given, or found out whatever there is.
    pub(crate) fn is_settled(&self, name: &str) -> bool {
        self.set.contains_key(name) || self.found.read().unwrap_or_else(PoisonError::into_inner).contains_key(name)
    }

    /// Keeps what was found out, or that nothing is to be found.
    pub(crate) fn settle(&self, name: &'static str, value: Option<String>) {
        self.found.write().unwrap_or_else(PoisonError::into_inner).insert(name, value);
    }
}

/// The builder's method for a setting.
pub(crate) fn setter(name: &str) -> String {
    match name {
        "region" | "project_id" | "domain_id" | "language" => format!(".{name}(..)"),
        _ => format!(".parameter(\"{name}\", ..)"),
    }
}
