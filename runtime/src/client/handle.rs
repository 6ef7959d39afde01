//! A client, which is a handle to its settings. Calls and jobs implement their own constructors on it.

use std::fmt;
use std::sync::Arc;

use super::settings::Settings;
use crate::data::service::Service;

/// A client of a service. Generated clients wrap it; clones share all state.
#[derive(Clone)]
pub struct Client(Arc<Settings>);

impl Client {
    pub(crate) fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    /// Returns the service.
    pub fn service(&self) -> &'static Service {
        self.0.service
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.0.service.package)
            .field("endpoint", &self.0.endpoint)
            .field("settings", &self.0.values.set)
            .finish_non_exhaustive()
    }
}
